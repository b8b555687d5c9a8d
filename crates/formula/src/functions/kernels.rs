//! Functions over values made into kernels over arrays.
//!
//! A row with a null argument is null and the function does not see it. The `rows…` builders take functions that can
//! fail or answer nothing; `map…` take plain ones and are loops that vectorise.

use std::sync::Arc;

use arrow_arith::arity;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{Array, BooleanArray};
use arrow_buffer::BooleanBuffer;

use crate::error::Error;
use crate::node::Kernel;
use crate::value::{Lane, Read, Value, Write, primitive, write_rows};

/// A number to a number.
pub(crate) fn map<A: ArrowPrimitiveType, O: ArrowPrimitiveType>(
    f: impl Fn(A::Native) -> O::Native + Copy + Send + Sync + 'static,
) -> Kernel {
    Arc::new(move |args| {
        let value = args.one();
        Ok(Arc::new(primitive::<A>(value.array()).unary::<_, O>(f)))
    })
}

/// Two numbers to a number.
pub(crate) fn map2<A: ArrowPrimitiveType, B: ArrowPrimitiveType, O: ArrowPrimitiveType>(
    f: impl Fn(A::Native, B::Native) -> O::Native + Copy + Send + Sync + 'static,
) -> Kernel {
    Arc::new(move |args| {
        let rows = args.rows;
        let (a, b) = args.two();
        if a.is_scalar() != b.is_scalar() {
            let values = vec![a, b];
            let (a, b) = (Lane::<A>::of(&values[0]), Lane::<B>::of(&values[1]));
            let nulls = crate::value::Args { values: values.clone(), rows, now: 0 }.nulls();
            return write_rows::<O, _>(rows, nulls.as_ref(), |row| Ok(Some(f(a.get(row), b.get(row)))));
        }
        let (a, b) = (primitive::<A>(a.array()), primitive::<B>(b.array()));
        Ok(Arc::new(arity::binary::<_, _, _, O>(a, b, f)?))
    })
}

/// A number to a Boolean; null stays null.
pub(crate) fn test<A: ArrowPrimitiveType>(f: impl Fn(A::Native) -> bool + Send + Sync + 'static) -> Kernel {
    Arc::new(move |args| {
        let value = args.one();
        let array = primitive::<A>(value.array());
        let values = array.values();
        let bits = BooleanBuffer::collect_bool(values.len(), |row| f(values[row]));
        Ok(Arc::new(BooleanArray::new(bits, array.nulls().cloned())))
    })
}

/// One value to another, which may be null, or fail.
pub(crate) fn rows<A: Read, O: Write<V>, V>(
    f: impl Fn(A::Item<'_>) -> Result<Option<V>, Error> + Send + Sync + 'static,
) -> Kernel {
    Arc::new(move |args| {
        let a = Lane::<A>::of(&args.values[0]);
        write_rows::<O, _>(args.rows, args.nulls().as_ref(), |row| f(a.get(row)))
    })
}

/// Two values to one.
pub(crate) fn rows2<A: Read, B: Read, O: Write<V>, V>(
    f: impl Fn(A::Item<'_>, B::Item<'_>) -> Result<Option<V>, Error> + Send + Sync + 'static,
) -> Kernel {
    Arc::new(move |args| {
        let (a, b) = (Lane::<A>::of(&args.values[0]), Lane::<B>::of(&args.values[1]));
        write_rows::<O, _>(args.rows, args.nulls().as_ref(), |row| f(a.get(row), b.get(row)))
    })
}

/// Three values to one.
pub(crate) fn rows3<A: Read, B: Read, C: Read, O: Write<V>, V>(
    f: impl Fn(A::Item<'_>, B::Item<'_>, C::Item<'_>) -> Result<Option<V>, Error> + Send + Sync + 'static,
) -> Kernel {
    Arc::new(move |args| {
        let (a, b) = (Lane::<A>::of(&args.values[0]), Lane::<B>::of(&args.values[1]));
        let c = Lane::<C>::of(&args.values[2]);
        write_rows::<O, _>(args.rows, args.nulls().as_ref(), |row| f(a.get(row), b.get(row), c.get(row)))
    })
}

/// Whether a value is null (`null_is` true), or is not.
pub(crate) fn null_test(null_is: bool) -> Kernel {
    Arc::new(move |args| {
        let rows = args.rows;
        let value = args.one();
        let bits = match nulls_of(&value, rows) {
            None => BooleanBuffer::collect_bool(rows, |_| !null_is),
            Some(valid) if null_is => !&valid,
            Some(valid) => valid,
        };
        Ok(Arc::new(BooleanArray::new(bits, None)))
    })
}

/// Set where the value is there; `None` when it is everywhere.
fn nulls_of(value: &Value, rows: usize) -> Option<BooleanBuffer> {
    if value.array().data_type().is_null() {
        return Some(BooleanBuffer::new_unset(rows));
    }
    value.nulls(rows).map(|nulls| nulls.into_inner())
}

/// A kernel that makes nanoseconds, with its result labelled as instants.
pub(crate) fn as_instant(kernel: Kernel) -> Kernel {
    use arrow_array::types::TimestampNanosecondType;
    Arc::new(move |args| {
        let array = kernel(args)?;
        Ok(Arc::new(primitive::<TimestampNanosecondType>(&array).clone().with_timezone("UTC")))
    })
}

/// A node whose kernel makes bare nanoseconds, with its result labelled as values of type `ty`.
pub(crate) fn relabelled(node: crate::node::Node, ty: &crate::types::Type) -> Option<crate::node::Node> {
    use crate::node::{Kind, Node};
    use arrow_array::types::TimestampNanosecondType;
    let Kind::Kernel(kernel, args) = node.kind else { return None };
    let zone = match ty.data_type() {
        arrow_schema::DataType::Timestamp(_, zone) => zone,
        _ => return None,
    };
    let labelled: Kernel = Arc::new(move |args| {
        let array = kernel(args)?;
        Ok(Arc::new(primitive::<TimestampNanosecondType>(&array).clone().with_timezone_opt(zone.clone())))
    });
    Some(Node { kind: Kind::Kernel(labelled, args), ty: ty.clone(), ..node })
}
