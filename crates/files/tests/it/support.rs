//! Files of one test, and columns as text.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_engine::column::Packed;
use kinetable_engine::{RowSet, Version};
use kinetable_files::Progress;

/// A file that is gone after the test.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(content: impl AsRef<[u8]>) -> Scratch {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("kinetable-files-{}-{number}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        Scratch(path)
    }

    pub fn path(&self) -> &PathBuf {
        &self.0
    }

    pub fn text(&self) -> String {
        String::from_utf8(std::fs::read(&self.0).unwrap()).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

pub fn quiet() -> Arc<Progress> {
    Arc::new(Progress::default())
}

/// `name: type = value|value`, null as `.`, a line a column.
pub fn shown(columns: &[(String, ArrayRef)]) -> String {
    let column = |(name, values): &(String, ArrayRef)| {
        format!("{name}: {} = {}", values.data_type(), cells(values).join("|"))
    };
    columns.iter().map(column).collect::<Vec<_>>().join("\n")
}

pub fn cells(values: &ArrayRef) -> Vec<String> {
    let values = &match values.data_type() {
        // Arrow shows zones by offset only.
        DataType::Timestamp(unit, Some(_)) => {
            cast(values, &DataType::Timestamp(*unit, Some("+00:00".into()))).unwrap()
        }
        _ => values.clone(),
    };
    let texts = ArrayFormatter::try_new(values.as_ref(), &FormatOptions::new()).unwrap();
    let cell = |row| if values.is_null(row) { ".".to_owned() } else { texts.value(row).to_string() };
    (0..values.len()).map(cell).collect()
}

/// A version of these columns, and its schema.
pub fn version(columns: &[(&str, ArrayRef)]) -> (Version, SchemaRef) {
    let rows = RowSet::flat(columns[0].1.len() as u64);
    let fields: Vec<Field> =
        columns.iter().map(|(name, values)| Field::new(*name, values.data_type().clone(), true)).collect();
    let sources: Vec<_> =
        columns.iter().map(|(_, values)| Packed::column(rows.clone(), values.clone()).unwrap()).collect();
    (Version::new(0, rows, sources), Arc::new(Schema::new(fields)))
}
