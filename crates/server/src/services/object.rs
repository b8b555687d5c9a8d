//! Objects that are not tables: what they are, and the tables they refer to.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use kinetable::PartitionedTable;
use kinetable_wire::grpc::object_service_server::ObjectService;
use kinetable_wire::grpc::stream_request::Message as Asked;
use kinetable_wire::grpc::stream_response::Message as Told;
use kinetable_wire::grpc::{
    BrowserNextResponse, FetchObjectRequest, FetchObjectResponse, HierarchicalTableDescriptor,
    PartitionedTableDescriptor, StreamRequest, StreamResponse, TypedTicket,
};
use prost::Message as _;
use tonic::{Request, Response, Status, Streaming};

use super::shared::{Answers, Shared, blocking, session_of};
use super::talk;
use crate::access::Right;
use crate::host::Object;
use crate::operations::hierarchy::{self, Hierarchy};
use crate::session::{Granted, Reference, Session};
use crate::subscriptions;
use crate::thing::Message;

/// The service.
pub struct Objects(pub Arc<Shared>);

#[tonic::async_trait]
impl ObjectService for Objects {
    async fn fetch_object(
        &self,
        request: Request<FetchObjectRequest>,
    ) -> Result<Response<FetchObjectResponse>, Status> {
        let session = session_of(&request)?;
        let source =
            request.into_inner().source_id.ok_or_else(|| Status::invalid_argument("no object is named"))?;
        let granted = self.find(&session, &source).await?;
        let first = match &granted.object {
            Object::Thing(thing) => talk::first(thing).await?,
            object => whole(object, &source).await?,
        };
        let data = talk::exported(&session, &granted, first)?;
        Ok(Response::new(FetchObjectResponse {
            r#type: granted.object.kind().to_owned(),
            data: data.payload,
            typed_export_ids: data.exported_references,
        }))
    }

    type MessageStreamStream = Answers<StreamResponse>;

    async fn message_stream(
        &self,
        request: Request<Streaming<StreamRequest>>,
    ) -> Result<Response<Self::MessageStreamStream>, Status> {
        let session = session_of(&request)?;
        Ok(Response::new(self.connect(session, request.into_inner()).await?))
    }

    type OpenMessageStreamStream = Answers<StreamResponse>;

    async fn open_message_stream(
        &self,
        request: Request<StreamRequest>,
    ) -> Result<Response<Self::OpenMessageStreamStream>, Status> {
        let session = session_of(&request)?;
        let requests = self.0.halves.open(&session, request).await?;
        Ok(Response::new(self.connect(session, requests).await?))
    }

    async fn next_message_stream(
        &self,
        request: Request<StreamRequest>,
    ) -> Result<Response<BrowserNextResponse>, Status> {
        let session = session_of(&request)?;
        self.0.halves.next(&session, request).await?;
        Ok(Response::new(BrowserNextResponse {}))
    }
}

impl Objects {
    /// The answers of a stream, whose first message names an object.
    async fn connect(
        &self,
        session: Arc<Session>,
        mut requests: impl Stream<Item = Result<StreamRequest, Status>> + Send + Unpin + 'static,
    ) -> Result<Answers<StreamResponse>, Status> {
        let first = requests.next().await.transpose()?;
        let Some(Asked::Connect(connect)) = first.and_then(|first| first.message) else {
            return Err(Status::invalid_argument("the first message of a stream connects it to an object"));
        };
        let source = connect.source_id.ok_or_else(|| Status::invalid_argument("no object is named"))?;
        let granted = self.find(&session, &source).await?;
        if let Object::Thing(thing) = &granted.object {
            let thing = thing.clone();
            return talk::answers(&self.0, session, granted, thing, requests).await;
        }
        let data = talk::exported(&session, &granted, whole(&granted.object, &source).await?)?;
        let answer = StreamResponse { message: Some(Told::Data(data)) };
        Ok(stream::once(std::future::ready(Ok(answer))).boxed())
    }

    /// The object that a ticket names, if it is of the type that is named.
    async fn find(&self, session: &Session, source: &TypedTicket) -> Result<Granted, Status> {
        if source.r#type.is_empty() || source.ticket.is_none() {
            return Err(Status::invalid_argument("an object is named by its ticket and its type"));
        }
        let reference = Reference::of(source.ticket.as_ref(), "ticket")?;
        let granted = self.0.resolve(session, reference, Right::Read).await?;
        let granted = self.0.as_hierarchy(granted).await?;
        if matches!(granted.object, Object::Table(_) | Object::View(_) | Object::Console) {
            return Err(no_object_type(source));
        }
        if granted.object.kind() != source.r#type {
            let (kind, named) = (granted.object.kind(), source.r#type.escape_debug());
            return Err(Status::failed_precondition(format!("the object is a {kind}, not a {named}")));
        }
        Ok(granted)
    }
}

/// All that is said of an object that is no thing.
async fn whole(object: &Object, source: &TypedTicket) -> Result<Message, Status> {
    match object {
        Object::Partitioned(partitioned) => Ok(Message {
            payload: describe(partitioned),
            references: vec![Object::Table(partitioned.table().clone())],
        }),
        Object::Hierarchy(hierarchy) => {
            Ok(Message { payload: describe_hierarchy(hierarchy).await?, references: Vec::new() })
        }
        Object::Table(_) | Object::View(_) | Object::Thing(_) | Object::Console => {
            Err(no_object_type(source))
        }
    }
}

fn no_object_type(source: &TypedTicket) -> Status {
    Status::not_found(format!("No ObjectType found, expected type '{}'", source.r#type.escape_debug()))
}

async fn describe_hierarchy(shown: &Arc<Hierarchy>) -> Result<Bytes, Status> {
    let hierarchy = shown.clone();
    let view = blocking(move || hierarchy::view(&hierarchy, None, None)).await?;
    let descriptor = HierarchicalTableDescriptor {
        snapshot_schema: kinetable_wire::schema::encapsulated(&view.schema).to_vec(),
        is_static: !shown.source().is_live(),
    };
    Ok(descriptor.encode_to_vec().into())
}

fn describe(partitioned: &PartitionedTable) -> Bytes {
    let session = partitioned.table().session();
    let columns = partitioned.constituent_schema().fields().iter();
    let columns =
        columns.map(|field| (field.name().clone(), arrow_array::new_empty_array(field.data_type())));
    // A table of no rows with the constituents' columns says how clients see them.
    let schema = session.new_table(columns.collect()).map(|table| subscriptions::table_schema(&table));
    let schema = schema.map(|schema| kinetable_wire::schema::encapsulated(&schema).to_vec());
    let descriptor = PartitionedTableDescriptor {
        key_column_names: partitioned.key_columns().to_vec(),
        unique_keys: partitioned.unique_keys(),
        constituent_definition_schema: schema.unwrap_or_default(),
        constituent_column_name: partitioned.constituent_column().to_owned(),
        constituent_changes_permitted: partitioned.changes_permitted(),
    };
    descriptor.encode_to_vec().into()
}
