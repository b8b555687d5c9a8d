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
    expect![[r#"
        5                     int: 5
        0x1F                  int: 31
        0b11                  int: 3
        010                   int: 8
        1_000                 int: 1000
        2147483647            int: 2147483647
        2147483648            long: 2147483648
        3000000000            long: 3000000000
        -2147483648           int: -2147483648
        -9223372036854775808  long: -9223372036854775808
        9223372036854775808   Syntax: this number does not fit 64 bits
        5L                    long: 5
        0xFFFFFFFFFFFFFFFFL   long: -1
        0xFFFFFFFF            long: 4294967295
        3.0                   double: 3.0
        1e3                   double: 1000.0
        0x1.2p3               double: 9.0
        3.0f                  float: 3.0
        3d                    double: 3.0
        3f                    float: 3.0
        .5                    double: 0.5
        08                    Syntax: "08" is not an octal number
    "#]]
    .assert_eq(&one_row(
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
    expect![[r#"
        `text`                  String: "text"
        "text"                  String: "text"
        `it's`                  String: "it's"
        `say "hi"`              String: "say \"hi\""
        `tab\tnew`              String: "tab\tnew"
        'a'                     char: 'a'
        true                    boolean: true
        false                   boolean: false
        True                    Name: no column or variable is called "True"
        null                    Type: null has no type here
        (double)null            double: .
        NULL_INT                int: .
        NULL_LONG               long: .
        NaN                     double: NaN
        PI                      double: 3.141592653589793
        Integer.MAX_VALUE       int: 2147483647
        Math.PI                 double: 3.141592653589793
        java.lang.Math.abs(-2)  int: 2
        SECOND                  long: 1000000000
    "#]]
    .assert_eq(&one_row(
        r#"
        `text`
        "text"
        `it's`
        `say "hi"`
        `tab\tnew`
        'a'
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
    expect![[r#"
        '2024-01-01T00:00:00Z'                  Instant: 2024-01-01T00:00:00Z
        '2024-01-01T00:00:00.123456789 ET'      Instant: 2024-01-01T05:00:00.123456789Z
        '2024-07-01T00:00:00 America/New_York'  Instant: 2024-07-01T04:00:00Z
        '2024-01-01 ET'                         Instant: 2024-01-01T05:00:00Z
        '1700000000000'                         Instant: 2023-11-14T22:13:20Z
        '1700000000'                            Instant: 2023-11-14T22:13:20Z
        '2024-01-01T00:00 Z'                    Syntax: '2024-01-01T00:00 Z' is neither a character nor a time
        'PT1h'                                  Duration: 3600000000000ns
        'PT5H2M1.2S'                            Duration: 18121200000000ns
        'PT-1S'                                 Duration: -1000000000ns
        'PT00:00:01'                            Duration: 1000000000ns
        'P1Y4M5D'                               Period: 16m5d
        'P1D'                                   Period: 0m1d
        '2024-01-01'                            LocalDate: 2024-01-01
        '2024-02-30'                            Syntax: '2024-02-30' is neither a character nor a time
        '10:30'                                 LocalTime: 37800000000000ns
        '10:30:00.5'                            LocalTime: 37800500000000ns
        'ET'                                    String: "ET"
        'Nowhere/Land'                          Syntax: 'Nowhere/Land' is neither a character nor a time
        'ab'                                    Syntax: 'ab' is neither a character nor a time
    "#]]
    .assert_eq(&one_row(
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
