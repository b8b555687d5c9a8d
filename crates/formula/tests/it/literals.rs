//! Constants as written.

use expect_test::expect;

use crate::support::{lines, table};

fn one_row(formulas: &str) -> String {
    let mut table = table();
    table.columns = vec![("I".into(), table.array("I").unwrap().slice(0, 1))];
    lines(&table, formulas)
}

#[test]
fn numbers() {
    expect![[""]].assert_eq(&one_row(
        "
        5
        0x1F
        0b11
        010
        1_000
        2147483647
        2147483648
        3000000000
        -2147483648
        -9223372036854775808
        9223372036854775808
        5L
        0xFFFFFFFFFFFFFFFFL
        0xFFFFFFFF
        3.0
        1e3
        0x1.2p3
        3.0f
        3d
        3f
        .5
        08
        ",
    ));
}

#[test]
fn texts_and_characters() {
    expect![[""]].assert_eq(&one_row(
        r#"
        `text`
        "text"
        `it's`
        `say "hi"`
        `tab\tnew`
        'a'
        '\n'
        true
        false
        True
        null
        (double)null
        NULL_INT
        NULL_LONG
        NaN
        PI
        Integer.MAX_VALUE
        Math.PI
        java.lang.Math.abs(-2)
        SECOND
        "#,
    ));
}

#[test]
fn times() {
    expect![[""]].assert_eq(&one_row(
        "
        '2024-01-01T00:00:00Z'
        '2024-01-01T00:00:00.123456789 ET'
        '2024-07-01T00:00:00 America/New_York'
        '2024-01-01 ET'
        '1700000000000'
        '1700000000'
        '2024-01-01T00:00 Z'
        'PT1h'
        'PT5H2M1.2S'
        'PT-1S'
        'PT00:00:01'
        'P1Y4M5D'
        'P1D'
        '2024-01-01'
        '2024-02-30'
        '10:30'
        '10:30:00.5'
        'ET'
        'Nowhere/Land'
        'ab'
        ",
    ));
}
