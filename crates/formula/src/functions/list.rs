//! Arrays as values: their items, making them, and operators that work item by item.

use std::sync::Arc;

use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, ListArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::Field;

use super::kernels;
use crate::ast::BinaryOp;
use crate::check::operator::combine;
use crate::error::{Error, Span};
use crate::eval::boolean;
use crate::node::{Frame, Kernel, Kind, Node};
use crate::types::Type;
use crate::value::{Args, Lane, Value};

/// The lists of an argument, by row, whether it is one list or many.
pub(crate) struct Lists<'a> {
    array: &'a ListArray,
    step: usize,
}

impl<'a> Lists<'a> {
    pub fn of(value: &'a Value) -> Self {
        let array = value.array().as_any().downcast_ref::<ListArray>();
        let array = array.unwrap_or_else(|| {
            panic!("the type checker bound a kernel of arrays to {}", value.array().data_type())
        });
        Self { array, step: usize::from(!value.is_scalar()) }
    }

    /// Where the row's items stand among all items; `None` for a null list.
    pub fn range(&self, row: usize) -> Option<std::ops::Range<usize>> {
        let row = row * self.step;
        if self.array.is_null(row) {
            return None;
        }
        let offsets = self.array.value_offsets();
        Some(offsets[row] as usize..offsets[row + 1] as usize)
    }

    /// The items of all rows.
    pub fn items(&self) -> &'a ArrayRef {
        self.array.values()
    }
}

/// The type of the items of an array.
pub(crate) fn item_type(ty: &Type) -> Option<Type> {
    match ty {
        Type::List(item) => Some(item.as_ref().clone()),
        _ => None,
    }
}

/// `array[index]`: null beyond the ends.
pub(crate) fn item(array: Node, index: Node, span: Span) -> Result<Node, Error> {
    let (from, place) = (index.ty.clone(), index.span);
    let index = if from.is_integral() { index.widened(&Type::Int64) } else { None };
    let Some(index) = index else {
        return Err(Error::ty(format!("an index is an integer, but this is of type {from}")).at(place));
    };
    let Some(item) = item_type(&array.ty) else {
        return Err(Error::internal("an index into something that is no array").at(span));
    };
    Ok(Node::kernel(Arc::new(items_at), vec![array, index], item, span).can_be_null())
}

fn items_at(args: Args) -> Result<ArrayRef, Error> {
    let lists = Lists::of(&args.values[0]);
    let index = Lane::<Int64Type>::of(&args.values[1]);
    let at = |row| {
        let range = lists.range(row)?;
        let index = usize::try_from(index.opt(row)?).ok()?;
        (index < range.len()).then(|| (range.start + index) as i64)
    };
    let places: Int64Array = (0..args.rows).map(at).collect();
    Ok(arrow_select::take::take(lists.items(), &places, None)?)
}

/// An array of these values for each row.
pub(crate) fn enlisted(values: Vec<Node>, item: Type, span: Span) -> Node {
    let (ty, data_type) = (Type::List(Box::new(item.clone())), item.data_type());
    if values.is_empty() {
        let none = arrow_array::new_empty_array(&data_type);
        let field = Arc::new(Field::new_list_field(data_type, true));
        let list = ListArray::new(field, OffsetBuffer::from_lengths([0]), none, None);
        return Node::constant(ty, Arc::new(list), span);
    }
    let kernel: Kernel = Arc::new(move |args: Args| {
        let (rows, width) = (args.rows, args.values.len());
        let columns =
            args.values.into_iter().map(|value| value.expand(rows)).collect::<Result<Vec<_>, _>>()?;
        let columns: Vec<&dyn Array> = columns.iter().map(AsRef::as_ref).collect();
        let places: Vec<(usize, usize)> =
            (0..rows).flat_map(|row| (0..width).map(move |column| (column, row))).collect();
        let items = arrow_select::interleave::interleave(&columns, &places)?;
        let field = Arc::new(Field::new_list_field(items.data_type().clone(), true));
        Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::from_repeated_length(width, rows), items, None)?))
    });
    Node::kernel(kernel, values, ty, span).never_null()
}

/// `array == null` and its kin.
pub(crate) fn compared_with_null(op: BinaryOp, left: &Node, right: &Node, span: Span) -> Node {
    let array = if left.ty == Type::Null { right } else { left };
    let null = Node::kernel(kernels::null_test(true), vec![array.clone()], Type::Bool, span).never_null();
    match op {
        BinaryOp::Ne => Node::kernel(boolean::not(), vec![null], Type::Bool, span).never_null(),
        _ => null,
    }
}

/// `left op right` item by item, where one or both are arrays.
pub(crate) fn elementwise(op: BinaryOp, left: &Node, right: &Node, span: Span) -> Result<Node, Error> {
    lifted(vec![left.clone(), right.clone()], span, |mut items| match (items.pop(), items.pop()) {
        (Some(right), Some(left)) => combine(op, left, right, span),
        _ => Err(Error::internal("an operator without its sides").at(span)),
    })
}

