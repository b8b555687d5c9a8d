//! Partitions that are added while a source reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::DataType;
use kinetable_kafka::{
    Consumed, ConsumedParts, ConsumerConfig, Offsets, Partitions, ReplaySpecs, Spec, StartAt, consume,
    consume_parts,
};

use crate::consuming::text;
use crate::live::{Live, cells, read, wait_for, wait_rows};
use crate::stand::Stand;

fn soon(stand: &Stand, topic: &str) -> ConsumerConfig {
    stand.consumer(topic, text("V")).with_setting("kinetable.partitions.discover.ms", "100")
}

pub fn told(consumed: &Consumed, state: &str) -> Vec<String> {
    let status = read(&consumed.status);
    let rows = cells(&status, "State").into_iter().zip(cells(&status, "Detail"));
    rows.filter(|(found, _)| found == state).map(|(_, detail)| detail).collect()
}

fn put(stand: &Stand, topic: &str, partition: i32, value: &str) {
    stand.produce(topic, &[(partition, None, Some(value.as_bytes()))]);
}

#[test]
fn a_partition_that_is_added_is_read_from_its_first_record() {
    let stand = Stand::shared();
    let topic = stand.topic("grows", 4);
    let mut config = soon(stand, &topic);
    config.offsets = Offsets::All(StartAt::End);
    let live = Live::start();
    let consumed = consume(&live.graph, config).unwrap();
    put(stand, &topic, 0, "a");
    wait_rows(&consumed.table, 1);
    stand.add_partitions(&topic, 6);
    put(stand, &topic, 4, "b");
    put(stand, &topic, 5, "c");
    put(stand, &topic, 5, "d");
    let mut values = cells(&wait_rows(&consumed.table, 4), "V");
    values.sort();
    assert_eq!(values, ["a", "b", "c", "d"]);
    wait_for("the new partitions' rows", || told(&consumed, "PARTITION ADDED").len() == 2);
    assert_eq!(
        told(&consumed, "PARTITION ADDED"),
        ["partition 4 added, read from offset 0", "partition 5 added, read from offset 0"]
    );
    let stats = consumed.source.stats();
    assert_eq!(stats.partitions.iter().map(|p| p.partition).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(stats.partitions[5].next, 2);
    put(stand, &topic, 1, "e");
    wait_rows(&consumed.table, 5);
}

#[test]
fn only_partitions_that_are_asked_for_are_read() {
    let stand = Stand::shared();
    let topic = stand.topic("filtered", 2);
    for partition in 0..2 {
        put(stand, &topic, partition, &format!("old {partition}"));
    }
    let (live, other) = (Live::start(), Live::start());
    let mut config = soon(stand, &topic);
    config.partitions = Partitions::Listed(vec![1]);
    let listed = consume(&live.graph, config).unwrap();
    let mut config = soon(stand, &topic);
    config.partitions = Partitions::Chosen(Arc::new(|partition| Ok(partition % 2 == 0)));
    let chosen = consume(&other.graph, config).unwrap();
    stand.add_partitions(&topic, 4);
    for partition in 2..4 {
        put(stand, &topic, partition, &format!("new {partition}"));
    }
    let mut values = cells(&wait_rows(&chosen.table, 2), "V");
    values.sort();
    assert_eq!(values, ["new 2", "old 0"]);
    assert_eq!(cells(&wait_rows(&listed.table, 1), "V"), ["old 1"]);
    put(stand, &topic, 1, "last");
    assert_eq!(cells(&wait_rows(&listed.table, 2), "V"), ["old 1", "last"]);
}

#[test]
fn a_filter_that_fails_is_told_of() {
    let stand = Stand::shared();
    let topic = stand.topic("filter-fails", 1);
    let picky = |partition| match partition {
        0 => Ok(true),
        _ => Err(kinetable_kafka::Error::invalid("I only know partition 0")),
    };
    let mut config = soon(stand, &topic);
    config.partitions = Partitions::Chosen(Arc::new(picky));
    let live = Live::start();
    let consumed = consume(&live.graph, config).unwrap();
    stand.add_partitions(&topic, 2);
    wait_for("the fault's row", || {
        told(&consumed, "ATTENTION").iter().any(|detail| detail.contains("I only know partition 0"))
    });
    put(stand, &topic, 0, "still read");
    wait_rows(&consumed.table, 1);
    let mut config = soon(stand, &topic);
    config.partitions = Partitions::Chosen(Arc::new(move |partition| picky(partition + 1)));
    let error = consume(&live.graph, config).err().expect("the filter fails").to_string();
    assert!(error.contains("I only know partition 0"), "{error}");
}

#[test]
fn each_partition_can_have_a_table_of_its_own() {
    let stand = Stand::shared();
    let topic = stand.topic("parts", 3);
    let records: Vec<String> = (0..3_000).map(|at| format!("{}:{}", at % 3, at / 3)).collect();
    let records: Vec<_> =
        records.iter().enumerate().map(|(at, value)| (at as i32 % 3, None, Some(value.as_bytes()))).collect();
    stand.produce(&topic, &records);
    let live = Live::start();
    let consumed = consume_parts(&live.graph, soon(stand, &topic)).unwrap();
    let part = |partition| consumed.constituents.table(partition).expect("the partition's table");
    for partition in 0..3 {
        let values = cells(&wait_rows(&part(partition), 1_000), "V");
        let expected: Vec<String> = (0..1_000).map(|at| format!("{partition}:{at}")).collect();
        assert_eq!(values, expected, "its rows, in their order");
    }
    assert!(consumed.constituents.table(3).is_none());
    stand.add_partitions(&topic, 4);
    put(stand, &topic, 3, "new");
    wait_for("the new partition", || consumed.partitions.size() == 4);
    assert_eq!(cells(&read(&consumed.partitions), "Partition"), ["0", "1", "2", "3"]);
    assert_eq!(cells(&wait_rows(&part(3), 1), "V"), ["new"]);
    assert_eq!(consumed.source.stats().rows, 3_001);
    let held = part(1);
    let source = consumed.source.clone();
    drop(consumed);
    put(stand, &topic, 1, "still read");
    put(stand, &topic, 2, "nobody looks");
    assert_eq!(cells(&wait_rows(&held, 1_001), "V")[1_000], "still read");
    assert!(!source.is_stopped());
    drop(held);
    wait_for("the source's end", || source.is_stopped());
}

#[test]
fn a_replay_leaves_records_whose_table_nobody_holds() {
    let stand = Stand::shared();
    let topic = stand.topic("parts-replayed", 2);
    let json = br#"{"V":5}"#;
    stand.produce(&topic, &[(0, None, Some(json)), (1, None, Some(json))]);
    let live = Live::start();
    let mut config = soon(stand, &topic);
    config.value = Spec::Simple { column: "V".into(), data_type: Some(DataType::Int64) };
    let ConsumedParts { partitions, constituents, errors, source, .. } =
        consume_parts(&live.graph, config).unwrap();
    wait_rows(&errors, 2);
    let held = constituents.table(0).expect("the partition's table");
    drop((partitions, constituents));
    let value = Spec::Json { columns: vec![("V".into(), DataType::Int64)], mapping: BTreeMap::new() };
    let done = source.replay_errors(&ReplaySpecs { value: Some(value), ..ReplaySpecs::default() }).unwrap();
    assert_eq!((done.replayed, done.remaining), (1, 1));
    assert_eq!(cells(&wait_rows(&held, 1), "V"), ["5"]);
    wait_for("one error", || errors.size() == 1);
    assert_eq!(cells(&read(&errors), "Partition"), ["1"]);
}
