//! Times of joins of static tables, in left rows per second, to a right table of a million rows.
//!
//! `cargo run --release -p kinetable-operators --example join_speed`; give a number of rows to use another than 10,000,000.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, Float64Array, Int64Array};
use kinetable_engine::{Result, Table};
use kinetable_operators::join::{
    NaturalJoinType, Nearest, as_of_join, join, left_outer_join, natural_join, where_in,
};
use kinetable_operators::shape::new_table;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Rows of the right tables.
const RIGHT: i64 = 1_000_000;

fn main() -> Result<()> {
    let given = std::env::args().nth(1).and_then(|word| word.parse().ok());
    let rows: i64 = given.unwrap_or(10_000_000);
    by_key(rows)?;
    by_time(rows)
}

fn by_key(rows: i64) -> Result<()> {
    let left = table(&[("K", integers(rows, RIGHT)), ("V", doubles(rows, 1))])?;
    let right = table(&[("K", shuffled(1)), ("R", doubles(RIGHT, 2))])?;
    let (on, add) = ([("K", "K")], [("R", "R")]);
    time("natural_join", rows, || natural_join(&left, &right, &on, &add, NaturalJoinType::ErrorOnDuplicate))?;
    time("where_in", rows, || where_in(&left, &right, &on))?;
    time("join", rows, || join(&left, &right, &on, &add))?;
    time("left_outer_join", rows, || left_outer_join(&left, &right, &on, &add))?;
    time("aj by values in no order", rows, || {
        as_of_join(&left, &right, &[], ("V", "R"), Nearest::AtOrBefore, &add)
    })?;
    let far = table(&[("K", shuffled(1_000_003)), ("R", doubles(RIGHT, 2))])?;
    time("natural_join, keys far apart", rows, || {
        natural_join(&left, &far, &on, &add, NaturalJoinType::ErrorOnDuplicate)
    })
}

fn by_time(rows: i64) -> Result<()> {
    let ticks = |count: i64, step: i64| {
        let times = Int64Array::from_iter_values((0..count).map(|row| row * step));
        table(&[("S", integers(count, 1000)), ("T", Arc::new(times))])
    };
    let (left, right) = (ticks(rows, 1)?, ticks(RIGHT, (rows / RIGHT).max(1))?);
    for (name, nearest) in
        [("aj by key and time", Nearest::AtOrBefore), ("raj by key and time", Nearest::AtOrAfter)]
    {
        time(name, rows, || as_of_join(&left, &right, &[("S", "S")], ("T", "T"), nearest, &[("R", "T")]))?;
    }
    Ok(())
}

fn time(name: &str, rows: i64, work: impl Fn() -> Result<Table>) -> Result<()> {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        let result = work()?;
        best = best.min(start.elapsed());
        assert!(result.size() > 0);
    }
    let (ms, rate) = (best.as_secs_f64() * 1e3, rows as f64 / best.as_secs_f64() / 1e6);
    println!("{name:30} {rows:>12} rows {ms:10.1} ms {rate:8.1} M rows/s");
    Ok(())
}

fn table(columns: &[(&str, ArrayRef)]) -> Result<Table> {
    new_table(columns.iter().map(|(name, values)| (name.to_string(), values.clone())).collect())
}

/// Each key once, in no order, so far apart.
fn shuffled(step: i64) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values((0..RIGHT).map(|key| key * 7919 % RIGHT * step)))
}

fn integers(rows: i64, below: i64) -> ArrayRef {
    let mut random = StdRng::seed_from_u64(3);
    Arc::new(Int64Array::from_iter_values((0..rows).map(|_| random.random_range(0..below))))
}

fn doubles(rows: i64, seed: u64) -> ArrayRef {
    let mut random = StdRng::seed_from_u64(seed);
    Arc::new(Float64Array::from_iter_values((0..rows).map(|_| random.random::<f64>())))
}
