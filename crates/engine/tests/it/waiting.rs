//! First rows that wait for those who use a blink table.

use std::sync::Arc;

use kinetable_engine::source::{Publisher, Retention, open};
use kinetable_engine::{
    Change, Definition, Error, Graph, Initial, Listener, Parts, Properties, RowSet, Table,
};
use parking_lot::Mutex;

use crate::support::{Picky, batch, graph, picky, schema, values};

const MS: i64 = 1_000_000;

/// A blink table that holds its first rows for a second, with two rows queued.
fn held() -> (Graph, Table, Publisher) {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::BLINK);
    publisher.hold_first_rows(1_000 * MS);
    publisher.publish(batch([1, 2])).expect("same columns");
    (graph, table, publisher)
}

/// A table that is not blink, made from one that is.
fn kept(parent: &Table) -> Table {
    parent.with_definition(Definition::new(schema(), Properties::ANY)).expect("made")
}

#[derive(Default)]
struct Told(Mutex<Vec<i64>>);

impl Listener for Told {
    fn on_update(&self, change: &Arc<Change>) {
        self.0.lock().extend(values(&change.after));
    }

    fn on_failure(&self, error: &Error) {
        panic!("{error}");
    }
}

#[test]
fn rows_wait_for_a_table_that_keeps_them() {
    let (graph, blink, publisher) = held();
    graph.run_cycle(0);
    graph.run_cycle(500 * MS);
    assert_eq!(
        (blink.size(), publisher.queued_rows(), publisher.is_settled(publisher.mark())),
        (0, 2, false)
    );
    assert_eq!(graph.next_due(), Some(510 * MS), "it is asked again soon");
    let child = kept(&blink);
    publisher.publish(batch([3])).expect("same columns");
    graph.run_cycle(510 * MS);
    assert_eq!(values(&child.version()), [1, 2, 3]);
    assert!(publisher.is_settled(publisher.mark()));
    drop(child);
    publisher.publish(batch([4])).expect("same columns");
    graph.run_cycle(520 * MS);
    assert_eq!(values(&blink.version()), [4], "once rows have flowed nobody asks any more");
    assert_eq!(graph.next_due(), Some(1_520 * MS), "only the linger is due");
}

#[test]
fn rows_wait_a_second_from_when_they_are_there() {
    let graph = graph();
    let (blink, publisher) = open(&graph, schema(), Retention::BLINK);
    publisher.hold_first_rows(1_000 * MS);
    graph.run_cycle(0);
    assert_eq!(graph.next_due(), None, "without rows nothing is due");
    publisher.publish(batch([1])).expect("same columns");
    graph.run_cycle(5_000 * MS);
    graph.run_cycle(5_995 * MS);
    assert_eq!((blink.size(), graph.next_due()), (0, Some(6_000 * MS)));
    graph.run_cycle(6_000 * MS);
    assert_eq!(values(&blink.version()), [1]);
}

#[test]
fn a_clock_that_is_set_back_does_not_prolong_the_wait() {
    let (graph, blink, _publisher) = held();
    graph.run_cycle(10_000_000 * MS);
    graph.run_cycle(5_000 * MS);
    assert_eq!((blink.size(), graph.next_due()), (0, Some(5_010 * MS)));
    graph.run_cycle(5_999 * MS);
    assert_eq!(blink.size(), 0);
    graph.run_cycle(6_000 * MS);
    assert_eq!(values(&blink.version()), [1, 2]);
}

#[test]
fn a_chain_of_blink_tables_needs_a_user_at_each_end() {
    let graph = graph();
    let (blink, _publisher) = open(&graph, schema(), Retention::BLINK);
    assert!(blink.awaits_users());
    let first = kept(&blink);
    assert!(!blink.awaits_users() && !first.awaits_users());
    let passed = picky(&blink).expect("made");
    let further = picky(&passed).expect("made");
    assert!(blink.awaits_users() && passed.awaits_users());
    let third = kept(&further);
    assert!(!blink.awaits_users() && !passed.awaits_users(), "one in the middle needs none of its own");
    drop(third);
    assert!(blink.awaits_users(), "a user that is gone is none");
    let other = picky(&passed).expect("made");
    let (_, handle) = further.listen(Arc::new(Told::default()));
    assert!(blink.awaits_users(), "a second end needs one too");
    let fourth = kept(&other);
    assert!(!blink.awaits_users(), "who is told uses it");
    drop(handle);
    assert!(blink.awaits_users());
    drop((passed, further, other, fourth));
    assert!(!blink.awaits_users(), "a table that is gone needs nobody");
    let (append, _publisher) = open(&graph, schema(), Retention::Append);
    let (definition, version) = (blink.definition().clone(), blink.version());
    let fixed = Table::fixed(definition, RowSet::empty(), version.columns().to_vec());
    assert!(!append.awaits_users() && !fixed.awaits_users());
}

#[test]
fn a_table_that_follows_blink_tables_is_made_of_them() {
    let graph = graph();
    let (blink, _publisher) = open(&graph, schema(), Retention::BLINK);
    let parts = Parts::default();
    let mut followed = None;
    let merged = Table::gather(Some(&graph), &[], &parts, |_| {
        followed = Some(parts.follow(0, &blink)?);
        let version = blink.version();
        Ok(Initial {
            definition: blink.definition().clone(),
            rows: version.rows().clone(),
            columns: version.columns().to_vec(),
            operator: Box::new(Picky),
        })
    });
    let merged = merged.expect("made");
    let own = kept(&blink);
    assert!(blink.awaits_users(), "the table that follows is blink, and nobody uses it");
    let child = kept(&merged);
    assert!(!blink.awaits_users());
    drop((followed, own, child));
}

#[test]
fn a_listener_is_told_of_the_first_rows() {
    let (graph, blink, _publisher) = held();
    graph.run_cycle(0);
    let told = Arc::new(Told::default());
    let (start, _handle) = blink.listen(told.clone());
    assert!(start.rows().is_empty());
    graph.run_cycle(1);
    assert_eq!(*told.0.lock(), [1, 2]);
}

#[test]
fn a_failure_does_not_wait() {
    let (graph, blink, publisher) = held();
    graph.run_cycle(0);
    publisher.fail(Error::source("the source broke"));
    graph.run_cycle(1);
    assert_eq!(values(&blink.version()), [1, 2]);
    graph.run_cycle(2);
    assert!(blink.failure().is_some());
}
