//! What to compute of each row and its neighbours.

use std::sync::Arc;

use kinetable_engine::Result;
use kinetable_engine::column::RowFunction;

use crate::aggregate::Columns;
use crate::aggregate::spec::pair;

/// One operation over some columns. Columns are given as `"Out = In"` or, to put the result in the column's place,
/// `"In"`; none at all means every column that the operation can be applied to, apart from keys and the columns it
/// reads besides.
#[derive(Debug, Clone)]
pub struct UpdateByOperation {
    pub(super) kind: Kind,
    pub(super) columns: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Cumulative(Cumulative),
    CountWhere(Arc<dyn RowFunction>),
    ForwardFill,
    Delta(DeltaControl),
    Decay(Decay, Scale, OperationControl),
    Rolling(Rolling, Window),
}

/// What is made of all rows up to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cumulative {
    Sum,
    Product,
    Least,
    Greatest,
}

/// What is made of a window.
#[derive(Debug, Clone)]
pub(super) enum Rolling {
    Sum,
    Average,
    Least,
    Greatest,
    Product,
    Count,
    Deviation,
    WeightedAverage(String),
    Group,
    Formula(Arc<dyn RowFunction>),
    CountWhere(Arc<dyn RowFunction>),
}

/// Which statistic decays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decay {
    /// x̄ = a·x̄ + (1−a)·x.
    Average,
    /// s = a·s + x.
    Sum,
    /// m = min(a·m, x).
    Least,
    /// m = max(a·m, x).
    Greatest,
    /// The root of v = a·(v + (1−a)·(x − x̄)²), with x̄ as it was before; NaN of one value.
    Deviation,
}

/// How fast old values decay.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// a = e^(−1/ticks), a row.
    Ticks(f64),
    /// a = e^(−Δt/ns), by the time between rows.
    Time {
        /// The column of timestamps, an instant or a long of nanoseconds.
        column: String,
        /// Nanoseconds.
        ns: i64,
    },
}

/// Which rows of its group a row looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// From the row `back − 1` rows before it to the one `ahead` rows after it; either may be negative.
    Ticks {
        /// Rows before, with the row itself.
        back: i64,
        /// Rows after.
        ahead: i64,
    },
    /// The rows with timestamps from t − `back` to t + `ahead`, both included.
    Time {
        /// The column of timestamps, an instant or a long of nanoseconds.
        column: String,
        /// Nanoseconds before.
        back: i64,
        /// Nanoseconds after.
        ahead: i64,
    },
}

/// What [`UpdateByOperation::delta`] gives where the value before is null or there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeltaControl {
    /// Null.
    #[default]
    NullDominates,
    /// The value.
    ValueDominates,
    /// Zero.
    ZeroDominates,
}

/// What a decaying statistic does with a null or NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BadData {
    /// Begins anew: null there, then the next value is the first.
    Reset,
    /// Passes over it: the result so far is repeated.
    #[default]
    Skip,
    /// Fails.
    Throw,
    /// NaN from there on.
    Poison,
}

/// What a decaying statistic does with nulls and NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OperationControl {
    /// With nulls.
    pub on_null: BadData,
    /// With NaN.
    pub on_nan: BadData,
}

impl UpdateByOperation {
    fn new(kind: Kind, columns: impl Columns) -> UpdateByOperation {
        UpdateByOperation { kind, columns: columns.into_columns() }
    }

    fn cumulative(what: Cumulative, columns: impl Columns) -> UpdateByOperation {
        UpdateByOperation::new(Kind::Cumulative(what), columns)
    }

    fn rolling(what: Rolling, columns: impl Columns, window: Window) -> UpdateByOperation {
        UpdateByOperation::new(Kind::Rolling(what, window), columns)
    }

    /// The sum so far: `long` of integers, char and bool, wrapping; `double` of floats. Nulls repeat it; NaN stays.
    pub fn cum_sum(columns: impl Columns) -> UpdateByOperation {
        UpdateByOperation::cumulative(Cumulative::Sum, columns)
    }

    /// The product so far: `long` of integers, wrapping; `double` of floats. Nulls repeat it; NaN stays.
    pub fn cum_prod(columns: impl Columns) -> UpdateByOperation {
        UpdateByOperation::cumulative(Cumulative::Product, columns)
    }

    /// The least value so far, of the same type; nulls and NaN repeat it.
    pub fn cum_min(columns: impl Columns) -> UpdateByOperation {
        UpdateByOperation::cumulative(Cumulative::Least, columns)
    }

    /// The greatest value so far, of the same type; nulls and NaN repeat it.
    pub fn cum_max(columns: impl Columns) -> UpdateByOperation {
        UpdateByOperation::cumulative(Cumulative::Greatest, columns)
    }

    /// How many rows so far a predicate of type `Boolean` is true for, into a column of this name.
    pub fn cum_count_where(column: impl AsRef<str>, predicate: Arc<dyn RowFunction>) -> UpdateByOperation {
        UpdateByOperation::new(Kind::CountWhere(predicate), [column])
    }

    /// The last value that is not null, of any type.
    pub fn forward_fill(columns: impl Columns) -> UpdateByOperation {
        UpdateByOperation::new(Kind::ForwardFill, columns)
    }

    /// The difference to the row before, of the same type; of instants `long` nanoseconds. Null where the value is.
    pub fn delta(columns: impl Columns, control: DeltaControl) -> UpdateByOperation {
        UpdateByOperation::new(Kind::Delta(control), columns)
    }

    /// A statistic in which old values decay, as `double`.
    pub fn decay(
        what: Decay,
        scale: Scale,
        columns: impl Columns,
        control: OperationControl,
    ) -> UpdateByOperation {
        UpdateByOperation::new(Kind::Decay(what, scale, control), columns)
    }

