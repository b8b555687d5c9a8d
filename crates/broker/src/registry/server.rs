//! The registry's handle: start, stop, start again with the same schemas.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, anyhow};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::http::{Shared, router};
use super::posted::Posted;

/// A schema registry in this process, on the loopback address.
///
/// Its calls block and must not be made from async code.
pub struct Registry {
    shared: Shared,
    address: SocketAddr,
    runtime: Mutex<Option<Runtime>>,
}

impl Registry {
    /// Starts an empty registry on `port`; 0 takes a free one.
    pub fn start(port: u16) -> Result<Self> {
        let shared = Shared::default();
        let (runtime, address) = serve(port, shared.clone())?;
        Ok(Self { shared, address, runtime: Mutex::new(Some(runtime)) })
    }

    /// Where clients find it: `schema.registry.url`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Registers an Avro schema under `subject` and returns its number.
    pub fn register(&self, subject: &str, schema: &str) -> Result<i32> {
        let id = self.shared.store.lock().register(subject, Posted::avro(schema));
        id.map_err(|failure| anyhow!("schema for subject \"{subject}\": {}", failure.message))
    }

    /// How many requests it has answered.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// Breaks every connection and refuses new ones; the schemas stay.
    pub fn stop(&self) {
        if let Some(runtime) = self.runtime.lock().take() {
            runtime.shutdown_timeout(std::time::Duration::from_secs(5));
        }
    }

    /// Answers again on the same port after a stop.
    pub fn restart(&self) -> Result<()> {
        let mut runtime = self.runtime.lock();
        if runtime.is_none() {
            *runtime = Some(serve(self.address.port(), self.shared.clone())?.0);
        }
        Ok(())
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.lock().take() {
            runtime.shutdown_background();
        }
    }
}

fn serve(port: u16, shared: Shared) -> Result<(Runtime, SocketAddr)> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("schema-registry")
        .enable_all()
        .build()?;
    let listener = runtime
        .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
        .with_context(|| format!("port {port} of 127.0.0.1 cannot be listened on"))?;
    let address = listener.local_addr()?;
    runtime.spawn(async move { axum::serve(listener, router(shared)).await });
    Ok((runtime, address))
}
