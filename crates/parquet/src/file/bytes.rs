//! The bytes of a file for the decoder: counted, and parts of them read ahead at once.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use kinetable_engine::{Error, Result};
use parking_lot::Mutex;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::FOOTER_SIZE;
use parquet::file::reader::{ChunkReader, Length};

use super::thrift;
use crate::counters::{Counters, count};
use crate::error::{broken, changed, unreadable};
use crate::store::Location;

/// What a file looks like from outside; another look means another content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    pub length: u64,
    pub stamp: Stamp,
}

/// What tells two contents of the same length apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stamp {
    None,
    Time(SystemTime),
    /// A store's name for the content.
    Tag(String),
}

/// Bytes asked for at once by one who reads on and on.
const STRIDE: u64 = 4 << 10;
/// Bytes at the end of a file in a store that are read together: footer and page indexes, as a rule.
const TAIL: u64 = 128 << 10;

/// An open file.
pub(crate) struct FileBytes {
    open: Arc<Open>,
    ahead: Vec<(u64, Bytes)>,
}

struct Open {
    location: Location,
    /// The file, if it is in the file system.
    file: Option<Mutex<File>>,
    look: Look,
    counters: Arc<Counters>,
    /// Why bytes could not be had: the decoder hands on the text of an error only.
    failure: Mutex<Option<Error>>,
}

/// What a file looks like now.
pub(crate) fn look(location: &Location) -> Result<Look> {
    match location {
        Location::Local(path) => {
            let metadata = std::fs::metadata(path).map_err(|error| unreadable(location, &error))?;
            Ok(local_look(&metadata))
        }
        Location::Remote(file) => match file.look()? {
            Some(look) => Ok(look),
            None => Err(unreadable(location, &io::Error::from(io::ErrorKind::NotFound))),
        },
    }
}

/// What a file of the file system looks like.
pub(crate) fn local_look(metadata: &std::fs::Metadata) -> Look {
    let stamp = metadata.modified().map_or(Stamp::None, Stamp::Time);
    Look { length: metadata.len(), stamp }
}

impl FileBytes {
    /// Opens a file, which must look as it did if that is known.
    pub(crate) fn open(
        location: &Location,
        known: Option<&Look>,
        counters: &Arc<Counters>,
    ) -> Result<FileBytes> {
        let (file, now) = match location {
            Location::Local(path) => {
                let failed = |error| unreadable(location, &error);
                let file = File::open(path).map_err(failed)?;
                let now = local_look(&file.metadata().map_err(failed)?);
                (Some(Mutex::new(file)), now)
            }
            // The store refuses to read a file that has another tag than the one known.
            Location::Remote(_) => (None, known.cloned().map_or_else(|| look(location), Ok)?),
        };
        if known.is_some_and(|known| *known != now) {
            return Err(changed(location));
        }
        let failure = Mutex::default();
        let open = Open { location: location.clone(), file, look: now, counters: counters.clone(), failure };
        Ok(FileBytes { open: Arc::new(open), ahead: Vec::new() })
    }

    pub(crate) fn look(&self) -> &Look {
        &self.open.look
    }

    /// Reads what most readers of a file in a store will want.
    pub(crate) fn read_tail(&mut self) -> ParquetResult<()> {
        let length = self.open.look.length;
        match self.open.file {
            Some(_) => Ok(()),
            None => self.read_ahead(std::slice::from_ref(&(length.saturating_sub(TAIL)..length))),
        }
    }

    /// Reads ranges now, ascending, so that what is asked for within them later needs no further call.
    pub(crate) fn read_ahead(&mut self, ranges: &[Range<u64>]) -> ParquetResult<()> {
        let bytes = self.open.fetch(ranges, 0)?;
        self.ahead = ranges.iter().map(|range| range.start).zip(bytes).collect();
        Ok(())
    }

    /// As [`FileBytes::read_ahead`], unless the range has been read.
    pub(crate) fn have_ahead(&mut self, range: Range<u64>) -> ParquetResult<()> {
        let length = range.end.saturating_sub(range.start);
        match self.ahead_from(range.start) {
            Some(bytes) if bytes.len() as u64 >= length => Ok(()),
            _ => self.read_ahead(std::slice::from_ref(&range)),
        }
    }

    /// As [`FileBytes::read_ahead`]; of a file in a store, some bytes more, not beyond `until`.
    pub(crate) fn read_further(&mut self, ranges: &[Range<u64>], until: u64) -> ParquetResult<()> {
        let bytes = self.open.fetch(ranges, until)?;
        self.ahead = ranges.iter().map(|range| range.start).zip(bytes).collect();
        Ok(())
    }

