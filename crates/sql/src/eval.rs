//! Expressions evaluated over a chunk, with the three truths of SQL: true, false and unknown, which is null.

use arrow_arith::boolean::{and_kleene, not, or_kleene};
use arrow_array::{Array, ArrayRef, BooleanArray, new_null_array};
use arrow_schema::ArrowError;
use arrow_select::filter::filter;

use crate::expr::{ColumnId, Expr, Kind};
use crate::functions::cast;
use crate::value::{Value, definite};

/// The columns of a chunk.
pub(crate) struct Frame<'a> {
    /// Which columns they are.
    pub(crate) ids: &'a [ColumnId],
    pub(crate) columns: Vec<ArrayRef>,
    pub(crate) rows: usize,
}

/// The values of an expression.
pub(crate) fn eval(expr: &Expr, frame: &Frame<'_>) -> Result<Value, ArrowError> {
    match &expr.kind {
        Kind::Column(id) => {
            let place = frame.ids.iter().position(|other| other == id);
            let place =
                place.ok_or_else(|| ArrowError::ComputeError(format!("{} is not read", id.name())))?;
            Ok(Value::Many(frame.columns[place].clone()))
        }
        Kind::Literal(constant) => Ok(Value::One(constant.0.clone())),
        Kind::Cast(inner, failing) => {
            let value = eval(inner, frame)?;
            let array = cast::cast(value.array(), &expr.data_type, *failing)?;
            Ok(match value {
                Value::One(_) => Value::One(array),
                Value::Many(_) => Value::Many(array),
            })
        }
        Kind::Call(function, arguments) => {
            let values =
                arguments.iter().map(|argument| eval(argument, frame)).collect::<Result<Vec<_>, _>>()?;
            if values.iter().all(|value| matches!(value, Value::One(_))) {
                return Ok(Value::One((function.eval)(&values, 1)?));
            }
            Ok(Value::Many((function.eval)(&values, frame.rows)?))
        }
        Kind::All(parts) => fold(parts, frame, true, and_kleene),
        Kind::Any(parts) => fold(parts, frame, false, or_kleene),
        Kind::Case(branches, otherwise) => case(expr, branches, otherwise, frame),
    }
}

fn fold(
    parts: &[Expr],
    frame: &Frame<'_>,
    start: bool,
    with: fn(&BooleanArray, &BooleanArray) -> Result<BooleanArray, ArrowError>,
) -> Result<Value, ArrowError> {
    let mut truths: Option<BooleanArray> = None;
    for part in parts {
        let part = eval(part, frame)?.truths(frame.rows)?;
        truths = Some(match truths {
            None => part,
            Some(before) => with(&before, &part)?,
        });
    }
    let truths = truths.unwrap_or_else(|| BooleanArray::from(vec![start; frame.rows]));
    Ok(Value::Many(std::sync::Arc::new(truths)))
}

/// Each branch is computed for its own rows alone, so that what is guarded against does not happen.
fn case(
    expr: &Expr,
    branches: &[(Expr, Expr)],
    otherwise: &Expr,
    frame: &Frame<'_>,
) -> Result<Value, ArrowError> {
    // For each row, which part has its value and where there.
    let mut places = vec![(0_usize, 0_usize); frame.rows];
    let mut parts: Vec<ArrayRef> = Vec::new();
    let mut open = BooleanArray::from(vec![true; frame.rows]);
    for (condition, result) in
        branches.iter().map(|(condition, result)| (Some(condition), result)).chain([(None, otherwise)])
    {
        let left = open.true_count();
        if left == 0 {
            break;
        }
        let chosen = match condition {
            None => open.clone(),
            Some(condition) => {
                let inner = narrowed(frame, &open)?;
                let truths = definite(&eval(condition, &inner)?.truths(inner.rows)?);
                spread(&open, &truths)
            }
        };
        if chosen.true_count() == 0 {
            continue;
        }
        let inner = narrowed(frame, &chosen)?;
        let values = eval(result, &inner)?.expand(inner.rows)?;
        for (place, row) in chosen.values().set_indices().enumerate() {
            places[row] = (parts.len(), place);
        }
        parts.push(values);
        open = arrow_arith::boolean::and(&open, &not(&chosen)?)?;
    }
    if parts.is_empty() {
        return Ok(Value::Many(new_null_array(&expr.data_type, frame.rows)));
    }
    let parts: Vec<&dyn Array> = parts.iter().map(|part| &**part).collect();
    Ok(Value::Many(arrow_select::interleave::interleave(&parts, &places)?))
}

/// The rows of a frame that are chosen.
fn narrowed<'a>(frame: &Frame<'a>, chosen: &BooleanArray) -> Result<Frame<'a>, ArrowError> {
    let rows = chosen.true_count();
    let columns = if rows == frame.rows {
        frame.columns.clone()
    } else {
        frame.columns.iter().map(|column| filter(column, chosen)).collect::<Result<_, _>>()?
    };
    Ok(Frame { ids: frame.ids, columns, rows })
}

/// Truths of the rows that are set in `open`, as truths of all rows.
fn spread(open: &BooleanArray, truths: &BooleanArray) -> BooleanArray {
    let mut all = vec![false; open.len()];
    for (place, row) in open.values().set_indices().enumerate() {
        all[row] = truths.value(place);
    }
    BooleanArray::from(all)
}
