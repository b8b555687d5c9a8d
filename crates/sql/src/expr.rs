//! Expressions with types, whose columns are named by numbers that hold through a whole query.

use arrow_array::{Array, ArrayRef, new_null_array};
use arrow_schema::DataType;

use crate::functions::{Function, cast};
use crate::types;

/// A column of some table of the query; in tables of the engine it is called `c` and this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ColumnId(pub(crate) u32);

impl ColumnId {
    /// The column's name in tables of the engine.
    pub(crate) fn name(self) -> String {
        format!("c{}", self.0)
    }
}

/// An expression and its type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    pub(crate) data_type: DataType,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Column(ColumnId),
    /// An array of one value.
    Literal(Constant),
    Call(&'static Function, Vec<Expr>),
    /// Conditions with results, and what holds else. Only what is chosen is computed.
    Case(Vec<(Expr, Expr)>, Box<Expr>),
    Cast(Box<Expr>, Failing),
    /// All of them, or any of them.
    All(Vec<Expr>),
    Any(Vec<Expr>),
}

/// What becomes of a value that has no place in another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failing {
    Error,
    Null,
}

/// A constant: an array of one value.
#[derive(Debug, Clone)]
pub(crate) struct Constant(pub(crate) ArrayRef);

impl PartialEq for Constant {
    fn eq(&self, other: &Constant) -> bool {
        self.0.data_type() == other.0.data_type() && self.0.to_data() == other.0.to_data()
    }
}

impl Expr {
    /// A column.
    pub(crate) fn column(id: ColumnId, data_type: &DataType) -> Expr {
        Expr { kind: Kind::Column(id), data_type: data_type.clone() }
    }

    /// The one value of an array.
    pub(crate) fn literal(value: ArrayRef) -> Expr {
        let data_type = value.data_type().clone();
        Expr { kind: Kind::Literal(Constant(value)), data_type }
    }

    /// Null of a type.
    pub(crate) fn null(data_type: &DataType) -> Expr {
        Expr::literal(new_null_array(data_type, 1))
    }

    /// The column that it is, and no more.
    pub(crate) fn as_column(&self) -> Option<ColumnId> {
        match self.kind {
            Kind::Column(id) => Some(id),
            _ => None,
        }
    }

    /// The constant that it is.
    pub(crate) fn as_constant(&self) -> Option<&ArrayRef> {
        match &self.kind {
            Kind::Literal(constant) => Some(&constant.0),
            _ => None,
        }
    }

    /// A choice between two.
    pub(crate) fn case(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
        let data_type = then.data_type.clone();
        Expr { kind: Kind::Case(vec![(condition, then)], Box::new(otherwise)), data_type }
    }

    /// All of these truths.
    pub(crate) fn all(parts: Vec<Expr>) -> Expr {
        Expr { kind: Kind::All(parts), data_type: DataType::Boolean }
    }

    /// The same as another type; constants at once.
    ///
    /// # Errors
    /// If there is no such cast: what is said of it.
    pub(crate) fn cast(self, to: &DataType, failing: Failing) -> Result<Expr, String> {
        if self.data_type == *to {
            return Ok(self);
        }
        if self.data_type == DataType::Null {
            return Ok(Expr::null(to));
        }
        if !cast::exists(&self.data_type, to) {
            let (from, to) = (types::name(&self.data_type), types::name(to));
            return Err(format!("a {from} cannot become a {to}"));
        }
        if let Some(value) = self.as_constant() {
            return cast::cast(value, to, failing).map(Expr::literal).map_err(|error| said(&error));
        }
        Ok(Expr { kind: Kind::Cast(Box::new(self), failing), data_type: to.clone() })
    }

    /// The columns it reads.
    pub(crate) fn columns(&self, found: &mut Vec<ColumnId>) {
        if let Kind::Column(id) = self.kind
            && !found.contains(&id)
        {
            found.push(id);
        }
        self.children().for_each(|child| child.columns(found));
    }

    /// Whether it reads a column.
    pub(crate) fn reads(&self, id: ColumnId) -> bool {
        !self.reads_only(|other| other != id)
    }

    /// Whether it reads of these columns alone.
    pub(crate) fn reads_only(&self, known: impl Fn(ColumnId) -> bool + Copy) -> bool {
        match self.kind {
            Kind::Column(id) => known(id),
            _ => self.children().all(|child| child.reads_only(known)),
        }
    }

    /// The expressions it is made of.
    pub(crate) fn children(&self) -> Box<dyn Iterator<Item = &Expr> + '_> {
        match &self.kind {
            Kind::Column(_) | Kind::Literal(_) => Box::new(std::iter::empty()),
            Kind::Call(_, parts) | Kind::All(parts) | Kind::Any(parts) => Box::new(parts.iter()),
            Kind::Case(branches, otherwise) => {
                let branches = branches.iter().flat_map(|(condition, result)| [condition, result]);
                Box::new(branches.chain(std::iter::once(&**otherwise)))
            }
            Kind::Cast(inner, _) => Box::new(std::iter::once(&**inner)),
        }
    }

    /// The same with other parts where `other` gives some.
    pub(crate) fn replaced(&self, other: &dyn Fn(&Expr) -> Option<Expr>) -> Expr {
        if let Some(found) = other(self) {
            return found;
        }
        let each = |parts: &[Expr]| parts.iter().map(|part| part.replaced(other)).collect();
        let kind = match &self.kind {
            Kind::Column(_) | Kind::Literal(_) => self.kind.clone(),
            Kind::Call(function, parts) => Kind::Call(function, each(parts)),
            Kind::All(parts) => Kind::All(each(parts)),
            Kind::Any(parts) => Kind::Any(each(parts)),
            Kind::Case(branches, otherwise) => {
                let branches = branches
                    .iter()
                    .map(|(condition, result)| (condition.replaced(other), result.replaced(other)));
                Kind::Case(branches.collect(), Box::new(otherwise.replaced(other)))
            }
            Kind::Cast(inner, failing) => Kind::Cast(Box::new(inner.replaced(other)), *failing),
        };
        Expr { kind, data_type: self.data_type.clone() }
    }
}

/// What an error of Arrow's says, without its kind.
pub(crate) fn said(error: &arrow_schema::ArrowError) -> String {
    let text = error.to_string();
    text.split_once(": ").map_or(text.clone(), |(_, said)| said.to_owned())
}
