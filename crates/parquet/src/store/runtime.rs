//! The threads on which requests wait.

use std::future::Future;
use std::sync::{Once, OnceLock, mpsc};

use kinetable_engine::{Error, Result};
use tokio::runtime::{Builder, Runtime};

/// Threads that wait for answers; requests themselves are as many as are asked for.
const THREADS: usize = 2;

/// Runs a future to its end, and waits for it. May be called from any thread.
///
/// # Errors
/// If the threads cannot be started, or the request was given up.
pub(super) fn wait<T: Send + 'static>(request: impl Future<Output = T> + Send + 'static) -> Result<T> {
    let (done, answer) = mpsc::sync_channel(1);
    runtime()?.spawn(async move {
        let _ = done.send(request.await);
    });
    answer.recv().map_err(|_| Error::source("a request to an object store was given up"))
}

fn runtime() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<std::result::Result<Runtime, String>> = OnceLock::new();
    let started = RUNTIME.get_or_init(|| {
        provide();
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(THREADS).thread_name("kinetable-store").enable_all();
        builder.build().map_err(|error| error.to_string())
    });
    started
        .as_ref()
        .map_err(|error| Error::source(format!("cannot start threads for object stores: {error}")))
}

/// Gives TLS its cryptography, for clients to be made.
pub(super) fn provide() {
    static PROVIDED: Once = Once::new();
    // Whoever came first has chosen; any will do.
    PROVIDED.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}
