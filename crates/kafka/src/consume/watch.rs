//! The watch thread: hears librdkafka's statistics and errors, and writes the status table.
//!
//! A row is written when the state changes and when something is to be told (a gap, a missing topic); a source that
//! runs well is silent. Between two rows of one kind about one partition lie ten seconds at least.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kinetable_engine::source::Publisher;
use parking_lot::Mutex;
use rdkafka::Statistics;
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::flow::Outlet;
use super::health;
use super::stats::Counters;
use super::tables::{StatusRow, status_row};
use super::worker::Recipe;
use crate::clock::now;
use crate::registry::Registry;

const TICK: Duration = Duration::from_millis(200);
const REPEAT: Duration = Duration::from_secs(10);

/// What librdkafka tells us outside of records.
pub(super) struct Watch {
    topic: String,
    partitions: Mutex<Vec<i32>>,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    /// What the last statistics show to be wrong.
    problem: Option<String>,
    /// A refused log-in.
    refusal: Option<String>,
}

impl Watch {
    pub(super) fn new(topic: &str) -> Watch {
        Watch { topic: topic.to_owned(), partitions: Mutex::default(), heard: Mutex::default() }
    }

    pub(super) fn set_partitions(&self, partitions: Vec<i32>) {
        *self.partitions.lock() = partitions;
    }
}

impl ClientContext for Watch {
    fn stats(&self, statistics: Statistics) {
        let problem = health::problem(&statistics, &self.topic, &self.partitions.lock());
        let mut heard = self.heard.lock();
        if problem.is_none() {
            heard.refusal = None;
        }
        heard.problem = problem;
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(topic = self.topic, %error, reason, "kafka client");
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Authentication) {
            self.heard.lock().refusal = Some(reason.to_owned());
        }
    }
}

impl ConsumerContext for Watch {}

/// Something to tell in the status table.
pub(super) struct Event {
    pub(super) state: &'static str,
    pub(super) detail: String,
    /// Told again only after a while; events that all matter have keys of their own.
    pub(super) key: String,
}

/// The mailbox between the poll thread and the watch thread.
#[derive(Default)]
pub(super) struct Events(Mutex<Vec<Event>>);

impl Events {
    pub(super) fn tell(&self, state: &'static str, key: impl Into<String>, detail: impl Into<String>) {
        self.0.lock().push(Event { state, detail: detail.into(), key: key.into() });
    }
}

/// What the watch thread works with.
pub(super) struct Watcher {
    pub(super) topic: String,
    pub(super) client: Arc<BaseConsumer<Watch>>,
    pub(super) outlet: Arc<Outlet>,
    pub(super) counters: Arc<Counters>,
    pub(super) status: Publisher,
    pub(super) events: Arc<Events>,
    pub(super) recipe: Arc<Recipe>,
    pub(super) registry: Option<Arc<Registry>>,
    pub(super) is_stopped: Arc<AtomicBool>,
}

impl Watcher {
    /// Watches until the source has stopped.
    pub(super) fn run(self) {
        let mut state = ("", None);
        let mut told: HashMap<String, Instant> = HashMap::new();
        loop {
            let is_stopped = self.is_stopped.load(Ordering::Acquire);
            self.recipe.tell(&self.events);
            for event in std::mem::take(&mut *self.events.0.lock()) {
                let is_repeated = told.get(&event.key).is_some_and(|when| when.elapsed() < REPEAT);
                if !is_repeated {
                    told.insert(event.key, Instant::now());
                    self.write(event.state, &event.detail);
                }
            }
            if is_stopped {
                self.enter("STOPPED", String::new());
                return;
            }
            self.judge(&mut state);
            // Serves statistics, errors and logs; records do not come this way.
            let _event = self.client.poll(TICK);
        }
    }

    /// Enters another state if there is reason to. `state` is the last one and what its detail was about.
    fn judge(&self, state: &mut (&'static str, Option<String>)) {
        let (name, about) = self.assess();
        if (name, &about) == (state.0, &state.1) {
            return;
        }
        let since = clock(now());
        let detail = match &about {
            Some(about) => format!("{about} since {since}"),
            None if state.0 == "DEGRADED" => format!("{} is over", state.1.as_deref().unwrap_or("the fault")),
            None => String::new(),
        };
        *state = (name, about);
        self.enter(name, detail);
    }

    fn assess(&self) -> (&'static str, Option<String>) {
        let heard = self.client.context_of();
        let heard = heard.heard.lock();
        if let Some(refusal) = &heard.refusal {
            return ("AUTH FAILED", Some(refusal.clone()));
        }
        if let Some(problem) = &heard.problem {
            return ("DEGRADED", Some(problem.clone()));
        }
        if let Some((_, reason)) = self.registry.as_ref().and_then(|registry| registry.outage()) {
            return ("DEGRADED", Some(format!("registry: {reason}")));
        }
        if self.counters.is_paused.load(Ordering::Relaxed) {
            return ("PAUSED", Some("more is queued than the budget allows".to_owned()));
        }
        ("RUNNING", None)
    }

    fn enter(&self, state: &'static str, detail: String) {
        self.write(state, &detail);
        *self.counters.state.lock() = (state, detail);
    }

    fn write(&self, state: &str, detail: &str) {
        let row = status_row(&StatusRow {
            time: now(),
            topic: &self.topic,
            state,
            detail,
            rows: self.counters.rows.load(Ordering::Relaxed),
            errors: self.counters.errors.load(Ordering::Relaxed),
            lag: self.counters.lag(),
            queued_bytes: self.outlet.queued_bytes() as u64,
        });
        tracing::info!(topic = self.topic, state, detail, "kafka source");
        let published = self.status.publish(row);
        published.expect("a status row has the status table's columns");
    }
}

trait ContextOf {
    fn context_of(&self) -> &Arc<Watch>;
}

impl ContextOf for BaseConsumer<Watch> {
    fn context_of(&self) -> &Arc<Watch> {
        rdkafka::consumer::Consumer::client(self).context()
    }
}

/// The time of day of an instant, UTC.
fn clock(ns: i64) -> String {
    let seconds = ns.div_euclid(1_000_000_000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}Z", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
