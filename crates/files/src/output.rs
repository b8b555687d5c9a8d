//! A file that is written whole: beside its place under another name, and put there when it is complete.
//!
//! **Invariant**: who opens the path sees the old file or the new one, and never a part of it.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use kinetable_engine::{Error, Result};

/// A file under way. Dropped before it is finished, it leaves nothing behind.
pub struct Output {
    file: Option<File>,
    path: PathBuf,
    /// Where it is written until it is complete; none if the path is no ordinary file (a pipe, say).
    beside: Option<PathBuf>,
}

impl Output {
    /// Begins a file.
    ///
    /// # Errors
    /// If it cannot be made there.
    pub fn create(path: impl AsRef<Path>) -> Result<Output> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let path = path.as_ref().to_owned();
        let is_special = std::fs::metadata(&path).is_ok_and(|found| !found.is_file());
        let beside = (!is_special).then(|| {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            path.with_file_name(format!(".{name}.{}-{number}.part", std::process::id()))
        });
        match File::create(beside.as_ref().unwrap_or(&path)) {
            Ok(file) => Ok(Output { file: Some(file), path, beside }),
            Err(error) => Err(failed(&path, error)),
        }
    }

    /// Puts the complete file in its place.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn finish(mut self) -> Result<()> {
        let file = self.file.take();
        drop(file);
        match self.beside.take() {
            Some(beside) => std::fs::rename(&beside, &self.path).map_err(|error| {
                drop(std::fs::remove_file(&beside));
                failed(&self.path, error)
            }),
            None => Ok(()),
        }
    }

    /// What makes errors of the system ones about this file.
    pub fn failure(&self) -> impl Fn(io::Error) -> Error + use<> {
        let path = self.path.clone();
        move |error| failed(&path, error)
    }

    /// An error of the system about this file.
    pub fn failed(&self, error: io::Error) -> Error {
        failed(&self.path, error)
    }
}

fn failed(path: &Path, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "make the directory first",
        io::ErrorKind::StorageFull => "make room, or write elsewhere",
        _ => "look at the path and who may write there",
    };
    Error::source(format!("cannot write \"{}\": {error}", path.display())).with_hint(hint).with_cause(error)
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().expect("a file is closed when it is finished").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(beside) = self.beside.take() {
            drop(self.file.take());
            // Nobody is left to tell.
            drop(std::fs::remove_file(beside));
        }
    }
}
