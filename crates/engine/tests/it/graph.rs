//! Cycles: what readers, listeners and children see.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kinetable_engine::source::{Keep, Publisher, Retention, open};
use kinetable_engine::{Change, Error, ErrorKind, Graph, Listener, RowSet, Table, versions};
use parking_lot::Mutex;

use crate::support::{batch, graph, picky, schema, values};

#[derive(Default)]
struct Recorder {
    changes: Mutex<Vec<Arc<Change>>>,
    failures: Mutex<Vec<String>>,
}

impl Listener for Recorder {
    fn on_update(&self, change: &Arc<Change>) {
        self.changes.lock().push(change.clone());
    }

    fn on_failure(&self, error: &Error) {
        self.failures.lock().push(error.message().to_owned());
    }
}

#[test]
fn append_keeps_all_blink_keeps_a_cycle_ring_keeps_the_newest() {
    let graph = graph();
    let (append, to_append) = open(&graph, schema(), Retention::Append);
    let (blink, to_blink) = open(&graph, schema(), Retention::BLINK);
    let (ring, to_ring) = open(&graph, schema(), Retention::Ring(3));
    for cycle in 0..3i64 {
        for publisher in [&to_append, &to_blink, &to_ring] {
            publisher.publish(batch([cycle * 2, cycle * 2 + 1])).expect("same columns");
        }
        graph.run_cycle(cycle);
    }
    assert_eq!(values(&append.version()), [0, 1, 2, 3, 4, 5]);
    assert_eq!(values(&blink.version()), [4, 5]);
    assert_eq!(values(&ring.version()), [3, 4, 5]);
    assert_eq!(graph.next_due(), Some(2 + 1_000_000_000), "a blink table lingers for a second");
    graph.run_cycle(1_000_000_002);
    assert_eq!(blink.size(), 0);
    assert_eq!(append.size(), 6);
}

#[test]
fn a_listener_gets_values_it_can_keep() {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::BLINK);
    let recorder = Arc::new(Recorder::default());
    let (start, handle) = table.listen(recorder.clone());
    assert!(start.rows().is_empty());
    publisher.publish(batch([1, 2])).expect("same columns");
    graph.run_cycle(0);
    publisher.publish(batch([3])).expect("same columns");
    graph.run_cycle(1);
    drop(handle);
    graph.run_cycle(2);
    let changes = recorder.changes.lock();
    let seen: Vec<_> = changes.iter().map(|change| (values(&change.before), values(&change.after))).collect();
    assert_eq!(seen, [(vec![], vec![1, 2]), (vec![1, 2], vec![3])]);
    assert_eq!(changes[1].update.removed, RowSet::flat(2));
}

#[test]
fn a_failure_stays_in_its_branch() {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    let sound = table.with_definition(table.definition().clone()).expect("made");
    let bad = picky(&table).expect("made");
    let below = picky(&bad).expect("made");
    let recorder = Arc::new(Recorder::default());
    let (_, _handle) = below.listen(recorder.clone());
    publisher.publish(batch([1])).expect("same columns");
    graph.run_cycle(0);
    publisher.publish(batch([13])).expect("same columns");
    let report = graph.run_cycle(1);
    assert_eq!(report.tables_failed, 2);
    assert_eq!(values(&sound.version()), [1, 13]);
    assert_eq!(values(&bad.version()), [1], "a failed table keeps its last version");
    assert_eq!(*recorder.failures.lock(), ["unlucky"]);
    assert_eq!(picky(&below).expect_err("failed").kind(), ErrorKind::Source);
    publisher.publish(batch([2])).expect("same columns");
    graph.run_cycle(2);
    assert_eq!(sound.size(), 3);
}

#[test]
fn a_panic_is_caught_at_the_node() {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    let bad = picky(&table).expect("made");
    publisher.publish(batch([666])).expect("same columns");
    graph.run_cycle(0);
    let failure = bad.failure().expect("it failed");
    assert_eq!(failure.kind(), ErrorKind::Internal);
    assert!(failure.message().contains("a bug at 666"), "{failure}");
    assert!(table.failure().is_none());
}

#[test]
fn a_table_nobody_holds_costs_nothing() {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    let derived = picky(&table).expect("made");
    publisher.publish(batch([1])).expect("same columns");
    assert_eq!(graph.run_cycle(0).nodes_run, 2);
    drop(derived);
    publisher.publish(batch([2])).expect("same columns");
    assert_eq!(graph.run_cycle(1).nodes_run, 1);
    drop(table);
    assert!(!publisher.is_open());
    assert_eq!(graph.run_cycle(2).nodes_run, 0);
}

/// Looks again and again, once at least, while another thread adds a row a cycle.
fn while_cycles_run(graph: &Graph, publisher: &Publisher, cycles: i64, mut look: impl FnMut()) {
    let running = AtomicBool::new(true);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for value in 0..cycles {
                publisher.publish(batch([1_000 + value])).expect("same columns");
                graph.run_cycle(value);
            }
            running.store(false, Ordering::Release);
        });
        loop {
            look();
            if !running.load(Ordering::Acquire) {
                break;
            }
        }
    });
}

