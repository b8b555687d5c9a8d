//! Table text: what is printed is what was read.

use expect_test::expect;
use kinetable_engine::Properties;
use kinetable_testkit::text::{parse_schema, parse_step, parse_table};
use kinetable_testkit::{Script, fixed, table_text};

#[test]
fn every_type_reads_and_prints() {
    let table = fixed(
        r#"
        key A:bool B:i8 C:i16 D:i32 E:i64 F:f32 G:f64 H:str I:char J:date K:time L:duration M:bin N:instant
        7 true -1 2 3 4 0.1 -0.0 "a b" x 2026-01-02 03:04:05 12 0x00ff 2026-01-02T03:04:05.000000006Z
        9 . . . . . . . . . . . . . .
        11 false 1 -2 -3 -4 NaN inf "" "." 1969-12-31 00:00:00.000000001 -12 0x 1969-12-31T23:59:59Z
        "#,
    );
    expect![[r#"
        key  A:bool  B:i8  C:i16  D:i32  E:i64  F:f32  G:f64  H:str  I:char  J:date      K:time              L:duration  M:bin   N:instant
        7    true    -1    2      3      4      0.1    -0.0   "a b"  x       2026-01-02  03:04:05            12          0x00ff  2026-01-02T03:04:05.000000006Z
        9    .       .     .      .      .      .      .      .      .       .           .                   .           .       .
        11   false   1     -2     -3     -4     NaN    inf    ""     "."     1969-12-31  00:00:00.000000001  -12         0x      1969-12-31T23:59:59Z
    "#]].assert_eq(&table_text(&table));
}

#[test]
fn text_that_looks_like_signs_is_quoted() {
    let text = "key  S:str\n0    \".\"\n1    \"=\"\n2    \"a\\nb\"\n3    \"say \\\"ü\\\"\"\n4    ü\n";
    assert_eq!(table_text(&fixed(text)), text);
}

#[test]
fn rows_without_keys_are_numbered() {
    let (_, rows) = parse_table("A:i32\n5\n6\n").expect("table text");
    assert_eq!(rows.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn scripts_read_what_they_print() {
    let text = "\
key  Sym:str  Price:f64
1    a        2.0
2    .        NaN
---
-  1
>  10-19  +5
>  30     -2
+  3      \"a b\"  -0.0
~  2      =      7.5
~  4      .      =
---
---
-  2
";
    let script = Script::parse(Properties::ANY, text).expect("a script");
    assert_eq!(script.steps.len(), 3);
    let printed = script.to_string();
    let again = Script::parse(Properties::ANY, &printed).expect("a script");
    assert_eq!(again.steps, script.steps);
    assert_eq!(again.start, script.start);
    assert_eq!(again.to_string(), printed);
}

#[test]
fn mistakes_are_told_with_line_and_hint() {
    let table = |text| parse_table(text).expect_err("not table text").to_string();
    expect![[r#"
        header word "Price" has no type
          hint: write name:type, e.g. Price:f64"#]]
    .assert_eq(&table("Price"));
    expect![[r#"
        no type "f65" in table text
          hint: types: bool i8 i16 i32 i64 f32 f64 str char date time duration bin instant"#]]
    .assert_eq(&table("Price:f65"));
    expect![[r#"line 3 of table text, `1.0 2`: 2 values for 1 columns"#]]
        .assert_eq(&table("Price:f64\n1.0\n1.0 2"));
    expect![[r#"line 2 of table text, `x`: column "Count": "x" is no i32"#]]
        .assert_eq(&table("Count:i32\nx"));
    expect!["two rows with key 3"].assert_eq(&table("key Count:i32\n3 1\n3 2"));
    let schema = parse_schema("A:i32").expect("a header");
    let step = |text| parse_step(&schema, text).expect_err("not update text").to_string();
    expect![[r#"
        line 1 of table text, `* 1`: a change begins with "*"
          hint: begin with one of - > + ~ and a blank"#]]
    .assert_eq(&step("* 1"));
    expect![[r#"
        line 1 of table text, `> 1-x +5`: not a shift
          hint: write old keys and delta: > 10-19 +5"#]]
    .assert_eq(&step("> 1-x +5"));
}
