//! A TCP proxy that spoils the network on purpose, for tests of what happens then.
//!
//! ```text
//!  client ──▶ proxy ──▶ broker, whose advertised address is the proxy's
//! ```
//!
//! **Invariants**
//! 1. Bytes are never lost or reordered within a connection: a hole holds them back, as a network that drops packets
//!    looks to TCP, and they arrive when it closes; only a cut ends the connection.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Most bytes passed on at a time.
const PIECE: usize = 64 << 10;

/// What the proxy does to the bytes that pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Nothing: bytes pass.
    None,
    /// Connections break, and new ones are closed at once.
    Cut,
    /// Connections stay and are taken, but nothing passes.
    Hole,
    /// Each piece of bytes passes this much later, in each direction.
    Delay(Duration),
    /// At most this many bytes pass a second, in each direction of each connection.
    Rate(u32),
}

/// A proxy before one address; dropping it ends its connections.
pub struct FaultProxy {
    runtime: Option<Runtime>,
    address: SocketAddr,
    fault: watch::Sender<Fault>,
    target: watch::Sender<SocketAddr>,
}

impl FaultProxy {
    /// Starts a proxy for `target` on `port` of the loopback address; 0 takes a free one.
    pub fn start(target: SocketAddr, port: u16) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("fault-proxy")
            .enable_all()
            .build()?;
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
            .with_context(|| format!("port {port} of 127.0.0.1 cannot be listened on"))?;
        let address = listener.local_addr()?;
        let (fault, faults) = watch::channel(Fault::None);
        let (target, targets) = watch::channel(target);
        runtime.spawn(accept(listener, targets, faults));
        Ok(Self { runtime: Some(runtime), address, fault, target })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets what happens to bytes from now on, on old connections too.
    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// Sends new connections to `target`.
    pub fn retarget(&self, target: SocketAddr) {
        self.target.send_replace(target);
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(listener: TcpListener, targets: watch::Receiver<SocketAddr>, faults: watch::Receiver<Fault>) {
    while let Ok((client, _)) = listener.accept().await {
        let target = *targets.borrow();
        tokio::spawn(connect(client, target, faults.clone()));
    }
}

/// A connection that fails is closed on both sides.
async fn connect(client: TcpStream, target: SocketAddr, mut faults: watch::Receiver<Fault>) {
    if *faults.borrow() == Fault::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    let _nodelay = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        _ = pass(from_client, to_server, faults.clone()) => {}
        _ = pass(from_server, to_client, faults.clone()) => {}
        _ = faults.wait_for(|fault| *fault == Fault::Cut) => {}
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut faults: watch::Receiver<Fault>,
) -> Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let length = from.read(&mut piece).await?;
        if length == 0 {
            return Ok(());
        }
        let fault = *faults.wait_for(|fault| *fault != Fault::Hole).await?;
        match fault {
            Fault::Delay(delay) => tokio::time::sleep(delay).await,
            Fault::Rate(bytes_per_second) => {
                let seconds = length as f64 / f64::from(bytes_per_second.max(1));
                tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
            }
            Fault::None | Fault::Cut | Fault::Hole => {}
        }
        to.write_all(&piece[..length]).await?;
    }
}
