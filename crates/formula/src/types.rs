//! The types of formulas, how they lie in Arrow, and which type two of them make together.

use std::fmt;
use std::sync::Arc;

use arrow_schema::{DataType, Field, IntervalUnit, TimeUnit};

use crate::ast::BinaryOp;

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Char,
    Float32,
    Float64,
    Text,
    Binary,
    Instant,
    Date,
    Time,
    Duration,
    Period,
    /// Date and time without a zone.
    DateTime,
    /// An instant seen in a zone.
    Zoned(Arc<str>),
    /// A time zone, by name; only constants have it.
    Zone,
    /// Digits in all, and digits after the point. [`BIG_INTEGER`] and [`big_decimal`] are what arithmetic makes.
    Decimal(u8, i8),
    List(Box<Type>),
    /// The type of `null` before its context gives it one.
    Null,
    /// A constant that only functions take, of the class of this name: a clock, a comparator, a calendar. It lies as
    /// a text that says which.
    Token(&'static str),
    /// What formulas pass on and cannot look into.
    Opaque(DataType),
}

impl Type {
    /// The type of values that lie in Arrow as `data_type`.
    pub fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Bool,
            DataType::Int8 => Self::Int8,
            DataType::Int16 => Self::Int16,
            DataType::Int32 => Self::Int32,
            DataType::Int64 => Self::Int64,
            DataType::UInt16 => Self::Char,
            DataType::Float32 => Self::Float32,
            DataType::Float64 => Self::Float64,
            DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8 => Self::Text,
            DataType::Dictionary(_, values) if Self::of(values) == Self::Text => Self::Text,
            DataType::BinaryView => Self::Binary,
            DataType::Timestamp(TimeUnit::Nanosecond, None) => Self::DateTime,
            DataType::Timestamp(TimeUnit::Nanosecond, Some(zone)) if is_utc(zone) => Self::Instant,
            DataType::Timestamp(TimeUnit::Nanosecond, Some(zone)) => Self::Zoned(zone.clone()),
            DataType::Date32 => Self::Date,
            DataType::Time64(TimeUnit::Nanosecond) => Self::Time,
            DataType::Duration(TimeUnit::Nanosecond) => Self::Duration,
            DataType::Interval(IntervalUnit::MonthDayNano) => Self::Period,
            DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
                Self::Decimal(*precision, *scale)
            }
            DataType::List(field) => Self::List(Box::new(Self::of(field.data_type()))),
            DataType::Null => Self::Null,
            other => Self::Opaque(other.clone()),
        }
    }

    /// How values of this type lie in Arrow.
    pub fn data_type(&self) -> DataType {
        match self {
            Self::Bool => DataType::Boolean,
            Self::Int8 => DataType::Int8,
            Self::Int16 => DataType::Int16,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Char => DataType::UInt16,
            Self::Float32 => DataType::Float32,
            Self::Float64 => DataType::Float64,
            Self::Text | Self::Zone | Self::Token(_) => DataType::Utf8View,
            Self::Binary => DataType::BinaryView,
            Self::Instant => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
            Self::DateTime => DataType::Timestamp(TimeUnit::Nanosecond, None),
            Self::Zoned(zone) => DataType::Timestamp(TimeUnit::Nanosecond, Some(zone.clone())),
            Self::Date => DataType::Date32,
            Self::Time => DataType::Time64(TimeUnit::Nanosecond),
            Self::Duration => DataType::Duration(TimeUnit::Nanosecond),
            Self::Period => DataType::Interval(IntervalUnit::MonthDayNano),
            Self::Decimal(precision, scale) if *precision > 38 => DataType::Decimal256(*precision, *scale),
            Self::Decimal(precision, scale) => DataType::Decimal128(*precision, *scale),
            Self::List(item) => DataType::List(Arc::new(Field::new_list_field(item.data_type(), true))),
            Self::Null => DataType::Null,
            Self::Opaque(data_type) => data_type.clone(),
        }
    }

    /// byte, short, int, long, char
    pub fn is_integral(&self) -> bool {
        matches!(self, Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64 | Self::Char)
    }

    pub fn is_floating(&self) -> bool {
        matches!(self, Self::Float32 | Self::Float64)
    }

    /// Integral or floating.
    pub fn is_number(&self) -> bool {
        self.is_integral() || self.is_floating()
    }

    /// How wide a number type is; wider ones take in narrower ones.
    fn rank(&self) -> Option<u8> {
        Some(match self {
            Self::Int8 => 1,
            Self::Int16 => 2,
            Self::Char | Self::Int32 => 3,
            Self::Int64 => 4,
            Self::Float32 => 5,
            Self::Float64 => 6,
            _ => return None,
        })
    }

    /// Whether a value of `self` becomes one of `to` without losing range, as in a call.
    pub fn widens_to(&self, to: &Self) -> bool {
        if self == to || *self == Self::Null {
            return true;
        }
        match (self.rank(), to.rank()) {
            (Some(from), Some(into)) => from < into || (*self == Self::Char && *to == Self::Int32),
            _ => matches!((self, to), (Self::Decimal(..), Self::Float64) | (Self::Zoned(_), Self::Instant)),
        }
    }
}

