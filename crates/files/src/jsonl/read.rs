//! A file of JSON lines as columns.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use kinetable_engine::{Error, Result};
use rayon::prelude::*;

use super::columns::{Seen, array};
use super::parse::{COLUMNS_MAX, Cells, Lines, Refused};
use super::typed;
use crate::fault::{Fault, check_utf8};
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
    let bad = bad_lines(&parsed);
    let parts: Vec<(usize, Vec<Cells>)> =
        parsed.into_iter().map(|parsed| parsed.lines.into_cells()).collect();
    let columns = columns(&parts);
    if columns.len() > COLUMNS_MAX {
        let message = format!("\"{}\" has more than {COLUMNS_MAX} different fields", input.name());
        return Err(Error::source(message).with_hint(TOO_MANY_HINT));
    }
    let columns = match &options.header {
        Some(header) => given(&parts, &columns, header, &input)?,
        None => inferred(&parts, &columns)?,
    };
    Ok((columns, bad))
}

/// What a chunk holds.
#[derive(Default)]
struct Parsed {
    lines: Lines,
    /// Those that are no records, by their numbers in the chunk.
    bad: BadLines,
    /// How many lines of the file it is, empty and bad ones too.
    count: u64,
}

fn parse(chunk: &Chunk, on_bad: OnBadLines) -> Result<Parsed, Fault> {
    let (mut parsed, mut start) = (Parsed::default(), 0);
    // Checked at once; line by line only where something is wrong.
    let whole = simdutf8::basic::from_utf8(&chunk.bytes).ok();
    while start < chunk.bytes.len() {
        let rest = &chunk.bytes[start..];
        let end = memchr::memchr(b'\n', rest).map_or(chunk.bytes.len(), |end| start + end + 1);
        parsed.count += 1;
        let line = match whole {
            Some(text) => Ok(&text[start..end]),
            None => check_utf8(&chunk.bytes[start..end])
                .map(|()| std::str::from_utf8(&chunk.bytes[start..end]).unwrap_or_default()),
        };
        let taken = line.and_then(|line| take_line(&mut parsed.lines, line));
        match taken.map_err(|fault| fault.after(chunk.offset + start as u64)) {
            Ok(()) => {}
            Err(fault) if on_bad == OnBadLines::Fail || parsed.lines.is_full() => return Err(fault),
            Err(fault) => parsed.bad.add(parsed.count, fault.what),
        }
        start = end;
    }
    Ok(parsed)
}

fn take_line(lines: &mut Lines, line: &str) -> Result<(), Fault> {
    let line = line.trim_ascii_end();
    if line.is_empty() {
        return Ok(());
    }
    lines.take(line).map_err(|refused| match refused {
        Refused::Columns => {
            Fault::of_record(0, format!("here the file has more than {COLUMNS_MAX} different fields"))
                .with_hint(TOO_MANY_HINT)
        }
        Refused::Line(error) => {
            // Without the place in the line, which is told on its own.
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            let what = format!("{said} at character {}: {}", error.column(), text::shown(line.as_bytes()));
            Fault::of_record(0, what)
                .with_hint("a record is one JSON object on one line; on_bad_lines=\"warn\" leaves others out")
        }
    })
}

const TOO_MANY_HINT: &str = "each field is a column; names that are data belong into a list of objects";

impl BadLines {
    fn add(&mut self, line: u64, what: String) {
        self.count += 1;
        if self.first.len() < TOLD {
            self.first.push((line, what));
        }
    }
}

fn bad_lines(parsed: &[Parsed]) -> BadLines {
    let (mut bad, mut before) = (BadLines::default(), 0);
    for parsed in parsed {
        bad.count += parsed.bad.count;
        let first = parsed.bad.first.iter().map(|(line, what)| (before + line, what.clone()));
        bad.first.extend(first.take(TOLD - bad.first.len()));
        before += parsed.count;
    }
    bad
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

fn inferred(parts: &[(usize, Vec<Cells>)], columns: &[Column<'_>]) -> Result<Vec<(String, ArrayRef)>> {
    let types = columns.par_iter().map(|column| {
        let cells = column.parts.iter().flatten();
        let seen = cells.clone().map(|cells| Seen::of(&cells.cells)).fold(Seen::default(), Seen::and);
        // An object that is null now and then is no column of its own.
        let has_fields = cells.into_iter().any(|cells| cells.fields_since.is_some());
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
    columns: &[Column<'_>],
    header: &[(String, DataType)],
    input: &Input,
) -> Result<Vec<(String, ArrayRef)>> {
    let names: Vec<String> = columns.iter().map(|column| column.path.join("_")).collect();
    let names = legal(&names);
    let arrays = header.par_iter().map(|(name, data_type)| {
        let column = names.iter().position(|found| found == name).map(|place| &columns[place]);
        let mut made = Vec::with_capacity(parts.len());
        for (number, (rows, _)) in parts.iter().enumerate() {
            let cells = column
                .and_then(|column| column.parts[number])
                .map_or(&[][..], |cells| cells.cells.as_slice());
            made.push(typed::cells(cells, *rows, data_type).map_err(|text| {
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
