//! Calls: functions of the script come first, then the library; methods by the type of their receiver.

use std::sync::Arc;

use super::Checker;
use super::name::last_part;
use crate::ast::{Expr, ExprKind, Ident};
use crate::error::{Error, Span};
use crate::functions::{self, Call, Refusal};
use crate::node::{Kind, Node};
use crate::scope::{Object, OpaqueUse, UserFunction, Variable};
use crate::suggest::did_you_mean;
use crate::types::Type;

impl Checker<'_> {
    /// `name(args)`
    pub(super) fn call(&mut self, name: &Ident, args: &[Expr], span: Span) -> Result<Node, Error> {
        match self.scope.variable(&name.name) {
            Some(Variable::Function(function)) => return self.call_user(function, args, span),
            Some(_) if functions::find(&name.name).is_none() => {
                return Err(Error::ty(format!("variable \"{}\" is not a function", name.name)).at(name.span));
            }
            _ => {}
        }
        let Some(function) = functions::find(&name.name) else {
            return Err(self.unknown_function(name));
        };
        let args = self.check_all(args)?;
        self.bind(function, args, span)
    }

    /// `target.name(args)`
    pub(super) fn method(
        &mut self,
        target: &Expr,
        name: &Ident,
        args: &[Expr],
        span: Span,
    ) -> Result<Node, Error> {
        if let Some(object) = self.object(target)? {
            return match object.attribute(&name.name) {
                Some(Variable::Function(function)) => self.call_user(function, args, span),
                _ => Err(Error::name(
                    name.span,
                    format!("a {} has no method \"{}\"", object.type_name(), name.name),
                )),
            };
        }
        if let Some(path) = target.path()
            && !self.is_value(&path)
            && functions::is_class(last_part(&path))
        {
            let class = last_part(&path);
            let Some(function) = functions::find_static(class, &name.name) else {
                let known = functions::static_names(class);
                return Err(Error::name(
                    name.span,
                    format!("class \"{class}\" has no function \"{}\"", name.name),
                )
                .with_hint_opt(did_you_mean(&name.name, known)));
            };
            let args = self.check_all(args)?;
            return self.bind(function, args, span);
        }
        if name.name == "new" {
            let class = target.path().unwrap_or_default();
            return Err(Error::name(target.span, format!("objects of class \"{class}\" cannot be made in a formula"))
                .with_hint("arrays can, e.g. new int[]{1, 2}, and new String(x), new Integer(x), new java.math.BigDecimal(x); for times use '2024-01-01T00:00:00Z' or parseInstant(text)"));
        }
        let receiver = self.check(target)?;
        let args = self.check_all(args)?;
        self.method_of(receiver, name, args, span)
    }

    pub(super) fn method_of(
        &mut self,
        receiver: Node,
        name: &Ident,
        args: Vec<Node>,
        span: Span,
    ) -> Result<Node, Error> {
        if let Some(node) = self.opaque(&receiver, &OpaqueUse::Method(&name.name), args.clone(), span)? {
            return Ok(node);
        }
        let Some(function) = functions::find_method(&receiver.ty, &name.name) else {
            let known = functions::method_names(&receiver.ty);
            return Err(Error::name(
                name.span,
                format!("a value of type {} has no method \"{}\"", receiver.ty, name.name),
            )
            .with_hint_opt(did_you_mean(&name.name, known)));
        };
        let mut all = vec![receiver];
        all.extend(args);
        self.bind(function, all, span)
    }

    /// A use of a cell that only the script's side can look into; `None` for any other value.
    pub(super) fn opaque(
        &mut self,
        cell: &Node,
        using: &OpaqueUse<'_>,
        args: Vec<Node>,
        span: Span,
    ) -> Result<Option<Node>, Error> {
        let Type::Opaque(data_type) = &cell.ty else { return Ok(None) };
        let Some(function) = self.scope.opaque(data_type, using) else { return Ok(None) };
        let mut all = vec![cell.clone()];
        all.extend(args);
        user_node(function, all, span).map(Some)
    }

    fn check_all(&mut self, args: &[Expr]) -> Result<Vec<Node>, Error> {
        args.iter().map(|arg| self.check(arg)).collect()
    }

    pub(super) fn bind(
        &mut self,
        function: &'static functions::Function,
        args: Vec<Node>,
        span: Span,
    ) -> Result<Node, Error> {
        let types = args.iter().map(|arg| arg.ty.to_string()).collect::<Vec<_>>().join(", ");
        let enlisted = enlisted(function.name, &args, span);
        let mut call = Call { args, span, inputs: self };
        let mut bound = (function.bind)(&mut call);
        if let (Err(Refusal::Types), Some(array)) = (&bound, enlisted) {
            let mut call = Call { args: vec![array], span, inputs: self };
            bound = (function.bind)(&mut call);
        }
        bound.map_err(|refusal| match refusal {
            Refusal::Because(error) => error.at(span),
            Refusal::Types => {
                let message = format!("\"{}\" does not take ({types})", function.name);
                Error::ty(message).at(span).with_hint(format!("it is {}", function.signature))
            }
        })
    }

    fn unknown_function(&self, name: &Ident) -> Error {
        let mut names = self.scope.names();
        names.extend(functions::functions().map(|function| function.name.to_owned()));
        Error::name(name.span, format!("no function is called \"{}\"", name.name))
            .with_hint_opt(did_you_mean(&name.name, names.iter().map(String::as_str)))
    }

    /// A call of the script's function; objects among the arguments are fixed beforehand.
    pub(super) fn call_user(
        &mut self,
        function: Arc<dyn UserFunction>,
        args: &[Expr],
        span: Span,
    ) -> Result<Node, Error> {
        let objects = args.iter().map(|arg| self.object(arg)).collect::<Result<Vec<_>, _>>()?;
        let function = with_objects(function, &objects, span)?;
        let rest = args.iter().zip(&objects).filter(|(_, object)| object.is_none());
        let args = rest.map(|(arg, _)| self.check(arg)).collect::<Result<Vec<_>, _>>()?;
        user_node(function, args, span)
    }

    /// `(type)f(x)`, where `f` is a function of the script that can be asked for that type.
    pub(super) fn call_returning(
        &mut self,
        operand: &Expr,
        to: &Type,
        span: Span,
    ) -> Result<Option<Node>, Error> {
        let ExprKind::Call(target, name, args) = &operand.kind else { return Ok(None) };
        let variable = match target {
            None => self.scope.variable(&name.name),
            Some(target) => self.object(target)?.and_then(|object| object.attribute(&name.name)),
        };
        let Some(Variable::Function(function)) = variable else { return Ok(None) };
        let node = self.call_user(function, args, operand.span)?;
        if !matches!(node.ty, Type::Opaque(_)) {
            return Ok(None);
        }
        let Kind::User(function, args) = node.kind else { return Ok(None) };
        match function.returning(&to.data_type()) {
            Some(function) => user_node(function, args, span).map(Some),
            None => Ok(None),
        }
    }
}

