//! What an expression is on one row, computed the plainest way: a value at a time, by the rules of `docs/formula.md`.

use super::expression::{Expr, Kind, Ty, arithmetic};

/// A value; null has none.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Whole(i64),
    Float(f32),
    Double(f64),
    Bool(bool),
    Text(String),
}

/// The row fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

/// A row: the value of a column by name.
pub type Row<'a> = &'a dyn Fn(&str) -> Value;

/// The expression's value on the row.
pub fn evaluate(expr: &Expr, row: Row<'_>) -> Result<Value, Failed> {
    let value = |part: &Expr| evaluate(part, row);
    let both = |sides: &[Expr; 2]| Ok((value(&sides[0])?, value(&sides[1])?));
    Ok(match &expr.kind {
        Kind::Column(name) => row(name),
        Kind::Literal(text) => literal(text),
        Kind::Binary(op, sides) if expr.ty == Ty::Bool => match both(sides)? {
            (Value::Bool(a), Value::Bool(b)) => Value::Bool(match *op {
                "&" => a & b,
                "|" => a | b,
                _ => a ^ b,
            }),
            _ => Value::Null,
        },
        Kind::Binary(op, sides) => {
            let (a, b) = both(sides)?;
            let ty = arithmetic(op, sides[0].ty, sides[1].ty);
            // Ints are computed with as longs, which they never overflow, and wrapped afterwards.
            cast(computed(op, cast(a, ty), cast(b, ty))?, ty)
        }
        Kind::Negate(x) => match value(x)? {
            Value::Whole(n) if expr.ty == Ty::Int => Value::Whole(i64::from((n as i32).wrapping_neg())),
            Value::Whole(n) => Value::Whole(n.wrapping_neg()),
            Value::Float(x) => Value::Float(-x),
            Value::Double(x) => Value::Double(-x),
            other => other,
        },
        Kind::Abs(x) => match value(x)? {
            Value::Whole(n) => cast(Value::Whole(n.wrapping_abs()), expr.ty),
            Value::Float(x) => Value::Float(x.abs()),
            Value::Double(x) => Value::Double(x.abs()),
            other => other,
        },
        Kind::Not(x) => match value(x)? {
            Value::Bool(b) => Value::Bool(!b),
            other => other,
        },
        Kind::Compare(op, sides) => {
            let (a, b) = both(sides)?;
            Value::Bool(compared(op, &a, &b))
        }
        Kind::Logic(op, sides) => {
            let decides = *op == "||";
            let first = truth(value(&sides[0])?)?;
            Value::Bool(if first == decides { decides } else { truth(value(&sides[1])?)? })
        }
        Kind::Choose(parts) => value(&parts[if truth(value(&parts[0])?)? { 1 } else { 2 }])?,
        Kind::Cast(x) => cast(value(x)?, expr.ty),
        Kind::IsNull(x) => Value::Bool(value(x)? == Value::Null),
        Kind::Replace(sides) => match both(sides)? {
            (Value::Null, other) => other,
            (x, _) => x,
        },
        Kind::In(parts) => {
            let x = value(&parts[0])?;
            Value::Bool(same(&x, &value(&parts[1])?) || same(&x, &value(&parts[2])?))
        }
        Kind::Join(sides) => {
            let (a, b) = both(sides)?;
            Value::Text(spelled(&a) + &spelled(&b))
        }
        Kind::Length(x) => match value(x)? {
            Value::Text(text) => Value::Whole(text.encode_utf16().count() as i64),
            other => other,
        },
        Kind::Tail(x) => match value(x)? {
            Value::Text(text) if text.is_empty() => return Err(Failed),
            Value::Text(text) => Value::Text(text.chars().skip(1).collect()),
            other => other,
        },
        Kind::StartsWith(sides) => match both(sides)? {
            (Value::Text(a), Value::Text(b)) => Value::Bool(a.starts_with(&b)),
            _ => Value::Null,
        },
    })
}

