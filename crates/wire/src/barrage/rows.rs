//! Row sets as bytes: the distances between the ends of runs, in as few bytes as they need.
//!
//! A run is the distance of its first key from the last key before it, and, if it is longer than one key, the negative of its
//! length less one. Distances are written by commands; a command's byte is `command << 3 | width of the number after it`.
//!
//! | command | then |
//! |---|---|
//! | 1 | one distance of that width |
//! | 2 | a count, and so many distances of two bytes |
//! | 3 | a count, and so many distances of one byte |
//! | 4 | the end |

use kinetable_rowset::{RowSet, RowSetBuilder};

use crate::{Error, Result};

const OFFSET: u8 = 1;
const SHORTS: u8 = 2;
const BYTES: u8 = 3;
const END: u8 = 4;

const WIDTH_2: u8 = 1;
const WIDTH_4: u8 = 2;
const WIDTH_8: u8 = 3;
const WIDTH_1: u8 = 4;

/// From how many on one-byte distances get a command of their own among others.
const BYTES_WORTH: usize = 4;

/// A row set as bytes.
///
/// # Panics
/// When a key is 2^63 or more: it has no place in a signed number of 64 bits.
pub fn write_rows(rows: &RowSet) -> Vec<u8> {
    let mut bytes = Vec::new();
    append_rows(rows, &mut bytes);
    bytes
}

/// Appends a row set as bytes.
pub(super) fn append_rows(rows: &RowSet, bytes: &mut Vec<u8>) {
    let mut writer = Writer { bytes, shorts: Vec::new() };
    let mut last = 0;
    for run in rows.ranges() {
        // The last key and not the end, which may be 2^63: so is that of a reversed table.
        let first = signed(run.start);
        writer.push(first - last);
        last = signed(run.end - 1);
        if last > first {
            writer.push(first - last);
        }
    }
    writer.flush();
    writer.bytes.push(END << 3);
}

/// The row set that bytes stand for.
///
/// # Errors
/// If the bytes are no row set, or more follow it.
pub fn read_rows(bytes: &[u8]) -> Result<RowSet> {
    let mut reader = bytes;
    let rows = take_rows(&mut reader)?;
    if reader.is_empty() { Ok(rows) } else { Err(Error::new("bytes follow the end of a row set")) }
}

/// Reads one row set, and leaves what follows it.
pub(super) fn take_rows(bytes: &mut &[u8]) -> Result<RowSet> {
    let mut runs = Runs::default();
    loop {
        let [command] = *take::<1>(bytes)?;
        let width = command & 7;
        match command >> 3 {
            END => return runs.finish(),
            OFFSET => runs.push(number(bytes, width)?)?,
            SHORTS => {
                for _ in 0..number(bytes, width)? {
                    runs.push(i64::from(i16::from_le_bytes(*take(bytes)?)))?;
                }
            }
            BYTES => {
                for _ in 0..number(bytes, width)? {
                    runs.push(i64::from(i8::from_le_bytes(*take(bytes)?)))?;
                }
            }
            other => return Err(Error::new(format!("a row set has the unknown command {other}"))),
        }
    }
}

fn signed(key: u64) -> i64 {
    i64::try_from(key).expect("a row key is below 2^63")
}

struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
    /// Distances of at most two bytes that are not written yet.
    shorts: Vec<i16>,
}

