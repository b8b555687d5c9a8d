//! Numbers from text.
//!
//! Doubles take the short way when the digits before the exponent are a whole number below 2⁵³ and the point is at most 22 digits in:
//! then one division of two exact doubles gives the double nearest to the text (Clinger, *How to read floating point
//! numbers accurately*, 1990). Everything else is the standard library's.

/// Powers of ten that a double holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// A whole number of 64 bits in decimal digits, with or without a sign.
pub fn long(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = signed(text);
    if digits.is_empty() {
        return None;
    }
    if digits.len() > 18 {
        return std::str::from_utf8(text).ok()?.parse().ok();
    }
    let mut value = 0_i64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if is_negative { -value } else { value })
}

/// A double: digits with a point or an exponent, `NaN`, `Infinity` or `inf` in letters of any case.
pub fn double(text: &[u8]) -> Option<f64> {
    match short_double(text) {
        Some(value) => Some(value),
        None => std::str::from_utf8(text).ok()?.parse().ok(),
    }
}

/// As [`double`], rounded once to 32 bits.
pub fn float(text: &[u8]) -> Option<f32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn short_double(text: &[u8]) -> Option<f64> {
    let (is_negative, digits) = signed(text);
    // Nineteen digits fit into 64 bits, and one byte more is the point.
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    let (mut value, mut point) = (0_u64, None);
    for (place, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        } else if *byte == b'.' && point.is_none() {
            point = Some(place);
        } else {
            return None;
        }
    }
    let scale = point.map_or(0, |place| digits.len() - place - 1);
    let has_digits = digits.len() > usize::from(point.is_some());
    let is_whole_in_64_bits = digits.len() <= 19 || point.is_some();
    if !has_digits || !is_whole_in_64_bits || value >= 1 << 53 {
        return None;
    }
    let value = value as f64 / TENS[scale];
    Some(if is_negative { -value } else { value })
}

fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        assert_eq!(long(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(long(b"9223372036854775808"), None);
        assert_eq!(long(b"+007"), Some(7));
        assert_eq!([long(b""), long(b"-"), long(b"1.0"), long(b"--1"), long(b"1 2")], [None; 5]);
    }

    #[test]
    fn the_short_way_gives_what_the_long_one_does() {
        let texts = [
            "0",
            "-0",
            "1.5",
            "-.5",
            "5.",
            "123456789.987654321",
            "9007199254740991",
            "9007199254740993",
            "0.1",
            "1e5",
            "1E-300",
            "NaN",
            "-inf",
            "Infinity",
            "0.0000000000000000001",
            "99999999999999999999",
            "0.00000000000000000000001",
            "1.7976931348623157e308",
            "184467440737095516.15",
            "18446744073709551617",
        ];
        for text in texts {
            let (ours, theirs) = (double(text.as_bytes()).unwrap(), text.parse::<f64>().unwrap());
            assert_eq!(ours.to_bits(), theirs.to_bits(), "{text}");
        }
        for text in [".", "", "-", "1.2.3", "0x10", "1d", "e5", "1 "] {
            assert_eq!(double(text.as_bytes()), None, "{text}");
        }
    }
}
