//! Where another process is, and which of its tables is meant.

use kinetable::{Error, Result};

/// The port of servers.
const PORT: u16 = 10000;

/// Where another process is, and who we are to it.
#[derive(Clone)]
pub struct Address {
    /// The host's name or number.
    pub host: String,
    /// The port.
    pub port: u16,
    /// How the connection is kept secret; none: it is not.
    pub tls: Option<Tls>,
    /// The credential, as the header `authorization` has it.
    pub credential: String,
    /// More headers of every call.
    pub headers: Vec<(String, String)>,
}

/// Which servers are believed.
#[derive(Clone)]
pub enum Tls {
    /// Those that the machine believes.
    Platform,
    /// Those with a certificate below one of these, as PEM.
    Roots(Vec<u8>),
}

impl Address {
    /// A process to which we are nobody.
    pub fn anonymous(host: &str, port: u16, tls: Option<Tls>) -> Address {
        let credential = "Anonymous".to_owned();
        Address { host: host.to_owned(), port, tls, credential, headers: Vec::new() }
    }
}

/// The process and the ticket that a URI names: `dh://host[:port]/scope/NAME` (TLS), `dh+plain://…`, or
/// `…/app/APP_ID/field/NAME`.
///
/// # Errors
/// If it is no such URI.
pub fn parse_uri(uri: &str) -> Result<(Address, Vec<u8>)> {
    let wrong = |what: &str| {
        let hint = "dh+plain://host:10000/scope/NAME, or dh://… where the server has TLS";
        Error::invalid(format!("\"{uri}\" {what}")).with_hint(hint)
    };
    let (scheme, rest) = uri.split_once("://").ok_or_else(|| wrong("is no URI of a table"))?;
    let tls = match scheme {
        "dh" => Some(Tls::Platform),
        "dh+plain" => None,
        _ => return Err(wrong("has an unknown scheme")),
    };
    let (authority, path) = rest.split_once('/').ok_or_else(|| wrong("names no table"))?;
    let (host, port) = split_port(authority).ok_or_else(|| wrong("has no port between 1 and 65535"))?;
    if host.is_empty() {
        return Err(wrong("names no host"));
    }
    let ticket = match *path.split('/').collect::<Vec<_>>() {
        ["scope", name] if !name.is_empty() => format!("s/{name}"),
        ["app", app, "field", name] if !app.is_empty() && !name.is_empty() => format!("a/{app}/f/{name}"),
        _ => return Err(wrong("names no table")),
    };
    Ok((Address::anonymous(host, port, tls), ticket.into_bytes()))
}

/// Host and port; numbers of version 6 stand in brackets.
fn split_port(authority: &str) -> Option<(&str, u16)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
        }
        None => match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port = port.map_or(Some(PORT), |port| port.parse().ok())?;
    (port != 0).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_name_processes_and_tables() {
        for (uri, host, port, ticket) in [
            ("dh+plain://here/scope/trades", "here", 10000, "s/trades"),
            ("dh+plain://127.0.0.1:8080/scope/t", "127.0.0.1", 8080, "s/t"),
            ("dh://[::1]:9/app/feed/field/last", "::1", 9, "a/feed/f/last"),
        ] {
            let (address, found) = parse_uri(uri).expect("a URI");
            assert_eq!((address.host.as_str(), address.port), (host, port));
            assert_eq!(found, ticket.as_bytes());
            assert_eq!(address.tls.is_some(), uri.starts_with("dh:"));
        }
    }

    #[test]
    fn what_is_no_uri_is_refused() {
        for uri in [
            "t",
            "http://h/scope/t",
            "dh://h",
            "dh://h/scope/",
            "dh://h:0/scope/t",
            "dh:///scope/t",
            "dh://h/x/y",
        ] {
            let error = parse_uri(uri).err().expect("no URI");
            assert!(error.to_string().contains("hint: dh+plain://"), "{error}");
        }
    }
}
