//! Cycles of small changes: what a change of 100 rows costs below each operator at two sizes, what a change of one row costs
//! through ten operators, and how fast rows can be appended to a chain of four.
//!
//! `cargo run --release -p kinetable-operators --example cycles`; give a number of rows to use another than 10,000,000, and
//! words of operators' names to run only those. `KINETABLE_CPU=1` measures processor time, `KINETABLE_CYCLES=N` runs N cycles.

mod chains;
mod functions;
mod operations;
mod ticker;

use kinetable_engine::{Graph, Result, Table};
use std::sync::Arc;
use std::time::Instant;

use operations::Operation;
use ticker::Ticker;

/// Rows changed in a cycle.
const CHANGED: usize = 100;
/// Cycles, of which the time that a tenth stay below counts: what else the machine does weighs little on it.
const CYCLES: usize = 101;

fn main() -> Result<()> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let given = words.first().and_then(|word| word.parse().ok());
    if given.is_some() {
        words.remove(0);
    }
    let large: u64 = given.unwrap_or(10_000_000);
    let small = large / 10;
    println!(
        "cycles that change {CHANGED} rows: µs above the source's own, which a tenth of the cycles stay below"
    );
    println!("{:32} {:>12} {:>12} {:>8}", "", small, large, "slope");
    for (name, operation) in operations::all() {
        if !words.is_empty() && !words.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        let (a, b) = (cycle_time(small, &operation)?, cycle_time(large, &operation)?);
        println!("{name:32} {a:12.1} {b:12.1} {:8.2}", b / a);
    }
    if words.is_empty() || words.iter().any(|word| word == "chains") {
        chains::one_row(small)?;
        chains::one_row(large)?;
        chains::appends(large)?;
    }
    Ok(())
}

/// The time of cycles with a table below the source, less that of cycles with the source alone, µs.
fn cycle_time(rows: u64, operation: &Operation) -> Result<f64> {
    let graph = graph();
    let source = Ticker::table(&graph, rows, CHANGED)?;
    let alone = usual_cycle(&graph);
    let result = operation(&source)?;
    let together = usual_cycle(&graph);
    alive(&result);
    Ok(together - alone)
}

/// A graph on two threads.
fn graph() -> Graph {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
    Graph::new(Arc::new(pool.expect("two threads")), false)
}

/// The time that a tenth of the cycles stay below, µs; with `KINETABLE_CPU` the mean of their processor time.
fn usual_cycle(graph: &Graph) -> f64 {
    let cycle = |_| {
        let start = Instant::now();
        graph.run_cycle(0);
        start.elapsed().as_secs_f64() * 1e6
    };
    let count = setting("KINETABLE_CYCLES").and_then(|text| text.parse().ok()).unwrap_or(CYCLES);
    let used = processor_time();
    let mut times: Vec<f64> = (0..count).map(cycle).collect();
    times.sort_by(f64::total_cmp);
    let used = processor_time().zip(used).map(|(now, then)| (now - then) as f64 / 1e3);
    used.map_or(times[count / 10], |used| used / count as f64)
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Processor time of all threads until now, ns, if `KINETABLE_CPU` is set: for a machine that others use too.
fn processor_time() -> Option<u64> {
    setting("KINETABLE_CPU")?;
    let threads = std::fs::read_dir("/proc/self/task").ok()?.flatten();
    let time = |thread: std::fs::DirEntry| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    Some(threads.filter_map(time).sum())
}

/// Stops where a table has failed.
fn alive(table: &Table) {
    assert!(table.failure().is_none(), "{:?}", table.failure());
}
