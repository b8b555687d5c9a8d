//! What a name means: a row's position, a column, a variable of the script, a constant. In this order.

use arrow_array::{Array, ArrayRef};
use std::sync::Arc;

use super::Checker;
use super::literal;
use crate::ast::{Expr, Ident, Literal};
use crate::error::{Error, Span};
use crate::eval::cast::{self, normalised};
use crate::formula::Input;
use crate::functions::{self, constants};
use crate::node::Node;
use crate::scope::{Object, OpaqueUse, Variable};
use crate::suggest::did_you_mean;
use crate::types::Type;

impl Checker<'_> {
    pub(crate) fn name(&mut self, name: &str, span: Span) -> Result<Node, Error> {
        if let Some(node) = self.special(name, span) {
            return Ok(node);
        }
        if let Some(node) = self.column(name, span) {
            return Ok(node);
        }
        if let Some(node) = self.whole_column(name, span) {
            return Ok(node);
        }
        if let Some(variable) = self.scope.variable(name) {
            return variable_node(name, variable, span);
        }
        if let Some(node) = constants::find(name, span) {
            return Ok(node);
        }
        Err(self.unknown(name, span))
    }

    /// `i`, `ii`, `k`
    fn special(&mut self, name: &str, span: Span) -> Option<Node> {
        match name {
            "ii" => Some(self.input(Input::Position, Type::Int64, span)),
            "k" => Some(self.input(Input::Key, Type::Int64, span)),
            "i" => {
                let position = self.input(Input::Position, Type::Int64, span);
                position.converted(&Type::Int32)
            }
            _ => None,
        }
    }

    /// The column of this name.
    pub(super) fn column(&mut self, name: &str, span: Span) -> Option<Node> {
        let ty = Type::of(&self.scope.column(name)?);
        Some(self.input(Input::Column(name.to_owned()), ty, span))
    }

    /// `X_`: all values of column `X`.
    fn whole_column(&mut self, name: &str, span: Span) -> Option<Node> {
        let column = name.strip_suffix('_')?;
        let ty = Type::of(&self.scope.column(column)?);
        Some(self.input(Input::WholeColumn(column.to_owned()), Type::List(Box::new(ty)), span))
    }

    /// `target.field`: an attribute of an object of the script, or a constant of a class.
    pub(super) fn field(&mut self, target: &Expr, field: &Ident, whole: &Expr) -> Result<Node, Error> {
        if let Some(object) = self.object(target)? {
            return match object.attribute(&field.name) {
                Some(variable) => variable_node(&field.name, variable, whole.span),
                None => Err(no_attribute(object.as_ref(), field)),
            };
        }
        if let Some(path) = target.path()
            && !self.is_value(&path)
        {
            let class = last_part(&path);
            if field.name == "class" && crate::types::named(class).is_some() {
                return Ok(literal::token("Class", class, whole.span));
            }
            if let Some(node) = constants::find_in(class, &field.name, whole.span) {
                return Ok(node);
            }
            if functions::is_class(class) {
                let message = format!("class \"{class}\" has no constant \"{}\"", field.name);
                return Err(Error::name(field.span, message));
            }
        }
        let node = self.check(target)?;
        if let Some(node) = self.opaque(&node, &OpaqueUse::Attribute(&field.name), Vec::new(), whole.span)? {
            return Ok(node);
        }
        if field.name == "length" && matches!(node.ty, Type::List(_)) {
            let name = Ident { name: "size".to_owned(), span: field.span };
            let size = self.method_of(node, &name, Vec::new(), whole.span)?;
            return size.converted(&Type::Int32).ok_or_else(|| Error::internal("a length is no int"));
        }
        Err(Error::name(field.span, format!("a value of type {} has no field \"{}\"", node.ty, field.name))
            .with_hint(format!("methods are called with parentheses: .{}()", field.name)))
    }

    /// Whether the first part of the path is a column or a variable.
    pub(super) fn is_value(&self, path: &str) -> bool {
        let head = path.split('.').next().unwrap_or(path);
        self.scope.column(head).is_some() || self.scope.variable(head).is_some()
    }

    /// The object of the script that the expression names, if it names one.
    pub(super) fn object(&mut self, expr: &Expr) -> Result<Option<Arc<dyn Object>>, Error> {
        Ok(match self.variable_of(expr)? {
            Some(Variable::Object(object)) => Some(object),
            _ => None,
        })
    }

    /// The variable of the script that the expression names: `x`, `x.y`, `x[constant]`.
    pub(super) fn variable_of(&mut self, expr: &Expr) -> Result<Option<Variable>, Error> {
        use crate::ast::ExprKind;
        match &expr.kind {
            ExprKind::Name(name) if self.scope.column(name).is_some() => Ok(None),
            ExprKind::Name(name) => Ok(self.scope.variable(name)),
            ExprKind::Field(target, field) => match self.object(target)? {
                Some(object) => match object.attribute(&field.name) {
                    Some(variable) => Ok(Some(variable)),
                    None => Err(no_attribute(object.as_ref(), field)),
                },
                None => Ok(None),
            },
            ExprKind::Index(target, key) => match self.object(target)? {
                Some(object) => self.item_of(object.as_ref(), key),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// `object[key]` for a constant key; `None` when the key differs by row.
    fn item_of(&mut self, object: &dyn Object, key: &Expr) -> Result<Option<Variable>, Error> {
        let key = self.check(key)?;
        let Some(constant) = key.as_constant() else { return Ok(None) };
        match object.item(constant) {
            Some(variable) => Ok(Some(variable)),
            None => Err(Error::name(key.span, format!("a {} has no such item", object.type_name()))),
        }
    }

    /// `(type)object`, if the operand is an object of the script or a call of a function without a result type.
    pub(super) fn cast_object(
        &mut self,
        operand: &Expr,
        to: Option<&Type>,
        span: Span,
    ) -> Result<Option<Node>, Error> {
        let Some(to) = to else { return Ok(None) };
        if let Some(object) = self.object(operand)? {
            let array = object.cast(&to.data_type()).map_err(|why| Error::ty(why).at(span))?;
            return Ok(Some(Node::constant(to.clone(), normalised(array, to)?, span)));
        }
        self.call_returning(operand, to, span)
    }

    fn unknown(&self, name: &str, span: Span) -> Error {
        let mut names = self.scope.names();
        names.extend(constants::names().map(str::to_owned));
        if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
            names.extend(functions::colour_names());
        }
        let hint = match name {
            "True" | "False" => Some(format!("write {}", name.to_lowercase())),
            "None" => Some("write null".to_owned()),
            _ if functions::find(name).is_some() => Some(format!("it is a function: {name}(…)")),
            _ => did_you_mean(name, names.iter().map(String::as_str))
                .or_else(|| Some("texts stand in backticks: `text`".to_owned())),
        };
        Error::name(span, format!("no column or variable is called \"{name}\"")).with_hint_opt(hint)
    }
}

fn no_attribute(object: &dyn Object, field: &Ident) -> Error {
    Error::name(field.span, format!("a {} has no attribute \"{}\"", object.type_name(), field.name))
}

/// What stands after the last dot.
pub(super) fn last_part(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The constant that a variable is.
pub(super) fn variable_node(name: &str, variable: Variable, span: Span) -> Result<Node, Error> {
    match variable {
        Variable::Value(array) => value_node(name, array, span),
        Variable::List(array) => Ok(list_node(&array, span)?),
        Variable::Function(_) => Err(Error::ty(format!("\"{name}\" is a function"))
            .at(span)
            .with_hint(format!("call it: {name}(…)"))),
        Variable::Object(object) => Err(Error::ty(format!(
            "variable \"{name}\" is a {}, which formulas cannot compute with",
            object.type_name()
        ))
        .at(span)
        .with_hint(format!("cast it, e.g. (double){name}, or hand it to a function"))),
    }
}

fn value_node(name: &str, array: ArrayRef, span: Span) -> Result<Node, Error> {
    if array.len() != 1 {
        return Err(Error::internal(format!("variable \"{name}\" has {} rows", array.len())).at(span));
    }
    let ty = Type::of(array.data_type());
    if ty == Type::Null {
        return literal::constant(&Literal::Null, span);
    }
    Ok(Node::constant(ty.clone(), normalised(array, &ty)?, span))
}

/// A list as one row of type list.
pub(super) fn list_node(array: &ArrayRef, span: Span) -> Result<Node, Error> {
    let item = Type::of(array.data_type());
    let values = cast::normalised(array.clone(), &item)?;
    let list = crate::formula::one_list(values)?;
    Ok(Node::constant(Type::List(Box::new(item)), list, span))
}
