//! Rows of groups, against the plain way to them: `head_by`, `tail_by`, `ungroup`, formulas, `keyed_transpose`.

use std::sync::Arc;

use arrow_array::builder::BooleanBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, StringViewArray};
use arrow_schema::{DataType, Field};
use expect_test::expect;
use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_engine::{Properties, Result, Table};
use kinetable_operators::aggregate::{
    Aggregation, GroupOptions, NewColumn, Transpose, agg_by, group_by, head_by, keyed_transpose, tail_by,
};
use kinetable_operators::shape::{flatten, merge, ungroup, ungroup_filled};
use kinetable_operators::sort::{Direction, sort};
use kinetable_testkit::{Driver, Profile, ScriptedTable, change_text, fixed, oracle, record, table_text};

use crate::naive;

const COLUMNS: &str = "Sym:str Flag:bool Qty:i32 Price:f64";

fn kinds() -> [Profile; 4] {
    let kinds = [Profile::full(), Profile::append(), Profile::add_only(), Profile::fixed()];
    kinds.map(|profile| profile.columns(COLUMNS))
}

/// By its first columns, so many; rows of one group keep their order.
fn by_keys(table: &Table, keys: usize) -> Result<Table> {
    sort(table, &(0..keys).map(|key| (key, Direction::Ascending)).collect::<Vec<_>>())
}

/// The columns of a result: keys first.
fn ordered<'a>(by: &[&'a str]) -> Vec<&'a str> {
    let rest = ["Sym", "Flag", "Qty", "Price"].into_iter().filter(|name| !by.contains(name));
    by.iter().copied().chain(rest).collect()
}

fn naive_ends(input: &Table, by: &[&str], cut: impl Fn(&[usize]) -> &[usize]) -> Result<Table> {
    let groups = naive::groups(input, by);
    let rows = || groups.iter().flat_map(|group| cut(group).iter().copied());
    naive::table(ordered(by).into_iter().map(|name| (name, naive::pick(input, name, rows()))).collect())
}

#[test]
fn ends_of_groups() {
    for by in [&["Sym"][..], &["Flag", "Sym"], &[]] {
        for count in [0, 1, 3, 50] {
            for profile in kinds() {
                let width = by.len();
                oracle(&format!("head_by {count} {by:?}"))
                    .input(profile.clone())
                    .honest()
                    .seeds(0..8)
                    .against(move |inputs| {
                        let first = |group: &[usize]| group.len().min(count);
                        by_keys(&naive_ends(&inputs[0], by, |group| &group[..first(group)])?, width)
                    })
                    .check(|inputs| by_keys(&head_by(&inputs[0], count as u64, by)?, width));
                oracle(&format!("tail_by {count} {by:?}"))
                    .input(profile)
                    .honest()
                    .seeds(0..8)
                    .against(move |inputs| {
                        let skip = |group: &[usize]| group.len().saturating_sub(count);
                        by_keys(&naive_ends(&inputs[0], by, |group| &group[skip(group)..])?, width)
                    })
                    .check(|inputs| by_keys(&tail_by(&inputs[0], count as u64, by)?, width));
            }
        }
    }
}

#[test]
fn ends_of_groups_have_groups_in_order_and_cost_the_change() {
    oracle("tail_by, as it is")
        .input(Profile::append().columns(COLUMNS).initial(3000))
        .honest()
        .seeds(0..10)
        .work(|changed| changed)
        .against(|inputs| naive_ends(&inputs[0], &["Sym"], |group| &group[group.len().saturating_sub(4)..]))
        .check(|inputs| tail_by(&inputs[0], 4, &["Sym"]));
    oracle("head_by of an append-only table, in order")
        .input(Profile::append().columns(COLUMNS))
        .against(|inputs| naive_ends(&inputs[0], &["Sym"], |group| &group[..group.len().min(2)]))
        .check(|inputs| head_by(&inputs[0], 2, &["Sym"]));
}

