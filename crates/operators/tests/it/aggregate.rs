//! Aggregations under the oracle: every aggregation on every kind of input.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{ArrayRef, BooleanArray, Int64Array};
use arrow_schema::DataType;
use kinetable_engine::Result;
use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_operators::aggregate::{Aggregation, GroupOptions, agg_by, select_distinct};
use kinetable_testkit::{Oracle, Profile, oracle};

/// Columns of numbers.
const NUMBERS: [&str; 6] = ["Qty", "Price", "Ratio", "Small", "Tiny", "Id"];
/// Columns of all types with an order.
const ORDERED: [&str; 10] = ["Qty", "Price", "Ratio", "Small", "Tiny", "Id", "Sym", "Flag", "Letter", "Time"];

/// A profile whose rows stay; one where they come anywhere; one where they pass; one where they do all.
fn kinds(name: &str) -> Vec<Oracle> {
    let full = oracle(&format!("{name}, full")).input(Profile::full());
    let append = oracle(&format!("{name}, append")).input(Profile::append());
    let add_only = oracle(&format!("{name}, add-only")).input(Profile::add_only());
    let blink = oracle(&format!("{name}, blink")).input(Profile::blink()).over_history();
    let cases = [full, append, add_only, blink];
    cases.into_iter().map(|case| case.unordered().honest().seeds(0..10)).collect()
}

/// Checks aggregations by text, by bool and text, by float, and without keys.
fn check(name: &str, aggregations: &[Aggregation]) {
    for by in [&["Sym"][..], &["Flag", "Sym"], &["Price"], &[]] {
        for case in kinds(&format!("{name} by {by:?}")) {
            case.check(|inputs| agg_by(&inputs[0], aggregations, by, &GroupOptions::default()));
        }
    }
}

fn named(prefix: &str, columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| format!("{prefix}{column} = {column}")).collect()
}

#[test]
fn sums_and_means() {
    let summed = [&NUMBERS[..], &["Flag", "Letter"]].concat();
    let aggregations = [
        Aggregation::sum(named("Sum", &summed)),
        Aggregation::avg(named("Avg", &NUMBERS)),
        Aggregation::abs_sum(named("Abs", &NUMBERS)),
        Aggregation::count("Rows"),
    ];
    check("sum", &aggregations);
}

#[test]
fn extremes() {
    check("min", &[Aggregation::min(named("Min", &ORDERED)), Aggregation::max(named("Max", &ORDERED))]);
}

#[test]
fn ends() {
    let columns = ["Price", "Sym", "Flag", "Time"];
    check("first", &[Aggregation::first(named("F", &columns)), Aggregation::last(named("L", &columns))]);
}

#[test]
fn sorted_ends() {
    let columns = ["Id", "Sym"];
    for order in ["Price", "Qty", "Sym", "Ratio"] {
        let first = Aggregation::sorted_first(order, named("F", &columns));
        let last = Aggregation::sorted_last(order, named("L", &columns));
        check(&format!("sorted by {order}"), &[first, last]);
    }
}

#[test]
fn spreads() {
    check("var", &[Aggregation::var(named("V", &NUMBERS)), Aggregation::std(named("S", &NUMBERS))]);
}

#[test]
fn percentiles() {
    let aggregations = [
        Aggregation::median(named("M", &ORDERED)),
        Aggregation::percentile(0.9, named("P", &ORDERED)),
        Aggregation::percentile_averaged(0.25, named("Q", &ORDERED)),
        Aggregation::percentile(0.0, ["Least = Id"]),
    ];
    check("percentile", &aggregations);
}

#[test]
fn distinct_values() {
    let sentinel: ArrayRef = Arc::new(Int64Array::from(vec![-7]));
    let aggregations = [
        Aggregation::count_distinct(named("C", &ORDERED)),
        Aggregation::count_distinct_and_null(named("N", &ORDERED)),
        Aggregation::unique(named("U", &ORDERED), None),
        Aggregation::unique(["Or = Id", "OrSmall = Small"], Some(sentinel)),
        Aggregation::unique_or_null(named("V", &ORDERED), None),
    ];
    check("distinct", &aggregations);
}

