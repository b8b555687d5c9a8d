//! The bytes of a file: as they lie there, or unpacked if they are gzip or zstd, which their first bytes say.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kinetable_engine::{Error, Result};

use crate::Progress;

/// A file that may be read again from its start.
#[derive(Debug, Clone)]
pub struct Input {
    path: PathBuf,
    /// What came out of a pipe, which cannot be read twice.
    piped: Option<Arc<[u8]>>,
}

impl Input {
    /// A file by its path. What is no ordinary file is read now.
    ///
    /// # Errors
    /// If there is no such file.
    pub fn new(path: impl AsRef<Path>) -> Result<Input> {
        let mut input = Input { path: path.as_ref().to_owned(), piped: None };
        let read = |input: &Input| {
            let metadata = std::fs::metadata(&input.path)?;
            if metadata.is_dir() {
                return Err(io::Error::other("it is a directory"));
            }
            if metadata.is_file() {
                Ok(None)
            } else {
                std::fs::read(&input.path).map(|bytes| Some(bytes.into()))
            }
        };
        input.piped = read(&input).map_err(|error| input.failed(error))?;
        Ok(input)
    }

    /// The name for messages.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// An error of the system about this file.
    pub fn failed(&self, error: io::Error) -> Error {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "look at the path, which is taken from the working directory",
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => "the file may be cut short",
            _ => "look at the file",
        };
        Error::source(format!("cannot read \"{}\": {error}", self.name())).with_hint(hint).with_cause(error)
    }

    /// Opens the file: its bytes from the start, unpacked. What is read is told to `progress`, if there is one.
    ///
    /// # Errors
    /// If there is no such file.
    pub fn open(&self, progress: Option<&Arc<Progress>>) -> Result<Box<dyn Read + Send>> {
        self.unpacked(progress).map_err(|error| self.failed(error))
    }

    fn unpacked(&self, progress: Option<&Arc<Progress>>) -> io::Result<Box<dyn Read + Send>> {
        let (mut raw, size): (Box<dyn Read + Send>, u64) = match &self.piped {
            Some(bytes) => (Box::new(io::Cursor::new(bytes.clone())), bytes.len() as u64),
            None => {
                let file = File::open(&self.path)?;
                let size = file.metadata()?.len();
                (Box::new(file), size)
            }
        };
        if let Some(progress) = progress {
            progress.expect(size);
        }
        let mut magic = Vec::new();
        raw.by_ref().take(4).read_to_end(&mut magic)?;
        let packing = (magic.starts_with(&[0x1f, 0x8b]), magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
        let inner = io::Cursor::new(magic).chain(raw);
        let raw = Told { inner, progress: progress.cloned() };
        Ok(match packing {
            (true, _) => Box::new(flate2::read::MultiGzDecoder::new(raw)),
            (_, true) => Box::new(zstd::stream::read::Decoder::new(raw)?),
            _ => Box::new(raw),
        })
    }
}

/// Tells how many bytes were read.
struct Told<R> {
    inner: R,
    progress: Option<Arc<Progress>>,
}

impl<R: Read> Read for Told<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if let Some(progress) = &self.progress {
            progress.advance(count as u64);
        }
        Ok(count)
    }
}
