//! Table text: tables and updates as tests write and read them.
//!
//! ```text
//! key  Sym:str  Price:f64        header: names and types; `key` only where keys are given (else 0, 1, 2 …)
//! 10   apple    1.5              a row; `.` is null; text that has blanks, is empty or looks like another
//! 11   "a b"    .                sign is in double quotes
//! ```
//!
//! An update is the same header and rows that begin with a sign: `-` removed (previous key and values), `>` a
//! shift of old keys (`10-19 +5`), `+` added, `~` modified (new key; `=` where the column is not modified).
//!
//! Types: `bool i8 i16 i32 i64 f32 f64 str char instant date time duration bin`. Other types print as Arrow names
//! and shows them, and cannot be parsed.

use crate::cell::{Cell, Row, array, cell, instant};
use crate::script::Step;
use arrow_array::types::{Date32Type, Float32Type, Time64NanosecondType};
use arrow_array::{Array, ArrayRef};
use arrow_cast::display::array_value_to_string;
use arrow_cast::parse::{Parser, string_to_timestamp_nanos};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use kinetable_engine::column::Packed;
use kinetable_engine::{Change, Definition, Error, Properties, Result, RowSet, Table, Version};
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

/// A table's current version as text, with keys.
pub fn table_text(table: &Table) -> String {
    version_text(table.schema(), &table.version())
}

/// A version as text, with keys.
pub fn version_text(schema: &SchemaRef, version: &Version) -> String {
    let mut lines = vec![header(schema, "key")];
    lines.extend(rows_text(schema, version, version.rows(), "", |_| true));
    align(&lines)
}

/// A change as update text.
pub fn change_text(schema: &SchemaRef, change: &Change) -> String {
    let update = &change.update;
    let mut lines = vec![header(schema, "key")];
    lines[0].insert(0, " ".into());
    lines.extend(rows_text(schema, &change.before, &update.removed, "-", |_| true));
    for (old, delta) in update.shifted.iter() {
        lines.push(vec![">".into(), range_text(&old), format!("{delta:+}")]);
    }
    lines.extend(rows_text(schema, &change.after, &update.added, "+", |_| true));
    let is_modified = |column| update.modified_columns.contains(column);
    lines.extend(rows_text(schema, &change.after, &update.modified, "~", is_modified));
    align(&lines)
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

/// A step as update text without a header.
pub(crate) fn step_lines(schema: &SchemaRef, step: &Step) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for key in &step.removed {
        lines.push(vec!["-".into(), key.to_string()]);
    }
    for (old, delta) in &step.shifted {
        lines.push(vec![">".into(), range_text(old), format!("{delta:+}")]);
    }
    for (key, row) in &step.added {
        let mut line = vec!["+".into(), key.to_string()];
        line.extend(row.iter().enumerate().map(|(at, cell)| cell_text(schema, at, cell)));
        lines.push(line);
    }
    for (key, cells) in &step.modified {
        let mut line = vec!["~".into(), key.to_string()];
        line.extend(cells.iter().enumerate().map(|(at, cell)| match cell {
            Some(cell) => cell_text(schema, at, cell),
            None => "=".into(),
        }));
        lines.push(line);
    }
    lines
}

pub(crate) fn row_line(schema: &SchemaRef, key: u64, row: &Row) -> Vec<String> {
    let mut line = vec![key.to_string()];
    line.extend(row.iter().enumerate().map(|(at, cell)| cell_text(schema, at, cell)));
    line
}

pub(crate) fn header(schema: &SchemaRef, key: &str) -> Vec<String> {
    let mut words = vec![key.to_string()];
    words.extend(schema.fields().iter().map(|f| format!("{}:{}", f.name(), type_name(f.data_type()))));
    words
}

