//! `update_by` under the oracle: every operation in every form, on every kind of input, against each row by itself.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Float32Array, Float64Array, Int64Array, ListArray};
use arrow_cast::cast;
use arrow_ord::ord::make_comparator;
use arrow_schema::{DataType, SortOptions};
use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_engine::{Result, Table};
use kinetable_operators::aggregate::Aggregation;
use kinetable_operators::filter::{Filter, where_};
use kinetable_operators::rolling::{
    BadData, Decay, DeltaControl, OperationControl, Scale, UpdateByOperation as Op, Window, update_by,
};
use kinetable_operators::select::{Selection, update, update_view};
use kinetable_operators::shape::{RingStart, ring_table, tail};
use kinetable_operators::sort::{Direction, sort};
use kinetable_testkit::{Profile, oracle};

use crate::functions::function;
use crate::rolling_naive::{Case, Look, Rows, aggregated, at, delta, doubles, longs, product};

const COLUMNS: &str = "Sym:str Qty:i32 Price:f64 Ratio:f32 Time:instant Flag:bool Letter:char";

type Make = fn() -> Vec<Case>;
type Shape = fn(&Table) -> Result<Table>;

fn case(operation: Op, output: impl Into<String>, naive: impl Fn(&Rows) -> ArrayRef + 'static) -> Case {
    Case { operation, output: output.into(), naive: Box::new(naive) }
}

fn results(table: &Table, cases: &[Case], by: &[&str]) -> Result<Table> {
    let operations: Vec<Op> = cases.iter().map(|case| case.operation.clone()).collect();
    update_by(table, &operations, by)
}

/// One kind of input, shaped for the operator and for the plain way.
fn run(name: &str, profile: Profile, by: &'static [&'static str], make: Make, shapes: (Shape, Shape)) {
    let (live, still) = shapes;
    oracle(name)
        .input(profile.columns(COLUMNS).initial(30))
        .seeds(0..6)
        .overlisted_max(0.9)
        .against(move |inputs| Rows::new(&still(&inputs[0])?, by)?.with(&make()))
        .check(move |inputs| results(&live(&inputs[0])?, &make(), by));
    oracle(name)
        .input(Profile::full().columns(COLUMNS).changes(4))
        .seeds(0..4)
        .against(move |inputs| Rows::new(&still(&inputs[0])?, by)?.with(&make()))
        .check(move |inputs| results(&still(&inputs[0])?, &make(), by));
}

fn same(table: &Table) -> Result<Table> {
    Ok(table.clone())
}

fn ring(table: &Table) -> Result<Table> {
    ring_table(table, 12, RingStart::Filled)
}

fn last(table: &Table) -> Result<Table> {
    tail(table, 12)
}

/// On inputs whose rows are in the order of their positions.
fn check(name: &str, make: Make) {
    for by in [&["Sym"][..], &["Flag", "Sym"], &[]] {
        let name = format!("{name} by {by:?}");
        run(&format!("{name}, full"), Profile::full(), by, make, (same, same));
        run(&format!("{name}, append"), Profile::append(), by, make, (same, same));
        run(&format!("{name}, add-only"), Profile::add_only(), by, make, (same, same));
        run(&format!("{name}, ring"), Profile::append(), by, make, (ring, last));
    }
    run(&format!("{name}, blink"), Profile::blink(), &[], make, (same, same));
}

/// The rows with a timestamp, in their order.
fn in_time(table: &Table) -> Result<Table> {
    let present = function(DataType::Boolean, &[FunctionInput::Column(4)], |inputs, rows| {
        Arc::new((0..rows).map(|row| Some(inputs[0].is_valid(row))).collect::<BooleanArray>())
    });
    sort(&where_(table, &[Filter::new(present)])?, &[(4, Direction::Ascending)])
}

/// With every two rows at one time, in nanoseconds.
fn by_position(table: &Table) -> Result<Table> {
    let time = function(DataType::Int64, &[FunctionInput::Position], |inputs, _| {
        let positions = inputs[0].as_primitive::<Int64Type>();
        Arc::new(positions.unary::<_, Int64Type>(|position| position / 2 * 1_000_000_007))
    });
    update(table, &[Selection::function("Time", time)])
}

