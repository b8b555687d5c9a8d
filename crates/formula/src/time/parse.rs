//! Texts of times, in the ISO 8601 forms that formulas accept.

use jiff::tz::TimeZone;

use super::zone;
use crate::civil::{NANOS_PER_DAY, NANOS_PER_SECOND, days_in_month, days_of};

/// A reader of fixed forms: each method takes what it wants from the front, or leaves everything.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    fn take(&mut self, expected: char) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// Takes the letter in either case.
    fn take_letter(&mut self, expected: char) -> bool {
        let found = self.0.starts_with(|c: char| c.eq_ignore_ascii_case(&expected));
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let digits = self.0.get(..count)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.0 = &self.0[count..];
        digits.parse().ok()
    }

    /// Digits as many as there are, at least one.
    fn run(&mut self) -> Option<&'a str> {
        let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        (!digits.is_empty()).then_some(digits)
    }

    fn sign(&mut self) -> i64 {
        if self.take('-').is_some() {
            return -1;
        }
        let _ = self.take('+');
        1
    }

    fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    /// `.123` as nanoseconds; none is 0.
    fn fraction(&mut self) -> Option<i64> {
        if self.take('.').is_none() {
            return Some(0);
        }
        let digits = self.run()?;
        nanos_of_fraction(digits)
    }

    fn date(&mut self) -> Option<i64> {
        let year = self.digits(4)?;
        self.take('-')?;
        let month = self.digits(2)? as u32;
        self.take('-')?;
        let day = self.digits(2)? as u32;
        let valid = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        valid.then(|| days_of(year, month, day))
    }

    /// `HH:MM:SS[.fraction]`, or also `HH:MM` where `short` is fine.
    fn time(&mut self, short: bool) -> Option<i64> {
        let hours = self.digits(2)?;
        self.take(':')?;
        let minutes = self.digits(2)?;
        let (mut seconds, mut fraction) = (0, 0);
        if !short || self.0.starts_with(':') {
            self.take(':')?;
            seconds = self.digits(2)?;
            fraction = self.fraction()?;
        }
        let valid = hours < 24 && minutes < 60 && seconds < 60;
        valid.then_some((hours * 3600 + minutes * 60 + seconds) * NANOS_PER_SECOND + fraction)
    }
}

fn nanos_of_fraction(digits: &str) -> Option<i64> {
    if digits.len() > 9 {
        return None;
    }
    let value: i64 = digits.parse().ok()?;
    Some(value * 10i64.pow(9 - digits.len() as u32))
}

/// Nanoseconds since the epoch of `2024-01-01T00:00:00[.fraction] ZONE`, of `2024-01-01 ZONE`, and of plain digits,
/// which count seconds, milli-, micro- or nanoseconds as their size suggests.
pub(crate) fn instant(text: &str) -> Option<i64> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok().map(epoch_auto);
    }
    let mut reader = Reader(text);
    let days = reader.date()?;
    let mut nanos = days.checked_mul(NANOS_PER_DAY)?;
    if reader.take_letter('T') {
        nanos = nanos.checked_add(reader.time(false)?)?;
    } else if !reader.0.starts_with(' ') {
        return None;
    }
    let zone = zone::find(reader.0.trim())?;
    zone::Clock::new(&zone).instant(nanos)
}

/// An instant and its zone, of `2024-01-01T00:00:00[.fraction] ZONE`, of `2024-01-01 ZONE`, and of the spelling that
/// such times have: `2024-01-01T00:00:00-05:00[America/New_York]`.
pub(crate) fn zoned(text: &str) -> Option<(i64, TimeZone)> {
    let mut reader = Reader(text);
    let mut nanos = reader.date()?.checked_mul(NANOS_PER_DAY)?;
    if reader.take_letter('T') {
        nanos = nanos.checked_add(reader.time(true)?)?;
    } else if !reader.0.starts_with(' ') {
        return None;
    }
    let rest = reader.0.trim();
    let (name, offset) = match rest.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
        Some((offset, name)) => (name, Some(offset)),
        None => (rest, None),
    };
    let zone = zone::find(name)?;
    // The offset tells which of the two times is meant when clocks are put back.
    let instant = match offset.filter(|offset| !offset.is_empty()) {
        Some(offset) => zone::Clock::new(&zone::find(offset)?).instant(nanos)?,
        None => zone::Clock::new(&zone).instant(nanos)?,
    };
    Some((instant, zone))
}

