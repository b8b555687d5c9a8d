//! One small table that all cases are about, and its values as text.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder, StringViewBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, DurationNanosecondType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    IntervalMonthDayNanoType, Time64NanosecondType, TimestampNanosecondType, UInt16Type,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, DurationNanosecondArray, Float32Array, Float64Array,
    Int8Array, Int16Array, Int32Array, Int64Array, StringViewArray, TimestampNanosecondArray, UInt16Array,
};
use arrow_schema::{DataType, IntervalUnit, TimeUnit};
use kinetable_formula::{
    Chunk, Error, Filter, Formula, Input, Scope, Variable, compile_filter, compile_select,
};

/// 2024-03-01T12:34:56.789Z
pub const NOW: i64 = 1_709_296_496_789_000_000;

/// Columns and variables.
#[derive(Clone, Default)]
pub struct Table {
    pub columns: Vec<(String, ArrayRef)>,
    pub variables: HashMap<String, Variable>,
}

impl Scope for Table {
    fn column(&self, name: &str) -> Option<DataType> {
        self.array(name).map(|array| array.data_type().clone())
    }

    fn variable(&self, name: &str) -> Option<Variable> {
        self.variables.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        names.extend(self.variables.keys().cloned());
        names.sort();
        names
    }
}

/// The table of the cases: five rows, the fourth of which is null almost everywhere.
pub fn table() -> Table {
    let instant = |texts: [Option<i64>; 5]| {
        Arc::new(TimestampNanosecondArray::from_iter(texts).with_timezone("UTC")) as ArrayRef
    };
    let mut group = ListBuilder::new(Int32Builder::new());
    for items in
        [vec![Some(1), Some(2), Some(3)], vec![], vec![None, Some(5)], vec![Some(7)], vec![Some(4), Some(-4)]]
    {
        group.values().extend(items);
        group.append(true);
    }
    let mut names = ListBuilder::new(StringViewBuilder::new());
    for items in [vec!["a", "b"], vec![], vec!["c"], vec!["a", "a"], vec!["z", "y", "x"]] {
        items.iter().for_each(|item| names.values().append_value(item));
        names.append(true);
    }
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("I", Arc::new(Int32Array::from(vec![Some(1), Some(2), Some(-7), None, Some(i32::MAX)]))),
        ("L", Arc::new(Int64Array::from(vec![Some(10), Some(0), Some(-3), None, Some(i64::MAX)]))),
        ("Sh", Arc::new(Int16Array::from(vec![Some(300), Some(2), Some(-1), None, Some(7)]))),
        ("By", Arc::new(Int8Array::from(vec![Some(1), Some(2), Some(-1), None, Some(127)]))),
        ("C", Arc::new(UInt16Array::from(vec![Some(97), Some(98), Some(65), None, Some(233)]))),
        ("F", Arc::new(Float32Array::from(vec![Some(1.5), Some(0.1), Some(f32::NAN), None, Some(-2.0)]))),
        (
            "D",
            Arc::new(Float64Array::from(vec![
                Some(1.5),
                Some(-0.0),
                Some(f64::NAN),
                None,
                Some(f64::INFINITY),
            ])),
        ),
        ("B", Arc::new(BooleanArray::from(vec![Some(true), Some(false), Some(true), None, Some(false)]))),
        ("K", Arc::new(BooleanArray::from(vec![true, false, true, false, false]))),
        (
            "S",
            Arc::new(StringViewArray::from(vec![
                Some("abc"),
                Some(""),
                Some("Été 😀"),
                None,
                Some("a longer text, of 32 characters!"),
            ])),
        ),
        ("T", instant([Some(0), Some(1_704_067_200_000_000_000), Some(-1), None, Some(NOW)])),
        ("Day", Arc::new(Date32Array::from(vec![Some(0), Some(19_723), Some(-1), None, Some(19_782)]))),
        (
            "Dur",
            Arc::new(DurationNanosecondArray::from(vec![
                Some(1_000_000_000),
                Some(0),
                Some(-1_500_000_000),
                None,
                Some(90_061_000_000_000),
            ])),
        ),
        ("G", Arc::new(group.finish())),
        ("N", Arc::new(names.finish())),
    ];
    let columns = columns.into_iter().map(|(name, array)| (name.to_owned(), array)).collect();
    Table { columns, variables: HashMap::new() }
}

