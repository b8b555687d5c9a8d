//! A compiled formula: its inputs, its type, and its evaluation over a chunk.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ListArray, new_empty_array};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field};

use crate::check::Checker;
use crate::error::{Error, ErrorKind};
use crate::eval::cast::normalised;
use crate::eval::nan::tidy;
use crate::node::{Frame, Kind, Node};
use crate::parser::{Parser, parse_select};
use crate::scope::Scope;
use crate::types::Type;
use crate::value::Value;

/// What a formula reads. A chunk hands over one array for each, in the order of [`Formula::inputs`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// The values of a column.
    Column(String),
    /// `X_[ii+offset]`: for each row the column's value `offset` rows further on, null beyond the ends.
    Neighbour {
        /// The column.
        column: String,
        /// Rows further on; negative for rows before.
        offset: i64,
    },
    /// `X_`: all values of a column, however many rows the chunk has.
    WholeColumn(String),
    /// `i`, `ii`: positions in the table, as `Int64`.
    Position,
    /// `k`: row keys, as `Int64`.
    Key,
}

/// A run of rows to evaluate a formula on.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// How many rows.
    pub rows: usize,
    /// One array for each of the formula's inputs.
    pub inputs: &'a [ArrayRef],
    /// The engine's clock, in nanoseconds since the epoch: what `now()` returns.
    pub now: i64,
}

/// A row on which a formula failed.
#[derive(Clone, Debug)]
pub struct RowFailure {
    /// The row of the chunk.
    pub row: usize,
    /// Why.
    pub error: Error,
}

/// A compiled formula. Cheap to clone, and free to be evaluated from several threads at once.
#[derive(Clone)]
pub struct Formula(Arc<Inner>);

struct Inner {
    name: String,
    text: String,
    node: Node,
    inputs: Vec<Input>,
    data_type: DataType,
}

/// Compiles `Name = expression`, or a bare `Name`, which is the column of that name.
pub fn compile_select(text: &str, scope: &dyn Scope) -> Result<Formula, Error> {
    compile(text, scope).map_err(|error| error.in_text(text))
}

fn compile(text: &str, scope: &dyn Scope) -> Result<Formula, Error> {
    let (name, expr) = parse_select(text)?;
    let mut checker = Checker::new(scope);
    let node = as_column(checker.check(&expr)?)?;
    Ok(Formula::new(name, text, node, checker.inputs, scope))
}

/// The node as the column it makes; what cannot be a column is refused. A time zone is kept by name.
fn as_column(node: Node) -> Result<Node, Error> {
    match &node.ty {
        Type::Null => {
            Err(Error::ty("null has no type here").at(node.span).with_hint("give it one, e.g. (double)null"))
        }
        Type::Token(class) => Err(Error::ty(format!("a {class} cannot be a column"))
            .at(node.span)
            .with_hint("hand it to a function, or call one of its methods")),
        Type::Zone => Ok(Node { ty: Type::Text, ..node }),
        _ => Ok(node),
    }
}

/// Compiles an expression without a name in front, for a column called `name`.
pub fn compile_expression(name: &str, text: &str, scope: &dyn Scope) -> Result<Formula, Error> {
    let typed = || {
        let expr = Parser::new(text, 0)?.whole()?;
        let mut checker = Checker::new(scope);
        let node = as_column(checker.check(&expr)?)?;
        Ok(Formula::new(name.to_owned(), text, node, checker.inputs, scope))
    };
    typed().map_err(|error: Error| error.in_text(text))
}

impl Formula {
    pub(crate) fn new(name: String, text: &str, node: Node, inputs: Vec<Input>, scope: &dyn Scope) -> Self {
        let passed_on = match (&node.kind, inputs.first()) {
            (Kind::Input(0, _), Some(Input::Column(column))) => scope.column(column),
            _ => None,
        };
        let data_type = passed_on.unwrap_or_else(|| node.ty.data_type());
        Self(Arc::new(Inner { name, text: text.to_owned(), node, inputs, data_type }))
    }

    pub(crate) fn node(&self) -> &Node {
        &self.0.node
    }

    /// The name of the column that the formula makes.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The type of the column that the formula makes.
    pub fn data_type(&self) -> &DataType {
        &self.0.data_type
    }

    /// What the formula reads, each once.
    pub fn inputs(&self) -> &[Input] {
        &self.0.inputs
    }

    /// The formula as written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The column that the formula only passes on, perhaps under another name.
    pub fn is_column(&self) -> Option<&str> {
        match (&self.0.node.kind, self.0.inputs.first()) {
            (Kind::Input(0, _), Some(Input::Column(column))) => Some(column),
            _ => None,
        }
    }

