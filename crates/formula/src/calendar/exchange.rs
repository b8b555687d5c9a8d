//! The calendars that are there from the beginning.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::model::{Calendar, Hours};
use crate::civil::{self, NANOS_PER_DAY};

const HOUR: i64 = 3_600_000_000_000;

/// The years whose holidays are known.
const YEARS: std::ops::RangeInclusive<i64> = 1990..=2099;

/// Every hour of every day.
pub(super) fn always() -> Option<Calendar> {
    Some(Calendar {
        name: "UTC".to_owned(),
        zone: TimeZone::UTC,
        zone_name: "UTC".to_owned(),
        weekend: [false; 7],
        standard: vec![(0, NANOS_PER_DAY)],
        holidays: BTreeMap::new(),
    })
}

/// The New York Stock Exchange, by the rules it has now; closures on single occasions are not known.
pub(super) fn new_york() -> Option<Calendar> {
    let mut holidays = BTreeMap::new();
    for year in YEARS {
        for day in closed(year) {
            holidays.insert(day, Hours::new());
        }
        for day in half_days(year) {
            holidays.entry(day).or_insert_with(|| vec![(HOUR * 19 / 2, HOUR * 13)]);
        }
    }
    Some(Calendar {
        name: "USNYSE_EXAMPLE".to_owned(),
        zone: TimeZone::get("America/New_York").ok()?,
        zone_name: "America/New_York".to_owned(),
        weekend: [false, false, false, false, false, true, true],
        standard: vec![(HOUR * 19 / 2, HOUR * 16)],
        holidays,
    })
}

fn day(year: i64, month: u32, day: u32) -> i32 {
    civil::days_of(year, month, day) as i32
}

/// Monday is 1.
fn weekday(day: i32) -> i32 {
    civil::day_of_week(i64::from(day))
}

/// The `count`th such weekday of a month.
fn nth(year: i64, month: u32, wanted: i32, count: i32) -> i32 {
    let first = day(year, month, 1);
    first + (wanted - weekday(first)).rem_euclid(7) + 7 * (count - 1)
}

/// The last Monday of May.
fn memorial_day(year: i64) -> i32 {
    let last = day(year, 5, 31);
    last - (weekday(last) - 1)
}

/// A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after.
fn observed(day: i32) -> i32 {
    match weekday(day) {
        6 => day - 1,
        7 => day + 1,
        _ => day,
    }
}

/// Easter Sunday, by the method of Meeus, Jones and Butcher ("Astronomical Algorithms", chapter 8).
fn easter(year: i64) -> i32 {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let (month, rest) = ((h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31);
    day(year, month as u32, rest as u32 + 1)
}

fn closed(year: i64) -> Vec<i32> {
    let new_year = day(year, 1, 1);
    let mut days = vec![
        nth(year, 2, 1, 3),
        easter(year) - 2,
        memorial_day(year),
        observed(day(year, 7, 4)),
        nth(year, 9, 1, 1),
        nth(year, 11, 4, 4),
        observed(day(year, 12, 25)),
    ];
    // A New Year's Day on a Saturday is not made up for: the Friday belongs to the old year's accounts.
    if weekday(new_year) != 6 {
        days.push(observed(new_year));
    }
    if year >= 1998 {
        days.push(nth(year, 1, 1, 3));
    }
    if year >= 2022 {
        days.push(observed(day(year, 6, 19)));
    }
    days
}

/// Days that end at 13:00: before Independence Day, after Thanksgiving, and Christmas Eve.
fn half_days(year: i64) -> Vec<i32> {
    let weekdays = |from: i32, to: i32, day: &i32| (from..=to).contains(&weekday(*day));
    let mut days = vec![nth(year, 11, 4, 4) + 1];
    days.extend(Some(day(year, 7, 3)).filter(|day| weekdays(1, 4, day)));
    days.extend(Some(day(year, 12, 24)).filter(|day| weekdays(1, 4, day)));
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holidays_of_2024_are_those_that_the_exchange_published() {
        let mut found = closed(2024);
        found.sort_unstable();
        let expected =
            [(1, 1), (1, 15), (2, 19), (3, 29), (5, 27), (6, 19), (7, 4), (9, 2), (11, 28), (12, 25)];
        assert_eq!(found, expected.map(|(month, of_month)| day(2024, month, of_month)));
        let mut half = half_days(2024);
        half.sort_unstable();
        assert_eq!(half, [day(2024, 7, 3), day(2024, 11, 29), day(2024, 12, 24)].to_vec());
        assert!(!closed(2022).contains(&day(2021, 12, 31)));
    }
}
