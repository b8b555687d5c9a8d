//! Remote tables whose connection, server or session ends.

use std::sync::Arc;

use kinetable::Table;
use kinetable::engine::Retention;
use kinetable_server::remote::ConnectionState;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::support::{Server, until, until_equal};
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
        let mut server = Some(Server::start(&subject.table, 0));
        let port = server.as_ref().expect("a server").address.port();
        let here = session();
        let remote = server.as_ref().expect("a server").session();
        let followed = remote.subscribe(&here, b"s/t").expect("a table");
        for _ in 0..2 {
            until_equal(&followed, &subject.table);
            let before = followed.batch(0..u64::MAX, None).expect("rows");
            drop(server.take());
            until("it is noticed", || matches!(remote.state(), ConnectionState::Stale { .. }).then_some(()));
            for _ in 0..10 {
                subject.change(&mut random);
            }
            subject.session.flush().expect("a cycle");
            here.flush().expect("a cycle");
            assert_eq!(followed.batch(0..u64::MAX, None).expect("rows"), before);
            assert_eq!(followed.failure().map(|error| error.to_string()), None);
            server = Some(Server::start(&subject.table, port));
            until_equal(&followed, &subject.table);
            until("it says so", || (remote.state() == ConnectionState::Connected).then_some(()));
        }
        drop(server);
    }
}

fn failure(table: &Table) -> String {
    until("the table fails", || table.failure()).to_string()
}

#[test]
fn a_remote_table_that_fails_fails_here_with_the_reason() {
    let there = session();
    let (table, publisher) = there.stream(keyed_schema(), Retention::Append);
    let server = Server::start(&table, 0);
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
    let server = Server::start(&table, 0);
    let port = server.address.port();
    let followed = server.session().subscribe(&session(), b"s/t").expect("a table");
    drop(server);
    let other = there.empty_table(3).update(&["Id = ii".into()], &kinetable::NoNames).expect("a table");
    let _server = Server::start(&other, port);
    let failure = failure(&followed);
    assert!(failure.contains("the table there has other columns now"), "{failure}");
}

#[test]
fn a_session_that_is_closed_ends_its_tables() {
    let table = fixed(&session(), rows(vec![7], vec![None], vec![None]));
    let server = Server::start(&table, 0);
    let remote = server.session();
    let followed = remote.subscribe(&session(), b"s/t").expect("a table");
    remote.close();
    assert_eq!(failure(&followed), "the session with the other process was closed");
    assert_eq!(remote.state(), ConnectionState::Closed);
    assert!(remote.subscribe(&session(), b"s/t").is_err());
}

#[test]
fn a_table_that_nobody_holds_here_is_let_go_there() {
    let there = session();
    let (table, _publisher) = there.stream(keyed_schema(), Retention::Append);
    let held = table.engine().expect("a table");
    let weak = held.weak();
    let server = Server::start(&table, 0);
    let here = Arc::new(session());
    let followed = server.session().subscribe(&here, b"s/t").expect("a table");
    drop((table, held, followed));
    // The server holds the table itself; what holds it beside that is the subscription.
    drop(server);
    until("the table is let go", || weak.upgrade().is_none().then_some(()));
}
