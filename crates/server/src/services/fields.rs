//! The variables that clients may fetch, looked at while somebody watches.
//!
//! A script or a notebook assigns without telling, so one task looks at the names again and again, for all who watch; nobody
//! watches: it sleeps. **Cost**: a look-up of every name, a few times a second.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kinetable_wire::grpc::{FieldInfo, FieldsChangeUpdate, TypedTicket};
use tokio::sync::{Notify, watch};
use tonic::Status;

use super::Shared;
use super::shared::blocking;
use crate::access::{Right, User};
use crate::host::{Variable, kind_for_clients};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(300);

/// The newest list of variables.
pub struct Fields {
    newest: watch::Sender<Arc<Vec<Variable>>>,
    changed: Notify,
}

impl Default for Fields {
    fn default() -> Fields {
        Fields { newest: watch::channel(Arc::default()).0, changed: Notify::new() }
    }
}

impl Fields {
    /// Asks for a look at once: a name was assigned.
    pub fn notify(&self) {
        self.changed.notify_one();
    }

    /// The list now, and what tells of another one.
    pub async fn watch(
        shared: &Arc<Shared>,
    ) -> Result<(Arc<Vec<Variable>>, watch::Receiver<Arc<Vec<Variable>>>), Status> {
        look(shared).await?;
        let mut receiver = shared.fields.newest.subscribe();
        let list = receiver.borrow_and_update().clone();
        // The task may be asleep, having been alone.
        shared.fields.notify();
        Ok((list, receiver))
    }

    /// Looks while somebody watches, until the future is dropped.
    pub async fn run(shared: Arc<Shared>) {
        loop {
            if shared.fields.newest.receiver_count() == 0 {
                shared.fields.changed.notified().await;
            } else {
                // Neither the end of the wait nor a word says more than the other.
                let _ = tokio::time::timeout(PAUSE, shared.fields.changed.notified()).await;
            }
            if let Err(status) = look(&shared).await {
                tracing::warn!(%status, "the variables cannot be listed");
            }
        }
    }
}

/// Those of a list that are shown to a user.
pub fn shown(list: &[Variable], user: &User) -> Vec<Variable> {
    list.iter().filter(|variable| user.may(Right::List, &variable.reference())).cloned().collect()
}

/// The list as it is now.
///
/// # Errors
/// If the host panics.
pub async fn list(shared: &Arc<Shared>) -> Result<Vec<Variable>, Status> {
    let host = shared.clone();
    blocking(move || Ok(host.host.variables())).await
}

async fn look(shared: &Arc<Shared>) -> Result<(), Status> {
    let list = list(shared).await?;
    shared.fields.newest.send_if_modified(|newest| {
        let differs = **newest != list;
        if differs {
            *newest = Arc::new(list);
        }
        differs
    });
    Ok(())
}

/// What has to be told to somebody who knows one list, so that he knows another.
pub fn difference(before: &[Variable], after: &[Variable]) -> FieldsChangeUpdate {
    let mut update = FieldsChangeUpdate::default();
    let mut gone: HashMap<(&str, Option<&str>), &Variable> =
        before.iter().map(|one| (key(one), one)).collect();
    for variable in after {
        match gone.remove(&key(variable)) {
            None => update.created.push(info(variable)),
            Some(known) if known.kind != variable.kind => {
                update.removed.push(info(known));
                update.created.push(info(variable));
            }
            Some(known) if known.identity != variable.identity => update.updated.push(info(variable)),
            Some(_) => {}
        }
    }
    let is_gone = |known: &&Variable| gone.contains_key(&key(known));
    update.removed.extend(before.iter().filter(is_gone).map(info));
    update
}

/// What variables are told apart by.
fn key(variable: &Variable) -> (&str, Option<&str>) {
    (&variable.name, variable.application.as_ref().map(|application| application.id.as_str()))
}

fn info(variable: &Variable) -> FieldInfo {
    let ticket = variable.reference().ticket();
    let (id, name, description) = match &variable.application {
        None => ("scope", "", "query scope variable"),
        Some(application) => (application.id.as_str(), application.name.as_str(), "field of an application"),
    };
    FieldInfo {
        typed_ticket: Some(TypedTicket {
            ticket: Some(ticket),
            r#type: kind_for_clients(&variable.kind).to_owned(),
        }),
        field_name: variable.name.clone(),
        field_description: description.to_owned(),
        application_name: name.to_owned(),
        application_id: id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use kinetable_wire::grpc::FieldInfo;

    use super::difference;
    use crate::host::{Application, Variable};

    fn variable(name: &str, kind: &str, identity: u64) -> Variable {
        Variable { application: None, name: name.to_owned(), kind: kind.to_owned(), identity }
    }

    fn names(fields: &[FieldInfo]) -> Vec<&str> {
        fields.iter().map(|field| field.field_name.as_str()).collect()
    }

    #[test]
    fn tells_what_came_changed_and_went() {
        let before = [
            variable("a", "Table", 1),
            variable("b", "Table", 2),
            variable("c", "Table", 3),
            variable("d", "Table", 4),
        ];
        let after = [
            variable("a", "Table", 1),
            variable("b", "Table", 5),
            variable("c", "PartitionedTable", 6),
            variable("e", "Table", 7),
        ];
        let update = difference(&before, &after);
        assert_eq!(names(&update.created), ["c", "e"]);
        assert_eq!(names(&update.updated), ["b"]);
        assert_eq!(names(&update.removed), ["c", "d"]);
        assert_eq!(difference(&after, &after), Default::default());
    }
    #[test]
    fn a_field_and_a_variable_may_share_a_name() {
        let application = Application { id: "shop".to_owned(), name: "Shop".to_owned() };
        let field = Variable { application: Some(application), ..variable("a", "Table", 1) };
        let update = difference(&[variable("a", "Table", 1)], &[variable("a", "Table", 1), field.clone()]);
        assert_eq!((update.created.len(), update.updated.len(), update.removed.len()), (1, 0, 0));
        let told = &update.created[0];
        assert_eq!((told.application_id.as_str(), told.application_name.as_str()), ("shop", "Shop"));
        let ticket = told.typed_ticket.as_ref().and_then(|typed| typed.ticket.as_ref());
        assert_eq!(ticket.map(|ticket| ticket.ticket.as_slice()), Some(&b"a/shop/f/a"[..]));
        assert_eq!(names(&difference(&[field], &[]).removed), ["a"]);
    }
}