#[test]
fn tables_made_while_cycles_run_miss_nothing() {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    let mut made: Vec<Table> = Vec::new();
    while_cycles_run(&graph, &publisher, 3_000, || {
        made.push(
            picky(made.last().filter(|_| !made.len().is_multiple_of(10)).unwrap_or(&table)).expect("made"),
        );
        let seen = versions(&[table.clone(), made[made.len() - 1].clone()]);
        assert_eq!(seen[0].rows(), seen[1].rows(), "two tables of one graph show the same step");
        made.truncate(50);
    });
    graph.run_cycle(0);
    for child in &made {
        assert_eq!(values(&child.version()), values(&table.version()));
    }
}

#[test]
fn who_has_seen_a_step_of_one_table_sees_it_of_all() {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    let children: Vec<Table> = (0..50).map(|_| picky(&table).expect("made")).collect();
    while_cycles_run(&graph, &publisher, 2_000, || {
        let seen = table.size();
        for child in &children {
            assert!(child.size() >= seen, "its step was still to be published");
        }
    });
}

#[test]
fn a_latest_table_has_the_last_batch() {
    let graph = graph();
    let (latest, publisher) = open(&graph, schema(), Retention::Latest);
    let recorder = Arc::new(Recorder::default());
    let (_, _handle) = latest.listen(recorder.clone());
    publisher.publish(batch([1, 2])).expect("same columns");
    publisher.publish(batch([3])).expect("same columns");
    graph.run_cycle(0);
    assert_eq!(values(&latest.version()), [3]);
    publisher.publish(batch([3])).expect("same columns");
    graph.run_cycle(1);
    graph.run_cycle(2);
    assert_eq!(recorder.changes.lock().len(), 1, "the same rows are no change");
    publisher.publish(batch([])).expect("same columns");
    graph.run_cycle(3);
    assert_eq!((latest.size(), recorder.changes.lock().len()), (0, 2));
}

#[test]
fn what_is_published_before_a_cycle_is_in_it() {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    let hook: Arc<dyn Fn() + Send + Sync> = {
        let publisher = publisher.clone();
        Arc::new(move || publisher.publish(batch([7])).expect("same columns"))
    };
    graph.before_cycles(Arc::downgrade(&hook));
    graph.prepare();
    graph.run_cycle(0);
    drop(hook);
    graph.prepare();
    graph.run_cycle(1);
    assert_eq!(values(&table.version()), [7]);
}

#[test]
fn while_the_lock_is_held_no_cycle_runs_and_tables_can_be_made() {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    publisher.publish(batch([1])).expect("same columns");
    graph.lock().expect("nobody holds it");
    let ran = Arc::new(AtomicBool::new(false));
    let cycle = std::thread::spawn({
        let (graph, ran) = (graph.clone(), ran.clone());
        move || {
            graph.run_cycle(0);
            ran.store(true, Ordering::SeqCst);
        }
    });
    let below = picky(&table).expect("a table can be made");
    std::thread::yield_now();
    assert!(!ran.load(Ordering::SeqCst) && graph.is_locked_by_me());
    assert_eq!((table.size(), graph.step()), (0, 0));
    graph.unlock().expect("it is held");
    cycle.join().expect("the cycle ran");
    assert_eq!((values(&below.version()), graph.step()), (vec![1], 1));
}

