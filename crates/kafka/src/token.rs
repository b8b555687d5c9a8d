//! Tokens for SASL OAUTHBEARER: from a token endpoint, from a function of the user's, or unsecured ones for tests.
//!
//! Our build of librdkafka has no HTTP client, so that the client-credentials grant of `sasl.oauthbearer.method=oidc`
//! is ours; its settings are librdkafka's.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kinetable_engine::{Error, Result};
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::consumer::ConsumerContext;
use serde::Deserialize;

use crate::base64;
use crate::clock::now;

const TIMEOUT: Duration = Duration::from_secs(10);
/// What an endpoint means that does not say how long its tokens live.
const LIFE_SECONDS: i64 = 300;

/// A token, who it is for, and until when, ms since the epoch.
#[derive(Clone)]
pub struct Token {
    /// What the broker is shown.
    pub token: String,
    /// Whose it is.
    pub principal: String,
    /// The end of its life, ms since the epoch.
    pub expires_ms: i64,
}

/// Gives a token for the settings of `sasl.oauthbearer.config`.
pub type AskForToken = dyn Fn(&str) -> Result<Token> + Send + Sync;

/// Gives a token; is asked again before it expires. It is given what `sasl.oauthbearer.config` says.
#[derive(Clone)]
pub struct TokenFunction(pub Arc<AskForToken>);

impl fmt::Debug for TokenFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a function that gives tokens")
    }
}

/// Where tokens come from.
pub(crate) enum Tokens {
    /// No token is wanted.
    Nowhere,
    Function(TokenFunction),
    Endpoint(Endpoint),
    /// Made here, and signed by nobody.
    Unsecured,
}

/// A token endpoint.
pub(crate) struct Endpoint {
    url: String,
    client: String,
    secret: String,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct Reply {
    access_token: String,
    expires_in: Option<i64>,
}

impl Tokens {
    /// What librdkafka's settings say. A function goes before them.
    pub(crate) fn new(
        settings: &BTreeMap<String, String>,
        function: Option<TokenFunction>,
    ) -> Result<Tokens> {
        if let Some(function) = function {
            return Ok(Tokens::Function(function));
        }
        let is_on = |key: &str| settings.get(key).is_some_and(|value| value == "true");
        if is_on("enable.sasl.oauthbearer.unsecure.jwt") {
            return Ok(Tokens::Unsecured);
        }
        if !is_oidc(settings) {
            return Ok(Tokens::Nowhere);
        }
        let setting = |name: &str| {
            let key = format!("sasl.oauthbearer.{name}");
            let other = format!("sasl.oauthbearer.client.credentials.{name}");
            settings.get(&key).or_else(|| settings.get(&other)).cloned().ok_or_else(|| {
                Error::invalid(format!("\"sasl.oauthbearer.method\" is oidc, but \"{key}\" is missing"))
            })
        };
        Ok(Tokens::Endpoint(Endpoint {
            url: setting("token.endpoint.url")?,
            client: setting("client.id")?,
            secret: setting("client.secret")?,
            scope: settings.get("sasl.oauthbearer.scope").cloned(),
        }))
    }

