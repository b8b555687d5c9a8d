//! Partitions that end before the place we are at. Only the embedded broker can be made to lose the newest records.

use kinetable_broker::EmbeddedBroker;
use kinetable_kafka::{Consumed, consume};

use crate::consuming::text;
use crate::groups::{committed, member};
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
    wait_for("its row", || !told(&consumed, "TOPIC RECREATED").is_empty());
    assert!(told(&consumed, "TOPIC RECREATED")[0].ends_with("reading on from 0"));
}

#[test]
fn a_member_whose_group_stands_beyond_the_end_skips_nothing_silently() {
    let (stand, live) = (Stand::shared(), Live::start());
    let Broker::Embedded(broker) = &stand.broker else { return };
    let topic = stand.topic("cut-away", 1);
    put(stand, &topic, 0, &["a", "b", "c"]);
    let first = consume(&live.graph, member(stand, &topic, &[])).unwrap();
    wait_for("a commit", || committed(stand, &topic, 1).get(&0) == Some(&3));
    first.source.stop();
    cut(broker, &topic, 0, 1, 1);
    put(stand, &topic, 0, &["n"]);
    let asking = consume(&live.graph, member(stand, &topic, &[])).unwrap();
    wait_for("the cut to be told", || asking.source.stats().state == "TOPIC RECREATED");
    let detail = asking.source.stats().detail;
    assert!(detail.starts_with("partition 0 ends at 2, before offset 3"), "{detail}");
    asking.source.resume();
    wait_for("all there is", || rows(&asking) == [(0, "a".to_owned()), (0, "n".to_owned())]);
    wait_for("its place", || committed(stand, &topic, 1).get(&0) == Some(&2));
    asking.source.stop();
}

#[test]
fn the_place_in_a_partition_that_was_cut_is_not_committed() {
    let (stand, live) = (Stand::shared(), Live::start());
    let Broker::Embedded(broker) = &stand.broker else { return };
    let topic = stand.topic("cut-marks", 2);
    put(stand, &topic, 0, &["a"]);
    let consumed = consume(&live.graph, member(stand, &topic, &[])).unwrap();
    wait_for("commits", || committed(stand, &topic, 2).get(&0) == Some(&1));
    // No cycle shows the rows that are read now, so that their places are not committed.
    live.hold(true);
    put(stand, &topic, 0, &["b", "c"]);
    wait_for("the rows to be read", || consumed.source.stats().rows == 3);
    cut(broker, &topic, 0, 1, 1);
    wait_for("the cut to be told", || consumed.source.stats().state == "TOPIC RECREATED");
    live.hold(false);
    put(stand, &topic, 1, &["x"]);
    wait_for("the other partition's place", || committed(stand, &topic, 2).get(&1) == Some(&1));
    consumed.source.stop();
    assert_eq!(committed(stand, &topic, 2)[&0], 1, "the group does not stand beyond the end");
}