/// On inputs in the order of timestamps.
fn check_in_time(name: &str, make: Make) {
    for by in [&["Sym"][..], &[]] {
        let name = format!("{name} by {by:?}");
        run(&format!("{name}, full"), Profile::full(), by, make, (in_time, in_time));
        let profile = Profile::append().columns(COLUMNS).initial(20);
        oracle(&format!("{name}, append"))
            .input(profile)
            .seeds(0..6)
            .against(move |inputs| Rows::new(&by_position(&inputs[0])?, by)?.with(&make()))
            .check(move |inputs| results(&by_position(&inputs[0])?, &make(), by));
    }
}

fn cumulated_double(operation: Op, output: &str, input: &'static str, join: fn(f64, f64) -> f64) -> Case {
    case(operation, output, move |rows| {
        let values = rows.doubles(input);
        doubles(rows.fold(None, |result: &mut Option<f64>, row| {
            if let Some(value) = values[row] {
                *result = Some(result.map_or(value, |result| join(result, value)));
            }
            *result
        }))
    })
}

fn cumulated_long(operation: Op, output: &str, input: &'static str, join: fn(i64, i64) -> i64) -> Case {
    case(operation, output, move |rows| {
        let values = rows.longs(input);
        longs(rows.fold(None, |result: &mut Option<i64>, row| {
            if let Some(value) = values[row] {
                *result = Some(result.map_or(value, |result| join(result, value)));
            }
            *result
        }))
    })
}

fn is_nan(array: &ArrayRef, row: usize) -> bool {
    array.is_valid(row)
        && array.data_type().is_floating()
        && cast(array, &DataType::Float64).expect("floats").as_primitive::<Float64Type>().value(row).is_nan()
}

/// The best of rows in the total order of a column, the first of equal ones; nulls and NaN are left out.
fn best(array: &ArrayRef, rows: impl Iterator<Item = usize>, wanted: Ordering) -> Option<usize> {
    let compare = make_comparator(array, array, SortOptions::default()).expect("an order");
    let rows = rows.filter(|row| array.is_valid(*row) && !is_nan(array, *row));
    rows.reduce(|best, row| if compare(row, best) == wanted { row } else { best })
}

fn cumulated_best(operation: Op, output: String, input: &'static str, wanted: Ordering) -> Case {
    case(operation, output, move |rows| {
        let array = rows.array(input).clone();
        let places = rows.fold(None, |result: &mut Option<usize>, row| {
            *result = best(&array, result.iter().copied().chain([row]), wanted);
            *result
        });
        at(&array, places)
    })
}

const ORDERED: [&str; 6] = ["Qty", "Price", "Ratio", "Letter", "Sym", "Time"];

fn cumulative() -> Vec<Case> {
    let mut cases = vec![
        cumulated_double(Op::cum_sum(["SumPrice = Price"]), "SumPrice", "Price", |a, b| a + b),
        cumulated_double(Op::cum_sum(["SumRatio = Ratio"]), "SumRatio", "Ratio", |a, b| a + b),
        cumulated_long(Op::cum_sum(["SumQty = Qty"]), "SumQty", "Qty", i64::wrapping_add),
        cumulated_long(Op::cum_sum(["SumFlag = Flag"]), "SumFlag", "Flag", i64::wrapping_add),
        cumulated_long(Op::cum_sum(["SumLetter = Letter"]), "SumLetter", "Letter", i64::wrapping_add),
        cumulated_double(Op::cum_prod(["ProdPrice = Price"]), "ProdPrice", "Price", |a, b| a * b),
        cumulated_long(Op::cum_prod(["ProdQty = Qty"]), "ProdQty", "Qty", i64::wrapping_mul),
        case(Op::cum_count_where("Cheap", cheap()), "Cheap", |rows| {
            let (prices, limits) = (rows.doubles("Price"), rows.doubles("Qty"));
            longs(rows.fold(0, |count, row| {
                *count += i64::from(is_cheap(prices[row], limits[row]));
                Some(*count)
            }))
        }),
    ];
    for input in ORDERED.iter().filter(|name| **name != "Sym") {
        let columns = [format!("Min{input} = {input}")];
        cases.push(cumulated_best(Op::cum_min(&columns), format!("Min{input}"), input, Ordering::Less));
        let columns = [format!("Max{input} = {input}")];
        cases.push(cumulated_best(Op::cum_max(&columns), format!("Max{input}"), input, Ordering::Greater));
    }
    for input in ["Price", "Flag", "Letter", "Time"] {
        let columns = [format!("Fill{input} = {input}")];
        cases.push(case(Op::forward_fill(&columns), format!("Fill{input}"), move |rows| {
            let array = rows.array(input);
            let places = rows.fold(None, |last: &mut Option<usize>, row| {
                *last = if array.is_valid(row) { Some(row) } else { *last };
                *last
            });
            at(array, places)
        }));
    }
    cases
}

