//! Aggregations against the plain way: a loop over the rows of each group. And for long: a hundred thousand rows that
//! come and go.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int32Array, Int64Array, StringViewArray};
use kinetable_engine::{Properties, Result, Table};
use kinetable_operators::aggregate::{Aggregation, GroupOptions, agg_by};
use kinetable_operators::sort::{Direction, sort};
use kinetable_testkit::{Cell, Driver, Profile, ScriptedTable, Step, oracle, table_difference};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::naive;

const COLUMNS: &str = "Sym:str Qty:i32 Price:f64 Name:str";

fn aggregations() -> Vec<Aggregation> {
    vec![
        Aggregation::count("Rows"),
        Aggregation::sum(["Sum = Qty"]),
        Aggregation::avg(["Avg = Qty"]),
        Aggregation::var(["Var = Qty"]),
        Aggregation::min(["Min = Price", "MinQty = Qty"]),
        Aggregation::max(["Max = Price"]),
        Aggregation::median(["Median = Qty"]),
        Aggregation::count_distinct(["Names = Name"]),
        Aggregation::first(["First = Price"]),
        Aggregation::last(["Last = Name"]),
        Aggregation::sorted_first("Qty", ["Cheapest = Name"]),
        Aggregation::sorted_last("Qty", ["Dearest = Name"]),
    ]
}

/// The columns that the plain way reads.
struct Read {
    qty: Int32Array,
    price: Float64Array,
    name: StringViewArray,
}

impl Read {
    fn of(input: &Table) -> Read {
        Read {
            qty: naive::column(input, "Qty").as_primitive::<Int32Type>().clone(),
            price: naive::column(input, "Price").as_primitive::<Float64Type>().clone(),
            name: naive::column(input, "Name").as_string_view().clone(),
        }
    }

    fn qtys(&self, group: &[usize]) -> Vec<i64> {
        let value = |row: &usize| self.qty.is_valid(*row).then(|| i64::from(self.qty.value(*row)));
        group.iter().filter_map(value).collect()
    }

    /// The extreme price: NaN if one is.
    fn extreme(&self, group: &[usize], better: fn(f64, f64) -> bool) -> Option<f64> {
        let prices = group.iter().filter(|row| self.price.is_valid(**row)).map(|row| self.price.value(*row));
        prices.reduce(|best, price| {
            let replaces = !best.is_nan() && (price.is_nan() || better(price, best));
            if replaces { price } else { best }
        })
    }

    fn names(&self, group: &[usize]) -> usize {
        let mut names: Vec<&str> =
            group.iter().filter(|row| self.name.is_valid(**row)).map(|row| self.name.value(*row)).collect();
        names.sort_unstable();
        names.dedup();
        names.len()
    }

    /// The row with the least quantity, null least of all: the first of equal ones.
    fn least(&self, group: &[usize]) -> usize {
        let order = |row: &usize| self.qty.is_valid(*row).then(|| self.qty.value(*row));
        *group.iter().min_by_key(|row| (order(row), **row)).expect("a group has rows")
    }

    /// The row with the greatest quantity: the last of equal ones.
    fn greatest(&self, group: &[usize]) -> usize {
        let order = |row: &usize| self.qty.is_valid(*row).then(|| self.qty.value(*row));
        *group.iter().max_by_key(|row| (order(row), **row)).expect("a group has rows")
    }
}

fn mean(values: &[i64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<i64>() as f64 / values.len() as f64)
}

/// Exact up to the last division: the values are small.
fn variance(values: &[i64]) -> Option<f64> {
    let (count, sum) = (values.len() as i64, values.iter().sum::<i64>());
    let squares: i64 = values.iter().map(|value| value * value).sum();
    match count {
        0 => None,
        1 => Some(f64::NAN),
        _ => Some((count * squares - sum * sum) as f64 / (count * (count - 1)) as f64),
    }
}

