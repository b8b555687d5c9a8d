//! Where the bytes of a file go until it is whole.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use kinetable_engine::{Error, Result};

use crate::error::quoted;
use crate::store::{Location, Upload};

/// A file that is being written, or is whole and not yet in its place. Dropped, it is gone.
pub(super) struct Target {
    location: Location,
    sink: Sink,
}

enum Sink {
    /// The name of the unfinished file; it is open while it is written.
    Local {
        file: Option<BufWriter<fs::File>>,
        unfinished: PathBuf,
        written: u64,
    },
    Remote(Option<Box<Upload>>),
}

/// Bytes handed to the system at once.
const BUFFER: usize = 1 << 20;

impl Target {
    /// Begins a file; directories above it are made.
    pub(super) fn create(location: &Location) -> Result<Target> {
        let sink = match location {
            Location::Remote(file) => {
                if file.path.filename().is_none() {
                    return Err(no_name(location));
                }
                Sink::Remote(Some(Box::new(file.upload())))
            }
            Location::Local(path) => {
                let unfinished = unfinished(location, path)?;
                let file = fs::File::create(&unfinished).map_err(|error| unwritable(location, &error))?;
                Sink::Local { file: Some(BufWriter::with_capacity(BUFFER, file)), unfinished, written: 0 }
            }
        };
        Ok(Target { location: location.clone(), sink })
    }

    /// Bytes taken.
    pub(super) fn written(&self) -> u64 {
        match &self.sink {
            Sink::Local { written, .. } => *written,
            Sink::Remote(upload) => upload.as_ref().map_or(0, |upload| upload.written()),
        }
    }

    /// All bytes have been given: those of a local file are on disk after this.
    pub(super) fn close(&mut self) -> Result<()> {
        let Sink::Local { file, .. } = &mut self.sink else { return Ok(()) };
        let Some(file) = file.take() else { return Ok(()) };
        let whole = file.into_inner().map_err(|error| error.into_error());
        whole.and_then(|file| file.sync_all()).map_err(|error| unwritable(&self.location, &error))
    }

    /// Puts the file in its place, over one that is there.
    pub(super) fn publish(mut self) -> Result<()> {
        self.close()?;
        match &mut self.sink {
            Sink::Local { unfinished, .. } => {
                let Location::Local(path) = &self.location else { unreachable!("a local file has a path") };
                fs::rename(&*unfinished, path).map_err(|error| unwritable(&self.location, &error))
            }
            Sink::Remote(upload) => upload.take().map_or(Ok(()), |upload| upload.finish()),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Local { file: Some(file), written, .. } => {
                let taken = file.write(bytes)?;
                *written += taken as u64;
                Ok(taken)
            }
            Sink::Remote(Some(upload)) => upload.write(bytes),
            _ => Err(io::Error::other("the file is closed")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Local { file: Some(file), .. } => file.flush(),
            _ => Ok(()),
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Sink::Local { unfinished, .. } = &self.sink {
            let _ = fs::remove_file(unfinished);
        }
    }
}

/// The name under which a file is written, in a directory that is there.
fn unfinished(location: &Location, path: &Path) -> Result<PathBuf> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let Some(name) = path.file_name().filter(|_| !path.is_dir()) else {
        return Err(no_name(location));
    };
    let directory = path.parent().unwrap_or(Path::new(""));
    if !directory.as_os_str().is_empty() {
        fs::create_dir_all(directory).map_err(|error| unwritable(location, &error))?;
    }
    let (process, number) = (std::process::id(), NEXT.fetch_add(1, Relaxed));
    Ok(directory.join(format!(".{}.{process}.{number}.unfinished", name.to_string_lossy())))
}

fn no_name(location: &Location) -> Error {
    Error::invalid(format!("{} is not the name of a file", quoted(location)))
        .with_hint("give the path of the file to write, e.g. out/trades.parquet")
}

/// A file that cannot be written.
pub(super) fn unwritable(location: &Location, error: &io::Error) -> Error {
    Error::source(format!("cannot write {}: {error}", quoted(location)))
        .with_hint("check the directory, the space that is left, and who may write there")
}
