//! Functions of numbers, Booleans and null.

use expect_test::expect;

use crate::support::{lines, table};

fn shown(formulas: &str) -> String {
    lines(&table(), formulas)
}

#[test]
fn numbers() {
    expect![[""]].assert_eq(&shown(
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
    expect![[""]].assert_eq(&shown(
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
    expect![[""]].assert_eq(&shown(
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
    expect![[""]].assert_eq(&shown(
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
    expect![[""]].assert_eq(&shown(
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
