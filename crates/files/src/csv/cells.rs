//! The cells of one column of a chunk, as values.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::make_view;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampNanosecondType, UInt16Type,
};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, StringViewArray};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer, NullBufferBuilder};
use arrow_schema::DataType;

use super::infer::Kind;
use super::tokens::{Cell, Tokens};
use crate::fault::Fault;
use crate::text;

/// A part of a column.
#[derive(Debug)]
pub enum Part {
    /// Nothing but nulls; whether some of them would be empty texts.
    Nulls {
        rows: usize,
        is_quoted: bool,
    },
    Values(ArrayRef),
    Texts(Texts),
}

/// Texts of one chunk, in the layout of views.
#[derive(Debug)]
pub struct Texts {
    pub views: Vec<u128>,
    /// What does not fit into a view.
    pub bytes: Vec<u8>,
    pub nulls: Option<NullBuffer>,
}

/// The cells of one column.
#[derive(Clone, Copy)]
pub struct Column<'a> {
    bytes: &'a [u8],
    cells: &'a [Cell],
    number: usize,
    width: usize,
    rows: usize,
    trims: Trims,
}

/// Around which cells blanks are left out.
#[derive(Debug, Clone, Copy)]
pub struct Trims {
    pub plain: bool,
    pub quoted: bool,
}