    /// A token, for librdkafka.
    pub(crate) fn token(&self, config: &str) -> std::result::Result<OAuthToken, Box<dyn std::error::Error>> {
        let token = match self {
            Tokens::Nowhere => Err(Error::invalid("a token is asked for, and nothing says where to get one")
                .with_hint("set \"sasl.oauthbearer.method\" to oidc, or give a function")),
            Tokens::Function(function) => (function.0)(config),
            Tokens::Endpoint(endpoint) => endpoint.token(),
            Tokens::Unsecured => unsecured(config),
        }
        .map_err(|error| error.to_string())?;
        let (token, principal_name, lifetime_ms) = (token.token, token.principal, token.expires_ms);
        Ok(OAuthToken { token, principal_name, lifetime_ms })
    }
}

/// The context of a client that asks a question or two: it can log in with tokens, and hears nothing else.
pub(crate) struct Bearer(pub(crate) Tokens);

impl ClientContext for Bearer {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(
        &self,
        config: Option<&str>,
    ) -> std::result::Result<OAuthToken, Box<dyn std::error::Error>> {
        self.0.token(config.unwrap_or_default())
    }
}

impl ConsumerContext for Bearer {}

/// Whether a setting is ours, and not known to librdkafka as it is built.
pub(crate) fn is_ours(settings: &BTreeMap<String, String>, key: &str) -> bool {
    let is_of_token = key.starts_with("sasl.oauthbearer.") && key != "sasl.oauthbearer.config";
    is_of_token && is_oidc(settings)
}

fn is_oidc(settings: &BTreeMap<String, String>) -> bool {
    settings.get("sasl.oauthbearer.method").is_some_and(|method| method.eq_ignore_ascii_case("oidc"))
}

impl Endpoint {
    fn token(&self) -> Result<Token> {
        let failed = |reason: String| Error::source(format!("no token from \"{}\": {reason}", self.url));
        let agent = ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false);
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(self.scope.as_deref().map(|scope| ("scope", scope)));
        let secret = base64::encode(format!("{}:{}", self.client, self.secret).as_bytes());
        let answer = agent
            .build()
            .new_agent()
            .post(&self.url)
            .header("Authorization", format!("Basic {secret}"))
            .send_form(form);
        let mut answer = answer.map_err(|error| failed(error.to_string()))?;
        if !answer.status().is_success() {
            return Err(failed(format!("it answers {}", answer.status())));
        }
        let reply: Reply =
            answer.body_mut().read_json().map_err(|_| failed("its answer has none".to_owned()))?;
        let expires_ms = now() / 1_000_000 + reply.expires_in.unwrap_or(LIFE_SECONDS) * 1_000;
        Ok(Token { token: reply.access_token, principal: self.client.clone(), expires_ms })
    }
}

/// A token that nobody signed, as brokers take them that are set up for tests.
fn unsecured(config: &str) -> Result<Token> {
    let options: BTreeMap<&str, &str> =
        config.split_whitespace().filter_map(|word| word.split_once('=')).collect();
    let principal = *options.get("principal").ok_or_else(|| {
        Error::invalid("\"sasl.oauthbearer.config\" has no principal").with_hint("say principal=NAME")
    })?;
    let life: i64 = options.get("lifeSeconds").and_then(|life| life.parse().ok()).unwrap_or(3_600);
    let claim = options.get("principalClaimName").unwrap_or(&"sub");
    let seconds = now() / 1_000_000_000;
    let mut claims = serde_json::json!({ "iat": seconds, "exp": seconds + life });
    claims[*claim] = principal.into();
    if let Some(scope) = options.get("scope") {
        let name = options.get("scopeClaimName").unwrap_or(&"scope");
        claims[*name] = scope.split(',').collect::<Vec<_>>().into();
    }
    let part = |text: &str| {
        base64::encode(text.as_bytes()).trim_end_matches('=').replace('+', "-").replace('/', "_")
    };
    let token = format!("{}.{}.", part("{\"alg\":\"none\"}"), part(&claims.to_string()));
    Ok(Token { token, principal: principal.to_owned(), expires_ms: (seconds + life) * 1_000 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_endpoint_needs_its_settings_and_keeps_them_from_librdkafka() {
        let oidc = settings(&[("sasl.oauthbearer.method", "oidc"), ("sasl.oauthbearer.client.id", "me")]);
        let refused = Tokens::new(&oidc, None).err().unwrap().to_string();
        assert!(refused.contains("sasl.oauthbearer.token.endpoint.url"), "{refused}");
        assert!(is_ours(&oidc, "sasl.oauthbearer.client.id"));
        assert!(!is_ours(&settings(&[]), "sasl.oauthbearer.scope"));
    }

    #[test]
    fn an_unsecured_token_names_its_principal() {
        let token = unsecured("principal=alice scope=read,write").unwrap();
        assert!(
            token.token.starts_with("eyJhbGciOiJub25lIn0.") && token.token.ends_with('.'),
            "{}",
            token.token
        );
        assert_eq!(token.principal, "alice");
        assert!(unsecured("lifeSeconds=5").is_err());
    }
}
