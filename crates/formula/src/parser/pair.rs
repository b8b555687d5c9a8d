//! `Out = In`, as aggregations and joins take it, and lists of join keys.

use super::name::check_column_name;
use crate::error::{Error, Span};

/// The names of `Out = In`; a bare `Name` stands for both.
///
/// ```
/// assert_eq!(kinetable_formula::parse_pair("Total = Size").unwrap(), ("Total".into(), "Size".into()));
/// assert_eq!(kinetable_formula::parse_pair("Size").unwrap(), ("Size".into(), "Size".into()));
/// ```
pub fn parse_pair(text: &str) -> Result<(String, String), Error> {
    pair(text, 0, text.len(), &["="])
}

/// The key columns of a join, left and right: `A`, `A = B`, `A == B`, and lists of these between commas.
///
/// ```
/// let keys = kinetable_formula::parse_join_keys("Sym, Time == At").unwrap();
/// assert_eq!(keys, [("Sym".into(), "Sym".into()), ("Time".into(), "At".into())]);
/// ```
pub fn parse_join_keys(text: &str) -> Result<Vec<(String, String)>, Error> {
    let mut keys = Vec::new();
    let mut start = 0;
    for part in text.split(',') {
        keys.push(pair(text, start, start + part.len(), &["==", "="])?);
        start += part.len() + 1;
    }
    Ok(keys)
}

/// The pair that `text[start..end]` spells.
fn pair(text: &str, start: usize, end: usize, separators: &[&str]) -> Result<(String, String), Error> {
    let part = &text[start..end];
    let split = separators.iter().find_map(|separator| part.split_once(separator));
    let (left, right) = split.unwrap_or((part, part));
    let left = name_in(text, start, left)?;
    let right = name_in(text, end - right.len(), right)?;
    Ok((left, right))
}

fn name_in(text: &str, start: usize, padded: &str) -> Result<String, Error> {
    let name = padded.trim();
    let start = start + (padded.len() - padded.trim_start().len()).min(padded.len());
    let span = Span::new(start, start + name.len());
    check_column_name(name).map_err(|error| error.at(span).in_text(text))?;
    Ok(name.to_owned())
}
