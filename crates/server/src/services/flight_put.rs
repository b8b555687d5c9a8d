//! A table that a client sends: where it goes, its batches, and a word for each.

use std::sync::Arc;

use arrow_flight::{FlightData, FlightDescriptor, PutResult};
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tonic::Status;

use super::Shared;
use super::flight::described;
use super::shared::{blocking, may_assign};
use super::uploads::Upload;
use crate::host::Object;
use crate::session::{Granted, Reference, Session, Slot};

/// Where a table goes.
enum Goal {
    Export(Slot),
    Variable(String),
}

/// Takes a table: its export is there, pending, from the first message on.
pub async fn take(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    mut put: impl Stream<Item = Result<FlightData, Status>> + Send + Unpin,
    answers: &mpsc::Sender<Result<PutResult, Status>>,
) -> Result<(), Status> {
    let Some(first) = put.next().await else {
        return Err(Status::invalid_argument("the table has no schema"));
    };
    let first = first?;
    let descriptor = first.flight_descriptor.clone().unwrap_or_default();
    let goal = goal(session, &descriptor)?;
    let received = tokio::select! {
        received = receive(shared, first, &descriptor, &mut put, answers) => received,
        () = session.ended() => Err(Status::unauthenticated("Session expired")),
    };
    match goal {
        Goal::Export(slot) => {
            let told = received.as_ref().map(|_| ()).map_err(Clone::clone);
            slot.settle(received.map(Granted::own));
            told
        }
        Goal::Variable(name) => shared.assign(session.user(), name, Granted::own(received?)).await,
    }
}

fn goal(session: &Session, descriptor: &FlightDescriptor) -> Result<Goal, Status> {
    match described(descriptor)? {
        Reference::Export(id) => Ok(Goal::Export(session.exports().begin(id)?)),
        Reference::Scope(name) => {
            may_assign(session.user(), &name)?;
            Ok(Goal::Variable(name))
        }
        Reference::Field { .. } | Reference::Shared(_) => {
            Err(Status::failed_precondition("a table is sent to export/ID or scope/NAME"))
        }
    }
}

async fn receive(
    shared: &Arc<Shared>,
    first: FlightData,
    descriptor: &FlightDescriptor,
    put: &mut (impl Stream<Item = Result<FlightData, Status>> + Send + Unpin),
    answers: &mpsc::Sender<Result<PutResult, Status>>,
) -> Result<Object, Status> {
    let bytes_max = shared.upload_bytes_max;
    let mut upload = blocking(move || Upload::begin(&first.data_header, bytes_max)).await?;
    while let Some(data) = put.next().await {
        let data = data?;
        if data.flight_descriptor.as_ref().is_some_and(|other| other != descriptor) {
            return Err(Status::invalid_argument(
                "the descriptor is another one than that of the first message",
            ));
        }
        let is_batch;
        (upload, is_batch) = blocking(move || {
            let is_batch = upload.take(&data)?;
            Ok((upload, is_batch))
        })
        .await?;
        if is_batch {
            // A client may read one word, or none, and go on.
            let _ = answers.send(Ok(PutResult::default())).await;
        }
    }
    let session = shared.host.session();
    blocking(move || upload.finish(&session).map(Object::Table)).await
}
