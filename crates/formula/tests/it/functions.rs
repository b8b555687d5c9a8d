//! Functions of numbers, Booleans and null.

use expect_test::expect;

use crate::support::{lines, table};

fn shown(formulas: &str) -> String {
    lines(&table(), formulas)
}

#[test]
fn numbers() {
    expect![[r#"
        sqrt(16)                        double: 4.0 4.0 4.0 4.0 4.0
        sqrt(D)                         double: 1.224744871391589 -0.0 NaN . inf
        cbrt(27)                        double: 3.0 3.0 3.0 3.0 3.0
        exp(0)                          double: 1.0 1.0 1.0 1.0 1.0
        log(E)                          double: 1.0 1.0 1.0 1.0 1.0
        log10(1000)                     double: 3.0 3.0 3.0 3.0 3.0
        pow(2, 10)                      double: 1024.0 1024.0 1024.0 1024.0 1024.0
        atan2(0, 1)                     double: 0.0 0.0 0.0 0.0 0.0
        hypot(3, 4)                     double: 5.0 5.0 5.0 5.0 5.0
        ceil(1.2)                       double: 2.0 2.0 2.0 2.0 2.0
        floor(-1.2)                     double: -2.0 -2.0 -2.0 -2.0 -2.0
        rint(2.5)                       double: 2.0 2.0 2.0 2.0 2.0
        round(2.5)                      long: 3 3 3 3 3
        round(-2.5)                     long: -2 -2 -2 -2 -2
        round(D)                        long: 2 0 0 . 9223372036854775807
        toDegrees(PI)                   double: 180.0 180.0 180.0 180.0 180.0
        signum(I)                       int: 1 1 -1 . 1
        signum(-0.5)                    int: -1 -1 -1 -1 -1
        abs(I)                          int: 1 2 7 . 2147483647
        abs(By)                         byte: 1 2 1 . 127
        abs(F)                          float: 1.5 0.1 NaN . 2.0
        abs(-2147483647 - 1)            int: -2147483648 -2147483648 -2147483648 -2147483648 -2147483648
        clamp(I, 0, 5)                  int: 1 2 0 . 5
        clamp(D, 0.0, 1.0)              double: 1.0 -0.0 NaN . 1.0
        max(1, 2.5)                     double: 2.5 2.5 2.5 2.5 2.5
        max(0, L - 5)                   long: 5 0 0 0 9223372036854775802
        max(I, L, 3)                    long: 10 3 3 3 9223372036854775807
        min(I, 1)                       int: 1 1 -7 1 1
        min(D, 0)                       double: 0.0 -0.0 NaN 0.0 0.0
        max(T, '2024-01-01T00:00:00Z')  Instant: 2024-01-01T00:00:00Z 2024-01-01T00:00:00Z 2024-01-01T00:00:00Z 2024-01-01T00:00:00Z 2024-03-01T12:34:56.789Z
        max(G)                          int: 3 . 5 7 4
        min(D_)                         double: NaN NaN NaN NaN NaN
        copySign(2.0, -1)               double: -2.0 -2.0 -2.0 -2.0 -2.0
        IEEEremainder(5, 3)             double: -1.0 -1.0 -1.0 -1.0 -1.0
        nextUp(1.0)                     double: 1.0000000000000002 1.0000000000000002 1.0000000000000002 1.0000000000000002 1.0000000000000002
        nextAfter(1.0f, 0f)             float: 0.99999994 0.99999994 0.99999994 0.99999994 0.99999994
        ulp(1.0)                        double: 2.220446049250313e-16 2.220446049250313e-16 2.220446049250313e-16 2.220446049250313e-16 2.220446049250313e-16
        scalb(1.5, 3)                   double: 12.0 12.0 12.0 12.0 12.0
        getExponent(1024)               int: 10 10 10 10 10
        compare(1, 2)                   int: -1 -1 -1 -1 -1
        compare(D, 1)                   int: 1 -1 1 -1 1
        compare(S, `abd`)               int: -1 -1 1 -1 -1
        isNaN(D)                        boolean: false false true false false
        isInf(D)                        boolean: false false false false true
        isFinite(D)                     boolean: true true false false false
        Math.max(I, 2)                  int: 2 2 2 2 2147483647
        Math.sqrt(4)                    double: 2.0 2.0 2.0 2.0 2.0
    "#]].assert_eq(&shown(
        "
        sqrt(16)
        sqrt(D)
        cbrt(27)
        exp(0)
        log(E)
        log10(1000)
        pow(2, 10)
        atan2(0, 1)
        hypot(3, 4)
        ceil(1.2)
        floor(-1.2)
        rint(2.5)
        round(2.5)
        round(-2.5)
        round(D)
        toDegrees(PI)
        signum(I)
        signum(-0.5)
        abs(I)
        abs(By)
        abs(F)
        abs(-2147483647 - 1)
        clamp(I, 0, 5)
        clamp(D, 0.0, 1.0)
        max(1, 2.5)
        max(0, L - 5)
        max(I, L, 3)
        min(I, 1)
        min(D, 0)
        max(T, '2024-01-01T00:00:00Z')
        max(G)
        min(D_)
        copySign(2.0, -1)
        IEEEremainder(5, 3)
        nextUp(1.0)
        nextAfter(1.0f, 0f)
        ulp(1.0)
        scalb(1.5, 3)
        getExponent(1024)
        compare(1, 2)
        compare(D, 1)
        compare(S, `abd`)
        isNaN(D)
        isInf(D)
        isFinite(D)
        Math.max(I, 2)
        Math.sqrt(4)
        ",
    ));
}

