//! The Avro schemas of the feeds, and their encoding by hand: it must keep ahead of any consumer.

/// Value of `crypto.trades`, registered as `crypto.trades-value`.
pub const TRADE_SCHEMA: &str = r#"{"type":"record","name":"Trade","namespace":"kinetable.feed","fields":[
{"name":"Exchange","type":"string"},
{"name":"Instrument","type":"string"},
{"name":"Price","type":"double"},
{"name":"Size","type":"double"},
{"name":"Timestamp","type":{"type":"long","logicalType":"timestamp-millis"}}]}"#;

/// Value of `service.use`, registered as `service.use-value`; the service's name is the key.
pub const SERVICE_SCHEMA: &str = r#"{"type":"record","name":"ServiceUse","namespace":"kinetable.feed","fields":[
{"name":"Timestamp","type":{"type":"long","logicalType":"timestamp-millis"}},
{"name":"Value","type":"long"}]}"#;

/// Begins a value in Confluent's framing: a zero byte and the schema's number.
pub(super) fn begin(out: &mut Vec<u8>, schema_id: i32) {
    out.clear();
    out.push(0);
    out.extend_from_slice(&schema_id.to_be_bytes());
}

/// Appends a `long`: zigzag, seven bits a byte.
pub(super) fn long(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Appends a `double`.
pub(super) fn double(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends a `string`.
pub(super) fn string(out: &mut Vec<u8>, value: &str) {
    long(out, value.len() as i64);
    out.extend_from_slice(value.as_bytes());
}
