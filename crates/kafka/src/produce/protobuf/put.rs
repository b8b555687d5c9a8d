//! Cells → the wire format.

use super::plan::{Form, Part};
use crate::decode::Reason;
use crate::produce::cells::{Cells, Values};
use crate::protobuf::Scalar;
use crate::protobuf::wire::{
    BYTES, END_GROUP, FIXED32, FIXED64, START_GROUP, VARINT, put_key, put_varint, zigzag,
};

/// A row, or an item of its lists.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) row: usize,
    pub(super) item: Option<usize>,
}

/// A cell of a column.
#[derive(Clone, Copy)]
struct Cell<'a> {
    cells: &'a Cells<'a>,
    row: usize,
}

impl At {
    /// The cell of a column here; `None` if it is null.
    fn cell<'a>(self, cells: &'a Cells<'a>) -> Option<Cell<'a>> {
        let cell = match (self.item, &cells.values) {
            (Some(item), Values::List(list, items)) => {
                let start = list.value_offsets()[self.row] as usize;
                if cells.is_null(self.row) {
                    return None;
                }
                Cell { cells: items, row: start + item }
            }
            _ => Cell { cells, row: self.row },
        };
        (!cell.cells.is_null(cell.row)).then_some(cell)
    }
}

/// Appends the fields of a message.
pub(super) fn message(
    parts: &[Part],
    columns: &[Cells<'_>],
    at: At,
    out: &mut Vec<u8>,
) -> Result<(), Reason> {
    let mut chosen: Vec<(usize, &str)> = Vec::new();
    for part in parts {
        let before = out.len();
        field(part, columns, at, out)?;
        if out.len() == before {
            if part.is_required {
                return Err(format!("field \"{}\" is required, but null", part.name).into());
            }
            continue;
        }
        if let Some(oneof) = part.oneof {
            if let Some((_, other)) = chosen.iter().find(|(known, _)| *known == oneof) {
                return Err(format!(
                    "fields \"{other}\" and \"{}\" are of one oneof, but both are set",
                    part.name
                )
                .into());
            }
            chosen.push((oneof, &part.name));
        }
    }
    Ok(())
}

fn field(part: &Part, columns: &[Cells<'_>], at: At, out: &mut Vec<u8>) -> Result<(), Reason> {
    let named = |reason: Reason| Reason::from(format!("field \"{}\": {reason}", part.name));
    match &part.form {
        Form::Cell { place, scalar, has_presence } => {
            let Some(cell) = at.cell(&columns[*place]) else { return Ok(()) };
            let before = out.len();
            put_key(out, part.number, scalar.wire());
            let start = out.len();
            value(scalar, cell, out).map_err(named)?;
            let is_default = !has_presence && out[start..].iter().all(|byte| *byte == 0);
            // A false is no message.
            if is_default || (*scalar == Scalar::Empty && !cell.bool()) {
                out.truncate(before);
            }
            Ok(())
        }
        Form::List { place, scalar, is_packed } => {
            let Some((items, range)) = list(&columns[*place], at.row) else { return Ok(()) };
            let mut body = Vec::new();
            let is_packed = *is_packed && !range.is_empty();
            for row in range {
                if items.is_null(row) {
                    return Err(named("a list has a null in it, which cannot be written".into()));
                }
                if !is_packed {
                    put_key(&mut body, part.number, scalar.wire());
                }
                value(scalar, Cell { cells: items, row }, &mut body).map_err(named)?;
            }
            if is_packed {
                put_key(out, part.number, BYTES);
                put_varint(out, body.len() as u64);
            }
            out.extend_from_slice(&body);
            Ok(())
        }
        Form::Message { parts, .. } if is_absent(parts, columns, at) => Ok(()),
        Form::Message { parts, is_group } => {
            let mut body = Vec::new();
            message(parts, columns, at, &mut body)?;
            enclose(part.number, *is_group, &body, out);
            Ok(())
        }
        Form::Items { parts, places, is_group } => {
            let lengths: Vec<usize> = places
                .iter()
                .filter_map(|place| list(&columns[*place], at.row).map(|(_, range)| range.len()))
                .collect();
            let count = lengths.first().copied().unwrap_or(0);
            if lengths.iter().any(|length| *length != count) {
                return Err(named("the lists of its columns are not equally long".into()));
            }
            for item in 0..count {
                let mut body = Vec::new();
                message(parts, columns, At { row: at.row, item: Some(item) }, &mut body)?;
                enclose(part.number, *is_group, &body, out);
            }
            Ok(())
        }
    }
}

/// Whether all columns of a message are null here: then it is not there.
fn is_absent(parts: &[Part], columns: &[Cells<'_>], at: At) -> bool {
    parts.iter().all(|part| match &part.form {
        Form::Cell { place, .. } | Form::List { place, .. } => at.cell(&columns[*place]).is_none(),
        Form::Message { parts, .. } => is_absent(parts, columns, at),
        Form::Items { places, .. } => places.iter().all(|place| columns[*place].is_null(at.row)),
    })
}

fn enclose(number: u32, is_group: bool, body: &[u8], out: &mut Vec<u8>) {
    if is_group {
        put_key(out, number, START_GROUP);
        out.extend_from_slice(body);
        put_key(out, number, END_GROUP);
        return;
    }
    put_key(out, number, BYTES);
    put_varint(out, body.len() as u64);
    out.extend_from_slice(body);
}

/// The items of a row's list; `None` if it is null.
fn list<'a>(cells: &'a Cells<'a>, row: usize) -> Option<(&'a Cells<'a>, std::ops::Range<usize>)> {
    match &cells.values {
        Values::List(list, items) if !cells.is_null(row) => {
            let offsets = list.value_offsets();
            Some((items, offsets[row] as usize..offsets[row + 1] as usize))
        }
        _ => None,
    }
}

/// Appends a value, without its key.
fn value(scalar: &Scalar, cell: Cell<'_>, out: &mut Vec<u8>) -> Result<(), Reason> {
    match scalar {
        Scalar::Bool => out.push(cell.bool().into()),
        Scalar::Int32 => put_varint(out, i64::from(cell.narrow::<i32>()?) as u64),
        Scalar::Sint32 => put_varint(out, zigzag(cell.narrow::<i32>()?.into())),
        Scalar::Sfixed32 => out.extend_from_slice(&cell.narrow::<i32>()?.to_le_bytes()),
        Scalar::Uint32 => put_varint(out, cell.narrow::<u32>()?.into()),
        Scalar::Fixed32 => out.extend_from_slice(&cell.narrow::<u32>()?.to_le_bytes()),
        Scalar::Int64 => put_varint(out, cell.whole() as u64),
        Scalar::Sint64 => put_varint(out, zigzag(cell.whole())),
        Scalar::Sfixed64 => out.extend_from_slice(&cell.whole().to_le_bytes()),
        Scalar::Float => out.extend_from_slice(&(cell.float() as f32).to_le_bytes()),
        Scalar::Double => out.extend_from_slice(&cell.float().to_le_bytes()),
        Scalar::Text | Scalar::Bytes => {
            let bytes = cell.bytes();
            put_varint(out, bytes.len() as u64);
            out.extend_from_slice(bytes);
        }
        Scalar::Enum(symbols) => {
            let number = match &cell.cells.values {
                Values::Text(texts) => {
                    let name = texts.value(cell.row);
                    symbols
                        .number(name)
                        .or_else(|| name.parse().ok())
                        .ok_or_else(|| Reason::from(format!("the enum has no \"{name}\"")))?
                }
                _ => cell.narrow::<i32>()?,
            };
            put_varint(out, i64::from(number) as u64);
        }
        Scalar::Timestamp | Scalar::Duration => {
            let (ns, second) = (cell.whole(), 1_000_000_000);
            let (seconds, nanos) = match scalar {
                Scalar::Timestamp => (ns.div_euclid(second), ns.rem_euclid(second)),
                _ => (ns / second, ns % second),
            };
            let mut body = Vec::new();
            for (number, part) in [(1, seconds), (2, nanos)] {
                if part != 0 {
                    put_key(&mut body, number, VARINT);
                    put_varint(&mut body, part as u64);
                }
            }
            put_varint(out, body.len() as u64);
            out.extend_from_slice(&body);
        }
        Scalar::Wrapped(inner) => {
            let mut body = Vec::new();
            put_key(&mut body, 1, inner.wire());
            let start = body.len();
            value(inner, cell, &mut body)?;
            if body[start..].iter().all(|byte| *byte == 0) {
                body.clear();
            }
            put_varint(out, body.len() as u64);
            out.extend_from_slice(&body);
        }
        Scalar::Empty => out.push(0),
    }
    debug_assert!(matches!(scalar.wire(), VARINT | FIXED32 | FIXED64 | BYTES), "values are no groups");
    Ok(())
}

/// Reading a cell of a column that the plan found to fit.
impl<'a> Cell<'a> {
    fn bool(self) -> bool {
        matches!(&self.cells.values, Values::Bool(values) if values.value(self.row))
    }

    fn whole(self) -> i64 {
        match &self.cells.values {
            Values::I8(values) => values[self.row].into(),
            Values::I16(values) => values[self.row].into(),
            Values::I32(values) => values[self.row].into(),
            Values::I64(values) | Values::Instant(values) => values[self.row],
            Values::Char(values) => values[self.row].into(),
            _ => unreachable!("the plan checks types"),
        }
    }

    fn narrow<T: TryFrom<i64>>(self) -> Result<T, Reason> {
        let value = self.whole();
        T::try_from(value).map_err(|_| format!("{value} does not fit into 32 bits").into())
    }

    fn float(self) -> f64 {
        match &self.cells.values {
            Values::F32(values) => values[self.row].into(),
            Values::F64(values) => values[self.row],
            _ => self.whole() as f64,
        }
    }

    fn bytes(self) -> &'a [u8] {
        match &self.cells.values {
            Values::Text(values) => values.value(self.row).as_bytes(),
            Values::Bytes(values) => values.value(self.row),
            _ => unreachable!("the plan checks types"),
        }
    }
}
