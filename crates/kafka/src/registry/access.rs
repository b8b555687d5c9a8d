//! How a registry is reached: its addresses, who we say we are, and whom we trust.
//!
//! Names of settings are Confluent's, with `schema.registry.` before them or, those of `basic.auth` and `bearer.auth`,
//! without. Certificates and keys are PEM, in files or in the settings themselves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kinetable_engine::{Error, Result};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::base64;

const TIMEOUT: Duration = Duration::from_secs(5);
/// What follows `schema.registry.ssl.` and is understood.
const SSL_KEYS: [&str; 14] = [
    "ca.location",
    "ca.pem",
    "certificate.location",
    "certificate.pem",
    "key.location",
    "key.pem",
    "truststore.location",
    "truststore.type",
    "truststore.certificates",
    "keystore.location",
    "keystore.type",
    "keystore.certificate.chain",
    "keystore.key",
    "endpoint.identification.algorithm",
];

/// What every request needs.
pub(super) struct Access {
    pub(super) agent: ureq::Agent,
    pub(super) headers: Vec<(&'static str, String)>,
}

type Settings = BTreeMap<String, String>;

/// The addresses that `schema.registry.url` lists, and the access to them.
pub(super) fn open(urls: &str, settings: &Settings) -> Result<(Vec<String>, Access)> {
    let mut plain = Vec::new();
    let mut user_of_url = None;
    for url in urls.split(',').map(str::trim).filter(|url| !url.is_empty()) {
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        if scheme != "http" && scheme != "https" {
            return Err(Error::invalid(format!(
                "\"schema.registry.url\" is of scheme \"{scheme}\", but a registry speaks http or https"
            )));
        }
        let rest = match rest.rsplit_once('@') {
            Some((user, rest)) => {
                user_of_url.get_or_insert_with(|| user.to_owned());
                rest
            }
            None => rest,
        };
        plain.push(format!("{scheme}://{}", rest.trim_end_matches('/')));
    }
    if plain.is_empty() {
        return Err(Error::invalid("\"schema.registry.url\" is empty").with_hint("give http://HOST:PORT"));
    }
    let headers = authorization(settings, user_of_url)?;
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .tls_config(tls(settings)?)
        .build();
    Ok((plain, Access { agent: config.new_agent(), headers }))
}

/// A setting, with `schema.registry.` before it or without.
fn setting<'a>(settings: &'a Settings, key: &str) -> Option<&'a str> {
    let full = settings.get(&format!("schema.registry.{key}"));
    full.or_else(|| settings.get(key)).map(String::as_str)
}

fn authorization(settings: &Settings, user_of_url: Option<String>) -> Result<Vec<(&'static str, String)>> {
    let basic = |user: &str| vec![("Authorization", format!("Basic {}", base64::encode(user.as_bytes())))];
    let lacking = |key: &str, source: &str| {
        Error::invalid(format!(
            "the registry's credentials are of source \"{source}\", but \"{key}\" is not set"
        ))
    };
    if let Some(source) = setting(settings, "bearer.auth.credentials.source") {
        if source != "STATIC_TOKEN" {
            return Err(Error::invalid(format!("\"bearer.auth.credentials.source\" is \"{source}\""))
                .with_hint("STATIC_TOKEN is understood, with the token in \"bearer.auth.token\""));
        }
        let token = setting(settings, "bearer.auth.token");
        let token = token.ok_or_else(|| lacking("bearer.auth.token", source))?;
        let mut headers = vec![("Authorization", format!("Bearer {token}"))];
        for (key, header) in [
            ("bearer.auth.logical.cluster", "target-sr-cluster"),
            ("bearer.auth.identity.pool.id", "Confluent-Identity-Pool-Id"),
        ] {
            headers.extend(setting(settings, key).map(|value| (header, value.to_owned())));
        }
        return Ok(headers);
    }
    let user_info = setting(settings, "basic.auth.user.info");
    match setting(settings, "basic.auth.credentials.source") {
        Some(source @ "USER_INFO") => {
            Ok(basic(user_info.ok_or_else(|| lacking("basic.auth.user.info", source))?))
        }
        Some("SASL_INHERIT") => {
            let part =
                |key: &str| settings.get(key).ok_or_else(|| lacking(key, "SASL_INHERIT")).map(String::as_str);
            Ok(basic(&format!("{}:{}", part("sasl.username")?, part("sasl.password")?)))
        }
        None | Some("URL") => {
            Ok(user_info.map(ToOwned::to_owned).or(user_of_url).map_or(Vec::new(), |user| basic(&user)))
        }
        Some(source) => Err(Error::invalid(format!("\"basic.auth.credentials.source\" is \"{source}\""))
            .with_hint("it is URL, USER_INFO or SASL_INHERIT")),
    }
}

