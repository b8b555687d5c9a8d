//! `OVER`: functions of the rows around a row: their arguments, their partition, their order and their frame.

use std::sync::Arc;

use arrow_array::BooleanArray;
use arrow_schema::DataType;
use kinetable::Result;
use sqlparser::ast::{
    self, FunctionArg, FunctionArgExpr, FunctionArguments, NullTreatment, WindowFrame, WindowFrameBound,
    WindowFrameUnits, WindowSpec, WindowType,
};
use sqlparser::tokenizer::Location;

use super::frames::Made;
use super::{Binder, placed, start};
use crate::expr::{ColumnId, Expr};
use crate::functions::operator::{self, is_not_null};
use crate::place::{at, unsupported};
use crate::plan::Key;
use crate::types::is_integer;
use crate::value::Value;

/// Rows before or after a row that a frame reaches to.
const REACH_MAX: i64 = 1 << 30;

/// What `WINDOW` names.
pub(crate) type Named = (String, WindowSpec);

/// Something that is kept of the rows around each row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Window {
    /// The column of its results.
    pub(crate) id: ColumnId,
    pub(crate) call: Call,
    /// What it is over: for a count the condition, for places true.
    pub(crate) argument: Expr,
    pub(crate) over: Over,
    pub(crate) reach: Reach,
    pub(crate) data_type: DataType,
}

impl Window {
    /// The expressions over the rows.
    pub(crate) fn exprs(&mut self) -> impl Iterator<Item = &mut Expr> {
        let keys = self.over.order.iter_mut().map(|key| &mut key.expr);
        self.over.partition.iter_mut().chain(keys).chain([&mut self.argument])
    }
}

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    RowNumber,
    Rank,
    DenseRank,
    /// The value so many rows before; after, if below nought.
    Shift(i64),
    First,
    Last,
    /// Rows for which the argument is true.
    Count,
    Sum,
    Least,
    Greatest,
}

/// Which rows belong together, in which order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Over {
    pub(crate) partition: Vec<Expr>,
    pub(crate) order: Vec<Key>,
}

/// Which rows of its partition a row looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All.
    Partition,
    /// From the first to the last one that is equal in order.
    Peers,
    /// From the first to the row.
    Running,
    /// From `back - 1` rows before to `ahead` rows after.
    Rows { back: i64, ahead: i64 },
}

