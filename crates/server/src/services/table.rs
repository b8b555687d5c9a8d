//! Operations on tables: every rpc of one operation goes the same way.
//!
//! ```text
//!  op ─▶ slot of the result (pending) ─▶ inputs, waited for ─▶ apply, where it may block ─▶ export ─▶ response
//! ```
//!
//! The work is a task of its own: an export that others wait for is made even if its caller has gone.

use std::sync::Arc;

use kinetable::Table;
use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::table_reference::Ref;
use kinetable_wire::grpc::table_service_server::TableService;
use kinetable_wire::grpc::{
    AggregateAllRequest, AggregateRequest, AjRajTablesRequest, ApplyPreviewColumnsRequest,
    AsOfJoinTablesRequest, BatchTableRequest, ColumnStatisticsRequest, ComboAggregateRequest,
    CreateInputTableRequest, CrossJoinTablesRequest, DropColumnsRequest, EmptyTableRequest,
    ExactJoinTablesRequest, ExportedTableCreationResponse, ExportedTableUpdateMessage,
    ExportedTableUpdatesRequest, FetchTableRequest, FilterTableRequest, FlattenRequest, HeadOrTailByRequest,
    HeadOrTailRequest, LeftJoinTablesRequest, MergeTablesRequest, MetaTableRequest, MultiJoinTablesRequest,
    NaturalJoinTablesRequest, RangeJoinTablesRequest, RunChartDownsampleRequest, SeekRowRequest,
    SeekRowResponse, SelectDistinctRequest, SelectOrUpdateRequest, SliceRequest, SnapshotTableRequest,
    SnapshotWhenTableRequest, SortTableRequest, TableReference, Ticket, TimeTableRequest, UngroupRequest,
    UnstructuredFilterTableRequest, UpdateByRequest, WhereInRequest,
};
use tonic::{Request, Response, Status};

use super::shared::{Answers, Shared, blocking, creation, echo, not_a_table, session_of};
use super::{table_batch, table_updates};
use crate::access::Right;
use crate::host::Object;
use crate::operations::{self, Context};
use crate::session::{Granted, Reference, Session};

/// The service.
pub struct Tables(pub Arc<Shared>);

type Created = Result<Response<ExportedTableCreationResponse>, Status>;

/// Writes out the service: the rpcs that are one operation each, and the others.
macro_rules! service {
    ({ $($method:ident($request:ty) is $op:ident;)* } { $($others:tt)* }) => {
        #[tonic::async_trait]
        impl TableService for Tables {
            $(
                async fn $method(&self, request: Request<$request>) -> Created {
                    let session = session_of(&request)?;
                    operate(&self.0, session, Op::$op(request.into_inner())).await
                }
            )*

            $($others)*
        }
    };
}

service! {
    {
        fetch_table(FetchTableRequest) is FetchTable;
        apply_preview_columns(ApplyPreviewColumnsRequest) is ApplyPreviewColumns;
        empty_table(EmptyTableRequest) is EmptyTable;
        time_table(TimeTableRequest) is TimeTable;
        drop_columns(DropColumnsRequest) is DropColumns;
        update(SelectOrUpdateRequest) is Update;
        lazy_update(SelectOrUpdateRequest) is LazyUpdate;
        view(SelectOrUpdateRequest) is View;
        update_view(SelectOrUpdateRequest) is UpdateView;
        select(SelectOrUpdateRequest) is Select;
        update_by(UpdateByRequest) is UpdateBy;
        select_distinct(SelectDistinctRequest) is SelectDistinct;
        filter(FilterTableRequest) is Filter;
        unstructured_filter(UnstructuredFilterTableRequest) is UnstructuredFilter;
        sort(SortTableRequest) is Sort;
        head(HeadOrTailRequest) is Head;
        tail(HeadOrTailRequest) is Tail;
        head_by(HeadOrTailByRequest) is HeadBy;
        tail_by(HeadOrTailByRequest) is TailBy;
        ungroup(UngroupRequest) is Ungroup;
        merge_tables(MergeTablesRequest) is Merge;
        cross_join_tables(CrossJoinTablesRequest) is CrossJoin;
        natural_join_tables(NaturalJoinTablesRequest) is NaturalJoin;
        exact_join_tables(ExactJoinTablesRequest) is ExactJoin;
        left_join_tables(LeftJoinTablesRequest) is LeftJoin;
        as_of_join_tables(AsOfJoinTablesRequest) is AsOfJoin;
        aj_tables(AjRajTablesRequest) is Aj;
        raj_tables(AjRajTablesRequest) is Raj;
        multi_join_tables(MultiJoinTablesRequest) is MultiJoin;
        range_join_tables(RangeJoinTablesRequest) is RangeJoin;
        combo_aggregate(ComboAggregateRequest) is ComboAggregate;
        aggregate_all(AggregateAllRequest) is AggregateAll;
        aggregate(AggregateRequest) is Aggregate;
        snapshot(SnapshotTableRequest) is Snapshot;
        snapshot_when(SnapshotWhenTableRequest) is SnapshotWhen;
        flatten(FlattenRequest) is Flatten;
        run_chart_downsample(RunChartDownsampleRequest) is RunChartDownsample;
        create_input_table(CreateInputTableRequest) is CreateInputTable;
        where_in(WhereInRequest) is WhereIn;
        meta_table(MetaTableRequest) is MetaTable;
        compute_column_statistics(ColumnStatisticsRequest) is ColumnStatistics;
        slice(SliceRequest) is Slice;
    }
    {
        async fn get_exported_table_creation_response(&self, request: Request<Ticket>) -> Created {
            let session = session_of(&request)?;
            let ticket = request.into_inner();
            let table = self.0.table(&session, Reference::of(Some(&ticket), "ticket")?, Right::Read).await?;
            let response = blocking(move || creation(&table, Ref::Ticket(ticket))).await?;
            Ok(Response::new(response))
        }

        type BatchStream = Answers<ExportedTableCreationResponse>;

        async fn batch(&self, request: Request<BatchTableRequest>) -> Result<Response<Self::BatchStream>, Status> {
            let session = session_of(&request)?;
            Ok(Response::new(table_batch::run(self.0.clone(), session, request.into_inner())?))
        }

        type ExportedTableUpdatesStream = Answers<ExportedTableUpdateMessage>;

        async fn exported_table_updates(
            &self,
            request: Request<ExportedTableUpdatesRequest>,
        ) -> Result<Response<Self::ExportedTableUpdatesStream>, Status> {
            Ok(Response::new(table_updates::watch(session_of(&request)?)))
        }

        async fn seek_row(&self, request: Request<SeekRowRequest>) -> Result<Response<SeekRowResponse>, Status> {
            let session = session_of(&request)?;
            let request = request.into_inner();
            let source = Reference::of(request.source_id.as_ref(), "source ticket")?;
            let table = self.0.table(&session, source, Right::Read).await?;
            let result_row = blocking(move || operations::seek_row(&table, &request)).await?;
            Ok(Response::new(SeekRowResponse { result_row }))
        }
    }
}

