//! Which state an aggregation needs, and what it has in common with others.

use std::sync::Arc;

use arrow_schema::{DataType, SchemaRef};
use kinetable_engine::Result;
use kinetable_engine::column::RowFunction;

use super::accumulator::Accumulator;
use super::count::{CountWhere, RowCount};
use super::distinct::{Choice, Distinct};
use super::ends::Ends;
use super::extreme::Extremes;
use super::formula::Formulas;
use super::members::{Members, Reading};
use super::moments::Moments;
use super::ordered::{Ordered, Rank};
use super::ordinal::{Bytes, Family, Ordinal, Wide, Word};
use super::plan::{Flow, Source, Unit};
use super::ranks::Ranks;
use super::sorted_ends::{SortedEnds, SortedMembers};
use super::spec::{End, Extremum, GroupFormula, Mean, Sign, Spread};
use super::sum_float::FloatSums;
use super::sum_integer::IntegerSums;
use super::weighted::{Weighing, Weighted};

/// A state to be made, with its outputs. Columns are indices of the input.
#[derive(Debug)]
pub(super) enum Draft {
    Rows,
    Where(Arc<dyn RowFunction>),
    Integers { sign: Sign, column: usize, outputs: Vec<Mean> },
    Floats { sign: Sign, column: usize, outputs: Vec<Mean> },
    Moments { column: usize, outputs: Vec<Spread> },
    Weighted { weight: usize, column: usize, outputs: Vec<Weighing> },
    Extremes { column: usize, outputs: Vec<Extremum> },
    Ordered { column: usize, outputs: Vec<Rank> },
    Distinct { column: usize, outputs: Vec<Choice> },
    Ends { end: End, columns: Vec<usize> },
    Members { outputs: Vec<(Reading, usize)> },
    SortedEnds { end: End, order: usize, columns: Vec<usize> },
    SortedMembers { order: usize, outputs: Vec<(End, usize)> },
    Formulas { formulas: Vec<GroupFormula> },
}

impl Draft {
    /// Takes over the outputs of another draft if one state can give both; gives it back if not.
    pub(super) fn join(&mut self, other: Draft) -> Option<Draft> {
        if self.state() != other.state() {
            return Some(other);
        }
        match (self, other) {
            (Draft::Integers { outputs, .. }, Draft::Integers { outputs: more, .. })
            | (Draft::Floats { outputs, .. }, Draft::Floats { outputs: more, .. }) => {
                outputs.extend(more);
            }
            (Draft::Extremes { outputs, .. }, Draft::Extremes { outputs: more, .. }) => {
                outputs.extend(more);
            }
            (Draft::Ordered { outputs, .. }, Draft::Ordered { outputs: more, .. }) => {
                outputs.extend(more);
            }
            (Draft::Members { outputs }, Draft::Members { outputs: more }) => outputs.extend(more),
            (Draft::Formulas { formulas }, Draft::Formulas { formulas: more }) => formulas.extend(more),
            (Draft::Moments { outputs, .. }, Draft::Moments { outputs: more, .. }) => {
                outputs.extend(more);
            }
            (Draft::Weighted { outputs, .. }, Draft::Weighted { outputs: more, .. }) => {
                outputs.extend(more);
            }
            (Draft::Distinct { outputs, .. }, Draft::Distinct { outputs: more, .. }) => {
                outputs.extend(more);
            }
            (Draft::SortedMembers { outputs, .. }, Draft::SortedMembers { outputs: more, .. }) => {
                outputs.extend(more);
            }
            (Draft::Ends { columns, .. }, Draft::Ends { columns: more, .. })
            | (Draft::SortedEnds { columns, .. }, Draft::SortedEnds { columns: more, .. }) => {
                columns.extend(more);
            }
            (_, other) => return Some(other),
        }
        None
    }

    /// What tells states apart that are of one kind.
    fn state(&self) -> (std::mem::Discriminant<Draft>, Option<Sign>, Option<End>, [usize; 2]) {
        let (sign, end, columns) = match *self {
            Draft::Rows | Draft::Where(_) | Draft::Members { .. } | Draft::Formulas { .. } => {
                (None, None, [0, 0])
            }
            Draft::Integers { sign, column, .. } | Draft::Floats { sign, column, .. } => {
                (Some(sign), None, [column, 0])
            }
            Draft::Extremes { column, .. }
            | Draft::Ordered { column, .. }
            | Draft::Moments { column, .. }
            | Draft::Distinct { column, .. } => (None, None, [column, 0]),
            Draft::Weighted { weight, column, .. } => (None, None, [column, weight]),
            Draft::Ends { end, .. } => (None, Some(end), [0, 0]),
            Draft::SortedEnds { end, order, .. } => (None, Some(end), [order, 0]),
            Draft::SortedMembers { order, .. } => (None, None, [order, 0]),
        };
        (std::mem::discriminant(self), sign, end, columns)
    }

