//! Functions of arrays that pick, order and count items, whatever their type.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, ListArray};
use arrow_buffer::OffsetBuffer;
use arrow_ord::rank::rank;
use arrow_schema::{Field, SortOptions};

use super::bind::{Bound, Call, Refusal};
use super::list::{self, Lists, item_type};
use super::registry::Function;
use crate::check::operator::combine;
use crate::error::Error;
use crate::eval::dispatch::numeric;
use crate::eval::nan::tidy;
use crate::node::{Kernel, Node};
use crate::types::Type;
use crate::value::{Args, Bool, Lane, Text, boolean, text, write_rows};

macro_rules! alike {
    ($($name:literal, $signature:literal, $doc:literal, $bind:expr;)*) => {
        &[$(Function { name: $name, signature: $signature, doc: $doc, bind: $bind }),*]
    };
}

/// Methods of arrays.
pub(super) const METHODS: &[Function] = alike! {
    "size", "array.size() → long", "The number of items.", length;
    "isEmpty", "array.isEmpty() → boolean", "Whether there are no items.", is_empty;
    "get", "array.get(long) → T", "The item at a position from 0 on; null beyond the ends.", get;
    "subVector", "array.subVector(long from, long to) → T[]", "The items from one position to before another.", part;
    "subVectorByPositions", "array.subVectorByPositions(long[]) → T[]", "The items at these positions; null for one beyond the ends.", by_positions;
    "toArray", "array.toArray() → T[]", "The array itself.", itself;
    "copyToArray", "array.copyToArray() → T[]", "The array itself.", itself;
};

pub(super) const FUNCTIONS: &[Function] = alike! {
    "len", "len(T[]) → long", "The number of items.", length;
    "count", "count(T[]) → long", "The number of items that are not null.", |call| counted(call, |items, at| items.is_valid(at));
    "countObj", "countObj(T[]) → long", "The number of items that are not null.", |call| counted(call, |items, at| items.is_valid(at));
    "first", "first(T[]) → T", "The first item; null when there is none.", |call| picked(call, |length| (length > 0).then_some(0));
    "firstObj", "firstObj(T[]) → T", "The first item; null when there is none.", |call| picked(call, |length| (length > 0).then_some(0));
    "last", "last(T[]) → T", "The last item; null when there is none.", |call| picked(call, |length| length.checked_sub(1));
    "lastObj", "lastObj(T[]) → T", "The last item; null when there is none.", |call| picked(call, |length| length.checked_sub(1));
    "nth", "nth(long, T[]) → T", "The item at a position from 0 on; null beyond the ends.", nth;
    "nthObj", "nthObj(long, T[]) → T", "The item at a position from 0 on; null beyond the ends.", nth;
    "reverse", "reverse(T[]) → T[]", "The items in the opposite order.", |call| taken(call, reversed);
    "reverseObj", "reverseObj(T[]) → T[]", "The items in the opposite order.", |call| taken(call, reversed);
    "distinct", "distinct(T[][, boolean includeNull]) → T[]", "The different items, in order of appearance.", distinct;
    "distinctObj", "distinctObj(T[][, boolean includeNull]) → T[]", "The different items, in order of appearance.", distinct;
    "countDistinct", "countDistinct(T[][, boolean countNull]) → long", "The number of different items.", count_distinct;
    "countDistinctObj", "countDistinctObj(T[][, boolean countNull]) → long", "The number of different items.", count_distinct;
    "forwardFill", "forwardFill(T[]) → T[]", "The items, with the one before in place of null.", |call| taken(call, filled);
    "forwardFillObj", "forwardFillObj(T[]) → T[]", "The items, with the one before in place of null.", |call| taken(call, filled);
    "concat", "concat(T[]…) → T[]", "The items of all arrays, one array after the other.", concatenated;
    "enlist", "enlist(T…) → T[]", "An array of the values.", enlist;
    "array", "array(T[]) → T[]; array(T…) → T[]", "The array itself, or one of the values.", array;
    "arrayObj", "arrayObj(T[]) → T[]; arrayObj(T…) → T[]", "The array itself, or one of the values.", array;
    "unbox", "unbox(T[]) → T[]; unbox(T…) → T[]", "The array itself, or one of the values.", array;
    "repeat", "repeat(T, int) → T[]", "An array of the value so many times.", repeated;
    "firstIndexOf", "firstIndexOf(T, T[]) → long", "The position of the first item that equals the value, or null.", first_index_of;
    "firstIndexOfObj", "firstIndexOfObj(T, T[]) → long", "The position of the first item that equals the value, or null.", first_index_of;
    "vec", "vec(T[]) → T[]", "The array itself.", itself;
    "vecObj", "vecObj(T[]) → T[]", "The array itself.", itself;
};