/// Does an operation, exports its result, and answers.
async fn operate(shared: &Arc<Shared>, session: Arc<Session>, op: Op) -> Created {
    let ticket = operations::result_id(&op).cloned();
    let slot = session.exports().begin(Reference::result(ticket.as_ref())?)?;
    let shared = shared.clone();
    let work = async move {
        let gathered = match ticket.as_ref().filter(|ticket| takes(&op, ticket)) {
            Some(_) => Err(Status::invalid_argument("the operation's source is its own result")),
            None => gather(&shared, &session, &op).await,
        };
        let made = match gathered {
            Ok(inputs) => {
                blocking(move || {
                    let (table, granted) = make(&op, &inputs, &context(&shared, &session))?;
                    Ok((granted, creation(&table, echo(ticket.as_ref()))?))
                })
                .await
            }
            Err(status) => Err(status),
        };
        match made {
            Ok((granted, response)) => {
                slot.settle(Ok(granted));
                Ok(Response::new(response))
            }
            Err(status) => {
                slot.settle(Err(status.clone()));
                Err(status)
            }
        }
    };
    tokio::spawn(work).await.unwrap_or_else(|_| Err(Status::internal("the operation was given up")))
}

/// Whether an operation takes what a ticket names.
fn takes(op: &Op, ticket: &Ticket) -> bool {
    operations::inputs(op)
        .iter()
        .any(|input| matches!(&input.r#ref, Some(Ref::Ticket(source)) if source == ticket))
}

/// What an operation needs of the process, for a session's user. It may wait for the host: it is called where that may be.
pub fn context(shared: &Shared, session: &Session) -> Context {
    Context { session: shared.host.session(), names: shared.names(session.user()) }
}

/// The inputs of an operation, once they are there.
async fn gather(shared: &Arc<Shared>, session: &Session, op: &Op) -> Result<Vec<Granted>, Status> {
    let mut inputs = Vec::new();
    for reference in operations::inputs(op) {
        inputs.push(input(shared, session, reference).await?);
    }
    Ok(inputs)
}

async fn input(
    shared: &Arc<Shared>,
    session: &Session,
    reference: &TableReference,
) -> Result<Granted, Status> {
    match &reference.r#ref {
        Some(Ref::Ticket(ticket)) => named(shared, session, ticket).await,
        Some(Ref::BatchOffset(_)) => {
            Err(Status::failed_precondition("there are no places of a batch outside of one"))
        }
        None => Err(Status::failed_precondition("No source ticket supplied")),
    }
}

/// The table that a ticket names, as the object it is, and what may be done with it.
pub async fn named(shared: &Arc<Shared>, session: &Session, ticket: &Ticket) -> Result<Granted, Status> {
    let reference = Reference::of(Some(ticket), "source ticket")?;
    let granted = shared.resolve(session, reference, Right::Read).await?;
    if granted.object.table().is_none() {
        return Err(not_a_table(&granted.object));
    }
    Ok(granted)
}

/// The result of an operation, and what may be done with it.
///
/// # Errors
/// If it cannot be done.
pub fn make(op: &Op, inputs: &[Granted], context: &Context) -> Result<(Table, Granted), Status> {
    let tables: Vec<_> = inputs.iter().filter_map(|input| input.object.table()).cloned().collect();
    let table = operations::apply(op, &tables, context)?;
    let object = Object::Table(table.clone());
    // An input table has the columns of the table that it is like, and nothing else of it.
    let granted = match op {
        Op::CreateInputTable(_) => Granted::own(object),
        _ => Granted::made(object, inputs),
    };
    Ok((table, granted))
}
