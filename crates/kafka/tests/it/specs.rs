//! Specs and settings: what users say, and what they are told when it is wrong.

use std::collections::BTreeMap;

use arrow_schema::{DataType, TimeUnit};
use kinetable_broker::client;
use kinetable_kafka::{
    AvroSchema, ConsumerConfig, Offsets, Partitions, Retention, Spec, StartAt, consume, topics,
};

use crate::consuming::text;
use crate::live::{Live, cells, longs, now, wait_rows};
use crate::stand::Stand;

pub fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))
}

/// What a consumer that cannot be made says.
fn refusal(config: ConsumerConfig) -> String {
    let live = Live::start();
    match consume(&live.graph, config) {
        Ok(_) => panic!("the consumer was made"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn mistakes_are_named_when_the_table_is_made() {
    let stand = Stand::shared();
    let topic = stand.topic("mistakes", 2);
    let good = || stand.consumer(&topic, text("V"));
    let with = |change: fn(&mut ConsumerConfig)| {
        let mut config = good();
        change(&mut config);
        refusal(config)
    };
    assert!(with(|c| c.value = Spec::Ignore).contains("can't ignore both key and value"));
    assert!(
        with(|c| c.value = Spec::FromProperties)
            .contains("unable to find the type for column \"KafkaValue\" (value_spec)")
    );
    assert!(with(|c| c.value = text("KafkaOffset")).contains("two columns would be named \"KafkaOffset\""));
    assert!(with(|c| c.partitions = Partitions::Listed(vec![0, 7])).contains("has no partition 7"));
    assert!(with(|c| c.topic = "no-such-topic".into()).contains("there is no topic \"no-such-topic\""));
    assert!(
        with(|c| drop(c.client.insert("max.poll.records".into(), "1".into())))
            .contains("\"max.poll.records\"")
    );
    assert!(with(|c| drop(c.client.remove("bootstrap.servers"))).contains("lack \"bootstrap.servers\""));
    assert!(
        with(|c| drop(c.client.insert("kinetable.queue.bytes.max".into(), "lots".into())))
            .contains("not a whole number")
    );
    assert!(
        with(|c| c.value = Spec::Simple { column: "V".into(), data_type: Some(DataType::Date32) })
            .contains("cannot decode")
    );
    let subject = |name: &str| Spec::Avro {
        schema: AvroSchema::from_text(name, "latest"),
        mapping: BTreeMap::new(),
        mapped_only: false,
    };
    let mut config = stand.consumer(&topic, subject("no-such-subject"));
    assert!(refusal(config.clone()).contains("subject \"no-such-subject\""));
    config.client.remove("schema.registry.url");
    assert!(refusal(config).contains("without a registry"));
    let mut away = good();
    away.client.insert("bootstrap.servers".into(), "127.0.0.1:1".into());
    away.client.insert("kinetable.connect.timeout.ms".into(), "500".into());
    assert!(refusal(away).contains("no broker answers at \"127.0.0.1:1\""));
}

#[test]
fn extra_columns_have_the_names_settings_give() {
    let stand = Stand::shared();
    let topic = stand.topic("extra", 1);
    stand.produce(&topic, &[(0, Some(b"key"), Some(b"value")), (0, None, None)]);
    let started = now();
    let mut config = stand.consumer(&topic, Spec::FromProperties);
    config.key = Spec::FromProperties;
    for (key, value) in [
        ("deephaven.partition.column.name", ""),
        ("deephaven.offset.column.name", "Off"),
        ("deephaven.receivetime.column.name", "Received"),
        ("deephaven.keybytes.column.name", "KeySize"),
        ("deephaven.valuebytes.column.name", "ValueSize"),
        ("deephaven.key.column.name", "K"),
        ("deephaven.key.column.type", "String"),
        ("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer"),
    ] {
        config = config.with_setting(key, value);
    }
    let live = Live::start();
    let consumed = consume(&live.graph, config).unwrap();
    let rows = wait_rows(&consumed.table, 2);
    let names: Vec<_> = rows.schema().fields().iter().map(|f| f.name().clone()).collect();
    assert_eq!(names, ["Off", "KafkaTimestamp", "Received", "KeySize", "ValueSize", "K", "KafkaValue"]);
    assert_eq!(cells(&rows, "KafkaTimestamp")[0], "2023-11-14T22:13:20.123Z");
    assert!(longs(&rows, "Received").iter().all(|time| (started..=now()).contains(time)));
    assert_eq!((longs(&rows, "KeySize"), longs(&rows, "ValueSize")), (vec![3, 0], vec![5, 0]));
    assert_eq!(
        (cells(&rows, "K"), cells(&rows, "KafkaValue")),
        (vec!["key".into(), ".".into()], vec!["76616c7565".into(), ".".into()])
    );
}

#[test]
fn topics_are_listed() {
    let stand = Stand::shared();
    let topic = stand.topic("listed", 1);
    assert!(topics(&stand.settings()).unwrap().contains(&topic));
    let mut away = stand.settings();
    away.insert("bootstrap.servers".into(), "127.0.0.1:1".into());
    away.insert("kinetable.connect.timeout.ms".into(), "300".into());
    assert!(topics(&away).unwrap_err().to_string().contains("no broker answers"));
}

#[test]
fn a_source_ends_with_its_table() {
    let stand = Stand::shared();
    let topic = stand.topic("ends", 1);
    stand.produce_values(&topic, &[b"a"]);
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, text("V"))).unwrap();
    wait_rows(&consumed.table, 1);
    let (source, status) = (consumed.source.clone(), consumed.status.clone());
    assert!(!source.is_stopped());
    drop(consumed);
    crate::live::wait_for("the end of the source", || source.is_stopped());
    crate::live::wait_for("its last word", || {
        cells(&crate::live::read(&status), "State").last().is_some_and(|state| state == "STOPPED")
    });
}

#[test]
fn a_stopped_source_keeps_its_rows() {
    let stand = Stand::shared();
    let topic = stand.topic("stopped", 1);
    stand.produce_values(&topic, &[b"a"]);
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, text("V"))).unwrap();
    wait_rows(&consumed.table, 1);
    consumed.source.stop();
    assert!(consumed.source.is_stopped());
    stand.produce_values(&topic, &[b"b"]);
    assert_eq!(client::end_offsets(&stand.target, &topic).unwrap()[&0], 2);
    // Who reads on has it.
    let other = consume(&live.graph, stand.consumer(&topic, text("V"))).unwrap();
    wait_rows(&other.table, 2);
    assert_eq!(consumed.table.size(), 1);
}

#[test]
fn numbers_of_scripts_name_starts() {
    assert_eq!(StartAt::from_number(-1).unwrap(), StartAt::Beginning);
    assert_eq!(StartAt::from_number(-2).unwrap(), StartAt::DontSeek);
    assert_eq!(StartAt::from_number(-3).unwrap(), StartAt::End);
    assert_eq!(StartAt::from_number(5).unwrap(), StartAt::Offset(5));
    assert!(StartAt::from_number(-4).is_err());
    let config = ConsumerConfig::new("h:1", "t");
    assert_eq!((config.offsets, config.retention), (Offsets::All(StartAt::DontSeek), Retention::BLINK));
}
