//! Rows of a long line that a chart of so many pixels can tell apart.
//!
//! ```text
//!  rows with x ─ bucket, a pixel wide ─▶ per bucket and group: the rows of the least and of the greatest x
//!  … with x and y ───────────────────────▶ the rows of the least and of the greatest y, for each y
//!  of what is left out on either side ───▶ the nearest row of each group
//!                                          merged, each once, in order of x
//! ```
//!
//! Whole rows are taken rather than row keys, so that it works on every table, whatever moves in it. What the last steps keep is
//! proportional to pixels, not to rows. **Cost** of a change: that of aggregations of its buckets.

use kinetable::{Aggregation, GroupOptions, NoNames, Order, Table};

use super::axis::{Axis, Number, Range, less, present};
use super::checked::{column, is_number, keys, number, some};
use crate::web::messages::ask::M4;
use crate::web::messages::tell::Fault;

/// Pixels that a chart has at most.
const PIXELS_MAX: u64 = 100_000;
/// Lines that are asked for together at most.
const LINES_MAX: usize = 32;

/// The column of buckets, on the way.
const BUCKET: &str = "__BUCKET__";

/// The rows of a table, fewer of them, between which lines look the same.
pub(super) fn m4(table: &Table, asked: &M4) -> Result<Table, Fault> {
    let pixels = number(asked.px, PIXELS_MAX, "px")?;
    let axis = Axis::of(table, &asked.x)?;
    let by = keys(table, asked.by.as_ref())?;
    let ys = some(&asked.ys, LINES_MAX, "ys")?;
    let present_ys = ys.iter().map(|y| match column(table, y)? {
        (_, data_type) if is_number(&data_type) || data_type.is_temporal() => Ok(present(y, &data_type)),
        _ => Err(Fault::invalid(format!("column \"{y}\" has no height: it holds neither numbers nor times"))),
    });
    let present_ys = present_ys.collect::<Result<Vec<_>, _>>()?;
    let mut columns = vec![asked.x.clone()];
    columns.extend(by.iter().chain(ys).filter(|name| **name != asked.x).cloned());
    columns.dedup();
    let from = asked.from.as_deref().map(|text| axis.parse(text)).transpose()?;
    let to = asked.to.as_deref().map(|text| axis.parse(text)).transpose()?;
    let range = range(&axis, table, from, to)?;
    let rows = table.view(&columns, &NoNames)?.where_(std::slice::from_ref(&axis.present), &NoNames)?;
    let line = Line { axis: &axis, by, columns: &columns };
    let inside = within(&rows, &axis, from, to)?;
    let bucket = format!("{BUCKET} = (long)floor({})", axis.place(range, range.part(pixels as f64)));
    let bucketed = inside.update_view(&[bucket], &NoNames)?;
    let mut picked = line.ends(&bucketed, &asked.x, true)?;
    for (y, present) in ys.iter().zip(&present_ys) {
        picked.extend(line.ends(&bucketed.where_(std::slice::from_ref(present), &NoNames)?, y, true)?);
    }
    picked.extend(line.neighbours(&rows, from, to)?);
    let merged = table.session().merge(&picked)?.select_distinct(&columns, &NoNames)?;
    let order: Vec<(String, Order)> = columns.iter().map(|name| (name.clone(), Order::Ascending)).collect();
    Ok(merged.sort(&order)?)
}

/// The range of a chart: what is asked for, and on the sides where nothing is, what there is now.
fn range(axis: &Axis, table: &Table, from: Option<Number>, to: Option<Number>) -> Result<Range, Fault> {
    let now = match (from, to) {
        (Some(_), Some(_)) => None,
        _ => axis.range(table)?,
    };
    let low = from.or(now.map(|now| now.low)).or(to).unwrap_or(Number::Whole(0));
    let high = to.or(now.map(|now| now.high)).unwrap_or(low);
    match less(high, low) {
        // What is asked for begins behind what there is: nothing is there yet.
        true if from.is_none() || to.is_none() => Ok(Range { low, high: low }),
        true => Err(Fault::invalid(format!("the range from {} to {} is none", low.text(), high.text()))),
        false => Ok(Range { low, high }),
    }
}

fn within(rows: &Table, axis: &Axis, from: Option<Number>, to: Option<Number>) -> Result<Table, Fault> {
    let sides = [from.map(|from| (">=", from)), to.map(|to| ("<=", to))];
    let condition = |(sign, end): (&str, Number)| format!("{} {sign} {}", axis.number, end.text());
    let conditions: Vec<String> = sides.into_iter().flatten().map(condition).collect();
    match conditions.is_empty() {
        true => Ok(rows.clone()),
        false => Ok(rows.where_(&conditions, &NoNames)?),
    }
}

/// What is picked of each group.
struct Line<'a> {
    axis: &'a Axis,
    by: &'a [String],
    columns: &'a [String],
}

impl Line<'_> {
    /// The rows with the least and with the greatest value of a column.
    fn ends(&self, rows: &Table, order_by: &str, in_buckets: bool) -> Result<Vec<Table>, Fault> {
        let names = |end: &str| -> Vec<String> {
            let named = self.picked().map(|name| format!("__{end}_{name} = {name}"));
            named.collect()
        };
        let ends = [
            Aggregation::sorted_first(order_by, names("FIRST")),
            Aggregation::sorted_last(order_by, names("LAST")),
        ];
        let mut by = self.by.to_vec();
        by.extend(in_buckets.then(|| BUCKET.to_owned()));
        let both = rows.agg_by(&ends, &by, &GroupOptions::default())?;
        ["FIRST", "LAST"].map(|end| self.one(&both, end)).into_iter().collect()
    }

    /// The columns that are no keys.
    fn picked(&self) -> impl Iterator<Item = &String> {
        self.columns.iter().filter(|name| !self.by.contains(name))
    }

    /// One end of both, with the columns as they were called.
    fn one(&self, both: &Table, end: &str) -> Result<Table, Fault> {
        let formula = |name: &String| match self.by.contains(name) {
            true => name.clone(),
            false => format!("{name} = __{end}_{name}"),
        };
        Ok(both.view(&self.columns.iter().map(formula).collect::<Vec<_>>(), &NoNames)?)
    }

    /// The nearest row of each group on either side of the range that is asked for.
    fn neighbours(
        &self,
        rows: &Table,
        from: Option<Number>,
        to: Option<Number>,
    ) -> Result<Vec<Table>, Fault> {
        let mut found = Vec::new();
        for (sign, end, nearest) in [("<", from, 1), (">", to, 0)] {
            let Some(end) = end else { continue };
            let condition = format!("{} {sign} {}", self.axis.number, end.text());
            let outside = rows.where_(&[condition], &NoNames)?;
            found.push(self.ends(&outside, &self.axis.name, false)?.swap_remove(nearest));
        }
        Ok(found)
    }
}
