//! Aggregations by example: result types, nulls, NaN, order of groups, updates, errors.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use expect_test::{Expect, expect};
use kinetable_engine::{Properties, Table};
use kinetable_operators::aggregate::{
    Aggregation, GroupOptions, agg_all_by, agg_by, count_by, group_by, last_by, select_distinct, sum_by,
    weighted_avg_by,
};
use kinetable_testkit::{Driver, ScriptedTable, change_text, fixed, record, table_text};

const TRADES: &str = "
    Sym:str  Qty:i32  Price:f64  Ratio:f32  Tiny:i8  Flag:bool  Letter:char
    b        1        1.5        0.1        1        true       x
    a        2        NaN        0.2        2        false      a
    b        .        2.5        0.3        4        .          y
    c        .        .          .          .        .          .
    b        4        -0.5       0.5        7        true       x
    a        3        1.0        .          -3       true       .
";

fn by_sym(aggregations: &[Aggregation]) -> Table {
    agg_by(&fixed(TRADES), aggregations, &["Sym"], &GroupOptions::default()).expect("an aggregation")
}

fn shows(table: &Table, expected: Expect) {
    expected.assert_eq(&table_text(table));
}

#[test]
fn sums_widen_integers_and_keep_floats() {
    let columns = ["Qty", "Price", "Ratio", "Tiny", "Flag", "Letter"];
    shows(
        &by_sym(&[Aggregation::sum(columns)]),
        expect![[r#"
        key  Sym:str  Qty:i64  Price:f64  Ratio:f32   Tiny:i64  Flag:i64  Letter:i64
        0    b        5        3.5        0.90000004  12        2         361
        1    a        5        NaN        0.2         -1        1         97
        2    c        .        .          .           .         .         .
    "#]],
    );
}

#[test]
fn means_and_spreads_are_doubles() {
    let aggregations = [
        Aggregation::avg(["AvgQty = Qty", "AvgRatio = Ratio"]),
        Aggregation::std(["StdQty = Qty", "StdTiny = Tiny"]),
        Aggregation::var(["VarPrice = Price"]),
    ];
    shows(
        &by_sym(&aggregations),
        expect![[r#"
        key  Sym:str  AvgQty:f64  AvgRatio:f64         StdQty:f64          StdTiny:f64         VarPrice:f64
        0    b        2.5         0.30000000447034836  2.1213203435596424  3.0                 2.3333333333333335
        1    a        2.5         0.20000000298023224  0.7071067811865476  3.5355339059327378  NaN
        2    c        .           .                    .                   .                   .
    "#]],
    );
}

#[test]
fn extremes_keep_the_type_and_show_nan() {
    let aggregations = [
        Aggregation::min(["MinPrice = Price", "MinTiny = Tiny", "MinFlag = Flag"]),
        Aggregation::max(["MaxPrice = Price", "MaxRatio = Ratio", "MaxLetter = Letter"]),
    ];
    shows(
        &by_sym(&aggregations),
        expect![[r#"
        key  Sym:str  MinPrice:f64  MinTiny:i8  MinFlag:bool  MaxPrice:f64  MaxRatio:f32  MaxLetter:char
        0    b        -0.5          1           true          2.5           0.5           y
        1    a        NaN           -3          false         NaN           0.2           a
        2    c        .             .           .             .             .             .
    "#]],
    );
}

#[test]
fn medians_are_doubles_of_int_and_long_alone() {
    let columns = ["Qty", "Price", "Ratio", "Tiny", "Flag", "Letter"];
    shows(
        &by_sym(&[Aggregation::median(columns)]),
        expect![[r#"
        key  Sym:str  Qty:f64  Price:f64  Ratio:f32  Tiny:i8  Flag:bool  Letter:char
        0    b        2.5      1.5        0.3        4        true       x
        1    a        2.5      NaN        0.2        0        true       a
        2    c        .        .          .          .        .          .
    "#]],
    );
}

#[test]
fn percentiles_take_the_nearest_place_half_up() {
    let table = fixed("X:i32 \n 3 \n 1 \n 4 \n 2");
    let aggregations = [
        Aggregation::percentile(0.5, ["Half = X"]),
        Aggregation::percentile(0.25, ["Quarter = X"]),
        Aggregation::percentile(0.99, ["Most = X"]),
        Aggregation::percentile_averaged(0.5, ["Mean = X"]),
    ];
    let result = agg_by(&table, &aggregations, &[], &GroupOptions::default()).expect("percentiles");
    shows(
        &result,
        expect![[r#"
        key  Half:i32  Quarter:i32  Most:i32  Mean:f64
        0    3         2            4         2.5
    "#]],
    );
}

#[test]
fn distinct_counts_of_nulls_alone_are_null() {
    let aggregations = [
        Aggregation::count("Rows"),
        Aggregation::count_distinct(["Qtys = Qty", "Flags = Flag"]),
        Aggregation::count_distinct_and_null(["QtysAndNull = Qty"]),
        Aggregation::unique(["OnlyFlag = Flag"], None),
        Aggregation::unique(["OnlyQty = Qty"], Some(Arc::new(Int64Array::from(vec![-1])))),
        Aggregation::distinct(["AllQty = Qty"]),
        Aggregation::distinct_and_null(["AllFlag = Flag"]),
    ];
    shows(
        &by_sym(&aggregations),
        expect![[r#"
        key  Sym:str  Rows:i64  Qtys:i64  Flags:i64  QtysAndNull:i64  OnlyFlag:bool  OnlyQty:i32  AllQty:List(Int32)  AllFlag:List(Boolean)
        0    b        3         2         1          3                true           -1           [1,4]               [true,.]
        1    a        2         2         2          2                .              -1           [2,3]               [false,true]
        2    c        1         .         .          1                .              .            .                   [.]
    "#]],
    );
}

#[test]
fn ends_take_nulls_too() {
    let aggregations = [
        Aggregation::first(["FirstQty = Qty"]),
        Aggregation::last(["LastQty = Qty", "LastLetter = Letter"]),
        Aggregation::sorted_first("Price", ["Cheapest = Tiny"]),
        Aggregation::sorted_last("Price", ["Dearest = Tiny"]),
    ];
    shows(
        &by_sym(&aggregations),
        expect![[r#"
        key  Sym:str  FirstQty:i32  LastQty:i32  LastLetter:char  Cheapest:i8  Dearest:i8
        0    b        1             4            x                7            4
        1    a        2             3            .                -3           2
        2    c        .             .            .                .            .
    "#]],
    );
}

#[test]
fn weighted_sums_of_integers_are_long() {
    let aggregations = [
        Aggregation::weighted_sum("Qty", ["Long = Tiny", "Double = Price"]),
        Aggregation::weighted_avg("Qty", ["Mean = Tiny"]),
    ];
    shows(
        &by_sym(&aggregations),
        expect![[r#"
        key  Sym:str  Long:i64  Double:f64  Mean:f64
        0    b        29        -0.5        5.8
        1    a        -5        NaN         -1.0
        2    c        .         .           .
    "#]],
    );
}

#[test]
fn a_long_sum_wraps_and_its_mean_does_not() {
    let table = fixed("X:i64 \n 9223372036854775807 \n 9223372036854775807");
    let aggregations = [Aggregation::sum(["Sum = X"]), Aggregation::avg(["Mean = X"])];
    let result = agg_by(&table, &aggregations, &[], &GroupOptions::default()).expect("sums");
    shows(
        &result,
        expect![[r#"
        key  Sum:i64  Mean:f64
        0    -2       9.223372036854776e18
    "#]],
    );
}

#[test]
fn keys_match_by_value_null_and_nan_too() {
    let table = fixed("K:f64 V:i32 \n -0.0 1 \n . 2 \n NaN 3 \n 0.0 4 \n . 5 \n NaN 6");
    shows(
        &count_by(&table, "Rows", &["K"]).expect("counts"),
        expect![[r#"
        key  K:f64  Rows:i64
        0    0.0    2
        1    .      2
        2    NaN    2
    "#]],
    );
}

#[test]
fn the_short_forms_take_all_other_columns() {
    let table = fixed("K:str A:i32 B:f64 \n x 1 0.5 \n y 2 0.25 \n x 3 0.125");
    shows(
        &sum_by(&table, &["K"]).expect("sums"),
        expect![[r#"
        key  K:str  A:i64  B:f64
        0    x      4      0.625
        1    y      2      0.25
    "#]],
    );
    shows(
        &last_by(&table, &[]).expect("the last row"),
        expect![[r#"
        key  K:str  A:i32  B:f64
        0    x      3      0.125
    "#]],
    );
    shows(
        &weighted_avg_by(&table, "A", &["K"]).expect("means"),
        expect![[r#"
        key  K:str  B:f64
        0    x      0.21875
        1    y      0.25
    "#]],
    );
    shows(
        &group_by(&table, &["K"]).expect("lists"),
        expect![[r#"
        key  K:str  A:List(Int32)  B:List(Float64)
        0    x      [1,3]          [0.5,0.125]
        1    y      [2]            [0.25]
    "#]],
    );
    shows(
        &select_distinct(&table, &["K"]).expect("keys"),
        expect![[r#"
        key  K:str
        0    x
        1    y
    "#]],
    );
}

/// The updates that an aggregation of a live table gives.
fn updates(start: &str, steps: &[&str], options: &GroupOptions, by: &[&str], expected: Expect) {
    let driver = Driver::new();
    let input = ScriptedTable::new(driver.graph(), Properties::ANY, start);
    let aggregations = [Aggregation::sum(["Sum = V"]), Aggregation::last(["Last = V"])];
    let table = agg_by(input.table(), &aggregations, by, options).expect("an aggregation");
    let (recorder, _handle) = record(&table);
    let mut text = table_text(&table);
    for step in steps {
        input.update(step);
        driver.cycle();
        for change in recorder.take() {
            text += &format!("--\n{}", change_text(table.schema(), &change));
        }
    }
    expected.assert_eq(&text);
}

const PAIRS: &str = "key K:str V:i32 \n 0 a 1 \n 10 b 2 \n 20 a 4";

#[test]
fn groups_come_change_go_and_come_last_again() {
    let steps = ["+ 5 c 8", "~ 10 = 3", "- 10", "+ 10 b 9", "~ 20 c =", "> 0-10 +1"];
    updates(
        PAIRS,
        &steps,
        &GroupOptions::default(),
        &["K"],
        expect![[r#"
        key  K:str  Sum:i64  Last:i32
        0    a      5        4
        1    b      2        2
        --
           key  K:str  Sum:i64  Last:i32
        +  2    c      8        8
        --
           key  K:str  Sum:i64  Last:i32
        ~  1    =      3        3
        --
           key  K:str  Sum:i64  Last:i32
        -  1    b      3        3
        --
           key  K:str  Sum:i64  Last:i32
        +  3    b      9        9
        --
           key  K:str  Sum:i64  Last:i32
        ~  0    =      1        1
        ~  2    =      12       4
    "#]],
    );
}

#[test]
fn what_does_not_change_is_not_told() {
    let steps = ["~ 0 = 3 \n ~ 20 = 2", "~ 10 b 2", "> 0-20 +100"];
    updates(
        PAIRS,
        &steps,
        &GroupOptions::default(),
        &["K"],
        expect![[r#"
        key  K:str  Sum:i64  Last:i32
        0    a      5        4
        1    b      2        2
        --
           key  K:str  Sum:i64  Last:i32
        ~  0    =      =        2
    "#]],
    );
}

#[test]
fn without_keys_there_is_a_row_while_there_are_rows() {
    let steps = ["- 0 \n - 10 \n - 20", "+ 7 x ."];
    updates(
        PAIRS,
        &steps,
        &GroupOptions::default(),
        &[],
        expect![[r#"
        key  Sum:i64  Last:i32
        0    7        4
        --
           key  Sum:i64  Last:i32
        -  0    7        4
        --
           key  Sum:i64  Last:i32
        +  1    .        .
    "#]],
    );
}

#[test]
fn empty_groups_can_be_kept() {
    let options = GroupOptions { preserve_empty: true, ..GroupOptions::default() };
    updates(
        "K:str V:i32",
        &["+ 7 x 1", "- 7"],
        &options,
        &[],
        expect![[r#"
        key  Sum:i64  Last:i32
        0    .        .
        --
           key  Sum:i64  Last:i32
        ~  0    1        1
        --
           key  Sum:i64  Last:i32
        ~  0    .        .
    "#]],
    );
    let initial = fixed("K:str \n z \n b");
    let options = GroupOptions { preserve_empty: true, initial_groups: Some(initial) };
    updates(
        PAIRS,
        &["- 0 \n - 20"],
        &options,
        &["K"],
        expect![[r#"
        key  K:str  Sum:i64  Last:i32
        0    z      .        .
        1    b      2        2
        2    a      5        4
        --
           key  K:str  Sum:i64  Last:i32
        ~  2    =      .        .
    "#]],
    );
}

fn fails(result: kinetable_engine::Result<Table>, expected: Expect) {
    expected.assert_eq(&format!("{:?}", result.expect_err("a mistake")));
}

#[test]
fn mistakes_are_told_with_names_and_types() {
    let table = fixed(TRADES);
    let agg = |aggregation: Aggregation| agg_by(&table, &[aggregation], &["Sym"], &GroupOptions::default());
    fails(
        sum_by(&table, &["Qty"]),
        expect![[r#"
        Invalid: column "Sym" is text, a type that sum does not support
          hint: sum needs numbers: leave the column out, or convert it with view first"#]],
    );
    fails(
        agg(Aggregation::avg(["X = Flag"])),
        expect![[r#"
        Invalid: column "Flag" is bool, a type that avg does not support
          hint: avg needs numbers: leave the column out, or convert it with view first"#]],
    );
    fails(
        agg(Aggregation::sum(["Nope"])),
        expect![[r#"
        Invalid: no column "Nope"
          hint: columns: Sym, Qty, Price, Ratio, Tiny, Flag, Letter"#]],
    );
    fails(
        agg(Aggregation::sum(["Sym = Qty"])),
        expect![[r#"
            Invalid: Duplicate output columns found: Sym used 2 times
              hint: give each result a name of its own, as in "Out = In""#]],
    );
    fails(
        agg(Aggregation::sum(["X = Qty", "X = Tiny"])),
        expect![[r#"
            Invalid: Duplicate output columns found: X used 2 times
              hint: give each result a name of its own, as in "Out = In""#]],
    );
    fails(
        agg(Aggregation::sum(["X = Qty * 2"])),
        expect![[r#"
        Invalid: "X = Qty * 2" does not name the column of an aggregation
          hint: write "In", or "Out = In" to give the result another name; compute with view first"#]],
    );
    fails(
        agg(Aggregation::percentile(1.5, ["Qty"])),
        expect![[r#"
        Invalid: percentile 1.5 is not between 0 and 1
          hint: the median is 0.5"#]],
    );
    fails(
        agg(Aggregation::sum(Vec::<String>::new())),
        expect![[r#"
        Invalid: aggregation sum names no columns
          hint: name some, e.g. "Out = In""#]],
    );
    let text: ArrayRef = Arc::new(StringArray::from(vec!["many"]));
    fails(
        agg(Aggregation::unique(["Qty"], Some(text))),
        expect![[r#"
        Invalid: column "Qty" is i32, but the value for groups with more than one is text
          hint: give one value that fits i32"#]],
    );
    fails(
        agg_all_by(&table, Aggregation::count("N"), &["Sym"]),
        expect![[r#"
            Invalid: agg_all_by does not support count, which is not over one column
              hint: use agg_by"#]],
    );
    fails(
        count_by(&table, "Rows", &["Missing"]),
        expect![[r#"
        Invalid: no column "Missing"
          hint: columns: Sym, Qty, Price, Ratio, Tiny, Flag, Letter"#]],
    );
}

#[test]
fn a_blink_table_has_no_lists_of_its_rows() {
    let driver = Driver::new();
    let input = ScriptedTable::new(driver.graph(), Properties::BLINK, "K:str V:i32");
    fails(
        group_by(input.table(), &["K"]),
        expect![[r#"
            Invalid: Blink tables do not support group: their rows are not kept
              hint: keep them with blink_to_append_only first"#]],
    );
}
