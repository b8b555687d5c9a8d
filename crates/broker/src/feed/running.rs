//! A feed that runs on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use anyhow::{Result, anyhow};

/// What a feed and its owner tell each other while it runs.
#[derive(Debug, Default)]
pub struct Control {
    stop: AtomicBool,
    sent: AtomicU64,
}

impl Control {
    /// Asks the feed to end early.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// How many records the feed has sent; not all of them need to be with the broker yet.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(super) fn set_sent(&self, sent: u64) {
        self.sent.store(sent, Ordering::Relaxed);
    }
}

/// A running feed; dropping it stops it.
pub struct Running<R> {
    control: Arc<Control>,
    thread: Option<JoinHandle<Result<R>>>,
}

impl<R: Send + 'static> Running<R> {
    pub(super) fn start(work: impl FnOnce(&Control) -> Result<R> + Send + 'static) -> Self {
        let control = Arc::new(Control::default());
        let seen = Arc::clone(&control);
        Self { control, thread: Some(std::thread::spawn(move || work(&seen))) }
    }

    /// Whether it has ended, by itself or not.
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// How many records it has sent.
    pub fn sent(&self) -> u64 {
        self.control.sent()
    }

    /// Lets it send all it was to send, and returns its report.
    pub fn wait(mut self) -> Result<R> {
        let thread = self.thread.take().expect("a feed is waited for once");
        thread.join().map_err(|_| anyhow!("the feed's thread panicked"))?
    }

    /// Ends it early; what it has sent is flushed.
    pub fn stop(self) -> Result<R> {
        self.control.stop();
        self.wait()
    }
}

impl<R> Drop for Running<R> {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.control.stop();
        }
    }
}
