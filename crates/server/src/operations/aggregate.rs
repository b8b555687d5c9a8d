//! Aggregations: one row for each combination of keys.
//!
//! **Row keys**: the row key of a group's first or last row is read from a column of row keys beside the others, which a table has if
//! its rows are only added, or if it is a blink table or static.
//!
//! **Freeze** keeps the first value of a group of one row; here of static tables, in which it is that row's value.

use kinetable::{Aggregation, GroupFormulas, GroupOptions, GroupResult, NoNames, Table};
use kinetable_wire::grpc::aggregation::Type;
use kinetable_wire::grpc::selectable::Type as Selectable;
use kinetable_wire::grpc::{
    AggSpec, AggType, Aggregate, AggregateAllRequest, AggregateRequest, ComboAggregateRequest, agg_spec,
};

use super::Context;
use super::aggregate_spec::{of_spec, percentile};
use super::fault::{Outcome, invalid, not_empty, unmet, unsupported, variant};

/// The column of row keys, where some are asked for.
const ROW_KEY: &str = "__ROW_KEY__";

/// Several aggregations at once.
pub(super) fn by(
    request: &AggregateRequest,
    table: &Table,
    initial_groups: Option<&Table>,
    context: &Context,
) -> Outcome<Table> {
    let aggregations = not_empty(&request.aggregations, "AggregateRequest", "aggregations")?;
    let kinds = aggregations.iter().map(|aggregation| {
        let kind = aggregation.r#type.as_ref();
        kind.ok_or_else(|| unmet("an aggregation is of no known kind"))
    });
    let kinds = kinds.collect::<Outcome<Vec<&Type>>>()?;
    let by = &request.group_by_columns;
    let specs = kinds.iter().filter_map(|kind| match kind {
        Type::Columns(columns) => columns.spec.as_ref(),
        _ => None,
    });
    specs.into_iter().try_for_each(|spec| check_freeze(spec, table, by))?;
    let reads_keys = kinds.iter().any(|kind| matches!(kind, Type::FirstRowKey(_) | Type::LastRowKey(_)));
    let table = match reads_keys {
        true => &table.update_view(&[format!("{ROW_KEY} = k")], &NoNames)?,
        false => table,
    };
    let formulas = table.group_formulas(by, context.names());
    let mut results = Vec::with_capacity(kinds.len());
    for kind in kinds {
        results.extend(results_of(kind, &formulas)?);
    }
    let initial_groups = initial_groups.map(Table::engine).transpose()?;
    let options = GroupOptions { preserve_empty: request.preserve_empty, initial_groups };
    Ok(formulas.agg_by_with_rows(&results, &options)?)
}

