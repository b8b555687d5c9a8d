//! Cells as browsers know them: fixed-width numbers, times in nanoseconds, and text.

use std::fmt::{self, Display, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Field, TimeUnit};
use kinetable::{Error, Result};
use kinetable_wire::schema::java_name;

use crate::subscriptions::spelled;
use crate::web::messages::tell::{ColumnInfo, Looks};

/// The most characters of a text.
const CHARACTERS_MAX: usize = 1024;

/// What a page is told of a column.
pub(in crate::web) fn info(field: &Field) -> ColumnInfo {
    let scale = match field.data_type() {
        DataType::Decimal256(76, 0) => None,
        DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale) => Some(*scale),
        _ => None,
    };
    let zone = match field.data_type() {
        DataType::Timestamp(_, Some(zone)) if zone.as_ref() != "UTC" => Some(zone.to_string()),
        _ => None,
    };
    ColumnInfo {
        name: field.name().clone(),
        kind: kind(field.data_type()),
        chars: None,
        scale,
        zone,
        partitioning: false,
        looks: Looks::default(),
    }
}

/// The name that clients know a type by, without its package.
fn kind(data_type: &DataType) -> String {
    let name = java_name(data_type);
    let short = name.rsplit('.').next().unwrap_or_default();
    short.replace("Boolean", "boolean").replace("PeriodDuration", "Period").replace("QueryTable", "Table")
}

/// The column as a browser knows it, and whether a text was cut.
///
/// # Errors
/// If objects of the host's language cannot be spelled.
pub(in crate::web) fn known(cells: &ArrayRef) -> Result<(ArrayRef, bool)> {
    Ok(match cells.data_type() {
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt16
        | DataType::Float32
        | DataType::Float64
        | DataType::Date32
        | DataType::Time64(TimeUnit::Nanosecond)
        | DataType::Duration(TimeUnit::Nanosecond)
        | DataType::Timestamp(TimeUnit::Nanosecond, None) => (cells.clone(), false),
        DataType::Timestamp(TimeUnit::Nanosecond, Some(_)) => {
            let times = cells.as_primitive::<TimestampNanosecondType>().clone();
            (Arc::new(times.with_timezone("UTC")), false)
        }
        DataType::Utf8View => texts(cells.as_string_view().iter()),
        DataType::Utf8 => texts(cells.as_string::<i32>().iter()),
        _ => spoken(cells)?,
    })
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> (ArrayRef, bool) {
    let mut texts = StringBuilder::new();
    let mut was_cut = false;
    for value in values {
        let Some(value) = value else {
            texts.append_null();
            continue;
        };
        // A text of so few bytes needs no counting.
        let end = (value.len() > CHARACTERS_MAX).then(|| value.char_indices().nth(CHARACTERS_MAX)).flatten();
        match end {
            None => texts.append_value(value),
            Some((end, _)) => {
                texts.append_value(format!("{}…", &value[..end]));
                was_cut = true;
            }
        }
    }
    (Arc::new(texts.finish()), was_cut)
}

/// What a browser has no form for, as the server prints it.
fn spoken(cells: &ArrayRef) -> Result<(ArrayRef, bool)> {
    let cells = &spelled(cells).map_err(Error::invalid)?;
    if matches!(cells.data_type(), DataType::Utf8View | DataType::Utf8) {
        return known(cells);
    }
    let options = FormatOptions::default().with_null("null");
    let formatter = ArrayFormatter::try_new(cells.as_ref(), &options)?;
    let text = |row: usize| (!cells.is_null(row)).then(|| beginning(&formatter.value(row)));
    let spoken: StringArray = (0..cells.len()).map(text).collect();
    Ok(texts(spoken.iter()))
}

/// As much of a text as shows whether it is to be cut: a list may be spelled in any number of characters.
fn beginning(value: &impl Display) -> String {
    let mut beginning = Beginning { text: String::new(), left: CHARACTERS_MAX + 1 };
    // An error says that it is full.
    let _ = write!(beginning, "{value}");
    beginning.text
}

/// Takes so many characters, then none.
struct Beginning {
    text: String,
    left: usize,
}

impl Write for Beginning {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        match more.char_indices().nth(self.left) {
            None => {
                self.left -= more.chars().count();
                self.text.push_str(more);
                Ok(())
            }
            Some((end, _)) => {
                self.left = 0;
                self.text.push_str(&more[..end]);
                Err(fmt::Error)
            }
        }
    }
}

