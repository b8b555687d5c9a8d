//! Objects that are not tables: what they are, and the tables they refer to.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use kinetable::PartitionedTable;
use kinetable_wire::grpc::object_service_server::ObjectService;
use kinetable_wire::grpc::stream_request::Message as Asked;
use kinetable_wire::grpc::stream_response::Message as Told;
use kinetable_wire::grpc::{
    BrowserNextResponse, FetchObjectRequest, FetchObjectResponse, PartitionedTableDescriptor, ServerData,
    StreamRequest, StreamResponse, TypedTicket,
};
use prost::Message;
use tonic::{Request, Response, Status, Streaming};

use super::shared::{Answers, Shared, session_of};
use crate::access::Right;
use crate::host::Object;
use crate::session::{Granted, Reference, Session};
use crate::subscriptions;

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
        let (kind, payload, references) = self.fetch(&session, &source).await?;
        Ok(Response::new(FetchObjectResponse {
            r#type: kind,
            data: payload.to_vec(),
            typed_export_ids: references,
        }))
    }

    type MessageStreamStream = Answers<StreamResponse>;

    async fn message_stream(
        &self,
        request: Request<Streaming<StreamRequest>>,
    ) -> Result<Response<Self::MessageStreamStream>, Status> {
        let session = session_of(&request)?;
        let first = request.into_inner().message().await?;
        Ok(Response::new(self.connect(&session, first).await?))
    }

    type OpenMessageStreamStream = Answers<StreamResponse>;

    async fn open_message_stream(
        &self,
        request: Request<StreamRequest>,
    ) -> Result<Response<Self::OpenMessageStreamStream>, Status> {
        let session = session_of(&request)?;
        let first = self.0.halves.open(&session, request).await?.next().await.transpose()?;
        Ok(Response::new(self.connect(&session, first).await?))
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
    /// The answers of a stream that begins with this message: all kinds there are say everything in one.
    async fn connect(
        &self,
        session: &Session,
        first: Option<StreamRequest>,
    ) -> Result<Answers<StreamResponse>, Status> {
        let Some(Asked::Connect(connect)) = first.and_then(|first| first.message) else {
            return Err(Status::invalid_argument("the first message of a stream connects it to an object"));
        };
        let source = connect.source_id.ok_or_else(|| Status::invalid_argument("no object is named"))?;
        let (_, payload, references) = self.fetch(session, &source).await?;
        let data = ServerData { payload: payload.to_vec(), exported_references: references };
        let answer = StreamResponse { message: Some(Told::Data(data)) };
        Ok(stream::once(std::future::ready(Ok(answer))).boxed())
    }

    /// Kind, payload and references of an object; the references are exported for the session.
    async fn fetch(
        &self,
        session: &Session,
        source: &TypedTicket,
    ) -> Result<(String, Bytes, Vec<TypedTicket>), Status> {
        if source.r#type.is_empty() || source.ticket.is_none() {
            return Err(Status::invalid_argument("an object is named by its ticket and its type"));
        }
        let reference = Reference::of(source.ticket.as_ref(), "ticket")?;
        let granted = self.0.resolve(session, reference, Right::Read).await?;
        let object = &granted.object;
        let (payload, objects) = match object {
            Object::Partitioned(partitioned) => {
                (describe(partitioned), vec![Object::Table(partitioned.table().clone())])
            }
            Object::Other(other) => (other.payload.clone(), other.references.clone()),
            Object::Table(_) | Object::Console => {
                let kind = source.r#type.escape_debug();
                return Err(Status::not_found(format!("No ObjectType found, expected type '{kind}'")));
            }
        };
        if object.kind() != source.r#type {
            let (kind, named) = (object.kind(), source.r#type.escape_debug());
            return Err(Status::failed_precondition(format!("the object is a {kind}, not a {named}")));
        }
        let exported = objects.into_iter().map(|object| {
            let kind = object.kind().to_owned();
            let id = session.exports().own(Granted::made(object, [&granted]))?;
            Ok(TypedTicket { ticket: Some(Reference::Export(id).ticket()), r#type: kind })
        });
        Ok((object.kind().to_owned(), payload, exported.collect::<Result<_, Status>>()?))
    }
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
