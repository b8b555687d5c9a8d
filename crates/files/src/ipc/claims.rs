//! What the messages of a file claim, looked at before memory is taken for it.
//!
//! **Invariants**: 1. a packed buffer claims to be at most [`LARGEST_RATIO`] times as long as the file; 2. all messages
//! together claim at most [`SPARE_CELLS`] cells more than their buffers can hold: columns of nothing but nulls, of bytes of
//! length zero and of runs need hardly any.

use arrow_ipc::{Message, RecordBatch, root_as_message};
use arrow_schema::ArrowError;

use super::read::broken;

/// How much longer than the file its unpacked columns may be.
const LARGEST_RATIO: u64 = 4_096;

/// Cells that a byte may stand for: of bits there are eight, beside them may be columns that take no bytes.
const CELLS_A_BYTE: u64 = 64;

/// So many cells are taken without bytes.
const SPARE_CELLS: u64 = 1 << 24;

/// What the messages of one file may claim.
pub(super) struct Claims {
    /// The length of the file.
    file: u64,
    /// Cells that may still be without bytes.
    spare: u64,
}

impl Claims {
    pub(super) fn of(file: &[u8]) -> Claims {
        Claims { file: file.len() as u64, spare: SPARE_CELLS }
    }

    /// Checks a message with the length of its head before it.
    pub(super) fn check_block(&mut self, block: &[u8], header: usize) -> Result<(), ArrowError> {
        let (head, body) = block.split_at(header);
        let head = if head.starts_with(&[0xff; 4]) { head.get(8..) } else { head.get(4..) };
        let head = head.ok_or_else(|| broken("a batch has no head"))?;
        self.check(&root_as_message(head).map_err(|error| broken(&error.to_string()))?, body)
    }

    fn check(&mut self, message: &Message<'_>, body: &[u8]) -> Result<(), ArrowError> {
        let batch = message.header_as_record_batch();
        let batch =
            batch.or_else(|| message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data()));
        let Some(batch) = batch else { return Ok(()) };
        let mut bytes = 0_u64;
        for buffer in batch.buffers().iter().flatten() {
            let length = match batch.compression() {
                Some(_) if buffer.length() > 8 => self.unpacked(buffer.offset(), body)?.max(buffer.length()),
                _ => buffer.length(),
            };
            bytes = bytes.saturating_add(u64::try_from(length).unwrap_or(0));
        }
        self.check_cells(&batch, bytes)
    }

    /// The length that a packed buffer claims to unpack to: memory is taken before it is unpacked.
    fn unpacked(&self, offset: i64, body: &[u8]) -> Result<i64, ArrowError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let length = start.checked_add(8).and_then(|stop| body.get(start..stop));
        let length = length.and_then(|length| length.try_into().ok()).map(i64::from_le_bytes);
        let length = length.ok_or_else(|| broken("a buffer is outside of its batch"))?;
        if length > i64::try_from(self.file.saturating_mul(LARGEST_RATIO)).unwrap_or(i64::MAX) {
            return Err(broken("a buffer claims to be longer than can be"));
        }
        Ok(length)
    }

    fn check_cells(&mut self, batch: &RecordBatch<'_>, bytes: u64) -> Result<(), ArrowError> {
        let lengths = batch.nodes().into_iter().flatten().map(|node| node.length()).chain([batch.length()]);
        let mut cells = 0_u64;
        for length in lengths {
            let length = u64::try_from(length).map_err(|_| broken("a batch has fewer than no rows"))?;
            cells = cells.saturating_add(length);
        }
        let without_bytes = cells.saturating_sub(bytes.saturating_mul(CELLS_A_BYTE));
        let left = self.spare.checked_sub(without_bytes);
        self.spare = left.ok_or_else(|| broken("a batch claims to have more rows than can be"))?;
        Ok(())
    }
}

/// Checks all messages of a stream.
pub(super) fn check_stream(bytes: &[u8]) -> Result<(), ArrowError> {
    let (mut rest, mut claims) = (bytes, Claims::of(bytes));
    while let Some((word, after)) = rest.split_first_chunk::<4>() {
        let (word, after) = match (*word == [0xff; 4]).then(|| after.split_first_chunk::<4>()) {
            Some(Some((word, after))) => (word, after),
            Some(None) => return Err(broken("it is cut short")),
            None => (word, after),
        };
        let length = u32::from_le_bytes(*word) as usize;
        if length == 0 {
            return Ok(());
        }
        let (head, after) =
            after.split_at_checked(length).ok_or_else(|| broken("it is cut short, or no Arrow file"))?;
        let message = root_as_message(head).map_err(|error| broken(&error.to_string()))?;
        let length = usize::try_from(message.bodyLength()).unwrap_or(usize::MAX);
        let (body, after) = after.split_at_checked(length).ok_or_else(|| broken("it is cut short"))?;
        claims.check(&message, body)?;
        rest = after;
    }
    Ok(())
}
