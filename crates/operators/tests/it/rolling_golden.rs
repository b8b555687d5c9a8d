//! `update_by` by example: result types, nulls, NaN, windows, updates, errors.

use expect_test::{Expect, expect};
use kinetable_engine::{Properties, Table};
use kinetable_operators::rolling::{
    BadData, Decay, DeltaControl, OperationControl, Scale, UpdateByOperation as Op, Window, update_by,
};
use kinetable_testkit::{Driver, ScriptedTable, change_text, fixed, record, table_text};

const VALUES: &str = "
    Key:str  Int:i32  Tiny:i8  Single:f32  Double:f64  Flag:bool  Letter:char  Text:str  Time:instant
    a        1        100      0.5         1.5         true       c            x         2026-01-01T00:00:00Z
    a        .        .        .           .           .          .            .         2026-01-01T00:00:01Z
    b        7        7        0.25        NaN         false      b            w         2026-01-01T00:00:01Z
    a        3        100      2.0         -0.5        true       a            z         2026-01-01T00:00:02Z
    b        -2       1        -0.0        4.0         false      d            v         2026-01-01T00:00:04Z
    a        2        -128     0.25        NaN         false      b            y         2026-01-01T00:00:04Z
    a        4        5        1.0         8.0         true       e            x         2026-01-01T00:00:04Z
";

fn shows(operations: &[Op], columns: &[&str], expected: Expect) {
    let result = update_by(&fixed(VALUES), operations, &["Key"]).expect("a result");
    let dropped: Vec<&str> = ["Int", "Tiny", "Single", "Double", "Flag", "Letter", "Text", "Time"]
        .into_iter()
        .filter(|name| !columns.contains(name))
        .collect();
    let result = kinetable_operators::select::drop_columns(&result, &dropped).expect("a view");
    expected.assert_eq(&table_text(&result));
}

fn ticks(back: i64, ahead: i64) -> Window {
    Window::Ticks { back, ahead }
}

