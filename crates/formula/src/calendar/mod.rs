//! Business calendars: which days, and which hours of them, count as business.
//!
//! A process knows calendars by name: `UTC` (every hour of every day; the default), `USNYSE_EXAMPLE` (the hours and
//! holidays of the New York Stock Exchange by its present rules), and those that a user adds. A formula takes the
//! calendars as they stand when it is compiled.

mod exchange;
mod known;
mod model;
mod xml;

pub(crate) use known::find;
pub use known::{add_calendar, calendar_name, calendar_names, calendar_zone, remove_calendar, set_calendar};
pub(crate) use model::Calendar;
