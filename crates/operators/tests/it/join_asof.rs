//! `aj` and `raj` under the oracle, against nested loops.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::Int64Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use expect_test::expect;
use kinetable_engine::{Properties, Result, Table};
use kinetable_operators::join::{Nearest, as_of_join};
use kinetable_operators::shape::new_table;
use kinetable_testkit::{Driver, Profile, ScriptedTable, change_text, fixed, oracle, record, table_text};

use crate::nested::{key_texts, order, side_by_side, values};

use Nearest::{After, AtOrAfter, AtOrBefore, Before};

const ADD: &[(&str, &str)] = &[("RSym", "Sym"), ("RPrice", "Price"), ("RTime", "Time"), ("RQty", "Qty")];
const ALL: [Nearest; 4] = [AtOrBefore, Before, AtOrAfter, After];

type Names = &'static [(&'static str, &'static str)];

/// The nearest right row by looking at all of them.
fn nested_loops(
    left: &Table,
    right: &Table,
    on: Names,
    last: (&str, &str),
    nearest: Nearest,
) -> Result<Table> {
    let lefts = key_texts(left, &on.iter().map(|pair| pair.0).collect::<Vec<_>>())?;
    let rights = key_texts(right, &on.iter().map(|pair| pair.1).collect::<Vec<_>>())?;
    let (left_last, right_last) = (values(left, last.0)?, values(right, last.1)?);
    let choose = |l: usize| {
        let mut best: Option<usize> = None;
        for r in (0..rights.len()).filter(|r| rights[*r] == lefts[l]) {
            let is_in_reach = match nearest {
                AtOrBefore => order(&right_last, &left_last, r, l).is_le(),
                Before => order(&right_last, &left_last, r, l).is_lt(),
                AtOrAfter => order(&right_last, &left_last, r, l).is_ge(),
                After => order(&right_last, &left_last, r, l).is_gt(),
            };
            let is_nearer = best.is_none_or(|best| match nearest {
                AtOrBefore | Before => order(&right_last, &right_last, r, best).is_ge(),
                AtOrAfter | After => order(&right_last, &right_last, r, best).is_lt(),
            });
            if is_in_reach && is_nearer {
                best = Some(r);
            }
        }
        best.map(|best| best as u64)
    };
    let pairs: Vec<_> = (0..lefts.len()).map(|l| (Some(l as u64), choose(l))).collect();
    side_by_side(left, right, &pairs, ADD)
}

fn check(profiles: [Profile; 2], on: Names, last: &'static str, nearest: Nearest) {
    check_seeds(0..12, profiles, on, last, nearest);
}

fn check_seeds(seeds: Range<u64>, profiles: [Profile; 2], on: Names, last: &'static str, nearest: Nearest) {
    oracle(&format!("as-of join on {on:?}, {last}, {nearest:?}"))
        .inputs(profiles)
        .seeds(seeds)
        .against(move |inputs| nested_loops(&inputs[0], &inputs[1], on, (last, last), nearest))
        .check(|inputs| as_of_join(&inputs[0], &inputs[1], on, (last, last), nearest, ADD));
}

const NONE: Names = &[];
const TEXT: Names = &[("Sym", "Sym")];
const SEVERAL: Names = &[("Sym", "Sym"), ("Flag", "Flag")];

#[test]
fn both_sides_may_change() {
    let full = || Profile::full().distinct(12);
    for nearest in ALL {
        for last in ["Time", "Price", "Qty", "Sym", "Flag"] {
            check([full(), full()], NONE, last, nearest);
        }
        check([full(), full()], TEXT, "Time", nearest);
        check([full(), full()], TEXT, "Ratio", nearest);
        check([full(), full()], SEVERAL, "Price", nearest);
        check([full(), full()], SEVERAL, "Letter", nearest);
    }
}

#[test]
fn one_side_may_be_static() {
    for nearest in ALL {
        for on in [NONE, TEXT, SEVERAL] {
            for last in ["Price", "Sym", "Tiny"] {
                check([Profile::full(), Profile::fixed()], on, last, nearest);
                check([Profile::fixed(), Profile::full()], on, last, nearest);
                check([Profile::fixed(), Profile::fixed()], on, last, nearest);
            }
        }
    }
}

#[test]
fn sides_may_append_or_blink() {
    let all =
        || [Profile::append(), Profile::add_only(), Profile::blink(), Profile::full(), Profile::fixed()];
    for left in all() {
        for right in all() {
            check_seeds(0..6, [left.clone(), right.clone()], TEXT, "Time", AtOrBefore);
            check_seeds(0..6, [left.clone(), right], TEXT, "Price", AtOrAfter);
        }
    }
}

#[test]
fn a_table_joins_itself() {
    oracle("aj with itself")
        .input(Profile::full())
        .check(|inputs| as_of_join(&inputs[0], &inputs[0], TEXT, ("Price", "Price"), Before, ADD));
}

#[test]
fn the_work_is_that_of_changed_rows() {
    for nearest in [AtOrBefore, After] {
        let grown = || Profile::add_only().initial(2000).distinct(1_000_000);
        oracle("as-of join of tables that grow, its work")
            .inputs([grown(), grown()])
            .seeds(0..4)
            .work(|changed| 40 * changed)
            .check(|inputs| as_of_join(&inputs[0], &inputs[1], NONE, ("Time", "Time"), nearest, ADD));
    }
}

