//! From text to tables and steps.

use super::types::{parse_type, type_name};
use crate::cell::{Cell, Row, array};
use crate::script::Step;
use arrow_array::types::{Date32Type, Float32Type, Time64NanosecondType};
use arrow_cast::parse::{Parser, string_to_timestamp_nanos};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use kinetable_engine::column::Packed;
use kinetable_engine::{Definition, Error, Properties, Result, RowSet, Table};
use std::ops::Range;
use std::sync::Arc;

/// A static table from table text.
///
/// # Panics
/// When the text is not table text, with the line.
pub fn fixed(text: &str) -> Table {
    let (schema, rows) = parse_table(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    static_table(&Definition::new(schema, Properties::APPEND), &rows)
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A static table of rows under their keys.
pub(crate) fn static_table(definition: &Definition, rows: &[(u64, Row)]) -> Result<Table> {
    let keys = RowSet::from_sorted(rows.iter().map(|(key, _)| *key));
    let fields = definition.schema.fields().iter().enumerate();
    let columns = fields.map(|(index, field)| {
        let values = array(field.data_type(), rows.iter().map(|(_, row)| &row[index]))?;
        Packed::column(keys.clone(), values)
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    Ok(Table::fixed(definition.clone(), keys, columns))
}

/// The schema of a header line without `key`.
///
/// # Errors
/// When a name or type is missing or unknown.
pub fn parse_schema(header: &str) -> Result<SchemaRef> {
    let fields = header.split_whitespace().map(|word| {
        let (name, type_name) = word.split_once(':').ok_or_else(|| {
            Error::invalid(format!("header word \"{word}\" has no type"))
                .with_hint("write name:type, e.g. Price:f64")
        })?;
        Ok(Field::new(name, parse_type(type_name)?, true))
    });
    Ok(Arc::new(Schema::new(fields.collect::<Result<Vec<_>>>()?)))
}

/// The schema and the rows under their keys.
///
/// # Errors
/// When the text is not table text, with the line.
pub fn parse_table(text: &str) -> Result<(SchemaRef, Vec<(u64, Row)>)> {
    let mut lines = lines(text);
    let (_, header) = lines.next().ok_or_else(|| Error::invalid("table text without a header"))?;
    let keyed = header.split_whitespace().next() == Some("key");
    let schema = parse_schema(if keyed { header.trim_start()["key".len()..].trim() } else { header })?;
    let mut rows: Vec<(u64, Row)> = Vec::new();
    for (number, line) in lines {
        let words = words(line).map_err(|error| at_line(error, number, line))?;
        let (key, values) = match keyed {
            true => {
                let (key, values) = split_key(&words).map_err(|e| at_line(e, number, line))?;
                (key, values)
            }
            false => (rows.len() as u64, &words[..]),
        };
        let row = parse_row(&schema, values).map_err(|error| at_line(error, number, line))?;
        rows.push((key, row.into_iter().map(|cell| cell.unwrap_or(Cell::Null)).collect()));
    }
    rows.sort_by_key(|(key, _)| *key);
    match rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(Error::invalid(format!("two rows with key {}", pair[0].0))),
        None => Ok((schema, rows)),
    }
}

/// The step that update text without a header tells of. Values of removed rows are not looked at.
///
/// # Errors
/// When the text is not update text, with the line.
pub fn parse_step(schema: &SchemaRef, text: &str) -> Result<Step> {
    let mut step = Step::default();
    for (number, line) in lines(text) {
        parse_change(schema, line, &mut step).map_err(|error| at_line(error, number, line))?;
    }
    Ok(step)
}

/// A word of a line, and whether it stood in quotes.
struct Word {
    text: String,
    quoted: bool,
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim().is_empty())
}

fn at_line(error: Error, number: usize, line: &str) -> Error {
    error.in_context(format!("line {number} of table text, `{}`", line.trim()))
}

fn words(line: &str) -> Result<Vec<Word>> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    while let Some(&c) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
        } else if c == '"' {
            chars.next();
            words.push(Word { text: quoted_word(&mut chars)?, quoted: true });
        } else {
            let mut text = String::new();
            while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
                text.push(c);
            }
            words.push(Word { text, quoted: false });
        }
    }
    Ok(words)
}