/// A function of one array.
pub(super) fn of_lists(call: &mut Call<'_, '_>, result: Type, kernel: Kernel) -> Bound {
    call.arity(1..=1)?;
    if !call.is_list(0) {
        return Err(Refusal::Types);
    }
    let wanted = call.ty(0);
    Ok(call.kernel(&[wanted], result, kernel)?.can_be_null())
}

fn length(call: &mut Call<'_, '_>) -> Bound {
    let kernel: Kernel = Arc::new(|args: Args| {
        let lists = Lists::of(&args.values[0]);
        write_rows::<Int64Type, i64>(args.rows, None, |row| {
            Ok(lists.range(row).map(|range| range.len() as i64))
        })
    });
    of_lists(call, Type::Int64, kernel)
}

fn is_empty(call: &mut Call<'_, '_>) -> Bound {
    let kernel: Kernel = Arc::new(|args: Args| {
        let lists = Lists::of(&args.values[0]);
        write_rows::<Bool, bool>(args.rows, None, |row| Ok(lists.range(row).map(|range| range.is_empty())))
    });
    of_lists(call, Type::Bool, kernel)
}

fn itself(call: &mut Call<'_, '_>) -> Bound {
    call.arity(1..=1)?;
    if call.is_list(0) { Ok(call.args.remove(0)) } else { Err(Refusal::Types) }
}

fn get(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=2)?;
    let (Some(index), Some(array)) = (call.args.pop(), call.args.pop()) else { return Err(Refusal::Types) };
    Ok(list::item(array, index, call.span)?)
}

fn nth(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=2)?;
    if !call.is_list(1) {
        return Err(Refusal::Types);
    }
    call.args.swap(0, 1);
    get(call)
}

/// The number of items for which a test holds.
pub(super) fn counted(call: &mut Call<'_, '_>, test: fn(&ArrayRef, usize) -> bool) -> Bound {
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let items = lists.items();
        write_rows::<Int64Type, i64>(args.rows, None, |row| {
            Ok(lists.range(row).map(|range| range.filter(|at| test(items, *at)).count() as i64))
        })
    });
    of_lists(call, Type::Int64, kernel)
}

/// One item, whose position the length tells.
fn picked(call: &mut Call<'_, '_>, position: fn(usize) -> Option<usize>) -> Bound {
    let Some(item) = item_type(&call.ty(0)) else { return Err(Refusal::Types) };
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let at = |row| lists.range(row).and_then(|range| Some((range.start + position(range.len())?) as i64));
        let places: Int64Array = (0..args.rows).map(at).collect();
        Ok(arrow_select::take::take(lists.items(), &places, None)?)
    });
    of_lists(call, item, kernel)
}

/// An array of some of the items, or of all in another order: `f` tells the positions within one array.
pub(super) fn taken(
    call: &mut Call<'_, '_>,
    f: impl Fn(&ArrayRef) -> Result<Vec<Option<usize>>, Error> + Copy + Send + Sync + 'static,
) -> Bound {
    let ty = call.ty(0);
    of_lists(call, ty, Arc::new(move |args: Args| take_lists(&args, f)))
}

