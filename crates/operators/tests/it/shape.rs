//! Operators that look at no cell, under the oracle.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array};
use expect_test::expect;
use kinetable_engine::source::Retention;
use kinetable_engine::{Properties, Result, Table};
use kinetable_operators::filter::{Filter, where_};
use kinetable_operators::shape::*;
use kinetable_operators::sort::reverse;
use kinetable_testkit::{Driver, Profile, ScriptedTable, change_text, fixed, oracle, record, table_text};

use crate::functions::above;

fn profiles() -> [Profile; 4] {
    [Profile::append(), Profile::add_only(), Profile::blink(), Profile::full()]
}

fn ordinary() -> [Profile; 3] {
    [Profile::append(), Profile::add_only(), Profile::full()]
}

fn check(
    name: &str,
    profiles: impl IntoIterator<Item = Profile>,
    operation: impl Fn(&Table) -> Result<Table>,
) {
    for profile in profiles {
        oracle(name).input(profile).check(|inputs| operation(&inputs[0]));
    }
}

#[test]
fn windows_are_recomputed() {
    check("head", ordinary(), |table| head(table, 7));
    check("tail", ordinary(), |table| tail(table, 7));
    check("slice", ordinary(), |table| slice(table, 3, 12));
    check("slice from the end", ordinary(), |table| slice(table, -9, -2));
    check("slice across", ordinary(), |table| slice(table, 4, -4));
    check("head_pct", ordinary(), |table| head_pct(table, 0.3));
    check("tail_pct", ordinary(), |table| tail_pct(table, 0.3));
    check("slice_pct", ordinary(), |table| slice_pct(table, 0.2, 0.7));
}

#[test]
fn head_and_tail_of_a_blink_table_are_over_its_history() {
    oracle("head of blink")
        .input(Profile::blink())
        .over_history()
        .against(|inputs| head(&inputs[0], 12))
        .check(|inputs| head(&inputs[0], 12));
    oracle("tail of blink")
        .input(Profile::blink())
        .over_history()
        .against(|inputs| tail(&inputs[0], 12))
        .check(|inputs| tail(&inputs[0], 12));
    oracle("blink_to_append_only")
        .input(Profile::blink())
        .over_history()
        .against(|inputs| Ok(inputs[0].clone()))
        .check(|inputs| blink_to_append_only(&inputs[0]));
}

#[test]
fn a_ring_keeps_the_newest_rows() {
    oracle("ring_table")
        .input(Profile::append())
        .against(|inputs| tail(&inputs[0], 9))
        .check(|inputs| ring_table(&inputs[0], 9, RingStart::Filled));
}

#[test]
fn flatten_and_reverse_are_recomputed() {
    check("flatten", profiles(), flatten);
    check("reverse", profiles(), reverse);
    check("flatten of filtered", profiles(), |table| flatten(&where_(table, &[Filter::new(above(1, 0.0))])?));
    check("reverse twice", profiles(), |table| reverse(&reverse(table)?));
}

#[test]
fn merge_is_recomputed() {
    let mixes = [
        [Profile::full(), Profile::full(), Profile::full()],
        [Profile::append(), Profile::fixed(), Profile::full()],
        [Profile::blink(), Profile::blink(), Profile::blink()],
        [Profile::add_only(), Profile::blink(), Profile::append()],
    ];
    for mix in mixes {
        oracle("merge").inputs(mix).check(merge);
    }
}

#[test]
fn merge_of_itself_and_of_moved_keys_is_recomputed() {
    oracle("merge of one table three ways").input(Profile::full()).check(|inputs| {
        let table = &inputs[0];
        merge(&[reverse(table)?, table.clone(), flatten(table)?])
    });
}

