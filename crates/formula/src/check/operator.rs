//! Operators: which types they take, and the type they make.

use super::Checker;
use super::literal::{quoted_text, text};
use crate::ast::{BinaryOp, Expr, LogicOp, UnaryOp};
use crate::error::{Error, Span};
use crate::eval::{arith, boolean, compare, decimal, text as spelling};
use crate::functions::{list, time_operator};
use crate::node::{Branch, Kind, Node};
use crate::types::{self, Type};

impl Checker<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: &Expr, span: Span) -> Result<Node, Error> {
        let node = self.check(operand)?;
        match op {
            UnaryOp::Not => inverted(node, span),
            UnaryOp::Minus => negated(node, span),
        }
    }

    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        span: Span,
    ) -> Result<Node, Error> {
        let (left, right) = if op.is_comparison() {
            self.compared_sides(left, right)?
        } else {
            (self.check(left)?, self.check(right)?)
        };
        combine(op, left, right, span)
    }

    /// Both sides of a comparison. A literal in single quotes is a text beside a text.
    fn compared_sides(&mut self, left: &Expr, right: &Expr) -> Result<(Node, Node), Error> {
        if let Some(value) = quoted_text(right) {
            let node = self.check(left)?;
            let right = self.literal_beside(&node.ty, value, right)?;
            return Ok((node, right));
        }
        if let Some(value) = quoted_text(left) {
            let node = self.check(right)?;
            let left = self.literal_beside(&node.ty, value, left)?;
            return Ok((left, node));
        }
        Ok((self.check(left)?, self.check(right)?))
    }

    fn literal_beside(&mut self, ty: &Type, value: &str, literal: &Expr) -> Result<Node, Error> {
        if *ty == Type::Text { Ok(text(value, literal.span)) } else { self.check(literal) }
    }

    pub(super) fn logic(&mut self, op: LogicOp, parts: &[Expr], span: Span) -> Result<Node, Error> {
        let mut branches = Vec::with_capacity(parts.len());
        for part in parts {
            let node = self.check(part)?;
            branches.push(Branch::new(condition(node, &format!("\"{}\"", op.symbol()))?));
        }
        Ok(logic_node(op, branches, span))
    }

    pub(super) fn choose(&mut self, test: &Expr, a: &Expr, b: &Expr, span: Span) -> Result<Node, Error> {
        let test = condition(self.check(test)?, "\"?\"")?;
        let (a, b) = (self.check(a)?, self.check(b)?);
        choice(test, a, b, span)
    }
}

/// `&&` or `||` of conditions.
pub(crate) fn logic_node(op: LogicOp, parts: Vec<Branch>, span: Span) -> Node {
    let fallible = parts.iter().any(|part| part.node.fallible || part.node.nullable);
    Node { kind: Kind::Logic(op, parts), ty: Type::Bool, span, fallible, nullable: false }
}

/// `test ? a : b`
pub(crate) fn choice(test: Node, a: Node, b: Node, span: Span) -> Result<Node, Error> {
    let Some(ty) = types::unify(&a.ty, &b.ty) else {
        return Err(Error::ty(format!(
            "the branches are {} and {}, which have no type in common",
            a.ty, b.ty
        ))
        .at(a.span.to(b.span))
        .with_hint("make both the same, e.g. with a cast or String.valueOf(x)"));
    };
    let (Some(a), Some(b)) = (a.converted(&ty), b.converted(&ty)) else {
        return Err(Error::internal(format!("no conversion to {ty}")).at(span));
    };
    let fallible = test.fallible || test.nullable || a.fallible || b.fallible;
    let nullable = a.nullable || b.nullable;
    let kind = Kind::Choose(Box::new(test), Box::new(Branch::new(a)), Box::new(Branch::new(b)));
    Ok(Node { kind, ty, span, fallible, nullable })
}

/// The node as a condition of `what`.
pub(crate) fn condition(node: Node, what: &str) -> Result<Node, Error> {
    if node.ty == Type::Bool {
        return Ok(node);
    }
    let hint = match &node.ty {
        Type::Null => "write x == null to test for null".to_owned(),
        ty if ty.is_number() => "compare it, e.g. x > 0".to_owned(),
        Type::Text => "compare it, e.g. x == `a`".to_owned(),
        _ => "compare it with ==, < or >".to_owned(),
    };
    Err(Error::ty(format!("{what} needs a boolean, but this is {}", described(&node)))
        .at(node.span)
        .with_hint(hint))
}

/// The type with its article, for messages.
pub(crate) fn described(node: &Node) -> String {
    match &node.ty {
        Type::Null => "null".to_owned(),
        ty @ (Type::Int8
        | Type::Int16
        | Type::Int64
        | Type::Char
        | Type::Float32
        | Type::Float64
        | Type::Bool) => {
            format!("a {ty}")
        }
        ty @ (Type::Int32 | Type::Instant | Type::Opaque(_)) => format!("an {ty}"),
        ty => format!("a {ty}"),
    }
}

