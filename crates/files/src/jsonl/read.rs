//! A file of JSON lines as columns.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, StringViewArray};
use arrow_schema::DataType;
use kinetable_engine::{Error, Result};
use rayon::prelude::*;

use super::columns::{Seen, array, spelled};
use super::parse::{Cells, Lines, Scalar};
use crate::fault::{Fault, check_utf8, line_of};
use crate::input::Input;
use crate::names::legal;
use crate::records::{Chunk, Chunks, Marks, run};
use crate::{Progress, text};

/// What becomes of lines that are no records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnBadLines {
    /// The first is an error.
    Fail,
    /// They are left out, and told of.
    Skip,
}

/// How to read a file.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Names and types of the columns to take; `None`: all that records have, of the types that fit.
    pub header: Option<Vec<(String, DataType)>>,
    /// What becomes of lines that are no records.
    pub on_bad_lines: OnBadLines,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions { header: None, on_bad_lines: OnBadLines::Fail }
    }
}

/// Lines that were left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BadLines {
    /// How many.
    pub count: usize,
    /// The first of them: number, and what is wrong.
    pub first: Vec<(u64, String)>,
}

/// How many bad lines are told of one by one.
const TOLD: usize = 20;

/// Reads a file as columns, and tells of the lines that were left out.
///
/// # Errors
/// If the file cannot be read, or a line is no record and none is to be left out: the error names the line.
pub fn read(
    path: impl AsRef<Path>,
    options: &ReadOptions,
    progress: &Arc<Progress>,
) -> Result<(Vec<(String, ArrayRef)>, BadLines)> {
    let input = Input::new(path)?;
    let mut chunks = Chunks::open(&input, Marks::LINES, Some(progress))?;
    let take = |old| {
        progress.check()?;
        chunks.next_chunk(old)
    };
    let parsed = run(take, |chunk: &Chunk, _: &mut ()| parse(chunk, options.on_bad_lines));
    let parsed = parsed.map_err(|failed| failed.locate(&input, &[]))?;
    let bad = bad_lines(&input, &parsed)?;
    let parts: Vec<(usize, Vec<Cells>)> = parsed.into_iter().map(|(lines, _)| lines.into_cells()).collect();
    let columns = match &options.header {
        Some(header) => given(&parts, header, &input)?,
        None => inferred(&parts)?,
    };
    Ok((columns, bad))
}

/// The lines of a chunk, and faults of those that are no records.
fn parse(chunk: &Chunk, on_bad: OnBadLines) -> Result<(Lines, Vec<Fault>), Fault> {
    let (mut lines, mut faults, mut start) = (Lines::default(), Vec::new(), 0);
    for line in chunk.bytes.split_inclusive(|byte| *byte == b'\n') {
        if !line.trim_ascii().is_empty() {
            let taken = take_line(&mut lines, line).map_err(|mut fault| {
                fault.at = start as u64;
                fault.after(chunk.offset)
            });
            match (taken, on_bad) {
                (Err(fault), OnBadLines::Fail) => return Err(fault),
                (Err(fault), OnBadLines::Skip) => faults.push(fault),
                (Ok(()), _) => {}
            }
        }
        start += line.len();
    }
    Ok((lines, faults))
}

fn take_line(lines: &mut Lines, line: &[u8]) -> Result<(), Fault> {
    check_utf8(line)?;
    let line = line.trim_ascii_end();
    lines.take(&String::from_utf8_lossy(line)).map_err(|error| {
        // Without the place in the line, which is told on its own.
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        let what = format!("{said} at character {}: {}", error.column(), text::shown(line));
        Fault::of_record(0, what)
            .with_hint("a record is one JSON object on one line; on_bad_lines=\"warn\" leaves others out")
    })
}

fn bad_lines(input: &Input, parsed: &[(Lines, Vec<Fault>)]) -> Result<BadLines> {
    let faults = || parsed.iter().flat_map(|(_, faults)| faults);
    let first = faults().take(TOLD).map(|fault| Ok((line_of(input, fault.at)?, fault.what.clone())));
    Ok(BadLines { count: faults().count(), first: first.collect::<Result<_>>()? })
}

/// Cells of one column, a part each chunk.
struct Column<'a> {
    path: &'a [String],
    parts: Vec<Option<&'a Cells>>,
}

