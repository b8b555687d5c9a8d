//! Credentials, as callers hand them in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE};
use uuid::Uuid;

/// The cookie of a token.
pub const COOKIE_NAME: &str = "deephaven-auth-cookie";

/// The name under which clients hand in a pre-shared key.
pub const KEY_HANDLER: &str = "io.deephaven.authentication.psk.PskAuthenticationHandler";

/// Bytes of a credential, at most.
const CREDENTIAL_BYTES_MAX: usize = 8192;

/// A credential.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// A session's token.
    Token(Uuid),
    /// Nobody in particular.
    Anonymous,
    /// A name and a password.
    Basic {
        /// The user's name.
        user: String,
        /// The user's password.
        password: String,
    },
    /// What a handler of this name is to judge.
    Handler {
        /// The handler's name.
        name: String,
        /// What it judges.
        payload: String,
    },
    /// Something that nobody can read.
    Unreadable,
}

/// A request's credentials, in the order in which they count: the binary token, the cookie, the header. Whoever is known by one of
/// them is known: a browser keeps a cookie of a session that has ended.
pub fn credentials(headers: &HeaderMap) -> impl Iterator<Item = Credential> {
    let binary = headers.get("auth-token-bin").map(|token| binary_token(token.as_bytes()));
    let mut cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookie(cookies.to_str().ok()?));
    let cookie = cookies.next();
    let cookie = cookie.map(|token| Uuid::try_parse(token).map_or(Credential::Unreadable, Credential::Token));
    let header = headers.get(AUTHORIZATION).map(|value| match value.to_str() {
        Ok(text) if text.len() <= CREDENTIAL_BYTES_MAX => Credential::parse(text),
        _ => Credential::Unreadable,
    });
    [binary, cookie, header].into_iter().flatten()
}

/// Binary metadata is base64, with or without padding.
fn binary_token(value: &[u8]) -> Credential {
    let value = value.strip_suffix(b"==").or_else(|| value.strip_suffix(b"=")).unwrap_or(value);
    let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(value).ok();
    let token = bytes.and_then(|bytes| Uuid::try_parse_ascii(&bytes).ok());
    token.map_or(Credential::Unreadable, Credential::Token)
}

fn cookie(cookies: &str) -> Option<&str> {
    let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value).next()
}

impl Credential {
    /// What an `authorization` header says.
    pub fn parse(text: &str) -> Credential {
        let (scheme, payload) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let payload = payload.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            // Clients of Flight SQL put this word before whatever they were given.
            return match (Uuid::try_parse(payload), payload.split_once(' ')) {
                (Ok(token), _) => Credential::Token(token),
                (Err(_), Some((name, payload))) => Credential::of_type(name, payload.trim()),
                (Err(_), None) => Credential::of_type(payload, ""),
            };
        }
        if scheme.eq_ignore_ascii_case("basic") {
            return Credential::basic(payload);
        }
        Credential::of_type(scheme, payload)
    }

    /// What a handler's name and a payload say.
    pub fn of_type(name: &str, payload: &str) -> Credential {
        if name.eq_ignore_ascii_case("anonymous")
            || name == "io.deephaven.auth.AnonymousAuthenticationHandler"
        {
            return Credential::Anonymous;
        }
        if name.eq_ignore_ascii_case("basic") {
            return Credential::basic(payload);
        }
        Credential::Handler { name: name.to_owned(), payload: payload.to_owned() }
    }

    fn basic(payload: &str) -> Credential {
        let text = STANDARD.decode(payload).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        match text.as_deref().and_then(|text| text.split_once(':')) {
            Some((user, password)) => {
                Credential::Basic { user: user.to_owned(), password: password.to_owned() }
            }
            None => Credential::Unreadable,
        }
    }
}

impl std::fmt::Debug for Credential {
    /// Only of what kind it is: no secret is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Credential::Token(_) => "token",
            Credential::Anonymous => "anonymous",
            Credential::Basic { .. } => "basic",
            Credential::Handler { .. } => "handler",
            Credential::Unreadable => "unreadable",
        })
    }
}
