//! From aggregations to the state that computes them: names resolved, types checked, state shared.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field};
use kinetable_engine::column::RowFunction;
use kinetable_engine::{ColumnSet, Definition, Error, Properties, Result};

use super::accumulator::Accumulator;
use super::distinct::Choice;
use super::draft::{Draft, sum_type};
use super::members::Reading;
use super::numbers::is_number;
use super::ordered::Rank;
use super::ordinal::{Family, mean_type};
use super::spec::{Aggregation, End, GroupFormula, Kind, Mean, Sign};
use super::type_name::type_name;
use super::weighted::Weighing;
use crate::support::blink::unsupported;

/// An accumulator in its place: what it reads and which results it gives.
pub(super) struct Unit {
    pub(super) accumulator: Box<dyn Accumulator>,
    /// What it reads of each row that comes or goes.
    pub(super) inputs: Vec<Source>,
    /// The columns whose change changes what it has read.
    pub(super) reads: ColumnSet,
    /// The columns it reads for its results alone.
    pub(super) looks: ColumnSet,
    /// Whether it keeps row keys, so that shifts concern it.
    pub(super) keeps_keys: bool,
    /// The indices of its results among the aggregated columns.
    pub(super) outputs: Vec<usize>,
}

impl Unit {
    /// The same with an empty state, for a part of the rows; none if its states cannot be put together.
    pub(super) fn fork(&self) -> Option<Unit> {
        Some(Unit {
            accumulator: self.accumulator.fork()?,
            inputs: self.inputs.clone(),
            reads: self.reads.clone(),
            looks: self.looks.clone(),
            keeps_keys: self.keeps_keys,
            outputs: self.outputs.clone(),
        })
    }
}

/// Where values of a unit come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Column(usize),
    Function(Arc<dyn RowFunction>),
}

/// What the rows of the input do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// They are all there.
    Still,
    /// They come at the end and stay.
    Append,
    /// They come anywhere and stay.
    Add,
    /// They come and are counted for good, though they go.
    Blink,
    /// They come, go, change and move.
    Any,
}

impl Flow {
    /// What the rows of a table do, from its properties.
    pub(super) fn of(properties: Properties, live: bool) -> Flow {
        match properties {
            _ if !live => Flow::Still,
            Properties { blink: true, .. } => Flow::Blink,
            Properties { append_only: true, .. } => Flow::Append,
            Properties { add_only: true, .. } => Flow::Add,
            _ => Flow::Any,
        }
    }

    /// Whether rows that came never leave the result.
    pub(super) fn only_grows(self) -> bool {
        self != Flow::Any
    }
}

/// The units of aggregations and the fields of their results.
pub(super) fn plan(
    definition: &Definition,
    aggregations: &[Aggregation],
    flow: Flow,
) -> Result<(Vec<Unit>, Vec<Field>)> {
    let mut drafts: Vec<(Draft, Vec<usize>)> = Vec::new();
    let mut fields = Vec::new();
    for aggregation in aggregations {
        let pairs = aggregation.pairs()?;
        if pairs.is_empty() {
            let message = format!("aggregation {} names no columns", aggregation.name());
            return Err(Error::invalid(message).with_hint("name some, e.g. \"Out = In\""));
        }
        for (output, input) in pairs {
            let planner = Planner { definition, flow, aggregation, input };
            let (draft, data_type) = planner.draft()?;
            put(&mut drafts, draft, fields.len());
            fields.push(Field::new(output, data_type, true));
        }
    }
    let units = drafts.into_iter().map(|(draft, outputs)| draft.build(&definition.schema, flow, outputs));
    Ok((units.collect::<Result<_>>()?, fields))
}

/// Gives an output to a draft that can take it, or to a new one.
fn put(drafts: &mut Vec<(Draft, Vec<usize>)>, draft: Draft, output: usize) {
    let mut homeless = draft;
    for (other, outputs) in drafts.iter_mut() {
        match other.join(homeless) {
            None => return outputs.push(output),
            Some(back) => homeless = back,
        }
    }
    drafts.push((homeless, vec![output]));
}

/// One aggregation of one column.
struct Planner<'a> {
    definition: &'a Definition,
    flow: Flow,
    aggregation: &'a Aggregation,
    input: &'a str,
}

