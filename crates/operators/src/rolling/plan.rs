//! From operations to passes of kernels: names resolved, types checked, operations of one reach put together.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use kinetable_engine::column::{Blocks, Computed, FunctionInput, RowFunction};
use kinetable_engine::{Column, ColumnSet, Definition, Error, Result, Table, Version};

use super::kernels::{is_number, kernel, takes};
use super::lists::RollingFormula;
use super::running::CountWhere;
use super::slide::Roller;
use super::spec::{Kind, Rolling, Scale, UpdateByOperation, Window};
use super::sums::{RollingSum, Summing};
use super::tails::Tails;
use super::task::{Kernel, Reach};
use crate::aggregate::type_name::type_name;
use crate::support::safety;

/// What to compute, and what the result looks like.
pub(super) struct Plan {
    pub(super) schema: SchemaRef,
    /// What kernels read, each once.
    pub(super) sources: Vec<Source>,
    pub(super) passes: Vec<Pass>,
    /// Where each column of the result comes from.
    pub(super) outputs: Vec<Origin>,
}

/// Operations that look equally far.
pub(super) struct Pass {
    pub(super) reach: Reach,
    pub(super) stamp: Option<Stamp>,
    pub(super) units: Vec<Unit>,
    /// The columns that are read.
    pub(super) reads: ColumnSet,
    /// The ends of the groups of an append-only table.
    pub(super) tails: Option<Tails>,
}

/// The timestamps that a pass goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) column: usize,
    pub(super) source: usize,
    pub(super) name: String,
}

/// One operation on one column.
pub(super) struct Unit {
    pub(super) kernel: Box<dyn Kernel>,
    /// The sources it reads.
    pub(super) inputs: Vec<usize>,
    /// The type of the result, and of what is kept beside it.
    pub(super) types: Vec<DataType>,
    /// Which column of the result it makes.
    pub(super) output: usize,
    /// The results, and what is kept beside them; empty where rows do not stay.
    pub(super) store: Blocks,
    /// On an append-only table: the windows where they stand, of an operation that slides on.
    pub(super) roller: Option<Box<dyn Roller>>,
}

/// Where values come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Column(usize),
    Function(Arc<dyn RowFunction>),
}

/// Where a column of the result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Input(usize),
    Result { pass: usize, unit: usize },
}

impl Source {
    /// The values, to be read.
    pub(super) fn column(&self, version: &Version) -> Column {
        match self {
            Source::Column(index) => version.column(*index).clone(),
            Source::Function(function) => {
                let columns = version.columns().clone();
                Arc::new(Computed::new(function.clone(), columns, version.rows().clone()))
            }
        }
    }

    fn reads(&self) -> Vec<usize> {
        match self {
            Source::Column(index) => vec![*index],
            Source::Function(function) => {
                function.inputs().iter().filter_map(FunctionInput::column).collect()
            }
        }
    }
}

/// One operation on one column, before it has a place.
struct Draft {
    kernel: Box<dyn Kernel>,
    inputs: Vec<Source>,
    types: Vec<DataType>,
    reach: Reach,
    stamp: Option<usize>,
}

impl Plan {
    /// Resolves operations on a table that has these key columns.
    pub(super) fn new(table: &Table, operations: &[UpdateByOperation], by: &[usize]) -> Result<Plan> {
        let fields: Vec<FieldRef> = table.schema().fields().to_vec();
        let mut plan = Plan {
            schema: Arc::new(Schema::empty()),
            sources: Vec::new(),
            passes: Vec::new(),
            outputs: (0..fields.len()).map(Origin::Input).collect(),
        };
        let mut resolver = Resolver { table, by, fields };
        for operation in operations {
            for (output, draft) in resolver.drafts(operation)? {
                let place = resolver.output(&plan, &output, &draft.types[0])?;
                plan.put(table, draft, place);
            }
        }
        plan.schema = Arc::new(Schema::new(resolver.fields));
        Ok(plan)
    }

    fn put(&mut self, table: &Table, draft: Draft, output: usize) {
        let mut reads: Vec<usize> = draft.inputs.iter().flat_map(Source::reads).collect();
        let inputs = draft.inputs.into_iter().map(|source| self.source(source)).collect();
        let stamp = draft.stamp.map(|column| {
            let name = table.schema().field(column).name().clone();
            Stamp { column, source: self.source(Source::Column(column)), name }
        });
        reads.extend(draft.stamp);
        let same = |pass: &Pass| pass.reach == draft.reach && pass.stamp == stamp;
        let pass = self.passes.iter().position(same).unwrap_or_else(|| {
            let (units, reads) = (Vec::new(), ColumnSet::none());
            self.passes.push(Pass { reach: draft.reach, stamp, units, reads, tails: None });
            self.passes.len() - 1
        });
        let unit = self.passes[pass].units.len();
        reads.into_iter().for_each(|column| self.passes[pass].reads.insert(column));
        let store = Blocks::new(draft.types.clone());
        let (kernel, types) = (draft.kernel, draft.types);
        self.passes[pass].units.push(Unit { kernel, inputs, types, output, store, roller: None });
        let origin = Origin::Result { pass, unit };
        match self.outputs.get_mut(output) {
            Some(place) => *place = origin,
            None => self.outputs.push(origin),
        }
    }

