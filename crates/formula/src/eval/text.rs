//! Anything as text, and texts joined by `+`.

use std::fmt::{Display, Write};
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::StringViewBuilder;
use arrow_array::types::{
    Date32Type, Decimal256Type, DurationNanosecondType, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, IntervalMonthDayNanoType, Time64NanosecondType, TimestampNanosecondType,
    UInt16Type,
};
use arrow_cast::CastOptions;
use arrow_cast::display::FormatOptions;
use arrow_schema::DataType;

use super::{decimal, java};
use crate::civil::NANOS_PER_SECOND;
use crate::error::Error;
use crate::node::Kernel;
use crate::time::zone;
use crate::types::{Type, ZONED_UTC};
use crate::value::{Bool, Lane, Read, Text, Value, write_rows};

/// The kernel that spells values of type `ty`; null stays null. `None` when such values have no spelling.
pub(crate) fn spelled(ty: &Type) -> Option<Kernel> {
    Some(match ty {
        Type::Bool => spell::<Bool>(|out, value| out.push_str(if value { "true" } else { "false" })),
        Type::Int8 => spell::<Int8Type>(whole),
        Type::Int16 => spell::<Int16Type>(whole),
        Type::Int32 => spell::<Int32Type>(whole),
        Type::Int64 => spell::<Int64Type>(whole),
        Type::Char => spell::<UInt16Type>(java::char),
        Type::Float32 => spell::<Float32Type>(java::float),
        Type::Float64 => spell::<Float64Type>(java::double),
        Type::Text | Type::Zone | Type::Token(_) => Arc::new(|args| Ok(args.one().array().clone())),
        Type::Instant => spell::<TimestampNanosecondType>(java::instant),
        Type::DateTime => spell::<TimestampNanosecondType>(java::date_time),
        Type::Date => spell::<Date32Type>(|out, days| java::date(out, i64::from(days))),
        Type::Time => spell::<Time64NanosecondType>(java::time),
        Type::Duration => spell::<DurationNanosecondType>(java::duration),
        Type::Period => {
            spell::<IntervalMonthDayNanoType>(|out, period| java::period(out, period.months, period.days))
        }
        Type::Decimal(_, scale) if matches!(ty.data_type(), DataType::Decimal256(..)) => {
            let scale = *scale;
            spell::<Decimal256Type>(move |out, value| decimal::spell(out, value, scale))
        }
        Type::Decimal(..) | Type::List(_) => arrow_spelling(),
        Type::Zoned(zone) => zoned_spelling(zone)?,
        Type::Null => Arc::new(|args| Ok(arrow_array::new_null_array(&Type::Text.data_type(), args.rows))),
        Type::Binary | Type::Opaque(_) => return None,
    })
}

fn whole(out: &mut String, value: impl Display) {
    let _ = write!(out, "{value}");
}

/// Decimals and lists in Arrow's spelling.
fn arrow_spelling() -> Kernel {
    Arc::new(|args| {
        let value = args.one();
        let format_options = FormatOptions::new().with_null("null");
        let options = CastOptions { safe: true, format_options };
        let texts = arrow_cast::cast_with_options(value.array(), &Type::Text.data_type(), &options)?;
        Ok(texts)
    })
}

/// What the zone's clock shows, and the zone.
fn zoned_spelling(name: &str) -> Option<Kernel> {
    let zone = zone::find(name)?;
    let named = !name.starts_with(['+', '-']);
    let name = if name == ZONED_UTC { "UTC".to_owned() } else { name.to_owned() };
    Some(Arc::new(move |args| {
        let mut clock = zone::Clock::new(&zone);
        let lane = Lane::<TimestampNanosecondType>::of(&args.values[0]);
        write_rows::<Text, String>(args.rows, args.nulls().as_ref(), |row| {
            let nanos = lane.get(row);
            let local = clock.local(nanos);
            let mut text = String::new();
            java::date_time(&mut text, local);
            java::offset(&mut text, (local - nanos) / NANOS_PER_SECOND);
            Ok(Some(if named { text + "[" + &name + "]" } else { text }))
        })
    }))
}

fn spell<R: Read>(write: impl Fn(&mut String, R::Item<'_>) + Send + Sync + 'static) -> Kernel {
    Arc::new(move |args| {
        let rows = args.rows;
        let value = args.one();
        let lane = Lane::<R>::of(&value);
        let mut builder = StringViewBuilder::with_capacity(rows);
        let mut scratch = String::new();
        for row in 0..rows {
            if let Some(item) = lane.opt(row) {
                scratch.clear();
                write(&mut scratch, item);
                builder.append_value(&scratch);
            } else {
                builder.append_null();
            }
        }
        Ok(Arc::new(builder.finish()))
    })
}

/// The kernel that joins texts, of which a null one reads `null`.
pub(crate) fn joined() -> Kernel {
    Arc::new(|args| join(&args.values, args.rows))
}

fn join(values: &[Value], rows: usize) -> Result<ArrayRef, Error> {
    let lanes: Vec<Lane<'_, Text>> = values.iter().map(Lane::of).collect();
    let mut builder = StringViewBuilder::with_capacity(rows);
    let mut scratch = String::new();
    for row in 0..rows {
        scratch.clear();
        for lane in &lanes {
            scratch.push_str(lane.opt(row).unwrap_or("null"));
        }
        builder.append_value(&scratch);
    }
    Ok(Arc::new(builder.finish()))
}
