//! Code that clients run in the process, what it prints, and completion.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::{StreamExt, stream};
use kinetable_wire::script::console_service_server::ConsoleService;
use kinetable_wire::script::{
    AutoCompleteRequest, AutoCompleteResponse, BindTableToVariableRequest, BindTableToVariableResponse,
    BrowserNextResponse, CancelAutoCompleteRequest, CancelAutoCompleteResponse, CancelCommandRequest,
    CancelCommandResponse, ExecuteCommandRequest, ExecuteCommandResponse, GetConsoleTypesRequest,
    GetConsoleTypesResponse, GetHeapInfoRequest, GetHeapInfoResponse, LogSubscriptionData,
    LogSubscriptionRequest, StartConsoleRequest, StartConsoleResponse,
};
use tokio::sync::broadcast::error::RecvError;
use tonic::{Request, Response, Status, Streaming};

use super::fields::{difference, list, shown};
use super::shared::{Answers, Shared, blocking, session_of, until_end};
use super::{completion, memory};
use crate::access::{Right, User};
use crate::host::Object;
use crate::log::Line;
use crate::run::{Ended, Run, Turn};
use crate::session::{Granted, Reference};

/// Bytes of a command, at most.
const CODE_BYTES_MAX: usize = 16 << 20;

/// The service.
pub struct Consoles(pub Arc<Shared>);

#[tonic::async_trait]
impl ConsoleService for Consoles {
    async fn get_console_types(
        &self,
        request: Request<GetConsoleTypesRequest>,
    ) -> Result<Response<GetConsoleTypesResponse>, Status> {
        // Login pages ask too, for whom nobody knows yet.
        let without = session_of(&request).is_ok_and(|session| !session.user().console);
        let language = self.language().filter(|_| !without);
        let console_types = language.into_iter().map(str::to_owned).collect();
        Ok(Response::new(GetConsoleTypesResponse { console_types }))
    }

