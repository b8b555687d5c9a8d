//! What is made of the lists that some aggregations keep of a group.

use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{ArrowError, DataType};

use super::Function;
use super::text::{fit_together, joined_fits};
use crate::expr::Expr;
use crate::types::TEXT;
use crate::value::Value;

/// The texts of a list with a separator between, without nulls; null if none is left.
pub(crate) fn joined(list: Expr, separator: Expr) -> Expr {
    static JOINED: Function = Function { name: "joined", eval: |values, rows| join(values, rows) };
    JOINED.call(vec![list, separator], TEXT)
}

fn join(values: &[Value], rows: usize) -> Result<ArrayRef, ArrowError> {
    let (lists, separators) = (values[0].expand(rows)?, values[1].texts()?);
    let lists = match lists.data_type() {
        DataType::List(_) => lists.as_list::<i32>(),
        other => return Err(ArrowError::CastError(format!("a list is wanted, not {other}"))),
    };
    let mut builder = StringViewBuilder::with_capacity(rows);
    let mut bytes = 0;
    for row in 0..rows {
        let list = if lists.is_null(row) { None } else { Some(lists.value(row)) };
        let (Some(list), Some(separator)) = (list, separators.get(row)) else {
            builder.append_null();
            continue;
        };
        let texts: Vec<&str> = list.as_string_view().iter().flatten().collect();
        if texts.is_empty() {
            builder.append_null();
            continue;
        }
        joined_fits(&texts, separator)?;
        let text = texts.join(separator);
        bytes += text.len();
        fit_together(bytes)?;
        builder.append_value(text);
    }
    Ok(Arc::new(builder.finish()))
}