impl<'a> Column<'a> {
    pub fn new(
        bytes: &'a [u8],
        tokens: &'a Tokens<'a>,
        number: usize,
        width: usize,
        trims: Trims,
    ) -> Column<'a> {
        Column { bytes, cells: tokens.cells(), number, width, rows: tokens.rows(), trims }
    }

    /// The cells as values of a kind that is inferred; the row of the first that is none.
    pub fn parse(&self, kind: Kind) -> Result<Part, usize> {
        match kind {
            Kind::Boolean => self.booleans(),
            Kind::Int => self.primitives::<Int32Type>(|text| i32::try_from(text::long(text)?).ok()),
            Kind::Long => self.primitives::<Int64Type>(text::long),
            Kind::Double => self.primitives::<Float64Type>(text::double),
            Kind::Instant => self.instants(),
            Kind::Char => self.characters(),
            Kind::Text => Ok(self.texts()),
        }
    }

    /// The cells as values of a type that was asked for.
    pub fn parse_as(&self, data_type: &DataType) -> Result<Part, Fault> {
        let part = match data_type {
            DataType::Boolean => self.booleans(),
            DataType::Int8 => self.primitives::<Int8Type>(|text| i8::try_from(text::long(text)?).ok()),
            DataType::Int16 => self.primitives::<Int16Type>(|text| i16::try_from(text::long(text)?).ok()),
            DataType::Int32 => self.primitives::<Int32Type>(|text| i32::try_from(text::long(text)?).ok()),
            DataType::Int64 => self.primitives::<Int64Type>(text::long),
            DataType::Float32 => self.primitives::<Float32Type>(text::float),
            DataType::Float64 => self.primitives::<Float64Type>(text::double),
            DataType::UInt16 => self.characters(),
            DataType::Utf8View => Ok(self.texts()),
            other if *other == crate::instant_type() => self.instants(),
            other => self.cast(other),
        };
        part.map_err(|row| self.misfit(row, data_type))
    }

    /// Whether there is a value of the kind in a row.
    pub fn fits(&self, row: usize, kind: Kind) -> bool {
        let cell = self.cell(row);
        let text = self.text(cell);
        match kind {
            Kind::Boolean => text::boolean(text).is_some(),
            Kind::Int => text::long(text).is_some_and(|value| i32::try_from(value).is_ok()),
            Kind::Long => text::long(text).is_some(),
            Kind::Double => text::double(text).is_some(),
            Kind::Instant => text::instant(text).is_some(),
            Kind::Char => text::character(&self.unescaped(cell)).is_some(),
            Kind::Text => true,
        }
    }

    fn cell(&self, row: usize) -> Cell {
        self.cells[row * self.width + self.number]
    }

    #[inline]
    fn text(&self, cell: Cell) -> &'a [u8] {
        let text = &self.bytes[cell.start()..cell.end()];
        let trims = if cell.is_quoted() { self.trims.quoted } else { self.trims.plain };
        let is_blank = |byte: Option<&u8>| byte.is_some_and(|byte| *byte <= b' ');
        if trims && (is_blank(text.first()) || is_blank(text.last())) { text::trimmed(text) } else { text }
    }

    pub fn unescaped(&self, cell: Cell) -> Cow<'a, [u8]> {
        let text = self.text(cell);
        if !cell.is_escaped() {
            return Cow::Borrowed(text);
        }
        // Two quotes stand for one; within quotes there are no others, so the first of two goes.
        let quote = self.bytes[cell.start() - 1];
        let mut plain = Vec::with_capacity(text.len());
        let mut is_first = false;
        for byte in text {
            is_first = *byte == quote && !is_first;
            if !is_first {
                plain.push(*byte);
            }
        }
        Cow::Owned(plain)
    }

    fn primitives<T: ArrowPrimitiveType>(
        &self,
        parse: impl Fn(&[u8]) -> Option<T::Native>,
    ) -> Result<Part, usize> {
        let (values, nulls) = self.natives(parse)?;
        Ok(self.part(PrimitiveArray::<T>::new(values.into(), nulls)))
    }

    fn natives<N: Default>(
        &self,
        parse: impl Fn(&[u8]) -> Option<N>,
    ) -> Result<(Vec<N>, Option<NullBuffer>), usize> {
        let mut values = Vec::with_capacity(self.rows);
        let mut nulls = NullBufferBuilder::new(self.rows);
        for (row, cell) in self.column().enumerate() {
            let text = self.text(*cell);
            if text.is_empty() {
                values.push(N::default());
                nulls.append_null();
            } else {
                values.push(parse(text).ok_or(row)?);
                nulls.append_non_null();
            }
        }
        Ok((values, nulls.finish()))
    }

    fn column(&self) -> impl Iterator<Item = &'a Cell> {
        self.cells.get(self.number..).unwrap_or_default().iter().step_by(self.width)
    }

    fn part(&self, values: impl Array + 'static) -> Part {
        if values.null_count() == self.rows {
            let is_quoted = self.column().any(|cell| cell.is_quoted());
            return Part::Nulls { rows: self.rows, is_quoted };
        }
        Part::Values(Arc::new(values))
    }

    fn instants(&self) -> Result<Part, usize> {
        let (values, nulls) = self.natives(text::instant)?;
        let values = PrimitiveArray::<TimestampNanosecondType>::new(values.into(), nulls);
        Ok(self.part(values.with_data_type(crate::instant_type())))
    }

    fn booleans(&self) -> Result<Part, usize> {
        let (values, nulls) = self.natives(text::boolean)?;
        let mut bits = BooleanBufferBuilder::new(values.len());
        bits.append_slice(&values);
        Ok(self.part(BooleanArray::new(bits.finish(), nulls)))
    }

    fn characters(&self) -> Result<Part, usize> {
        let mut values = Vec::with_capacity(self.rows);
        let mut nulls = NullBufferBuilder::new(self.rows);
        for (row, cell) in self.column().enumerate() {
            let text = self.text(*cell);
            if text.is_empty() {
                values.push(0);
                nulls.append_null();
            } else if cell.is_escaped() {
                values.push(text::character(&self.unescaped(*cell)).ok_or(row)?);
                nulls.append_non_null();
            } else {
                values.push(text::character(text).ok_or(row)?);
                nulls.append_non_null();
            }
        }
        Ok(self.part(PrimitiveArray::<UInt16Type>::new(values.into(), nulls.finish())))
    }

    fn texts(&self) -> Part {
        let mut texts = Texts { views: Vec::with_capacity(self.rows), bytes: Vec::new(), nulls: None };
        let mut nulls = NullBufferBuilder::new(self.rows);
        let mut any = false;
        for cell in self.column() {
            if cell.is_escaped() {
                texts.push(&self.unescaped(*cell));
            } else {
                let text = self.text(*cell);
                if text.is_empty() && !cell.is_quoted() {
                    texts.views.push(0);
                    nulls.append_null();
                    continue;
                }
                texts.push(text);
            }
            nulls.append_non_null();
            any = true;
        }
        texts.nulls = nulls.finish();
        if any { Part::Texts(texts) } else { Part::Nulls { rows: self.rows, is_quoted: false } }
    }

    /// Types that are rarer: by way of texts.
    fn cast(&self, data_type: &DataType) -> Result<Part, usize> {
        let text = |cell: &Cell| {
            let text = self.unescaped(*cell);
            let is_there = !text.is_empty() || cell.is_quoted();
            is_there.then(|| String::from_utf8_lossy(&text).into_owned())
        };
        let texts: StringViewArray = self.column().map(text).collect();
        let values = match data_type {
            DataType::List(item) => crate::jsonl::parse_lists(&texts, item)?,
            other => text::parse_texts(&texts, other)?,
        };
        match values.null_count() == self.rows {
            true => Ok(Part::Nulls { rows: self.rows, is_quoted: false }),
            false => Ok(Part::Values(values)),
        }
    }

    fn misfit(&self, row: usize, data_type: &DataType) -> Fault {
        let cell = self.cell(row);
        let what =
            format!("{} is no {}", text::shown(&self.unescaped(cell)), crate::adopt::name_of(data_type));
        let hint = "give the column another type in header, String if nothing else fits; or mend the file";
        Fault::of_cell(cell.start(), self.number, what).with_hint(hint)
    }
}

impl Texts {
    fn push(&mut self, text: &[u8]) {
        let offset = self.bytes.len() as u32;
        if text.len() > 12 {
            self.bytes.extend_from_slice(text);
        }
        self.views.push(make_view(text, 0, offset));
    }
}