impl Binder<'_> {
    /// A call with `OVER`.
    pub(super) fn over(&mut self, call: &ast::Function, over: &WindowType, place: Location) -> Result<Expr> {
        // While its arguments are bound, windows have no place.
        let Some(mut gathered) = self.windows.take() else {
            return Err(at(place, format!("a window has no place in {}", self.clause))
                .with_hint("windows are in SELECT, QUALIFY and ORDER BY, and not in one another"));
        };
        let spec = match over {
            WindowType::WindowSpec(spec) => Ok(spec),
            WindowType::NamedWindow(name) => {
                let named = self.named_windows.iter().find(|(other, _)| *other == name.value);
                let missing = || at(name.span.start, format!("there is no window \"{}\"", name.value));
                named
                    .map(|(_, spec)| spec)
                    .ok_or_else(|| missing().with_hint("WINDOW name AS (…) after HAVING"))
            }
        };
        let bound = spec.and_then(|spec| self.window(call, spec, place));
        let bound = bound.map(|(made, expr)| {
            gathered.extend(made.windows);
            expr
        });
        self.windows = Some(gathered);
        bound
    }

    fn window(&mut self, call: &ast::Function, spec: &WindowSpec, place: Location) -> Result<(Made, Expr)> {
        if let Some(name) = &spec.window_name {
            return Err(unsupported(name.span.start, "OVER that adds to a named window", "OVER name"));
        }
        let partition = spec.partition_by.iter().map(|expr| self.bind(expr)).collect::<Result<_>>()?;
        let key = |one: &ast::OrderByExpr| Key::new(self.bind(&one.expr)?, &one.options, start(&one.expr));
        let order: Vec<Key> = spec.order_by.iter().map(key).collect::<Result<_>>()?;
        let reach = self.reach(spec.window_frame.as_ref(), !order.is_empty(), place)?;
        let mut made = Made { over: Over { partition, order }, reach, windows: Vec::new() };
        let name = call.name.to_string().to_ascii_uppercase();
        let (mut arguments, filter) = self.window_arguments(call, &name, place)?;
        let counted = arguments.len();
        let wrong =
            |wanted: &str| Err(at(place, format!("{name} … OVER takes {wanted} arguments, not {counted}")));
        let expr = match (name.as_str(), counted) {
            ("ROW_NUMBER" | "RANK" | "DENSE_RANK", 0) if filter.is_none() => {
                let call = match name.as_str() {
                    "ROW_NUMBER" => Call::RowNumber,
                    "RANK" => Call::Rank,
                    _ => Call::DenseRank,
                };
                made.reach = Reach::Running;
                made.kept(self, call, yes(), &DataType::Int64)
            }
            ("LAG" | "LEAD", 1..=3) if filter.is_none() => {
                self.shifted(&mut made, &name, place, arguments)?
            }
            ("COUNT", 0) => made.kept(self, Call::Count, filter.unwrap_or_else(yes), &DataType::Int64),
            ("FIRST_VALUE" | "LAST_VALUE" | "COUNT" | "SUM" | "AVG" | "MEAN" | "MIN" | "MAX", 1) => {
                let argument = arguments.swap_remove(0);
                let argument = match (filter, name.ends_with("_VALUE")) {
                    (None, _) => argument,
                    (Some(_), true) => {
                        return Err(unsupported(
                            place,
                            format!("{name} with FILTER"),
                            "CASE in its argument",
                        ));
                    }
                    (Some(filter), false) => {
                        let none = Expr::null(&argument.data_type);
                        Expr::case(filter, argument, none)
                    }
                };
                made.of_frame(self, &name, argument).map_err(placed(place))?
            }
            ("ROW_NUMBER" | "RANK" | "DENSE_RANK", 0) | ("LAG" | "LEAD", 1..=3) => {
                return Err(at(place, format!("{name} is no aggregate, so it takes no FILTER")));
            }
            ("ROW_NUMBER" | "RANK" | "DENSE_RANK", _) => return wrong("no"),
            ("LAG" | "LEAD", _) => return wrong("1 to 3"),
            ("FIRST_VALUE" | "LAST_VALUE" | "COUNT" | "SUM" | "AVG" | "MEAN" | "MIN" | "MAX", _) => {
                return wrong("1");
            }
            _ => {
                let there = "ROW_NUMBER, RANK, DENSE_RANK, LAG, LEAD, FIRST_VALUE, LAST_VALUE, COUNT, SUM, AVG, MIN, MAX";
                return Err(unsupported(place, format!("{name} … OVER"), format!("there are {there}")));
            }
        };
        Ok((made, expr))
    }

    /// Arguments, and the condition of `FILTER`.
    fn window_arguments(
        &mut self,
        call: &ast::Function,
        name: &str,
        place: Location,
    ) -> Result<(Vec<Expr>, Option<Expr>)> {
        if matches!(call.null_treatment, Some(NullTreatment::IgnoreNulls)) || !call.within_group.is_empty() {
            let instead = "Table.update_by with forward_fill, for the last value that is not null";
            return Err(unsupported(place, format!("{name} … IGNORE NULLS or WITHIN GROUP"), instead));
        }
        let filter = call.filter.as_deref().map(|filter| self.condition(filter)).transpose()?;
        let FunctionArguments::List(list) = &call.args else {
            return Err(at(place, format!("{name} … OVER needs (arguments)")));
        };
        if list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
            let what = format!("{name} … OVER with DISTINCT, ORDER BY or a treatment of nulls");
            return Err(unsupported(place, what, "plain arguments"));
        }
        let mut arguments = Vec::new();
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if name == "COUNT" => {}
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => arguments.push(self.bind(expr)?),
                _ => return Err(unsupported(place, format!("this argument of {name}"), "an expression")),
            }
        }
        let typed = |argument: Expr| match argument.data_type {
            DataType::Null => Expr::null(&DataType::Int32),
            _ => argument,
        };
        Ok((arguments.into_iter().map(typed).collect(), filter))
    }

    fn shifted(
        &mut self,
        made: &mut Made,
        name: &str,
        place: Location,
        arguments: Vec<Expr>,
    ) -> Result<Expr> {
        let mut arguments = arguments.into_iter();
        let value = arguments.next().unwrap_or_else(yes);
        let by = match arguments.next() {
            None => 1,
            Some(by) => rows(&by).ok_or_else(|| {
                at(place, format!("{name} shifts by a constant number of rows")).with_hint("LAG(x, 2)")
            })?,
        };
        let call = Call::Shift(if name == "LAG" { by } else { -by });
        made.reach = Reach::Running;
        let Some(otherwise) = arguments.next() else {
            let data_type = value.data_type.clone();
            return Ok(made.kept(self, call, value, &data_type));
        };
        let (value, otherwise) = operator::alike(value, otherwise).map_err(placed(place))?;
        let data_type = value.data_type.clone();
        let shifted = made.kept(self, call, value, &data_type);
        let there = made.kept(self, call, yes(), &DataType::Boolean);
        Ok(Expr::case(is_not_null(there), shifted, otherwise))
    }

    /// Which rows a frame has.
    fn reach(&mut self, frame: Option<&WindowFrame>, is_ordered: bool, place: Location) -> Result<Reach> {
        use WindowFrameBound::{CurrentRow, Following, Preceding};
        let plain = if is_ordered { Reach::Peers } else { Reach::Partition };
        let Some(frame) = frame else {
            return Ok(plain);
        };
        let end = frame.end_bound.as_ref().unwrap_or(&CurrentRow);
        match (&frame.units, &frame.start_bound, end) {
            (_, Preceding(None), Following(None)) => return Ok(Reach::Partition),
            (WindowFrameUnits::Range, Preceding(None), CurrentRow) => return Ok(plain),
            (WindowFrameUnits::Rows, Preceding(None), CurrentRow) => return Ok(Reach::Running),
            (WindowFrameUnits::Rows, ..) => {}
            _ => {
                let instead = "ROWS, or Table.update_by with rolling_…_time for a length of time";
                return Err(unsupported(place, "a frame of RANGE or GROUPS with distances", instead));
            }
        }
        let mut offset = |bound: &WindowFrameBound| match bound {
            CurrentRow => Ok(0),
            Preceding(Some(count)) => Ok(-self.distance(count)?),
            Following(Some(count)) => self.distance(count),
            Preceding(None) | Following(None) => Err(unsupported(
                place,
                "a frame of ROWS that is unbounded on one side, other than UNBOUNDED PRECEDING to CURRENT ROW",
                "turn ORDER BY around for what follows, or take a large number of rows",
            )),
        };
        let (from, to) = (offset(&frame.start_bound)?, offset(end)?);
        match from <= to {
            true => Ok(Reach::Rows { back: 1 - from, ahead: to }),
            false => Err(at(place, "the frame ends before it begins")),
        }
    }

    fn distance(&mut self, count: &ast::Expr) -> Result<i64> {
        let bound = self.bind(count)?;
        rows(&bound).ok_or_else(|| {
            at(start(count), format!("a frame reaches a constant number of rows, 0 to {REACH_MAX}"))
        })
    }
}

/// What is true of each row.
pub(super) fn yes() -> Expr {
    Expr::literal(Arc::new(BooleanArray::from(vec![true])))
}

/// A constant number of rows.
fn rows(expr: &Expr) -> Option<i64> {
    let constant = expr.as_constant().filter(|_| is_integer(&expr.data_type))?;
    let count = Value::One(constant.clone()).longs().ok()?.get(0)?;
    (0..=REACH_MAX).contains(&count).then_some(count)
}
