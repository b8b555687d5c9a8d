//! Values as text, in the spelling that `String.valueOf` gives them.

use std::fmt::Write;

use crate::civil::{NANOS_PER_SECOND, date_of, split_nanos};

/// At least one digit on either side of the point; an exponent below 10⁻³ and from 10⁷ on.
pub(crate) fn double(out: &mut String, value: f64) {
    if !special(out, value) {
        let scientific = format!("{:e}", value.abs());
        digits(out, &scientific, value.abs() >= 1e-3 && value.abs() < 1e7);
    }
}

/// As [`double`], with the fewest digits that tell one float from another.
pub(crate) fn float(out: &mut String, value: f32) {
    if !special(out, f64::from(value)) {
        let scientific = format!("{:e}", value.abs());
        digits(out, &scientific, value.abs() >= 1e-3 && value.abs() < 1e7);
    }
}

/// Writes the sign, and the whole of what has no digits.
fn special(out: &mut String, value: f64) -> bool {
    if value.is_nan() {
        out.push_str("NaN");
        return true;
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    if value.is_infinite() {
        out.push_str("Infinity");
    } else if value == 0.0 {
        out.push_str("0.0");
    }
    value.is_infinite() || value == 0.0
}

/// Lays out `d.ddde±n`.
fn digits(out: &mut String, scientific: &str, plain: bool) {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let figures: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if !plain {
        let rest = if figures.len() > 1 { &figures[1..] } else { "0" };
        let _ = write!(out, "{}.{rest}E{exponent}", &figures[..1]);
    } else if exponent < 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
        out.push_str(&figures);
    } else {
        let whole = exponent as usize + 1;
        let padded = format!("{figures:0<whole$}");
        let fraction = if padded.len() > whole { &padded[whole..] } else { "0" };
        let _ = write!(out, "{}.{fraction}", &padded[..whole]);
    }
}

/// A unit of UTF-16 as the character it is.
pub(crate) fn char(out: &mut String, unit: u16) {
    out.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
}

/// `2024-01-31`
pub(crate) fn date(out: &mut String, days: i64) {
    let (year, month, day) = date_of(days);
    let _ = match year {
        0..=9999 => write!(out, "{year:04}-{month:02}-{day:02}"),
        _ => write!(out, "{year:+05}-{month:02}-{day:02}"),
    };
}

/// `10:30`, `10:30:05`, `10:30:05.250`
pub(crate) fn time(out: &mut String, nanos: i64) {
    let (seconds, fraction) = (nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND);
    let _ = write!(out, "{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 != 0 || fraction != 0 {
        let _ = write!(out, ":{:02}", seconds % 60);
        group_of_three(out, fraction);
    }
}

/// `2024-01-31T10:30:00Z`, with as many groups of three digits after the seconds as are needed.
pub(crate) fn instant(out: &mut String, nanos: i64) {
    let (days, of_day) = split_nanos(nanos);
    date(out, days);
    let (seconds, fraction) = (of_day / NANOS_PER_SECOND, of_day % NANOS_PER_SECOND);
    let _ = write!(out, "T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    group_of_three(out, fraction);
    out.push('Z');
}

/// `2024-01-31T10:30`
pub(crate) fn date_time(out: &mut String, nanos: i64) {
    let (days, of_day) = split_nanos(nanos);
    date(out, days);
    out.push('T');
    time(out, of_day);
}

/// `-04:00`, `Z`
pub(crate) fn offset(out: &mut String, seconds: i64) {
    if seconds == 0 {
        out.push('Z');
        return;
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let _ = write!(out, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    if !seconds.is_multiple_of(60) {
        let _ = write!(out, ":{:02}", seconds % 60);
    }
}

fn group_of_three(out: &mut String, nanos: i64) {
    let _ = match nanos {
        0 => Ok(()),
        _ if nanos % 1_000_000 == 0 => write!(out, ".{:03}", nanos / 1_000_000),
        _ if nanos % 1_000 == 0 => write!(out, ".{:06}", nanos / 1_000),
        _ => write!(out, ".{nanos:09}"),
    };
}

/// `PT8H6M12.345S`
pub(crate) fn duration(out: &mut String, nanos: i64) {
    if nanos == 0 {
        out.push_str("PT0S");
        return;
    }
    out.push_str("PT");
    let seconds = nanos / NANOS_PER_SECOND;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, nanos % (60 * NANOS_PER_SECOND));
    if hours != 0 {
        let _ = write!(out, "{hours}H");
    }
    if minutes != 0 {
        let _ = write!(out, "{minutes}M");
    }
    if rest != 0 {
        let sign = if rest < 0 { "-" } else { "" };
        let rest = rest.unsigned_abs();
        let _ = write!(out, "{sign}{}", rest / 1_000_000_000);
        if rest % 1_000_000_000 != 0 {
            let fraction = format!("{:09}", rest % 1_000_000_000);
            let _ = write!(out, ".{}", fraction.trim_end_matches('0'));
        }
        out.push('S');
    }
}

/// `P1Y2M3D`
pub(crate) fn period(out: &mut String, months: i32, days: i32) {
    if months == 0 && days == 0 {
        out.push_str("P0D");
        return;
    }
    out.push('P');
    for (amount, unit) in [(months / 12, 'Y'), (months % 12, 'M'), (days, 'D')] {
        if amount != 0 {
            let _ = write!(out, "{amount}{unit}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<V>(write: fn(&mut String, V), value: V) -> String {
        let mut out = String::new();
        write(&mut out, value);
        out
    }

    #[test]
    fn doubles_look_as_in_java() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (100.0, "100.0"),
            (0.1, "0.1"),
            (0.001, "0.001"),
            (1e-4, "1.0E-4"),
            (1e7, "1.0E7"),
            (1.25e10, "1.25E10"),
            (9_999_999.0, "9999999.0"),
            (-123.456, "-123.456"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
            (f64::MAX, "1.7976931348623157E308"),
        ] {
            assert_eq!(with(double, value), expected);
        }
        assert_eq!(with(float, 0.1f32), "0.1");
    }

    #[test]
    fn times_look_as_in_java() {
        assert_eq!(with(instant, 0), "1970-01-01T00:00:00Z");
        assert_eq!(with(instant, -1), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(with(instant, 1_704_067_200_120_000_000), "2024-01-01T00:00:00.120Z");
        assert_eq!(with(time, 37_800_000_000_000), "10:30");
        assert_eq!(with(duration, -1_500_000_000), "PT-1.5S");
        assert_eq!(with(duration, 3_600_000_000_000 + 61_000_000_000), "PT1H1M1S");
    }
}
