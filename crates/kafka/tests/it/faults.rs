//! The broker goes away and comes back; the reader is slower than the topic.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use apache_avro::types::Value;
use kinetable_broker::feed::{Publisher, Record, TradeFeed};
use kinetable_broker::{EmbeddedBroker, Fault, FaultProxy, Registry, Target};
use kinetable_kafka::{ConsumerConfig, Retention, Spec, consume};

use crate::consuming::{avro, text};
use crate::evolving::{V1, V2, framed, record};
use crate::live::{Collector, Live, cells, longs, read, wait_for, wait_rows};
use crate::stand::{RunningRegistry, Stand};

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
    println!("fault told after {:?}", killed.elapsed());
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
fn a_silent_broker_is_told_of() {
    let broker = EmbeddedBroker::start().unwrap();
    let registry = Registry::start(0).unwrap();
    let proxy = FaultProxy::start(broker.address(), 0).unwrap();
    broker.advertise(proxy.address());
    let target = Target::new(proxy.address().to_string(), registry.url());
    kinetable_broker::client::create_topic(&target, "silent", 1).unwrap();
    let mut config =
        ConsumerConfig::new(&target.bootstrap, "silent").with_setting("broker.address.family", "v4");
    config.key = Spec::Ignore;
    config.value = text("V");
    let live = Live::start();
    let consumed = consume(&live.graph, config).unwrap();
    let last = || cells(&read(&consumed.status), "State").pop().unwrap_or_default();
    wait_for("a start", || last() == "RUNNING");
    std::thread::sleep(Duration::from_millis(1_500));
    proxy.set(Fault::Hole);
    let silent = Instant::now();
    let mut detail = String::new();
    wait_for("the fault's row", || {
        let status = read(&consumed.status);
        detail = cells(&status, "Detail").pop().unwrap_or_default();
        cells(&status, "State").last().is_some_and(|state| state == "DEGRADED")
    });
    println!("silence told after {:?}", silent.elapsed());
    assert!(detail.contains("does not answer since "), "{detail}");
    proxy.set(Fault::None);
    wait_for("the recovery's row", || last() == "RUNNING");
}

#[test]
fn records_of_an_unknown_schema_wait_for_a_registry_that_is_away() {
    let stand = Stand::own();
    let RunningRegistry::Embedded(registry) = &stand.registry else {
        // Apicurio keeps its schemas in memory: stopped, it has nothing to come back with.
        return;
    };
    let topic = stand.topic("away", 1);
    let register = |subject: &str, schema: &str| registry.register(subject, schema).unwrap();
    let (v1, v2) = (register("away-value", V1), register("away-other", V2));
    let row = |n: i32| vec![("A", Value::Int(n)), ("B", Value::String(format!("row {n}")))];
    let with_new = |n: i32| {
        let mut fields = row(n);
        fields.insert(1, ("New", Value::Union(0, Box::new(Value::Null))));
        framed(v2, V2, record(&fields))
    };
    stand.produce_values(&topic, &[&framed(v1, V1, record(&row(1)))]);
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, avro("away-value"))).unwrap();
    wait_rows(&consumed.table, 1);
    registry.stop();
    stand.produce_values(&topic, &[&framed(v1, V1, record(&row(2)))]);
    wait_rows(&consumed.table, 2);
    stand.produce_values(&topic, &[&with_new(3), &framed(v1, V1, record(&row(4)))]);
    let last = || {
        let status = read(&consumed.status);
        ["State", "Detail"].map(|column| cells(&status, column).pop().unwrap_or_default())
    };
    let mut told = last();
    wait_for("the fault's row", || {
        told = last();
        told[0] == "DEGRADED"
    });
    assert!(told[1].starts_with("registry: "), "{told:?}");
    registry.restart().unwrap();
    let rows = wait_rows(&consumed.table, 4);
    assert_eq!(cells(&rows, "A"), ["1", "2", "3", "4"]);
    assert_eq!(consumed.errors.size(), 0);
    wait_for("the recovery's row", || last()[0] == "RUNNING");
}

#[test]
fn a_single_record_is_seen_at_once() {
    let stand = Stand::shared();
    let topic = stand.topic("soon", 1);
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, text("V"))).unwrap();
    stand.produce_values(&topic, &[b"warm"]);
    wait_rows(&consumed.table, 1);
    // One publisher that sends at once: the clock runs from the hand-over to it until the source has published the row.
    let publisher = Publisher::new(&stand.target, 0.0).unwrap();
    let send = || {
        publisher.send(Record { topic: &topic, partition: Some(0), value: Some(b"x"), ..Record::default() })
    };
    send().unwrap();
    wait_rows(&consumed.table, 2);
    let mut took = Vec::new();
    for n in 3..=52 {
        let sent = Instant::now();
        send().unwrap();
        while consumed.source.stats().rows < n {
            assert!(sent.elapsed() < Duration::from_secs(60), "waited in vain for record {n}");
            std::thread::sleep(Duration::from_micros(100));
        }
        took.push(sent.elapsed());
    }
    took.sort();
    println!("sent to published: median {:?}, worst {:?}", took[25], took[49]);
    // A source that waits before it looks delays nearly all of them; a machine that does much else, not its best.
    assert!(took[5] < Duration::from_millis(100), "{took:?}");
    wait_rows(&consumed.table, 52);
}
