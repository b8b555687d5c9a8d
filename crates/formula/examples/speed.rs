//! How fast formulas are beside Arrow's own kernels: `cargo run --release -p kinetable-formula --example speed`.

use std::sync::Arc;
use std::time::Instant;

use arrow_array::{ArrayRef, Float64Array, Int64Array, Scalar, StringViewArray, TimestampNanosecondArray};
use arrow_schema::DataType;
use kinetable_formula::{Chunk, Scope, Variable, compile_filter, compile_select};

const ROWS: usize = 1_000_000;

struct Columns(Vec<(&'static str, ArrayRef)>);

impl Scope for Columns {
    fn column(&self, name: &str) -> Option<DataType> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, array)| array.data_type().clone())
    }

    fn variable(&self, _: &str) -> Option<Variable> {
        None
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

fn columns() -> Columns {
    let double = |step: f64| {
        Arc::new(Float64Array::from_iter_values((0..ROWS).map(|row| row as f64 * step))) as ArrayRef
    };
    let symbols = ["BTC/USD", "ETH/USD", "a symbol of more than twelve letters", "DOGE/USD"];
    Columns(vec![
        ("a", double(1.5)),
        ("b", double(-0.25)),
        ("c", double(3.0)),
        ("n", Arc::new(Int64Array::from_iter_values((0..ROWS as i64).map(|row| row * 7 % 1000)))),
        ("s", Arc::new(StringViewArray::from_iter_values((0..ROWS).map(|row| symbols[row % symbols.len()])))),
        (
            "t",
            Arc::new(
                TimestampNanosecondArray::from_iter_values((0..ROWS as i64).map(|row| row * 10_000_000_000))
                    .with_timezone("UTC"),
            ),
        ),
    ])
}

/// The best of several runs, in nanoseconds a row.
fn best(mut run: impl FnMut()) -> f64 {
    (0..7)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e9 / ROWS as f64
        })
        .fold(f64::INFINITY, f64::min)
}

fn report(what: &str, ours: f64, raw: Option<f64>) {
    match raw {
        Some(raw) => println!("{what:48} {ours:8.2} ns/row   arrow {raw:8.2}   ratio {:5.2}", ours / raw),
        None => println!("{what:48} {ours:8.2} ns/row"),
    }
}

fn main() {
    let table = columns();
    let select = |text: &str| {
        let formula = compile_select(&format!("X = {text}"), &table).expect("the formula compiles");
        let inputs = inputs(&table, formula.inputs());
        best(|| {
            drop(formula.eval(&Chunk { rows: ROWS, inputs: &inputs, now: 0 }).expect("the formula evaluates"))
        })
    };
    let filter = |text: &str| {
        let filter = compile_filter(text, &table).expect("the filter compiles");
        let inputs = inputs(&table, filter.inputs());
        best(|| {
            drop(filter.eval(&Chunk { rows: ROWS, inputs: &inputs, now: 0 }).expect("the filter evaluates"))
        })
    };
    let column =
        |name: &str| table.0.iter().find(|(known, _)| *known == name).expect("the column is there").1.clone();
    let (a, b, c, s) = (column("a"), column("b"), column("c"), column("s"));

    let raw = best(|| {
        let product = arrow_arith::numeric::mul(&a, &b).expect("doubles multiply");
        drop(arrow_arith::numeric::add(&product, &c).expect("doubles add"));
    });
    report("a * b + c", select("a * b + c"), Some(raw));
    let raw = best(|| drop(arrow_ord::cmp::gt(&a, &b).expect("doubles compare")));
    report("a > b", filter("a > b"), Some(raw));
    let text = Scalar::new(StringViewArray::from(vec!["ETH/USD"]));
    let raw = best(|| drop(arrow_ord::cmp::eq(&s, &text).expect("texts compare")));
    report("s == `ETH/USD`", filter("s == `ETH/USD`"), Some(raw));
    let prefix = Scalar::new(StringViewArray::from(vec!["BTC"]));
    let raw = best(|| drop(arrow_string::like::starts_with(&s, &prefix).expect("texts compare")));
    report("s.startsWith(`BTC`)", filter("s.startsWith(`BTC`)"), Some(raw));
    report("s in `ETH/USD`, `DOGE/USD`", filter("s in `ETH/USD`, `DOGE/USD`"), None);
    report("abs(a - b) > 5 && n < 500", filter("abs(a - b) > 5 && n < 500"), None);
    report("n % 10 == 0 ? a : b", select("n % 10 == 0 ? a : b"), None);
    report("s + `-` + n", select("s + `-` + n"), None);
    report("s.substring(0, 3)", select("s.substring(0, 3)"), None);
    report("sqrt(a) / 2", select("sqrt(a) / 2"), None);
    report("lowerBin(t, MINUTE)", select("lowerBin(t, MINUTE)"), None);
    report("dayOfWeekValue(t, 'ET')", select("dayOfWeekValue(t, 'ET')"), None);
}

fn inputs(table: &Columns, inputs: &[kinetable_formula::Input]) -> Vec<ArrayRef> {
    let column = |input: &kinetable_formula::Input| match input {
        kinetable_formula::Input::Column(name) => {
            table.0.iter().find(|(known, _)| known == name).map(|(_, array)| array.clone())
        }
        _ => None,
    };
    inputs.iter().map(|input| column(input).expect("these formulas read columns only")).collect()
}
