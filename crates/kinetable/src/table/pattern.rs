//! Patterns of numbers and dates that formats name: whether they are such, as far as that can be told before they are used.
//!
//! They are those of `DecimalFormat` and `DateTimeFormatter` of Java, which is what clients format by.

use kinetable_engine::{Error, Result};

/// Letters that stand for a part of a date or a time.
const DATE_LETTERS: &str = "GuyYDMLdQqwWEecFaBhKkHmsSAnNVvzOXxZp";
/// Of these, what may be repeated up to nine times: digits of a second.
const FRACTION: char = 'S';

/// Refuses what is no pattern of numbers, such as `#,##0..00`.
///
/// # Errors
/// If it is none.
pub(super) fn check_number(pattern: &str) -> Result<()> {
    let refuse = |why: &str| {
        let message = format!("`{}` is no pattern of numbers: {why}", pattern.escape_debug());
        Err(Error::invalid(message)
            .with_hint("write # and 0 for digits, e.g. #,##0.00, and other texts in '…'"))
    };
    let Some(parts) = unquoted(pattern) else { return refuse("a quote is not closed") };
    let signs: Vec<&str> = parts.split(';').collect();
    if signs.len() > 2 {
        return refuse("it has more than two parts");
    }
    for part in signs {
        let is_body = |c: char| "0#,.".contains(c);
        let Some(from) = part.find(is_body) else { return refuse("it has no digits") };
        let length = part[from..].find(|c: char| !is_body(c) && c != 'E').unwrap_or(part.len() - from);
        let (body, after) = part[from..].split_at(length);
        if after.contains(is_body) {
            return refuse("its digits are in two places");
        }
        if !is_digits(body) {
            return refuse("its digits are in no order");
        }
    }
    Ok(())
}

/// `##,##0.00##E00`: signs for digits that may be absent are the outer ones.
fn is_digits(body: &str) -> bool {
    let (mantissa, exponent) = body.split_once('E').unwrap_or((body, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_only = |text: &str, of: char| text.chars().all(|c| c == of);
    let groups_well = !whole.starts_with(',') && !whole.ends_with(',') && !whole.contains(",,");
    let digits = whole.replace(',', "");
    groups_well
        && !(digits.is_empty() && fraction.is_empty())
        && is_only(digits.trim_start_matches('#'), '0')
        && is_only(fraction.trim_start_matches('0'), '#')
        && !exponent.is_empty()
        && is_only(exponent, '0')
}

/// Refuses what is no pattern of dates, such as `yyyy-MM-ddTHH:mm`.
///
/// # Errors
/// If it is none.
pub(super) fn check_date(pattern: &str) -> Result<()> {
    let refuse = |why: String, hint: &str| {
        let message = format!("`{}` is no pattern of dates: {why}", pattern.escape_debug());
        Err(Error::invalid(message).with_hint(hint))
    };
    let Some(parts) = unquoted(pattern) else {
        return refuse("a quote is not closed".to_owned(), "write '' for a quote");
    };
    if pattern.is_empty() {
        return refuse("it is empty".to_owned(), "e.g. yyyy-MM-dd HH:mm:ss");
    }
    let is_wrong = |c: &char| c.is_ascii_alphabetic() && !DATE_LETTERS.contains(*c);
    if let Some(letter) = parts.chars().find(is_wrong) {
        let hint = format!("texts stand in quotes: '{letter}'");
        return refuse(format!("\"{letter}\" stands for nothing"), &hint);
    }
    if parts.contains(&FRACTION.to_string().repeat(10)) {
        return refuse("a second has nine digits".to_owned(), "write at most SSSSSSSSS");
    }
    Ok(())
}

/// Without what is quoted; nothing, if a quote is not closed.
fn unquoted(pattern: &str) -> Option<String> {
    let pieces: Vec<&str> = pattern.split('\'').collect();
    (pieces.len() % 2 == 1).then(|| pieces.into_iter().step_by(2).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_numbers_are_told_from_others() {
        let good = [
            "0",
            "#,##0.00",
            "#.##",
            ".00",
            "$#,##0;($#,##0)",
            "0.0%",
            "0.###E0",
            "##0.0E00",
            "0 'kg.'",
            "''0",
        ];
        for pattern in good {
            assert!(check_number(pattern).is_ok(), "{pattern}");
        }
        for pattern in ["", "#,##0..00", "0#", "0.0'x", "0;0;0", "0.#0", ",0", "0,", "0 0", "abc", "0E", "."]
        {
            assert!(check_number(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn patterns_of_dates_are_told_from_others() {
        for pattern in ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS z", "EEE d MMM", "h 'o''clock' a"] {
            assert!(check_date(pattern).is_ok(), "{pattern}");
        }
        for pattern in ["", "yyyy-MM-ddTHH:mm", "yyyy 'x", "SSSSSSSSSS", "jj"] {
            assert!(check_date(pattern).is_err(), "{pattern}");
        }
        let error = check_date("yyyy-MM-ddTHH:mm").unwrap_err();
        assert_eq!(error.message(), "`yyyy-MM-ddTHH:mm` is no pattern of dates: \"T\" stands for nothing");
        assert_eq!(error.hint(), Some("texts stand in quotes: 'T'"));
    }
}
