//! The embedded broker, seen by librdkafka.

use std::collections::BTreeMap;
use std::time::Duration;

use kinetable_broker::client::{self, Reading};
use kinetable_broker::feed::{Publisher, Record, Stamp, TradeFeed};
use kinetable_broker::{EmbeddedBroker, Options, Registry, Target};

use crate::support::{bench, wait_until};

fn publish(target: &Target, topic: &str, values: impl IntoIterator<Item = String>) {
    let publisher = Publisher::new(target, 1.0).expect("a publisher");
    for value in values {
        let record = Record { topic, value: Some(value.as_bytes()), partition: Some(0), ..Record::default() };
        publisher.send(record).expect("the record is taken");
    }
    publisher.finish().expect("all records are taken");
}

#[test]
fn records_come_back_as_they_were_sent() {
    let bench = bench();
    assert!(client::create_topic(&bench.target, "letters", 3).expect("created"));
    assert!(!client::create_topic(&bench.target, "letters", 3).expect("known already"));
    let publisher = Publisher::new(&bench.target, 1.0).expect("a publisher");
    let (key, empty): (Option<&[u8]>, Option<&[u8]>) = (Some(b"k"), Some(b""));
    let sent = [(0, None, Some(&b"a"[..])), (2, key, None), (2, empty, empty), (1, key, Some(&[0, 255][..]))];
    for (partition, key, value) in sent {
        let partition = Some(partition);
        let record = Record { topic: "letters", partition, key, value, timestamp: Some(77), mark: None };
        publisher.send(record).expect("the record is taken");
    }
    publisher.finish().expect("all records are taken");
    let read = client::read_all(&bench.target, "letters").expect("readable");
    let mut read: Vec<_> =
        read.iter().map(|r| (r.partition, r.offset, r.key.clone(), r.value.clone())).collect();
    read.sort();
    let expected = vec![
        (0, 0, None, Some(b"a".to_vec())),
        (1, 0, Some(b"k".to_vec()), Some(vec![0, 255])),
        (2, 0, Some(b"k".to_vec()), None),
        (2, 1, Some(vec![]), Some(vec![])),
    ];
    assert_eq!(read, expected);
    assert_eq!(bench.broker.end_offsets("letters"), [(0, 1), (1, 1), (2, 2)].into());
}

#[test]
fn a_fetch_keeps_the_limits_the_client_sets() {
    let bench = bench();
    let feed = TradeFeed { count: 300_000, ..TradeFeed::default() };
    feed.run(&bench.target).expect("fed");
    // A reply may not pass 1.5 MB here; the topic holds some 13 MB in its one partition.
    let settings = [("fetch.max.bytes", "1100000"), ("receive.message.max.bytes", "1500000")];
    let drained = client::drain(&bench.target, "crypto.trades", &settings).expect("drained");
    assert_eq!(drained.records, 300_000);
    assert!(drained.bytes > 12_000_000, "{drained:?}");
}

#[test]
fn a_record_larger_than_the_limit_still_arrives() {
    let bench = bench();
    publish(&bench.target, "large", ["x".repeat(700_000), "y".to_owned()]);
    let settings = [("fetch.message.max.bytes", "1000")];
    let drained = client::drain(&bench.target, "large", &settings).expect("drained");
    assert_eq!((drained.records, drained.bytes), (2, 700_001));
}

#[test]
fn reading_begins_inside_a_batch_and_ends_with_the_count() {
    let bench = bench();
    publish(&bench.target, "numbers", (0..1000).map(|n| n.to_string()));
    let reading = Reading {
        topic: "numbers".to_owned(),
        offsets: BTreeMap::from([(0, 640)]),
        count: Some(3),
        timeout: Duration::from_secs(120),
    };
    let read = client::read(&bench.target, &reading).expect("readable");
    assert_eq!(read[0].offset, 640);
    assert_eq!(read[2].value.as_deref(), Some(&b"642"[..]));
}

#[test]
fn trimmed_records_are_gone_and_the_rest_is_there() {
    let bench = bench();
    for part in 0..10 {
        publish(&bench.target, "numbers", (0..100).map(|n| (part * 100 + n).to_string()));
    }
    bench.broker.trim("numbers", 0, 500);
    let read = client::read_all(&bench.target, "numbers").expect("readable");
    assert_eq!(read.len(), 500);
    assert_eq!(read[0].value.as_deref(), Some(&b"500"[..]));
    assert_eq!(client::start_offsets(&bench.target, "numbers").expect("known")[&0], 500);
}

#[test]
fn retention_drops_the_oldest_batches() {
    let options = Options { retention_bytes: Some(4_000_000), ..Options::default() };
    let broker = EmbeddedBroker::start_with(&options).expect("the broker starts");
    let registry = Registry::start(0).expect("the registry starts");
    let target = Target::new(broker.bootstrap(), registry.url());
    TradeFeed { count: 200_000, ..TradeFeed::default() }.run(&target).expect("fed");
    wait_until("retention has trimmed the log", || {
        // It trims now and then, also while records come.
        broker.with_state(|cluster| {
            let partition = &cluster.topics["crypto.trades"].partitions[0];
            partition.next_offset - partition.log_start_offset < 120_000
        })
    });
    let read = client::read_all(&target, "crypto.trades").expect("readable");
    assert!(!read.is_empty() && read.len() < 120_000, "{} records are left", read.len());
    assert_eq!(read.last().map(|record| record.offset), Some(199_999));
}

#[test]
fn a_consumer_that_waits_is_told_at_once() {
    let bench = bench();
    bench.broker.create_topic("t", 1);
    let feed = TradeFeed {
        topic: "t".to_owned(),
        count: 200,
        rate: 400.0,
        stamp: Stamp::Now,
        ..TradeFeed::default()
    };
    let running = feed.spawn(&bench.target);
    let reading = Reading {
        topic: "t".to_owned(),
        offsets: BTreeMap::new(),
        count: Some(200),
        timeout: Duration::from_secs(120),
    };
    let read = client::read(&bench.target, &reading).expect("all arrive while the feed runs or just after");
    assert_eq!(running.wait().expect("fed").records, 200);
    assert_eq!(read.len(), 200);
}

#[test]
fn a_kill_loses_and_doubles_nothing() {
    let bench = bench();
    bench.broker.create_topic("crypto.trades", 2);
    let feed =
        TradeFeed { count: 40_000, rate: 20_000.0, partitions: 2, garbage: 0.01, ..TradeFeed::default() };
    let running = feed.spawn(&bench.target);
    for _ in 0..3 {
        let before: i64 = bench.broker.end_offsets("crypto.trades").values().sum();
        wait_until("the feed gets on", || {
            bench.broker.end_offsets("crypto.trades").values().sum::<i64>() > before + 2000
                || running.is_finished()
        });
        bench.broker.kill();
        assert!(!client::is_ready(&bench.target, Duration::from_millis(200)), "a killed broker answers");
        bench.broker.restart().expect("the port is free again");
    }
    let report = running.wait().expect("fed in the end");
    let read = client::read_all(&bench.target, "crypto.trades").expect("readable");
    assert_eq!(report.records, 40_000);
    assert_eq!(read.len(), 40_000);
    for garbage in &report.garbage {
        let found = read.iter().find(|r| (r.partition, r.offset) == (garbage.partition, garbage.offset));
        assert!(found.is_some(), "{garbage:?} was not found");
    }
}
