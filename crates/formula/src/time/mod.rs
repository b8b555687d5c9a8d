//! Times as text, and time zones.

pub(crate) mod parse;
pub(crate) mod zone;

/// Nanoseconds since the epoch of an instant as a literal of formulas spells it (`2024-01-31T12:00:00Z`, `2024-01-31T12:00 ET`,
/// `2024-01-31 ET`, digits that count from the epoch); `None` if it is none.
pub fn parse_instant(text: &str) -> Option<i64> {
    parse::instant(text).or_else(|| parse::zoned(text).map(|(nanos, _)| nanos))
}

/// Nanoseconds of a duration as a literal of formulas spells it (`PT1M0.5S`, `PT00:00:01`); `None` if it is none.
pub fn parse_duration(text: &str) -> Option<i64> {
    parse::duration(text)
}
