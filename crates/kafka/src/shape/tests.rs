//! Shapes on good, bad and hostile JSON.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::{JsonShape, ShapePlan};
use crate::decode::{Decoder, Side, SideDecoder};

fn scalar(data_type: &str, accept: &[&str]) -> Value {
    json!({"kind": "scalar", "data_type": data_type, "accept": accept})
}

fn long() -> Value {
    scalar("long", &["number"])
}

fn text() -> Value {
    scalar("String", &["string"])
}

fn object(fields: Value) -> Value {
    let fields: Vec<Value> = fields
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    json!({"kind": "object", "fields": fields})
}

fn side(shape: &Value) -> Side {
    let plan = Arc::new(ShapePlan::new(&JsonShape::parse(&shape.to_string()).unwrap()).unwrap());
    Side { fields: plan.fields(), decoder: Decoder::Shape(plan) }
}

fn show(side: &Side, decoder: &mut SideDecoder) -> Vec<String> {
    let columns: Vec<ArrayRef> = decoder.finish();
    let options = FormatOptions::default().with_null(".").with_timestamp_tz_format(None);
    let lines = side.fields.iter().zip(&columns).map(|(field, column)| {
        let column = match column.data_type() {
            arrow_schema::DataType::Timestamp(..) => {
                arrow_cast::cast(column, &arrow_schema::DataType::Int64).unwrap()
            }
            _ => column.clone(),
        };
        let shown = ArrayFormatter::try_new(column.as_ref(), &options).unwrap();
        let cells: Vec<String> = (0..column.len()).map(|row| shown.value(row).to_string()).collect();
        format!("{}: {}", field.name(), cells.join(" "))
    });
    lines.collect()
}

/// The columns of records, which must all be good.
fn read(shape: &Value, records: &[&str]) -> Vec<String> {
    let side = side(shape);
    let mut decoder = side.decoder();
    for record in records {
        decoder.decode(Some(record.as_bytes())).unwrap_or_else(|reason| panic!("{record}: {reason}"));
    }
    show(&side, &mut decoder)
}

/// Why a record is refused.
fn refusal(shape: &Value, record: &str) -> String {
    let side = side(shape);
    let mut decoder = side.decoder();
    let reason = decoder.decode(Some(record.as_bytes())).unwrap_err().into_owned();
    assert!(decoder.finish().iter().all(|column| column.is_empty()));
    reason
}

#[test]
fn nested_values_become_columns() {
    let shape = object(json!({
        "a": text(),
        "c": object(json!({"d": long(), "e": scalar("double", &["number", "decimal"])})),
        "g": {"kind": "tuple", "items": [["0", long()], ["1", text()]]},
        "l": {"kind": "array", "element": object(json!({"x": long(), "y": text()}))},
        "m": {"kind": "entries", "key": text(), "value": long()},
        "n": {"kind": "array", "element": {"kind": "array", "element": long()}},
        "z": {"kind": "any"},
    }));
    let records = [
        r#"{"a":"x","c":{"e":1,"d":2},"g":[3,"y"],"l":[{"x":1},{"y":"b","x":2}],"m":{"k":5,"j":6},"n":[[1,2],[],null],"z":{"q":[1]},"other":[{}]}"#,
        "{}",
        r#"{"c":null,"g":[],"l":[null],"m":{},"n":[],"z":null}"#,
    ];
    assert_eq!(
        read(&shape, &records),
        [
            "a: x . .",
            "c_d: 2 . .",
            "c_e: 1.0 . .",
            "g_0: 3 . .",
            "g_1: y . .",
            "l_x: [1, 2] . [.]",
            "l_y: [., b] . [.]",
            "m_Key: [k, j] . []",
            "m_Value: [5, 6] . []",
            "n: [[1, 2], [], .] . []",
            "z: {\"q\":[1]} . .",
        ]
    );
    assert_eq!(read(&json!({"kind": "array", "element": long()}), &["[1,2]", "null"]), ["Value: [1, 2] ."]);
}

