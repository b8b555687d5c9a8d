//! What to compute of each group.

use std::sync::Arc;

use arrow_array::ArrayRef;
use kinetable_engine::column::RowFunction;
use kinetable_engine::{Error, Result};

/// One aggregation over some columns. Columns are given as `"Out = In"` or, to keep the name, `"In"`; none at all
/// only for [`super::agg_all_by`], which fills in all but the key columns.
///
/// Null values are left out, and the result of a group that has only nulls is null, unless said otherwise.
#[derive(Debug, Clone)]
pub struct Aggregation {
    pub(super) kind: Kind,
    pub(super) columns: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Sum(Sign),
    Average,
    Extremum(Extremum),
    End(End),
    SortedEnd(End, String),
    Spread(Spread),
    Percentile { share: f64, average: bool },
    Count,
    CountWhere(Arc<dyn RowFunction>),
    CountDistinct { nulls: bool },
    Distinct { nulls: bool },
    Unique { nulls: bool, otherwise: Option<ArrayRef> },
    WeightedAverage(String),
    WeightedSum(String),
    Group,
    Formula(GroupFormula),
}

/// A function of the rows of a group: it reads the columns of the input as lists, and some as single values.
#[derive(Debug, Clone)]
pub(super) struct GroupFormula {
    pub(super) function: Arc<dyn RowFunction>,
    /// The columns of which it reads the value of the first row.
    pub(super) keys: Vec<usize>,
}

/// Whether signs count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Kept,
    Dropped,
}

/// What is made of a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mean {
    Sum,
    Average,
}

/// Which extreme value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extremum {
    Least,
    Greatest,
}

/// Which end row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    First,
    Last,
}

/// Which measure of spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spread {
    Variance,
    Deviation,
}

/// Columns of an aggregation, as `"Out = In"` or `"In"`.
pub trait Columns {
    /// The columns as text.
    fn into_columns(self) -> Vec<String>;
}

impl<I: IntoIterator<Item: AsRef<str>>> Columns for I {
    fn into_columns(self) -> Vec<String> {
        self.into_iter().map(|column| column.as_ref().to_owned()).collect()
    }
}

impl Aggregation {
    fn new(kind: Kind, columns: impl Columns) -> Aggregation {
        Aggregation { kind, columns: columns.into_columns() }
    }

