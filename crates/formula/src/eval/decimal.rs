//! Numbers of any size: `BigInteger` and `BigDecimal`, as integers of 256 bits with a point at a fixed place.
//!
//! Up to 76 digits are held; a result that needs more fails, and never wraps or loses its head. What a type has no
//! room for after the point is rounded half up.

use std::str::FromStr;
use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_buffer::i256;
use arrow_schema::DataType;

use super::cast::Convert;
use super::dispatch::numeric;
use crate::ast::BinaryOp;
use crate::error::Error;
use crate::node::Kernel;
use crate::types::Type;
use crate::value::{Args, Lane, Read, primitive, write_rows};

/// The most digits a value has.
const DIGITS_MAX: u8 = 76;

/// The kernel of `op` on two arguments of the decimal types `left` and `right`, whose result is of type `result`.
pub(crate) fn binary(op: BinaryOp, left: &Type, right: &Type, result: &Type) -> Option<Kernel> {
    let (a, b, out) = (scale_of(left)?, scale_of(right)?, scale_of(result)?);
    let wide = result.data_type();
    let compute = move |x: i256, y: i256| match op {
        BinaryOp::Add => rescaled(x, a, out)?.checked_add(rescaled(y, b, out)?),
        BinaryOp::Sub => rescaled(x, a, out)?.checked_sub(rescaled(y, b, out)?),
        BinaryOp::Mul => rescaled(x.checked_mul(y)?, a + b, out),
        BinaryOp::Div => quotient(rescaled(x, a, out + b)?, y),
        _ => rescaled(x, a, out)?.checked_rem(rescaled(y, b, out)?),
    };
    if !matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem) {
        return None;
    }
    let divides = matches!(op, BinaryOp::Div | BinaryOp::Rem);
    Some(Arc::new(move |args: Args| {
        let (x, y) =
            (Lane::<Decimal256Type>::of(&args.values[0]), Lane::<Decimal256Type>::of(&args.values[1]));
        let array = write_rows::<Decimal256Type, i256>(args.rows, args.nulls().as_ref(), |row| {
            let (x, y) = (x.get(row), y.get(row));
            if divides && y == i256::ZERO {
                return Err(Error::value("a number is divided by zero")
                    .with_hint("guard it, e.g. n == 0 ? null : x / n"));
            }
            fitting(compute(x, y)).map(Some)
        })?;
        labelled(array, &wide)
    }))
}

/// `-x`
pub(crate) fn negate(ty: &Type) -> Option<Kernel> {
    let wide = ty.data_type();
    matches!(wide, DataType::Decimal256(..)).then(|| {
        Arc::new(move |args: Args| {
            let x = Lane::<Decimal256Type>::of(&args.values[0]);
            let negated = |row| Ok(Some(x.get(row).wrapping_neg()));
            labelled(write_rows::<Decimal256Type, i256>(args.rows, args.nulls().as_ref(), negated)?, &wide)
        }) as Kernel
    })
}

/// The cast of a decimal to another type, or of another type to a decimal.
pub(crate) fn cast(from: &Type, to: &Type) -> Option<Kernel> {
    match (from, to) {
        (Type::Decimal(..), Type::Decimal(..)) => {
            let (a, b, wide) = (scale_of(from)?, scale_of(to)?, to.data_type());
            // Narrow decimals only ever come in as columns.
            matches!(wide, DataType::Decimal256(..))
                .then(|| unscaled(move |x| fitting(rescaled(x, a, b)), wide))
        }
        (Type::Decimal(..), Type::Float64) => {
            let scale = scale_of(from)?;
            Some(number::<Float64Type>(move |x| double_of(x, scale)))
        }
        (Type::Decimal(..), Type::Float32) => {
            let scale = scale_of(from)?;
            Some(number::<Float32Type>(move |x| double_of(x, scale) as f32))
        }
        (Type::Decimal(..), to) if to.is_integral() => {
            let scale = scale_of(from)?;
            numeric!(to, T => Some(number::<T>(move |x| Convert::convert(low_bits(whole_part(x, scale))))), _ => None)
        }
        (from, Type::Decimal(..)) if from.is_floating() => {
            let (scale, wide) = (scale_of(to)?, to.data_type());
            Some(Arc::new(move |args: Args| {
                let doubles = arrow_cast::cast(args.values[0].array(), &DataType::Float64)?;
                let doubles = primitive::<Float64Type>(&doubles);
                from_lane(doubles, &wide, |x| decimal_of(x, scale))
            }))
        }
        (from, Type::Decimal(..)) if from.is_integral() => {
            let (scale, wide) = (scale_of(to)?, to.data_type());
            Some(Arc::new(move |args: Args| {
                let longs = arrow_cast::cast(args.values[0].array(), &DataType::Int64)?;
                let longs = primitive::<Int64Type>(&longs);
                from_lane(longs, &wide, |x| fitting(rescaled(i256::from_i128(i128::from(x)), 0, scale)))
            }))
        }
        _ => None,
    }
}

