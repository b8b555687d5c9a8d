//! Values of one native type, in group order, and the way between them and Arrow arrays.

use std::sync::{Arc, OnceLock};

use arrow_array::builder::{BinaryViewBuilder, StringViewBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, DurationNanosecondType, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, Time64NanosecondType, TimestampNanosecondType, UInt8Type,
    UInt16Type, UInt32Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray, UInt32Array};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};
use arrow_select::take::take;
use kinetable_engine::{Error, Result};
use rayon::prelude::*;

/// Values brought into another order by one thread at a time.
const PART: usize = 1 << 15;

/// Bytes of text or binary.
pub(super) type Bytes = Arc<[u8]>;

/// Values, and which of them are there.
#[derive(Debug, Clone)]
pub(super) struct Lane<V> {
    pub(super) values: Vec<V>,
    /// `None`: all are there.
    pub(super) valid: Option<Vec<bool>>,
}

impl<V> Lane<V> {
    /// Whether there is a value at a place.
    #[inline(always)]
    pub(super) fn is_valid(&self, place: usize) -> bool {
        self.valid.as_ref().is_none_or(|valid| valid[place])
    }

    /// The value at a place, if there is one.
    #[inline(always)]
    pub(super) fn get(&self, place: usize) -> Option<&V> {
        self.is_valid(place).then(|| &self.values[place])
    }
}

/// A column in group order: an array, and where in it the values come from unless it is in order already.
pub(super) struct Values<'a> {
    pub(super) array: ArrayRef,
    order: Option<&'a [u32]>,
    doubles: OnceLock<Lane<f64>>,
    longs: OnceLock<Lane<i64>>,
}

impl<'a> Values<'a> {
    /// The values of an array at places in order; of all places if there is none.
    pub(super) fn new(array: ArrayRef, order: Option<&'a [u32]>) -> Values<'a> {
        Values { array, order, doubles: OnceLock::new(), longs: OnceLock::new() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.order.map_or(self.array.len(), <[u32]>::len)
    }

    /// Those at a range of places in order.
    pub(super) fn part(&self, places: std::ops::Range<usize>) -> Values<'a> {
        match self.order {
            None => Values::new(self.array.slice(places.start, places.len()), None),
            Some(order) => Values::new(self.array.clone(), Some(&order[places])),
        }
    }

    /// Where a value is in the array.
    #[inline]
    pub(super) fn place(&self, at: usize) -> usize {
        self.order.map_or(at, |order| order[at] as usize)
    }

    /// Numbers as doubles.
    pub(super) fn doubles(&self) -> &Lane<f64> {
        self.doubles.get_or_init(|| match self.array.data_type() {
            DataType::Float64 => self.lane::<Float64Type, _>(|value| value),
            DataType::Float32 => self.lane::<Float32Type, _>(f64::from),
            _ => {
                let longs = self.longs();
                let values = longs.values.par_iter().with_min_len(PART).map(|value| *value as f64);
                Lane { values: values.collect(), valid: longs.valid.clone() }
            }
        })
    }

    /// Integers, char, bool and times as longs.
    pub(super) fn longs(&self) -> &Lane<i64> {
        self.longs.get_or_init(|| match self.array.data_type() {
            DataType::Boolean => {
                let values = self.array.as_boolean().values().clone();
                self.each(|place| i64::from(values.value(place)))
            }
            DataType::Int8 => self.lane::<Int8Type, _>(i64::from),
            DataType::Int16 => self.lane::<Int16Type, _>(i64::from),
            DataType::Int32 => self.lane::<Int32Type, _>(i64::from),
            DataType::Int64 => self.lane::<Int64Type, _>(|value| value),
            DataType::UInt8 => self.lane::<UInt8Type, _>(i64::from),
            DataType::UInt16 => self.lane::<UInt16Type, _>(i64::from),
            DataType::UInt32 => self.lane::<UInt32Type, _>(i64::from),
            DataType::Date32 => self.lane::<Date32Type, _>(i64::from),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                self.lane::<TimestampNanosecondType, _>(|value| value)
            }
            DataType::Time64(TimeUnit::Nanosecond) => self.lane::<Time64NanosecondType, _>(|value| value),
            DataType::Duration(TimeUnit::Nanosecond) => self.lane::<DurationNanosecondType, _>(|value| value),
            other => unreachable!("{other} is refused when the operation is planned"),
        })
    }

    /// Decimals as integers.
    pub(super) fn wides(&self) -> Lane<i128> {
        self.lane::<Decimal128Type, _>(|value| value)
    }

    /// Text or binary as bytes.
    pub(super) fn bytes(&self) -> Lane<Bytes> {
        match self.array.data_type() {
            DataType::Utf8View => {
                let text = self.array.as_string_view();
                self.each(|place| Bytes::from(text.value(place).as_bytes()))
            }
            _ => {
                let binary = self.array.as_binary_view();
                self.each(|place| Bytes::from(binary.value(place)))
            }
        }
    }

    /// Which values are there.
    pub(super) fn presence(&self) -> Lane<()> {
        self.each(|_| ())
    }

    /// Where a Boolean is true.
    pub(super) fn truths(&self) -> Lane<()> {
        let array = self.array.as_boolean();
        let is_true = |at: usize| array.is_valid(self.place(at)) && array.value(self.place(at));
        Lane { values: vec![(); self.len()], valid: Some((0..self.len()).map(is_true).collect()) }
    }