    /// The sum of a window: `long` of integers, char and bool, wrapping; `double` of floats, the true one rounded once.
    /// Null of no value.
    pub fn rolling_sum(columns: impl Columns, window: Window) -> UpdateByOperation {
        UpdateByOperation::rolling(Rolling::Sum, columns, window)
    }

    /// The mean of a window, as `double`: the true one, rounded once. Null of no value.
    pub fn rolling_avg(columns: impl Columns, window: Window) -> UpdateByOperation {
        UpdateByOperation::rolling(Rolling::Average, columns, window)
    }

    /// The least value of a window, of the same type; NaN if one is in it, null of no value.
    pub fn rolling_min(columns: impl Columns, window: Window) -> UpdateByOperation {
        UpdateByOperation::rolling(Rolling::Least, columns, window)
    }

    /// The greatest value of a window, of the same type; NaN if one is in it, null of no value.
    pub fn rolling_max(columns: impl Columns, window: Window) -> UpdateByOperation {
        UpdateByOperation::rolling(Rolling::Greatest, columns, window)
    }

    /// The product of a window, as `double`, multiplied in an order that the window alone determines. Null of no value.
    pub fn rolling_prod(columns: impl Columns, window: Window) -> UpdateByOperation {
        UpdateByOperation::rolling(Rolling::Product, columns, window)
    }

    /// How many values of a window are not null.
    pub fn rolling_count(columns: impl Columns, window: Window) -> UpdateByOperation {
        UpdateByOperation::rolling(Rolling::Count, columns, window)
    }

    /// The sample standard deviation of a window, as `double`; NaN of one value, null of none.
    pub fn rolling_std(columns: impl Columns, window: Window) -> UpdateByOperation {
        UpdateByOperation::rolling(Rolling::Deviation, columns, window)
    }

    /// Σ w·x / Σ w over the rows of a window where neither is null, as `double`; NaN when the weights add up to zero.
    pub fn rolling_wavg(weight: impl AsRef<str>, columns: impl Columns, window: Window) -> UpdateByOperation {
        UpdateByOperation::rolling(Rolling::WeightedAverage(weight.as_ref().to_owned()), columns, window)
    }

    /// The values of a window as a list, nulls among them.
    pub fn rolling_group(columns: impl Columns, window: Window) -> UpdateByOperation {
        UpdateByOperation::rolling(Rolling::Group, columns, window)
    }

    /// A function of the window, into a column of this name. It is given, for each column it reads, a list array: one
    /// list a row, of the window's values.
    pub fn rolling_formula(
        column: impl AsRef<str>,
        function: Arc<dyn RowFunction>,
        window: Window,
    ) -> UpdateByOperation {
        UpdateByOperation::rolling(Rolling::Formula(function), [column], window)
    }

    /// How many rows of a window a predicate of type `Boolean` is true for, into a column of this name.
    pub fn rolling_count_where(
        column: impl AsRef<str>,
        predicate: Arc<dyn RowFunction>,
        window: Window,
    ) -> UpdateByOperation {
        UpdateByOperation::rolling(Rolling::CountWhere(predicate), [column], window)
    }

    /// What the operation is called in messages.
    pub(super) fn name(&self) -> &'static str {
        match &self.kind {
            Kind::Cumulative(Cumulative::Sum) => "cum_sum",
            Kind::Cumulative(Cumulative::Product) => "cum_prod",
            Kind::Cumulative(Cumulative::Least) => "cum_min",
            Kind::Cumulative(Cumulative::Greatest) => "cum_max",
            Kind::CountWhere(_) => "cum_count_where",
            Kind::ForwardFill => "forward_fill",
            Kind::Delta(_) => "delta",
            Kind::Decay(Decay::Average, ..) => "ema",
            Kind::Decay(Decay::Sum, ..) => "ems",
            Kind::Decay(Decay::Least, ..) => "emmin",
            Kind::Decay(Decay::Greatest, ..) => "emmax",
            Kind::Decay(Decay::Deviation, ..) => "emstd",
            Kind::Rolling(rolling, _) => rolling.name(),
        }
    }

    /// Whether the columns are names of results alone, not of what is read.
    pub(super) fn names_results_only(&self) -> bool {
        matches!(
            self.kind,
            Kind::CountWhere(_) | Kind::Rolling(Rolling::Formula(_) | Rolling::CountWhere(_), _)
        )
    }

    /// The columns it reads besides: timestamps, weights.
    pub(super) fn companions(&self) -> Vec<&str> {
        let mut companions = Vec::new();
        if let Kind::Decay(_, Scale::Time { column, .. }, _) | Kind::Rolling(_, Window::Time { column, .. }) =
            &self.kind
        {
            companions.push(column.as_str());
        }
        if let Kind::Rolling(Rolling::WeightedAverage(weight), _) = &self.kind {
            companions.push(weight);
        }
        companions
    }

    /// Output and input names.
    pub(super) fn pairs(&self) -> Result<Vec<(&str, &str)>> {
        self.columns.iter().map(|column| pair(column)).collect()
    }
}

impl Rolling {
    fn name(&self) -> &'static str {
        match self {
            Rolling::Sum => "rolling_sum",
            Rolling::Average => "rolling_avg",
            Rolling::Least => "rolling_min",
            Rolling::Greatest => "rolling_max",
            Rolling::Product => "rolling_prod",
            Rolling::Count => "rolling_count",
            Rolling::Deviation => "rolling_std",
            Rolling::WeightedAverage(_) => "rolling_wavg",
            Rolling::Group => "rolling_group",
            Rolling::Formula(_) => "rolling_formula",
            Rolling::CountWhere(_) => "rolling_count_where",
        }
    }
}