impl Table {
    pub fn array(&self, name: &str) -> Option<&ArrayRef> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, array)| array)
    }

    pub fn rows(&self) -> usize {
        self.columns[0].1.len()
    }

    pub fn with(mut self, name: &str, variable: Variable) -> Self {
        self.variables.insert(name.to_owned(), variable);
        self
    }

    /// The table's rows `start..start + rows`.
    pub fn inputs(&self, inputs: &[Input], start: usize, rows: usize) -> Vec<ArrayRef> {
        inputs.iter().map(|input| self.input(input, start, rows)).collect()
    }

    fn input(&self, input: &Input, start: usize, rows: usize) -> ArrayRef {
        match input {
            Input::Column(name) => self.array(name).unwrap().slice(start, rows),
            Input::WholeColumn(name) => self.array(name).unwrap().clone(),
            Input::Position => {
                Arc::new(Int64Array::from_iter_values((start..start + rows).map(|row| row as i64)))
            }
            Input::Key => {
                Arc::new(Int64Array::from_iter_values((start..start + rows).map(|row| 100 + row as i64)))
            }
            Input::Neighbour { column, offset } => {
                let array = self.array(column).unwrap();
                let places: Int64Array = (start..start + rows)
                    .map(|row| {
                        let place = row as i64 + offset;
                        (place >= 0 && place < array.len() as i64).then_some(place)
                    })
                    .collect();
                arrow_select::take::take(array, &places, None).unwrap()
            }
        }
    }

    pub fn eval(&self, formula: &Formula, start: usize, rows: usize) -> Result<ArrayRef, Error> {
        let inputs = self.inputs(formula.inputs(), start, rows);
        formula.eval(&Chunk { rows, inputs: &inputs, now: NOW })
    }

    pub fn keeps(&self, filter: &Filter, start: usize, rows: usize) -> Result<BooleanArray, Error> {
        let inputs = self.inputs(filter.inputs(), start, rows);
        filter.eval(&Chunk { rows, inputs: &inputs, now: NOW })
    }

    /// `type: values`, or what went wrong.
    pub fn show(&self, text: &str) -> String {
        let evaluated = compile_select(&format!("X = {text}"), self).and_then(|formula| {
            let array = self.eval(&formula, 0, self.rows())?;
            assert_eq!(array.data_type(), formula.data_type(), "{text}");
            Ok(array)
        });
        match evaluated {
            Ok(array) => format!("{}: {}", type_name(array.data_type()), values(&array).join(" ")),
            Err(error) => {
                let row = error.row().map_or(String::new(), |row| format!(" in row {row}"));
                format!("{:?}{row}: {}", error.kind(), error.message())
            }
        }
    }

    /// The rows that a filter keeps, or what went wrong.
    pub fn kept(&self, text: &str) -> String {
        match compile_filter(text, self).and_then(|filter| self.keeps(&filter, 0, self.rows())) {
            Ok(mask) => mask.values().set_indices().map(|row| row.to_string()).collect::<Vec<_>>().join(" "),
            Err(error) => {
                let row = error.row().map_or(String::new(), |row| format!(" in row {row}"));
                format!("{:?}{row}: {}", error.kind(), error.message())
            }
        }
    }
}

/// One line a formula: its text, and what comes of it.
pub fn lines(table: &Table, formulas: &str) -> String {
    listed(formulas, |text| table.show(text))
}

/// One line a filter: its text, and the rows it keeps.
pub fn filter_lines(table: &Table, filters: &str) -> String {
    listed(filters, |text| table.kept(text))
}

fn listed(texts: &str, show: impl Fn(&str) -> String) -> String {
    let texts: Vec<&str> = texts.lines().map(str::trim).filter(|text| !text.is_empty()).collect();
    let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    texts
        .iter()
        .map(|text| {
            format!("{text}{}  {}\n", " ".repeat(width - text.chars().count()), show(text))
                .replace(" \n", "\n")
        })
        .collect()
}

pub fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "boolean".into(),
        DataType::Int8 => "byte".into(),
        DataType::Int16 => "short".into(),
        DataType::Int32 => "int".into(),
        DataType::Int64 => "long".into(),
        DataType::UInt16 => "char".into(),
        DataType::Float32 => "float".into(),
        DataType::Float64 => "double".into(),
        DataType::Utf8View => "String".into(),
        DataType::Timestamp(TimeUnit::Nanosecond, Some(_)) => "Instant".into(),
        DataType::Timestamp(TimeUnit::Nanosecond, None) => "LocalDateTime".into(),
        DataType::Date32 => "LocalDate".into(),
        DataType::Time64(_) => "LocalTime".into(),
        DataType::Duration(_) => "Duration".into(),
        DataType::Interval(IntervalUnit::MonthDayNano) => "Period".into(),
        DataType::List(field) => format!("{}[]", type_name(field.data_type())),
        other => other.to_string(),
    }
}

/// Each value as text, null as a point.
pub fn values(array: &ArrayRef) -> Vec<String> {
    (0..array.len()).map(|row| if array.is_null(row) { ".".to_owned() } else { value(array, row) }).collect()
}

fn value(array: &ArrayRef, row: usize) -> String {
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).to_string(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::UInt16 => {
            format!("'{}'", char::from_u32(array.as_primitive::<UInt16Type>().value(row).into()).unwrap())
        }
        DataType::Float32 => format!("{:?}", array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => format!("{:?}", array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8View => format!("{:?}", array.as_string_view().value(row)),
        DataType::Timestamp(_, _) => {
            let nanos = array.as_primitive::<TimestampNanosecondType>().value(row);
            let at = jiff::Timestamp::from_nanosecond(nanos.into()).unwrap();
            at.to_string()
        }
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value(row);
            jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(days)).to_string()
        }
        DataType::Time64(_) => format!("{}ns", array.as_primitive::<Time64NanosecondType>().value(row)),
        DataType::Duration(_) => format!("{}ns", array.as_primitive::<DurationNanosecondType>().value(row)),
        DataType::Interval(_) => {
            let period = array.as_primitive::<IntervalMonthDayNanoType>().value(row);
            format!("{}m{}d", period.months, period.days)
        }
        DataType::List(_) => format!("[{}]", values(&array.as_list::<i32>().value(row)).join(" ")),
        other => panic!("no text for values of type {other}"),
    }
}
