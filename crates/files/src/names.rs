//! Names of columns that a formula can say, from the names in a file.

use std::collections::HashSet;

use kinetable_formula::is_column_name;

/// The names of a header row, made legal and each once: blanks and hyphens become `_`, other characters that no name has go, a name that
/// begins with a digit or is a word of formulas gets `column_` before it, one that is there already a number behind it.
pub fn legal(names: &[String]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut legal = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        let name = clean(name).unwrap_or_else(|| format!("Column{}", place + 1));
        let mut candidate = name.clone();
        let mut number = 2;
        while !taken.insert(candidate.clone()) {
            candidate = format!("{name}{number}");
            number += 1;
        }
        legal.push(candidate);
    }
    legal
}

/// The names of columns without a header.
pub fn numbered(width: usize) -> Vec<String> {
    (1..=width).map(|number| format!("Column{number}")).collect()
}

fn clean(name: &str) -> Option<String> {
    let replaced = name.trim().chars().map(|c| if c == '-' || c.is_whitespace() { '_' } else { c });
    let kept: String = replaced.filter(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).collect();
    if kept.is_empty() {
        return None;
    }
    // It is of the characters of names, so a digit first or a reserved word is all that may be wrong with it.
    Some(if is_column_name(&kept) { kept } else { format!("column_{kept}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_legal_and_different() {
        let names = ["b c", "1x", "a", "a", "a", "Größe", "x(%)", "", "in", "a2", "d-e", "icase", "$5"]
            .map(str::to_owned);
        let expected = [
            "b_c",
            "column_1x",
            "a",
            "a2",
            "a3",
            "Größe",
            "x",
            "Column8",
            "column_in",
            "a22",
            "d_e",
            "column_icase",
            "$5",
        ];
        assert_eq!(legal(&names), expected);
        assert!(expected.iter().all(|name| is_column_name(name)));
    }
}
