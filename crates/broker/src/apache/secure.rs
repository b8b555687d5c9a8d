//! Listeners with TLS and log-ins, beside the plain one, with certificates made for the occasion by `openssl`.
//!
//! | listener | asks for |
//! |---|---|
//! | SSL | nothing but TLS |
//! | SASL_PLAINTEXT | a log-in: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER with unsecured tokens |
//! | SASL_SSL | both |
//!
//! Who is not forbidden may do everything; who comes by the plain listener may forbid.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::process::free_port;

/// The user that all log-ins but OAUTHBEARER know.
pub const USER: &str = "alice";
/// Their password.
pub const PASSWORD: &str = "alice-9f3c";

/// Where a broker listens with TLS and log-ins.
#[derive(Clone, Debug)]
pub struct SecureListeners {
    ssl: u16,
    sasl: u16,
    sasl_ssl: u16,
    folder: PathBuf,
}

impl SecureListeners {
    /// Makes certificates in a folder, and picks ports.
    pub(super) fn prepare(folder: &Path) -> Result<SecureListeners> {
        make_certificates(folder)?;
        let folder = folder.to_owned();
        Ok(SecureListeners { ssl: free_port()?, sasl: free_port()?, sasl_ssl: free_port()?, folder })
    }

    /// `bootstrap.servers` with TLS.
    pub fn ssl(&self) -> String {
        format!("127.0.0.1:{}", self.ssl)
    }

    /// `bootstrap.servers` with a log-in.
    pub fn sasl(&self) -> String {
        format!("127.0.0.1:{}", self.sasl)
    }

    /// `bootstrap.servers` with TLS and a log-in.
    pub fn sasl_ssl(&self) -> String {
        format!("127.0.0.1:{}", self.sasl_ssl)
    }

    /// The certificate of the authority that signed the broker's, a PEM file.
    pub fn authority(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    pub(super) fn listeners(&self) -> String {
        let (ssl, sasl, both) = (self.ssl(), self.sasl(), self.sasl_ssl());
        format!(",SSL://{ssl},SASL_PLAINTEXT://{sasl},SASL_SSL://{both}")
    }

    pub(super) fn properties(&self) -> String {
        let module = "org.apache.kafka.common.security";
        let logins: String = ["sasl_plaintext", "sasl_ssl"]
            .map(|listener| {
                let of = |mechanism: &str| format!("listener.name.{listener}.{mechanism}.sasl.jaas.config={module}");
                let (plain, s256, s512, token) =
                    (of("plain"), of("scram-sha-256"), of("scram-sha-512"), of("oauthbearer"));
                format!(
                    "{plain}.plain.PlainLoginModule required user_{USER}=\"{PASSWORD}\";\n\
                     {s256}.scram.ScramLoginModule required;\n\
                     {s512}.scram.ScramLoginModule required;\n\
                     {token}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\";\n"
                )
            })
            .concat();
        let folder = self.folder.display();
        format!(
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
{logins}authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=true
"
        )
    }
}

/// Arguments for formatting the storage that make the users of SCRAM.
pub(super) fn scram_users() -> Vec<String> {
    let add = |mechanism| format!("{mechanism}=[name={USER},password={PASSWORD}]");
    ["SCRAM-SHA-256", "SCRAM-SHA-512"].into_iter().flat_map(|m| ["--add-scram".to_owned(), add(m)]).collect()
}

/// An authority `ca.pem`, and `server.pem`: key, certificate for 127.0.0.1, and authority.
fn make_certificates(folder: &Path) -> Result<()> {
    let key = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-x509"];
    run(
        folder,
        &[
            &["req"],
            &key[..],
            &["-subj", "/CN=kinetable test authority", "-keyout", "ca.key", "-out", "ca.pem"],
        ]
        .concat(),
    )?;
    let signed =
        ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
    let basic = ["-addext", "basicConstraints=critical,CA:FALSE"];
    let to = ["-subj", "/CN=127.0.0.1", "-keyout", "server.key", "-out", "server.crt"];
    run(folder, &[&["req"], &key[..], &signed[..], &basic[..], &to[..]].concat())?;
    let parts = ["server.key", "server.crt", "ca.pem"].map(|file| std::fs::read_to_string(folder.join(file)));
    let parts = parts.into_iter().collect::<std::io::Result<Vec<_>>>()?;
    std::fs::write(folder.join("server.pem"), parts.concat())?;
    Ok(())
}

fn run(folder: &Path, arguments: &[&str]) -> Result<()> {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output();
    let output = output.context("openssl cannot be run; install it with: apt-get install -y openssl")?;
    if !output.status.success() {
        bail!("openssl made no certificate: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