/// Lines of words as text in columns, without blanks at the ends of lines.
pub(crate) fn align(lines: &[Vec<String>]) -> String {
    let count = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|word| word.chars().count()).max();
    let widths: Vec<usize> = (0..count).map(|at| width(at).unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines {
        let padded = line.iter().zip(&widths).map(|(word, &width)| format!("{word:<width$}"));
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn rows_text(
    schema: &SchemaRef,
    version: &Version,
    rows: &RowSet,
    sign: &str,
    shows: impl Fn(usize) -> bool,
) -> Vec<Vec<String>> {
    let columns: Vec<Result<ArrayRef>> =
        (0..schema.fields().len()).map(|column| version.read(column, rows)).collect();
    let line = |(at, key): (usize, u64)| {
        let mut words = vec![sign.to_string(), key.to_string()];
        for (index, values) in columns.iter().enumerate() {
            words.push(match values {
                _ if !shows(index) => "=".into(),
                Ok(values) => value_text(values, at),
                Err(error) => format!("<{error}>"),
            });
        }
        if sign.is_empty() { words.split_off(1) } else { words }
    };
    rows.iter().enumerate().map(line).collect()
}

/// A value of an array as table text; types that table text does not have, as Arrow shows them.
pub fn value_text(values: &ArrayRef, at: usize) -> String {
    match cell(values, at) {
        Ok(cell) => cell_text_of(values.data_type(), &cell),
        Err(_) if values.is_null(at) => ".".into(),
        Err(_) => array_value_to_string(values, at).unwrap_or_else(|error| format!("<{error}>")),
    }
}

fn cell_text(schema: &SchemaRef, at: usize, cell: &Cell) -> String {
    cell_text_of(schema.field(at).data_type(), cell)
}

fn cell_text_of(data_type: &DataType, cell: &Cell) -> String {
    match cell {
        Cell::Null => ".".into(),
        Cell::Bool(value) => value.to_string(),
        Cell::Float(value) if *data_type == DataType::Float32 => format!("{:?}", *value as f32),
        Cell::Float(value) => format!("{value:?}"),
        Cell::Str(text) => quoted_if_needed(text),
        Cell::Bin(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("0x{digits}")
        }
        Cell::Int(value) => match data_type {
            DataType::UInt16 => match u32::try_from(*value).ok().and_then(char::from_u32) {
                Some(c) => quoted_if_needed(&c.to_string()),
                None => format!("\"\\u{{{value:x}}}\""),
            },
            DataType::Date32
            | DataType::Timestamp(TimeUnit::Nanosecond, _)
            | DataType::Time64(TimeUnit::Nanosecond) => array(data_type, std::iter::once(cell))
                .and_then(|values| Ok(array_value_to_string(&values, 0)?))
                .unwrap_or_else(|error| format!("<{error}>")),
            _ => value.to_string(),
        },
    }
}

fn quoted_if_needed(text: &str) -> String {
    let plain = text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '"' && c != '\\');
    if plain && !text.is_empty() && !matches!(text, "." | "=") { text.into() } else { format!("{text:?}") }
}

fn range_text(range: &Range<u64>) -> String {
    if range.end - range.start == 1 {
        range.start.to_string()
    } else {
        format!("{}-{}", range.start, range.end - 1)
    }
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

/// The types of table text.
const TYPES: [(&str, DataType); 13] = [
    ("bool", DataType::Boolean),
    ("i8", DataType::Int8),
    ("i16", DataType::Int16),
    ("i32", DataType::Int32),
    ("i64", DataType::Int64),
    ("f32", DataType::Float32),
    ("f64", DataType::Float64),
    ("str", DataType::Utf8View),
    ("char", DataType::UInt16),
    ("date", DataType::Date32),
    ("time", DataType::Time64(TimeUnit::Nanosecond)),
    ("duration", DataType::Duration(TimeUnit::Nanosecond)),
    ("bin", DataType::BinaryView),
];

fn parse_type(name: &str) -> Result<DataType> {
    if name == "instant" {
        return Ok(instant());
    }
    let found = TYPES.into_iter().find(|(other, _)| *other == name);
    found.map(|(_, data_type)| data_type).ok_or_else(|| {
        let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        Error::invalid(format!("no type \"{name}\" in table text"))
            .with_hint(format!("types: {} instant", names.join(" ")))
    })
}

fn type_name(data_type: &DataType) -> String {
    if *data_type == instant() {
        return "instant".into();
    }
    let found = TYPES.into_iter().find(|(_, other)| other == data_type);
    found.map_or_else(|| data_type.to_string().replace(' ', ""), |(name, _)| name.into())
}