impl Planner<'_> {
    fn draft(&self) -> Result<(Draft, DataType)> {
        match &self.aggregation.kind {
            Kind::Count => Ok((Draft::Rows, DataType::Int64)),
            Kind::CountWhere(predicate) => self.count_where(predicate),
            Kind::Sum(sign) => self.sum(*sign, Mean::Sum),
            Kind::Average => self.sum(Sign::Kept, Mean::Average),
            Kind::Extremum(which) => {
                let (column, data_type) = self.ordered()?;
                let draft = match self.flow.only_grows() {
                    true => Draft::Extremes { column, outputs: vec![*which] },
                    false => Draft::Ordered { column, outputs: vec![Rank::Extreme(*which)] },
                };
                Ok((draft, data_type))
            }
            Kind::End(end) => {
                let (column, data_type) = self.column(self.input)?;
                let draft = match self.flow.only_grows() {
                    true => Draft::Ends { end: *end, columns: vec![column] },
                    false => Draft::Members { outputs: vec![(Reading::End(*end), column)] },
                };
                Ok((draft, data_type))
            }
            Kind::Percentile { share, average } => self.percentile(*share, *average),
            Kind::SortedEnd(end, order) => self.sorted_end(*end, order),
            Kind::Spread(spread) => {
                let (column, _) = self.number(self.input)?;
                let outputs = vec![*spread];
                Ok((Draft::Moments { column, outputs }, DataType::Float64))
            }
            Kind::CountDistinct { nulls } => {
                let (column, _) = self.column(self.input)?;
                let outputs = vec![Choice::Count { nulls: *nulls }];
                Ok((Draft::Distinct { column, outputs }, DataType::Int64))
            }
            Kind::Unique { nulls, otherwise } => self.unique(*nulls, otherwise.as_ref()),
            Kind::Distinct { nulls } => self.distinct(*nulls),
            Kind::WeightedSum(weight) => self.weighted(weight, false),
            Kind::WeightedAverage(weight) => self.weighted(weight, true),
            Kind::Group => self.group(),
            Kind::Formula(formula) => self.formula(formula),
        }
    }

    fn column(&self, name: &str) -> Result<(usize, DataType)> {
        let column = self.definition.column_index(name)?;
        let data_type = self.definition.schema.field(column).data_type();
        Ok((column, data_type.clone()))
    }

    fn count_where(&self, predicate: &Arc<dyn RowFunction>) -> Result<(Draft, DataType)> {
        if *predicate.data_type() != DataType::Boolean {
            let message =
                format!("the filter of count_where is {}, not bool", type_name(predicate.data_type()));
            return Err(Error::invalid(message).with_hint("compare it, e.g. price > 0"));
        }
        if !predicate.inputs().iter().all(|input| input.is_local()) {
            let message = "count_where got a filter that reads positions, keys or other rows";
            return Err(
                Error::invalid(message).with_hint("compute that column with update first, then filter on it")
            );
        }
        Ok((Draft::Where(predicate.clone()), DataType::Int64))
    }

    fn sum(&self, sign: Sign, output: Mean) -> Result<(Draft, DataType)> {
        let (column, data_type) = self.column(self.input)?;
        let outputs = vec![output];
        let result = match output {
            Mean::Sum => sum_type(&data_type),
            Mean::Average => DataType::Float64,
        };
        let draft = match &data_type {
            DataType::Float32 | DataType::Float64 => Draft::Floats { sign, column, outputs },
            DataType::Boolean if output == Mean::Average => return Err(self.unsupported(&data_type)),
            DataType::Boolean | DataType::Decimal128(..) => Draft::Integers { sign, column, outputs },
            other if other.is_integer() => Draft::Integers { sign, column, outputs },
            other => return Err(self.unsupported(other)),
        };
        Ok((draft, result))
    }

    fn percentile(&self, share: f64, average: bool) -> Result<(Draft, DataType)> {
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::invalid(format!("percentile {share} is not between 0 and 1"))
                .with_hint("the median is 0.5"));
        }
        let (column, data_type) = self.ordered()?;
        let outputs = vec![Rank::Percentile { share, average }];
        let result = match average {
            true => mean_type(&data_type),
            false => data_type,
        };
        Ok((Draft::Ordered { column, outputs }, result))
    }

    fn sorted_end(&self, end: End, order_name: &str) -> Result<(Draft, DataType)> {
        let (column, data_type) = self.column(self.input)?;
        let (order, order_type) = self.column(order_name)?;
        if Family::of(&order_type).is_none() {
            return Err(self.unsupported_in(order_name, &order_type));
        }
        let draft = match self.flow.only_grows() {
            true => Draft::SortedEnds { end, order, columns: vec![column] },
            false => Draft::SortedMembers { order, outputs: vec![(end, column)] },
        };
        Ok((draft, data_type))
    }

    fn unique(&self, nulls: bool, otherwise: Option<&ArrayRef>) -> Result<(Draft, DataType)> {
        let (column, data_type) = self.column(self.input)?;
        let otherwise = otherwise.map(|value| self.sentinel(value, &data_type)).transpose()?;
        let outputs = vec![Choice::Only { nulls, otherwise }];
        Ok((Draft::Distinct { column, outputs }, data_type))
    }

    /// The value for groups with more than one, as one of the column's type.
    fn sentinel(&self, value: &ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
        let input = self.input;
        let unfit = || {
            let (wanted, found) = (type_name(data_type), type_name(value.data_type()));
            Error::invalid(format!(
                "column \"{input}\" is {wanted}, but the value for groups with more than one is {found}"
            ))
            .with_hint(format!("give one value that fits {wanted}"))
        };
        if value.len() != 1 {
            return Err(unfit());
        }
        if !are_alike(value.data_type(), data_type) {
            return Err(unfit());
        }
        let cast = arrow_cast::cast(value, data_type).map_err(|_| unfit())?;
        let back = arrow_cast::cast(&cast, value.data_type()).map_err(|_| unfit())?;
        let is_rounded = value.data_type().is_floating() && data_type.is_floating();
        let fits = cast.is_null(0) == value.is_null(0) && (is_rounded || back.to_data() == value.to_data());
        if fits { Ok(cast) } else { Err(unfit()) }
    }

    fn distinct(&self, nulls: bool) -> Result<(Draft, DataType)> {
        let (column, data_type) = self.column(self.input)?;
        let draft = match self.flow {
            Flow::Still | Flow::Append | Flow::Blink => {
                Draft::Distinct { column, outputs: vec![Choice::List { nulls }] }
            }
            Flow::Add | Flow::Any => Draft::Members { outputs: vec![(Reading::Distinct { nulls }, column)] },
        };
        Ok((draft, list_of(data_type)))
    }

    fn group(&self) -> Result<(Draft, DataType)> {
        let (column, data_type) = self.column(self.input)?;
        if self.flow == Flow::Blink {
            return Err(unsupported("group"));
        }
        let draft = Draft::Members { outputs: vec![(Reading::List, column)] };
        Ok((draft, list_of(data_type)))
    }

    fn formula(&self, formula: &GroupFormula) -> Result<(Draft, DataType)> {
        if self.flow == Flow::Blink {
            return Err(unsupported("formula"));
        }
        if !formula.function.inputs().iter().all(|input| input.is_local()) {
            let message = "a formula over the rows of a group reads positions, keys or other rows";
            return Err(
                Error::invalid(message).with_hint("compute that column with update first, then use it here")
            );
        }
        let data_type = formula.function.data_type().clone();
        Ok((Draft::Formulas { formulas: vec![formula.clone()] }, data_type))
    }

    fn weighted(&self, weight: &str, average: bool) -> Result<(Draft, DataType)> {
        let (column, data_type) = self.number(self.input)?;
        let (weight, weight_type) = self.number(weight)?;
        let integral = data_type.is_integer() && weight_type.is_integer();
        let (weighing, result) = match (average, integral) {
            (true, _) => (Weighing::Average, DataType::Float64),
            (false, true) => (Weighing::LongSum, DataType::Int64),
            (false, false) => (Weighing::Sum, DataType::Float64),
        };
        let outputs = vec![weighing];
        Ok((Draft::Weighted { weight, column, outputs }, result))
    }

    fn number(&self, name: &str) -> Result<(usize, DataType)> {
        let (column, data_type) = self.column(name)?;
        match is_number(&data_type) {
            true => Ok((column, data_type)),
            false => Err(self.unsupported_in(name, &data_type)),
        }
    }

    fn ordered(&self) -> Result<(usize, DataType)> {
        let (column, data_type) = self.column(self.input)?;
        match Family::of(&data_type) {
            Some(_) => Ok((column, data_type)),
            None => Err(self.unsupported(&data_type)),
        }
    }

    fn unsupported(&self, data_type: &DataType) -> Error {
        self.unsupported_in(self.input, data_type)
    }

    fn unsupported_in(&self, column: &str, data_type: &DataType) -> Error {
        let (name, found) = (self.aggregation.name(), type_name(data_type));
        let message = format!("column \"{column}\" is {found}, a type that {name} does not support");
        let needs = match self.aggregation.kind {
            Kind::Extremum(_) | Kind::Percentile { .. } | Kind::SortedEnd(..) => "a type with an order",
            _ => "numbers",
        };
        Error::invalid(message)
            .with_hint(format!("{name} needs {needs}: leave the column out, or convert it with view first"))
    }
}

/// Whether a value of one type can be meant as one of the other: numbers are alike, and texts.
fn are_alike(a: &DataType, b: &DataType) -> bool {
    let is_text = |t: &DataType| matches!(t, DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8);
    let number = |t: &DataType| is_number(t) && *t != DataType::UInt16;
    a == b || *a == DataType::Null || number(a) && number(b) || is_text(a) && is_text(b)
}

fn list_of(data_type: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(data_type, true)))
}
