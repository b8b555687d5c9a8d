//! What becomes of a request: a call of gRPC or grpc-web, a WebSocket, or a page.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE,
    UPGRADE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use tonic::Status;
use tonic::body::Body;
use tonic::service::Routes;
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::util::MapResponse;
use tower::{Layer, ServiceExt};

use super::checks::{Caller, Checks};
use super::pages::Pages;
use super::routes::Route;
use super::server::Settings;
use super::sockets::Sockets;
use super::spelling::{Reader, spelled};
use crate::access::{AccessLayer, Guarded};
use crate::services::Shared;
use crate::web::{Files, Pages as WebPages};

/// Headers that pages may send.
const ALLOWED: &str = "content-type, grpc-timeout, grpc-encoding, grpc-accept-encoding, content-encoding, \
     accept-encoding, x-grpc-web, x-user-agent, authorization, auth-token-bin, origin, x-deephaven-stream-ticket, \
     x-deephaven-stream-sequence, x-deephaven-stream-halfclose";

/// Headers that pages may read.
const EXPOSED: &str = "grpc-status, grpc-message, grpc-status-details-bin, authorization";

/// The services, as pages read their errors.
type Plain = MapResponse<Guarded<Routes>, fn(Response<Body>) -> Response<Body>>;

/// The first who sees a request. Cheap to clone.
#[derive(Clone)]
pub struct Front {
    checks: Arc<Checks>,
    services: Guarded<Routes>,
    web: GrpcWebService<Plain>,
    sockets: Sockets,
    web_pages: WebPages,
    pages: Arc<Pages>,
}

impl Front {
    /// Before these services.
    pub fn new(
        shared: &Arc<Shared>,
        services: Routes,
        settings: &Settings,
        address: SocketAddr,
        files: Files,
    ) -> Front {
        let services = AccessLayer::new(shared.gate.clone()).layer(services);
        Front {
            checks: Arc::new(Checks::new(settings)),
            web: GrpcWebLayer::new().layer(MapResponse::new(services.clone(), for_pages as fn(_) -> _)),
            sockets: Sockets {
                services: services.clone(),
                shared: shared.clone(),
                message_bytes_max: settings.message_bytes_max,
                handshake_time: settings.handshake_time,
                silence: settings.silence,
                idle_time: settings.idle_time,
            },
            web_pages: WebPages {
                shared: shared.clone(),
                handshake_time: settings.handshake_time,
                silence: settings.silence,
            },
            services,
            pages: Arc::new(Pages::new(shared.clone(), address, files)),
        }
    }

    /// The answer to a request.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: hyper::body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let caller = self.checks.caller(&request);
        if caller == Caller::Foreign {
            return page(
                StatusCode::FORBIDDEN,
                "the page's origin, or the name it calls the server by, is not known: the server is started with --origin, or \
                 --name, of what it is to know\n",
            );
        }
        let request = request.map(Body::new);
        let mut response = match AssertUnwindSafe(self.answered(request)).catch_unwind().await {
            Ok(response) => response,
            Err(_) => Status::internal("a bug of the server ended this call: its log says more").into_http(),
        };
        let headers = response.headers_mut();
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Caller::Listed(origin) = caller {
            allow(headers, &origin);
        }
        response
    }

    async fn routed(&self, parts: Parts, is_upgrade: bool) -> Response<Body> {
        match Route::of(parts.uri.path(), is_upgrade) {
            Route::Web => self.web_pages.upgrade(parts).await,
            Route::Calls => self.sockets.upgrade(parts).await,
            page => self.pages.answer(page, &parts).await,
        }
    }

    async fn answered(&self, request: Request<Body>) -> Response<Body> {
        let is_preflight = request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if request.method() == Method::OPTIONS && is_preflight {
            return preflight();
        }
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/grpc-web") {
            return infallible(self.web.clone().oneshot(request).await);
        }
        if !kind.starts_with("application/grpc") {
            let is_upgrade = request.headers().contains_key(UPGRADE);
            return self.routed(request.into_parts().0, is_upgrade).await;
        }
        if request.version() != Version::HTTP_2 {
            return Status::internal("gRPC needs HTTP/2: over HTTP/1.1 there is grpc-web").into_http();
        }
        spelled(infallible(self.services.clone().oneshot(request).await), Reader::Client)
    }
}

fn infallible(result: Result<Response<Body>, std::convert::Infallible>) -> Response<Body> {
    match result {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn for_pages(response: Response<Body>) -> Response<Body> {
    spelled(response, Reader::Page)
}

fn preflight() -> Response<Body> {
    let mut response = page(StatusCode::NO_CONTENT, "");
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

fn allow(headers: &mut HeaderMap, origin: &str) {
    if let Ok(origin) = HeaderValue::try_from(origin) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
}

/// A page of plain text.
pub fn page(status: StatusCode, text: &str) -> Response<Body> {
    let body = http_body_util::Full::new(Bytes::copy_from_slice(text.as_bytes()));
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
