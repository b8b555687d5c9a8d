//! `update_by` the plain way: each row by itself, from all rows of its group.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, UInt32Array};
use arrow_cast::cast;
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, Field, Schema};
use arrow_select::take::take;
use kinetable_engine::column::Packed;
use kinetable_engine::{Definition, Result, Table};
use kinetable_operators::aggregate::{Aggregation, GroupOptions, agg_by};
use kinetable_operators::rolling::{DeltaControl, UpdateByOperation};
use kinetable_operators::shape::new_table;

/// An operation, and the plain way to its result.
pub struct Case {
    pub operation: UpdateByOperation,
    pub output: String,
    pub naive: Box<dyn Fn(&Rows) -> ArrayRef>,
}

/// A table's columns, and the positions of each group's rows.
pub struct Rows {
    table: Table,
    arrays: Vec<ArrayRef>,
    groups: Vec<Vec<usize>>,
}

/// Which rows a row looks at.
#[derive(Clone, Copy)]
pub enum Look {
    Ticks(i64, i64),
    Time(&'static str, i64, i64),
}

impl Rows {
    pub fn new(table: &Table, by: &[&str]) -> Result<Rows> {
        let version = table.version();
        let count = table.schema().fields().len();
        let arrays = (0..count).map(|c| version.read(c, version.rows())).collect::<Result<Vec<_>>>()?;
        let mut keys: Vec<String> = Vec::new();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for row in 0..version.rows().len() as usize {
            let mut key = String::new();
            for name in by {
                let array = &arrays[table.definition().column_index(name)?];
                key += &format!("{}|{};", array.is_null(row), array_value_to_string(array, row)?);
            }
            match keys.iter().position(|other| *other == key) {
                Some(group) => groups[group].push(row),
                None => {
                    keys.push(key);
                    groups.push(vec![row]);
                }
            }
        }
        Ok(Rows { table: table.clone(), arrays, groups })
    }

    pub fn array(&self, name: &str) -> &ArrayRef {
        &self.arrays[self.table.definition().column_index(name).expect("a column")]
    }

    pub fn doubles(&self, name: &str) -> Vec<Option<f64>> {
        let array = self.array(name);
        let array = if *array.data_type() == DataType::UInt16 {
            cast(array, &DataType::Int64).expect("char as long")
        } else {
            array.clone()
        };
        cast(&array, &DataType::Float64).expect("numbers").as_primitive::<Float64Type>().iter().collect()
    }

    pub fn longs(&self, name: &str) -> Vec<Option<i64>> {
        let array = self.array(name);
        cast(array, &DataType::Int64).expect("integers").as_primitive::<Int64Type>().iter().collect()
    }

    fn len(&self) -> usize {
        self.table.size() as usize
    }

    /// The positions of each row's window.
    pub fn windows(&self, look: Look) -> Vec<Vec<usize>> {
        let mut windows = vec![Vec::new(); self.len()];
        let stamps = match look {
            Look::Ticks(..) => Vec::new(),
            Look::Time(name, ..) => self.longs(name),
        };
        for group in &self.groups {
            for (at, row) in group.iter().enumerate() {
                for (other, candidate) in group.iter().enumerate() {
                    let distance = other as i64 - at as i64;
                    let inside = match look {
                        Look::Ticks(back, ahead) => distance > -back && distance <= ahead,
                        Look::Time(_, back, ahead) => {
                            let stamp = |row: usize| stamps[row].expect("a timestamp");
                            let since = stamp(*candidate) - stamp(*row);
                            since >= -back && since <= ahead
                        }
                    };
                    if inside {
                        windows[*row].push(*candidate);
                    }
                }
            }
        }
        windows
    }

    /// Goes through each group in order, and collects what it is told for each row.
    pub fn fold<S: Clone, T: Clone>(&self, start: S, mut step: impl FnMut(&mut S, usize) -> T) -> Vec<T> {
        let mut results: Vec<Option<T>> = vec![None; self.len()];
        for group in &self.groups {
            let mut state = start.clone();
            for row in group {
                results[*row] = Some(step(&mut state, *row));
            }
        }
        results.into_iter().map(|result| result.expect("every row is in a group")).collect()
    }

