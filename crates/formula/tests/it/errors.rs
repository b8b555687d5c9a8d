//! What is said of mistakes: where, what, and what to do.

use expect_test::expect;
use kinetable_formula::{compile_filter, compile_select};

use crate::support::table;

fn select(text: &str) -> String {
    let table = table();
    let result = compile_select(text, &table).and_then(|formula| table.eval(&formula, 0, table.rows()));
    result.map_or_else(|error| error.to_string(), |_| "no error".to_owned())
}

fn filter(text: &str) -> String {
    let table = table();
    let result = compile_filter(text, &table).and_then(|filter| table.keeps(&filter, 0, table.rows()));
    result.map_or_else(|error| error.to_string(), |_| "no error".to_owned())
}

fn all(texts: &[&str], f: fn(&str) -> String) -> String {
    texts.iter().map(|text| format!("{}\n\n", f(text))).collect()
}

#[test]
fn names() {
    expect![[""]].assert_eq(&all(
        &[
            "X = Dyr + 1", "X = I + Unknown", "X = sqt(I)", "X = S.startWith(`a`)", "X = Math.squirt(2)", "X = sqrt",
            "X = True", "X = Day.getYearr()", "X = IVORRY",
        ],
        select,
    ));
}

#[test]
fn types() {
    expect![[""]].assert_eq(&all(
        &[
            "X = I + B", "X = S * 2", "X = S == 1", "X = T == `2024-01-01`", "X = T == L", "X = I && K", "X = I ? 1 : 2",
            "X = K ? `a` : 1", "X = !I", "X = -S", "X = sqrt(S)", "X = (int)S", "X = (long)T", "X = null", "X = 'ET'", "X = S.substring(`a`)",
            "X = T + T", "X = G + S", "X = pow(1)", "X = Day - Day", "X = I[0]", "X = year(T)",
        ],
        select,
    ));
}

#[test]
fn syntax() {
    expect![[""]].assert_eq(&all(
        &[
            "X = ", "X", "1X = 2", "int = 2", "I + 1", "I == 1", "X = 1 +", "X = (1 + 2", "X = 1 2", "X = I << 2", "X = ~I", "X = +I",
            "X = I instanceof Integer", "X = I and K", "X = `open", "X = 'abc def'", "X = 99999999999999999999", "X = new Date()", "X = f(1,",
            "X = K ? 1", "X = a.1", "X = 5x", "X = I = 1; 2", "X = x -> 1", "",
        ],
        select,
    ));
}

#[test]
fn rows() {
    expect![[""]].assert_eq(&all(
        &[
            "X = 1 + I % (I - 2)", "X = parseInt(S)", "X = K && B", "X = !K || B", "X = B ? 1 : 2", "X = S.charAt(3)",
            "X = K ? 1 : 10 % L", "X =\n  I\n  % 0",
        ],
        select,
    ));
}

#[test]
fn filters() {
    expect![[""]].assert_eq(&all(
        &[
            "", "I", "S", "B", "I in", "I in K", "Q in 1", "I in `a`", "S in 1", "I icase in 1", "I > 1 and K", "I like 1", "I in (1", "S includes 1",
            "I not 1", "D.startsWith(`a`)", "T > `2024-01-01T00:00:00Z`",
        ],
        filter,
    ));
}

#[test]
fn deep_and_long_formulas_are_refused_without_harm() {
    let nested = format!("X = {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(select(&nested).contains("nested too deeply"));
    let signs = format!("X = {}1", "- ".repeat(5_000));
    assert!(select(&signs).contains("nested too deeply"));
    let long = format!("X = 1{}", " + 1".repeat(5_000));
    assert!(select(&long).contains("too long"));
    let ors = format!("X = false{}", " || I == 1".repeat(5_000));
    assert_eq!(select(&ors), "no error");
    let joined = vec!["`a`"; 200].join(" + ");
    assert_eq!(select(&format!("X = {joined}")), "no error");
}
