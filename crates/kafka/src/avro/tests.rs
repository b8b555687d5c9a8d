//! Values written by another library, read as every type; and schemas that differ from the one a table keeps.

use std::collections::BTreeMap;

use apache_avro::types::Value;
use apache_avro::writer::datum::GenericDatumWriter;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array, ArrayRef, cast::AsArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::compile::compile;
use super::reader::Reader;
use super::schema::{IntKind, LongKind, Measure, Node, NodeId, Schema};
use crate::decode::{ColumnBuilder, Reason};

fn written(schema: &str, value: Value) -> Vec<u8> {
    let schema = apache_avro::Schema::parse_str(schema).expect("the schema parses");
    let writer = GenericDatumWriter::builder(&schema).build().expect("the schema resolves");
    writer.write_value_to_vec(value).expect("the value fits its schema")
}

/// A record of one field `v`.
fn one(kind: &str) -> String {
    format!(r#"{{"type":"record","name":"R","fields":[{{"name":"v","type":{kind}}}]}}"#)
}

fn reader(schema: &str) -> Reader {
    Reader::new(schema, &[], &BTreeMap::new(), false).expect("the schema can be read")
}

/// The columns that a record becomes.
fn columns(writer: &str, reader: &Reader, body: &[u8]) -> Result<Vec<ArrayRef>, Reason> {
    let program = compile(Schema::parse(writer).expect("the writer's schema parses"), reader)?;
    let column = |field: &arrow_schema::Field| ColumnBuilder::new(field.data_type()).expect("a type of ours");
    let mut columns: Vec<ColumnBuilder> = reader.fields.iter().map(column).collect();
    program.run(body, &reader.schema, &mut columns)?;
    Ok(columns.iter_mut().map(ColumnBuilder::finish).collect())
}

fn shown(array: &ArrayRef) -> String {
    // Without a time zone database only offsets can be shown.
    let shifted = array
        .as_primitive_opt::<TimestampNanosecondType>()
        .filter(|_| matches!(array.data_type(), DataType::Timestamp(_, Some(_))))
        .map(|times| times.clone().with_timezone("+00:00"));
    let array: &dyn Array = shifted.as_ref().map_or(array.as_ref(), |times| times);
    let options = FormatOptions::default().with_null(".");
    ArrayFormatter::try_new(array, &options).expect("it can be shown").value(0).to_string()
}

/// What the column of a value shows.
fn cell(writer: &str, wanted: &str, body: &[u8]) -> Result<String, String> {
    let reader = reader(&one(wanted));
    let columns = columns(&one(writer), &reader, body).map_err(Reason::into_owned)?;
    Ok(shown(&columns[0]))
}

fn record(value: Value) -> Value {
    Value::Record(vec![("v".to_owned(), value)])
}

fn some(index: u32, value: Value) -> Value {
    Value::Union(index, Box::new(value))
}

fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

const PRICE: &str = r#"{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}"#;
const WIDE_DECIMAL: &str = r#"{"type":"bytes","logicalType":"decimal","precision":50,"scale":1}"#;
const STAMP: i64 = 1_700_000_000_123;

/// A schema, a value of it, and what the cell shows.
fn goldens() -> Vec<(String, Value, &'static str)> {
    let logical = |kind: &str, name: &str| format!(r#"{{"type":"{kind}","logicalType":"{name}"}}"#);
    let array = |item: &str| format!(r#"{{"type":"array","items":{item}}}"#);
    let decimal = |bytes: &[u8]| Value::Decimal(apache_avro::Decimal::from(bytes.to_vec()));
    vec![
        (r#""boolean""#.into(), Value::Boolean(true), "true"),
        (r#""int""#.into(), Value::Int(i32::MIN), "-2147483648"),
        (r#""long""#.into(), Value::Long(i64::MAX), "9223372036854775807"),
        (r#""float""#.into(), Value::Float(1.5), "1.5"),
        (r#""double""#.into(), Value::Double(-0.25), "-0.25"),
        (r#""string""#.into(), text("ü"), "ü"),
        (r#""bytes""#.into(), Value::Bytes(vec![0, 255]), "00ff"),
        (logical("int", "date"), Value::Date(19_782), "2024-02-29"),
        (logical("int", "time-millis"), Value::TimeMillis(45_296_789), "12:34:56.789"),
        (logical("long", "time-micros"), Value::TimeMicros(1), "00:00:00.000001"),
        (logical("long", "timestamp-millis"), Value::TimestampMillis(STAMP), "2023-11-14T22:13:20.123Z"),
        (logical("long", "timestamp-micros"), Value::TimestampMicros(-1), "1969-12-31T23:59:59.999999Z"),
        (logical("long", "timestamp-nanos"), Value::TimestampNanos(1), "1970-01-01T00:00:00.000000001Z"),
        (
            logical("long", "local-timestamp-millis"),
            Value::LocalTimestampMillis(STAMP),
            "2023-11-14T22:13:20.123",
        ),
        (
            logical("long", "local-timestamp-micros"),
            Value::LocalTimestampMicros(1),
            "1970-01-01T00:00:00.000001",
        ),
        (
            logical("long", "local-timestamp-nanos"),
            Value::LocalTimestampNanos(1),
            "1970-01-01T00:00:00.000000001",
        ),
        (PRICE.into(), decimal(&(-12_345i32).to_be_bytes()), "-123.45"),
        (
            WIDE_DECIMAL.into(),
            decimal(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            "8711228593176024664662389950253266213273.6",
        ),
        (r#"{"type":"enum","name":"E","symbols":["X","Y"]}"#.into(), Value::Enum(1, "Y".into()), "Y"),
        (r#"["null","int"]"#.into(), some(0, Value::Null), "."),
        (r#"["int","null"]"#.into(), some(0, Value::Int(7)), "7"),
        (array(r#""string""#), Value::Array(vec![text("a"), text("")]), "[a, ]"),
        (
            array(r#""boolean""#),
            Value::Array(vec![Value::Boolean(true), Value::Boolean(false)]),
            "[true, false]",
        ),
        (
            array(r#"["null","long"]"#),
            Value::Array(vec![some(1, Value::Long(1)), some(0, Value::Null)]),
            "[1, .]",
        ),
        (
            array(&array(r#""int""#)),
            Value::Array(vec![Value::Array(vec![Value::Int(1)]), Value::Array(vec![])]),
            "[[1], []]",
        ),
        (array(r#""double""#), Value::Array(vec![]), "[]"),
        (r#"["null","int","long"]"#.into(), some(1, Value::Int(3)), "3"),
        (r#"["float","double"]"#.into(), some(0, Value::Float(0.5)), "0.5"),
        (r#"["int","string"]"#.into(), some(1, text("s")), r#""s""#),
        (
            r#"{"type":"map","values":"long"}"#.into(),
            Value::Map([("k".to_owned(), Value::Long(1))].into()),
            r#"{"k":1}"#,
        ),
    ]
}

#[test]
fn every_type_is_read_as_it_was_written() {
    for (kind, value, expected) in goldens() {
        let body = written(&one(&kind), record(value));
        assert_eq!(cell(&kind, &kind, &body).unwrap(), expected, "{kind}");
    }
}

#[test]
fn what_the_other_library_cannot_write_is_read_by_the_specification() {
    let uuid = r#"{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}"#;
    let bytes: Vec<u8> = (0..16).collect();
    assert_eq!(cell(uuid, uuid, &bytes).unwrap(), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    assert_eq!(cell(uuid, r#""string""#, &bytes).unwrap(), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    let duration = r#"{"type":"fixed","name":"D","size":12,"logicalType":"duration"}"#;
    assert_eq!(cell(duration, duration, &[1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]).unwrap(), "P1M2DT0.003S");
    let fixed = r#"{"type":"fixed","name":"P","size":3,"logicalType":"decimal","precision":5,"scale":1}"#;
    assert_eq!(cell(fixed, fixed, &[0xff, 0xff, 0xfe]).unwrap(), "-0.2");
    let small = |name: &str| format!(r#"{{"type":"int","dhType":"{name}"}}"#);
    assert_eq!(cell(&small("byte"), &small("byte"), &[0xff, 0x01]).unwrap(), "-128");
    assert!(cell(&small("byte"), &small("byte"), &[0x80, 0x02]).unwrap_err().contains("does not fit"));
    assert_eq!(reader(&one(&small("char"))).fields[0].data_type(), &DataType::UInt16);
}

#[test]
fn values_out_of_range_are_refused() {
    let logical = |kind: &str, name: &str| format!(r#"{{"type":"{kind}","logicalType":"{name}"}}"#);
    let refused = |kind: &str, value: i64| {
        let mut body = Vec::new();
        super::put_long(&mut body, value);
        cell(kind, kind, &body).unwrap_err()
    };
    assert!(refused(&logical("int", "date"), i32::MAX.into()).contains("no date"));
    assert!(refused(&logical("int", "time-millis"), -1).contains("no time of day"));
    assert!(refused(&logical("long", "time-micros"), 86_400_000_000).contains("no time of day"));
    assert!(refused(&logical("long", "timestamp-millis"), i64::MAX).contains("last instant"));
    let price = r#"{"type":"bytes","logicalType":"decimal","precision":2,"scale":0}"#;
    assert!(cell(price, price, &[2, 100]).unwrap_err().contains("more than 2 digits"));
    assert_eq!(cell(price, price, &[2, 99]).unwrap(), "99");
}

#[test]
fn types_get_on_as_avro_says() {
    let date = r#"{"type":"int","logicalType":"date"}"#;
    let micros = r#"{"type":"long","logicalType":"timestamp-micros"}"#;
    let millis = r#"{"type":"long","logicalType":"timestamp-millis"}"#;
    let local = r#"{"type":"long","logicalType":"local-timestamp-millis"}"#;
    let cents = r#"{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}"#;
    let mills = r#"{"type":"bytes","logicalType":"decimal","precision":9,"scale":3}"#;
    let (x, xy) = (
        r#"{"type":"enum","name":"E","symbols":["X"]}"#,
        r#"{"type":"enum","name":"E","symbols":["Z","Y"]}"#,
    );
    let fitting: [(&str, &str, &[u8], &str); 16] = [
        (r#""int""#, r#""long""#, &[2], "1"),
        (r#""int""#, r#""float""#, &[2], "1.0"),
        (r#""long""#, r#""double""#, &[2], "1.0"),
        (r#""string""#, r#""bytes""#, &[2, 65], "41"),
        (r#""bytes""#, r#""string""#, &[2, 65], "A"),
        (r#""int""#, date, &[2], "1970-01-02"),
        (date, r#""int""#, &[2], "1"),
        (millis, micros, &[2], "1970-01-01T00:00:00.001Z"),
        (micros, millis, &[2], "1970-01-01T00:00:00.000001Z"),
        (micros, r#""long""#, &[2], "1"),
        (r#""int""#, millis, &[2], "1970-01-01T00:00:00.001Z"),
        (cents, mills, &[2, 5], "0.050"),
        (cents, r#""bytes""#, &[2, 5], "05"),
        (xy, x, &[2], "Y"),
        (xy, r#""string""#, &[2], "Y"),
        (r#"["string","int"]"#, r#""long""#, &[2, 4], "2"),
    ];
    for (from, to, body, expected) in fitting {
        assert_eq!(cell(from, to, body).as_deref(), Ok(expected), "{from} → {to}");
    }
    for (from, to) in [
        (r#""long""#, r#""int""#),
        (r#""double""#, r#""float""#),
        (r#""string""#, r#""int""#),
        (r#""int""#, r#""boolean""#),
        (local, micros),
        (mills, cents),
        (date, micros),
        (r#"{"type":"array","items":"string"}"#, r#"{"type":"array","items":"int"}"#),
        (r#"{"type":"map","values":"string"}"#, r#"{"type":"map","values":"int"}"#),
        (r#""int""#, r#"{"type":"map","values":"int"}"#),
        (r#""null""#, r#""int""#),
    ] {
        let refused = cell(from, to, &[2]).unwrap_err();
        assert!(
            refused.contains("field \"v\"") && refused.contains("cannot be read as"),
            "{from} → {to}: {refused}"
        );
    }
    let other = cell(r#"["string","int"]"#, r#""long""#, &[0, 2, 65]).unwrap_err();
    assert!(other.contains("string cannot be read as long"), "{other}");
}

#[test]
fn records_without_bytes_do_not_keep_us() {
    // Each record is the one before it twice: 2⁵⁰ nulls, and not one byte.
    let mut fields = r#"{"name":"f0","type":{"type":"record","name":"R0","fields":[]}}"#.to_owned();
    for level in 1..=50 {
        let before = level - 1;
        fields += &format!(
            r#",{{"name":"f{level}","type":{{"type":"record","name":"R{level}","fields":[
                {{"name":"a","type":"R{before}"}},{{"name":"b","type":"R{before}"}}]}}}}"#
        );
    }
    let with = |fields: &str| {
        format!(r#"{{"type":"record","name":"T","fields":[{fields},{{"name":"v","type":"int"}}]}}"#)
    };
    let wanted = reader(&one(r#""int""#));
    let refused = columns(&with(&fields), &wanted, &[2]).unwrap_err();
    assert!(refused.contains("without bytes"), "{refused}");
    let few: String = fields.split(",{\"name\":\"f9").next().unwrap().to_owned();
    assert_eq!(shown(&columns(&with(&few), &wanted, &[2]).unwrap()[0]), "1");
}

#[test]
fn branches_are_chosen_by_full_name_and_by_size() {
    let record = |name: &str, field: &str| {
        format!(r#"{{"type":"record","name":"{name}","fields":[{{"name":"{field}","type":"int"}}]}}"#)
    };
    let two = format!("[{},{}]", record("a.E", "x"), record("b.E", "y"));
    assert_eq!(cell(&two, &two, &[0, 2]).as_deref(), Ok(r#"{"x":1}"#));
    assert_eq!(cell(&two, &two, &[2, 2]).as_deref(), Ok(r#"{"y":1}"#));
    // A record that has moved to another namespace is known by its unqualified name.
    let other = format!("[\"null\",\"string\",{}]", record("c.E", "x"));
    let moved = format!("[\"null\",\"string\",{}]", record("E", "x"));
    assert_eq!(cell(&other, &moved, &[4, 2]).as_deref(), Ok(r#"{"x":1}"#));
    let fixed = |name: &str, size: usize| format!(r#"{{"type":"fixed","name":"{name}","size":{size}}}"#);
    let two = format!("[{},{}]", fixed("F", 1), fixed("G", 2));
    assert_eq!(cell(&two, &two, &[0, 7]).as_deref(), Ok("\"07\""));
    assert_eq!(cell(&two, &two, &[2, 7, 8]).as_deref(), Ok("\"0708\""));
}

#[test]
fn what_is_shown_as_json_is_resolved_too() {
    let inner = |fields: &str| {
        one(&format!(r#"{{"type":"array","items":{{"type":"record","name":"I","fields":[{fields}]}}}}"#))
    };
    let old = inner(
        r#"{"name":"a","type":"int"},{"name":"gone","type":"string"},{"name":"d","type":{"type":"int","logicalType":"date"}}"#,
    );
    let new = inner(
        r#"{"name":"b","aliases":["a"],"type":"long"},{"name":"n","type":["null","int"],"default":null},{"name":"d","type":{"type":"int","logicalType":"date"}}"#,
    );
    let reader = reader(&new);
    // One block of one item, then the end.
    let body = [2, 2, 2, b'x', 4, 0];
    let read = columns(&old, &reader, &body).unwrap();
    assert_eq!(shown(&read[0]), r#"[{"b":1,"d":"1970-01-03","n":null}]"#);
    let wrong =
        inner(r#"{"name":"a","type":"string"},{"name":"d","type":{"type":"int","logicalType":"date"}}"#);
    let refused = columns(&wrong, &reader, &[0]).unwrap_err();
    assert!(refused.contains("string cannot be read as long"), "{refused}");
}

#[test]
fn defaults_stand_in_for_what_is_missing() {
    let wanted = r#"{"type":"record","name":"R","fields":[
        {"name":"v","type":"int"},
        {"name":"d","type":{"type":"int","logicalType":"date"},"default":1},
        {"name":"t","type":{"type":"int","logicalType":"time-millis"},"default":1},
        {"name":"p","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2},"default":"\u0005"},
        {"name":"list","type":{"type":"array","items":"int"},"default":[1,2]},
        {"name":"e","type":{"type":"enum","name":"E","symbols":["X"]},"default":"X"},
        {"name":"n","type":["null","string"],"default":null},
        {"name":"m","type":{"type":"map","values":"int"},"default":{"k":1}},
        {"name":"at","type":{"type":"map","values":{"type":"long","logicalType":"timestamp-millis"}},"default":{"k":1}},
        {"name":"In","type":{"type":"record","name":"I","fields":[{"name":"P","type":"int","default":7}]},"default":{}}]}"#;
    let read = columns(&one(r#""int""#), &reader(wanted), &[2]).unwrap();
    let all: Vec<String> = read.iter().map(shown).collect();
    let at = r#"{"k":"1970-01-01T00:00:00.001Z"}"#;
    assert_eq!(all, ["1", "1970-01-02", "00:00:00.001", "0.05", "[1, 2]", "X", ".", r#"{"k":1}"#, at, "7"]);
}

#[test]
fn defaults_that_make_a_short_record_very_long_refuse_it() {
    let kind = format!(
        r#"{{"type":"record","name":"D","fields":[{{"name":"t","type":"string","default":"{}"}}]}}"#,
        "x".repeat(60_000)
    );
    let fields: Vec<String> = (0..100)
        .map(|n| {
            let kind = if n == 0 { &kind } else { r#""D""# };
            format!(r#"{{"name":"f{n}","type":{kind},"default":{{}}}}"#)
        })
        .collect();
    let items = |fields: &str| {
        format!(r#"{{"type":"array","items":{{"type":"record","name":"E","fields":[{fields}]}}}}"#)
    };
    let one_item = [2, 0];
    assert_eq!(cell(&items(""), &items(""), &one_item).unwrap(), "[{}]");
    let refused = cell(&items(""), &items(&fields.join(",")), &one_item).unwrap_err();
    assert!(refused.contains("far longer than the record"), "{refused}");
}

#[test]
fn fields_that_only_the_writer_has_are_named() {
    let writer = r#"{"type":"record","name":"R","fields":[{"name":"v","type":"int"},{"name":"New","type":"string"},
        {"name":"In","type":{"type":"record","name":"I","fields":[{"name":"P","type":"int"},{"name":"Q","type":"int"}]}}]}"#;
    let wanted = r#"{"type":"record","name":"R","fields":[{"name":"v","type":"int"},
        {"name":"In","type":{"type":"record","name":"I","fields":[{"name":"P","type":"int"}]}}]}"#;
    let program = compile(Schema::parse(writer).unwrap(), &reader(wanted)).unwrap();
    assert_eq!(program.unknown, ["New", "In.Q"]);
}

#[test]
fn a_mapping_of_a_record_and_its_parts_takes_it_apart() {
    let schema = r#"{"type":"record","name":"R","fields":[{"name":"N","type":{"type":"record","name":"I","fields":[
        {"name":"P","type":"int"},{"name":"Q","type":"int"}]}},{"name":"v","type":"int"}]}"#;
    let names = |mapping: &[(&str, &str)], mapped_only: bool| {
        let mapping = mapping.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let reader = Reader::new(schema, &[], &mapping, mapped_only).map_err(|error| error.to_string())?;
        let shown = |f: &arrow_schema::Field| format!("{} {}", f.name(), f.data_type());
        Ok::<_, String>(reader.fields.iter().map(shown).collect::<Vec<_>>())
    };
    assert_eq!(names(&[], false).unwrap(), ["N__P Int32", "N__Q Int32", "v Int32"]);
    assert_eq!(names(&[("N.P", "p")], true).unwrap(), ["p Int32"]);
    assert_eq!(names(&[("N", "n"), ("N.P", "p")], true).unwrap(), ["p Int32"]);
    assert_eq!(names(&[("N.P", "p")], false).unwrap(), ["p Int32", "N__Q Int32", "v Int32"]);
    assert_eq!(names(&[("N", "n")], true).unwrap(), ["n Utf8View"]);
    assert!(names(&[], true).unwrap_err().contains("only mapped ones"));
    assert!(names(&[("N.X", "x")], false).unwrap_err().contains("no field \"N.X\""));
    assert!(names(&[("N.P", "v")], false).unwrap_err().contains("become column \"v\""));
}

#[test]
fn schemas_may_refer_to_others_and_to_themselves() {
    let within = r#"{"type":"record","name":"n.In","fields":[{"name":"x","type":"long"}]}"#;
    let outer = r#"{"type":"record","name":"n.Out","fields":[{"name":"a","type":"In"},{"name":"again","type":["null","Out"]}]}"#;
    let reader = Reader::new(outer, &[within, within], &BTreeMap::new(), false).unwrap();
    let names: Vec<_> = reader.fields.iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["a__x", "again"]);
    assert!(Schema::parse(outer).unwrap_err().to_string().contains("\"In\""));
    let program = compile(reader.own.clone(), &reader).unwrap();
    let mut columns =
        reader.fields.iter().map(|f| ColumnBuilder::new(f.data_type()).unwrap()).collect::<Vec<_>>();
    program.run(&[2, 2, 4, 0], &reader.schema, &mut columns).unwrap();
    assert_eq!(shown(&columns[1].finish()), r#"{"a":{"x":2},"again":null}"#);
    // As many levels as bytes: refused, not a stack overflow.
    let deep: Vec<u8> = [2u8, 2].repeat(100_000);
    assert!(program.run(&deep, &reader.schema, &mut columns).unwrap_err().contains("too deep"));
}

#[test]
fn a_schema_that_doubles_itself_is_refused() {
    let mut schema = r#"{"type":"record","name":"R0","fields":[{"name":"v","type":"int"}]}"#.to_owned();
    for level in 1..20 {
        let inner = level - 1;
        schema = format!(
            r#"{{"type":"record","name":"R{level}","fields":[{{"name":"a","type":{schema}}},{{"name":"b","type":"R{inner}"}}]}}"#
        );
    }
    let refused = Reader::new(&schema, &[], &BTreeMap::new(), false).err().unwrap().to_string();
    assert!(refused.contains("more than 10000 fields"), "{refused}");
}

const WIDE: &str = r#"{"type":"record","name":"W","fields":[
    {"name":"b","type":"boolean"},{"name":"i","type":"int"},{"name":"l","type":["null","long"]},
    {"name":"f","type":"float"},{"name":"d","type":"double"},{"name":"s","type":"string"},{"name":"raw","type":"bytes"},
    {"name":"fix","type":{"type":"fixed","name":"F","size":3}},
    {"name":"none","type":{"type":"fixed","name":"Z","size":0}},
    {"name":"e","type":{"type":"enum","name":"E","symbols":["X","Y"]}},
    {"name":"date","type":{"type":"int","logicalType":"date"}},
    {"name":"time","type":{"type":"int","logicalType":"time-millis"}},
    {"name":"micros","type":{"type":"long","logicalType":"time-micros"}},
    {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
    {"name":"local","type":{"type":"long","logicalType":"local-timestamp-micros"}},
    {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":20,"scale":3}},
    {"name":"big","type":{"type":"bytes","logicalType":"decimal","precision":70,"scale":3}},
    {"name":"id","type":{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}},
    {"name":"dur","type":{"type":"fixed","name":"D","size":12,"logicalType":"duration"}},
    {"name":"short","type":{"type":"int","dhType":"short"}},
    {"name":"wide","type":["int","long","null"]},
    {"name":"either","type":["int","string",{"type":"array","items":"F"}]},
    {"name":"lists","type":{"type":"array","items":{"type":"array","items":["null","string"]}}},
    {"name":"nulls","type":{"type":"array","items":"null"}},
    {"name":"zeros","type":{"type":"array","items":"Z"}},
    {"name":"map","type":{"type":"map","values":{"type":"map","values":"Z"}}},
    {"name":"tree","type":["null",{"type":"record","name":"Tree","fields":[
        {"name":"v","type":{"type":"int","logicalType":"date"}},
        {"name":"down","type":{"type":"array","items":"Tree"}},{"name":"next","type":["null","Tree"]}]}]}]}"#;

/// Appends some value of a type.
fn some_value(schema: &Schema, node: NodeId, random: &mut StdRng, depth: usize, out: &mut Vec<u8>) {
    let items = |random: &mut StdRng, out: &mut Vec<u8>, item: &mut dyn FnMut(&mut StdRng, &mut Vec<u8>)| {
        let count = if depth > 6 { 0 } else { random.random_range(0..3) };
        if count > 0 {
            super::put_long(out, count);
            (0..count).for_each(|_| item(random, out));
        }
        out.push(0);
    };
    match schema.node(node) {
        Node::Null => {}
        Node::Boolean => out.push(random.random_range(0..2)),
        Node::Int(IntKind::TimeMillis) => super::put_long(out, random.random_range(0..86_400_000)),
        Node::Int(_) => super::put_long(out, random.random_range(-30_000..30_000)),
        Node::Long(LongKind::TimeMicros) => super::put_long(out, random.random_range(0..86_400_000_000)),
        Node::Long(kind) if kind.measure() == Measure::Number => super::put_long(out, random.random()),
        Node::Long(_) => super::put_long(out, random.random_range(-1 << 40..1 << 40)),
        Node::Float => out.extend(random.random::<f32>().to_le_bytes()),
        Node::Double => out.extend(random.random::<f64>().to_le_bytes()),
        Node::String | Node::Bytes | Node::Decimal { fixed: None, .. } => {
            let size = random.random_range(0..7);
            super::put_long(out, size);
            (0..size).for_each(|_| out.push(random.random_range(0..0x7f)));
        }
        Node::Fixed(size) | Node::Decimal { fixed: Some(size), .. } => {
            (0..*size).for_each(|_| out.push(random.random()));
        }
        Node::Uuid => (0..16).for_each(|_| out.push(random.random())),
        Node::Duration => (0..12).for_each(|_| out.push(random.random())),
        Node::Enum { symbols, .. } => super::put_long(out, random.random_range(0..symbols.len() as i64)),
        Node::Array(item) => items(random, out, &mut |random, out| {
            some_value(schema, *item, random, depth + 1, out);
        }),
        Node::Map(value) => items(random, out, &mut |random, out| {
            out.extend([2, b'k']);
            some_value(schema, *value, random, depth + 1, out);
        }),
        Node::Union(branches) => {
            let branch = if depth > 6 { 0 } else { random.random_range(0..branches.len()) };
            super::put_long(out, branch as i64);
            some_value(schema, branches[branch], random, depth + 1, out);
        }
        Node::Record { fields, .. } => {
            fields.iter().for_each(|field| some_value(schema, field.node, random, depth + 1, out));
        }
    }
}

fn spoil(bytes: &mut Vec<u8>, random: &mut StdRng) {
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..bytes.len().max(1)).min(bytes.len().saturating_sub(1));
        if bytes.is_empty() {
            return;
        }
        match random.random_range(0..5) {
            0 => bytes[at] = random.random(),
            1 => bytes.truncate(at),
            2 => bytes.insert(at, random.random()),
            3 => drop(bytes.splice(at..at, [0xff, 0xff, 0xff, 0x07])),
            _ => bytes[at] ^= 1 << random.random_range(0..8),
        }
    }
}

/// Whatever comes: a row or a refusal, no panic, and never more memory than the size of the record allows.
#[test]
fn mutated_records_neither_panic_nor_swell() {
    let mut random = StdRng::seed_from_u64(50);
    let reader = reader(WIDE);
    let program = compile(reader.own.clone(), &reader).unwrap();
    let column = |field: &arrow_schema::Field| ColumnBuilder::new(field.data_type()).unwrap();
    let (mut good, mut refused) = (0, 0);
    for round in 0..30_000 {
        let mut bytes = Vec::new();
        if round % 8 == 7 {
            bytes.extend((0..random.random_range(0..60)).map(|_| random.random::<u8>()));
        } else {
            some_value(&reader.own, reader.own.root(), &mut random, 0, &mut bytes);
        }
        let is_spoiled = round % 2 == 1;
        if is_spoiled {
            spoil(&mut bytes, &mut random);
        }
        let mut columns: Vec<ColumnBuilder> = reader.fields.iter().map(column).collect();
        match program.run(&bytes, &reader.schema, &mut columns) {
            Ok(()) => good += 1,
            Err(reason) => {
                assert!(is_spoiled || reason.contains("digits"), "{reason}");
                refused += 1;
            }
        }
        let memory: usize = columns.iter_mut().map(|column| column.finish().get_array_memory_size()).sum();
        let most = 200_000 + 1_000 * bytes.len();
        assert!(memory < most, "{memory} bytes of a record of {}", bytes.len());
    }
    assert!(good > 5_000 && refused > 5_000, "{good} good, {refused} refused");
}

/// Records that `tests/interop/avro/Corpus.java` has written.
const JAVA: &str = include_str!("../../../../tests/interop/avro/java.tsv");

/// The cells of the two records of the corpus.
const MADE_BY_JAVA: [[&str; 22]; 2] = [
    [
        "true",
        "-1",
        "1099511627776",
        "0.5",
        "0.1",
        "grün",
        "00ff",
        "SELL",
        "2024-02-29",
        "12:34:56.789",
        "00:00:00.000001",
        "2026-01-02T03:04:05.678Z",
        "1969-12-31T23:59:59.999999Z",
        "2026-01-02T03:04:05.678901",
        "-123.45",
        "-1234567890123456789012345678901234567890123.4",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "[0.5, 1.0]",
        r#"{"k":1}"#,
        ".",
        "0",
        "q",
    ],
    [
        "false",
        "2147483647",
        "-9223372036854775808",
        "0.5",
        "-inf",
        "",
        "00ff",
        "BUY",
        "2024-02-29",
        "12:34:56.789",
        "00:00:00.000001",
        "2026-01-02T03:04:05.678Z",
        "1969-12-31T23:59:59.999999Z",
        "2026-01-02T03:04:05.678901",
        "0.00",
        "-1234567890123456789012345678901234567890123.4",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "[]",
        "{}",
        "7",
        "1",
        ".",
    ],
];

#[test]
fn records_made_by_java_are_read() {
    for (index, line) in JAVA.lines().enumerate() {
        let (schema, hex) = line.split_once('\t').expect("a schema and its record");
        let bytes: Vec<u8> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal"))
            .collect();
        let reader = reader(schema);
        // Each record is there bare, and as a single object.
        let body = if index % 2 == 0 {
            bytes.as_slice()
        } else {
            let print = super::fingerprint(schema).expect("the schema is JSON");
            assert_eq!(bytes[..10], [&[0xc3, 1][..], &print.to_le_bytes()].concat());
            &bytes[10..]
        };
        let read = columns(schema, &reader, body).expect("the record is read");
        let shown: Vec<String> = read.iter().map(shown).collect();
        assert_eq!(shown, MADE_BY_JAVA[index / 2], "line {index}");
    }
}
