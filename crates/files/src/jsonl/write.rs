//! Rows as JSON lines: an object a row, with every column, and null where there is none.

use std::io::Write;
use std::ops::Range;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use kinetable_engine::{Result, Version};
use rayon::prelude::*;

use super::spell::{Json, json, push_text};
use crate::Progress;
use crate::output::Output;

/// Rows that one thread spells at a time.
const RUN: u64 = 1 << 14;

/// Writes the rows of a version. The file is there when it is complete; an old one is replaced.
///
/// # Errors
/// If the file cannot be written, a column cannot be computed, or has no text.
pub fn write(
    version: &Version,
    schema: &SchemaRef,
    path: impl AsRef<Path>,
    progress: &Progress,
) -> Result<()> {
    let rows = version.rows().len();
    progress.expect(rows);
    let mut output = Output::create(path)?;
    let together = RUN * rayon::current_num_threads() as u64;
    for start in (0..rows).step_by(together as usize) {
        progress.check()?;
        let stop = (start + together).min(rows);
        let runs: Vec<Range<u64>> =
            (start..stop).step_by(RUN as usize).map(|start| start..(start + RUN).min(stop)).collect();
        let spelled =
            runs.into_par_iter().map(|run| lines(&version.batch(schema, &version.rows().slice(run))?));
        for bytes in spelled.collect::<Result<Vec<_>>>()? {
            output.write_all(&bytes).map_err(|error| output.failed(error))?;
        }
        progress.advance(stop - start);
    }
    output.finish()
}

fn lines(batch: &RecordBatch) -> Result<Vec<u8>> {
    let schema = batch.schema();
    let columns = batch.columns().iter().zip(schema.fields()).enumerate().map(|(place, (values, field))| {
        let mut name = Vec::new();
        name.push(if place == 0 { b'{' } else { b',' });
        push_text(&mut name, field.name().as_bytes());
        name.push(b':');
        let json = json(values).map_err(|error| error.in_context(format!("column \"{}\"", field.name())))?;
        Ok((name, json))
    });
    let columns: Vec<(Vec<u8>, Json<'_>)> = columns.collect::<Result<_>>()?;
    let mut out = Vec::new();
    for row in 0..batch.num_rows() {
        for (name, json) in &columns {
            out.extend_from_slice(name);
            json(&mut out, row);
        }
        out.extend_from_slice(if columns.is_empty() { b"{}\n" } else { b"}\n" });
    }
    Ok(out)
}