fn tls(settings: &Settings) -> Result<TlsConfig> {
    for key in settings.keys().filter_map(|key| key.strip_prefix("schema.registry.ssl.")) {
        if !SSL_KEYS.contains(&key) {
            return Err(Error::invalid(format!("setting \"schema.registry.ssl.{key}\" is not understood"))
                .with_hint("certificates and keys are given as PEM: ssl.ca.location, ssl.certificate.location, ssl.key.location; a key with a password is to be decrypted first"));
        }
    }
    if setting(settings, "ssl.endpoint.identification.algorithm").is_some_and(str::is_empty) {
        return Err(Error::invalid("a registry's certificate is checked with its name, or not at all").with_hint(
            "leave \"schema.registry.ssl.endpoint.identification.algorithm\" out, or set \"schema.registry.enable.ssl.certificate.verification\" to false",
        ));
    }
    let mut config = TlsConfig::builder();
    let trusted =
        ["ca", "truststore"].iter().find_map(|what| pem(settings, what, "certificates").transpose());
    if let Some((name, text)) = trusted.transpose()? {
        let certificates = certificates(&name, &text)?;
        config = config.root_certs(RootCerts::Specific(Arc::new(certificates)));
    }
    config = config.client_cert(client_certificate(settings)?);
    if setting(settings, "enable.ssl.certificate.verification") == Some("false") {
        config = config.disable_verification(true);
    }
    Ok(config.build())
}

/// The certificate that we show, and its key, if one is set.
fn client_certificate(settings: &Settings) -> Result<Option<ClientCert>> {
    let chain = match pem(settings, "certificate", "")? {
        Some(found) => Some(found),
        None => pem(settings, "keystore", "certificate.chain")?,
    };
    let Some((name, text)) = chain else {
        return Ok(None);
    };
    let key = match (pem(settings, "key", "")?, setting(settings, "ssl.keystore.key")) {
        (Some((_, text)), _) => text,
        (None, Some(text)) => text.to_owned(),
        // A PEM keystore has both in one file.
        (None, None) => text.clone(),
    };
    let chain = certificates(&name, &text)?;
    let items = parse_pem(key.as_bytes()).filter_map(|item| match item {
        Ok(PemItem::PrivateKey(key)) => Some(key),
        _ => None,
    });
    let key = items.last().ok_or_else(|| {
        Error::invalid(format!("there is no private key for the certificate of \"{name}\""))
            .with_hint("give it as PEM, not encrypted, in \"schema.registry.ssl.key.location\"")
    })?;
    check_pair(&chain, &key).map_err(|reason| {
        Error::invalid(format!("the certificate of \"{name}\" cannot be used: {reason}"))
    })?;
    Ok(Some(ClientCert::new_with_certs(&chain, key)))
}

