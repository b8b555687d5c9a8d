//! Functions of arrays that rest on an order: sorting, ranks, binary search, extremes of any type.
//!
//! Null is least and NaN greatest. A comparator is one of a few constants (`java.util.Comparator.reverseOrder()`,
//! `String.CASE_INSENSITIVE_ORDER`, …): which one it is, is known when the formula is compiled.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, Int32Array};
use arrow_ord::ord::{DynComparator, make_comparator};
use arrow_schema::SortOptions;

use super::bind::{Bound, Call, Refusal};
use super::list::{Lists, item_type};
use super::list_functions::{extreme_of_ordered, listed, of_lists, taken};
use super::registry::Function;
use crate::check::literal::token;
use crate::error::Error;
use crate::eval::nan::tidy;
use crate::node::Kernel;
use crate::types::Type;
use crate::value::{Args, text, write_rows};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "sort",
        signature: "sort(T[][, Comparator]) → T[]; sort(T…) → T[]",
        doc: "The items in ascending order, null first.",
        bind: |call| sort(call, false),
    },
    Function {
        name: "sortObj",
        signature: "sortObj(T[][, Comparator]) → T[]",
        doc: "The items in ascending order, null first.",
        bind: |call| sort(call, false),
    },
    Function {
        name: "sortDescending",
        signature: "sortDescending(T[][, Comparator]) → T[]; sortDescending(T…) → T[]",
        doc: "The items in descending order, null last.",
        bind: |call| sort(call, true),
    },
    Function {
        name: "sortDescendingObj",
        signature: "sortDescendingObj(T[][, Comparator]) → T[]",
        doc: "The items in descending order, null last.",
        bind: |call| sort(call, true),
    },
    Function {
        name: "rank",
        signature: "rank(T[][, Comparator]) → int[]; rank(T…) → int[]",
        doc: "The positions of the items in ascending order: the least item's first.",
        bind: |call| rank(call, false),
    },
    Function {
        name: "rankObj",
        signature: "rankObj(T[][, Comparator]) → int[]",
        doc: "The positions of the items in ascending order: the least item's first.",
        bind: |call| rank(call, false),
    },
    Function {
        name: "rankDescending",
        signature: "rankDescending(T[][, Comparator]) → int[]; rankDescending(T…) → int[]",
        doc: "The positions of the items in descending order: the greatest item's first.",
        bind: |call| rank(call, true),
    },
    Function {
        name: "rankDescendingObj",
        signature: "rankDescendingObj(T[][, Comparator]) → int[]",
        doc: "The positions of the items in descending order: the greatest item's first.",
        bind: |call| rank(call, true),
    },
    Function {
        name: "binSearchIndex",
        signature: "binSearchIndex(T[] ascending, T key, BS_ANY|BS_HIGHEST|BS_LOWEST) → int",
        doc: "The position of the key in an ascending array, or of the greatest item below it (-1 when there is none).",
        bind: |call| search(call, |found| if found < 0 { -found - 2 } else { found }),
    },
    Function {
        name: "rawBinSearchIndex",
        signature: "rawBinSearchIndex(T[] ascending, T key, BS_ANY|BS_HIGHEST|BS_LOWEST) → int",
        doc: "The position of the key in an ascending array, or -1 less the position at which it would be put.",
        bind: |call| search(call, |found| found),
    },
    Function {
        name: "minObj",
        signature: "minObj(T[]) → T",
        doc: "The least item; null counts not.",
        bind: |call| extreme(call, false),
    },
    Function {
        name: "maxObj",
        signature: "maxObj(T[]) → T",
        doc: "The greatest item; null counts not.",
        bind: |call| extreme(call, true),
    },
    Function {
        name: "indexOfMinObj",
        signature: "indexOfMinObj(T[]) → long",
        doc: "The position of the least item, or null.",
        bind: |call| index_of(call, false),
    },
    Function {
        name: "indexOfMaxObj",
        signature: "indexOfMaxObj(T[]) → long",
        doc: "The position of the greatest item, or null.",
        bind: |call| index_of(call, true),
    },
];

/// Static functions of `Comparator`.
pub(super) const COMPARATOR: &[Function] = &[
    Function {
        name: "naturalOrder",
        signature: "java.util.Comparator.naturalOrder() → Comparator",
        doc: "The order of the values themselves.",
        bind: |call| comparator(call, "natural"),
    },
    Function {
        name: "reverseOrder",
        signature: "java.util.Comparator.reverseOrder() → Comparator",
        doc: "The opposite order.",
        bind: |call| comparator(call, "reverse"),
    },
];

/// Methods of comparators.
pub(super) const COMPARATOR_METHODS: &[Function] = &[Function {
    name: "reversed",
    signature: "comparator.reversed() → Comparator",
    doc: "The opposite order.",
    bind: |call| {
        call.arity(1..=1)?;
        let order = Order::named(&call.take_token(0, CLASS)?);
        comparator(call, Order { descending: !order.descending, ..order }.name())
    },
}];

/// The class of comparators.
pub(super) const CLASS: &str = "Comparator";

/// An order of values.
#[derive(Clone, Copy, Default)]
struct Order {
    descending: bool,
    ignoring_case: bool,
}

impl Order {
    fn named(name: &str) -> Self {
        Self { descending: name.starts_with("reverse"), ignoring_case: name.ends_with("case") }
    }