/// The finest unit that the text of an instant, of a date and time, of a date or of a time of day tells.
pub(crate) fn precision(text: &str) -> Option<&'static str> {
    let mut reader = Reader(text);
    if reader.date().is_some() && !reader.take_letter('T') {
        let known = reader.is_done() || zone::find(reader.0.trim()).is_some();
        return known.then_some("DayOfMonth");
    }
    let clock = reader.0;
    reader.time(true)?;
    let shown = &clock[..clock.len() - reader.0.len()];
    let rest = reader.0.trim();
    if !rest.is_empty() && zone::find(rest).is_none() {
        return None;
    }
    Some(match shown.split_once('.') {
        Some((_, fraction)) if fraction.len() > 6 => "NanoOfSecond",
        Some((_, fraction)) if fraction.len() > 3 => "MicroOfSecond",
        Some(_) => "MilliOfSecond",
        None if shown.len() > 5 => "SecondOfMinute",
        None => "MinuteOfHour",
    })
}

/// Nanoseconds since the epoch of a number whose unit its size tells.
pub(crate) fn epoch_auto(number: i64) -> i64 {
    let factor = match number.unsigned_abs() {
        0..100_000_000_000 => 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    number.saturating_mul(factor)
}

/// Days since the epoch of `2024-01-01`.
pub(crate) fn date(text: &str) -> Option<i32> {
    let mut reader = Reader(text);
    let days = reader.date()?;
    if reader.is_done() { i32::try_from(days).ok() } else { None }
}

/// Nanoseconds since midnight of `10:30[:15[.250]]`.
pub(crate) fn time_of_day(text: &str) -> Option<i64> {
    let mut reader = Reader(text);
    let nanos = reader.time(true)?;
    reader.is_done().then_some(nanos)
}

/// Nanoseconds since 1970-01-01T00:00 on some wall clock, of `2024-01-01T10:30[:15[.250]]`.
pub(crate) fn date_time(text: &str) -> Option<i64> {
    let mut reader = Reader(text);
    let days = reader.date()?;
    if !reader.take_letter('T') {
        return None;
    }
    let nanos = reader.time(true)?;
    if reader.is_done() { days.checked_mul(NANOS_PER_DAY)?.checked_add(nanos) } else { None }
}

/// Months and days of `P1Y2M3W4D`, with signs where wanted.
pub(crate) fn period(text: &str) -> Option<(i32, i32)> {
    let mut reader = Reader(text);
    let sign = reader.sign();
    if !reader.take_letter('P') || reader.is_done() {
        return None;
    }
    let (mut months, mut days) = (0i64, 0i64);
    let mut units = [('Y', 12, true), ('M', 1, true), ('W', 7, false), ('D', 1, false)].iter();
    while !reader.is_done() {
        let amount = reader.sign() * reader.run()?.parse::<i64>().ok()?;
        let (_, factor, of_months) = units.find(|(letter, _, _)| reader.take_letter(*letter))?;
        let amount = amount.checked_mul(*factor)?;
        let total = if *of_months { &mut months } else { &mut days };
        *total = total.checked_add(amount)?;
    }
    Some((i32::try_from(sign * months).ok()?, i32::try_from(sign * days).ok()?))
}

/// Nanoseconds of `PT1h2m3.5s`, `P1DT2H`, `PT00:00:01`, with signs where wanted.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let mut reader = Reader(text);
    let sign = reader.sign();
    if !reader.take_letter('P') {
        return None;
    }
    let mut total = 0i64;
    if !reader.0.starts_with(['T', 't']) {
        let days = reader.sign() * reader.run()?.parse::<i64>().ok()?;
        if !reader.take_letter('D') {
            return None;
        }
        total = days.checked_mul(NANOS_PER_DAY)?;
    }
    if !reader.take_letter('T') || reader.is_done() {
        return None;
    }
    if let Some(clock) = clock_duration(reader.0) {
        return total.checked_add(clock)?.checked_mul(sign);
    }
    let mut units = [('H', 3600), ('M', 60), ('S', 1)].iter();
    while !reader.is_done() {
        let amount = amount(&mut reader)?;
        let (letter, factor) = units.find(|(letter, _)| reader.take_letter(*letter))?;
        if amount.fractional && *letter != 'S' {
            return None;
        }
        total = total.checked_add(amount.nanos.checked_mul(*factor)?)?;
    }
    total.checked_mul(sign)
}

