//! What a table is: its columns, and what is in one of them.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int32Array, Int64Array, ListArray, StringViewArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field};
use kinetable::{Aggregation, GroupOptions, NoNames, Order, Table};
use kinetable_wire::grpc::{ColumnStatisticsRequest, Reference};
use kinetable_wire::schema::java_name;

use super::fault::{Outcome, invalid};
use super::literal::{column, is_text};
use crate::subscriptions::spelled;

/// Values that are listed when the request does not say how many.
const LISTED: i32 = 20;
/// Values that are listed at most.
const LISTED_MAX: i32 = 200;
/// Bytes of a value that is listed.
const BYTES_MAX: usize = 1_000;

/// A static table with a row a column.
pub(super) fn meta(table: &Table) -> Outcome<Table> {
    let fields = table.schema().fields();
    let names: StringViewArray = fields.iter().map(|field| Some(field.name().as_str())).collect();
    let types: StringViewArray = fields.iter().map(|field| Some(java_name(field.data_type()))).collect();
    let partitioning = table.partitioning();
    let parts = |field: &Arc<Field>| partitioning.contains(field.name());
    let kind = |field| if parts(field) { "Partitioning" } else { "Normal" };
    let kinds: StringViewArray = fields.iter().map(|field| Some(kind(field))).collect();
    let parts: BooleanArray = fields.iter().map(|field| Some(parts(field))).collect();
    let columns: [(&str, ArrayRef); 4] = [
        ("Name", Arc::new(names)),
        ("DataType", Arc::new(types)),
        ("ColumnType", Arc::new(kinds)),
        ("IsPartitioning", Arc::new(parts)),
    ];
    let columns = columns.into_iter().map(|(name, values)| (name.to_owned(), values)).collect();
    Ok(table.session().new_table(columns)?)
}

/// A static table of one row: how many values, their sum, extremes, spread; or the commonest values.
pub(super) fn statistics(request: &ColumnStatisticsRequest, table: &Table) -> Outcome<Table> {
    let limit = request.unique_value_limit.unwrap_or(LISTED);
    if !(0..=LISTED_MAX).contains(&limit) {
        return Err(invalid(format!("unique_value_limit is {limit}, but must be from 0 to {LISTED_MAX}")));
    }
    let reference = Reference { column_name: request.column_name.clone() };
    let (name, data_type) = column(table.schema(), Some(&reference))?;
    let value = format!("VALUE = {name}");
    match data_type {
        DataType::UInt16 => common(table, value, limit),
        other if other.is_integer() || other.is_floating() => numeric(table, value),
        DataType::Timestamp(..) => {
            let now = table.view(&[value], &NoNames)?.snapshot()?;
            aggregated(&now, vec![Aggregation::min(["MIN = VALUE"]), Aggregation::max(["MAX = VALUE"])])
        }
        _ => common(table, value, limit),
    }
}

fn numeric(table: &Table, value: String) -> Outcome<Table> {
    let formulas =
        [value, "MAGNITUDE = abs(VALUE)".to_owned(), "SQUARE = (double)VALUE * (double)VALUE".to_owned()];
    let now = table.snapshot()?.view(&formulas, &NoNames)?;
    let results = vec![
        Aggregation::sum(["SUM = VALUE", "SUM_ABS = MAGNITUDE", "SUM_SQRD = SQUARE"]),
        Aggregation::min(["MIN = VALUE"]),
        Aggregation::max(["MAX = VALUE"]),
        Aggregation::min(["MIN_ABS = MAGNITUDE"]),
        Aggregation::max(["MAX_ABS = MAGNITUDE"]),
        Aggregation::avg(["AVG = VALUE", "AVG_ABS = MAGNITUDE"]),
        Aggregation::std(["STD_DEV = VALUE"]),
    ];
    aggregated(&now, results)
}

/// The number of values that are not null, that of rows, and other results.
fn aggregated(now: &Table, results: Vec<Aggregation>) -> Outcome<Table> {
    let formulas = now.group_formulas(&[], &NoNames);
    let mut all =
        vec![formulas.count_where("COUNT", &["!isNull(VALUE)".to_owned()])?, Aggregation::count("SIZE")];
    all.extend(results);
    Ok(formulas.agg_by(&all, &GroupOptions { preserve_empty: true, initial_groups: None })?)
}

/// The commonest values and how often they are there.
fn common(table: &Table, value: String, limit: i32) -> Outcome<Table> {
    let now = table.view(&[value], &NoNames)?.snapshot()?;
    let size = now.size()?;
    let texts = match is_text(now.schema().field(0).data_type()) {
        true => now,
        false => now.shown(&["VALUE".to_owned()], BYTES_MAX, spelled)?,
    };
    let texts = texts.where_(&["!isNull(VALUE)".to_owned()], &NoNames)?;
    let groups = texts.count_by("ROWS", &["VALUE".to_owned()])?;
    let limit = u64::try_from(limit).unwrap_or(0);
    let top = groups.sort(&[("ROWS".to_owned(), Order::Descending)])?.head(limit)?;
    let batch = top.batch(0..u64::MAX, None)?;
    let different = i32::try_from(groups.size()?).unwrap_or(i32::MAX);
    let columns: [(&str, ArrayRef); 5] = [
        ("COUNT", Arc::new(Int64Array::from(vec![whole(texts.size()?)]))),
        ("SIZE", Arc::new(Int64Array::from(vec![whole(size)]))),
        ("UNIQUE_VALUES", Arc::new(Int32Array::from(vec![different]))),
        ("UNIQUE_KEYS", list(batch.column(0).clone())),
        ("UNIQUE_COUNTS", list(batch.column(1).clone())),
    ];
    let columns = columns.into_iter().map(|(name, values)| (name.to_owned(), values)).collect();
    Ok(table.session().new_table(columns)?)
}

fn whole(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// All values as one list.
fn list(values: ArrayRef) -> ArrayRef {
    let item = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    Arc::new(ListArray::new(item, OffsetBuffer::from_lengths([values.len()]), values, None))
}
