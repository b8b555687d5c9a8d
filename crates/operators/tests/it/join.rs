//! Joins under the oracle, against nested loops.

use std::sync::Arc;

use arrow_array::Int64Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use expect_test::expect;
use kinetable_engine::{Properties, Result, RowSet, Table};
use kinetable_operators::join::{
    NaturalJoinType, default_additions, exact_join, natural_join, where_in, where_not_in,
};
use kinetable_operators::select::{Selection, view};
use kinetable_operators::shape::new_table;
use kinetable_testkit::text::value_text;
use kinetable_testkit::{Driver, Profile, ScriptedTable, change_text, fixed, oracle, record, table_text};

use crate::nested::{key_texts, side_by_side};

use NaturalJoinType::{ErrorOnDuplicate, FirstMatch, LastMatch};

const ADD: &[(&str, &str)] = &[("RSym", "Sym"), ("RPrice", "Price"), ("RTime", "Time")];

/// The join by comparing every left row with every right row, as text.
fn nested_loops(
    left: &Table,
    right: &Table,
    on: &[(&'static str, &'static str)],
    add: &[(&str, &str)],
    policy: NaturalJoinType,
) -> Result<Table> {
    let names =
        |name: fn(&(&'static str, &'static str)) -> &'static str| on.iter().map(name).collect::<Vec<_>>();
    let lefts = key_texts(left, &names(|pair| pair.0))?;
    let rights = key_texts(right, &names(|pair| pair.1))?;
    let choose = |key: &String| {
        let mut same = rights.iter().zip(0u64..).filter(|(other, _)| *other == key);
        let found = if policy == LastMatch { same.last() } else { same.next() };
        found.map(|(_, at)| at)
    };
    let pairs: Vec<_> = lefts.iter().zip(0..).map(|(key, at)| (Some(at), choose(key))).collect();
    side_by_side(left, right, &pairs, add)
}

fn check(profiles: [Profile; 2], on: &'static [(&str, &str)], policy: NaturalJoinType) {
    oracle(&format!("natural_join on {on:?}, {policy:?}"))
        .inputs(profiles)
        .against(move |inputs| nested_loops(&inputs[0], &inputs[1], on, ADD, policy))
        .check(|inputs| natural_join(&inputs[0], &inputs[1], on, ADD, policy));
}

const INTEGER: &[(&str, &str)] = &[("Id", "Id")];
const TEXT: &[(&str, &str)] = &[("Sym", "Sym")];
const FLOAT: &[(&str, &str)] = &[("Price", "Price")];
const SEVERAL: &[(&str, &str)] = &[("Sym", "Sym"), ("Ratio", "Ratio"), ("Flag", "Flag")];

#[test]
fn both_sides_may_change() {
    for on in [INTEGER, TEXT, FLOAT, SEVERAL] {
        check([Profile::full(), Profile::full()], on, FirstMatch);
        check([Profile::full(), Profile::full()], on, LastMatch);
    }
}

#[test]
fn one_side_may_be_static() {
    for on in [INTEGER, TEXT, FLOAT, SEVERAL] {
        check([Profile::full(), Profile::fixed()], on, FirstMatch);
        check([Profile::fixed(), Profile::full()], on, LastMatch);
        check([Profile::fixed(), Profile::fixed()], on, LastMatch);
    }
}

#[test]
fn sides_may_append_or_blink() {
    for left in [Profile::append(), Profile::add_only(), Profile::blink()] {
        for right in [Profile::append(), Profile::blink(), Profile::full(), Profile::fixed()] {
            check([left.clone(), right], TEXT, LastMatch);
        }
    }
}

