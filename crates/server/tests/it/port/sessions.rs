//! Sessions over the port: exports, tickets, ends.

use std::time::Duration;

use kinetable_server::access::{Access, Door};
use kinetable_server::host::{Host, Object};
use kinetable_server::port::{Server, Settings};
use kinetable_wire::grpc::session_service_client::SessionServiceClient;
use kinetable_wire::grpc::table_reference::Ref;
use kinetable_wire::grpc::table_service_client::TableServiceClient;
use kinetable_wire::grpc::{
    EmptyTableRequest, ExportRequest, ExportedTableUpdatesRequest, FetchTableRequest, HandshakeRequest,
    HeadOrTailRequest, PublishRequest, ReleaseRequest, TableReference, TerminationNotificationRequest,
    Ticket,
};
use tonic::Code;
use tonic::transport::Channel;

use super::support::{authorized, connect, settings, start, with_key};

const LONG: Duration = Duration::from_secs(300);
const MINUTES: Duration = Duration::from_secs(120);

fn export(id: i32) -> Ticket {
    Ticket { ticket: [b"e".as_slice(), &id.to_le_bytes()].concat() }
}

fn reference(ticket: Ticket) -> Option<TableReference> {
    Some(TableReference { r#ref: Some(Ref::Ticket(ticket)) })
}

fn empty(id: i32, size: i64) -> EmptyTableRequest {
    EmptyTableRequest { result_id: Some(export(id)), size }
}

fn head(source: i32, id: i32) -> HeadOrTailRequest {
    HeadOrTailRequest { result_id: Some(export(id)), source_id: reference(export(source)), num_rows: 2 }
}

/// A client that is in.
async fn enter(server: &Server) -> (TableServiceClient<Channel>, SessionServiceClient<Channel>, String) {
    let channel = connect(server).await;
    let mut sessions = SessionServiceClient::new(channel.clone());
    let request = authorized(HandshakeRequest::default(), &with_key());
    let answer = sessions.new_session(request).await.expect("the key fits");
    let token = String::from_utf8(answer.into_inner().session_token).expect("text");
    (TableServiceClient::new(channel), sessions, token)
}

#[tokio::test]
async fn an_export_may_be_named_before_it_is_there() {
    let (server, _host) = start(settings(LONG));
    let (tables, _, token) = enter(&server).await;
    let (mut early, other) = (tables.clone(), token.clone());
    let early = tokio::spawn(async move { early.head(authorized(head(1, 2), &other)).await });
    let mut tables = tables;
    let has_come = async {
        while server.load().1 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(MINUTES, has_come).await.expect("the export is counted");
    assert!(!early.is_finished());
    let made = tables.empty_table(authorized(empty(1, 5), &token)).await.expect("a table").into_inner();
    assert_eq!(
        (made.success, made.is_static, made.size, made.result_id),
        (true, true, 5, reference(export(1)))
    );
    let made = early.await.expect("ends").expect("a table").into_inner();
    assert_eq!(made.size, 2);
    let taken = tables.empty_table(authorized(empty(1, 5), &token)).await.expect_err("in use");
    assert_eq!(taken.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn what_depends_on_a_failure_fails_and_what_is_released_is_gone() {
    let (server, _host) = start(settings(LONG));
    let (mut tables, mut sessions, token) = enter(&server).await;
    let wrong = tables.empty_table(authorized(empty(1, -5), &token)).await.expect_err("no size");
    assert_eq!(wrong.code(), Code::InvalidArgument);
    let below = tables.head(authorized(head(1, 2), &token)).await.expect_err("fails too");
    assert_eq!(below.code(), Code::FailedPrecondition);
    assert!(below.message().contains("DEPENDENCY_FAILED"), "{}", below.message());

    tables.empty_table(authorized(empty(3, 5), &token)).await.expect("a table");
    let release = |id| authorized(ReleaseRequest { id: Some(export(id)) }, &token);
    sessions.release(release(3)).await.expect("lets go");
    sessions.release(release(3)).await.expect("again");
    let gone = tables.head(authorized(head(3, 4), &token)).await.expect_err("gone");
    assert_eq!((gone.code(), gone.message().contains("RELEASED")), (Code::FailedPrecondition, true));
    let again = tables.empty_table(authorized(empty(3, 5), &token)).await.expect_err("used");
    assert_eq!(again.code(), Code::InvalidArgument);
    assert_eq!(sessions.release(release(99)).await.expect_err("unknown").code(), Code::Unavailable);
    let nothing = authorized(ReleaseRequest { id: None }, &token);
    assert_eq!(sessions.release(nothing).await.expect_err("nothing").code(), Code::InvalidArgument);
}

#[tokio::test]
async fn tickets_name_variables_shared_tables_and_nothing_else() {
    let (server, host) = start(settings(LONG));
    let table = Object::Table(host.session().empty_table(7));
    host.assign("seven", &table).expect("a name");
    let (mut tables, mut sessions, token) = enter(&server).await;
    let fetch = |ticket: &[u8], id| FetchTableRequest {
        source_id: reference(Ticket { ticket: ticket.to_vec() }),
        result_id: Some(export(id)),
    };
    let made = tables.fetch_table(authorized(fetch(b"s/seven", 1), &token)).await.expect("a variable");
    assert_eq!(made.into_inner().size, 7);
    let share =
        PublishRequest { source_id: Some(export(1)), result_id: Some(Ticket { ticket: b"hmine".to_vec() }) };
    sessions.publish_from_ticket(authorized(share.clone(), &token)).await.expect("shared");
    let twice = sessions.publish_from_ticket(authorized(share, &token)).await.expect_err("in use");
    assert_eq!(twice.code(), Code::AlreadyExists);
    let (mut others, _, other) = enter(&server).await;
    let made = others.fetch_table(authorized(fetch(b"hmine", 1), &other)).await.expect("shared");
    assert_eq!(made.into_inner().size, 7);
    // The export of another session is not this one's.
    let mut foreign = others.clone();
    let waits = foreign.head(authorized(head(2, 3), &other));
    assert!(tokio::time::timeout(Duration::from_millis(50), waits).await.is_err());
    sessions.release(authorized(ReleaseRequest { id: Some(export(1)) }, &token)).await.expect("lets go");
    let cases: [(&[u8], Code); 7] = [
        (b"hmine", Code::NotFound),
        (b"hother", Code::NotFound),
        (b"s/nothing", Code::NotFound),
        (b"a/app/f/field", Code::NotFound),
        (b"", Code::FailedPrecondition),
        (b"x", Code::FailedPrecondition),
        (b"e1", Code::FailedPrecondition),
    ];
    for (id, (ticket, code)) in (10..).zip(cases) {
        let status = others.fetch_table(authorized(fetch(ticket, id), &other)).await.expect_err("nothing");
        assert_eq!(status.code(), code, "{ticket:?}");
    }
    let alias = ExportRequest {
        source_id: Some(Ticket { ticket: b"s/seven".to_vec() }),
        result_id: Some(export(50)),
    };
    sessions.export_from_ticket(authorized(alias, &token)).await.expect("an alias");
    assert_eq!(tables.head(authorized(head(50, 51), &token)).await.expect("a table").into_inner().size, 2);
}

#[tokio::test]
async fn a_session_that_expires_ends_its_streams_and_lets_all_go() {
    let (server, _host) = start(settings(Duration::from_secs(15)));
    let (mut tables, mut sessions, token) = enter(&server).await;
    tables.empty_table(authorized(empty(1, 5), &token)).await.expect("a table");
    let request = authorized(ExportedTableUpdatesRequest {}, &token);
    let mut updates = tables.exported_table_updates(request).await.expect("a stream").into_inner();
    let told = updates.message().await.expect("a message").expect("a size");
    assert_eq!((told.export_id, told.size), (Some(export(1)), 5));
    let end = sessions.termination_notification(authorized(TerminationNotificationRequest {}, &token));
    let end = tokio::time::timeout(MINUTES, end).await.expect("it expires");
    assert_eq!(end.expect_err("ends").message(), "Session has ended");
    assert!(matches!(updates.message().await, Ok(None)));
    assert_eq!(server.load(), (0, 0));
    let late = tables.empty_table(authorized(empty(2, 5), &token)).await.expect_err("expired");
    assert_eq!(late.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn many_exports_leave_nothing_and_no_more_than_allowed() {
    let mut settings = settings(LONG);
    settings.lifetime.exports_max = 10;
    let (server, _host) = start(settings);
    let (mut tables, mut sessions, token) = enter(&server).await;
    for id in 1..=500 {
        tables.empty_table(authorized(empty(id, 1), &token)).await.expect("room");
        sessions.release(authorized(ReleaseRequest { id: Some(export(id)) }, &token)).await.expect("lets go");
    }
    assert_eq!(server.load(), (1, 0));
    for id in 501..=510 {
        tables.empty_table(authorized(empty(id, 1), &token)).await.expect("room");
    }
    let full = tables.empty_table(authorized(empty(511, 1), &token)).await.expect_err("no room");
    assert_eq!(full.code(), Code::ResourceExhausted);
}

#[tokio::test]
async fn a_server_that_stops_tells_its_clients() {
    let (mut server, _host) = start(settings(LONG));
    let (mut tables, mut sessions, token) = enter(&server).await;
    let request = authorized(TerminationNotificationRequest {}, &token);
    let waits = tokio::spawn(async move { sessions.termination_notification(request).await });
    tokio::task::yield_now().await;
    // A later call of the same connection is answered: this one has come.
    tables.empty_table(authorized(empty(1, 5), &token)).await.expect("a table");
    assert!(!waits.is_finished());
    tokio::task::spawn_blocking(move || server.stop()).await.expect("stops");
    let told = waits.await.expect("ends").expect("a word").into_inner();
    assert_eq!((told.abnormal_termination, told.reason.as_str()), (false, "the server is stopping"));
}

#[test]
fn a_server_that_everybody_could_reach_does_not_start() {
    let session = kinetable::Session::start(kinetable::SessionConfig { threads: 1, ..Default::default() });
    let host = std::sync::Arc::new(kinetable_server::host::Variables::new(session.expect("a session")));
    for (address, doors, word) in [
        ("0.0.0.0", vec![Door::Anonymous], "from other machines"),
        ("::", vec![Door::Key("k".into()), Door::Anonymous], "from other machines"),
        ("127.0.0.1", Vec::new(), "no way in"),
        ("no.such.host.invalid", vec![Door::Anonymous], "not known"),
    ] {
        let settings =
            Settings { host: address.into(), port: 0, access: Access::new(doors), ..Settings::default() };
        let error = Server::start(settings, host.clone()).expect_err(address).to_string();
        assert!(error.contains(word), "{error}");
    }
    let access = Access::new(vec![Door::Anonymous]).with_console(true).read_only();
    let error =
        Server::start(Settings { port: 0, access, ..Settings::default() }, host).expect_err("a console");
    assert!(error.to_string().contains("read-only"), "{error}");
}