#[test]
fn distinct_lists() {
    let columns = ["Price", "Sym", "Flag"];
    let aggregations =
        [Aggregation::distinct(named("D", &columns)), Aggregation::distinct_and_null(named("N", &columns))];
    check("distinct lists", &aggregations);
}

#[test]
fn weighted() {
    let aggregations = [
        Aggregation::weighted_avg("Qty", ["A = Price", "B = Id"]),
        Aggregation::weighted_sum("Qty", ["C = Price", "D = Id"]),
        Aggregation::weighted_sum("Ratio", ["E = Price", "F = Id"]),
        Aggregation::weighted_avg("Price", ["G = Ratio"]),
    ];
    check("weighted", &aggregations);
}

#[test]
fn lists() {
    let aggregations = [Aggregation::group(["Prices = Price", "Syms = Sym"]), Aggregation::count("Rows")];
    for by in [&["Sym"][..], &["Price"], &[]] {
        for profile in [Profile::full(), Profile::append(), Profile::add_only()] {
            oracle(&format!("group by {by:?}"))
                .input(profile)
                .unordered()
                .honest()
                .seeds(0..10)
                .check(|inputs| agg_by(&inputs[0], &aggregations, by, &GroupOptions::default()));
        }
    }
}

/// Whether the price is below a quantity.
#[derive(Debug)]
struct IsCheap;

impl RowFunction for IsCheap {
    fn data_type(&self) -> &DataType {
        &DataType::Boolean
    }

    fn inputs(&self) -> &[FunctionInput] {
        &[FunctionInput::Column(3), FunctionInput::Column(2)]
    }

    fn eval(&self, inputs: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        let prices = inputs[0].as_primitive::<Float64Type>().iter();
        let limits = inputs[1].as_primitive::<Int32Type>().iter();
        let cheap = prices.zip(limits).map(|(price, limit)| Some(price? < f64::from(limit?)));
        Ok(Arc::new(cheap.collect::<BooleanArray>()))
    }
}

#[test]
fn counts_of_some_rows() {
    check("count_where", &[Aggregation::count_where("Cheap", Arc::new(IsCheap))]);
}

#[test]
fn distinct_keys() {
    for columns in
        [&["Sym"][..], &["Flag", "Sym", "Letter"], &["Price"], &["Flag", "Letter", "Tiny", "Small", "Sym"]]
    {
        for case in kinds(&format!("select distinct {columns:?}")) {
            case.check(|inputs| select_distinct(&inputs[0], columns));
        }
    }
}

#[test]
fn long_keys_that_come_and_go() {
    let profile = Profile::full().columns("Name:str Code:bin Value:f64").distinct(12).changes(20);
    let aggregations = [Aggregation::sum(["Value"]), Aggregation::max(["Top = Name"])];
    oracle("long keys")
        .input(profile)
        .unordered()
        .honest()
        .seeds(0..60)
        .cycles(40)
        .check(|inputs| agg_by(&inputs[0], &aggregations, &["Name", "Code"], &GroupOptions::default()));
}

#[test]
fn work_is_that_of_the_change() {
    let aggregations = [
        Aggregation::sum(["Sum = Price"]),
        Aggregation::median(["Median = Qty"]),
        Aggregation::min(["Least = Time"]),
        Aggregation::count_distinct(["Syms = Sym"]),
    ];
    oracle("cost")
        .input(Profile::full().initial(3000).columns("Sym:str Price:f64 Qty:i32 Time:instant"))
        .unordered()
        .seeds(0..10)
        .work(|changed| 2 * changed)
        .check(|inputs| agg_by(&inputs[0], &aggregations, &["Sym"], &GroupOptions::default()));
}

#[test]
fn many_values_at_once_and_a_few() {
    let aggregations = [
        Aggregation::median(["M = Price", "N = Id"]),
        Aggregation::percentile(0.8, ["P = Sym"]),
        Aggregation::min(["Least = Sym"]),
    ];
    let columns = "Key:bool Sym:str Price:f64 Id:i64";
    for profile in [Profile::full(), Profile::append(), Profile::blink()] {
        oracle("bursts")
            .input(profile.columns(columns).initial(400).changes(60).distinct(300))
            .over_history()
            .unordered()
            .honest()
            .seeds(0..15)
            .check(|inputs| agg_by(&inputs[0], &aggregations, &["Key"], &GroupOptions::default()));
    }
}