/// The values as one array, for a function of an array that takes single values too: `sum(a, b, c)`.
fn enlisted(name: &str, args: &[Node], span: Span) -> Option<Node> {
    const VARIADIC: &[&str] = &[
        "sum",
        "absSum",
        "product",
        "avg",
        "absAvg",
        "std",
        "var",
        "ste",
        "tstat",
        "median",
        "count",
        "countObj",
        "countPos",
        "countNeg",
        "countZero",
        "countDistinct",
        "countDistinctObj",
        "containsNonFinite",
        "distinct",
        "distinctObj",
        "first",
        "firstObj",
        "last",
        "lastObj",
        "len",
        "sort",
        "sortObj",
        "sortDescending",
        "sortDescendingObj",
        "rank",
        "rankObj",
        "rankDescending",
        "rankDescendingObj",
        "reverse",
        "reverseObj",
        "cumsum",
        "cumprod",
        "cummin",
        "cummax",
        "forwardFill",
        "forwardFillObj",
        "minObj",
        "maxObj",
        "indexOfMin",
        "indexOfMax",
        "indexOfMinObj",
        "indexOfMaxObj",
        "vec",
        "vecObj",
    ];
    if !VARIADIC.contains(&name) || args.is_empty() {
        return None;
    }
    let item = args.iter().try_fold(Type::Null, |all, arg| crate::types::unify(&all, &arg.ty))?;
    if matches!(item, Type::Null | Type::List(_) | Type::Token(_) | Type::Zone) {
        return None;
    }
    let args = args.iter().map(|arg| arg.clone().converted(&item)).collect::<Option<Vec<_>>>()?;
    Some(functions::list::enlisted(args, item, span))
}

fn with_objects(
    function: Arc<dyn UserFunction>,
    objects: &[Option<Arc<dyn Object>>],
    span: Span,
) -> Result<Arc<dyn UserFunction>, Error> {
    let Some(object) = objects.iter().flatten().next() else { return Ok(function) };
    function.with_objects(objects).ok_or_else(|| {
        Error::ty(format!("function \"{}\" cannot take a {}", function.name(), object.type_name())).at(span)
    })
}

pub(super) fn user_node(function: Arc<dyn UserFunction>, args: Vec<Node>, span: Span) -> Result<Node, Error> {
    if let Some(null) = args.iter().find(|arg| arg.ty == Type::Null) {
        return Err(Error::ty("null has no type here")
            .at(null.span)
            .with_hint("give it one, e.g. (double)null"));
    }
    let types: Vec<_> = args.iter().map(|arg| arg.ty.data_type()).collect();
    let result = function.check(&types).map_err(|why| {
        let spelled = args.iter().map(|arg| arg.ty.to_string()).collect::<Vec<_>>().join(", ");
        Error::ty(why).at(span).with_hint(format!("it is called with ({spelled})"))
    })?;
    Ok(Node { kind: Kind::User(function, args), ty: Type::of(&result), span, fallible: true, nullable: true })
}
