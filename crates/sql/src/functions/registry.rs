//! Named functions: their names, how many arguments they take, and what makes calls of them.

use super::parts::Ends;
use super::{choose, number, parts, text, time};
use crate::expr::Expr;

/// A function that statements can name.
pub(crate) struct Named {
    /// Its names.
    pub(crate) names: &'static [&'static str],
    /// How many arguments it takes: at least, and at most.
    pub(crate) arguments: (usize, usize),
    /// Makes a call of it.
    pub(crate) build: fn(Vec<Expr>) -> Result<Expr, String>,
}

const ANY: usize = 1_000;

/// All functions.
static ALL: &[Named] = &[
    named(&["COALESCE", "IFNULL", "NVL"], (1, ANY), choose::coalesce),
    named(&["NULLIF"], (2, 2), choose::nullif),
    named(&["IF", "IIF"], (3, 3), choose::iif),
    named(&["GREATEST"], (1, ANY), choose::greatest),
    named(&["LEAST"], (1, ANY), choose::least),
    named(&["ABS"], (1, 1), number::abs),
    named(&["SIGN"], (1, 1), number::sign),
    named(&["FLOOR"], (1, 1), number::floor),
    named(&["CEIL", "CEILING"], (1, 1), number::ceil),
    named(&["TRUNC", "TRUNCATE"], (1, 1), number::trunc),
    named(&["ROUND"], (1, 2), number::round),
    named(&["MOD"], (2, 2), number::modulo),
    named(&["POWER", "POW"], (2, 2), number::power),
    named(&["SQRT"], (1, 1), number::sqrt),
    named(&["CBRT"], (1, 1), number::cbrt),
    named(&["EXP"], (1, 1), number::exp),
    named(&["LN"], (1, 1), number::ln),
    named(&["LOG10", "LOG"], (1, 1), number::log10),
    named(&["LOG2"], (1, 1), number::log2),
    named(&["SIN"], (1, 1), number::sin),
    named(&["COS"], (1, 1), number::cos),
    named(&["TAN"], (1, 1), number::tan),
    named(&["ASIN"], (1, 1), number::asin),
    named(&["ACOS"], (1, 1), number::acos),
    named(&["ATAN"], (1, 1), number::atan),
    named(&["ATAN2"], (2, 2), number::atan2),
    named(&["DEGREES"], (1, 1), number::degrees),
    named(&["RADIANS"], (1, 1), number::radians),
    named(&["PI"], (0, 0), number::pi),
    named(&["UPPER", "UCASE"], (1, 1), text::upper),
    named(&["LOWER", "LCASE"], (1, 1), text::lower),
    named(&["REVERSE"], (1, 1), text::reverse),
    named(&["INITCAP"], (1, 1), text::initcap),
    named(&["LENGTH", "CHAR_LENGTH", "CHARACTER_LENGTH", "LEN"], (1, 1), text::length),
    named(&["OCTET_LENGTH", "STRLEN"], (1, 1), text::octet_length),
    named(&["ASCII"], (1, 1), text::ascii),
    named(&["CHR"], (1, 1), text::chr),
    named(&["SUBSTRING", "SUBSTR"], (2, 3), parts::substring),
    named(&["LEFT"], (2, 2), parts::left),
    named(&["RIGHT"], (2, 2), parts::right),
    named(&["LPAD"], (2, 3), parts::lpad),
    named(&["RPAD"], (2, 3), parts::rpad),
    named(&["REPEAT"], (2, 2), text::repeat),
    named(&["REPLACE"], (3, 3), text::replace),
    named(&["STRPOS", "INSTR"], (2, 2), parts::position),
    named(&["SPLIT_PART"], (3, 3), parts::split_part),
    named(&["STARTS_WITH"], (2, 2), text::starts_with),
    named(&["ENDS_WITH"], (2, 2), text::ends_with),
    named(&["CONTAINS"], (2, 2), text::contains),
    named(&["CONCAT"], (1, ANY), text::concat),
    named(&["CONCAT_WS"], (2, ANY), text::concat_ws),
    named(&["TRIM", "BTRIM"], (1, 2), |arguments| parts::trim(Ends::Both, arguments)),
    named(&["LTRIM"], (1, 2), |arguments| parts::trim(Ends::Leading, arguments)),
    named(&["RTRIM"], (1, 2), |arguments| parts::trim(Ends::Trailing, arguments)),
    named(&["DATE_TRUNC"], (2, 2), time::date_trunc),
    named(&["DATE_PART", "DATEPART"], (2, 2), time::date_part_of),
    named(&["YEAR"], (1, 1), time::year),
    named(&["QUARTER"], (1, 1), time::quarter),
    named(&["MONTH"], (1, 1), time::month),
    named(&["WEEK"], (1, 1), time::week),
    named(&["DAY", "DAYOFMONTH"], (1, 1), time::day),
    named(&["DAYOFWEEK"], (1, 1), time::day_of_week),
    named(&["DAYOFYEAR"], (1, 1), time::day_of_year),
    named(&["HOUR"], (1, 1), time::hour),
    named(&["MINUTE"], (1, 1), time::minute),
    named(&["SECOND"], (1, 1), time::second),
    named(&["EPOCH"], (1, 1), time::epoch),
    named(&["TO_TIMESTAMP"], (1, 1), time::to_timestamp),
];

const fn named(
    names: &'static [&'static str],
    arguments: (usize, usize),
    build: fn(Vec<Expr>) -> Result<Expr, String>,
) -> Named {
    Named { names, arguments, build }
}

/// The function of a name, whatever its case.
pub(crate) fn find(name: &str) -> Option<&'static Named> {
    ALL.iter().find(|named| named.names.iter().any(|other| other.eq_ignore_ascii_case(name)))
}

/// All names.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|named| named.names.iter().copied())
}
