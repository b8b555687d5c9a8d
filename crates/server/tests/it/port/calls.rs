//! Calls whose host takes its time, whose callers give up, or that name what never comes.

use std::sync::Arc;
use std::time::Duration;

use kinetable::{Names, NoNames, Result, Session, SessionConfig};
use kinetable_server::access::{Access, Door};
use kinetable_server::host::{Completion, Host, Object, Outcome, Variable, Variables};
use kinetable_server::port::{Server, Settings};
use kinetable_server::run::Run;
use kinetable_wire::grpc::partitioned_table_service_client::PartitionedTableServiceClient;
use kinetable_wire::grpc::session_service_client::SessionServiceClient;
use kinetable_wire::grpc::table_reference::Ref;
use kinetable_wire::grpc::table_service_client::TableServiceClient;
use kinetable_wire::grpc::{
    EmptyTableRequest, ExportRequest, GetTableRequest, HandshakeRequest, HeadOrTailRequest, MergeRequest,
    TableReference, Ticket,
};
use kinetable_wire::script::console_service_client::ConsoleServiceClient;
use kinetable_wire::script::{CancelCommandRequest, ExecuteCommandRequest, StartConsoleRequest};
use parking_lot::{Condvar, Mutex};
use tonic::Code;
use tonic::transport::Channel;

use super::support::{KEY, authorized, call, connect, settings, start, with_key};

const LONG: Duration = Duration::from_secs(300);

/// A host whose names and commands wait until they may go on.
struct Slow {
    variables: Variables,
    state: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    may_go: bool,
    now: usize,
    most: usize,
    interrupted: usize,
}

impl Slow {
    fn new() -> Arc<Slow> {
        let config = SessionConfig { threads: 1, ..SessionConfig::default() };
        let variables = Variables::new(Session::start(config).expect("a session"));
        Arc::new(Slow { variables, state: Mutex::default(), changed: Condvar::new() })
    }

    fn wait(&self) {
        let mut state = self.state.lock();
        state.now += 1;
        state.most = state.most.max(state.now);
        self.changed.wait_while(&mut state, |state| !state.may_go);
        state.now -= 1;
    }

    fn go(&self) {
        self.state.lock().may_go = true;
        self.changed.notify_all();
    }

    /// Waits until so many wait.
    async fn until(&self, count: usize) {
        let is_there = async {
            while self.state.lock().now < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), is_there).await.expect("calls come");
    }
}

impl Host for Slow {
    fn session(&self) -> Session {
        self.variables.session()
    }

    fn names(&self) -> Arc<dyn Names + Send + Sync> {
        self.wait();
        Arc::new(NoNames)
    }

    fn variable(&self, name: &str) -> Option<Object> {
        self.variables.variable(name)
    }

    fn field(&self, application: &str, field: &str) -> Option<Object> {
        self.variables.field(application, field)
    }

    fn variables(&self) -> Vec<Variable> {
        self.variables.variables()
    }

    fn assign(&self, name: &str, object: &Object) -> Result<()> {
        self.variables.assign(name, object)
    }

    fn language(&self) -> Option<&str> {
        Some("waiting")
    }

    fn run(&self, _: &str, _: &Arc<Run>) -> Outcome {
        self.wait();
        Outcome::default()
    }

    fn interrupt(&self, _: u64) {
        self.state.lock().interrupted += 1;
    }

    fn complete(&self, _: &str, _: u32, _: u32) -> Vec<Completion> {
        Vec::new()
    }
}

fn with_console() -> Settings {
    let access = Access::new(vec![Door::Key(KEY.to_owned())]).with_console(true);
    Settings { access, ..settings(LONG) }
}

async fn enter(channel: &Channel) -> String {
    let request = authorized(HandshakeRequest::default(), &with_key());
    let answer = SessionServiceClient::new(channel.clone()).new_session(request).await.expect("the key fits");
    String::from_utf8(answer.into_inner().session_token).expect("text")
}

fn export(id: i32) -> Ticket {
    Ticket { ticket: [b"e".as_slice(), &id.to_le_bytes()].concat() }
}

