//! Record batches whose columns may differ in length, as messages of Arrow IPC.
//!
//! Arrow's own writer wants columns of one length; an update of some cells has none.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_ipc::writer::{DictionaryTracker, IpcDataGenerator, IpcWriteContext, IpcWriteOptions};
use arrow_ipc::{Buffer, FieldNode, MessageBuilder, MessageHeader, MetadataVersion, RecordBatchBuilder};
use arrow_schema::DataType;
use bytes::Bytes;
use flatbuffers::FlatBufferBuilder;

use crate::columns::{has_sentinel, with_sentinels};
use crate::{Error, Result};

/// What buffers are padded to, bytes.
const PADDING: usize = 8;

/// How a client wants its batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// Nulls of numbers are values, and their columns have no bitmap.
    pub sentinels: bool,
    /// Each column is one list in a batch of one row.
    pub columns_as_list: bool,
}

/// A record batch as a message.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The message, for `FlightData.data_header`.
    pub header: Bytes,
    /// The buffers, for `FlightData.data_body`.
    pub body: Bytes,
}

/// A record batch of these columns, in the types of clients. An empty column stands for one that the client does not get.
///
/// # Errors
/// If a column is of a type that clients do not have.
pub fn encode_batch(columns: &[ArrayRef], layout: Layout) -> Result<Encoded> {
    let length = columns.iter().map(|column| column.len()).max().unwrap_or(0);
    encode(columns, length, layout)
}

/// A record batch of so many rows, of which the client gets no column: these are all empty.
///
/// # Errors
/// As [`encode_batch`].
pub fn encode_bare(columns: &[ArrayRef], length: usize, layout: Layout) -> Result<Encoded> {
    encode(columns, length, layout)
}

fn encode(columns: &[ArrayRef], length: usize, layout: Layout) -> Result<Encoded> {
    let mut writer = Writer { layout, nodes: Vec::new(), buffers: Vec::new(), body: Vec::new() };
    for column in columns {
        let column = if layout.sentinels { with_sentinels(column) } else { column.clone() };
        match layout.columns_as_list && length > 0 {
            true => writer.push_as_list(&column)?,
            false => {
                if layout.columns_as_list {
                    writer.node(0, 0);
                    writer.empty_buffers(2);
                }
                writer.push(&column)?;
            }
        }
    }
    Ok(writer.finish(if layout.columns_as_list { length.min(1) } else { length }))
}

/// A batch of whole rows in any Arrow types, as Arrow writes it.
///
/// # Errors
/// If Arrow cannot write a column.
pub fn encode_rows(batch: &RecordBatch) -> Result<Encoded> {
    let mut dictionaries = DictionaryTracker::new(true);
    let options = IpcWriteOptions::default();
    let mut context = IpcWriteContext::default();
    let (_, data) = IpcDataGenerator::default().encode(batch, &mut dictionaries, &options, &mut context)?;
    Ok(Encoded { header: data.ipc_message.into(), body: data.arrow_data.into() })
}

struct Writer {
    layout: Layout,
    nodes: Vec<FieldNode>,
    buffers: Vec<Buffer>,
    body: Vec<u8>,
}

impl Writer {
    fn push_as_list(&mut self, column: &ArrayRef) -> Result<()> {
        self.node(1, 0);
        self.empty_buffers(1);
        let length = i32::try_from(column.len()).map_err(|_| too_long())?;
        self.offsets([0, length].into_iter());
        self.push(column)
    }

