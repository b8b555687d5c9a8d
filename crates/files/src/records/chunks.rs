//! A file in chunks of whole records.
//!
//! **Invariants**: 1. a chunk ends where a record ends, by the rule that `csv/tokens.rs` reads quotes by; 2. the same
//! file gives the same chunks, so that a chunk can be read again by its number; 3. the last byte of a chunk ends a line.

use std::io::Read;
use std::sync::Arc;

use kinetable_engine::{Error, ErrorKind, Result};

use super::bits::each_hits;
use crate::Progress;
use crate::input::Input;

/// Bytes of a chunk, but for records that are longer.
const CHUNK: usize = 1 << 20;

/// The longest record: places in a chunk are numbers of thirty bits.
const LONGEST: usize = 1 << 29;

/// How records are told apart.
#[derive(Debug, Clone, Copy)]
pub struct Marks {
    pub delimiter: u8,
    pub quote: u8,
    /// What ends a line: `\n`, which may have a `\r` before it, or in files of old Macs `\r`.
    pub newline: u8,
    /// Whether blanks before a quote are not part of the cell.
    pub skips_blanks: bool,
}

/// Some records.
#[derive(Debug, Default)]
pub struct Chunk {
    pub number: usize,
    /// Where it begins in the unpacked file.
    pub offset: u64,
    pub bytes: Vec<u8>,
}

/// Reads a file chunk after chunk.
pub struct Chunks {
    input: Input,
    reader: Box<dyn Read + Send>,
    marks: Marks,
    /// Bytes that are read; those before `at` are handed out.
    pending: Vec<u8>,
    at: usize,
    /// Where the bytes begin in the file that are not handed out.
    offset: u64,
    number: usize,
    is_at_end: bool,
}

impl Chunks {
    /// Opens a file. A byte order mark is skipped.
    pub fn open(input: &Input, marks: Marks, progress: Option<&Arc<Progress>>) -> Result<Chunks> {
        let (input, reader) = (input.clone(), input.open(progress)?);
        let (pending, is_at_end) = (Vec::new(), false);
        let mut chunks = Chunks { input, reader, marks, pending, at: 0, offset: 0, number: 0, is_at_end };
        chunks.fill(CHUNK)?;
        if chunks.pending.starts_with(b"\xef\xbb\xbf") {
            chunks.forget(3);
        }
        if matches!(chunks.pending.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
            let message = format!("\"{}\" is text in UTF-16, but text is read as UTF-8", chunks.input.name());
            return Err(Error::source(message).with_hint("convert it: iconv -f UTF-16 -t UTF-8"));
        }
        if memchr::memchr(b'\n', &chunks.pending).is_none()
            && memchr::memchr(b'\r', &chunks.pending).is_some()
        {
            chunks.marks.newline = b'\r';
        }
        Ok(chunks)
    }

    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// The next record with its line end, and where it begins; it is gone from what follows.
    pub fn next_record(&mut self) -> Result<Option<(u64, Vec<u8>)>> {
        let Some(end) = self.first_record()? else { return Ok(None) };
        let (offset, record) = (self.offset, self.rest()[..end].to_vec());
        self.forget(end);
        Ok(Some((offset, record)))
    }

    /// The next record, which stays, and where it begins.
    pub fn peek_record(&mut self) -> Result<Option<(u64, Vec<u8>)>> {
        let end = self.first_record()?;
        Ok(end.map(|end| (self.offset, self.rest()[..end].to_vec())))
    }

    /// The next chunk; `old` is memory to use for it.
    pub fn next_chunk(&mut self, old: Vec<u8>) -> Result<Option<Chunk>> {
        let mut want = CHUNK;
        let end = loop {
            self.fill(want)?;
            if self.pending.is_empty() {
                return Ok(None);
            }
            if self.is_at_end {
                break self.pending.len();
            }
            match self.marks.last_end(&self.pending) {
                Some(end) => break end,
                None => want = self.longer(want)?,
            }
        };
        let mut rest = old;
        rest.clear();
        rest.extend_from_slice(&self.pending[end..]);
        let mut bytes = std::mem::replace(&mut self.pending, rest);
        bytes.truncate(end);
        if bytes.last() != Some(&self.marks.newline) {
            bytes.push(self.marks.newline);
        }
        let chunk = Chunk { number: self.number, offset: self.offset, bytes };
        self.offset += end as u64;
        self.number += 1;
        Ok(Some(chunk))
    }

