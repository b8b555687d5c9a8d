//! The cells of a message, cut into batches of the size that a client wants.
//!
//! Added rows go first, all columns of the same rows in a batch; then modified cells, each column its own rows. The metadata
//! ride on the first batch. How many rows fit is learned from the batch before; one that comes out too large is cut in two
//! and read again. Rows of which a client gets no column are one batch. **Cost**: one batch in memory at a time.

use arrow_array::{ArrayRef, new_empty_array};
use arrow_flight::FlightData;
use kinetable::engine::{RowSet, Version};
use kinetable_wire::barrage::{Encoded, ExchangeOptions, Layout, encode_bare, encode_batch, flight_data};
use tonic::Status;

use super::cells::Shape;
use super::told::Told;

/// Rows of the first batch, before anything is known of their size.
const FIRST_ROWS: u64 = 4096;
/// Rows of a batch, where a client names no limit.
const ROWS_MAX: u64 = 1 << 17;

/// How large batches may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    rows: u64,
    bytes: u64,
}

impl Limits {
    /// As a client wants them, within what the server allows.
    pub(super) fn of(options: &ExchangeOptions, bytes_max: usize) -> Limits {
        let wanted = |number: i32, else_: u64| u64::try_from(number).ok().filter(|n| *n > 0).unwrap_or(else_);
        let bytes = wanted(options.max_message_size, u64::MAX).min(bytes_max as u64);
        Limits { rows: wanted(options.batch_size, ROWS_MAX), bytes: bytes / 10 * 9 }
    }
}

/// The messages of one update, made one by one.
pub(super) struct Messages {
    shape: Shape,
    layout: Layout,
    limits: Limits,
    metadata: Option<Vec<u8>>,
    /// Added rows that are not sent yet, the next ones last.
    added: Vec<(Version, RowSet)>,
    modified: Option<(Version, Vec<RowSet>)>,
    /// Rows of which the client gets no cells, as it gets no columns.
    bare: usize,
    /// Rows that the next batch may have.
    fit: u64,
}

impl Messages {
    /// The messages of an update. Its columns count, not those of the shape: a client may want others since.
    pub(super) fn new(told: Told, shape: &Shape, layout: Layout, limits: Limits) -> Messages {
        let shape = Shape { columns: told.columns, ..shape.clone() };
        let mut added = told.added;
        added.retain(|(_, rows)| !rows.is_empty());
        added.reverse();
        let mut bare = 0;
        if shape.delivered().is_empty() {
            bare = added.drain(..).map(|(_, rows)| rows.len() as usize).sum();
        }
        Messages {
            shape,
            layout,
            limits,
            metadata: Some(told.metadata.to_bytes()),
            added,
            modified: told.modified.filter(|(_, columns)| columns.iter().any(|rows| !rows.is_empty())),
            bare,
            fit: FIRST_ROWS.min(limits.rows),
        }
    }

    /// Whether there is another message.
    pub(super) fn is_more(&self) -> bool {
        self.metadata.is_some() || !self.added.is_empty() || self.modified.is_some()
    }

    /// The next message. Reads cells: for a thread for blocking work.
    pub(super) fn next(&mut self) -> Result<FlightData, Status> {
        let batch = match (self.added.pop(), self.modified.take()) {
            (Some((version, rows)), modified) => {
                self.modified = modified;
                self.next_added(version, rows)
            }
            (None, Some((version, columns))) => self.next_modified(version, columns),
            (None, None) => self.nothing(),
        };
        Ok(flight_data(batch?, self.metadata.take()))
    }

    fn next_added(&mut self, version: Version, rows: RowSet) -> Result<Encoded, Status> {
        let width = self.shape.width();
        let (batch, sent) = self.fitting(rows.len(), |messages, count| {
            let part = rows.slice(0..count);
            let cells = |column| messages.cells(&version, column, &part);
            (0..width).map(cells).collect()
        })?;
        if sent < rows.len() {
            self.added.push((version, rows.slice(sent..u64::MAX)));
        }
        Ok(batch)
    }

    fn next_modified(&mut self, version: Version, columns: Vec<RowSet>) -> Result<Encoded, Status> {
        let most = columns.iter().map(RowSet::len).max().unwrap_or(0);
        let (batch, sent) = self.fitting(most, |messages, count| {
            let cells =
                |(column, rows): (usize, &RowSet)| messages.cells(&version, column, &rows.slice(0..count));
            columns.iter().enumerate().map(cells).collect()
        })?;
        if sent < most {
            let rest = columns.iter().map(|rows| rows.slice(sent..u64::MAX)).collect();
            self.modified = Some((version, rest));
        }
        Ok(batch)
    }

    /// A batch of as many rows as fit, of at most so many; and how many they are.
    fn fitting(
        &mut self,
        most: u64,
        columns: impl Fn(&Messages, u64) -> Result<Vec<ArrayRef>, Status>,
    ) -> Result<(Encoded, u64), Status> {
        let mut count = most.min(self.fit);
        loop {
            let cells = columns(self, count)?;
            let batch = encode_batch(&cells, self.layout).map_err(|e| Status::internal(e.to_string()))?;
            let bytes = batch.body.len() as u64;
            if bytes > self.limits.bytes && count > 1 {
                count /= 2;
                continue;
            }
            // Twice as many at most: the next rows may be larger than these.
            let fit = count.saturating_mul(self.limits.bytes) / bytes.max(1);
            self.fit = fit.min(count * 2).clamp(1, self.limits.rows);
            return Ok((batch, count));
        }
    }

    /// The batch of an update without cells.
    fn nothing(&self) -> Result<Encoded, Status> {
        let empty = |column| self.empty(column);
        let columns: Vec<ArrayRef> = (0..self.shape.width()).map(empty).collect();
        encode_bare(&columns, self.bare, self.layout).map_err(|error| Status::internal(error.to_string()))
    }

    fn cells(&self, version: &Version, column: usize, rows: &RowSet) -> Result<ArrayRef, Status> {
        if rows.is_empty() || !self.shape.has(column) {
            return Ok(self.empty(column));
        }
        self.shape.read(version, column, rows)
    }

    fn empty(&self, column: usize) -> ArrayRef {
        new_empty_array(self.shape.schema.field(column).data_type())
    }
}
