//! How fast aggregations are: a static table, then cycles of a live one.
//!
//! `cargo run --release -p kinetable-operators --example agg_speed [rows]`

use std::sync::Arc;
use std::time::Instant;

use arrow_array::RecordBatch;
use arrow_array::{ArrayRef, Float64Array, Int64Array, StringViewArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_engine::column::Packed;
use kinetable_engine::source::{Retention, open};
use kinetable_engine::{Definition, Graph, Properties, RowSet, Table};
use kinetable_operators::aggregate::{Aggregation, GroupOptions, agg_by};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const GROUPS: i64 = 1000;

fn main() {
    let rows: usize =
        std::env::args().nth(1).map_or(10_000_000, |rows| rows.parse().expect("a number of rows"));
    let batch = trades(rows);
    let table = fixed(&batch);
    println!("{rows} rows; Id has {GROUPS} values, Exchange 20 and Instrument 500 texts");
    for (name, by) in [
        ("no key", &[][..]),
        ("Id", &["Id"][..]),
        ("Instrument", &["Instrument"][..]),
        ("Exchange, Instrument", &["Exchange", "Instrument"][..]),
    ] {
        for (what, aggregation) in aggregations() {
            let start = Instant::now();
            let result =
                agg_by(&table, &[aggregation], by, &GroupOptions::default()).expect("an aggregation");
            let seconds = start.elapsed().as_secs_f64();
            let speed = rows as f64 / seconds / 1e6;
            println!("{what:>16} by {name:<20} {speed:8.1} M rows/s, {} groups", result.size());
        }
    }
    live(&batch, Retention::Append);
    live(&batch, Retention::BLINK);
}

fn aggregations() -> Vec<(&'static str, Aggregation)> {
    vec![
        ("count", Aggregation::count("Rows")),
        ("sum of double", Aggregation::sum(["Price"])),
        ("sum of long", Aggregation::sum(["Size"])),
        ("avg", Aggregation::avg(["Price"])),
        ("min", Aggregation::min(["Price"])),
        ("last", Aggregation::last(["Price"])),
        ("std", Aggregation::std(["Price"])),
        ("median", Aggregation::median(["Price"])),
        ("count_distinct", Aggregation::count_distinct(["Price"])),
    ]
}

/// The time of cycles of 10,000 rows, count and sum by two texts.
fn live(batch: &RecordBatch, retention: Retention) {
    let pool = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool"));
    let graph = Graph::new(pool, false);
    let (source, publisher) = open(&graph, batch.schema(), retention);
    let aggregations = [Aggregation::count("Rows"), Aggregation::sum(["Total = Price"])];
    let by = ["Exchange", "Instrument"];
    let table = agg_by(&source, &aggregations, &by, &GroupOptions::default()).expect("an aggregation");
    let cycles = (batch.num_rows() / 10_000).min(300);
    let start = Instant::now();
    for cycle in 0..cycles {
        publisher.publish(batch.slice(cycle * 10_000, 10_000)).expect("rows of the table");
        graph.run_cycle(cycle as i64 * 10_000_000);
    }
    let micros = start.elapsed().as_secs_f64() * 1e6 / cycles as f64;
    println!(
        "{retention:?}: {micros:.0} µs a cycle of 10000 rows, {} groups, {} bytes",
        table.size(),
        table.bytes()
    );
}

fn trades(rows: usize) -> RecordBatch {
    let mut rng = StdRng::seed_from_u64(1);
    let ids: Int64Array = (0..rows).map(|_| rng.random_range(0..GROUPS)).collect();
    let exchanges: StringViewArray =
        (0..rows).map(|_| Some(format!("EX{}", rng.random_range(0..20)))).collect();
    let instruments: StringViewArray =
        (0..rows).map(|_| Some(format!("BTC/USD-{}", rng.random_range(0..500)))).collect();
    let prices: Float64Array = (0..rows).map(|_| f64::from(rng.random_range(1..10_000_000)) * 0.01).collect();
    let sizes: Int64Array = (0..rows).map(|_| rng.random_range(1..1000)).collect();
    let columns: Vec<ArrayRef> =
        vec![Arc::new(ids), Arc::new(exchanges), Arc::new(instruments), Arc::new(prices), Arc::new(sizes)];
    RecordBatch::try_new(schema(), columns).expect("columns of the schema")
}

fn schema() -> SchemaRef {
    let types = [
        ("Id", DataType::Int64),
        ("Exchange", DataType::Utf8View),
        ("Instrument", DataType::Utf8View),
        ("Price", DataType::Float64),
        ("Size", DataType::Int64),
    ];
    Arc::new(Schema::new(types.map(|(name, data_type)| Field::new(name, data_type, true)).to_vec()))
}

fn fixed(batch: &RecordBatch) -> Table {
    let rows = RowSet::flat(batch.num_rows() as u64);
    let column = |values: &ArrayRef| Packed::column(rows.clone(), values.clone()).expect("a value a row");
    let columns = batch.columns().iter().map(column).collect();
    Table::fixed(Definition::new(batch.schema(), Properties::APPEND), rows.clone(), columns)
}
