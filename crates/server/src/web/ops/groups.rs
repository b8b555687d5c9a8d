//! Groups of rows: aggregations, distinct rows, and what there is to say of a column.

use kinetable::{Aggregation, GroupOptions, NoNames, Table};

use super::checked::{column, is_number, is_ordered, keys, new_name, some};
use crate::web::messages::ask::{Groups, Stats};
use crate::web::messages::tell::{Fault, Place};

/// Aggregations that are asked for together at most.
const AGGREGATIONS_MAX: usize = 256;
/// Of those that are refused, so many are looked at.
const TRIED_MAX: usize = 16;

/// A row a group; without keys one row, whatever there is.
pub(super) fn by(table: &Table, asked: &Groups) -> Result<Table, Fault> {
    let keys = keys(table, Some(&asked.keys))?;
    let made = aggregations(table, &asked.aggs)?;
    let refused = |error| at_fault(table, &asked.aggs, &made, error);
    table.agg_by(&made, keys, &options(keys)).map_err(refused)
}

/// Of no keys there is a row of a table without rows too.
pub(super) fn options(keys: &[String]) -> GroupOptions {
    GroupOptions { preserve_empty: keys.is_empty(), initial_groups: None }
}

/// Aggregations as pages write them: a word, the result, and the column if it is over one.
///
/// # Errors
/// If a word or a column is not known.
pub(super) fn aggregations(table: &Table, asked: &[Vec<String>]) -> Result<Vec<Aggregation>, Fault> {
    let asked = some(asked, AGGREGATIONS_MAX, "aggs")?;
    let made = |(at, one): (usize, &Vec<String>)| aggregation(table, one).map_err(|fault| of(fault, at, one));
    asked.iter().enumerate().map(made).collect()
}

/// The fault of aggregations that were refused together: of the one that is refused alone too.
pub(super) fn at_fault(
    table: &Table,
    asked: &[Vec<String>],
    made: &[Aggregation],
    error: kinetable::Error,
) -> Fault {
    // Whether they fit shows without rows.
    let is_wrong = |one: &Aggregation| {
        let made = table.head(0).and_then(|none| none.agg_by(std::slice::from_ref(one), &[], &options(&[])));
        made.is_err()
    };
    match made.iter().take(TRIED_MAX).position(is_wrong) {
        Some(at) => of(Fault::from(error), at, &asked[at]),
        None => Fault::from(error),
    }
}

/// The fault of an aggregation by its place in the list: it lies in the name of the column.
fn of(fault: Fault, at: usize, asked: &[String]) -> Fault {
    let to = asked.get(2).map_or(0, |name| name.encode_utf16().count());
    Fault { place: Some(Box::new(Place { formula: Some(at), from: 0, to })), ..fault }
}

fn aggregation(table: &Table, asked: &[String]) -> Result<Aggregation, Fault> {
    let (word, result, input) = match asked {
        [word, result] if word == "count" => {
            new_name(result)?;
            return Ok(Aggregation::count(result));
        }
        [word, result, input] => (word.as_str(), result, input),
        _ => {
            let hint = Some("[\"sum\", \"Total\", \"Price\"], or [\"count\", \"N\"]".to_owned());
            return Err(Fault { hint, ..Fault::invalid("an aggregation is a word, a result and a column") });
        }
    };
    new_name(result)?;
    column(table, input)?;
    let pair = [format!("{result} = {input}")];
    Ok(match word {
        "sum" => Aggregation::sum(pair),
        "abs_sum" => Aggregation::abs_sum(pair),
        "avg" => Aggregation::avg(pair),
        "min" => Aggregation::min(pair),
        "max" => Aggregation::max(pair),
        "std" => Aggregation::std(pair),
        "var" => Aggregation::var(pair),
        "median" => Aggregation::median(pair),
        "first" => Aggregation::first(pair),
        "last" => Aggregation::last(pair),
        "distinct" => Aggregation::count_distinct(pair),
        "unique" => Aggregation::unique(pair, None),
        other => {
            let hint = "count, sum, abs_sum, avg, min, max, std, var, median, first, last, distinct, unique";
            let message = format!("there is no aggregation \"{}\"", other.escape_debug());
            return Err(Fault { hint: Some(hint.to_owned()), ..Fault::invalid(message) });
        }
    })
}

/// The distinct rows of some columns.
pub(super) fn distinct(table: &Table, columns: &[String]) -> Result<Table, Fault> {
    // A name that is no column could be a formula.
    for name in some(columns, usize::MAX, "distinct")? {
        column(table, name)?;
    }
    Ok(table.select_distinct(columns, &NoNames)?)
}

/// What there is to say of a column, in one row.
pub(super) fn stats(table: &Table, asked: &Stats) -> Result<Table, Fault> {
    let name = &asked.column;
    let (_, data_type) = column(table, name)?;
    let of = |result: &str| [format!("{result} = {name}")];
    let formulas = table.group_formulas(&[], &NoNames);
    let mut made =
        vec![Aggregation::count("Rows"), formulas.count_where("Nulls", &[format!("isNull({name})")])?];
    if asked.distinct == Some(true) {
        made.push(Aggregation::count_distinct(of("Distinct")));
    }
    if is_ordered(&data_type) {
        made.extend([Aggregation::min(of("Min")), Aggregation::max(of("Max"))]);
    }
    if is_number(&data_type) {
        made.extend([Aggregation::sum(of("Sum")), Aggregation::avg(of("Avg")), Aggregation::std(of("Std"))]);
    }
    Ok(formulas.agg_by(&made, &options(&[]))?)
}
