//! Time zones by name or short alias, and the local time of many instants in turn.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};

use crate::civil::NANOS_PER_SECOND;
use crate::error::{Error, ErrorKind};

/// Short names for zones that traders use.
const ALIASES: &[(&str, &str)] = &[
    ("ET", "America/New_York"),
    ("CT", "America/Chicago"),
    ("MT", "America/Denver"),
    ("PT", "America/Los_Angeles"),
    ("HK", "Asia/Hong_Kong"),
    ("JP", "Asia/Tokyo"),
    ("LON", "Europe/London"),
    ("UTC", "UTC"),
    ("Z", "UTC"),
];

/// Short names that users added.
fn added() -> &'static RwLock<BTreeMap<String, String>> {
    static ADDED: RwLock<BTreeMap<String, String>> = RwLock::new(BTreeMap::new());
    &ADDED
}

/// Adds a short name for a time zone, for formulas compiled from now on.
///
/// # Errors
/// If the zone is not known, or the name is one already.
pub fn add_zone_alias(alias: &str, zone: &str) -> Result<(), Error> {
    let unknown = || Error::new(ErrorKind::Name, format!("time zone \"{zone}\" is not known"));
    find(zone).ok_or_else(unknown)?;
    if find(alias).is_some() {
        let message = format!("time zone \"{alias}\" is there already");
        return Err(Error::new(ErrorKind::Value, message)
            .with_hint("remove the short name first, or take another one"));
    }
    added().write().unwrap_or_else(PoisonError::into_inner).insert(alias.to_owned(), zone.to_owned());
    Ok(())
}

/// Forgets a short name that was added; whether there was one.
pub fn remove_zone_alias(alias: &str) -> bool {
    added().write().unwrap_or_else(PoisonError::into_inner).remove(alias).is_some()
}

/// The zone of this name: an alias, a name of the zone database, or an offset such as `+05:30`.
pub(crate) fn find(name: &str) -> Option<TimeZone> {
    if let Some((_, full)) = ALIASES.iter().find(|(alias, _)| *alias == name) {
        return TimeZone::get(full).ok();
    }
    let full = added().read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
    if let Some(full) = full {
        return TimeZone::get(&full).ok();
    }
    if name.starts_with(['+', '-']) {
        return offset(name).map(|seconds| Offset::from_seconds(seconds).ok().map(TimeZone::fixed))?;
    }
    let plausible = name.len() > 1 && name.chars().all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c));
    if !plausible { None } else { TimeZone::get(name).ok() }
}

/// The alias of a zone's full name, if it has one.
pub(crate) fn short_name(name: &str) -> &str {
    ALIASES.iter().find(|(_, full)| *full == name).map_or(name, |(alias, _)| alias)
}

/// Seconds of `+5`, `+05`, `+0530`, `+05:30`.
fn offset(text: &str) -> Option<i32> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    if !digits.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Local times of instants in one zone. Neighbouring instants share an offset, which is looked up once.
pub(crate) struct Clock<'a> {
    zone: &'a TimeZone,
    from: i64,
    until: i64,
    offset: i64,
}

impl<'a> Clock<'a> {
    pub fn new(zone: &'a TimeZone) -> Self {
        Self { zone, from: 0, until: 0, offset: 0 }
    }

    /// Nanoseconds since 1970-01-01T00:00 on the zone's wall clock.
    #[inline]
    pub fn local(&mut self, nanos: i64) -> i64 {
        let seconds = nanos.div_euclid(NANOS_PER_SECOND);
        if seconds < self.from || seconds >= self.until {
            self.look_up(seconds);
        }
        nanos.saturating_add(self.offset)
    }

    fn look_up(&mut self, seconds: i64) {
        let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        self.offset = i64::from(self.zone.to_offset(at).seconds()) * NANOS_PER_SECOND;
        self.until = self.zone.following(at).next().map_or(i64::MAX, |next| next.timestamp().as_second());
        self.from = self.zone.preceding(at).next().map_or(i64::MIN, |last| last.timestamp().as_second());
        if self.zone.to_offset(Timestamp::from_second(self.from).unwrap_or(Timestamp::MIN))
            != self.zone.to_offset(at)
        {
            self.from = seconds;
        }
    }

    /// The instant at which the zone's wall clock shows this; in a gap the clock has gone on, in a fold it is the first.
    pub fn instant(&self, local: i64) -> Option<i64> {
        let (days, of_day) = crate::civil::split_nanos(local);
        let (year, month, day) = crate::civil::date_of(days);
        let date = civil::Date::new(i16::try_from(year).ok()?, month as i8, day as i8).ok()?;
        let at = date.to_datetime(civil::Time::midnight());
        let at = at.checked_add(jiff::SignedDuration::from_nanos(of_day)).ok()?;
        let zoned = self.zone.to_ambiguous_zoned(at).compatible().ok()?;
        i64::try_from(zoned.timestamp().as_nanosecond()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_agrees_with_the_zone_around_its_changes() {
        let zone = find("ET").unwrap();
        let mut clock = Clock::new(&zone);
        let start = 1_700_000_000i64;
        for step in 0..4000 {
            let seconds = start + step * 7_919 - (step % 3) * 20_000_000;
            let expected = i64::from(zone.to_offset(Timestamp::from_second(seconds).unwrap()).seconds());
            let nanos = seconds * NANOS_PER_SECOND;
            assert_eq!(clock.local(nanos) - nanos, expected * NANOS_PER_SECOND, "{seconds}");
        }
    }

    #[test]
    fn zones_have_names_aliases_and_offsets() {
        for name in ["ET", "America/New_York", "UTC", "LON", "+05:30", "-3"] {
            assert!(find(name).is_some(), "{name}");
        }
        for name in ["Nowhere", "", "1", "+99", "hello world"] {
            assert!(find(name).is_none(), "{name}");
        }
    }
}
