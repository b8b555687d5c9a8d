//! The one place where a type becomes a type parameter.

/// Evaluates the body with `$T` as the Arrow type of a number type; anything else is the last arm.
macro_rules! numeric {
    ($ty:expr, $T:ident => $body:expr, _ => $other:expr) => {
        match $ty {
            $crate::types::Type::Int8 => {
                type $T = arrow_array::types::Int8Type;
                $body
            }
            $crate::types::Type::Int16 => {
                type $T = arrow_array::types::Int16Type;
                $body
            }
            $crate::types::Type::Int32 => {
                type $T = arrow_array::types::Int32Type;
                $body
            }
            $crate::types::Type::Int64 => {
                type $T = arrow_array::types::Int64Type;
                $body
            }
            $crate::types::Type::Char => {
                type $T = arrow_array::types::UInt16Type;
                $body
            }
            $crate::types::Type::Float32 => {
                type $T = arrow_array::types::Float32Type;
                $body
            }
            $crate::types::Type::Float64 => {
                type $T = arrow_array::types::Float64Type;
                $body
            }
            _ => $other,
        }
    };
}

pub(crate) use numeric;
