//! A row → an Avro record.

use arrow_schema::Schema as TableSchema;
use kinetable_engine::Result;

use super::super::encode::Chunk;
use super::plan::Step;
use super::source::{Source, plan};
use super::{AvroProduce, Destination};
use crate::avro::put_long;
use crate::decode::Reason;

/// How the rows of a table become Avro records.
#[derive(Debug, Clone)]
pub(in crate::produce) struct AvroEncoder {
    header: Vec<u8>,
    steps: Vec<Step>,
}

impl AvroEncoder {
    /// An encoder, and the columns it takes, in their order.
    pub(in crate::produce) fn new(
        spec: &AvroProduce,
        chosen: &[String],
        table: &TableSchema,
        to: &Destination<'_>,
    ) -> Result<(AvroEncoder, Vec<String>)> {
        let source = Source::open(spec, chosen, table, to)?;
        let (steps, columns) = plan(spec, &source.schema, chosen, table)?;
        Ok((AvroEncoder { header: source.header, steps }, columns))
    }

    /// Appends the record of a row.
    ///
    /// # Errors
    /// If a cell is no value of its field; what was appended is then to be taken back.
    pub(in crate::produce) fn write(
        &self,
        chunk: &Chunk<'_>,
        row: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Reason> {
        out.extend_from_slice(&self.header);
        write_all(&self.steps, chunk, row, out)
    }
}

fn write_all(steps: &[Step], chunk: &Chunk<'_>, row: usize, out: &mut Vec<u8>) -> Result<(), Reason> {
    for step in steps {
        match step {
            Step::Cell { place, name, choice } => choice
                .write(&chunk.cells[*place], row, out)
                .map_err(|reason| format!("column \"{name}\" is {reason}"))?,
            Step::Bytes(bytes) => out.extend_from_slice(bytes),
            Step::Now(unit) => put_long(out, chunk.now.div_euclid(*unit)),
            Step::Record { null, value, places, steps } => {
                if places.iter().all(|place| chunk.cells[*place].is_null(row)) {
                    put_long(out, *null as i64);
                } else {
                    put_long(out, *value as i64);
                    write_all(steps, chunk, row, out)?;
                }
            }
        }
    }
    Ok(())
}
