//! Operators one below the other.

use std::time::Instant;

use arrow_array::RecordBatch;
use kinetable_engine::source::{self, Retention};
use kinetable_engine::{Graph, Result, Table};
use kinetable_operators::aggregate::{Aggregation, GroupOptions, agg_by};
use kinetable_operators::filter::{Filter, where_};
use kinetable_operators::select::{Selection, update, update_view};
use kinetable_operators::sort::{Direction, sort};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::functions::{above, times};
use crate::operations::natural;
use crate::ticker::{Ticker, right, schema, values};
use crate::{alive, graph, usual_cycle};

/// Rows appended in a cycle: those of 10 ms at a million rows a second.
const BATCH: u64 = 10_000;

/// A change of one row through ten operators.
pub fn one_row(rows: u64) -> Result<()> {
    let graph = graph();
    let source = Ticker::table(&graph, rows, 1)?;
    let alone = usual_cycle(&graph);
    let result = ten(&source)?;
    let together = usual_cycle(&graph);
    alive(&result);
    println!("one row of {rows} through ten operators: {:.0} µs (goal: below 2000)", together - alone);
    Ok(())
}

fn ten(source: &Table) -> Result<Table> {
    let kept = where_(source, &[Filter::new(above(1, 0.01))])?;
    let viewed = update_view(&kept, &[Selection::function("W", times(1, 2.0))])?;
    let stored = update(&viewed, &[Selection::function("X", times(3, 2.0))])?;
    let joined = natural(&stored, &right()?)?;
    let few = where_(&joined, &[Filter::new(above(1, 0.02))])?;
    let sorted = sort(&few, &[(1, Direction::Descending)])?;
    let again = update(&sorted, &[Selection::function("Y", times(5, 2.0))])?;
    let sums = [Aggregation::sum(["S=Y"]), Aggregation::count("N")];
    let totals = agg_by(&again, &sums, &["G"], &GroupOptions::default())?;
    let shown = update_view(&totals, &[Selection::function("Z", times(1, 0.5))])?;
    sort(&shown, &[(1, Direction::Descending)])
}

/// Appends through filter, join, aggregation and sort, as fast as they go.
pub fn appends(rows: u64) -> Result<()> {
    append("filter, join, sums by 1,000 keys, sort", rows, |source| {
        let kept = where_(source, &[Filter::new(above(1, 0.1))])?;
        let sums = [Aggregation::sum(["S=V", "T=R"]), Aggregation::count("N")];
        let totals = agg_by(&natural(&kept, &right()?)?, &sums, &["G"], &GroupOptions::default())?;
        sort(&totals, &[(1, Direction::Descending)])
    })?;
    append("filter, join, sort of all rows", rows, |source| {
        let kept = where_(source, &[Filter::new(above(1, 0.1))])?;
        sort(&natural(&kept, &right()?)?, &[(1, Direction::Descending)])
    })
}

fn append(name: &str, rows: u64, chain: impl Fn(&Table) -> Result<Table>) -> Result<()> {
    let graph: Graph = graph();
    let (source, publisher) = source::open(&graph, schema(), Retention::Append);
    let result = chain(&source)?;
    let mut random = StdRng::seed_from_u64(5);
    let batches: Vec<RecordBatch> = (0..16)
        .map(|_| Ok(RecordBatch::try_new(schema(), values(&mut random, BATCH))?))
        .collect::<Result<_>>()?;
    let (mut spent, mut longest) = (0.0, 0f64);
    for cycle in 0..rows / BATCH {
        publisher.publish(batches[cycle as usize % batches.len()].clone())?;
        let start = Instant::now();
        graph.run_cycle(0);
        let took = start.elapsed().as_secs_f64();
        spent += took;
        longest = longest.max(took);
    }
    alive(&result);
    println!(
        "appends of {BATCH} rows to {rows}, through {name}: {:.2} M rows/s; longest cycle {:.1} ms",
        rows as f64 / spent / 1e6,
        longest * 1e3
    );
    Ok(())
}
