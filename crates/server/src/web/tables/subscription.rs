//! A table that a page looks at: what it wants, what it was sent, and whether it is to be read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kinetable::engine::{Change, Listener, ListenerHandle};
use kinetable::figures::Subscriber;
use kinetable::{Error, Result};
use tokio::sync::Notify;

use super::derived::Derived;
use super::sheet::Sheet;
use super::work::Standing;
use crate::access::User;
use crate::thing::Thing;
use crate::web::let_go::LetGo;
use crate::web::messages::ask::{Op, Want};

/// Frames that may be on their way.
const CREDITS: u64 = 2;

/// Marks a subscription as changed, and wakes its page's task.
pub(in crate::web) struct Mark {
    is_set: AtomicBool,
    wake: Arc<Notify>,
    /// Who is told, for the table of subscribers.
    follower: Arc<Subscriber>,
}

impl Mark {
    fn new(wake: &Arc<Notify>, follower: Arc<Subscriber>) -> Arc<Mark> {
        Arc::new(Mark { is_set: AtomicBool::new(true), wake: wake.clone(), follower })
    }

    /// Takes the mark away, before the version is read that has what it stands for.
    pub(in crate::web) fn take(&self) -> bool {
        self.follower.take();
        self.is_set.swap(false, Ordering::AcqRel)
    }

    fn set(&self) {
        if !self.is_set.swap(true, Ordering::AcqRel) {
            self.wake.notify_one();
        }
    }
}

impl Listener for Mark {
    fn on_update(&self, _: &Arc<Change>) {
        self.follower.cycle();
        self.set();
    }

    fn on_failure(&self, _: &Error) {
        self.set();
    }
}

/// Marks for changes of the table that another one is made from: its rows are told too, its cycles are not counted.
struct BaseMark(Arc<Mark>);

impl Listener for BaseMark {
    fn on_update(&self, _: &Arc<Change>) {
        self.0.set();
    }

    fn on_failure(&self, _: &Error) {
        self.0.set();
    }
}

/// The table of a subscription, and the listener that marks it.
pub(in crate::web) struct Shown {
    pub(in crate::web) derived: Arc<Derived>,
    pub(in crate::web) mark: Arc<Mark>,
    pub(in crate::web) follower: Arc<Subscriber>,
    /// What the table that was named was made of, if it was.
    thing: Option<Arc<dyn Thing>>,
    _listeners: Vec<ListenerHandle>,
}

impl Shown {
    /// Follows a table, and the one that it is made from, whose rows are told too.
    pub(in crate::web) fn new(
        derived: Arc<Derived>,
        thing: Option<Arc<dyn Thing>>,
        wake: &Arc<Notify>,
        (user, name): (&User, &str),
    ) -> Result<Shown> {
        let table = &derived.table;
        let follower = table.session().followed(table, "page", user.name.clone(), name.to_owned());
        follower.may_take(CREDITS);
        let mark = Mark::new(wake, follower.clone());
        let mut listeners = vec![derived.table.listen(mark.clone())?.1];
        if !derived.table.engine()?.is_same(&derived.base.engine()?) {
            listeners.push(derived.base.listen(Arc::new(BaseMark(mark.clone())))?.1);
        }
        Ok(Shown { derived, mark, follower, thing, _listeners: listeners })
    }

    /// What other operations are to be made of, if it is not looked up by its name.
    pub(in crate::web) fn standing(&self) -> Option<Standing> {
        let thing = self.thing.clone()?;
        Some(Standing { thing, table: self.derived.base.clone() })
    }
}

