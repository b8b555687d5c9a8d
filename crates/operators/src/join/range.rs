//! `range_join`: each left row with lists of the values of the right rows that lie between two of its values, among those with
//! the same exact keys. Static tables only.
//!
//! Right rows whose value is null or NaN are in no range. A left start or end that is null is no bound; a range with a NaN, or whose
//! start is after its end, has no list but null; a range without rows has an empty list.
//!
//! **State**: 8 bytes a left row, 8 a right row; lists are made when they are read. **Cost**: a sort of the right rows, unless they are
//! in order, and two searches for each left row, split over threads; a list costs its length when it is read.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, ListArray, UInt64Array};
use arrow_buffer::{BooleanBuffer, NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, FieldRef, Schema};
use kinetable_engine::{Column, ColumnSource, Definition, Error, Properties, Result, RowSet, Table, Version};

use super::asof::point::{Point, Ruler, VALUE};
use super::asof::sorted::Sorted;
use super::index::KeyIndex;
use super::keys::{Encoder, resolve_any, same_type};
use crate::support::chunks::{map_chunks, read_all};

/// Where a range begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeStart {
    /// After the start: `L < R`.
    After,
    /// At the start: `L <= R`.
    At,
    /// At the start, or at the last row before it if none is there: `<- L <= R`.
    AtOrBefore,
}

/// Where a range ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeEnd {
    /// Before the end: `R < L`.
    Before,
    /// At the end: `R <= L`.
    At,
    /// At the end, or at the first row after it if none is there: `R <= L ->`.
    AtOrAfter,
}