impl Writer<'_> {
    fn push(&mut self, distance: i64) {
        match i16::try_from(distance) {
            Ok(short) if short != i16::MIN => self.shorts.push(short),
            _ => {
                self.flush();
                self.number(OFFSET, distance);
            }
        }
    }

    /// Writes what was gathered: runs of one-byte distances, where they are long enough or last, apart from the others.
    fn flush(&mut self) {
        let shorts = std::mem::take(&mut self.shorts);
        let is_byte = |short: &i16| i8::try_from(*short).is_ok();
        let (mut from, mut at) = (0, 0);
        while at < shorts.len() {
            let run = shorts[at..].iter().take_while(|short| is_byte(short)).count();
            if run >= BYTES_WORTH || run > 0 && at + run == shorts.len() {
                self.shorts(&shorts[from..at]);
                self.one_byte_each(&shorts[at..at + run]);
                from = at + run;
            }
            at += run.max(1);
        }
        self.shorts(&shorts[from..]);
    }

    fn shorts(&mut self, shorts: &[i16]) {
        match shorts {
            [] => {}
            [one] => self.number(OFFSET, i64::from(*one)),
            many => {
                self.number(SHORTS, many.len() as i64);
                self.bytes.extend(many.iter().flat_map(|short| short.to_le_bytes()));
            }
        }
    }

    fn one_byte_each(&mut self, shorts: &[i16]) {
        match shorts {
            [one] => self.number(OFFSET, i64::from(*one)),
            many => {
                self.number(BYTES, many.len() as i64);
                self.bytes.extend(many.iter().map(|short| *short as u8));
            }
        }
    }

    /// A command with the least number of bytes for its number.
    fn number(&mut self, command: u8, number: i64) {
        let command = command << 3;
        if let Ok(number) = i8::try_from(number) {
            self.bytes.push(command | WIDTH_1);
            self.bytes.extend(number.to_le_bytes());
        } else if let Ok(number) = i16::try_from(number) {
            self.bytes.push(command | WIDTH_2);
            self.bytes.extend(number.to_le_bytes());
        } else if let Ok(number) = i32::try_from(number) {
            self.bytes.push(command | WIDTH_4);
            self.bytes.extend(number.to_le_bytes());
        } else {
            self.bytes.push(command | WIDTH_8);
            self.bytes.extend(number.to_le_bytes());
        }
    }
}

/// Takes so many bytes.
fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Result<&'a [u8; N]> {
    let (taken, rest) =
        bytes.split_first_chunk::<N>().ok_or_else(|| Error::new("a row set ends in the middle"))?;
    *bytes = rest;
    Ok(taken)
}

fn number(bytes: &mut &[u8], width: u8) -> Result<i64> {
    Ok(match width {
        WIDTH_1 => i64::from(i8::from_le_bytes(*take(bytes)?)),
        WIDTH_2 => i64::from(i16::from_le_bytes(*take(bytes)?)),
        WIDTH_4 => i64::from(i32::from_le_bytes(*take(bytes)?)),
        WIDTH_8 => i64::from_le_bytes(*take(bytes)?),
        other => return Err(Error::new(format!("a row set has a number of the unknown width {other}"))),
    })
}

/// Makes runs of distances.
#[derive(Default)]
struct Runs {
    builder: RowSetBuilder,
    last: i64,
    /// The first key of a run whose end is not known yet.
    open: Option<i64>,
    /// The least key that may come.
    next: u64,
}

impl Runs {
    fn push(&mut self, distance: i64) -> Result<()> {
        let wrong = || Error::new("the keys of a row set do not ascend");
        if distance >= 0 {
            self.close(self.open)?;
            self.last = self.last.checked_add(distance).ok_or_else(wrong)?;
            self.open = Some(self.last);
            return Ok(());
        }
        let first = self.open.ok_or_else(wrong)?;
        self.last = self.last.checked_sub(distance).ok_or_else(wrong)?;
        self.push_run(first, self.last)?;
        self.open = None;
        Ok(())
    }

    fn close(&mut self, open: Option<i64>) -> Result<()> {
        open.map_or(Ok(()), |key| self.push_run(key, key))
    }

    fn push_run(&mut self, first: i64, last: i64) -> Result<()> {
        let (first, last) = (first as u64, last as u64);
        if first < self.next {
            return Err(Error::new("the keys of a row set do not ascend"));
        }
        self.next = last + 1;
        self.builder.push_range(first..last + 1);
        Ok(())
    }

    fn finish(mut self) -> Result<RowSet> {
        self.close(self.open)?;
        Ok(self.builder.finish())
    }
}