#[test]
fn variants_fill_their_own_columns() {
    let shape = json!({
        "kind": "typed",
        "type_field": {"name": "type", "value": text()},
        "shared": [{"name": "s", "value": text()}],
        "objects": {"quote": [{"name": "bid", "value": long()}], "trade": [{"name": "price", "value": long()}]},
    });
    let records = [
        r#"{"type":"trade","s":"A","price":1}"#,
        r#"{"s":"B","bid":2,"type":"quote"}"#,
        r#"{"s":"C","type":"halt","x":0}"#,
        r#"{"s":"D"}"#,
    ];
    let columns = ["type: trade quote halt .", "s: A B C D", "quote_bid: . 2 . .", "trade_price: 1 . . ."];
    assert_eq!(read(&shape, &records), columns);
    let mut strict = shape;
    strict["allow_unknown"] = json!(false);
    assert!(refusal(&strict, records[2]).contains("unknown type \"halt\""));
}

#[test]
fn the_rules_of_the_type_choose_the_variant() {
    let shape = |rules: Value| {
        let mut field = json!({"name": "type", "value": text()});
        for (rule, value) in rules["value"].as_object().into_iter().flatten() {
            field["value"][rule] = value.clone();
        }
        if let Some(repeated) = rules.get("repeated") {
            field["repeated"] = repeated.clone();
        }
        let bid = json!({"name": "bid", "value": long(), "repeated": "use_first"});
        let price = json!({"name": "price", "value": long(), "repeated": "use_last"});
        let objects = json!({"quote": [bid], "trade": [price, {"name": "n", "value": long()}]});
        json!({"kind": "typed", "type_field": field, "shared": [], "objects": objects, "allow_unknown": false})
    };
    let instead = shape(json!({"value": {"on_missing": "trade", "on_null": "quote"}}));
    let records = [r#"{"price":1}"#, r#"{"type":null,"bid":2}"#];
    assert_eq!(
        read(&instead, &records),
        ["type: trade quote", "quote_bid: . 2", "trade_price: 1 .", "trade_n: . ."]
    );
    // Of fields that come twice each has its own rule, the type too.
    let records = [r#"{"type":"quote","bid":1,"bid":2}"#, r#"{"price":1,"type":"trade","price":2}"#];
    assert_eq!(
        read(&shape(json!({})), &records),
        ["type: quote trade", "quote_bid: 1 .", "trade_price: . 2", "trade_n: . ."]
    );
    assert!(
        refusal(&shape(json!({})), r#"{"type":"trade","n":1,"n":2}"#).contains("field \"n\" comes twice")
    );
    let twice = r#"{"type":"trade","type":"quote","bid":1,"price":2}"#;
    assert!(refusal(&shape(json!({})), twice).contains("field \"type\": it comes twice"));
    let columns = ["type: trade", "quote_bid: .", "trade_price: 2", "trade_n: ."];
    assert_eq!(read(&shape(json!({"repeated": "use_first"})), &[twice]), columns);
    let columns = ["type: quote", "quote_bid: 1", "trade_price: .", "trade_n: ."];
    assert_eq!(read(&shape(json!({"repeated": "use_last"})), &[twice]), columns);
}

#[test]
fn rules_are_kept() {
    let with = |mut value: Value, rule: &str, what: Value| {
        value[rule] = what;
        value
    };
    let one = |value: Value| object(json!({ "a": value }));
    assert!(refusal(&one(long()), r#"{"a":"1"}"#).contains("field \"a\": text where a number is expected"));
    assert!(refusal(&one(long()), r#"{"a":1.5}"#).contains("fraction"));
    assert!(refusal(&one(scalar("byte", &["number"])), r#"{"a":300}"#).contains("does not fit"));
    assert!(refusal(&one(long()), r#"{"a":[1]}"#).contains("an array where a scalar"));
    assert!(refusal(&one(long()), r#"{"a":1,"a":2}"#).contains("comes twice"));
    assert!(refusal(&one(with(long(), "allow_missing", json!(false))), "{}").contains("missing"));
    assert!(refusal(&one(with(long(), "allow_null", json!(false))), r#"{"a":null}"#).contains("null"));
    assert!(refusal(&with(one(long()), "allow_unknown", json!(false)), r#"{"b":1}"#).contains("\"b\""));
    assert!(refusal(&one(long()), "[1]").contains("an array where an object"));
    let instead = with(with(long(), "on_missing", json!(7)), "on_null", json!(8));
    assert_eq!(read(&one(instead), &["{}", r#"{"a":null}"#, r#"{"a":1}"#]), ["a: 7 8 1"]);
    let twice = |repeated: &str| {
        let field = json!({"name": "a", "aliases": ["b"], "value": long(), "repeated": repeated, "case_sensitive": false});
        json!({"kind": "object", "fields": [field]})
    };
    let records = [r#"{"a":1,"B":2}"#, r#"{"b":3}"#, r#"{"A":4}"#];
    assert_eq!(read(&twice("use_first"), &records), ["a: 1 3 4"]);
    assert_eq!(read(&twice("use_last"), &records), ["a: 2 3 4"]);
}

#[test]
fn scalars_are_of_every_type() {
    let unit = |unit: &str, accept: &[&str]| json!({"kind": "scalar", "data_type": "Instant", "accept": accept, "unit": unit});
    let shape = object(json!({
        "a": scalar("boolean", &["bool", "string"]),
        "b": scalar("char", &["string"]),
        "c": scalar("float", &["number", "decimal"]),
        "d": scalar("int", &["number", "decimal", "string"]),
        "e": scalar("String", &["string", "number", "decimal", "bool"]),
        "f": scalar("Instant", &["string"]),
        "g": unit("ms", &["number", "decimal"]),
        "h": unit("s", &["number"]),
        "i": scalar("BigInteger", &["number", "string"]),
        "j": scalar("BigDecimal", &["number", "decimal"]),
    }));
    let record = r#"{"a":"true","b":"x","c":1.5,"d":-7.9,"e":true,"f":"2024-01-01T00:00:00Z","g":1.5,"h":2,
        "i":"123456789012345678901234567890","j":2.5}"#;
    let columns = read(&shape, &[record]);
    assert_eq!(&columns[..5], ["a: true", "b: 120", "c: 1.5", "d: -7", "e: true"]);
    assert_eq!(&columns[5..8], ["f: 1704067200000000000", "g: 1500000", "h: 2000000000"]);
    assert_eq!(&columns[8..], ["i: 123456789012345678901234567890", "j: 2.500000000000000000"]);
}

#[test]
fn mistakes_in_a_shape_are_told() {
    let refused = |shape: &Value| {
        let shape = JsonShape::parse(&shape.to_string());
        shape.and_then(|shape| ShapePlan::new(&shape)).expect_err("refused").to_string()
    };
    assert!(refused(&json!({"kind": "skip"})).contains("no columns"));
    assert!(refused(&json!({"kind": "nope"})).contains("cannot be read"));
    let clash = object(json!({"a_b": long(), "a": object(json!({"b": long()}))}));
    assert!(refused(&clash).contains("\"a_b\""));
    let field = json!({"name": "a", "aliases": ["a"], "value": long()});
    assert!(refused(&json!({"kind": "object", "fields": [field]})).contains("named \"a\""));
}

#[test]
fn garbage_leaves_no_trace_and_lists_have_limits() {
    let fields: serde_json::Map<String, Value> = (0..200).map(|n| (format!("f{n}"), long())).collect();
    let shape = object(json!({
        "a": {"kind": "array", "element": object(Value::Object(fields))},
        "b": {"kind": "array", "element": {"kind": "entries", "key": text(), "value": long()}},
        "c": object(json!({"d": text()})),
    }));
    let side = side(&shape);
    let mut decoder = side.decoder();
    let mut random = StdRng::seed_from_u64(4);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..2_000 {
        let mut bytes = br#"{"a":[{"f1":1,"f2":null},{}],"b":[{"x":1},{}],"c":{"d":"e"}}"#.to_vec();
        for _ in 0..random.random_range(0..3) {
            let at = random.random_range(0..bytes.len());
            match random.random_range(0..3) {
                0 => bytes[at] = random.random_range(32..127),
                1 => bytes.insert(at, random.random()),
                _ => drop(bytes.remove(at)),
            }
        }
        match decoder.decode(Some(&bytes)) {
            Ok(()) => good += 1,
            Err(_) => bad += 1,
        }
    }
    assert!(good > 300 && bad > 300, "{good} good, {bad} bad");
    assert!(decoder.finish().iter().all(|column| column.len() == good));
    let long_list = format!(r#"{{"a":[{}{{}}]}}"#, "{},".repeat(300_000));
    let reason = decoder.decode(Some(long_list.as_bytes())).unwrap_err();
    assert!(reason.contains("too long"), "{reason}");
    let deep = "[".repeat(100_000);
    assert!(decoder.decode(Some(deep.as_bytes())).is_err());
    assert!(decoder.decode(Some(format!("{{\"x\":{deep}").as_bytes())).is_err());
}