    fn name(self) -> &'static str {
        match (self.descending, self.ignoring_case) {
            (false, false) => "natural",
            (true, false) => "reverse",
            (false, true) => "ignoring case",
            (true, true) => "reverse ignoring case",
        }
    }

    /// The positions of the items, in this order; equal ones as they stand.
    fn positions(self, items: &ArrayRef) -> Result<Vec<usize>, Error> {
        let mut places: Vec<usize> = (0..items.len()).collect();
        let compare = self.comparator(items)?;
        places.sort_by(|a, b| compare(*a, *b));
        Ok(places)
    }

    fn comparator(self, items: &ArrayRef) -> Result<DynComparator, Error> {
        let options = SortOptions { descending: self.descending, nulls_first: !self.descending };
        if !self.ignoring_case {
            let items = tidy(items.clone());
            return Ok(make_comparator(&items, &items, options)?);
        }
        let lowered: arrow_array::StringViewArray =
            text(items).iter().map(|item| item.map(str::to_lowercase)).collect();
        Ok(make_comparator(&lowered, &lowered, options)?)
    }
}

fn comparator(call: &mut Call<'_, '_>, name: &str) -> Bound {
    call.arity(0..=0)?;
    Ok(token(CLASS, name, call.span))
}

/// Takes the optional comparator.
fn take_order(call: &mut Call<'_, '_>, descending: bool) -> Result<Order, Refusal> {
    call.arity(1..=2)?;
    let mut order = Order::default();
    if call.len() == 2 {
        let span = call.args[1].span;
        order = Order::named(&call.take_token(1, CLASS)?);
        if order.ignoring_case && item_type(&call.ty(0)) != Some(Type::Text) {
            return Err(Error::ty("only texts are compared without regard to case").at(span).into());
        }
    }
    order.descending ^= descending;
    Ok(order)
}

fn sort(call: &mut Call<'_, '_>, descending: bool) -> Bound {
    let order = take_order(call, descending)?;
    taken(call, move |items| Ok(order.positions(items)?.into_iter().map(Some).collect()))
}

fn rank(call: &mut Call<'_, '_>, descending: bool) -> Bound {
    let order = take_order(call, descending)?;
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let (mut places, mut lengths) = (Vec::new(), Vec::with_capacity(args.rows));
        for row in 0..args.rows {
            let range = lists.range(row).unwrap_or(0..0);
            lengths.push(range.len());
            let items = lists.items().slice(range.start, range.len());
            places.extend(order.positions(&items)?.into_iter().map(|place| place as i32));
        }
        listed(Arc::new(Int32Array::from(places)), lengths, &args)
    });
    of_lists(call, Type::List(Box::new(Type::Int32)), kernel)
}

/// Which of several equal items a search finds.
#[derive(Clone, Copy, PartialEq)]
enum Choice {
    Any,
    Highest,
    Lowest,
}

fn search(call: &mut Call<'_, '_>, answer: fn(i32) -> i32) -> Bound {
    call.arity(3..=3)?;
    let choice = match call.take_token(2, "BinSearchAlgo")?.as_str() {
        "highest" => Choice::Highest,
        "lowest" => Choice::Lowest,
        _ => Choice::Any,
    };
    let item = item_type(&call.ty(0)).ok_or(Refusal::Types)?;
    let wanted = [call.ty(0), item];
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        let keys = args.values[1].array();
        let step = usize::from(!args.values[1].is_scalar());
        let options = SortOptions { descending: false, nulls_first: true };
        let compare = make_comparator(&tidy(lists.items().clone()), &tidy(keys.clone()), options)?;
        write_rows::<Int32Type, i32>(args.rows, None, |row| {
            let Some(range) = lists.range(row) else { return Ok(None) };
            let start = range.start;
            let found = searched(range.len(), choice, |at| compare(start + at, row * step));
            Ok(Some(answer(found)))
        })
    });
    Ok(call.kernel(&wanted, Type::Int32, kernel)?.can_be_null())
}

/// Searches positions that ascend as `order` tells.
fn searched(length: usize, choice: Choice, order: impl Fn(usize) -> Ordering) -> i32 {
    let bound = |last: Ordering| {
        let (mut low, mut high) = (0, length);
        while low < high {
            let middle = low.midpoint(high);
            if order(middle) <= last { low = middle + 1 } else { high = middle }
        }
        low
    };
    let (below, upto) = (bound(Ordering::Less), bound(Ordering::Equal));
    if below == upto {
        return -(below as i32) - 1;
    }
    if choice == Choice::Highest { upto as i32 - 1 } else { below as i32 }
}

fn extreme(call: &mut Call<'_, '_>, greatest: bool) -> Bound {
    let item = item_type(&call.ty(0)).ok_or(Refusal::Types)?;
    if item.is_number() {
        return super::list_functions::extreme(call, greatest);
    }
    extreme_of_ordered(call, item, greatest)
}

fn index_of(call: &mut Call<'_, '_>, greatest: bool) -> Bound {
    item_type(&call.ty(0)).ok_or(Refusal::Types)?;
    let order = Order { descending: greatest, ignoring_case: false };
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lists = Lists::of(&args.values[0]);
        write_rows::<Int64Type, i64>(args.rows, None, |row| {
            let range = lists.range(row).unwrap_or(0..0);
            let items = lists.items().slice(range.start, range.len());
            let compare = order.comparator(&items)?;
            let best = (0..items.len()).filter(|at| items.is_valid(*at)).min_by(|a, b| compare(*a, *b));
            Ok(best.map(|at| at as i64))
        })
    });
    of_lists(call, Type::Int64, kernel)
}
