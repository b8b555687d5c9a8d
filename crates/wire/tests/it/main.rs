//! The encodings of the protocol: bytes that were recorded from a server and its clients, random round trips, hostile bytes.

mod batches;
mod columns;
mod hostile;
mod recorded;
mod rows;
mod schema;

/// Bytes from hexadecimal digits.
fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    let digit = |byte: u8| (byte as char).to_digit(16).expect("a digit") as u8;
    digits.chunks(2).map(|two| digit(two[0]) << 4 | digit(two[1])).collect()
}
