//! Where the cells of a chunk begin and end.
//!
//! Delimiters, line ends and quotes are found sixty-four bytes at a time: compared without a branch, and each hit taken from a
//! word of bits. What is done per hit is small: a cell costs one step, a quote another.
//!
//! **Invariant**: every row has as many cells as the table has columns.

use super::options::ReadOptions;
use crate::fault::Fault;
use crate::records::{Marks, each_hits};

/// The cell was in quotes.
const QUOTED: u32 = 1 << 31;
/// It holds doubled quotes.
const ESCAPED: u32 = 1 << 30;

/// Where a cell is in its chunk.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// Where it begins, and the two marks.
    start: u32,
    end: u32,
}

impl Cell {
    const MISSING: Cell = Cell { start: 0, end: 0 };

    fn plain(start: usize, end: usize) -> Cell {
        Cell { start: start as u32, end: end as u32 }
    }

    pub fn start(self) -> usize {
        (self.start & !(QUOTED | ESCAPED)) as usize
    }

    pub fn end(self) -> usize {
        self.end as usize
    }

    pub fn is_quoted(self) -> bool {
        self.start & QUOTED != 0
    }

    pub fn is_escaped(self) -> bool {
        self.start & ESCAPED != 0
    }
}

/// How records are taken, and how many cells each is to have.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub marks: Marks,
    pub width: usize,
    pub ignores_empty_lines: bool,
    pub allows_missing: bool,
    pub ignores_excess: bool,
    /// The most rows to take: what follows them is not looked at.
    pub limit: usize,
}

impl Shape {
    pub fn new(marks: Marks, options: &ReadOptions, width: usize) -> Shape {
        Shape {
            marks,
            width,
            ignores_empty_lines: options.ignore_empty_lines,
            allows_missing: options.allow_missing_columns,
            ignores_excess: options.ignore_excess_columns,
            limit: usize::MAX,
        }
    }

    /// The cells of a record, however many it has.
    pub fn any(marks: Marks) -> Shape {
        let width = usize::MAX;
        Shape {
            marks,
            width,
            ignores_empty_lines: false,
            allows_missing: true,
            ignores_excess: false,
            limit: 1,
        }
    }
}

/// What the bytes at hand are within.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Plain,
    Quotes,
    /// After the quote that closed a cell.
    Closed,
}

/// The cells of a chunk, row after row.
pub struct Tokens<'a> {
    shape: Shape,
    bytes: &'a [u8],
    cells: Vec<Cell>,
    rows: usize,
    within: Within,
    /// Where the cell at hand begins.
    start: usize,
    /// The content of the cell in quotes, with its marks.
    quoted: Cell,
    /// The first cell of the row at hand, and where the row begins.
    first: usize,
    line: usize,
}

