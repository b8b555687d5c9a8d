//! The columns that a join puts beside those of the left table, and what a change of either side means for a result
//! that has the rows of the left table.

use std::sync::Arc;

use arrow_schema::{FieldRef, Schema, SchemaRef};
use kinetable_engine::column::Redirected;
use kinetable_engine::{Column, ColumnSet, Error, Result, RowSet, Table, Update, Version};

/// Right columns beside left ones.
pub(crate) struct Additions {
    /// Of each added column, the right column.
    pub(crate) added: Vec<usize>,
    /// Columns of the left table.
    pub(crate) width: usize,
    /// All columns of the result.
    pub(crate) schema: SchemaRef,
}

impl Additions {
    /// Finds right columns by name: pairs of the name in the result and the right column.
    pub(crate) fn resolve(left: &Table, right: &Table, add: &[(&str, &str)]) -> Result<Additions> {
        let mut fields: Vec<FieldRef> = left.schema().fields().to_vec();
        let (mut added, mut clashes) = (Vec::new(), Vec::new());
        for (out, name) in add {
            let index = right.definition().column_index(name)?;
            if fields.iter().any(|field| field.name() == out) {
                clashes.push((*out, *name));
            }
            let field = right.schema().field(index).clone();
            fields.push(Arc::new(field.with_name(*out).with_nullable(true)));
            added.push(index);
        }
        match clashes.first() {
            None => {
                let width = left.schema().fields().len();
                Ok(Additions { added, width, schema: Arc::new(Schema::new(fields)) })
            }
            Some((out, name)) => {
                let names: Vec<&str> = clashes.iter().map(|(out, _)| *out).collect();
                let message = format!("Conflicting column names [{}]", names.join(", "));
                let hint = format!("name the columns to add, under names that are free: \"New{out}={name}\"");
                Err(Error::invalid(message).with_hint(hint))
            }
        }
    }

    /// The left columns as they are, and the added ones through a row map.
    pub(crate) fn columns(&self, left: &Version, right: &Version, map: &Column) -> Vec<Column> {
        let redirect = |column: &usize| {
            let inner = right.column(*column).clone();
            Arc::new(Redirected::new(inner, map.clone())) as Column
        };
        let mut columns = left.columns().to_vec();
        columns.extend(self.added.iter().map(redirect));
        columns
    }

    /// The update of a result whose rows are the left table's.
    pub(crate) fn update(&self, left: &Update, right: &Update, touched: &Touched) -> Update {
        let mut result = left.clone();
        if touched.left_rekeyed {
            self.mark_all(&mut result.modified_columns);
        }
        let rematched = touched.rematched.difference(&left.added);
        if !rematched.is_empty() {
            self.mark_all(&mut result.modified_columns);
            result.modified = result.modified.union(&rematched);
        }
        let shown = touched.shown.difference(&left.added);
        if !shown.is_empty() {
            result.modified = result.modified.union(&shown);
            let outputs = self.added.iter().zip(self.width..);
            outputs
                .filter(|(column, _)| right.modified_columns.contains(**column))
                .for_each(|(_, output)| result.modified_columns.insert(output));
        }
        // A join that adds nothing is never modified but by the left table.
        if result.modified_columns.is_empty() {
            result.modified = RowSet::empty();
        }
        result
    }

    /// Whether right rows were modified in an added column.
    pub(crate) fn shows(&self, right: &Update) -> bool {
        right.modified_columns.intersects(self.added.iter().copied())
    }

    fn mark_all(&self, columns: &mut ColumnSet) {
        let outputs = self.width..self.width + self.added.len();
        outputs.for_each(|output| columns.insert(output));
    }
}

/// The left rows that a cycle concerns, by new key.
#[derive(Default)]
pub(crate) struct Touched {
    /// Whether left rows that stay may have another key.
    pub(crate) left_rekeyed: bool,
    /// Left rows that have another right row now.
    pub(crate) rematched: RowSet,
    /// Left rows whose right row was modified in an added column.
    pub(crate) shown: RowSet,
}
