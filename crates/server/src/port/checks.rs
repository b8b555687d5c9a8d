//! Whether a page may call: its origin, and the name by which it found the server.
//!
//! A page of any site can reach a server on the user's machine, under a name of its own that it lets point there. So a call that
//! a browser makes is answered if it used a name that is known, and comes from an origin that is: this server's own, or one on
//! the list. Calls of programs carry no origin.

use std::net::IpAddr;

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Request};

use super::server::Settings;

/// Origins and names.
#[derive(Debug, Clone)]
pub struct Checks {
    origins: Vec<String>,
    names: Vec<String>,
}

/// What a request's origin may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A program, or a page of this server.
    Own,
    /// A page of an origin that is on the list.
    Listed(String),
    /// Anything else.
    Foreign,
}

impl Checks {
    /// With the origins and the names that a server was given.
    pub fn new(settings: &Settings) -> Checks {
        let origins = settings.origins.iter().map(|origin| origin.trim_end_matches('/').to_ascii_lowercase());
        let given = settings.names.iter().chain([&settings.host]).map(|name| name.to_ascii_lowercase());
        Checks { origins: origins.collect(), names: given.chain(["localhost".to_owned()]).collect() }
    }

    /// Who calls.
    pub fn caller<B>(&self, request: &Request<B>) -> Caller {
        let origin = request.headers().get(ORIGIN);
        let host = authority(request);
        let is_page = origin.is_some() || request.version() <= http::Version::HTTP_11;
        if is_page && !host.as_deref().is_some_and(|host| self.is_known(host)) {
            return Caller::Foreign;
        }
        let Some(origin) = origin else { return Caller::Own };
        let Ok(origin) = origin.to_str().map(str::to_ascii_lowercase) else { return Caller::Foreign };
        if self.origins.contains(&origin) {
            return Caller::Listed(origin);
        }
        let same = origin.split_once("://").map(|(_, authority)| authority);
        if same.is_some() && same == host.as_deref() { Caller::Own } else { Caller::Foreign }
    }

    /// Whether a name is one of this server's: an address, or a name that was given to it.
    fn is_known(&self, authority: &str) -> bool {
        let name = match authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => authority.rsplit_once(':').map_or(authority, |(name, _)| name),
        };
        let is_listed = || {
            self.origins
                .iter()
                .filter_map(|origin| origin.split_once("://"))
                .any(|(_, listed)| listed == authority)
        };
        name.parse::<IpAddr>().is_ok() || self.names.iter().any(|known| known == name) || is_listed()
    }
}

fn authority<B>(request: &Request<B>) -> Option<String> {
    let of_header = |headers: &HeaderMap| headers.get(HOST)?.to_str().ok().map(str::to_owned);
    let authority =
        request.uri().authority().map(ToString::to_string).or_else(|| of_header(request.headers()));
    authority.map(|authority| authority.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use http::{Request, Version};

    use super::super::server::Settings;
    use super::{Caller, Checks};

    fn call(version: Version, host: &str, origin: Option<&str>) -> Caller {
        let checks = Checks::new(&Settings {
            host: "tables.example.org".to_owned(),
            origins: vec!["https://app.example.org/".to_owned()],
            names: vec!["Tables.svc".to_owned()],
            ..Settings::default()
        });
        let mut request = Request::builder().version(version).uri("/x").header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        checks.caller(&request.body(()).expect("a request"))
    }

    #[test]
    fn pages_of_this_server_and_listed_ones_may_call() {
        let (one, two) = (Version::HTTP_11, Version::HTTP_2);
        let listed = Caller::Listed("https://app.example.org".to_owned());
        let cases = [
            (one, "localhost:10000", None, Caller::Own),
            (one, "127.0.0.1:10000", Some("http://127.0.0.1:10000"), Caller::Own),
            (one, "[::1]:10000", Some("http://[::1]:10000"), Caller::Own),
            (two, "tables.example.org", Some("https://Tables.example.org"), Caller::Own),
            (two, "tables.example.org", Some("https://app.example.org"), listed.clone()),
            (one, "app.example.org", Some("https://app.example.org"), listed),
            // A name that somebody let point here.
            (one, "evil.example:10000", None, Caller::Foreign),
            (one, "evil.example:10000", Some("http://evil.example:10000"), Caller::Foreign),
            (two, "evil.example:10000", Some("http://evil.example:10000"), Caller::Foreign),
            // A page of another site.
            (one, "localhost:10000", Some("http://evil.example"), Caller::Foreign),
            (one, "localhost:10000", Some("http://localhost:3000"), Caller::Foreign),
            (one, "localhost:10000", Some("null"), Caller::Foreign),
            (one, "", Some("null"), Caller::Foreign),
            // A program, by a name that a network gave.
            (two, "service.cluster.local", None, Caller::Own),
            // A name that it was told of.
            (one, "tables.svc:10000", None, Caller::Own),
            (one, "tables.svc", Some("http://tables.svc"), Caller::Own),
            (one, "tables.svc.evil.example", None, Caller::Foreign),
        ];
        for (version, host, origin, expected) in cases {
            assert_eq!(call(version, host, origin), expected, "{host} {origin:?}");
        }
    }
}
