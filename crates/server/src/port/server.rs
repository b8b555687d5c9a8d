//! The server: it starts, runs on threads of its own, and stops.

use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::connections::{Limits, accept};
use super::front::Front;
use super::tls::Tls;
use crate::access::{Access, Gate};
use crate::host::Host;
use crate::log::Log;
use crate::services::{Fields, Shared, routes};
use crate::session::{Lifetime, Sessions};
use crate::stored::Stored;
use crate::web::Files;

/// How long a stop waits for calls that are under way.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long clients have to hear that the server stops, before their sessions end.
const WORD: Duration = Duration::from_millis(50);

/// How a server listens, and whom it lets in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address or the name of this machine that is listened on.
    pub host: String,
    /// The port; 0: any that is free.
    pub port: u16,
    /// Who may enter.
    pub access: Access,
    /// How long sessions last, and how much they hold.
    pub lifetime: Lifetime,
    /// The certificate; none: the connection is not encrypted.
    pub tls: Option<Tls>,
    /// Origins of pages that may call, as `https://host:port`; those of this server may.
    pub origins: Vec<String>,
    /// Other names that clients find this server by, besides its addresses, the one of `host`, and `localhost`.
    pub names: Vec<String>,
    /// The folder of the web app; none: there is none.
    pub app: Option<PathBuf>,
    /// The directory of files of those who may run code; none: there is none.
    pub files: Option<PathBuf>,
    /// Bytes of one message, at most.
    pub message_bytes_max: usize,
    /// Bytes of a table that is sent, at most.
    pub upload_bytes_max: usize,
    /// Connections at a time, at most.
    pub connections_max: usize,
    /// How long a connection may take to say what it wants.
    pub handshake_time: Duration,
    /// How long a client may be silent before it is asked whether it is there, and then to answer.
    pub silence: Duration,
    /// How long a connection may be without a call.
    pub idle_time: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            host: "127.0.0.1".to_owned(),
            port: 10_000,
            access: Access::default(),
            lifetime: Lifetime::default(),
            tls: None,
            origins: Vec::new(),
            names: Vec::new(),
            app: None,
            files: None,
            message_bytes_max: 100 << 20,
            upload_bytes_max: 4 << 30,
            connections_max: 4096,
            handshake_time: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            idle_time: Duration::from_secs(300),
        }
    }
}

/// Why a server does not start: a fragment, and a word on what to do.
#[derive(Debug)]
pub struct Error {
    message: String,
    hint: Option<&'static str>,
}

impl Error {
    pub(super) fn new(message: impl Into<String>, hint: Option<&'static str>) -> Error {
        Error { message: message.into(), hint }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.map_or(Ok(()), |hint| write!(f, "\n  hint: {hint}"))
    }
}

impl std::error::Error for Error {}

/// A server that runs. Dropped, it stops.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
    over: watch::Receiver<()>,
}

impl Server {
    /// Starts a server of a process's tables.
    ///
    /// # Errors
    /// If nobody could enter, or everybody from everywhere; if those who may change nothing could run code; if the address is taken or not of this machine; if the certificate
    /// cannot be used.
    pub fn start(settings: Settings, host: Arc<dyn Host>) -> Result<Server, Error> {
        let addresses = addresses(&settings)?;
        check(&settings.access, &addresses)?;
        let tls = settings.tls.as_ref().map(Tls::acceptor).transpose()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("kinetable-server")
            .worker_threads(std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8))
            .enable_all()
            .build()
            .map_err(|error| Error::new(format!("cannot start the threads of the server: {error}"), None))?;
        let (listener, address) = {
            let _inside = runtime.enter();
            listen(&settings, &addresses)?
        };
        let stored = settings.files.as_deref().map(stored).transpose()?;
        let gate =
            Gate { access: settings.access.clone(), sessions: Sessions::new(settings.lifetime.clone()) };
        let shared = Arc::new(Shared::new(host, gate, settings.upload_bytes_max, stored));
        let services = routes(&shared, settings.message_bytes_max);
        let files = files(settings.app.as_deref())?;
        let front = Front::new(&shared, services, &settings, address, files);
        let limits = Limits {
            connections: settings.connections_max,
            handshake_time: settings.handshake_time,
            silence: settings.silence,
            idle_time: settings.idle_time,
        };
        let (alive, over) = watch::channel(());
        runtime.spawn(Fields::run(shared.clone()));
        runtime.spawn(sweep(shared.clone()));
        let stop = shared.stop.subscribe();
        runtime.spawn(async move {
            accept(listener, tls, front, limits, stop).await;
            drop(alive);
        });
        Ok(Server { address, shared, runtime: Some(runtime), over })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What scripts print, for those who watch.
    pub fn log(&self) -> &Arc<Log> {
        &self.shared.log
    }

