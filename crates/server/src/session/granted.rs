//! Values with what may be done with them beside reading them.

use tonic::Status;

use crate::host::Object;

/// A value that somebody may read.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The value.
    pub object: Object,
    /// Whether it may be followed as it changes.
    pub follow: bool,
    /// Whether it may be written, if it is a table that can be.
    pub write: bool,
}

impl Granted {
    /// A value that a session made of nothing of others.
    pub fn own(object: Object) -> Granted {
        Granted { object, follow: true, write: true }
    }

    /// A value that was made of others: what may be done with it is what may be done with all of them. Where nothing changes, there
    /// is nothing to follow that could not be read.
    pub fn made<'a>(object: Object, of: impl IntoIterator<Item = &'a Granted>) -> Granted {
        let (mut follow, mut write) = (true, true);
        for one in of {
            (follow, write) = (follow && one.follow, write && one.write);
        }
        Granted { follow: follow || !changes(&object), write, object }
    }

    /// The same, if it may be followed.
    ///
    /// # Errors
    /// If it may not.
    pub fn followed(self) -> Result<Granted, Status> {
        if self.follow {
            return Ok(self);
        }
        Err(Status::permission_denied(
            "this user may read the table, or what it was made of, but not follow it",
        ))
    }

    /// The same, if it may be written.
    ///
    /// # Errors
    /// If it may not.
    pub fn written(self) -> Result<Granted, Status> {
        if self.write {
            return Ok(self);
        }
        Err(Status::permission_denied("this user may read the table, but not write it"))
    }

    /// The same, if it may be given a name, under which others have other rights to it.
    ///
    /// # Errors
    /// If it may be followed or written there by who may not do so here.
    pub fn named(self) -> Result<Granted, Status> {
        let granted = self.followed()?;
        let is_input = granted.object.table().is_some_and(|table| table.input().is_some());
        if is_input { granted.written() } else { Ok(granted) }
    }
}

/// Whether a value may become another one.
pub fn changes(object: &Object) -> bool {
    match object {
        Object::Table(table) => table.is_live(),
        Object::Hierarchy(hierarchy) => hierarchy.source().is_live(),
        Object::View(view) => view.table.is_live(),
        // Tables that change may be in a table that does not.
        Object::Partitioned(_) | Object::Thing(_) => true,
        Object::Console => false,
    }
}

#[cfg(test)]
mod tests {
    use kinetable::engine::Retention;
    use kinetable::{Session, SessionConfig};

    use super::Granted;
    use crate::host::Object;

    #[test]
    fn what_is_made_of_tables_may_do_what_all_of_them_may() {
        let session = Session::start(SessionConfig { threads: 1, ..SessionConfig::default() }).unwrap();
        let live = session.time_table(1_000_000_000, None, Retention::Append).unwrap();
        let live = || Object::Table(live.clone());
        let still = Object::Table(session.empty_table(1));
        let (own, read) =
            (Granted::own(live()), Granted { follow: false, write: false, ..Granted::own(live()) });
        assert!(Granted::made(live(), []).follow);
        assert!(Granted::made(live(), [&own, &own]).follow);
        let mixed = Granted::made(live(), [&own, &read]);
        assert!(!mixed.follow && !mixed.write);
        assert!(
            mixed.clone().followed().is_err() && mixed.clone().written().is_err() && mixed.named().is_err()
        );
        let still = Granted::made(still, [&read]);
        assert!(still.follow && !still.write && still.clone().named().is_ok());
        assert!(still.written().is_err());
    }
}
