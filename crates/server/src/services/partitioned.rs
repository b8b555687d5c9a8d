//! Tables of tables: made, merged, and one of their tables fetched.

use std::sync::Arc;

use kinetable::PartitionedTable;
use kinetable_wire::grpc::partitioned_table_service_server::PartitionedTableService;
use kinetable_wire::grpc::{
    ExportedTableCreationResponse, GetTableRequest, MergeRequest, PartitionByRequest, PartitionByResponse,
    Ticket,
};
use tonic::{Request, Response, Status};

use super::shared::{Shared, blocking, creation, echo, session_of};
use crate::host::Object;
use crate::operations::partitioned;
use crate::session::{Reference, Session};

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
        let table = self.0.table(&session, Reference::of(request.table_id.as_ref(), "table ticket")?).await;
        let made = match table {
            Ok(table) => {
                blocking(move || partitioned::partition_by(&table, &request)).await.map(Object::Partitioned)
            }
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
        let tables = self.tables(&session, request.partitioned_table.as_ref()).await;
        self.export(&session, request.result_id, tables, |tables| partitioned::merge(&tables)).await
    }

    async fn get_table(
        &self,
        request: Request<GetTableRequest>,
    ) -> Result<Response<ExportedTableCreationResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let keys = Reference::of(request.key_table_ticket.as_ref(), "ticket of the keys")?;
        let keys = self.0.table(&session, keys).await?;
        let tables = self.tables(&session, request.partitioned_table.as_ref()).await;
        let behavior = request.unique_behavior;
        let find = move |tables: PartitionedTable| partitioned::get_table(&tables, &keys, behavior);
        self.export(&session, request.result_id, tables, find).await
    }
}

impl Partitioned {
    async fn tables(&self, session: &Session, ticket: Option<&Ticket>) -> Result<PartitionedTable, Status> {
        let reference = Reference::of(ticket, "ticket of a partitioned table")?;
        match self.0.resolve(session, reference).await? {
            Object::Partitioned(tables) => Ok(tables),
            other => {
                let message = format!("the ticket names a {}, not a PartitionedTable", other.kind());
                Err(Status::failed_precondition(message))
            }
        }
    }

    async fn export(
        &self,
        session: &Session,
        result: Option<Ticket>,
        tables: Result<PartitionedTable, Status>,
        make: impl FnOnce(PartitionedTable) -> Result<kinetable::Table, Status> + Send + 'static,
    ) -> Result<Response<ExportedTableCreationResponse>, Status> {
        let slot = session.exports().begin(Reference::result(result.as_ref())?)?;
        let made = match tables {
            Ok(tables) => {
                blocking(move || {
                    let table = make(tables)?;
                    let answer = creation(&table, echo(result.as_ref()))?;
                    Ok((Object::Table(table), answer))
                })
                .await
            }
            Err(status) => Err(status),
        };
        match made {
            Ok((object, answer)) => {
                slot.settle(Ok(object));
                Ok(Response::new(answer))
            }
            Err(status) => {
                slot.settle(Err(status.clone()));
                Err(status)
            }
        }
    }
}