fn is_cheap(price: Option<f64>, limit: Option<f64>) -> bool {
    matches!((price, limit), (Some(price), Some(limit)) if price < limit)
}

/// Whether the price is below the quantity.
fn cheap() -> Arc<dyn RowFunction> {
    let inputs = [FunctionInput::Column(2), FunctionInput::Column(1)];
    function(DataType::Boolean, &inputs, |inputs, _| {
        let double = |array: &ArrayRef| cast(array, &DataType::Float64).expect("numbers");
        let (prices, limits) = (double(&inputs[0]), double(&inputs[1]));
        let pairs =
            prices.as_primitive::<Float64Type>().iter().zip(limits.as_primitive::<Float64Type>().iter());
        Arc::new(pairs.map(|(price, limit)| Some(price? < limit?)).collect::<BooleanArray>())
    })
}

#[test]
fn cumulative_operations() {
    check("cumulative", cumulative);
}

#[test]
fn texts_so_far() {
    check("text", || {
        vec![
            cumulated_best(Op::cum_min(["Least = Sym"]), "Least".into(), "Sym", Ordering::Less),
            cumulated_best(Op::cum_max(["Sym2 = Sym"]), "Sym2".into(), "Sym", Ordering::Greater),
        ]
    });
}

fn differences() -> Vec<Case> {
    let controls = [DeltaControl::NullDominates, DeltaControl::ValueDominates, DeltaControl::ZeroDominates];
    let mut cases = Vec::new();
    for (at, control) in controls.into_iter().enumerate() {
        let name = |input: &str| (format!("{input}{at}"), [format!("{input}{at} = {input}")]);
        let (output, columns) = name("Price");
        cases.push(case(Op::delta(columns, control), output, move |rows| {
            doubles(delta(rows, &rows.doubles("Price"), control, 0.0, |a, b| a - b))
        }));
        let (output, columns) = name("Ratio");
        cases.push(case(Op::delta(columns, control), output, move |rows| {
            let values = delta(rows, &rows.doubles("Ratio"), control, 0.0, |a, b| a - b);
            Arc::new(values.into_iter().map(|v| v.map(|v| v as f32)).collect::<Float32Array>())
        }));
        let (output, columns) = name("Qty");
        cases.push(case(Op::delta(columns, control), output, move |rows| {
            let values = delta(rows, &rows.longs("Qty"), control, 0, i64::wrapping_sub);
            let values = values.into_iter().map(|v| v.map(|v| v as i32));
            Arc::new(values.collect::<arrow_array::Int32Array>())
        }));
        let (output, columns) = name("Time");
        cases.push(case(Op::delta(columns, control), output, move |rows| {
            longs(delta(rows, &rows.longs("Time"), control, 0, i64::wrapping_sub))
        }));
    }
    cases
}

#[test]
fn differences_to_the_row_before() {
    check("delta", differences);
}

const STATISTICS: [(Decay, &str); 5] = [
    (Decay::Average, "Ema"),
    (Decay::Sum, "Ems"),
    (Decay::Least, "Emmin"),
    (Decay::Greatest, "Emmax"),
    (Decay::Deviation, "Emstd"),
];

