//! Static functions of the boxed number types, of `BigInteger` and `BigDecimal`, and a few of `java.util`.

use std::sync::Arc;

use arrow_array::types::{Int32Type, Int64Type};

use super::bind::{Bound, Call, Refusal};
use super::kernels;
use super::registry::{Function, delegate};
use crate::check::operator::{combine, spelled};
use crate::error::Error;
use crate::eval::decimal;
use crate::types::{self, BIG_INTEGER, Type};
use crate::value::Text;

/// What all boxed types have: a text is read by the function named first, anything else is there already.
macro_rules! boxed {
    ($($constant:ident, $class:literal, $ty:expr, $parse:literal;)*) => {
        $(pub(super) const $constant: &[Function] = &[
            Function {
                name: "valueOf",
                signature: concat!($class, ".valueOf(String|number) → ", $class),
                doc: "The value itself, or the one that the text spells.",
                bind: |call| value_of(call, $ty, $parse),
            },
            Function {
                name: "new",
                signature: concat!("new ", $class, "(String|number) → ", $class),
                doc: "The value itself, or the one that the text spells.",
                bind: |call| value_of(call, $ty, $parse),
            },
            Function {
                name: "toString",
                signature: concat!($class, ".toString(x) → String"),
                doc: "The value as a text.",
                bind: |call| {
                    call.arity(1..=1)?;
                    Ok(spelled(call.args.remove(0))?)
                },
            },
            Function {
                name: "compare",
                signature: concat!($class, ".compare(a, b) → int"),
                doc: "-1, 0 or 1 as a is less than, equal to or greater than b.",
                bind: |call| delegate(call, "compare"),
            },
        ];)*
    };
}

boxed! {
    BOOLEAN, "Boolean", Type::Bool, "parseBoolean";
    BYTE, "Byte", Type::Int8, "parseByte";
    SHORT, "Short", Type::Int16, "parseShort";
    INTEGER, "Integer", Type::Int32, "parseInt";
    LONG, "Long", Type::Int64, "parseLong";
    FLOAT, "Float", Type::Float32, "parseFloat";
    DOUBLE, "Double", Type::Float64, "parseDouble";
    CHARACTER, "Character", Type::Char, "charCast";
}

/// Of `Integer` and `Long`.
pub(super) const WHOLE: &[Function] = &[
    Function {
        name: "toHexString",
        signature: "Integer.toHexString(int) → String; Long.toHexString(long) → String",
        doc: "The bits in hexadecimal digits.",
        bind: |call| bits(call, |n| format!("{n:x}"), |n| format!("{n:x}")),
    },
    Function {
        name: "toBinaryString",
        signature: "Integer.toBinaryString(int) → String; Long.toBinaryString(long) → String",
        doc: "The bits in binary digits.",
        bind: |call| bits(call, |n| format!("{n:b}"), |n| format!("{n:b}")),
    },
    Function {
        name: "toOctalString",
        signature: "Integer.toOctalString(int) → String; Long.toOctalString(long) → String",
        doc: "The bits in octal digits.",
        bind: |call| bits(call, |n| format!("{n:o}"), |n| format!("{n:o}")),
    },
    Function {
        name: "signum",
        signature: "Integer.signum(int) → int; Long.signum(long) → int",
        doc: "-1, 0 or 1 as the number is negative, zero or positive.",
        bind: |call| delegate(call, "signum"),
    },
    Function {
        name: "sum",
        signature: "Integer.sum(a, b) → int; Long.sum(a, b) → long",
        doc: "The sum.",
        bind: |call| {
            call.arity(2..=2)?;
            let (Some(b), Some(a)) = (call.args.pop(), call.args.pop()) else { return Err(Refusal::Types) };
            Ok(combine(crate::ast::BinaryOp::Add, a, b, call.span)?)
        },
    },
    Function {
        name: "max",
        signature: "Integer.max(a, b) → int; Long.max(a, b) → long",
        doc: "The greater number.",
        bind: |call| delegate(call, "max"),
    },
    Function {
        name: "min",
        signature: "Integer.min(a, b) → int; Long.min(a, b) → long",
        doc: "The lesser number.",
        bind: |call| delegate(call, "min"),
    },
];

pub(super) const BIG_INTEGERS: &[Function] = &[
    Function {
        name: "valueOf",
        signature: "java.math.BigInteger.valueOf(long) → BigInteger",
        doc: "The number as one of any size.",
        bind: |call| big(call, &BIG_INTEGER),
    },
    Function {
        name: "new",
        signature: "new java.math.BigInteger(String) → BigInteger",
        doc: "The number that the text spells.",
        bind: |call| big(call, &BIG_INTEGER),
    },
];

pub(super) const BIG_DECIMALS: &[Function] = &[
    Function {
        name: "valueOf",
        signature: "java.math.BigDecimal.valueOf(number) → BigDecimal",
        doc: "The number as a decimal.",
        bind: |call| big(call, &types::big_decimal(types::DOUBLE_SCALE)),
    },
    Function {
        name: "new",
        signature: "new java.math.BigDecimal(String|number) → BigDecimal",
        doc: "The number, or the one that the text spells, with up to 18 digits after the point.",
        bind: |call| big(call, &types::big_decimal(types::DOUBLE_SCALE)),
    },
];

