//! Arbitrary text never panics: it is a formula, or an error that says where.

use kinetable_formula::{
    Chunk, compile_expression, compile_filter, compile_select, parse_join_keys, parse_pair,
};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::support::{NOW, Table, table};

/// Texts that are tried when nothing else is asked for; more by `KINETABLE_FUZZ=1000000`.
const SHARE: u64 = 6_000;

/// Pieces that formulas are made of, and some that they are not.
const WORDS: &[&str] = &[
    "I",
    "L",
    "D",
    "F",
    "S",
    "B",
    "T",
    "G",
    "N",
    "I_",
    "i",
    "ii",
    "k",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "+",
    "-",
    "*",
    "/",
    "%",
    "==",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "&&",
    "||",
    "&",
    "|",
    "^",
    "!",
    "?",
    ":",
    ",",
    ".",
    "new ",
    "int",
    "String",
    "(int)",
    "(double)",
    "null",
    "true",
    "0",
    "1",
    "-1",
    "0x",
    "1e",
    "1.5",
    "9223372036854775808",
    "`a`",
    "'a'",
    "'2024-01-01'",
    "'PT1H'",
    "'ET'",
    "in",
    "not ",
    "icase ",
    "includes ",
    "any ",
    "all ",
    "sum",
    "abs",
    "sqrt",
    "in(",
    "ifelse(",
    "max(",
    "year(",
    "lowerBin(",
    ".length()",
    ".substring(",
    "String.format(",
    "Math.",
    "calendar()",
    "X = ",
    " ",
    "  ",
    "\u{e9}",
    "\u{1F600}",
    "\\",
    "\"",
    "`",
    "'",
    "\n",
    "\0",
    "~",
    "#",
    "@",
    "$",
    "randomInt(",
    "(byte)",
    "sequence(",
    "repeat(",
    "_",
];

fn count() -> u64 {
    std::env::var("KINETABLE_FUZZ").ok().and_then(|count| count.parse().ok()).unwrap_or(SHARE)
}

fn text(random: &mut StdRng) -> String {
    match random.random_range(0..4) {
        0 => {
            let length = random.random_range(0..40);
            let bytes: Vec<u8> = (0..length).map(|_| random.random()).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        1 => {
            let length = random.random_range(0..40);
            (0..length).map(|_| char::from(random.random_range(32u8..127))).collect()
        }
        _ => {
            let length = random.random_range(0..24);
            (0..length).filter_map(|_| WORDS.choose(random)).copied().collect()
        }
    }
}

/// Compiles the text every way, evaluates what compiles, and looks at what is told of the rest.
fn tried(table: &Table, text: &str) {
    let told = |error: kinetable_formula::Error| {
        assert!(!error.message().is_empty());
        assert!(error.kind() != kinetable_formula::ErrorKind::Internal, "{text:?}: {error}");
        let _ = error.to_string();
    };
    for formula in [compile_select(text, table), compile_expression("X", text, table)] {
        match formula {
            Ok(formula) => {
                let inputs = table.inputs(formula.inputs(), 0, table.rows());
                let chunk = Chunk { rows: table.rows(), inputs: &inputs, now: NOW };
                if let Err(error) = formula.eval(&chunk) {
                    told(error);
                }
            }
            Err(error) => told(error),
        }
    }
    match compile_filter(text, table) {
        Ok(filter) => {
            if let Err(error) = table.keeps(&filter, 0, table.rows()) {
                told(error);
            }
        }
        Err(error) => told(error),
    }
    let _ = parse_pair(text);
    let _ = parse_join_keys(text);
}

#[test]
fn arbitrary_text_is_a_formula_or_an_error() {
    let table = table();
    for seed in 0..count() {
        let text = text(&mut StdRng::seed_from_u64(seed));
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| tried(&table, &text)));
        assert!(outcome.is_ok(), "seed {seed}: {text:?}");
    }
}

/// Formulas that hold, with one character changed, left out or put in.
#[test]
fn formulas_with_a_slip_are_formulas_or_errors() {
    let table = table();
    let list = include_str!("../inventory.tsv");
    let formulas: Vec<&str> = list.lines().filter_map(|line| line.split('\t').nth(2)).collect();
    for seed in 0..count() / 3 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut letters: Vec<char> =
            formulas.choose(&mut random).expect("there are formulas").chars().collect();
        let at = random.random_range(0..letters.len());
        match random.random_range(0..3) {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, char::from(random.random_range(32u8..127))),
            _ => letters[at] = char::from(random.random_range(32u8..127)),
        }
        let text: String = letters.into_iter().collect();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| tried(&table, &text)));
        assert!(outcome.is_ok(), "seed {seed}: {text:?}");
    }
}