fn decaying(
    what: Decay,
    output: String,
    input: &'static str,
    time: Option<f64>,
    control: OperationControl,
) -> Case {
    let scale = match time {
        None => Scale::Ticks(3.0),
        Some(ns) => Scale::Time { column: "Time".into(), ns: ns as i64 },
    };
    let operation = Op::decay(what, scale, [format!("{output} = {input}")], control);
    case(operation, output, move |rows| {
        let values = rows.doubles(input);
        let stamps = if time.is_some() { rows.longs("Time") } else { vec![Some(0); values.len()] };
        #[derive(Clone, Default)]
        struct State {
            value: Option<f64>,
            variance: f64,
            result: f64,
            stamp: i64,
        }
        doubles(rows.fold(State::default(), |state, row| {
            let bad = match values[row] {
                None => Some(control.on_null),
                Some(x) if x.is_nan() => Some(control.on_nan),
                _ => None,
            };
            match (bad, values[row]) {
                (Some(BadData::Skip), _) => {}
                (Some(BadData::Reset), _) => *state = State::default(),
                (Some(BadData::Poison), _) => {
                    let stamp = state.stamp;
                    *state = State { value: Some(f64::NAN), variance: f64::NAN, result: f64::NAN, stamp };
                }
                (Some(BadData::Throw), _) | (None, None) => unreachable!("not in these cases"),
                (None, Some(x)) => {
                    let stamp = stamps[row].expect("a timestamp");
                    let a =
                        time.map_or((-1.0f64 / 3.0).exp(), |ns| (-((stamp - state.stamp) as f64) / ns).exp());
                    state.stamp = stamp;
                    let before = state.value;
                    let mean = before.map_or(x, |mean| a * mean + (1.0 - a) * x);
                    let (value, result) = match what {
                        Decay::Average => (mean, mean),
                        Decay::Sum => before.map_or((x, x), |sum| (a * sum + x, a * sum + x)),
                        Decay::Least | Decay::Greatest => {
                            let pick = |old: f64| match what {
                                _ if old.is_nan() => old,
                                Decay::Least => (a * old).min(x),
                                _ => (a * old).max(x),
                            };
                            let value = before.map_or(x, pick);
                            (value, value)
                        }
                        Decay::Deviation => match before {
                            None => {
                                state.variance = 0.0;
                                (x, f64::NAN)
                            }
                            Some(old) => {
                                let distance = x - old;
                                state.variance = a * (state.variance + (1.0 - a) * distance * distance);
                                (mean, state.variance.sqrt())
                            }
                        },
                    };
                    (state.value, state.result) = (Some(value), result);
                }
            }
            state.value.map(|_| state.result)
        }))
    })
}

fn decays(time: Option<f64>) -> Vec<Case> {
    let mut cases = Vec::new();
    let reset = OperationControl { on_null: BadData::Reset, on_nan: BadData::Skip };
    let poison = OperationControl { on_null: BadData::Skip, on_nan: BadData::Poison };
    let both = OperationControl { on_null: BadData::Poison, on_nan: BadData::Reset };
    for (what, name) in STATISTICS {
        let controls = [OperationControl::default(), reset, poison, both];
        for (at, control) in controls.into_iter().enumerate() {
            cases.push(decaying(what, format!("{name}{at}"), "Price", time, control));
        }
        cases.push(decaying(what, format!("{name}Qty"), "Qty", time, OperationControl::default()));
    }
    cases
}

#[test]
fn decay_by_rows() {
    check("decay", || decays(None));
}

#[test]
fn decay_by_time() {
    check_in_time("decay in time", || decays(Some(1.5e9)));
}

fn window_of(look: Look) -> Window {
    match look {
        Look::Ticks(back, ahead) => Window::Ticks { back, ahead },
        Look::Time(column, back, ahead) => Window::Time { column: column.into(), back, ahead },
    }
}

