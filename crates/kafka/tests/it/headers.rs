//! Headers: published from columns, and read into one.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryViewArray, Int64Array, RecordBatch, StringViewArray, TimestampNanosecondArray,
};
use arrow_schema::{DataType, Field, Schema};
use kinetable_engine::source;
use kinetable_kafka::{ProduceSpec, ProducerConfig, Retention, consume, produce};

use crate::consuming::text;
use crate::live::{Live, cells, wait_rows};
use crate::specs::instant;
use crate::stand::Stand;

#[test]
fn columns_become_headers_and_headers_a_column() {
    let stand = Stand::shared();
    let topic = stand.topic("headers", 1);
    let live = Live::start();
    let schema = Arc::new(Schema::new(vec![
        Field::new("V", DataType::Utf8View, true),
        Field::new("Trace", DataType::Utf8View, true),
        Field::new("N", DataType::Int64, true),
        Field::new("Raw", DataType::BinaryView, true),
        Field::new("At", instant(), true),
    ]));
    let at = TimestampNanosecondArray::from(vec![Some(1_700_000_000_123_456_789), None]).with_timezone("UTC");
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringViewArray::from(vec!["x", "y"])),
        Arc::new(StringViewArray::from(vec![Some("a \"1\""), None])),
        Arc::new(Int64Array::from(vec![Some(-7), None])),
        Arc::new(BinaryViewArray::from(vec![Some(&b"\xff\x00"[..]), None])),
        Arc::new(at),
    ];
    let (table, publisher) = source::open(&live.graph, schema.clone(), Retention::Append);
    publisher.publish(RecordBatch::try_new(schema, columns).unwrap()).unwrap();
    wait_rows(&table, 2);
    let simple = ProduceSpec::Simple { column: "V".into() };
    let mut config = ProducerConfig::new(&stand.target.bootstrap, &topic, ProduceSpec::Ignore, simple);
    config.client = stand.settings();
    let headers = [("trace", "Trace"), ("n", "N"), ("n", "N"), ("raw", "Raw"), ("at", "At")];
    config.headers = headers.map(|(name, column)| (name.to_owned(), column.to_owned())).to_vec();
    produce(&table, config.clone()).unwrap().stop().unwrap();
    let reader = stand.consumer(&topic, text("V")).with_setting("kinetable.headers.column.name", "Headers");
    let consumed = consume(&live.graph, reader).unwrap();
    let rows = wait_rows(&consumed.table, 2);
    let names: Vec<_> = rows.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["KafkaPartition", "KafkaOffset", "KafkaTimestamp", "Headers", "V"]);
    let raw = r#""raw":{"base64":"/wA="}"#;
    let first =
        format!(r#"{{"trace":"a \"1\"","n":["-7","-7"],{raw},"at":"2023-11-14T22:13:20.123456789Z"}}"#);
    assert_eq!(cells(&rows, "Headers"), [first, ".".to_owned()]);
    config.headers = vec![("trace".into(), "Nope".into())];
    let refused = produce(&table, config).err().unwrap().to_string();
    assert!(refused.contains("\"Nope\""), "{refused}");
}
