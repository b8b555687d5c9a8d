//! The front: takes each client's connection, answers `Fetch` itself and hands all else to the fake broker.
//!
//! Requests of one connection are answered one after the other, as Kafka does.

use std::net::SocketAddr;

use anyhow::Result;
use krafka::testing::FakeBroker;
use parking_lot::Mutex;
use tokio::io::{AsyncWrite, AsyncWriteExt, BufWriter};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use std::sync::Arc;

use super::fetch;
use super::wire::{Fields, read_frame, read_header, write_frame};

/// What all connections share.
pub(super) struct Shared {
    pub(super) fake: FakeBroker,
    /// Where the fake broker itself listens.
    pub(super) upstream: SocketAddr,
    /// Woken when the log may have grown.
    pub(super) changed: Notify,
    /// The tasks of open connections.
    pub(super) connections: Mutex<Vec<JoinHandle<()>>>,
}

/// Accepts clients until aborted.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let task = tokio::spawn(serve_or_close(client, Arc::clone(&shared)));
        let mut connections = shared.connections.lock();
        connections.retain(|task| !task.is_finished());
        connections.push(task);
    }
}

/// A failed connection is closed; the client sees that and comes again.
async fn serve_or_close(client: TcpStream, shared: Arc<Shared>) {
    let _closed = serve(client, &shared).await;
}

async fn serve(mut client: TcpStream, shared: &Shared) -> Result<()> {
    client.set_nodelay(true)?;
    let mut upstream = TcpStream::connect(shared.upstream).await?;
    upstream.set_nodelay(true)?;
    while let Some(frame) = read_frame(&mut client).await? {
        let mut fields = Fields(&frame);
        let header = read_header(&mut fields)?;
        if header.api_key == fetch::API_KEY && header.version == fetch::VERSION && is_open(shared) {
            let request = fetch::Request::read(&header, &mut fields)?;
            let answer = wait_for_answer(&request, shared).await;
            write_pieces(&mut client, &answer.pieces).await?;
        } else {
            write_frame(&mut upstream, &frame).await?;
            let Some(reply) = read_frame(&mut upstream).await? else { return Ok(()) };
            shared.changed.notify_waiters();
            write_frame(&mut client, &reply).await?;
        }
    }
    Ok(())
}

/// Whether connections need no password: the fake broker alone knows which of them have given it.
fn is_open(shared: &Shared) -> bool {
    shared.fake.with_state(|cluster| cluster.sasl_plain.is_none())
}

async fn wait_for_answer(request: &fetch::Request, shared: &Shared) -> fetch::Answer {
    let deadline = Instant::now() + request.max_wait;
    loop {
        // Registered before the log is read, so that no append between the two is missed.
        let changed = shared.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        let answer = shared.fake.with_state(|cluster| fetch::answer(request, cluster));
        if answer.is_due || timeout_at(deadline, changed).await.is_err() {
            return answer;
        }
    }
}

async fn write_pieces(client: &mut (impl AsyncWrite + Unpin), pieces: &[bytes::Bytes]) -> Result<()> {
    let length = u32::try_from(pieces.iter().map(bytes::Bytes::len).sum::<usize>())?;
    let mut out = BufWriter::with_capacity(64 << 10, client);
    out.write_all(&length.to_be_bytes()).await?;
    for piece in pieces {
        out.write_all(piece).await?;
    }
    out.flush().await?;
    Ok(())
}
