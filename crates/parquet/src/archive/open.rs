//! A directory becomes an archive, or is one that is gone on with.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use arrow_schema::SchemaRef;
use kinetable_engine::{Error, Result};

use super::manifest::{FOLDER, Manifest, foreign_file, manifest, remove_leftovers};
use super::offsets::Offsets;
use super::roll::unwritable;
use super::{ArchiveOptions, OffsetColumns};

/// An archive that this process alone writes.
pub(super) struct Opened {
    pub(super) lock: File,
    pub(super) manifest: Manifest,
    pub(super) offsets: Offsets,
}

/// Opens the archive in a directory for rows of this schema. Of a new one the manifest is there before any file is.
pub(super) fn open(root: &Path, schema: &SchemaRef, options: &ArchiveOptions) -> Result<Opened> {
    let last = manifest(root)?;
    let columns = offset_columns(root, schema, options, last.as_ref())?;
    let archived = last.as_ref().map(|last| last.offsets.clone()).unwrap_or_default();
    let offsets = Offsets::new(schema, columns.as_ref(), &archived)?;
    if last.is_none()
        && root.is_dir()
        && let Some(file) = foreign_file(root).map_err(|error| unwritable(root, &error))?
    {
        let (root, file) = (root.display(), file.display());
        return Err(Error::invalid(format!("\"{root}\" is no archive, but holds the Parquet file \"{file}\""))
            .with_hint("archive into a directory of its own, and stitch or merge the two; a copy of an archive needs its _archive"));
    }
    let lock = lock(root)?;
    // What was there before the lock may have grown.
    let manifest = match manifest(root)? {
        Some(last) => {
            same_directories(root, options, &last)?;
            let removed = remove_leftovers(root, &last).map_err(|error| unwritable(root, &error))?;
            if removed > 0 {
                tracing::info!(archive = %root.display(), removed, "files of an unfinished roll are removed");
            }
            last
        }
        None => {
            let new = Manifest::new(options.partition_by.clone(), columns.clone());
            new.commit(root).map_err(|error| unwritable(root, &error))?;
            new
        }
    };
    let offsets = if manifest.offsets == archived {
        offsets
    } else {
        Offsets::new(schema, columns.as_ref(), &manifest.offsets)?
    };
    Ok(Opened { lock, manifest, offsets })
}

/// One process archives into a directory; the lock goes with it.
fn lock(root: &Path) -> Result<File> {
    let folder = root.join(FOLDER);
    let failed = |error: &std::io::Error| unwritable(root, error);
    fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
    let file = File::create(folder.join("lock")).map_err(|error| failed(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Error::invalid(format!("another archive writes into \"{}\"", root.display()))
                .with_hint("stop it, or archive into another directory"))
        }
        Err(TryLockError::Error(error)) => Err(failed(&error)),
    }
}

/// The columns of partition and offset: an archive keeps those that it was begun with.
fn offset_columns(
    root: &Path,
    schema: &SchemaRef,
    options: &ArchiveOptions,
    last: Option<&Manifest>,
) -> Result<Option<OffsetColumns>> {
    let Some(last) = last else {
        let usual = OffsetColumns::default();
        let has = |name: &str| schema.field_with_name(name).is_ok_and(|field| field.data_type().is_integer());
        let usual = (has(&usual.partition) && has(&usual.offset)).then_some(usual);
        return Ok(options.offsets.clone().or(usual));
    };
    if options.offsets.is_some() && options.offsets != last.offset_columns {
        let begun = match &last.offset_columns {
            Some(with) => format!("with the columns \"{}\" and \"{}\"", with.partition, with.offset),
            None => "without columns".to_owned(),
        };
        return Err(Error::invalid(format!(
            "the archive \"{}\" was begun {begun} of partition and offset",
            root.display()
        ))
        .with_hint("leave offset_columns out, or archive into another directory"));
    }
    Ok(last.offset_columns.clone())
}

fn same_directories(root: &Path, options: &ArchiveOptions, last: &Manifest) -> Result<()> {
    if options.partition_by == last.partition_by {
        return Ok(());
    }
    let words = |by: &[String]| if by.is_empty() { "nothing".to_owned() } else { by.join(", ") };
    Err(Error::invalid(format!(
        "the archive \"{}\" is partitioned by {}, not by {}",
        root.display(),
        words(&last.partition_by),
        words(&options.partition_by)
    ))
    .with_hint("partition as before, or archive into another directory"))
}
