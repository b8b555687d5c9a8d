//! How a call finds its kernel: the arguments are looked at once, when the formula is compiled.

use arrow_array::{Array, ArrayRef};
use jiff::tz::TimeZone;

use crate::check::Checker;
use crate::error::{Error, Span};
use crate::eval::arith;
use crate::node::{Kernel, Node};
use crate::time::zone;
use crate::types::Type;
use crate::value::{boolean, text};

use super::kernels;

/// A call that is being compiled.
pub(crate) struct Call<'c, 's> {
    pub args: Vec<Node>,
    pub span: Span,
    pub inputs: &'c mut Checker<'s>,
}

/// Why a function does not take its arguments.
pub(crate) enum Refusal {
    /// Their number or types: the signature says what it takes.
    Types,
    /// Something of its own.
    Because(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Because(error)
    }
}

pub(crate) type Bound = Result<Node, Refusal>;

impl Call<'_, '_> {
    pub fn len(&self) -> usize {
        self.args.len()
    }

    /// The type of an argument; `Null` beyond the last, which no overload asks for.
    pub fn ty(&self, at: usize) -> Type {
        self.args.get(at).map_or(Type::Null, |arg| arg.ty.clone())
    }

    /// Fails unless there are so many arguments.
    pub fn arity(&self, wanted: std::ops::RangeInclusive<usize>) -> Result<(), Refusal> {
        if wanted.contains(&self.len()) { Ok(()) } else { Err(Refusal::Types) }
    }

    /// The arguments, each widened to the wanted type.
    pub fn widened(&mut self, wanted: &[Type]) -> Result<Vec<Node>, Refusal> {
        self.arity(wanted.len()..=wanted.len())?;
        let args = std::mem::take(&mut self.args);
        args.into_iter().zip(wanted).map(|(arg, ty)| arg.widened(ty).ok_or(Refusal::Types)).collect()
    }

    /// The call as a kernel of arguments of these types.
    pub fn kernel(&mut self, wanted: &[Type], result: Type, kernel: Kernel) -> Bound {
        let args = self.widened(wanted)?;
        Ok(Node::kernel(kernel, args, result, self.span))
    }

    /// A function from double to double.
    pub fn double(&mut self, f: impl Fn(f64) -> f64 + Copy + Send + Sync + 'static) -> Bound {
        use arrow_array::types::Float64Type;
        self.kernel(&[Type::Float64], Type::Float64, arith::each::<Float64Type>(f))
    }

    /// A function from two doubles to double.
    pub fn doubles(&mut self, f: impl Fn(f64, f64) -> f64 + Copy + Send + Sync + 'static) -> Bound {
        use arrow_array::types::Float64Type;
        self.kernel(&[Type::Float64, Type::Float64], Type::Float64, arith::pairwise::<Float64Type>(f))
    }

    /// A function from long to long.
    pub fn long(&mut self, f: impl Fn(i64) -> i64 + Copy + Send + Sync + 'static) -> Bound {
        use arrow_array::types::Int64Type;
        self.kernel(&[Type::Int64], Type::Int64, arith::each::<Int64Type>(f))
    }

    /// The constant that an argument is.
    pub fn constant(&self, at: usize) -> Option<&ArrayRef> {
        self.args.get(at)?.as_constant().filter(|array| !array.is_null(0))
    }

    /// The constant text that an argument is.
    pub fn constant_text(&self, at: usize) -> Option<String> {
        (self.ty(at) == Type::Text).then(|| self.constant(at).map(|array| text(array).value(0).to_owned()))?
    }

    /// Takes a constant Boolean out of the arguments.
    pub fn take_flag(&mut self, at: usize) -> Result<bool, Refusal> {
        if self.ty(at) != Type::Bool {
            return Err(Refusal::Types);
        }
        let Some(flag) = self.constant(at).map(|array| boolean(array).value(0)) else {
            return Err(self.not_constant(at, "true or false"));
        };
        self.args.remove(at);
        Ok(flag)
    }

    /// Takes a time zone out of the arguments: `'ET'`, or a constant text that names one.
    pub fn take_zone(&mut self, at: usize) -> Result<TimeZone, Refusal> {
        if !matches!(self.ty(at), Type::Zone | Type::Text) {
            return Err(Refusal::Types);
        }
        let Some(name) = self.constant(at).map(|array| text(array).value(0).to_owned()) else {
            return Err(self.not_constant(at, "a time zone"));
        };
        let span = self.args[at].span;
        self.args.remove(at);
        zone::find(&name).ok_or_else(|| {
            let error = Error::name(span, format!("time zone \"{name}\" is not known"));
            Refusal::Because(error.with_hint("zones look like 'ET', 'UTC', 'Europe/Berlin'"))
        })
    }

    /// Takes a constant of this class out of the arguments, and tells which it is.
    pub fn take_token(&mut self, at: usize, class: &'static str) -> Result<String, Refusal> {
        if self.ty(at) != Type::Token(class) {
            return Err(Refusal::Types);
        }
        let which = self.constant(at).map(|array| text(array).value(0).to_owned()).ok_or(Refusal::Types)?;
        self.args.remove(at);
        Ok(which)
    }

    /// The short name of the zone that an argument names, or its full one.
    pub fn zone_name(&self, at: usize) -> Result<String, Refusal> {
        let name = self.constant(at).filter(|_| matches!(self.ty(at), Type::Zone | Type::Text));
        let name = name.map(|array| text(array).value(0)).ok_or(Refusal::Types)?;
        Ok(zone::short_name(name).to_owned())
    }

    fn not_constant(&self, at: usize, what: &str) -> Refusal {
        let span = self.args.get(at).map_or(self.span, |arg| arg.span);
        Refusal::Because(
            Error::ty("this argument must be the same for all rows")
                .at(span)
                .with_hint(format!("write {what}")),
        )
    }

    /// The one type that takes in all arguments from `from` on.
    pub fn unified(&self, from: usize) -> Result<Type, Refusal> {
        let mut all = Type::Null;
        for arg in &self.args[from.min(self.args.len())..] {
            all = crate::types::unify(&all, &arg.ty).ok_or(Refusal::Types)?;
        }
        Ok(all)
    }

    /// The arguments, all as `ty`.
    pub fn converted(&mut self, ty: &Type) -> Result<Vec<Node>, Refusal> {
        let args = std::mem::take(&mut self.args);
        args.into_iter().map(|arg| arg.converted(ty).ok_or(Refusal::Types)).collect()
    }

    /// The same function applied item by item, where one or several arguments are arrays.
    pub fn lifted(&mut self, bind: impl FnOnce(&mut Call<'_, '_>) -> Bound) -> Bound {
        let (args, span) = (std::mem::take(&mut self.args), self.span);
        let inputs = &mut *self.inputs;
        let mut refused = false;
        let node = super::list::lifted(args, span, |args| {
            let mut call = Call { args, span, inputs };
            bind(&mut call).map_err(|refusal| match refusal {
                Refusal::Because(error) => error,
                Refusal::Types => {
                    refused = true;
                    Error::internal("the items are not taken")
                }
            })
        });
        if refused { Err(Refusal::Types) } else { Ok(node?) }
    }

    /// Whether an argument is an array.
    pub fn is_list(&self, at: usize) -> bool {
        matches!(self.ty(at), Type::List(_))
    }

    /// The test for null of the one argument.
    pub fn is_null_test(&mut self, null_is: bool) -> Bound {
        self.arity(1..=1)?;
        let arg = self.args.remove(0);
        Ok(Node::kernel(kernels::null_test(null_is), vec![arg], Type::Bool, self.span).never_null())
    }
}
