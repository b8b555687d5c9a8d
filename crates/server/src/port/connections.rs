//! Connections: taken one by one, each served by a task of its own until it ends or the server does.
//!
//! **Invariant**: a place in the port is held by a connection that says something. Who makes no first call in time, makes none for
//! long, or answers no ping, is closed; a WebSocket keeps the place of the connection that it came by (`tests/it/port/places.rs`).

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::activity::Activity;
use super::front::Front;

/// Calls of one connection at a time, at most.
const STREAMS_MAX: u32 = 1024;

/// Bytes that a client may send before it is told that they were read.
const WINDOW_BYTES: u32 = 2 << 20;

/// Bytes of a request's headers, at most.
const HEADER_BYTES_MAX: u32 = 64 << 10;

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many at a time.
    pub connections: usize,
    /// How long until the first request's headers are there.
    pub handshake_time: Duration,
    /// How long a client may be silent before it is asked whether it is there, and then to answer.
    pub silence: Duration,
    /// How long a connection may be without a call.
    pub idle_time: Duration,
}

/// A place in the port, held by whatever a connection became.
#[derive(Clone)]
pub struct Place {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// Takes connections until the server stops, and waits for those it took.
pub async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    front: Front,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            () = stopped(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // No file handles are left, say: others close some.
                    tracing::warn!(%error, "a connection cannot be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            Some(_) = connections.join_next() => continue,
        };
        let Ok(permit) = room.clone().try_acquire_owned() else {
            tracing::warn!(limit = limits.connections, "too many connections: one is turned away");
            continue;
        };
        let (tls, front, stop) = (tls.clone(), front.clone(), stop.clone());
        connections.spawn(async move {
            begin(stream, tls, front, limits, Place { _permit: Arc::new(permit) }, stop).await;
        });
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn begin(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    front: Front,
    limits: Limits,
    place: Place,
    stop: watch::Receiver<bool>,
) {
    // Small answers go out at once.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it began");
        return;
    }
    let Some(tls) = tls else { return serve(stream, front, limits, place, stop).await };
    match tokio::time::timeout(limits.handshake_time, tls.accept(stream)).await {
        Ok(Ok(stream)) => serve(stream, front, limits, place, stop).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    front: Front,
    limits: Limits,
    place: Place,
    mut stop: watch::Receiver<bool>,
) {
    let activity = Activity::new();
    let calls = activity.clone();
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let (front, call) = (front.clone(), calls.call());
        request.extensions_mut().insert(place.clone());
        async move { Ok::<_, Infallible>(call.answered(front.answer(request).await)) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.handshake_time)
        .max_buf_size(HEADER_BYTES_MAX as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES * 4)
        .max_header_list_size(HEADER_BYTES_MAX)
        .keep_alive_interval(limits.silence)
        .keep_alive_timeout(limits.silence);
    let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
        () = activity.idle(limits.handshake_time, limits.idle_time) => {
            tracing::debug!("a connection makes no calls: it is closed");
            connection.as_mut().graceful_shutdown();
            // A call that came just now is answered; who does not go then is left.
            tokio::select! {
                result = connection => result,
                () = activity.idle(limits.handshake_time, Duration::ZERO) => return,
            }
        }
    };
    if let Err(error) = result {
        tracing::debug!(error = %error, "a connection ended early");
    }
}

/// Waits until the server is stopping, or is gone.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error says that it is gone.
    let _ = stop.wait_for(|stop| *stop).await;
}