/// The rest of a quoted word, with the escapes that Rust prints.
fn quoted_word(chars: &mut impl Iterator<Item = char>) -> Result<String> {
    let mut text = String::new();
    loop {
        match chars.next() {
            Some('"') => return Ok(text),
            Some('\\') => text.push(match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('0') => '\0',
                Some('u') => {
                    let digits: String = chars.by_ref().skip(1).take_while(|&c| c != '}').collect();
                    let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                    code.ok_or_else(|| Error::invalid(format!("no character \\u{{{digits}}}")))?
                }
                Some(c) => c,
                None => return Err(Error::invalid("quoted text without an end")),
            }),
            Some(c) => text.push(c),
            None => return Err(Error::invalid("quoted text without an end")),
        }
    }
}

fn parse_change(schema: &SchemaRef, line: &str, step: &mut Step) -> Result<()> {
    let words = words(line)?;
    let (sign, rest) = (words[0].text.as_str(), &words[1..]);
    match sign {
        "-" => step.removed.push(split_key(rest)?.0),
        ">" => step.shifted.push(parse_shift(rest)?),
        "+" => {
            let (key, values) = split_key(rest)?;
            let row = parse_row(schema, values)?;
            step.added.push((key, row.into_iter().map(|cell| cell.unwrap_or(Cell::Null)).collect()));
        }
        "~" => {
            let (key, values) = split_key(rest)?;
            step.modified.push((key, parse_row(schema, values)?));
        }
        other => {
            return Err(Error::invalid(format!("a change begins with \"{other}\""))
                .with_hint("begin with one of - > + ~ and a blank"));
        }
    }
    Ok(())
}

fn parse_shift(words: &[Word]) -> Result<(Range<u64>, i64)> {
    let bad = || Error::invalid("not a shift").with_hint("write old keys and delta: > 10-19 +5");
    let [range, delta] = words else { return Err(bad()) };
    let (first, last) = range.text.split_once('-').unwrap_or((&range.text, &range.text));
    let first: u64 = first.parse().map_err(|_| bad())?;
    let last: u64 = last.parse().map_err(|_| bad())?;
    let end = last.checked_add(1).ok_or_else(bad)?;
    Ok((first..end, delta.text.parse().map_err(|_| bad())?))
}

fn split_key(words: &[Word]) -> Result<(u64, &[Word])> {
    let (key, values) = words.split_first().ok_or_else(|| Error::invalid("no key"))?;
    let key = key.text.parse().map_err(|_| Error::invalid(format!("\"{}\" is no key", key.text)))?;
    Ok((key, values))
}

/// The cells of a row; none where `=` stands.
fn parse_row(schema: &SchemaRef, words: &[Word]) -> Result<Vec<Option<Cell>>> {
    let count = schema.fields().len();
    if words.len() != count {
        return Err(Error::invalid(format!("{} values for {count} columns", words.len())));
    }
    let cells = words.iter().zip(schema.fields()).map(|(word, field)| {
        if !word.quoted && word.text == "=" {
            return Ok(None);
        }
        parse_cell(field.data_type(), word)
            .map(Some)
            .map_err(|error| error.in_context(format!("column \"{}\"", field.name())))
    });
    cells.collect()
}

fn parse_cell(data_type: &DataType, word: &Word) -> Result<Cell> {
    let text = word.text.as_str();
    if !word.quoted && text == "." {
        return Ok(Cell::Null);
    }
    let parsed = match data_type {
        DataType::Boolean => text.parse().ok().map(Cell::Bool),
        DataType::Utf8View => Some(Cell::Str(text.into())),
        // Parsed as what it will be, so that it is not rounded twice.
        DataType::Float32 => Float32Type::parse(text).map(|value| Cell::Float(value.into())),
        DataType::Float64 => text.parse().ok().map(Cell::Float),
        DataType::UInt16 => {
            let mut units = text.encode_utf16();
            units.next().filter(|_| units.next().is_none()).map(|unit| Cell::Int(unit.into()))
        }
        DataType::Date32 => Date32Type::parse(text).map(|days| Cell::Int(days.into())),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => string_to_timestamp_nanos(text).ok().map(Cell::Int),
        DataType::Time64(TimeUnit::Nanosecond) => Time64NanosecondType::parse(text).map(Cell::Int),
        DataType::BinaryView => parse_bytes(text).map(Cell::Bin),
        _ => text.parse().ok().map(Cell::Int),
    };
    parsed.ok_or_else(|| Error::invalid(format!("\"{text}\" is no {}", type_name(data_type))))
}

fn parse_bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x")?;
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
