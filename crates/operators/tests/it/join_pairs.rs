//! Joins of pairs under the oracle, against nested loops: `join`, the outer joins and `multi_join`.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::Int64Array;
use arrow_select::interleave::interleave;
use expect_test::expect;
use kinetable_engine::column::Packed;
use kinetable_engine::{Properties, Result, RowSet, Table};
use kinetable_operators::aggregate::{Aggregation, agg_all_by};
use kinetable_operators::join::{full_outer_join, join, left_outer_join, multi_join};
use kinetable_operators::select::{Selection, rename_columns, view};
use kinetable_operators::shape::new_table;
use kinetable_testkit::{Driver, Profile, ScriptedTable, change_text, fixed, oracle, record, table_text};

use crate::nested::{key_texts, side_by_side, values};

const ADD: &[(&str, &str)] = &[("RSym", "Sym"), ("RPrice", "Price"), ("RTime", "Time")];

type Names = &'static [(&'static str, &'static str)];
type Operation = fn(&Table, &Table, &[(&str, &str)], &[(&str, &str)]) -> Result<Table>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Inner,
    Left,
    Full,
}

use Kind::{Full, Inner, Left};

const ALL: [Kind; 3] = [Inner, Left, Full];

fn operation(kind: Kind) -> Operation {
    match kind {
        Inner => join,
        Left => left_outer_join,
        Full => full_outer_join,
    }
}

/// All pairs by looking at all of them.
fn nested_loops(left: &Table, right: &Table, on: Names, add: &[(&str, &str)], kind: Kind) -> Result<Table> {
    let lefts = key_texts(left, &on.iter().map(|pair| pair.0).collect::<Vec<_>>())?;
    let rights = key_texts(right, &on.iter().map(|pair| pair.1).collect::<Vec<_>>())?;
    let mut pairs = Vec::new();
    for (l, key) in lefts.iter().enumerate() {
        let same = rights.iter().enumerate().filter(|(_, other)| *other == key);
        let before = pairs.len();
        pairs.extend(same.map(|(r, _)| (Some(l as u64), Some(r as u64))));
        if pairs.len() == before && kind != Inner {
            pairs.push((Some(l as u64), None));
        }
    }
    if kind == Full {
        let lone = rights.iter().enumerate().filter(|(_, key)| !lefts.contains(key));
        pairs.extend(lone.map(|(r, _)| (None, Some(r as u64))));
    }
    let result = side_by_side(left, right, &pairs, add)?;
    if kind != Full {
        return Ok(result);
    }
    let version = result.version();
    let mut columns = version.columns().to_vec();
    for (l, r) in on {
        let (ours, theirs) = (values(left, l)?, values(right, r)?);
        let place = |pair: &(Option<u64>, Option<u64>)| match *pair {
            (Some(l), _) => (0, l as usize),
            (None, r) => (1, r.expect("a row of one side") as usize),
        };
        let places: Vec<(usize, usize)> = pairs.iter().map(place).collect();
        let key = interleave(&[ours.as_ref(), theirs.as_ref()], &places)?;
        columns[left.definition().column_index(l)?] = Packed::column(version.rows().clone(), key)?;
    }
    Ok(Table::fixed(result.definition().clone(), version.rows().clone(), columns))
}

fn check(profiles: [Profile; 2], on: Names, kind: Kind) {
    check_seeds(0..16, profiles, on, kind);
}

fn check_seeds(seeds: Range<u64>, profiles: [Profile; 2], on: Names, kind: Kind) {
    oracle(&format!("{kind:?} join on {on:?}"))
        .inputs(profiles)
        .seeds(seeds)
        .against(move |inputs| nested_loops(&inputs[0], &inputs[1], on, ADD, kind))
        .check(|inputs| operation(kind)(&inputs[0], &inputs[1], on, ADD));
}

const NONE: Names = &[];
const INTEGER: Names = &[("Id", "Id")];
const TEXT: Names = &[("Sym", "Sym")];
const FLOAT: Names = &[("Price", "Price")];
const SEVERAL: Names = &[("Sym", "Sym"), ("Ratio", "Ratio"), ("Flag", "Flag")];

