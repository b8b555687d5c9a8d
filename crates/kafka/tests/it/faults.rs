//! The broker goes away and comes back; the reader is slower than the topic.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use kinetable_broker::feed::TradeFeed;
use kinetable_kafka::{Retention, consume};

use crate::consuming::{avro, text};
use crate::live::{Collector, Live, cells, longs, read, wait_for, wait_rows};
use crate::stand::Stand;

#[test]
fn a_killed_broker_loses_nothing_doubles_nothing_and_is_told_of() {
    let stand = Stand::own();
    let topic = stand.topic("killed", 2);
    let feed = TradeFeed { topic: topic.clone(), count: 40_000, rate: 10_000.0, ..TradeFeed::default() };
    let running = feed.spawn(&stand.target);
    wait_for("the topic's schema", || {
        kinetable_broker::client::end_offsets(&stand.target, &topic)
            .is_ok_and(|ends| ends.values().sum::<i64>() > 0)
    });
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, avro(&format!("{topic}-value")))).unwrap();
    wait_for("some rows", || consumed.table.size() > 1_000);
    let states = || cells(&read(&consumed.status), "State");
    let killed = Instant::now();
    stand.broker.kill();
    wait_for("the fault's row", || states().iter().any(|state| state == "DEGRADED"));
    assert!(killed.elapsed() < Duration::from_secs(5), "told after {:?}", killed.elapsed());
    assert!(consumed.table.size() > 1_000, "the rows are kept");
    std::thread::sleep(Duration::from_secs(1));
    let restarted = Instant::now();
    stand.broker.restart();
    wait_for("the recovery's row", || states().last().is_some_and(|state| state == "RUNNING"));
    println!("recovery told after {:?}", restarted.elapsed());
    let report = running.wait().unwrap();
    let total: i64 = report.end_offsets.values().sum();
    wait_for("all rows", || consumed.table.size() as i64 >= total);
    let rows = read(&consumed.table);
    let places: BTreeSet<_> =
        longs(&rows, "KafkaPartition").into_iter().zip(longs(&rows, "KafkaOffset")).collect();
    let expected: BTreeSet<_> =
        report.end_offsets.iter().flat_map(|(p, end)| (0..*end).map(move |o| (i64::from(*p), o))).collect();
    assert_eq!(places, expected, "nothing lost");
    assert_eq!(rows.num_rows(), expected.len(), "nothing doubled");
    let details = cells(&read(&consumed.status), "Detail");
    assert!(details.iter().any(|detail| detail.starts_with("no broker")), "{details:?}");
}

#[test]
fn over_budget_the_source_pauses_and_loses_nothing() {
    let stand = Stand::shared();
    let topic = stand.topic("pause", 1);
    let feed = TradeFeed { topic: topic.clone(), count: 60_000, ..TradeFeed::default() };
    feed.run(&stand.target).unwrap();
    let live = Live::start();
    live.hold(true);
    let mut config = stand
        .consumer(&topic, avro(&format!("{topic}-value")))
        .with_setting("kinetable.queue.bytes.max", "500000");
    config.retention = Retention::Blink { linger_ns: 1_000_000 };
    let consumed = consume(&live.graph, config).unwrap();
    let seen = Collector::of(&consumed.table);
    wait_for("a pause", || consumed.source.stats().is_paused);
    std::thread::sleep(Duration::from_millis(300));
    let paused = consumed.source.stats();
    assert!(paused.queued_rows < 60_000, "not all is read: {paused:?}");
    assert!(paused.queued_bytes < 8_000_000, "the queue is bounded: {paused:?}");
    live.hold(false);
    wait_for("all rows", || seen.rows() >= 60_000);
    assert_eq!(seen.rows(), 60_000);
    let offsets = longs(&seen.all(), "KafkaOffset");
    assert!(offsets.iter().copied().eq(0..60_000), "in order, each once");
    assert!(consumed.source.stats().pauses >= 1);
    wait_for("the pause to be over", || !consumed.source.stats().is_paused);
}

#[test]
fn a_single_record_is_seen_at_once() {
    let stand = Stand::shared();
    let topic = stand.topic("soon", 1);
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, text("V"))).unwrap();
    stand.produce_values(&topic, &[b"warm"]);
    wait_rows(&consumed.table, 1);
    let mut took = Vec::new();
    for n in 1..=20u64 {
        stand.produce_values(&topic, &[b"x"]);
        let produced = Instant::now();
        wait_for("the record", || consumed.table.size() > n);
        took.push(produced.elapsed());
    }
    took.sort();
    println!("produced to row: median {:?}, worst {:?}", took[10], took[19]);
    assert!(took[10] < Duration::from_millis(100), "{took:?}");
}
