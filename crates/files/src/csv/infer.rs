//! Which type a column has.

use std::sync::atomic::{AtomicU8, Ordering};

use arrow_schema::DataType;

use super::cells::{Column, Part};

/// Types that are inferred, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    Boolean,
    Int,
    Long,
    Double,
    Instant,
    Char,
    Text,
}

impl Kind {
    const ALL: [Kind; 7] =
        [Kind::Boolean, Kind::Int, Kind::Long, Kind::Double, Kind::Instant, Kind::Char, Kind::Text];

    /// The column's type.
    pub fn data_type(self) -> DataType {
        match self {
            Kind::Boolean => DataType::Boolean,
            Kind::Int => DataType::Int32,
            Kind::Long => DataType::Int64,
            Kind::Double => DataType::Float64,
            Kind::Instant => crate::instant_type(),
            Kind::Char => DataType::UInt16,
            Kind::Text => DataType::Utf8View,
        }
    }
}

/// The narrowest kind that a column can still have, as far as all threads know. It only grows.
#[derive(Debug, Default)]
pub struct Floor(AtomicU8);

impl Floor {
    pub fn get(&self) -> Kind {
        Kind::ALL[usize::from(self.0.load(Ordering::Relaxed)).min(Kind::ALL.len() - 1)]
    }

    pub fn raise(&self, kind: Kind) {
        self.0.fetch_max(kind as u8, Ordering::Relaxed);
    }
}

/// The cells as the first kind from the floor on that all of them fit.
pub fn first_fit(column: &Column<'_>, floor: &Floor) -> (Kind, Part) {
    let mut kind = floor.get();
    loop {
        match column.parse(kind) {
            Ok(part) => {
                // Nulls alone say nothing.
                if !matches!(part, Part::Nulls { .. }) {
                    floor.raise(kind);
                }
                return (kind, part);
            }
            Err(row) => {
                let wider = Kind::ALL.into_iter().filter(|wider| *wider > kind);
                kind = wider.into_iter().find(|wider| column.fits(row, *wider)).unwrap_or(Kind::Text);
            }
        }
    }
}

/// Whether a part has to be parsed again when the column turns out to be of a kind.
pub fn is_stale(part: &Part, kind: Kind, of: Kind) -> bool {
    match part {
        Part::Nulls { is_quoted, .. } => of == Kind::Text && *is_quoted,
        _ => kind != of,
    }
}
