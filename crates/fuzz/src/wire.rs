//! A client, or a server that we subscribe to, that lies: requests, updates, row sets, shifts, schemas and record batches.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, TimeUnit};
use kinetable_wire::barrage::{UpdateMetadata, decode_batch, read_request, read_rows, read_shifts};
use kinetable_wire::columns::from_upload;
use kinetable_wire::schema::from_message;

/// Takes the first byte for the kind of message, and reads the rest as one.
pub fn barrage(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 6 {
        0 => drop(read_request(bytes)),
        1 => drop(UpdateMetadata::read(bytes)),
        2 => drop(read_rows(bytes)),
        3 => drop(read_shifts(bytes)),
        4 => drop(from_message(bytes)),
        _ => batch(bytes),
    }
}

/// A record batch: the length of its header in two bytes, the header, the body.
fn batch(bytes: &[u8]) {
    let Some((length, bytes)) = bytes.split_first_chunk::<2>() else { return };
    let length = usize::from(u16::from_le_bytes(*length)).min(bytes.len());
    let (header, body) = bytes.split_at(length);
    let list = DataType::List(Arc::new(Field::new("", DataType::Int32, true)));
    let types = [
        DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        DataType::Utf8,
        DataType::Boolean,
        DataType::Binary,
        list,
    ];
    let field = |(number, data_type)| Field::new(format!("c{number}"), data_type, true);
    let schema = Schema::new(types.into_iter().enumerate().map(field).collect::<Vec<_>>());
    let Ok(batch) = decode_batch(header, body, &schema, false) else { return };
    for (cells, field) in batch.columns.iter().zip(schema.fields()) {
        // What does not fit a column is an error; the next may be sound.
        let _read = from_upload(cells, field);
    }
}