#[test]
fn sums_so_far_widen_integers_and_floats() {
    shows(
        &[Op::cum_sum(["I = Int", "S = Single", "D = Double", "F = Flag", "L = Letter"])],
        &[],
        expect![[r#"
            key  Key:str  I:i64  S:f64  D:f64  F:i64  L:i64
            0    a        1      0.5    1.5    1      99
            1    a        1      0.5    1.5    1      99
            2    b        7      0.25   NaN    0      98
            3    a        4      2.5    1.0    2      196
            4    b        5      0.25   NaN    0      198
            5    a        6      2.75   NaN    2      294
            6    a        10     3.75   NaN    3      395
        "#]],
    );
}

#[test]
fn products_so_far() {
    shows(
        &[Op::cum_prod(["I = Int", "T = Tiny", "S = Single", "D = Double"])],
        &[],
        expect![[r#"
        key  Key:str  I:i64  T:i64     S:f64  D:f64
        0    a        1      100       0.5    1.5
        1    a        1      100       0.5    1.5
        2    b        7      7         0.25   NaN
        3    a        3      10000     1.0    -0.75
        4    b        -14    7         -0.0   NaN
        5    a        6      -1280000  0.25   NaN
        6    a        24     -6400000  0.25   NaN
    "#]],
    );
}

#[test]
fn extremes_so_far_keep_the_type_and_pass_over_nan() {
    shows(
        &[Op::cum_min(["I = Int", "D = Double", "L = Letter", "X = Text", "M = Time"])],
        &[],
        expect![[r#"
            key  Key:str  I:i32  D:f64  L:char  X:str  M:instant
            0    a        1      1.5    c       x      2026-01-01T00:00:00Z
            1    a        1      1.5    c       x      2026-01-01T00:00:00Z
            2    b        7      .      b       w      2026-01-01T00:00:01Z
            3    a        1      -0.5   a       x      2026-01-01T00:00:00Z
            4    b        -2     4.0    b       v      2026-01-01T00:00:01Z
            5    a        1      -0.5   a       x      2026-01-01T00:00:00Z
            6    a        1      -0.5   a       x      2026-01-01T00:00:00Z
        "#]],
    );
}

#[test]
fn fills_keep_nan_and_take_any_type() {
    shows(
        &[Op::forward_fill(["D = Double", "F = Flag", "X = Text", "T = Tiny"])],
        &[],
        expect![[r#"
        key  Key:str  D:f64  F:bool  X:str  T:i8
        0    a        1.5    true    x      100
        1    a        1.5    true    x      100
        2    b        NaN    false   w      7
        3    a        -0.5   true    z      100
        4    b        4.0    false   v      1
        5    a        NaN    false   y      -128
        6    a        8.0    true    x      5
    "#]],
    );
}

#[test]
fn differences_keep_the_type_and_obey_their_control() {
    shows(
        &[
            Op::delta(["T = Tiny", "M = Time", "S = Single"], DeltaControl::NullDominates),
            Op::delta(["V = Int"], DeltaControl::ValueDominates),
            Op::delta(["Z = Int"], DeltaControl::ZeroDominates),
        ],
        &["Int"],
        expect![[r#"
            key  Key:str  Int:i32  T:i8  M:i64       S:f32  V:i32  Z:i32
            0    a        1        .     .           .      1      0
            1    a        .        .     1000000000  .      .      .
            2    b        7        .     .           .      7      0
            3    a        3        .     1000000000  .      3      0
            4    b        -2       -6    3000000000  -0.25  -9     -9
            5    a        2        28    2000000000  -1.75  -1     -1
            6    a        4        -123  0           0.75   2      2
        "#]],
    );
}

#[test]
fn decay_by_rows_passes_over_bad_values_unless_told_otherwise() {
    let reset = OperationControl { on_null: BadData::Reset, on_nan: BadData::Poison };
    let scale = || Scale::Ticks(1.0);
    shows(
        &[
            Op::decay(Decay::Average, scale(), ["E = Double"], OperationControl::default()),
            Op::decay(Decay::Average, scale(), ["R = Double"], reset),
            Op::decay(Decay::Sum, scale(), ["S = Int"], OperationControl::default()),
            Op::decay(Decay::Greatest, scale(), ["M = Int"], OperationControl::default()),
            Op::decay(Decay::Deviation, scale(), ["D = Int"], OperationControl::default()),
        ],
        &["Double", "Int"],
        expect![[r#"
            key  Key:str  Int:i32  Double:f64  E:f64                R:f64  S:f64               M:f64               D:f64
            0    a        1        1.5         1.5                  1.5    1.0                 1.0                 NaN
            1    a        .        .           1.5                  .      1.0                 1.0                 NaN
            2    b        7        NaN         .                    NaN    7.0                 7.0                 NaN
            3    a        3        -0.5        0.23575888234288467  -0.5   3.3678794411714423  3.0                 0.9644566510420873
            4    b        -2       4.0         4.0                  NaN    0.5751560882000963  2.5751560882000963  4.340054929689392
            5    a        2        NaN         0.23575888234288467  NaN    3.23897360675094    2.0                 0.5986901334174037
            6    a        4        8.0         5.143695316515966    NaN    5.191551800420587   4.0                 0.9868189457721798
        "#]],
    );
}

#[test]
fn decay_by_time_follows_the_clock() {
    let scale = || Scale::Time { column: "Time".into(), ns: 1_000_000_000 };
    shows(
        &[
            Op::decay(Decay::Average, scale(), ["E = Int"], OperationControl::default()),
            Op::decay(Decay::Least, scale(), ["L = Int"], OperationControl::default()),
        ],
        &["Int", "Time"],
        expect![[r#"
            key  Key:str  Int:i32  Time:instant          E:f64                L:f64
            0    a        1        2026-01-01T00:00:00Z  1.0                  1.0
            1    a        .        2026-01-01T00:00:01Z  1.0                  1.0
            2    b        7        2026-01-01T00:00:01Z  7.0                  7.0
            3    a        3        2026-01-01T00:00:02Z  2.729329433526775    0.1353352832366127
            4    b        -2       2026-01-01T00:00:04Z  -1.5519163846892245  -2.0
            5    a        2        2026-01-01T00:00:04Z  2.0987040054591444   0.018315638888734182
            6    a        4        2026-01-01T00:00:04Z  2.0987040054591444   0.018315638888734182
        "#]],
    );
}

#[test]
fn windows_of_rows() {
    shows(
        &[
            Op::rolling_sum(["Sum = Int", "SumF = Flag", "SumD = Double"], ticks(2, 0)),
            Op::rolling_avg(["Avg = Int"], ticks(2, 0)),
            Op::rolling_std(["Std = Int"], ticks(2, 0)),
            Op::rolling_count(["Count = Int"], ticks(2, 0)),
            Op::rolling_prod(["Prod = Int"], ticks(2, 0)),
        ],
        &["Int"],
        expect![[r#"
            key  Key:str  Int:i32  Sum:i64  SumF:i64  SumD:f64  Avg:f64  Std:f64             Count:i64  Prod:f64
            0    a        1        1        1         1.5       1.0      NaN                 1          1.0
            1    a        .        1        1         1.5       1.0      NaN                 1          1.0
            2    b        7        7        0         NaN       7.0      NaN                 1          7.0
            3    a        3        3        1         -0.5      3.0      NaN                 1          3.0
            4    b        -2       5        0         NaN       2.5      6.363961030678928   2          -14.0
            5    a        2        5        1         NaN       2.5      0.7071067811865476  2          6.0
            6    a        4        6        1         NaN       3.0      1.4142135623730951  2          8.0
        "#]],
    );
}

#[test]
fn windows_ahead_and_apart() {
    shows(
        &[
            Op::rolling_group(["Next = Int"], ticks(-1, 3)),
            Op::rolling_group(["Before = Int"], ticks(3, -1)),
            Op::rolling_min(["Min = Int"], ticks(2, 1)),
            Op::rolling_max(["Max = Text"], ticks(2, 1)),
        ],
        &["Int"],
        expect![[r#"
            key  Key:str  Int:i32  Next:List(Int32)  Before:List(Int32)  Min:i32  Max:str
            0    a        1        [3,2]             []                  1        x
            1    a        .        [2,4]             [1]                 1        z
            2    b        7        []                []                  -2       w
            3    a        3        [4]               [1,.]               2        z
            4    b        -2       []                [7]                 -2       w
            5    a        2        []                [.,3]               2        z
            6    a        4        []                [3,2]               2        y
        "#]],
    );
}

#[test]
fn windows_of_time_hold_both_ends() {
    let window = |back, ahead| Window::Time { column: "Time".into(), back, ahead };
    shows(
        &[
            Op::rolling_group(["Last = Int"], window(1_000_000_000, 0)),
            Op::rolling_group(["Around = Int"], window(1_000_000_000, 2_000_000_000)),
            Op::rolling_wavg("Tiny", ["Mean = Int"], window(4_000_000_000, 0)),
        ],
        &["Int", "Time"],
        expect![[r#"
            key  Key:str  Int:i32  Time:instant          Last:List(Int32)  Around:List(Int32)  Mean:f64
            0    a        1        2026-01-01T00:00:00Z  [1]               [1,.,3]             1.0
            1    a        .        2026-01-01T00:00:01Z  [1,.]             [1,.,3]             1.0
            2    b        7        2026-01-01T00:00:01Z  [7]               [7]                 7.0
            3    a        3        2026-01-01T00:00:02Z  [.,3]             [.,3,2,4]           2.0
            4    b        -2       2026-01-01T00:00:04Z  [-2]              [-2]                5.875
            5    a        2        2026-01-01T00:00:04Z  [2,4]             [2,4]               2.1298701298701297
            6    a        4        2026-01-01T00:00:04Z  [2,4]             [2,4]               2.1298701298701297
        "#]],
    );
}

#[test]
fn no_columns_are_all_that_fit_in_their_places() {
    let result = update_by(&fixed(VALUES), &[Op::cum_sum(Vec::<String>::new())], &["Key"]).expect("a result");
    let names: Vec<String> = result
        .schema()
        .fields()
        .iter()
        .map(|field| format!("{}:{}", field.name(), field.data_type()))
        .collect();
    expect![[r#"Key:Utf8View Int:Int64 Tiny:Int64 Single:Float64 Double:Float64 Flag:Int64 Letter:Int64 Text:Utf8View Time:Timestamp(ns, "UTC")"#]].assert_eq(&names.join(" "));
}

#[test]
fn only_what_changed_is_told() {
    let driver = Driver::new();
    let source = ScriptedTable::new(
        driver.graph(),
        Properties::ANY,
        "key K:str X:i64 \n 0 a 1 \n 1 b 2 \n 2 a 3 \n 3 a 4",
    );
    let operations = [Op::cum_max(["Most = X"]), Op::rolling_sum(["Sum = X"], ticks(2, 0))];
    let result = update_by(source.table(), &operations, &["K"]).expect("a result");
    let (told, _listening) = record(&result);
    let mut shown = table_text(&result);
    for step in ["~ 2 = 9", "- 0", "+ 5 b 7"] {
        source.update(step);
        driver.cycle();
        told.take().iter().for_each(|change| shown += &format!("\n{}", change_text(result.schema(), change)));
    }
    expect![[r#"
        key  K:str  X:i64  Most:i64  Sum:i64
        0    a      1      1         1
        1    b      2      2         2
        2    a      3      3         4
        3    a      4      4         7

           key  K:str  X:i64  Most:i64  Sum:i64
        ~  2    =      9      9         10
        ~  3    =      4      9         13

           key  K:str  X:i64  Most:i64  Sum:i64
        -  0    a      1      1         1
        ~  2    =      =      =         9

           key  K:str  X:i64  Most:i64  Sum:i64
        +  5    b      7      7         9
    "#]]
    .assert_eq(&shown);
}

fn fails(table: &Table, operations: &[Op], by: &[&str], expected: Expect) {
    let error = update_by(table, operations, by).expect_err("a mistake");
    expected.assert_eq(&error.to_string());
}

#[test]
fn mistakes_are_named() {
    let table = fixed(VALUES);
    fails(
        &table,
        &[Op::cum_sum(["Text"])],
        &[],
        expect![[r#"
        cum_sum of column "Text": text is not supported
          hint: it takes numbers, char and Boolean; cast others, e.g. (double)X"#]],
    );
    fails(
        &table,
        &[Op::cum_min(["Flag"])],
        &[],
        expect![[r#"
        cum_min of column "Flag": bool is not supported
          hint: it takes numbers, decimals, char, text, binary and times"#]],
    );
    fails(
        &table,
        &[Op::delta(["Text"], DeltaControl::default())],
        &[],
        expect![[r#"
        delta of column "Text": text is not supported
          hint: it takes numbers, char and instants"#]],
    );
    fails(
        &table,
        &[Op::cum_sum(["Missing"])],
        &[],
        expect![[r#"
        no column "Missing"
          hint: columns: Key, Int, Tiny, Single, Double, Flag, Letter, Text, Time"#]],
    );
    fails(
        &table,
        &[Op::cum_sum(["X = Int"]), Op::cum_max(["X = Int"])],
        &[],
        expect![[r#"
        two results of update_by would be named "X"
          hint: give the result another name: "New = Column""#]],
    );
    fails(
        &table,
        &[Op::cum_sum(["Key = Int"])],
        &["Key"],
        expect![[r#"
        a result of update_by would replace the key column "Key"
          hint: give the result another name: "New = Column""#]],
    );
    let scale = Scale::Ticks(0.0);
    fails(
        &table,
        &[Op::decay(Decay::Sum, scale, ["Int"], OperationControl::default())],
        &[],
        expect![[r#"
        ems has a decay of 0
          hint: it is greater than zero"#]],
    );
    let throw = OperationControl { on_null: BadData::Throw, on_nan: BadData::Skip };
    fails(
        &table,
        &[Op::decay(Decay::Sum, Scale::Ticks(1.0), ["Int"], throw)],
        &[],
        expect![[r#"
        ems of column "Int": a null
          hint: its OperationControl says THROW; SKIP passes over such values"#]],
    );
    let by_text = Window::Time { column: "Text".into(), back: 1, ahead: 0 };
    fails(
        &table,
        &[Op::rolling_sum(["Int"], by_text)],
        &[],
        expect![[r#"
        rolling_sum by timestamp "Text": text is not supported
          hint: timestamps are instants, or longs of nanoseconds"#]],
    );
    let times = fixed("T:instant X:i64 \n 2026-01-01T00:00:02Z 1 \n 2026-01-01T00:00:01Z 2");
    let by_time = || Window::Time { column: "T".into(), back: 1, ahead: 0 };
    fails(
        &times,
        &[Op::rolling_sum(["X"], by_time())],
        &[],
        expect![[r#"
        timestamps "T" descend within a group, from 1767225602000000000 to 1767225601000000000 ns
          hint: sort the table by its timestamps first"#]],
    );
    let times = fixed("T:instant X:i64 \n 2026-01-01T00:00:02Z 1 \n . 2");
    fails(
        &times,
        &[Op::rolling_sum(["X"], by_time())],
        &[],
        expect![[r#"
        timestamp "T" is null in row 1 of its group
          hint: leave such rows out first: where("!isNull(...)")"#]],
    );
}

#[test]
fn a_blink_table_has_no_keys() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::BLINK, "K:str X:i64");
    fails(
        source.table(),
        &[Op::cum_sum(["X"])],
        &["K"],
        expect![[r#"
        update_by with keys is not supported on a blink table
          hint: make it append-only first: blink_to_append_only(table)"#]],
    );
    let result = update_by(source.table(), &[Op::cum_sum(["X"])], &[]).expect("without keys");
    source.update("+ 0 a 1 \n + 1 b 2");
    driver.cycle();
    source.update("+ 2 a 5");
    driver.cycle();
    expect![[r#"
        key  K:str  X:i64
        2    a      5
    "#]]
    .assert_eq(&table_text(&result));
}

#[test]
fn timestamps_that_come_to_descend_fail_the_table() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::APPEND, "key T:i64 X:i64 \n 0 5 1");
    let window = Window::Time { column: "T".into(), back: 2, ahead: 0 };
    let result = update_by(source.table(), &[Op::rolling_sum(["X"], window)], &[]).expect("a result");
    source.update("+ 1 4 1");
    driver.cycle();
    expect![[r#"
        timestamps "T" descend within a group, from 5 to 4 ns
          hint: sort the table by its timestamps first"#]]
    .assert_eq(&result.failure().map(|failure| failure.to_string()).unwrap_or_default());
}

#[test]
fn appending_keeps_a_table_append_only_where_windows_look_back() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::APPEND, "X:i64");
    let properties = |operation: Op| {
        update_by(source.table(), &[operation], &[]).expect("a result").definition().properties
    };
    assert_eq!(properties(Op::rolling_sum(["X"], ticks(3, 0))), Properties::APPEND);
    assert_eq!(properties(Op::cum_sum(["X"])), Properties::APPEND);
    assert_eq!(properties(Op::rolling_sum(["X"], ticks(3, 1))), Properties::ANY);
}