/// `!x`
pub(crate) fn inverted(node: Node, span: Span) -> Result<Node, Error> {
    match &node.ty {
        Type::Bool => Ok(Node::kernel(boolean::not(), vec![node], Type::Bool, span)),
        Type::List(item) if **item == Type::Bool => list::each(node, span, inverted),
        _ => Err(Error::ty(format!("\"!\" needs a boolean, but this is {}", described(&node)))
            .at(node.span)
            .with_hint("compare it first, e.g. !(x > 0)")),
    }
}

fn negated(node: Node, span: Span) -> Result<Node, Error> {
    let ty = match &node.ty {
        Type::Int8 | Type::Int16 | Type::Char => Type::Int32,
        other => other.clone(),
    };
    if ty == Type::Duration {
        return time_operator::negated(node, span);
    }
    if let Type::List(_) = &ty {
        return list::each(node, span, negated);
    }
    let ty = if let Type::Decimal(..) = ty { wide_decimal(&ty) } else { ty };
    let Some(kernel) = arith::negate(&ty).or_else(|| decimal::negate(&ty)) else {
        return Err(
            Error::ty(format!("\"-\" needs a number, but this is {}", described(&node))).at(node.span)
        );
    };
    match node.converted(&ty) {
        Some(node) => Ok(Node::kernel(kernel, vec![node], ty, span)),
        None => Err(Error::internal("a number does not widen").at(span)),
    }
}

/// `left op right`
pub(crate) fn combine(op: BinaryOp, left: Node, right: Node, span: Span) -> Result<Node, Error> {
    if op.is_comparison() {
        return comparison(op, left, right, span);
    }
    if op == BinaryOp::Add && (left.ty == Type::Text || right.ty == Type::Text) {
        return concatenation(left, right, span);
    }
    if let Some(node) = time_operator::combine(op, &left, &right, span) {
        return Ok(node);
    }
    let (left, right) = nulls_typed(left, right);
    if left.ty == Type::Bool
        && right.ty == Type::Bool
        && let Some(kernel) = boolean::bitwise(op)
    {
        return Ok(Node::kernel(kernel, vec![left, right], Type::Bool, span));
    }
    if let Some(node) = super::array::elementwise(op, &left, &right, span) {
        return node;
    }
    arithmetic(op, left, right, span)
}

/// A `null` beside a value takes its type.
fn nulls_typed(left: Node, right: Node) -> (Node, Node) {
    let (left_type, right_type) = (left.ty.clone(), right.ty.clone());
    match (left_type, right_type) {
        (Type::Null, ty) if ty != Type::Null => (left.clone().converted(&ty).unwrap_or(left), right),
        (ty, Type::Null) if ty != Type::Null => {
            let right = right.clone().converted(&ty).unwrap_or(right);
            (left, right)
        }
        _ => (left, right),
    }
}

fn arithmetic(op: BinaryOp, left: Node, right: Node, span: Span) -> Result<Node, Error> {
    if matches!(left.ty, Type::Decimal(..)) || matches!(right.ty, Type::Decimal(..)) {
        return decimal_arithmetic(op, left, right, span);
    }
    let Some(result) = result_type(op, &left.ty, &right.ty) else {
        return Err(no_operator(op, &left, &right, span));
    };
    let Some(kernel) = arith::binary(op, &result) else {
        return Err(no_operator(op, &left, &right, span));
    };
    let fallible = op == BinaryOp::Rem && result.is_integral() && !nonzero_constant(&right);
    let (Some(left), Some(right)) = (left.converted(&result), right.converted(&result)) else {
        return Err(Error::internal(format!("no conversion to {result}")).at(span));
    };
    let node = Node::kernel(kernel, vec![left, right], result, span);
    Ok(if fallible { node.can_fail() } else { node })
}

/// An operator on a decimal and another number: exact, but for quotients.
fn decimal_arithmetic(op: BinaryOp, left: Node, right: Node, span: Span) -> Result<Node, Error> {
    let Some(result) = types::decimal_arithmetic(op, &left.ty, &right.ty) else {
        return Err(no_operator(op, &left, &right, span));
    };
    let (first, second) = (wide_decimal(&left.ty), wide_decimal(&right.ty));
    let Some(kernel) = decimal::binary(op, &first, &second, &result) else {
        return Err(no_operator(op, &left, &right, span));
    };
    let (Some(left), Some(right)) = (left.converted(&first), right.converted(&second)) else {
        return Err(Error::internal(format!("no conversion to {result}")).at(span));
    };
    Ok(Node::kernel(kernel, vec![left, right], result, span).can_fail())
}

