//! A script: what happens to one input table, cycle by cycle.
//!
//! A step is a wish: what cannot be done when its cycle comes (a row removed that is not there, a shift into other
//! rows) is left out by [`crate::model`]. So every part of a script is a script, and scripts can be shrunk.

use crate::cell::{Cell, Row};
use crate::text::{align, header, parse_step, parse_table, row_line, step_lines};
use arrow_schema::SchemaRef;
use kinetable_engine::{Properties, Result};
use std::fmt;
use std::ops::Range;

/// One cycle's changes to a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Step {
    /// Previous keys of rows that go.
    pub removed: Vec<u64>,
    /// Runs of old keys that move.
    pub shifted: Vec<(Range<u64>, i64)>,
    /// New keys of rows that come, with their values.
    pub added: Vec<(u64, Row)>,
    /// New keys of rows that change, with the new values; none where a column keeps its value.
    pub modified: Vec<(u64, Vec<Option<Cell>>)>,
}

impl Step {
    /// Whether nothing happens.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of rows and shifts named.
    pub fn len(&self) -> usize {
        self.removed.len() + self.shifted.len() + self.added.len() + self.modified.len()
    }
}

/// What happens to one table. `Display` prints it as table text and updates; `Script::parse` reads it back.
#[derive(Debug, Clone)]
pub struct Script {
    /// Names and types of the columns.
    pub schema: SchemaRef,
    /// What operators may rely on: steps that would break it lose what breaks it.
    pub properties: Properties,
    /// Whether the table is static: then there are no steps.
    pub is_fixed: bool,
    /// The rows it begins with.
    pub start: Vec<(u64, Row)>,
    /// What each cycle does.
    pub steps: Vec<Step>,
}

impl Script {
    /// A script from table text with keys, and one text of updates a cycle, parted by lines of `---`.
    ///
    /// # Errors
    /// When a part is not table or update text, with the line.
    pub fn parse(properties: Properties, text: &str) -> Result<Script> {
        let mut parts = text.split("---");
        let (schema, start) = parse_table(parts.next().unwrap_or_default())?;
        let steps = parts.map(|part| parse_step(&schema, part)).collect::<Result<Vec<_>>>()?;
        Ok(Script { schema, properties, is_fixed: false, start, steps })
    }

    /// The script without a column.
    pub(crate) fn without_column(&self, column: usize) -> Script {
        let fields = self.schema.fields().iter().enumerate();
        let kept: Vec<_> = fields.filter(|(at, _)| *at != column).map(|(_, f)| f.clone()).collect();
        let mut script = self.clone();
        script.schema = std::sync::Arc::new(arrow_schema::Schema::new(kept));
        let steps = script.steps.iter_mut();
        let added = steps.flat_map(|step| {
            for (_, cells) in &mut step.modified {
                cells.remove(column);
            }
            &mut step.added
        });
        for (_, row) in added.chain(&mut script.start) {
            row.remove(column);
        }
        script
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = vec![header(&self.schema, "key")];
        lines.extend(self.start.iter().map(|(key, row)| row_line(&self.schema, *key, row)));
        f.write_str(&align(&lines))?;
        for step in &self.steps {
            writeln!(f, "---")?;
            f.write_str(&align(&step_lines(&self.schema, step)))?;
        }
        Ok(())
    }
}
