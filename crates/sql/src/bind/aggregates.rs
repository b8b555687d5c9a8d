//! Aggregates: what they are made of, in terms of what the engine keeps of a group.
//!
//! `COUNT(x)` counts rows where a condition holds; `FILTER` makes null of what it leaves out, which no aggregate sees;
//! `VAR_POP` is made of `VAR_SAMP` and a count; NaN is the greatest number, also for `MIN`.

use std::sync::Arc;

use arrow_array::{Float64Array, Int64Array, new_empty_array};
use arrow_schema::DataType;
use kinetable::{Aggregation, Result};
use kinetable_operators::aggregate::{GroupOptions, agg_by};
use kinetable_operators::shape::new_table;
use sqlparser::ast::{
    self, BinaryOperator, DuplicateTreatment, FunctionArg, FunctionArgExpr, FunctionArguments,
};
use sqlparser::tokenizer::Location;

use super::{Binder, placed};
use crate::expr::{ColumnId, Expr, Failing, Kind as ExprKind};
use crate::functions::operator::{self, Compare, comparison};
use crate::functions::{self, arithmetic, coalesce};
use crate::place::{at, unsupported};
use crate::types::{self, TEXT, is_integer, is_number, is_text};

/// Names of aggregates.
const NAMES: [&str; 27] = [
    "COUNT",
    "SUM",
    "AVG",
    "MEAN",
    "MIN",
    "MAX",
    "STDDEV",
    "STDDEV_SAMP",
    "STDDEV_POP",
    "VARIANCE",
    "VAR_SAMP",
    "VAR_POP",
    "MEDIAN",
    "FIRST",
    "LAST",
    "FIRST_VALUE",
    "LAST_VALUE",
    "ANY_VALUE",
    "BOOL_AND",
    "EVERY",
    "BOOL_OR",
    "ARRAY_AGG",
    "STRING_AGG",
    "LISTAGG",
    "GROUP_CONCAT",
    "COUNT_IF",
    "COUNTIF",
];

/// Something that the engine keeps of a group.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Aggregate {
    /// The column of its results.
    pub(crate) id: ColumnId,
    pub(crate) kind: Kind,
    /// What it is over; nothing for a count of rows.
    pub(crate) argument: Option<Expr>,
    pub(crate) data_type: DataType,
}

/// What is kept of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rows,
    /// Rows for which the argument is true.
    Where,
    Distinct,
    Sum,
    Average,
    Least,
    Greatest,
    Deviation,
    Variance,
    Median,
    First,
    Last,
    List,
}

impl Kind {
    /// As the engine does it: from one column into another.
    pub(crate) fn aggregation(self, output: &str, input: &str) -> Option<Aggregation> {
        let pair = [format!("{output} = {input}")];
        Some(match self {
            Kind::Rows => Aggregation::count(output),
            Kind::Where => return None,
            Kind::Distinct => Aggregation::count_distinct(pair),
            Kind::Sum => Aggregation::sum(pair),
            Kind::Average => Aggregation::avg(pair),
            Kind::Least => Aggregation::min(pair),
            Kind::Greatest => Aggregation::max(pair),
            Kind::Deviation => Aggregation::std(pair),
            Kind::Variance => Aggregation::var(pair),
            Kind::Median => Aggregation::median(pair),
            Kind::First => Aggregation::first(pair),
            Kind::Last => Aggregation::last(pair),
            Kind::List => Aggregation::group(pair),
        })
    }

    /// The type of its results.
    fn result(self, argument: &DataType) -> Result<DataType> {
        let Some(aggregation) = self.aggregation("y", "x") else {
            return Ok(DataType::Int64);
        };
        let table = new_table(vec![("x".to_owned(), new_empty_array(argument))])?;
        let result = agg_by(&table, &[aggregation], &[], &GroupOptions::default())?;
        Ok(result.schema().field(0).data_type().clone())
    }
}

/// Whether it is the name of an aggregate.
pub(super) fn is_aggregate(name: &str) -> bool {
    NAMES.iter().any(|other| other.eq_ignore_ascii_case(name))
}