fn results_of(kind: &Type, formulas: &GroupFormulas<'_>) -> Outcome<Vec<GroupResult>> {
    let one = |aggregation| vec![GroupResult::Values(aggregation)];
    Ok(match kind {
        Type::Columns(columns) => {
            let pairs = not_empty(&columns.match_pairs, "AggregationColumns", "match_pairs")?;
            let made = of_spec(columns.spec.as_ref(), pairs, formulas)?;
            made.into_iter().map(GroupResult::Values).collect()
        }
        Type::Count(count) => one(Aggregation::count(&count.column_name)),
        Type::CountWhere(count) => {
            let filters = not_empty(&count.filters, "AggregationCountWhere", "filters")?;
            one(formulas.count_where(&count.column_name, filters)?)
        }
        Type::FirstRowKey(key) => one(Aggregation::first([format!("{} = {ROW_KEY}", key.column_name)])),
        Type::LastRowKey(key) => one(Aggregation::last([format!("{} = {ROW_KEY}", key.column_name)])),
        Type::Partition(partition) => vec![GroupResult::Rows {
            column: partition.column_name.clone(),
            drop_keys: !partition.include_group_by_columns,
        }],
        Type::Formula(formula) => {
            let text = formula.selectable.as_ref().and_then(|selectable| selectable.r#type.as_ref());
            let Some(Selectable::Raw(text)) = text else {
                return Err(unmet("a formula aggregation has no selectable: write \"Out = expression\""));
            };
            one(formulas.formula(text)?)
        }
    })
}

/// One aggregation of every column that is no key.
pub(super) fn all(request: &AggregateAllRequest, table: &Table, context: &Context) -> Outcome<Table> {
    let by = &request.group_by_columns;
    if let Some(spec) = &request.spec {
        check_freeze(spec, table, by)?;
    }
    let formulas = table.group_formulas(by, context.names());
    if let Some(AggSpec { r#type: Some(agg_spec::Type::Formula(_)) }) = &request.spec {
        let aggregations = of_spec(request.spec.as_ref(), &others(table, by, &[]), &formulas)?;
        return Ok(formulas.agg_by(&aggregations, &GroupOptions::default())?);
    }
    let [aggregation] = <[Aggregation; 1]>::try_from(of_spec(request.spec.as_ref(), &[], &formulas)?)
        .map_err(|_| invalid("AggregateAll takes one aggregation"))?;
    Ok(table.agg_all_by(aggregation, by)?)
}

/// The older form of [`by`]. An aggregation without columns is of all that are no keys.
pub(super) fn combo(request: &ComboAggregateRequest, table: &Table, context: &Context) -> Outcome<Table> {
    let aggregates = not_empty(&request.aggregates, "ComboAggregateRequest", "aggregates")?;
    let by = &request.group_by_columns;
    let aggregations = aggregates.iter().map(|aggregate| of_combo(aggregate, table, by));
    let aggregations = aggregations.collect::<Outcome<Vec<_>>>()?;
    let formulas = table.group_formulas(by, context.names());
    Ok(formulas.agg_by(&aggregations, &GroupOptions::default())?)
}

fn of_combo(aggregate: &Aggregate, table: &Table, by: &[String]) -> Outcome<Aggregation> {
    let kind = variant(aggregate.r#type, "kind of aggregation")?;
    let columns = match (aggregate.match_pairs.as_slice(), kind) {
        ([], AggType::WeightedAvg) => others(table, by, std::slice::from_ref(&aggregate.column_name)),
        ([], _) => others(table, by, &[]),
        (pairs, _) => pairs.to_vec(),
    };
    Ok(match kind {
        AggType::Sum => Aggregation::sum(columns),
        AggType::AbsSum => Aggregation::abs_sum(columns),
        AggType::Group => Aggregation::group(columns),
        AggType::Avg => Aggregation::avg(columns),
        AggType::Count => Aggregation::count(&aggregate.column_name),
        AggType::First => Aggregation::first(columns),
        AggType::Last => Aggregation::last(columns),
        AggType::Min => Aggregation::min(columns),
        AggType::Max => Aggregation::max(columns),
        AggType::Median => percentile(0.5, aggregate.avg_median, &columns)?,
        AggType::Percentile => percentile(aggregate.percentile, aggregate.avg_median, &columns)?,
        AggType::Std => Aggregation::std(columns),
        AggType::Var => Aggregation::var(columns),
        AggType::WeightedAvg => Aggregation::weighted_avg(&aggregate.column_name, columns),
    })
}

/// The columns that are neither keys nor some others.
fn others(table: &Table, by: &[String], but: &[String]) -> Vec<String> {
    let names = table.schema().fields().iter().map(|field| field.name());
    names.filter(|name| !by.contains(name) && !but.contains(name)).cloned().collect()
}

/// Refuses to freeze what may change or is not alone.
fn check_freeze(spec: &AggSpec, table: &Table, by: &[String]) -> Outcome<()> {
    let Some(agg_spec::Type::Freeze(_)) = &spec.r#type else { return Ok(()) };
    if table.is_live() {
        return Err(unsupported("freeze is offered for static tables: snapshot() the table first"));
    }
    const ROWS: &str = "__ROWS__";
    let groups = table.count_by(ROWS, by)?.where_(&[format!("{ROWS} > 1")], &NoNames)?;
    match groups.size()? {
        0 => Ok(()),
        several => Err(invalid(format!(
            "freeze takes groups of one row, but {several} have more: use first or last"
        ))),
    }
}
