//! The check of every call, and the token that every answer carries.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::header::{AUTHORIZATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Request, Response};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

use super::credentials::{COOKIE_NAME, Credential, credentials};
use super::doors::refused;
use super::rules::{Rule, rule};
use super::{Access, User};
use crate::session::{Session, Sessions};

/// How long a call may take that everybody may make: it holds a place in the port, and nobody is known who would answer for it.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 50 } else { 10_000 });

/// Who may enter, and who is in.
#[derive(Debug)]
pub struct Gate {
    /// The ways in.
    pub access: Access,
    /// Those who are in.
    pub sessions: Sessions,
}

impl Gate {
    /// The session of a call to a path with these headers: none, if the path is open to all and nobody said who they are.
    ///
    /// # Errors
    /// If the caller may not make the call.
    pub fn admit(
        &self,
        path: &str,
        headers: &HeaderMap,
        now: Instant,
    ) -> Result<Option<Arc<Session>>, Status> {
        let (session, may) = self.check(path, headers, now);
        may.map(|()| session)
    }

    /// The session of a call, and whether it may be made: who may not is still told the newest token.
    fn check(
        &self,
        path: &str,
        headers: &HeaderMap,
        now: Instant,
    ) -> (Option<Arc<Session>>, Result<(), Status>) {
        let Some(rule) = rule(path) else {
            return (
                None,
                Err(Status::unimplemented(format!("there is no rpc \"{}\"", path.escape_debug()))),
            );
        };
        let mut session = Err(Status::unauthenticated(""));
        for credential in credentials(headers) {
            session = self.session(&credential, now);
            if session.is_ok() {
                break;
            }
        }
        match session {
            Ok(session) => {
                let may = allowed(rule, session.user());
                (Some(session), may)
            }
            Err(_) if rule == Rule::Open => (None, Ok(())),
            Err(status) => (None, Err(status)),
        }
    }

    /// The session of a credential: a token's, or a new one.
    ///
    /// # Errors
    /// If the credential does not hold.
    pub fn session(&self, credential: &Credential, now: Instant) -> Result<Arc<Session>, Status> {
        match credential {
            Credential::Token(token) => self.sessions.find(token, now).ok_or_else(refused),
            other => self.sessions.open(self.access.enter(other)?, now),
        }
    }
}

/// Whether a user's rights are what a rule asks for.
fn allowed(rule: Rule, user: &User) -> Result<(), Status> {
    match rule {
        Rule::Console if !user.console => {
            let message = "no console: running code in the server is a right of its own (\"kinetable server --console\")";
            Err(Status::permission_denied(message))
        }
        Rule::Write if !user.write => {
            Err(Status::permission_denied("this user may read tables, but change nothing"))
        }
        _ => Ok(()),
    }
}

/// Puts [`Gate`] before services of gRPC.
#[derive(Debug, Clone)]
pub struct AccessLayer(Arc<Gate>);

impl AccessLayer {
    /// With this gate.
    pub fn new(gate: Arc<Gate>) -> AccessLayer {
        AccessLayer(gate)
    }
}

impl<S> Layer<S> for AccessLayer {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { gate: self.0.clone(), inner }
    }
}

/// Services behind a gate.
#[derive(Debug, Clone)]
pub struct Guarded<S> {
    gate: Arc<Gate>,
    inner: S,
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl<S, B> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Answer {
        let (session, may) = self.gate.check(request.uri().path(), request.headers(), Instant::now());
        if let Err(status) = may {
            let mut response = status.into_http();
            if let Some(session) = session {
                stamp(response.headers_mut(), &session, false);
            }
            return Box::pin(std::future::ready(Ok(response)));
        }
        let wants_cookie =
            request.headers().get("x-deephaven-auth-cookie-request").is_some_and(|it| it == "true");
        if let Some(session) = &session {
            request.extensions_mut().insert(session.clone());
        }
        let answer = self.inner.call(request);
        Box::pin(async move {
            let Some(session) = session else {
                let answer = tokio::time::timeout(PATIENCE, answer).await;
                let late = || Status::deadline_exceeded("a call without a session has to be made at once");
                return answer.unwrap_or_else(|_| Ok(late().into_http()));
            };
            let mut response = answer.await?;
            stamp(response.headers_mut(), &session, wants_cookie);
            Ok(response)
        })
    }
}

fn stamp(headers: &mut HeaderMap, session: &Session, wants_cookie: bool) {
    let token = session.token();
    if let Ok(value) = HeaderValue::try_from(format!("Bearer {token}")) {
        headers.insert(AUTHORIZATION, value);
    }
    let cookie = format!("{COOKIE_NAME}={token}; HttpOnly; SameSite=Strict; Path=/");
    if wants_cookie && let Ok(value) = HeaderValue::try_from(cookie) {
        headers.append(SET_COOKIE, value);
    }
}
