//! Casts between number types, and arrays brought into the layout the engine uses.
//!
//! A float cut to an integer is cut towards zero, to the nearest value there is, and NaN to 0; an integer cut to a
//! narrower one keeps its low bits; a float goes to byte, short and char by way of int. Null stays null.

use std::sync::Arc;

use arrow_array::types::{ArrowPrimitiveType, Float64Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef, ListArray};
use arrow_schema::{DataType, Field, TimeUnit};

use super::decimal;
use super::dispatch::numeric;
use crate::error::Error;
use crate::node::Kernel;
use crate::types::Type;
use crate::value::{Args, Value, primitive};

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
        (Type::Decimal(..), _) | (_, Type::Decimal(..)) if *from != Type::Null => decimal::cast(from, to),
        (Type::Zoned(_), Type::Instant) => Some(labelled("UTC".into())),
        (Type::Zoned(_) | Type::Instant, Type::Zoned(zone)) => Some(labelled(zone.clone())),
        (Type::List(from), Type::List(to)) => items(from, to),
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

/// The kernel that casts the items of arrays.
fn items(from: &Type, to: &Type) -> Option<Kernel> {
    let item = kernel(from, to)?;
    Some(Arc::new(move |args| {
        let now = args.now;
        let value = args.one();
        let lists = value.array().as_any().downcast_ref::<ListArray>();
        let lists =
            lists.unwrap_or_else(|| panic!("a cast of arrays was bound to {}", value.array().data_type()));
        let items = lists.values().clone();
        let count = items.len();
        let args = Args { values: vec![Value::Array(items)], rows: count, now };
        let items = item(args)?;
        let field = Arc::new(Field::new_list_field(items.data_type().clone(), true));
        Ok(Arc::new(ListArray::try_new(field, lists.offsets().clone(), items, lists.nulls().cloned())?))
    }))
}

/// The kernel that sees the same instants in another zone.
fn labelled(zone: Arc<str>) -> Kernel {
    Arc::new(move |args| Ok(relabelled(args.one().array(), Some(zone.clone()))))
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
