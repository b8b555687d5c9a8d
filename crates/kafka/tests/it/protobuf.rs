//! Protobuf through a broker and a registry: written behind a schema that is registered, and read by its subject.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use arrow_schema::{DataType, Field, Schema};
use kinetable_engine::source;
use kinetable_kafka::{
    ProduceSpec, ProducerConfig, ProtobufProduce, ProtobufProtocol, ProtobufSchema, ProtobufSpec, Retention,
    Spec, consume, produce,
};

use crate::live::{Live, cells, wait_rows};
use crate::stand::Stand;

const SCHEMA: &str = r#"
syntax = "proto3";
package shop;
message Other { int64 x = 1; }
message Order {
  message Party { string name = 1; }
  string symbol = 1;
  optional int64 size = 2;
  Party buyer = 3;
}"#;

#[test]
fn a_table_is_written_and_read_by_its_registered_schema() {
    let stand = Stand::shared();
    let topic = stand.topic("protobuf", 1);
    let live = Live::start();
    let fields = [("symbol", DataType::Utf8View), ("size", DataType::Int64), ("Name", DataType::Utf8View)];
    let schema = Arc::new(Schema::new(fields.map(|(name, kind)| Field::new(name, kind, true)).to_vec()));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringViewArray::from(vec![Some("A"), None, Some("C")])),
        Arc::new(Int64Array::from(vec![Some(0), None, Some(-7)])),
        Arc::new(StringViewArray::from(vec![Some("n"), None, Some("")])),
    ];
    let (table, publisher) = source::open(&live.graph, schema.clone(), Retention::Append);
    publisher.publish(RecordBatch::try_new(schema, columns).unwrap()).unwrap();
    wait_rows(&table, 3);
    let mut message = ProtobufSpec::new(ProtobufSchema::Text(SCHEMA.to_owned()));
    message.message = Some("Order".into());
    message.protocol = ProtobufProtocol::Serdes;
    let mapping = BTreeMap::from([("buyer.name".to_owned(), "Name".to_owned())]);
    let spec = ProduceSpec::Protobuf(ProtobufProduce { message, mapping });
    let mut config = ProducerConfig::new(&stand.target.bootstrap, &topic, ProduceSpec::Ignore, spec);
    config.client = stand.settings();
    config.client.insert("schema.registry.url".into(), stand.target.registry.clone());
    produce(&table, config).unwrap().stop().unwrap();
    stand.produce_values(&topic, &[b"\x00\xff\xff\xff\xff\x00", b"\x01"]);
    let subject = ProtobufSchema::Subject { name: format!("{topic}-value"), version: "latest".into() };
    let mut read = ProtobufSpec::new(subject);
    read.message = Some("shop.Order".into());
    let consumed = consume(&live.graph, stand.consumer(&topic, Spec::Protobuf(read.clone()))).unwrap();
    let rows = wait_rows(&consumed.table, 3);
    assert_eq!(cells(&rows, "symbol"), ["A", "", "C"], "without presence null is the default");
    assert_eq!(cells(&rows, "size"), ["0", ".", "-7"]);
    assert_eq!(cells(&rows, "buyer__name"), ["n", ".", ""]);
    let reasons = cells(&wait_rows(&consumed.errors, 2), "Reason");
    assert!(reasons[0].contains("registry has no schema"), "{reasons:?}");
    assert!(reasons[1].contains("begins with 0x01"), "{reasons:?}");
    read.message = Some("Other".into());
    let consumed = consume(&live.graph, stand.consumer(&topic, Spec::Protobuf(read))).unwrap();
    let reasons = cells(&wait_rows(&consumed.errors, 5), "Reason");
    assert!(
        reasons[0].contains("it is a message \"shop.Order\", but the table is of \"shop.Other\""),
        "{reasons:?}"
    );
}