    fn source(&mut self, source: Source) -> usize {
        let same = |other: &Source| match (other, &source) {
            (Source::Column(one), Source::Column(other)) => one == other,
            (Source::Function(one), Source::Function(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        self.sources.iter().position(same).unwrap_or_else(|| {
            self.sources.push(source);
            self.sources.len() - 1
        })
    }

    /// Whether rows that come after all others leave the results of those as they are.
    pub(super) fn looks_back_only(&self) -> bool {
        self.passes.iter().all(|pass| match pass.reach {
            Reach::Onward => true,
            Reach::Ticks { ahead, .. } => ahead <= 0,
            // A later row may have the same timestamp.
            Reach::Time { .. } => false,
        })
    }
}

/// Finds columns and kernels.
struct Resolver<'a> {
    table: &'a Table,
    by: &'a [usize],
    /// The columns of the result so far.
    fields: Vec<FieldRef>,
}

impl Resolver<'_> {
    fn definition(&self) -> &Definition {
        self.table.definition()
    }

    /// What an operation makes, by name.
    fn drafts(&self, operation: &UpdateByOperation) -> Result<Vec<(String, Draft)>> {
        if operation.names_results_only() {
            let names = operation.pairs()?.into_iter().map(|(output, _)| output.to_owned());
            return names.map(|name| Ok((name, self.of_function(operation)?))).collect();
        }
        if !operation.columns.is_empty() {
            let draft = |(output, input): (&str, &str)| {
                let column = self.definition().column_index(input)?;
                Ok((output.to_owned(), self.draft(operation, column)?))
            };
            return operation.pairs()?.into_iter().map(draft).collect();
        }
        let besides = operation.companions();
        let schema = &self.definition().schema;
        let candidates = (0..schema.fields().len()).filter(|column| {
            !self.by.contains(column) && !besides.contains(&schema.field(*column).name().as_str())
        });
        let mut drafts = Vec::new();
        for column in candidates {
            if self.is_applicable(operation, schema.field(column).data_type()) {
                drafts.push((schema.field(column).name().clone(), self.draft(operation, column)?));
            }
        }
        if drafts.is_empty() {
            let message = format!("{} can be applied to no column of the table", operation.name());
            return Err(Error::invalid(message).with_hint(takes(operation)));
        }
        Ok(drafts)
    }

    /// The place of a result: that of the column of its name, or the next one.
    fn output(&mut self, plan: &Plan, name: &str, data_type: &DataType) -> Result<usize> {
        let field = Arc::new(Field::new(name, data_type.clone(), true));
        let Some(place) = self.fields.iter().position(|field| field.name() == name) else {
            self.fields.push(field);
            return Ok(self.fields.len() - 1);
        };
        let hint = "give the result another name: \"New = Column\"";
        if self.by.contains(&place) {
            let message = format!("a result of update_by would replace the key column \"{name}\"");
            return Err(Error::invalid(message).with_hint(hint));
        }
        if plan.outputs[place] != Origin::Input(place) {
            let message = format!("two results of update_by would be named \"{name}\"");
            return Err(Error::invalid(message).with_hint(hint));
        }
        self.fields[place] = field;
        Ok(place)
    }

    fn is_applicable(&self, operation: &UpdateByOperation, data_type: &DataType) -> bool {
        kernel(operation, data_type, String::new()).is_some()
    }

    /// An operation on a column.
    fn draft(&self, operation: &UpdateByOperation, column: usize) -> Result<Draft> {
        let field = self.definition().schema.field(column);
        let (name, data_type) = (field.name(), field.data_type());
        let place = format!("{} of column \"{name}\"", operation.name());
        let Some((kernel, types)) = kernel(operation, data_type, place.clone()) else {
            let message = format!("{place}: {} is not supported", type_name(data_type));
            return Err(Error::invalid(message).with_hint(takes(operation)));
        };
        let mut inputs = vec![Source::Column(column)];
        if let Kind::Rolling(Rolling::WeightedAverage(weight), _) = &operation.kind {
            inputs.insert(0, Source::Column(self.weight(operation, weight)?));
        }
        let (reach, stamp) = self.reach(operation)?;
        Ok(Draft { kernel, inputs, types, reach, stamp })
    }

    fn weight(&self, operation: &UpdateByOperation, name: &str) -> Result<usize> {
        let column = self.definition().column_index(name)?;
        let data_type = self.definition().schema.field(column).data_type();
        if is_number(data_type) {
            return Ok(column);
        }
        let (operation, found) = (operation.name(), type_name(data_type));
        let message = format!("{operation} by weight \"{name}\": {found} is not supported");
        Err(Error::invalid(message).with_hint("weights are numbers"))
    }

    /// An operation on a function.
    fn of_function(&self, operation: &UpdateByOperation) -> Result<Draft> {
        let (reach, stamp) = self.reach(operation)?;
        let draft =
            |kernel, inputs, data_type| Draft { kernel, inputs, types: vec![data_type], reach, stamp };
        match &operation.kind {
            Kind::Rolling(Rolling::Formula(function), _) => {
                let column = |input: &FunctionInput| match input {
                    FunctionInput::Column(index) => Ok(Source::Column(*index)),
                    _ => Err(Error::invalid("rolling_formula reads the values of its window alone")),
                };
                let inputs = function.inputs().iter().map(column).collect::<Result<Vec<_>>>()?;
                let kernel = Box::new(RollingFormula { function: function.clone() });
                Ok(draft(kernel, inputs, function.data_type().clone()))
            }
            Kind::CountWhere(predicate) => {
                self.check_predicate(operation, predicate)?;
                let inputs = vec![Source::Function(predicate.clone())];
                Ok(draft(Box::new(CountWhere), inputs, DataType::Int64))
            }
            Kind::Rolling(Rolling::CountWhere(predicate), _) => {
                self.check_predicate(operation, predicate)?;
                let inputs = vec![Source::Function(predicate.clone())];
                let kernel = RollingSum { what: Summing::CountWhere, input: DataType::Boolean };
                Ok(draft(Box::new(kernel), inputs, DataType::Int64))
            }
            other => unreachable!("{other:?} is applied to columns"),
        }
    }

    fn check_predicate(&self, operation: &UpdateByOperation, predicate: &Arc<dyn RowFunction>) -> Result<()> {
        if *predicate.data_type() != DataType::Boolean {
            let found = type_name(predicate.data_type());
            let message = format!("{} counts where a filter is true, but it is {found}", operation.name());
            return Err(Error::invalid(message).with_hint("compare it, e.g. Price > 0"));
        }
        let stays = self.table.is_live() && !self.definition().properties.blink;
        let looks_aside = |input: &FunctionInput| matches!(input, FunctionInput::Neighbour(..));
        if stays && predicate.inputs().iter().any(looks_aside) {
            let message =
                format!("the filter of {} reads neighbouring rows of a live table", operation.name());
            return Err(Error::invalid(message).with_hint("make the column with update first"));
        }
        safety::check(self.table, &**predicate, operation.name())
    }

    fn reach(&self, operation: &UpdateByOperation) -> Result<(Reach, Option<usize>)> {
        let positive = |value: f64, what: &str| match value > 0.0 && value.is_finite() {
            true => Ok(()),
            false => {
                let message = format!("{} has a {what} of {value}", operation.name());
                Err(Error::invalid(message).with_hint("it is greater than zero"))
            }
        };
        Ok(match &operation.kind {
            Kind::Cumulative(_) | Kind::CountWhere(_) | Kind::ForwardFill => (Reach::Onward, None),
            Kind::Delta(_) => (Reach::Ticks { back: 2, ahead: 0 }, None),
            Kind::Decay(_, Scale::Ticks(ticks), _) => {
                positive(*ticks, "decay")?;
                (Reach::Onward, None)
            }
            Kind::Decay(_, Scale::Time { column, ns }, _) => {
                positive(*ns as f64, "decay time")?;
                (Reach::Onward, Some(self.stamp(operation, column)?))
            }
            Kind::Rolling(_, Window::Ticks { back, ahead }) => {
                (Reach::Ticks { back: *back, ahead: *ahead }, None)
            }
            Kind::Rolling(_, Window::Time { column, back, ahead }) => {
                let stamp = self.stamp(operation, column)?;
                (Reach::Time { back: *back, ahead: *ahead }, Some(stamp))
            }
        })
    }

    fn stamp(&self, operation: &UpdateByOperation, name: &str) -> Result<usize> {
        let column = self.definition().column_index(name)?;
        let data_type = self.definition().schema.field(column).data_type();
        match data_type {
            DataType::Timestamp(TimeUnit::Nanosecond, _) | DataType::Int64 => Ok(column),
            other => {
                let (operation, found) = (operation.name(), type_name(other));
                let message = format!("{operation} by timestamp \"{name}\": {found} is not supported");
                Err(Error::invalid(message).with_hint("timestamps are instants, or longs of nanoseconds"))
            }
        }
    }
}
