//! Rollups and trees: made, filtered and sorted, and shown as far as they are expanded.

use std::sync::Arc;

use kinetable::Table;
use kinetable_wire::grpc::hierarchical_table_service_server::HierarchicalTableService;
use kinetable_wire::grpc::hierarchical_table_view_request::Target;
use kinetable_wire::grpc::{
    ExportedTableCreationResponse, HierarchicalTableApplyRequest, HierarchicalTableApplyResponse,
    HierarchicalTableSourceExportRequest, HierarchicalTableViewRequest, HierarchicalTableViewResponse,
    RollupRequest, RollupResponse, Ticket, TreeRequest, TreeResponse,
};
use tonic::{Request, Response, Status};

use super::shared::{Shared, apart, blocking, creation, echo, not_a_table, session_of};
use crate::access::Right;
use crate::host::Object;
use crate::operations::Context;
use crate::operations::hierarchy::{self, Hierarchy};
use crate::session::{Granted, Reference, Session};

/// The service.
pub struct Hierarchies(pub Arc<Shared>);

#[tonic::async_trait]
impl HierarchicalTableService for Hierarchies {
    async fn rollup(&self, request: Request<RollupRequest>) -> Result<Response<RollupResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let context = self.context(&session);
        let result = request.result_rollup_table_id.clone();
        let source = request.source_table_id.clone();
        let inputs = self.table(&session, source.as_ref(), result.as_ref());
        let make = move |table: Table| Hierarchy::rollup(&request, &table, &context).map(hierarchical);
        self.export(&session, result.as_ref(), inputs, make).await?;
        Ok(Response::new(RollupResponse {}))
    }

    async fn tree(&self, request: Request<TreeRequest>) -> Result<Response<TreeResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let result = request.result_tree_table_id.clone();
        let source = request.source_table_id.clone();
        let inputs = self.table(&session, source.as_ref(), result.as_ref());
        let make = move |table: Table| Hierarchy::tree(&request, &table).map(hierarchical);
        self.export(&session, result.as_ref(), inputs, make).await?;
        Ok(Response::new(TreeResponse {}))
    }

    async fn apply(
        &self,
        request: Request<HierarchicalTableApplyRequest>,
    ) -> Result<Response<HierarchicalTableApplyResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let context = self.context(&session);
        let result = request.result_hierarchical_table_id.clone();
        let source = request.input_hierarchical_table_id.clone();
        let inputs = self.hierarchy(&session, source.as_ref(), result.as_ref());
        let make = move |former: Arc<Hierarchy>| former.apply(&request, &context).map(hierarchical);
        self.export(&session, result.as_ref(), inputs, make).await?;
        Ok(Response::new(HierarchicalTableApplyResponse {}))
    }

    async fn view(
        &self,
        request: Request<HierarchicalTableViewRequest>,
    ) -> Result<Response<HierarchicalTableViewResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let result = request.result_view_id.clone();
        let action =
            request.expansions.as_ref().and_then(|expansions| expansions.key_table_action_column.clone());
        let inputs = async {
            let (shown, of_shown) = match &request.target {
                Some(Target::HierarchicalTableId(ticket)) => {
                    self.hierarchy(&session, Some(ticket), result.as_ref()).await?
                }
                Some(Target::ExistingViewId(ticket)) => self.shown(&session, ticket, result.as_ref()).await?,
                None => return Err(Status::invalid_argument("no hierarchical table is named, and no view")),
            };
            let keys =
                match request.expansions.as_ref().and_then(|expansions| expansions.key_table_id.as_ref()) {
                    None => None,
                    ticket => Some(self.table(&session, ticket, result.as_ref()).await?),
                };
            let (keys, of_keys) = keys.unzip();
            let sources = of_shown.into_iter().chain(of_keys.into_iter().flatten()).collect();
            Ok(((shown, keys), sources))
        };
        let make = move |(shown, keys): (Arc<Hierarchy>, Option<Table>)| {
            hierarchy::view(&shown, keys.as_ref(), action.as_deref()).map(|view| Object::View(Arc::new(view)))
        };
        self.export(&session, result.as_ref(), inputs, make).await?;
        Ok(Response::new(HierarchicalTableViewResponse {}))
    }

    async fn export_source(
        &self,
        request: Request<HierarchicalTableSourceExportRequest>,
    ) -> Result<Response<ExportedTableCreationResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let result = request.result_table_id;
        let inputs = self.hierarchy(&session, request.hierarchical_table_id.as_ref(), result.as_ref());
        let make = |shown: Arc<Hierarchy>| Ok(Object::Table(shown.source().clone()));
        let made = self.export(&session, result.as_ref(), inputs, make).await?;
        let table = made.object.table().cloned().ok_or_else(|| not_a_table(&made.object))?;
        blocking(move || creation(&table, echo(result.as_ref()))).await.map(Response::new)
    }
}

