//! A calendar and its arithmetic, over days and nanoseconds since the epoch.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::civil::{self, NANOS_PER_DAY};
use crate::time::zone::Clock;

/// From when to when of a day, in nanoseconds on the wall clock; the end is not part of it.
pub(crate) type Hours = Vec<(i64, i64)>;

/// How far a search for the next business day goes.
const SEARCH_DAYS_MAX: i32 = 3_660;

/// A business calendar.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    pub name: String,
    pub zone: TimeZone,
    /// The zone's name, as it was given.
    pub zone_name: String,
    /// Monday first.
    pub weekend: [bool; 7],
    pub standard: Hours,
    /// Days that differ: closed when there are no hours.
    pub holidays: BTreeMap<i32, Hours>,
}

impl Calendar {
    /// The business hours of a day; none on a day without business.
    pub fn hours(&self, day: i32) -> &[(i64, i64)] {
        if let Some(hours) = self.holidays.get(&day) {
            return hours;
        }
        if self.is_weekend(day) { &[] } else { &self.standard }
    }

    pub fn is_weekend(&self, day: i32) -> bool {
        self.weekend[civil::day_of_week(i64::from(day)) as usize - 1]
    }

    pub fn is_business_day(&self, day: i32) -> bool {
        !self.hours(day).is_empty()
    }

    pub fn standard_nanos(&self) -> i64 {
        self.standard.iter().map(|(from, to)| to - from).sum()
    }

    /// The business nanoseconds of a day.
    pub fn day_nanos(&self, day: i32) -> i64 {
        self.spans(day).iter().map(|(from, to)| to - from).sum()
    }

    /// The day on the calendar's clock.
    pub fn day_of(&self, nanos: i64) -> i32 {
        civil::split_nanos(Clock::new(&self.zone).local(nanos)).0 as i32
    }

    pub fn is_business_time(&self, nanos: i64) -> bool {
        self.spans(self.day_of(nanos)).iter().any(|(from, to)| (*from..*to).contains(&nanos))
    }

    /// The business hours of a day as instants.
    fn spans(&self, day: i32) -> Hours {
        let clock = Clock::new(&self.zone);
        let at =
            |of_day: i64| clock.instant(i64::from(day).saturating_mul(NANOS_PER_DAY).saturating_add(of_day));
        self.hours(day).iter().filter_map(|(from, to)| Some((at(*from)?, at(*to)?))).collect()
    }

    /// The business nanoseconds from one instant to another; negative when the other is before.
    pub fn business_nanos(&self, from: i64, to: i64) -> i64 {
        if from > to {
            return -self.business_nanos(to, from);
        }
        let inside = |(start, end): &(i64, i64)| ((*end).min(to) - (*start).max(from)).max(0);
        (self.day_of(from)..=self.day_of(to)).map(|day| self.spans(day).iter().map(inside).sum::<i64>()).sum()
    }

    /// The business time from one instant to another in years: of each year, its part of the business time.
    pub fn business_years(&self, from: i64, to: i64) -> f64 {
        if from > to {
            return -self.business_years(to, from);
        }
        let clock = Clock::new(&self.zone);
        let year_of = |nanos| civil::date_of(i64::from(self.day_of(nanos))).0;
        let start_of = |year| clock.instant(civil::days_of(year, 1, 1) * NANOS_PER_DAY).unwrap_or(i64::MAX);
        (year_of(from)..=year_of(to))
            .map(|year| {
                let (start, end) = (start_of(year), start_of(year + 1));
                let part = self.business_nanos(from.max(start), to.min(end));
                part as f64 / self.business_nanos(start, end).max(1) as f64
            })
            .sum()
    }

    /// The part of a day's business time that is over.
    pub fn fraction_complete(&self, nanos: i64) -> f64 {
        let day = self.day_of(nanos);
        let whole = self.day_nanos(day);
        if whole == 0 {
            return 1.0;
        }
        let start = self.spans(day).first().map_or(nanos, |(from, _)| *from);
        self.business_nanos(start, nanos.max(start)) as f64 / whole as f64
    }

    /// The day `count` business days (or, if `business` is false, other days) on; `count` 0 is the day itself if it is
    /// one. `None` when there is none.
    pub fn moved(&self, day: i32, count: i32, business: bool) -> Option<i32> {
        let fits = |day| self.is_business_day(day) == business;
        if count == 0 {
            return fits(day).then_some(day);
        }
        let (step, mut left, mut at, mut idle) = (count.signum(), count.unsigned_abs(), day, 0);
        while left > 0 {
            at = at.checked_add(step)?;
            idle += 1;
            if fits(at) {
                left -= 1;
                idle = 0;
            }
            if idle > SEARCH_DAYS_MAX {
                return None;
            }
        }
        Some(at)
    }

    /// Whether a business day is the last before `group` changes: the month, the week or the year.
    pub fn is_last(&self, day: i32, group: fn(i32) -> i64) -> bool {
        self.is_business_day(day) && self.moved(day, 1, true).is_none_or(|next| group(next) != group(day))
    }
}
