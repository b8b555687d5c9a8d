//! Whose turn it is to have a thread: what pages ask waits, so that the calls of others find threads.
//!
//! Threads that may block are of one pool, of which everybody's calls live. What a page asks for takes places before it takes a thread:
//! places of its own, and places of all pages.
//!
//! **State** of a page: its places, and how much of its work waits or goes on. It is the desk's, so that a page that comes back
//! over another connection does not begin anew.
//!
//! **Invariants**: 1. a page has at most [`READS_A_PAGE`] and [`QUESTIONS_A_PAGE`] threads, all pages together [`READS`] and [`QUESTIONS`];
//! 2. work counts until it ends, also when nobody waits for it any more; 3. what is given up before its turn is not begun.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const READS_A_PAGE: usize = 8;
const QUESTIONS_A_PAGE: usize = 4;
const READS: usize = 128;
const QUESTIONS: usize = 64;
/// Work of a page that waits or goes on.
const WORK_MAX: usize = 256;

/// What a thread is for.
#[derive(Clone, Copy)]
pub(in crate::web) enum Work {
    /// Cells of a window, names: what is told unasked, and soon done.
    Read,
    /// A table to be made, a row to be found, a file: it may take long.
    Question,
}

/// Places of both kinds.
struct Places {
    reads: Arc<Semaphore>,
    questions: Arc<Semaphore>,
}

impl Places {
    fn new(reads: usize, questions: usize) -> Places {
        Places { reads: Arc::new(Semaphore::new(reads)), questions: Arc::new(Semaphore::new(questions)) }
    }

    fn of(&self, work: Work) -> Arc<Semaphore> {
        match work {
            Work::Read => self.reads.clone(),
            Work::Question => self.questions.clone(),
        }
    }
}

/// The places of all pages.
pub(in crate::web) struct Threads(Places);

impl Default for Threads {
    fn default() -> Threads {
        Threads(Places::new(READS, QUESTIONS))
    }
}

/// The places of a page.
pub(in crate::web) struct Turns {
    places: Places,
    burden: Arc<AtomicUsize>,
}

impl Default for Turns {
    fn default() -> Turns {
        Turns { places: Places::new(READS_A_PAGE, QUESTIONS_A_PAGE), burden: Arc::default() }
    }
}

impl Turns {
    /// Whether so much waits that nothing more is taken on.
    pub(in crate::web) fn are_taken(&self) -> bool {
        self.burden.load(Ordering::Relaxed) >= WORK_MAX
    }

    /// Takes work on.
    pub(in crate::web) fn take(&self, work: Work, threads: &Threads) -> Turn {
        self.burden.fetch_add(1, Ordering::Relaxed);
        Turn { own: self.places.of(work), all: threads.0.of(work), burden: Burden(self.burden.clone()) }
    }
}

/// Work that was taken on.
pub(in crate::web) struct Turn {
    own: Arc<Semaphore>,
    all: Arc<Semaphore>,
    burden: Burden,
}

/// Places that are held, until it is dropped.
pub(in crate::web) struct Place {
    _places: [Option<OwnedSemaphorePermit>; 2],
    _burden: Burden,
}

impl Turn {
    /// Waits for a thread's place.
    pub(in crate::web) async fn come(self) -> Place {
        // Places are never closed. A page's own first: what waits for all pages' has its page's turn.
        let own = self.own.acquire_owned().await.ok();
        let all = self.all.acquire_owned().await.ok();
        Place { _places: [own, all], _burden: self.burden }
    }
}

struct Burden(Arc<AtomicUsize>);

impl Drop for Burden {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, timeout};

    use super::*;

    #[tokio::test]
    async fn a_page_has_few_threads_and_others_have_theirs() {
        let (threads, one, other) = (Threads::default(), Turns::default(), Turns::default());
        let mut held = Vec::new();
        for _ in 0..QUESTIONS_A_PAGE {
            held.push(one.take(Work::Question, &threads).come().await);
        }
        let waits = timeout(Duration::from_millis(20), one.take(Work::Question, &threads).come()).await;
        assert!(waits.is_err());
        one.take(Work::Read, &threads).come().await;
        other.take(Work::Question, &threads).come().await;
        held.pop();
        one.take(Work::Question, &threads).come().await;
    }

    #[test]
    fn work_counts_until_it_ends() {
        let (threads, page) = (Threads::default(), Turns::default());
        let turns: Vec<Turn> = (0..WORK_MAX).map(|_| page.take(Work::Question, &threads)).collect();
        assert!(page.are_taken());
        drop(turns);
        assert!(!page.are_taken());
    }
}
