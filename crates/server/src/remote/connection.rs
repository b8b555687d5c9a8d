//! A connection to another process: who we are there, and for how long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_flight::flight_service_client::FlightServiceClient;
use hyper_util::rt::TokioIo;
use kinetable::{Error, Result, Session, Table};
use kinetable_wire::grpc::ConfigurationConstantsRequest;
use kinetable_wire::grpc::config_service_client::ConfigServiceClient;
use parking_lot::Mutex;
use rustls::RootCertStore;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tonic::metadata::{Ascii, MetadataKey, MetadataMap, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::runtime::{spawn, wait_for};
use super::{Address, Tls, follow, snapshot};

const AUTHORIZATION: &str = "authorization";
/// How long a server that answers nothing is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes of a message.
const MESSAGE_MAX: usize = 1 << 30;
/// How long a session lasts where a server does not say.
const DURATION: Duration = Duration::from_secs(300);

/// Whether what is seen of the other process is what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionState {
    /// It is.
    Connected,
    /// At least one table is as it was when the connection was lost.
    Stale {
        /// For how long.
        since: Instant,
        /// What happened.
        reason: String,
    },
    /// It was closed here.
    Closed,
}

/// A session in another process. Cheap to clone.
#[derive(Clone)]
pub struct RemoteSession(pub(super) Arc<Connection>);

/// What a session needs to ask.
pub(super) struct Connection {
    channel: Channel,
    address: Address,
    token: Mutex<Option<MetadataValue<Ascii>>>,
    seen: Mutex<Seen>,
    closed: watch::Sender<bool>,
}

/// What is known of the connection.
struct Seen {
    state: ConnectionState,
    /// Tables that are stale.
    stale: usize,
}

/// A table that is stale, for as long as this is held.
pub(super) struct Stale(Arc<Connection>);

impl RemoteSession {
    /// Begins a session.
    ///
    /// # Errors
    /// If the process cannot be reached, or does not know us.
    pub fn connect(address: Address) -> Result<RemoteSession> {
        wait_for(async {
            let channel = endpoint(&address)?;
            let connection = Arc::new(Connection {
                channel,
                address,
                token: Mutex::default(),
                seen: Mutex::new(Seen { state: ConnectionState::Connected, stale: 0 }),
                closed: watch::Sender::new(false),
            });
            let lasts = connection.log_in().await.map_err(|status| connection.refused(&status))?;
            spawn(keep_alive(Arc::downgrade(&connection), connection.closed.subscribe(), lasts))?;
            Ok(RemoteSession(connection))
        })
    }

    /// A live table that follows one there.
    ///
    /// # Errors
    /// If there is no such table, we may not read it, or the connection is lost before it is whole.
    pub fn subscribe(&self, session: &Session, ticket: &[u8]) -> Result<Table> {
        wait_for(follow::subscribe(self.0.clone(), session.clone(), ticket.to_vec()))
    }

    /// A copy of a table there, as it is now.
    ///
    /// # Errors
    /// As [`RemoteSession::subscribe`].
    pub fn snapshot(&self, session: &Session, ticket: &[u8]) -> Result<Table> {
        wait_for(snapshot::take(self.0.clone(), session.clone(), ticket.to_vec()))
    }

    /// Whether what is seen is what is there.
    pub fn state(&self) -> ConnectionState {
        self.0.seen.lock().state.clone()
    }

    /// Ends the session. Its tables change no more, and say so.
    pub fn close(&self) {
        self.0.seen.lock().state = ConnectionState::Closed;
        self.0.closed.send_replace(true);
    }
}

impl Connection {
    /// A client for calls of Flight.
    pub(super) fn flight(&self) -> FlightServiceClient<Channel> {
        FlightServiceClient::new(self.channel.clone())
            .max_decoding_message_size(MESSAGE_MAX)
            .max_encoding_message_size(MESSAGE_MAX)
    }

    /// A request in the name of this session.
    pub(super) fn request<T>(&self, message: T) -> Result<Request<T>, Status> {
        let mut request = Request::new(message);
        let token = self.token.lock().clone();
        let credential = match token {
            Some(token) => token,
            None => self.address.credential.parse().map_err(|_| not_a_header(AUTHORIZATION))?,
        };
        request.metadata_mut().insert(AUTHORIZATION, credential);
        for (name, value) in &self.address.headers {
            let key: MetadataKey<Ascii> = name.to_lowercase().parse().map_err(|_| not_a_header(name))?;
            request.metadata_mut().insert(key, value.parse().map_err(|_| not_a_header(name))?);
        }
        Ok(request)
    }

    /// Keeps the newest token that an answer brought.
    pub(super) fn learn(&self, answer: &MetadataMap) {
        if let Some(token) = answer.get(AUTHORIZATION) {
            *self.token.lock() = Some(token.clone());
        }
    }

    /// Begins a session, or keeps one; how long it lasts.
    pub(super) async fn log_in(&self) -> Result<Duration, Status> {
        let mut client = ConfigServiceClient::new(self.channel.clone());
        let call = client.get_configuration_constants(self.request(ConfigurationConstantsRequest {})?);
        let answer = tokio::time::timeout(PATIENCE, call).await;
        let answer = answer.map_err(|_| Status::deadline_exceeded("it does not answer"))??;
        self.learn(answer.metadata());
        let values = answer.into_inner().config_values;
        let text = values.get("http.session.durationMs").and_then(|value| value.kind.as_ref());
        let duration = text.and_then(|kind| match kind {
            kinetable_wire::grpc::config_value::Kind::StringValue(text) => text.parse().ok(),
        });
        Ok(duration.map_or(DURATION, Duration::from_millis))
    }

