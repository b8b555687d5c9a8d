//! `!`, and `& | ^` on Booleans: a null on either side makes null.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_buffer::NullBuffer;

use crate::ast::BinaryOp;
use crate::node::Kernel;
use crate::value::{Value, boolean};

pub(crate) fn not() -> Kernel {
    Arc::new(|args| {
        let value = args.one();
        let array = boolean(value.array());
        Ok(Arc::new(BooleanArray::new(!array.values(), array.nulls().cloned())))
    })
}

/// `& | ^` on Booleans, `None` for another operator.
pub(crate) fn bitwise(op: BinaryOp) -> Option<Kernel> {
    let combine: fn(&BooleanArray, &BooleanArray) -> arrow_buffer::BooleanBuffer = match op {
        BinaryOp::BitAnd => |a, b| a.values() & b.values(),
        BinaryOp::BitOr => |a, b| a.values() | b.values(),
        BinaryOp::BitXor => |a, b| a.values() ^ b.values(),
        _ => return None,
    };
    Some(Arc::new(move |args| {
        let rows = args.rows;
        let (a, b) = args.two();
        let (a, b) = (expanded(a, rows)?, expanded(b, rows)?);
        let (a, b) = (boolean(&a), boolean(&b));
        let nulls = NullBuffer::union(a.nulls(), b.nulls());
        Ok(Arc::new(BooleanArray::new(combine(a, b), nulls)))
    }))
}

fn expanded(value: Value, rows: usize) -> Result<ArrayRef, crate::error::Error> {
    value.expand(rows)
}