struct Amount {
    /// The amount times 10⁹.
    nanos: i64,
    fractional: bool,
}

fn amount(reader: &mut Reader<'_>) -> Option<Amount> {
    let sign = reader.sign();
    let whole = if reader.0.starts_with('.') { 0 } else { reader.run()?.parse::<i64>().ok()? };
    let fractional = reader.0.starts_with('.');
    let fraction = reader.fraction()?;
    let nanos = whole.checked_mul(NANOS_PER_SECOND)?.checked_add(fraction)?;
    Some(Amount { nanos: sign * nanos, fractional })
}

/// `[-]HH:MM:SS[.fraction]` with any number of hours.
fn clock_duration(text: &str) -> Option<i64> {
    let mut reader = Reader(text);
    let sign = reader.sign();
    let hours: i64 = reader.run()?.parse().ok()?;
    reader.take(':')?;
    let minutes = reader.digits(2)?;
    let mut seconds = 0;
    let mut fraction = 0;
    if reader.take(':').is_some() {
        seconds = reader.digits(2)?;
        fraction = reader.fraction()?;
    }
    let whole = hours.checked_mul(3600)?.checked_add(minutes * 60 + seconds)?;
    let nanos = whole.checked_mul(NANOS_PER_SECOND)?.checked_add(fraction)?;
    (reader.is_done() && minutes < 60 && seconds < 60).then_some(sign * nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = NANOS_PER_SECOND;

    #[test]
    fn instants() {
        let new_year = 1_704_067_200 * SECOND;
        for (text, expected) in [
            ("2024-01-01T00:00:00Z", new_year),
            ("2024-01-01T00:00:00 UTC", new_year),
            ("2024-01-01T00:00:00.123456789 ET", new_year + 5 * 3600 * SECOND + 123_456_789),
            ("2024-01-01 ET", new_year + 5 * 3600 * SECOND),
            ("2024-07-01T00:00:00 America/New_York", 1_719_806_400 * SECOND),
            ("1704067200000", new_year),
            ("1704067200", new_year),
        ] {
            assert_eq!(instant(text), Some(expected), "{text}");
        }
        for text in
            ["2024-01-01T00:00 Z", "2024-01-01", "2024-02-30T00:00:00Z", "2024-01-01T24:00:00Z", "x", ""]
        {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn durations_and_periods() {
        for (text, expected) in [
            ("PT1h", 3600 * SECOND),
            ("PT5H2M1.2S", 18_121 * SECOND + 200_000_000),
            ("PT-1S", -SECOND),
            ("-PT1M", -60 * SECOND),
            ("PT00:00:01", SECOND),
            ("P1DT1S", 86_401 * SECOND),
        ] {
            assert_eq!(duration(text), Some(expected), "{text}");
        }
        for text in ["P1D", "PT", "PT1", "PT1.5H", "T1S", "PT1S1H"] {
            assert_eq!(duration(text), None, "{text}");
        }
        assert_eq!(period("P1Y4M5D"), Some((16, 5)));
        assert_eq!(period("P2W"), Some((0, 14)));
        assert_eq!(period("-P1D"), Some((0, -1)));
        assert_eq!(period("P"), None);
    }

    #[test]
    fn dates_and_times_of_day() {
        assert_eq!(date("1970-01-02"), Some(1));
        assert_eq!(date("1970-1-2"), None);
        assert_eq!(time_of_day("10:30"), Some(37_800 * SECOND));
        assert_eq!(time_of_day("10:30:00.5"), Some(37_800 * SECOND + SECOND / 2));
        assert_eq!(time_of_day("25:00"), None);
        assert_eq!(date_time("1970-01-02T00:00"), Some(NANOS_PER_DAY));
    }
}
