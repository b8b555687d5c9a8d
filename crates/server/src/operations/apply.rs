//! From an operation to the function of its family.

use kinetable::Table;
use kinetable_wire::grpc::operation::Op;
use tonic::Status;

use super::fault::{Outcome, unsupported};
use super::{
    Context, about, aggregate, columns, downsample, filter, input, joins, make, preview, references, rows,
    update_by,
};

/// The result of an operation on tables, which are those of [`super::inputs`] in that order.
///
/// It may take as long as the tables are large: it belongs on a thread for blocking work.
///
/// # Errors
/// `FAILED_PRECONDITION` if the message lacks what has to be there, `INVALID_ARGUMENT` with the engine's message if the operation cannot
/// be done, `UNIMPLEMENTED` if there is no such operation.
pub fn apply(op: &Op, inputs: &[Table], context: &Context) -> Result<Table, Status> {
    references::check(op, inputs.len())?;
    Ok(dispatch(op, inputs, context)?)
}

fn dispatch(op: &Op, inputs: &[Table], context: &Context) -> Outcome<Table> {
    match op {
        Op::EmptyTable(request) => make::empty(request, context),
        Op::TimeTable(request) => make::time(request, context),
        Op::DropColumns(request) => columns::drop(request, &inputs[0]),
        Op::Update(request) => columns::selected(request, &inputs[0], context, Table::update),
        Op::LazyUpdate(request) => columns::selected(request, &inputs[0], context, Table::lazy_update),
        Op::View(request) => columns::selected(request, &inputs[0], context, Table::view),
        Op::UpdateView(request) => columns::selected(request, &inputs[0], context, Table::update_view),
        Op::Select(request) => columns::selected(request, &inputs[0], context, Table::select),
        Op::SelectDistinct(request) => columns::distinct(request, &inputs[0], context),
        Op::Filter(request) => filter::structured(request, &inputs[0]),
        Op::UnstructuredFilter(request) => filter::unstructured(request, &inputs[0], context),
        Op::Sort(request) => rows::sort(request, &inputs[0]),
        Op::Head(request) => rows::ends(request, &inputs[0], Table::head),
        Op::Tail(request) => rows::ends(request, &inputs[0], Table::tail),
        Op::HeadBy(request) => rows::ends_by(request, &inputs[0], Table::head_by),
        Op::TailBy(request) => rows::ends_by(request, &inputs[0], Table::tail_by),
        Op::Ungroup(request) => rows::ungroup(request, &inputs[0]),
        Op::Merge(request) => make::merge(request, inputs, context),
        Op::ComboAggregate(request) => aggregate::combo(request, &inputs[0], context),
        Op::Flatten(_) => Ok(inputs[0].flatten()?),
        Op::RunChartDownsample(request) => downsample::downsample(request, &inputs[0], context),
        Op::CrossJoin(request) => joins::cross(request, &inputs[0], &inputs[1]),
        Op::NaturalJoin(request) => joins::natural(request, &inputs[0], &inputs[1]),
        Op::ExactJoin(request) => joins::exact(request, &inputs[0], &inputs[1]),
        Op::LeftJoin(_) => {
            Err(unsupported("LeftJoin is not offered: use NaturalJoin, or CrossJoin with keys"))
        }
        Op::AsOfJoin(request) => joins::as_of(request, &inputs[0], &inputs[1]),
        Op::FetchTable(_) => Ok(inputs[0].clone()),
        Op::ApplyPreviewColumns(request) => preview::preview(request, &inputs[0]),
        Op::CreateInputTable(request) => input::create(request, inputs.first(), context),
        Op::UpdateBy(request) => update_by::update_by(request, &inputs[0], context),
        Op::WhereIn(request) => joins::where_in(request, &inputs[0], &inputs[1]),
        Op::AggregateAll(request) => aggregate::all(request, &inputs[0], context),
        Op::Aggregate(request) => aggregate::by(request, &inputs[0], inputs.get(1), context),
        Op::Snapshot(_) => Ok(inputs[0].snapshot()?),
        Op::SnapshotWhen(request) => rows::snapshot_when(request, &inputs[0], &inputs[1]),
        Op::MetaTable(_) => about::meta(&inputs[0]),
        Op::RangeJoin(request) => joins::range(request, &inputs[0], &inputs[1]),
        Op::Aj(request) => joins::nearest(request, &inputs[0], &inputs[1], Table::aj),
        Op::Raj(request) => joins::nearest(request, &inputs[0], &inputs[1], Table::raj),
        Op::ColumnStatistics(request) => about::statistics(request, &inputs[0]),
        Op::MultiJoin(request) => joins::multi(request, inputs),
        Op::Slice(request) => rows::slice(request, &inputs[0]),
    }
}
