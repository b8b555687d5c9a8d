//! The bytes of a file for the decoder: counted, and a part of them read ahead at once.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use kinetable_engine::Result;
use parking_lot::Mutex;
use parquet::errors::Result as ParquetResult;
use parquet::file::reader::{ChunkReader, Length};

use crate::counters::{Counters, count};
use crate::error::unreadable;

/// What a file looks like from outside; another look means another content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    pub length: u64,
    pub modified: Option<SystemTime>,
}

/// Bytes asked for at once by one who reads on and on.
const STRIDE: u64 = 4 << 10;

/// An open file.
pub(crate) struct FileBytes {
    open: Arc<Open>,
    ahead: Option<(u64, Bytes)>,
}

struct Open {
    file: Mutex<File>,
    look: Look,
    counters: Arc<Counters>,
}

impl FileBytes {
    pub(crate) fn open(path: &Path, counters: &Arc<Counters>) -> Result<FileBytes> {
        let failed = |error| unreadable(path, &error);
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let open = Open {
            file: Mutex::new(file),
            look: Look { length: metadata.len(), modified: metadata.modified().ok() },
            counters: counters.clone(),
        };
        Ok(FileBytes { open: Arc::new(open), ahead: None })
    }

    pub(crate) fn look(&self) -> Look {
        self.open.look
    }

    /// Reads a range now, so that what is asked for within it later needs no further call to the system.
    pub(crate) fn read_ahead(&mut self, range: Range<u64>) -> io::Result<()> {
        self.ahead = Some((range.start, self.open.fetch(range)?));
        Ok(())
    }

    /// What was read ahead, from a place on.
    fn ahead_from(&self, start: u64) -> Option<Bytes> {
        let (from, bytes) = self.ahead.as_ref()?;
        let place = usize::try_from(start.checked_sub(*from)?).ok()?;
        (place < bytes.len()).then(|| bytes.slice(place..))
    }
}

impl Open {
    fn fetch(&self, range: Range<u64>) -> io::Result<Bytes> {
        if range.end > self.look.length {
            let message = format!("bytes {range:?} are past the end, {}", self.look.length);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        let mut buffer = vec![0; (range.end - range.start) as usize];
        let mut file = self.file.lock();
        file.seek(SeekFrom::Start(range.start))?;
        file.read_exact(&mut buffer)?;
        count(&self.counters.bytes_read, buffer.len() as u64);
        Ok(buffer.into())
    }
}

impl Length for FileBytes {
    fn len(&self) -> u64 {
        self.open.look.length
    }
}

impl ChunkReader for FileBytes {
    type T = Onward;

    fn get_read(&self, start: u64) -> ParquetResult<Onward> {
        let ready = self.ahead_from(start).unwrap_or_default();
        Ok(Onward { open: self.open.clone(), next: start + ready.len() as u64, ready })
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        if let Some(bytes) = self.ahead_from(start).filter(|bytes| bytes.len() >= length) {
            return Ok(bytes.slice(..length));
        }
        Ok(self.open.fetch(start..start.saturating_add(length as u64))?)
    }
}

/// Reads from a place on, a stride at a time.
pub(crate) struct Onward {
    open: Arc<Open>,
    ready: Bytes,
    next: u64,
}

impl Read for Onward {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ready.is_empty() {
            let end = (self.next + STRIDE).min(self.open.look.length);
            self.ready = self.open.fetch(self.next.min(end)..end)?;
            self.next = end;
        }
        let length = buffer.len().min(self.ready.len());
        buffer[..length].copy_from_slice(&self.ready.split_to(length));
        Ok(length)
    }
}
