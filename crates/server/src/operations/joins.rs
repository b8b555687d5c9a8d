//! Joins: columns of other tables beside the rows of one.

use kinetable::{NaturalJoinType, Table};
use kinetable_wire::grpc::aggregation::Type as Kind;
use kinetable_wire::grpc::{
    AggSpec, Aggregation, AjRajTablesRequest, AsOfJoinTablesRequest, CrossJoinTablesRequest,
    ExactJoinTablesRequest, JoinType, MatchRule, MultiJoinTablesRequest, NaturalJoinTablesRequest,
    RangeEndRule, RangeJoinTablesRequest, RangeStartRule, WhereInRequest, agg_spec,
};

use super::fault::{Outcome, invalid, not_empty, variant};

/// Pairs of rows with the same keys. How many bits of a row key are kept for right rows is not asked for here.
pub(super) fn cross(request: &CrossJoinTablesRequest, left: &Table, right: &Table) -> Outcome<Table> {
    Ok(left.join(right, &request.columns_to_match, &request.columns_to_add)?)
}

/// All rows with columns of the row that matches.
pub(super) fn natural(request: &NaturalJoinTablesRequest, left: &Table, right: &Table) -> Outcome<Table> {
    let policy = match variant(request.join_type, "kind of natural join")? {
        JoinType::JoinTypeNotSpecified | JoinType::ErrorOnDuplicate => NaturalJoinType::ErrorOnDuplicate,
        JoinType::FirstMatch => NaturalJoinType::FirstMatch,
        JoinType::LastMatch => NaturalJoinType::LastMatch,
        JoinType::ExactlyOneMatch => NaturalJoinType::ExactlyOne,
    };
    Ok(left.natural_join(right, &request.columns_to_match, &request.columns_to_add, policy)?)
}

/// All rows with columns of the one row that matches.
pub(super) fn exact(request: &ExactJoinTablesRequest, left: &Table, right: &Table) -> Outcome<Table> {
    Ok(left.exact_join(right, &request.columns_to_match, &request.columns_to_add)?)
}

/// The operation of `aj` or of `raj`.
type Nearest = fn(&Table, &Table, &[String], &[String]) -> kinetable::Result<Table>;

/// All rows with columns of the nearest row before or after.
pub(super) fn nearest(
    request: &AjRajTablesRequest,
    left: &Table,
    right: &Table,
    join: Nearest,
) -> Outcome<Table> {
    if request.as_of_column.trim().is_empty() {
        return Err(invalid("an as-of join has no as_of_column, e.g. \"Time >= RightTime\""));
    }
    let mut on = request.exact_match_columns.clone();
    on.push(request.as_of_column.clone());
    Ok(join(left, right, &on, &request.columns_to_add)?)
}

/// The older form of [`nearest`]. Its rules are named from the right table's side.
pub(super) fn as_of(request: &AsOfJoinTablesRequest, left: &Table, right: &Table) -> Outcome<Table> {
    let (join, sign): (Nearest, &str) = match variant(request.as_of_match_rule, "rule of an as-of join")? {
        MatchRule::LessThanEqual => (Table::aj, ">="),
        MatchRule::LessThan => (Table::aj, ">"),
        MatchRule::GreaterThanEqual => (Table::raj, "<="),
        MatchRule::GreaterThan => (Table::raj, "<"),
    };
    let on = not_empty(&request.columns_to_match, "AsOfJoinTablesRequest", "columns_to_match")?;
    let mut on = on.to_vec();
    let last = on.pop().unwrap_or_default();
    let (own, other) = last.split_once("==").or_else(|| last.split_once('=')).unwrap_or((&last, &last));
    on.push(format!("{own} {sign} {other}"));
    Ok(join(left, right, &on, &request.columns_to_add)?)
}

/// One row for each key of any of the inputs.
pub(super) fn multi(request: &MultiJoinTablesRequest, tables: &[Table]) -> Outcome<Table> {
    let inputs = not_empty(&request.multi_join_inputs, "MultiJoinTablesRequest", "multi_join_inputs")?;
    let inputs = inputs.iter().zip(tables);
    let inputs: Vec<_> = inputs
        .map(|(input, table)| (table.clone(), input.columns_to_match.clone(), input.columns_to_add.clone()))
        .collect();
    Ok(Table::multi_join(&inputs)?)
}

/// All rows with arrays of the rows in a range.
pub(super) fn range(request: &RangeJoinTablesRequest, left: &Table, right: &Table) -> Outcome<Table> {
    let range = match request.range_match.as_str() {
        "" => range_match(request)?,
        text => text.to_owned(),
    };
    let mut on = request.exact_match_columns.clone();
    on.push(range);
    let mut groups = Vec::new();
    for aggregation in not_empty(&request.aggregations, "RangeJoinTablesRequest", "aggregations")? {
        groups.extend(group_of(aggregation)?.iter().cloned());
    }
    Ok(left.range_join(right, &on, &groups)?)
}

/// The range as a text, of columns and rules.
fn range_match(request: &RangeJoinTablesRequest) -> Outcome<String> {
    let start = match variant(request.range_start_rule, "rule of the start of a range")? {
        RangeStartRule::LessThan => ("", "<"),
        RangeStartRule::LessThanOrEqual => ("", "<="),
        RangeStartRule::LessThanOrEqualAllowPreceding => ("<- ", "<="),
        RangeStartRule::StartUnspecified => return Err(invalid("a range join has no range_start_rule")),
    };
    let end = match variant(request.range_end_rule, "rule of the end of a range")? {
        RangeEndRule::GreaterThan => ("<", ""),
        RangeEndRule::GreaterThanOrEqual => ("<=", ""),
        RangeEndRule::GreaterThanOrEqualAllowFollowing => ("<=", " ->"),
        RangeEndRule::EndUnspecified => return Err(invalid("a range join has no range_end_rule")),
    };
    let (first, value, last) =
        (&request.left_start_column, &request.right_range_column, &request.left_end_column);
    Ok(format!("{}{first} {} {value} {} {last}{}", start.0, start.1, end.0, end.1))
}

fn group_of(aggregation: &Aggregation) -> Outcome<&[String]> {
    match &aggregation.r#type {
        Some(Kind::Columns(columns)) => match &columns.spec {
            Some(AggSpec { r#type: Some(agg_spec::Type::Group(_)) }) => {
                not_empty(&columns.match_pairs, "AggregationColumns", "match_pairs")
            }
            _ => Err(invalid("a range join makes arrays only: its aggregations are groups of columns")),
        },
        _ => Err(invalid("a range join makes arrays only: its aggregations are groups of columns")),
    }
}

/// The rows whose key is in another table, or is not.
pub(super) fn where_in(request: &WhereInRequest, table: &Table, set: &Table) -> Outcome<Table> {
    let on = not_empty(&request.columns_to_match, "WhereInRequest", "columns_to_match")?;
    Ok(match request.inverted {
        true => table.where_not_in(set, on)?,
        false => table.where_in(set, on)?,
    })
}
