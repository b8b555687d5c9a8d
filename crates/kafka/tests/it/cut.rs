//! Partitions that end before the place we are at. Only the embedded broker can be made to lose the newest records.

use kinetable_broker::EmbeddedBroker;
use kinetable_kafka::{Consumed, consume};

use crate::consuming::text;
use crate::live::{Live, cells, longs, read, wait_for};
use crate::partitions::told;
use crate::stand::{Broker, Stand};

/// Forgets the batches of a partition from one on.
fn cut(broker: &EmbeddedBroker, topic: &str, partition: i32, batches: usize, end: i64) {
    broker.with_state(|cluster| {
        let log = cluster.partition_mut(topic, partition).expect("the partition is there");
        log.log.truncate(batches);
        log.next_offset = end;
    });
}

fn put(stand: &Stand, topic: &str, partition: i32, values: &[&str]) {
    values.iter().for_each(|value| stand.produce(topic, &[(partition, None, Some(value.as_bytes()))]));
}

fn rows(consumed: &Consumed) -> Vec<(i64, String)> {
    let rows = read(&consumed.table);
    longs(&rows, "KafkaPartition").into_iter().zip(cells(&rows, "V")).collect()
}

/// A source of two partitions, of which the first is cut after its first record.
fn of_cut<'a>(
    stand: &'a Stand,
    name: &str,
    policy: &str,
    live: &Live,
) -> Option<(&'a EmbeddedBroker, String, Consumed)> {
    let Broker::Embedded(broker) = &stand.broker else { return None };
    let topic = stand.topic(name, 2);
    put(stand, &topic, 0, &["a", "b", "c"]);
    put(stand, &topic, 1, &["x", "y"]);
    let config = stand.consumer(&topic, text("V")).with_setting("kinetable.on.topic.recreated", policy);
    let consumed = consume(&live.graph, config).unwrap();
    wait_for("all rows", || consumed.table.size() == 5);
    cut(broker, &topic, 0, 1, 1);
    wait_for("the cut to be told", || {
        consumed.source.stats().state == "TOPIC RECREATED" || !told(&consumed, "TOPIC RECREATED").is_empty()
    });
    Some((broker, topic, consumed))
}

#[test]
fn a_cut_partition_waits_alone_and_is_read_again_alone() {
    let (stand, live) = (Stand::shared(), Live::start());
    let Some((_, topic, consumed)) = of_cut(stand, "cut-ask", "ask", &live) else { return };
    let detail = consumed.source.stats().detail;
    assert!(detail.starts_with("partition 0 ends at 1, before offset 3"), "{detail}");
    assert!(detail.contains("resume() is called, which reads it from offset 0"), "{detail}");
    put(stand, &topic, 1, &["z"]);
    wait_for("the other partition's row", || consumed.table.size() == 6);
    put(stand, &topic, 0, &["n"]);
    consumed.source.resume();
    wait_for("the rows of the cut partition", || consumed.table.size() == 8);
    let pairs = |partition| rows(&consumed).into_iter().filter(move |row| row.0 == partition);
    assert_eq!(pairs(0).map(|row| row.1).collect::<Vec<_>>(), ["a", "b", "c", "a", "n"]);
    assert_eq!(pairs(1).map(|row| row.1).collect::<Vec<_>>(), ["x", "y", "z"], "no row of it comes twice");
    wait_for("the end of it", || consumed.source.stats().state == "RUNNING");
}

#[test]
fn a_cut_partition_is_read_again_at_once_if_so_wished() {
    let (stand, live) = (Stand::shared(), Live::start());
    let Some((_, topic, consumed)) = of_cut(stand, "cut-on", "new_incarnation", &live) else { return };
    wait_for("the first row again", || consumed.table.size() == 6);
    put(stand, &topic, 0, &["n"]);
    wait_for("the next", || consumed.table.size() == 7);
    assert_eq!(rows(&consumed)[5..], [(0, "a".to_owned()), (0, "n".to_owned())]);
    assert!(told(&consumed, "TOPIC RECREATED")[0].ends_with("reading on from 0"));
}
