//! Tables become topics.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{
    ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringViewArray, TimestampNanosecondArray,
};
use arrow_schema::{DataType, Field, Schema};
use kinetable_broker::client::{self, ReadRecord};
use kinetable_engine::Table;
use kinetable_engine::source::{self, Publisher};
use kinetable_kafka::{ProduceSpec, ProducerConfig, Retention, Spec, consume, produce};

use crate::live::{Live, cells, wait_for, wait_rows};
use crate::specs::instant;
use crate::stand::Stand;

fn columns() -> Vec<Field> {
    vec![
        Field::new("Name", DataType::Utf8View, true),
        Field::new("N", DataType::Int64, true),
        Field::new("X", DataType::Float64, true),
        Field::new("At", instant(), true),
    ]
}

/// A source table of the columns above.
fn table(live: &Live, retention: Retention) -> (Table, Publisher) {
    source::open(&live.graph, Arc::new(Schema::new(columns())), retention)
}

fn rows(rows: &[(Option<&str>, Option<i64>, f64)]) -> RecordBatch {
    let at = TimestampNanosecondArray::from_iter_values(rows.iter().map(|_| 1_700_000_000_123_456_789))
        .with_timezone("UTC");
    let columns_of: Vec<ArrayRef> = vec![
        Arc::new(StringViewArray::from_iter(rows.iter().map(|(name, _, _)| *name))),
        Arc::new(Int64Array::from_iter(rows.iter().map(|(_, n, _)| *n))),
        Arc::new(Float64Array::from_iter_values(rows.iter().map(|(_, _, x)| *x))),
        Arc::new(at),
    ];
    RecordBatch::try_new(Arc::new(Schema::new(columns())), columns_of).unwrap()
}

fn config(stand: &Stand, topic: &str, key: ProduceSpec, value: ProduceSpec) -> ProducerConfig {
    let mut config = ProducerConfig::new(&stand.target.bootstrap, topic, key, value);
    config.client = stand.settings();
    config
}

fn simple(column: &str) -> ProduceSpec {
    ProduceSpec::Simple { column: column.to_owned() }
}

fn sent(stand: &Stand, topic: &str) -> Vec<ReadRecord> {
    client::read_all(&stand.target, topic).unwrap()
}

fn text(bytes: &Option<Vec<u8>>) -> String {
    bytes.as_ref().map_or(".".to_owned(), |bytes| String::from_utf8_lossy(bytes).into_owned())
}

