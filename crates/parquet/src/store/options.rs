//! How an object store is reached.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How an object store is reached. The default takes all from the environment, as the tools of each store do.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Region of the bucket; `None`: that of the environment, else `us-east-1`.
    pub region: Option<String>,
    /// Where the store answers, for stores that speak S3 but are not Amazon's: `http://127.0.0.1:9000`.
    pub endpoint: Option<String>,
    /// Who asks.
    pub credentials: Credentials,
    /// Requests under way at once.
    pub requests_max: usize,
    /// Fragments read beyond what was asked for, in the hope that they are asked for next.
    pub read_ahead: usize,
    /// Bytes of a fragment.
    pub fragment_bytes: usize,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for bytes.
    pub read_timeout: Duration,
    /// How long a part may take to be written.
    pub write_timeout: Duration,
    /// Bytes of the parts in which large files are written; stores want at least 5 MiB.
    pub part_bytes: usize,
    /// Parts being written at once.
    pub parts_max: usize,
    /// Profile in the configuration files; `None`: that of the environment, else `default`.
    pub profile: Option<String>,
    /// The file of profiles; `None`: `~/.aws/config`.
    pub config_file: Option<PathBuf>,
    /// The file of profiles' keys; `None`: `~/.aws/credentials`.
    pub credentials_file: Option<PathBuf>,
}

impl Default for StoreOptions {
    fn default() -> StoreOptions {
        StoreOptions {
            region: None,
            endpoint: None,
            credentials: Credentials::Resolving,
            requests_max: 16,
            read_ahead: 32,
            fragment_bytes: 64 << 10,
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(120),
            part_bytes: 10 << 20,
            parts_max: 8,
            profile: None,
            config_file: None,
            credentials_file: None,
        }
    }
}

impl StoreOptions {
    /// Bytes read beyond what was asked for.
    pub(super) fn ahead_bytes(&self) -> u64 {
        (self.read_ahead as u64).saturating_mul(self.fragment_bytes as u64).min(64 << 20)
    }
}

/// Who asks an object store.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Credentials {
    /// The environment's, then those of the profile, then those of the machine.
    #[default]
    Resolving,
    /// An access key.
    Key {
        /// Its name.
        id: String,
        /// Its secret.
        secret: String,
        /// The token of a session, for keys that end.
        token: Option<String>,
    },
    /// Nobody: requests are not signed.
    Anonymous,
    /// Those of the profile, and no other.
    Profile,
}

impl fmt::Debug for Credentials {
    /// Without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credentials::Resolving => "resolving",
            Credentials::Key { .. } => "key",
            Credentials::Anonymous => "anonymous",
            Credentials::Profile => "profile",
        })
    }
}