fn take_lists(
    args: &Args,
    f: impl Fn(&ArrayRef) -> Result<Vec<Option<usize>>, Error>,
) -> Result<ArrayRef, Error> {
    let lists = Lists::of(&args.values[0]);
    let mut places: Vec<Option<i64>> = Vec::new();
    let mut lengths = Vec::with_capacity(args.rows);
    for row in 0..args.rows {
        let range = lists.range(row).unwrap_or(0..0);
        let found = f(&lists.items().slice(range.start, range.len())).map_err(|error| error.with_row(row))?;
        lengths.push(found.len());
        places.extend(found.into_iter().map(|place| place.map(|place| (range.start + place) as i64)));
    }
    let items = arrow_select::take::take(lists.items(), &Int64Array::from(places), None)?;
    listed(items, lengths, args)
}

/// Items of all rows, laid end to end, as arrays; null where an argument is.
pub(super) fn listed(items: ArrayRef, lengths: Vec<usize>, args: &Args) -> Result<ArrayRef, Error> {
    let field = Arc::new(Field::new_list_field(items.data_type().clone(), true));
    Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), items, args.nulls())?))
}

fn reversed(items: &ArrayRef) -> Result<Vec<Option<usize>>, Error> {
    Ok((0..items.len()).rev().map(Some).collect())
}

fn filled(items: &ArrayRef) -> Result<Vec<Option<usize>>, Error> {
    let mut last = None;
    let place = |at| {
        if items.is_valid(at) {
            last = Some(at);
        }
        last
    };
    Ok((0..items.len()).map(place).collect())
}

/// The positions of the first of each kind of item.
fn firsts(items: &ArrayRef, with_null: bool) -> Result<Vec<Option<usize>>, Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let ranks = rank(&tidy(items.clone()), None)?;
    let mut seen = HashSet::new();
    let new = |at: &usize| (with_null || items.is_valid(*at)) && seen.insert(ranks[*at]);
    Ok((0..items.len()).filter(new).map(Some).collect())
}

/// Takes the optional flag about null.
fn take_null_flag(call: &mut Call<'_, '_>) -> Result<bool, Refusal> {
    call.arity(1..=2)?;
    if call.len() == 2 { call.take_flag(1) } else { Ok(false) }
}

fn distinct(call: &mut Call<'_, '_>) -> Bound {
    let with_null = take_null_flag(call)?;
    if with_null {
        taken(call, |items| firsts(items, true))
    } else {
        taken(call, |items| firsts(items, false))
    }
}

fn count_distinct(call: &mut Call<'_, '_>) -> Bound {
    let with_null = take_null_flag(call)?;
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        write_rows::<Int64Type, i64>(args.rows, None, |row| {
            let Some(range) = lists.range(row) else { return Ok(None) };
            Ok(Some(firsts(&lists.items().slice(range.start, range.len()), with_null)?.len() as i64))
        })
    });
    of_lists(call, Type::Int64, kernel)
}

/// `array.subVector(from, to)`; positions beyond the ends hold null.
fn part(call: &mut Call<'_, '_>) -> Bound {
    let ty = call.ty(0);
    let kernel: Kernel = Arc::new(|args: Args| {
        let lists = Lists::of(&args.values[0]);
        let (from, to) = (Lane::<Int64Type>::of(&args.values[1]), Lane::<Int64Type>::of(&args.values[2]));
        let nulls = args.nulls();
        let mut places = Vec::new();
        let mut lengths = Vec::with_capacity(args.rows);
        for row in 0..args.rows {
            let before = places.len();
            if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
                let range = lists.range(row).unwrap_or(0..0);
                let bounded = |at: i64| at.clamp(-(1 << 24), 1 << 24);
                let inside = |at: &i64| usize::try_from(*at).is_ok_and(|at| at < range.len());
                places.extend(
                    (bounded(from.get(row))..bounded(to.get(row)))
                        .map(|at| inside(&at).then(|| range.start as i64 + at)),
                );
            }
            lengths.push(places.len() - before);
        }
        let items = arrow_select::take::take(lists.items(), &Int64Array::from(places), None)?;
        listed(items, lengths, &args)
    });
    if item_type(&ty).is_none() {
        return Err(Refusal::Types);
    }
    call.kernel(&[ty.clone(), Type::Int64, Type::Int64], ty, kernel)
}

