//! All functions, and how they are found.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::bind::{Bound, Call};
use super::{
    bins, boolean, boxed, calendar, cast, colour_functions, exact, list_functions, list_numbers, list_order,
    member, null, number, parse, random, text_methods, text_search, text_static, time_epoch, time_field,
    time_methods, time_misc, time_operator, time_parse, time_zoned,
};
use crate::types::Type;

/// A named function.
pub(crate) struct Function {
    pub name: &'static str,
    /// `name(types) → type`, alternatives between semicolons.
    pub signature: &'static str,
    /// One line.
    pub doc: &'static str,
    pub bind: fn(&mut Call<'_, '_>) -> Bound,
}

/// A function as told to users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionInfo {
    /// How it is called.
    pub name: &'static str,
    /// The class in front of a static function, or of the value in front of a method; empty for plain functions.
    pub class: &'static str,
    /// `name(types) → type`, alternatives between semicolons.
    pub signature: &'static str,
    /// One line.
    pub doc: &'static str,
}

const FREE: &[&[Function]] = &[
    number::OF_ONE,
    number::FUNCTIONS,
    number::TESTS,
    exact::FUNCTIONS,
    bins::FUNCTIONS,
    null::FUNCTIONS,
    boolean::FUNCTIONS,
    member::FUNCTIONS,
    cast::FUNCTIONS,
    cast::CHECKED,
    parse::INTEGERS,
    parse::FUNCTIONS,
    time_operator::FUNCTIONS,
    time_epoch::UNITS,
    time_epoch::TO_INSTANT,
    time_epoch::FROM_INSTANT,
    time_epoch::FUNCTIONS,
    time_field::PARTS,
    time_field::FUNCTIONS,
    time_parse::FUNCTIONS,
    time_parse::ZONES,
    time_zoned::FUNCTIONS,
    time_misc::FUNCTIONS,
    calendar::FUNCTIONS,
    colour_functions::LAYERS,
    colour_functions::FUNCTIONS,
    random::FUNCTIONS,
    list_functions::FUNCTIONS,
    list_order::FUNCTIONS,
    list_numbers::STATISTICS,
    list_numbers::PAIRS,
    list_numbers::FOLDS,
    list_numbers::FUNCTIONS,
];

const METHODS: &[(&str, &[&[Function]])] = &[
    ("String", &[text_methods::METHODS, text_search::METHODS, time_methods::WEEKDAY]),
    ("Instant", &[time_methods::INSTANT_NUMBERS, time_methods::INSTANT_MOVES, time_methods::ORDER]),
    (
        "LocalDate",
        &[time_methods::DATE_NUMBERS, time_methods::DATE, time_methods::DATE_MOVES, time_methods::ORDER],
    ),
    ("LocalTime", &[time_methods::TIME, time_methods::ORDER]),
    ("LocalDateTime", &[time_zoned::PARTS, time_zoned::NANO, time_zoned::MOVES]),
    ("ZonedDateTime", &[time_zoned::PARTS, time_zoned::NANO, time_zoned::ZONED_METHODS, time_zoned::MOVES]),
    ("Duration", &[time_methods::DURATION_NUMBERS, time_methods::DURATION]),
    ("Period", &[time_zoned::PERIOD_METHODS]),
    ("BigDecimal", &[boxed::BIG_METHODS]),
    ("[]", &[list_functions::METHODS]),
    ("Comparator", &[list_order::COMPARATOR_METHODS]),
    ("Clock", &[time_misc::CLOCK]),
    ("BusinessCalendar", &[calendar::FUNCTIONS, calendar::METHODS]),
    ("Object", &[text_methods::ANY]),
];

