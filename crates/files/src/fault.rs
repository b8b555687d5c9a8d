//! What is wrong with a text file, and where.

use std::io::Read;

use kinetable_engine::{Error, Result};

use crate::input::Input;

/// A fault at a byte of the unpacked file.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The byte it is at.
    pub at: u64,
    /// The column it is in.
    pub column: Option<usize>,
    /// What is wrong, with the text that was found.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault of a whole record.
    pub fn of_record(at: usize, what: impl Into<String>) -> Fault {
        Fault { at: at as u64, column: None, what: what.into(), hint: None }
    }

    /// A fault of a cell.
    pub fn of_cell(at: usize, column: usize, what: impl Into<String>) -> Fault {
        Fault { at: at as u64, column: Some(column), what: what.into(), hint: None }
    }

    /// With a word on what to do.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }

    /// The fault of a chunk that begins at a byte of the file.
    pub fn after(mut self, offset: u64) -> Fault {
        self.at += offset;
        self
    }

    /// The error that names file, line and column. The file is read up to there, to count lines.
    pub fn locate(&self, input: &Input, names: &[String]) -> Error {
        let line = match line_of(input, self.at) {
            Ok(line) => line,
            Err(error) => return error,
        };
        let column = self.column.map(|column| match names.get(column) {
            Some(name) => format!(", column \"{name}\""),
            None => format!(", column {}", column + 1),
        });
        let place = format!("\"{}\", line {line}{}", input.name(), column.unwrap_or_default());
        let error = Error::source(format!("{place}: {}", self.what));
        match &self.hint {
            Some(hint) => error.with_hint(hint.clone()),
            None => error,
        }
    }
}

/// The line of a byte of the unpacked file, from 1.
pub fn line_of(input: &Input, at: u64) -> Result<u64> {
    let mut reader = input.open(None)?.take(at);
    let (mut buffer, mut newlines, mut returns) = (vec![0; 1 << 16], 0_u64, 0_u64);
    loop {
        let count = reader.read(&mut buffer).map_err(|error| input.failed(error))?;
        if count == 0 {
            break;
        }
        newlines += memchr::memchr_iter(b'\n', &buffer[..count]).count() as u64;
        returns += memchr::memchr_iter(b'\r', &buffer[..count]).count() as u64;
    }
    // Files of old Macs end their lines with a carriage return alone.
    Ok(1 + if newlines == 0 { returns } else { newlines })
}

/// The first byte that is no text, if there is one.
pub fn check_utf8(bytes: &[u8]) -> Result<(), Fault> {
    if simdutf8::basic::from_utf8(bytes).is_ok() {
        return Ok(());
    }
    let Err(error) = std::str::from_utf8(bytes) else { return Ok(()) };
    let at = error.valid_up_to();
    let what = format!("the byte 0x{:02x} is no text in UTF-8", bytes[at]);
    Err(Fault::of_record(at, what).with_hint("convert the file: iconv -f ISO-8859-1 -t UTF-8"))
}
