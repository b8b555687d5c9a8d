//! A statement over the variables of the server, with the rights of a user.

use std::cell::RefCell;

use kinetable::{Error, Result, Table};
use kinetable_sql::Tables;
use tonic::Status;

use crate::access::{Right, User};
use crate::session::Reference;

use super::super::shared::{Shared, status};

/// The variables that a user may read. Looking them up may wait for the host.
struct Readable<'a> {
    shared: &'a Shared,
    user: &'a User,
    /// The name that was not found.
    missing: RefCell<Option<String>>,
}

impl Tables for Readable<'_> {
    fn table(&self, name: &str) -> Result<Option<Table>> {
        let reference = Reference::Scope(name.to_owned());
        match self.shared.found(self.user, &reference, Right::Read) {
            None => {
                *self.missing.borrow_mut() = Some(name.to_owned());
                Ok(None)
            }
            Some(granted) => match granted.object.table() {
                Some(table) => Ok(Some(table.clone())),
                None => {
                    let kind = granted.object.kind();
                    Err(Error::invalid(format!("\"{}\" is a {kind}, and no table", name.escape_debug())))
                }
            },
        }
    }

    fn names(&self) -> Vec<String> {
        super::catalogue::names(self.shared, self.user)
    }
}

/// The result of a statement.
pub(super) fn evaluate(shared: &Shared, user: &User, text: &str) -> std::result::Result<Table, Status> {
    run(shared, user, text, kinetable_sql::evaluate)
}

/// A table without rows that has the columns of a statement's result.
pub(super) fn check(shared: &Shared, user: &User, text: &str) -> std::result::Result<Table, Status> {
    run(shared, user, text, kinetable_sql::check)
}

fn run(
    shared: &Shared,
    user: &User,
    text: &str,
    with: fn(&kinetable::Session, &str, &dyn Tables) -> Result<Table>,
) -> std::result::Result<Table, Status> {
    let tables = Readable { shared, user, missing: RefCell::default() };
    with(&shared.host.session(), text, &tables).map_err(|error| match tables.missing.take() {
        Some(name) => {
            Status::not_found(format!("Flight SQL: Object '{}' not found: {error}", name.escape_debug()))
        }
        None => status(error),
    })
}
