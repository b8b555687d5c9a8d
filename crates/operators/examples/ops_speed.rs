//! Times of operators: static work in rows per second, and cycles of small changes on tables of two sizes.
//!
//! `cargo run --release -p kinetable-operators --example ops_speed`; give a number of rows to use another than 10,000,000.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array};
use arrow_schema::{DataType, Field, Schema};
use kinetable_engine::column::{Blocks, FunctionInput, RowFunction};
use kinetable_engine::{
    ColumnSet, Definition, Graph, Initial, Input, Operator, Output, Properties, Result, RowSet, StepCtx,
    Table, Update, Version,
};
use kinetable_operators::filter::{Filter, where_};
use kinetable_operators::join::{NaturalJoinType, natural_join};
use kinetable_operators::select::{Selection, update, update_view};
use kinetable_operators::shape::new_table;
use kinetable_operators::sort::{Direction, sort};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const CHANGED: usize = 100;
const CYCLES: usize = 200;
const KEYS: i64 = 1_000_000;

fn main() -> Result<()> {
    let given = std::env::args().nth(1).and_then(|word| word.parse().ok());
    let large: u64 = given.unwrap_or(10_000_000);
    let small = large / 10;
    println!("static work");
    static_work(small)?;
    static_work(large)?;
    println!("\ncycles that change {CHANGED} rows, µs a cycle above the source's own");
    println!("{:28} {:>12} {:>12} {:>8}", "", small, large, "slope");
    for (name, operation) in operations() {
        let (a, b) = (cycle_time(small, &operation)?, cycle_time(large, &operation)?);
        println!("{name:28} {a:12.1} {b:12.1} {:8.2}", b / a);
    }
    Ok(())
}

fn static_work(rows: u64) -> Result<()> {
    let table = new_table(vec![("K".into(), keys(rows)), ("V".into(), values(rows, 1))])?;
    let right = right()?;
    let sorting = [(1, Direction::Ascending)];
    let both = [(0, Direction::Ascending), (1, Direction::Descending)];
    let on = [("K", "K")];
    let add = [("R", "R")];
    let test = [Filter::new(above(0.5))];
    let twice = [Selection::function("W", doubled())];
    time("where V > 0.5", rows, || where_(&table, &test))?;
    time("update W = 2 * V", rows, || update(&table, &twice))?;
    time("sort by double", rows, || sort(&table, &sorting))?;
    time("sort by integer, double", rows, || sort(&table, &both))?;
    time("natural_join to 1M keys", rows, || {
        natural_join(&table, &right, &on, &add, NaturalJoinType::ErrorOnDuplicate)
    })
}

fn time(name: &str, rows: u64, work: impl Fn() -> Result<Table>) -> Result<()> {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        let result = work()?;
        best = best.min(start.elapsed());
        assert!(result.size() > 0);
    }
    let (ms, rate) = (best.as_secs_f64() * 1e3, rows as f64 / best.as_secs_f64() / 1e6);
    println!("{name:28} {rows:>12} rows {ms:10.1} ms {rate:8.1} M rows/s");
    Ok(())
}

type Operation = Box<dyn Fn(&Table) -> Result<Table>>;

fn operations() -> Vec<(&'static str, Operation)> {
    let join = |right: Table| -> Operation {
        Box::new(move |table| {
            natural_join(table, &right, &[("K", "K")], &[("R", "R")], NaturalJoinType::ErrorOnDuplicate)
        })
    };
    vec![
        ("where V > 0.5", Box::new(|table| where_(table, &[Filter::new(above(0.5))]))),
        (
            "update_view W = 2 * V",
            Box::new(|table| update_view(table, &[Selection::function("W", doubled())])),
        ),
        ("update W = 2 * V", Box::new(|table| update(table, &[Selection::function("W", doubled())]))),
        ("sort by V", Box::new(|table| sort(table, &[(1, Direction::Ascending)]))),
        ("natural_join to 1M keys", join(right().expect("a static table"))),
    ]
}

/// The median time of cycles with a table below the source, less that of cycles with the source alone, µs.
fn cycle_time(rows: u64, operation: &Operation) -> Result<f64> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
    let graph = Graph::new(Arc::new(pool.expect("two threads")), false);
    let source = Ticker::table(&graph, rows)?;
    let alone = median_cycle(&graph);
    let result = operation(&source)?;
    let together = median_cycle(&graph);
    assert!(result.failure().is_none(), "{:?}", result.failure());
    Ok(together - alone)
}