const STATICS: &[(&str, &[&[Function]])] = &[
    ("Math", &[number::OF_ONE, number::FUNCTIONS, exact::FUNCTIONS, random::MATH]),
    ("String", &[text_static::STRING]),
    ("Boolean", &[boxed::BOOLEAN, parse::FUNCTIONS]),
    ("Byte", &[boxed::BYTE, parse::INTEGERS]),
    ("Short", &[boxed::SHORT, parse::INTEGERS]),
    ("Integer", &[boxed::INTEGER, boxed::WHOLE, parse::INTEGERS, parse::FUNCTIONS]),
    ("Long", &[boxed::LONG, boxed::WHOLE, parse::INTEGERS, parse::FUNCTIONS]),
    ("Float", &[boxed::FLOAT, parse::FUNCTIONS, number::TESTS, number::DOUBLE_TESTS]),
    ("Double", &[boxed::DOUBLE, parse::FUNCTIONS, number::TESTS, number::DOUBLE_TESTS]),
    ("Character", &[boxed::CHARACTER, text_static::CHARACTER]),
    ("BigInteger", &[boxed::BIG_INTEGERS]),
    ("BigDecimal", &[boxed::BIG_DECIMALS]),
    ("Objects", &[boxed::OBJECTS]),
    ("Arrays", &[boxed::ARRAYS]),
    ("Array", &[boxed::ARRAY]),
    ("Comparator", &[list_order::COMPARATOR]),
    ("Instant", &[time_epoch::INSTANT]),
    ("Duration", &[time_epoch::DURATION]),
    ("Period", &[time_zoned::PERIOD]),
    ("LocalDate", &[time_epoch::DATE]),
    ("LocalTime", &[time_zoned::TIME]),
    ("LocalDateTime", &[time_zoned::DATE_TIME]),
    ("ZonedDateTime", &[time_zoned::ZONED]),
    ("ZoneId", &[time_zoned::ZONE]),
    ("DateTimeUtils", FREE),
];

type Index = HashMap<(&'static str, &'static str), &'static Function>;

fn index(tables: &'static [(&'static str, &'static [&'static [Function]])]) -> Index {
    let mut index = Index::new();
    for (class, families) in tables {
        for function in families.iter().copied().flatten() {
            index.entry((*class, function.name)).or_insert(function);
        }
    }
    index
}

/// The plain function of this name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    static INDEX: OnceLock<HashMap<&'static str, &'static Function>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        let mut index = HashMap::new();
        for function in FREE.iter().copied().flatten() {
            let before = index.insert(function.name, function);
            assert!(before.is_none(), "function {} is there twice", function.name);
        }
        index
    });
    index.get(name).copied()
}

/// Binds the plain function of another name.
pub(super) fn delegate(call: &mut Call<'_, '_>, name: &str) -> Bound {
    match find(name) {
        Some(function) => (function.bind)(call),
        None => Err(super::bind::Refusal::Types),
    }
}

/// The static function of a class.
pub(crate) fn find_static(class: &str, name: &str) -> Option<&'static Function> {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| index(STATICS)).get(&(class, name)).copied()
}

/// The method of values of a type.
pub(crate) fn find_method(ty: &Type, name: &str) -> Option<&'static Function> {
    static INDEX: OnceLock<Index> = OnceLock::new();
    let index = INDEX.get_or_init(|| index(METHODS));
    let own = index.get(&(class_of(ty), name)).copied();
    own.or_else(|| index.get(&("Object", name)).copied())
}

fn class_of(ty: &Type) -> &'static str {
    match ty {
        Type::Text => "String",
        Type::Instant => "Instant",
        Type::Date => "LocalDate",
        Type::Time => "LocalTime",
        Type::Duration => "Duration",
        Type::DateTime => "LocalDateTime",
        Type::Zoned(_) => "ZonedDateTime",
        Type::Period => "Period",
        Type::Decimal(..) => "BigDecimal",
        Type::Token(class) => class,
        Type::List(_) => "[]",
        _ => "Object",
    }
}

/// Whether static functions are known by this class.
pub(crate) fn is_class(name: &str) -> bool {
    STATICS.iter().any(|(class, _)| *class == name)
}

/// The static functions of a class, by name.
pub(crate) fn static_names(class: &str) -> impl Iterator<Item = &'static str> {
    names(STATICS, class)
}

/// The methods of values of a type, by name.
pub(crate) fn method_names(ty: &Type) -> impl Iterator<Item = &'static str> {
    names(METHODS, class_of(ty))
}

fn names(
    tables: &'static [(&'static str, &'static [&'static [Function]])],
    class: &str,
) -> impl Iterator<Item = &'static str> {
    let families = tables.iter().find(|(known, _)| *known == class).map_or(&[][..], |(_, families)| families);
    families.iter().copied().flatten().map(|function| function.name)
}

/// Every function, static function and method, for documentation and completion.
pub fn functions() -> impl Iterator<Item = FunctionInfo> {
    let free = FREE.iter().copied().flatten().map(|function| ("", function));
    let classed = METHODS.iter().chain(STATICS).flat_map(|(class, families)| {
        families.iter().copied().flatten().map(move |function| (*class, function))
    });
    free.chain(classed).map(|(class, function)| FunctionInfo {
        name: function.name,
        class,
        signature: function.signature,
        doc: function.doc,
    })
}
