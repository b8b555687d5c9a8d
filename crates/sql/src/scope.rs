//! Tables as a query sees them: columns with the names they go by.

use arrow_schema::DataType;
use kinetable::Result;
use kinetable_engine::Table;
use sqlparser::ast::Ident;

use crate::expr::{ColumnId, Expr};
use crate::place::{NOWHERE, at};

/// A table of the engine, and which of its columns can be named.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) table: Table,
    pub(crate) columns: Vec<Column>,
}

/// A column that can be named.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) id: ColumnId,
    /// The table's name or alias.
    pub(crate) qualifier: Option<String>,
    pub(crate) name: String,
    pub(crate) data_type: DataType,
    pub(crate) standing: Standing,
}

/// Whether a column is one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Own,
    /// Joined with another into one by `USING`: it is there under its table's name alone.
    Merged,
}

impl Column {
    /// The column as an expression.
    pub(crate) fn expr(&self) -> Expr {
        Expr::column(self.id, &self.data_type)
    }
}

impl Relation {
    /// Whether it has the column.
    pub(crate) fn has(&self, id: ColumnId) -> bool {
        self.columns.iter().any(|column| column.id == id)
    }
}

/// Columns of a table within a query.
const COLUMNS_MAX: usize = 4_096;

/// Refuses a table of too many columns: what selects them all twice, time and again, has no end.
///
/// # Errors
/// If there are too many.
pub(crate) fn fits(columns: usize, place: sqlparser::tokenizer::Location) -> Result<()> {
    match columns <= COLUMNS_MAX {
        true => Ok(()),
        false => {
            Err(at(place, format!("a table of {columns} columns is made, and {COLUMNS_MAX} are the most"))
                .with_hint("name the columns that are wanted in place of *"))
        }
    }
}

/// The column that is called so.
///
/// # Errors
/// If there is none, or several.
pub(crate) fn resolve<'a>(columns: &'a [Column], parts: &[Ident]) -> Result<&'a Column> {
    let (qualifier, name) = match parts {
        [name] => (None, name),
        [qualifier, name] => (Some(qualifier), name),
        _ => {
            let place = parts.first().map(|part| part.span.start).unwrap_or(NOWHERE);
            return Err(at(place, "a column is called by a name, or by the names of its table and its own")
                .with_hint("column or table.column"));
        }
    };
    let fits = |column: &&Column| {
        column.name == name.value
            && match qualifier {
                None => column.standing == Standing::Own,
                Some(qualifier) => column.qualifier.as_deref() == Some(&qualifier.value),
            }
    };
    let mut found = columns.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(column), None) => Ok(column),
        (Some(_), Some(_)) => {
            Err(at(name.span.start, format!("\"{}\" is the name of several columns", name.value))
                .with_hint("say of which table: table.column"))
        }
        (None, _) => Err(missing(columns, qualifier, name)),
    }
}

fn missing(columns: &[Column], qualifier: Option<&Ident>, name: &Ident) -> kinetable::Error {
    if let Some(qualifier) = qualifier
        && !columns.iter().any(|column| column.qualifier.as_deref() == Some(&qualifier.value))
    {
        let mut tables: Vec<&str> = columns.iter().filter_map(|column| column.qualifier.as_deref()).collect();
        tables.dedup();
        return at(qualifier.span.start, format!("there is no table \"{}\" in FROM", qualifier.value))
            .with_hint(format!("tables are: {}; a table with an alias goes by that alone", listed(&tables)));
    }
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let alike = names.iter().find(|other| other.eq_ignore_ascii_case(&name.value));
    let hint = match alike {
        Some(alike) => format!("did you mean \"{alike}\"? names are case-sensitive"),
        None => {
            format!("columns are: {}; an outer query's are seen in equations of WHERE alone", listed(&names))
        }
    };
    at(name.span.start, format!("there is no column \"{}\"", name.value)).with_hint(hint)
}

/// Some of the names.
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        names if names.len() <= 20 => names.join(", "),
        names => format!("{}, … ({} in all)", names[..20].join(", "), names.len()),
    }
}