/// The columns that a range is made of: left start, right value, left end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeMatch<'a> {
    /// The left column of starts.
    pub start: (&'a str, RangeStart),
    /// The right column.
    pub value: &'a str,
    /// The left column of ends.
    pub end: (&'a str, RangeEnd),
}

/// All left rows, with lists of right columns, pairs `groups` of the name in the result and the right column.
///
/// # Errors
/// If a table is live, a column is missing, types differ, or names clash.
pub fn range_join(
    left: &Table,
    right: &Table,
    on: &[(&str, &str)],
    range: &RangeMatch<'_>,
    groups: &[(&str, &str)],
) -> Result<Table> {
    joined(left, right, on, range, groups).map_err(|error| error.in_context("range_join"))
}

fn joined(
    left: &Table,
    right: &Table,
    on: &[(&str, &str)],
    range: &RangeMatch<'_>,
    groups: &[(&str, &str)],
) -> Result<Table> {
    for (table, side) in [(left, "left"), (right, "right")] {
        if table.is_live() {
            let message = format!("it takes static tables, but the {side} table is live");
            return Err(Error::invalid(message).with_hint("give it table.snapshot()"));
        }
    }
    let keys = resolve_any(left, right, on)?;
    let value = right.definition().column_index(range.value)?;
    let start = left.definition().column_index(range.start.0)?;
    let end = left.definition().column_index(range.end.0)?;
    let data_type = same_type((left, start), (right, value))?;
    same_type((left, end), (right, value))?;
    let (fields, added) = lists(left, right, groups)?;
    let join = Join {
        left: (keys.left, start, end),
        right: (keys.right, value),
        rules: (range.start.1, range.end.1),
        encoder: keys.encoder,
        ruler: Ruler::new(&data_type, false)?,
    };
    let (left_now, right_now) = (left.version(), right.version());
    let spans = if join.ruler.gives_words() {
        join.spans::<u64>(&left_now, &right_now)?
    } else {
        join.spans::<Box<[u8]>>(&left_now, &right_now)?
    };
    let spans = Arc::new(spans);
    let mut columns = left_now.columns().to_vec();
    for (column, field) in added.into_iter().zip(&fields[columns.len()..]) {
        let inner = right_now.column(column).clone();
        let (rows, spans) = (left_now.rows().clone(), spans.clone());
        columns.push(Arc::new(Lists { data_type: field.data_type().clone(), rows, spans, inner }) as Column);
    }
    let definition = Definition::new(Arc::new(Schema::new(fields)), Properties::APPEND);
    Ok(Table::fixed(definition, left_now.rows().clone(), columns))
}

/// All fields of the result, and the right columns of its lists.
fn lists(left: &Table, right: &Table, groups: &[(&str, &str)]) -> Result<(Vec<FieldRef>, Vec<usize>)> {
    let mut fields: Vec<FieldRef> = left.schema().fields().to_vec();
    let (mut added, mut clashes) = (Vec::new(), Vec::new());
    for (out, name) in groups {
        let index = right.definition().column_index(name)?;
        if fields.iter().any(|field| field.name() == out) {
            clashes.push(*out);
        }
        let item = Field::new_list_field(right.schema().field(index).data_type().clone(), true);
        fields.push(Arc::new(Field::new(*out, DataType::List(Arc::new(item)), true)));
        added.push(index);
    }
    if clashes.is_empty() {
        return Ok((fields, added));
    }
    let message = format!("Conflicting column names [{}]", clashes.join(", "));
    Err(Error::invalid(message).with_hint(format!("name the list otherwise: \"New{0}={0}\"", clashes[0])))
}

struct Join {
    left: (Vec<usize>, usize, usize),
    right: (Vec<usize>, usize),
    rules: (RangeStart, RangeEnd),
    encoder: Encoder,
    ruler: Ruler,
}

/// The right rows in order, and of each left row the places among them; none: no list.
#[derive(Debug)]
struct Spans {
    rows: Vec<u64>,
    of: Vec<Option<(u32, u32)>>,
}

impl Join {
    fn spans<P: Point>(&self, left: &Version, right: &Version) -> Result<Spans> {
        let values = read_all(right.column(self.right.1), right.rows())?;
        let is_good = (0..values.len()).map(|place| !values.is_null(place) && !is_nan(&values, place));
        let good = right.rows().iter().zip(is_good).filter(|(_, good)| *good);
        let rows = RowSet::from_sorted(good.map(|(row, _)| row));
        if u32::try_from(rows.len()).is_err() {
            return Err(Error::new(
                kinetable_engine::ErrorKind::Limit,
                "the right table has 2^32 rows or more",
            ));
        }
        let keys = self.encoder.read(right, &self.right.0, &rows)?;
        let (index, slots) = KeyIndex::start(&self.encoder, &keys, false);
        let points = P::read(&self.ruler, read_all(right.column(self.right.1), &rows)?)?;
        let sorted = Sorted::new(&self.ruler, &slots, index.end(), &points, &rows.to_vec());
        let of = map_chunks(left.rows(), |chunk| self.spans_of(&index, &sorted, left, chunk))?;
        Ok(Spans { rows: sorted.into_rows(), of: of.concat() })
    }

    fn spans_of<P: Point>(
        &self,
        index: &KeyIndex,
        sorted: &Sorted<P>,
        left: &Version,
        rows: &RowSet,
    ) -> Result<Vec<Option<(u32, u32)>>> {
        let slots = index.find(&self.encoder.read(left, &self.left.0, rows)?);
        let starts = left.read(self.left.1, rows)?;
        let ends = left.read(self.left.2, rows)?;
        let start_points = P::read(&self.ruler, starts.clone())?;
        let end_points = P::read(&self.ruler, ends.clone())?;
        let span = |(place, slot): (usize, &u32)| {
            if is_nan(&starts, place) || is_nan(&ends, place) {
                return None;
            }
            let start = (!starts.is_null(place)).then(|| &start_points.values[place]);
            let end = (!ends.is_null(place)).then(|| &end_points.values[place]);
            self.span(sorted, *slot, start, end)
        };
        Ok(slots.iter().enumerate().map(span).collect())
    }

    fn span<P: Point>(
        &self,
        sorted: &Sorted<P>,
        slot: u32,
        start: Option<&P>,
        end: Option<&P>,
    ) -> Option<(u32, u32)> {
        let is_strict = self.rules.0 == RangeStart::After || self.rules.1 == RangeEnd::Before;
        if let (Some(start), Some(end)) = (start, end)
            && (start > end || is_strict && start == end)
        {
            return None;
        }
        let own = sorted.span(slot);
        let before = |point: &P| sorted.end_before(own.clone(), (VALUE, point), true);
        let up_to = |point: &P| sorted.end_before(own.clone(), (VALUE, point), false);
        let first = start.map_or(own.start, |start| match self.rules.0 {
            RangeStart::After => up_to(start),
            RangeStart::At => before(start),
            RangeStart::AtOrBefore => {
                let at = before(start);
                let is_there = up_to(start) > at;
                if is_there { at } else { at.saturating_sub(1).max(own.start) }
            }
        });
        let stop = end.map_or(own.end, |end| match self.rules.1 {
            RangeEnd::Before => before(end),
            RangeEnd::At => up_to(end),
            RangeEnd::AtOrAfter => {
                let stop = up_to(end);
                let is_there = before(end) < stop;
                if is_there { stop } else { (stop + 1).min(own.end) }
            }
        });
        Some((first as u32, stop.max(first) as u32))
    }
}

fn is_nan(values: &ArrayRef, place: usize) -> bool {
    match values.data_type() {
        DataType::Float64 => values.as_primitive::<Float64Type>().value(place).is_nan(),
        DataType::Float32 => values.as_primitive::<Float32Type>().value(place).is_nan(),
        _ => false,
    }
}

/// Lists of a right column, made when they are read.
#[derive(Debug)]
struct Lists {
    data_type: DataType,
    rows: RowSet,
    spans: Arc<Spans>,
    inner: Column,
}

impl ColumnSource for Lists {
    fn data_type(&self) -> &DataType {
        &self.data_type
    }

    fn read(&self, rows: &RowSet) -> Result<ArrayRef> {
        let positions = self.rows.positions_of(rows);
        let spans: Vec<Option<(u32, u32)>> =
            positions.iter().map(|position| self.spans.of[position as usize]).collect();
        let lengths = spans.iter().map(|span| span.map_or(0, |(start, end)| (end - start) as usize));
        let total: usize = lengths.clone().sum();
        if i32::try_from(total).is_err() {
            let message = format!("lists of {total} values in all are more than 2147483647");
            return Err(
                Error::invalid(message).with_hint("read fewer rows at a time, or make ranges smaller")
            );
        }
        let keys =
            spans.iter().flatten().flat_map(|(start, end)| &self.spans.rows[*start as usize..*end as usize]);
        let values = self.inner.gather(&UInt64Array::from_iter_values(keys.copied()))?;
        let is_there: BooleanBuffer = spans.iter().map(Option::is_some).collect();
        let DataType::List(field) = &self.data_type else {
            unreachable!("lists have the type of a list");
        };
        let offsets = OffsetBuffer::from_lengths(lengths);
        Ok(Arc::new(ListArray::try_new(field.clone(), offsets, values, Some(NullBuffer::new(is_there)))?))
    }

    fn bytes(&self) -> usize {
        self.spans.of.len() * size_of::<Option<(u32, u32)>>() + self.spans.rows.len() * 8
    }
}
