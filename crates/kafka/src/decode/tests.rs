//! Decoders on bytes nobody meant for them: they refuse or read, and never panic nor leave a trace.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::DataType;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::Side;
use crate::registry::Registry;
use crate::settings::Settings;
use crate::{AvroSchema, Spec};

const SCHEMA: &str = r#"{"type":"record","name":"S","fields":[
    {"name":"name","type":"string"},
    {"name":"n","type":["null","long"]},
    {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":20,"scale":3}},
    {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
    {"name":"list","type":{"type":"array","items":"string"}},
    {"name":"nulls","type":{"type":"array","items":"null"}},
    {"name":"tree","type":["null",{"type":"record","name":"Tree","fields":[
        {"name":"v","type":"double"},{"name":"next","type":["null","Tree"]},
        {"name":"deep","type":{"type":"map","values":["null","Tree"]}}]}]}]}"#;

fn resolve(spec: &Spec) -> Side {
    let settings = Settings::new(&BTreeMap::new());
    let registry: Option<Arc<Registry>> = None;
    let own = settings.value().expect("no setting is wrong");
    spec.resolve(&own, &settings, registry.as_ref()).expect("the spec is right")
}

fn sides() -> Vec<Side> {
    let simple = |data_type: DataType| Spec::Simple { column: "V".into(), data_type: Some(data_type) };
    let columns = [
        ("a", DataType::Int64),
        ("b", DataType::Utf8View),
        ("c", DataType::Float32),
        ("d", DataType::Decimal128(10, 2)),
        ("e", DataType::Date32),
        ("f", DataType::UInt16),
        ("g", DataType::Boolean),
    ];
    let json = Spec::Json {
        columns: columns.map(|(name, data_type)| (name.to_owned(), data_type)).to_vec(),
        mapping: BTreeMap::from([("/x/0/y".to_owned(), "c".to_owned())]),
    };
    let avro = Spec::Avro {
        schema: AvroSchema::Inline(SCHEMA.into()),
        mapping: BTreeMap::new(),
        mapped_only: false,
    };
    let specs = [
        simple(DataType::Int64),
        simple(DataType::Boolean),
        simple(DataType::Utf8View),
        simple(DataType::BinaryView),
        json,
        avro,
    ];
    specs.iter().map(resolve).collect()
}

/// A good record of the schema above, with a tree of some depth.
fn good(random: &mut StdRng) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, 0, 1];
    bytes.extend(b"\x06abc\x02\x08\x02\x7f\x80\x01\x04\x02x\x02y\x00\x04\x00");
    let depth = random.random_range(0..3);
    for _ in 0..depth {
        bytes.push(2);
        bytes.extend(1.5f64.to_le_bytes());
    }
    bytes.push(0);
    bytes.extend(std::iter::repeat_n(0, depth));
    bytes
}

fn spoil(bytes: &mut Vec<u8>, random: &mut StdRng) {
    for _ in 0..random.random_range(0..4) {
        if bytes.is_empty() {
            return;
        }
        let at = random.random_range(0..bytes.len());
        match random.random_range(0..4) {
            0 => bytes[at] = random.random(),
            1 => bytes.truncate(at),
            2 => bytes.insert(at, random.random()),
            _ => bytes[at] ^= 1 << random.random_range(0..8),
        }
    }
}

#[test]
fn the_good_record_is_good() {
    let mut random = StdRng::seed_from_u64(1);
    let avro = sides().pop().expect("the last side is Avro");
    let mut decoder = avro.decoder();
    for _ in 0..20 {
        decoder.decode(Some(&good(&mut random))).expect("a good record is decoded");
    }
    assert!(decoder.finish().iter().all(|column| column.len() == 20));
}

#[test]
fn no_bytes_make_a_decoder_panic_or_leave_half_a_row() {
    let mut random = StdRng::seed_from_u64(2);
    for side in sides() {
        let mut decoder = side.decoder();
        let (mut rows, mut refused) = (0, 0);
        for round in 0..20_000 {
            let mut bytes: Vec<u8> = match round % 4 {
                0 => (0..random.random_range(0..40)).map(|_| random.random()).collect(),
                1 => br#"{"a":1,"b":"x","x":[{"y":2}],"d":"1.5","e":"2024-01-01","f":"z","g":true}"#.to_vec(),
                _ => good(&mut random),
            };
            spoil(&mut bytes, &mut random);
            match decoder.decode(Some(&bytes)) {
                Ok(()) => rows += 1,
                Err(reason) => {
                    assert!(!reason.is_empty());
                    refused += 1;
                }
            }
            if round % 1_000 == 999 {
                let columns = decoder.finish();
                assert!(columns.iter().all(|column| column.len() == rows), "whole rows only");
                rows = 0;
            }
        }
        let takes_anything = matches!(side.decoder, super::Decoder::Simple(super::SimpleType::Bytes));
        assert!(takes_anything || refused > 100, "{:?}: {refused} refused", side.fields);
    }
}

#[test]
fn a_refused_record_takes_nothing_with_it() {
    let side = sides().pop().expect("the last side is Avro");
    let mut random = StdRng::seed_from_u64(3);
    let records: Vec<Vec<u8>> = (0..200).map(|_| good(&mut random)).collect();
    let mut plain = side.decoder();
    let mut mixed = side.decoder();
    for record in &records {
        plain.decode(Some(record)).expect("a good record is decoded");
        let cut = random.random_range(0..record.len());
        mixed.decode(Some(&record[..cut])).expect_err("a cut record is refused");
        mixed.decode(Some(record)).expect("a good record is decoded");
    }
    for (plain, mixed) in plain.finish().iter().zip(mixed.finish()) {
        assert_eq!(plain.to_data(), mixed.to_data());
    }
}
