//! Who keeps the world still: a cycle or one exclusive holder alone, or any number of shared holders together.
//!
//! A thread that holds may ask again, so that tables can be made while the lock is held. Who waits for the exclusive side goes
//! before those who ask for the shared one, and when the exclusive side is let go, those who waited meanwhile get in
//! first: neither side starves the other.
//!
//! **Invariants**: 1. while one thread holds exclusively, no other holds; 2. a shared holder never becomes an exclusive one:
//! two that tried would wait for each other.

use std::collections::HashMap;
use std::thread::ThreadId;

use parking_lot::{Condvar, Mutex};

use crate::{Error, Result};

/// The lock of a graph.
#[derive(Default)]
pub(super) struct Turn {
    held: Mutex<Held>,
    changed: Condvar,
}

#[derive(Default)]
struct Held {
    exclusive: Option<(ThreadId, u32)>,
    shared: HashMap<ThreadId, u32>,
    exclusive_waiting: u32,
    shared_waiting: u32,
    /// Shared waiters that go before the next exclusive one.
    admitted: u32,
}

impl Held {
    fn is_exclusive(&self, thread: ThreadId) -> bool {
        self.exclusive.is_some_and(|(owner, _)| owner == thread)
    }
}

fn me() -> ThreadId {
    std::thread::current().id()
}

impl Turn {
    /// Takes the exclusive side.
    ///
    /// # Errors
    /// If this thread holds the shared side.
    pub(super) fn lock(&self) -> Result<()> {
        let (thread, mut held) = (me(), self.held.lock());
        if let Some((owner, depth)) = &mut held.exclusive
            && *owner == thread
        {
            *depth += 1;
            return Ok(());
        }
        if held.shared.contains_key(&thread) {
            let message = "the shared lock of the update graph cannot become the exclusive one";
            return Err(Error::invalid(message).with_hint("take the exclusive lock from the start"));
        }
        held.exclusive_waiting += 1;
        self.changed.wait_while(&mut held, |held| {
            held.exclusive.is_some() || !held.shared.is_empty() || held.admitted > 0
        });
        held.exclusive_waiting -= 1;
        held.exclusive = Some((thread, 1));
        Ok(())
    }

    /// Lets go of the exclusive side, once for each time it was taken.
    ///
    /// # Errors
    /// If this thread does not hold it.
    pub(super) fn unlock(&self) -> Result<()> {
        let mut held = self.held.lock();
        match held.exclusive {
            Some((owner, depth)) if owner == me() => {
                held.exclusive = (depth > 1).then_some((owner, depth - 1));
                if depth == 1 {
                    held.admitted = held.shared_waiting;
                }
            }
            _ => return Err(Error::invalid("this thread does not hold the exclusive lock")),
        }
        self.changed.notify_all();
        Ok(())
    }

    /// Takes the shared side.
    pub(super) fn lock_shared(&self) {
        let (thread, mut held) = (me(), self.held.lock());
        if !held.is_exclusive(thread) && !held.shared.contains_key(&thread) {
            held.shared_waiting += 1;
            self.changed.wait_while(&mut held, |held| {
                held.exclusive.is_some() || (held.exclusive_waiting > 0 && held.admitted == 0)
            });
            held.shared_waiting -= 1;
            held.admitted = held.admitted.saturating_sub(1);
        }
        *held.shared.entry(thread).or_default() += 1;
    }

    /// Lets go of the shared side, once for each time it was taken.
    ///
    /// # Errors
    /// If this thread does not hold it.
    pub(super) fn unlock_shared(&self) -> Result<()> {
        let mut held = self.held.lock();
        let Some(depth) = held.shared.get_mut(&me()) else {
            return Err(Error::invalid("this thread does not hold the shared lock"));
        };
        *depth -= 1;
        if *depth == 0 {
            held.shared.remove(&me());
        }
        self.changed.notify_all();
        Ok(())
    }

    /// Whether this thread holds the exclusive side.
    pub(super) fn is_mine(&self) -> bool {
        self.held.lock().is_exclusive(me())
    }

