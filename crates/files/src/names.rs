//! Names of columns that a formula can say, from the names in a file.

use std::collections::HashSet;

/// Names that formulas give a meaning of their own.
const RESERVED: [&str; 60] = [
    "abstract",
    "assert",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extends",
    "false",
    "final",
    "finally",
    "float",
    "for",
    "goto",
    "i",
    "if",
    "ii",
    "implements",
    "import",
    "in",
    "instanceof",
    "int",
    "interface",
    "k",
    "long",
    "native",
    "new",
    "not",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "short",
    "static",
    "strictfp",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "transient",
    "true",
    "try",
    "var",
    "void",
    "volatile",
    "while",
    "_",
];

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
    let first = kept.chars().next()?;
    if first.is_numeric() || RESERVED.contains(&kept.as_str()) {
        return Some(format!("column_{kept}"));
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_legal_and_different() {
        let names = ["b c", "1x", "a", "a", "a", "Größe", "x(%)", "", "in", "a2", "d-e"].map(str::to_owned);
        let expected =
            ["b_c", "column_1x", "a", "a2", "a3", "Größe", "x", "Column8", "column_in", "a22", "d_e"];
        assert_eq!(legal(&names), expected);
    }
}
