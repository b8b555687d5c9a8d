//! Keys and values of Kafka records that lie.

use std::cell::RefCell;
use std::collections::BTreeMap;

use arrow_schema::{DataType, TimeUnit};
use kinetable_kafka::measure::{AvroEvolution, SideBench};
use kinetable_kafka::{ProtobufSchema, ProtobufSpec, Spec};

/// Pairs of a writer's and a reader's schema; between them they have every kind of value and of resolution.
const SCHEMAS: [(&str, &str); 4] = [
    (
        r#"{"type":"record","name":"R","fields":[{"name":"i","type":"int"},{"name":"s","type":["null","string"]},
        {"name":"l","type":{"type":"array","items":"long"}},{"name":"m","type":{"type":"map","values":["null","double"]}},
        {"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},{"name":"n","type":{"type":"record","name":"N",
        "fields":[{"name":"b","type":"bytes"},{"name":"f","type":{"type":"fixed","name":"F","size":4}}]}}]}"#,
        r#"{"type":"record","name":"R","fields":[{"name":"i","type":"double"},{"name":"s","type":["null","string"]},
        {"name":"l","type":{"type":"array","items":"long"}},{"name":"m","type":{"type":"map","values":["null","double"]}},
        {"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},{"name":"n","type":{"type":"record","name":"N",
        "fields":[{"name":"b","type":"bytes"},{"name":"f","type":{"type":"fixed","name":"F","size":4}}]}},
        {"name":"new","type":"string","default":"d"}]}"#,
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"t","type":{"type":"long","logicalType":"timestamp-micros"}},
        {"name":"d","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},
        {"name":"u","type":["int","string","boolean"]},{"name":"gone","type":{"type":"array","items":{"type":"map","values":"bytes"}}},
        {"name":"b","type":"boolean"},{"name":"x","type":"float"}]}"#,
        r#"{"type":"record","name":"R","fields":[{"name":"x","type":"float"},{"name":"b","type":"boolean"},
        {"name":"u","type":["int","string","boolean"]},{"name":"d","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},
        {"name":"t","type":{"type":"long","logicalType":"timestamp-micros"}}]}"#,
    ),
    (
        r#"{"type":"record","name":"Node","fields":[{"name":"v","type":"long"},{"name":"next","type":["null","Node"]}]}"#,
        r#"{"type":"record","name":"Node","fields":[{"name":"v","type":"long"},{"name":"next","type":["null","Node"]}]}"#,
    ),
    (
        r#"{"type":"record","name":"R","fields":[{"name":"skipped","type":["null",{"type":"record","name":"T","fields":
        [{"name":"k","type":["null","T"]}]}]},{"name":"w","type":"int"}]}"#,
        r#"{"type":"record","name":"R","fields":[{"name":"w","type":["null","long"]}]}"#,
    ),
];

/// Takes the first byte for a pair of schemas and the rest for an Avro record; 255 takes the rest for a schema.
pub fn avro(bytes: &[u8]) {
    thread_local! {
        static DECODERS: RefCell<Vec<AvroEvolution>> = RefCell::new(
            SCHEMAS.iter().map(|(writer, reader)| AvroEvolution::new(writer, reader).expect("the schemas fit")).collect(),
        );
    }
    let Some((choice, body)) = bytes.split_first() else {
        return;
    };
    if *choice == u8::MAX {
        if let Ok(schema) = std::str::from_utf8(body) {
            // A schema that no record can be read with is an error, not a fault.
            let _decoder = AvroEvolution::new(schema, schema);
        }
        return;
    }
    DECODERS.with_borrow_mut(|decoders| {
        let choice = usize::from(*choice) % decoders.len();
        decoders[choice].decode(body);
    });
}

/// Takes bytes for a JSON value.
pub fn json(bytes: &[u8]) {
    thread_local! {
        static DECODER: RefCell<SideBench> = RefCell::new(SideBench::new(&json_spec()).expect("the spec is right"));
    }
    DECODER.with_borrow_mut(|decoder| {
        decoder.decode(&[bytes]);
    });
}

fn json_spec() -> Spec {
    let columns = [
        ("s", DataType::Utf8View),
        ("i", DataType::Int32),
        ("l", DataType::Int64),
        ("d", DataType::Float64),
        ("f", DataType::Float32),
        ("b", DataType::Boolean),
        ("t", DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))),
        ("deep", DataType::Utf8View),
        ("c", DataType::UInt16),
    ];
    let mapping = BTreeMap::from([("/a/0/b".to_owned(), "deep".to_owned())]);
    let columns = columns.map(|(name, data_type)| (name.to_owned(), data_type)).to_vec();
    Spec::Json { columns, mapping }
}

/// A message that has every kind of field.
const MESSAGE: &str = r#"syntax = "proto3";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
enum Side { UNKNOWN = 0; BUY = 1; SELL = 2; }
message Leg { string name = 1; sint64 amount = 2; repeated double marks = 3; Leg next = 4; }
message Order {
  int32 a = 1; uint64 b = 2; sint32 c = 3; fixed32 d = 4; sfixed64 e = 5; float f = 6; double g = 7; bool h = 8;
  string i = 9; bytes j = 10; Side k = 11; Leg leg = 12; repeated Leg legs = 13; repeated int32 packed = 14;
  map<string, int64> counts = 15; oneof choice { string left = 16; Leg right = 17; }
  google.protobuf.Timestamp time = 18; google.protobuf.Int64Value wrapped = 19; repeated string names = 20;
  optional int32 maybe = 21;
}"#;

/// Takes bytes for a Protobuf message; a first byte of 255 takes the rest for a schema.
pub fn protobuf(bytes: &[u8]) {
    thread_local! {
        static DECODER: RefCell<SideBench> = RefCell::new(SideBench::new(&protobuf_spec()).expect("the spec is right"));
    }
    if let Some((&u8::MAX, schema)) = bytes.split_first() {
        if let Ok(schema) = std::str::from_utf8(schema) {
            // A schema that is none is an error, not a fault.
            let _decoder =
                SideBench::new(&Spec::Protobuf(ProtobufSpec::new(ProtobufSchema::Text(schema.to_owned()))));
        }
        return;
    }
    DECODER.with_borrow_mut(|decoder| {
        decoder.decode(&[bytes]);
    });
}

fn protobuf_spec() -> Spec {
    let mut spec = ProtobufSpec::new(ProtobufSchema::Text(MESSAGE.to_owned()));
    spec.message = Some("Order".to_owned());
    Spec::Protobuf(spec)
}
