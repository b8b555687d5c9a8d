//! Rows of a long line that a chart of so many pixels can tell apart.
//!
//! ```text
//!  x ─▶ bucket, one a pixel of the range; one more on each side of it
//!  bucket ─▶ row keys of its first and last row, and of each y's least and greatest
//!  rows whose key is one of these ─▶ result
//! ```
//!
//! The range is that which is zoomed to, else that of the values now; values that come later lie in the bucket beyond it. Row keys are
//! a column of the table on the way, which a table has if its rows are only added, or if it is a blink table or static.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_schema::{DataType, Schema};
use kinetable::{Aggregation, GroupOptions, NoNames, Table};
use kinetable_wire::grpc::{Reference, RunChartDownsampleRequest};

use super::Context;
use super::fault::{Outcome, invalid, not_empty};
use super::literal::column;

/// Pixels that a chart has at most.
const PIXELS_MAX: i32 = 100_000;

/// Columns on the way.
const KEY: &str = "__ROW_KEY__";
const BUCKET: &str = "__BUCKET__";
const PICK: &str = "__PICK__";

/// The rows of a table, fewer of them, between which a line looks the same.
pub(super) fn downsample(
    request: &RunChartDownsampleRequest,
    table: &Table,
    context: &Context,
) -> Outcome<Table> {
    let pixels = request.pixel_count;
    if !(1..=PIXELS_MAX).contains(&pixels) {
        return Err(invalid(format!("pixel_count is {pixels}, but must be from 1 to {PIXELS_MAX}")));
    }
    let schema = table.schema();
    let x = abscissa(schema, &request.x_column_name)?;
    let ys = not_empty(&request.y_column_names, "RunChartDownsampleRequest", "y_column_names")?;
    for y in ys {
        column(schema, Some(&Reference { column_name: y.clone() }))?;
    }
    let Some((low, high)) = range(request, table, &x)? else { return Ok(table.clone()) };
    // Times are counted from the start of the range, and in doubles, whose 53 bits tell more than pixels apart.
    let share = format!("(((double)({x} - {low}L)) / {:?})", (high as f64 - low as f64).max(1.0));
    let bucket = format!(
        "{BUCKET} = {x} < {low}L ? -1L : {x} > {high}L ? {pixels}L : min((long)({share} * {pixels}), {}L)",
        pixels - 1
    );
    let marked = table.update_view(&[format!("{KEY} = k")], &NoNames)?;
    let keys = picks(&marked, &bucket, ys, context)?;
    let kept = marked.where_in(&keys, &[format!("{KEY} = {PICK}")])?;
    Ok(kept.drop_columns(&[KEY.to_owned()])?)
}

/// The formula of the horizontal axis as a long.
fn abscissa(schema: &Schema, name: &str) -> Outcome<String> {
    let reference = Reference { column_name: name.to_owned() };
    match column(schema, Some(&reference))? {
        (name, DataType::Timestamp(..)) => Ok(format!("epochNanos({name})")),
        (name, DataType::Int64) => Ok(name.to_owned()),
        (name, other) => {
            Err(invalid(format!("column \"{name}\" is {other}, but a line runs over instants or longs")))
        }
    }
}

/// The first and last value of the range; none of a table without any.
fn range(request: &RunChartDownsampleRequest, table: &Table, x: &str) -> Outcome<Option<(i64, i64)>> {
    if let Some(zoom) = &request.zoom_range
        && let (Some(low), Some(high)) = (zoom.min_date_nanos, zoom.max_date_nanos)
    {
        return match low <= high && high.checked_sub(low).is_some() {
            true => Ok(Some((low, high))),
            false => Err(invalid(format!("the range from {low} to {high} is none"))),
        };
    }
    let now = table.snapshot()?.view(&[format!("X = {x}")], &NoNames)?;
    let ends = [Aggregation::min(["Low = X"]), Aggregation::max(["High = X"])];
    let ends = now.agg_by(&ends, &[], &GroupOptions::default())?.batch(0..1, None)?;
    if ends.num_rows() == 0 {
        return Ok(None);
    }
    let end = |index: usize| {
        let values = ends.column(index).as_primitive::<Int64Type>();
        values.is_valid(0).then(|| values.value(0))
    };
    Ok(end(0).zip(end(1)).filter(|(low, high)| high.checked_sub(*low).is_some()))
}

/// The row keys of the rows that stay.
fn picks(marked: &Table, bucket: &str, ys: &[String], context: &Context) -> Outcome<Table> {
    let bucketed = marked.update_view(&[bucket.to_owned()], &NoNames)?;
    let mut picks = vec![
        Aggregation::first([format!("{PICK}0 = {KEY}")]),
        Aggregation::last([format!("{PICK}1 = {KEY}")]),
    ];
    for y in ys {
        let count = picks.len();
        picks.push(Aggregation::sorted_first(y, [format!("{PICK}{count} = {KEY}")]));
        picks.push(Aggregation::sorted_last(y, [format!("{PICK}{} = {KEY}", count + 1)]));
    }
    let ends = bucketed.agg_by(&picks, &[BUCKET.to_owned()], &GroupOptions::default())?;
    let single = |index: usize| ends.view(&[format!("{PICK} = {PICK}{index}")], &NoNames);
    let several = (0..picks.len()).map(single).collect::<kinetable::Result<Vec<_>>>()?;
    Ok(context.session.merge(&several)?)
}