/// A function of one value for each item of an array.
pub(crate) fn each(
    array: Node,
    span: Span,
    f: impl FnOnce(Node, Span) -> Result<Node, Error>,
) -> Result<Node, Error> {
    lifted(vec![array], span, |mut items| match items.pop() {
        Some(item) => f(item, span),
        None => Err(Error::internal("a function without its argument").at(span)),
    })
}

/// A function of values applied item by item: to the items of the arguments that are arrays, which must be of one
/// length in each row, and to the others as they are.
///
/// `build` compiles it once for the items' types; it is evaluated on all items of a chunk laid end to end.
pub(crate) fn lifted(
    args: Vec<Node>,
    span: Span,
    build: impl FnOnce(Vec<Node>) -> Result<Node, Error>,
) -> Result<Node, Error> {
    let many: Vec<bool> = args.iter().map(|arg| matches!(arg.ty, Type::List(_))).collect();
    debug_assert!(many.contains(&true), "there is an array among the arguments");
    let items = args.iter().enumerate().map(|(number, arg)| Node {
        kind: Kind::Input(number, "item".into()),
        ty: item_type(&arg.ty).unwrap_or_else(|| arg.ty.clone()),
        span: arg.span,
        fallible: false,
        nullable: true,
    });
    let operator = build(items.collect())?;
    let result = Type::List(Box::new(operator.ty.clone()));
    let kernel: Kernel = Arc::new(move |args: Args| {
        let (rows, now) = (args.rows, args.now);
        let sides: Vec<Side<'_>> =
            args.values.iter().zip(&many).map(|(value, many)| Side::of(value, *many)).collect();
        let (lengths, nulls) = lengths(&sides, rows)?;
        let total = lengths.iter().sum();
        let inputs = sides.iter().map(|side| side.laid_out(&lengths).map(|array| Some(Value::Array(array))));
        let frame = Frame { rows: total, inputs: inputs.collect::<Result<_, _>>()?, now };
        let items = operator.eval(&frame).map_err(|error| in_row(error, &lengths))?.expand(total)?;
        let field = Arc::new(Field::new_list_field(items.data_type().clone(), true));
        Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), items, nulls)?))
    });
    Ok(Node::kernel(kernel, args, result, span).can_fail())
}

/// A failure of an item is one of its row.
fn in_row(error: Error, lengths: &[usize]) -> Error {
    error.map_row(|item| {
        let mut end = 0;
        let ends = lengths.iter().map(|length| {
            end += length;
            end
        });
        ends.take_while(|end| *end <= item).count()
    })
}

/// One argument of a function that is applied item by item.
enum Side<'a> {
    Many(Lists<'a>),
    One(&'a Value),
}

impl<'a> Side<'a> {
    fn of(value: &'a Value, many: bool) -> Self {
        if many { Self::Many(Lists::of(value)) } else { Self::One(value) }
    }

    /// One item for each item of the result.
    fn laid_out(&self, lengths: &[usize]) -> Result<ArrayRef, Error> {
        let mut places: Vec<i64> = Vec::with_capacity(lengths.iter().sum());
        let source = match self {
            Self::Many(lists) => {
                for (row, length) in lengths.iter().enumerate() {
                    let start = lists.range(row).map_or(0, |range| range.start);
                    places.extend((start..start + length).map(|place| place as i64));
                }
                lists.items()
            }
            Self::One(value) => {
                let step = usize::from(!value.is_scalar());
                for (row, length) in lengths.iter().enumerate() {
                    places.extend(std::iter::repeat_n((row * step) as i64, *length));
                }
                value.array()
            }
        };
        Ok(arrow_select::take::take(source, &Int64Array::from(places), None)?)
    }
}

/// The length of the result in each row, and where it is null.
fn lengths(sides: &[Side<'_>], rows: usize) -> Result<(Vec<usize>, Option<NullBuffer>), Error> {
    let mut lengths = Vec::with_capacity(rows);
    let mut valid = Vec::with_capacity(rows);
    for row in 0..rows {
        let length = length(sides, row)?;
        valid.push(length.is_some());
        lengths.push(length.unwrap_or(0));
    }
    let nulls = NullBuffer::from(valid);
    Ok((lengths, (nulls.null_count() > 0).then_some(nulls)))
}

/// The one length of all arrays in this row; `None` where one of them is null.
fn length(sides: &[Side<'_>], row: usize) -> Result<Option<usize>, Error> {
    let mut found = None;
    for side in sides {
        let Side::Many(lists) = side else { continue };
        let Some(range) = lists.range(row) else { return Ok(None) };
        match found {
            Some(other) if other != range.len() => {
                return Err(Error::value(format!("the arrays have {other} and {} items", range.len()))
                    .with_row(row)
                    .with_hint("item by item, both are of one length"));
            }
            _ => found = Some(range.len()),
        }
    }
    Ok(found)
}