#[test]
fn both_sides_may_change() {
    for kind in ALL {
        for on in [INTEGER, TEXT, FLOAT, SEVERAL] {
            check([Profile::full().distinct(9), Profile::full().distinct(9)], on, kind);
        }
        let few = || Profile::full().initial(10).changes(3);
        check([few(), few()], NONE, kind);
        check([few(), Profile::full().changes(1).nulls(0.0)], NONE, kind);
    }
}

#[test]
fn keys_may_come_and_go() {
    let sparse = || Profile::full().distinct(40).changes(12);
    for kind in ALL {
        check([sparse(), sparse()], INTEGER, kind);
        check([sparse(), Profile::blink().distinct(40)], INTEGER, kind);
        check([Profile::blink().distinct(40), sparse()], INTEGER, kind);
    }
}

#[test]
fn one_side_may_be_static() {
    for kind in ALL {
        for on in [NONE, INTEGER, SEVERAL] {
            check([Profile::full(), Profile::fixed()], on, kind);
            check([Profile::fixed(), Profile::full()], on, kind);
            check([Profile::fixed(), Profile::fixed()], on, kind);
        }
    }
}

#[test]
fn sides_may_append_or_blink() {
    let all =
        || [Profile::append(), Profile::add_only(), Profile::blink(), Profile::full(), Profile::fixed()];
    for left in all() {
        for right in all() {
            for kind in ALL {
                let (left, right) = (left.clone().distinct(9), right.clone().distinct(9));
                check_seeds(0..6, [left, right], TEXT, kind);
            }
        }
    }
}

#[test]
fn a_table_joins_itself() {
    for kind in ALL {
        oracle("join with itself")
            .input(Profile::full())
            .seeds(0..16)
            .check(|inputs| operation(kind)(&inputs[0], &inputs[0], INTEGER, ADD));
    }
}

#[test]
fn the_work_is_that_of_changed_rows_and_their_pairs() {
    let grown = || Profile::add_only().initial(2000).distinct(100_000).nulls(0.0);
    for kind in ALL {
        oracle("join of tables that grow, its work")
            .inputs([grown(), grown()])
            .seeds(0..4)
            .work(|changed| 8 * changed)
            .check(|inputs| operation(kind)(&inputs[0], &inputs[1], INTEGER, ADD));
    }
}