    /// Forgets the token: the next call begins a session anew.
    pub(super) fn forget(&self) {
        *self.token.lock() = None;
    }

    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.closed.subscribe()
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// The process, for messages.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.address.host, self.address.port)
    }

    /// What a status means to who called.
    pub(super) fn refused(&self, status: &Status) -> Error {
        let error = Error::source(format!("server {}: {}", self.name(), said(status)));
        match status.code() {
            tonic::Code::Unavailable => {
                error.with_hint("is it running, and is this its port, with or without TLS?")
            }
            tonic::Code::Unauthenticated => error.with_hint("give auth_type and auth_token as it wants them"),
            _ => error,
        }
    }
}

impl Stale {
    /// Notes that a table is not what is there.
    pub(super) fn new(connection: &Arc<Connection>, reason: &str) -> Stale {
        let mut seen = connection.seen.lock();
        seen.stale += 1;
        if seen.state == ConnectionState::Connected {
            tracing::warn!(server = %connection.name(), reason, "the connection is lost; its tables are stale");
            seen.state = ConnectionState::Stale { since: Instant::now(), reason: reason.to_owned() };
        }
        drop(seen);
        Stale(connection.clone())
    }
}

impl Drop for Stale {
    fn drop(&mut self) {
        let mut seen = self.0.seen.lock();
        seen.stale -= 1;
        if seen.stale == 0 && seen.state != ConnectionState::Closed {
            seen.state = ConnectionState::Connected;
        }
    }
}

/// What a status says, with the cause below it that says more.
pub(super) fn said(status: &Status) -> String {
    let mut cause = std::error::Error::source(status);
    let mut text = match status.message() {
        "" => format!("{:?}", status.code()).to_lowercase(),
        message => message.to_owned(),
    };
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

fn not_a_header(name: &str) -> Status {
    Status::invalid_argument(format!("the value of \"{name}\" cannot be sent as a header"))
}

/// Calls often enough that the session lasts, for as long as somebody holds it.
async fn keep_alive(
    connection: std::sync::Weak<Connection>,
    mut closing: watch::Receiver<bool>,
    lasts: Duration,
) {
    let mut rest = lasts / 3;
    loop {
        tokio::select! {
            _ = closing.wait_for(|closed| *closed) => return,
            () = tokio::time::sleep(rest) => {}
        }
        let Some(connection) = connection.upgrade() else { return };
        rest = match connection.log_in().await {
            Ok(lasts) => lasts / 3,
            Err(status) => {
                if status.code() == tonic::Code::Unauthenticated {
                    connection.forget();
                }
                (lasts / 10).min(Duration::from_secs(5))
            }
        };
    }
}

fn endpoint(address: &Address) -> Result<Channel> {
    let invalid = |error: &dyn std::fmt::Display| {
        Error::invalid(format!("\"{}\" is no address of a server: {error}", address.host))
    };
    let host = match address.host.contains(':') {
        true => format!("[{}]", address.host),
        false => address.host.clone(),
    };
    // Even with TLS: it is ours, not the channel's.
    let endpoint = Endpoint::from_shared(format!("http://{host}:{}", address.port));
    let endpoint = endpoint
        .map_err(|error| invalid(&error))?
        .connect_timeout(PATIENCE)
        .http2_keep_alive_interval(PATIENCE)
        .keep_alive_timeout(PATIENCE)
        .keep_alive_while_idle(true)
        .initial_connection_window_size(1 << 23)
        .initial_stream_window_size(1 << 22);
    let target = (address.host.clone(), address.port);
    let Some(tls) = &address.tls else {
        return Ok(endpoint.connect_with_connector_lazy(tower::service_fn(move |_| {
            let target = target.clone();
            async move { Ok::<_, std::io::Error>(TokioIo::new(connect(target).await?)) }
        })));
    };
    let connector = tokio_rustls::TlsConnector::from(Arc::new(tls_config(tls)?));
    let name = ServerName::try_from(address.host.clone()).map_err(|error| invalid(&error))?;
    Ok(endpoint.connect_with_connector_lazy(tower::service_fn(move |_| {
        let (target, connector, name) = (target.clone(), connector.clone(), name.clone());
        async move {
            Ok::<_, std::io::Error>(TokioIo::new(connector.connect(name, connect(target).await?).await?))
        }
    })))
}

async fn connect(target: (String, u16)) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect((target.0.as_str(), target.1)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn tls_config(tls: &Tls) -> Result<rustls::ClientConfig> {
    let mut roots = RootCertStore::empty();
    match tls {
        Tls::Platform => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
        }
        Tls::Roots(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let wrong = |error: &dyn std::fmt::Display| {
                    Error::invalid(format!("the root certificates are no PEM certificates: {error}"))
                };
                let certificate = certificate.map_err(|error| wrong(&error))?;
                roots.add(certificate).map_err(|error| wrong(&error))?;
            }
        }
    }
    if roots.is_empty() {
        return Err(Error::invalid("there is no root certificate to believe servers by")
            .with_hint("give tls_root_certs as PEM"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::internal(format!("TLS cannot be set up: {error}")))?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}
