//! How many rows have values in each of so many bins.
//!
//! Bins have one width: the range of the values when it is asked, or the one that is asked for, divided. What comes later lies in
//! further bins, as many again and half as many on each side; what is beyond them is caught by the outermost.
//! **Cost** of a change: its bins.

use kinetable::{Aggregation, GroupOptions, NoNames, Order, Table};

use super::axis::{Axis, Number, Range, less};
use super::checked::{keys, number};
use crate::web::messages::ask::Bins;
use crate::web::messages::tell::Fault;

/// Bins that are asked for at most.
const BINS_MAX: u64 = 10_000;

/// The column of the places of bins, on the way.
const BIN: &str = "__BIN__";

/// A row a bin that has rows, in order.
pub(super) fn bins(table: &Table, asked: &Bins) -> Result<Table, Fault> {
    let count = number(asked.n, BINS_MAX, "n")? as i64;
    let axis = Axis::of(table, &asked.x)?;
    let by = keys(table, asked.by.as_ref())?;
    let range = range(&axis, table, asked)?;
    let length = range.length();
    let width = range.part(count as f64);
    let high = range.high.text();
    // The upper end of the range belongs to the last bin, as everything else at an edge to the one above.
    let last = if length > 0.0 { count - 1 } else { 0 };
    let (least, most) = (-(3 * count / 2), 4 * count - 3 * count / 2 - 1);
    let x = &axis.number;
    // What is beyond all bins, infinities among it, is caught before it becomes an integer.
    let place = format!("(long)max(({least}.0), min({most}.0, floor({})))", axis.place(range, width));
    let bin = format!("{BIN} = {x} == {high} ? {last}L : {place}");
    let rows = table.where_(std::slice::from_ref(&axis.known), &NoNames)?.update_view(&[bin], &NoNames)?;
    let mut groups = by.to_vec();
    groups.push(BIN.to_owned());
    let counted = rows.agg_by(&[Aggregation::count("Count")], &groups, &GroupOptions::default())?;
    let mut columns = vec![
        format!("Low = {}", edge(&axis, range.low, width, BIN)),
        format!("High = {}", edge(&axis, range.low, width, &format!("({BIN} + 1L)"))),
        "Count".to_owned(),
    ];
    columns.extend(by.iter().cloned());
    let order = std::iter::once("Low").chain(by.iter().map(String::as_str));
    let order: Vec<(String, Order)> = order.map(|name| (name.to_owned(), Order::Ascending)).collect();
    Ok(counted.view(&columns, &NoNames)?.sort(&order)?)
}

fn range(axis: &Axis, table: &Table, asked: &Bins) -> Result<Range, Fault> {
    let low = asked.low.as_deref().map(|text| axis.parse(text)).transpose()?;
    let high = asked.high.as_deref().map(|text| axis.parse(text)).transpose()?;
    let now = match (low, high) {
        (Some(_), Some(_)) => None,
        _ => axis.range(table)?,
    };
    let low = low.or(now.map(|now| now.low)).or(high).unwrap_or(Number::Whole(0));
    let high = high.or(now.map(|now| now.high)).unwrap_or(low);
    match less(high, low) {
        true => Err(Fault::invalid(format!("the range from {} to {} is none", low.text(), high.text()))),
        false => Ok(Range { low, high }),
    }
}

/// The formula of a bin's edge.
fn edge(axis: &Axis, low: Number, width: f64, bin: &str) -> String {
    match axis.is_time {
        true => {
            // An edge beyond what an instant can be is the last one that can. Doubles of that size are 1024 apart.
            let low = low.whole();
            let (least, most) =
                (i128::from(i64::MIN) - i128::from(low), i128::from(i64::MAX) - i128::from(low));
            let (least, most) =
                ((least + 2048).max(i64::MIN.into()) as f64, (most - 2048).min(i64::MAX.into()) as f64);
            let distance = format!("(long)max(({least:?}), min({most:?}, {bin} * {width:?}))");
            format!("epochNanosToInstant(({low}L) + {distance})")
        }
        false => format!("(double){} + {bin} * {width:?}", low.text()),
    }
}