/// The columns in the order in which the file has them.
fn columns(parts: &[(usize, Vec<Cells>)]) -> Vec<Column<'_>> {
    let (mut columns, mut places) = (Vec::new(), HashMap::new());
    for (number, (_, cells)) in parts.iter().enumerate() {
        for cells in cells {
            let place = *places.entry(cells.path.as_slice()).or_insert_with(|| {
                columns.push(Column { path: &cells.path, parts: vec![None; parts.len()] });
                columns.len() - 1
            });
            columns[place].parts[number] = Some(cells);
        }
    }
    columns
}

fn inferred(parts: &[(usize, Vec<Cells>)]) -> Result<Vec<(String, ArrayRef)>> {
    let columns = columns(parts);
    let types = columns.par_iter().map(|column| {
        let cells = column.parts.iter().flatten();
        let seen = cells.clone().map(|cells| Seen::of(&cells.cells)).fold(Seen::default(), Seen::and);
        // An object that is null now and then is no column of its own.
        let has_fields = cells.into_iter().any(|cells| cells.has_fields);
        (seen.is_any() || !has_fields).then(|| seen.data_type())
    });
    let types: Vec<Option<DataType>> = types.collect();
    let there: Vec<(&Column<'_>, DataType)> =
        columns.iter().zip(types).filter_map(|(column, data_type)| Some((column, data_type?))).collect();
    let names: Vec<String> = there.iter().map(|(column, _)| column.path.join("_")).collect();
    let named: Vec<_> = legal(&names).into_iter().zip(there).collect();
    let arrays = named.into_par_iter().map(|(name, (column, data_type))| {
        let made = column.parts.iter().zip(parts).map(|(cells, (rows, _))| {
            let cells = cells.map_or(&[][..], |cells| cells.cells.as_slice());
            array(cells, *rows, &data_type)
        });
        Ok((name, join(&made.collect::<Vec<_>>(), &data_type)?))
    });
    arrays.collect()
}

/// Columns whose types are given: the texts of their cells, read as those types.
fn given(
    parts: &[(usize, Vec<Cells>)],
    header: &[(String, DataType)],
    input: &Input,
) -> Result<Vec<(String, ArrayRef)>> {
    let columns = columns(parts);
    let names: Vec<String> = columns.iter().map(|column| column.path.join("_")).collect();
    let names = legal(&names);
    let arrays = header.par_iter().map(|(name, data_type)| {
        let column = names.iter().position(|found| found == name).map(|place| &columns[place]);
        let mut made = Vec::with_capacity(parts.len());
        for (number, (rows, _)) in parts.iter().enumerate() {
            let cells = column
                .and_then(|column| column.parts[number])
                .map_or(&[][..], |cells| cells.cells.as_slice());
            made.push(typed(cells, *rows, data_type).map_err(|text| {
                let what = format!(
                    "\"{}\", column \"{name}\": {text} is no {}",
                    input.name(),
                    crate::adopt::name_of(data_type)
                );
                Error::source(what)
                    .with_hint("give the column another type in header, String if nothing else fits")
            })?);
        }
        Ok((name.clone(), join(&made, data_type)?))
    });
    arrays.collect()
}

fn typed(cells: &[Scalar], rows: usize, data_type: &DataType) -> Result<ArrayRef, String> {
    let seen = Seen::of(cells).data_type();
    if seen == *data_type && !matches!(data_type, DataType::Utf8View) {
        return Ok(array(cells, rows, data_type));
    }
    if let DataType::List(_) = data_type {
        let made = array(cells, rows, &seen);
        return crate::cast(&made, data_type).map_err(|error| error.to_string());
    }
    let padded = cells.iter().map(spelled).chain(std::iter::repeat_n(None, rows - cells.len()));
    let texts: StringViewArray = padded.collect();
    text::parse_texts(&texts, data_type).map_err(|row| text::shown(texts.value(row).as_bytes()))
}

fn join(arrays: &[ArrayRef], data_type: &DataType) -> Result<ArrayRef> {
    match arrays {
        [] => Ok(arrow_array::new_empty_array(data_type)),
        [one] => Ok(one.clone()),
        several => {
            let several: Vec<&dyn Array> = several.iter().map(AsRef::as_ref).collect();
            Ok(arrow_select::concat::concat(&several)?)
        }
    }
}
