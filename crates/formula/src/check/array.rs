//! Indexing, arrays as written, and operators over arrays.

use super::Checker;
use super::call::user_node;
use crate::ast::{BinaryOp, Expr, ExprKind, TypeName, UnaryOp};
use crate::error::{Error, Span};
use crate::formula::Input;
use crate::functions::list;
use crate::node::Node;
use crate::scope::{OpaqueUse, Variable};
use crate::types::{self, Type};

impl Checker<'_> {
    /// `target[index]`
    pub(super) fn index(&mut self, target: &Expr, index: &Expr, span: Span) -> Result<Node, Error> {
        if let Some(node) = self.neighbour(target, index, span) {
            return Ok(node);
        }
        if let Some(node) = self.item(target, index, span)? {
            return Ok(node);
        }
        let array = self.check(target)?;
        let index = self.check(index)?;
        if let Some(node) = self.opaque(&array, &OpaqueUse::Item, vec![index.clone()], span)? {
            return Ok(node);
        }
        if !matches!(array.ty, Type::List(_)) {
            return Err(Error::ty(format!("a value of type {} has no items", array.ty))
                .at(array.span)
                .with_hint(
                    "the values of a whole column X are X_, e.g. X_[ii-1]; a character is x.charAt(0)",
                ));
        }
        list::item(array, index, span)
    }

    /// `X_[i±n]` and `X_[ii±n]` with a constant n: the value of a neighbouring row.
    fn neighbour(&mut self, target: &Expr, index: &Expr, span: Span) -> Option<Node> {
        let ExprKind::Name(name) = &target.kind else { return None };
        if self.scope.column(name).is_some() {
            return None;
        }
        let column = name.strip_suffix('_')?;
        let ty = Type::of(&self.scope.column(column)?);
        let offset = self.offset(index)?;
        if offset == 0 {
            return self.column(column, span);
        }
        Some(self.input(Input::Neighbour { column: column.to_owned(), offset }, ty, span))
    }

    /// The constant `n` of `i`, `i + n`, `i - n`, `n + i`.
    fn offset(&mut self, index: &Expr) -> Option<i64> {
        let is_position =
            |expr: &Expr| matches!(&expr.kind, ExprKind::Name(name) if name == "i" || name == "ii");
        if is_position(index) {
            return Some(0);
        }
        let ExprKind::Binary(op, left, right) = &index.kind else { return None };
        match op {
            BinaryOp::Add if is_position(left) => self.whole(right),
            BinaryOp::Add if is_position(right) => self.whole(left),
            BinaryOp::Sub if is_position(left) => self.whole(right).map(|n| -n),
            _ => None,
        }
    }

    /// A constant whole number: written, or a variable of the script.
    fn whole(&mut self, expr: &Expr) -> Option<i64> {
        let constant = match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Unary(UnaryOp::Minus, _) => {
                self.check(expr).ok()?
            }
            _ => return None,
        };
        if !constant.ty.is_integral() {
            return None;
        }
        let wide = constant.converted(&Type::Int64)?;
        let array = wide.as_constant()?;
        Some(crate::value::primitive::<arrow_array::types::Int64Type>(array).value(0))
    }

    /// `object[key]` of an object of the script.
    fn item(&mut self, target: &Expr, index: &Expr, span: Span) -> Result<Option<Node>, Error> {
        let Some(object) = self.object(target)? else { return Ok(None) };
        let key = self.check(index)?;
        if let Some(constant) = key.as_constant() {
            return match object.item(constant) {
                Some(variable) => super::name::variable_node(&object.type_name(), variable, span).map(Some),
                None => Err(Error::name(key.span, format!("a {} has no such item", object.type_name()))),
            };
        }
        match object.item_function() {
            Some(function) => user_node(function, vec![key], span).map(Some),
            None => {
                Err(Error::ty(format!("a {} has items for constant keys only", object.type_name())).at(span))
            }
        }
    }

    /// `new int[]{1, 2}`
    pub(super) fn array(&mut self, type_name: &TypeName, items: &[Expr], span: Span) -> Result<Node, Error> {
        let Some(Some(item)) = types::named(&type_name.name) else {
            return Err(Error::name(
                type_name.span,
                format!("arrays of \"{}\" cannot be made", type_name.name),
            ));
        };
        let mut nodes = Vec::with_capacity(items.len());
        for expr in items {
            let node = self.check(expr)?;
            let (from, place) = (node.ty.clone(), node.span);
            nodes.push(node.converted(&item).ok_or_else(|| {
                Error::ty(format!("a value of type {from} cannot stand in an array of {item}")).at(place)
            })?);
        }
        Ok(list::enlisted(nodes, item, span))
    }

    /// The constants a filter's `in` lists: literals, values and lists of the script.
    pub(crate) fn list_variable(&mut self, expr: &Expr) -> Result<Option<arrow_array::ArrayRef>, Error> {
        Ok(match self.variable_of(expr)? {
            Some(Variable::List(array)) => Some(array),
            _ => None,
        })
    }
}

/// An operator with an array on either side works item by item. `None` when neither side is an array.
pub(super) fn elementwise(
    op: BinaryOp,
    left: &Node,
    right: &Node,
    span: Span,
) -> Option<Result<Node, Error>> {
    let is_list = |node: &Node| matches!(node.ty, Type::List(_));
    let opaque_beside_null =
        matches!((&left.ty, &right.ty), (Type::Opaque(_), Type::Null) | (Type::Null, Type::Opaque(_)));
    if !is_list(left) && !is_list(right) && !opaque_beside_null {
        return None;
    }
    if left.ty == Type::Null || right.ty == Type::Null {
        return op.is_comparison().then(|| Ok(list::compared_with_null(op, left, right, span)));
    }
    Some(list::elementwise(op, left, right, span))
}