/// A subscription.
pub(in crate::web) struct Subscription {
    /// The name of the table.
    pub(in crate::web) name: String,
    pub(in crate::web) ops: Vec<Op>,
    pub(in crate::web) vp: u64,
    pub(in crate::web) want: Want,
    pub(in crate::web) pause: Option<Duration>,
    /// The table, once it is there.
    pub(in crate::web) shown: Option<LetGo<Shown>>,
    /// The number of what the table is asked for; the newest answer holds.
    pub(in crate::web) asked: u64,
    /// The number of what is being made, if something is.
    pub(in crate::web) deriving: Option<u64>,
    /// The number of the reading that goes on, if one does.
    pub(in crate::web) reading: Option<u64>,
    /// Whether the page is owed whole.
    pub(in crate::web) owes_snap: bool,
    /// Frames that were sent, and those of them that were painted.
    pub(in crate::web) seq: u64,
    pub(in crate::web) acked: u64,
    /// The page that was sent last, and the rows of the table that was opened.
    pub(in crate::web) last: Option<(Sheet, u64)>,
    /// When reading began last.
    pub(in crate::web) read_at: Option<Instant>,
}

impl Subscription {
    pub(in crate::web) fn new(name: String, ops: Vec<Op>, want: Want, max_hz: Option<f64>) -> Subscription {
        Subscription {
            name,
            ops,
            vp: 0,
            want,
            pause: pause(max_hz.unwrap_or(10.0)),
            shown: None,
            asked: 0,
            deriving: None,
            reading: None,
            owes_snap: true,
            seq: 0,
            acked: 0,
            last: None,
            read_at: None,
        }
    }

    /// Another window, or the same one anew.
    pub(in crate::web) fn look_at(&mut self, vp: u64, want: Want) {
        self.vp = vp;
        self.want = want;
        self.owes_snap = true;
        self.last = None;
    }

    /// All frames up to this one were painted.
    pub(in crate::web) fn ack(&mut self, seq: u64) {
        self.acked = self.acked.max(seq.min(self.seq));
        self.note();
    }

    /// A frame of so many bytes and rows of cells was sent.
    pub(in crate::web) fn sent(&mut self, bytes: usize, rows: u64) {
        if let Some(shown) = &self.shown {
            shown.follower.message(bytes);
            shown.follower.rows(rows);
        }
        self.note();
    }

    /// Says in the table of subscribers how far it is: what was read is known when all of it is painted.
    pub(in crate::web) fn note(&self) {
        let Some(shown) = &self.shown else { return };
        shown.follower.look_at(Some(self.want.n));
        shown.follower.may_take(CREDITS - (self.seq - self.acked).min(CREDITS));
        if let Some((sheet, _)) =
            self.last.as_ref().filter(|_| self.seq == self.acked && self.reading.is_none())
        {
            shown.follower.tell(sheet.step);
        }
    }

    /// The connection is another one: nothing is on its way.
    pub(in crate::web) fn resume(&mut self) {
        self.acked = self.seq;
        self.owes_snap = true;
        self.last = None;
        self.reading = None;
    }

    /// When its page is to be read: now, later, or not before something happens.
    pub(in crate::web) fn due(&self, now: Instant) -> Option<Instant> {
        let shown = self.shown.as_ref()?;
        if self.deriving.is_some() || self.reading.is_some() || self.seq - self.acked >= CREDITS {
            return None;
        }
        if self.owes_snap {
            return Some(now);
        }
        if !shown.mark.is_set.load(Ordering::Acquire) {
            return None;
        }
        let pause = self.pause?;
        Some(self.read_at.map_or(now, |read| (read + pause).max(now)))
    }
}

/// Between two readings of changes; none: there are none.
pub(in crate::web) fn pause(max_hz: f64) -> Option<Duration> {
    (max_hz > 0.0).then(|| Duration::from_secs_f64(1.0 / max_hz.clamp(RARELY, 60.0)))
}

/// Readings a second, where the fewest are asked for.
const RARELY: f64 = 0.001;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_one_that_can_be_waited_for() {
        assert_eq!(pause(10.0), Some(Duration::from_millis(100)));
        assert_eq!(pause(1e-300), Some(Duration::from_secs(1000)));
        assert_eq!(pause(1e300), pause(60.0));
        assert_eq!((pause(0.0), pause(-1.0), pause(f64::NAN)), (None, None, None));
    }
}
