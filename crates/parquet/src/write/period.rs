//! Periods as text, `P1Y2M3D`: files have no type for them.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{IntervalMonthDayNano, IntervalMonthDayNanoType};
use arrow_array::{Array, ArrayRef, IntervalMonthDayNanoArray};
use arrow_schema::ArrowError;

/// Periods as text.
pub(super) fn texts(periods: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let Some(periods) = periods.as_primitive_opt::<IntervalMonthDayNanoType>() else {
        return Err(ArrowError::CastError(format!("{} is not written", periods.data_type())));
    };
    let mut texts = StringBuilder::with_capacity(periods.len(), periods.len() * 8);
    periods.iter().for_each(|period| texts.append_option(period.map(|period| text(&period))));
    Ok(Arc::new(texts.finish()))
}

fn text(period: &IntervalMonthDayNano) -> String {
    let (years, months) = (period.months / 12, period.months % 12);
    let mut text = String::from("P");
    for (number, unit) in [(years, 'Y'), (months, 'M'), (period.days, 'D')] {
        if number != 0 {
            text.push_str(&format!("{number}{unit}"));
        }
    }
    if period.nanoseconds != 0 {
        text.push_str(&format!("T{}N", period.nanoseconds));
    } else if text.len() == 1 {
        text.push_str("0D");
    }
    text
}

/// Text, as it is written here, as periods.
pub(crate) fn parsed(texts: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let texts = arrow_cast::cast(texts, &arrow_schema::DataType::Utf8View)?;
    let texts = texts.as_string_view();
    let one = |text: Option<&str>| match text {
        None => Ok(None),
        Some(text) => {
            period(text).map(Some).ok_or_else(|| ArrowError::CastError(format!("\"{text}\" is no period")))
        }
    };
    let periods = texts.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(IntervalMonthDayNanoArray::from(periods)))
}

fn period(text: &str) -> Option<IntervalMonthDayNano> {
    let (mut months, mut days, mut nanoseconds) = (0i32, 0i32, 0i64);
    let mut number = String::new();
    for sign in text.strip_prefix('P')?.chars() {
        match sign {
            'T' if number.is_empty() => continue,
            'Y' => months = months.checked_add(number.parse::<i32>().ok()?.checked_mul(12)?)?,
            'M' => months = months.checked_add(number.parse().ok()?)?,
            'D' => days = number.parse().ok()?,
            'N' => nanoseconds = number.parse().ok()?,
            '0'..='9' | '-' => {
                number.push(sign);
                continue;
            }
            _ => return None,
        }
        number.clear();
    }
    number.is_empty().then(|| IntervalMonthDayNano::new(months, days, nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_come_back() {
        for (months, days, nanos, spelled) in
            [(14, 3, 0, "P1Y2M3D"), (0, 0, 0, "P0D"), (-14, -3, 0, "P-1Y-2M-3D"), (1, 0, 7, "P1MT7N")]
        {
            let one = IntervalMonthDayNano::new(months, days, nanos);
            assert_eq!(text(&one), spelled);
            assert_eq!(period(spelled), Some(one));
        }
        assert_eq!(period("P1"), None);
        assert_eq!(period("1D"), None);
        assert_eq!(period("P99999999999Y"), None);
    }
}
