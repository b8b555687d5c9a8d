//! The last key of joins that do not ask for equality: `"L >= R"`, `"L <= R <= L2"`.

use kinetable_engine::{Error, Result};
use kinetable_formula::parse_pair;
use kinetable_operators::join::{Nearest, RangeEnd, RangeMatch, RangeStart};

use crate::error::of_formula;

/// Left name, right name and rule of the last key of `aj` or `raj`. The rules: with equality, which is meant where none is
/// written, and without.
pub(super) fn last_key(text: &str, rules: [Nearest; 2]) -> Result<(String, String, Nearest)> {
    let is_after = rules[0] == Nearest::AtOrAfter;
    let (own, other, operation) = if is_after { ('<', '>', "aj") } else { ('>', '<', "raj") };
    if text.contains(other) {
        let message = format!("the last key \"{text}\" looks to the other side");
        return Err(Error::invalid(message)
            .with_hint(format!("write \"{own}=\" or \"{own}\" there, or use {operation}")));
    }
    let Some((left, right)) = text.split_once(own) else {
        let (left, right) = parse_pair(&text.replacen("==", "=", 1)).map_err(of_formula)?;
        return Ok((left, right, rules[0]));
    };
    let (right, rule) = match right.strip_prefix('=') {
        Some(right) => (right, rules[0]),
        None => (right, rules[1]),
    };
    Ok((name(left)?, name(right)?, rule))
}

/// A range, with its names.
pub(super) struct Range {
    start: (String, RangeStart),
    value: String,
    end: (String, RangeEnd),
}

impl Range {
    pub(super) fn borrowed(&self) -> RangeMatch<'_> {
        RangeMatch {
            start: (&self.start.0, self.start.1),
            value: &self.value,
            end: (&self.end.0, self.end.1),
        }
    }
}

/// What `"L <= R <= L2"` means.
pub(super) fn range_match(text: &str) -> Result<Range> {
    let wrong = || {
        Error::invalid(format!("range_join: the last key \"{text}\" is no range")).with_hint(
            "write \"Start <= Value <= End\", or \"<- Start <= Value <= End ->\" to take neighbours too",
        )
    };
    let trimmed = text.trim();
    let (before, rest) = trimmed.strip_prefix("<-").map_or((false, trimmed), |rest| (true, rest));
    let (after, rest) = rest.strip_suffix("->").map_or((false, rest), |rest| (true, rest));
    let parts: Vec<&str> = rest.split('<').collect();
    let [start, value, end] = parts[..] else {
        return Err(wrong());
    };
    let with_equal = |part: &str| part.strip_prefix('=').map(str::to_owned);
    let start_rule = match (before, with_equal(value)) {
        (true, None) => return Err(wrong()),
        (true, Some(_)) => RangeStart::AtOrBefore,
        (false, Some(_)) => RangeStart::At,
        (false, None) => RangeStart::After,
    };
    let end_rule = match (after, with_equal(end)) {
        (true, None) => return Err(wrong()),
        (true, Some(_)) => RangeEnd::AtOrAfter,
        (false, Some(_)) => RangeEnd::At,
        (false, None) => RangeEnd::Before,
    };
    let bare = |part: &str| name(with_equal(part).as_deref().unwrap_or(part));
    Ok(Range { start: (name(start)?, start_rule), value: bare(value)?, end: (bare(end)?, end_rule) })
}

fn name(text: &str) -> Result<String> {
    parse_pair(text.trim()).map(|(name, _)| name).map_err(of_formula)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_keys_are_read() {
        let aj = |text| last_key(text, [Nearest::AtOrBefore, Nearest::Before]);
        let pair = |left: &str, right: &str, rule| (left.to_owned(), right.to_owned(), rule);
        assert_eq!(aj("T").unwrap(), pair("T", "T", Nearest::AtOrBefore));
        assert_eq!(aj("T >= R").unwrap(), pair("T", "R", Nearest::AtOrBefore));
        assert_eq!(aj("T>R").unwrap(), pair("T", "R", Nearest::Before));
        assert_eq!(aj("T = R").unwrap(), pair("T", "R", Nearest::AtOrBefore));
        assert!(aj("T <= R").is_err());
        assert!(aj("T >= ").is_err());
    }

    #[test]
    fn ranges_are_read() {
        let rules = |text| range_match(text).map(|range| (range.start.1, range.end.1));
        assert_eq!(rules("A < B < C").unwrap(), (RangeStart::After, RangeEnd::Before));
        assert_eq!(rules("A<=B<C").unwrap(), (RangeStart::At, RangeEnd::Before));
        assert_eq!(rules("<- A <= B <= C ->").unwrap(), (RangeStart::AtOrBefore, RangeEnd::AtOrAfter));
        for wrong in ["A", "A <= B", "<- A < B < C", "A < B < C ->", "A >= B >= C"] {
            assert!(range_match(wrong).is_err(), "{wrong}");
        }
        let range = range_match("A <= B <= C").unwrap();
        assert_eq!(
            range.borrowed(),
            RangeMatch { start: ("A", RangeStart::At), value: "B", end: ("C", RangeEnd::At) }
        );
    }
}