#[test]
fn rows_are_chosen_by_a_set() {
    let profiles = [Profile::append(), Profile::blink(), Profile::full(), Profile::fixed()];
    for left in &profiles {
        for set in &profiles {
            let set = set.clone().distinct(4).initial(3).changes(2);
            for on in [TEXT, SEVERAL] {
                oracle(&format!("where_in on {on:?}"))
                    .inputs([left.clone(), set.clone()])
                    .seeds(0..20)
                    .check(|inputs| where_in(&inputs[0], &inputs[1], on));
                oracle(&format!("where_not_in on {on:?}"))
                    .inputs([left.clone(), set.clone()])
                    .seeds(0..20)
                    .check(|inputs| where_not_in(&inputs[0], &inputs[1], on));
            }
        }
    }
    let (left, set) = (fixed("A:i64\n1\n2\n.\n4\n"), fixed("B:i64\n4\n.\n4\n"));
    let found = where_in(&left, &set, &[("A", "B")]).unwrap();
    assert_eq!(table_text(&found), "key  A:i64\n2    .\n3    4\n");
    let found = where_not_in(&left, &set, &[("A", "B")]).unwrap();
    assert_eq!(table_text(&found), "key  A:i64\n0    1\n1    2\n");
}

#[test]
fn a_table_joins_itself() {
    oracle("natural_join with a view of itself").input(Profile::full()).check(|inputs| {
        let table = &inputs[0];
        let right = view(table, &[Selection::column("Id", 1), Selection::column("Last", 3)])?;
        natural_join(table, &right, &[("Id", "Id")], &[("Last", "Last")], LastMatch)
    });
}

#[test]
fn the_work_is_that_of_changed_rows_and_their_matches() {
    // Shifts cost the rows they move, so they are left out: rows are only added where both sides change.
    oracle("natural_join of tables that grow, its work")
        .inputs([Profile::add_only().initial(2000), Profile::add_only().initial(2000)])
        .seeds(0..4)
        .work(|changed| 4 * changed)
        .check(|inputs| natural_join(&inputs[0], &inputs[1], INTEGER, ADD, FirstMatch));
    oracle("natural_join to a static table, its work")
        .inputs([Profile::full().initial(2000), Profile::fixed()])
        .seeds(0..4)
        .work(|changed| 4 * changed)
        .check(|inputs| natural_join(&inputs[0], &inputs[1], INTEGER, ADD, FirstMatch));
}

