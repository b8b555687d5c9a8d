//! A file as columns.
//!
//! **Invariants**: 1. the first fault of the file is told, whatever thread met one first: chunks are handed out in order, so all before
//! it are parsed; 2. types do not depend on threads: a column's floor only grows, and only by cells of the file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use kinetable_engine::{Error, Result};
use rayon::prelude::*;

use super::cells::{Column, Part, Trims};

use super::infer::{Floor, Kind, first_fit, is_stale};
use super::join::join;
use super::options::ReadOptions;
use super::tokens::{Cell, Shape, Tokens};
use crate::fault::{Fault, check_utf8};
use crate::input::Input;
use crate::records::{Chunk, Chunks, Marks, Numbered, run};
use crate::{Progress, names};

/// Reads a file as columns.
///
/// # Errors
/// If the file cannot be read, or its cells are not what the options say: the error names the line and the column.
pub fn read(
    path: impl AsRef<Path>,
    options: &ReadOptions,
    progress: &Arc<Progress>,
) -> Result<Vec<(String, ArrayRef)>> {
    options.check()?;
    let input = Input::new(path)?;
    let (chunks, layout) = begin(&input, options, Some(progress))?;
    let reading = Reading { input: &input, options, layout, progress };
    let mut parsed = reading.parse_all(chunks)?;
    let kinds = reading.settle(&mut parsed)?;
    reading.join(parsed, &kinds)
}

/// What the columns of a file are.
struct Layout {
    names: Vec<String>,
    /// Types that were asked for, and what is known of the others.
    wanted: Vec<Option<DataType>>,
    floors: Vec<Floor>,
    shape: Shape,
}

/// One chunk as parts of columns.
struct Parsed {
    rows: usize,
    parts: Vec<(Kind, Part)>,
}

/// Opens a file before its first row of data.
fn begin(input: &Input, options: &ReadOptions, progress: Option<&Arc<Progress>>) -> Result<(Chunks, Layout)> {
    let marks = Marks {
        delimiter: options.delimiter,
        quote: options.quote,
        newline: b'\n',
        skips_blanks: options.ignore_surrounding_spaces,
    };
    let mut chunks = Chunks::open(input, marks, progress)?;
    let names = names_of(&mut chunks, input, options)?;
    for _ in 0..options.skip_rows {
        if chunks.next_record()?.is_none() {
            break;
        }
    }
    let wanted = match &options.header {
        Some(header) => header.iter().map(|(_, data_type)| Some(data_type.clone())).collect(),
        None => vec![None; names.len()],
    };
    let shape = Shape::new(chunks.marks(), options, names.len());
    let floors = names.iter().map(|_| Floor::default()).collect();
    Ok((chunks, Layout { names, wanted, floors, shape }))
}

fn names_of(chunks: &mut Chunks, input: &Input, options: &ReadOptions) -> Result<Vec<String>> {
    let given = options.header.as_ref();
    if given.is_some_and(Vec::is_empty) {
        return Err(Error::invalid("the header that is given has no column"));
    }
    for _ in 0..options.header_row {
        chunks.next_record()?;
    }
    let first = if options.headless { chunks.peek_record()? } else { chunks.next_record()? };
    let Some((offset, mut record)) = first else {
        if let (Some(given), true) = (given, options.headless) {
            return Ok(given.iter().map(|(name, _)| name.clone()).collect());
        }
        let message =
            format!("\"{}\" has no line {} to take columns from", input.name(), options.header_row + 1);
        let hint = "an empty file is read with headless=True and header= with names and types";
        return Err(Error::source(message).with_hint(hint));
    };
    let marks = chunks.marks();
    if record.last() != Some(&marks.newline) {
        record.push(marks.newline);
    }
    let cells = cells_of(&record, chunks, options).map_err(|fault| fault.after(offset).locate(input, &[]))?;
    let Some(given) = given else {
        return Ok(if options.headless { names::numbered(cells.len()) } else { names::legal(&cells) });
    };
    let is_allowed = match cells.len() {
        found if found < given.len() => options.allow_missing_columns,
        found if found > given.len() => options.ignore_excess_columns,
        _ => true,
    };
    if !is_allowed {
        let what = format!("the line has {} cells, but header names {} columns", cells.len(), given.len());
        let fault = Fault::of_record(0, what).with_hint("header names every column of the file, in order");
        return Err(fault.after(offset).locate(input, &[]));
    }
    Ok(given.iter().map(|(name, _)| name.clone()).collect())
}

/// The texts of one record.
fn cells_of(record: &[u8], chunks: &Chunks, options: &ReadOptions) -> Result<Vec<String>, Fault> {
    let tokens = Tokens::find(Shape::any(chunks.marks()), record, Vec::new())?;
    check_utf8(record)?;
    let width = tokens.cells().len();
    let trims = Trims { plain: options.ignore_surrounding_spaces, quoted: true };
    let text = |number| {
        let column = Column::new(record, &tokens, number, width, trims);
        String::from_utf8_lossy(&column.unescaped(tokens.cells()[number])).into_owned()
    };
    Ok((0..width).map(text).collect())
}

/// A file that is being read.
struct Reading<'a> {
    input: &'a Input,
    options: &'a ReadOptions,
    layout: Layout,
    progress: &'a Progress,
}