/// A number for each cell, by which cells of a column are compared: equal cells have the same, others as good as never.
pub(in crate::web) fn prints(cells: &ArrayRef) -> Vec<u64> {
    let of = |cell: &[u8]| {
        let mut hasher = DefaultHasher::new();
        cell.hash(&mut hasher);
        hasher.finish()
    };
    let print = |row: usize, cell: &dyn Fn(usize) -> u64| if cells.is_null(row) { 0 } else { cell(row) };
    let all = |cell: &dyn Fn(usize) -> u64| (0..cells.len()).map(|row| print(row, cell)).collect();
    match cells.data_type() {
        DataType::Boolean => {
            let flags = cells.as_boolean();
            all(&|row| 1 + u64::from(flags.value(row)))
        }
        DataType::Utf8 => {
            let texts = cells.as_string::<i32>();
            all(&|row| of(texts.value(row).as_bytes()))
        }
        fixed => {
            let width = fixed.primitive_width().unwrap_or_default();
            let data = cells.to_data();
            let bytes = &data.buffers()[0].as_slice()[data.offset() * width..];
            all(&|row| of(&bytes[row * width..(row + 1) * width]))
        }
    }
}

/// Characters of the widest cell, as far as one is written.
pub(in crate::web) fn widest(cells: &ArrayRef) -> Option<usize> {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(cells.as_ref(), &options).ok()?;
    let wide = |row: usize| formatter.value(row).to_string().chars().count();
    (0..cells.len()).filter(|row| !cells.is_null(*row)).map(wide).max()
}

#[cfg(test)]
mod tests {
    use arrow_array::types::Int32Type;
    use arrow_array::{Decimal128Array, Float64Array, ListArray, StringViewArray};
    use arrow_schema::IntervalUnit;

    use super::*;

    #[test]
    fn cells_without_a_form_in_browsers_are_written() {
        let lists = vec![Some(vec![Some(1), None]), None];
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists));
        let (written, _) = known(&lists).unwrap();
        assert_eq!(written.as_string::<i32>().value(0), "[1, null]");
        assert!(written.is_null(1));
        let decimals = Decimal128Array::from(vec![-1250]).with_precision_and_scale(10, 2).unwrap();
        let (written, _) = known(&(Arc::new(decimals) as ArrayRef)).unwrap();
        assert_eq!(written.as_string::<i32>().value(0), "-12.50");
    }

    #[test]
    fn types_have_short_names() {
        let list = |item| DataType::List(Arc::new(Field::new_list_field(item, true)));
        let zoned = |zone: &str| DataType::Timestamp(TimeUnit::Nanosecond, Some(zone.into()));
        let named = [
            (DataType::Boolean, "boolean"),
            (DataType::UInt16, "char"),
            (DataType::Utf8View, "String"),
            (zoned("UTC"), "Instant"),
            (zoned("Europe/Berlin"), "ZonedDateTime"),
            (DataType::Interval(IntervalUnit::MonthDayNano), "Period"),
            (DataType::Decimal256(76, 0), "BigInteger"),
            (DataType::FixedSizeBinary(16), "Table"),
            (list(list(DataType::Float64)), "double[][]"),
            (list(DataType::Utf8View), "String[]"),
        ];
        for (data_type, name) in named {
            assert_eq!(kind(&data_type), name);
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let long: ArrayRef = Arc::new(StringViewArray::from(vec!["ä".repeat(1025), "ä".repeat(1024)]));
        let (cut, was_cut) = known(&long).unwrap();
        assert!(was_cut);
        assert_eq!(cut.as_string::<i32>().value(0).chars().count(), 1025);
        assert_eq!(cut.as_string::<i32>().value(1), "ä".repeat(1024));
    }

    #[test]
    fn what_is_cut_is_not_spelled_to_its_end() {
        /// A list without end, that counts what is asked of it.
        struct Endless(std::cell::Cell<usize>);

        impl Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    self.0.set(self.0.get() + 1);
                    f.write_str("ä, ")?;
                }
            }
        }

        let endless = Endless(std::cell::Cell::new(0));
        assert_eq!(beginning(&endless).chars().count(), CHARACTERS_MAX + 1);
        assert_eq!(endless.0.get(), CHARACTERS_MAX / 3 + 1);
        let lists = vec![Some((0..5_000).map(Some).collect::<Vec<_>>()), Some(vec![Some(1)])];
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists));
        let (written, was_cut) = known(&lists).unwrap();
        assert!(was_cut);
        let first = written.as_string::<i32>().value(0);
        assert!(first.starts_with("[0, 1, 2, ") && first.ends_with('…'), "{first}");
        assert_eq!(first.chars().count(), CHARACTERS_MAX + 1);
        assert_eq!(written.as_string::<i32>().value(1), "[1]");
    }

    #[test]
    fn prints_tell_cells_apart() {
        let numbers: ArrayRef = Arc::new(Float64Array::from(vec![Some(0.0), Some(-0.0), None, Some(0.0)]));
        let prints = prints(&numbers.slice(0, 4));
        assert_eq!(prints[0], prints[3]);
        assert_ne!(prints[0], prints[1]);
        assert_ne!(prints[0], prints[2]);
        assert_eq!(super::prints(&numbers.slice(1, 2)), prints[1..3]);
    }
}
