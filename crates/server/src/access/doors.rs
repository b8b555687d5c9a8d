//! The ways in that a server offers, and who comes through each.

use std::sync::Arc;

use kinetable::Error;
use subtle::ConstantTimeEq;
use tonic::Status;

use super::credentials::{Credential, KEY_HANDLER};
use super::rights::{Grants, Right, Rights};
use crate::session::Reference;

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
    /// What may be done with which tables; none: everything.
    pub grants: Option<Arc<Grants>>,
}

impl User {
    /// Somebody without a name, who may read and write but run no code.
    pub fn anonymous() -> User {
        User { name: "anonymous".to_owned(), console: false, write: true, grants: None }
    }

    /// Whether something may be done with what a ticket names.
    pub fn may(&self, right: Right, reference: &Reference) -> bool {
        self.grants.as_ref().is_none_or(|grants| grants.allow(right, reference))
    }
}

/// The ways in of a server, and the rights of those who come in.
#[derive(Debug, Clone, Default)]
pub struct Access {
    doors: Vec<Door>,
    console: bool,
    read_only: bool,
    rights: Option<Rights>,
}

impl Access {
    /// These ways in, without the right to run code.
    pub fn new(doors: Vec<Door>) -> Access {
        Access { doors, ..Access::default() }
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

    /// The same, and each user has the rights that these say: they alone say who may run code.
    ///
    /// # Errors
    /// If they name a user whom no way in lets in: somebody would be mistaken about who has them.
    pub fn with_rights(self, rights: Rights) -> kinetable::Result<Access> {
        let known: Vec<&str> = self.doors.iter().map(Door::user).collect();
        if let Some(stranger) = rights.users().find(|user| !known.contains(user)) {
            let message =
                format!("the rights name the user \"{}\", whom no way in lets in", stranger.escape_debug());
            let hint = format!("those who may enter: {}; * is everybody who is not named", known.join(", "));
            return Err(Error::invalid(message).with_hint(hint));
        }
        Ok(Access { rights: Some(rights), ..self })
    }

    /// Whether somebody without a secret comes in.
    pub fn is_open(&self) -> bool {
        self.doors.contains(&Door::Anonymous)
    }

    /// Whether those who come in may change nothing.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Whether somebody who comes in may run code.
    pub fn console(&self) -> bool {
        self.rights.as_ref().map_or(self.console, Rights::console)
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
            Some(name) => Ok(self.user(name)),
            None => Err(refused()),
        }
    }

    fn user(&self, name: String) -> User {
        let grants = self.rights.as_ref().map(|rights| rights.of(&name));
        let console = grants.as_ref().map_or(self.console, |grants| grants.console);
        User { name, console, write: !self.read_only, grants }
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

    /// The name of those who come through.
    fn user(&self) -> &str {
        match self {
            Door::Anonymous => "anonymous",
            Door::Key(_) => "key",
            Door::Basic { user, .. } => user,
        }
    }

    /// The name of who comes through with a credential.
    fn admits(&self, credential: &Credential) -> Option<String> {
        match (self, credential) {
            (Door::Anonymous, Credential::Anonymous) => Some(self.user().to_owned()),
            (Door::Key(key), Credential::Handler { name, payload }) if name == KEY_HANDLER => {
                is_same(key, payload).then(|| self.user().to_owned())
            }
            // Clients that know names and passwords alone hand the key in as a password.
            (Door::Key(key), Credential::Basic { password, .. }) => {
                is_same(key, password).then(|| self.user().to_owned())
            }
            (Door::Basic { user, password }, Credential::Basic { user: given, password: word }) => {
                (is_same(user, given) & is_same(password, word)).then(|| self.user().to_owned())
            }
            _ => None,
        }
    }
}

fn is_same(secret: &str, given: &str) -> bool {
    bool::from(secret.as_bytes().ct_eq(given.as_bytes()))
}
