//! FlatBuffers tables: written with the library, read with every place checked against the bytes there are.
//!
//! The library's readers are unsafe or generated; what subscribers send needs a handful of slots, so a table is read here by
//! slices alone. Nothing is read recursively: a table that holds tables is read one level down by who knows it.

use flatbuffers::{FlatBufferBuilder, TableFinishedWIPOffset, VOffsetT, WIPOffset};

use crate::{Error, Result};

/// The bytes `dphn` that start every message, as a number.
const MAGIC: u32 = 0x6e68_7064;

/// A message of a type in its wrapper.
pub(super) fn wrap(kind: i8, payload: &[u8]) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::with_capacity(payload.len() + 64);
    let payload = builder.create_vector(payload);
    let start = builder.start_table();
    builder.push_slot_always(slot(2), payload);
    builder.push_slot_always(slot(0), MAGIC);
    builder.push_slot_always(slot(1), kind);
    let root = builder.end_table(start);
    builder.finish_minimal(root);
    builder.finished_data().to_vec()
}

/// The type and the payload of a message.
///
/// # Errors
/// If the bytes are no wrapper of this protocol.
pub(super) fn unwrap(bytes: &[u8]) -> Result<(i8, &[u8])> {
    let wrapper = Table::root(bytes)?;
    if wrapper.u32(0)? != MAGIC {
        return Err(Error::new("the message does not begin with \"dphn\""));
    }
    Ok((wrapper.i8(1)?, wrapper.bytes(2)?.unwrap_or_default()))
}

/// The place of a slot in a table's directory.
pub(super) const fn slot(number: u16) -> VOffsetT {
    4 + 2 * number
}

/// A finished table.
pub(super) type Finished = WIPOffset<TableFinishedWIPOffset>;

/// A table in bytes that nobody has checked.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
    directory: &'a [u8],
}

impl<'a> Table<'a> {
    /// The outermost table.
    pub(super) fn root(bytes: &'a [u8]) -> Result<Table<'a>> {
        let at = u32::from_le_bytes(array(bytes, 0)?) as usize;
        Table::at(bytes, at)
    }

    fn at(bytes: &'a [u8], at: usize) -> Result<Table<'a>> {
        let back = i64::from(i32::from_le_bytes(array(bytes, at)?));
        let directory = usize::try_from(at as i64 - back).map_err(|_| outside())?;
        let size = usize::from(u16::from_le_bytes(array(bytes, directory)?));
        let directory = bytes.get(directory..directory + size).ok_or_else(outside)?;
        Ok(Table { bytes, at, directory })
    }

    /// Where the value of a slot is, if it is there.
    fn place(&self, number: u16) -> Option<usize> {
        let at = usize::from(slot(number));
        let offset = u16::from_le_bytes(self.directory.get(at..at + 2)?.try_into().ok()?);
        (offset != 0).then_some(self.at + usize::from(offset))
    }

    fn scalar<const N: usize>(&self, number: u16) -> Result<[u8; N]> {
        self.place(number).map_or(Ok([0; N]), |at| array(self.bytes, at))
    }

    pub(super) fn u32(&self, number: u16) -> Result<u32> {
        self.scalar(number).map(u32::from_le_bytes)
    }

    pub(super) fn i8(&self, number: u16) -> Result<i8> {
        self.scalar(number).map(i8::from_le_bytes)
    }

    pub(super) fn i32(&self, number: u16) -> Result<i32> {
        self.scalar(number).map(i32::from_le_bytes)
    }

    pub(super) fn i64(&self, number: u16) -> Result<i64> {
        self.scalar(number).map(i64::from_le_bytes)
    }

    pub(super) fn bool(&self, number: u16) -> Result<bool> {
        Ok(self.i8(number)? != 0)
    }

    /// Where the target of a slot that refers to something is.
    fn target(&self, number: u16) -> Result<Option<usize>> {
        let Some(at) = self.place(number) else { return Ok(None) };
        let distance = u32::from_le_bytes(array(self.bytes, at)?) as usize;
        Ok(Some(at + distance))
    }

    /// A vector of bytes.
    pub(super) fn bytes(&self, number: u16) -> Result<Option<&'a [u8]>> {
        let Some(at) = self.target(number)? else { return Ok(None) };
        let length = u32::from_le_bytes(array(self.bytes, at)?) as usize;
        self.bytes.get(at + 4..at + 4 + length).map(Some).ok_or_else(outside)
    }

    /// A table.
    pub(super) fn table(&self, number: u16) -> Result<Option<Table<'a>>> {
        self.target(number)?.map(|at| Table::at(self.bytes, at)).transpose()
    }

    /// A vector of tables.
    pub(super) fn tables(&self, number: u16) -> Result<Option<Vec<Table<'a>>>> {
        let Some(at) = self.target(number)? else { return Ok(None) };
        let length = u32::from_le_bytes(array(self.bytes, at)?) as usize;
        let places = self.bytes.get(at + 4..at + 4 + length * 4).ok_or_else(outside)?;
        let places = places.chunks_exact(4).enumerate();
        let tables = places.map(|(number, place)| {
            let distance = u32::from_le_bytes([place[0], place[1], place[2], place[3]]) as usize;
            Table::at(self.bytes, at + 4 + number * 4 + distance)
        });
        tables.collect::<Result<Vec<_>>>().map(Some)
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    let found = bytes.get(at..).and_then(|rest| rest.first_chunk::<N>());
    found.copied().ok_or_else(outside)
}

fn outside() -> Error {
    Error::new("the message refers to a place outside of it")
}
