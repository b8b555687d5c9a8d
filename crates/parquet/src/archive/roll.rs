//! One roll: rows → files → manifest.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use kinetable_engine::column::Log;
use kinetable_engine::{Column, Error, Result, RowSet, Version};

use super::manifest::{ArchivedFile, Manifest, roll_name, sync_folder};
use crate::WriteOptions;
use crate::write::{Parts, write_parts};

/// Where an archive is, and how it is written.
pub(super) struct Place {
    pub(super) root: PathBuf,
    pub(super) schema: SchemaRef,
    /// Columns whose values name directories.
    pub(super) by: Vec<usize>,
    pub(super) write: WriteOptions,
}

impl Place {
    /// Writes rows as files of the next roll; gives the manifest that names them. If it fails, nothing has changed.
    pub(super) fn roll(
        &self,
        last: &Manifest,
        rows: &[RecordBatch],
        offsets: &BTreeMap<i64, i64>,
    ) -> Result<Manifest> {
        let version = version(&self.schema, rows)?;
        let mut next = last.clone();
        next.rolls += 1;
        let parts =
            write_parts(&version, &self.schema, &self.root, &self.by, &roll_name(next.rolls), &self.write)?;
        next.rows += version.rows().len();
        next.offsets = offsets.clone();
        let file = |(path, rows): &(String, u64)| ArchivedFile { path: path.clone(), rows: *rows };
        next.files.extend(parts.files.iter().map(file));
        self.settle(&parts, &next).map_err(|error| unwritable(&self.root, &error))?;
        parts.keep();
        Ok(next)
    }

    /// Names of files first, then the manifest that speaks of them.
    fn settle(&self, parts: &Parts, next: &Manifest) -> std::io::Result<()> {
        let mut folders = HashSet::from([self.root.clone()]);
        for (path, _) in &parts.files {
            let above = self.root.join(path);
            folders.extend(
                above.ancestors().skip(1).take_while(|folder| *folder != self.root).map(Path::to_owned),
            );
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))?;
        next.commit(&self.root)
    }
}

/// A version that has these rows and no others.
fn version(schema: &SchemaRef, rows: &[RecordBatch]) -> Result<Version> {
    let column = |place: usize| {
        let log = Log::new(schema.field(place).data_type().clone(), 0);
        let log = rows.iter().try_fold(log, |log, batch| log.append(batch.column(place).clone()))?;
        Ok(Arc::new(log) as Column)
    };
    let columns = (0..schema.fields().len()).map(column).collect::<Result<Vec<_>>>()?;
    let count = rows.iter().map(|batch| batch.num_rows() as u64).sum();
    Ok(Version::new(0, RowSet::from_range(0..count), columns))
}

/// What is said of a directory that takes no files.
pub(super) fn unwritable(root: &Path, error: &std::io::Error) -> Error {
    Error::source(format!("the archive \"{}\" cannot be written: {error}", root.display()))
        .with_hint("check the directory, the space that is left, and who may write there")
}