fn concatenated(call: &mut Call<'_, '_>) -> Bound {
    call.arity(1..=usize::MAX)?;
    let ty = call.ty(0);
    if item_type(&ty).is_none() {
        return Err(Refusal::Types);
    }
    let kernel: Kernel = Arc::new(|args: Args| {
        let lists: Vec<Lists<'_>> = args.values.iter().map(Lists::of).collect();
        let mut places: Vec<(usize, usize)> = Vec::new();
        let mut lengths = Vec::with_capacity(args.rows);
        for row in 0..args.rows {
            let before = places.len();
            for (number, list) in lists.iter().enumerate() {
                places.extend(list.range(row).unwrap_or(0..0).map(|at| (number, at)));
            }
            lengths.push(places.len() - before);
        }
        let columns: Vec<&dyn Array> = lists.iter().map(|list| list.items().as_ref()).collect();
        let items = arrow_select::interleave::interleave(&columns, &places)?;
        let field = Arc::new(Field::new_list_field(items.data_type().clone(), true));
        Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), items, None)?))
    });
    let wanted = vec![ty.clone(); call.len()];
    call.kernel(&wanted, ty, kernel)
}

/// An array as it is, or one of the values.
fn array(call: &mut Call<'_, '_>) -> Bound {
    if call.len() == 1 && call.is_list(0) { itself(call) } else { enlist(call) }
}

/// `array.subVectorByPositions(positions)`
fn by_positions(call: &mut Call<'_, '_>) -> Bound {
    let ty = call.ty(0);
    if item_type(&ty).is_none() {
        return Err(Refusal::Types);
    }
    let positions = Type::List(Box::new(Type::Int64));
    let Some(wanted) = call.args.get(1).cloned().and_then(|arg| arg.converted(&positions)) else {
        return Err(Refusal::Types);
    };
    call.args[1] = wanted;
    let kernel: Kernel = Arc::new(|args: Args| {
        let (lists, positions) = (Lists::of(&args.values[0]), Lists::of(&args.values[1]));
        let wanted = crate::value::primitive::<Int64Type>(positions.items());
        let (mut places, mut lengths) = (Vec::new(), Vec::with_capacity(args.rows));
        for row in 0..args.rows {
            let range = lists.range(row).unwrap_or(0..0);
            let asked = positions.range(row).unwrap_or(0..0);
            lengths.push(asked.len());
            places.extend(asked.map(|at| {
                let at = wanted.is_valid(at).then(|| usize::try_from(wanted.value(at)).ok()).flatten()?;
                (at < range.len()).then_some((range.start + at) as i64)
            }));
        }
        let items = arrow_select::take::take(lists.items(), &Int64Array::from(places), None)?;
        listed(items, lengths, &args)
    });
    call.kernel(&[ty.clone(), positions], ty, kernel)
}

fn enlist(call: &mut Call<'_, '_>) -> Bound {
    call.arity(1..=usize::MAX)?;
    let item = call.unified(0)?;
    if item == Type::Null || matches!(item, Type::List(_)) {
        return Err(Refusal::Types);
    }
    let args = call.converted(&item)?;
    Ok(list::enlisted(args, item, call.span))
}

/// No array made of one value gets longer than this.
const LENGTH_MAX: i64 = 1 << 24;