fn median(values: &[i64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_unstable();
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle] as f64),
        _ => Some((values[middle - 1] + values[middle]) as f64 / 2.0),
    }
}

fn plain(input: &Table) -> Result<Table> {
    let groups = naive::groups(input, &["Sym"]);
    let read = Read::of(input);
    let some = |values: &[i64], value: i64| (!values.is_empty()).then_some(value);
    let longs = |value: &dyn Fn(&[usize]) -> Option<i64>| -> ArrayRef {
        Arc::new(groups.iter().map(|group| value(group)).collect::<Int64Array>())
    };
    let doubles = |value: &dyn Fn(&[usize]) -> Option<f64>| -> ArrayRef {
        Arc::new(groups.iter().map(|group| value(group)).collect::<Float64Array>())
    };
    let pick = |name: &str, row: &dyn Fn(&[usize]) -> usize| {
        naive::pick(input, name, groups.iter().map(|group| row(group)))
    };
    let least: Int32Array =
        groups.iter().map(|group| read.qtys(group).into_iter().min().map(|value| value as i32)).collect();
    let table = naive::table(vec![
        ("Sym", pick("Sym", &|group| group[0])),
        ("Rows", longs(&|group| Some(group.len() as i64))),
        ("Sum", longs(&|group| some(&read.qtys(group), read.qtys(group).iter().sum()))),
        ("Avg", doubles(&|group| mean(&read.qtys(group)))),
        ("Var", doubles(&|group| variance(&read.qtys(group)))),
        ("Min", doubles(&|group| read.extreme(group, |a, b| a < b))),
        ("MinQty", Arc::new(least)),
        ("Max", doubles(&|group| read.extreme(group, |a, b| a > b))),
        ("Median", doubles(&|group| median(&read.qtys(group)))),
        ("Names", longs(&|group| Some(read.names(group) as i64).filter(|names| *names > 0))),
        ("First", pick("Price", &|group| group[0])),
        ("Last", pick("Name", &|group| group[group.len() - 1])),
        ("Cheapest", pick("Name", &|group| read.least(group))),
        ("Dearest", pick("Name", &|group| read.greatest(group))),
    ])?;
    by_symbol(&table)
}

fn by_symbol(table: &Table) -> Result<Table> {
    sort(table, &[(0, Direction::Ascending)])
}

#[test]
fn aggregations_are_what_a_loop_over_the_rows_gives() {
    // Without the ends of integer types, so that plain doubles hold every step of a variance.
    let profiles =
        [Profile::full(), Profile::append(), Profile::add_only(), Profile::blink(), Profile::fixed()];
    for (place, profile) in profiles.into_iter().enumerate() {
        oracle(&format!("aggregations, kind {place}"))
            .input(profile.columns(COLUMNS).specials(0.0))
            .over_history()
            .honest()
            .against(|inputs| plain(&inputs[0]))
            .check(|inputs| {
                by_symbol(&agg_by(&inputs[0], &aggregations(), &["Sym"], &GroupOptions::default())?)
            });
    }
}

#[test]
fn extremes_are_nan_where_a_value_is() {
    let aggregations = [Aggregation::min(["Min = Price"]), Aggregation::max(["Max = Price"])];
    for profile in [Profile::full(), Profile::append(), Profile::blink()] {
        let aggregations = aggregations.clone();
        oracle("extremes with NaN, infinities and both zeros")
            .input(profile.columns(COLUMNS).specials(0.3))
            .over_history()
            .honest()
            .against(|inputs| {
                let groups = naive::groups(&inputs[0], &["Sym"]);
                let read = Read::of(&inputs[0]);
                let extreme = |better: fn(f64, f64) -> bool| -> ArrayRef {
                    let values = groups.iter().map(|group| read.extreme(group, better));
                    Arc::new(values.collect::<Float64Array>())
                };
                by_symbol(&naive::table(vec![
                    ("Sym", naive::pick(&inputs[0], "Sym", groups.iter().map(|group| group[0]))),
                    ("Min", extreme(|a, b| a.total_cmp(&b).is_lt())),
                    ("Max", extreme(|a, b| a.total_cmp(&b).is_gt())),
                ])?)
            })
            .check(move |inputs| {
                by_symbol(&agg_by(&inputs[0], &aggregations, &["Sym"], &GroupOptions::default())?)
            });
    }
}