fn truth(value: Value) -> Result<bool, Failed> {
    match value {
        Value::Bool(b) => Ok(b),
        _ => Err(Failed),
    }
}

fn literal(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "NaN" => Value::Double(f64::NAN),
        "Infinity" => Value::Double(f64::INFINITY),
        "NAN_FLOAT" => Value::Float(f32::NAN),
        text if text.ends_with("null") => Value::Null,
        text if text.starts_with('`') => Value::Text(text.trim_matches('`').to_owned()),
        text if text.ends_with('f') => Value::Float(text.trim_end_matches('f').parse().unwrap()),
        text => {
            let digits =
                text.trim_start_matches("(byte)").trim_start_matches("(short)").trim_end_matches('L');
            digits.parse().map_or_else(|_| Value::Double(digits.parse().unwrap()), Value::Whole)
        }
    }
}

fn cast(value: Value, to: Ty) -> Value {
    let narrow = |n: i64| match to {
        Ty::Byte => i64::from(n as i8),
        Ty::Short => i64::from(n as i16),
        Ty::Int => i64::from(n as i32),
        _ => n,
    };
    match (value, to) {
        (Value::Whole(n), Ty::Float) => Value::Float(n as f32),
        (Value::Whole(n), Ty::Double) => Value::Double(n as f64),
        (Value::Whole(n), _) => Value::Whole(narrow(n)),
        (Value::Float(x), Ty::Float) => Value::Float(x),
        (Value::Float(x), Ty::Double) => Value::Double(f64::from(x)),
        (Value::Float(x), Ty::Long) => Value::Whole(x as i64),
        (Value::Float(x), _) => Value::Whole(narrow(i64::from(x as i32))),
        (Value::Double(x), Ty::Double) => Value::Double(x),
        (Value::Double(x), Ty::Float) => Value::Float(x as f32),
        (Value::Double(x), Ty::Long) => Value::Whole(x as i64),
        (Value::Double(x), _) => Value::Whole(narrow(i64::from(x as i32))),
        (other, _) => other,
    }
}

fn computed(op: &str, a: Value, b: Value) -> Result<Value, Failed> {
    Ok(match (a, b) {
        (Value::Whole(a), Value::Whole(b)) => Value::Whole(match op {
            "+" => a.wrapping_add(b),
            "-" => a.wrapping_sub(b),
            "*" => a.wrapping_mul(b),
            _ if b == 0 => return Err(Failed),
            _ => a.wrapping_rem(b),
        }),
        (Value::Float(a), Value::Float(b)) => Value::Float(match op {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            _ => a % b,
        }),
        (Value::Double(a), Value::Double(b)) => Value::Double(match op {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            _ => a % b,
        }),
        _ => Value::Null,
    })
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Whole(n) => Some(*n as f64),
        Value::Float(x) => Some(f64::from(*x)),
        Value::Double(x) => Some(*x),
        _ => None,
    }
}

fn compared(op: &str, a: &Value, b: &Value) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = match (a, b) {
        (Value::Null, Value::Null) => Some(Equal),
        (Value::Null, _) => Some(Less),
        (_, Value::Null) => Some(Greater),
        (Value::Whole(a), Value::Whole(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => number(a).zip(number(b)).and_then(|(a, b)| a.partial_cmp(&b)),
    };
    match op {
        "==" => order == Some(Equal),
        "!=" => order != Some(Equal),
        "<" => order == Some(Less),
        "<=" => matches!(order, Some(Less | Equal)),
        ">" => order == Some(Greater),
        _ => matches!(order, Some(Greater | Equal)),
    }
}

/// As `in` compares: NaN is NaN, and the zeros are one.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a == b || (a.is_nan() && b.is_nan()),
        (Value::Double(a), Value::Double(b)) => a == b || (a.is_nan() && b.is_nan()),
        (a, b) => a == b,
    }
}

fn spelled(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Whole(n) => n.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Text(text) => text.clone(),
        other => panic!("{other:?} is not joined to texts here"),
    }
}
