//! `Col in a, b` and `Col includes a, b`: a column and a list of constants.

use arrow_array::{Array, ArrayRef};
use arrow_select::concat::concat;
use std::sync::Arc;

use crate::ast::{Expr, Ident, MemberTest, Membership};
use crate::check::Checker;
use crate::check::literal::{quoted_text, text};
use crate::error::{Error, Span};
use crate::eval::cast::normalised;
use crate::filter::{always, exactly};
use crate::functions::{among, equal_ignoring_case};
use crate::node::{Kernel, Node};
use crate::types::Type;
use crate::value::{Args, Bool, Lane, Text, write_rows};

/// The condition; of `in`, also the listed values as values of the column's type where they are such.
pub(crate) fn check(
    checker: &mut Checker<'_>,
    member: &Membership,
) -> Result<(Node, Option<ArrayRef>), Error> {
    let Membership { column, icase, not, test, values } = member;
    if *test == MemberTest::In {
        return is_in(checker, column, *icase, *not, values);
    }
    let test = Includes { icase: *icase, not: *not, all: *test == MemberTest::IncludesAll };
    Ok((includes(checker, column, test, values)?, None))
}

fn is_in(
    checker: &mut Checker<'_>,
    column: &Ident,
    icase: bool,
    not: bool,
    values: &[Expr],
) -> Result<(Node, Option<ArrayRef>), Error> {
    let node = checker.name(&column.name, column.span)?;
    let constants = constants(checker, &node.ty, values)?;
    let span = values.iter().fold(column.span, |span, value| span.to(value.span));
    if icase {
        let texts = texts(&node, &constants, span)?;
        return Ok((any_ignoring_case(node, texts, not, span), None));
    }
    if constants.is_empty() {
        return Ok((always(not, span), None));
    }
    let types: Vec<Type> = constants.iter().map(|constant| constant.ty.clone()).collect();
    let arrays: Vec<&ArrayRef> = constants.iter().filter_map(Node::as_constant).collect();
    let Some(found) = among(node.clone(), &types, &arrays, not, span)? else {
        let other = types.iter().find(|ty| crate::types::comparison(&node.ty, ty).is_none());
        let other = other.map_or_else(String::new, |ty| format!(" among values of type {ty}"));
        return Err(Error::ty(format!("a value of type {} cannot be looked up{other}", node.ty)).at(span));
    };
    let is_column = checker.scope.column(&column.name).is_some();
    let exact: Option<Vec<ArrayRef>> = constants.iter().map(|constant| exactly(constant, &node.ty)).collect();
    let list = exact.filter(|_| is_column).and_then(|values| {
        let values: Vec<&dyn Array> = values.iter().map(AsRef::as_ref).collect();
        concat(&values).ok()
    });
    Ok((found, list))
}

/// The listed constants; a list of the script stands for its items.
fn constants(checker: &mut Checker<'_>, ty: &Type, values: &[Expr]) -> Result<Vec<Node>, Error> {
    let mut found = Vec::new();
    for value in values {
        if let Some(array) = checker.list_variable(value)? {
            let item = Type::of(array.data_type());
            let array = normalised(array, &item)?;
            found.extend(
                (0..array.len()).map(|at| Node::constant(item.clone(), array.slice(at, 1), value.span)),
            );
        } else {
            found.push(constant_beside(ty, value, checker)?);
        }
    }
    Ok(found)
}

/// The constant that the expression is; in single quotes it is a text beside a text.
pub(crate) fn constant_beside(ty: &Type, expr: &Expr, checker: &mut Checker<'_>) -> Result<Node, Error> {
    if *ty == Type::Text
        && let Some(value) = quoted_text(expr)
    {
        return Ok(text(value, expr.span));
    }
    let before = checker.inputs.len();
    let node = checker.check(expr)?;
    checker.inputs.truncate(before);
    if node.as_constant().is_none() {
        return Err(Error::ty("a constant is expected here, but this differs by row")
            .at(expr.span)
            .with_hint("compare columns with ==, and join conditions with ||"));
    }
    Ok(node)
}

/// What `includes` tests.
#[derive(Clone, Copy)]
struct Includes {
    icase: bool,
    not: bool,
    all: bool,
}

/// Whether one (or all) of the texts is part of the column's text. A null column includes nothing.
fn includes(
    checker: &mut Checker<'_>,
    column: &Ident,
    test: Includes,
    values: &[Expr],
) -> Result<Node, Error> {
    let node = checker.name(&column.name, column.span)?;
    let span = values.iter().fold(column.span, |span, value| span.to(value.span));
    let constants = constants(checker, &node.ty, values)?;
    let mut texts: Vec<String> = texts(&node, &constants, span)?.into_iter().flatten().collect();
    if test.icase {
        texts.iter_mut().for_each(|text| *text = text.to_lowercase());
    }
    Ok(text_test(
        node,
        span,
        move |value| {
            let lowered;
            let value = if test.icase {
                lowered = value.to_lowercase();
                &lowered
            } else {
                value
            };
            let found = if test.all {
                texts.iter().all(|text| value.contains(text.as_str()))
            } else {
                texts.iter().any(|text| value.contains(text.as_str()))
            };
            found != test.not
        },
        test.not,
    ))
}

fn any_ignoring_case(node: Node, texts: Vec<Option<String>>, not: bool, span: Span) -> Node {
    let null = texts.contains(&None);
    let texts: Vec<String> = texts.into_iter().flatten().collect();
    text_test(
        node,
        span,
        move |value| texts.iter().any(|text| equal_ignoring_case(text, value)) != not,
        null != not,
    )
}

/// A test of a text, with an answer for null.
fn text_test(node: Node, span: Span, f: impl Fn(&str) -> bool + Send + Sync + 'static, null: bool) -> Node {
    let kernel: Kernel = Arc::new(move |args: Args| {
        let lane = Lane::<Text>::of(&args.values[0]);
        write_rows::<Bool, bool>(args.rows, None, |row| Ok(Some(lane.opt(row).map_or(null, &f))))
    });
    Node::kernel(kernel, vec![node], Type::Bool, span).never_null()
}

/// The constants as texts, for a column of texts.
fn texts(column: &Node, constants: &[Node], span: Span) -> Result<Vec<Option<String>>, Error> {
    if column.ty != Type::Text {
        return Err(Error::ty(format!(
            "\"icase\" and \"includes\" are for texts, but this column is of type {}",
            column.ty
        ))
        .at(column.span));
    }
    let mut found = Vec::with_capacity(constants.len());
    for constant in constants {
        let (Type::Text | Type::Null, Some(array)) = (&constant.ty, constant.as_constant()) else {
            return Err(Error::ty(format!("a text is expected here, but this is of type {}", constant.ty))
                .at(constant.span)
                .with_hint("texts stand in backticks: `text`"));
        };
        let null = constant.ty == Type::Null || array.is_null(0);
        found.push((!null).then(|| crate::value::text(array).value(0).to_owned()));
    }
    debug_assert!(span.start <= span.end);
    Ok(found)
}
