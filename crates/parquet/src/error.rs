//! Errors of files: each names its file.

use std::path::Path;

use kinetable_engine::Error;

/// A file that cannot be opened or read.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let failed = Error::source(format!("cannot read {}: {error}", quoted(path)));
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            failed.with_hint("if it was there when the table was made, read the path again")
        }
        std::io::ErrorKind::PermissionDenied => failed.with_hint("check who may read it"),
        _ => failed,
    }
}

/// A file whose content is not what it should be.
pub(crate) fn broken(path: &Path, what: impl std::fmt::Display) -> Error {
    Error::source(format!("{} is not a sound Parquet file: {what}", quoted(path)))
        .with_hint("write it again, or move it out of the directory")
}

/// A file that is another one than it was when its footer was read.
pub(crate) fn changed(path: &Path) -> Error {
    Error::source(format!("{} has changed since it was first read", quoted(path)))
        .with_hint("read the path again to see its new content")
}

/// A path as it stands in messages.
pub(crate) fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display())
}
