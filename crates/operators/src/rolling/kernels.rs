//! Which kernel an operation has for a column of a type.

use std::sync::Arc;

use arrow_schema::{DataType, Field, TimeUnit};

use super::decay::{Decaying, Pace};
use super::delta::Delta;
use super::extreme::{Extreme, RollingExtreme};
use super::lists::RollingGroup;
use super::product::RollingProduct;
use super::running::{Accumulate, ForwardFill};
use super::spec::{Cumulative, Kind, Rolling, Scale, UpdateByOperation};
use super::sums::{RollingSum, Summing};
use super::task::Kernel;

/// The kernel of an operation on a column of a type, with the types it gives; none if it does not take the type.
pub(super) fn kernel(
    operation: &UpdateByOperation,
    input: &DataType,
    place: String,
) -> Option<(Box<dyn Kernel>, Vec<DataType>)> {
    let same = || vec![input.clone()];
    Some(match &operation.kind {
        Kind::Cumulative(what) => {
            let types = match what {
                Cumulative::Sum => vec![sum_type(input)?],
                Cumulative::Product => {
                    is_plain_number(input).then(|| sum_type(input)).flatten().map(|t| vec![t])?
                }
                Cumulative::Least | Cumulative::Greatest => is_ordered(input).then(same)?,
            };
            (Box::new(Accumulate { what: *what, input: input.clone() }), types)
        }
        Kind::ForwardFill => (Box::new(ForwardFill), same()),
        Kind::Delta(control) => {
            let types = match input {
                instant if is_instant(instant) => vec![DataType::Int64],
                number => is_number(number).then(same)?,
            };
            (Box::new(Delta { control: *control, input: input.clone() }), types)
        }
        Kind::Decay(what, scale, control) => {
            let scale = match scale {
                Scale::Ticks(ticks) => Pace::Rows((-1.0 / ticks).exp()),
                Scale::Time { ns, .. } => Pace::Time(*ns as f64),
            };
            let kernel = Decaying { what: *what, scale, control: *control, place };
            let mut types = is_plain_number(input).then(|| vec![DataType::Float64])?;
            types.extend(kernel.kept());
            (Box::new(kernel), types)
        }
        Kind::Rolling(rolling, _) => rolling_kernel(rolling, input)?,
        Kind::CountWhere(_) => return None,
    })
}

fn rolling_kernel(rolling: &Rolling, input: &DataType) -> Option<(Box<dyn Kernel>, Vec<DataType>)> {
    let summing = |what: Summing, result: Option<DataType>| -> Option<(Box<dyn Kernel>, Vec<DataType>)> {
        Some((Box::new(RollingSum { what, input: input.clone() }), vec![result?]))
    };
    let double = |takes: bool| takes.then_some(DataType::Float64);
    match rolling {
        Rolling::Sum => summing(Summing::Sum, sum_type(input)),
        Rolling::Average => summing(Summing::Average, double(is_number(input))),
        Rolling::Deviation => summing(Summing::Deviation, double(is_number(input))),
        Rolling::WeightedAverage(_) => summing(Summing::WeightedAverage, double(is_number(input))),
        Rolling::Count => summing(Summing::Count, Some(DataType::Int64)),
        Rolling::Least | Rolling::Greatest => {
            let which = if matches!(rolling, Rolling::Least) { Extreme::Least } else { Extreme::Greatest };
            let kernel = RollingExtreme { which, input: input.clone() };
            is_ordered(input).then(|| (Box::new(kernel) as Box<dyn Kernel>, vec![input.clone()]))
        }
        Rolling::Product => Some((Box::new(RollingProduct), vec![double(is_plain_number(input))?])),
        Rolling::Group => {
            let item = Field::new_list_field(input.clone(), true);
            Some((Box::new(RollingGroup), vec![DataType::List(Arc::new(item))]))
        }
        Rolling::Formula(_) | Rolling::CountWhere(_) => None,
    }
}

/// The type of sums of a type.
fn sum_type(input: &DataType) -> Option<DataType> {
    match input {
        float if float.is_floating() && *float != DataType::Float16 => Some(DataType::Float64),
        DataType::Boolean | DataType::UInt16 => Some(DataType::Int64),
        other => is_integer(other).then_some(DataType::Int64),
    }
}

/// What an operation can be applied to, for hints.
pub(super) fn takes(operation: &UpdateByOperation) -> &'static str {
    match &operation.kind {
        Kind::Cumulative(Cumulative::Sum) | Kind::Rolling(Rolling::Sum, _) => {
            "it takes numbers, char and Boolean; cast others, e.g. (double)X"
        }
        Kind::Cumulative(Cumulative::Least | Cumulative::Greatest)
        | Kind::Rolling(Rolling::Least | Rolling::Greatest, _) => {
            "it takes numbers, decimals, char, text, binary and times"
        }
        Kind::Delta(_) => "it takes numbers, char and instants",
        Kind::Cumulative(Cumulative::Product) | Kind::Decay(..) | Kind::Rolling(Rolling::Product, _) => {
            "it takes numbers; cast others, e.g. (double)X"
        }
        _ => "it takes numbers and char; cast others, e.g. (double)X",
    }
}

fn is_integer(data_type: &DataType) -> bool {
    use DataType::{Int8, Int16, Int32, Int64, UInt8, UInt32};
    matches!(data_type, Int8 | Int16 | Int32 | Int64 | UInt8 | UInt32)
}

/// Integers and floats.
fn is_plain_number(data_type: &DataType) -> bool {
    is_integer(data_type) || data_type.is_floating()
}

/// Integers, floats and char.
pub(super) fn is_number(data_type: &DataType) -> bool {
    is_plain_number(data_type) || *data_type == DataType::UInt16
}

fn is_instant(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(TimeUnit::Nanosecond, _))
}

fn is_ordered(data_type: &DataType) -> bool {
    use DataType::{BinaryView, Date32, Decimal128, Duration, Time64, Utf8View};
    let nanoseconds = TimeUnit::Nanosecond;
    is_number(data_type)
        || is_instant(data_type)
        || matches!(data_type, Utf8View | BinaryView | Date32 | Decimal128(..))
        || *data_type == Time64(nanoseconds)
        || *data_type == Duration(nanoseconds)
}
