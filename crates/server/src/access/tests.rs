//! Credentials, rules and rights: every rpc, whoever calls.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Request, Response};
use tonic::Code;
use tower::{Layer, ServiceExt};
use uuid::Uuid;

use definitions::paths;

use super::credentials::KEY_HANDLER;
use super::rules::ruled;
use super::{Access, AccessLayer, Door, Gate, Rights, Rule, rule};
use crate::session::{Lifetime, Sessions};

#[path = "../../tests/it/definitions.rs"]
mod definitions;

fn gate(console: bool) -> Gate {
    let doors =
        vec![Door::Key("the key".into()), Door::Basic { user: "ada".into(), password: "secret:word".into() }];
    let lifetime = Lifetime { duration: Duration::from_secs(60), ..Lifetime::default() };
    Gate { access: Access::new(doors).with_console(console), sessions: Sessions::new(lifetime) }
}

fn headers(authorization: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::try_from(authorization).expect("a header"));
    headers
}

const CONFIGURATION: &str = "/io.deephaven.proto.backplane.grpc.ConfigService/GetConfigurationConstants";

#[test]
fn every_rpc_has_a_rule_and_there_is_no_rule_too_many() {
    let offered = paths();
    assert!(offered.len() > 90, "{}", offered.len());
    for path in &offered {
        assert!(rule(path).is_some(), "\"{path}\" has no rule: add one to access/rules.rs");
    }
    let (ruled, named) = ruled();
    for path in &ruled {
        assert!(offered.contains(path), "\"{path}\" has a rule, and is no rpc");
    }
    assert_eq!(ruled.iter().collect::<BTreeSet<_>>().len(), ruled.len(), "one has two");
    for name in named {
        let is_there = |path: &String| path.rsplit_once('.').is_some_and(|(_, rest)| rest == name);
        assert!(ruled.iter().any(is_there), "\"{name}\" has a rule of its own, and is no rpc");
    }
    for path in
        ["", "/", "/x", "//", "/io.deephaven.proto.backplane.grpc.TableService/", "/TableService/Head"]
    {
        assert_eq!(rule(path), None, "{path}");
    }
}

#[test]
fn every_rpc_turns_away_who_has_no_token_a_bad_one_or_an_expired_one() {
    let (gate, start) = (gate(true), Instant::now());
    let later = start + Duration::from_secs(61);
    let session =
        gate.admit(CONFIGURATION, &headers(&format!("{KEY_HANDLER} the key")), start).expect("enters");
    let token = session.expect("a session").token();
    let valid = headers(&format!("Bearer {token}"));
    for path in paths() {
        let rule = rule(&path).expect("a rule");
        gate.admit(&path, &valid, start).expect("may");
        let unknown = headers(&format!("Bearer {}", Uuid::new_v4()));
        let garbage = headers("Bearer nonsense");
        let cases = [
            ("no token", HeaderMap::new(), start),
            ("unknown token", unknown, start),
            ("expired token", valid.clone(), later),
            ("no token at all", garbage, start),
            ("wrong key", headers(&format!("{KEY_HANDLER} the kez")), start),
            ("no key", headers(KEY_HANDLER), start),
            ("anonymous", headers("Anonymous"), start),
            ("wrong password", headers(&format!("Basic {}", STANDARD.encode("ada:secret"))), start),
        ];
        for (case, headers, now) in cases {
            let admitted = gate.admit(&path, &headers, now);
            if rule == Rule::Open {
                assert!(admitted.expect("open").is_none(), "{path}: {case}");
                continue;
            }
            let status = admitted.expect_err(case);
            assert_eq!(status.code(), Code::Unauthenticated, "{path}: {case}");
            assert!(!status.message().contains("the ke"), "{case}");
        }
    }
    assert_eq!(gate.sessions.len(), 1);
}

#[test]
fn credentials_are_read_in_all_their_forms() {
    let gate = gate(false);
    let basic = STANDARD.encode("ada:secret:word");
    let forms = [
        format!("{KEY_HANDLER} the key"),
        format!("Bearer {KEY_HANDLER} the key"),
        format!("Basic {basic}"),
        format!("basic {basic}"),
        format!("Bearer Basic {basic}"),
        format!("Basic {}", STANDARD.encode("anybody:the key")),
    ];
    for form in forms {
        let session = gate.admit(CONFIGURATION, &headers(&form), Instant::now()).expect(&form);
        assert!(session.is_some(), "{form}");
    }
    let token = gate.admit(CONFIGURATION, &headers(&format!("Basic {basic}")), Instant::now());
    let token = token.expect("enters").expect("a session").token();
    let mut by_cookie = HeaderMap::new();
    let cookie = format!("other=1; deephaven-auth-cookie={token}; more=x");
    by_cookie.insert("cookie", HeaderValue::try_from(cookie).expect("a header"));
    assert!(gate.admit(CONFIGURATION, &by_cookie, Instant::now()).is_ok());
    let mut by_flight = HeaderMap::new();
    let binary = STANDARD.encode(token.to_string());
    by_flight.insert("auth-token-bin", HeaderValue::try_from(binary).expect("a header"));
    assert!(gate.admit(CONFIGURATION, &by_flight, Instant::now()).is_ok());
}

