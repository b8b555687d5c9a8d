//! Tables of tables: made, merged, and one of their tables fetched.

use std::sync::Arc;

use kinetable::{PartitionedTable, Table};
use kinetable_wire::grpc::partitioned_table_service_server::PartitionedTableService;
use kinetable_wire::grpc::{
    ExportedTableCreationResponse, GetTableRequest, MergeRequest, PartitionByRequest, PartitionByResponse,
    Ticket,
};
use tonic::{Request, Response, Status};

use super::shared::{Shared, apart, blocking, creation, echo, not_a_table, session_of};
use crate::access::Right;
use crate::host::Object;
use crate::operations::partitioned;
use crate::session::{Granted, Reference, Session};

/// The service.
pub struct Partitioned(pub Arc<Shared>);

#[tonic::async_trait]
impl PartitionedTableService for Partitioned {
    async fn partition_by(
        &self,
        request: Request<PartitionByRequest>,
    ) -> Result<Response<PartitionByResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let slot = session.exports().begin(Reference::result(request.result_id.as_ref())?)?;
        let source = async {
            apart(request.table_id.as_ref(), request.result_id.as_ref())?;
            self.table(&session, request.table_id.as_ref(), "table ticket").await
        };
        let made = match source.await {
            Ok((table, source)) => blocking(move || partitioned::partition_by(&table, &request))
                .await
                .map(|made| Granted::made(Object::Partitioned(made), [&source])),
            Err(status) => Err(status),
        };
        let told = made.as_ref().map(|_| ()).map_err(Clone::clone);
        slot.settle(made);
        told.map(|()| Response::new(PartitionByResponse {}))
    }

    async fn merge(
        &self,
        request: Request<MergeRequest>,
    ) -> Result<Response<ExportedTableCreationResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let result = request.result_id.clone();
        let inputs = async {
            let (tables, source) =
                self.tables(&session, request.partitioned_table.as_ref(), result.as_ref()).await?;
            Ok((tables, vec![source]))
        };
        self.export(&session, request.result_id, inputs, |tables| partitioned::merge(&tables)).await
    }

    async fn get_table(
        &self,
        request: Request<GetTableRequest>,
    ) -> Result<Response<ExportedTableCreationResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let result = request.result_id.clone();
        let inputs = async {
            apart(request.key_table_ticket.as_ref(), result.as_ref())?;
            let (keys, of_keys) =
                self.table(&session, request.key_table_ticket.as_ref(), "ticket of the keys").await?;
            let (tables, of_tables) =
                self.tables(&session, request.partitioned_table.as_ref(), result.as_ref()).await?;
            Ok(((keys, tables), vec![of_keys, of_tables]))
        };
        let behavior = request.unique_behavior;
        let find =
            move |(keys, tables): (Table, PartitionedTable)| partitioned::get_table(&tables, &keys, behavior);
        self.export(&session, request.result_id, inputs, find).await
    }
}

impl Partitioned {
    async fn table(
        &self,
        session: &Session,
        ticket: Option<&Ticket>,
        what: &str,
    ) -> Result<(Table, Granted), Status> {
        let granted = self.0.resolve(session, Reference::of(ticket, what)?, Right::Read).await?;
        let table = granted.object.table().cloned().ok_or_else(|| not_a_table(&granted.object))?;
        Ok((table, granted))
    }

    async fn tables(
        &self,
        session: &Session,
        ticket: Option<&Ticket>,
        result: Option<&Ticket>,
    ) -> Result<(PartitionedTable, Granted), Status> {
        apart(ticket, result)?;
        let reference = Reference::of(ticket, "ticket of a partitioned table")?;
        let granted = self.0.resolve(session, reference, Right::Read).await?;
        match &granted.object {
            Object::Partitioned(tables) => Ok((tables.clone(), granted)),
            other => {
                let message = format!("the ticket names a {}, not a PartitionedTable", other.kind());
                Err(Status::failed_precondition(message))
            }
        }
    }

    /// Makes a table of inputs once they are there. The result is pending from the first, and fails whatever goes wrong, so that
    /// whoever named it already is told.
    async fn export<I: Send + 'static>(
        &self,
        session: &Session,
        result: Option<Ticket>,
        inputs: impl Future<Output = Result<(I, Vec<Granted>), Status>>,
        make: impl FnOnce(I) -> Result<Table, Status> + Send + 'static,
    ) -> Result<Response<ExportedTableCreationResponse>, Status> {
        let slot = session.exports().begin(Reference::result(result.as_ref())?)?;
        let made = match inputs.await {
            Ok((inputs, sources)) => {
                blocking(move || {
                    let table = make(inputs)?;
                    let answer = creation(&table, echo(result.as_ref()))?;
                    Ok((Granted::made(Object::Table(table), &sources), answer))
                })
                .await
            }
            Err(status) => Err(status),
        };
        match made {
            Ok((granted, answer)) => {
                slot.settle(Ok(granted));
                Ok(Response::new(answer))
            }
            Err(status) => {
                slot.settle(Err(status.clone()));
                Err(status)
            }
        }
    }
}
