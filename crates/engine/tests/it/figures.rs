//! What nodes and cycles are said to have done.

use std::sync::Arc;

use kinetable_engine::graph::CYCLES_KEPT;
use kinetable_engine::source::{Retention, open};
use kinetable_engine::{Change, Error, Listener, NodeWork};

use crate::support::{batch, graph, picky, schema};

#[test]
fn counters_are_the_sums_of_the_updates() {
    let graph = graph();
    let (blink, to_blink) = open(&graph, schema(), Retention::BLINK);
    let below = picky(&blink).expect("an input that is alive");
    for cycle in 0..4 {
        to_blink.publish(batch([1, 2, 3])).expect("same columns");
        graph.run_cycle(cycle);
    }
    // The rows of a blink table go with the next cycle, whatever brings it about.
    graph.run_cycle(5);
    let (source, node) = (blink.figures().expect("live"), below.figures().expect("live"));
    for figures in [&source, &node] {
        let NodeWork { runs, changes, nanos, added, removed, modified } = figures.work;
        assert_eq!((runs, changes, added, removed, modified), (5, 5, 12, 12, 0));
        assert!(nanos > 0);
    }
    assert_eq!((source.kind, node.kind, node.parents), ("blink", "Picky", vec![source.number]));
    assert_eq!((source.is_source, source.depth, node.is_source, node.depth), (true, 0, false, 1));
    graph.run_cycle(6);
    assert_eq!(blink.figures().expect("live").work, source.work, "invariant 1");
    let cycles = graph.cycles_after(0);
    assert_eq!(cycles.iter().map(|cycle| cycle.added).sum::<u64>(), 24, "invariant 2, of both tables");
    assert_eq!(cycles.iter().map(|cycle| cycle.step).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!((cycles[0].nodes_run, cycles[0].tables_changed, cycles[5].nodes_run), (2, 2, 0));
    assert!(cycles[0].slowest.is_some() && cycles[0].slowest_nanos <= cycles[0].nanos);
}

#[test]
fn tables_are_found_as_long_as_somebody_holds_them() {
    let graph = graph();
    let (first, _) = open(&graph, schema(), Retention::Append);
    let (second, _) = open(&graph, schema(), Retention::Append);
    let below = picky(&picky(&first).expect("alive")).expect("alive");
    let numbers = || graph.tables().iter().filter_map(|table| table.number()).collect::<Vec<_>>();
    assert_eq!(numbers(), [1, 2, 3, 4]);
    drop(second);
    assert_eq!(numbers(), [1, 3, 4]);
    drop(below);
    assert_eq!((numbers(), graph.nodes_made()), (vec![1], 4));
}

#[test]
fn what_stands_aside_is_in_no_figure() {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    let (aside, to_aside) = open(&graph, schema(), Retention::Append);
    aside.stand_aside();
    let below = picky(&aside).expect("alive");
    assert!(below.is_aside() && !table.is_aside());
    to_aside.publish(batch([1])).expect("same columns");
    graph.run_cycle(0);
    assert!(graph.cycles_after(0).is_empty(), "nothing else changed");
    for publisher in [&publisher, &to_aside] {
        publisher.publish(batch([2])).expect("same columns");
    }
    graph.run_cycle(1);
    let cycle = graph.cycles_after(0)[0];
    assert_eq!((cycle.step, cycle.nodes_run, cycle.tables_changed, cycle.added), (2, 1, 1, 1));
    assert_eq!(graph.tables().len(), 1);
}

#[test]
fn the_newest_cycles_are_kept_and_failures_count() {
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    let unlucky = picky(&table).expect("alive");
    publisher.publish(batch([13])).expect("same columns");
    graph.run_cycle(0);
    assert_eq!((graph.cycles_after(0)[0].tables_failed, unlucky.failure().is_some()), (1, true));
    let cycles = CYCLES_KEPT as u64 + 10;
    for now in 1..cycles {
        graph.run_cycle(now as i64);
    }
    let kept = graph.cycles_after(0);
    assert_eq!((kept.len(), kept[0].step, kept[CYCLES_KEPT - 1].step), (CYCLES_KEPT, 11, cycles));
    assert_eq!(graph.cycles_after(cycles - 2).len(), 2);
}

#[test]
fn the_time_of_listeners_is_told_apart() {
    struct Slow;
    impl Listener for Slow {
        fn on_update(&self, _: &Arc<Change>) {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }

        fn on_failure(&self, _: &Error) {}
    }
    let graph = graph();
    let (table, publisher) = open(&graph, schema(), Retention::Append);
    let (_, _listening) = table.listen(Arc::new(Slow));
    assert_eq!(table.figures().expect("live").listeners, 1);
    publisher.publish(batch([1])).expect("same columns");
    assert!(table.queued().is_some_and(|(rows, bytes)| rows == 1 && bytes >= 8));
    graph.run_cycle(0);
    let cycle = graph.cycles_after(0)[0];
    assert!(cycle.listener_nanos >= 20_000_000 && cycle.nanos >= cycle.listener_nanos, "{cycle:?}");
    assert_eq!(table.queued(), Some((0, 0)));
}
