//! Laws that hold for every formula, tried on many random ones.

use kinetable_formula::{compile_filter, compile_select};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::{Table, table, values};

/// A random expression of a kind, of at most some depth.
struct Writer {
    random: StdRng,
}

impl Writer {
    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.random.random_range(0..words.len())]
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.random_bool(0.2) {
            return self
                .pick(&[
                    "I", "L", "Sh", "By", "F", "D", "C", "1", "2L", "0.5", "-3", "'a'", "i", "L_[ii-1]",
                    "NULL_INT",
                ])
                .to_owned();
        }
        match self.random.random_range(0..9) {
            0..4 => format!(
                "({} {} {})",
                self.number(depth - 1),
                self.pick(&["+", "-", "*", "/", "%"]),
                self.number(depth - 1)
            ),
            4 => format!("-({})", self.number(depth - 1)),
            5 => format!(
                "({} ? {} : {})",
                self.condition(depth - 1),
                self.number(depth - 1),
                self.number(depth - 1)
            ),
            6 => format!(
                "({})({})",
                self.pick(&["int", "long", "double", "byte", "float"]),
                self.number(depth - 1)
            ),
            7 => format!(
                "{}({})",
                self.pick(&["abs", "sqrt", "floor", "signum", "round"]),
                self.number(depth - 1)
            ),
            _ => format!("{}.length()", self.text(depth - 1)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.random_bool(0.3) {
            return self.pick(&["S", "`a`", "``", "S_[i+1]"]).to_owned();
        }
        match self.random.random_range(0..4) {
            0 => format!("({} + {})", self.text(depth - 1), self.number(depth - 1)),
            1 => format!(
                "({} ? {} : {})",
                self.condition(depth - 1),
                self.text(depth - 1),
                self.text(depth - 1)
            ),
            2 => format!("{}.toUpperCase()", self.text(depth - 1)),
            _ => format!("{}.substring(1)", self.text(depth - 1)),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.random_bool(0.2) {
            return self.pick(&["B", "K", "true", "I == null", "B == null"]).to_owned();
        }
        match self.random.random_range(0..8) {
            0 | 1 => format!(
                "({} {} {})",
                self.number(depth - 1),
                self.pick(&["==", "!=", "<", "<=", ">", ">="]),
                self.number(depth - 1)
            ),
            2 => format!(
                "({} {} {})",
                self.condition(depth - 1),
                self.pick(&["&&", "||"]),
                self.condition(depth - 1)
            ),
            3 => format!(
                "({} {} {})",
                self.condition(depth - 1),
                self.pick(&["&", "|", "^"]),
                self.condition(depth - 1)
            ),
            4 => format!("!({})", self.condition(depth - 1)),
            5 => format!("isNull({})", self.number(depth - 1)),
            6 => format!(
                "({} {} {})",
                self.text(depth - 1),
                self.pick(&["==", "<", ">="]),
                self.text(depth - 1)
            ),
            _ => format!("{}.startsWith({})", self.text(depth - 1), self.text(depth - 1)),
        }
    }
}

const TRIES: u64 = 3_000;

fn writer(seed: u64) -> Writer {
    Writer { random: StdRng::seed_from_u64(seed) }
}

/// A row's value, or the message of its failure.
fn by_row(table: &Table, text: &str) -> Vec<Result<String, String>> {
    let formula = compile_select(text, table).unwrap_or_else(|error| panic!("{error}"));
    (0..table.rows())
        .map(|row| {
            let value = table.eval(&formula, row, 1).map_err(|error| error.message().to_owned())?;
            Ok(values(&value).remove(0))
        })
        .collect()
}

#[test]
fn a_chunk_equals_its_rows_one_by_one() {
    let table = table();
    for seed in 0..TRIES {
        let mut writer = writer(seed);
        let expression = match seed % 3 {
            0 => writer.number(4),
            1 => writer.text(4),
            _ => writer.condition(4),
        };
        let text = format!("X = {expression}");
        let expected = by_row(&table, &text);
        let formula = compile_select(&text, &table).unwrap();
        match table.eval(&formula, 0, table.rows()) {
            Ok(array) => {
                let expected: Vec<String> = expected
                    .into_iter()
                    .map(|value| value.unwrap_or_else(|error| panic!("{text}: {error}")))
                    .collect();
                assert_eq!(values(&array), expected, "{text}");
            }
            Err(error) => {
                let row = error.row().unwrap_or_else(|| panic!("{text}: {error} says no row"));
                assert_eq!(expected[row], Err(error.message().to_owned()), "{text}");
            }
        }
        let inputs = table.inputs(formula.inputs(), 0, table.rows());
        let chunk =
            kinetable_formula::Chunk { rows: table.rows(), inputs: &inputs, now: crate::support::NOW };
        let (array, failures) = formula.eval_each(&chunk).unwrap();
        let expected = by_row(&table, &text);
        let failed: Vec<usize> = (0..table.rows()).filter(|row| expected[*row].is_err()).collect();
        assert_eq!(failures.iter().map(|failure| failure.row).collect::<Vec<_>>(), failed, "{text}");
        let expected: Vec<String> =
            expected.into_iter().map(|value| value.unwrap_or_else(|_| ".".into())).collect();
        assert_eq!(values(&array), expected, "{text}");
    }
}

#[test]
fn a_filter_and_its_negation_keep_every_row_once() {
    let table = table();
    for seed in 0..TRIES {
        let condition = writer(seed + 1_000_000).condition(4);
        let inputs_of = |text: &str| {
            let filter = compile_filter(text, &table).unwrap_or_else(|error| panic!("{error}"));
            let inputs = table.inputs(filter.inputs(), 0, table.rows());
            let chunk =
                kinetable_formula::Chunk { rows: table.rows(), inputs: &inputs, now: crate::support::NOW };
            filter.eval_each(&chunk).unwrap()
        };
        let (kept, failed) = inputs_of(&condition);
        let (dropped, failed_too) = inputs_of(&format!("!({condition})"));
        let rows = |failures: &[kinetable_formula::RowFailure]| {
            failures.iter().map(|failure| failure.row).collect::<Vec<_>>()
        };
        assert_eq!(rows(&failed), rows(&failed_too), "{condition}");
        for row in 0..table.rows() {
            let places = [kept.value(row), dropped.value(row), rows(&failed).contains(&row)];
            assert_eq!(
                places.iter().filter(|place| **place).count(),
                1,
                "{condition} in row {row}: {places:?}"
            );
        }
    }
}
