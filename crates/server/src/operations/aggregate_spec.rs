//! What an aggregation of a message is to the façade.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    StringArray, UInt16Array,
};
use kinetable::{Aggregation, GroupFormulas};
use kinetable_wire::grpc::agg_spec::Type;
use kinetable_wire::grpc::agg_spec_non_unique_sentinel::Type as Sentinel;
use kinetable_wire::grpc::{AggSpec, AggSpecSorted, AggSpecUnique};

use super::fault::{Outcome, invalid, unmet, unsupported};

/// The aggregations of columns, given as `"Out = In"`. No columns: for an aggregation of all.
///
/// An approximate percentile is the exact one. `Freeze` is `first`: see [`super::aggregate`].
pub(super) fn of_spec(
    spec: Option<&AggSpec>,
    columns: &[String],
    formulas: &GroupFormulas<'_>,
) -> Outcome<Vec<Aggregation>> {
    let Some(spec) = spec.and_then(|spec| spec.r#type.as_ref()) else {
        return Err(unmet("an aggregation does not say what to compute"));
    };
    Ok(vec![match spec {
        Type::Formula(formula) => {
            return Ok(formulas.formula_of(&formula.formula, &formula.param_token, columns)?);
        }
        Type::AbsSum(_) => Aggregation::abs_sum(columns),
        Type::ApproximatePercentile(of) => Aggregation::percentile(share(of.percentile)?, columns),
        Type::Avg(_) => Aggregation::avg(columns),
        Type::CountDistinct(of) if of.count_nulls => Aggregation::count_distinct_and_null(columns),
        Type::CountDistinct(_) => Aggregation::count_distinct(columns),
        Type::Distinct(of) if of.include_nulls => Aggregation::distinct_and_null(columns),
        Type::Distinct(_) => Aggregation::distinct(columns),
        Type::First(_) | Type::Freeze(_) => Aggregation::first(columns),
        Type::Group(_) => Aggregation::group(columns),
        Type::Last(_) => Aggregation::last(columns),
        Type::Max(_) => Aggregation::max(columns),
        Type::Median(of) => percentile(0.5, of.average_evenly_divided, columns)?,
        Type::Min(_) => Aggregation::min(columns),
        Type::Percentile(of) => percentile(of.percentile, of.average_evenly_divided, columns)?,
        Type::SortedFirst(of) => Aggregation::sorted_first(order(of)?, columns),
        Type::SortedLast(of) => Aggregation::sorted_last(order(of)?, columns),
        Type::Std(_) => Aggregation::std(columns),
        Type::Sum(_) => Aggregation::sum(columns),
        Type::TDigest(_) => {
            return Err(unsupported(
                "t_digest is not offered: percentiles here are exact, so use percentile",
            ));
        }
        Type::Unique(of) => unique(of, columns)?,
        Type::WeightedAvg(of) => Aggregation::weighted_avg(&of.weight_column, columns),
        Type::WeightedSum(of) => Aggregation::weighted_sum(&of.weight_column, columns),
        Type::Var(_) => Aggregation::var(columns),
    }])
}

/// A percentile; of a place in the middle of two values their mean, or the upper one.
pub(super) fn percentile(at: f64, averages: bool, columns: &[String]) -> Outcome<Aggregation> {
    Ok(match averages {
        true => Aggregation::percentile_averaged(share(at)?, columns),
        false => Aggregation::percentile(share(at)?, columns),
    })
}

fn share(percentile: f64) -> Outcome<f64> {
    match percentile {
        0.0..=1.0 => Ok(percentile),
        other => Err(invalid(format!("a percentile is from 0 to 1, but this is {other}"))),
    }
}

/// The column that orders rows.
fn order(sorted: &AggSpecSorted) -> Outcome<&str> {
    match sorted.columns.as_slice() {
        [only] => Ok(&only.column_name),
        [] => Err(invalid("AggSpecSorted must have at least one columns")),
        _ => Err(unsupported(
            "rows of a group are ordered by one column here: make one of several with update_view",
        )),
    }
}

fn unique(unique: &AggSpecUnique, columns: &[String]) -> Outcome<Aggregation> {
    let sentinel = unique.non_unique_sentinel.as_ref().and_then(|sentinel| sentinel.r#type.as_ref());
    let Some(sentinel) = sentinel else {
        return Err(invalid(
            "unique has no non_unique_sentinel: the value for groups with more than one, or null",
        ));
    };
    let value = value(sentinel)?;
    Ok(match unique.include_nulls {
        true => Aggregation::unique_or_null(columns, value),
        false => Aggregation::unique(columns, value),
    })
}

/// One value; `None` is null.
fn value(sentinel: &Sentinel) -> Outcome<Option<ArrayRef>> {
    Ok(Some(match sentinel {
        Sentinel::NullValue(_) => return Ok(None),
        Sentinel::StringValue(value) => Arc::new(StringArray::from(vec![value.as_str()])),
        Sentinel::IntValue(value) => Arc::new(Int32Array::from(vec![*value])),
        Sentinel::LongValue(value) => Arc::new(Int64Array::from(vec![*value])),
        Sentinel::FloatValue(value) => Arc::new(Float32Array::from(vec![*value])),
        Sentinel::DoubleValue(value) => Arc::new(Float64Array::from(vec![*value])),
        Sentinel::BoolValue(value) => Arc::new(BooleanArray::from(vec![*value])),
        Sentinel::ByteValue(value) => Arc::new(Int8Array::from(vec![narrow::<i8>(*value, "byte")?])),
        Sentinel::ShortValue(value) => Arc::new(Int16Array::from(vec![narrow::<i16>(*value, "short")?])),
        Sentinel::CharValue(value) => Arc::new(UInt16Array::from(vec![narrow::<u16>(*value, "char")?])),
    }))
}

fn narrow<N: TryFrom<i32>>(value: i32, what: &str) -> Outcome<N> {
    N::try_from(value).map_err(|_| {
        invalid(format!("{value} is no {what}: it cannot stand for groups with more than one value"))
    })
}