/// The decimal type in which a number is computed with.
fn wide_decimal(ty: &Type) -> Type {
    match ty {
        Type::Decimal(_, scale) if *ty != types::BIG_INTEGER => types::big_decimal(*scale),
        ty if ty.is_floating() => types::big_decimal(types::DOUBLE_SCALE),
        _ => types::BIG_INTEGER,
    }
}

fn nonzero_constant(node: &Node) -> bool {
    node.as_constant().and_then(crate::eval::cast::as_double).is_some_and(|value| value != 0.0)
}

fn result_type(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    let bits = matches!(op, BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor);
    let result = types::arithmetic(if bits { BinaryOp::Add } else { op }, left, right)?;
    (!bits || result.is_integral()).then_some(result)
}

fn no_operator(op: BinaryOp, left: &Node, right: &Node, span: Span) -> Error {
    let message = format!("\"{}\" does not take {} and {}", op.symbol(), described(left), described(right));
    let opaque = |node: &Node| matches!(node.ty, Type::Opaque(_));
    let hint = match (&left.ty, &right.ty, op) {
        _ if opaque(left) || opaque(right) => {
            "give the function a result type, e.g. def f(x) -> float, or cast it: (double)f(x)"
        }
        (Type::Text, _, _) | (_, Type::Text, _) => "read the number out of the text first: parseDouble(x)",
        (Type::Bool, _, _) | (_, Type::Bool, _) => "choose numbers for true and false: x ? 1 : 0",
        (Type::Instant, Type::Instant, BinaryOp::Add) => "two instants can only be subtracted",
        (Type::Date, Type::Date, _) => "days between dates: epochDays(a) - epochDays(b)",
        (Type::Null, Type::Null, _) => "give null a type, e.g. (double)null",
        _ => return Error::ty(message).at(span),
    };
    Error::ty(message).at(span).with_hint(hint)
}

/// Text on either side: both are spelled out and joined; a chain of joins is one node.
fn concatenation(left: Node, right: Node, span: Span) -> Result<Node, Error> {
    let mut parts = Vec::new();
    for node in [left, right] {
        match node.kind {
            Kind::Join(_, args) => parts.extend(args),
            _ => parts.push(spelled(node)?),
        }
    }
    let fallible = parts.iter().any(|part| part.fallible);
    let kind = Kind::Join(spelling::joined(), parts);
    Ok(Node { kind, ty: Type::Text, span, fallible, nullable: false })
}

/// The node's value as a text.
pub(crate) fn spelled(node: Node) -> Result<Node, Error> {
    if node.ty == Type::Text {
        return Ok(node);
    }
    let span = node.span;
    let Some(kernel) = spelling::spelled(&node.ty) else {
        return Err(Error::ty(format!("{} cannot be spelled as a text", described(&node)))
            .at(span)
            .with_hint("cast it first, e.g. (String)f(x)"));
    };
    Ok(Node::kernel(kernel, vec![node], Type::Text, span).folded())
}

fn comparison(op: BinaryOp, left: Node, right: Node, span: Span) -> Result<Node, Error> {
    if let Some(node) = super::array::elementwise(op, &left, &right, span) {
        return node;
    }
    let found = types::comparison(&left.ty, &right.ty);
    let typed = found.as_ref().and_then(|ty| Some((ty, compare::comparison(op, ty)?)));
    let Some((ty, kernel)) = typed else {
        return Err(not_comparable(op, &left, &right, span));
    };
    let (Some(left), Some(right)) = (left.clone().converted(ty), right.clone().converted(ty)) else {
        return Err(not_comparable(op, &left, &right, span));
    };
    Ok(Node::kernel(kernel, vec![left, right], Type::Bool, span).never_null())
}

fn not_comparable(op: BinaryOp, left: &Node, right: &Node, span: Span) -> Error {
    let message = format!("\"{}\" cannot compare {} with {}", op.symbol(), described(left), described(right));
    let hint = match (&left.ty, &right.ty) {
        (Type::Opaque(_), _) | (_, Type::Opaque(_)) => {
            "give the function a result type, e.g. def f(x) -> float, or cast it: (double)f(x)"
        }
        (Type::Instant, Type::Text) | (Type::Text, Type::Instant) => {
            "times stand in single quotes: '2024-01-01T00:00:00Z'"
        }
        (Type::Date, Type::Text) | (Type::Text, Type::Date) => "dates stand in single quotes: '2024-01-01'",
        (Type::Text, ty) | (ty, Type::Text) if ty.is_number() => {
            "texts stand in backticks, numbers without; or read the number out of the text: parseDouble(x)"
        }
        (Type::Instant, Type::Int64) | (Type::Int64, Type::Instant) => "take the nanoseconds: epochNanos(x)",
        (Type::Instant, Type::Date) | (Type::Date, Type::Instant) => "say the zone: toLocalDate(x, 'UTC')",
        _ => return Error::ty(message).at(span),
    };
    Error::ty(message).at(span).with_hint(hint)
}
