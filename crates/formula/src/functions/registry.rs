//! All functions, and how they are found.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::bind::{Bound, Call};
use super::{
    bins, boolean, cast, colour_functions, exact, list_functions, list_numbers, member, null, number, parse,
    random, text_methods, text_search, text_static, time_epoch, time_field, time_methods, time_operator,
    time_parse,
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
    colour_functions::LAYERS,
    colour_functions::FUNCTIONS,
    random::FUNCTIONS,
    list_functions::FUNCTIONS,
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
    ("LocalTime", &[time_methods::TIME]),
    ("Duration", &[time_methods::DURATION_NUMBERS, time_methods::DURATION]),
    ("[]", &[list_functions::METHODS]),
    ("Object", &[text_methods::ANY]),
];

const STATICS: &[(&str, &[&[Function]])] = &[
    ("Math", &[number::OF_ONE, number::FUNCTIONS, exact::FUNCTIONS]),
    ("String", &[text_static::STRING]),
    ("Boolean", &[parse::INTEGERS, parse::FUNCTIONS, text_static::BOXED]),
    ("Byte", &[parse::INTEGERS, parse::FUNCTIONS, text_static::BOXED]),
    ("Short", &[parse::INTEGERS, parse::FUNCTIONS, text_static::BOXED]),
    ("Integer", &[parse::INTEGERS, parse::FUNCTIONS, text_static::BOXED]),
    ("Long", &[parse::INTEGERS, parse::FUNCTIONS, text_static::BOXED]),
    ("Float", &[parse::INTEGERS, parse::FUNCTIONS, text_static::BOXED, number::TESTS]),
    ("Double", &[parse::INTEGERS, parse::FUNCTIONS, text_static::BOXED, number::TESTS]),
    ("Character", &[text_static::CHARACTER]),
    ("Instant", &[time_epoch::INSTANT]),
    ("Duration", &[time_epoch::DURATION]),
    ("LocalDate", &[time_epoch::DATE]),
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