#[test]
fn exact_arithmetic() {
    expect![[r#"
        addExact(1, 2)         int: 3 3 3 3 3
        addExact(I, 1)         Value in row 4: the result does not fit the type
        subtractExact(By, By)  byte: 0 0 0 . 0
        multiplyExact(L, 1L)   long: 10 0 -3 . 9223372036854775807
        negateExact(I)         int: -1 -2 7 . -2147483647
        incrementExact(5)      int: 6 6 6 6 6
        decrementExact(By)     byte: 0 1 -2 . 126
        toIntExact(5L)         int: 5 5 5 5 5
        toIntExact(L)          Value in row 4: the result does not fit the type
        toByteExact(I)         Value in row 4: the result does not fit the type
        floorDiv(I, 2)         int: 0 1 -4 . 1073741823
        floorMod(I, 3)         int: 1 2 2 . 1
        floorDiv(L, -2)        long: -5 0 1 . -4611686018427387904
        floorDiv(I, 0)         Value in row 0: an integer is divided by zero
    "#]]
    .assert_eq(&shown(
        "
        addExact(1, 2)
        addExact(I, 1)
        subtractExact(By, By)
        multiplyExact(L, 1L)
        negateExact(I)
        incrementExact(5)
        decrementExact(By)
        toIntExact(5L)
        toIntExact(L)
        toByteExact(I)
        floorDiv(I, 2)
        floorMod(I, 3)
        floorDiv(L, -2)
        floorDiv(I, 0)
        ",
    ));
}

#[test]
fn bins() {
    expect![[r#"
        lowerBin(I, 5)       int: 0 0 -10 . 2147483645
        upperBin(I, 5)       int: 5 5 -5 . -2147483646
        lowerBin(L, 4, 1)    long: 9 -3 -3 . 9223372036854775805
        lowerBin(1.7, 0.5)   double: 1.5 1.5 1.5 1.5 1.5
        upperBin(-7, 5)      int: -5 -5 -5 -5 -5
        lowerBin(By, 10)     int: 0 0 -10 . 120
        lowerBin(T, HOUR)    Instant: 1970-01-01T00:00:00Z 2024-01-01T00:00:00Z 1969-12-31T23:00:00Z . 2024-03-01T12:00:00Z
        lowerBin(T, 'PT1h')  Instant: 1970-01-01T00:00:00Z 2024-01-01T00:00:00Z 1969-12-31T23:00:00Z . 2024-03-01T12:00:00Z
        upperBin(T, 'PT1h')  Instant: 1970-01-01T00:00:00Z 2024-01-01T00:00:00Z 1970-01-01T00:00:00Z . 2024-03-01T13:00:00Z
        lowerBin(T, 'P1D')   Type: "lowerBin" does not take (Instant, Period)
        lowerBin(I, 0)       Value in row 0: the interval is zero
    "#]].assert_eq(&shown(
        "
        lowerBin(I, 5)
        upperBin(I, 5)
        lowerBin(L, 4, 1)
        lowerBin(1.7, 0.5)
        upperBin(-7, 5)
        lowerBin(By, 10)
        lowerBin(T, HOUR)
        lowerBin(T, 'PT1h')
        upperBin(T, 'PT1h')
        lowerBin(T, 'P1D')
        lowerBin(I, 0)
        ",
    ));
}

#[test]
fn null_and_nan() {
    expect![[r#"
        isNull(I)                   boolean: false false false true false
        isNull(null)                boolean: true true true true true
        isNull(S)                   boolean: false false false true false
        replaceIfNull(I, 0)         int: 1 2 -7 0 2147483647
        replaceIfNull(By, 0)        byte: 1 2 -1 0 127
        replaceIfNull(S, `none`)    String: "abc" "" "Été 😀" "none" "a longer text, of 32 characters!"
        replaceIfNull(D, 0)         double: 1.5 -0.0 NaN 0.0 inf
        replaceIfNull(I, 2.5)       double: 1.0 2.0 -7.0 2.5 2147483647.0
        replaceIfNull(B, false)     boolean: true false true false false
        replaceIfNull(I, L)         int: 1 2 -7 . 2147483647
        replaceIfNaN(D, 0)          double: 1.5 -0.0 0.0 . inf
        replaceIfNullNaN(D, -1.0)   double: 1.5 -0.0 -1.0 -1.0 inf
        replaceIfNonFinite(D, 7.0)  double: 1.5 -0.0 7.0 7.0 7.0
        replaceIfNaN(I, 1)          Type: "replaceIfNaN" does not take (int, int)
        and(B, K)                   boolean: true false true false false
        or(B, K)                    boolean: true false true . false
        not(B)                      boolean: false true false . true
        in(I, 1, 2)                 boolean: true true false false false
        in(I, L, 1)                 boolean: true false false true false
        inRange(D, 0, 2)            boolean: true true false false false
    "#]]
    .assert_eq(&shown(
        "
        isNull(I)
        isNull(null)
        isNull(S)
        replaceIfNull(I, 0)
        replaceIfNull(By, 0)
        replaceIfNull(S, `none`)
        replaceIfNull(D, 0)
        replaceIfNull(I, 2.5)
        replaceIfNull(B, false)
        replaceIfNull(I, L)
        replaceIfNaN(D, 0)
        replaceIfNullNaN(D, -1.0)
        replaceIfNonFinite(D, 7.0)
        replaceIfNaN(I, 1)
        and(B, K)
        or(B, K)
        not(B)
        in(I, 1, 2)
        in(I, L, 1)
        inRange(D, 0, 2)
        ",
    ));
}

#[test]
fn numbers_out_of_texts() {
    expect![[r#"
        parseInt(`12`)                  int: 12 12 12 12 12
        parseInt(`-7`)                  int: -7 -7 -7 -7 -7
        parseInt(`ff`, 16)              int: 255 255 255 255 255
        parseLong(`9999999999`)         long: 9999999999 9999999999 9999999999 9999999999 9999999999
        parseShort(`70000`)             Value in row 0: "70000" is not a number of type short
        parseDouble(`1.5`)              double: 1.5 1.5 1.5 1.5 1.5
        parseDouble(` 2e3 `)            double: 2000.0 2000.0 2000.0 2000.0 2000.0
        parseFloat(`1.5f`)              float: 1.5 1.5 1.5 1.5 1.5
        parseBoolean(`TRUE`)            boolean: true true true true true
        parseInt(S)                     Value in row 0: "abc" is not a number of type int
        parseInt(`x`)                   Value in row 0: "x" is not a number of type int
        parseUnsignedInt(`4294967295`)  int: -1 -1 -1 -1 -1
        Integer.parseInt(`5`)           int: 5 5 5 5 5
        Double.parseDouble(`2`)         double: 2.0 2.0 2.0 2.0 2.0
        Double.valueOf(2)               double: 2.0 2.0 2.0 2.0 2.0
    "#]]
    .assert_eq(&shown(
        "
        parseInt(`12`)
        parseInt(`-7`)
        parseInt(`ff`, 16)
        parseLong(`9999999999`)
        parseShort(`70000`)
        parseDouble(`1.5`)
        parseDouble(` 2e3 `)
        parseFloat(`1.5f`)
        parseBoolean(`TRUE`)
        parseInt(S)
        parseInt(`x`)
        parseUnsignedInt(`4294967295`)
        Integer.parseInt(`5`)
        Double.parseDouble(`2`)
        Double.valueOf(2)
        ",
    ));
}