    /// Whether this thread holds the shared side.
    pub(super) fn is_shared_by_me(&self) -> bool {
        self.held.lock().shared.contains_key(&me())
    }

    /// Runs `action` with all let go of that this thread holds, and takes it again, also if it panics.
    pub(super) fn apart<R>(&self, action: impl FnOnce() -> R) -> R {
        let thread = me();
        let mut held = self.held.lock();
        let exclusive = if held.is_exclusive(thread) { held.exclusive.take() } else { None };
        if exclusive.is_some() {
            held.admitted = held.shared_waiting;
        }
        let shared = held.shared.remove(&thread).unwrap_or(0);
        drop(held);
        self.changed.notify_all();
        let _retaken = Retake { turn: self, exclusive: exclusive.map_or(0, |(_, depth)| depth), shared };
        action()
    }

    /// Runs `action` with the shared side held, also if it panics.
    pub(super) fn share<R>(&self, action: impl FnOnce() -> R) -> R {
        self.lock_shared();
        let _held = Release(self, Turn::unlock_shared);
        action()
    }

    /// Runs `action` with the exclusive side held, also if it panics.
    ///
    /// # Errors
    /// As [`Turn::lock`].
    pub(super) fn alone<R>(&self, action: impl FnOnce() -> R) -> Result<R> {
        self.lock()?;
        let _held = Release(self, Turn::unlock);
        Ok(action())
    }
}

struct Retake<'a> {
    turn: &'a Turn,
    exclusive: u32,
    shared: u32,
}

impl Drop for Retake<'_> {
    fn drop(&mut self) {
        // The exclusive side first: a shared holder could not get it any more.
        for _ in 0..self.exclusive {
            self.turn.lock().expect("nothing is held by this thread yet");
        }
        for _ in 0..self.shared {
            self.turn.lock_shared();
        }
    }
}

struct Release<'a>(&'a Turn, fn(&Turn) -> Result<()>);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        (self.1)(self.0).expect("what is held by this thread is let go of by it");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn a_holder_may_ask_again_but_not_for_more() {
        let turn = Turn::default();
        turn.lock().unwrap();
        turn.lock().unwrap();
        turn.share(|| assert!(turn.is_mine() && turn.is_shared_by_me()));
        turn.unlock().unwrap();
        turn.unlock().unwrap();
        assert!(turn.unlock().is_err());
        turn.share(|| assert!(turn.lock().is_err()));
        assert!(turn.unlock_shared().is_err() && !turn.is_shared_by_me());
    }

    #[test]
    fn what_is_let_go_of_for_a_while_is_held_again() {
        let turn = Turn::default();
        turn.lock().unwrap();
        turn.lock().unwrap();
        turn.lock_shared();
        turn.apart(|| {
            assert!(!turn.is_mine() && !turn.is_shared_by_me());
            std::thread::scope(|scope| scope.spawn(|| turn.alone(|| ()).unwrap()).join().unwrap());
        });
        assert!(turn.is_mine() && turn.is_shared_by_me());
        turn.unlock_shared().unwrap();
        turn.unlock().unwrap();
        turn.unlock().unwrap();
        assert!(!turn.is_mine());
        turn.apart(|| ());
        assert!(!turn.is_mine() && !turn.is_shared_by_me());
    }

    #[test]
    fn an_exclusive_holder_is_alone() {
        let (turn, inside) = (Arc::new(Turn::default()), Arc::new(AtomicU32::new(0)));
        let work = |exclusive: bool| {
            let (turn, inside) = (turn.clone(), inside.clone());
            std::thread::spawn(move || {
                for _ in 0..500 {
                    if exclusive {
                        let alone = || assert_eq!(inside.fetch_add(1000, Ordering::SeqCst), 0);
                        turn.alone(|| {
                            alone();
                            inside.fetch_sub(1000, Ordering::SeqCst)
                        })
                        .unwrap();
                    } else {
                        turn.share(|| {
                            assert!(inside.fetch_add(1, Ordering::SeqCst) < 1000);
                            inside.fetch_sub(1, Ordering::SeqCst)
                        });
                    }
                }
            })
        };
        let threads: Vec<_> = [true, false, true, false].into_iter().map(work).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
}
