//! Constants by name, and constants of classes.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    UInt16Array, new_null_array,
};

use super::colour;
use crate::error::Span;
use crate::node::Node;
use crate::types::Type;

#[derive(Clone, Copy)]
enum Constant {
    Null(&'static [Type]),
    /// A constant that only functions take: its class, and which it is.
    Token(&'static str, &'static str),
    Char(u16),
    Bool(bool),
    Byte(i8),
    Short(i16),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
}

use Constant::{Bool, Byte, Char, Double, Float, Int, Long, Null, Short, Token};

const NANOS_PER_SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * NANOS_PER_SECOND;
const YEAR_AVG: i64 = 31_556_952 * NANOS_PER_SECOND;

const CONSTANTS: &[(&str, Constant)] = &[
    ("NULL_BOOLEAN", Null(&[Type::Bool])),
    ("NULL_BYTE", Null(&[Type::Int8])),
    ("NULL_SHORT", Null(&[Type::Int16])),
    ("NULL_CHAR", Null(&[Type::Char])),
    ("NULL_INT", Null(&[Type::Int32])),
    ("NULL_LONG", Null(&[Type::Int64])),
    ("NULL_FLOAT", Null(&[Type::Float32])),
    ("NULL_DOUBLE", Null(&[Type::Float64])),
    ("NULL_BOOLEAN_BOXED", Null(&[Type::Bool])),
    ("NULL_BYTE_BOXED", Null(&[Type::Int8])),
    ("NULL_SHORT_BOXED", Null(&[Type::Int16])),
    ("NULL_CHAR_BOXED", Null(&[Type::Char])),
    ("NULL_INT_BOXED", Null(&[Type::Int32])),
    ("NULL_LONG_BOXED", Null(&[Type::Int64])),
    ("NULL_FLOAT_BOXED", Null(&[Type::Float32])),
    ("NULL_DOUBLE_BOXED", Null(&[Type::Float64])),
    ("BS_ANY", Token("BinSearchAlgo", "any")),
    ("BS_HIGHEST", Token("BinSearchAlgo", "highest")),
    ("BS_LOWEST", Token("BinSearchAlgo", "lowest")),
    ("MAX_CHAR", Char(65_534)),
    ("MIN_CHAR", Char(0)),
    ("MAX_BYTE", Byte(i8::MAX)),
    ("MIN_BYTE", Byte(i8::MIN + 1)),
    ("MAX_SHORT", Short(i16::MAX)),
    ("MIN_SHORT", Short(i16::MIN + 1)),
    ("MAX_INT", Int(i32::MAX)),
    ("MIN_INT", Int(i32::MIN + 1)),
    ("MAX_LONG", Long(i64::MAX)),
    ("MIN_LONG", Long(i64::MIN + 1)),
    ("MAX_FLOAT", Float(f32::INFINITY)),
    ("MIN_FLOAT", Float(f32::NEG_INFINITY)),
    ("MAX_FINITE_FLOAT", Float(f32::MAX)),
    ("MIN_FINITE_FLOAT", Float(f32::MIN)),
    ("MIN_POS_FLOAT", Float(1e-45)),
    ("NAN_FLOAT", Float(f32::NAN)),
    ("POS_INFINITY_FLOAT", Float(f32::INFINITY)),
    ("NEG_INFINITY_FLOAT", Float(f32::NEG_INFINITY)),
    ("MAX_DOUBLE", Double(f64::INFINITY)),
    ("MIN_DOUBLE", Double(f64::NEG_INFINITY)),
    ("MAX_FINITE_DOUBLE", Double(f64::MAX)),
    ("MIN_FINITE_DOUBLE", Double(f64::MIN)),
    ("MIN_POS_DOUBLE", Double(5e-324)),
    ("NAN_DOUBLE", Double(f64::NAN)),
    ("POS_INFINITY_DOUBLE", Double(f64::INFINITY)),
    ("NEG_INFINITY_DOUBLE", Double(f64::NEG_INFINITY)),
    ("NaN", Double(f64::NAN)),
    ("Infinity", Double(f64::INFINITY)),
    ("E", Double(std::f64::consts::E)),
    ("PI", Double(std::f64::consts::PI)),
    ("MICRO", Long(1_000)),
    ("MILLI", Long(1_000_000)),
    ("SECOND", Long(NANOS_PER_SECOND)),
    ("MINUTE", Long(60 * NANOS_PER_SECOND)),
    ("HOUR", Long(3_600 * NANOS_PER_SECOND)),
    ("DAY", Long(DAY)),
    ("WEEK", Long(7 * DAY)),
    ("YEAR_365", Long(365 * DAY)),
    ("YEAR_AVG", Long(YEAR_AVG)),
    ("SECONDS_PER_NANO", Double(1.0 / NANOS_PER_SECOND as f64)),
    ("MINUTES_PER_NANO", Double(1.0 / (60 * NANOS_PER_SECOND) as f64)),
    ("HOURS_PER_NANO", Double(1.0 / (3_600 * NANOS_PER_SECOND) as f64)),
    ("DAYS_PER_NANO", Double(1.0 / DAY as f64)),
    ("YEARS_PER_NANO_365", Double(1.0 / (365 * DAY) as f64)),
    ("YEARS_PER_NANO_AVG", Double(1.0 / YEAR_AVG as f64)),
];

const OF_CLASSES: &[(&str, &str, Constant)] = &[
    ("String", "CASE_INSENSITIVE_ORDER", Token("Comparator", "ignoring case")),
    ("BinSearchAlgo", "BS_ANY", Token("BinSearchAlgo", "any")),
    ("BinSearchAlgo", "BS_HIGHEST", Token("BinSearchAlgo", "highest")),
    ("BinSearchAlgo", "BS_LOWEST", Token("BinSearchAlgo", "lowest")),
    ("Character", "MAX_VALUE", Char(u16::MAX)),
    ("Character", "MIN_VALUE", Char(0)),
    ("Boolean", "TRUE", Bool(true)),
    ("Boolean", "FALSE", Bool(false)),
    ("Math", "PI", Double(std::f64::consts::PI)),
    ("Math", "E", Double(std::f64::consts::E)),
    ("Byte", "MAX_VALUE", Byte(i8::MAX)),
    ("Byte", "MIN_VALUE", Byte(i8::MIN)),
    ("Short", "MAX_VALUE", Short(i16::MAX)),
    ("Short", "MIN_VALUE", Short(i16::MIN)),
    ("Integer", "MAX_VALUE", Int(i32::MAX)),
    ("Integer", "MIN_VALUE", Int(i32::MIN)),
    ("Long", "MAX_VALUE", Long(i64::MAX)),
    ("Long", "MIN_VALUE", Long(i64::MIN)),
    ("Float", "MAX_VALUE", Float(f32::MAX)),
    ("Float", "MIN_VALUE", Float(1e-45)),
    ("Float", "NaN", Float(f32::NAN)),
    ("Float", "POSITIVE_INFINITY", Float(f32::INFINITY)),
    ("Float", "NEGATIVE_INFINITY", Float(f32::NEG_INFINITY)),
    ("Double", "MAX_VALUE", Double(f64::MAX)),
    ("Double", "MIN_VALUE", Double(5e-324)),
    ("Double", "NaN", Double(f64::NAN)),
    ("Double", "POSITIVE_INFINITY", Double(f64::INFINITY)),
    ("Double", "NEGATIVE_INFINITY", Double(f64::NEG_INFINITY)),
];

/// The constant of this name; colours are among them, as longs.
pub(crate) fn find(name: &str, span: Span) -> Option<Node> {
    let named = CONSTANTS.iter().find(|(known, _)| *known == name).map(|(_, constant)| *constant);
    let constant = named.or_else(|| colour::constant(name).map(Long))?;
    Some(node(constant, span))
}

/// The constant of a class, such as `Integer.MAX_VALUE`.
pub(crate) fn find_in(class: &str, name: &str, span: Span) -> Option<Node> {
    let known = OF_CLASSES.iter().find(|(of, known, _)| *of == class && *known == name);
    known.map(|(_, _, constant)| node(*constant, span))
}

/// The names of all constants but colours.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    CONSTANTS.iter().map(|(name, _)| *name)
}

fn node(constant: Constant, span: Span) -> Node {
    let (ty, array): (Type, ArrayRef) = match constant {
        Null(ty) => (ty[0].clone(), new_null_array(&ty[0].data_type(), 1)),
        Token(class, which) => return crate::check::literal::token(class, which, span),
        Bool(value) => (Type::Bool, Arc::new(BooleanArray::from(vec![value]))),
        Char(value) => (Type::Char, Arc::new(UInt16Array::from(vec![value]))),
        Byte(value) => (Type::Int8, Arc::new(Int8Array::from(vec![value]))),
        Short(value) => (Type::Int16, Arc::new(Int16Array::from(vec![value]))),
        Int(value) => (Type::Int32, Arc::new(Int32Array::from(vec![value]))),
        Long(value) => (Type::Int64, Arc::new(Int64Array::from(vec![value]))),
        Float(value) => (Type::Float32, Arc::new(Float32Array::from(vec![value]))),
        Double(value) => (Type::Float64, Arc::new(Float64Array::from(vec![value]))),
    };
    Node::constant(ty, array, span)
}