    fn lane<T: ArrowPrimitiveType, V: Send>(&self, value: impl Fn(T::Native) -> V + Send + Sync) -> Lane<V> {
        let values = self.array.as_primitive::<T>().values();
        self.each(|place| value(values[place]))
    }

    fn each<V: Send>(&self, value: impl Fn(usize) -> V + Send + Sync) -> Lane<V> {
        let places = (0..self.len()).into_par_iter().with_min_len(PART);
        let values = match self.order {
            None => places.map(value).collect(),
            Some(order) => order.par_iter().with_min_len(PART).map(|place| value(*place as usize)).collect(),
        };
        let valid = self.array.nulls().filter(|nulls| nulls.null_count() > 0).map(|nulls| {
            let places = (0..self.len()).into_par_iter().with_min_len(PART);
            places.map(|at| nulls.is_valid(self.place(at))).collect()
        });
        Lane { values, valid }
    }
}

/// What a kernel gives, in the order in which it was asked for rows.
pub(super) enum Outcome {
    Longs(Lane<i64>),
    Doubles(Lane<f64>),
    Wides(Lane<i128>),
    Bytes(Lane<Bytes>),
    Array(ArrayRef),
}

impl Outcome {
    /// The values as an array of a type, those at `order`; all if there is none.
    pub(super) fn into_array(self, data_type: &DataType, order: Option<&[u32]>) -> Result<ArrayRef> {
        match self {
            Outcome::Longs(lane) => of_longs(lane, data_type, order),
            Outcome::Doubles(lane) => Ok(match data_type {
                DataType::Float32 => primitive::<Float32Type, _>(lane, data_type, order, |v| v as f32),
                _ => primitive::<Float64Type, _>(lane, data_type, order, |value| value),
            }),
            Outcome::Wides(lane) => Ok(primitive::<Decimal128Type, _>(lane, data_type, order, |v| v)),
            Outcome::Bytes(lane) => Ok(of_bytes(&lane, data_type, order)),
            Outcome::Array(array) => match order {
                None => Ok(array),
                Some(order) => Ok(take(&array, &UInt32Array::from(order.to_vec()), None)?),
            },
        }
    }
}

fn of_longs(lane: Lane<i64>, data_type: &DataType, order: Option<&[u32]>) -> Result<ArrayRef> {
    Ok(match data_type {
        DataType::Int8 => primitive::<Int8Type, _>(lane, data_type, order, |v| v as i8),
        DataType::Int16 => primitive::<Int16Type, _>(lane, data_type, order, |v| v as i16),
        DataType::Int32 => primitive::<Int32Type, _>(lane, data_type, order, |v| v as i32),
        DataType::Int64 => primitive::<Int64Type, _>(lane, data_type, order, |v| v),
        DataType::UInt8 => primitive::<UInt8Type, _>(lane, data_type, order, |v| v as u8),
        DataType::UInt16 => primitive::<UInt16Type, _>(lane, data_type, order, |v| v as u16),
        DataType::UInt32 => primitive::<UInt32Type, _>(lane, data_type, order, |v| v as u32),
        DataType::Date32 => primitive::<Date32Type, _>(lane, data_type, order, |v| v as i32),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            primitive::<TimestampNanosecondType, _>(lane, data_type, order, |v| v)
        }
        DataType::Time64(TimeUnit::Nanosecond) => {
            primitive::<Time64NanosecondType, _>(lane, data_type, order, |v| v)
        }
        DataType::Duration(TimeUnit::Nanosecond) => {
            primitive::<DurationNanosecondType, _>(lane, data_type, order, |v| v)
        }
        other => return Err(Error::internal(format!("longs do not make a column of {other}"))),
    })
}

fn primitive<T: ArrowPrimitiveType, V: Copy + Send + Sync>(
    lane: Lane<V>,
    data_type: &DataType,
    order: Option<&[u32]>,
    value: impl Fn(V) -> T::Native + Sync,
) -> ArrayRef {
    let count = order.map_or(lane.values.len(), <[u32]>::len);
    let place = |at: usize| order.map_or(at, |order| order[at] as usize);
    let values: Vec<T::Native> = match order {
        None => lane.values.par_iter().with_min_len(PART).map(|v| value(*v)).collect(),
        Some(order) => {
            let places = order.par_iter().with_min_len(PART);
            places.map(|place| value(lane.values[*place as usize])).collect()
        }
    };
    let nulls = lane.valid.map(|valid| {
        let valid = BooleanBuffer::collect_bool(count, |at| valid[place(at)]);
        NullBuffer::new(valid)
    });
    let array = PrimitiveArray::<T>::new(ScalarBuffer::from(values), nulls);
    Arc::new(array.with_data_type(data_type.clone()))
}

fn of_bytes(lane: &Lane<Bytes>, data_type: &DataType, order: Option<&[u32]>) -> ArrayRef {
    let count = order.map_or(lane.values.len(), <[u32]>::len);
    let values = (0..count).map(|at| lane.get(order.map_or(at, |order| order[at] as usize)));
    if *data_type == DataType::Utf8View {
        let mut builder = StringViewBuilder::with_capacity(count);
        for value in values {
            let text = value.map(|bytes| std::str::from_utf8(bytes).expect("bytes of a text"));
            builder.append_option(text);
        }
        return Arc::new(builder.finish());
    }
    let mut builder = BinaryViewBuilder::with_capacity(count);
    values.for_each(|value| builder.append_option(value));
    Arc::new(builder.finish())
}
