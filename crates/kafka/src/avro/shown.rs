//! Avro's dates, times, decimals and identifiers as text.

use std::fmt::Write;

use arrow_array::temporal_conversions::{date32_to_datetime, time64ns_to_time};

const DAY_NS: i64 = 86_400_000_000_000;

/// Whether so many days from the epoch are a date that can be shown.
pub(crate) fn is_date(days: i32) -> bool {
    date32_to_datetime(days).is_some()
}

/// Whether so many nanoseconds are a time of day.
pub(crate) fn is_time(ns: i64) -> bool {
    (0..DAY_NS).contains(&ns)
}

/// `2024-02-29`; days out of range are shown as the number they are.
pub(super) fn date(days: i32) -> String {
    date32_to_datetime(days).map_or_else(|| days.to_string(), |date| date.date().to_string())
}

/// `12:34:56.789`.
pub(super) fn time(ns: i64) -> String {
    time64ns_to_time(ns).filter(|_| is_time(ns)).map_or_else(|| ns.to_string(), |time| time.to_string())
}

/// `2024-02-29T12:34:56.789`, of nanoseconds since the epoch.
pub(super) fn date_time(ns: i64) -> String {
    let days = i32::try_from(ns.div_euclid(DAY_NS)).expect("64 bits of nanoseconds are 300 years");
    format!("{}T{}", date(days), time(ns.rem_euclid(DAY_NS)))
}

/// `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`, of sixteen bytes.
pub(super) fn uuid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    text
}

/// The sixteen bytes of the text of a UUID.
pub(crate) fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 || [8, 13, 18, 23].iter().any(|at| bytes[*at] != b'-') {
        return None;
    }
    let mut digits = bytes.iter().filter(|byte| **byte != b'-').map(|byte| char::from(*byte).to_digit(16));
    let mut parsed = [0; 16];
    for byte in &mut parsed {
        *byte = (digits.next()?? << 4 | digits.next()??) as u8;
    }
    digits.next().is_none().then_some(parsed)
}

/// ISO 8601 of months, days and milliseconds: `P1M2DT3.004S`.
pub(super) fn duration(bytes: &[u8]) -> String {
    let part = |at: usize| {
        let part = bytes.get(at..at + 4).and_then(|part| part.try_into().ok());
        u32::from_le_bytes(part.expect("a duration has twelve bytes"))
    };
    let (months, days, ms) = (part(0), part(4), part(8));
    let mut text = "P".to_owned();
    let put = |text: std::fmt::Arguments<'_>, out: &mut String| {
        out.write_fmt(text).expect("writing to a string does not fail");
    };
    if months > 0 {
        put(format_args!("{months}M"), &mut text);
    }
    if days > 0 || (months == 0 && ms == 0) {
        put(format_args!("{days}D"), &mut text);
    }
    if ms > 0 {
        let fraction = format!(".{:03}", ms % 1_000);
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        put(format_args!("T{}{fraction}S", ms / 1_000), &mut text);
    }
    text
}

/// The twelve bytes of the text of a duration, in the form that it is shown in.
pub(crate) fn parse_duration(text: &str) -> Option<[u8; 12]> {
    let text = text.strip_prefix('P')?;
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    if date.is_empty() && time.is_none() {
        return None;
    }
    let (months, date) = number_before('M', date)?;
    let (days, date) = number_before('D', date)?;
    let ms = match time.map(|time| time.strip_suffix('S')) {
        None => 0,
        Some(seconds) => {
            let (whole, fraction) = seconds?.split_once('.').map_or((seconds?, "0"), |parts| parts);
            let fraction = (1..=3).contains(&fraction.len()).then(|| format!("{fraction:0<3}"))?;
            number(whole)?.checked_mul(1_000)?.checked_add(number(&fraction)?)?
        }
    };
    let mut bytes = [0; 12];
    for (at, part) in [months, days, ms].into_iter().enumerate() {
        bytes[4 * at..][..4].copy_from_slice(&part.to_le_bytes());
    }
    date.is_empty().then_some(bytes)
}

/// The number before a unit, zero if there is none, and what comes after.
fn number_before(unit: char, text: &str) -> Option<(u32, &str)> {
    match text.split_once(unit) {
        Some((digits, rest)) => Some((number(digits)?, rest)),
        None => Some((0, text)),
    }
}

fn number(digits: &str) -> Option<u32> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

/// The digits of an unscaled number with the point where its scale puts it.
pub(super) fn decimal(digits: &str, scale: i8) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let Ok(scale @ 1..) = usize::try_from(scale) else {
        return format!("{sign}{digits}");
    };
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_iso() {
        assert_eq!(
            (date(19_782), date(-1), date(i32::MAX)),
            ("2024-02-29".into(), "1969-12-31".into(), i32::MAX.to_string())
        );
        assert_eq!(time(45_296_789_000_000), "12:34:56.789");
        assert_eq!((time(-1), time(DAY_NS)), ("-1".into(), DAY_NS.to_string()));
        assert_eq!(date_time(-1), "1969-12-31T23:59:59.999999999");
        let mut bytes = [1, 0, 0, 0, 2, 0, 0, 0, 0xbc, 0x0b, 0, 0];
        assert_eq!(duration(&bytes), "P1M2DT3.004S");
        bytes[8..].fill(0);
        assert_eq!((duration(&bytes), duration(&[0; 12])), ("P1M2D".into(), "P0D".into()));
    }

    #[test]
    fn durations_read_back() {
        let parts = [[0u32, 0, 0], [1, 2, 3_004], [0, 0, 10], [u32::MAX; 3], [7, 0, 120_000], [0, 5, 0]];
        for parts in parts {
            let bytes: Vec<u8> = parts.iter().flat_map(|part| part.to_le_bytes()).collect();
            assert_eq!(parse_duration(&duration(&bytes)).as_ref().map(|bytes| &bytes[..]), Some(&bytes[..]));
        }
        for wrong in [
            "",
            "P",
            "1D",
            "P1",
            "PD",
            "P1D2M",
            "P-1D",
            "P+1D",
            "PT",
            "PTS",
            "PT1",
            "PT1.S",
            "PT1.0004S",
            "PT.5S",
            "P4294967296D",
            "PT4294968S",
        ] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn identifiers_read_back() {
        let text = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
        assert_eq!(uuid(&parse_uuid(text).unwrap()), text);
        for wrong in [
            "",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
            "f81d4fae+7dec-11d0-a765-00a0c91e6bf6",
            "g81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "é81d4fae-7dec-11d0-a765-00a0c91e6bf",
        ] {
            assert_eq!(parse_uuid(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_point_is_where_the_scale_is() {
        let shown = [("-12345", 2), ("5", 3), ("-5", 1), ("120", 0), ("0", 2)].map(|(d, s)| decimal(d, s));
        assert_eq!(shown, ["-123.45", "0.005", "-0.5", "120", "0.00"]);
    }
}