#[test]
fn rows_there_and_rows_that_come_are_published_in_order() {
    let stand = Stand::shared();
    let topic = stand.topic("publish", 1);
    let live = Live::start();
    let (table, publisher) = table(&live, Retention::Append);
    publisher.publish(rows(&[(Some("a"), Some(1), 0.5), (None, None, f64::NAN)])).unwrap();
    wait_rows(&table, 2);
    let publication = produce(&table, config(stand, &topic, simple("Name"), ProduceSpec::json())).unwrap();
    publisher.publish(rows(&[(Some("c\"\n"), Some(i64::MAX), -1234.5678)])).unwrap();
    wait_for("a third record", || publication.stats().delivered == 3);
    publication.stop().unwrap();
    publisher.publish(rows(&[(Some("late"), Some(4), 0.0)])).unwrap();
    wait_rows(&table, 4);
    let records = sent(stand, &topic);
    let keys: Vec<_> = records.iter().map(|record| text(&record.key)).collect();
    assert_eq!(keys, ["a", ".", "c\"\n"]);
    let at = r#""At":"2023-11-14T22:13:20.123456789Z""#;
    let values: Vec<_> = records.iter().map(|record| text(&record.value)).collect();
    assert_eq!(
        values,
        [
            format!(r#"{{"Name":"a","N":1,"X":0.5,{at}}}"#),
            format!(r#"{{"X":"NaN",{at}}}"#),
            format!(r#"{{"Name":"c\"\n","N":9223372036854775807,"X":-1234.5678,{at}}}"#),
        ]
    );
    publication.stop().unwrap();
}

#[test]
fn blink_rows_are_published_once_and_their_going_is_nothing() {
    let stand = Stand::shared();
    let topic = stand.topic("publish-blink", 1);
    let live = Live::start();
    let (table, publisher) = table(&live, Retention::Blink { linger_ns: 1_000_000 });
    let mut config = config(stand, &topic, simple("N"), simple("Name"));
    config.publish_initial = false;
    let publication = produce(&table, config).unwrap();
    for n in 0..50 {
        publisher.publish(rows(&[(Some("v"), Some(n), 0.0)])).unwrap();
        if n % 10 == 0 {
            wait_for("an empty table", || table.size() == 0 && publisher.queued_rows() == 0);
        }
    }
    wait_for("all records", || publication.stats().delivered == 50);
    publication.stop().unwrap();
    let keys: Vec<_> = sent(stand, &topic)
        .iter()
        .map(|r| i64::from_be_bytes(r.key.clone().unwrap().try_into().unwrap()))
        .collect();
    assert!(keys.iter().copied().eq(0..50), "{keys:?}");
}

#[test]
fn rows_that_go_leave_tombstones() {
    let stand = Stand::shared();
    let topic = stand.topic("publish-ring", 1);
    let live = Live::start();
    let (table, publisher) = table(&live, Retention::Ring(2));
    let publication = produce(&table, config(stand, &topic, simple("Name"), simple("N"))).unwrap();
    for (n, name) in ["a", "b", "c"].iter().enumerate() {
        publisher.publish(rows(&[(Some(name), Some(n as i64), 0.0)])).unwrap();
        wait_for("its cycle", || publisher.queued_rows() == 0);
    }
    wait_for("all records", || publication.stats().delivered == 4);
    publication.stop().unwrap();
    let records = sent(stand, &topic);
    let shown: Vec<_> = records.iter().map(|r| (text(&r.key), r.value.is_some())).collect();
    let expected = [("a", true), ("b", true), ("a", false), ("c", true)];
    assert_eq!(shown, expected.map(|(key, value)| (key.to_owned(), value)));
}

#[test]
fn json_is_shaped_as_the_spec_says() {
    let stand = Stand::shared();
    let topic = stand.topic("publish-json", 1);
    let live = Live::start();
    let (table, publisher) = table(&live, Retention::Append);
    publisher.publish(rows(&[(Some("a"), None, 2.0)])).unwrap();
    wait_rows(&table, 1);
    let mapping: BTreeMap<_, _> =
        [("N", "deep.n"), ("X", "deep.x")].map(|(c, f)| (c.to_owned(), f.to_owned())).into();
    let spec = |output_nulls| ProduceSpec::Json {
        include: Some(["Name", "N", "X"].map(ToOwned::to_owned).to_vec()),
        exclude: None,
        mapping: mapping.clone(),
        nested_delim: Some(".".into()),
        output_nulls,
        timestamp_field: None,
    };
    let key = ProduceSpec::Json {
        include: None,
        exclude: Some(["N", "X", "At"].map(ToOwned::to_owned).to_vec()),
        mapping: BTreeMap::new(),
        nested_delim: None,
        output_nulls: false,
        timestamp_field: Some("sent".into()),
    };
    for output_nulls in [false, true] {
        let publication = produce(&table, config(stand, &topic, key.clone(), spec(output_nulls))).unwrap();
        publication.flush(Duration::from_secs(60)).unwrap();
    }
    let records = sent(stand, &topic);
    assert_eq!(text(&records[0].value), r#"{"Name":"a","deep":{"x":2.0}}"#);
    assert_eq!(text(&records[1].value), r#"{"Name":"a","deep":{"n":null,"x":2.0}}"#);
    assert!(text(&records[0].key).starts_with(r#"{"Name":"a","sent":"20"#), "{}", text(&records[0].key));
}

#[test]
fn columns_say_topic_partition_and_time() {
    let stand = Stand::shared();
    let (one, two) = (stand.topic("routed-a", 3), stand.topic("routed-b", 3));
    let schema = Arc::new(Schema::new(vec![
        Field::new("V", DataType::Utf8View, true),
        Field::new("Topic", DataType::Utf8View, true),
        Field::new("P", DataType::Int32, true),
        Field::new("At", instant(), true),
    ]));
    let at = TimestampNanosecondArray::from(vec![Some(1_700_000_000_123_456_789), None, None])
        .with_timezone("UTC");
    let rows: Vec<ArrayRef> = vec![
        Arc::new(StringViewArray::from(vec!["x", "y", "z"])),
        Arc::new(StringViewArray::from(vec![Some(two.as_str()), None, Some(one.as_str())])),
        Arc::new(Int32Array::from(vec![Some(2), Some(0), None])),
        Arc::new(at),
    ];
    let live = Live::start();
    let (table, publisher) = source::open(&live.graph, schema.clone(), Retention::Append);
    publisher.publish(RecordBatch::try_new(schema, rows).unwrap()).unwrap();
    wait_rows(&table, 3);
    let mut config = config(stand, &one, ProduceSpec::Ignore, simple("V"));
    config.partition = Some(1);
    config.topic_column = Some("Topic".into());
    config.partition_column = Some("P".into());
    config.timestamp_column = Some("At".into());
    produce(&table, config.clone()).unwrap().stop().unwrap();
    let routed = |topic: &str| -> Vec<_> {
        sent(stand, topic).iter().map(|r| (text(&r.value), r.partition)).collect()
    };
    assert_eq!(routed(&two), [("x".to_owned(), 2)]);
    assert_eq!(sent(stand, &two)[0].timestamp, Some(1_700_000_000_123));
    let mut rest = routed(&one);
    rest.sort();
    assert_eq!(rest, [("y".to_owned(), 0), ("z".to_owned(), 1)]);
    config.timestamp_column = Some("V".into());
    let refused = produce(&table, config).err().unwrap().to_string();
    assert!(refused.contains("column \"V\" is Utf8View, but has to be an instant"), "{refused}");
}

#[test]
fn what_is_published_reads_back_across_a_kill() {
    let stand = Stand::own();
    let topic = stand.topic("roundtrip", 1);
    let live = Live::start();
    let (table, publisher) = table(&live, Retention::Append);
    let publication = produce(&table, config(&stand, &topic, simple("N"), ProduceSpec::json())).unwrap();
    let fields = columns().into_iter().map(|field| (field.name().clone(), field.data_type().clone()));
    let spec = Spec::Json { columns: fields.collect(), mapping: BTreeMap::new() };
    let back = consume(&live.graph, stand.consumer(&topic, spec)).unwrap();
    for n in 0..3_000i64 {
        if n == 1_000 {
            stand.broker.kill();
        }
        if n == 2_000 {
            std::thread::sleep(Duration::from_millis(500));
            stand.broker.restart();
        }
        publisher.publish(rows(&[(Some(&format!("name {n}")), Some(n), n as f64 / 7.0)])).unwrap();
    }
    wait_rows(&table, 3_000);
    publication.stop().unwrap();
    let read = wait_rows(&back.table, 3_000);
    let original = crate::live::read(&table);
    for column in ["Name", "N", "X", "At"] {
        assert_eq!(cells(&read, column), cells(&original, column), "{column}");
    }
}

#[test]
fn mistakes_are_named_when_the_publication_is_made() {
    let stand = Stand::shared();
    let topic = stand.topic("publish-mistakes", 1);
    let live = Live::start();
    let (table, _publisher) = table(&live, Retention::Append);
    let refusal = |config: ProducerConfig| produce(&table, config).err().expect("refused").to_string();
    let make = |key, value| config(stand, &topic, key, value);
    assert!(refusal(make(ProduceSpec::Ignore, ProduceSpec::Ignore)).contains("can't ignore both"));
    assert!(refusal(make(simple("Nme"), ProduceSpec::json())).contains("no column \"Nme\""));
    assert!(refusal(make(simple("At"), ProduceSpec::json())).contains("a simple spec cannot write"));
    let mut nowhere = make(simple("N"), ProduceSpec::json());
    nowhere.topic = None;
    assert!(refusal(nowhere).contains("neither a topic nor a topic column"));
    let both = ProduceSpec::Json {
        include: Some(vec!["N".into()]),
        exclude: Some(vec!["X".into()]),
        mapping: BTreeMap::new(),
        nested_delim: None,
        output_nulls: false,
        timestamp_field: None,
    };
    assert!(refusal(make(ProduceSpec::Ignore, both)).contains("include"));
}