/// A text of digits, with a point or an exponent where wanted, as a decimal of this scale.
pub(crate) fn parse(text: &str, scale: i8) -> Option<i256> {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(&digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value = i256::from_str(digits.strip_prefix('+').unwrap_or(&digits)).ok()?;
    let from = i32::try_from(fraction.len()).ok()? - exponent;
    rescaled(value, i8::try_from(from.clamp(-127, 127)).ok()?, scale).filter(|value| fits(*value))
}

/// Where the point stands.
fn scale_of(ty: &Type) -> Option<i8> {
    match ty {
        Type::Decimal(_, scale) => Some(*scale),
        _ => None,
    }
}

/// The same number with the point at another place, rounded half up; `None` where it does not fit.
pub(crate) fn rescaled(value: i256, from: i8, to: i8) -> Option<i256> {
    let steps = i32::from(to) - i32::from(from);
    if value == i256::ZERO {
        return Some(value);
    }
    if steps >= 0 {
        return value.checked_mul(power_of_ten(steps.cast_unsigned())?);
    }
    match power_of_ten(steps.unsigned_abs()) {
        Some(divisor) => quotient(value, divisor),
        None => Some(i256::ZERO),
    }
}

/// The quotient, with halves away from zero.
fn quotient(x: i256, y: i256) -> Option<i256> {
    let (whole, rest) = (x.checked_div(y)?, x.checked_rem(y)?);
    let twice = rest.wrapping_abs().checked_mul(i256::from_i128(2));
    let up = twice.is_none_or(|twice| twice >= y.wrapping_abs());
    if !up {
        return Some(whole);
    }
    let negative = (x < i256::ZERO) != (y < i256::ZERO);
    whole.checked_add(if negative { i256::MINUS_ONE } else { i256::ONE })
}

fn power_of_ten(exponent: u32) -> Option<i256> {
    if exponent > u32::from(DIGITS_MAX) { None } else { i256::from_i128(10).checked_pow(exponent) }
}

fn fits(value: i256) -> bool {
    power_of_ten(u32::from(DIGITS_MAX)).is_none_or(|limit| value < limit && value > limit.wrapping_neg())
}

fn fitting(value: Option<i256>) -> Result<i256, Error> {
    value.filter(|value| fits(*value)).ok_or_else(|| {
        Error::value("the result needs more than 76 digits").with_hint("compute with doubles: (double)x")
    })
}

/// The whole part, cut towards zero.
fn whole_part(value: i256, scale: i8) -> i256 {
    let Ok(scale) = u32::try_from(scale) else { return rescaled(value, scale, 0).unwrap_or(i256::ZERO) };
    power_of_ten(scale).and_then(|divisor| value.checked_div(divisor)).unwrap_or(i256::ZERO)
}

fn low_bits(value: i256) -> i64 {
    value.to_parts().0 as i64
}

/// The nearest double: read from the digits, so that it is rounded once.
fn double_of(value: i256, scale: i8) -> f64 {
    format!("{value}e{}", -i32::from(scale)).parse().unwrap_or(f64::NAN)
}

/// The decimal with the fewest digits that are read as this double.
fn decimal_of(value: f64, scale: i8) -> Result<i256, Error> {
    if !value.is_finite() {
        return Err(Error::value(format!("{value} is not a BigDecimal")));
    }
    fitting(parse(&format!("{value:e}"), scale))
}

/// A kernel over the integers under decimals of either width.
fn unscaled(f: impl Fn(i256) -> Result<i256, Error> + Send + Sync + 'static, wide: DataType) -> Kernel {
    Arc::new(move |args: Args| {
        let array = widened(args.values[0].array())?;
        from_lane(&array, &wide, &f)
    })
}

fn number<T: ArrowPrimitiveType>(f: impl Fn(i256) -> T::Native + Send + Sync + 'static) -> Kernel {
    Arc::new(move |args: Args| {
        let array = widened(args.values[0].array())?;
        Ok(Arc::new(array.unary::<_, T>(&f)))
    })
}

/// The integers under the decimals, in 256 bits.
fn widened(array: &ArrayRef) -> Result<PrimitiveArray<Decimal256Type>, Error> {
    Ok(match array.data_type() {
        DataType::Decimal128(..) => primitive::<Decimal128Type>(array).unary(i256::from_i128),
        _ => primitive::<Decimal256Type>(array).clone(),
    })
}

fn from_lane<A: ArrowPrimitiveType>(
    array: &PrimitiveArray<A>,
    wide: &DataType,
    f: impl Fn(A::Native) -> Result<i256, Error>,
) -> Result<ArrayRef, Error> {
    let values = write_rows::<Decimal256Type, i256>(array.len(), array.nulls(), |row| {
        f(<A as Read>::get(array, row)).map(Some)
    });
    labelled(values?, wide)
}

/// The decimals of this type whose integers these are.
pub(crate) fn labelled(array: ArrayRef, wide: &DataType) -> Result<ArrayRef, Error> {
    Ok(Arc::new(primitive::<Decimal256Type>(&array).clone().with_data_type(wide.clone())))
}

/// The digits with a point, and no zeros at the end of them.
pub(crate) fn spell(out: &mut String, value: i256, scale: i8) {
    let text = value.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    out.push_str(sign);
    let Ok(scale) = usize::try_from(scale) else {
        out.push_str(digits);
        out.extend(std::iter::repeat_n('0', usize::from(scale.unsigned_abs())));
        return;
    };
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    out.push_str(whole);
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(value: i256, scale: i8) -> String {
        let mut out = String::new();
        spell(&mut out, value, scale);
        out
    }

    #[test]
    fn texts_and_decimals_are_inverse() {
        for (text, scale, expected) in [
            ("12.34", 2, "12.34"),
            ("-0.005", 2, "-0.01"),
            ("1e3", 0, "1000"),
            ("1.5E-2", 4, "0.015"),
            ("-7", 3, "-7"),
            (".5", 1, "0.5"),
        ] {
            assert_eq!(spelled(parse(text, scale).unwrap(), scale), expected, "{text}");
        }
        for text in ["", "-", "x", "1e", "1.2.3", "1e99"] {
            assert_eq!(parse(text, 2), None, "{text}");
        }
    }

    #[test]
    fn quotients_are_rounded_half_away_from_zero() {
        for (x, y, expected) in [(7, 2, 4), (-7, 2, -4), (7, -2, -4), (5, 3, 2), (4, 3, 1), (-4, 3, -1)] {
            let found = quotient(i256::from_i128(x), i256::from_i128(y));
            assert_eq!(found, Some(i256::from_i128(expected)), "{x} / {y}");
        }
    }

    #[test]
    fn doubles_come_and_go_by_their_digits() {
        for value in [0.1, 12.34, -2.5, 1e20, 123_456_789.125] {
            let decimal = decimal_of(value, 18).unwrap();
            assert_eq!(double_of(decimal, 18).to_bits(), value.to_bits(), "{value}");
        }
        assert!(decimal_of(f64::NAN, 18).is_err());
    }
}
