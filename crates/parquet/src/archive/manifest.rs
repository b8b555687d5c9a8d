//! Which files of an archive count.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use kinetable_engine::{Error, Result};
use serde::{Deserialize, Serialize};

use super::OffsetColumns;

/// The directory of what is about the archive. Readers of Parquet leave out what begins with an underscore.
pub(super) const FOLDER: &str = "_archive";
const NAME: &str = "manifest.json";
const UNFINISHED: &str = "manifest.json.unfinished";
/// The form of the manifest that this program writes, and the newest that it reads.
const FORM: u32 = 1;

/// The state of an archive after a roll.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    form: u32,
    /// Columns by whose values rows lie in directories, outermost first.
    pub partition_by: Vec<String>,
    /// Columns of partition and offset, if rows are known again by them.
    pub offset_columns: Option<OffsetColumns>,
    /// The number of rolls.
    pub rolls: u64,
    /// Rows of all files.
    pub rows: u64,
    /// For each partition of the topic the newest offset that is archived.
    pub offsets: BTreeMap<i64, i64>,
    /// The files, in the order in which they were written.
    pub files: Vec<ArchivedFile>,
}

/// A file that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivedFile {
    /// Its path below the directory of the archive, with `/`.
    pub path: String,
    /// Its rows.
    pub rows: u64,
}

impl Manifest {
    /// The first offset that is not archived, by partition.
    pub fn resume_at(&self) -> BTreeMap<i64, i64> {
        self.offsets.iter().map(|(partition, offset)| (*partition, offset + 1)).collect()
    }

    pub(super) fn new(partition_by: Vec<String>, offset_columns: Option<OffsetColumns>) -> Manifest {
        Manifest { form: FORM, partition_by, offset_columns, ..Manifest::default() }
    }

    /// Puts this manifest in the place of the last, in one step.
    pub(super) fn commit(&self, root: &Path) -> std::io::Result<()> {
        let folder = root.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let unfinished = folder.join(UNFINISHED);
        let mut file = File::create(&unfinished)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(&unfinished, folder.join(NAME))?;
        // From here on its files have to stay, whatever the disk says.
        if let Err(error) = sync_folder(&folder) {
            tracing::warn!(%error, "a manifest may not outlast a loss of power");
        }
        Ok(())
    }
}

/// Makes what was renamed in a directory outlast a loss of power.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The manifest of the archive in a directory; `None` if it is none.
///
/// # Errors
/// If it cannot be read, or a newer program wrote it.
pub fn manifest(root: impl AsRef<Path>) -> Result<Option<Manifest>> {
    let path = root.as_ref().join(FOLDER).join(NAME);
    let broken = |why: String| {
        Error::source(format!("the manifest \"{}\" cannot be read: {why}", path.display()))
            .with_hint("it names the files that count; without it they can still be read one by one")
    };
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(broken(error.to_string())),
    };
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
    if manifest.form > FORM {
        return Err(broken(format!(
            "it is of form {}, and this program knows forms up to {FORM}",
            manifest.form
        )));
    }
    Ok(Some(manifest))
}

/// Removes files of rolls that no manifest names: those of a process that was stopped between files and manifest.
pub(super) fn remove_leftovers(root: &Path, manifest: &Manifest) -> std::io::Result<usize> {
    let named: HashSet<PathBuf> = manifest.files.iter().map(|file| root.join(&file.path)).collect();
    let is_left = |path: &PathBuf| is_of_a_roll(&name_of(path)) && !named.contains(path);
    let left: Vec<PathBuf> = files_below(root)?.into_iter().filter(is_left).collect();
    left.iter().try_for_each(fs::remove_file)?;
    Ok(left.len())
}

/// A Parquet file of a directory that is no archive yet.
pub(super) fn foreign_file(root: &Path) -> std::io::Result<Option<PathBuf>> {
    Ok(files_below(root)?.into_iter().find(|path| path.extension().is_some_and(|end| end == "parquet")))
}

fn files_below(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true if entry.file_name() == FOLDER => {}
                true => folders.push(entry.path()),
                false => found.push(entry.path()),
            }
        }
    }
    Ok(found)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The name of the files of a roll, without what makes each its own.
pub(super) fn roll_name(roll: u64) -> String {
    format!("roll-{roll:010}")
}

/// Whether a roll of an archive wrote a file of this name, finished or not.
fn is_of_a_roll(name: &str) -> bool {
    let digits = name.trim_start_matches('.').strip_prefix("roll-").and_then(|rest| rest.get(..10));
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_rolls_are_known_by_their_names() {
        for name in [&roll_name(7), "roll-0000000007-3.parquet", ".roll-0000000007-0.parquet.12.0.unfinished"]
        {
            assert!(is_of_a_roll(name), "{name}");
        }
        for name in ["roll.parquet", "part-0.parquet", "roll-7.parquet", "a-roll-0000000007.parquet"] {
            assert!(!is_of_a_roll(name), "{name}");
        }
    }
}
