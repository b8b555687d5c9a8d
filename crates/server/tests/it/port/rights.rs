//! Rights over the port: to a user who has none, every rpc answers of a table as of one that is not there.

use std::time::Duration;

use kinetable_server::access::{Access, Door, Rights, Rule, rule};
use kinetable_server::host::{Host, Object};
use kinetable_server::port::Settings;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::messages::Definitions;
use super::support::{KEY, call, connect, send, settings, start, with_key};

/// `eve:word`.
const EVE: &str = "Basic ZXZlOndvcmQ=";

const CONFIGURATION: &str = "/io.deephaven.proto.backplane.grpc.ConfigService/GetConfigurationConstants";

/// Whoever has the key may do everything, eve nothing.
fn two_users() -> Settings {
    let eve = Door::Basic { user: "eve".to_owned(), password: "word".to_owned() };
    let rights = r#"{"key": ["console", "subscribe *", "write *"], "*": []}"#;
    let access = Access::new(vec![Door::Key(KEY.to_owned()), eve]);
    let access = access.with_rights(Rights::parse(rights).expect("rights")).expect("users");
    Settings { access, ..settings(Duration::from_secs(300)) }
}

async fn token(channel: &Channel, authorization: &str) -> String {
    let answer = call(channel, CONFIGURATION, Some(authorization)).await.expect("enters");
    answer.metadata().get("authorization").expect("a token").to_str().expect("text").to_owned()
}

/// An answer as it can be compared: of a name that stands for another.
fn told(answer: &Result<Vec<u8>, Status>, name: &str) -> (Code, String) {
    let (code, text) = match answer {
        Ok(bytes) => (Code::Ok, String::from_utf8_lossy(bytes).into_owned()),
        Err(status) => (status.code(), status.message().to_owned()),
    };
    (code, text.replace(name, "NAME"))
}

#[tokio::test]
async fn every_rpc_that_names_a_table_says_of_a_denied_one_what_it_says_of_none() {
    let (server, host) = start(two_users());
    host.assign("secret", &Object::Table(host.session().empty_table(3))).expect("a name");
    let (channel, definitions) = (connect(&server).await, Definitions::read());
    // A session each, so that exports have the same ids.
    let (one, other, all) =
        (token(&channel, EVE).await, token(&channel, EVE).await, token(&channel, &with_key()).await);
    let (mut named, mut missing) = (0, 0);
    for (id, (path, request)) in (1..).zip(&definitions.rpcs) {
        let (Some(secret), Some(absent)) =
            (definitions.filled(request, "secret", id), definitions.filled(request, "absent", id))
        else {
            continue;
        };
        if rule(path).is_none() {
            continue;
        }
        named += 1;
        let denied = told(&send(&channel, path, &one, secret.clone()).await, "secret");
        let none = told(&send(&channel, path, &other, absent).await, "absent");
        assert_eq!(denied, none, "{path}");
        let is_missing = |told: &(Code, String)| {
            told.1.contains("variable 'NAME' not found") || told.1.contains("Object 'NAME' not found")
        };
        if is_missing(&denied) {
            missing += 1;
            // The message is one that reaches the table, if it may.
            let found = told(&send(&channel, path, &all, secret).await, "secret");
            assert!(!is_missing(&found), "{path}: {found:?}");
        }
    }
    assert!(named >= 58 && missing >= 53, "{named} rpcs name tables, {missing} looked for them");
}

#[tokio::test]
async fn every_rpc_answers_a_user_without_rights() {
    let (server, _host) = start(two_users());
    let channel = connect(&server).await;
    let token = token(&channel, EVE).await;
    for path in crate::definitions::paths() {
        // The one ends the session, the other answers when it has ended.
        if path.ends_with("/CloseSession") || path.ends_with("/TerminationNotification") {
            continue;
        }
        let code = call(&channel, &path, Some(&token)).await.err().map_or(Code::Ok, |status| status.code());
        match rule(&path) {
            None => assert_eq!(code, Code::Unimplemented, "{path}"),
            Some(Rule::Console) => assert_eq!(code, Code::PermissionDenied, "{path}"),
            Some(Rule::Open) => {}
            Some(_) => assert!(
                !matches!(code, Code::Internal | Code::Unknown | Code::Unauthenticated),
                "{path}: {code:?}"
            ),
        }
    }
}

#[test]
fn rights_of_a_user_who_cannot_enter_are_refused() {
    let rights = Rights::parse(r#"{"adda": ["read *"]}"#).expect("rights");
    let error = Access::new(vec![Door::Key(KEY.to_owned())]).with_rights(rights).expect_err("a stranger");
    assert!(error.to_string().contains("\"adda\""), "{error}");
}
