//! Nodes brought to another type: silently where nothing is lost, by a cast where the user asks.

use super::Checker;
use crate::ast::{Expr, TypeName};
use crate::error::{Error, Span};
use crate::eval::cast;
use crate::node::{Branch, Kernel, Kind, Node};
use crate::scope::OpaqueUse;
use crate::types::{self, Type};

impl Node {
    /// A node computed from others. It is fallible, and nullable, when one of them is.
    pub fn kernel(kernel: Kernel, args: Vec<Node>, ty: Type, span: Span) -> Self {
        let fallible = args.iter().any(|arg| arg.fallible);
        let nullable = args.iter().any(|arg| arg.nullable);
        Self { kind: Kind::Kernel(kernel, args), ty, span, fallible, nullable }
    }

    /// The node can fail on some rows.
    #[must_use]
    pub fn can_fail(mut self) -> Self {
        self.fallible = true;
        self
    }

    /// The node is never null.
    #[must_use]
    pub fn never_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// The node can be null although its arguments are not.
    #[must_use]
    pub fn can_be_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The node as `to`, by a conversion that exists; a branch converts its sides, so that constants stay constants.
    pub fn converted(self, to: &Type) -> Option<Self> {
        if self.ty == *to {
            return Some(self);
        }
        if self.ty == Type::Null
            && let Kind::Choose(condition, a, b) = self.kind
        {
            let (a, b) = (a.node.converted(to)?, b.node.converted(to)?);
            let kind = Kind::Choose(condition, Box::new(Branch::new(a)), Box::new(Branch::new(b)));
            return Some(Self {
                kind,
                ty: to.clone(),
                span: self.span,
                fallible: self.fallible,
                nullable: true,
            });
        }
        let kernel = cast::kernel(&self.ty, to)?;
        let span = self.span;
        Some(Self::kernel(kernel, vec![self], to.clone(), span).folded())
    }

    /// The node as `to` if a value becomes one of that type without being asked.
    pub fn widened(self, to: &Type) -> Option<Self> {
        if self.ty.widens_to(to) { self.converted(to) } else { None }
    }
}

impl Checker<'_> {
    pub(super) fn cast(&mut self, type_name: &TypeName, operand: &Expr, span: Span) -> Result<Node, Error> {
        if type_name.name == "ZonedDateTime" && !type_name.array {
            return self.cast_zoned(operand, span);
        }
        let Some(to) = types::named(&type_name.name).map(|to| wrap(to, type_name.array)) else {
            return Err(Error::name(type_name.span, format!("type \"{}\" is not known", type_name.name)));
        };
        if let Some(node) = self.cast_object(operand, to.as_ref(), span)? {
            return Ok(node);
        }
        let node = self.check(operand)?;
        let Some(to) = to else { return Ok(node) };
        let from = node.ty.clone();
        if from == to {
            return Ok(node);
        }
        if let Some(node) = self.opaque(&node, &OpaqueUse::Cast(&to.data_type()), Vec::new(), span)? {
            return Ok(node);
        }
        node.converted(&to).map(|node| Node { span, ..node }).ok_or_else(|| {
            Error::ty(format!("a value of type {from} cannot be cast to {to}"))
                .at(span)
                .with_hint_opt(instead_of_cast(&from, &to))
        })
    }
}

impl Checker<'_> {
    /// `(ZonedDateTime)x`: only what has a zone is one.
    fn cast_zoned(&mut self, operand: &Expr, span: Span) -> Result<Node, Error> {
        let node = self.check(operand)?;
        match &node.ty {
            Type::Zoned(_) => Ok(node),
            from => Err(Error::ty(format!("a value of type {from} cannot be cast to ZonedDateTime"))
                .at(span)
                .with_hint("say the zone: toZonedDateTime(x, 'ET')")),
        }
    }
}

fn wrap(to: Option<Type>, array: bool) -> Option<Type> {
    if array { to.map(|item| Type::List(Box::new(item))) } else { to }
}

/// The function that does what a cast does not.
fn instead_of_cast(from: &Type, to: &Type) -> Option<String> {
    let hint = match (from, to) {
        (Type::Text, Type::Int64) => "read the number out of the text: parseLong(x)",
        (Type::Text, Type::Float32 | Type::Float64) => "read the number out of the text: parseDouble(x)",
        (Type::Text, to) if to.is_number() => "read the number out of the text: parseInt(x)",
        (Type::Text, Type::Bool) => "read it out of the text: parseBoolean(x)",
        (Type::Text, Type::Instant) => "read the time out of the text: parseInstant(x)",
        (Type::Text, Type::Date) => "read the date out of the text: parseLocalDate(x)",
        (_, Type::Text) => "spell it as a text: String.valueOf(x)",
        (Type::Bool, to) if to.is_number() => "choose the numbers: x ? 1 : 0",
        (from, Type::Bool) if from.is_number() => "compare it, e.g. x != 0",
        (Type::Instant, Type::Int64) => "take the nanoseconds since the epoch: epochNanos(x)",
        (Type::Int64, Type::Instant) => "say the unit: epochNanosToInstant(x)",
        (Type::Duration, Type::Int64) => "take the nanoseconds: x.toNanos()",
        (Type::Instant, Type::Date) => "say the zone: toLocalDate(x, 'ET')",
        _ => return None,
    };
    Some(hint.to_owned())
}
