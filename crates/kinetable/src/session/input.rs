//! Tables that a program writes: rows are added, and of a keyed table replaced and deleted.
//!
//! ```text
//!  add, delete ─▶ Publisher ─▶ append table, or blink table          (no keys)
//!                     └──────▶ blink table of commands ─▶ keyed_input (keys)
//! ```
//!
//! The table knows its writer ([`Table::input`]), so that who is handed the table alone can write it.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, new_null_array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_engine::source::{self, Publisher, Retention};
use kinetable_engine::{Error, Result};
use kinetable_operators::shape;

use super::Session;
use crate::Table;

/// The column of commands that says that a key is to go.
const DELETE: &str = "__Delete";

/// A live table and the way to write it. Cheap to clone.
#[derive(Clone)]
pub struct InputTable {
    table: Table,
    writer: Arc<Writer>,
}

/// The way to write a table.
pub(crate) struct Writer {
    publisher: Publisher,
    schema: SchemaRef,
    keys: Vec<String>,
}

impl Session {
    /// A live table that is written by its holder. Without keys rows are appended; with keys the last write of each wins.
    ///
    /// # Errors
    /// If a key is no column.
    pub fn input_table(&self, schema: SchemaRef, keys: Vec<String>) -> Result<InputTable> {
        if keys.is_empty() {
            return Ok(self.open_input(schema, Retention::Append));
        }
        let mut fields = schema.fields().to_vec();
        fields.push(Arc::new(Field::new(DELETE, DataType::Boolean, true)));
        let commands = Arc::new(Schema::new(fields));
        let (commands, publisher) = source::open(self.graph(), commands, Retention::BLINK);
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let table = Table::of(self, shape::keyed_input(&commands, &names, DELETE)?);
        Ok(InputTable::new(table, Writer { publisher, schema, keys }))
    }

    /// A live table that is written by its holder, and keeps rows for one cycle.
    pub fn blink_input_table(&self, schema: SchemaRef) -> InputTable {
        self.open_input(schema, Retention::BLINK)
    }

    fn open_input(&self, schema: SchemaRef, retention: Retention) -> InputTable {
        let (table, publisher) = source::open(self.graph(), schema.clone(), retention);
        InputTable::new(Table::of(self, table), Writer { publisher, schema, keys: Vec::new() })
    }
}

impl InputTable {
    fn new(table: Table, writer: Writer) -> InputTable {
        let writer = Arc::new(writer);
        InputTable { table: table.written_by(writer.clone()), writer }
    }

    /// A table and the way to write it.
    pub(crate) fn of(table: Table, writer: Arc<Writer>) -> InputTable {
        InputTable { table, writer }
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The key columns; none if rows are appended.
    pub fn keys(&self) -> &[String] {
        &self.writer.keys
    }

    /// Queues rows; they are in the table after the next cycle, or after [`Session::flush`].
    ///
    /// # Errors
    /// If the rows have other columns than the table.
    pub fn add(&self, rows: &Table) -> Result<()> {
        let batch = rows.exact_rows_as(&self.writer.schema)?;
        if self.writer.keys.is_empty() {
            return self.writer.publisher.publish(batch);
        }
        self.command(batch.columns().to_vec(), batch.num_rows(), false)
    }

    /// Queues the deletion of the rows with the keys of these rows; columns that are no keys are not looked at.
    ///
    /// # Errors
    /// If the table has no keys, or the rows lack one.
    pub fn delete(&self, rows: &Table) -> Result<()> {
        if self.writer.keys.is_empty() {
            let message = "Table doesn't support delete operation: it has no keys";
            return Err(Error::invalid(message).with_hint("make the input table with key columns"));
        }
        let fields = self.writer.keys.iter().map(|name| self.writer.schema.field_with_name(name).cloned());
        let fields = fields.collect::<std::result::Result<Vec<_>, _>>()?;
        let keys = rows.rows_as(&Arc::new(Schema::new(fields)))?;
        let column = |field: &Arc<Field>| match keys.column_by_name(field.name()) {
            Some(values) => values.clone(),
            None => new_null_array(field.data_type(), keys.num_rows()),
        };
        self.command(self.writer.schema.fields().iter().map(column).collect(), keys.num_rows(), true)
    }

    fn command(&self, mut columns: Vec<ArrayRef>, rows: usize, delete: bool) -> Result<()> {
        columns.push(Arc::new(BooleanArray::from(vec![delete; rows])));
        self.writer.publisher.publish(RecordBatch::try_new(self.writer.publisher.schema().clone(), columns)?)
    }
}

impl Table {
    /// As [`Table::rows_as`], of a table that has these columns and no others.
    ///
    /// # Errors
    /// As there, and if the table has another column.
    pub fn exact_rows_as(&self, schema: &SchemaRef) -> Result<RecordBatch> {
        let fields = self.schema().fields();
        if let Some(other) = fields.iter().find(|field| schema.index_of(field.name()).is_err()) {
            let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            let message = format!("column \"{}\" is not one of the table that is added to", other.name());
            return Err(Error::invalid(message).with_hint(format!("its columns: {}", names.join(", "))));
        }
        self.rows_as(schema)
    }

    /// All rows now, as a batch of the columns that a schema names, in its order.
    ///
    /// # Errors
    /// If a column is missing or has another type.
    pub fn rows_as(&self, schema: &SchemaRef) -> Result<RecordBatch> {
        for field in schema.fields() {
            let own = self.schema().field(self.definition().column_index(field.name())?);
            if own.data_type() != field.data_type() {
                let (name, found, wanted) = (field.name(), own.data_type(), field.data_type());
                let message = format!("column \"{name}\" is {found}, but {wanted} is wanted");
                return Err(
                    Error::invalid(message).with_hint("cast it with update_view, or make it with its type")
                );
            }
        }
        let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let batch = self.batch(0..u64::MAX, Some(&names))?;
        Ok(RecordBatch::try_new_with_options(
            schema.clone(),
            batch.columns().to_vec(),
            &arrow_array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows())),
        )?)
    }
}
