//! The typed expression: what the checker makes of a tree, and what is evaluated chunk by chunk.
//!
//! Every node knows its type; which kernel computes it was decided when the formula was compiled, so that a chunk
//! costs one indirect call a node, and a value none. `&&`, `||` and `?:` are nodes of their own: where a part of
//! them can fail, or calls a user's function, it is evaluated on just those rows that need it.

use std::sync::Arc;

use arrow_array::ArrayRef;

use crate::ast::LogicOp;
use crate::error::{Error, Span};
use crate::eval::{choose, logic};
use crate::scope::UserFunction;
use crate::types::Type;
use crate::value::{Args, Value};

/// Computes a node from the values of its arguments.
pub(crate) type Kernel = Arc<dyn Fn(Args) -> Result<ArrayRef, Error> + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Node {
    pub kind: Kind,
    pub ty: Type,
    pub span: Span,
    /// Evaluation can fail on some rows, or calls a user's function: only rows that need it may be given to it.
    pub fallible: bool,
    /// The result can be null.
    pub nullable: bool,
}

#[derive(Clone)]
pub(crate) enum Kind {
    /// One row.
    Constant(ArrayRef),
    /// The input of this number, and how the formula calls it.
    Input(usize, Arc<str>),
    Kernel(Kernel, Vec<Node>),
    /// Texts joined by `+`: a chain of them is one node.
    Join(Kernel, Vec<Node>),
    User(Arc<dyn UserFunction>, Vec<Node>),
    Logic(LogicOp, Vec<Branch>),
    Choose(Box<Node>, Box<Branch>, Box<Branch>),
}

/// A node that may be evaluated on some rows only, with the inputs it reads.
#[derive(Clone)]
pub(crate) struct Branch {
    pub node: Node,
    pub inputs: Vec<usize>,
}

impl Branch {
    pub fn new(node: Node) -> Self {
        let mut inputs = Vec::new();
        node.collect_inputs(&mut inputs);
        inputs.sort_unstable();
        inputs.dedup();
        Self { node, inputs }
    }
}

/// What nodes are evaluated on.
pub(crate) struct Frame {
    pub rows: usize,
    pub inputs: Vec<Option<Value>>,
    pub now: i64,
}

impl Node {
    pub fn constant(ty: Type, array: ArrayRef, span: Span) -> Self {
        debug_assert_eq!(array.len(), 1);
        let nullable = array.is_null(0) || ty == Type::Null;
        Self { kind: Kind::Constant(array), ty, span, fallible: false, nullable }
    }

    /// The constant's one row.
    pub fn as_constant(&self) -> Option<&ArrayRef> {
        match &self.kind {
            Kind::Constant(array) => Some(array),
            _ => None,
        }
    }

    /// Computes the node now if it depends on no row; a failure is left for evaluation.
    #[must_use]
    pub fn folded(self) -> Self {
        let foldable = match &self.kind {
            Kind::Kernel(_, args) | Kind::Join(_, args) => {
                !args.is_empty() && args.iter().all(|arg| arg.as_constant().is_some())
            }
            Kind::User(function, args) => {
                function.is_pure() && !args.is_empty() && args.iter().all(|arg| arg.as_constant().is_some())
            }
            Kind::Logic(_, parts) => parts.iter().all(|part| part.node.as_constant().is_some()),
            Kind::Choose(condition, a, b) => {
                condition.as_constant().is_some()
                    && a.inputs.is_empty()
                    && b.inputs.is_empty()
                    && a.node.as_constant().is_some()
                    && b.node.as_constant().is_some()
            }
            Kind::Constant(_) | Kind::Input(..) => false,
        };
        if !foldable {
            return self;
        }
        let frame = Frame { rows: 1, inputs: Vec::new(), now: 0 };
        match self.eval(&frame).and_then(|value| value.expand(1)) {
            Ok(array) => Self::constant(self.ty, array, self.span),
            Err(_) => self,
        }
    }

