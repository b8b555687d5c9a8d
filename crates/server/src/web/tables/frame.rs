//! The bytes of a frame of cells: a header in JSON, then a stream of Arrow IPC with one batch.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, FieldRef, Schema};
use arrow_select::take::take;
use serde::Serialize;

use super::difference::Part;
use super::sheet::Sheet;
use crate::web::messages::tell::Header;

#[derive(Serialize)]
struct Typed<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    header: &'a Header,
}

/// A frame with all cells of a page; `kind`: `snap` or `page`.
pub(in crate::web) fn whole(
    kind: &'static str,
    header: &Header,
    sheet: &Sheet,
) -> Result<Vec<u8>, ArrowError> {
    let header = Header { cut: sheet.cut.clone(), failed: sheet.failed.clone(), ..header.clone() };
    frame(kind, &header, &sheet.fields, &sheet.cells, sheet.n as usize)
}

/// A frame with what leads to a page.
pub(in crate::web) fn part(header: &Header, sheet: &Sheet, part: &Part) -> Result<Vec<u8>, ArrowError> {
    let rows: UInt32Array =
        part.runs.iter().flat_map(|[start, count]| *start as u32..(start + count) as u32).collect();
    let cells = part.columns.iter().map(|column| take(&sheet.cells[*column], &rows, None));
    let cells = cells.collect::<Result<Vec<_>, _>>()?;
    let fields: Vec<FieldRef> = part.columns.iter().map(|column| sheet.fields[*column].clone()).collect();
    let header = Header {
        moves: part.moves.clone(),
        runs: Some(part.runs.clone()),
        cut: sheet.cut.clone(),
        failed: sheet.failed.clone(),
        ..header.clone()
    };
    frame("delta", &header, &fields, &cells, rows.len())
}

fn frame(
    kind: &'static str,
    header: &Header,
    fields: &[FieldRef],
    cells: &[ArrayRef],
    rows: usize,
) -> Result<Vec<u8>, ArrowError> {
    let text = serde_json::to_vec(&Typed { kind, header }).unwrap_or_default();
    let mut bytes = Vec::with_capacity(1024 + text.len());
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let schema = Arc::new(Schema::new(fields.to_vec()));
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(schema.clone(), cells.to_vec(), &options)?;
    let mut writer = StreamWriter::try_new(&mut bytes, &schema)?;
    writer.write(&batch)?;
    writer.finish()?;
    drop(writer);
    Ok(bytes)
}