#[test]
fn a_row_that_drops_out_is_removed_and_the_next_moves_up() {
    let driver = Driver::new();
    let text = "key  K:str  V:i64\n0 a 1\n1 b 2\n2 a 3\n3 a 4\n";
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, text);
    let first = head_by(source.table(), 2, &["K"]).unwrap();
    let (told, _handle) = record(&first);
    source.update("- 0\n~ 3 = 40");
    driver.cycle();
    expect![[r#"
           key  K:str  V:i64
        -  3    a      1
        +  5    a      40
    "#]]
    .assert_eq(&change_text(first.schema(), &told.take()[0]));
    expect![[r#"
        key  K:str  V:i64
        4    a      3
        5    a      40
        11   b      2
    "#]]
    .assert_eq(&table_text(&first));
}

/// Lists of two columns, the number of rows, and the last price; of groups by `Sym`.
fn lists(input: &Table) -> Result<Table> {
    let aggregations = [
        Aggregation::group(["Qtys = Qty", "Flags = Flag"]),
        Aggregation::count("Rows"),
        Aggregation::last(["Price"]),
    ];
    agg_by(input, &aggregations, &["Sym"], &GroupOptions::default())
}

#[test]
fn ungrouped_groups_are_the_rows() {
    for profile in kinds() {
        oracle("ungroup of group_by")
            .input(profile.clone())
            .honest()
            .against(|inputs| by_keys(&naive_ends(&inputs[0], &["Sym"], |group| group)?, 1))
            .check(|inputs| by_keys(&ungroup(&group_by(&inputs[0], &["Sym"])?, &[])?, 1));
        oracle("ungroup beside single values")
            .input(profile)
            .honest()
            .against(|inputs| {
                let input = &inputs[0];
                let groups = naive::groups(input, &["Sym"]);
                let rows = || groups.iter().flatten().copied();
                let each = |value: fn(&[usize]) -> usize| {
                    groups.iter().flat_map(move |group| group.iter().map(move |_| value(group)))
                };
                let counts =
                    Int64Array::from_iter_values(each(|group| group.len()).map(|count| count as i64));
                let last = naive::pick(input, "Price", each(|group| group[group.len() - 1]));
                let table = naive::table(vec![
                    ("Sym", naive::pick(input, "Sym", rows())),
                    ("Qtys", naive::pick(input, "Qty", rows())),
                    ("Flags", naive::pick(input, "Flag", rows())),
                    ("Rows", Arc::new(counts)),
                    ("Price", last),
                ]);
                by_keys(&table?, 1)
            })
            .check(|inputs| by_keys(&ungroup(&lists(&inputs[0])?, &[])?, 1));
    }
}

#[test]
fn ungroup_of_one_column_keeps_the_other_lists() {
    let aggregations = [Aggregation::distinct(["D = Qty"]), Aggregation::group(["Prices = Price"])];
    for profile in kinds() {
        oracle("ungroup of one column")
            .input(profile)
            .honest()
            .unordered()
            .against(move |inputs| {
                let grouped = naive_lists(&inputs[0])?;
                ungroup(&grouped, &["D"])
            })
            .check(|inputs| {
                ungroup(&agg_by(&inputs[0], &aggregations, &["Sym"], &GroupOptions::default())?, &["D"])
            });
    }
}

/// What `ungroup_of_one_column_keeps_the_other_lists` ungroups; its lists are made on a static table.
fn naive_lists(input: &Table) -> Result<Table> {
    let aggregations = [Aggregation::distinct(["D = Qty"]), Aggregation::group(["Prices = Price"])];
    agg_by(&flatten(input)?, &aggregations, &["Sym"], &GroupOptions::default())
}

#[test]
fn ungroup_follows_keys_anywhere() {
    let profile = || Profile::full().columns("Sym:str Qty:i32").changes(30).distinct(3);
    oracle("ungroup of sorted and merged tables")
        .inputs([profile(), profile()])
        .honest()
        .unordered()
        .against(|inputs| {
            let all = |name: &str| {
                let parts: Vec<ArrayRef> = inputs.iter().map(|input| naive::column(input, name)).collect();
                let parts: Vec<&dyn Array> = parts.iter().map(|part| part.as_ref()).collect();
                arrow_select::concat::concat(&parts).expect("one type")
            };
            naive::table(vec![("Sym", all("Sym")), ("Qty", all("Qty"))])
        })
        .check(|inputs| {
            let grouped =
                inputs.iter().map(|input| sort(&group_by(input, &["Sym"])?, &[(0, Direction::Descending)]));
            ungroup(&merge(&grouped.collect::<Result<Vec<_>>>()?)?, &[])
        });
}

#[test]
fn lists_of_unequal_length_are_an_error() {
    let table = fixed("K:str Qty:i64 \n a 1 \n a 1 \n b 5");
    let aggregations = [Aggregation::distinct(["D = Qty"]), Aggregation::group(["Q = Qty"])];
    let grouped = agg_by(&table, &aggregations, &["K"], &GroupOptions::default()).unwrap();
    let error = ungroup(&grouped, &[]).expect_err("1 value and 2");
    expect![[r#"
        ungroup: the arrays of row 0 differ in length: 1 values in one column, 2 in another
          hint: name the columns to ungroup that belong together, and ungroup the others apart"#]]
    .assert_eq(&error.to_string());
    let error = ungroup(&grouped, &["K"]).expect_err("text");
    assert!(error.to_string().contains("column \"K\" is"), "{error}");
}

#[test]
fn lists_of_unequal_length_are_filled_up() {
    let aggregations = [Aggregation::distinct(["D = Qty"]), Aggregation::group(["Prices = Price"])];
    for profile in kinds() {
        oracle("ungroup filled up")
            .input(profile)
            .honest()
            .unordered()
            .against(|inputs| ungroup_filled(&naive_lists(&inputs[0])?, &[]))
            .check(|inputs| {
                let grouped = agg_by(&inputs[0], &aggregations, &["Sym"], &GroupOptions::default())?;
                ungroup_filled(&grouped, &[])
            });
    }
    let table = fixed("K:str Qty:i64 \n a 1 \n a 1 \n b 5 \n c .");
    let aggregations = [Aggregation::distinct(["D = Qty"]), Aggregation::group(["Q = Qty"])];
    let grouped = agg_by(&table, &aggregations, &["K"], &GroupOptions::default()).unwrap();
    expect![[r#"
        key  K:str  D:i64  Q:i64
        0    a      1      1
        1    a      .      1
        2    b      5      5
        4    c      .      .
    "#]]
    .assert_eq(&table_text(&ungroup_filled(&grouped, &[]).unwrap()));
}

#[test]
fn empty_and_null_lists_give_no_rows() {
    let table = fixed("K:str V:i64 \n a . \n b 1 \n b 2 \n c .");
    let aggregations = [Aggregation::distinct(["D = V"])];
    let grouped = agg_by(&table, &aggregations, &["K"], &GroupOptions::default()).unwrap();
    expect![[r#"
        key  K:str  D:i64
        2    b      1
        3    b      2
    "#]]
    .assert_eq(&table_text(&ungroup(&grouped, &[]).unwrap()));
}

/// The sum of the products of two lists, plus one if the key is true.
#[derive(Debug)]
struct Products;

impl RowFunction for Products {
    fn data_type(&self) -> &DataType {
        &DataType::Float64
    }

    fn inputs(&self) -> &[FunctionInput] {
        &[FunctionInput::Column(2), FunctionInput::Column(1), FunctionInput::Column(3)]
    }

    fn eval(&self, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let [quantities, keys, prices] = inputs else { panic!("three inputs") };
        let value = |row: usize| {
            let (quantities, prices) =
                (quantities.as_list::<i32>().value(row), prices.as_list::<i32>().value(row));
            let key = keys.is_valid(row) && keys.as_boolean().value(row);
            products(
                quantities
                    .as_primitive::<Int32Type>()
                    .iter()
                    .zip(prices.as_primitive::<Float64Type>().iter()),
            ) + f64::from(u8::from(key))
        };
        Ok(Arc::new(Float64Array::from_iter_values((0..rows).map(value))))
    }
}

fn products(pairs: impl Iterator<Item = (Option<i32>, Option<f64>)>) -> f64 {
    pairs
        .map(|(a, b)| f64::from(a.unwrap_or(7)) * b.unwrap_or(-1.0))
        .fold(0.0, |sum, product| sum * 0.5 + product)
}

#[test]
fn formulas_see_the_rows_of_touched_groups() {
    let formula = Aggregation::formula("Out", Arc::new(Products), [1]);
    for profile in kinds() {
        oracle("formula over lists")
            .input(profile)
            .honest()
            .against(|inputs| {
                let input = &inputs[0];
                let groups = naive::groups(input, &["Flag"]);
                let (qty, price) = (naive::column(input, "Qty"), naive::column(input, "Price"));
                let flag = naive::column(input, "Flag");
                let (qty, price) = (qty.as_primitive::<Int32Type>(), price.as_primitive::<Float64Type>());
                let value = |group: &Vec<usize>| {
                    let cell = |row: &usize| {
                        let quantity = qty.is_valid(*row).then(|| qty.value(*row));
                        (quantity, price.is_valid(*row).then(|| price.value(*row)))
                    };
                    let key = flag.is_valid(group[0]) && flag.as_boolean().value(group[0]);
                    products(group.iter().map(cell)) + f64::from(u8::from(key))
                };
                let out = Float64Array::from_iter_values(groups.iter().map(value));
                let keys = naive::pick(input, "Flag", groups.iter().map(|group| group[0]));
                let rows = Int64Array::from_iter_values(groups.iter().map(|group| group.len() as i64));
                let result =
                    naive::table(vec![("Flag", keys), ("Out", Arc::new(out)), ("Rows", Arc::new(rows))]);
                by_keys(&result?, 1)
            })
            .check(|inputs| {
                let aggregations = [formula.clone(), Aggregation::count("Rows")];
                by_keys(&agg_by(&inputs[0], &aggregations, &["Flag"], &GroupOptions::default())?, 1)
            });
    }
}

/// Every flag, with one symbol that comes and one that does not.
fn initial_groups() -> Table {
    let flags: BooleanArray = [Some(true), Some(false), None, Some(true)].into_iter().collect();
    let syms: StringViewArray = [Some("s1"), Some("s1"), Some("s1"), Some("never")].into_iter().collect();
    naive::table(vec![("Sym", Arc::new(syms)), ("Flag", Arc::new(flags))]).expect("two columns")
}

fn naive_transpose(input: &Table) -> Result<Table> {
    let all = [
        initial_groups(),
        naive::table(vec![("Sym", naive::column(input, "Sym")), ("Flag", naive::column(input, "Flag"))])?,
    ];
    let all = merge(&all)?;
    let (flags, offset) = (naive::column(&all, "Flag"), initial_groups().size() as usize);
    let rows = naive::groups(&all, &["Sym"]);
    let price = naive::column(input, "Price");
    let price = price.as_primitive::<Float64Type>();
    let mut columns: Vec<(&str, ArrayRef)> =
        vec![("Sym", naive::pick(&all, "Sym", rows.iter().map(|group| group[0])))];
    for (wanted, [count_name, last_name]) in [
        (Some(true), ["Rows_true", "Price_true"]),
        (Some(false), ["Rows_false", "Price_false"]),
        (None, ["Rows_null", "Price_null"]),
    ] {
        let is = |row: &usize| flags.is_valid(*row).then(|| flags.as_boolean().value(*row)) == wanted;
        let cell = |group: &Vec<usize>| {
            let rows: Vec<usize> = group.iter().copied().filter(|row| is(row)).collect();
            let seen: Vec<usize> = rows.iter().copied().filter(|row| *row >= offset).collect();
            let last = seen.last().map(|row| row - offset);
            let last = last.filter(|row| price.is_valid(*row)).map(|row| price.value(row));
            ((!rows.is_empty()).then_some(seen.len() as i64), last)
        };
        let cells: Vec<(Option<i64>, Option<f64>)> = rows.iter().map(cell).collect();
        columns.push((count_name, Arc::new(cells.iter().map(|cell| cell.0).collect::<Int64Array>())));
        columns.push((last_name, Arc::new(cells.iter().map(|cell| cell.1).collect::<Float64Array>())));
    }
    naive::table(columns)
}

#[test]
fn transposed_cells_follow_the_rows() {
    let aggregations = [Aggregation::count("Rows"), Aggregation::last(["Price"])];
    // Groups that were there stay: rows of a changing table would have to be remembered by the plain way.
    for profile in [Profile::append(), Profile::add_only(), Profile::fixed()] {
        oracle("keyed_transpose")
            .input(profile.columns(COLUMNS))
            .honest()
            .unordered()
            .against(|inputs| naive_transpose(&inputs[0]))
            .check(|inputs| {
                let what = Transpose {
                    rows: &["Sym"],
                    columns: &["Flag"],
                    initial_groups: Some(initial_groups()),
                    on_new: NewColumn::Fail,
                };
                keyed_transpose(&inputs[0], &aggregations, &what)
            });
    }
}

#[test]
fn transposed_cells_empty_when_their_rows_go() {
    let driver = Driver::new();
    let text = "key  K:str  C:str  V:i64\n0 a x 1\n1 b 2-y 2\n2 a 2-y 3\n";
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, text);
    let what = |on_new| Transpose { rows: &["K"], columns: &["C"], initial_groups: None, on_new };
    let aggregations = [Aggregation::sum(["V"])];
    let table = keyed_transpose(source.table(), &aggregations, &what(NewColumn::Ignore)).unwrap();
    let failing = keyed_transpose(source.table(), &aggregations, &what(NewColumn::Fail)).unwrap();
    let (told, _handle) = record(&table);
    source.update("- 2\n+ 3 c x 9");
    driver.cycle();
    expect![[r#"
           key  K:str  x:i64  column_2_y:i64
        +  2    c      9      .
        ~  0    =      =      .
    "#]]
    .assert_eq(&change_text(table.schema(), &told.take()[0]));
    source.update("+ 4 a z 9\n- 1");
    driver.cycle();
    expect![[r#"
        key  K:str  x:i64  column_2_y:i64
        0    a      1      .
        2    c      9      .
    "#]]
    .assert_eq(&table_text(&table));
    let failure = failing.failure().expect("a new column key");
    assert!(failure.to_string().contains("initial_groups"), "{failure}");
}

#[test]
fn blink_tables_have_no_rows_to_show() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::BLINK, "key  K:str  V:f64\n");
    let formula = Aggregation::formula("Out", Arc::new(Products), []);
    let errors = [
        head_by(source.table(), 1, &["K"]).err(),
        tail_by(source.table(), 1, &["K"]).err(),
        group_by(source.table(), &["K"]).err(),
        agg_by(source.table(), &[formula], &["K"], &GroupOptions::default()).err(),
    ];
    let texts = errors.map(|error| error.expect("blink").to_string());
    for (text, name) in texts.iter().zip(["head_by", "tail_by", "group", "formula"]) {
        assert!(text.starts_with(&format!("Blink tables do not support {name}")), "{text}");
        assert!(text.contains("blink_to_append_only"), "{text}");
    }
}

#[test]
fn ungroup_keeps_blink() {
    /// Two elements a row, or none.
    #[derive(Debug)]
    struct Twice(DataType, [FunctionInput; 1]);

    impl RowFunction for Twice {
        fn data_type(&self) -> &DataType {
            &self.0
        }

        fn inputs(&self) -> &[FunctionInput] {
            &self.1
        }

        fn eval(&self, inputs: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
            let flags = inputs[0].as_boolean();
            let mut lists = arrow_array::builder::ListBuilder::new(BooleanBuilder::new());
            for row in 0..rows {
                if flags.is_valid(row) {
                    lists.values().append_value(flags.value(row));
                    lists.values().append_null();
                }
                lists.append(true);
            }
            Ok(Arc::new(lists.finish()))
        }
    }

    let item = Arc::new(Field::new_list_field(DataType::Boolean, true));
    let function: Arc<dyn RowFunction> = Arc::new(Twice(DataType::List(item), [FunctionInput::Column(1)]));
    oracle("ungroup of a blink table")
        .input(Profile::blink().columns(COLUMNS))
        .honest()
        .against(|inputs| {
            let input = &inputs[0];
            let flags = naive::column(input, "Flag");
            let rows = || (0..flags.len()).filter(|row| flags.is_valid(*row)).flat_map(|row| [row, row]);
            let values = rows()
                .enumerate()
                .map(|(place, row)| (place % 2 == 0).then(|| flags.as_boolean().value(row)));
            let values: BooleanArray = values.collect();
            let mut columns: Vec<(&str, ArrayRef)> =
                ["Sym", "Flag", "Qty", "Price"].map(|name| (name, naive::pick(input, name, rows()))).to_vec();
            columns.push(("Two", Arc::new(values)));
            naive::table(columns)
        })
        .check(|inputs| {
            use kinetable_operators::select::{Selection, update_view};
            let table = update_view(&inputs[0], &[Selection::function("Two", function.clone())])?;
            let result = ungroup(&table, &[])?;
            assert_eq!(result.definition().properties, inputs[0].definition().properties);
            Ok(result)
        });
}
