//! Candles: of each interval of time the first, the greatest, the least and the last value.

use arrow_schema::DataType;
use kinetable::{Aggregation, GroupOptions, NoNames, Order, Table};

use super::checked::{column, is_number, keys};
use crate::web::messages::ask::Ohlc;
use crate::web::messages::tell::Fault;

/// A row an interval that has rows with a time and a value, in order of time.
pub(super) fn ohlc(table: &Table, asked: &Ohlc) -> Result<Table, Fault> {
    let (x, y) = (&asked.x, &asked.y);
    let every: i64 = asked.every.parse().ok().filter(|every| *every > 0).ok_or_else(|| {
        Fault::invalid(format!("every is \"{}\", but is a number of ns", asked.every.escape_debug()))
    })?;
    if !matches!(column(table, x)?.1, DataType::Timestamp(_, Some(_))) {
        return Err(Fault::invalid(format!("column \"{x}\" holds no instants")));
    }
    for name in [Some(y), asked.volume.as_ref()].into_iter().flatten() {
        if !is_number(&column(table, name)?.1) {
            return Err(Fault::invalid(format!("column \"{name}\" holds no numbers")));
        }
    }
    let by = keys(table, asked.by.as_ref())?;
    let conditions = [format!("!isNull({x})"), format!("!isNull({y})"), format!("!isNaN({y})")];
    let rows = table.where_(&conditions, &NoNames)?;
    // The order of rows within an interval is that of their times, not of their coming.
    let rows = rows.update_view(&[format!("__TIME__ = lowerBin({x}, {every}L)")], &NoNames)?;
    let mut made = vec![
        Aggregation::sorted_first(x, [format!("Open = {y}")]),
        Aggregation::max([format!("High = {y}")]),
        Aggregation::min([format!("Low = {y}")]),
        Aggregation::sorted_last(x, [format!("Close = {y}")]),
        Aggregation::count("Count"),
    ];
    made.extend(asked.volume.as_ref().map(|volume| Aggregation::sum([format!("Volume = {volume}")])));
    let mut groups = by.to_vec();
    groups.push("__TIME__".to_owned());
    let candles = rows.agg_by(&made, &groups, &GroupOptions::default())?;
    let mut columns: Vec<String> =
        ["Time = __TIME__", "Open", "High", "Low", "Close", "Count"].map(str::to_owned).to_vec();
    columns.extend(asked.volume.as_ref().map(|_| "Volume".to_owned()));
    columns.extend(by.iter().cloned());
    let order = std::iter::once("Time").chain(by.iter().map(String::as_str));
    let order: Vec<(String, Order)> = order.map(|name| (name.to_owned(), Order::Ascending)).collect();
    Ok(candles.view(&columns, &NoNames)?.sort(&order)?)
}