    /// Makes the state.
    pub(super) fn build(self, schema: &SchemaRef, flow: Flow, outputs: Vec<usize>) -> Result<Unit> {
        let reads = self.reads();
        let inputs = match &self {
            Draft::Where(predicate) => vec![Source::Function(predicate.clone())],
            _ => reads.iter().copied().map(Source::Column).collect(),
        };
        Ok(Unit {
            inputs,
            reads: reads.into_iter().collect(),
            looks: self.looks().into_iter().collect(),
            keeps_keys: matches!(
                self,
                Draft::Members { .. } | Draft::SortedMembers { .. } | Draft::Formulas { .. }
            ),
            outputs,
            accumulator: self.accumulator(schema, flow)?,
        })
    }

    fn accumulator(self, schema: &SchemaRef, flow: Flow) -> Result<Box<dyn Accumulator>> {
        let data_type = |column: usize| schema.field(column).data_type().clone();
        let blink = flow == Flow::Blink;
        Ok(match self {
            Draft::Rows => Box::new(RowCount),
            Draft::Where(_) => Box::<CountWhere>::default(),
            Draft::Integers { sign, column, outputs } => {
                Box::new(IntegerSums::new(sign, outputs, sum_type(&data_type(column))))
            }
            Draft::Floats { sign, column, outputs } => {
                Box::new(FloatSums::new(sign, outputs, data_type(column)))
            }
            Draft::Moments { outputs, .. } => Box::new(Moments::new(outputs)),
            Draft::Weighted { outputs, .. } => Box::new(Weighted::new(outputs)),
            Draft::Ends { end, columns } => Box::new(Ends::new(end, columns, blink)),
            Draft::Members { outputs } => Box::new(Members::new(outputs)),
            Draft::Formulas { formulas } => Box::new(Formulas::new(formulas)),
            Draft::Distinct { column, outputs } => Box::new(Distinct::new(outputs, &data_type(column))?),
            Draft::Extremes { column, .. } | Draft::Ordered { column, .. } => {
                self.over_values(data_type(column), flow)
            }
            Draft::SortedEnds { order, .. } | Draft::SortedMembers { order, .. } => {
                self.over_values(data_type(order), flow)
            }
        })
    }

    /// States that are written for each family of values.
    fn over_values(self, data_type: DataType, flow: Flow) -> Box<dyn Accumulator> {
        match Family::of(&data_type) {
            Some(Family::Bytes) => self.over::<Bytes>(data_type, flow),
            Some(Family::Wide) => self.over::<Wide>(data_type, flow),
            _ => self.over::<Word>(data_type, flow),
        }
    }

    fn over<O: Ordinal>(self, data_type: DataType, flow: Flow) -> Box<dyn Accumulator> {
        let blink = flow == Flow::Blink;
        match self {
            Draft::Ordered { outputs, .. } if flow == Flow::Still => {
                Box::new(Ranks::<O>::new(outputs, data_type))
            }
            Draft::Extremes { outputs, .. } => Box::new(Extremes::<O>::new(outputs, data_type)),
            Draft::Ordered { outputs, .. } => Box::new(Ordered::<O>::new(outputs, data_type)),
            Draft::SortedEnds { end, columns, .. } => Box::new(SortedEnds::<O>::new(end, columns, blink)),
            Draft::SortedMembers { outputs, .. } => Box::new(SortedMembers::<O>::new(outputs)),
            other => unreachable!("{other:?} is not written for families of values"),
        }
    }

    /// The columns that are read of each row that comes or goes.
    fn reads(&self) -> Vec<usize> {
        match self {
            Draft::Integers { column, .. }
            | Draft::Floats { column, .. }
            | Draft::Extremes { column, .. }
            | Draft::Ordered { column, .. }
            | Draft::Moments { column, .. }
            | Draft::Distinct { column, .. } => vec![*column],
            Draft::Weighted { weight, column, .. } => vec![*weight, *column],
            Draft::SortedEnds { order, .. } | Draft::SortedMembers { order, .. } => vec![*order],
            Draft::Where(predicate) => predicate.inputs().iter().filter_map(|input| input.column()).collect(),
            Draft::Rows | Draft::Ends { .. } | Draft::Members { .. } | Draft::Formulas { .. } => Vec::new(),
        }
    }

    /// The columns that are read for results alone.
    fn looks(&self) -> Vec<usize> {
        match self {
            Draft::Ends { columns, .. } | Draft::SortedEnds { columns, .. } => columns.clone(),
            Draft::Members { outputs } => outputs.iter().map(|(_, column)| *column).collect(),
            Draft::SortedMembers { outputs, .. } => outputs.iter().map(|(_, column)| *column).collect(),
            Draft::Formulas { formulas } => formulas.iter().flat_map(GroupFormula::columns).collect(),
            _ => Vec::new(),
        }
    }
}

/// The type of a sum.
pub(super) fn sum_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Float32 | DataType::Float64 => data_type.clone(),
        DataType::Decimal128(_, scale) => DataType::Decimal128(38, *scale),
        _ => DataType::Int64,
    }
}