#[test]
fn equal_keys_match_whatever_their_bits() {
    let left = fixed("K:f64\n0.0\n-0.0\nNaN\n.\n7.0\n");
    let right = fixed("K:f64 V:i64\n-0.0 1\nNaN 2\n. 3\n");
    let result = natural_join(&left, &right, &[("K", "K")], &[("V", "V")], ErrorOnDuplicate).unwrap();
    expect![[r#"
        key  K:f64  V:i64
        0    0.0    1
        1    -0.0   1
        2    NaN    2
        3    .      3
        4    7.0    .
    "#]]
    .assert_eq(&table_text(&result));
}

#[test]
fn without_keys_all_rows_match() {
    let one = fixed("V:i64\n7\n");
    let left = fixed("K:i64\n1\n.\n");
    let join = |right: &Table| natural_join(&left, right, &[], &[("V", "V")], ErrorOnDuplicate);
    assert_eq!(table_text(&join(&one).unwrap()), "key  K:i64  V:i64\n0    1      7\n1    .      7\n");
    assert!(join(&fixed("V:i64\n7\n8\n")).is_err());
    check([Profile::full(), Profile::full()], &[], LastMatch);
}

#[test]
fn a_second_right_row_fails_the_table_when_its_key_is_matched() {
    let driver = Driver::new();
    let left = ScriptedTable::new(driver.graph(), Properties::ANY, "K:str\na\nb\n");
    let right = ScriptedTable::new(driver.graph(), Properties::ANY, "K:str V:i64\na 1\nz 2\n");
    let join = natural_join(left.table(), right.table(), &[("K", "K")], &[("V", "V")], ErrorOnDuplicate);
    let join = join.unwrap();
    right.update("+ 2 z 3");
    driver.cycle();
    assert!(join.failure().is_none(), "no left row has the key z");
    right.update("- 0\n+ 3 a 4");
    driver.cycle();
    assert_eq!(table_text(&join), "key  K:str  V:i64\n0    a      4\n1    b      .\n");
    right.update("+ 4 a 5");
    driver.cycle();
    expect![[r#"
        Natural Join found duplicate right key for a (2 right rows)
          hint: say which one to take, FIRST_MATCH or LAST_MATCH, or use last_by on the right table"#]]
    .assert_eq(&join.failure().expect("a is there twice").to_string());
    let again = natural_join(left.table(), right.table(), &[("K", "K")], &[("V", "V")], ErrorOnDuplicate);
    assert!(again.is_err());
}

#[test]
fn exact_join_wants_one_right_row() {
    let right = fixed("K:i64 J:str V:i64\n1 x 10\n2 y 20\n");
    let on = [("K", "K"), ("J", "J")];
    let good = exact_join(&fixed("K:i64 J:str\n2 y\n1 x\n"), &right, &on, &[("V", "V")]).unwrap();
    assert_eq!(table_text(&good), "key  K:i64  J:str  V:i64\n0    2      y      20\n1    1      x      10\n");
    let error = exact_join(&fixed("K:i64 J:str\n2 x\n"), &right, &on, &[]).unwrap_err();
    expect!["exact_join: Tables don't have one-to-one mapping - no mappings for key [2, x]"]
        .assert_eq(error.message());

    let driver = Driver::new();
    let left = ScriptedTable::new(driver.graph(), Properties::ANY, "K:i64\n1\n2\n");
    let right = ScriptedTable::new(driver.graph(), Properties::ANY, "key R:i64 V:i64\n10 1 5\n11 2 6\n");
    let join = exact_join(left.table(), right.table(), &[("K", "R")], &[("V", "V")]).unwrap();
    left.update("- 1");
    right.update("- 11");
    driver.cycle();
    assert!(join.failure().is_none(), "{:?}", join.failure());
    right.update("- 10");
    driver.cycle();
    assert!(join.failure().is_some());
}

#[test]
fn updates_list_what_changed() {
    let driver = Driver::new();
    let left = ScriptedTable::new(driver.graph(), Properties::ANY, "key K:i64 A:i64\n1 1 0\n2 2 0\n3 1 0\n");
    let right =
        ScriptedTable::new(driver.graph(), Properties::ANY, "key K:i64 V:i64 W:i64\n1 1 10 0\n2 2 20 0\n");
    let join =
        natural_join(left.table(), right.table(), &[("K", "K")], &[("V", "V")], ErrorOnDuplicate).unwrap();
    let (told, _handle) = record(&join);
    right.update("~ 1 = = 5\n> 2 +5");
    driver.cycle();
    assert!(told.take().is_empty(), "W is not shown, and a shift on the right is not seen");
    right.update("~ 7 = 21 =");
    left.update("> 3 +1\n~ 1 = 9");
    driver.cycle();
    expect![[r#"
           key  K:i64  A:i64  V:i64
        >  3    +1
        ~  1    =      9      10
        ~  2    =      0      21
    "#]]
    .assert_eq(&change_text(join.schema(), &told.take()[0]));
    right.update("- 1\n+ 9 1 11 0");
    driver.cycle();
    expect![[r#"
           key  K:i64  A:i64  V:i64
        ~  1    =      =      11
        ~  4    =      =      11
    "#]]
    .assert_eq(&change_text(join.schema(), &told.take()[0]));
}

#[test]
fn properties_of_the_left_are_kept_over_a_static_right() {
    let driver = Driver::new();
    let right = fixed("K:i64 V:i64\n1 2\n");
    let live = ScriptedTable::new(driver.graph(), Properties::ANY, "K:i64 V:i64\n1 2\n");
    for properties in [Properties::APPEND, Properties::BLINK, Properties::ANY] {
        let left = ScriptedTable::new(driver.graph(), properties, "K:i64\n1\n");
        let chosen = where_in(left.table(), live.table(), &[("K", "K")]).unwrap();
        assert_eq!(chosen.definition().properties.blink, properties.blink);
        let of = |right: &Table| {
            let join = natural_join(left.table(), right, &[("K", "K")], &[("V", "V")], LastMatch);
            join.unwrap().definition().properties
        };
        assert_eq!(of(&right), properties);
        assert_eq!(of(live.table()), Properties::ANY);
    }
}

#[test]
fn many_static_rows_are_joined_in_chunks() {
    let count = 400_000;
    let left = arrow_array::Int64Array::from_iter_values((0..count).map(|row| row * 7 % 1000));
    let right = arrow_array::Int64Array::from_iter_values((0..900).rev());
    let make = |values| kinetable_operators::shape::new_table(vec![("K".into(), Arc::new(values) as _)]);
    let (left, right) = (make(left).unwrap(), make(right).unwrap());
    let join = natural_join(&left, &right, &[("K", "K")], &[("R", "K")], ErrorOnDuplicate).unwrap();
    let version = join.version();
    let found = version.read(1, &RowSet::from_range(0..count as u64)).unwrap();
    for row in (0..count).step_by(997) {
        let key = row * 7 % 1000;
        let expected = if key < 900 { key.to_string() } else { ".".into() };
        assert_eq!(value_text(&found, row as usize), expected);
    }
}

#[test]
fn mistakes_are_told() {
    let left = fixed("K:i64 V:i64\n1 1\n");
    let right = fixed("K:i64 S:str V:i64\n1 a 1\n");
    let message = |on: &[(&str, &str)], add: &[(&str, &str)]| {
        natural_join(&left, &right, on, add, ErrorOnDuplicate).unwrap_err().to_string()
    };
    expect![[r#"
        natural_join: Conflicting column names [V]
          hint: name the columns to add, under names that are free: "NewV=V""#]]
    .assert_eq(&message(&[("K", "K")], &[("V", "V")]));
    expect![[r#"
        natural_join: Mismatched join types: key "K" of the left table is i64, but "S" of the right is text
          hint: cast one of them, e.g. update_view("S = (long)S")"#]]
    .assert_eq(&message(&[("K", "S")], &[]));
    expect![[r#"
        natural_join: no column "Q"
          hint: columns: K, V"#]]
    .assert_eq(&message(&[("Q", "K")], &[]));
    let error = where_in(&left, &right, &[]).unwrap_err();
    expect!["where_in: a join needs at least one pair of key columns"].assert_eq(error.message());
    let names = default_additions(&right, &[("K", "K"), ("V", "S")]);
    assert_eq!(names, [("S".to_string(), "S".to_string()), ("V".into(), "V".into())]);
}

#[test]
fn keys_that_lie_close_together_are_found() {
    let make = |values: Int64Array| new_table(vec![("K".into(), Arc::new(values) as _)]).unwrap();
    let keys = (-3000..3000).map(|key| (key % 7 != 0).then_some(key * 2)).chain([None]);
    let right = make(keys.clone().collect());
    let left = make((-7000..7000).map(Some).chain([None, Some(i64::MIN), Some(i64::MAX)]).collect());
    let join = natural_join(&left, &right, &[("K", "K")], &[("R", "K")], FirstMatch).unwrap();
    let known: std::collections::HashSet<Option<i64>> = keys.collect();
    let version = join.version();
    let read = |column| version.read(column, version.rows()).unwrap();
    let (lefts, rights) = (read(0), read(1));
    let (lefts, rights) = (lefts.as_primitive::<Int64Type>(), rights.as_primitive::<Int64Type>());
    for (left, right) in lefts.iter().zip(rights.iter()) {
        assert_eq!(right, left.filter(|_| known.contains(&left)), "{left:?}");
    }
    let chosen = where_in(&left, &right, &[("K", "K")]).unwrap();
    assert_eq!(chosen.size(), known.len() as u64);
}