#[test]
fn merge_moves_spans_that_are_outgrown() {
    let driver = Driver::new();
    let text = "key A:i64\n0 1\n70000 2\n";
    let first = ScriptedTable::new(driver.graph(), Properties::ANY, text);
    let second = ScriptedTable::new(driver.graph(), Properties::ANY, "key A:i64\n5 3\n6 4\n");
    let merged = merge(&[first.table().clone(), second.table().clone()]).unwrap();
    let (told, _handle) = record(&merged);
    // 70,001 keys need 131,072, and as many are left free: 262,144 keys.
    first.update("+ 262143 5");
    driver.cycle();
    assert!(told.take()[0].update.shifted.is_empty());
    // Without row 0 the span can start at 65,536; it gets 524,288 keys.
    first.update("+ 262144 6\n- 0");
    second.update("> 6 +2\n~ 8 40");
    driver.cycle();
    expect![[r#"
           key           A:i64
        -  0             1
        >  70000-262143  -65536
        >  262149        +262144
        >  262150        +262146
        +  196608        6
        ~  524296        40
    "#]]
    .assert_eq(&change_text(merged.schema(), &told.take()[0]));
    expect![[r#"
        key     A:i64
        4464    2
        196607  5
        196608  6
        524293  3
        524296  40
    "#]]
    .assert_eq(&table_text(&merged));
}

#[test]
fn merge_follows_rows_that_leave_below() {
    let driver = Driver::new();
    let first = ScriptedTable::new(driver.graph(), Properties::ANY, "key A:i64\n0 0\n");
    let second = ScriptedTable::new(driver.graph(), Properties::ANY, "key A:i64\n0 -1\n");
    let merged = merge(&[first.table().clone(), second.table().clone()]).unwrap();
    let mut last = 0u64;
    for round in 1..40u64 {
        let key = round * 50_000;
        first.update(&format!("+ {key} {round}\n- {last}"));
        last = key;
        driver.cycle();
        let rows = merged.version().rows().to_vec();
        assert_eq!(rows.len(), 2);
        assert!(rows[1] < 1 << 20, "spans stay as small as their rows: {rows:?}");
    }
}

#[test]
fn merge_keeps_the_first_tables_column_order_and_tells_what_differs() {
    let first = fixed("A:i64 B:str\n1 x\n");
    let second = fixed("B:str A:i64\ny 2\n");
    let merged = merge(&[first.clone(), second]).unwrap();
    assert_eq!(table_text(&merged), "key  A:i64  B:str\n0    1      x\n1    2      y\n");
    assert!(merged.version().rows().is_flat());
    let error = merge(&[first.clone(), fixed("A:i64\n1\n")]).unwrap_err();
    expect!["merge: table 1 has no column \"B\""].assert_eq(error.message());
    let error = merge(&[first.clone(), fixed("A:i64 B:i64\n1 1\n")]).unwrap_err();
    expect!["merge: table 1 has column \"B\" of Int64, but table 0 has it of Utf8View"]
        .assert_eq(error.message());
    let error = merge(&[first, fixed("A:i64 B:str C:i64\n1 1 1\n")]).unwrap_err();
    expect!["merge: table 1 has a column \"C\" that table 0 has not"].assert_eq(error.message());
}

#[test]
fn properties_follow_the_table_of_the_reference() {
    let driver = Driver::new();
    let make = |properties| ScriptedTable::new(driver.graph(), properties, "A:i64\n1\n");
    let (append, blink, any) = (make(Properties::APPEND), make(Properties::BLINK), make(Properties::ANY));
    let of = |table: Result<Table>| table.unwrap().definition().properties;
    let test = [Filter::new(above(0, 0.0))];
    for source in [&append, &blink, &any] {
        let table = source.table();
        let own = table.definition().properties;
        assert_eq!(of(where_(table, &test)), own);
        assert_eq!(of(flatten(table)), own);
        let blink_only = Properties { blink: own.blink, ..Properties::ANY };
        assert_eq!(of(reverse(table)), blink_only);
        assert_eq!(of(merge(&[table.clone(), table.clone()])), blink_only);
        assert_eq!(of(tail(table, 2)), Properties::ANY);
        assert_eq!(of(ring_table(table, 2, RingStart::Filled)), Properties::ANY);
        assert_eq!(of(remove_blink(table)), if own.blink { Properties::ANY } else { own });
    }
    assert_eq!(of(head(append.table(), 2)), Properties::APPEND);
    assert_eq!(of(head(blink.table(), 2)), Properties::APPEND);
    assert_eq!(of(head(any.table(), 2)), Properties::ANY);
    assert_eq!(of(merge(&[append.table().clone(), blink.table().clone()])), Properties::ANY);
    assert_eq!(of(blink_to_append_only(blink.table())), Properties::APPEND);
    assert_eq!(of(add_only_to_blink(append.table())), Properties::BLINK);
    assert!(add_only_to_blink(any.table()).is_err());
    assert!(blink_to_append_only(append.table()).is_err());
}

#[test]
fn a_blink_table_refuses_what_has_no_meaning() {
    let driver = Driver::new();
    let blink = ScriptedTable::new(driver.graph(), Properties::BLINK, "A:i64\n1\n");
    let table = blink.table();
    for refused in
        [slice(table, 0, 1), head_pct(table, 0.5), tail_pct(table, 0.5), slice_pct(table, 0.1, 0.5)]
    {
        let error = refused.unwrap_err();
        assert!(error.message().starts_with("Blink tables do not support"), "{error}");
        assert_eq!(error.hint(), Some("keep them with blink_to_append_only first"));
    }
}

#[test]
fn a_snapshot_stays_as_it_was() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, "key A:i64\n3 1\n");
    let copy = snapshot(source.table()).unwrap();
    source.update("~ 3 2\n+ 4 5");
    driver.cycle();
    assert!(!copy.is_live());
    assert_eq!(table_text(&copy), "key  A:i64\n3    1\n");
    assert_eq!(source.table().size(), 2);
}

#[test]
fn added_rows_blink() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::APPEND, "A:i64\n1\n");
    let blink = add_only_to_blink(source.table()).unwrap();
    source.update("+ 1 2\n+ 2 3");
    driver.cycle();
    assert_eq!(table_text(&blink), "key  A:i64\n1    2\n2    3\n");
    source.update("+ 3 4");
    driver.cycle();
    assert_eq!(table_text(&blink), "key  A:i64\n3    4\n");
}