fn hierarchical(hierarchy: Hierarchy) -> Object {
    Object::Hierarchy(Arc::new(hierarchy))
}

impl Hierarchies {
    fn context(&self, session: &Session) -> Context {
        Context { session: self.0.host.session(), names: self.0.names(session.user()) }
    }

    async fn resolve(
        &self,
        session: &Session,
        ticket: Option<&Ticket>,
        result: Option<&Ticket>,
    ) -> Result<Granted, Status> {
        apart(ticket, result)?;
        let granted = self.0.resolve(session, Reference::of(ticket, "ticket")?, Right::Read).await?;
        self.0.as_hierarchy(granted).await
    }

    async fn table(
        &self,
        session: &Session,
        ticket: Option<&Ticket>,
        result: Option<&Ticket>,
    ) -> Result<(Table, Vec<Granted>), Status> {
        let granted = self.resolve(session, ticket, result).await?;
        let table = granted.object.table().cloned().ok_or_else(|| not_a_table(&granted.object))?;
        Ok((table, vec![granted]))
    }

    async fn hierarchy(
        &self,
        session: &Session,
        ticket: Option<&Ticket>,
        result: Option<&Ticket>,
    ) -> Result<(Arc<Hierarchy>, Vec<Granted>), Status> {
        let granted = self.resolve(session, ticket, result).await?;
        match &granted.object {
            Object::Hierarchy(hierarchy) => Ok((hierarchy.clone(), vec![granted])),
            other => Err(another(other, "HierarchicalTable")),
        }
    }

    /// What a view shows.
    async fn shown(
        &self,
        session: &Session,
        ticket: &Ticket,
        result: Option<&Ticket>,
    ) -> Result<(Arc<Hierarchy>, Vec<Granted>), Status> {
        let granted = self.resolve(session, Some(ticket), result).await?;
        match &granted.object {
            Object::View(view) => Ok((view.hierarchy.clone(), vec![granted])),
            other => Err(another(other, "HierarchicalTableView")),
        }
    }

    /// Makes something of inputs once they are there. The result is pending from the first, and fails whatever goes wrong, so that
    /// whoever named it already is told.
    async fn export<I: Send + 'static>(
        &self,
        session: &Session,
        result: Option<&Ticket>,
        inputs: impl Future<Output = Result<(I, Vec<Granted>), Status>>,
        make: impl FnOnce(I) -> Result<Object, Status> + Send + 'static,
    ) -> Result<Granted, Status> {
        let slot = session.exports().begin(Reference::result(result)?)?;
        let made = match inputs.await {
            Ok((inputs, sources)) => blocking(move || Ok(Granted::made(make(inputs)?, &sources))).await,
            Err(status) => Err(status),
        };
        slot.settle(made.clone());
        made
    }
}

fn another(object: &Object, wanted: &str) -> Status {
    Status::failed_precondition(format!("the ticket names a {}, not a {wanted}", object.kind()))
}
