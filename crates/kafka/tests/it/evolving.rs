//! Avro schemas that change under a table, and shapes of records.

use std::collections::BTreeMap;

use apache_avro::types::Value;
use apache_avro::writer::datum::GenericDatumWriter;
use kinetable_broker::client;
use kinetable_kafka::{AvroSchema, Spec, consume};

use crate::consuming::avro;
use crate::live::{Live, cells, wait_rows};
use crate::stand::Stand;

/// A value behind the number of its schema, encoded by another library than ours.
pub fn framed(id: i32, schema: &str, value: Value) -> Vec<u8> {
    let schema = apache_avro::Schema::parse_str(schema).expect("the schema parses");
    let mut bytes = vec![0];
    bytes.extend_from_slice(&id.to_be_bytes());
    let writer = GenericDatumWriter::builder(&schema).build().expect("the schema resolves");
    bytes.extend(writer.write_value_to_vec(value).expect("the value fits its schema"));
    bytes
}

pub fn record(fields: &[(&str, Value)]) -> Value {
    Value::Record(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

pub const V1: &str = r#"{"type":"record","name":"R","fields":[
    {"name":"A","type":"int"},{"name":"B","type":"string"}]}"#;
pub const V2: &str = r#"{"type":"record","name":"R","fields":[
    {"name":"B","type":"string"},{"name":"New","type":["null","double"],"default":null},{"name":"A","type":"int"}]}"#;
const V3: &str = r#"{"type":"record","name":"R","fields":[
    {"name":"A","type":"int"},{"name":"B","type":"string","default":"none"},{"name":"C","type":"long","default":-1}]}"#;
const OTHER: &str = r#"{"type":"record","name":"R","fields":[{"name":"Z","type":"boolean"}]}"#;

#[test]
fn each_record_is_read_with_the_schema_it_was_written_with() {
    let stand = Stand::shared();
    let topic = stand.topic("evolving", 1);
    let register =
        |subject: &str, schema: &str| client::register_schema(&stand.target, subject, schema).unwrap();
    let subject = format!("{topic}-value");
    let v1 = register(&subject, V1);
    let row = |a: i32, b: &str| vec![("A", Value::Int(a)), ("B", Value::String(b.into()))];
    stand.produce_values(&topic, &[&framed(v1, V1, record(&row(1, "one")))]);
    let v3_subject = format!("{topic}-pinned");
    register(&v3_subject, V3);
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, avro(&v3_subject))).unwrap();
    wait_rows(&consumed.table, 1);
    let v2 = register(&format!("{topic}-two"), V2);
    let other = register(&format!("{topic}-other"), OTHER);
    let mut two = row(2, "two");
    two.insert(1, ("New", Value::Union(1, Box::new(Value::Double(0.5)))));
    let mut three = row(4, "");
    three.push(("C", Value::Long(9)));
    let v3 = register(&v3_subject, V3);
    stand.produce_values(
        &topic,
        &[
            &framed(v2, V2, record(&two)),
            &framed(other, OTHER, record(&[("Z", Value::Boolean(true))])),
            &framed(v3, V3, record(&three)),
        ],
    );
    let rows = wait_rows(&consumed.table, 3);
    assert_eq!(cells(&rows, "A"), ["1", "2", "4"]);
    assert_eq!(cells(&rows, "B"), ["one", "two", ""]);
    assert_eq!(cells(&rows, "C"), ["-1", "-1", "9"], "the default of the pinned schema stands in");
    let reasons = cells(&wait_rows(&consumed.errors, 1), "Reason");
    assert_eq!(
        reasons,
        [format!("schema {other} does not fit the table: field \"A\" is missing and has no default")]
    );
}

const SHAPES: &str = r#"{"type":"record","name":"S","namespace":"n","fields":[
    {"name":"flag","type":"boolean"},
    {"name":"f","type":"float"},
    {"name":"raw","type":"bytes"},
    {"name":"pair","type":{"type":"fixed","name":"Pair","size":2}},
    {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["X","Y"]}},
    {"name":"micros","type":{"type":"long","logicalType":"timestamp-micros"}},
    {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},
    {"name":"maybe","type":["null","int"]},
    {"name":"list","type":{"type":"array","items":["null","double"]}},
    {"name":"tags","type":{"type":"map","values":"int"}},
    {"name":"either","type":["int","string"]},
    {"name":"N","type":["null",{"type":"record","name":"Inner","fields":[
        {"name":"P","type":"string"},{"name":"again","type":["null","Inner"]}]}]}]}"#;

