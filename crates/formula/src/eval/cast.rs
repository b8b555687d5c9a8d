//! Casts between number types, and arrays brought into the layout the engine uses.
//!
//! A float cut to an integer is cut towards zero, to the nearest value there is, and NaN to 0; an integer cut to a
//! narrower one keeps its low bits; a float goes to byte, short and char by way of int. Null stays null.

use std::sync::Arc;

use arrow_array::types::{ArrowPrimitiveType, Float64Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};

use super::dispatch::numeric;
use crate::error::Error;
use crate::node::Kernel;
use crate::types::Type;
use crate::value::primitive;

/// A number as another number type.
pub(crate) trait Convert<To>: Copy {
    fn convert(self) -> To;
}

macro_rules! convert {
    ($($from:ty => $($to:ty)*, via $via:ty;)*) => {
        $($(impl Convert<$to> for $from {
            #[inline]
            fn convert(self) -> $to {
                self as $via as $to
            }
        })*)*
    };
}

convert! {
    i8 => i8 i16 u16 i32 i64 f32 f64, via i8;
    i16 => i8 i16 u16 i32 i64 f32 f64, via i16;
    u16 => i8 i16 u16 i32 i64 f32 f64, via u16;
    i32 => i8 i16 u16 i32 i64 f32 f64, via i32;
    i64 => i8 i16 u16 i32 i64 f32 f64, via i64;
    f32 => i8 i16 u16, via i32;
    f32 => i32, via i32;
    f32 => i64, via i64;
    f32 => f32 f64, via f32;
    f64 => i8 i16 u16, via i32;
    f64 => i32, via i32;
    f64 => i64, via i64;
    f64 => f32 f64, via f64;
}

/// The kernel that makes `to` of `from`, if there is such a cast. Equal types need none.
pub(crate) fn kernel(from: &Type, to: &Type) -> Option<Kernel> {
    match (from, to) {
        (Type::Decimal(..), Type::Float64) => Some(by_arrow(Type::Float64)),
        (Type::Decimal(..), to) if to.is_number() => {
            let narrow = kernel(&Type::Float64, to)?;
            let widen = by_arrow(Type::Float64);
            Some(chain(widen, narrow))
        }
        (Type::Zoned(_), Type::Instant) => {
            Some(Arc::new(|args| Ok(relabelled(args.one().array(), Some("UTC".into())))))
        }
        (Type::List(from), Type::List(to)) if from.is_number() && to.is_number() => {
            Some(by_arrow(Type::List(to.clone())))
        }
        (Type::Null, to) => {
            let data_type = to.data_type();
            Some(Arc::new(move |args| Ok(arrow_array::new_null_array(&data_type, args.rows))))
        }
        (from, to) => numeric!(from, A => from_number::<A>(to), _ => None),
    }
}

fn from_number<A: ArrowPrimitiveType>(to: &Type) -> Option<Kernel>
where
    A::Native:
        Convert<i8> + Convert<i16> + Convert<u16> + Convert<i32> + Convert<i64> + Convert<f32> + Convert<f64>,
{
    numeric!(to, B => Some(convert::<A, B>()), _ => None)
}

fn convert<A: ArrowPrimitiveType, B: ArrowPrimitiveType>() -> Kernel
where
    A::Native: Convert<B::Native>,
{
    Arc::new(|args| {
        let value = args.one();
        Ok(Arc::new(primitive::<A>(value.array()).unary::<_, B>(Convert::convert)))
    })
}

/// One kernel after another.
fn chain(first: Kernel, second: Kernel) -> Kernel {
    Arc::new(move |args| {
        let (rows, now) = (args.rows, args.now);
        let scalar = args.values[0].is_scalar();
        let array = first(args)?;
        let value =
            if scalar { crate::value::Value::Scalar(array) } else { crate::value::Value::Array(array) };
        second(crate::value::Args { values: vec![value], rows, now })
    })
}

fn by_arrow(to: Type) -> Kernel {
    let data_type = to.data_type();
    Arc::new(move |args| Ok(arrow_cast::cast(args.one().array(), &data_type)?))
}

/// The array in the one layout that kernels of type `ty` read.
pub(crate) fn normalised(array: ArrayRef, ty: &Type) -> Result<ArrayRef, Error> {
    let wanted = ty.data_type();
    if *array.data_type() == wanted {
        return Ok(array);
    }
    if let (DataType::Timestamp(TimeUnit::Nanosecond, _), DataType::Timestamp(TimeUnit::Nanosecond, zone)) =
        (array.data_type(), &wanted)
    {
        return Ok(relabelled(&array, zone.clone()));
    }
    arrow_cast::cast(&array, &wanted).map_err(|_| {
        let message = format!("values of type {} were given where {} was promised", array.data_type(), ty);
        Error::ty(message)
    })
}

/// The same instants under another zone, or none.
fn relabelled(array: &ArrayRef, zone: Option<Arc<str>>) -> ArrayRef {
    Arc::new(primitive::<TimestampNanosecondType>(array).clone().with_timezone_opt(zone))
}

/// A one-row array as a double, for constants.
pub(crate) fn as_double(array: &ArrayRef) -> Option<f64> {
    if array.is_null(0) {
        return None;
    }
    let double = arrow_cast::cast(array, &Type::Float64.data_type()).ok()?;
    Some(primitive::<Float64Type>(&double).value(0))
}