/// All operations on windows of one kind.
fn rolling(look: Look) -> Vec<Case> {
    let window = || window_of(look);
    let mut cases = Vec::new();
    for input in ["Price", "Qty", "Letter"] {
        let columns = |name: &str| [format!("{name}{input} = {input}")];
        let output = |name: &str| format!("{name}{input}");
        let by_aggregation =
            |operation: Op, name: &str, aggregation: fn([&'static str; 1]) -> Aggregation| {
                case(operation, output(name), move |rows| {
                    aggregated(rows, look, &[input], &aggregation([input]))
                })
            };
        cases.push(by_aggregation(Op::rolling_sum(columns("Sum"), window()), "Sum", Aggregation::sum));
        cases.push(by_aggregation(Op::rolling_avg(columns("Avg"), window()), "Avg", Aggregation::avg));
        cases.push(by_aggregation(Op::rolling_std(columns("Std"), window()), "Std", Aggregation::std));
        let counted = case(Op::rolling_count(columns("Count"), window()), output("Count"), move |rows| {
            let (array, windows) = (rows.array(input), rows.windows(look));
            let count = |window: Vec<usize>| window.iter().filter(|row| array.is_valid(**row)).count();
            longs(windows.into_iter().map(|window| Some(count(window) as i64)).collect())
        });
        cases.push(counted);
    }
    for input in ["Price", "Qty"] {
        let operation = Op::rolling_prod([format!("Prod{input} = {input}")], window());
        cases.push(case(operation, format!("Prod{input}"), move |rows| {
            let values = rows.doubles(input);
            let of_window = |window: Vec<usize>| {
                let factors: Vec<f64> = window.iter().map(|row| values[*row].unwrap_or(1.0)).collect();
                window.iter().any(|row| values[*row].is_some()).then(|| product(&factors))
            };
            doubles(rows.windows(look).into_iter().map(of_window).collect())
        }));
    }
    for (input, wanted) in ORDERED.into_iter().zip([Ordering::Less, Ordering::Greater].into_iter().cycle()) {
        let columns = [format!("Best{input} = {input}")];
        let operation = match wanted {
            Ordering::Less => Op::rolling_min(columns, window()),
            _ => Op::rolling_max(columns, window()),
        };
        cases.push(case(operation, format!("Best{input}"), move |rows| {
            let array = rows.array(input);
            let of_window = |window: Vec<usize>| {
                let nan = window.iter().find(|row| is_nan(array, **row)).copied();
                nan.or_else(|| best(array, window.into_iter(), wanted))
            };
            at(array, rows.windows(look).into_iter().map(of_window).collect())
        }));
    }
    cases.extend(of_windows(look));
    cases
}

/// The windows themselves, functions of them, and counts.
fn of_windows(look: Look) -> Vec<Case> {
    let window = || window_of(look);
    let weighted = case(Op::rolling_wavg("Qty", ["Wavg = Price"], window()), "Wavg", move |rows| {
        let (weights, values) = (rows.doubles("Qty"), rows.doubles("Price"));
        let means = aggregated(rows, look, &["Qty", "Price"], &Aggregation::weighted_avg("Qty", ["Price"]));
        let means = means.as_primitive::<Float64Type>().iter();
        let zero = |window: &Vec<usize>| {
            let weights = window.iter().filter(|row| values[**row].is_some()).filter_map(|row| weights[*row]);
            weights.sum::<f64>() == 0.0
        };
        let fix = |(mean, window): (Option<f64>, Vec<usize>)| {
            mean.map(|mean| if zero(&window) { f64::NAN } else { mean })
        };
        doubles(means.zip(rows.windows(look)).map(fix).collect())
    });
    let listed = |input: &'static str, output: &str| {
        case(Op::rolling_group([format!("{output} = {input}")], window()), output, move |rows| {
            lists(rows.array(input), &rows.windows(look))
        })
    };
    let counted = case(Op::rolling_count_where("CheapHere", cheap(), window()), "CheapHere", move |rows| {
        let (prices, limits) = (rows.doubles("Price"), rows.doubles("Qty"));
        let count =
            |window: Vec<usize>| window.iter().filter(|row| is_cheap(prices[**row], limits[**row])).count();
        longs(rows.windows(look).into_iter().map(|window| Some(count(window) as i64)).collect())
    });
    let last = case(Op::rolling_formula("LastPrice", last_price(), window()), "LastPrice", move |rows| {
        let prices = rows.doubles("Price");
        let last = |window: Vec<usize>| window.last().and_then(|row| prices[*row]);
        doubles(rows.windows(look).into_iter().map(last).collect())
    });
    vec![weighted, listed("Price", "Prices"), listed("Sym", "Syms"), counted, last]
}

fn lists(array: &ArrayRef, windows: &[Vec<usize>]) -> ArrayRef {
    let items = at(array, windows.iter().flatten().copied().map(Some).collect());
    let offsets = arrow_buffer::OffsetBuffer::from_lengths(windows.iter().map(Vec::len));
    let field = arrow_schema::Field::new_list_field(items.data_type().clone(), true);
    Arc::new(ListArray::new(Arc::new(field), offsets, items, None))
}

/// The last price of a list.
fn last_price() -> Arc<dyn RowFunction> {
    function(DataType::Float64, &[FunctionInput::Column(2)], |inputs, rows| {
        let lists = inputs[0].as_list::<i32>();
        let last = |row: usize| {
            let list = lists.value(row);
            let list = list.as_primitive::<Float64Type>();
            (!list.is_empty() && list.is_valid(list.len() - 1)).then(|| list.value(list.len() - 1))
        };
        Arc::new((0..rows).map(last).collect::<Float64Array>())
    })
}

