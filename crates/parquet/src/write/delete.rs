//! Removing what was written.

use std::fs;
use std::path::Path;

use kinetable_engine::{Error, Result};

use super::target::unwritable;
use crate::error::{quoted, unreadable};
use crate::store::{Location, StoreOptions};

/// Removes a Parquet file, or a directory of them with all below it. The path may be a URL.
///
/// # Errors
/// If there is nothing, or the directory holds something that writers of Parquet do not leave there: a path that was
/// mistyped is not to cost more than an error.
pub fn delete(path: impl AsRef<Path>, store: &StoreOptions) -> Result<()> {
    let location = Location::parse(path.as_ref(), store)?;
    match &location {
        Location::Local(path) => {
            let kind = fs::symlink_metadata(path).map_err(|error| unreadable(&location, &error))?;
            if !kind.is_dir() {
                return remove_file(&location);
            }
            check(path)?;
            fs::remove_dir_all(path).map_err(|error| unwritable(&location, &error))
        }
        Location::Remote(file) => {
            if file.look()?.is_some() {
                return file.delete();
            }
            let below = file.list()?;
            if below.is_empty() {
                return Err(Error::source(format!("there is nothing at {}", quoted(&location))));
            }
            let strange = below.iter().find(|(file, _)| !is_ours(file.path.filename().unwrap_or_default()));
            if let Some((strange, _)) = strange {
                return Err(refused(&location, strange));
            }
            below.iter().try_for_each(|(file, _)| file.delete())
        }
    }
}

/// Removes one file.
pub(super) fn remove_file(location: &Location) -> Result<()> {
    match location {
        Location::Local(path) => fs::remove_file(path).map_err(|error| unwritable(location, &error)),
        Location::Remote(file) => file.delete(),
    }
}

fn check(directory: &Path) -> Result<()> {
    let location = Location::Local(directory.to_path_buf());
    let failed = |error| unreadable(&location, &error);
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            check(&entry.path())?;
        } else if !is_ours(&entry.file_name().to_string_lossy()) {
            return Err(refused(&location, entry.path().display()));
        }
    }
    Ok(())
}

/// Whether a writer of Parquet may have left a file of this name.
fn is_ours(name: &str) -> bool {
    name.starts_with(['.', '_']) || name.ends_with(".parquet")
}

fn refused(directory: &Location, strange: impl std::fmt::Display) -> Error {
    Error::invalid(format!("{} holds {}, which is no Parquet file", quoted(directory), quoted(strange)))
        .with_hint("nothing was removed; move it out of the directory first")
}
