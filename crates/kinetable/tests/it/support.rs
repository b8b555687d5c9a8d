//! Short ways to make tables and read them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringViewArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable::{Session, SessionConfig, Table};

pub fn session() -> Session {
    Session::start(SessionConfig { threads: 2, ..SessionConfig::default() }).expect("threads start")
}

pub fn texts<const N: usize>(formulas: [&str; N]) -> Vec<String> {
    formulas.map(str::to_owned).to_vec()
}

pub fn longs(table: &Table, column: &str) -> Vec<Option<i64>> {
    let array = column_of(table, column);
    array.as_primitive::<Int64Type>().iter().collect()
}

pub fn doubles(table: &Table, column: &str) -> Vec<Option<f64>> {
    let array = column_of(table, column);
    array.as_primitive::<Float64Type>().iter().collect()
}

pub fn column_of(table: &Table, column: &str) -> ArrayRef {
    let batch = table.batch(0..u64::MAX, Some(&[column.to_owned()])).expect("a readable column");
    batch.column(0).clone()
}

pub fn trades_schema() -> SchemaRef {
    let field = |name: &str, data_type| Field::new(name, data_type, true);
    Arc::new(Schema::new(vec![
        field("Symbol", DataType::Utf8View),
        field("Price", DataType::Float64),
        field("Size", DataType::Int64),
    ]))
}

pub fn trades(rows: &[(&str, f64, i64)]) -> RecordBatch {
    let symbols: StringViewArray = rows.iter().map(|row| Some(row.0)).collect();
    let prices: Float64Array = rows.iter().map(|row| row.1).collect();
    let sizes: Int64Array = rows.iter().map(|row| row.2).collect();
    let columns: Vec<ArrayRef> = vec![Arc::new(symbols), Arc::new(prices), Arc::new(sizes)];
    RecordBatch::try_new(trades_schema(), columns).expect("three columns")
}

/// Waits until a condition holds; panics if it does not within two minutes.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(120), "not within two minutes: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