/// A wrong pair would be found out only when the first connection is made.
fn check_pair(chain: &[Certificate<'static>], key: &PrivateKey<'static>) -> std::result::Result<(), String> {
    let chain = chain.iter().map(|certificate| CertificateDer::from(certificate.der().to_vec())).collect();
    let key = PrivateKeyDer::try_from(key.der().to_vec())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?;
    let config = config.with_root_certificates(rustls::RootCertStore::empty());
    config.with_client_auth_cert(chain, key).map(drop).map_err(|error| error.to_string())
}

/// The PEM text that `ssl.WHAT.location`, `ssl.WHAT.pem` or `ssl.WHAT.INLINE` gives, and the setting's name.
fn pem(settings: &Settings, what: &str, inline: &str) -> Result<Option<(String, String)>> {
    for part in ["pem", inline] {
        let key = format!("ssl.{what}.{part}");
        if let Some(text) = setting(settings, &key).filter(|_| !part.is_empty()) {
            return Ok(Some((key, text.to_owned())));
        }
    }
    let key = format!("ssl.{what}.location");
    let Some(path) = setting(settings, &key) else {
        return Ok(None);
    };
    let bytes = std::fs::read(path)
        .map_err(|error| Error::invalid(format!("\"schema.registry.{key}\" = \"{path}\": {error}")))?;
    match String::from_utf8(bytes) {
        Ok(text) if text.contains("-----BEGIN") => Ok(Some((key, text))),
        _ => Err(Error::invalid(format!("\"schema.registry.{key}\" = \"{path}\" is no PEM file")).with_hint(
            "Java's key stores are turned into PEM by `keytool -list -rfc` or `openssl pkcs12 -nodes`",
        )),
    }
}

fn certificates(name: &str, text: &str) -> Result<Vec<Certificate<'static>>> {
    let found: Vec<_> = parse_pem(text.as_bytes())
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(Error::invalid(format!("\"schema.registry.{name}\" has no certificate in it")));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> std::result::Result<Vec<(&'static str, String)>, String> {
        let settings: Settings = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let opened = open("http://u:p@one/, two:8081", &settings);
        opened.map(|(_, access)| access.headers).map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_are_taken_apart() {
        let (urls, access) =
            open("http://u:p@one:1/, two:8081,https://three/base", &Settings::new()).unwrap();
        assert_eq!(urls, ["http://one:1", "http://two:8081", "https://three/base"]);
        assert_eq!(access.headers, [("Authorization", "Basic dTpw".to_owned())]);
        let refused = open("ftp://x", &Settings::new()).err().unwrap().to_string();
        assert!(refused.contains("http or https"), "{refused}");
    }

    #[test]
    fn credentials_come_from_where_settings_say() {
        let basic =
            |user: &str| vec![("Authorization", format!("Basic {}", base64::encode(user.as_bytes())))];
        assert_eq!(headers(&[]).unwrap(), basic("u:p"));
        assert_eq!(headers(&[("basic.auth.user.info", "a:b")]).unwrap(), basic("a:b"));
        let source = ("schema.registry.basic.auth.credentials.source", "USER_INFO");
        assert!(headers(&[source]).unwrap_err().contains("\"basic.auth.user.info\" is not set"));
        let inherit = ("basic.auth.credentials.source", "SASL_INHERIT");
        let inherited = headers(&[inherit, ("sasl.username", "s"), ("sasl.password", "t")]).unwrap();
        assert_eq!(inherited, basic("s:t"));
        let token = [("bearer.auth.credentials.source", "STATIC_TOKEN"), ("bearer.auth.token", "x.y")];
        assert_eq!(headers(&token).unwrap(), [("Authorization", "Bearer x.y".to_owned())]);
        assert!(headers(&token[..1]).unwrap_err().contains("bearer.auth.token"));
    }

    #[test]
    fn what_tls_cannot_do_is_said() {
        let refused = |key: &str, value: &str| headers(&[(key, value)]).unwrap_err();
        assert!(refused("schema.registry.ssl.key.password", "x").contains("not understood"));
        assert!(refused("schema.registry.ssl.endpoint.identification.algorithm", "").contains("not at all"));
        assert!(refused("schema.registry.ssl.ca.location", "/no/such/file").contains("/no/such/file"));
        assert!(refused("schema.registry.ssl.ca.pem", "rubbish").contains("no certificate"));
        assert!(refused("schema.registry.ssl.truststore.location", "/proc/self/exe").contains("no PEM file"));
    }
}
