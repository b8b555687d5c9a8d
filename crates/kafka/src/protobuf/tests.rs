//! The decoder against prost-reflect: random messages, in any order of their fields, and bytes nobody meant for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    DurationNanosecondType, Float32Type, Float64Type, Int32Type, Int64Type, TimestampNanosecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use prost_reflect::prost::Message;
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, Value,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::descriptor::{self, Sources};
use super::{ProtobufPlan, ProtobufProtocol, ProtobufSchema, ProtobufSpec};
use crate::decode::{Decoder, Side};

pub(crate) const PROTO3: &str = r#"
syntax = "proto3";
package t;
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/wrappers.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/empty.proto";
enum Color { RED = 0; GREEN = 5; BLUE = -1; option allow_alias = true; CRIMSON = 0; }
message Inner {
  int32 n = 2;
  string s = 1;
  repeated sint64 many = 3;
  message Deep { optional double d = 1; Color c = 2; bytes b = 3; }
  Deep deep = 4;
  oneof which { string left = 5; Deep right = 6; google.protobuf.Empty none = 7; }
}
message All {
  bool b = 1; int32 i32 = 2; sint32 s32 = 3; sfixed32 sf32 = 4; uint32 u32 = 5; fixed32 f32 = 6;
  int64 i64 = 7; sint64 s64 = 8; sfixed64 sf64 = 9; uint64 u64 = 10; fixed64 f64 = 11;
  float f = 12; double d = 13; string s = 14; bytes y = 15; Color c = 16;
  optional bool ob = 17; optional int64 oi = 18; optional string os = 19; optional Color oc = 20;
  repeated int32 rp = 21; repeated int32 ru = 22 [packed = false]; repeated string rs = 23;
  repeated bytes ry = 24; repeated Color rc = 25; repeated double rd = 26; repeated bool rb = 27;
  google.protobuf.Timestamp at = 28; google.protobuf.Duration took = 29;
  google.protobuf.Int32Value wi = 30; google.protobuf.StringValue ws = 31; google.protobuf.UInt64Value wu = 32;
  repeated google.protobuf.Timestamp ats = 33; repeated google.protobuf.DoubleValue wds = 34;
  Inner inner = 35;
  repeated Inner inners = 36;
  map<string, int64> counts = 37; map<int32, Inner.Deep> deeps = 38;
  All self = 39;
  google.protobuf.Struct free = 40;
  oneof pick { int32 pi = 100; string ps = 41; Inner pm = 42; google.protobuf.Timestamp pt = 43; All pr = 44; }
}
"#;

pub(crate) const PROTO2: &str = r#"
syntax = "proto2";
message Old {
  required int32 id = 1;
  optional string name = 2 [default = "nobody"];
  repeated fixed32 marks = 3;
  repeated sint32 packed = 4 [packed = true];
  optional group Part = 5 { optional int64 x = 1; repeated string tags = 2; }
  repeated group Piece = 6 { optional float weight = 1; optional Kind kind = 2; }
  enum Kind { SMALL = 3; LARGE = 7; }
  optional Kind kind = 7;
  oneof one { bool yes = 8; group Other = 9 { optional int32 z = 1; } }
}
"#;

pub(crate) fn message(text: &str, name: &str) -> MessageDescriptor {
    let file = descriptor::compile(Sources { text: text.to_owned(), imports: BTreeMap::new() }).unwrap();
    descriptor::message(&file, Some(name)).unwrap()
}

pub(crate) fn side(text: &str, name: &str, include: Option<&[&str]>) -> Side {
    let mut spec = ProtobufSpec::new(ProtobufSchema::Text(text.to_owned()));
    spec.message = Some(name.to_owned());
    spec.include = include.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect());
    assert_eq!(spec.protocol, ProtobufProtocol::Raw);
    let plan = Arc::new(ProtobufPlan::new(&spec, None).unwrap());
    Side { fields: plan.fields(), decoder: Decoder::Protobuf(plan) }
}

