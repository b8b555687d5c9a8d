//! Days and nanoseconds to years, months and hours, in the proleptic Gregorian calendar, without tables.
//!
//! The day arithmetic counts eras of 400 years that begin in March, so that the leap day is the last of its year.

pub(crate) const NANOS_PER_SECOND: i64 = 1_000_000_000;
pub(crate) const NANOS_PER_DAY: i64 = 86_400 * NANOS_PER_SECOND;

/// Year, month (1–12) and day (1–31) of a day counted from 1970-01-01.
pub(crate) fn date_of(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u32, day as u32)
}

/// The day counted from 1970-01-01.
pub(crate) fn days_of(year: i64, month: u32, day: u32) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let march_month = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(crate) fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The same day `months` later, or the last day of that month where it is shorter.
pub(crate) fn plus_months(days: i64, months: i64) -> i64 {
    if months == 0 {
        return days;
    }
    let (year, month, day) = date_of(days);
    let total = year * 12 + i64::from(month) - 1 + months;
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) as u32 + 1);
    days_of(year, month, day.min(days_in_month(year, month)))
}

/// Monday is 1, Sunday 7.
pub(crate) fn day_of_week(days: i64) -> i32 {
    (days + 3).rem_euclid(7) as i32 + 1
}

/// 1 on the first of January.
pub(crate) fn day_of_year(days: i64) -> i32 {
    (days - days_of(date_of(days).0, 1, 1)) as i32 + 1
}

/// The day, and the nanoseconds since its midnight.
pub(crate) fn split_nanos(nanos: i64) -> (i64, i64) {
    (nanos.div_euclid(NANOS_PER_DAY), nanos.rem_euclid(NANOS_PER_DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        let mut expected = days_of(1600, 1, 1);
        for year in 1600..2800 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    assert_eq!(days_of(year, month, day), expected);
                    assert_eq!(date_of(expected), (year, month, day));
                    expected += 1;
                }
            }
        }
        assert_eq!(days_of(1970, 1, 1), 0);
        assert_eq!(date_of(-719_529), (-1, 12, 31));
    }

    #[test]
    fn the_epoch_was_a_thursday() {
        assert_eq!(day_of_week(0), 4);
        assert_eq!(day_of_week(-4), 7);
    }

    #[test]
    fn months_are_added_within_the_calendar() {
        let day = |y, m, d| days_of(y, m, d);
        assert_eq!(plus_months(day(2024, 1, 31), 1), day(2024, 2, 29));
        assert_eq!(plus_months(day(2024, 3, 31), -13), day(2023, 2, 28));
    }
}
