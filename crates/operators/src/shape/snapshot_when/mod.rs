//! `snapshot_when`: a copy of a table, taken anew whenever another one ticks, stamped with what that one says.
//!
//! ```text
//!  source  ─ changes are noted ──┐
//!  trigger ─ adds or modifies ───┴─▶ source as it is now, each row with the trigger's last row
//! ```
//!
//! The trigger *ticks* in a cycle in which it adds or modifies rows; a row that only goes is no tick.
//!
//! | mode | a tick | state |
//! |---|---|---|
//! | [`SnapshotMode::Full`] | takes a copy and stamps all rows | the keys touched since the last tick |
//! | [`SnapshotMode::Incremental`] | takes a copy and stamps the rows that changed since the last tick | these keys and rows, and every row's stamp |
//! | [`SnapshotMode::History`] | appends a stamped copy for each row the trigger added | all copies |
//!
//! A copy is a version, so it copies nothing: its columns are the source's own.
//!
//! **Update rule** of the first two: of the keys touched since the last copy, those that only the old or the new one has are
//! removed or added, the others modified; a row that moved to another key is removed there and added here. If the stamp
//! is another than before, all rows of a full copy are modified in the stamp columns.
//!
//! **Cost**: the source's changed and moved rows, each once, and for a stamp of all rows the runs of their keys. A history
//! costs the source's rows for each row the trigger adds: that is what it is.
//!
//! **Invariants**: 1. keys outside of `touched` have the same row in the last copy and in the source now. 2. `stamps` holds the
//! stamp of every row of the source that was in the last copy and did not change since.

mod copies;

mod history;

mod stamp;

use std::sync::Arc;

use arrow_schema::Schema;
use kinetable_engine::{Definition, Error, Initial, Properties, Result, Table};

use copies::Copies;
use history::History;
use stamp::Stamps;

/// What a tick of the trigger does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotMode {
    /// Takes a full copy.
    Full {
        /// Whether the first copy is taken at once.
        initial: bool,
    },
    /// Stamps only what changed since the last tick.
    Incremental {
        /// Whether the first copy is taken at once.
        initial: bool,
    },
    /// Appends a copy for each row the trigger adds.
    History,
}

/// A copy of `source`, taken when `trigger` ticks. `stamps`: columns of the trigger's last row in each row of the copy,
/// `(name in the result, column)`; after the source's columns, in a history before them.
///
/// # Errors
/// If there is no such column, or two columns of the result have one name.
pub fn snapshot_when(
    source: &Table,
    trigger: &Table,
    stamps: &[(&str, &str)],
    mode: SnapshotMode,
) -> Result<Table> {
    let stamps = Stamps::new(trigger, stamps)?;
    let mut fields = source.schema().fields().to_vec();
    let place = if mode == SnapshotMode::History { 0 } else { fields.len() };
    fields.splice(place..place, stamps.fields.iter().cloned());
    check_names(&fields)?;
    let properties = if mode == SnapshotMode::History { Properties::APPEND } else { Properties::ANY };
    let definition = Definition {
        schema: Arc::new(Schema::new(fields)),
        properties,
        attributes: source.definition().attributes.clone(),
    };
    Table::derive(&[source.clone(), trigger.clone()], |inputs| {
        let (source, trigger) = (&inputs[0], &inputs[1]);
        let (rows, columns, operator): (_, _, Box<dyn kinetable_engine::Operator>) = match mode {
            SnapshotMode::Full { initial } => {
                let mut copies = Copies::full(stamps, source);
                let (rows, columns) = copies.begin(source, trigger, initial)?;
                (rows, columns, Box::new(copies))
            }
            SnapshotMode::Incremental { initial } => {
                let mut copies = Copies::incremental(stamps, source);
                let (rows, columns) = copies.begin(source, trigger, initial)?;
                (rows, columns, Box::new(copies))
            }
            SnapshotMode::History => {
                let mut history = History::new(stamps, source);
                let rows = history.append(source, trigger, trigger.rows())?;
                (rows, history.columns(), Box::new(history))
            }
        };
        Ok(Initial { definition, rows, columns, operator })
    })
}

fn check_names(fields: &[Arc<arrow_schema::Field>]) -> Result<()> {
    let mut twice: Vec<&str> = Vec::new();
    for (place, field) in fields.iter().enumerate() {
        if fields[..place].iter().any(|other| other.name() == field.name()) {
            twice.push(field.name());
        }
    }
    if twice.is_empty() {
        return Ok(());
    }
    let message = format!("Column name conflicts: {}", twice.join(", "));
    Err(Error::invalid(message).with_hint("rename a stamp column: \"New = Old\""))
}