    /// The inputs that are read below here are added to `found`.
    pub fn collect_inputs(&self, found: &mut Vec<usize>) {
        match &self.kind {
            Kind::Constant(_) => {}
            Kind::Input(input, _) => found.push(*input),
            Kind::Kernel(_, args) | Kind::Join(_, args) | Kind::User(_, args) => {
                args.iter().for_each(|arg| arg.collect_inputs(found));
            }
            Kind::Logic(_, parts) => parts.iter().for_each(|part| part.node.collect_inputs(found)),
            Kind::Choose(condition, a, b) => {
                condition.collect_inputs(found);
                a.node.collect_inputs(found);
                b.node.collect_inputs(found);
            }
        }
    }

    /// The types in which the inputs below here are read.
    pub fn collect_input_types(&self, types: &mut [Option<Type>]) {
        match &self.kind {
            Kind::Constant(_) => {}
            Kind::Input(input, _) => types[*input] = Some(self.ty.clone()),
            Kind::Kernel(_, args) | Kind::Join(_, args) | Kind::User(_, args) => {
                args.iter().for_each(|arg| arg.collect_input_types(types));
            }
            Kind::Logic(_, parts) => parts.iter().for_each(|part| part.node.collect_input_types(types)),
            Kind::Choose(condition, a, b) => {
                condition.collect_input_types(types);
                a.node.collect_input_types(types);
                b.node.collect_input_types(types);
            }
        }
    }

    /// The node's value on the frame; failures say the place of the innermost node that failed.
    pub fn eval(&self, frame: &Frame) -> Result<Value, Error> {
        let value = match &self.kind {
            Kind::Constant(array) => Ok(Value::Scalar(array.clone())),
            Kind::Input(input, _) => frame.input(*input),
            Kind::Kernel(kernel, args) | Kind::Join(kernel, args) => call(kernel, args, frame),
            Kind::User(function, args) => call_user(function.as_ref(), &self.ty, args, frame),
            Kind::Logic(op, parts) => logic::evaluate(*op, parts, frame),
            Kind::Choose(condition, a, b) => choose::evaluate(condition, a, b, frame),
        };
        value.map_err(|error| error.at(self.span))
    }
}

impl Frame {
    fn input(&self, input: usize) -> Result<Value, Error> {
        let value = self.inputs.get(input).and_then(Option::as_ref);
        value.cloned().ok_or_else(|| Error::internal(format!("input {input} was not given to this branch")))
    }
}

fn call(kernel: &Kernel, args: &[Node], frame: &Frame) -> Result<Value, Error> {
    let values = args.iter().map(|arg| arg.eval(frame)).collect::<Result<Vec<_>, _>>()?;
    let scalar = values.iter().all(Value::is_scalar);
    let rows = if scalar { 1 } else { frame.rows };
    let result = kernel(Args { values, rows, now: frame.now })?;
    debug_assert_eq!(result.len(), rows, "a kernel returns as many rows as it was asked for");
    Ok(if scalar { Value::Scalar(result) } else { Value::Array(result) })
}

/// One call with whole arrays; nobody is called for no rows.
fn call_user(function: &dyn UserFunction, ty: &Type, args: &[Node], frame: &Frame) -> Result<Value, Error> {
    let values = args.iter().map(|arg| arg.eval(frame)).collect::<Result<Vec<_>, _>>()?;
    let scalar = function.is_pure() && values.iter().all(Value::is_scalar);
    let rows = if scalar { 1 } else { frame.rows };
    if rows == 0 {
        return Ok(Value::Array(arrow_array::new_empty_array(&ty.data_type())));
    }
    let arrays = values.into_iter().map(|value| value.expand(rows)).collect::<Result<Vec<_>, _>>()?;
    let result = function.call(&arrays, rows)?;
    if result.len() != rows {
        let message = format!("function \"{}\" returned {} rows for {rows}", function.name(), result.len());
        return Err(Error::value(message));
    }
    let result = crate::eval::cast::normalised(result, ty)?;
    Ok(if scalar { Value::Scalar(result) } else { Value::Array(result) })
}
