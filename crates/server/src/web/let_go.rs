//! Values that are dropped where that may take long.
//!
//! The last holder of a table drops what it was made from, and functions of the host's language, for which its lock is waited for. A
//! page's task runs on a thread of the runtime, where nothing may wait.

use std::ops::Deref;

use tokio::runtime::Handle;

/// A value that is dropped on a thread for blocking work, wherever it is let go.
pub(super) struct LetGo<T: Send + 'static>(Option<T>);

impl<T: Send + 'static> LetGo<T> {
    pub(super) fn new(value: T) -> LetGo<T> {
        LetGo(Some(value))
    }
}

impl<T: Send + 'static> Deref for LetGo<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("it is there until it is dropped")
    }
}

impl<T: Send + 'static> Drop for LetGo<T> {
    fn drop(&mut self) {
        // Outside of a runtime nobody minds.
        if let (Some(value), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn_blocking(move || drop(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread::{self, ThreadId};

    use super::LetGo;

    struct Tells(mpsc::Sender<ThreadId>);

    impl Drop for Tells {
        fn drop(&mut self) {
            self.0.send(thread::current().id()).expect("somebody listens");
        }
    }

    #[test]
    fn a_value_is_dropped_on_another_thread_than_the_runtimes() {
        let (sender, receiver) = mpsc::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async { drop(LetGo::new(Tells(sender.clone()))) });
        assert_ne!(receiver.recv().expect("it is dropped"), thread::current().id());
        drop(LetGo::new(Tells(sender)));
        assert_eq!(receiver.recv().expect("it is dropped"), thread::current().id());
    }
}
