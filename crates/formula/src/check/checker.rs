//! The walk over a formula's tree.

use crate::ast::{Expr, ExprKind};
use crate::error::{Error, Span};
use crate::formula::Input;
use crate::membership;
use crate::node::{Kind, Node};
use crate::scope::Scope;
use crate::types::Type;

/// Checks one formula, and notes which inputs it reads.
pub(crate) struct Checker<'a> {
    pub scope: &'a dyn Scope,
    pub inputs: Vec<Input>,
    /// Random functions seen so far: each draws from a sequence of its own.
    pub draws: u64,
}

impl<'a> Checker<'a> {
    pub fn new(scope: &'a dyn Scope) -> Self {
        Self { scope, inputs: Vec::new(), draws: 0 }
    }

    pub fn check(&mut self, expr: &Expr) -> Result<Node, Error> {
        let node = match &expr.kind {
            ExprKind::Literal(literal) => super::literal::constant(literal, expr.span)?,
            ExprKind::Name(name) => self.name(name, expr.span)?,
            ExprKind::Unary(op, operand) => self.unary(*op, operand, expr.span)?,
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, expr.span)?,
            ExprKind::Logic(op, parts) => self.logic(*op, parts, expr.span)?,
            ExprKind::Choose(condition, a, b) => self.choose(condition, a, b, expr.span)?,
            ExprKind::Cast(type_name, operand) => self.cast(type_name, operand, expr.span)?,
            ExprKind::Index(target, index) => self.index(target, index, expr.span)?,
            ExprKind::Field(target, field) => self.field(target, field, expr)?,
            ExprKind::Call(None, name, args) => self.call(name, args, expr.span)?,
            ExprKind::Call(Some(target), name, args) => self.method(target, name, args, expr.span)?,
            ExprKind::Array(type_name, items) => self.array(type_name, items, expr.span)?,
            ExprKind::Member(member) => membership::check(self, member)?.0,
        };
        Ok(node.folded())
    }

    /// The node that reads `input`, which is listed once however often it is read.
    pub fn input(&mut self, input: Input, ty: Type, span: Span) -> Node {
        let known = self.inputs.iter().position(|known| *known == input);
        let number = known.unwrap_or_else(|| {
            self.inputs.push(input);
            self.inputs.len() - 1
        });
        let nullable = !matches!(self.inputs[number], Input::Position | Input::Key | Input::WholeColumn(_));
        let name = match &self.inputs[number] {
            Input::Column(name) | Input::WholeColumn(name) | Input::Neighbour { column: name, .. } => {
                name.as_str()
            }
            Input::Position => "ii",
            Input::Key => "k",
        };
        Node { kind: Kind::Input(number, name.into()), ty, span, fallible: false, nullable }
    }
}
