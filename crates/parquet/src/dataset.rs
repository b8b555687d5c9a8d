//! What all tables pruned from one listing share: files, footers read so far, types, cache, counters.
//!
//! A row key is the number of the file in the listing, times 2⁴⁰, plus the number of the row in the file. So a row
//! has the same key in every table pruned from the listing, and no footer is needed to know the keys of a file's
//! neighbours. The table of a single file is flat.
//!
//! The listing of a directory that is watched grows: files are added behind those that are there, and none ever goes, so
//! that numbers of files, and with them row keys, keep their meaning.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, SchemaRef};
use kinetable_engine::{Error, Result};
use parking_lot::{Mutex, RwLock};

use crate::cache::Cache;
use crate::counters::{Counters, count};
use crate::error::quoted;
use crate::file::{Footer, Look, Place};
use crate::store::{Location, Store};
use crate::types::{Unsigned, is_readable_as, type_of};

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
    files: RwLock<Arc<Files>>,
    /// Partition columns, then the columns of files.
    pub(crate) schema: SchemaRef,
    /// Names of the partition columns.
    pub(crate) keys: Vec<String>,
    /// The columns of files, in the order of the schema.
    pub(crate) columns: Vec<ColumnOfFiles>,
    pub(crate) cache: Arc<Cache>,
    pub(crate) counters: Arc<Counters>,
    /// Held by a reader that decodes a whole row group, by column, so that two do not decode the same.
    pub(crate) decoding: [Mutex<()>; 32],
    /// The store the files are in, if they are in one.
    pub(crate) store: Option<Arc<Store>>,
}

/// The files of a listing, with the values of their partitions.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) list: Vec<Arc<DataFile>>,
    /// Values of the partition columns, by number of file.
    pub(crate) partitions: Vec<ArrayRef>,
}

/// A column of the table that is in the files.
#[derive(Debug, Clone)]
pub(crate) struct ColumnOfFiles {
    /// What it is called there; `column.field` is a field in a column of structs.
    pub(crate) name: String,
    pub(crate) unsigned: Unsigned,
    /// Whether its type was asked for: a file may then have it with another that can be read as that.
    pub(crate) is_given: bool,
}

/// A file, with its footer once it has been read.
#[derive(Debug)]
pub(crate) struct DataFile {
    pub(crate) location: Location,
    /// What it looked like when it was listed, if that was seen.
    pub(crate) listed: Option<Look>,
    footer: OnceLock<Arc<FileColumns>>,
    reading: Mutex<()>,
    opened: AtomicBool,
}

/// A footer and where the table's file columns are in it; `None`: the file has none of that name.
#[derive(Debug)]
pub(crate) struct FileColumns {
    pub(crate) footer: Footer,
    pub(crate) places: Vec<Option<Place>>,
}

impl DataFile {
    pub(crate) fn new(location: Location, listed: Option<Look>) -> DataFile {
        let (footer, reading, opened) = (OnceLock::new(), Mutex::new(()), AtomicBool::new(false));
        DataFile { location, listed, footer, reading, opened }
    }

    /// The footer, if it has been read.
    pub(crate) fn known(&self) -> Option<&Arc<FileColumns>> {
        self.footer.get()
    }
}

/// A number no other listing of this process has.
fn fresh_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Relaxed)
}

impl Dataset {
    pub(crate) fn new(
        files: Files,
        schema: SchemaRef,
        keys: Vec<String>,
        columns: Vec<ColumnOfFiles>,
        cache: Arc<Cache>,
        counters: Arc<Counters>,
    ) -> Dataset {
        let store = files.list.first().and_then(|file| file.location.store().cloned());
        let files = RwLock::new(Arc::new(files));
        let (id, decoding) = (fresh_id(), Default::default());
        Dataset { id, files, schema, keys, columns, cache, counters, decoding, store }
    }

    /// The files known now.
    pub(crate) fn files(&self) -> Arc<Files> {
        self.files.read().clone()
    }

    /// Takes another listing, which begins with the files of this one.
    pub(crate) fn set_files(&self, files: Files) {
        let mut held = self.files.write();
        debug_assert!(files.list.len() >= held.list.len(), "a listing only grows");
        *held = Arc::new(files);
    }

    /// The footer of a file, read at the first call and checked against the table's types.
    pub(crate) fn file(&self, number: usize) -> Result<Arc<FileColumns>> {
        let files = self.files();
        let file = &files.list[number];
        if let Some(known) = file.footer.get() {
            return Ok(known.clone());
        }
        let _alone = file.reading.lock();
        if file.footer.get().is_none() {
            if !file.opened.swap(true, Relaxed) {
                count(&self.counters.files_opened, 1);
            }
            let footer = Footer::read(&file.location, file.listed.as_ref(), &self.counters)?;
            self.adopt(file, footer)?;
        }
        Ok(file.footer.get().expect("it was read above").clone())
    }

    /// Takes a footer as that of a file.
    pub(crate) fn adopt(&self, file: &DataFile, footer: Footer) -> Result<()> {
        let places = self.places(file, &footer)?;
        file.opened.store(true, Relaxed);
        let _ = file.footer.set(Arc::new(FileColumns { footer, places }));
        Ok(())
    }

    fn places(&self, file: &DataFile, footer: &Footer) -> Result<Vec<Option<Place>>> {
        let fields = &self.schema.fields()[self.keys.len()..];
        let place = |(field, column): (&Arc<arrow_schema::Field>, &ColumnOfFiles)| {
            let Some((place, found)) = footer.place(&column.name) else {
                return Ok(None);
            };
            let is = match found.data_type() {
                DataType::UInt64 => column.unsigned.engine_type(),
                _ => type_of(found),
            };
            let should = field.data_type();
            if is == *should || (column.is_given && is_readable_as(&is, should)) {
                return Ok(Some(place));
            }
            let path = quoted(&file.location);
            let message = format!("column \"{}\" is {is} in {path}, but {should} in the table", column.name);
            let hint = match column.is_given {
                true => "the definition of the table that was given says so".to_owned(),
                false => format!(
                    "the types of the table are those of its first file, {}",
                    quoted(&self.files().list[0].location)
                ),
            };
            Err(Error::invalid(message).with_hint(hint))
        };
        fields.iter().zip(&self.columns).map(place).collect()
    }

    /// Runs work that waits for files: on as many threads as the store takes requests, or where it is.
    pub(crate) fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match &self.store {
            Some(store) => store.many(work),
            None => work(),
        }
    }

    /// Row keys of some rows of a file.
    pub(crate) fn keys(&self, file: usize, rows: Range<u64>) -> Range<u64> {
        first_key(file) + rows.start..first_key(file) + rows.end
    }

    /// Bytes of the listing and of footers.
    pub(crate) fn bytes(&self) -> usize {
        let of = |file: &Arc<DataFile>| {
            let footer = file.known().map_or(0, |known| known.footer.bytes());
            let path = match &file.location {
                Location::Local(path) => path.as_os_str().len(),
                Location::Remote(file) => file.path.as_ref().len(),
            };
            footer + path + size_of::<DataFile>()
        };
        let files = self.files();
        let listed: usize = files.list.iter().map(of).sum();
        listed + files.partitions.iter().map(|values| values.get_array_memory_size()).sum::<usize>()
    }
}

impl Drop for Dataset {
    fn drop(&mut self) {
        self.cache.forget(self.id);
    }
}