/// Methods of `BigInteger` and `BigDecimal`.
pub(super) const BIG_METHODS: &[Function] = &[
    Function {
        name: "add",
        signature: "a.add(b) → the wider type",
        doc: "The sum.",
        bind: |call| operator(call, crate::ast::BinaryOp::Add),
    },
    Function {
        name: "subtract",
        signature: "a.subtract(b) → the wider type",
        doc: "The difference.",
        bind: |call| operator(call, crate::ast::BinaryOp::Sub),
    },
    Function {
        name: "multiply",
        signature: "a.multiply(b) → the wider type",
        doc: "The product.",
        bind: |call| operator(call, crate::ast::BinaryOp::Mul),
    },
    Function {
        name: "divide",
        signature: "a.divide(b) → BigDecimal",
        doc: "The quotient.",
        bind: |call| operator(call, crate::ast::BinaryOp::Div),
    },
    Function {
        name: "doubleValue",
        signature: "a.doubleValue() → double",
        doc: "The nearest double.",
        bind: |call| cast(call, &Type::Float64),
    },
    Function {
        name: "longValue",
        signature: "a.longValue() → long",
        doc: "The whole part, in its low 64 bits.",
        bind: |call| cast(call, &Type::Int64),
    },
    Function {
        name: "intValue",
        signature: "a.intValue() → int",
        doc: "The whole part, in its low 32 bits.",
        bind: |call| cast(call, &Type::Int32),
    },
];

/// Static functions of `java.util.Objects`.
pub(super) const OBJECTS: &[Function] = &[
    Function {
        name: "equals",
        signature: "java.util.Objects.equals(a, b) → boolean",
        doc: "Whether the values are equal; null equals null.",
        bind: |call| operator(call, crate::ast::BinaryOp::Eq),
    },
    Function {
        name: "isNull",
        signature: "java.util.Objects.isNull(x) → boolean",
        doc: "Whether the value is null.",
        bind: |call| call.is_null_test(true),
    },
    Function {
        name: "nonNull",
        signature: "java.util.Objects.nonNull(x) → boolean",
        doc: "Whether the value is not null.",
        bind: |call| call.is_null_test(false),
    },
];

/// Static functions of `java.util.Arrays`.
pub(super) const ARRAYS: &[Function] = &[Function {
    name: "asList",
    signature: "java.util.Arrays.asList(T…) → T[]",
    doc: "An array of the values.",
    bind: |call| delegate(call, "array"),
}];

/// Static functions of `java.lang.reflect.Array`.
pub(super) const ARRAY: &[Function] = &[
    Function {
        name: "getLength",
        signature: "java.lang.reflect.Array.getLength(T[]) → int",
        doc: "The number of items.",
        bind: |call| delegate(call, "len")?.converted(&Type::Int32).ok_or(Refusal::Types),
    },
    Function {
        name: "get",
        signature: "java.lang.reflect.Array.get(T[], int) → T",
        doc: "The item at a position from 0 on; null beyond the ends.",
        bind: |call| {
            call.arity(2..=2)?;
            call.args.swap(0, 1);
            delegate(call, "nth")
        },
    },
];

fn value_of(call: &mut Call<'_, '_>, ty: Type, parse: &str) -> Bound {
    if call.ty(0) == Type::Text && ty != Type::Char {
        return delegate(call, parse);
    }
    call.arity(1..=1)?;
    call.args.remove(0).widened(&ty).ok_or(Refusal::Types)
}

fn bits(call: &mut Call<'_, '_>, int: fn(i32) -> String, long: fn(i64) -> String) -> Bound {
    if call.ty(0) == Type::Int64 {
        let kernel = kernels::rows::<Int64Type, Text, String>(move |n| Ok(Some(long(n))));
        return call.kernel(&[Type::Int64], Type::Text, kernel);
    }
    let kernel = kernels::rows::<Int32Type, Text, String>(move |n| Ok(Some(int(n))));
    call.kernel(&[Type::Int32], Type::Text, kernel)
}

fn big(call: &mut Call<'_, '_>, ty: &Type) -> Bound {
    call.arity(1..=1)?;
    if call.ty(0) != Type::Text {
        return call.args.remove(0).converted(ty).ok_or(Refusal::Types);
    }
    let Type::Decimal(_, scale) = *ty else { return Err(Refusal::Types) };
    let (wide, class) = (ty.data_type(), ty.to_string());
    let read = kernels::rows::<Text, arrow_array::types::Decimal256Type, _>(move |text| {
        let value = decimal::parse(text.trim(), scale);
        value.map(Some).ok_or_else(|| Error::value(format!("\"{text}\" is not a {class}")))
    });
    let kernel: crate::node::Kernel = Arc::new(move |args| decimal::labelled(read(args)?, &wide));
    Ok(call.kernel(&[Type::Text], ty.clone(), kernel)?.can_fail())
}

fn operator(call: &mut Call<'_, '_>, op: crate::ast::BinaryOp) -> Bound {
    call.arity(2..=2)?;
    let (Some(b), Some(a)) = (call.args.pop(), call.args.pop()) else { return Err(Refusal::Types) };
    Ok(combine(op, a, b, call.span)?)
}

fn cast(call: &mut Call<'_, '_>, ty: &Type) -> Bound {
    call.arity(1..=1)?;
    call.args.remove(0).converted(ty).ok_or(Refusal::Types)
}