/// Whether a zone's name marks instants. A `ZonedDateTime` in UTC is labelled [`ZONED_UTC`], to tell them apart.
fn is_utc(zone: &str) -> bool {
    matches!(zone, "UTC" | "utc" | "+00:00" | "+00" | "Z")
}

/// The label of times seen in the zone UTC.
pub(crate) const ZONED_UTC: &str = "Etc/UTC";

/// The type of whole numbers of any size, up to 76 digits.
pub(crate) const BIG_INTEGER: Type = Type::Decimal(76, 0);

/// The type of decimal numbers that arithmetic makes, with so many digits after the point.
pub(crate) fn big_decimal(scale: i8) -> Type {
    Type::Decimal(75, scale)
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Bool => "boolean",
            Self::Int8 => "byte",
            Self::Int16 => "short",
            Self::Int32 => "int",
            Self::Int64 => "long",
            Self::Char => "char",
            Self::Float32 => "float",
            Self::Float64 => "double",
            Self::Text => "String",
            Self::Binary => "byte[]",
            Self::Instant => "Instant",
            Self::Date => "LocalDate",
            Self::Time => "LocalTime",
            Self::Duration => "Duration",
            Self::Period => "Period",
            Self::DateTime => "LocalDateTime",
            Self::Zoned(_) => "ZonedDateTime",
            Self::Zone => "ZoneId",
            Self::Decimal(76, 0) => "BigInteger",
            Self::Decimal(..) => "BigDecimal",
            Self::List(item) => return write!(f, "{item}[]"),
            Self::Null => "null",
            Self::Token(class) => class,
            Self::Opaque(DataType::Struct(_)) => "PyObject",
            Self::Opaque(data_type) => return write!(f, "Object ({data_type})"),
        };
        f.write_str(name)
    }
}

/// The type of `left op right` for two numbers.
///
/// Sums, differences, products and remainders of anything up to an int are ints; a long, a float, a double on
/// either side takes over in this order. A quotient is a double, unless a float is divided by, or divides, at most
/// an int or a float (a long divided by a float is a float, a float by a long a double).
pub(crate) fn arithmetic(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    if !left.is_number() || !right.is_number() {
        return None;
    }
    let either = |ty: Type| *left == ty || *right == ty;
    Some(if either(Type::Float64) {
        Type::Float64
    } else if op == BinaryOp::Div {
        quotient(left, right)
    } else if either(Type::Float32) {
        Type::Float32
    } else if either(Type::Int64) {
        Type::Int64
    } else {
        Type::Int32
    })
}

/// The type of a quotient of which neither side is a double.
fn quotient(left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::Float32, Type::Int64) => Type::Float64,
        (Type::Float32, _) | (_, Type::Float32) => Type::Float32,
        _ => Type::Float64,
    }
}

