//! Sizes of files and functions. Both are ratchets: `xtask/ratchet.toml` lists exceptions, which may only shrink.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::sources::Source;
use crate::run::root;

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;

/// Findings on sizes, and on exceptions that are no longer needed.
pub fn check(sources: &[Source]) -> Result<Vec<String>> {
    let exceptions = exceptions()?;
    let mut sizes = Vec::new();
    for source in sources {
        sizes.push((source.path.clone(), source.code_lines(), FILE_LINES_MAX));
        // A test may be one long table of cases.
        for (name, lines) in functions(source).into_iter().filter(|_| !source.is_test()) {
            sizes.push((format!("{}::{name}", source.path), lines, FUNCTION_LINES_MAX));
        }
    }
    // Of functions of one name in one file, the longest counts.
    sizes.sort();
    let longest = sizes.chunk_by(|a, b| a.0 == b.0).filter_map(|same| same.last());
    let mut findings = Vec::new();
    for (place, lines, limit) in longest {
        let allowed = exceptions.get(place).copied().unwrap_or(*limit);
        if *lines > allowed {
            findings.push(format!("{place}: {lines} lines, at most {allowed} are allowed"));
        } else if allowed > *limit && *lines < allowed {
            findings.push(format!("{place}: {lines} lines now, so lower its exception from {allowed}"));
        }
    }
    let gone = exceptions.keys().filter(|place| !sizes.iter().any(|(other, _, _)| other == *place));
    findings.extend(gone.map(|place| format!("{place}: is gone, so take out its exception")));
    Ok(findings)
}

fn exceptions() -> Result<BTreeMap<String, usize>> {
    let text = std::fs::read_to_string(root().join("xtask/ratchet.toml")).context("xtask/ratchet.toml")?;
    Ok(toml::from_str(&text)?)
}

/// Names and lengths of the functions of a Rust file, as rustfmt lays them out.
fn functions(source: &Source) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    if !source.path.ends_with(".rs") {
        return found;
    }
    let mut open: Vec<(String, usize, usize)> = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        if let Some(name) = function_name(line.trim_start()) {
            open.push((name, indent, number));
        }
        let ends =
            line.trim_start() == "}" || line.trim_end().ends_with(';') || line.trim_end().ends_with('}');
        if let Some((_, own, _)) = open.last()
            && *own == indent
            && ends
        {
            let (name, _, began) = open.pop().expect("one is open");
            found.push((name, number + 1 - began));
        }
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let line = line.split("//").next()?;
    let before = line.split("fn ").next()?;
    let words = ["pub", "pub(crate)", "pub(super)", "const", "unsafe", "extern", "\"C\"", "async"];
    if !line.contains("fn ") || !before.split_whitespace().all(|word| words.contains(&word)) {
        return None;
    }
    let rest = line.split_once("fn ")?.1;
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_and_measured() {
        let text = "pub fn one() {\n    let f = || {\n    };\n}\n\nimpl A {\n    fn two(&self) -> u8 {\n        2\n    }\n}\n";
        let source = Source { path: "a.rs".into(), text: text.into() };
        assert_eq!(functions(&source), [("one".to_owned(), 4), ("two".to_owned(), 3)]);
    }
}