    fn push(&mut self, array: &ArrayRef) -> Result<()> {
        let bitmap = !(self.layout.sentinels && has_sentinel(array.data_type()));
        let nulls = array.nulls().filter(|nulls| bitmap && nulls.null_count() > 0);
        self.node(array.len(), nulls.map_or(0, NullBuffer::null_count));
        match nulls {
            Some(nulls) => self.bits(nulls.inner()),
            None => self.empty_buffers(1),
        }
        match array.data_type() {
            DataType::Boolean => {
                self.bits(array.as_boolean().values());
                Ok(())
            }
            DataType::Utf8 => {
                let texts = array.as_string::<i32>();
                self.variable(texts.value_offsets(), texts.value_data());
                Ok(())
            }
            DataType::Binary => {
                let cells = array.as_binary::<i32>();
                self.variable(cells.value_offsets(), cells.value_data());
                Ok(())
            }
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                let (first, last) = (list.value_offsets()[0], list.value_offsets()[list.len()]);
                self.rebased(list.value_offsets());
                self.push(&list.values().slice(first as usize, (last - first) as usize))
            }
            other => self.fixed(array, other),
        }
    }

    fn fixed(&mut self, array: &ArrayRef, data_type: &DataType) -> Result<()> {
        let Some(width) = data_type.primitive_width() else {
            return Err(Error::new(format!("clients have no type {data_type}")));
        };
        let data = array.to_data();
        let from = data.offset() * width;
        self.buffer(&data.buffers()[0].as_slice()[from..from + data.len() * width]);
        Ok(())
    }

    fn variable(&mut self, offsets: &[i32], values: &[u8]) {
        let (first, last) = (offsets[0], offsets[offsets.len() - 1]);
        self.rebased(offsets);
        self.buffer(&values[first as usize..last as usize]);
    }

    /// Offsets that start at 0; none where there is no cell.
    fn rebased(&mut self, offsets: &[i32]) {
        match offsets {
            [] | [_] => self.empty_buffers(1),
            offsets => self.offsets(offsets.iter().map(|offset| offset - offsets[0])),
        }
    }

    fn offsets(&mut self, offsets: impl Iterator<Item = i32>) {
        let start = self.body.len();
        self.body.extend(offsets.flat_map(i32::to_le_bytes));
        self.close(start);
    }

    fn bits(&mut self, bits: &BooleanBuffer) {
        let start = self.body.len();
        let bytes = bits.len().div_ceil(8);
        self.body.extend_from_slice(&bits.sliced().as_slice()[..bytes]);
        if let (Some(last), used @ 1..) = (self.body.last_mut(), bits.len() % 8) {
            *last &= (1 << used) - 1;
        }
        self.close(start);
    }

    fn buffer(&mut self, bytes: &[u8]) {
        let start = self.body.len();
        self.body.extend_from_slice(bytes);
        self.close(start);
    }

    /// Ends a buffer: it is as long as its padding makes it.
    fn close(&mut self, start: usize) {
        self.body.resize(self.body.len().next_multiple_of(PADDING), 0);
        self.buffers.push(Buffer::new(start as i64, (self.body.len() - start) as i64));
    }

    fn empty_buffers(&mut self, count: usize) {
        let at = self.body.len() as i64;
        self.buffers.extend((0..count).map(|_| Buffer::new(at, 0)));
    }

    fn node(&mut self, length: usize, nulls: usize) {
        self.nodes.push(FieldNode::new(length as i64, nulls as i64));
    }

    fn finish(mut self, length: usize) -> Encoded {
        if self.body.is_empty() {
            // The Java client needs the field of the body, and who writes messages leaves an empty one out: so there is padding,
            // which no buffer refers to.
            self.body.resize(PADDING, 0);
        }
        let mut builder = FlatBufferBuilder::new();
        let nodes = builder.create_vector(&self.nodes);
        let buffers = builder.create_vector(&self.buffers);
        let mut batch = RecordBatchBuilder::new(&mut builder);
        batch.add_length(length as i64);
        batch.add_nodes(nodes);
        batch.add_buffers(buffers);
        let batch = batch.finish().as_union_value();
        let mut message = MessageBuilder::new(&mut builder);
        message.add_version(MetadataVersion::V5);
        message.add_header_type(MessageHeader::RecordBatch);
        message.add_bodyLength(self.body.len() as i64);
        message.add_header(batch);
        let message = message.finish();
        builder.finish(message, None);
        Encoded { header: Bytes::copy_from_slice(builder.finished_data()), body: self.body.into() }
    }
}

fn too_long() -> Error {
    Error::new("a column of one message has more than two thousand million cells")
}