impl<'a> Tokens<'a> {
    /// Finds the cells of whole records; `cells` is memory to use.
    pub fn find(shape: Shape, bytes: &'a [u8], mut cells: Vec<Cell>) -> Result<Tokens<'a>, Fault> {
        cells.clear();
        let (within, quoted) = (Within::Plain, Cell::MISSING);
        let mut tokens = Tokens { shape, bytes, cells, rows: 0, within, start: 0, quoted, first: 0, line: 0 };
        let mut skip = usize::MAX;
        let marks = [shape.marks.delimiter, shape.marks.newline, shape.marks.quote];
        each_hits(bytes, marks, |hits, base| {
            tokens.take_hits(hits, base, &mut skip)?;
            Ok(!tokens.is_full())
        })?;
        tokens.end()
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The bytes of the rows.
    pub fn bytes(&self) -> &'a [u8] {
        &self.bytes[..self.line]
    }

    /// The cells, row after row.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The cells' memory, to use again.
    pub fn into_cells(self) -> Vec<Cell> {
        self.cells
    }

    fn is_full(&self) -> bool {
        self.rows >= self.shape.limit
    }

    #[inline]
    fn take_hits(&mut self, mut hits: u64, base: usize, skip: &mut usize) -> Result<(), Fault> {
        let marks = self.shape.marks;
        while hits != 0 && !self.is_full() {
            let at = base + hits.trailing_zeros() as usize;
            hits &= hits - 1;
            let byte = self.bytes[at];
            if self.within == Within::Plain && byte == marks.delimiter {
                self.cells.push(Cell::plain(self.start, at));
                self.start = at + 1;
            } else if byte == marks.quote {
                self.quote(at, skip)?;
            } else if self.within != Within::Quotes {
                self.border(at, byte)?;
            }
        }
        Ok(())
    }

    /// A delimiter after a cell in quotes, or a line end.
    fn border(&mut self, at: usize, byte: u8) -> Result<(), Fault> {
        let is_line = byte == self.shape.marks.newline;
        let has_return = is_line && at > self.start && self.bytes[at - 1] == b'\r';
        let end = if has_return { at - 1 } else { at };
        let cell = match self.within {
            Within::Closed => self.closed(end)?,
            _ => Cell::plain(self.start, end),
        };
        self.cells.push(cell);
        self.within = Within::Plain;
        self.start = at + 1;
        if is_line { self.row(end) } else { Ok(()) }
    }

    /// The cell in quotes whose closing quote is before `end`: nothing but blanks may be between.
    fn closed(&self, end: usize) -> Result<Cell, Fault> {
        let after = &self.bytes[self.quoted.end() + 1..end];
        if after.iter().all(|byte| self.is_blank(*byte)) {
            return Ok(self.quoted);
        }
        let column = self.cells.len() - self.first;
        let what = format!("{} follows the quote that closes the cell", crate::text::shown(after));
        let hint = "a quote within quotes is written twice; or give quote= another character";
        Err(Fault::of_cell(self.quoted.start() - 1, column, what).with_hint(hint))
    }

    fn is_blank(&self, byte: u8) -> bool {
        self.shape.marks.skips_blanks && matches!(byte, b' ' | b'\t')
    }

    fn quote(&mut self, at: usize, skip: &mut usize) -> Result<(), Fault> {
        match self.within {
            _ if *skip == at => *skip = usize::MAX,
            Within::Plain => {
                if self.bytes[self.start..at].iter().all(|byte| self.is_blank(*byte)) {
                    self.within = Within::Quotes;
                    self.quoted = Cell { start: (at + 1) as u32 | QUOTED, end: 0 };
                }
            }
            Within::Quotes if self.bytes.get(at + 1) == Some(&self.shape.marks.quote) => {
                self.quoted.start |= ESCAPED;
                *skip = at + 1;
            }
            Within::Quotes => {
                self.quoted.end = at as u32;
                self.within = Within::Closed;
            }
            // Told of at the end of the cell, with all that follows.
            Within::Closed => {}
        }
        Ok(())
    }

    /// The end of a row.
    #[inline]
    fn row(&mut self, end: usize) -> Result<(), Fault> {
        let (found, width) = (self.cells.len() - self.first, self.shape.width);
        let may_go = width == 1 && self.shape.ignores_empty_lines && end == self.line;
        if found == width && !may_go {
            self.rows += 1;
        } else {
            self.odd_row(found, end)?;
        }
        self.first = self.cells.len();
        self.line = self.start;
        Ok(())
    }

    fn odd_row(&mut self, found: usize, end: usize) -> Result<(), Fault> {
        let width = self.shape.width;
        if width == usize::MAX {
            self.rows += 1;
            return Ok(());
        }
        let is_empty = found == 1 && end == self.line;
        if is_empty && self.shape.ignores_empty_lines {
            self.cells.truncate(self.first);
            return Ok(());
        }
        if found < width && self.shape.allows_missing {
            self.cells.resize(self.first + width, Cell::MISSING);
        } else if found > width && self.shape.ignores_excess {
            self.cells.truncate(self.first + width);
        } else {
            return Err(self.wrong_width(found, end, is_empty));
        }
        self.rows += 1;
        Ok(())
    }

    fn wrong_width(&self, found: usize, end: usize, is_empty: bool) -> Fault {
        let width = self.shape.width;
        let hint = match found {
            _ if is_empty => "ignore_empty_lines=True leaves empty lines out",
            found if found < width => "allow_missing_columns=True fills short lines with nulls",
            _ => "ignore_excess_columns=True leaves out what is too much; or the delimiter is another one",
        };
        let what = match is_empty {
            true => format!("the line is empty, but there are {width} columns"),
            false => {
                let line = crate::text::shown(&self.bytes[self.line..end]);
                let cells = if found == 1 { "cell" } else { "cells" };
                format!("the line has {found} {cells}, but there are {width} columns: {line}")
            }
        };
        Fault::of_record(self.line, what).with_hint(hint)
    }

    fn end(self) -> Result<Tokens<'a>, Fault> {
        if self.within == Within::Quotes && !self.is_full() {
            let column = self.cells.len() - self.first;
            let text = crate::text::shown(&self.bytes[self.quoted.start()..]);
            let fault = Fault::of_cell(
                self.quoted.start() - 1,
                column,
                format!("the quote before {text} is never closed"),
            );
            return Err(
                fault.with_hint("a quote within quotes is written twice; or give quote= another character")
            );
        }
        Ok(self)
    }
}