#[test]
fn a_ring_fails_when_its_parent_changes_rows() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, "key A:i64\n1 1\n2 2\n3 3\n");
    let filled = ring_table(source.table(), 2, RingStart::Filled).unwrap();
    let empty = ring_table(source.table(), 2, RingStart::Empty).unwrap();
    assert_eq!((filled.size(), empty.size()), (2, 0));
    source.update("- 1\n- 2\n+ 9 9");
    driver.cycle();
    assert_eq!(table_text(&filled), "key  A:i64\n2    3\n3    9\n");
    assert_eq!(table_text(&empty), "key  A:i64\n0    9\n");
    source.update("~ 9 1");
    driver.cycle();
    assert!(filled.failure().is_some() && empty.failure().is_some());
}

#[test]
fn time_tables_have_a_row_a_period() {
    let second = 1_000_000_000;
    let driver = Driver::new();
    let start = driver.clock().now();
    let append = time_table(driver.graph(), None, second, Retention::Append).unwrap();
    let blink = time_table(driver.graph(), Some(start + second), second, Retention::BLINK).unwrap();
    let ring = time_table(driver.graph(), Some(start), second, Retention::Ring(2)).unwrap();
    driver.run_until(start + 3 * second);
    assert_eq!((append.size(), ring.size()), (4, 2));
    expect![[r#"
        key  Timestamp:instant
        2    2026-01-01T00:00:02Z
        3    2026-01-01T00:00:03Z
    "#]]
    .assert_eq(&table_text(&ring));
    expect![[r#"
        key  Timestamp:instant
        2    2026-01-01T00:00:03Z
    "#]]
    .assert_eq(&table_text(&blink));
    driver.clock().advance(5 * second);
    driver.cycle();
    assert_eq!((append.size(), blink.size(), ring.size()), (9, 5, 2));
    driver.cycle();
    assert_eq!(blink.size(), 0);
    assert!(time_table(driver.graph(), None, 0, Retention::Append).is_err());
}

#[test]
fn static_tables_are_made_of_arrays_and_of_nothing() {
    let column = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as ArrayRef;
    let table = new_table(vec![("A".into(), column(vec![1, 2])), ("B".into(), column(vec![3, 4]))]).unwrap();
    assert_eq!(table_text(&table), "key  A:i64  B:i64\n0    1      3\n1    2      4\n");
    assert_eq!((empty_table(3).size(), empty_table(0).size()), (3, 0));
    let error = new_table(vec![("A".into(), column(vec![1])), ("B".into(), column(vec![]))]).unwrap_err();
    expect!["column \"B\" has 0 values, but column \"A\" has 1"].assert_eq(error.message());
    let error = new_table(vec![("A".into(), column(vec![])), ("A".into(), column(vec![]))]).unwrap_err();
    expect!["column \"A\" is given twice"].assert_eq(error.message());
}

#[test]
fn history_and_a_table_that_grows_behind_it_only_grow() {
    oracle("merge of static and append").inputs([Profile::fixed(), Profile::append()]).check(|inputs| {
        let merged = merge(inputs)?;
        assert!(merged.definition().properties.append_only);
        Ok(merged)
    });
}