impl Binder<'_> {
    pub(super) fn aggregate(&mut self, name: &str, place: Location, call: &ast::Function) -> Result<Expr> {
        let name = &name.to_ascii_uppercase();
        // While its arguments are bound, aggregates and windows have no place.
        let windows = self.windows.take();
        let Some(gathered) = self.aggregates.take() else {
            self.windows = windows;
            return Err(at(place, format!("the aggregate {name} has no place in {}", self.clause))
                .with_hint("aggregates are in SELECT, HAVING and ORDER BY, and not in one another"));
        };
        let clause = std::mem::replace(&mut self.clause, "the argument of an aggregate");
        let bound = self.aggregate_arguments(name, place, call);
        (self.aggregates, self.windows, self.clause) = (Some(gathered), windows, clause);
        let (arguments, distinct, filter) = bound?;
        self.aggregated(name, place, arguments, distinct, filter)
    }

    /// Arguments, whether of distinct values, and the condition of `FILTER`.
    fn aggregate_arguments(
        &mut self,
        name: &str,
        place: Location,
        call: &ast::Function,
    ) -> Result<(Vec<Expr>, bool, Option<Expr>)> {
        let filter = call.filter.as_deref().map(|filter| self.condition(filter)).transpose()?;
        let list = match &call.args {
            FunctionArguments::List(list) => list,
            _ => return Err(at(place, format!("{name} needs an argument")).with_hint("COUNT(*), SUM(x)")),
        };
        if !list.clauses.is_empty() {
            return Err(unsupported(
                place,
                format!("{name} with ORDER BY or LIMIT"),
                "sort in a subquery in FROM",
            ));
        }
        let distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
        let mut arguments = Vec::new();
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if name == "COUNT" => {}
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => arguments.push(self.bind(expr)?),
                _ => return Err(unsupported(place, format!("this argument of {name}"), "an expression")),
            }
        }
        Ok((arguments, distinct, filter))
    }

    fn aggregated(
        &mut self,
        name: &str,
        place: Location,
        mut arguments: Vec<Expr>,
        distinct: bool,
        filter: Option<Expr>,
    ) -> Result<Expr> {
        let most = if matches!(name, "STRING_AGG" | "LISTAGG" | "GROUP_CONCAT") { 2 } else { 1 };
        if arguments.len() > most || (arguments.is_empty() && name != "COUNT") {
            return Err(at(place, format!("{name} takes {most} arguments, not {}", arguments.len()))
                .with_hint(
                    "of several columns together: SELECT DISTINCT in a subquery, and COUNT(*) of it",
                ));
        }
        let separator = if arguments.len() == 2 { arguments.pop() } else { None };
        let Some(argument) = arguments.pop() else {
            return match filter {
                None => self.gather(Kind::Rows, None, place),
                Some(filter) => self.gather(Kind::Where, Some(filter), place),
            };
        };
        let argument = match argument.data_type {
            DataType::Null => Expr::null(&DataType::Int32),
            _ => argument,
        };
        if distinct
            && !matches!(name, "COUNT" | "MIN" | "MAX" | "BOOL_AND" | "BOOL_OR" | "EVERY" | "ANY_VALUE")
        {
            return Err(unsupported(
                place,
                format!("{name}(DISTINCT …)"),
                "SELECT DISTINCT in a subquery in FROM",
            ));
        }
        if filter.is_some() && matches!(name, "FIRST" | "LAST" | "FIRST_VALUE" | "LAST_VALUE" | "ARRAY_AGG") {
            return Err(unsupported(place, format!("{name} with FILTER"), "WHERE in a subquery in FROM"));
        }
        let argument = match filter {
            None => argument,
            Some(filter) => {
                let none = Expr::null(&argument.data_type);
                Expr::case(filter, argument, none)
            }
        };
        self.composed(name, place, argument, distinct, separator)
    }

    /// What a name means in terms of what is kept.
    fn composed(
        &mut self,
        name: &str,
        place: Location,
        argument: Expr,
        distinct: bool,
        separator: Option<Expr>,
    ) -> Result<Expr> {
        let mut kept = |kind: Kind, argument: Expr| self.gather(kind, Some(argument), place);
        match name {
            // The engine has null for a count of no values.
            "COUNT" if distinct => {
                let count = kept(Kind::Distinct, argument)?;
                coalesce(vec![count, long(0)]).map_err(placed(place))
            }
            "COUNT" => kept(Kind::Where, operator::is_not_null(argument)),
            "COUNT_IF" | "COUNTIF" => kept(Kind::Where, operator::truth(argument).map_err(placed(place))?),
            "SUM" | "AVG" | "MEAN" => {
                let argument = number(name, argument).map_err(placed(place))?;
                if name == "SUM" && argument.data_type == DataType::Int64 {
                    // Summed with digits to spare, so that a sum which is no BIGINT is an error.
                    let wide = argument.cast(&DataType::Decimal128(19, 0), Failing::Error);
                    let sum = kept(Kind::Sum, wide.map_err(placed(place))?)?;
                    return sum.cast(&DataType::Int64, Failing::Error).map_err(placed(place));
                }
                kept(if name == "SUM" { Kind::Sum } else { Kind::Average }, argument)
            }
            "MIN" if argument.data_type.is_floating() => {
                let nan = Expr::literal(Arc::new(Float64Array::from(vec![f64::NAN])));
                let nullif = functions::find("NULLIF").map(|function| function.build);
                let real =
                    nullif.map_or_else(|| Ok(argument.clone()), |build| build(vec![argument.clone(), nan]));
                let least = kept(Kind::Least, real.map_err(placed(place))?)?;
                let greatest = kept(Kind::Greatest, argument)?;
                coalesce(vec![least, greatest]).map_err(placed(place))
            }
            "MIN" => kept(Kind::Least, argument),
            "MAX" => kept(Kind::Greatest, argument),
            // Any value will do, so it is one that a table which changes has a name for.
            "ANY_VALUE" if matches!(argument.data_type, DataType::List(_) | DataType::Struct(_)) => {
                kept(Kind::First, argument)
            }
            "ANY_VALUE" => kept(Kind::Least, argument),
            "FIRST" | "FIRST_VALUE" => kept(Kind::First, argument),
            "LAST" | "LAST_VALUE" => kept(Kind::Last, argument),
            "ARRAY_AGG" => kept(Kind::List, argument),
            "MEDIAN" => {
                let argument = number(name, argument).map_err(placed(place))?;
                kept(Kind::Median, argument.cast(&DataType::Float64, Failing::Error).map_err(placed(place))?)
            }
            "BOOL_AND" | "EVERY" | "BOOL_OR" => self.truths(name, place, argument),
            "STRING_AGG" | "LISTAGG" | "GROUP_CONCAT" => {
                if !is_text(&argument.data_type) {
                    return Err(at(place, format!("{name} is of texts: CAST its argument")));
                }
                let list = kept(Kind::List, argument.cast(&TEXT, Failing::Error).map_err(placed(place))?)?;
                let comma = || Expr::literal(Arc::new(arrow_array::StringViewArray::from(vec![","])));
                let separator = separator.unwrap_or_else(comma);
                Ok(functions::joined(list, separator))
            }
            _ => {
                let argument = number(name, argument).map_err(placed(place))?;
                self.spread(name, place, argument)
            }
        }
    }

    /// Whether all truths are true, or any.
    fn truths(&mut self, name: &str, place: Location, argument: Expr) -> Result<Expr> {
        let truth = operator::truth(argument).map_err(placed(place))?;
        let some = self.gather(Kind::Where, Some(operator::is_not_null(truth.clone())), place)?;
        let counted = match name {
            "BOOL_OR" => truth,
            _ => operator::not(truth).map_err(placed(place))?,
        };
        let counted = self.gather(Kind::Where, Some(counted), place)?;
        let how = if name == "BOOL_OR" { Compare::Gt } else { Compare::Eq };
        let answer = comparison(how, counted, long(0)).map_err(placed(place))?;
        unless(some, 0, answer).map_err(placed(place))
    }

    /// Variances and standard deviations.
    fn spread(&mut self, name: &str, place: Location, argument: Expr) -> Result<Expr> {
        let values = self.gather(Kind::Where, Some(operator::is_not_null(argument.clone())), place)?;
        let deviates = name.starts_with("STDDEV");
        if !name.ends_with("_POP") {
            let kind = if deviates { Kind::Deviation } else { Kind::Variance };
            let spread = self.gather(kind, Some(argument), place)?;
            return unless(values, 1, spread).map_err(placed(place));
        }
        let variance = self.gather(Kind::Variance, Some(argument), place)?;
        let made = || {
            let one = Expr::literal(Arc::new(Int64Array::from(vec![1])));
            let less = arithmetic(&BinaryOperator::Minus, values.clone(), one.clone())?;
            let scaled = arithmetic(&BinaryOperator::Multiply, variance, less)?;
            let whole = arithmetic(&BinaryOperator::Divide, scaled, values.clone())?;
            let is_one = comparison(Compare::Eq, values.clone(), one)?;
            let nought = Expr::literal(Arc::new(Float64Array::from(vec![0.0])));
            let variance = Expr::case(is_one, nought, whole);
            let spread = match functions::find("SQRT") {
                Some(sqrt) if deviates => (sqrt.build)(vec![variance])?,
                _ => variance,
            };
            unless(values, 0, spread)
        };
        made().map_err(placed(place))
    }

    /// The column of something that is kept, once for all who ask for it.
    fn gather(&mut self, kind: Kind, argument: Option<Expr>, place: Location) -> Result<Expr> {
        let fresh = self.context.fresh();
        let Some(gathered) = self.aggregates.as_mut() else {
            return Err(at(place, "an aggregate has no place here"));
        };
        let same = |other: &&Aggregate| other.kind == kind && other.argument == argument;
        if let Some(found) = gathered.iter().find(same) {
            return Ok(Expr::column(found.id, &found.data_type));
        }
        let input = argument.as_ref().map_or(DataType::Int32, |argument| argument.data_type.clone());
        let data_type = kind.result(&input).map_err(|error| at(place, error))?;
        gathered.push(Aggregate { id: fresh, kind, argument, data_type: data_type.clone() });
        Ok(Expr::column(fresh, &data_type))
    }
}

/// The argument, which is a number.
pub(super) fn number(name: &str, argument: Expr) -> std::result::Result<Expr, String> {
    match &argument.data_type {
        t if is_number(t) => Ok(argument),
        other => Err(format!("{name} is of numbers, but this is a {}", types::name(other))),
    }
}

/// A constant.
pub(super) fn long(value: i64) -> Expr {
    Expr::literal(Arc::new(Int64Array::from(vec![value])))
}

/// Null of at most so many values, else an answer.
pub(super) fn unless(values: Expr, most: i64, answer: Expr) -> std::result::Result<Expr, String> {
    debug_assert!(is_integer(&values.data_type) && matches!(values.kind, ExprKind::Column(_)));
    let enough = comparison(Compare::Gt, values, long(most))?;
    let none = Expr::null(&answer.data_type);
    Ok(Expr::case(enough, answer, none))
}