fn head(source: i32, id: i32) -> HeadOrTailRequest {
    let source = TableReference { r#ref: Some(Ref::Ticket(export(source))) };
    HeadOrTailRequest { result_id: Some(export(id)), source_id: Some(source), num_rows: 2 }
}

#[tokio::test]
async fn operations_that_wait_for_the_host_stop_nobody_else() {
    let host = Slow::new();
    let server = Server::start(with_console(), host.clone()).expect("a server");
    let channel = connect(&server).await;
    let token = enter(&channel).await;
    let calls: Vec<_> = (1..=16)
        .map(|id| {
            let mut tables = TableServiceClient::new(channel.clone());
            let request = authorized(EmptyTableRequest { result_id: Some(export(id)), size: 1 }, &token);
            tokio::spawn(async move { tables.empty_table(request).await })
        })
        .collect();
    host.until(2).await;
    let path = "/io.deephaven.proto.backplane.grpc.ConfigService/GetConfigurationConstants";
    let other = tokio::time::timeout(Duration::from_secs(60), call(&channel, path, Some(&token))).await;
    host.go();
    other.expect("answers meanwhile").expect("answers");
    for call in calls {
        call.await.expect("ends").expect("a table");
    }
}

#[tokio::test]
async fn a_command_whose_caller_gave_up_keeps_its_turn() {
    let host = Slow::new();
    let server = Server::start(with_console(), host.clone()).expect("a server");
    let channel = connect(&server).await;
    let token = enter(&channel).await;
    let mut console = ConsoleServiceClient::new(channel);
    let starting = StartConsoleRequest { result_id: Some(export(1)), session_type: "waiting".to_owned() };
    console.start_console(authorized(starting, &token)).await.expect("a console");
    let command = || {
        let command = ExecuteCommandRequest {
            console_id: Some(export(1)),
            code: "x".to_owned(),
            ..ExecuteCommandRequest::default()
        };
        let (mut console, request) = (console.clone(), authorized(command, &token));
        tokio::spawn(async move { console.execute_command(request).await })
    };
    let first = command();
    host.until(1).await;
    first.abort();
    assert!(first.await.is_err());
    let second = command();
    // Long enough for it to begin, if it were let.
    tokio::time::sleep(Duration::from_millis(300)).await;
    host.go();
    second.await.expect("ends").expect("runs");
    assert_eq!(host.state.lock().most, 1);
}

#[tokio::test]
async fn a_client_stops_its_own_commands_alone() {
    let host = Slow::new();
    let server = Server::start(with_console(), host.clone()).expect("a server");
    let channel = connect(&server).await;
    let (token, other) = (enter(&channel).await, enter(&channel).await);
    let mut console = ConsoleServiceClient::new(channel);
    for token in [&token, &other] {
        let starting = StartConsoleRequest { result_id: Some(export(1)), session_type: "waiting".to_owned() };
        console.start_console(authorized(starting, token)).await.expect("a console");
    }
    let command = |token: &str| {
        let command = ExecuteCommandRequest {
            console_id: Some(export(1)),
            code: "x".to_owned(),
            ..ExecuteCommandRequest::default()
        };
        let (mut console, request) = (console.clone(), authorized(command, token));
        tokio::spawn(async move { console.execute_command(request).await })
    };
    let cancel = |token: &str| {
        let (mut console, request) = (console.clone(), authorized(CancelCommandRequest::default(), token));
        async move { console.cancel_command(request).await.expect("is heard") }
    };
    let running = command(&token);
    host.until(1).await;
    cancel(&other).await;
    assert_eq!(host.state.lock().interrupted, 0);
    // What waits is taken back, and answered while the other one still runs. One that has not come yet is not there to be cancelled.
    let waiting = command(&other);
    while !waiting.is_finished() {
        cancel(&other).await;
    }
    let answer = waiting.await.expect("ends").expect("is answered").into_inner();
    assert_eq!(answer.error_message, "it was taken back before its turn");
    assert_eq!(host.state.lock().interrupted, 0);
    cancel(&token).await;
    assert_eq!(host.state.lock().interrupted, 1);
    host.go();
    let answer = running.await.expect("ends").expect("runs").into_inner();
    assert_eq!(answer.error_message, "");
}

#[tokio::test]
async fn what_waits_for_a_failed_fetch_of_a_table_is_told() {
    let (server, _host) = start(settings(LONG));
    let channel = connect(&server).await;
    let token = enter(&channel).await;
    let request = GetTableRequest {
        partitioned_table: Some(export(1)),
        key_table_ticket: Some(Ticket { ticket: b"s/nothing".to_vec() }),
        result_id: Some(export(2)),
        ..GetTableRequest::default()
    };
    let mut partitioned = PartitionedTableServiceClient::new(channel.clone());
    let missing = partitioned.get_table(authorized(request, &token)).await.expect_err("no keys");
    assert_eq!(missing.code(), Code::NotFound);
    let mut tables = TableServiceClient::new(channel);
    let waits = tables.head(authorized(head(2, 3), &token));
    let told = tokio::time::timeout(Duration::from_secs(60), waits).await.expect("is told");
    assert_eq!(told.expect_err("no table").code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn what_waits_for_itself_ends() {
    let (server, _host) = start(settings(LONG));
    let channel = connect(&server).await;
    let token = enter(&channel).await;
    let mut tables = TableServiceClient::new(channel.clone());
    let mut sessions = SessionServiceClient::new(channel.clone());
    let own = tokio::time::timeout(Duration::from_secs(60), tables.head(authorized(head(1, 1), &token)));
    assert_eq!(own.await.expect("ends").expect_err("itself").code(), Code::InvalidArgument);
    let alias = ExportRequest { source_id: Some(export(2)), result_id: Some(export(2)) };
    let own =
        tokio::time::timeout(Duration::from_secs(60), sessions.export_from_ticket(authorized(alias, &token)));
    assert_eq!(own.await.expect("ends").expect_err("itself").code(), Code::InvalidArgument);
    let mut partitioned = PartitionedTableServiceClient::new(channel);
    let merge = MergeRequest { partitioned_table: Some(export(5)), result_id: Some(export(5)) };
    let own = tokio::time::timeout(Duration::from_secs(60), partitioned.merge(authorized(merge, &token)));
    assert_eq!(own.await.expect("ends").expect_err("itself").code(), Code::InvalidArgument);
    let ring = [(3, 4), (4, 3)].map(|(source, id)| {
        let (mut tables, request) = (tables.clone(), authorized(head(source, id), &token));
        tokio::spawn(async move { tables.head(request).await })
    });
    while server.load().1 < 5 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    sessions.close_session(authorized(HandshakeRequest::default(), &token)).await.expect("closes");
    for one in ring {
        let ended = tokio::time::timeout(Duration::from_secs(60), one).await.expect("ends").expect("ends");
        assert!(ended.is_err());
    }
}
