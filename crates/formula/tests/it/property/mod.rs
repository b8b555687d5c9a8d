//! Laws over random expressions on a random table with nulls, NaN, both zeros and extremes.
//!
//! 1. The vectorised evaluation equals the plainest one, value by value, failures included.
//! 2. A table evaluated in pieces equals the table evaluated whole.
//! 3. The rows where `p`, where not `p`, and where `p` is null are all rows, each once; a row that fails fails in all.
//!
//! A failure is shrunk to the smallest expression that still fails. A share of the expressions is tried each time; a
//! million by
//!
//! ```text
//! KINETABLE_EXPRESSIONS=1000000 cargo test -p kinetable-formula --test it property
//! ```

mod expression;
mod naive;

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    StringViewArray,
};
use arrow_schema::DataType;
use kinetable_formula::{Chunk, compile_expression, compile_filter};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::support::{NOW, Table};
use expression::{Expr, Ty};
use naive::{Value, evaluate};

/// Expressions that are tried when nothing else is asked for.
const SHARE: u64 = 6_000;
/// Expressions that see one random table.
const TABLE_EXPRESSIONS: u64 = 500;
const ROWS: usize = 24;
const DEPTH: usize = 4;

fn count() -> u64 {
    std::env::var("KINETABLE_EXPRESSIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(SHARE)
}

fn random_table(seed: u64) -> Table {
    let mut random = StdRng::seed_from_u64(seed);
    let mut pick = |count: usize| (random.random_range(0..count), random.random_bool(0.2));
    macro_rules! column {
        ($array:ty, $values:expr) => {{
            let values = $values;
            let cells = (0..ROWS).map(|_| {
                let (at, null) = pick(values.len());
                (!null).then(|| values[at])
            });
            Arc::new(cells.collect::<$array>()) as ArrayRef
        }};
    }
    let mut columns = Vec::new();
    for suffix in ["", "2"] {
        let named = |name: &str| format!("{name}{suffix}");
        columns.push((named("By"), column!(Int8Array, [0i8, 1, -1, 7, i8::MIN, i8::MAX])));
        columns.push((named("Sh"), column!(Int16Array, [0i16, 1, -1, 300, i16::MIN, i16::MAX])));
        columns.push((named("I"), column!(Int32Array, [0i32, 1, -1, 7, 1000, i32::MIN, i32::MAX])));
        columns.push((named("L"), column!(Int64Array, [0i64, 1, -1, 1 << 53, i64::MIN, i64::MAX])));
        columns.push((
            named("F"),
            column!(Float32Array, [0f32, -0.0, 1.5, -2.25, f32::NAN, f32::INFINITY, f32::MAX, 1e-45]),
        ));
        columns.push((
            named("D"),
            column!(
                Float64Array,
                [0f64, -0.0, 1.5, -2.25, f64::NAN, f64::NEG_INFINITY, f64::MAX, 5e-324, 1e10]
            ),
        ));
        columns.push((named("B"), column!(BooleanArray, [true, false])));
        columns.push((
            named("S"),
            column!(StringViewArray, ["", "a", "abc", "été 😀", "longer than twelve bytes"]),
        ));
    }
    Table { columns, variables: HashMap::new() }
}

fn cell(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Int8 => Value::Whole(array.as_primitive::<Int8Type>().value(row).into()),
        DataType::Int16 => Value::Whole(array.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => Value::Whole(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Value::Whole(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float32 => Value::Float(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => Value::Double(array.as_primitive::<Float64Type>().value(row)),
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        _ => Value::Text(array.as_string_view().value(row).to_owned()),
    }
}

/// To the bit, but for the payload of NaN.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
        (Value::Double(a), Value::Double(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
        (a, b) => a == b,
    }
}

/// Each row's value, or that it fails, for the rows `start..start + rows`.
fn evaluated(table: &Table, expr: &Expr, start: usize, rows: usize) -> Result<Vec<Option<Value>>, String> {
    let formula = compile_expression("X", &expr.text(), table).map_err(|error| error.to_string())?;
    let inputs = table.inputs(formula.inputs(), start, rows);
    let chunk = Chunk { rows, inputs: &inputs, now: NOW };
    let (array, failures) = formula.eval_each(&chunk).map_err(|error| error.to_string())?;
    let mut values: Vec<Option<Value>> = (0..rows).map(|row| Some(cell(&array, row))).collect();
    failures.iter().for_each(|failure| values[failure.row] = None);
    Ok(values)
}

fn same_rows(a: &[Option<Value>], b: &[Option<Value>]) -> Result<(), String> {
    let differs = (0..a.len().max(b.len())).find(|row| match (a.get(*row), b.get(*row)) {
        (Some(Some(a)), Some(Some(b))) => !alike(a, b),
        (a, b) => a != b,
    });
    differs.map_or(Ok(()), |row| Err(format!("row {row}: {:?} and {:?}", a.get(row), b.get(row))))
}

fn equals_the_naive_one(table: &Table, expr: &Expr) -> Result<(), String> {
    let found = evaluated(table, expr, 0, ROWS)?;
    let expected: Vec<Option<Value>> = (0..ROWS)
        .map(|row| {
            let column = |name: &str| cell(table.array(name).expect("a column of the table"), row);
            evaluate(expr, &column).ok()
        })
        .collect();
    same_rows(&found, &expected)
}

fn equals_its_pieces(table: &Table, expr: &Expr, seed: u64) -> Result<(), String> {
    let mut random = StdRng::seed_from_u64(seed);
    let (mut pieces, mut start) = (Vec::new(), 0);
    while start < ROWS {
        let rows = random.random_range(1..=ROWS - start);
        pieces.extend(evaluated(table, expr, start, rows)?);
        start += rows;
    }
    same_rows(&evaluated(table, expr, 0, ROWS)?, &pieces)
}

fn splits_the_rows(table: &Table, condition: &Expr) -> Result<(), String> {
    let rows_of = |text: &str| -> Result<(Vec<bool>, Vec<bool>), String> {
        let filter = compile_filter(text, table).map_err(|error| error.to_string())?;
        let inputs = table.inputs(filter.inputs(), 0, ROWS);
        let chunk = Chunk { rows: ROWS, inputs: &inputs, now: NOW };
        let (kept, failures) = filter.eval_each(&chunk).map_err(|error| error.to_string())?;
        let mut failed = vec![false; ROWS];
        failures.iter().for_each(|failure| failed[failure.row] = true);
        Ok(((0..ROWS).map(|row| kept.value(row)).collect(), failed))
    };
    let text = condition.text();
    let (holds, failed) = rows_of(&text)?;
    let (not, _) = rows_of(&format!("!({text})"))?;
    let (null, failed_at_all) = rows_of(&format!("isNull({text})"))?;
    for row in 0..ROWS {
        let places = [holds[row], not[row], null[row], failed_at_all[row]];
        if places.iter().filter(|place| **place).count() != 1 {
            return Err(format!("row {row}: holds, not, null, failed are {places:?}"));
        }
        if failed[row] != (null[row] || failed_at_all[row]) {
            return Err(format!("row {row} fails as a filter ({}) though it is {places:?}", failed[row]));
        }
    }
    Ok(())
}

/// Tries a law on many expressions; the first that breaks it is shrunk and told.
fn hold(types: &[Ty], law: impl Fn(&Table, &Expr, u64) -> Result<(), String>) {
    let mut table = random_table(0);
    for seed in 0..count() {
        if seed % TABLE_EXPRESSIONS == 0 {
            table = random_table(seed);
        }
        let mut random = StdRng::seed_from_u64(seed);
        let ty = *types.choose(&mut random).expect("there are types");
        let mut expr = Expr::random(seed, ty, DEPTH);
        let Err(mut why) = law(&table, &expr, seed) else { continue };
        while let Some((smaller, reason)) = expr
            .smaller()
            .into_iter()
            .find_map(|smaller| law(&table, &smaller, seed).err().map(|why| (smaller, why)))
        {
            (expr, why) = (smaller, reason);
        }
        panic!("seed {seed}: {}\n{why}", expr.text());
    }
}

const ALL: [Ty; 8] = [Ty::Byte, Ty::Short, Ty::Int, Ty::Long, Ty::Float, Ty::Double, Ty::Bool, Ty::Text];

#[test]
fn chunks_equal_the_naive_evaluation() {
    hold(&ALL, |table, expr, _| equals_the_naive_one(table, expr));
}

#[test]
fn pieces_equal_the_whole() {
    hold(&ALL, equals_its_pieces);
}

#[test]
fn a_condition_its_negation_and_its_nulls_are_all_rows() {
    hold(&[Ty::Bool], |table, expr, _| splits_the_rows(table, expr));
}
