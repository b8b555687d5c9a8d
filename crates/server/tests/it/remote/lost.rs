//! Remote tables whose connection, server or session ends.

use std::collections::HashMap;
use std::sync::Arc;

use kinetable::engine::Retention;
use kinetable::{NoNames, Table};
use kinetable_server::access::Right;
use kinetable_server::remote::ConnectionState;
use kinetable_server::subscriptions::Resolve;
use parking_lot::Mutex;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tonic::Status;

use super::support::{Front, Server, until, until_equal};
use crate::subscriptions::random::Subject;
use crate::subscriptions::support::{batch, fixed, keyed_schema, rows, session};

#[test]
fn a_table_whose_connection_is_lost_stays_as_it_is_and_is_whole_again_later() {
    for kind in 0..3 {
        let mut random = StdRng::seed_from_u64(kind);
        let subject = Subject::new(kind);
        for _ in 0..5 {
            subject.change(&mut random);
        }
        subject.session.flush().expect("a cycle");
        let mut server = Server::start(&subject.table);
        let front = Front::of(&server);
        let here = session();
        let remote = front.session();
        let followed = remote.subscribe(&here, b"s/t").expect("a table");
        for _ in 0..2 {
            until_equal(&followed, &subject.table);
            let before = followed.batch(0..u64::MAX, None).expect("rows");
            front.end(server);
            until("it is noticed", || matches!(remote.state(), ConnectionState::Stale { .. }).then_some(()));
            for _ in 0..10 {
                subject.change(&mut random);
            }
            subject.session.flush().expect("a cycle");
            here.flush().expect("a cycle");
            assert_eq!(followed.batch(0..u64::MAX, None).expect("rows"), before);
            assert_eq!(followed.failure().map(|error| error.to_string()), None);
            server = Server::start(&subject.table);
            front.leads_to(&server);
            until_equal(&followed, &subject.table);
            until("it says so", || (remote.state() == ConnectionState::Connected).then_some(()));
        }
        front.end(server);
    }
}

fn failure(table: &Table) -> String {
    until("the table fails", || table.failure()).to_string()
}

#[test]
fn a_remote_table_that_fails_fails_here_with_the_reason() {
    let there = session();
    let (table, publisher) = there.stream(keyed_schema(), Retention::Append);
    let server = Server::start(&table);
    let followed = server.session().subscribe(&session(), b"s/t").expect("a table");
    publisher.publish(batch(rows(vec![7], vec![None], vec![None]))).expect("rows");
    publisher.fail(kinetable::Error::source("the feed is gone"));
    let failure = failure(&followed);
    assert!(failure.contains("the remote table ended") && failure.contains("the feed is gone"), "{failure}");
    assert_eq!(followed.size().expect("a size"), 1, "its last rows can still be read");
}

#[test]
fn a_table_that_comes_back_with_other_columns_fails() {
    let there = session();
    let table = fixed(&there, rows(vec![7], vec![None], vec![None]));
    let server = Server::start(&table);
    let front = Front::of(&server);
    let followed = front.session().subscribe(&session(), b"s/t").expect("a table");
    front.end(server);
    let other = there.empty_table(3).update(&["Id = ii".into()], &NoNames).expect("a table");
    let server = Server::start(&other);
    front.leads_to(&server);
    let failure = failure(&followed);
    assert!(failure.contains("the table there has other columns now"), "{failure}");
}

#[test]
fn a_session_that_is_closed_ends_its_tables() {
    let table = fixed(&session(), rows(vec![7], vec![None], vec![None]));
    let server = Server::start(&table);
    let remote = server.session();
    let followed = remote.subscribe(&session(), b"s/t").expect("a table");
    remote.close();
    assert_eq!(failure(&followed), "the session with the other process was closed");
    assert_eq!(remote.state(), ConnectionState::Closed);
    assert!(remote.subscribe(&session(), b"s/t").is_err());
}

/// Makes a table whenever one is asked for, and holds none.
struct Made {
    of: Table,
    /// Whether somebody holds the tables that were made.
    held: Mutex<Vec<Box<dyn Fn() -> bool + Send>>>,
}

#[tonic::async_trait]
impl Resolve for Made {
    async fn table(&self, _: &[u8], _: Right) -> Result<Table, Status> {
        let made = self.of.where_(&["Id >= 0".to_owned()], &NoNames).expect("a filter");
        let weak = made.engine().expect("a table").weak();
        self.held.lock().push(Box::new(move || weak.upgrade().is_some()));
        Ok(made)
    }
}

#[test]
fn a_table_that_nobody_holds_here_is_let_go_there() {
    let there = session();
    let (of, publisher) = there.stream(keyed_schema(), Retention::Append);
    let tables = Arc::new(Made { of, held: Mutex::default() });
    let server = Server::of(tables.clone());
    let here = session();
    let followed = server.session().subscribe(&here, b"s/t").expect("a table");
    let is_held = tables.held.lock().remove(0);
    publisher.publish(batch(rows(vec![7], vec![None], vec![None]))).expect("rows");
    until("a row", || (followed.size().expect("a size") == 1).then_some(()));
    assert!(is_held(), "the subscription holds it");
    drop(followed);
    until("the table is let go", || (!is_held()).then_some(()));
}

/// Finds tables by name.
struct Named(HashMap<&'static [u8], Table>);

#[tonic::async_trait]
impl Resolve for Named {
    async fn table(&self, ticket: &[u8], _: Right) -> Result<Table, Status> {
        self.0.get(ticket).cloned().ok_or_else(|| Status::not_found("there is no such table"))
    }
}

#[test]
fn a_session_is_stale_until_the_last_of_its_tables_is_whole_again() {
    let there = session();
    let (one, first) = there.stream(keyed_schema(), Retention::Append);
    let (other, second) = there.stream(keyed_schema(), Retention::Append);
    let named = |names: &[(&'static [u8], &Table)]| {
        Arc::new(Named(names.iter().map(|(name, table)| (*name, (*table).clone())).collect()))
    };
    let server = Server::of(named(&[(b"s/one", &one), (b"s/other", &other)]));
    let front = Front::of(&server);
    let (remote, here) = (front.session(), session());
    let [one_here, other_here] =
        [b"s/one".as_slice(), b"s/other"].map(|name| remote.subscribe(&here, name).expect("a table"));
    front.end(server);
    let is_stale = || matches!(remote.state(), ConnectionState::Stale { .. });
    until("it is noticed", || is_stale().then_some(()));
    first.publish(batch(rows(vec![1], vec![None], vec![None]))).expect("rows");
    second.publish(batch(rows(vec![2], vec![None], vec![None]))).expect("rows");
    let server = Server::of(named(&[(b"s/one", &one)]));
    front.leads_to(&server);
    until("one is whole", || (one_here.size().expect("a size") == 1).then_some(()));
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(is_stale(), "the other is as it was: {:?}", remote.state());
    assert_eq!(other_here.size().expect("a size"), 0);
    front.end(server);
    let server = Server::of(named(&[(b"s/one", &one), (b"s/other", &other)]));
    front.leads_to(&server);
    until("the other is whole", || (other_here.size().expect("a size") == 1).then_some(()));
    until("it says so", || (remote.state() == ConnectionState::Connected).then_some(()));
}