/// A price that spoils sums: NaN, infinities, the ends of the range; or an ordinary one.
fn price(rng: &mut StdRng) -> f64 {
    const SPECIALS: [f64; 7] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e308, -1e308, 5e-324, -0.0];
    match rng.random_bool(0.02) {
        true => SPECIALS[rng.random_range(0..SPECIALS.len())],
        false => rng.random_range(-1e6..1e6) * 10f64.powi(rng.random_range(-12..12)),
    }
}

/// Rows that come and go at random, so many of each in all, and what is there of them.
struct Traffic {
    rng: StdRng,
    there: Vec<u64>,
    next: u64,
}

impl Traffic {
    fn step(&mut self, add: usize, remove: usize) -> Step {
        let mut step = Step::default();
        for _ in 0..remove.min(self.there.len()) {
            let place = self.rng.random_range(0..self.there.len());
            step.removed.push(self.there.swap_remove(place));
        }
        step.removed.sort_unstable();
        for _ in 0..add {
            let key = Cell::Int(self.rng.random_range(0..6));
            let price =
                if self.rng.random_bool(0.05) { Cell::Null } else { Cell::Float(price(&mut self.rng)) };
            step.added.push((self.next, vec![key, price]));
            self.there.push(self.next);
            self.next += 1;
        }
        step
    }
}

#[test]
fn sums_and_spreads_do_not_drift_over_a_hundred_thousand_changes() {
    let aggregations = [
        Aggregation::count("Rows"),
        Aggregation::sum(["Sum = X"]),
        Aggregation::abs_sum(["Abs = X"]),
        Aggregation::avg(["Avg = X"]),
        Aggregation::var(["Var = X"]),
        Aggregation::std(["Std = X"]),
        Aggregation::min(["Min = X"]),
        Aggregation::max(["Max = X"]),
        Aggregation::median(["Median = X"]),
        Aggregation::weighted_avg("X", ["Weighted = X"]),
    ];
    let computed = |table: &Table| {
        let result = agg_by(table, &aggregations, &["K"], &GroupOptions::default());
        sort(&result.expect("aggregations"), &[(0, Direction::Ascending)]).expect("a sort")
    };
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, "key  K:i64  X:f64\n");
    let live = agg_by(source.table(), &aggregations, &["K"], &GroupOptions::default()).unwrap();
    let sorted = sort(&live, &[(0, Direction::Ascending)]).unwrap();
    let empty = live.bytes();
    let mut traffic = Traffic { rng: StdRng::seed_from_u64(42), there: Vec::new(), next: 0 };
    let mut changes = 0;
    for cycle in 0..170 {
        // Now and then all rows go, and with them every group.
        let remove = if cycle % 50 == 49 { usize::MAX } else { traffic.rng.random_range(0..600) };
        let step = traffic.step(300, remove);
        changes += step.len();
        source.step(step);
        driver.cycle();
        let version = source.table().version();
        let copy = Table::fixed(
            source.table().definition().clone(),
            version.rows().clone(),
            version.columns().to_vec(),
        );
        let difference = table_difference(&computed(&copy), &sorted).unwrap();
        assert!(difference.is_none(), "cycle {cycle}: {}", difference.unwrap_or_default());
    }
    assert!(changes >= 100_000, "{changes} changes");
    source.step(traffic.step(0, usize::MAX));
    driver.cycle();
    assert_eq!(live.size(), 0);
    // What is left is room in vectors and hash tables, for six groups.
    assert!(live.bytes() < empty + 200_000, "{} bytes are held of nothing, {empty} at first", live.bytes());
}
