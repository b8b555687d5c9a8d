//! The threads on which connections to other processes are served.

use std::future::Future;
use std::sync::OnceLock;

use kinetable::{Error, Result};
use tokio::runtime::{Builder, Runtime};

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Runs something to its end, on a thread that may wait.
pub(super) fn wait_for<T>(task: impl Future<Output = Result<T>>) -> Result<T> {
    runtime()?.block_on(task)
}

/// Runs something beside everything else.
pub(super) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Result<()> {
    runtime()?.spawn(task);
    Ok(())
}

fn runtime() -> Result<&'static Runtime> {
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let made = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("kinetable-remote")
        .enable_all()
        .build()
        .map_err(|error| Error::source(format!("cannot start threads for remote tables: {error}")))?;
    Ok(RUNTIME.get_or_init(|| made))
}
