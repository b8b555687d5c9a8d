//! Conditions of `WHERE` on a listing of Parquet files, as filters of the façade: it leaves out files and row groups in which no
//! row can pass. The rows that are left are filtered again, by SQL's rules.
//!
//! **Invariant**: a filter lets every row pass that the condition does. So floats are left alone: NaN is no number to formulas, and the
//! greatest of all to SQL.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, NaiveDate};
use kinetable::formula::is_column_name;
use kinetable::{NoNames, Result, Table};
use sqlparser::ast::{self, BinaryOperator};

use super::Planner;
use crate::expr::{Expr, Failing};
use crate::types::{is_integer, is_text};
use crate::value::Value;

impl Planner<'_> {
    /// The table without files that have no row for which the conditions are true.
    pub(super) fn pruned(&self, table: &Table, conditions: &[&ast::Expr]) -> Result<Table> {
        if table.files().is_none() {
            return Ok(table.clone());
        }
        let filters: Vec<String> = conditions.iter().flat_map(|part| self.filters(table, part)).collect();
        if filters.is_empty() { Ok(table.clone()) } else { table.where_(&filters, &NoNames) }
    }

    fn filters(&self, table: &Table, condition: &ast::Expr) -> Vec<String> {
        match condition {
            ast::Expr::BinaryOp { left, op, right } => {
                let (op, mirrored) = match op {
                    BinaryOperator::Eq => ("==", "=="),
                    BinaryOperator::Lt => ("<", ">"),
                    BinaryOperator::LtEq => ("<=", ">="),
                    BinaryOperator::Gt => (">", "<"),
                    BinaryOperator::GtEq => (">=", "<="),
                    _ => return Vec::new(),
                };
                let filter = self.filter_of(table, left, op, right);
                filter.or_else(|| self.filter_of(table, right, mirrored, left)).into_iter().collect()
            }
            ast::Expr::Between { expr, negated: false, low, high } => {
                let ends = [self.filter_of(table, expr, ">=", low), self.filter_of(table, expr, "<=", high)];
                ends.into_iter().flatten().collect()
            }
            _ => Vec::new(),
        }
    }

    /// A column compared with a constant, if it is that.
    fn filter_of(&self, table: &Table, column: &ast::Expr, op: &str, constant: &ast::Expr) -> Option<String> {
        let name = match column {
            ast::Expr::Identifier(name) => &name.value,
            ast::Expr::CompoundIdentifier(parts) => &parts.last()?.value,
            _ => return None,
        };
        let field = table.definition().schema.field_with_name(name).ok()?;
        let value = self.constant(constant).ok().filter(|value| !value.is_null(0))?;
        let is_alike = match field.data_type() {
            t if is_integer(t) => is_integer(value.data_type()),
            t if is_text(t) => is_text(value.data_type()) && *t != DataType::UInt16,
            DataType::Date32 => is_text(value.data_type()) || *value.data_type() == DataType::Date32,
            DataType::Timestamp(TimeUnit::Nanosecond, Some(_)) => !is_integer(value.data_type()),
            _ => false,
        };
        // In the column's own type only where nothing is rounded.
        let kept = if is_integer(field.data_type()) { DataType::Int64 } else { field.data_type().clone() };
        let value = Expr::literal(value).cast(&kept, Failing::Error).ok()?;
        let text = spelled(value.as_constant()?)?;
        (is_alike && is_column_name(name)).then(|| format!("{name} {op} {text}"))
    }
}

/// A constant as formulas spell it.
fn spelled(value: &ArrayRef) -> Option<String> {
    match value.data_type() {
        DataType::Int64 => Value::One(value.clone()).longs().ok()?.get(0).map(|long| format!("{long}L")),
        DataType::Date32 => {
            let days = i64::from(value.as_primitive::<Date32Type>().value(0));
            let day = NaiveDate::from_epoch_days(i32::try_from(days).ok()?)?;
            Some(format!("'{}'", day.format("%Y-%m-%d")))
        }
        DataType::Timestamp(..) => {
            let time =
                DateTime::from_timestamp_nanos(value.as_primitive::<TimestampNanosecondType>().value(0));
            Some(format!("'{}Z'", time.format("%Y-%m-%dT%H:%M:%S%.9f")))
        }
        t if is_text(t) => {
            let value = Value::One(value.clone()).texts().ok()?;
            let plain = value.get(0).filter(|text| !text.contains(['`', '\\', '\'', '\n', '\r', '\t']))?;
            Some(format!("`{plain}`"))
        }
        _ => None,
    }
}
