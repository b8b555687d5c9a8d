//! Filters under the oracle.

use std::sync::Arc;

use expect_test::expect;
use kinetable_engine::column::FunctionInput;
use kinetable_engine::{Properties, Table};
use kinetable_operators::filter::{Filter, where_, where_one_of};
use kinetable_operators::shape::new_table;
use kinetable_testkit::{Driver, Profile, ScriptedTable, change_text, fixed, oracle, record, table_text};

use crate::functions::{above, input_above, sum};

const ID: usize = 1;
const QTY: usize = 2;
const PRICE: usize = 3;

fn filters() -> Vec<Filter> {
    vec![Filter::new(above(ID, 0.0)), Filter::new(above(PRICE, 0.0))]
}

fn profiles() -> [Profile; 4] {
    [Profile::append(), Profile::add_only(), Profile::blink(), Profile::full()]
}

#[test]
fn where_is_recomputed() {
    for profile in profiles() {
        oracle("where").input(profile).check(|inputs| where_(&inputs[0], &filters()));
    }
}

#[test]
fn where_one_of_is_recomputed() {
    for profile in profiles() {
        oracle("where_one_of").input(profile).check(|inputs| where_one_of(&inputs[0], &filters()));
    }
}

#[test]
fn where_tests_only_changed_rows() {
    oracle("where, its work")
        .input(Profile::full().initial(3000))
        .seeds(0..6)
        .work(|changed| 2 * changed)
        .check(|inputs| where_(&inputs[0], &filters()));
}

#[test]
fn where_looks_ahead_on_appends() {
    for profile in [Profile::append(), Profile::blink()] {
        oracle("where with a later neighbour").input(profile).check(|inputs| {
            let next = input_above(FunctionInput::Neighbour(QTY, 2), 0.0);
            let odd = input_above(FunctionInput::Position, 3.0);
            where_one_of(&inputs[0], &[Filter::new(next), Filter::new(odd)])
        });
    }
}

#[test]
fn where_looks_at_neighbours_on_every_table() {
    for profile in profiles() {
        oracle("where with neighbours").input(profile).check(|inputs| {
            let next = input_above(FunctionInput::Neighbour(QTY, 2), 0.0);
            let last = input_above(FunctionInput::Neighbour(QTY, -1), 0.0);
            where_(&inputs[0], &[Filter::new(next), Filter::new(last)])
        });
    }
}

#[test]
fn a_modified_row_enters_leaves_or_stays() {
    let driver = Driver::new();
    let text = "key A:f64 B:i64\n1 5 1\n2 -5 2\n3 5 3\n4 5 4\n";
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, text);
    let result = where_(source.table(), &[Filter::new(above(0, 0.0))]).unwrap();
    let (told, _handle) = record(&result);
    source.update("- 4\n> 3 +10\n~ 1 -1 =\n~ 2 1 =\n~ 13 = 30");
    driver.cycle();
    expect![[r#"
           key  A:f64  B:i64
        -  1    5.0    1
        -  4    5.0    4
        >  3    +10
        +  2    1.0    2
        ~  13   5.0    30
    "#]]
    .assert_eq(&change_text(result.schema(), &told.take()[0]));
}

#[test]
fn a_modified_column_that_no_filter_reads_tests_nothing() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, "A:f64 B:i64\n5 1\n");
    let result = where_(source.table(), &[Filter::new(above(0, 0.0))]).unwrap();
    source.take_rows_read();
    source.update("~ 0 = 9");
    driver.cycle();
    assert_eq!(source.take_rows_read(), 0);
    assert_eq!(table_text(&result), "key  A:f64  B:i64\n0    5.0    9\n");
}

#[test]
fn null_does_not_pass_and_columns_are_shared() {
    let table = fixed("A:f64 B:i64\n. 1\n1 2\n-1 3\nNaN 4\n");
    let result = where_(&table, &[Filter::new(above(0, 0.0))]).unwrap();
    assert_eq!(table_text(&result), "key  A:f64  B:i64\n1    1.0    2\n");
    assert!(Arc::ptr_eq(table.version().column(1), result.version().column(1)));
    assert_eq!(where_(&table, &[]).unwrap().size(), 4);
    assert_eq!(where_one_of(&table, &[]).unwrap().size(), 4);
}

#[test]
fn many_rows_are_filtered_in_chunks() {
    let values = arrow_array::Int64Array::from_iter_values((0..700_000).map(|row| row * 7919 % 1000));
    let table = new_table(vec![("A".into(), Arc::new(values))]).unwrap();
    let result = where_(&table, &[Filter::new(above(0, 499.0))]).unwrap();
    let expected: Vec<u64> = (0..700_000).filter(|row| row * 7919 % 1000 > 499).collect();
    assert_eq!(result.version().rows().to_vec(), expected);
}

#[test]
fn a_filter_has_to_be_a_condition() {
    let table: Table = fixed("A:i64\n1\n");
    let error = where_(&table, &[Filter::new(sum(&[0]))]).unwrap_err();
    expect![[r#"
        a filter is Int64, but it has to be a condition
          hint: compare it, e.g. Price > 0"#]]
    .assert_eq(&error.to_string());
}
