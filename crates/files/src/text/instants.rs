//! Instants, dates and times as ISO 8601 has them.
//!
//! Read: `2024-03-01T12:30:05.123456789Z`, with `T` or a blank, up to nine digits of the second, and `Z` or an offset (`+01:00`, `+0100`,
//! `+01`). Without the offset a text is no instant: nobody knows which one it would be. Days are counted as in Howard Hinnant's
//! *chrono-compatible low-level date algorithms*.

const SECOND: i64 = 1_000_000_000;

/// Nanoseconds since the epoch that a text with an offset says.
pub fn instant(text: &[u8]) -> Option<i64> {
    // The shortest is `2024-03-01T12Z`.
    if text.len() < 14 || !matches!(text[10], b'T' | b't' | b' ') {
        return None;
    }
    let day = i64::from(date(&text[..10])?);
    let (hour, mut rest) = (two(&text[11..])?, &text[13..]);
    let (mut minute, mut second, mut nanos) = (0, 0, 0);
    if let [b':', after @ ..] = rest {
        (minute, rest) = (two(after)?, &after[2..]);
        if let [b':', after @ ..] = rest {
            (second, rest) = (two(after)?, &after[2..]);
            if let [b'.', after @ ..] = rest {
                (nanos, rest) = fraction(after)?;
            }
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = day * 86_400 + hour * 3_600 + minute * 60 + second - offset(rest)?;
    seconds.checked_mul(SECOND)?.checked_add(nanos)
}

/// Days since the epoch of `yyyy-MM-dd`.
pub fn date(text: &[u8]) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let year = two(&[*y1, *y2])? * 100 + two(&[*y3, *y4])?;
    let (month, day) = (two(&[*m1, *m2])?, two(&[*d1, *d2])?);
    if !(1..=12).contains(&month) || day < 1 || day > days_of(year, month) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    i32::try_from(era * 146_097 + of_era - 719_468).ok()
}

fn days_of(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn two(text: &[u8]) -> Option<i64> {
    let [tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] = text else { return None };
    Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

/// Nanoseconds of one to nine digits, and what follows them.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&digits) {
        return None;
    }
    let value = text[..digits].iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
    Some((value * 10_i64.pow(9 - digits as u32), &text[digits..]))
}

/// Seconds that a zone is ahead of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let (sign, rest) = match text {
        b"Z" | b"z" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let minutes = match rest.len() {
        2 => 0,
        4 => two(&rest[2..])?,
        5 if rest[2] == b':' => two(&rest[3..])?,
        _ => return None,
    };
    let hours = two(rest)?;
    if hours > 18 || minutes > 59 { None } else { Some(sign * (hours * 3_600 + minutes * 60)) }
}

/// Writes an instant, in UTC, with as many digits of the second as it has: none, three, six or nine.
pub fn push_instant(out: &mut Vec<u8>, nanos: i64) {
    let (day, of_day) = (nanos.div_euclid(86_400 * SECOND), nanos.rem_euclid(86_400 * SECOND));
    push_date(out, day as i32);
    out.push(b'T');
    push_time(out, of_day);
    out.push(b'Z');
}

/// Writes a date, from days since the epoch.
pub fn push_date(out: &mut Vec<u8>, days: i32) {
    let days = i64::from(days) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    if (0..10_000).contains(&year) {
        push_two(out, year / 100);
        push_two(out, year % 100);
    } else {
        out.extend_from_slice(format!("{year:+05}").as_bytes());
    }
    out.push(b'-');
    push_two(out, month);
    out.push(b'-');
    push_two(out, day);
}

/// Writes a time of day, from nanoseconds since midnight.
pub fn push_time(out: &mut Vec<u8>, nanos: i64) {
    let (seconds, nanos) = (nanos / SECOND, nanos % SECOND);
    push_two(out, seconds / 3_600);
    out.push(b':');
    push_two(out, seconds / 60 % 60);
    out.push(b':');
    push_two(out, seconds % 60);
    if nanos == 0 {
        return;
    }
    let (value, digits) = match nanos {
        nanos if nanos % 1_000_000 == 0 => (nanos / 1_000_000, 3),
        nanos if nanos % 1_000 == 0 => (nanos / 1_000, 6),
        nanos => (nanos, 9),
    };
    out.push(b'.');
    let mut texts = [b'0'; 9];
    let mut rest = value;
    for text in texts[..digits].iter_mut().rev() {
        *text = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&texts[..digits]);
}

fn push_two(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&[b'0' + (value / 10) as u8, b'0' + (value % 10) as u8]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(nanos: i64) -> String {
        let mut out = Vec::new();
        push_instant(&mut out, nanos);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn instants_come_back() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59.5Z",
            "1969-12-31T23:59:59.999999999Z",
            "1677-09-22T00:00:00.000001Z",
        ] {
            let nanos = instant(text.as_bytes()).unwrap();
            assert_eq!(instant(spelled(nanos).as_bytes()), Some(nanos), "{text}");
        }
        assert_eq!(spelled(1_709_251_199_500_000_000), "2024-02-29T23:59:59.500Z");
    }

    #[test]
    fn offsets_count() {
        let at = |text: &str| instant(text.as_bytes());
        let noon = at("2024-03-01T12:00:00Z");
        assert!(noon.is_some());
        for same in
            ["2024-03-01 13:00:00+01:00", "2024-03-01T11:00-0100", "2024-03-01 12+00", "2024-03-01T12Z"]
        {
            assert_eq!(at(same), noon, "{same}");
        }
    }

    #[test]
    fn what_is_no_instant() {
        for text in [
            "2024-03-01",
            "2024-03-01T12:00:00",
            "2024-02-30T12:00:00Z",
            "2024-03-01T24:00:00Z",
            "2024-03-01T12:00:00.Z",
            "9999-03-01T12:00:00Z",
            "2024-03-01T12:00:00.1234567890Z",
            "2024-03-01T12:00:00+1",
            "2024-13-01T12:00:00Z",
        ] {
            assert_eq!(instant(text.as_bytes()), None, "{text}");
        }
    }
}