    /// The table with the results of cases.
    pub fn with(&self, cases: &[Case]) -> Result<Table> {
        let mut fields: Vec<Field> =
            self.table.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
        let mut arrays = self.arrays.clone();
        for case in cases {
            let values = (case.naive)(self);
            let field = Field::new(&case.output, values.data_type().clone(), true);
            match fields.iter().position(|other| *other.name() == case.output) {
                Some(place) => (fields[place], arrays[place]) = (field, values),
                None => {
                    fields.push(field);
                    arrays.push(values);
                }
            }
        }
        let rows = self.table.version().rows().clone();
        let columns = arrays.into_iter().map(|values| Packed::column(rows.clone(), values));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let definition = Definition::new(Arc::new(Schema::new(fields)), self.table.definition().properties);
        Ok(Table::fixed(definition, rows, columns))
    }
}

pub fn doubles(values: Vec<Option<f64>>) -> ArrayRef {
    Arc::new(Float64Array::from(values))
}

pub fn longs(values: Vec<Option<i64>>) -> ArrayRef {
    Arc::new(Int64Array::from(values))
}

/// Values of a column at rows; none is null.
pub fn at(array: &ArrayRef, rows: Vec<Option<usize>>) -> ArrayRef {
    let places: UInt32Array = rows.into_iter().map(|row| row.map(|row| row as u32)).collect();
    take(array, &places, None).expect("values")
}

/// An aggregation of each window, by way of a table of all windows' rows.
pub fn aggregated(rows: &Rows, look: Look, inputs: &[&str], aggregation: &Aggregation) -> ArrayRef {
    let windows = rows.windows(look);
    let ids = windows.iter().enumerate().flat_map(|(id, window)| vec![id as i64; window.len()]);
    let ids: ArrayRef = Arc::new(Int64Array::from(ids.collect::<Vec<_>>()));
    let places: Vec<Option<usize>> = windows.iter().flatten().copied().map(Some).collect();
    let mut columns = vec![("Id".into(), ids)];
    for input in inputs {
        columns.push(((*input).into(), at(rows.array(input), places.clone())));
    }
    let table = new_table(columns).expect("a table");
    let result = agg_by(&table, std::slice::from_ref(aggregation), &["Id"], &GroupOptions::default())
        .expect("a result");
    let version = result.version();
    let ids = version.read(0, version.rows()).expect("ids");
    let ids = ids.as_primitive::<Int64Type>();
    let values = version.read(1, version.rows()).expect("values");
    let place = |id: usize| ids.values().iter().position(|other| *other == id as i64);
    at(&values, (0..windows.len()).map(place).collect())
}

/// Differences to the row before.
pub fn delta<V: Copy>(
    rows: &Rows,
    values: &[Option<V>],
    control: DeltaControl,
    zero: V,
    less: impl Fn(V, V) -> V,
) -> Vec<Option<V>> {
    rows.fold(None, |before: &mut Option<V>, row| {
        let value = values[row];
        let result = match (value, *before) {
            (None, _) => None,
            (Some(value), Some(before)) => Some(less(value, before)),
            (Some(value), None) => match control {
                DeltaControl::NullDominates => None,
                DeltaControl::ValueDominates => Some(value),
                DeltaControl::ZeroDominates => Some(zero),
            },
        };
        *before = value;
        result
    })
}

/// The product of a window in the order the operator promises: from the first to the last of the runs of 2^k rows that
/// the window is cut into, the greatest at its end, each the product of its halves.
pub fn product(window: &[f64]) -> f64 {
    fn run(values: &[f64]) -> f64 {
        match values {
            [one] => *one,
            many => run(&many[..many.len() / 2]) * run(&many[many.len() / 2..]),
        }
    }
    let mut runs = Vec::new();
    let mut rest = window;
    while !rest.is_empty() {
        let size = 1 << rest.len().ilog2();
        let (before, last) = rest.split_at(rest.len() - size);
        runs.push(run(last));
        rest = before;
    }
    runs.into_iter().rev().fold(1.0, |product, run| product * run)
}
