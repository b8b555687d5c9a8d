//! Remote tables while the connection lasts: what they follow, what types they have, what is refused.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use kinetable::engine::Retention;
use kinetable::{NoNames, Table};
use kinetable_server::remote::{Address, ConnectionState, RemoteSession};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::support::{Server, until, until_equal};
use crate::subscriptions::random::{KINDS, Subject};
use crate::subscriptions::support::{batch, fixed, keyed_schema, rows, session};

#[test]
fn a_remote_table_follows_adds_removes_changes_and_shifts() {
    for seed in 0..KINDS + 4 {
        let mut random = StdRng::seed_from_u64(seed);
        let subject = Subject::new(seed % KINDS);
        subject.change(&mut random);
        subject.session.flush().expect("a cycle");
        let server = Server::start(&subject.table);
        // Its updates are checked against its versions in each cycle.
        let here = session();
        let remote = server.session();
        let followed = remote.subscribe(&here, b"s/t").expect("a table");
        assert_eq!(followed.schema().fields(), subject.table.schema().fields());
        until_equal(&followed, &subject.table);
        let below = followed.sort(&[("Name".to_owned(), kinetable::Order::Descending)]).expect("a sort");
        for _ in 0..40 {
            subject.change(&mut random);
        }
        subject.session.flush().expect("a cycle");
        until_equal(&followed, &subject.table);
        let expected = subject.table.sort(&[("Name".to_owned(), kinetable::Order::Descending)]);
        until_equal(&below, &expected.expect("a sort"));
        assert_eq!(followed.failure().map(|error| error.to_string()), None);
        assert_eq!(remote.state(), ConnectionState::Connected);
    }
}

#[test]
fn a_remote_table_may_have_no_columns() {
    let server = Server::start(&session().empty_table(150_000));
    let (remote, here) = (server.session(), session());
    for table in [remote.subscribe(&here, b"s/t"), remote.snapshot(&here, b"s/t")] {
        assert_eq!(table.expect("a table").size().expect("a size"), 150_000);
    }
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert_eq!(remote.state(), ConnectionState::Connected);
}

#[test]
fn every_row_of_a_remote_blink_table_passes_once() {
    let there = session();
    let (table, publisher) = there.stream(keyed_schema(), Retention::BLINK);
    let server = Server::start(&table);
    let here = session();
    let followed = server.session().subscribe(&here, b"s/t").expect("a table");
    assert!(followed.definition().properties.blink);
    let kept = followed.blink_to_append_only().expect("an append table");
    for round in 0..20i64 {
        let ids: Vec<i64> = (round * 10..round * 10 + 3).collect();
        publisher.publish(batch(rows(ids, vec![None; 3], vec![None; 3]))).expect("rows");
        if round % 3 == 0 {
            there.flush().expect("a cycle");
        }
    }
    until("60 rows have passed", || (kept.size().expect("a size") == 60).then_some(()));
    let ids = kept.batch(0..100, None).expect("rows").column(0).clone();
    let expected: Vec<i64> = (0..20).flat_map(|round| round * 10..round * 10 + 3).collect();
    assert_eq!(ids.as_primitive::<Int64Type>().values(), &expected[..]);
}

/// A static table with columns of many types.
fn of_many_types() -> Table {
    let formulas = [
        "L = ii % 3 == 0 ? NULL_LONG : ii",
        "I = (int)ii",
        "S = (short)ii",
        "B = (byte)ii",
        "C = (char)(ii + 65)",
        "F = (float)ii / 3",
        "D = ii / 7.0",
        "T = ii % 4 == 0 ? null : `row ` + ii",
        "At = epochNanosToInstant(ii * 1000003)",
        "Yes = ii % 2 == 0",
    ];
    let formulas: Vec<String> = formulas.map(str::to_owned).to_vec();
    session().empty_table(50).update(&formulas, &NoNames).expect("a table")
}

#[test]
fn a_snapshot_has_the_rows_and_the_types() {
    let table = of_many_types();
    let lists = table.agg_all_by(kinetable::Aggregation::group([""; 0]), &["Yes".to_owned()]).expect("lists");
    for table in [table, lists] {
        let server = Server::start(&table);
        let here = session();
        let copy = server.session().snapshot(&here, b"s/t").expect("a copy");
        assert!(!copy.is_live());
        assert_eq!(copy.schema().fields(), table.schema().fields());
        until_equal(&copy, &table);
        until_equal(&server.session().subscribe(&here, b"s/t").expect("a table"), &table);
    }
}

#[test]
fn what_is_not_there_or_not_for_us_is_said() {
    let table = fixed(&session(), rows(vec![1], vec![None], vec![None]));
    let server = Server::start(&table);
    let error = server.session().subscribe(&session(), b"s/nonesuch").expect_err("no table");
    assert!(error.to_string().contains("variable 'nonesuch' not found"), "{error}");
    let stranger = Address {
        credential: "Basic x".into(),
        ..Address::anonymous("127.0.0.1", server.address.port(), None)
    };
    let error = RemoteSession::connect(stranger).err().expect("no way in");
    assert!(error.to_string().contains("Authentication details invalid"), "{error}");
    assert!(error.to_string().contains("auth_type"), "{error}");
    let nobody = Address::anonymous("127.0.0.1", 1, None);
    let error = RemoteSession::connect(nobody).err().expect("nobody");
    assert!(error.to_string().starts_with("server 127.0.0.1:1: "), "{error}");
    assert!(error.to_string().contains("is it running"), "{error}");
}
