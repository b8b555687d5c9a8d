//! `range_join`, its rules and its mistakes.

use expect_test::expect;
use kinetable_engine::Properties;
use kinetable_operators::join::{RangeEnd, RangeMatch, RangeStart, range_join};
use kinetable_testkit::{Driver, ScriptedTable, fixed, table_text};

fn joined(left: &str, right: &str, start: RangeStart, end: RangeEnd) -> String {
    let range = RangeMatch { start: ("S", start), value: "R", end: ("E", end) };
    let result = range_join(&fixed(left), &fixed(right), &[("K", "K")], &range, &[("V", "V")]);
    table_text(&result.unwrap())
}

#[test]
fn rows_between_two_values_are_listed() {
    let left = "K:str S:f64 E:f64\na 1.0 3.0\na 2.0 2.0\na 1.5 2.5\na 3.0 1.0\na . 2.0\na 2.0 .\na NaN 2.0\nb 0.0 9.0\na 7.0 9.0\n";
    let right = "K:str R:f64 V:i64\na 3.0 30\na 1.0 10\na 2.0 20\na 2.0 21\na . 99\na NaN 98\n";
    expect![[r#"
        key  K:str  S:f64  E:f64  V:List(Int64)
        0    a      1.0    3.0    [10,20,21,30]
        1    a      2.0    2.0    [20,21]
        2    a      1.5    2.5    [20,21]
        3    a      3.0    1.0    .
        4    a      .      2.0    [10,20,21]
        5    a      2.0    .      [20,21,30]
        6    a      NaN    2.0    .
        7    b      0.0    9.0    []
        8    a      7.0    9.0    []
    "#]]
    .assert_eq(&joined(left, right, RangeStart::At, RangeEnd::At));
    expect![[r#"
        key  K:str  S:f64  E:f64  V:List(Int64)
        0    a      1.0    3.0    [20,21]
        1    a      2.0    2.0    .
        2    a      1.5    2.5    [20,21]
        3    a      3.0    1.0    .
        4    a      .      2.0    [10]
        5    a      2.0    .      [30]
        6    a      NaN    2.0    .
        7    b      0.0    9.0    []
        8    a      7.0    9.0    []
    "#]]
    .assert_eq(&joined(left, right, RangeStart::After, RangeEnd::Before));
    expect![[r#"
        key  K:str  S:f64  E:f64  V:List(Int64)
        0    a      1.0    3.0    [10,20,21,30]
        1    a      2.0    2.0    [20,21]
        2    a      1.5    2.5    [10,20,21,30]
        3    a      3.0    1.0    .
        4    a      .      2.0    [10,20,21]
        5    a      2.0    .      [20,21,30]
        6    a      NaN    2.0    .
        7    b      0.0    9.0    []
        8    a      7.0    9.0    [30]
    "#]]
    .assert_eq(&joined(left, right, RangeStart::AtOrBefore, RangeEnd::AtOrAfter));
}

#[test]
fn live_tables_and_clashes_are_mistakes() {
    let driver = Driver::new();
    let live = ScriptedTable::new(driver.graph(), Properties::APPEND, "S:i64 E:i64\n1 2\n");
    let right = fixed("R:i64 S:i64\n1 1\n");
    let range = RangeMatch { start: ("S", RangeStart::At), value: "R", end: ("E", RangeEnd::At) };
    let error = range_join(live.table(), &right, &[], &range, &[("S", "S")]).unwrap_err();
    expect![[r#"
        range_join: it takes static tables, but the left table is live
          hint: give it table.snapshot()"#]]
    .assert_eq(&error.to_string());
    let error = range_join(&fixed("S:i64 E:i64\n1 2\n"), &right, &[], &range, &[("S", "S")]).unwrap_err();
    expect![[r#"
        range_join: Conflicting column names [S]
          hint: name the list otherwise: "NewS=S""#]]
    .assert_eq(&error.to_string());
    let all = range_join(&fixed("S:i64 E:i64\n1 2\n"), &right, &[], &range, &[("L", "S")]).unwrap();
    assert_eq!(all.size(), 1);
}