    /// Runs something that reads this file; the error names the file, and says whether its content or the reading is
    /// at fault.
    pub(crate) fn within<T>(self, read: impl FnOnce(FileBytes) -> ParquetResult<T>) -> Result<T> {
        let open = self.open.clone();
        super::footer::sound(|| read(self)).map_err(|error| {
            let failure = open.failure.lock().take();
            failure.unwrap_or_else(|| broken(&open.location, error))
        })
    }

    /// Looks at a structure before the decoder does.
    pub(crate) fn check(&self, start: u64, shape: &thrift::Shape) -> ParquetResult<()> {
        thrift::check(&mut self.onward(start)?, shape)
    }

    fn onward(&self, start: u64) -> ParquetResult<Onward> {
        let ready = self.ahead_from(start).unwrap_or_default();
        let mut onward = Onward { open: self.open.clone(), next: start + ready.len() as u64, ready };
        onward.fill()?;
        Ok(onward)
    }

    /// What was read ahead, from a place on.
    fn ahead_from(&self, start: u64) -> Option<Bytes> {
        let found = |(from, bytes): &(u64, Bytes)| {
            let place = usize::try_from(start.checked_sub(*from)?).ok()?;
            (place < bytes.len()).then(|| bytes.slice(place..))
        };
        let after = self.ahead.partition_point(|(from, _)| *from <= start);
        self.ahead[..after].last().and_then(found)
    }
}

impl Open {
    fn fetch(&self, ranges: &[Range<u64>], until: u64) -> io::Result<Vec<Bytes>> {
        let length = self.look.length;
        if let Some(range) = ranges.iter().find(|range| range.end > length || range.start > range.end) {
            let message = format!("bytes {range:?} are past the end, {length}");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        match &self.location {
            Location::Local(_) => ranges.iter().map(|range| self.read(range)).collect::<io::Result<Vec<_>>>(),
            Location::Remote(file) => match file.fetch(&self.look, ranges, until.min(length)) {
                Ok((bytes, read)) => {
                    count(&self.counters.bytes_read, read);
                    Ok(bytes)
                }
                Err(error) => {
                    let said = io::Error::other(error.to_string());
                    *self.failure.lock() = Some(error);
                    Err(said)
                }
            },
        }
    }

    fn read(&self, range: &Range<u64>) -> io::Result<Bytes> {
        let length = range.end - range.start;
        // Not zeroed first: of large chunks that takes as long as the reading.
        let mut buffer = Vec::with_capacity(length as usize);
        let mut file = self.file.as_ref().expect("local files are open").lock();
        file.seek(SeekFrom::Start(range.start))?;
        if (&mut *file).take(length).read_to_end(&mut buffer)? < length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
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
        let onward = self.onward(start)?;
        // The decoder reads headers of pages so, and the last bytes of a file.
        if start + FOOTER_SIZE as u64 != self.len() {
            thrift::check(&mut onward.clone(), thrift::PAGE_HEADER)?;
        }
        Ok(onward)
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        if let Some(bytes) = self.ahead_from(start).filter(|bytes| bytes.len() >= length) {
            return Ok(bytes.slice(..length));
        }
        let range = start..start.saturating_add(length as u64);
        let mut bytes = self.open.fetch(std::slice::from_ref(&range), range.end)?;
        bytes.pop().ok_or_else(|| ParquetError::EOF("nothing was read".into()))
    }
}

/// Reads from a place on, a stride at a time.
#[derive(Clone)]
pub(crate) struct Onward {
    open: Arc<Open>,
    ready: Bytes,
    next: u64,
}

impl Onward {
    fn fill(&mut self) -> io::Result<()> {
        if self.ready.is_empty() {
            let length = self.open.look.length;
            let end = (self.next + STRIDE).min(length);
            let range = self.next.min(end)..end;
            // Whoever reads on and on in a store is served from what is read ahead.
            self.ready = self.open.fetch(std::slice::from_ref(&range), length)?.pop().unwrap_or_default();
            self.next = end;
        }
        Ok(())
    }
}

impl Read for Onward {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        if self.ready.is_empty() && !buffer.is_empty() {
            // Not the end of a stream but a lie about where things are: who passes over bytes would not notice, and go on.
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it says more than the file has"));
        }
        let length = buffer.len().min(self.ready.len());
        buffer[..length].copy_from_slice(&self.ready.split_to(length));
        Ok(length)
    }
}
