//! The canonical form of a schema and its fingerprint: how single-object encoding names the writer's schema.
//!
//! Source: Avro specification 1.12, "Parsing Canonical Form for Schemas", "Schema Fingerprints" (CRC-64-AVRO).

use serde_json::{Map, Value};

/// The fingerprint of no bytes; also the polynomial.
const EMPTY: u64 = 0xc15d_213a_a4d7_a795;
const TABLE: [u64; 256] = table();
const PRIMITIVES: [&str; 8] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
/// Attributes that stay, in their order.
const KEPT: [&str; 7] = ["name", "type", "fields", "symbols", "items", "values", "size"];

/// The fingerprint of a schema's canonical form; `None` if it is no JSON.
pub(crate) fn fingerprint(schema: &str) -> Option<u64> {
    let json: Value = serde_json::from_str(schema).ok()?;
    let mut form = String::new();
    write(&json, "", &mut form);
    Some(crc(form.as_bytes()))
}

const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut value = at as u64;
        let mut bit = 0;
        while bit < 8 {
            value = (value >> 1) ^ (EMPTY & (value & 1).wrapping_neg());
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}

fn crc(bytes: &[u8]) -> u64 {
    bytes.iter().fold(EMPTY, |crc, byte| (crc >> 8) ^ TABLE[((crc ^ u64::from(*byte)) & 0xff) as usize])
}

fn write(json: &Value, namespace: &str, out: &mut String) {
    match json {
        Value::String(name) => quote(&full_name(name, namespace), out),
        Value::Array(branches) => list(branches, out, |branch, out| write(branch, namespace, out)),
        Value::Object(object) => write_object(object, namespace, out),
        other => out.push_str(&other.to_string()),
    }
}

fn write_object(object: &Map<String, Value>, namespace: &str, out: &mut String) {
    match object.get("type") {
        Some(Value::String(kind)) if PRIMITIVES.contains(&kind.as_str()) => quote(kind, out),
        Some(Value::String(kind)) => write_type(object, kind, namespace, out),
        Some(inner) => write(inner, namespace, out),
        None => {}
    }
}

fn write_type(object: &Map<String, Value>, kind: &str, namespace: &str, out: &mut String) {
    let name = object.get("name").and_then(Value::as_str);
    let own = object.get("namespace").and_then(Value::as_str).unwrap_or(namespace);
    let full = name.map(|name| full_name(name, own));
    let within = full.as_deref().and_then(|full| full.rsplit_once('.')).map_or("", |(space, _)| space);
    // Arrays and maps have no name, and what is in them the namespace around them.
    let within = if full.is_some() { within } else { namespace };
    let is_wanted = |key: &&&str| match **key {
        "name" => full.is_some(),
        "type" => true,
        key => object.contains_key(key),
    };
    out.push('{');
    for (index, key) in KEPT.iter().filter(is_wanted).enumerate() {
        if index > 0 {
            out.push(',');
        }
        quote(key, out);
        out.push(':');
        match (*key, object.get(*key)) {
            ("name", _) => quote(full.as_deref().unwrap_or_default(), out),
            ("type", _) => quote(kind, out),
            ("fields", Some(Value::Array(fields))) => list(fields, out, |field, out| {
                out.push_str("{\"name\":");
                quote(field["name"].as_str().unwrap_or_default(), out);
                out.push_str(",\"type\":");
                write(&field["type"], within, out);
                out.push('}');
            }),
            ("symbols", Some(symbols)) => out.push_str(&symbols.to_string()),
            ("size", Some(Value::String(size))) => out.push_str(size),
            (_, Some(inner)) => write(inner, within, out),
            (_, None) => {}
        }
    }
    out.push('}');
}

fn list(items: &[Value], out: &mut String, mut each: impl FnMut(&Value, &mut String)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        each(item, out);
    }
    out.push(']');
}

fn full_name(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() || PRIMITIVES.contains(&name) {
        name.to_owned()
    } else {
        format!("{namespace}.{name}")
    }
}

/// Canonical text is not escaped.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    out.push_str(text);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use apache_avro::rabin::Rabin;

    use super::*;

    #[test]
    fn fingerprints_are_those_of_another_library() {
        for schema in [
            r#""int""#,
            r#"["null",{"type":"string"}]"#,
            r#"{"type":"fixed","size":16,"name":"a.b.F","doc":"x"}"#,
            r#"{"name":"E","symbols":["X","Y"],"type":"enum","aliases":["Q"],"namespace":"n"}"#,
            r#"{"type":"array","items":{"type":"map","values":["int","null"]},"default":[]}"#,
        ] {
            let theirs = apache_avro::Schema::parse_str(schema).unwrap();
            let theirs = theirs.fingerprint::<Rabin>().bytes;
            let ours = fingerprint(schema).unwrap();
            assert_eq!(ours.to_le_bytes().to_vec(), theirs, "{schema}");
        }
        // Of names in other namespaces it has a form of its own: this is the number of fastavro, as of Java.
        let nested = r#"{"type":"record","name":"R","namespace":"n.m","doc":"d","fields":[
                {"name":"a","type":"int","default":1,"order":"ascending"},
                {"name":"self","type":["null","R"]},
                {"name":"in","type":{"type":"record","name":"other.S","fields":[
                    {"name":"t","type":{"type":"enum","name":"T","symbols":["T1"]}},{"name":"u","type":["T","n.m.R"]}]}},
                {"name":"list","type":{"type":"array","items":"R"}}]}"#;
        assert_eq!(fingerprint(nested), Some(0xe6b8_c406_336d_0456));
        // That library keeps the object of a logical type, which the specification and Java do not.
        let time = fingerprint(r#"{"type":"long","logicalType":"timestamp-millis"}"#);
        assert_eq!((time, time), (fingerprint(r#""long""#), Some(0xd054_e144_93f4_1db7)));
        assert_eq!(fingerprint("no"), None);
    }
}
