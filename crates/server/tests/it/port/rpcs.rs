//! Every rpc over the port, with and without a token.

use std::time::Duration;

use kinetable_server::access::{Rule, rule};
use tonic::Code;

use super::support::{call, connect, settings, start, with_key};
use crate::definitions::paths;

/// Ends the session, so that it comes last.
const CLOSE: &str = "/io.deephaven.proto.backplane.grpc.SessionService/CloseSession";

/// Answers when the session has ended.
const TERMINATION: &str = "/io.deephaven.proto.backplane.grpc.SessionService/TerminationNotification";

#[tokio::test]
async fn every_rpc_over_the_port_asks_for_what_its_rule_says() {
    let (server, _host) = start(settings(Duration::from_secs(300)));
    let channel = connect(&server).await;
    let first = "/io.deephaven.proto.backplane.grpc.ConfigService/GetConfigurationConstants";
    let token = call(&channel, first, Some(&with_key())).await.expect("the key fits");
    let token = token.metadata().get("authorization").expect("a token").to_str().expect("text").to_owned();
    assert!(token.starts_with("Bearer "), "{token}");
    for path in paths() {
        let wrong = ["Bearer 9d6a7ac2-2d5b-4f3c-8a44-5f6cf2a4e000", "Anonymous", "Basic eDp5", "Nonsense"];
        for authorization in [None].into_iter().chain(wrong.map(Some)) {
            let answer = call(&channel, &path, authorization).await;
            match rule(&path) {
                // What it says of an empty message is its own affair.
                Some(Rule::Open) => {}
                Some(_) => assert_eq!(answer.expect_err(&path).code(), Code::Unauthenticated, "{path}"),
                None => assert_eq!(answer.expect_err(&path).code(), Code::Unimplemented, "{path}"),
            }
        }
        if path == CLOSE || path == TERMINATION || rule(&path).is_none() {
            continue;
        }
        let answer = call(&channel, &path, Some(&token)).await;
        let metadata = match &answer {
            Ok(response) => response.metadata(),
            Err(status) => status.metadata(),
        };
        assert_eq!(
            metadata.get("authorization").map(|it| it.as_bytes()),
            Some(token.as_bytes()),
            "{path}: {answer:?}"
        );
        let code = answer.err().map_or(Code::Ok, |status| status.code());
        assert!(!matches!(code, Code::Internal | Code::Unknown), "{path}: {code:?}");
        // A login may say no to an empty message, whoever makes the call.
        assert!(code != Code::Unauthenticated || rule(&path) == Some(Rule::Open), "{path}");
        if rule(&path) == Some(Rule::Console) {
            assert_eq!(code, Code::PermissionDenied, "{path}");
        }
    }
    assert_eq!(server.load().0, 1, "wrong credentials make no session");
    call(&channel, CLOSE, Some(&token)).await.expect("closes");
    let late = call(&channel, first, Some(&token)).await.expect_err("closed");
    assert_eq!((late.code(), late.message()), (Code::Unauthenticated, "Authentication details invalid"));
    assert_eq!(server.load(), (0, 0));
}

#[tokio::test]
async fn a_path_that_nobody_knows_is_refused() {
    let (server, _host) = start(settings(Duration::from_secs(300)));
    let channel = connect(&server).await;
    for path in ["/grpc.health.v1.Health/Check", "/x/y"] {
        let status = call(&channel, path, Some(&with_key())).await.expect_err("unknown");
        assert_eq!(status.code(), Code::Unimplemented, "{path}");
    }
}
