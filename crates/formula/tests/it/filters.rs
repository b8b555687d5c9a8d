//! Filters of every form, and what they say about single columns.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, Int64Array, StringViewArray};
use expect_test::expect;
use kinetable_formula::{Simple, Variable, compile_filter};

use crate::support::{Table, filter_lines, table, values};

fn kept(filters: &str) -> String {
    filter_lines(&with_variables(), filters)
}

fn with_variables() -> Table {
    let one: ArrayRef = Arc::new(Int32Array::from(vec![2]));
    let list: ArrayRef = Arc::new(Int64Array::from(vec![10, -3]));
    let texts: ArrayRef = Arc::new(StringViewArray::from(vec!["abc", ""]));
    let none: ArrayRef = Arc::new(Int64Array::from(Vec::<i64>::new()));
    table()
        .with("two", Variable::Value(one))
        .with("longs", Variable::List(list))
        .with("texts", Variable::List(texts))
        .with("nothing", Variable::List(none))
}

#[test]
fn comparisons() {
    expect![[r#"
        I = 1                       0
        I == 1                      0
        I != 1                      1 2 3 4
        I < 1                       2 3
        I <= 1                      0 2 3
        I > 1                       1 4
        1 == I                      0
        1 < I                       1 4
        I == two                    1
        I == L                      3
        S = `abc`                   0
        S == 'abc'                  0
        S == 'a'                   
        S < 'b'                     0 1 3 4
        D == NaN                   
        D != NaN                    0 1 2 3 4
        D > 0                       0 4
        I == null                   3
        I != null                   0 1 2 4
        T > '2000-01-01T00:00:00Z'  1 4
        Day == '2024-01-01'         1
        C == 'a'                    0
        I>1 || S=`abc`              0 1 4
    "#]]
    .assert_eq(&kept(
        "
        I = 1
        I == 1
        I != 1
        I < 1
        I <= 1
        I > 1
        1 == I
        1 < I
        I == two
        I == L
        S = `abc`
        S == 'abc'
        S == 'a'
        S < 'b'
        D == NaN
        D != NaN
        D > 0
        I == null
        I != null
        T > '2000-01-01T00:00:00Z'
        Day == '2024-01-01'
        C == 'a'
        I>1 || S=`abc`
        ",
    ));
}

#[test]
fn lists() {
    expect![[r#"
        I in 1, 2                                                0 1
        I not in 1, 2                                            2 3 4
        I in 1, null                                             0 3
        I not in 1, null                                         1 2 4
        I in two, -7                                             1 2
        I IN 1                                                   0
        L in longs                                               0 2
        L not in longs                                           1 3 4
        L in nothing                                            
        L not in nothing                                         0 1 2 3 4
        I in longs                                              
        S in `abc`, ``                                           0 1
        S in 'abc', null                                         0 3
        S in texts                                               0 1
        S icase in `ABC`, `été 😀`                                0 2
        S icase not in `ABC`                                     1 2 3 4
        S ICASE NOT IN `ABC`, null                               1 2 4
        D in NaN, 1.5                                            0 2
        D in 0.0                                                 1
        D not in NaN                                             0 1 3 4
        I in 1.0, 2.5                                            0
        T in '2024-01-01T00:00:00Z'                              1
        Day in '2024-01-01', '1970-01-01'                        0 1
        C in 'a', 'b'                                            0 1
        B in true                                                0 2
        I in 1, 2, 3, 4, 5, 6, 7, 8, 9, -7                       0 1 2
        S in `1`, `2`, `3`, `4`, `5`, `6`, `7`, `8`, `9`, `abc`  0
        in(I, 1, 2)                                              0 1
        !in(I, 1, 2)                                             2 3 4
        in(S, `abc`, null)                                       0 3
        inRange(I, 1, 5)                                         0 1
    "#]]
    .assert_eq(&kept(
        "
        I in 1, 2
        I not in 1, 2
        I in 1, null
        I not in 1, null
        I in two, -7
        I IN 1
        L in longs
        L not in longs
        L in nothing
        L not in nothing
        I in longs
        S in `abc`, ``
        S in 'abc', null
        S in texts
        S icase in `ABC`, `été 😀`
        S icase not in `ABC`
        S ICASE NOT IN `ABC`, null
        D in NaN, 1.5
        D in 0.0
        D not in NaN
        I in 1.0, 2.5
        T in '2024-01-01T00:00:00Z'
        Day in '2024-01-01', '1970-01-01'
        C in 'a', 'b'
        B in true
        I in 1, 2, 3, 4, 5, 6, 7, 8, 9, -7
        S in `1`, `2`, `3`, `4`, `5`, `6`, `7`, `8`, `9`, `abc`
        in(I, 1, 2)
        !in(I, 1, 2)
        in(S, `abc`, null)
        inRange(I, 1, 5)
        ",
    ));
}

#[test]
fn parts_of_texts() {
    expect![[r#"
        S includes `bc`                       0
        S includes `bc`, `long`               0 4
        S includes any `bc`, `long`           0 4
        S includes all `a`, `text`            4
        S not includes `a`                    1 2 3
        S icase includes `BC`                 0
        S icase not includes all `A`, `TEXT`  0 1 2 3
        I includes `a`                        Type: "icase" and "includes" are for texts, but this column is of type int
    "#]].assert_eq(&kept(
        "
        S includes `bc`
        S includes `bc`, `long`
        S includes any `bc`, `long`
        S includes all `a`, `text`
        S not includes `a`
        S icase includes `BC`
        S icase not includes all `A`, `TEXT`
        I includes `a`
        ",
    ));
}

#[test]
fn membership_within_parentheses() {
    expect![[r#"
        (I in 1, 2) || (S includes `text`)   0 1 4
        !(I in 1, 2)                         2 3 4
        !(I not in 1, 2)                     0 1
        (S icase in `ABC`) && I > 0          0
        (I in 1, 2)                          0 1
        (S not includes `a`) == (I in 1, 2)  1 4
        I in (1), (2)                        0 1
        (I in 1, 2                           Syntax: this parenthesis is closed by ")", but here is the end of the formula
        (I in `a`)                           Type: a value of type int cannot be looked up among values of type String
        I > 0 && S in `abc`                  Syntax: "in" is not expected here
    "#]].assert_eq(&kept(
        "
        (I in 1, 2) || (S includes `text`)
        !(I in 1, 2)
        !(I not in 1, 2)
        (S icase in `ABC`) && I > 0
        (I in 1, 2)
        (S not includes `a`) == (I in 1, 2)
        I in (1), (2)
        (I in 1, 2
        (I in `a`)
        I > 0 && S in `abc`
        ",
    ));
}

#[test]
fn conditions() {
    expect![[r#"
        K                               0 2
        !K                              1 3 4
        B                               Value in row 3: column "B" is null, which is neither true nor false
        B == true                       0 2
        B != null && B                  0 2
        replaceIfNull(B, false)         0 2
        isNull(I)                       3
        !isNull(I)                      0 1 2 4
        S.startsWith(`a`)               Value in row 3: this condition is null, which is neither true nor false
        S != null && S.startsWith(`a`)  0 4
        true                            0 1 2 3 4
        false                          
        I + 1                           Type: a filter needs a boolean, but this is an int
        S                               Type: a filter needs a boolean, but this is a String
        null                            Type: a filter needs a boolean, but this is null
    "#]].assert_eq(&kept(
        "
        K
        !K
        B
        B == true
        B != null && B
        replaceIfNull(B, false)
        isNull(I)
        !isNull(I)
        S.startsWith(`a`)
        S != null && S.startsWith(`a`)
        true
        false
        I + 1
        S
        null
        ",
    ));
}

fn analysis(text: &str) -> String {
    let filter = compile_filter(text, &with_variables()).unwrap();
    let parts = filter.analysis().iter().map(|simple| match simple {
        Simple::Compare { column, op, value } => {
            format!("{column} {op:?} {} {}", value.data_type(), values(value).join(" "))
        }
        Simple::In { column, values: list, negated } => {
            format!(
                "{column} {}in {} {}",
                if *negated { "not " } else { "" },
                list.data_type(),
                values(list).join(" ")
            )
        }
        Simple::Null { column, is_null } => {
            format!("{column} {}", if *is_null { "null" } else { "not null" })
        }
    });
    parts.collect::<Vec<_>>().join("; ")
}

#[test]
fn what_filters_say_about_columns() {
    let filters = [
        "I > 1",
        "1 < I",
        "L == 5",
        "L == 2.5",
        "D > 1",
        "S > `2026-07-01`",
        "Day >= '2024-01-01'",
        "I > 1 && S == 'x' && D != NaN",
        "I > 1 || S == 'x'",
        "I == null",
        "I != null && L < 5",
        "isNull(S)",
        "!isNull(S)",
        "I in 1, null",
        "S not in `a`, `b`",
        "in(I, 1, 2)",
        "I == two",
        "I > L",
        "(I in 1, 2) && (S not in `a`)",
        "K",
        "L in longs",
        "I in 1.0, 2.5",
        "By == 1000",
        "S.startsWith(`a`)",
        "T > '2024-01-01T00:00:00Z'",
        "S icase in `a`",
        "I < 1 + 2",
        "I == NULL_INT",
    ];
    let shown: String = filters.iter().map(|text| format!("{text} -> {}\n", analysis(text))).collect();
    expect![[r#"
        I > 1 -> I Gt Int32 1
        1 < I -> I Gt Int32 1
        L == 5 -> L Eq Int64 5
        L == 2.5 -> 
        D > 1 -> D Gt Float64 1.0
        S > `2026-07-01` -> S Gt Utf8View "2026-07-01"
        Day >= '2024-01-01' -> Day Ge Date32 2024-01-01
        I > 1 && S == 'x' && D != NaN -> I Gt Int32 1; S Eq Utf8View "x"
        I > 1 || S == 'x' -> 
        I == null -> I null
        I != null && L < 5 -> I not null; L Lt Int64 5
        isNull(S) -> S null
        !isNull(S) -> S not null
        I in 1, null -> I in Int32 1 .
        S not in `a`, `b` -> S not in Utf8View "a" "b"
        in(I, 1, 2) -> I in Int32 1 2
        I == two -> I Eq Int32 2
        I > L -> 
        (I in 1, 2) && (S not in `a`) -> I in Int32 1 2; S not in Utf8View "a"
        K -> 
        L in longs -> L in Int64 10 -3
        I in 1.0, 2.5 -> 
        By == 1000 -> 
        S.startsWith(`a`) -> 
        T > '2024-01-01T00:00:00Z' -> T Gt Timestamp(ns, "UTC") 2024-01-01T00:00:00Z
        S icase in `a` -> 
        I < 1 + 2 -> I Lt Int32 3
        I == NULL_INT -> 
    "#]]
    .assert_eq(&shown);
}
