//! The list of what scripts show, as it changes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use kinetable_wire::grpc::application_service_server::ApplicationService;
use kinetable_wire::grpc::{FieldsChangeUpdate, ListFieldsRequest};
use tonic::{Request, Response, Status};

use super::fields::{Fields, difference, shown};
use super::shared::{Answers, Shared, session_of, until_end};

/// The shortest time between two answers of a stream: what changes meanwhile is told together.
const PAUSE: Duration = Duration::from_millis(250);

/// The service.
pub struct Applications(pub Arc<Shared>);

#[tonic::async_trait]
impl ApplicationService for Applications {
    type ListFieldsStream = Answers<FieldsChangeUpdate>;

    async fn list_fields(
        &self,
        request: Request<ListFieldsRequest>,
    ) -> Result<Response<Self::ListFieldsStream>, Status> {
        let session = session_of(&request)?;
        let (first, receiver) = Fields::watch(&self.0).await?;
        let user = session.user().clone();
        let first = shown(&first, &user);
        let told = stream::once(std::future::ready(Ok(difference(&[], &first))));
        let later = stream::unfold((first, receiver, user), |(mut known, mut receiver, user)| async move {
            loop {
                tokio::time::sleep(PAUSE).await;
                receiver.changed().await.ok()?;
                let list = shown(&receiver.borrow_and_update(), &user);
                let update = difference(&known, &list);
                known = list;
                if update != FieldsChangeUpdate::default() {
                    return Some((Ok(update), (known, receiver, user)));
                }
            }
        });
        let ended = Status::cancelled("subscription cancelled");
        Ok(Response::new(until_end(session, told.chain(later), Some(ended))))
    }
}
