//! Record batches whose columns may differ in length, read from messages of Arrow IPC.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, make_array};
use arrow_buffer::Buffer;
use arrow_data::ArrayDataBuilder;
use arrow_ipc::RecordBatch;
use arrow_schema::{DataType, Field, Schema};

use crate::{Error, Result};

/// The columns of a record batch.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The cells of each column, in the types of clients; the columns of an update of cells differ in length.
    pub columns: Vec<ArrayRef>,
}

/// Reads a record batch with columns of a schema, of lists if each column is one.
///
/// # Errors
/// If the message is no such batch, or its buffers are not what its columns need.
pub fn decode_batch(header: &[u8], body: &[u8], schema: &Schema, columns_as_list: bool) -> Result<Batch> {
    let message = arrow_ipc::root_as_message(header)
        .map_err(|error| Error::new(format!("the header of a batch is no Arrow message: {error}")))?;
    let batch =
        message.header_as_record_batch().ok_or_else(|| Error::new("a message has no record batch"))?;
    if batch.compression().is_some() {
        return Err(Error::new("a record batch is compressed"));
    }
    let mut reader = Reader { batch, body: &Buffer::from(body), node: 0, buffer: 0 };
    let columns = schema.fields().iter().map(|field| match columns_as_list {
        true => reader.column_in_list(field),
        false => reader.array(field.data_type()),
    });
    let columns = columns.zip(schema.fields()).map(|(column, field)| {
        column.map_err(|error| error.in_context(format!("column \"{}\"", field.name())))
    });
    Ok(Batch { columns: columns.collect::<Result<Vec<_>>>()? })
}

struct Reader<'a> {
    batch: RecordBatch<'a>,
    body: &'a Buffer,
    node: usize,
    buffer: usize,
}

impl Reader<'_> {
    /// The items of the one list that a column is.
    fn column_in_list(&mut self, field: &Field) -> Result<ArrayRef> {
        let item = Field::new(field.name(), field.data_type().clone(), true);
        let list = self.array(&DataType::List(item.into()))?;
        let list = list.as_list::<i32>();
        match list.len() {
            0 => Ok(list.values().slice(0, 0)),
            1 => Ok(list.value(0)),
            other => Err(Error::new(format!("there are {other} lists of its cells"))),
        }
    }

    fn array(&mut self, data_type: &DataType) -> Result<ArrayRef> {
        let nodes = self.batch.nodes().filter(|nodes| self.node < nodes.len());
        let node = *nodes.ok_or_else(|| Error::new("the batch has no node for it"))?.get(self.node);
        self.node += 1;
        let length = usize::try_from(node.length()).map_err(|_| Error::new("its length is negative"))?;
        let bitmap = self.next_buffer()?;
        let mut builder = ArrayDataBuilder::new(data_type.clone()).len(length).align_buffers(true);
        if node.null_count() > 0 {
            builder = builder.null_bit_buffer(Some(exactly(&bitmap, length.div_ceil(8))?));
        }
        let builder = match data_type {
            DataType::Boolean => {
                let bits = self.next_buffer()?;
                builder.add_buffer(exactly(&bits, length.div_ceil(8))?)
            }
            DataType::Utf8 | DataType::Binary => {
                let offsets = self.offsets(length)?;
                builder.add_buffer(offsets).add_buffer(self.next_buffer()?)
            }
            DataType::List(item) => {
                let offsets = self.offsets(length)?;
                // The depth is that of the schema, which was read with a limit.
                let items = self.array(item.data_type())?;
                builder.add_buffer(offsets).add_child_data(items.to_data())
            }
            other => {
                let width = other.primitive_width();
                let width = width.ok_or_else(|| Error::new(format!("batches have no type {other}")))?;
                let values = self.next_buffer()?;
                builder.add_buffer(exactly(&values, length.checked_mul(width).ok_or_else(short)?)?)
            }
        };
        Ok(make_array(builder.build()?))
    }

    /// The offsets of so many cells; no cells may have no offsets.
    fn offsets(&mut self, length: usize) -> Result<Buffer> {
        let offsets = self.next_buffer()?;
        if length == 0 && offsets.is_empty() {
            return Ok(Buffer::from_vec(vec![0i32]));
        }
        let bytes = length.checked_add(1).and_then(|count| count.checked_mul(4)).ok_or_else(short)?;
        exactly(&offsets, bytes)
    }

    fn next_buffer(&mut self) -> Result<Buffer> {
        let buffers = self.batch.buffers().filter(|buffers| self.buffer < buffers.len());
        let buffer = *buffers.ok_or_else(|| Error::new("the batch has no buffer for it"))?.get(self.buffer);
        self.buffer += 1;
        let (Ok(from), Ok(length)) = (usize::try_from(buffer.offset()), usize::try_from(buffer.length()))
        else {
            return Err(short());
        };
        match from.checked_add(length) {
            Some(end) if end <= self.body.len() => Ok(self.body.slice_with_length(from, length)),
            _ => Err(short()),
        }
    }
}

/// The start of a buffer, where a value of any type may lie: what follows is padding.
fn exactly(buffer: &Buffer, bytes: usize) -> Result<Buffer> {
    if buffer.len() < bytes {
        return Err(short());
    }
    let start = buffer.slice_with_length(0, bytes);
    let is_aligned = start.as_ptr().align_offset(16) == 0;
    Ok(if is_aligned { start } else { Buffer::from(start.as_slice()) })
}

fn short() -> Error {
    Error::new("its buffers are shorter than its cells")
}
