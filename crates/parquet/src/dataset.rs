//! What all tables pruned from one listing share: files, footers read so far, types, cache, counters.
//!
//! A row key is the number of the file in the listing, times 2⁴⁰, plus the number of the row in the file. So a row
//! has the same key in every table pruned from the listing, and no footer is needed to know the keys of a file's
//! neighbours. The table of a single file is flat.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use arrow_schema::{DataType, SchemaRef};
use kinetable_engine::{Error, Result};
use parking_lot::Mutex;

use crate::cache::Cache;
use crate::counters::{Counters, count};
use crate::error::quoted;
use crate::file::Footer;
use crate::layout::PartitionColumn;

/// Bits of a row key for the row in its file.
pub(crate) const ROW_BITS: u32 = 40;
/// The most files of a listing.
pub(crate) const FILES_MAX: usize = 1 << 23;

/// The first row key of a file.
pub(crate) fn first_key(file: usize) -> u64 {
    (file as u64) << ROW_BITS
}

/// The file that a row key lies in.
pub(crate) fn file_of(key: u64) -> usize {
    (key >> ROW_BITS) as usize
}

/// A listed directory.
#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) id: u64,
    pub(crate) files: Vec<DataFile>,
    /// Partition columns, then the columns of files.
    pub(crate) schema: SchemaRef,
    pub(crate) partitions: Vec<PartitionColumn>,
    /// What the columns of files are called there, in the order of the schema.
    pub(crate) file_names: Vec<String>,
    pub(crate) cache: Arc<Cache>,
    pub(crate) counters: Arc<Counters>,
    /// Held by a reader that decodes a whole row group, by column, so that two do not decode the same.
    pub(crate) decoding: [Mutex<()>; 32],
}

/// A file, with its footer once it has been read.
#[derive(Debug)]
pub(crate) struct DataFile {
    pub(crate) path: PathBuf,
    footer: OnceLock<Arc<FileColumns>>,
    reading: Mutex<()>,
    opened: AtomicBool,
}

/// A footer and where the table's file columns are in it; `None`: the file has none of that name.
#[derive(Debug)]
pub(crate) struct FileColumns {
    pub(crate) footer: Footer,
    pub(crate) places: Vec<Option<usize>>,
}

impl DataFile {
    pub(crate) fn new(path: PathBuf) -> DataFile {
        DataFile { path, footer: OnceLock::new(), reading: Mutex::new(()), opened: AtomicBool::new(false) }
    }

    /// The footer, if it has been read.
    pub(crate) fn known(&self) -> Option<&Arc<FileColumns>> {
        self.footer.get()
    }
}

/// A number no other listing of this process has.
pub(crate) fn fresh_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Relaxed)
}

impl Dataset {
    /// The footer of a file, read at the first call and checked against the table's types.
    pub(crate) fn file(&self, number: usize) -> Result<&Arc<FileColumns>> {
        let file = &self.files[number];
        if let Some(known) = file.footer.get() {
            return Ok(known);
        }
        let _alone = file.reading.lock();
        if file.footer.get().is_none() {
            if !file.opened.swap(true, Relaxed) {
                count(&self.counters.files_opened, 1);
            }
            let footer = Footer::read(&file.path, &self.counters)?;
            self.adopt(number, footer)?;
        }
        Ok(file.footer.get().expect("it was read above"))
    }

    /// Takes a footer as that of a file.
    pub(crate) fn adopt(&self, number: usize, footer: Footer) -> Result<()> {
        let file = &self.files[number];
        let places = self.places(number, &footer)?;
        file.opened.store(true, Relaxed);
        let _ = file.footer.set(Arc::new(FileColumns { footer, places }));
        Ok(())
    }

    fn places(&self, number: usize, footer: &Footer) -> Result<Vec<Option<usize>>> {
        let found: Vec<(&str, DataType)> = footer.columns().collect();
        let fields = &self.schema.fields()[self.partitions.len()..];
        let place = |(field, name): (&Arc<arrow_schema::Field>, &String)| {
            let Some(place) = found.iter().position(|(other, _)| other == name) else {
                return Ok(None);
            };
            let (is, should) = (&found[place].1, field.data_type());
            if is == should {
                return Ok(Some(place));
            }
            let path = quoted(&self.files[number].path);
            let first = quoted(&self.files[0].path);
            let message = format!("column \"{name}\" is {is} in {path}, but {should} in the table");
            Err(Error::invalid(message)
                .with_hint(format!("the types of the table are those of its first file, {first}")))
        };
        fields.iter().zip(&self.file_names).map(place).collect()
    }

    /// Row keys of some rows of a file.
    pub(crate) fn keys(&self, file: usize, rows: Range<u64>) -> Range<u64> {
        first_key(file) + rows.start..first_key(file) + rows.end
    }

    /// Bytes of the listing and of footers.
    pub(crate) fn bytes(&self) -> usize {
        let of = |file: &DataFile| {
            let footer = file.known().map_or(0, |known| known.footer.bytes());
            footer + file.path.as_os_str().len() + size_of::<DataFile>()
        };
        let values = |column: &PartitionColumn| column.values.get_array_memory_size();
        let listed: usize = self.files.iter().map(of).sum();
        listed + self.partitions.iter().map(values).sum::<usize>()
    }
}

impl Drop for Dataset {
    fn drop(&mut self) {
        self.cache.forget(self.id);
    }
}