fn median_cycle(graph: &Graph) -> f64 {
    let cycle = |_| {
        let start = Instant::now();
        graph.run_cycle(0);
        start.elapsed().as_secs_f64() * 1e6
    };
    let mut times: Vec<f64> = (0..CYCLES).map(cycle).collect();
    times.sort_by(f64::total_cmp);
    times[CYCLES / 2]
}

/// A table of which each cycle modifies rows at random, in both columns.
struct Ticker {
    blocks: Blocks,
    rows: RowSet,
    random: StdRng,
}

impl Ticker {
    fn table(graph: &Graph, rows: u64) -> Result<Table> {
        let rows_set = RowSet::flat(rows);
        let blocks = Blocks::new([DataType::Int64, DataType::Float64]);
        let blocks = blocks.write_all(&rows_set, vec![keys(rows), values(rows, 1)])?;
        let schema = Schema::new(vec![
            Field::new("K", DataType::Int64, true),
            Field::new("V", DataType::Float64, true),
        ]);
        Ok(Table::source(
            graph,
            Initial {
                definition: Definition::new(Arc::new(schema), Properties::ANY),
                rows: rows_set.clone(),
                columns: blocks.columns(),
                operator: Box::new(Ticker { blocks, rows: rows_set, random: StdRng::seed_from_u64(7) }),
            },
        ))
    }
}

impl Operator for Ticker {
    fn apply(&mut self, _: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let size = self.rows.len();
        let mut rows: Vec<u64> = (0..CHANGED).map(|_| self.random.random_range(0..size)).collect();
        rows.sort_unstable();
        rows.dedup();
        let keys: Vec<i64> = rows.iter().map(|_| self.random.random_range(0..KEYS)).collect();
        let values: Vec<f64> = rows.iter().map(|_| self.random.random()).collect();
        let modified = RowSet::from_sorted(rows);
        let values: Vec<ArrayRef> =
            vec![Arc::new(Int64Array::from(keys)), Arc::new(Float64Array::from(values))];
        self.blocks = self.blocks.write_all(&modified, values)?;
        Ok(Some(Output {
            rows: self.rows.clone(),
            columns: self.blocks.columns(),
            update: Update { modified, modified_columns: ColumnSet::all(2), ..Update::default() },
        }))
    }
}

fn right() -> Result<Table> {
    let keys = Int64Array::from_iter_values((0..KEYS).map(|key| key * 7919 % KEYS));
    let columns =
        vec![("K".to_string(), Arc::new(keys) as ArrayRef), ("R".to_string(), values(KEYS as u64, 2))];
    new_table(columns)
}

fn keys(rows: u64) -> ArrayRef {
    let mut random = StdRng::seed_from_u64(3);
    let keys = (0..rows).map(|_| random.random_range(0..KEYS));
    Arc::new(Int64Array::from_iter_values(keys))
}

fn values(rows: u64, seed: u64) -> ArrayRef {
    let mut random = StdRng::seed_from_u64(seed);
    Arc::new(Float64Array::from_iter_values((0..rows).map(|_| random.random::<f64>())))
}

/// A function of V.
#[derive(Debug)]
struct OfValue {
    kind: DataType,
    inputs: [FunctionInput; 1],
    eval: fn(&Float64Array, f64) -> ArrayRef,
    constant: f64,
}

impl RowFunction for OfValue {
    fn data_type(&self) -> &DataType {
        &self.kind
    }

    fn inputs(&self) -> &[FunctionInput] {
        &self.inputs
    }

    fn eval(&self, inputs: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        Ok((self.eval)(inputs[0].as_primitive::<Float64Type>(), self.constant))
    }
}

fn above(bound: f64) -> Arc<dyn RowFunction> {
    Arc::new(OfValue {
        kind: DataType::Boolean,
        inputs: [FunctionInput::Column(1)],
        eval: |values, bound| Arc::new(BooleanArray::from_unary(values, |value| value > bound)),
        constant: bound,
    })
}

fn doubled() -> Arc<dyn RowFunction> {
    Arc::new(OfValue {
        kind: DataType::Float64,
        inputs: [FunctionInput::Column(1)],
        eval: |values, factor| Arc::new(values.unary::<_, Float64Type>(|value| value * factor)),
        constant: 2.0,
    })
}
