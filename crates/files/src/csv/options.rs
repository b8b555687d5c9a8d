//! How a CSV file is written down.

use arrow_schema::DataType;
use kinetable_engine::{Error, Result};

/// How to read a file.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Names and types of all columns, in order; `None`: names from the header, types from the cells.
    pub header: Option<Vec<(String, DataType)>>,
    /// Whether the file has no header row; columns are then called `Column1`, `Column2`, … unless `header` names them.
    pub headless: bool,
    /// Records before the header row.
    pub header_row: u64,
    /// Records after the header row that are left out.
    pub skip_rows: u64,
    /// The most rows to read.
    pub num_rows: Option<u64>,
    /// Whether empty lines are left out.
    pub ignore_empty_lines: bool,
    /// Whether short records are filled with nulls.
    pub allow_missing_columns: bool,
    /// Whether what is too much in long records is left out.
    pub ignore_excess_columns: bool,
    /// What is between cells.
    pub delimiter: u8,
    /// What is around cells that hold delimiters, quotes or line ends.
    pub quote: u8,
    /// Whether blanks around cells are left out, but within quotes.
    pub ignore_surrounding_spaces: bool,
    /// Whether blanks within quotes are left out too, at both ends.
    pub trim: bool,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            header: None,
            headless: false,
            header_row: 0,
            skip_rows: 0,
            num_rows: None,
            ignore_empty_lines: false,
            allow_missing_columns: false,
            ignore_excess_columns: false,
            delimiter: b',',
            quote: b'"',
            ignore_surrounding_spaces: true,
            trim: false,
        }
    }
}

impl ReadOptions {
    pub(super) fn check(&self) -> Result<()> {
        check_marks(self.delimiter, self.quote)
    }
}

/// How to write a file.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// What is between cells.
    pub delimiter: u8,
    /// What is around cells that need it.
    pub quote: u8,
}

impl Default for WriteOptions {
    fn default() -> WriteOptions {
        WriteOptions { delimiter: b',', quote: b'"' }
    }
}

impl WriteOptions {
    pub(super) fn check(&self) -> Result<()> {
        check_marks(self.delimiter, self.quote)
    }
}

fn check_marks(delimiter: u8, quote: u8) -> Result<()> {
    let is_mark = |byte: u8| byte.is_ascii() && !matches!(byte, b'\n' | b'\r');
    if !is_mark(delimiter) || !is_mark(quote) {
        let message = "the delimiter and the quote are each one ASCII character, and no line end";
        return Err(Error::invalid(message).with_hint("e.g. \",\" and \"\\\"\""));
    }
    if delimiter == quote {
        let message = format!("the delimiter and the quote are both {:?}", char::from(quote));
        return Err(Error::invalid(message).with_hint("give one of them another character"));
    }
    Ok(())
}