    async fn start_console(
        &self,
        request: Request<StartConsoleRequest>,
    ) -> Result<Response<StartConsoleResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        // Also who may run no code names a console, to assign tables to variables.
        let language = self.0.host.language();
        let kind = request.session_type.as_str();
        if !kind.is_empty() && language != Some(kind) {
            let kind = kind.escape_debug();
            return Err(Status::failed_precondition(format!("session type '{kind}' is not supported")));
        }
        let slot = session.exports().begin(Reference::result(request.result_id.as_ref())?)?;
        slot.settle(Ok(Granted::own(Object::Console)));
        Ok(Response::new(StartConsoleResponse { result_id: request.result_id }))
    }

    async fn get_heap_info(
        &self,
        _: Request<GetHeapInfoRequest>,
    ) -> Result<Response<GetHeapInfoResponse>, Status> {
        let (used, machine) = blocking(|| Ok((memory::used(), memory::machine()))).await?;
        Ok(Response::new(GetHeapInfoResponse { max_memory: machine, total_memory: used, free_memory: 0 }))
    }

    type SubscribeToLogsStream = Answers<LogSubscriptionData>;

    async fn subscribe_to_logs(
        &self,
        request: Request<LogSubscriptionRequest>,
    ) -> Result<Response<Self::SubscribeToLogsStream>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let (lines, receiver) = self.0.log.watch(request.last_seen_log_timestamp);
        let later = stream::unfold(Some(receiver), |receiver| async move {
            let mut receiver = receiver?;
            match receiver.recv().await {
                Ok(line) => Some((Ok(line), Some(receiver))),
                Err(RecvError::Closed) => None,
                Err(RecvError::Lagged(missed)) => {
                    let message = format!("the reader is too slow: {missed} lines of the log were missed");
                    Some((Err(Status::resource_exhausted(message)), None))
                }
            }
        });
        let levels = request.levels;
        let wanted = move |line: &Result<Arc<Line>, Status>| {
            let is_wanted = match line {
                Ok(line) => levels.is_empty() || levels.iter().any(|level| level == line.level),
                Err(_) => true,
            };
            std::future::ready(is_wanted)
        };
        let all = stream::iter(lines.into_iter().map(Ok)).chain(later).filter(wanted);
        let told = all.map(|line| {
            let line = line?;
            let log_level = line.level.to_owned();
            Ok(LogSubscriptionData { micros: line.micros, log_level, message: line.message.clone() })
        });
        Ok(Response::new(until_end(session, told, Some(Status::cancelled("Session closed")))))
    }

    async fn execute_command(
        &self,
        request: Request<ExecuteCommandRequest>,
    ) -> Result<Response<ExecuteCommandResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let console = Reference::of(request.console_id.as_ref(), "consoleId")?;
        let named = self.0.resolve(&session, console, Right::Read).await?;
        if !matches!(named.object, Object::Console) {
            return Err(Status::failed_precondition("the ticket names no console: start one"));
        }
        if request.code.len() > CODE_BYTES_MAX {
            return Err(Status::invalid_argument(format!("a command has at most {CODE_BYTES_MAX} bytes")));
        }
        let run = Run::unheard();
        let noted = session.runs().note(&run);
        // Who gives up before his turn runs nothing; who gives up later does not end what runs, so the turn is the command's, not
        // the call's.
        let turn = match run.turn(&self.0).await {
            Ok(turn) => turn,
            Err(ended) => {
                let at = now();
                let (start_timestamp, end_timestamp) = (at, at);
                let error_message = error_message(&ended);
                let answer =
                    ExecuteCommandResponse { error_message, start_timestamp, end_timestamp, changes: None };
                return Ok(Response::new(answer));
            }
        };
        let (shared, user) = (self.0.clone(), session.user().clone());
        let command = tokio::spawn(async move {
            let _noted = noted;
            execute(&shared, &user, request.code, &run, turn).await
        });
        command.await.unwrap_or_else(|_| Err(Status::internal("the command was given up"))).map(Response::new)
    }

    async fn cancel_command(
        &self,
        request: Request<CancelCommandRequest>,
    ) -> Result<Response<CancelCommandResponse>, Status> {
        // What others run is theirs.
        let (session, shared) = (session_of(&request)?, self.0.clone());
        blocking(move || {
            for run in session.runs().all() {
                run.interrupt(shared.host.as_ref());
            }
            Ok(())
        })
        .await?;
        Ok(Response::new(CancelCommandResponse {}))
    }

    async fn bind_table_to_variable(
        &self,
        request: Request<BindTableToVariableRequest>,
    ) -> Result<Response<BindTableToVariableResponse>, Status> {
        let session = session_of(&request)?;
        let request = request.into_inner();
        let reference = Reference::of(request.table_id.as_ref(), "table ticket")?;
        let granted = self.0.resolve(&session, reference, Right::Read).await?;
        if granted.object.table().is_none() {
            return Err(super::shared::not_a_table(&granted.object));
        }
        self.0.assign(session.user(), request.variable_name, granted).await?;
        Ok(Response::new(BindTableToVariableResponse {}))
    }

    type AutoCompleteStreamStream = Answers<AutoCompleteResponse>;

    async fn auto_complete_stream(
        &self,
        request: Request<Streaming<AutoCompleteRequest>>,
    ) -> Result<Response<Self::AutoCompleteStreamStream>, Status> {
        let session = session_of(&request)?;
        let answers = completion::answers(self.0.clone(), request.into_inner());
        Ok(Response::new(until_end(session, answers, Some(Status::cancelled("Session closed")))))
    }

    async fn cancel_auto_complete(
        &self,
        _: Request<CancelAutoCompleteRequest>,
    ) -> Result<Response<CancelAutoCompleteResponse>, Status> {
        Err(Status::unimplemented("completions are quick: none is cancelled"))
    }

    type OpenAutoCompleteStreamStream = Answers<AutoCompleteResponse>;

    async fn open_auto_complete_stream(
        &self,
        request: Request<AutoCompleteRequest>,
    ) -> Result<Response<Self::OpenAutoCompleteStreamStream>, Status> {
        let session = session_of(&request)?;
        let requests = self.0.halves.open(&session, request).await?;
        let answers = completion::answers(self.0.clone(), requests);
        Ok(Response::new(until_end(session, answers, Some(Status::cancelled("Session closed")))))
    }

    async fn next_auto_complete_stream(
        &self,
        request: Request<AutoCompleteRequest>,
    ) -> Result<Response<BrowserNextResponse>, Status> {
        let session = session_of(&request)?;
        self.0.halves.next(&session, request).await?;
        Ok(Response::new(BrowserNextResponse {}))
    }
}

impl Consoles {
    /// The language in which clients may run code.
    fn language(&self) -> Option<&str> {
        if self.0.gate.access.console() { self.0.host.language() } else { None }
    }
}

/// Runs a command, and tells what it changed.
async fn execute(
    shared: &Arc<Shared>,
    user: &User,
    code: String,
    run: &Arc<Run>,
    turn: Turn,
) -> Result<ExecuteCommandResponse, Status> {
    let before = shown(&list(shared).await?, user);
    let start_timestamp = now();
    let ended = run.during(&turn, shared, code).await;
    let end_timestamp = now();
    let after = shown(&list(shared).await?, user);
    Ok(ExecuteCommandResponse {
        error_message: error_message(&ended),
        changes: Some(difference(&before, &after)),
        start_timestamp,
        end_timestamp,
    })
}

/// What went wrong; empty: nothing.
fn error_message(ended: &Ended) -> String {
    ended.outcome.error.as_ref().map(|mistake| mistake.text.clone()).unwrap_or_default()
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
