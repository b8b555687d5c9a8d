//! Tables that begin here, or are put together.

use kinetable::Table;
use kinetable::engine::Retention;
use kinetable::formula::{parse_duration, parse_instant};
use kinetable_wire::grpc::time_table_request::{Period, StartTime};
use kinetable_wire::grpc::{EmptyTableRequest, MergeTablesRequest, TimeTableRequest};

use super::Context;
use super::fault::{Outcome, invalid, not_empty, unmet};
use super::rows::count;

/// Rows without columns.
pub(super) fn empty(request: &EmptyTableRequest, context: &Context) -> Outcome<Table> {
    Ok(context.session.empty_table(count(request.size, "size")?))
}

/// A row a period.
pub(super) fn time(request: &TimeTableRequest, context: &Context) -> Outcome<Table> {
    let start = match &request.start_time {
        Some(StartTime::StartTimeNanos(nanos)) => Some(*nanos).filter(|nanos| *nanos > 0),
        Some(StartTime::StartTimeString(text)) => Some(instant(text)?),
        None => None,
    };
    let period = match &request.period {
        Some(Period::PeriodNanos(nanos)) => *nanos,
        Some(Period::PeriodString(text)) => duration(text)?,
        None => return Err(unmet("a time table has no period")),
    };
    if period <= 0 {
        return Err(unmet(format!("the period of a time table is {period} ns, but must be positive")));
    }
    let retention = if request.blink_table { Retention::BLINK } else { Retention::Append };
    Ok(context.session.time_table(period, start, retention)?)
}

/// The rows of tables, one table after the other, then perhaps sorted.
pub(super) fn merge(request: &MergeTablesRequest, tables: &[Table], context: &Context) -> Outcome<Table> {
    let tables = not_empty(tables, "MergeTablesRequest", "source_ids")?;
    let merged = context.session.merge(tables)?;
    match request.key_column.as_str() {
        "" => Ok(merged),
        key => Ok(merged.sort(&[(key.to_owned(), kinetable::Order::Ascending)])?),
    }
}

/// Nanoseconds since the epoch of a text.
fn instant(text: &str) -> Outcome<i64> {
    parse_instant(text.trim()).ok_or_else(|| {
        invalid(format!("\"{text}\" is no instant; write it as 2024-01-31T12:00:00Z or 2024-01-31T12:00 ET"))
    })
}

/// Nanoseconds of a text.
pub(super) fn duration(text: &str) -> Outcome<i64> {
    parse_duration(text.trim())
        .ok_or_else(|| invalid(format!("\"{text}\" is no duration; write it as PT1S, PT0.5S or PT00:05:00")))
}