#[test]
fn null_keys_match_and_lone_rows_stay() {
    let left = fixed("K:f64 A:i64\n1.0 1\n. 2\nNaN 3\n-0.0 4\n7.0 5\n");
    let right = fixed("R:f64 B:i64\n0.0 10\nNaN 20\n. 30\n1.0 40\n1.0 50\n8.0 60\n");
    let text = |operation: Operation| {
        table_text(&operation(&left, &right, &[("K", "R")], &[("R", "R"), ("B", "B")]).unwrap())
    };
    expect![[r#"
        key  K:f64  A:i64  R:f64  B:i64
        0    1.0    1      1.0    40
        1    1.0    1      1.0    50
        2    .      2      .      30
        3    NaN    3      NaN    20
        4    -0.0   4      0.0    10
    "#]]
    .assert_eq(&text(join));
    expect![[r#"
        key  K:f64  A:i64  R:f64  B:i64
        0    1.0    1      1.0    40
        1    1.0    1      1.0    50
        2    .      2      .      30
        3    NaN    3      NaN    20
        4    -0.0   4      0.0    10
        5    7.0    5      .      .
    "#]]
    .assert_eq(&text(left_outer_join));
    expect![[r#"
        key  K:f64  A:i64  R:f64  B:i64
        0    1.0    1      1.0    40
        1    1.0    1      1.0    50
        2    .      2      .      30
        3    NaN    3      NaN    20
        4    -0.0   4      0.0    10
        5    7.0    5      .      .
        6    8.0    .      8.0    60
    "#]]
    .assert_eq(&text(full_outer_join));
    let cross = join(&fixed("A:i64\n1\n2\n"), &fixed("B:i64\n3\n4\n"), NONE, &[("B", "B")]).unwrap();
    expect![[r#"
        key  A:i64  B:i64
        0    1      3
        1    1      4
        2    2      3
        3    2      4
    "#]]
    .assert_eq(&table_text(&cross));
}

#[test]
fn updates_list_what_changed() {
    let driver = Driver::new();
    let left = ScriptedTable::new(driver.graph(), Properties::ANY, "key K:i64 A:i64\n1 1 0\n2 2 0\n3 1 0\n");
    let right =
        ScriptedTable::new(driver.graph(), Properties::ANY, "key K:i64 V:i64 W:i64\n1 1 10 0\n2 2 20 0\n");
    let result = join(left.table(), right.table(), &[("K", "K")], &[("V", "V")]).unwrap();
    let (told, _handle) = record(&result);
    right.update("~ 1 = = 5\n> 2 +5");
    left.update("> 3 +1");
    driver.cycle();
    assert!(told.take().is_empty(), "W is not shown, and shifts are not seen");
    right.update("~ 1 = 11 =");
    left.update("~ 2 = 9");
    driver.cycle();
    expect![[r#"
           key                  K:i64  A:i64  V:i64
        ~  4611686018427387904  =      0      11
        ~  4611686018427387906  =      9      20
        ~  4611686018427387908  =      0      11
    "#]]
    .assert_eq(&change_text(result.schema(), &told.take()[0]));
    right.update("+ 3 1 12 0\n- 7");
    driver.cycle();
    expect![[r#"
           key                  K:i64  A:i64  V:i64
        -  4611686018427387906  2      9      20
        +  4611686018427387906  1      0      12
        +  4611686018427387909  1      0      12
    "#]]
    .assert_eq(&change_text(result.schema(), &told.take()[0]));
}

#[test]
fn a_left_row_with_many_new_matches_makes_room() {
    let driver = Driver::new();
    let left = ScriptedTable::new(driver.graph(), Properties::ANY, "K:i64\n1\n2\n3\n");
    let right = ScriptedTable::new(driver.graph(), Properties::APPEND, "K:i64 V:i64\n1 0\n2 0\n3 0\n");
    let result = join(left.table(), right.table(), &[("K", "K")], &[("V", "V")]).unwrap();
    let mut key = 3;
    for cycle in 0..30i64 {
        let rows: Vec<String> = (0..20).map(|row| format!("+ {} 2 {}", key + row, cycle)).collect();
        key += 20;
        right.update(&rows.join("\n"));
        driver.cycle();
    }
    assert!(result.failure().is_none(), "{:?}", result.failure());
    assert_eq!(result.size(), 603);
    let version = result.version();
    let found = version.read(0, version.rows()).unwrap();
    let mut expected = vec![1i64];
    expected.extend([2].repeat(601));
    expected.push(3);
    assert_eq!(found.as_ref(), &Int64Array::from(expected));
}

#[test]
fn many_static_rows_are_joined_in_chunks() {
    let make =
        |name: &str, values: Int64Array| new_table(vec![(name.into(), Arc::new(values) as _)]).unwrap();
    let left = make("K", (0..300_000).map(|row| row * 7 % 1000).collect());
    let right = make("R", (0..1800).map(|row| row / 2).collect());
    let result = left_outer_join(&left, &right, &[("K", "R")], &[("R", "R")]).unwrap();
    assert_eq!(result.size(), 300_000 + 270_000);
    let rows = RowSet::from_range(0..4);
    let version = result.version();
    let expected = Int64Array::from(vec![0, 0, 7, 7]);
    assert_eq!(version.read(0, &rows).unwrap().as_ref(), &expected);
    assert_eq!(version.read(1, &rows).unwrap().as_ref(), &expected);
}

/// Keys that no table has twice: a table of the last row a key, under another name.
fn unique(table: &Table) -> Result<Table> {
    rename_columns(&agg_all_by(table, Aggregation::last(NO_COLUMNS), &["Id"])?, &[("Key", "Id")])
}

const NO_COLUMNS: &[&str] = &[];

/// The same by nested loops.
fn merged(inputs: &[Table]) -> Result<Table> {
    let keyed = inputs.iter().map(unique).collect::<Result<Vec<_>>>()?;
    let first = [("Key", "Key"), ("A", "Sym"), ("AP", "Price")].map(|(name, column)| {
        let index = keyed[0].definition().column_index(column).expect("a column of the profile");
        Selection::column(name, index)
    });
    let both = nested_loops(&view(&keyed[0], &first)?, &keyed[1], KEY, &[("B", "Sym")], Full)?;
    nested_loops(&both, &keyed[2], KEY, &[("C", "Sym"), ("CT", "Time")], Full)
}

const KEY: Names = &[("Key", "Key")];

#[test]
fn tables_are_merged_by_key() {
    let three = |inputs: &[Table]| {
        let keyed = inputs.iter().map(unique).collect::<Result<Vec<_>>>()?;
        multi_join(&[
            (&keyed[0], vec![("Key", "Key")], vec![("A", "Sym"), ("AP", "Price")]),
            (&keyed[1], vec![("Key", "Key")], vec![("B", "Sym")]),
            (&keyed[2], vec![("Key", "Key")], vec![("C", "Sym"), ("CT", "Time")]),
        ])
    };
    let wide = || Profile::full().distinct(30);
    oracle("multi_join")
        .inputs([wide(), wide(), wide()])
        .seeds(0..20)
        .unordered()
        .against(merged)
        .check(three);
    let left = fixed("K:i64 A:i64\n1 1\n2 2\n");
    let right = fixed("R:i64 B:i64\n3 30\n2 20\n");
    let third = fixed("K:i64 C:i64\n4 400\n3 300\n1 100\n");
    let result = multi_join(&[
        (&left, vec![("K", "K")], vec![("A", "A")]),
        (&right, vec![("K", "R")], vec![("B", "B")]),
        (&third, vec![("K", "K")], vec![("C", "C")]),
    ]);
    expect![[r#"
        key  K:i64  A:i64  B:i64  C:i64
        0    1      1      .      100
        1    2      2      20     .
        2    3      .      30     300
        3    4      .      .      400
    "#]]
    .assert_eq(&table_text(&result.unwrap()));
    let one = multi_join(&[(&left, vec![("K", "K")], vec![("A", "A")])]).unwrap();
    assert_eq!(table_text(&one), "key  K:i64  A:i64\n0    1      1\n1    2      2\n");
}

#[test]
fn a_key_that_is_there_twice_fails_a_merge() {
    let twice = fixed("K:i64 A:i64\n1 1\n1 2\n");
    let once = fixed("K:i64 B:i64\n1 1\n");
    let both =
        |first, second| multi_join(&[(first, vec![("K", "K")], vec![]), (second, vec![("K", "K")], vec![])]);
    expect![[r#"
        multi_join: 2 rows of an input have the same key
          hint: the keys of an input must be unique: use last_by on it first"#]]
    .assert_eq(&both(&twice, &once).unwrap_err().to_string());
    assert!(both(&once, &twice).is_err());
    assert!(multi_join(&[(&twice, vec![("K", "K")], vec![])]).is_err());
    let driver = Driver::new();
    let live = ScriptedTable::new(driver.graph(), Properties::APPEND, "K:i64 B:i64\n1 1\n");
    let result = both(&once, live.table()).unwrap();
    live.update("+ 1 2 2");
    driver.cycle();
    assert!(result.failure().is_none());
    live.update("+ 2 1 2");
    driver.cycle();
    assert!(result.failure().is_some());
}

#[test]
fn mistakes_are_told() {
    let left = fixed("K:i64 V:i64 W:i64\n1 1 1\n");
    let right = fixed("K:i64 V:i64 W:i64\n1 1 1\n");
    let message = |add| join(&left, &right, &[("K", "K")], add).unwrap_err().to_string();
    expect![[r#"
        join: Conflicting column names [V, W]
          hint: name the columns to add, under names that are free: "NewV=V""#]]
    .assert_eq(&message(&[("V", "V"), ("W", "W")]));
    let error = multi_join(&[
        (&left, vec![("K", "K")], vec![("V", "V")]),
        (&right, vec![("K", "K")], vec![("V", "V")]),
    ]);
    expect![[r#"
        multi_join: Conflicting column names [V]
          hint: name the columns that each input adds: "NewV=V""#]]
    .assert_eq(&error.unwrap_err().to_string());
    let error = multi_join(&[(&left, vec![("K", "K")], vec![]), (&right, vec![("Q", "K")], vec![])]);
    expect![[r#"
        multi_join: key columns are [K] of one input, but [Q] of another
          hint: name them alike: "Key=OtherName""#]]
    .assert_eq(&error.unwrap_err().to_string());
}
