//! Rows as a CSV file.
//!
//! A header row; `\n` after each record. Null is an empty cell, an empty text `""`. Texts with a delimiter, a quote, a line end, or a
//! blank at an end are in quotes. Instants are ISO 8601; a list is JSON.
//!
//! **Cost**: runs of rows are read and spelled on all cores, and written in order; a run a thread is in memory.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use kinetable_engine::{Error, Result, Version};
use rayon::prelude::*;

use super::options::WriteOptions;
use crate::Progress;
use crate::output::Output;
use crate::text::Speller;

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
    options: &WriteOptions,
    progress: &Progress,
) -> Result<()> {
    options.check()?;
    let mut output = Output::create(path)?;
    let failed = output.failure();
    write_to(version, schema, &mut output, failed, options, progress)?;
    output.finish()
}

/// Writes the rows of a version as they are spelled, to whatever takes bytes; `failed` makes its errors ours.
///
/// # Errors
/// If the bytes are not taken, a column cannot be computed, or has no text.
pub fn write_to(
    version: &Version,
    schema: &SchemaRef,
    output: &mut impl Write,
    failed: impl Fn(io::Error) -> Error,
    options: &WriteOptions,
    progress: &Progress,
) -> Result<()> {
    options.check()?;
    let style = Style::of(options);
    let rows = version.rows().len();
    progress.expect(rows);
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut bytes = Vec::new();
    style.header(&mut bytes, &names);
    output.write_all(&bytes).map_err(&failed)?;
    let together = RUN * rayon::current_num_threads() as u64;
    for start in (0..rows).step_by(together as usize) {
        progress.check()?;
        let stop = (start + together).min(rows);
        let runs: Vec<Range<u64>> =
            (start..stop).step_by(RUN as usize).map(|start| start..(start + RUN).min(stop)).collect();
        let spelled = runs.into_par_iter().map(|run| {
            let batch = version.batch(schema, &version.rows().slice(run))?;
            style.batch(&batch)
        });
        for bytes in spelled.collect::<Result<Vec<_>>>()? {
            output.write_all(&bytes).map_err(&failed)?;
        }
        progress.advance(stop - start);
    }
    Ok(())
}

/// Which characters mean something.
struct Style {
    delimiter: u8,
    quote: u8,
    /// For each byte, whether a text with it is put in quotes.
    is_special: [bool; 256],
}

impl Style {
    fn of(options: &WriteOptions) -> Style {
        let mut is_special = [false; 256];
        for byte in [options.delimiter, options.quote, b'\n', b'\r'] {
            is_special[usize::from(byte)] = true;
        }
        Style { delimiter: options.delimiter, quote: options.quote, is_special }
    }

    fn header(&self, out: &mut Vec<u8>, names: &[&str]) {
        for (place, name) in names.iter().enumerate() {
            if place > 0 {
                out.push(self.delimiter);
            }
            self.quoted_if_special(out, name.as_bytes());
        }
        out.push(b'\n');
    }

    fn batch(&self, batch: &RecordBatch) -> Result<Vec<u8>> {
        let schema = batch.schema();
        let columns = batch.columns().iter().zip(schema.fields()).map(|(values, field)| {
            let spelled = crate::jsonl::cell_speller(values);
            let speller =
                spelled.map_err(|error: Error| error.in_context(format!("column \"{}\"", field.name())))?;
            Ok((values, speller))
        });
        let columns: Vec<(&ArrayRef, Speller<'_>)> = columns.collect::<Result<_>>()?;
        let mut out = Vec::with_capacity(batch.num_rows() * columns.len() * 8);
        let mut text = Vec::new();
        for row in 0..batch.num_rows() {
            for (place, (values, speller)) in columns.iter().enumerate() {
                if place > 0 {
                    out.push(self.delimiter);
                }
                if values.is_null(row) {
                    continue;
                }
                if speller.is_text {
                    text.clear();
                    (speller.write)(&mut text, row);
                    self.quoted_if_special(&mut out, &text);
                } else {
                    (speller.write)(&mut out, row);
                }
            }
            out.push(b'\n');
        }
        Ok(out)
    }

    fn quoted_if_special(&self, out: &mut Vec<u8>, text: &[u8]) {
        let is_blank = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b' ' | b'\t'));
        let is_special = text.iter().any(|byte| self.is_special[usize::from(*byte)]);
        if !is_special && !is_blank(text.first()) && !is_blank(text.last()) {
            out.extend_from_slice(text);
            return;
        }
        out.push(self.quote);
        for part in text.split_inclusive(|byte| *byte == self.quote) {
            out.extend_from_slice(part);
            if part.last() == Some(&self.quote) {
                out.push(self.quote);
            }
        }
        out.push(self.quote);
    }
}