fn shapes(nested: bool) -> Value {
    let inner =
        record(&[("P", Value::String("p".into())), ("again", Value::Union(0, Box::new(Value::Null)))]);
    record(&[
        ("flag", Value::Boolean(true)),
        ("f", Value::Float(1.25)),
        ("raw", Value::Bytes(vec![1, 2])),
        ("pair", Value::Fixed(2, vec![3, 4])),
        ("kind", Value::Enum(1, "Y".into())),
        ("micros", Value::TimestampMicros(1_700_000_000_123_456)),
        ("price", Value::Decimal(apache_avro::Decimal::from((-12_345i32).to_be_bytes()))),
        ("maybe", Value::Union(1, Box::new(Value::Int(5)))),
        (
            "list",
            Value::Array(vec![
                Value::Union(1, Box::new(Value::Double(0.5))),
                Value::Union(0, Box::new(Value::Null)),
            ]),
        ),
        ("tags", Value::Map([("t".to_owned(), Value::Int(1))].into())),
        ("either", Value::Union(1, Box::new(Value::String("s".into())))),
        ("N", if nested { Value::Union(1, Box::new(inner)) } else { Value::Union(0, Box::new(Value::Null)) }),
    ])
}

#[test]
fn every_avro_type_has_a_column() {
    let stand = Stand::shared();
    let topic = stand.topic("shapes", 1);
    let subject = format!("{topic}-value");
    let id = client::register_schema(&stand.target, &subject, SHAPES).unwrap();
    stand.produce_values(&topic, &[&framed(id, SHAPES, shapes(true)), &framed(id, SHAPES, shapes(false))]);
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, avro(&subject))).unwrap();
    let rows = wait_rows(&consumed.table, 2);
    let first = |column: &str| cells(&rows, column)[0].clone();
    let shown = [
        ("flag", "true"),
        ("f", "1.25"),
        ("raw", "0102"),
        ("pair", "0304"),
        ("kind", "Y"),
        ("micros", "2023-11-14T22:13:20.123456Z"),
        ("price", "-123.45"),
        ("maybe", "5"),
        ("list", "[0.5, .]"),
        ("tags", r#"{"t":1}"#),
        ("either", r#""s""#),
        ("N__P", "p"),
    ];
    for (column, expected) in shown {
        assert_eq!(first(column), expected, "{column}");
    }
    assert_eq!(cells(&rows, "N__P")[1], ".", "a null record is null in its columns");
}

#[test]
fn a_mapping_renames_and_chooses() {
    let stand = Stand::shared();
    let topic = stand.topic("mapping", 1);
    let subject = format!("{topic}-value");
    let id = client::register_schema(&stand.target, &subject, SHAPES).unwrap();
    stand.produce_values(&topic, &[&framed(id, SHAPES, shapes(true))]);
    let spec = |mapped_only: bool, field: &str| Spec::Avro {
        schema: AvroSchema::Inline(SHAPES.to_owned()),
        mapping: BTreeMap::from([(field.to_owned(), "Name".to_owned()), ("f".to_owned(), "F".to_owned())]),
        mapped_only,
    };
    let live = Live::start();
    let some = consume(&live.graph, stand.consumer(&topic, spec(true, "N.P"))).unwrap();
    let rows = wait_rows(&some.table, 1);
    assert_eq!(rows.num_columns(), 5);
    assert_eq!((cells(&rows, "F"), cells(&rows, "Name")), (vec!["1.25".into()], vec!["p".into()]));
    let all = consume(&live.graph, stand.consumer(&topic, spec(false, "N.P"))).unwrap();
    assert_eq!(cells(&wait_rows(&all.table, 1), "kind"), ["Y"]);
    let refused = consume(&live.graph, stand.consumer(&topic, spec(false, "N.Q")));
    assert!(refused.err().unwrap().to_string().contains("no field \"N.Q\""));
}
