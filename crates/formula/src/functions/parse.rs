//! Numbers and Booleans read out of texts.

use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
};

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::Function;
use crate::error::Error;
use crate::types::Type;
use crate::value::{Bool, Text};

macro_rules! integers {
    ($($name:literal, $to:literal, $arrow:ty, $ty:expr;)*) => {
        &[$(Function {
            name: $name,
            signature: concat!($name, "(String[, int radix]) → ", $to),
            doc: concat!("The ", $to, " that the text spells; null for null, fails on anything else."),
            bind: |call| integer::<$arrow>(call, $ty),
        }),*]
    };
}

pub(super) const INTEGERS: &[Function] = integers! {
    "parseByte", "byte", Int8Type, Type::Int8;
    "parseShort", "short", Int16Type, Type::Int16;
    "parseInt", "int", Int32Type, Type::Int32;
    "parseLong", "long", Int64Type, Type::Int64;
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "parseUnsignedInt",
        signature: "parseUnsignedInt(String[, int radix]) → int",
        doc: "The bits of the unsigned number that the text spells.",
        bind: |call| unsigned(call, false),
    },
    Function {
        name: "parseUnsignedLong",
        signature: "parseUnsignedLong(String[, int radix]) → long",
        doc: "The bits of the unsigned number that the text spells.",
        bind: |call| unsigned(call, true),
    },
    Function {
        name: "parseFloat",
        signature: "parseFloat(String) → float",
        doc: "The float that the text spells.",
        bind: |call| {
            let kernel = kernels::rows::<Text, Float32Type, f32>(|text| floating(text, "a float"));
            Ok(call.kernel(&[Type::Text], Type::Float32, kernel)?.can_fail())
        },
    },
    Function {
        name: "parseDouble",
        signature: "parseDouble(String) → double",
        doc: "The double that the text spells.",
        bind: |call| {
            let kernel = kernels::rows::<Text, Float64Type, f64>(|text| floating(text, "a double"));
            Ok(call.kernel(&[Type::Text], Type::Float64, kernel)?.can_fail())
        },
    },
    Function {
        name: "parseBoolean",
        signature: "parseBoolean(String) → boolean",
        doc: "Whether the text is \"true\", in any letter case.",
        bind: |call| {
            let kernel =
                kernels::rows::<Text, Bool, bool>(|text| Ok(Some(text.eq_ignore_ascii_case("true"))));
            call.kernel(&[Type::Text], Type::Bool, kernel)
        },
    },
];

/// The radix, which must be a constant.
fn take_radix(call: &mut Call<'_, '_>) -> Result<u32, Refusal> {
    call.arity(1..=2)?;
    if call.len() == 1 {
        return Ok(10);
    }
    let radix = call.constant(1).and_then(crate::eval::cast::as_double).ok_or(Refusal::Types)?;
    if !(2.0..=36.0).contains(&radix) {
        return Err(Error::value("the radix is between 2 and 36").at(call.args[1].span).into());
    }
    call.args.truncate(1);
    Ok(radix as u32)
}

fn integer<O>(call: &mut Call<'_, '_>, ty: Type) -> Bound
where
    O: ArrowPrimitiveType,
    O::Native: TryFrom<i64>,
{
    let radix = take_radix(call)?;
    let name = ty.to_string();
    let kernel = kernels::rows::<Text, O, _>(move |text| {
        let value = i64::from_str_radix(text, radix).ok().and_then(|value| O::Native::try_from(value).ok());
        value.map(Some).ok_or_else(|| unreadable(text, &name))
    });
    Ok(call.kernel(&[Type::Text], ty, kernel)?.can_fail())
}

fn unsigned(call: &mut Call<'_, '_>, wide: bool) -> Bound {
    let radix = take_radix(call)?;
    if wide {
        let kernel = kernels::rows::<Text, Int64Type, i64>(move |text| {
            let bits = u64::from_str_radix(text, radix).map_err(|_| unreadable(text, "unsigned long"))?;
            Ok(Some(bits.cast_signed()))
        });
        return Ok(call.kernel(&[Type::Text], Type::Int64, kernel)?.can_fail());
    }
    let kernel = kernels::rows::<Text, Int32Type, i32>(move |text| {
        let bits = u32::from_str_radix(text, radix).map_err(|_| unreadable(text, "unsigned int"))?;
        Ok(Some(bits.cast_signed()))
    });
    Ok(call.kernel(&[Type::Text], Type::Int32, kernel)?.can_fail())
}

fn floating<F: std::str::FromStr>(text: &str, what: &str) -> Result<Option<F>, Error> {
    let trimmed = text.trim();
    let spelled = trimmed
        .strip_suffix(['d', 'D', 'f', 'F'])
        .filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit() || c == '.'));
    let spelled = spelled.unwrap_or(trimmed);
    spelled.parse().map(Some).map_err(|_| unreadable(text, what))
}

fn unreadable(text: &str, what: &str) -> Error {
    let what = if what.starts_with("a ") { what.to_owned() } else { format!("a number of type {what}") };
    Error::value(format!("\"{text}\" is not {what}"))
}