/// A message with each field set by chance.
pub(crate) fn random_message(
    descriptor: &MessageDescriptor,
    random: &mut StdRng,
    depth: usize,
) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in descriptor.fields() {
        let chance = if depth > 0 { 0.35 } else { 0.6 };
        if !random.random_bool(chance) {
            continue;
        }
        let is_structure = field.kind().as_message().is_some();
        if is_structure && depth > 2 {
            continue;
        }
        let value = if field.is_map() {
            let entry = field.kind().as_message().unwrap().clone();
            let items = (0..random.random_range(0..4)).map(|_| {
                let key = random_value(&entry.map_entry_key_field(), random, depth + 1);
                (key.into_map_key().unwrap(), random_value(&entry.map_entry_value_field(), random, depth + 1))
            });
            Value::Map(items.collect())
        } else if field.is_list() {
            Value::List(
                (0..random.random_range(0..4)).map(|_| random_value(&field, random, depth + 1)).collect(),
            )
        } else {
            random_value(&field, random, depth + 1)
        };
        message.set_field(&field, value);
    }
    message
}

fn random_value(field: &FieldDescriptor, random: &mut StdRng, depth: usize) -> Value {
    let small = random.random_bool(0.3);
    let whole: i64 = if small { random.random_range(-2..3) } else { random.random() };
    match field.kind() {
        Kind::Bool => Value::Bool(random.random()),
        Kind::Int32 if field.name() == "nanos" => Value::I32(whole.rem_euclid(1_000_000_000) as i32),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(whole as i32),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(whole as u32),
        // Times are to be proper ones, and to fit into nanoseconds.
        Kind::Int64 if field.name() == "seconds" => Value::I64(whole.rem_euclid(1_000_000_000)),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(whole),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(whole as u64),
        Kind::Float => Value::F32(if small { 0.0 } else { random.random::<f32>() * 1e6 }),
        Kind::Double => Value::F64(if small { -0.0 } else { random.random::<f64>() * 1e9 }),
        Kind::String => {
            let length = if small { 0 } else { random.random_range(0..30) };
            Value::String((0..length).map(|_| random.random_range('a'..'ř')).collect())
        }
        Kind::Bytes => Value::Bytes(
            (0..random.random_range(0..20)).map(|_| random.random::<u8>()).collect::<Vec<_>>().into(),
        ),
        Kind::Enum(names) => {
            let numbers: Vec<i32> = names.values().map(|value| value.number()).chain([77]).collect();
            Value::EnumNumber(numbers[random.random_range(0..numbers.len())])
        }
        Kind::Message(inner) => Value::Message(random_message(&inner, random, depth)),
    }
}

/// What a column is to show of a message: the oracle, from the parsed message, by the rules of the documentation.
fn expected(message: &DynamicMessage, path: &[&str]) -> String {
    let (first, rest) = path.split_first().expect("a column has a path");
    let field = message.descriptor().get_field_by_name(first).expect("a column is a field");
    let set = message.has_field(&field);
    if rest.is_empty() {
        if !set && field.supports_presence() {
            return ".".into();
        }
        return shown(&message.get_field(&field), &field);
    }
    match &*message.get_field(&field) {
        Value::List(items) => {
            let items = items.iter().map(|item| expected(item.as_message().unwrap(), rest));
            format!("[{}]", items.collect::<Vec<_>>().join("|"))
        }
        Value::Message(_) if !set => ".".into(),
        Value::Message(inner) => expected(inner, rest),
        other => panic!("{other:?} has no parts"),
    }
}

fn shown(value: &Value, field: &FieldDescriptor) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::U32(value) => value.to_string(),
        Value::U64(value) => (*value as i64).to_string(),
        Value::F32(value) => format!("{value:?}"),
        Value::F64(value) => format!("{value:?}"),
        Value::String(value) => format!("{value:?}"),
        Value::Bytes(value) => format!("{:?}", &value[..]),
        Value::EnumNumber(number) => {
            let names = field.kind();
            let names = names.as_enum().unwrap().enum_descriptor_proto();
            let name = names.value.iter().find(|name| name.number() == *number);
            format!("{:?}", name.map_or(number.to_string(), |name| name.name().to_owned()))
        }
        Value::List(items) => {
            format!("[{}]", items.iter().map(|item| shown(item, field)).collect::<Vec<_>>().join("|"))
        }
        Value::Message(message) => match message.descriptor().full_name() {
            "google.protobuf.Timestamp" | "google.protobuf.Duration" => {
                let part = |number| message.get_field_by_number(number).unwrap();
                let (seconds, nanos) = (part(1).as_i64().unwrap(), part(2).as_i32().unwrap());
                (seconds * 1_000_000_000 + i64::from(nanos)).to_string()
            }
            "google.protobuf.Empty" => "true".into(),
            name if name.ends_with("Value") => {
                let field = message.descriptor().get_field(1).unwrap();
                shown(&message.get_field(&field), &field)
            }
            other => panic!("{other} is text"),
        },
        Value::Map(_) => panic!("a map is text"),
    }
}