    /// The length of the first record with its line end.
    fn first_record(&mut self) -> Result<Option<usize>> {
        let mut want = CHUNK;
        loop {
            match self.marks.first_end(self.rest()) {
                Some(end) => return Ok(Some(end)),
                None if self.is_at_end => {
                    let rest = self.rest().len();
                    return Ok((rest > 0).then_some(rest));
                }
                None => {
                    self.fill(want)?;
                    want = self.longer(want)?;
                }
            }
        }
    }

    fn rest(&self) -> &[u8] {
        &self.pending[self.at..]
    }

    fn longer(&self, want: usize) -> Result<usize> {
        if want >= LONGEST {
            let message = format!("\"{}\" has a record of more than {LONGEST} bytes", self.input.name());
            let hint = "a quote may have no other that closes it; give quote= another character if the file has no quotes";
            return Err(Error::new(ErrorKind::Limit, message).with_hint(hint));
        }
        Ok(want * 2)
    }

    /// Has so many bytes pending, unless the file ends before, and nothing before them.
    fn fill(&mut self, want: usize) -> Result<()> {
        self.pending.drain(..self.at);
        self.at = 0;
        let lacking = want.saturating_sub(self.pending.len());
        if lacking == 0 || self.is_at_end {
            return Ok(());
        }
        self.pending.reserve(lacking + 1);
        let read = self.reader.by_ref().take(lacking as u64).read_to_end(&mut self.pending);
        self.is_at_end = read.map_err(|error| self.input.failed(error))? < lacking;
        Ok(())
    }

    fn forget(&mut self, count: usize) {
        self.at += count;
        self.offset += count as u64;
    }
}

impl Marks {
    /// Lines without quotes: the byte is none of UTF-8.
    pub const LINES: Marks = Marks { delimiter: 0xff, quote: 0xff, newline: b'\n', skips_blanks: false };

    /// Where the last whole record of some bytes ends, which begin a record.
    fn last_end(&self, bytes: &[u8]) -> Option<usize> {
        if memchr::memchr(self.quote, bytes).is_none() {
            return memchr::memrchr(self.newline, bytes).map(|place| place + 1);
        }
        let mut last = None;
        self.each_end(bytes, |end| {
            last = Some(end);
            true
        });
        last
    }

    /// Where the first record ends.
    fn first_end(&self, bytes: &[u8]) -> Option<usize> {
        let mut first = None;
        self.each_end(bytes, |end| {
            first = Some(end);
            false
        });
        first
    }

    /// Calls a function with the end of each record, until it says false.
    fn each_end(&self, bytes: &[u8], mut each: impl FnMut(usize) -> bool) {
        let (mut is_quoted, mut skip) = (false, usize::MAX);
        let scanned = each_hits(bytes, [self.quote, self.newline, self.newline], |mut hits, base| {
            while hits != 0 {
                let at = base + hits.trailing_zeros() as usize;
                hits &= hits - 1;
                if bytes[at] == self.newline {
                    if !is_quoted && !each(at + 1) {
                        return Ok(false);
                    }
                } else if !is_quoted {
                    is_quoted = self.opens(bytes, at);
                } else if at == skip {
                    skip = usize::MAX;
                } else if bytes.get(at + 1) == Some(&self.quote) {
                    skip = at + 1;
                } else {
                    // Or the first of two, if these are the last bytes; then no end follows among them either way.
                    is_quoted = false;
                }
            }
            Ok::<_, std::convert::Infallible>(true)
        });
        let Ok(()) = scanned;
    }

    /// Whether a quote that is not within quotes is the first of its cell.
    fn opens(&self, bytes: &[u8], quote: usize) -> bool {
        let mut at = quote;
        while at > 0 {
            match bytes[at - 1] {
                byte if byte == self.delimiter || byte == self.newline => return true,
                b' ' | b'\t' if self.skips_blanks => at -= 1,
                _ => return false,
            }
        }
        true
    }
}
