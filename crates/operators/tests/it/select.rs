//! Computed, stored and passed-on columns under the oracle, and what they promise.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::Int64Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_schema::DataType;
use expect_test::expect;
use kinetable_engine::column::FunctionInput;
use kinetable_engine::{ErrorKind, Properties, Result, Table};
use kinetable_operators::select::{
    Selection, drop_columns, lazy_update, move_columns, move_columns_down, rename_columns, select, update,
    update_view, view,
};
use kinetable_testkit::{Driver, Profile, ScriptedTable, change_text, fixed, oracle, record, table_text};

use crate::functions::{function, sum, sum_of};

const ID: usize = 1;
const QTY: usize = 2;
/// Columns of the profiles' tables.
const WIDTH: usize = 10;

fn live_profiles() -> [(&'static str, Profile); 4] {
    [
        ("append", Profile::append()),
        ("add-only", Profile::add_only()),
        ("blink", Profile::blink()),
        ("full", Profile::full()),
    ]
}

/// Formulas that see each other, one of which takes the place of a column, and a column passed on.
fn chained() -> Vec<Selection> {
    vec![
        Selection::function("Total", sum(&[ID, QTY])),
        Selection::function("Id", sum(&[WIDTH, ID])),
        Selection::function("Twice", sum(&[WIDTH + 1, WIDTH + 1])),
        Selection::column("Symbol", 0),
    ]
}

fn check(name: &str, operation: impl Fn(&Table) -> Result<Table>) {
    for (kind, profile) in live_profiles() {
        oracle(&format!("{name} on {kind}")).input(profile).check(|inputs| operation(&inputs[0]));
    }
}

#[test]
fn view_is_recomputed() {
    check("view", |table| view(table, &chained()));
}

#[test]
fn update_view_is_recomputed() {
    check("update_view", |table| update_view(table, &chained()));
}

#[test]
fn update_is_recomputed() {
    check("update", |table| update(table, &chained()));
}

#[test]
fn select_is_recomputed() {
    check("select", |table| select(table, &chained()));
}

#[test]
fn lazy_update_is_recomputed() {
    check("lazy_update", |table| lazy_update(table, &chained()));
}

#[test]
fn columns_are_dropped_renamed_and_moved() {
    check("rename", |table| rename_columns(table, &[("Id", "Qty"), ("Qty", "Id")]));
    check("drop", |table| drop_columns(table, &["Price", "Sym"]));
    check("move", |table| move_columns(table, 2, &[("Time", "Time"), ("S", "Sym")]));
}

#[test]
fn update_computes_only_changed_rows() {
    oracle("update, its work")
        .input(Profile::full().initial(3000))
        .seeds(0..6)
        .work(|changed| 8 * changed)
        .check(|inputs| update(&inputs[0], &[Selection::function("Total", sum(&[ID, QTY]))]));
}

#[test]
fn positions_and_neighbours_follow_appends() {
    let selections = [
        Selection::function("I", sum_of(&[FunctionInput::PositionInt, FunctionInput::Key])),
        Selection::function(
            "Near",
            sum_of(&[FunctionInput::Neighbour(ID, 2), FunctionInput::Neighbour(QTY, -1)]),
        ),
        Selection::function("Far", sum_of(&[FunctionInput::Neighbour(WIDTH + 1, 1)])),
    ];
    for profile in [Profile::append(), Profile::blink()] {
        let selections = selections.clone();
        oracle("positions in a view")
            .input(profile.clone())
            .check(|inputs| update_view(&inputs[0], &selections));
        oracle("positions, stored").input(profile).check(|inputs| update(&inputs[0], &selections));
    }
}

#[test]
fn neighbours_are_kept_right_on_every_table() {
    let selections = [
        Selection::function(
            "Near",
            sum_of(&[FunctionInput::Neighbour(ID, 2), FunctionInput::Neighbour(QTY, -1)]),
        ),
        Selection::function("Far", sum_of(&[FunctionInput::Neighbour(WIDTH, 1), FunctionInput::Column(ID)])),
        Selection::function("Back", sum_of(&[FunctionInput::Neighbour(ID, -3)])),
    ];
    check("neighbours in a view", |table| update_view(table, &selections));
    check("neighbours, stored", |table| update(table, &selections));
    check("neighbours alone", |table| view(table, &selections[2..]));
}

#[test]
fn rows_that_look_ahead_are_modified_when_rows_come() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::APPEND, "X:i64\n1\n2\n");
    let next = sum_of(&[FunctionInput::Neighbour(0, 1)]);
    let result = update(source.table(), &[Selection::function("Next", next)]).unwrap();
    let (told, _handle) = record(&result);
    source.update("+ 2 5\n+ 3 6");
    driver.cycle();
    expect![[r#"
           key  X:i64  Next:i64
        +  2    5      6
        +  3    6      .
        ~  1    =      5
    "#]]
    .assert_eq(&change_text(result.schema(), &told.take()[0]));
    assert_eq!(result.definition().properties, Properties::ANY);
}

#[test]
fn modified_columns_go_through_formulas() {
    let driver = Driver::new();
    let text = "key A:i64 B:i64 C:i64\n5 1 2 3\n";
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, text);
    let selections = [
        Selection::function("AB", sum(&[0, 1])),
        Selection::function("ABC", sum(&[3, 2])),
        Selection::function("CC", sum(&[2, 2])),
    ];
    let result = update(source.table(), &selections).unwrap();
    let (told, _handle) = record(&result);
    source.update("~ 5 10 = =");
    driver.cycle();
    let change = told.take().remove(0);
    let columns: Vec<usize> = change.update.modified_columns.iter().collect();
    assert_eq!(columns, [0, 3, 4], "A, AB and ABC, but not CC");
}