/// A cell in the oracle's words.
fn cell(array: &dyn Array, row: usize) -> String {
    if array.is_null(row) {
        return ".".into();
    }
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float32 => format!("{:?}", array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => format!("{:?}", array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8View => format!("{:?}", array.as_string_view().value(row)),
        DataType::BinaryView => format!("{:?}", array.as_binary_view().value(row)),
        DataType::Timestamp(..) => array.as_primitive::<TimestampNanosecondType>().value(row).to_string(),
        DataType::Duration(_) => array.as_primitive::<DurationNanosecondType>().value(row).to_string(),
        DataType::List(_) => {
            let items: ArrayRef = array.as_list::<i32>().value(row);
            let items: Vec<String> = (0..items.len()).map(|item| cell(items.as_ref(), item)).collect();
            format!("[{}]", items.join("|"))
        }
        other => panic!("no cell of {other}"),
    }
}

/// Columns that are JSON text are checked elsewhere.
pub(crate) fn is_text(descriptor: &MessageDescriptor, path: &[&str]) -> bool {
    let mut message = descriptor.clone();
    let mut is_item = false;
    for (at, name) in path.iter().enumerate() {
        let field = message.get_field_by_name(name).unwrap();
        let is_last = at + 1 == path.len();
        if is_last {
            let value = super::scalar::Scalar::of(&field.kind());
            return field.is_map() || value.is_none() || (is_item && field.is_list());
        }
        is_item |= field.is_list();
        message = field.kind().as_message().unwrap().clone();
    }
    false
}

/// The same message written otherwise: fields in any order, some twice.
fn shuffled(bytes: &[u8], random: &mut StdRng) -> Vec<u8> {
    let mut parts = Vec::new();
    let mut cursor = super::wire::Cursor(bytes);
    while !cursor.0.is_empty() {
        let before = cursor.0;
        let (number, wire) = cursor.key().unwrap();
        cursor.skip(number, wire, 0).unwrap();
        parts.push(&before[..before.len() - cursor.0.len()]);
    }
    let mut all = Vec::new();
    for _ in 0..parts.len() + random.random_range(0..3) {
        if !parts.is_empty() {
            all.extend_from_slice(parts[random.random_range(0..parts.len())]);
        }
    }
    all
}

fn against_the_oracle(text: &str, name: &str, seed: u64) {
    let descriptor = message(text, name);
    let side = side(text, name, None);
    let mut decoder = side.decoder();
    let mut random = StdRng::seed_from_u64(seed);
    let mut parsed = Vec::new();
    for round in 0..1_500 {
        let mut bytes = random_message(&descriptor, &mut random, 0).encode_to_vec();
        if round % 2 == 1 {
            bytes = shuffled(&bytes, &mut random);
        }
        let is_mutated = round % 3 == 2 && !bytes.is_empty();
        if is_mutated {
            let at = random.random_range(0..bytes.len());
            bytes[at] ^= 1 << random.random_range(0..8);
        }
        let oracle = DynamicMessage::decode(descriptor.clone(), &bytes[..]);
        let ours = decoder.decode(Some(&bytes));
        match (oracle, ours) {
            // The two may take a broken message for different ones: that both take it is all that is asked.
            (Ok(message), Ok(())) => parsed.push((!is_mutated).then_some(message)),
            (Err(_), Err(_)) => {}
            // Times that nanoseconds cannot tell are refused, and so is a known field of another wire type, which the oracle takes for
            // an unknown one.
            (Ok(_), Err(reason)) => {
                let is_stricter = reason.contains("nanoseconds") || reason.contains("is written as");
                assert!(is_stricter, "{reason}: {bytes:?}");
            }
            (Err(error), Ok(())) => panic!("the oracle refuses, we do not: {error}: {bytes:?}"),
        }
    }
    assert!(parsed.len() > 1_000, "{} good", parsed.len());
    let columns = decoder.finish();
    for (field, column) in side.fields.iter().zip(&columns) {
        let path: Vec<&str> = field.name().split("__").collect();
        if is_text(&descriptor, &path) {
            continue;
        }
        for (row, message) in parsed.iter().enumerate() {
            let Some(message) = message else { continue };
            let (found, wanted) = (cell(column.as_ref(), row), expected(message, &path));
            assert_eq!(found, wanted, "{} of {message}", field.name());
        }
    }
}

#[test]
fn proto3_as_prost_reflect_reads_it() {
    against_the_oracle(PROTO3, "t.All", 1);
    against_the_oracle(PROTO3, "Inner", 2);
}

#[test]
fn proto2_as_prost_reflect_reads_it() {
    against_the_oracle(PROTO2, "Old", 3);
}

#[test]
fn columns_and_their_types() {
    let names =
        |side: &Side| -> Vec<String> { side.fields.iter().map(|field| field.name().clone()).collect() };
    let inner = side(PROTO3, "t.Inner", None);
    assert_eq!(
        names(&inner),
        [
            "n", "s", "many", "deep__d", "deep__c", "deep__b", "left", "right__d", "right__c", "right__b",
            "none"
        ]
    );
    let some = side(PROTO3, "All", Some(&["/inner/deep/*", "/i32", "/inners/n", "pick_no", "/self"][..3]));
    assert_eq!(names(&some), ["i32", "inner__deep__d", "inner__deep__c", "inner__deep__b", "inners__n"]);
    assert!(
        matches!(some.fields[4].data_type(), DataType::List(item) if *item.data_type() == DataType::Int32)
    );
    let old = side(PROTO2, "Old", None);
    assert_eq!(
        names(&old),
        [
            "id",
            "name",
            "marks",
            "packed",
            "part__x",
            "part__tags",
            "piece__weight",
            "piece__kind",
            "kind",
            "yes",
            "other__z"
        ]
    );
}

#[test]
fn what_is_not_there_is_told() {
    let refusal = |name: Option<&str>, include: &[&str]| {
        let mut spec = ProtobufSpec::new(ProtobufSchema::Text(PROTO3.to_owned()));
        spec.message = name.map(ToOwned::to_owned);
        spec.include = Some(include.iter().map(|path| (*path).to_owned()).collect());
        ProtobufPlan::new(&spec, None).err().expect("refused").to_string()
    };
    assert!(refusal(Some("Nope"), &["/n"]).contains("t.Inner, t.All"));
    assert!(refusal(None, &["/nope"]).contains("\"/nope\""));
    assert!(refusal(None, &["/deep"]).contains("/deep/*"));
    assert!(refusal(None, &[]).contains("no field is included"));
    assert!(refusal(None, &["/a//b"]).contains("no path"));
    let mut spec = ProtobufSpec::new(ProtobufSchema::Text("message X { int32 a = ; }".into()));
    let refused = ProtobufPlan::new(&spec, None).err().unwrap().to_string();
    assert!(refused.contains("cannot be read"), "{refused}");
    spec.schema = ProtobufSchema::Text("message A {".repeat(10_000));
    assert!(ProtobufPlan::new(&spec, None).err().unwrap().to_string().contains("nested too deep"));
    let wide: String =
        (0..14).map(|n| format!("message M{n} {{ M{0} a = 1; M{0} b = 2; }}\n", n + 1)).collect();
    spec.schema =
        ProtobufSchema::Text(format!("syntax = \"proto3\";\n{wide} message M14 {{ int32 x = 1; }}"));
    assert!(ProtobufPlan::new(&spec, None).err().unwrap().to_string().contains("more than 4096 columns"));
}

#[test]
fn structures_without_columns_are_json() {
    let side = side(PROTO3, "All", Some(&["/counts", "/deeps", "/self", "/free"]));
    let descriptor = message(PROTO3, "All");
    let mut all = DynamicMessage::new(descriptor.clone());
    let counts = [("b", 2), ("a", -1)].map(|(k, v)| (MapKey::String(k.into()), Value::I64(v)));
    all.set_field_by_name("counts", Value::Map(counts.into_iter().collect()));
    let mut inner = DynamicMessage::new(descriptor);
    inner.set_field_by_name("s", Value::String("x\"".into()));
    inner.set_field_by_name("c", Value::EnumNumber(5));
    inner.set_field_by_name("d", Value::F64(f64::NAN));
    all.set_field_by_name("self", Value::Message(inner));
    let mut decoder = side.decoder();
    decoder.decode(Some(&all.encode_to_vec())).unwrap();
    decoder.decode(Some(b"")).unwrap();
    // {"k": [null, 1.5]} of google.protobuf.Struct, by hand.
    let free =
        b"\xc2\x02\x16\x0a\x14\x0a\x01k\x12\x0f\x32\x0d\x0a\x02\x08\x00\x0a\x07\x11\0\0\0\0\0\0\xf8\x3f";
    let _is_cut = decoder.decode(Some(free));
    let columns = decoder.finish();
    let column = |name: &str| {
        let at = side.fields.iter().position(|field| field.name() == name).unwrap();
        (0..2).map(|row| cell(columns[at].as_ref(), row)).collect::<Vec<_>>()
    };
    assert_eq!(column("counts"), [r#""{\"a\":-1,\"b\":2}""#, "\"{}\""]);
    assert_eq!(column("self"), [r#""{\"d\":\"NaN\",\"s\":\"x\\\"\",\"c\":\"GREEN\"}""#, "."]);
    assert_eq!(column("deeps"), ["\"{}\"", "\"{}\""]);
}

#[test]
fn garbage_is_refused_and_leaves_no_trace() {
    let side = side(PROTO3, "All", None);
    let mut decoder = side.decoder();
    let descriptor = message(PROTO3, "All");
    let mut random = StdRng::seed_from_u64(9);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..3_000 {
        let mut bytes = match random.random_range(0..3) {
            0 => (0..random.random_range(0..60)).map(|_| random.random()).collect(),
            _ => random_message(&descriptor, &mut random, 1).encode_to_vec(),
        };
        if !bytes.is_empty() {
            let at = random.random_range(0..bytes.len());
            match random.random_range(0..3) {
                0 => bytes.truncate(at),
                1 => bytes[at] = random.random(),
                _ => bytes.insert(at, random.random()),
            }
        }
        match decoder.decode(Some(&bytes)) {
            Ok(()) => good += 1,
            Err(_) => bad += 1,
        }
    }
    assert!(bad > 300 && good > 300, "{good} good, {bad} bad");
    assert!(decoder.finish().iter().all(|column| column.len() == good));
}

#[test]
fn nesting_and_sizes_have_limits() {
    let mut deep = Vec::new();
    for _ in 0..5_000 {
        let mut outer = vec![0xba, 0x02];
        super::wire::put_varint(&mut outer, deep.len() as u64);
        outer.extend_from_slice(&deep);
        deep = outer;
    }
    let all = side(PROTO3, "All", None);
    let mut decoder = all.decoder();
    assert!(decoder.decode(Some(&deep)).is_err(), "a message within itself 5,000 times");
    let groups = [0x2b].repeat(100_000);
    assert!(side(PROTO2, "Old", None).decoder().decode(Some(&groups)).is_err());
    let fields: String = (1..200).map(|n| format!("optional int32 f{n} = {n};")).collect();
    let text = format!("syntax = \"proto3\"; message W {{ message P {{ {fields} }} repeated P p = 1; }}");
    let wide = side(&text, "W", None);
    let mut decoder = wide.decoder();
    let empty_items = [0x0a, 0x00].repeat(100_000);
    let reason = decoder.decode(Some(&empty_items)).unwrap_err();
    assert!(reason.contains("too long"), "{reason}");
    decoder.decode(Some(&empty_items[..4_000])).unwrap();
    assert!(decoder.finish().iter().all(|column| column.len() == 1));
}
