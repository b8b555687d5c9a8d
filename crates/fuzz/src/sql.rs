//! Statements of SQL, over two small tables.

use std::sync::{Arc, OnceLock};

use arrow_array::{ArrayRef, Float64Array, Int32Array, StringViewArray};
use kinetable::{Result, Session, SessionConfig, Table};
use kinetable_sql::Tables;

struct Two(Session, Table);

impl Tables for Two {
    fn table(&self, name: &str) -> Result<Option<Table>> {
        Ok(matches!(name, "t" | "u").then(|| self.1.clone()))
    }

    fn names(&self) -> Vec<String> {
        vec!["t".to_owned(), "u".to_owned()]
    }
}

fn two() -> Result<Two> {
    let session = Session::start(SessionConfig { threads: 1, ..SessionConfig::default() })?;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("K", Arc::new(Int32Array::from(vec![Some(1), None, Some(3)]))),
        ("D", Arc::new(Float64Array::from(vec![Some(0.5), Some(f64::NAN), None]))),
        ("S", Arc::new(StringViewArray::from(vec![Some("a"), Some(""), None]))),
    ];
    let table =
        session.new_table(columns.into_iter().map(|(name, array)| (name.to_owned(), array)).collect())?;
    Ok(Two(session, table))
}

/// A statement: planned, and its first rows computed.
pub fn sql(bytes: &[u8]) {
    static TABLES: OnceLock<Result<Two>> = OnceLock::new();
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(tables) = TABLES.get_or_init(two) {
        // What comes of it is the user's to read.
        drop(kinetable_sql::evaluate(&tables.0, text, tables));
    }
}