#[test]
fn windows_of_rows_before() {
    check("window 3, 0", || rolling(Look::Ticks(3, 0)));
}

#[test]
fn windows_of_rows_around() {
    check("window 2, 5", || rolling(Look::Ticks(2, 5)));
}

#[test]
fn windows_of_rows_elsewhere() {
    check("window -1, 3", || rolling(Look::Ticks(-1, 3)));
    check("window 5, -2", || rolling(Look::Ticks(5, -2)));
    check("window 0, 0", || rolling(Look::Ticks(0, 0)));
}

const SECOND: i64 = 1_000_000_007;

#[test]
fn windows_of_time_before() {
    check_in_time("window of time 2, 0", || rolling(Look::Time("Time", 2 * SECOND, 0)));
}

#[test]
fn windows_of_time_around() {
    check_in_time("window of time 1, 1", || rolling(Look::Time("Time", SECOND, SECOND)));
}

#[test]
fn windows_of_time_elsewhere() {
    check_in_time("window of time 3, -1", || rolling(Look::Time("Time", 3 * SECOND, -SECOND)));
    check_in_time("window of time -1, 3", || rolling(Look::Time("Time", -SECOND, 3 * SECOND)));
}

#[test]
fn work_is_that_of_the_change() {
    let look = Look::Ticks(3, 1);
    oracle("cost of windows")
        .input(Profile::full().initial(150).columns(COLUMNS))
        .seeds(0..2)
        .cycles(10)
        .work(|changed| 40 * changed + 10)
        .check(move |inputs| results(&inputs[0], &of_windows(look), &["Sym"]));
    oracle("cost of appended rows")
        .input(Profile::append().initial(400).columns(COLUMNS))
        .seeds(0..3)
        .work(|changed| 4 * changed)
        .check(|inputs| results(&inputs[0], &cumulative(), &["Sym"]));
    // Windows that are summed do not read again what is in them, however long they are.
    oracle("cost of rows appended to long windows")
        .input(Profile::append().initial(400).columns(COLUMNS))
        .seeds(0..3)
        .work(|changed| 2 * changed)
        .check(|inputs| {
            let window = || Window::Ticks { back: 500, ahead: 0 };
            let sums = [Op::rolling_sum(["S = Price"], window()), Op::rolling_max(["M = Qty"], window())];
            update_by(&inputs[0], &sums, &["Sym"])
        });
}

#[test]
fn only_what_changed_is_listed() {
    // The results take the place of what they are made from, so that no column is passed on but the key.
    let operations = || {
        vec![
            Op::cum_max(["Price"]),
            Op::rolling_sum(["Qty"], Window::Ticks { back: 2, ahead: 1 }),
            Op::decay(Decay::Deviation, Scale::Ticks(2.0), ["Ratio"], OperationControl::default()),
        ]
    };
    oracle("honest")
        .input(Profile::full().columns("Price:f64 Qty:i32 Ratio:f32"))
        .honest()
        .seeds(0..20)
        .check(move |inputs| update_by(&inputs[0], &operations(), &[]));
}

/// A view over the result shows that the order of the updates does not matter for what is downstream.
#[test]
fn results_are_tables_like_others() {
    oracle("chained").input(Profile::full().columns(COLUMNS)).seeds(0..6).check(|inputs| {
        let one = update_by(&inputs[0], &[Op::cum_sum(["S = Qty"])], &["Sym"])?;
        let two =
            update_by(&one, &[Op::rolling_avg(["A = S"], Window::Ticks { back: 4, ahead: 0 })], &["Flag"])?;
        let half = function(DataType::Int64, &[FunctionInput::Column(7)], |inputs, _| {
            Arc::new(inputs[0].as_primitive::<Int64Type>().unary::<_, Int64Type>(|value| value / 2))
                as ArrayRef
        });
        update_view(&two, &[Selection::function("Half", half)])
    });
}

#[test]
fn int64_stamps_are_taken() {
    let table = kinetable_testkit::fixed("T:i64 X:i64 \n 1 1 \n 3 2 \n 9 3");
    let window = Window::Time { column: "T".into(), back: 2, ahead: 0 };
    let result = update_by(&table, &[Op::rolling_sum(["X"], window)], &[]).expect("a result");
    let version = result.version();
    let sums = version.read(1, version.rows()).expect("sums");
    assert_eq!(*sums.as_primitive::<Int64Type>(), Int64Array::from(vec![1, 3, 3]));
}