    /// The one value, a single row, that the formula has on every row.
    pub fn is_constant(&self) -> Option<&ArrayRef> {
        self.0.node.as_constant()
    }

    /// The formula's value on each row of the chunk.
    ///
    /// The first row that fails fails the chunk; [`Formula::eval_each`] goes on.
    pub fn eval(&self, chunk: &Chunk<'_>) -> Result<ArrayRef, Error> {
        self.eval_inner(chunk).map_err(|error| error.in_text(&self.0.text))
    }

    fn eval_inner(&self, chunk: &Chunk<'_>) -> Result<ArrayRef, Error> {
        if chunk.inputs.len() != self.0.inputs.len() {
            let message = format!("{} inputs were given for {}", chunk.inputs.len(), self.0.inputs.len());
            return Err(Error::internal(message));
        }
        if self.is_column().is_some() {
            return Ok(chunk.inputs[0].clone());
        }
        if chunk.rows == 0 {
            return Ok(new_empty_array(&self.0.data_type));
        }
        let types = self.input_types();
        let mut inputs = Vec::with_capacity(chunk.inputs.len());
        for ((input, array), ty) in self.0.inputs.iter().zip(chunk.inputs).zip(&types) {
            inputs.push(Some(value_of(input, array, ty.as_ref(), chunk.rows)?));
        }
        let frame = Frame { rows: chunk.rows, inputs, now: chunk.now };
        let value = self.0.node.eval(&frame)?;
        Ok(tidy(value.expand(chunk.rows)?))
    }

    fn input_types(&self) -> Vec<Option<Type>> {
        let mut types = vec![None; self.0.inputs.len()];
        self.0.node.collect_input_types(&mut types);
        types
    }

    /// As [`Formula::eval`], but a row that fails is null and told, and the others go on.
    ///
    /// Failing rows are found by halving the chunk, so that the work is a few times the chunk's for one failure, and
    /// rows × log₂ rows at most.
    pub fn eval_each(&self, chunk: &Chunk<'_>) -> Result<(ArrayRef, Vec<RowFailure>), Error> {
        let mut failures = Vec::new();
        let array = self.eval_split(chunk, 0, &mut failures)?;
        Ok((array, failures))
    }

    fn eval_split(
        &self,
        chunk: &Chunk<'_>,
        first: usize,
        failures: &mut Vec<RowFailure>,
    ) -> Result<ArrayRef, Error> {
        let error = match self.eval(chunk) {
            Ok(array) => return Ok(array),
            Err(error) => error,
        };
        if error.kind() == ErrorKind::Internal {
            return Err(error);
        }
        if chunk.rows == 1 {
            failures.push(RowFailure { row: first, error: error.map_row(|_| first) });
            return Ok(arrow_array::new_null_array(&self.0.data_type, 1));
        }
        let cut = chunk.rows / 2;
        let head = self.eval_part(chunk, 0, cut, first, failures)?;
        let tail = self.eval_part(chunk, cut, chunk.rows - cut, first, failures)?;
        Ok(arrow_select::concat::concat(&[&head, &tail])?)
    }

    fn eval_part(
        &self,
        chunk: &Chunk<'_>,
        start: usize,
        rows: usize,
        first: usize,
        failures: &mut Vec<RowFailure>,
    ) -> Result<ArrayRef, Error> {
        let inputs: Vec<ArrayRef> = (self.0.inputs.iter().zip(chunk.inputs))
            .map(|(input, array)| match input {
                Input::WholeColumn(_) => array.clone(),
                _ => array.slice(start, rows),
            })
            .collect();
        let part = Chunk { rows, inputs: &inputs, now: chunk.now };
        self.eval_split(&part, first + start, failures)
    }
}

impl std::fmt::Debug for Formula {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Formula({:?}: {})", self.0.text, self.0.node.ty)
    }
}

fn value_of(input: &Input, array: &ArrayRef, ty: Option<&Type>, rows: usize) -> Result<Value, Error> {
    if let Input::WholeColumn(_) = input {
        let item = Type::of(array.data_type());
        let list = one_list(normalised(array.clone(), &item)?)?;
        return Ok(Value::Scalar(list));
    }
    if array.len() != rows {
        return Err(Error::internal(format!("input {input:?} has {} rows for {rows}", array.len())));
    }
    let array = match ty {
        Some(ty) => normalised(array.clone(), ty)?,
        None => array.clone(),
    };
    Ok(Value::Array(array))
}

/// The values as one row of type list.
pub(crate) fn one_list(values: ArrayRef) -> Result<ArrayRef, Error> {
    let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths([values.len()]);
    Ok(Arc::new(ListArray::try_new(field, offsets, values, None)?))
}