    /// How many sessions there are, and how many exports they hold.
    pub fn load(&self) -> (usize, usize) {
        (self.shared.gate.sessions.len(), self.shared.gate.sessions.exports())
    }

    /// Stops: clients are told, calls that are under way have two seconds, sessions end.
    pub fn stop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        self.shared.stop.send_replace(true);
        let (over, shared) = (self.over.clone(), self.shared.clone());
        // The caller may be a thread of another runtime, on which a runtime cannot be waited for.
        let stopping = std::thread::spawn(move || end(runtime, over, &shared));
        if stopping.join().is_err() {
            tracing::error!("the server did not stop as it should");
        }
    }
}

/// Tells clients, ends their sessions and with them their streams, and waits for what is under way.
fn end(runtime: Runtime, mut over: watch::Receiver<()>, shared: &Shared) {
    runtime.block_on(async {
        tokio::time::sleep(WORD).await;
        shared.gate.sessions.close_all();
        // An error says that all connections are closed.
        let _ = tokio::time::timeout(PATIENCE, over.changed()).await;
    });
    shared.tickets.sweep();
    runtime.shutdown_timeout(PATIENCE);
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "server at {}", self.address)
    }
}

fn addresses(settings: &Settings) -> Result<Vec<SocketAddr>, Error> {
    let host = settings.host.trim_start_matches('[').trim_end_matches(']');
    let found = (host, settings.port).to_socket_addrs().map(|found| found.collect::<Vec<_>>());
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(Error::new(format!("host \"{host}\" has no address"), None)),
        Err(error) => Err(Error::new(format!("host \"{host}\" is not known: {error}"), None)),
    }
}

/// Invariant 1.
fn check(access: &Access, addresses: &[SocketAddr]) -> Result<(), Error> {
    if access.handlers().is_empty() {
        let hint = "give a key, a name and a password, or let everybody in: auth=\"anonymous\"";
        return Err(Error::new("nobody could enter: the server has no way in", Some(hint)));
    }
    if access.console() && access.is_read_only() {
        let hint = "leave out one of the two: code that is run changes what it likes";
        return Err(Error::new("the server would be read-only, and have a console", Some(hint)));
    }
    let is_loopback = |address: &SocketAddr| match address.ip() {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback()),
    };
    match addresses.iter().find(|address| !is_loopback(address)) {
        Some(address) if access.is_open() => {
            let message =
                format!("the server would let everybody in at {}, from other machines too", address.ip());
            let hint = "ask for a key (auth=\"psk=KEY\"), or listen on 127.0.0.1";
            Err(Error::new(message, Some(hint)))
        }
        _ => Ok(()),
    }
}

fn files(folder: Option<&Path>) -> Result<Files, Error> {
    let Some(folder) = folder else { return Ok(Files::default()) };
    Files::read(folder).map_err(|error| {
        let message = format!("cannot read the web app in \"{}\": {error}", folder.display());
        Error::new(message, Some("install the package again"))
    })
}

fn stored(folder: &Path) -> Result<Stored, Error> {
    Stored::open(folder).map_err(|error| {
        let message = format!("cannot keep files in \"{}\": {error}", folder.display());
        Error::new(message, Some("name a directory that can be written"))
    })
}

fn listen(settings: &Settings, addresses: &[SocketAddr]) -> Result<(TcpListener, SocketAddr), Error> {
    let listen = || {
        let listener = std::net::TcpListener::bind(addresses)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((TcpListener::from_std(listener)?, address))
    };
    listen().map_err(|error: std::io::Error| {
        let message = format!("cannot listen on {} port {}: {error}", settings.host, settings.port);
        Error::new(message, Some("choose another port; 0 takes one that is free"))
    })
}

/// Ends sessions whose time has passed.
async fn sweep(shared: Arc<Shared>) {
    let pause = (shared.gate.sessions.lifetime().duration / 20)
        .clamp(Duration::from_millis(50), Duration::from_secs(5));
    loop {
        tokio::time::sleep(pause).await;
        let swept = shared.clone();
        // What a session exported is dropped there. It panics only if a table's drop does, which is logged by the hook.
        let _ = tokio::task::spawn_blocking(move || {
            swept.gate.sessions.sweep(Instant::now());
            swept.tickets.sweep();
            swept.halves.sweep();
            swept.web.sweep(Instant::now());
        })
        .await;
    }
}
