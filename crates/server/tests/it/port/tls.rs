//! The port with certificates.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kinetable_server::port::{Server, Settings, Tls};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::support::{settings, start};

/// A folder with an authority, a server's certificate, a client's, and one of a stranger.
fn certificates(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    write(&folder);
    folder
}

fn write(folder: &Path) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).expect("a certificate");
    std::fs::write(folder.join("authority.pem"), authority.pem()).expect("written");
    let issuer = Issuer::new(params, key);
    for (name, purpose) in
        [("server", ExtendedKeyUsagePurpose::ServerAuth), ("client", ExtendedKeyUsagePurpose::ClientAuth)]
    {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("names");
        params.extended_key_usages = vec![purpose];
        let certificate = params.signed_by(&key, &issuer).expect("a certificate");
        std::fs::write(folder.join(format!("{name}.pem")), certificate.pem()).expect("written");
        std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).expect("written");
    }
    let stranger = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    std::fs::write(folder.join("stranger.pem"), stranger.cert.pem()).expect("written");
    std::fs::write(folder.join("stranger.key"), stranger.signing_key.serialize_pem()).expect("written");
}

fn with_tls(folder: &Path, clients: bool) -> Settings {
    let clients = clients.then(|| folder.join("authority.pem"));
    let tls = Tls { certificates: folder.join("server.pem"), key: folder.join("server.key"), clients };
    Settings { tls: Some(tls), ..settings(Duration::from_secs(300)) }
}

/// What a client gets for `GET /health`.
async fn health(
    server: &Server,
    folder: &Path,
    trusts: &str,
    shows: Option<&str>,
) -> std::io::Result<String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    let trusted = CertificateDer::from_pem_file(folder.join(trusts)).expect("a certificate");
    roots.add(trusted).expect("an authority");
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("versions").with_root_certificates(roots);
    let config = match shows {
        None => config.with_no_client_auth(),
        Some(name) => {
            let certificate = CertificateDer::from_pem_file(folder.join(format!("{name}.pem")));
            let key = PrivateKeyDer::from_pem_file(folder.join(format!("{name}.key"))).expect("a key");
            config.with_client_auth_cert(vec![certificate.expect("a certificate")], key).expect("fit")
        }
    };
    let connector = TlsConnector::from(Arc::new(config));
    let stream = TcpStream::connect(server.address()).await?;
    let name = ServerName::try_from("localhost").expect("a name");
    let mut stream = connector.connect(name, stream).await?;
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}

#[tokio::test]
async fn the_connection_is_encrypted_and_the_server_is_who_it_says() {
    let folder = certificates("encrypted");
    let (server, _host) = start(with_tls(&folder, false));
    let text = health(&server, &folder, "authority.pem", None).await.expect("an answer");
    assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("ok\n"), "{text}");
    assert!(health(&server, &folder, "stranger.pem", None).await.is_err());
    // Who does not speak TLS hears nothing.
    let mut plain = TcpStream::connect(server.address()).await.expect("a connection");
    plain.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("written");
    let mut bytes = Vec::new();
    let _ = plain.read_to_end(&mut bytes).await;
    assert!(!bytes.starts_with(b"HTTP"), "{bytes:?}");
}

#[tokio::test]
async fn clients_show_a_certificate_where_one_is_asked_for() {
    let folder = certificates("mutual");
    let (server, _host) = start(with_tls(&folder, true));
    let text = health(&server, &folder, "authority.pem", Some("client")).await.expect("an answer");
    assert!(text.ends_with("ok\n"), "{text}");
    for shows in [None, Some("stranger"), Some("server")] {
        assert!(health(&server, &folder, "authority.pem", shows).await.is_err(), "{shows:?}");
    }
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = certificates("unusable");
    let file = |name: &str| folder.join(name);
    for (certificates, key, named) in [
        ("none.pem", "server.key", "none.pem"),
        ("server.key", "server.key", "server.key"),
        ("server.pem", "client.key", "server.pem"),
        ("server.pem", "client.pem", "client.pem"),
    ] {
        let tls = Tls { certificates: file(certificates), key: file(key), clients: None };
        let settings = Settings { tls: Some(tls), ..settings(Duration::from_secs(300)) };
        let session =
            kinetable::Session::start(kinetable::SessionConfig { threads: 1, ..Default::default() });
        let host = Arc::new(kinetable_server::host::Variables::new(session.expect("a session")));
        let error = Server::start(settings, host).expect_err(named).to_string();
        assert!(error.contains(named), "{error}");
    }
}
