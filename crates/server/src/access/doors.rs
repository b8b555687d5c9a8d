//! The ways in that a server offers, and who comes through each.

use subtle::ConstantTimeEq;
use tonic::Status;

use super::credentials::{Credential, KEY_HANDLER};

/// A way in.
#[derive(Clone, PartialEq, Eq)]
pub enum Door {
    /// Everybody.
    Anonymous,
    /// Whoever has the key.
    Key(String),
    /// Whoever has a name and its password.
    Basic {
        /// The user's name.
        user: String,
        /// The user's password.
        password: String,
    },
}

impl std::fmt::Debug for Door {
    /// Without secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Door::Anonymous => f.write_str("anonymous"),
            Door::Key(_) => f.write_str("key"),
            Door::Basic { user, .. } => write!(f, "basic of {user:?}"),
        }
    }
}

/// Who came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: String,
    /// Whether code may be run in the process.
    pub console: bool,
    /// Whether input tables and variables may be changed.
    pub write: bool,
}

impl User {
    /// Somebody without a name, who may read and write but run no code.
    pub fn anonymous() -> User {
        User { name: "anonymous".to_owned(), console: false, write: true }
    }
}

/// The ways in of a server, and the rights of those who come in.
#[derive(Debug, Clone, Default)]
pub struct Access {
    doors: Vec<Door>,
    console: bool,
    read_only: bool,
}

impl Access {
    /// These ways in, without the right to run code.
    pub fn new(doors: Vec<Door>) -> Access {
        Access { doors, console: false, read_only: false }
    }

    /// The same, and whoever comes in may run code in the process, or may not.
    #[must_use]
    pub fn with_console(self, console: bool) -> Access {
        Access { console, ..self }
    }

    /// The same, and nobody may change input tables and variables.
    #[must_use]
    pub fn read_only(self) -> Access {
        Access { read_only: true, ..self }
    }

    /// Whether somebody without a secret comes in.
    pub fn is_open(&self) -> bool {
        self.doors.contains(&Door::Anonymous)
    }

    /// Whether those who come in may change nothing.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Whether those who come in may run code.
    pub fn console(&self) -> bool {
        self.console
    }

    /// The names of the handlers, from which login pages choose what they show.
    pub fn handlers(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.doors.iter().map(Door::handler).collect();
        names.dedup();
        names
    }

    /// Who a credential that is no token stands for.
    ///
    /// # Errors
    /// If nobody.
    pub fn enter(&self, credential: &Credential) -> Result<User, Status> {
        let name = self.doors.iter().filter_map(|door| door.admits(credential)).next();
        match name {
            Some(name) => Ok(User { name, console: self.console, write: !self.read_only }),
            None => Err(refused()),
        }
    }
}

/// What is said to whoever is turned away, whatever the reason.
pub fn refused() -> Status {
    Status::unauthenticated("Authentication details invalid")
}

impl Door {
    fn handler(&self) -> &'static str {
        match self {
            Door::Anonymous => "io.deephaven.auth.AnonymousAuthenticationHandler",
            Door::Key(_) => KEY_HANDLER,
            Door::Basic { .. } => "Basic",
        }
    }

    /// The name of who comes through with a credential.
    fn admits(&self, credential: &Credential) -> Option<String> {
        match (self, credential) {
            (Door::Anonymous, Credential::Anonymous) => Some("anonymous".to_owned()),
            (Door::Key(key), Credential::Handler { name, payload }) if name == KEY_HANDLER => {
                is_same(key, payload).then(|| "key".to_owned())
            }
            // Clients that know names and passwords alone hand the key in as a password.
            (Door::Key(key), Credential::Basic { password, .. }) => {
                is_same(key, password).then(|| "key".to_owned())
            }
            (Door::Basic { user, password }, Credential::Basic { user: given, password: word }) => {
                (is_same(user, given) & is_same(password, word)).then(|| user.clone())
            }
            _ => None,
        }
    }
}

fn is_same(secret: &str, given: &str) -> bool {
    bool::from(secret.as_bytes().ct_eq(given.as_bytes()))
}
