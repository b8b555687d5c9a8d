//! Which tables an operation takes, and where its result goes.

use kinetable_wire::grpc::create_input_table_request::Definition;
use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::{TableReference, Ticket};

use super::fault::{Outcome, unmet};

/// A table that an operation takes: the field that names it, and what is there.
type Source<'a> = (&'static str, Option<&'a TableReference>);

/// The tables that an operation takes, in the order in which [`super::apply`] takes them.
pub fn inputs(op: &Op) -> Vec<&TableReference> {
    sources(op).into_iter().filter_map(|(_, reference)| reference).collect()
}

/// The ticket that the result goes to.
pub fn result_id(op: &Op) -> Option<&Ticket> {
    macro_rules! result_of {
        ($($variant:ident)*) => {
            match op { $(Op::$variant(request) => request.result_id.as_ref(),)* }
        };
    }
    result_of!(
        EmptyTable TimeTable DropColumns Update LazyUpdate View UpdateView Select SelectDistinct Filter
        UnstructuredFilter Sort Head Tail HeadBy TailBy Ungroup Merge ComboAggregate Flatten RunChartDownsample
        CrossJoin NaturalJoin ExactJoin LeftJoin AsOfJoin FetchTable ApplyPreviewColumns CreateInputTable UpdateBy
        WhereIn AggregateAll Aggregate Snapshot SnapshotWhen MetaTable RangeJoin Aj Raj ColumnStatistics MultiJoin
        Slice
    )
}

/// Refuses an operation that lacks a table.
pub(super) fn check(op: &Op, tables: usize) -> Outcome<()> {
    let sources = sources(op);
    if let Some((field, _)) = sources.iter().find(|(_, reference)| reference.is_none()) {
        return Err(unmet(format!("the operation has no {field}: it names the table to work on")));
    }
    if sources.len() != tables {
        return Err(unmet(format!("the operation takes {} tables, but {tables} are given", sources.len())));
    }
    Ok(())
}

fn sources(op: &Op) -> Vec<Source<'_>> {
    macro_rules! one {
        ($request:expr) => {
            vec![("source_id", $request.source_id.as_ref())]
        };
    }
    macro_rules! two {
        ($request:expr) => {
            vec![("left_id", $request.left_id.as_ref()), ("right_id", $request.right_id.as_ref())]
        };
    }
    match op {
        Op::EmptyTable(_) | Op::TimeTable(_) => Vec::new(),
        Op::DropColumns(request) => one!(request),
        Op::Update(request)
        | Op::LazyUpdate(request)
        | Op::View(request)
        | Op::UpdateView(request)
        | Op::Select(request) => one!(request),
        Op::SelectDistinct(request) => one!(request),
        Op::Filter(request) => one!(request),
        Op::UnstructuredFilter(request) => one!(request),
        Op::Sort(request) => one!(request),
        Op::Head(request) | Op::Tail(request) => one!(request),
        Op::HeadBy(request) | Op::TailBy(request) => one!(request),
        Op::Ungroup(request) => one!(request),
        Op::Merge(request) => request.source_ids.iter().map(|source| ("source_ids", Some(source))).collect(),
        Op::ComboAggregate(request) => one!(request),
        Op::Flatten(request) => one!(request),
        Op::RunChartDownsample(request) => one!(request),
        Op::CrossJoin(request) => two!(request),
        Op::NaturalJoin(request) => two!(request),
        Op::ExactJoin(request) => two!(request),
        Op::LeftJoin(request) => two!(request),
        Op::AsOfJoin(request) => two!(request),
        Op::FetchTable(request) => one!(request),
        Op::ApplyPreviewColumns(request) => one!(request),
        Op::CreateInputTable(request) => match &request.definition {
            Some(Definition::SourceTableId(source)) => vec![("source_table_id", Some(source))],
            _ => Vec::new(),
        },
        Op::UpdateBy(request) => one!(request),
        Op::WhereIn(request) => two!(request),
        Op::AggregateAll(request) => one!(request),
        Op::Aggregate(request) => {
            let mut sources = one!(request);
            let initial = request.initial_groups_id.as_ref();
            sources.extend(initial.map(|initial| ("initial_groups_id", Some(initial))));
            sources
        }
        Op::Snapshot(request) => one!(request),
        Op::SnapshotWhen(request) => {
            vec![("base_id", request.base_id.as_ref()), ("trigger_id", request.trigger_id.as_ref())]
        }
        Op::MetaTable(request) => one!(request),
        Op::RangeJoin(request) => two!(request),
        Op::Aj(request) | Op::Raj(request) => two!(request),
        Op::ColumnStatistics(request) => one!(request),
        Op::MultiJoin(request) => {
            let inputs = request.multi_join_inputs.iter();
            inputs.map(|input| ("source_id", input.source_id.as_ref())).collect()
        }
        Op::Slice(request) => one!(request),
    }
}
