//! The parts of a column, one after the other, as one array.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, new_empty_array, new_null_array};
use arrow_buffer::{Buffer, NullBuffer, NullBufferBuilder};
use arrow_schema::DataType;
use kinetable_engine::Result;

use super::cells::{Part, Texts};
use super::raw;

/// The longest buffer that views point into: their offsets are signed in other programs.
const LONGEST: usize = i32::MAX as usize;

/// Joins parts of one type.
pub fn join(parts: Vec<Part>, data_type: &DataType) -> Result<ArrayRef> {
    if *data_type == DataType::Utf8View {
        return Ok(join_texts(parts));
    }
    let mut arrays = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Nulls { rows, .. } => arrays.push(new_null_array(data_type, rows)),
            Part::Values(values) => arrays.push(values),
            Part::Texts(_) => unreachable!("texts are of the type of texts"),
        }
    }
    match arrays.as_slice() {
        [] => Ok(new_empty_array(data_type)),
        [one] => Ok(one.clone()),
        several => {
            let several: Vec<&dyn Array> = several.iter().map(AsRef::as_ref).collect();
            Ok(arrow_select::concat::concat(&several)?)
        }
    }
}

fn join_texts(parts: Vec<Part>) -> ArrayRef {
    let rows = parts.iter().map(|part| match part {
        Part::Nulls { rows, .. } => *rows,
        Part::Values(values) => values.len(),
        Part::Texts(texts) => texts.views.len(),
    });
    let rows = rows.sum();
    let mut joined = Joined {
        views: Vec::with_capacity(rows),
        nulls: NullBufferBuilder::new(rows),
        sealed: Vec::new(),
        open: Vec::new(),
    };
    for part in parts {
        match part {
            Part::Nulls { rows, .. } => {
                joined.views.resize(joined.views.len() + rows, 0);
                joined.nulls.append_n_nulls(rows);
            }
            Part::Values(_) => unreachable!("texts are parts of their own"),
            Part::Texts(texts) => joined.push(&texts),
        }
    }
    joined.finish()
}

struct Joined {
    views: Vec<u128>,
    nulls: NullBufferBuilder,
    sealed: Vec<Buffer>,
    open: Vec<u8>,
}

impl Joined {
    fn push(&mut self, texts: &Texts) {
        if self.open.len() + texts.bytes.len() > LONGEST {
            self.sealed.push(Buffer::from_vec(std::mem::take(&mut self.open)));
        }
        let base = (self.sealed.len() as u128) << 64 | (self.open.len() as u128) << 96;
        self.open.extend_from_slice(&texts.bytes);
        // A view's lowest 32 bits are its length; the number of the buffer and the place in it are above bit 64.
        let rebased = texts.views.iter().map(|view| if *view as u32 > 12 { view + base } else { *view });
        self.views.extend(rebased);
        match &texts.nulls {
            Some(nulls) => self.nulls.append_buffer(nulls),
            None => self.nulls.append_n_non_nulls(texts.views.len()),
        }
    }

    fn finish(mut self) -> ArrayRef {
        if !self.open.is_empty() {
            self.open.shrink_to_fit();
            self.sealed.push(Buffer::from_vec(self.open));
        }
        let nulls: Option<NullBuffer> = self.nulls.finish();
        Arc::new(raw::texts(self.views, self.sealed, nulls))
    }
}