#[test]
fn ties_nulls_and_zeros() {
    let left = fixed("K:f64\n.\nNaN\n-inf\n-0.0\n0.0\n2.0\n");
    let right = fixed("K:f64 V:i64\n0.0 1\n-0.0 2\n. 3\n. 4\nNaN 5\n1.0 6\n");
    let join = |nearest| {
        let result = as_of_join(&left, &right, NONE, ("K", "K"), nearest, &[("R", "K"), ("V", "V")]);
        table_text(&result.unwrap())
    };
    expect![[r#"
        key  K:f64  R:f64  V:i64
        0    .      .      4
        1    NaN    NaN    5
        2    -inf   .      4
        3    -0.0   -0.0   2
        4    0.0    -0.0   2
        5    2.0    1.0    6
    "#]]
    .assert_eq(&join(AtOrBefore));
    expect![[r#"
        key  K:f64  R:f64  V:i64
        0    .      .      .
        1    NaN    1.0    6
        2    -inf   .      4
        3    -0.0   .      4
        4    0.0    .      4
        5    2.0    1.0    6
    "#]]
    .assert_eq(&join(Before));
    expect![[r#"
        key  K:f64  R:f64  V:i64
        0    .      .      3
        1    NaN    NaN    5
        2    -inf   0.0    1
        3    -0.0   0.0    1
        4    0.0    0.0    1
        5    2.0    NaN    5
    "#]]
    .assert_eq(&join(AtOrAfter));
    expect![[r#"
        key  K:f64  R:f64  V:i64
        0    .      0.0    1
        1    NaN    .      .
        2    -inf   0.0    1
        3    -0.0   1.0    6
        4    0.0    1.0    6
        5    2.0    NaN    5
    "#]]
    .assert_eq(&join(After));
}

#[test]
fn updates_list_what_changed() {
    let driver = Driver::new();
    let left =
        ScriptedTable::new(driver.graph(), Properties::ANY, "key T:i64 A:i64\n1 10 0\n2 20 0\n3 30 0\n");
    let right =
        ScriptedTable::new(driver.graph(), Properties::ANY, "key T:i64 V:i64 W:i64\n1 5 50 0\n2 25 250 0\n");
    let join = as_of_join(left.table(), right.table(), NONE, ("T", "T"), AtOrBefore, &[("V", "V")]).unwrap();
    let (told, _handle) = record(&join);
    right.update("~ 1 = = 5\n> 2 +5");
    driver.cycle();
    assert!(told.take().is_empty(), "W is not shown, and a shift on the right is not seen");
    right.update("+ 3 15 150 0");
    left.update("> 3 +1\n~ 1 = 9");
    driver.cycle();
    expect![[r#"
           key  T:i64  A:i64  V:i64
        >  3    +1
        ~  1    =      9      50
        ~  2    =      0      150
    "#]]
    .assert_eq(&change_text(join.schema(), &told.take()[0]));
    right.update("- 3\n~ 7 26 = =");
    driver.cycle();
    expect![[r#"
           key  T:i64  A:i64  V:i64
        ~  2    =      =      50
    "#]]
    .assert_eq(&change_text(join.schema(), &told.take()[0]));
}

#[test]
fn mistakes_are_told() {
    let left = fixed("K:i64 V:i64\n1 1\n");
    let right = fixed("K:i64 S:str V:i64\n1 a 1\n");
    let message = |last, add| as_of_join(&left, &right, NONE, last, AtOrAfter, add).unwrap_err().to_string();
    expect![[r#"
        raj: Mismatched join types: key "K" of the left table is i64, but "S" of the right is text
          hint: cast one of them, e.g. update_view("S = (long)S")"#]]
    .assert_eq(&message(("K", "S"), &[]));
    expect![[r#"
        raj: Conflicting column names [V]
          hint: name the columns to add, under names that are free: "NewV=V""#]]
    .assert_eq(&message(("K", "K"), &[("V", "V")]));
    expect![[r#"
        raj: no column "Q"
          hint: columns: K, V"#]]
    .assert_eq(&message(("Q", "K"), &[]));
}

#[test]
fn long_groups_are_searched() {
    let make = |values: Vec<i64>| {
        let values = Int64Array::from(values);
        new_table(vec![("T".into(), Arc::new(values) as _)]).unwrap()
    };
    let rights: Vec<i64> = (0..10_007).map(|row| row * 5003 % 10_007 * 3).collect();
    let (left, right) = (make((-10..30_100).collect()), make(rights));
    for nearest in ALL {
        let result = as_of_join(&left, &right, NONE, ("T", "T"), nearest, &[("R", "T")]).unwrap();
        let version = result.version();
        let found = version.read(1, version.rows()).unwrap();
        for (time, found) in (-10..30_100i64).zip(found.as_primitive::<Int64Type>()) {
            let expected = match nearest {
                AtOrBefore => time.div_euclid(3) * 3,
                Before => (time - 1).div_euclid(3) * 3,
                AtOrAfter => (time + 2).div_euclid(3) * 3,
                After => (time + 3).div_euclid(3) * 3,
            };
            let last = 10_006 * 3;
            let expected = match matches!(nearest, AtOrBefore | Before) {
                true => (expected >= 0).then_some(expected.min(last)),
                false => (expected <= last).then_some(expected.max(0)),
            };
            assert_eq!(found, expected, "{time} {nearest:?}");
        }
    }
}