impl Reading<'_> {
    fn parse_all(&self, mut chunks: Chunks) -> Result<Vec<Parsed>> {
        let every: Vec<usize> = (0..self.layout.names.len()).collect();
        if let Some(limit) = self.options.num_rows {
            return self.parse_first(chunks, &every, limit);
        }
        let take = |old: Vec<u8>| {
            self.progress.check()?;
            chunks.next_chunk(old)
        };
        let parsed = run(take, |chunk, cells| self.parse(chunk, &every, usize::MAX, cells));
        parsed.map_err(|failed| failed.locate(self.input, &self.layout.names))
    }

    /// The first rows, one chunk after the other: how many of one are wanted depends on those before.
    fn parse_first(&self, mut chunks: Chunks, every: &[usize], limit: u64) -> Result<Vec<Parsed>> {
        let (mut all, mut left) = (Vec::new(), usize::try_from(limit).unwrap_or(usize::MAX));
        while left > 0 {
            self.progress.check()?;
            let Some(chunk) = chunks.next_chunk(Vec::new())? else { break };
            let parsed = self.parse(&chunk, every, left, &mut Vec::new());
            let parsed = parsed.map_err(|fault| fault.locate(self.input, &self.layout.names))?;
            left -= parsed.rows;
            all.push(parsed);
        }
        Ok(all)
    }

    /// Some columns of a chunk.
    fn parse(
        &self,
        chunk: &Chunk,
        columns: &[usize],
        limit: usize,
        memory: &mut Vec<Cell>,
    ) -> Result<Parsed, Fault> {
        let (offset, bytes) = (chunk.offset, chunk.bytes.as_slice());
        let shape = Shape { limit, ..self.layout.shape };
        let tokens =
            Tokens::find(shape, bytes, std::mem::take(memory)).map_err(|fault| fault.after(offset))?;
        check_utf8(tokens.bytes()).map_err(|fault| fault.after(offset))?;
        let trims = Trims { plain: self.options.ignore_surrounding_spaces, quoted: self.options.trim };
        let parse = |number: &usize| {
            let column = Column::new(bytes, &tokens, *number, shape.width, trims);
            match &self.layout.wanted[*number] {
                Some(data_type) => Ok((Kind::Text, column.parse_as(data_type)?)),
                None => Ok(first_fit(&column, &self.layout.floors[*number])),
            }
        };
        let parts = columns.iter().map(parse).collect::<Result<Vec<_>, Fault>>();
        let parsed = parts.map(|parts| Parsed { rows: tokens.rows(), parts });
        *memory = tokens.into_cells();
        parsed.map_err(|fault| fault.after(offset))
    }

    /// Parses parts again until all of a column are of one kind; the kinds.
    fn settle(&self, parsed: &mut [Parsed]) -> Result<Vec<Kind>> {
        loop {
            let kinds: Vec<Kind> =
                (0..self.layout.names.len()).map(|column| self.kind(parsed, column)).collect();
            let mut stale: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for (number, chunk) in parsed.iter().enumerate() {
                for (column, (kind, part)) in chunk.parts.iter().enumerate() {
                    if self.layout.wanted[column].is_none() && is_stale(part, *kind, kinds[column]) {
                        stale.entry(number).or_default().push(column);
                    }
                }
            }
            let Some(last) = stale.keys().next_back() else { return Ok(kinds) };
            self.parse_again(parsed, &stale, *last)?;
        }
    }

    /// What a column is as far as is known: texts, if it has no value.
    fn kind(&self, parsed: &[Parsed], column: usize) -> Kind {
        let is_null = |chunk: &Parsed| matches!(chunk.parts[column].1, Part::Nulls { .. });
        let kind = if parsed.iter().all(is_null) { Kind::Text } else { self.layout.floors[column].get() };
        if self.layout.wanted[column].is_none() {
            self.layout.floors[column].raise(kind);
        }
        kind
    }

    fn parse_again(
        &self,
        parsed: &mut [Parsed],
        stale: &BTreeMap<usize, Vec<usize>>,
        last: usize,
    ) -> Result<()> {
        let (mut chunks, _) = begin(self.input, self.options, None)?;
        let take = |mut old: Vec<u8>| loop {
            self.progress.check()?;
            match chunks.next_chunk(old)? {
                Some(chunk) if chunk.number > last => return Ok(None),
                Some(chunk) if stale.contains_key(&chunk.number) => return Ok(Some(chunk)),
                Some(chunk) => old = chunk.bytes,
                None => return Ok(None),
            }
        };
        let rows: Vec<usize> = parsed.iter().map(|chunk| chunk.rows).collect();
        let again = run(take, |chunk: &Chunk, cells| {
            let number = chunk.number;
            // The last chunk of a limited read was cut.
            let limit = if self.options.num_rows.is_some() { rows[number] } else { usize::MAX };
            let parts = self.parse(chunk, &stale[&number], limit, cells)?;
            Ok(Numbered { number, value: parts })
        });
        let again = again.map_err(|failed| failed.locate(self.input, &self.layout.names))?;
        let is_same =
            again.len() == stale.len() && again.iter().all(|chunk| rows[chunk.number] == chunk.value.rows);
        if !is_same {
            let message = format!("\"{}\" changed while it was read", self.input.name());
            return Err(Error::source(message).with_hint("read it when it is complete"));
        }
        for Numbered { number, value } in again {
            for (column, part) in stale[&number].iter().zip(value.parts) {
                parsed[number].parts[*column] = part;
            }
        }
        Ok(())
    }

    fn join(&self, parsed: Vec<Parsed>, kinds: &[Kind]) -> Result<Vec<(String, ArrayRef)>> {
        let mut columns: Vec<Vec<Part>> = kinds.iter().map(|_| Vec::with_capacity(parsed.len())).collect();
        for chunk in parsed {
            for (column, (_, part)) in columns.iter_mut().zip(chunk.parts) {
                column.push(part);
            }
        }
        let joined = columns.into_par_iter().enumerate().map(|(number, parts)| {
            let wanted = self.layout.wanted[number].clone();
            let data_type = wanted.unwrap_or_else(|| kinds[number].data_type());
            Ok((self.layout.names[number].clone(), join(parts, &data_type)?))
        });
        joined.collect()
    }
}
