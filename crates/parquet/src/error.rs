//! Errors of files: each names its file.

use std::fmt::Display;

use kinetable_engine::Error;

use crate::store::Location;

/// A file that cannot be opened or read.
pub(crate) fn unreadable(file: &Location, error: &std::io::Error) -> Error {
    let failed = Error::source(format!("cannot read {}: {error}", quoted(file)));
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            failed.with_hint("look at the path, which is taken from the working directory; if it was there before, read it again")
        }
        std::io::ErrorKind::PermissionDenied => failed.with_hint("check who may read it"),
        _ => failed,
    }
}

/// A file whose content is not what it should be.
pub(crate) fn broken(file: &Location, what: impl Display) -> Error {
    Error::source(format!("{} is not a sound Parquet file: {what}", quoted(file)))
        .with_hint("write it again, or move it out of the directory")
}

/// A file that is another one than it was when its footer was read.
pub(crate) fn changed(file: &Location) -> Error {
    Error::source(format!("{} has changed since it was first read", quoted(file)))
        .with_hint("read the path again to see its new content")
}

/// What an object store answered in place of what was asked for.
pub(crate) fn refused(file: &Location, error: object_store::Error) -> Error {
    use object_store::Error as Refusal;
    let failed = Error::source(format!("{}: {error}", quoted(file)));
    match error {
        Refusal::NotFound { .. } => failed.with_hint("check the names of bucket and file"),
        Refusal::PermissionDenied { .. } | Refusal::Unauthenticated { .. } => {
            failed.with_hint("check the credentials, and what they allow")
        }
        Refusal::NotSupported { .. } | Refusal::NotImplemented { .. } => failed.with_hint(
            "plain web servers can only be read, one file at a time, and must answer range requests",
        ),
        _ => failed.with_hint(
            "it was tried again for a while; check endpoint, region and credentials, or say that none are needed (anonymous)",
        ),
    }
}

/// A name as it stands in messages.
pub(crate) fn quoted(name: impl Display) -> String {
    format!("\"{name}\"")
}
