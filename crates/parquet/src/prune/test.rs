//! A condition made ready for the type of its column.

use std::cmp::Ordering;

use arrow_array::ArrayRef;
use arrow_schema::DataType;

use super::{Bounds, Comparison, Nulls, Prune, Value, order};

/// Integers up to this are doubles without loss.
const EXACT_MAX: i128 = 1 << 53;

/// A condition over values of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// Whether the column's integers are compared as doubles.
    as_float: bool,
    is_float: bool,
    condition: Condition,
}

#[derive(Debug, Clone)]
enum Condition {
    Compare(Comparison, Value),
    In(Vec<Value>),
    IsNull { negated: bool },
}

impl Test {
    /// The test of a condition on a column of a type; `None` if the two cannot be compared for certain as a formula
    /// would compare them.
    pub(crate) fn new(prune: &Prune, column: &DataType) -> Option<Test> {
        let (condition, values) = match prune {
            Prune::IsNull { negated, .. } => (Condition::IsNull { negated: *negated }, None),
            Prune::Compare { comparison, value, .. } => {
                let known = (value.len() == 1).then(|| Value::at(value, 0)).flatten()?;
                (Condition::Compare(*comparison, known), Some(value))
            }
            Prune::In { values, .. } => {
                let known = (0..values.len()).map(|place| Value::at(values, place));
                (Condition::In(known.collect::<Option<_>>()?), Some(values))
            }
        };
        let as_float = match values {
            Some(values) => compared_as_float(column, values)?,
            None => false,
        };
        let is_float = as_float || column.is_floating();
        let condition = if is_float { condition.into_float() } else { condition };
        Some(Test { as_float, is_float, condition })
    }

    /// Whether a value of the column matches.
    pub(crate) fn matches(&self, value: Value) -> bool {
        let value = if self.as_float { value.into_float() } else { value };
        match &self.condition {
            Condition::IsNull { negated } => value.is_null() != *negated,
            Condition::Compare(comparison, other) => comparison.holds(order(&value, other)),
            Condition::In(others) => others.iter().any(|other| is_same(&value, other)),
        }
    }

    /// The values that a row must have one of, if the condition is of that kind and none of them is null.
    pub(crate) fn sought(&self) -> Option<&[Value]> {
        let values = match &self.condition {
            Condition::Compare(Comparison::Equal, value) => std::slice::from_ref(value),
            Condition::In(values) => values,
            _ => return None,
        };
        values.iter().all(|value| !value.is_null() && !value.is_nan()).then_some(values)
    }

    /// Whether there may be a value within bounds that matches.
    pub(crate) fn may_match(&self, bounds: &Bounds) -> bool {
        let null = bounds.nulls != Nulls::None && self.matches(Value::Null);
        null || (bounds.nulls != Nulls::All && self.may_match_some(bounds))
    }

    /// The same, of values that are not null.
    fn may_match_some(&self, bounds: &Bounds) -> bool {
        let condition = match &self.condition {
            Condition::IsNull { negated } => return *negated,
            other => other,
        };
        let bound = |value: &Option<Value>| {
            let value = value.clone().filter(|value| !value.is_nan() && !value.is_null())?;
            Some(if self.as_float { value.into_float() } else { value })
        };
        let (Some(min), Some(max)) = (bound(&bounds.min), bound(&bounds.max)) else {
            return true;
        };
        let within = |value: &Value| {
            let below = order(&min, value).is_some_and(Ordering::is_le);
            below && order(value, &max).is_some_and(Ordering::is_le)
        };
        match condition {
            Condition::IsNull { .. } => unreachable!("answered above"),
            Condition::In(values) => values.iter().any(|value| value.is_nan() || within(value)),
            Condition::Compare(comparison, value) => match comparison {
                Comparison::Equal => within(value),
                Comparison::NotEqual => {
                    let only = min == max && order(&min, value) == Some(Ordering::Equal);
                    self.is_float || !only
                }
                Comparison::Less | Comparison::LessOrEqual => comparison.holds(order(&min, value)),
                Comparison::Greater | Comparison::GreaterOrEqual => comparison.holds(order(&max, value)),
            },
        }
    }
}

impl Comparison {
    /// Whether it holds for two values in this order; `None`: one of them is NaN.
    fn holds(self, order: Option<Ordering>) -> bool {
        let Some(order) = order else {
            return self == Comparison::NotEqual;
        };
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Condition {
    fn into_float(self) -> Condition {
        match self {
            Condition::Compare(comparison, value) => Condition::Compare(comparison, value.into_float()),
            Condition::In(values) => Condition::In(values.into_iter().map(Value::into_float).collect()),
            other => other,
        }
    }
}

/// Whether `in` takes two values for the same.
fn is_same(left: &Value, right: &Value) -> bool {
    (left.is_nan() && right.is_nan()) || order(left, right) == Some(Ordering::Equal)
}

/// Whether the column's values become doubles when compared with these; `None` if they cannot be compared.
fn compared_as_float(column: &DataType, values: &ArrayRef) -> Option<bool> {
    let other = values.data_type();
    let is_small = |kind: &DataType| kind.is_integer() && kind.primitive_width() < Some(8);
    let is_exact = |place| match Value::at(values, place) {
        Some(Value::Int(number)) => number.abs() <= EXACT_MAX,
        _ => true,
    };
    match (column, other) {
        _ if !has_order(column) => None,
        (_, DataType::Null) => Some(false),
        _ if column.is_integer() && other.is_integer() => Some(false),
        _ if is_small(column) && other.is_floating() => Some(true),
        _ if column.is_floating() && other.is_floating() => Some(false),
        _ if column.is_floating() && other.is_integer() => (0..values.len()).all(is_exact).then_some(false),
        _ if column.is_string() && other.is_string() => Some(false),
        (DataType::Decimal128(_, left), DataType::Decimal128(_, right)) => (left == right).then_some(false),
        _ => (column == other).then_some(false),
    }
}

/// Whether values of a type can be taken out and compared.
fn has_order(column: &DataType) -> bool {
    Value::at(&arrow_array::new_null_array(column, 1), 0).is_some() && !column.is_nested()
}