fn repeated(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=2)?;
    let item = call.ty(0);
    let result = Type::List(Box::new(item.clone()));
    let kernel: Kernel = Arc::new(|args: Args| {
        let times = Lane::<Int64Type>::of(&args.values[1]);
        let step = usize::from(!args.values[0].is_scalar());
        let mut places: Vec<i64> = Vec::new();
        let mut lengths = Vec::with_capacity(args.rows);
        for row in 0..args.rows {
            let times = times.opt(row).unwrap_or(0).max(0);
            if times > LENGTH_MAX {
                return Err(Error::value(format!("an array of {times} items is too long")).with_row(row));
            }
            places.extend(std::iter::repeat_n((row * step) as i64, times as usize));
            lengths.push(times as usize);
        }
        let items = arrow_select::take::take(args.values[0].array(), &Int64Array::from(places), None)?;
        let field = Arc::new(Field::new_list_field(items.data_type().clone(), true));
        Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), items, None)?))
    });
    Ok(call.kernel(&[item, Type::Int64], result, kernel)?.can_fail())
}

/// The items are compared with the value as `==` does.
fn first_index_of(call: &mut Call<'_, '_>) -> Bound {
    call.arity(2..=2)?;
    if !call.is_list(1) {
        return Err(Refusal::Types);
    }
    let (Some(array), Some(value)) = (call.args.pop(), call.args.pop()) else { return Err(Refusal::Types) };
    let equal = combine(crate::ast::BinaryOp::Eq, array, value, call.span)?;
    let kernel: Kernel = Arc::new(|args: Args| {
        let lists = Lists::of(&args.values[0]);
        let items = boolean(lists.items());
        write_rows::<Int64Type, i64>(args.rows, None, |row| {
            let range = lists.range(row).unwrap_or(0..0);
            Ok(range.clone().position(|at| items.value(at)).map(|at| at as i64))
        })
    });
    Ok(Node::kernel(kernel, vec![equal], Type::Int64, call.span).can_be_null())
}

/// The greatest or the least item; a NaN wins, null counts not.
pub(super) fn extreme(call: &mut Call<'_, '_>, greatest: bool) -> Bound {
    let Some(item) = item_type(&call.ty(0)) else { return Err(Refusal::Types) };
    let kernel: Kernel = numeric!(&item, T => Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let items = crate::value::primitive::<T>(lists.items());
        write_rows::<T, _>(args.rows, None, |row| {
            let range = lists.range(row).unwrap_or(0..0);
            let present = range.filter(|at| items.is_valid(*at)).map(|at| items.value(at));
            Ok(present.reduce(|a, b| super::number::further(a, b, greatest)))
        })
    }), _ => return extreme_of_ordered(call, item, greatest));
    of_lists(call, item, kernel)
}

/// As [`extreme`], for items of any type that has an order.
pub(super) fn extreme_of_ordered(call: &mut Call<'_, '_>, item: Type, greatest: bool) -> Bound {
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let mut places = Vec::with_capacity(args.rows);
        for row in 0..args.rows {
            let range = lists.range(row).unwrap_or(0..0);
            let items = lists.items().slice(range.start, range.len());
            let options = SortOptions { descending: greatest, nulls_first: false };
            let order = arrow_ord::sort::sort_to_indices(&items, Some(options), Some(1))?;
            let best = order.values().first().map(|at| *at as usize).filter(|at| items.is_valid(*at));
            places.push(best.map(|at| (range.start + at) as i64));
        }
        Ok(arrow_select::take::take(lists.items(), &Int64Array::from(places), None)?)
    });
    of_lists(call, item, kernel)
}

/// `String.join(separator, array)`
pub(super) fn joined(call: &mut Call<'_, '_>) -> Bound {
    let kernel: Kernel = Arc::new(|args: Args| {
        let separator = Lane::<Text>::of(&args.values[0]);
        let lists = Lists::of(&args.values[1]);
        let items = text(lists.items());
        write_rows::<Text, String>(args.rows, None, |row| {
            let (Some(separator), Some(range)) = (separator.opt(row), lists.range(row)) else {
                return Ok(None);
            };
            let parts: Vec<&str> =
                range.map(|at| if items.is_null(at) { "null" } else { items.value(at) }).collect();
            Ok(Some(parts.join(separator)))
        })
    });
    call.kernel(&[Type::Text, Type::List(Box::new(Type::Text))], Type::Text, kernel)
}