#[test]
fn a_token_that_is_over_keeps_out_nobody_who_brings_another_credential() {
    let gate = gate(false);
    let (now, stale) = (Instant::now(), Uuid::new_v4().to_string());
    let mut old = HeaderMap::new();
    let cookie = format!("deephaven-auth-cookie={stale}");
    old.insert("cookie", HeaderValue::try_from(cookie).expect("a header"));
    assert_eq!(gate.admit(CONFIGURATION, &old, now).expect_err("over").code(), Code::Unauthenticated);
    old.insert("auth-token-bin", HeaderValue::try_from(STANDARD.encode(stale)).expect("a header"));
    assert_eq!(gate.admit(CONFIGURATION, &old, now).expect_err("over").code(), Code::Unauthenticated);
    old.extend(headers(&format!("{KEY_HANDLER} the kez")));
    assert_eq!(gate.admit(CONFIGURATION, &old, now).expect_err("wrong").code(), Code::Unauthenticated);
    old.extend(headers(&format!("{KEY_HANDLER} the key")));
    let session = gate.admit(CONFIGURATION, &old, now).expect("the key fits").expect("a session");
    old.extend(headers(&format!("Bearer {}", session.token())));
    let same = gate.admit(CONFIGURATION, &old, now).expect("the token holds").expect("a session");
    assert!(Arc::ptr_eq(&same, &session));
    assert_eq!(gate.sessions.len(), 1);
}

#[tokio::test]
async fn a_call_without_a_session_is_not_waited_for() {
    let gate = Arc::new(gate(false));
    let never = tower::service_fn(|_: Request<()>| {
        std::future::pending::<Result<Response<tonic::body::Body>, std::convert::Infallible>>()
    });
    let guarded = AccessLayer::new(gate.clone()).layer(never);
    let open = "/io.deephaven.proto.backplane.grpc.ConfigService/GetAuthenticationConstants";
    let request = |headers| {
        let mut request = Request::builder().uri(open).body(()).expect("a request");
        *request.headers_mut() = headers;
        request
    };
    let answer = guarded.clone().oneshot(request(HeaderMap::new())).await.expect("an answer");
    let status = Code::from_bytes(answer.headers()["grpc-status"].as_bytes());
    assert_eq!(status, Code::DeadlineExceeded);
    let known = guarded.oneshot(request(headers(&format!("{KEY_HANDLER} the key"))));
    assert!(tokio::time::timeout(Duration::from_millis(500), known).await.is_err(), "a session may wait");
}

#[test]
fn the_console_and_writing_are_rights_of_their_own() {
    let now = Instant::now();
    let (with, without) = (gate(true), gate(false));
    let key = headers(&format!("{KEY_HANDLER} the key"));
    for path in paths().iter().filter(|path| rule(path) == Some(Rule::Console)) {
        assert!(with.admit(path, &key, now).is_ok(), "{path}");
        let status = without.admit(path, &key, now).expect_err("no console");
        assert_eq!(status.code(), Code::PermissionDenied, "{path}");
    }
    let reading = Access::new(vec![Door::Anonymous]).read_only();
    let reading = Gate { access: reading, sessions: Sessions::new(Lifetime::default()) };
    for path in paths().iter().filter(|path| rule(path) == Some(Rule::Write)) {
        assert!(without.admit(path, &key, now).is_ok(), "{path}");
        let status = reading.admit(path, &headers("Anonymous"), now).expect_err("reads");
        assert_eq!(status.code(), Code::PermissionDenied, "{path}");
    }
}

#[test]
fn every_rpc_of_the_console_turns_away_who_has_no_right_to_it() {
    let (plain, now) = (gate(true), Instant::now());
    let rights = Rights::parse(r#"{"key": ["console"], "*": []}"#).expect("rights");
    let access = plain.access.clone().with_rights(rights).expect("users");
    let gate = Gate { access, sessions: Sessions::new(Lifetime::default()) };
    assert!(gate.access.console());
    let (key, ada) = (
        headers(&format!("{KEY_HANDLER} the key")),
        headers(&format!("Basic {}", STANDARD.encode("ada:secret:word"))),
    );
    for path in paths() {
        assert!(gate.admit(&path, &key, now).is_ok(), "{path}");
        match (rule(&path), gate.admit(&path, &ada, now)) {
            (Some(Rule::Console), admitted) => {
                assert_eq!(admitted.expect_err("no console").code(), Code::PermissionDenied, "{path}");
            }
            (_, admitted) => assert!(admitted.expect("rights to tables are asked later").is_some(), "{path}"),
        }
    }
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?} {:?}", gate(true), super::Credential::parse(&format!("{KEY_HANDLER} the key")));
    assert!(!shown.contains("the key") && !shown.contains("secret"), "{shown}");
}
