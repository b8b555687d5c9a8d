//! Cells as texts, for who can show nothing else.

use std::fmt::Write;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, StringViewArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;
use kinetable_engine::column::{FunctionInput, RowFunction};
use kinetable_engine::{Error, Result};
use kinetable_operators::select::{Selection, update_view};

use super::Table;

/// Makes cells of types that only a host knows texts, others it leaves as they are.
pub type Spelling = fn(&ArrayRef) -> std::result::Result<ArrayRef, String>;

impl Table {
    /// All columns, of which these are texts of at most so many bytes, evaluated at each read from the cells as they are spelled.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn shown(&self, columns: &[String], bytes_max: usize, spelling: Spelling) -> Result<Table> {
        let selection = |name: &String| {
            let inputs = [FunctionInput::Column(self.definition().column_index(name)?)];
            Ok(Selection::function(name.clone(), Arc::new(Shown { inputs, bytes_max, spelling })))
        };
        let selections = columns.iter().map(selection).collect::<Result<Vec<_>>>()?;
        self.reshaped(|table| update_view(table, &selections))
    }
}

/// A cell as text.
#[derive(Debug)]
struct Shown {
    inputs: [FunctionInput; 1],
    bytes_max: usize,
    spelling: Spelling,
}

impl RowFunction for Shown {
    fn data_type(&self) -> &DataType {
        &DataType::Utf8View
    }

    fn inputs(&self) -> &[FunctionInput] {
        &self.inputs
    }

    fn eval(&self, inputs: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        let array = (self.spelling)(&inputs[0]).map_err(Error::source)?;
        let options = FormatOptions::default().with_null("null");
        let formatter = ArrayFormatter::try_new(array.as_ref(), &options)?;
        let text = |row: usize| {
            let mut text = Limited { text: String::new(), bytes_max: self.bytes_max };
            // What does not fit ends the writing, which is what the limit is for.
            let _ = formatter.value(row).write(&mut text);
            (!array.is_null(row)).then_some(text.text)
        };
        Ok(Arc::new((0..array.len()).map(text).collect::<StringViewArray>()))
    }
}

/// A text that ends at a limit.
struct Limited {
    text: String,
    bytes_max: usize,
}

impl Write for Limited {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        let room = self.bytes_max.saturating_sub(self.text.len());
        if part.len() <= room {
            self.text.push_str(part);
            return Ok(());
        }
        self.text.push_str(&part[..part.floor_char_boundary(room)]);
        self.text.push('…');
        Err(std::fmt::Error)
    }
}