/// The type in which two values are compared with one another.
pub(crate) fn comparison(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (a, b) if a == b => Some(a.clone()),
        (Type::Null, other) | (other, Type::Null) => Some(other.clone()),
        (a, b) if a.is_integral() && b.is_integral() => {
            let wide = *a == Type::Int64 || *b == Type::Int64;
            Some(if wide { Type::Int64 } else { Type::Int32 })
        }
        (a, b) if a.is_number() && b.is_number() => Some(Type::Float64),
        (Type::Decimal(..), b) if b.is_floating() => Some(Type::Float64),
        (a, Type::Decimal(..)) if a.is_floating() => Some(Type::Float64),
        (Type::Decimal(..), _) | (_, Type::Decimal(..)) => decimals(left, right),
        (Type::Instant | Type::Zoned(_), Type::Instant | Type::Zoned(_)) => Some(Type::Instant),
        _ => None,
    }
}

/// The type that takes in the values of both branches of a choice, or of all values of a list.
pub(crate) fn unify(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (a, b) if a == b => Some(a.clone()),
        (Type::Null, other) | (other, Type::Null) => Some(other.clone()),
        (Type::Char, b) if b.is_number() => unify(&Type::Int32, b),
        (a, Type::Char) if a.is_number() => unify(a, &Type::Int32),
        (Type::Decimal(..), b) if b.is_floating() => Some(Type::Float64),
        (a, Type::Decimal(..)) if a.is_floating() => Some(Type::Float64),
        (Type::Decimal(..), _) | (_, Type::Decimal(..)) => decimals(left, right),
        (Type::Zoned(_), Type::Instant | Type::Zoned(_)) | (Type::Instant, Type::Zoned(_)) => {
            Some(Type::Instant)
        }
        (a, b) => Some(if a.rank()? >= b.rank()? { a.clone() } else { b.clone() }),
    }
}

/// The type that takes in a decimal and a decimal or whole number.
fn decimals(left: &Type, right: &Type) -> Option<Type> {
    let scale = |ty: &Type| match ty {
        Type::Decimal(_, scale) => Some(*scale),
        ty if ty.is_integral() => Some(0),
        _ => None,
    };
    let fraction = |ty: &Type| matches!(ty, Type::Decimal(..)) && *ty != BIG_INTEGER;
    let scale = scale(left)?.max(scale(right)?);
    Some(if fraction(left) || fraction(right) { big_decimal(scale) } else { BIG_INTEGER })
}

/// The digits after the point that a double brings along, and that a quotient has at least.
pub(crate) const DOUBLE_SCALE: i8 = 18;
const SCALE_MAX: i8 = 37;

/// The type of `left op right` where one of them is a decimal.
pub(crate) fn decimal_arithmetic(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    let scale = |ty: &Type| match ty {
        Type::Decimal(_, scale) => Some((*scale).max(0)),
        ty if ty.is_floating() => Some(DOUBLE_SCALE),
        ty if ty.is_integral() => Some(0),
        _ => None,
    };
    let (a, b) = (scale(left)?, scale(right)?);
    let whole = |ty: &Type| ty.is_integral() || *ty == BIG_INTEGER;
    if whole(left) && whole(right) && op != BinaryOp::Div {
        return Some(BIG_INTEGER);
    }
    Some(big_decimal(match op {
        BinaryOp::Mul => (a + b).min(SCALE_MAX),
        BinaryOp::Div => a.max(b).max(DOUBLE_SCALE),
        _ => a.max(b),
    }))
}

/// The type a cast spells. `Object` takes anything and is `None` inside.
pub(crate) fn named(name: &str) -> Option<Option<Type>> {
    Some(Some(match name {
        "boolean" | "Boolean" => Type::Bool,
        "byte" | "Byte" => Type::Int8,
        "short" | "Short" => Type::Int16,
        "char" | "Character" => Type::Char,
        "int" | "Integer" => Type::Int32,
        "long" | "Long" => Type::Int64,
        "float" | "Float" => Type::Float32,
        "double" | "Double" | "Number" => Type::Float64,
        "BigInteger" => BIG_INTEGER,
        "BigDecimal" => big_decimal(DOUBLE_SCALE),
        "String" | "CharSequence" => Type::Text,
        "Instant" => Type::Instant,
        "LocalDate" => Type::Date,
        "LocalTime" => Type::Time,
        "LocalDateTime" => Type::DateTime,
        "Duration" => Type::Duration,
        "Period" => Type::Period,
        "Object" | "Comparable" | "PyObject" => return Some(None),
        _ => return None,
    }))
}
