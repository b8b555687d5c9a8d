//! Where reading starts.

use std::collections::BTreeMap;

use kinetable_broker::feed::{Publisher, Record};
use kinetable_kafka::{Offsets, Partitions, StartAt, consume};

use crate::consuming::text;
use crate::live::{Live, cells, wait_for, wait_rows};
use crate::stand::Stand;

/// A topic of two partitions with ten values each, `0:0` to `1:9`.
fn filled(stand: &Stand) -> String {
    let topic = stand.topic("offsets", 2);
    for partition in 0..2 {
        fill(stand, &topic, partition, 0..10);
    }
    topic
}

fn fill(stand: &Stand, topic: &str, partition: i32, offsets: std::ops::Range<i64>) {
    let values: Vec<String> = offsets.map(|offset| format!("{partition}:{offset}")).collect();
    let records: Vec<_> = values.iter().map(|value| (partition, None, Some(value.as_bytes()))).collect();
    stand.produce(topic, &records);
}

/// What a consumer reads that starts so, after two more values came to each partition.
fn read_from(offsets: Offsets, settings: &[(&str, &str)], partitions: Option<Vec<i32>>, expected: &[&str]) {
    let stand = Stand::shared();
    let topic = filled(stand);
    let live = Live::start();
    let mut config = stand.consumer(&topic, text("V"));
    config.offsets = offsets;
    config.partitions = partitions.map_or(Partitions::All, Partitions::Listed);
    for (key, value) in settings {
        config = config.with_setting(*key, *value);
    }
    let consumed = consume(&live.graph, config).unwrap();
    for partition in 0..2 {
        fill(stand, &topic, partition, 10..12);
    }
    let mut values = cells(&wait_rows(&consumed.table, expected.len() as u64), "V");
    values.sort_by_key(|value| {
        let (partition, offset) = value.split_once(':').unwrap();
        (partition.to_owned(), offset.parse::<i64>().unwrap())
    });
    assert_eq!(values, expected);
}

fn per_partition(starts: &[(i32, StartAt)]) -> Offsets {
    Offsets::PerPartition(starts.iter().copied().collect::<BTreeMap<_, _>>())
}

#[test]
fn all_from_the_end() {
    read_from(Offsets::All(StartAt::End), &[], None, &["0:10", "0:11", "1:10", "1:11"]);
}

