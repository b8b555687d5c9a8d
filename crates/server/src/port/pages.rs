//! What is served beside gRPC: whether all is well, and figures for Prometheus.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use http::header::{CONTENT_TYPE, HOST, WWW_AUTHENTICATE};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use tonic::body::Body;

use super::front::page;
use super::routes::Route;
use crate::access::{Credential, credentials};
use crate::services::{Shared, memory_used};
use crate::web::Files;

/// The pages.
pub struct Pages {
    shared: Arc<Shared>,
    address: SocketAddr,
    started: Instant,
    files: Files,
}

impl Pages {
    /// Of a server at an address.
    pub fn new(shared: Arc<Shared>, address: SocketAddr, files: Files) -> Pages {
        Pages { shared, address, started: Instant::now(), files }
    }

    /// The page of a request.
    pub async fn answer(&self, route: Route, request: &Parts) -> Response<Body> {
        if request.method != Method::GET && request.method != Method::HEAD {
            return page(StatusCode::METHOD_NOT_ALLOWED, "pages are read: GET\n");
        }
        match route {
            Route::Export => self.export(request),
            Route::Health => page(StatusCode::OK, "ok\n"),
            Route::Metrics => self.metrics(&request.headers).await,
            Route::App => self.file(request),
            Route::Web | Route::Calls => page(StatusCode::UPGRADE_REQUIRED, "this is for WebSockets\n"),
        }
    }

    /// A file of the web app.
    fn file(&self, request: &Parts) -> Response<Body> {
        match request.uri.path() {
            "/" if self.files.is_empty() => page(
                StatusCode::OK,
                &format!("Kinetable at {}: tables by gRPC and Arrow Flight\n", self.address),
            ),
            path => self
                .files
                .answer(path, &request.headers, called(request))
                .unwrap_or_else(|| page(StatusCode::NOT_FOUND, "there is no such page\n")),
        }
    }

    /// A file that a page of the web app was offered: its address is a secret that holds once.
    fn export(&self, request: &Parts) -> Response<Body> {
        let word = request.uri.path().strip_prefix(Route::Export.path()).unwrap_or_default();
        if request.method != Method::GET {
            return page(StatusCode::METHOD_NOT_ALLOWED, "a file is fetched once: GET\n");
        }
        let none =
            || page(StatusCode::NOT_FOUND, "there is no such file: an address holds a minute, and once\n");
        self.shared.web.exported(word).unwrap_or_else(none)
    }

    /// Figures, for those who could enter.
    async fn metrics(&self, headers: &HeaderMap) -> Response<Body> {
        if !self.may_read(headers) {
            let mut response = page(StatusCode::UNAUTHORIZED, "figures are for those who may enter\n");
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"kinetable\""));
            return response;
        }
        let (shared, uptime) = (self.shared.clone(), self.started.elapsed());
        let text = tokio::task::spawn_blocking(move || figures(&shared, uptime.as_secs_f64())).await;
        let mut response = page(StatusCode::OK, &text.unwrap_or_default());
        let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        response
    }

    fn may_read(&self, headers: &HeaderMap) -> bool {
        let gate = &self.shared.gate;
        if gate.access.is_open() {
            return true;
        }
        credentials(headers).any(|credential| match credential {
            Credential::Token(token) => gate.sessions.find(&token, Instant::now()).is_some(),
            other => gate.access.enter(&other).is_ok(),
        })
    }
}

/// What the caller calls the server.
fn called(request: &Parts) -> Option<&str> {
    let of_header = || request.headers.get(HOST)?.to_str().ok();
    request.uri.authority().map(Authority::as_str).or_else(of_header)
}

/// The figures, as text.
fn figures(shared: &Shared, uptime: f64) -> String {
    let sessions = &shared.gate.sessions;
    let graph = shared.host.session().graph().clone();
    let mut registry = Registry::with_prefix("kinetable");
    let gauges = [
        ("uptime_seconds", "Time since the server started", uptime),
        ("sessions", "Sessions of clients", sessions.len() as f64),
        ("exports", "Values that sessions export", sessions.exports() as f64),
        ("memory_bytes", "Memory of the process", memory_used() as f64),
        ("nodes", "Live tables", shared.host.session().graph().tables().len() as f64),
    ];
    for (name, help, value) in gauges {
        registry.register(name, help, ConstGauge::new(value));
    }
    let counters = [
        ("cycles", "Cycles of the update graph", graph.step()),
        ("nodes_made", "Live tables ever made", graph.nodes_made()),
    ];
    for (name, help, value) in counters {
        registry.register(name, help, ConstCounter::new(value));
    }
    let busy = graph.busy() as f64 / 1e9;
    registry.register("cycle_seconds", "Time that cycles took", ConstCounter::new(busy));
    let mut text = String::new();
    // Writing to a text does not fail.
    let _ = encode(&mut text, &registry);
    text
}
