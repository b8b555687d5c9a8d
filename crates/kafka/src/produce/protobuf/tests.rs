//! What is written reads back as the same columns, and nothing else is written than Google's rules would.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Schema};
use prost_reflect::DynamicMessage;
use prost_reflect::prost::Message;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::super::avro::Destination;
use super::super::cells::Cells;
use super::super::encode::Chunk;
use super::{ProtobufEncoder, ProtobufProduce};
use crate::protobuf::tests::{PROTO2, PROTO3, is_text, message, random_message, side};
use crate::protobuf::{ProtobufSchema, ProtobufSpec};
use crate::settings::Settings;

fn spec(text: &str, name: &str) -> ProtobufProduce {
    let mut message = ProtobufSpec::new(ProtobufSchema::Text(text.to_owned()));
    message.message = Some(name.to_owned());
    ProtobufProduce { message, mapping: BTreeMap::new() }
}

fn there_and_back(text: &str, name: &str) {
    let descriptor = message(text, name);
    let mut random = StdRng::seed_from_u64(11);
    let side = side(text, name, None);
    let mut decoder = side.decoder();
    for _ in 0..400 {
        let bytes = random_message(&descriptor, &mut random, 0).encode_to_vec();
        decoder.decode(Some(&bytes)).unwrap();
    }
    let columns = decoder.finish();
    let is_written = |path: &str| !is_text(&descriptor, &path.split("__").collect::<Vec<_>>());
    let kept: Vec<usize> =
        (0..columns.len()).filter(|column| is_written(side.fields[*column].name())).collect();
    let table = Schema::new(kept.iter().map(|column| side.fields[*column].clone()).collect::<Vec<_>>());
    let settings = Settings::new(&BTreeMap::new());
    let to = Destination::new(&settings, None, "value").unwrap();
    let (encoder, used) = ProtobufEncoder::new(&spec(text, name), &table, &to).unwrap();
    assert_eq!(used.len(), kept.len(), "every column has its field");
    let arrays: Vec<&ArrayRef> =
        used.iter().map(|name| &columns[kept[table.index_of(name).unwrap()]]).collect();
    let cells = arrays.iter().map(|array| Cells::of(array.as_ref()).unwrap()).collect();
    let chunk = Chunk { cells, now: 0 };
    let mut written = Vec::new();
    for row in 0..400 {
        let mut bytes = Vec::new();
        match encoder.write(&chunk, row, &mut bytes) {
            Ok(()) => {
                // Fields by number, each once, no defaults: as prost writes the same message.
                let parsed = DynamicMessage::decode(descriptor.clone(), &bytes[..]).unwrap();
                assert_eq!(parsed.encode_to_vec(), bytes, "{parsed}");
                decoder.decode(Some(&bytes)).unwrap();
                written.push(row);
            }
            Err(reason) => assert!(reason.contains("required"), "{reason}"),
        }
    }
    assert!(written.len() > 150, "{} written", written.len());
    let back = decoder.finish();
    let rows = arrow_array::UInt64Array::from_iter_values(written.iter().map(|row| *row as u64));
    for column in kept {
        let before = arrow_select::take::take(columns[column].as_ref(), &rows, None).unwrap();
        let name = side.fields[column].name();
        assert_eq!(normal(&before), normal(&back[column]), "{name}");
    }
}

/// Cells as text: null items and NaN compare too.
fn normal(array: &ArrayRef) -> Vec<String> {
    let array = match array.data_type() {
        DataType::Timestamp(..) | DataType::Duration(_) => arrow_cast::cast(array, &DataType::Int64).unwrap(),
        _ => array.clone(),
    };
    (0..array.len()).map(|row| format!("{:?}", array.slice(row, 1))).collect()
}

#[test]
fn messages_read_back_as_they_were() {
    there_and_back(PROTO3, "Inner");
    there_and_back(PROTO3, "All");
    there_and_back(PROTO2, "Old");
}

#[test]
fn what_cannot_be_written_is_refused() {
    let settings = Settings::new(&BTreeMap::new());
    let to = Destination::new(&settings, None, "value").unwrap();
    let refusal = |spec: &ProtobufProduce, fields: &[(&str, DataType)]| {
        let fields = fields.iter().map(|(name, kind)| arrow_schema::Field::new(*name, kind.clone(), true));
        let table = Schema::new(fields.collect::<Vec<_>>());
        ProtobufEncoder::new(spec, &table, &to).expect_err("refused").to_string()
    };
    let old = spec(PROTO2, "Old");
    assert!(refusal(&old, &[("name", DataType::Utf8View)]).contains("\"id\" is required"));
    assert!(refusal(&old, &[("id", DataType::Utf8View)]).contains("wants Int32"));
    let mut framed = spec(PROTO3, "Inner");
    framed.message.protocol = crate::ProtobufProtocol::Serdes;
    assert!(refusal(&framed, &[("n", DataType::Int32)]).contains("no registry"));
    let numbers: ArrayRef = Arc::new(arrow_array::Int64Array::from(vec![1, 1 << 40]));
    let table = Schema::new(vec![arrow_schema::Field::new("n", DataType::Int64, true)]);
    let (encoder, _) = ProtobufEncoder::new(&spec(PROTO3, "Inner"), &table, &to).unwrap();
    let chunk = Chunk { cells: vec![Cells::of(numbers.as_ref()).unwrap()], now: 0 };
    let mut bytes = Vec::new();
    encoder.write(&chunk, 0, &mut bytes).unwrap();
    assert_eq!(bytes, [0x10, 1]);
    assert!(encoder.write(&chunk, 1, &mut bytes).unwrap_err().contains("does not fit into 32 bits"));
}

#[test]
fn a_message_that_is_not_there_lacks_no_field() {
    let text = r#"syntax = "proto2"; message M { required int32 id = 1; optional P p = 2;
        message P { required int32 x = 1; } }"#;
    let settings = Settings::new(&BTreeMap::new());
    let to = Destination::new(&settings, None, "value").unwrap();
    let fields = ["id", "p__x"].map(|name| arrow_schema::Field::new(name, DataType::Int32, true));
    let (encoder, _) = ProtobufEncoder::new(&spec(text, "M"), &Schema::new(fields.to_vec()), &to).unwrap();
    let ids = arrow_array::Int32Array::from(vec![1, 1]);
    let inner = arrow_array::Int32Array::from(vec![None, Some(5)]);
    let chunk = Chunk { cells: vec![Cells::of(&ids).unwrap(), Cells::of(&inner).unwrap()], now: 0 };
    let written = [0, 1].map(|row| {
        let mut bytes = Vec::new();
        encoder.write(&chunk, row, &mut bytes).map(|()| bytes)
    });
    assert_eq!(written, [Ok(vec![8, 1]), Ok(vec![8, 1, 0x12, 2, 8, 5])]);
}