    /// The sum: `long` of integers, char and bool (how many are true), wrapping; the same type of floats and
    /// decimals. A float sum is the true one, rounded once; NaN if a value is.
    pub fn sum(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::Sum(Sign::Kept), columns)
    }

    /// The sum of absolute values, of the types of [`Aggregation::sum`].
    pub fn abs_sum(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::Sum(Sign::Dropped), columns)
    }

    /// The mean, as `double`: the true sum over the count, rounded once.
    pub fn avg(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::Average, columns)
    }

    /// The number of rows, nulls included, into a column of this name.
    pub fn count(column: impl AsRef<str>) -> Aggregation {
        Aggregation::new(Kind::Count, [column])
    }

    /// The number of rows for which a predicate of type `Boolean` is true, into a column of this name.
    pub fn count_where(column: impl AsRef<str>, predicate: Arc<dyn RowFunction>) -> Aggregation {
        Aggregation::new(Kind::CountWhere(predicate), [column])
    }

    /// The number of distinct values; nulls do not count.
    pub fn count_distinct(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::CountDistinct { nulls: false }, columns)
    }

    /// The number of distinct values; null counts as one.
    pub fn count_distinct_and_null(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::CountDistinct { nulls: true }, columns)
    }

    /// The distinct values that are not null as a list, in the order of their first rows.
    pub fn distinct(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::Distinct { nulls: false }, columns)
    }

    /// The distinct values, null among them, as a list, in the order of their first rows.
    pub fn distinct_and_null(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::Distinct { nulls: true }, columns)
    }

    /// The one value that is not null if there is only one; null if there is none. If there are more: the one value
    /// of the array `otherwise`, or null.
    pub fn unique(columns: impl Columns, otherwise: Option<ArrayRef>) -> Aggregation {
        let kind = Kind::Unique { nulls: false, otherwise };
        Aggregation::new(kind, columns)
    }

    /// As [`Aggregation::unique`], but null is a value like others.
    pub fn unique_or_null(columns: impl Columns, otherwise: Option<ArrayRef>) -> Aggregation {
        let kind = Kind::Unique { nulls: true, otherwise };
        Aggregation::new(kind, columns)
    }

    /// The value of the first row, null or not.
    pub fn first(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::End(End::First), columns)
    }

    /// The value of the last row, null or not.
    pub fn last(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::End(End::Last), columns)
    }

    /// The value of the row with the least `order_by`, null least of all; of equal ones, the first.
    pub fn sorted_first(order_by: impl AsRef<str>, columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::SortedEnd(End::First, order_by.as_ref().to_owned()), columns)
    }

    /// The value of the row with the greatest `order_by`, NaN greatest of all; of equal ones, the last.
    pub fn sorted_last(order_by: impl AsRef<str>, columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::SortedEnd(End::Last, order_by.as_ref().to_owned()), columns)
    }

    /// The least value of any type with an order; NaN if a value is.
    pub fn min(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::Extremum(Extremum::Least), columns)
    }

    /// The greatest value of any type with an order; NaN if a value is.
    pub fn max(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::Extremum(Extremum::Greatest), columns)
    }

    /// The median; of two middle values their mean: `double` of `int` and `long`, else of the same type. Types
    /// without arithmetic give the upper of the two.
    pub fn median(columns: impl Columns) -> Aggregation {
        let kind = Kind::Percentile { share: 0.5, average: true };
        Aggregation::new(kind, columns)
    }

    /// The value that a share of the values, from 0 to 1, lies below: the one at (n−1)·share, rounded half up, in
    /// ascending order.
    pub fn percentile(share: f64, columns: impl Columns) -> Aggregation {
        let kind = Kind::Percentile { share, average: false };
        Aggregation::new(kind, columns)
    }

    /// As [`Aggregation::percentile`], but where (n−1)·share lies in the middle of two values, their mean, of the
    /// types of [`Aggregation::median`].
    pub fn percentile_averaged(share: f64, columns: impl Columns) -> Aggregation {
        let kind = Kind::Percentile { share, average: true };
        Aggregation::new(kind, columns)
    }

    /// The sample standard deviation, as `double`; NaN of one value.
    pub fn std(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::Spread(Spread::Deviation), columns)
    }

    /// The sample variance, as `double`: the true one, rounded once; NaN of one value.
    pub fn var(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::Spread(Spread::Variance), columns)
    }

    /// Σ w·x / Σ w over rows where neither is null, as `double`.
    pub fn weighted_avg(weight: impl AsRef<str>, columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::WeightedAverage(weight.as_ref().to_owned()), columns)
    }

    /// Σ w·x over rows where neither is null: `long` when both are integers, else `double`.
    pub fn weighted_sum(weight: impl AsRef<str>, columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::WeightedSum(weight.as_ref().to_owned()), columns)
    }

    /// All values as a list, in the order of the rows.
    pub fn group(columns: impl Columns) -> Aggregation {
        Aggregation::new(Kind::Group, columns)
    }

    /// What a function makes of the rows of a group, into a column of this name. It is called with an entry a group,
    /// and reads `keys` as values (those of the first row; of a group without rows null), and all other columns as
    /// lists of the values of the rows.
    pub fn formula(
        column: impl AsRef<str>,
        function: Arc<dyn RowFunction>,
        keys: impl IntoIterator<Item = usize>,
    ) -> Aggregation {
        let keys = keys.into_iter().collect();
        Aggregation::new(Kind::Formula(GroupFormula { function, keys }), [column])
    }

    /// The names of its results, in order.
    ///
    /// # Errors
    /// If a column is not given as `"Out = In"` or `"In"`.
    pub fn outputs(&self) -> Result<Vec<&str>> {
        Ok(self.pairs()?.into_iter().map(|(output, _)| output).collect())
    }

    /// What the aggregation is called in messages.
    pub(super) fn name(&self) -> &'static str {
        match &self.kind {
            Kind::Sum(Sign::Kept) => "sum",
            Kind::Sum(Sign::Dropped) => "abs_sum",
            Kind::Average => "avg",
            Kind::Extremum(Extremum::Least) => "min",
            Kind::Extremum(Extremum::Greatest) => "max",
            Kind::End(End::First) => "first",
            Kind::End(End::Last) => "last",
            Kind::SortedEnd(End::First, _) => "sorted_first",
            Kind::SortedEnd(End::Last, _) => "sorted_last",
            Kind::Spread(Spread::Deviation) => "std",
            Kind::Spread(Spread::Variance) => "var",
            Kind::Percentile { .. } => "percentile",
            Kind::Count => "count",
            Kind::CountWhere(_) => "count_where",
            Kind::CountDistinct { .. } => "count_distinct",
            Kind::Distinct { .. } => "distinct",
            Kind::Unique { .. } => "unique",
            Kind::WeightedAverage(_) => "weighted_avg",
            Kind::WeightedSum(_) => "weighted_sum",
            Kind::Group => "group",
            Kind::Formula(_) => "formula",
        }
    }

    /// Whether it is over given columns, so that it can be over all.
    pub(super) fn is_over_columns(&self) -> bool {
        !matches!(self.kind, Kind::Count | Kind::CountWhere(_) | Kind::Formula(_))
    }

    /// The other column it reads, if any.
    pub(super) fn companion(&self) -> Option<&str> {
        match &self.kind {
            Kind::WeightedAverage(name) | Kind::WeightedSum(name) | Kind::SortedEnd(_, name) => Some(name),
            _ => None,
        }
    }

    /// Output and input names.
    pub(super) fn pairs(&self) -> Result<Vec<(&str, &str)>> {
        self.columns.iter().map(|column| pair(column)).collect()
    }
}

/// Output and input of `"Out = In"` or `"In"`.
pub(crate) fn pair(text: &str) -> Result<(&str, &str)> {
    let (output, input) = text.split_once('=').unwrap_or((text, text));
    let (output, input) = (output.trim(), input.trim());
    let is_name = |name: &str| {
        let mut letters = name.chars();
        let starts =
            letters.next().is_some_and(|first| first.is_alphabetic() || first == '_' || first == '$');
        starts && letters.all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$')
    };
    if is_name(output) && is_name(input) {
        return Ok((output, input));
    }
    Err(Error::invalid(format!("\"{text}\" does not name the column of an aggregation"))
        .with_hint("write \"In\", or \"Out = In\" to give the result another name; compute with view first"))
}
