//! Tables that clients send: messages of Arrow IPC, read on threads that may block, into one static table.
//!
//! Bytes come from outside, so lengths that they claim are compared with the bytes there are before anything is made of them, and
//! compressed batches are refused: what they grow to is only known when it is there.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, new_empty_array};
use arrow_buffer::Buffer;
use arrow_flight::FlightData;
use arrow_ipc::MessageHeader;
use arrow_schema::SchemaRef;
use arrow_select::concat::concat;
use kinetable::{Session, Table};
use kinetable_wire::columns::{engine_type, from_upload};
use kinetable_wire::schema::returned;
use tonic::Status;

use super::shared::status;

/// Rows that a batch may have however few bytes it has: those of columns of nulls need none.
const ROWS_WITHOUT_BYTES: i64 = 1 << 20;

/// A table on its way in.
#[derive(Debug)]
pub struct Upload {
    schema: SchemaRef,
    dictionaries: HashMap<i64, ArrayRef>,
    columns: Vec<Vec<ArrayRef>>,
    rows: u64,
    /// Bytes that came, and how many may.
    bytes: usize,
    bytes_max: usize,
}

impl Upload {
    /// Begins with the message of the schema.
    ///
    /// # Errors
    /// If it is none, or a column is of a type that no table has.
    pub fn begin(header: &[u8], bytes_max: usize) -> Result<Upload, Status> {
        let schema = kinetable_wire::schema::from_message(header).map_err(unreadable)?;
        for field in schema.fields() {
            engine_type(field).map_err(unreadable)?;
        }
        let columns = vec![Vec::new(); schema.fields().len()];
        Ok(Upload { schema, dictionaries: HashMap::new(), columns, rows: 0, bytes: 0, bytes_max })
    }

    /// Takes a message; whether it was a batch of rows.
    ///
    /// # Errors
    /// If it cannot be read, or there are too many bytes.
    pub fn take(&mut self, data: &FlightData) -> Result<bool, Status> {
        if data.data_header.is_empty() {
            return Ok(false);
        }
        self.bytes = self.bytes.saturating_add(data.data_body.len());
        if self.bytes > self.bytes_max {
            let message =
                format!("the table has more than {} bytes, which is the limit of the server", self.bytes_max);
            return Err(Status::resource_exhausted(message));
        }
        let message = arrow_ipc::root_as_message(&data.data_header)
            .map_err(|error| Status::invalid_argument(format!("a message is no Arrow message: {error}")))?;
        let (body, version) = (Buffer::from(data.data_body.as_ref()), message.version());
        match message.header_type() {
            MessageHeader::RecordBatch => {
                let batch =
                    message.header_as_record_batch().ok_or_else(|| unreadable("a batch without a header"))?;
                check(&batch, body.len())?;
                let (schema, known) = (self.schema.clone(), &self.dictionaries);
                let batch = arrow_ipc::reader::read_record_batch(&body, batch, schema, known, None, &version);
                self.add(&batch.map_err(unreadable)?)?;
                Ok(true)
            }
            MessageHeader::DictionaryBatch => {
                let batch = message.header_as_dictionary_batch();
                let batch = batch.ok_or_else(|| unreadable("a dictionary without a header"))?;
                check(&batch.data().ok_or_else(|| unreadable("a dictionary without values"))?, body.len())?;
                let read = arrow_ipc::reader::read_dictionary;
                read(&body, batch, &self.schema, &mut self.dictionaries, &version).map_err(unreadable)?;
                Ok(false)
            }
            other => {
                let kind = other.variant_name().unwrap_or("unknown");
                Err(Status::invalid_argument(format!(
                    "a table has batches and dictionaries, but this is a {kind}"
                )))
            }
        }
    }

    /// The table.
    ///
    /// # Errors
    /// If columns share a name, or have names that formulas use for something else.
    pub fn finish(self, session: &Session) -> Result<Table, Status> {
        if self.columns.is_empty() {
            return Ok(session.empty_table(self.rows));
        }
        let mut columns = Vec::with_capacity(self.columns.len());
        for (field, parts) in self.schema.fields().iter().zip(&self.columns) {
            let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
            let values = match parts.as_slice() {
                [] => new_empty_array(&engine_type(field).map_err(unreadable)?),
                parts => concat(parts).map_err(unreadable)?,
            };
            columns.push((field.name().clone(), values));
        }
        let table = session.new_table(columns).map_err(status)?;
        Ok(table.given_as(Arc::new(returned(&self.schema))))
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<(), Status> {
        for ((field, column), parts) in
            self.schema.fields().iter().zip(batch.columns()).zip(&mut self.columns)
        {
            parts.push(from_upload(column, field).map_err(unreadable)?);
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }
}

/// Whether a batch can have what it claims to have.
fn check(batch: &arrow_ipc::RecordBatch<'_>, body: usize) -> Result<(), Status> {
    if batch.compression().is_some() {
        return Err(Status::invalid_argument("compressed batches are not taken: send them as they are"));
    }
    // A Boolean is a bit; nothing but nulls is less.
    let most = i64::try_from(body).unwrap_or(i64::MAX).saturating_mul(8).saturating_add(ROWS_WITHOUT_BYTES);
    let lengths = batch.nodes().into_iter().flatten().map(|node| node.length());
    match lengths.chain([batch.length()]).find(|length| !(0..=most).contains(length)) {
        Some(length) => {
            Err(Status::invalid_argument(format!("a batch claims {length} values in {body} bytes")))
        }
        None => Ok(()),
    }
}

fn unreadable(error: impl std::fmt::Display) -> Status {
    Status::invalid_argument(error.to_string())
}

#[cfg(test)]
mod tests {
    use arrow_array::{Float64Array, Int64Array, ListArray};
    use arrow_schema::{DataType, Field, Schema};
    use kinetable::SessionConfig;
    use kinetable_wire::barrage::{Layout, encode_batch, flight_data};
    use kinetable_wire::schema::message;

    use super::*;

    #[test]
    fn values_that_stand_for_null_are_read_as_null() {
        let items = Arc::new(Field::new("", DataType::Int64, true));
        let numbers = |first| Arc::new(Int64Array::from(vec![first, Some(2)])) as ArrayRef;
        let floats = |first| Arc::new(Float64Array::from(vec![Some(0.5), first])) as ArrayRef;
        let lists = |first| {
            let offsets = arrow_buffer::OffsetBuffer::from_lengths([1, 1]);
            Arc::new(ListArray::new(items.clone(), offsets, numbers(first), None)) as ArrayRef
        };
        let sent = [numbers(Some(i64::MIN)), floats(Some(f64::MIN)), lists(Some(i64::MIN))];
        let names = ["Number", "Float", "List"];
        let field = |(name, cells): (&str, &ArrayRef)| Field::new(name, cells.data_type().clone(), true);
        let schema = Schema::new(names.into_iter().zip(&sent).map(field).collect::<Vec<_>>());
        let mut upload = Upload::begin(&message(&schema), 1 << 20).expect("columns");
        let batch = encode_batch(&sent, Layout::default()).expect("a batch");
        assert!(upload.take(&flight_data(batch, None)).expect("rows"));
        let session = Session::start(SessionConfig::default()).expect("a session");
        let found = upload.finish(&session).expect("a table").batch(0..9, None).expect("rows");
        for (found, expected) in found.columns().iter().zip([numbers(None), floats(None)]) {
            assert_eq!(found, &expected);
        }
        let lists = found.column(2).to_data();
        assert_eq!(lists.child_data()[0].null_count(), 1);
    }
}