#[test]
fn passed_on_columns_are_shared() {
    let table = fixed("A:i64 B:str\n1 a\n2 b\n");
    let result = update(&table, &[Selection::column("C", 1)]).unwrap();
    let (before, after) = (table.version(), result.version());
    for (from, to) in [(0, 0), (1, 1), (1, 2)] {
        assert!(Arc::ptr_eq(before.column(from), after.column(to)));
    }
}

#[test]
fn a_name_given_twice_keeps_its_place_and_its_last_value() {
    let table = fixed("A:i64 B:i64\n1 10\n");
    let selections = [
        Selection::function("X", sum(&[0, 1])),
        Selection::function("A", sum(&[2, 2])),
        Selection::function("X", sum(&[3, 0])),
    ];
    expect![[r#"
        key  A:i64  B:i64  X:i64
        0    22     10     23
    "#]]
    .assert_eq(&table_text(&update_view(&table, &selections).unwrap()));
    expect![[r#"
        key  X:i64  A:i64
        0    23     22
    "#]]
    .assert_eq(&table_text(&view(&table, &selections).unwrap()));
}

#[test]
fn lazy_update_computes_each_distinct_input_once() {
    let computed = Arc::new(AtomicU64::new(0));
    let counter = computed.clone();
    let twice = function(DataType::Int64, &[FunctionInput::Column(0)], move |inputs, rows| {
        counter.fetch_add(rows as u64, Ordering::SeqCst);
        let values = inputs[0].as_primitive::<Int64Type>().iter();
        Arc::new(values.map(|value| value.map(|v| v * 2)).collect::<Int64Array>())
    });
    let table = fixed("A:i64\n1\n2\n1\n.\n2\n.\n");
    let result = lazy_update(&table, &[Selection::function("B", twice)]).unwrap();
    let text = table_text(&result);
    expect![[r#"
        key  A:i64  B:i64
        0    1      2
        1    2      4
        2    1      2
        3    .      .
        4    2      4
        5    .      .
    "#]]
    .assert_eq(&text);
    assert_eq!(text, table_text(&result));
    assert_eq!(computed.load(Ordering::SeqCst), 3);
}

#[test]
fn columns_keep_their_values_under_new_names() {
    let table = fixed("A:i64 B:i64 C:i64\n1 2 3\n");
    let names = |table: Table| {
        let fields = table.schema().fields().iter();
        fields.map(|field| field.name().clone()).collect::<Vec<_>>().join(" ")
    };
    let swapped = rename_columns(&table, &[("A", "B"), ("B", "A")]).unwrap();
    expect![[r#"
        key  B:i64  A:i64  C:i64
        0    1      2      3
    "#]]
    .assert_eq(&table_text(&swapped));
    assert_eq!(names(rename_columns(&table, &[("C", "A")]).unwrap()), "C B");
    assert_eq!(names(move_columns(&table, 1, &[("C", "C")]).unwrap()), "A C B");
    assert_eq!(names(move_columns_down(&table, &[("Z", "A")]).unwrap()), "B C Z");
    assert_eq!(names(drop_columns(&table, &["B"]).unwrap()), "A C");
}

#[test]
fn mistakes_are_told() {
    let table = fixed("A:i64 B:i64\n1 2\n");
    let error = drop_columns(&table, &["Bb"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    expect!["no column \"Bb\""].assert_eq(error.message());
    let error = rename_columns(&table, &[("C", "A"), ("C", "B")]).unwrap_err();
    expect!["two columns would be named \"C\""].assert_eq(error.message());

    let driver = Driver::new();
    let live = ScriptedTable::new(driver.graph(), Properties::ANY, "A:i64\n1\n");
    let position = sum_of(&[FunctionInput::Position]);
    let error = update_view(live.table(), &[Selection::function("P", position)]).unwrap_err();
    expect![[r#"
        column "P": the formula uses i, ii, k, or column array variables (the row position), and is not safe to refresh
          hint: use it on a static table or on one that is append-only or blink; snapshot() gives a static copy"#]]
    .assert_eq(&error.to_string());
}