#[test]
fn a_table_made_inside_a_cycle_is_an_error_not_a_wait() {
    struct Maker(Table);
    impl kinetable_engine::Operator for Maker {
        fn apply(
            &mut self,
            _: &[kinetable_engine::Input<'_>],
            _: &kinetable_engine::Version,
            _: &kinetable_engine::StepCtx,
        ) -> kinetable_engine::Result<Option<kinetable_engine::Output>> {
            picky(&self.0).map(|_| None)
        }
    }
    let graph = graph();
    let (source, publisher) = open(&graph, schema(), Retention::Append);
    let maker = Table::derive(std::slice::from_ref(&source), |inputs| {
        Ok(kinetable_engine::Initial {
            definition: source.definition().clone(),
            rows: inputs[0].rows().clone(),
            columns: inputs[0].columns().to_vec(),
            operator: Box::new(Maker(source.clone())),
        })
    })
    .expect("a live table");
    publisher.publish(batch([1])).expect("same columns");
    graph.run_cycle(0);
    assert!(maker.failure().is_some_and(|error| error.message().contains("inside a cycle")));
    assert!(picky(&source).is_ok());
}

#[test]
fn what_is_published_is_settled_when_its_step_is_finished() {
    /// Looks, in the middle of the step, whether its input's rows count as settled.
    struct Peek(kinetable_engine::source::Publisher, Arc<AtomicBool>);
    impl kinetable_engine::Operator for Peek {
        fn apply(
            &mut self,
            _: &[kinetable_engine::Input<'_>],
            _: &kinetable_engine::Version,
            _: &kinetable_engine::StepCtx,
        ) -> kinetable_engine::Result<Option<kinetable_engine::Output>> {
            self.1.store(self.0.is_settled(self.0.mark()), Ordering::Relaxed);
            Ok(None)
        }
    }
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    let was_settled = Arc::new(AtomicBool::new(true));
    let peek = Peek(publisher.clone(), was_settled.clone());
    let _below = Table::derive(std::slice::from_ref(&table), |inputs| {
        Ok(kinetable_engine::Initial {
            definition: table.definition().clone(),
            rows: inputs[0].rows().clone(),
            columns: inputs[0].columns().to_vec(),
            operator: Box::new(peek),
        })
    })
    .expect("a child");
    assert!(publisher.is_settled(publisher.mark()), "nothing is always settled");
    publisher.publish(batch([1])).expect("same columns");
    let first = publisher.mark();
    assert!(!publisher.is_settled(first));
    graph.run_cycle(0);
    assert!(!was_settled.load(Ordering::Relaxed), "the step was under way");
    assert!(publisher.is_settled(first));
    publisher.publish(batch([2])).expect("same columns");
    assert!(publisher.is_settled(first) && !publisher.is_settled(publisher.mark()));
    graph.run_cycle(1);
    assert!(publisher.is_settled(publisher.mark()));
    let (failing, to_failing) = open(&graph, schema(), Retention::Append);
    to_failing.publish(batch([1])).expect("same columns");
    to_failing.fail(Error::source("broken"));
    graph.run_cycle(2);
    assert!(to_failing.is_settled(to_failing.mark()), "what came before a failure is in the table");
    to_failing.publish(batch([2])).expect("same columns");
    graph.run_cycle(3);
    assert!(failing.failure().is_some() && !to_failing.is_settled(to_failing.mark()));
}

fn keeping(keep: Keep) -> (Graph, Table, Publisher) {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Keep(keep));
    (graph, table, publisher)
}

#[test]
fn a_table_with_limits_loses_its_oldest_rows_and_their_memory() {
    let (graph, table, publisher) = keeping(Keep::rows(1_000));
    for cycle in 0..300 {
        publisher.publish(batch(cycle * 1_000..(cycle + 1) * 1_000)).expect("same columns");
        graph.run_cycle(cycle);
    }
    let kept = values(&table.version());
    assert_eq!(kept.last(), Some(&299_999));
    assert!((1_000..=1_125).contains(&kept.len()), "{} rows", kept.len());
    assert_eq!(kept, (300_000 - kept.len() as i64..300_000).collect::<Vec<_>>());
    let bytes = publisher.table_bytes();
    assert!(bytes < 65_536 * 8 * 5 / 4, "{bytes} bytes after 2.4 MB came");
}

#[test]
fn rows_grow_old_without_news() {
    let (graph, table, publisher) = keeping(Keep { age_ns: Some(1_000), ..Keep::default() });
    publisher.publish(batch([1, 2])).expect("same columns");
    graph.run_cycle(5_000);
    assert_eq!(graph.next_due(), Some(6_000));
    publisher.publish(batch([3])).expect("same columns");
    graph.run_cycle(5_900);
    assert_eq!(values(&table.version()), [1, 2, 3]);
    graph.run_cycle(6_000);
    assert_eq!(values(&table.version()), [3]);
    graph.run_cycle(6_900);
    assert_eq!((table.size(), graph.next_due()), (0, None));
}

#[test]
fn rows_can_be_retracted_where_rows_may_go() {
    let (graph, table, publisher) = keeping(Keep::rows(1 << 40));
    publisher.publish(batch([10, 11, 12, 13])).expect("same columns");
    graph.run_cycle(0);
    publisher.retract(&RowSet::from_sorted([0, 2, 77])).expect("rows may go");
    publisher.publish(batch([14])).expect("same columns");
    graph.run_cycle(1);
    assert_eq!(values(&table.version()), [11, 13, 14]);
    publisher.retract(&RowSet::from_range(0..9)).expect("rows may go");
    graph.run_cycle(2);
    assert_eq!((table.size(), publisher.table_bytes()), (0, 0));
    publisher.publish(batch([15])).expect("same columns");
    graph.run_cycle(3);
    assert_eq!(values(&table.version()), [15]);
    let (append, to_append) = open(&graph, schema(), Retention::Append);
    assert!(to_append.retract(&RowSet::flat(1)).is_err(), "an append table never loses rows");
    drop(append);
}

#[test]
fn what_was_published_before_a_failure_is_in_the_table() {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    publisher.publish(batch([1, 2])).expect("same columns");
    publisher.fail(Error::source("the source broke"));
    graph.run_cycle(0);
    assert_eq!((values(&table.version()), table.failure().is_none()), (vec![1, 2], true));
    assert_eq!(graph.next_due(), Some(0), "the next cycle is due at once");
    publisher.publish(batch([3])).expect("same columns");
    graph.run_cycle(1);
    assert_eq!((values(&table.version()), table.failure().is_some()), (vec![1, 2], true));
}
