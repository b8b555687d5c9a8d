//! Desks whose connection was lost, kept for a while.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rand::Rng;
use rand::distr::Alphanumeric;
use tokio::sync::Notify;

use super::desk::Desk;

/// How long a desk is kept.
pub(in crate::web) const KEPT: Duration = Duration::from_secs(60);

/// How long the former connection of a desk may take to let go of it.
const LETTING_GO: Duration = Duration::from_secs(2);

/// The most desks that are kept.
const DESKS_MAX: usize = 1000;

/// Desks by the word with which their page comes back.
#[derive(Default)]
pub(in crate::web) struct Parked(Mutex<HashMap<String, Place>>);

enum Place {
    /// A connection has it: this makes it let go.
    Taken(Arc<Notify>),
    Free {
        desk: Box<Desk>,
        until: Instant,
    },
}

/// The word of a connection; what ends otherwise than by parking its desk, be it by a panic, forgets it.
pub(in crate::web) struct Word<'a> {
    parked: &'a Parked,
    word: String,
    is_parked: bool,
}

impl Word<'_> {
    pub(in crate::web) fn as_str(&self) -> &str {
        &self.word
    }

    /// Keeps the desk for its page.
    pub(in crate::web) fn park(mut self, desk: Desk) {
        self.is_parked = true;
        self.parked.park(&self.word, desk);
    }
}

impl Drop for Word<'_> {
    fn drop(&mut self) {
        if !self.is_parked {
            self.parked.0.lock().remove(&self.word);
        }
    }
}

impl Parked {
    /// A new word for the desk of a connection, which is forgotten with it, and what makes that let go.
    pub(in crate::web) fn take(&self) -> (Word<'_>, Arc<Notify>) {
        let word: String = rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect();
        let leave = Arc::new(Notify::new());
        self.0.lock().insert(word.clone(), Place::Taken(leave.clone()));
        (Word { parked: self, word, is_parked: false }, leave)
    }

    /// Keeps a desk for its page, if there is room.
    fn park(&self, word: &str, desk: Desk) {
        let mut places = self.0.lock();
        let free = places.values().filter(|place| matches!(place, Place::Free { .. })).count();
        if free >= DESKS_MAX || desk.is_empty() {
            places.remove(word);
            return;
        }
        let until = Instant::now() + KEPT;
        places.insert(word.to_owned(), Place::Free { desk: Box::new(desk), until });
    }

    /// The desk of a word; a connection that has it is made to let go.
    pub(in crate::web) async fn resume(&self, word: &str) -> Option<Desk> {
        let until = Instant::now() + LETTING_GO;
        loop {
            {
                let mut places = self.0.lock();
                match places.get(word)? {
                    Place::Taken(leave) => leave.notify_one(),
                    Place::Free { .. } => {
                        let Some(Place::Free { desk, until }) = places.remove(word) else { return None };
                        return (until > Instant::now()).then_some(*desk);
                    }
                }
            }
            if Instant::now() > until {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lets go of desks whose time is over.
    pub(in crate::web) fn sweep(&self, now: Instant) {
        // Dropped when the lock is free: tables end with them.
        let over: Vec<Place> = {
            let mut places = self.0.lock();
            let is_over = |place: &Place| matches!(place, Place::Free { until, .. } if *until <= now);
            places.extract_if(|_, place| is_over(place)).map(|(_, place)| place).collect()
        };
        drop(over);
    }
}
