//! What stands between a source and its topic now: set by whoever sees a trouble, cleared by whoever sees it end.
//!
//! **State**: a condition a key. **Invariant**: 1. the source is in the state of its worst condition, and `RUNNING` without
//! one; [`RANKS`] says which is worse.

use parking_lot::Mutex;

use crate::clock::now;

pub(super) const FAILED: &str = "FAILED";
pub(super) const AUTH_FAILED: &str = "AUTH FAILED";
pub(super) const TOPIC_RECREATED: &str = "TOPIC RECREATED";
pub(super) const TOPIC_MISSING: &str = "TOPIC MISSING";
pub(super) const DEGRADED: &str = "DEGRADED";
pub(super) const ATTENTION: &str = "ATTENTION";
pub(super) const PAUSED: &str = "PAUSED";
pub(super) const LAG_RISK: &str = "LAG RISK";
pub(super) const RUNNING: &str = "RUNNING";

/// From the worst to the least; what is not listed counts as [`ATTENTION`].
const RANKS: [&str; 9] = [
    FAILED,
    AUTH_FAILED,
    TOPIC_RECREATED,
    TOPIC_MISSING,
    DEGRADED,
    ATTENTION,
    LAG_RISK,
    "REBALANCING",
    PAUSED,
];

/// A trouble that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) state: &'static str,
    /// What it is about: a new condition of the same key takes the place of the old one.
    key: String,
    pub(super) detail: String,
    /// ns since the epoch.
    pub(super) since: i64,
}

/// The conditions of a source.
#[derive(Default)]
pub(super) struct Conditions(Mutex<Vec<Condition>>);

impl Conditions {
    /// Says that there is a trouble. Saying it again keeps the time it began.
    pub(super) fn set(&self, state: &'static str, key: impl Into<String>, detail: impl Into<String>) {
        let (key, detail) = (key.into(), detail.into());
        let mut all = self.0.lock();
        match all.iter_mut().find(|condition| condition.key == key) {
            Some(known) if known.state == state => known.detail = detail,
            Some(known) => *known = Condition { state, key, detail, since: now() },
            None => all.push(Condition { state, key, detail, since: now() }),
        }
    }

    /// Says that a trouble is over, if there was one.
    pub(super) fn clear(&self, key: &str) {
        self.0.lock().retain(|condition| condition.key != key);
    }

    /// Sets or clears by whether there is a trouble.
    pub(super) fn update(&self, state: &'static str, key: &str, detail: Option<String>) {
        match detail {
            Some(detail) => self.set(state, key, detail),
            None => self.clear(key),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.lock().iter().any(|condition| condition.key == key)
    }

    /// The worst condition; of several that are as bad, the oldest.
    pub(super) fn worst(&self) -> Option<Condition> {
        let all = self.0.lock();
        all.iter().min_by_key(|condition| (rank(condition.state), condition.since)).cloned()
    }
}

fn rank(state: &str) -> usize {
    let rank = |state: &str| RANKS.iter().position(|known| *known == state);
    rank(state).or_else(|| rank(ATTENTION)).expect("attention has a rank")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_all_is_the_state() {
        let conditions = Conditions::default();
        assert_eq!(conditions.worst(), None);
        conditions.set(LAG_RISK, "lag 0", "20 s are left");
        conditions.set(AUTH_FAILED, "auth", "user \"a\" is refused");
        conditions.set(DEGRADED, "broker", "no broker");
        assert_eq!(conditions.worst().unwrap().state, AUTH_FAILED);
        conditions.clear("auth");
        assert_eq!(conditions.worst().unwrap().state, DEGRADED);
        conditions.set(RUNNING, "odd", "counts as something to look at");
        conditions.clear("broker");
        assert_eq!(conditions.worst().unwrap().key, "odd");
    }

    #[test]
    fn saying_it_again_keeps_its_beginning() {
        let conditions = Conditions::default();
        conditions.set(DEGRADED, "broker", "no broker");
        let first = conditions.worst().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(2));
        conditions.set(DEGRADED, "broker", "broker h:1 does not answer");
        let second = conditions.worst().unwrap();
        assert_eq!(second.since, first.since);
        assert_eq!(second.detail, "broker h:1 does not answer");
        conditions.update(DEGRADED, "broker", None);
        assert!(!conditions.has("broker"));
    }
}
