//! The server's certificate, and those that clients must show.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::server::{NoClientAuth, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::Error;

/// Files in PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The certificate, and those that vouch for it.
    pub certificates: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// Who vouches for clients; none: clients need no certificate.
    pub clients: Option<PathBuf>,
}

impl Tls {
    /// What speaks TLS 1.2 and 1.3 with this certificate.
    ///
    /// # Errors
    /// If a file cannot be read, or key and certificate do not belong together.
    pub(super) fn acceptor(&self) -> Result<TlsAcceptor, Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let certificates = certificates(&self.certificates)?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| unreadable(&self.key, &error))?;
        let verifier = match &self.clients {
            None => Arc::new(NoClientAuth),
            Some(file) => {
                let mut roots = RootCertStore::empty();
                for certificate in self::certificates(file)? {
                    roots.add(certificate).map_err(|error| unreadable(file, &error))?;
                }
                let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
                builder.build().map_err(|error| unreadable(file, &error))?
            }
        };
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map(|builder| builder.with_client_cert_verifier(verifier))
            .and_then(|builder| builder.with_single_cert(certificates, key));
        let mut config = config.map_err(|error| unreadable(&self.certificates, &error))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn certificates(file: &PathBuf) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(Error::new(format!("\"{}\" has no certificate", file.display()), None)),
        Err(error) => Err(unreadable(file, &error)),
    }
}

fn unreadable(file: &std::path::Path, error: &dyn std::fmt::Display) -> Error {
    let message = format!("cannot use \"{}\" for TLS: {error}", file.display());
    Error::new(message, Some("a PEM file with a certificate, and one with its key"))
}
