//! Sessions and what they export: alias, share, let go, and watch.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use kinetable_wire::grpc::State as Told;
use kinetable_wire::grpc::session_service_server::SessionService;
use kinetable_wire::grpc::{
    CloseSessionResponse, ExportNotification, ExportNotificationRequest, ExportRequest, ExportResponse,
    HandshakeRequest, HandshakeResponse, PublishRequest, PublishResponse, ReleaseRequest, ReleaseResponse,
    TerminationNotificationRequest, TerminationNotificationResponse,
};
use tokio::sync::broadcast::error::RecvError;
use tonic::{Request, Response, Status};

use super::shared::{Answers, Shared, blocking, may_assign, session_of, until_end};
use crate::access::Right;
use crate::session::{Change, Reference, Session, Stage};

/// The service.
pub struct Sessions(pub Arc<Shared>);

#[tonic::async_trait]
impl SessionService for Sessions {
    async fn new_session(
        &self,
        request: Request<HandshakeRequest>,
    ) -> Result<Response<HandshakeResponse>, Status> {
        self.handshake(&request)
    }

    async fn refresh_session_token(
        &self,
        request: Request<HandshakeRequest>,
    ) -> Result<Response<HandshakeResponse>, Status> {
        self.handshake(&request)
    }

    async fn close_session(
        &self,
        request: Request<HandshakeRequest>,
    ) -> Result<Response<CloseSessionResponse>, Status> {
        let session = session_of(&request)?;
        let shared = self.0.clone();
        // What was exported is dropped here, and may be much.
        blocking(move || {
            shared.gate.sessions.close(&session);
            shared.tickets.sweep();
            Ok(())
        })
        .await?;
        Ok(Response::new(CloseSessionResponse {}))
    }

    async fn release(&self, request: Request<ReleaseRequest>) -> Result<Response<ReleaseResponse>, Status> {
        let session = session_of(&request)?;
        let ticket = request.into_inner().id;
        if ticket.is_none() {
            return Err(Status::invalid_argument("a release names the export to let go"));
        }
        let Reference::Export(id) = Reference::of(ticket.as_ref(), "ticket")? else {
            return Err(Status::invalid_argument("only exports are released"));
        };
        blocking(move || session.exports().release(id)).await?;
        Ok(Response::new(ReleaseResponse {}))
    }

    async fn export_from_ticket(
        &self,
        request: Request<ExportRequest>,
    ) -> Result<Response<ExportResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let source = Reference::of(request.source_id.as_ref(), "source ticket")?;
        self.alias(&session, source, Reference::result(request.result_id.as_ref())?).await?;
        Ok(Response::new(ExportResponse {}))
    }

    async fn publish_from_ticket(
        &self,
        request: Request<PublishRequest>,
    ) -> Result<Response<PublishResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let source = Reference::of(request.source_id.as_ref(), "source ticket")?;
        match Reference::of(request.result_id.as_ref(), "result ticket")? {
            Reference::Export(id) => self.alias(&session, source, id).await?,
            Reference::Shared(ticket) => {
                let Reference::Export(id) = source else {
                    return Err(Status::failed_precondition("only an export can be shared: export it first"));
                };
                let export = session.exports().get(id)?;
                // Whoever fetches it next finds it there, or hears why not.
                export.value().await?;
                self.0.tickets.publish(&ticket, export)?;
            }
            Reference::Scope(name) => {
                may_assign(session.user(), &name)?;
                let granted = self.0.resolve(&session, source, Right::Read).await?;
                self.0.assign(session.user(), name, granted).await?;
            }
            Reference::Field { .. } => {
                return Err(Status::failed_precondition("the fields of applications are not published to"));
            }
        }
        Ok(Response::new(PublishResponse {}))
    }

    type ExportNotificationsStream = Answers<ExportNotification>;

    async fn export_notifications(
        &self,
        request: Request<ExportNotificationRequest>,
    ) -> Result<Response<Self::ExportNotificationsStream>, Status> {
        let session = session_of(&request)?;
        let (known, changes) = session.exports().watch();
        let known: Vec<_> = known.iter().map(|change| Ok(notification(change))).collect();
        let replayed = ExportNotification {
            ticket: Some(Reference::Export(0).ticket()),
            export_state: Told::Exported.into(),
            ..ExportNotification::default()
        };
        let later = stream::unfold(Some(changes), |changes| async move {
            let mut changes = changes?;
            match changes.recv().await {
                Ok(change) => Some((Ok(notification(&change)), Some(changes))),
                Err(RecvError::Closed) => None,
                Err(RecvError::Lagged(missed)) => {
                    let message = format!("the reader is too slow: {missed} changes of exports were missed");
                    Some((Err(Status::resource_exhausted(message)), None))
                }
            }
        });
        let all = stream::iter(known).chain(stream::once(std::future::ready(Ok(replayed)))).chain(later);
        Ok(Response::new(until_end(session, all, Some(Status::cancelled("Session closed")))))
    }

    async fn termination_notification(
        &self,
        request: Request<TerminationNotificationRequest>,
    ) -> Result<Response<TerminationNotificationResponse>, Status> {
        let session = session_of(&request)?;
        drop(request);
        tokio::select! {
            biased;
            () = self.0.stopping() => Ok(Response::new(TerminationNotificationResponse {
                abnormal_termination: false,
                reason: "the server is stopping".to_owned(),
                is_from_uncaught_exception: false,
                stack_traces: Vec::new(),
            })),
            () = session.ended() => Err(Status::unauthenticated("Session has ended")),
        }
    }
}

impl Sessions {
    async fn alias(&self, session: &Arc<Session>, source: Reference, result: i32) -> Result<(), Status> {
        let slot = session.exports().begin(result)?;
        let granted = match source {
            Reference::Export(id) if id == result => {
                Err(Status::invalid_argument("the source is the result itself"))
            }
            source => self.0.resolve(session, source, Right::Read).await,
        };
        let told = granted.as_ref().map(|_| ()).map_err(Clone::clone);
        slot.settle(granted);
        told
    }

    fn handshake(&self, request: &Request<HandshakeRequest>) -> Result<Response<HandshakeResponse>, Status> {
        if request.get_ref().auth_protocol != 0 {
            return Err(Status::invalid_argument("auth_protocol has to be 0: say who you are in a header"));
        }
        let session = session_of(request)?;
        let duration = self.0.gate.sessions.lifetime().duration;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let millis = |time: std::time::Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Ok(Response::new(HandshakeResponse {
            metadata_header: b"Authorization".to_vec(),
            session_token: format!("Bearer {}", session.token()).into_bytes(),
            token_deadline_time_millis: millis(now + duration),
            token_expiration_delay_millis: millis(duration / 2),
        }))
    }
}

fn notification(change: &Change) -> ExportNotification {
    let state = match change.stage {
        Stage::Unknown => Told::Unknown,
        Stage::Pending => Told::Pending,
        Stage::Exported => Told::Exported,
        Stage::Failed => Told::Failed,
        Stage::Released => Told::Released,
    };
    ExportNotification {
        ticket: Some(Reference::Export(change.export.id()).ticket()),
        export_state: state.into(),
        context: String::new(),
        dependent_handle: String::new(),
    }
}
