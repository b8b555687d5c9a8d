//! Rows that clients add to input tables, and delete from them.

use std::sync::Arc;

use kinetable::Table;
use kinetable_wire::grpc::input_table_service_server::InputTableService;
use kinetable_wire::grpc::{
    AddTableRequest, AddTableResponse, DeleteTableRequest, DeleteTableResponse, Ticket,
};
use tonic::{Request, Response, Status};

use super::shared::{Shared, blocking, session_of};
use crate::access::Right;
use crate::operations::input::{add, delete};
use crate::session::{Reference, Session};

/// The service.
pub struct Inputs(pub Arc<Shared>);

#[tonic::async_trait]
impl InputTableService for Inputs {
    async fn add_table_to_input_table(
        &self,
        request: Request<AddTableRequest>,
    ) -> Result<Response<AddTableResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let input = request.input_table.as_ref();
        let input = self.table(&session, input, "ticket of an input table", Right::Write).await?;
        let rows =
            self.table(&session, request.table_to_add.as_ref(), "ticket of the rows", Right::Read).await?;
        blocking(move || add(&input, &rows)).await?;
        Ok(Response::new(AddTableResponse {}))
    }

    async fn delete_table_from_input_table(
        &self,
        request: Request<DeleteTableRequest>,
    ) -> Result<Response<DeleteTableResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let input = request.input_table.as_ref();
        let input = self.table(&session, input, "ticket of an input table", Right::Write).await?;
        let keys =
            self.table(&session, request.table_to_remove.as_ref(), "ticket of the keys", Right::Read).await?;
        blocking(move || delete(&input, &keys)).await?;
        Ok(Response::new(DeleteTableResponse {}))
    }
}

impl Inputs {
    async fn table(
        &self,
        session: &Session,
        ticket: Option<&Ticket>,
        what: &str,
        right: Right,
    ) -> Result<Table, Status> {
        self.0.table(session, Reference::of(ticket, what)?, right).await
    }
}