#[test]
fn without_a_seek_the_reset_policy_decides() {
    read_from(Offsets::All(StartAt::DontSeek), &[], Some(vec![1]), &["1:10", "1:11"]);
    let all: Vec<String> = (0..12).map(|offset| format!("0:{offset}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    read_from(Offsets::All(StartAt::DontSeek), &[("auto.offset.reset", "earliest")], Some(vec![0]), &all);
}

#[test]
fn each_partition_from_its_own_place() {
    let starts = [(0, StartAt::Offset(9))];
    read_from(per_partition(&starts), &[], None, &["0:9", "0:10", "0:11", "1:10", "1:11"]);
    let starts = [(0, StartAt::End), (1, StartAt::Offset(11))];
    read_from(per_partition(&starts), &[], None, &["0:10", "0:11", "1:11"]);
    let starts = [(0, StartAt::Offset(10)), (1, StartAt::Beginning)];
    let all: Vec<String> =
        (10..12).map(|o| format!("0:{o}")).chain((0..12).map(|o| format!("1:{o}"))).collect();
    read_from(per_partition(&starts), &[], None, &all.iter().map(String::as_str).collect::<Vec<_>>());
}

/// A topic of two partitions with ten values each, of one second each: partition 1 half a second later.
fn timed(stand: &Stand) -> String {
    let topic = stand.topic("timed", 2);
    let publisher = Publisher::new(&stand.target, 1.0).unwrap();
    for at in 0..10 {
        for partition in 0..2 {
            let value = format!("{partition}:{at}");
            let timestamp = Some(SECOND_0 + i64::from(at) * 1_000 + i64::from(partition) * 500);
            publisher
                .send(Record {
                    topic: &topic,
                    partition: Some(partition),
                    value: Some(value.as_bytes()),
                    timestamp,
                    ..Record::default()
                })
                .unwrap();
        }
    }
    publisher.finish().unwrap();
    topic
}

/// Milliseconds since the epoch.
const SECOND_0: i64 = 1_700_000_000_000;

fn read_since(offsets: Offsets, expected: &[&str]) {
    let stand = Stand::shared();
    let topic = timed(stand);
    let live = Live::start();
    let mut config = stand.consumer(&topic, text("V"));
    config.offsets = offsets;
    let consumed = consume(&live.graph, config).unwrap();
    let mut values = cells(&wait_rows(&consumed.table, expected.len() as u64), "V");
    values.sort();
    assert_eq!(values, expected);
}

#[test]
fn from_a_time_on() {
    let at = |ms: i64| StartAt::Timestamp((SECOND_0 + ms) * 1_000_000);
    read_since(Offsets::All(at(8_000)), &["0:8", "0:9", "1:8", "1:9"]);
    let each = [(0, at(7_001)), (1, at(9_500))];
    read_since(per_partition(&each), &["0:8", "0:9", "1:9"]);
    let a_nanosecond_late = StartAt::Timestamp((SECOND_0 + 8_500) * 1_000_000 + 1);
    read_since(per_partition(&[(0, at(9_000)), (1, a_nanosecond_late)]), &["0:9", "1:9"]);
    read_since(per_partition(&[(0, at(9_000)), (1, at(60_000))]), &["0:9"]);
}

#[test]
fn a_groups_position_is_where_it_left_off() {
    use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
    let stand = Stand::shared();
    let topic = filled(stand);
    let mut client = rdkafka::ClientConfig::new();
    client.set("bootstrap.servers", &stand.target.bootstrap).set("broker.address.family", "v4");
    let group: BaseConsumer = client.set("group.id", "left-off").create().unwrap();
    let mut positions = rdkafka::TopicPartitionList::new();
    positions.add_partition_offset(&topic, 0, rdkafka::Offset::Offset(7)).unwrap();
    // The first of a broker's groups waits for their topic.
    wait_for("the commit", || group.commit(&positions, CommitMode::Sync).is_ok());
    let mut config = stand.consumer(&topic, text("V")).with_setting("group.id", "left-off");
    config.offsets = Offsets::All(StartAt::DontSeek);
    config.client.insert("auto.offset.reset".into(), "latest".into());
    let live = Live::start();
    let consumed = consume(&live.graph, config).unwrap();
    let mut values = cells(&wait_rows(&consumed.table, 3), "V");
    values.sort();
    assert_eq!(values, ["0:7", "0:8", "0:9"]);
}

#[test]
fn an_offset_before_the_oldest_record_is_a_gap_that_is_told() {
    let stand = Stand::own();
    let crate::stand::Broker::Embedded(broker) = &stand.broker else {
        // Retention of Apache Kafka deletes whole segments after minutes; the embedded broker can be told to.
        return;
    };
    let topic = stand.topic("gap", 1);
    for at in 0..10 {
        fill(&stand, &topic, 0, at..at + 1);
    }
    broker.trim(&topic, 0, 4);
    let live = Live::start();
    let mut config = stand.consumer(&topic, text("V"));
    config.offsets = Offsets::All(StartAt::Offset(0));
    let consumed = consume(&live.graph, config).unwrap();
    let rows = wait_rows(&consumed.table, 6);
    assert_eq!(cells(&rows, "V")[0], "0:4");
    wait_for("the gap's row", || {
        let status = crate::live::read(&consumed.status);
        let told = cells(&status, "State").into_iter().zip(cells(&status, "Detail"));
        told.into_iter().any(|(state, detail)| {
            state == "GAP" && detail == "offsets 0 to 3 of partition 0 are no longer there"
        })
    });
}
