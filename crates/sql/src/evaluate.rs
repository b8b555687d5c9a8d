//! The calls: a query evaluated, or only looked at.

use arrow_array::new_empty_array;
use kinetable::{Result, Session, Table};

/// Where the names of tables lead.
pub trait Tables {
    /// The table of a name.
    ///
    /// # Errors
    /// If it cannot be had.
    fn table(&self, name: &str) -> Result<Option<Table>>;

    /// All names, for "did you mean".
    fn names(&self) -> Vec<String>;
}

/// The result of a query: live, if a table in it is.
///
/// # Errors
/// If the query is wrong, or not supported; the message says where.
pub fn evaluate(session: &Session, sql: &str, tables: &dyn Tables) -> Result<Table> {
    let query = crate::parse::parse(sql)?;
    let context = crate::context::Context::new(sql, kinetable::wall_clock());
    let result = crate::plan::Planner::new(tables, &context).result(&query)?;
    crate::plan::probe(&result)?;
    Ok(Table::of(session, result).recording(context.stands()))
}

/// A static table without rows that has the columns of a query's result: what [`evaluate`] would refuse is refused, and no table
/// is read.
///
/// # Errors
/// If the query is wrong, or not supported.
pub fn check(session: &Session, sql: &str, tables: &dyn Tables) -> Result<Table> {
    evaluate(session, sql, &Emptied { session, tables })
}

/// The same tables without rows.
struct Emptied<'a> {
    session: &'a Session,
    tables: &'a dyn Tables,
}

impl Tables for Emptied<'_> {
    fn table(&self, name: &str) -> Result<Option<Table>> {
        let Some(table) = self.tables.table(name)? else {
            return Ok(None);
        };
        let fields = table.definition().schema.fields().iter();
        let columns = fields.map(|field| (field.name().clone(), new_empty_array(field.data_type())));
        Ok(Some(self.session.new_table(columns.collect())?))
    }

    fn names(&self) -> Vec<String> {
        self.tables.names()
    }
}
