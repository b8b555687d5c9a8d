//! The watch thread: hears librdkafka's statistics and errors, asks for the topic, and tells how the source fares.
//!
//! ```text
//!  statistics, errors ─▶ Watch ─┐
//!  poll thread, decoders ───────┼─▶ Conditions ─▶ state ─▶ status (a row a change), sources (a row a source)
//!  Inspector (topic, retention) ┘
//! ```
//!
//! A row of `status` is written when the state changes and when something is to be told once (a gap, a topic made anew); a source
//! that runs well is silent there. Between two rows of one kind about one partition lie ten seconds at least.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kinetable_engine::source::Publisher;
use parking_lot::Mutex;
use rdkafka::Statistics;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::budget;
use super::conditions::{ATTENTION, AUTH_FAILED, Condition, DEGRADED, LAG_RISK, PAUSED, RUNNING};
use super::flow::Outlet;
use super::inspect::Inspector;
use super::report::Report;
use super::stats::Counters;
use super::tables::{StatusRow, status_row};
use super::worker::Recipe;
use crate::client::Secrets;
use crate::clock::now;
use crate::health;
use crate::registry::Registry;
use crate::token::Tokens;

const TICK: Duration = Duration::from_millis(200);
const REPEAT: Duration = Duration::from_secs(10);

/// Who we are to the broker.
pub(super) struct Identity {
    /// The name, for messages.
    pub(super) principal: String,
    pub(super) secrets: Secrets,
    pub(super) tokens: Tokens,
}

/// What librdkafka tells us outside of records.
pub(super) struct Watch {
    topic: String,
    who: Identity,
    /// How long a fetch may wait for records.
    fetch_wait: Duration,
    partitions: Mutex<Vec<i32>>,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    /// What the last statistics show to be wrong.
    problem: Option<String>,
    /// A refused log-in.
    refusal: Option<String>,
    retries: u64,
    /// Partition → the oldest record there is.
    lows: Vec<(i32, i64)>,
}

impl Watch {
    pub(super) fn new(topic: &str, who: Identity, fetch_wait: Duration) -> Watch {
        let topic = topic.to_owned();
        Watch { topic, who, fetch_wait, partitions: Mutex::default(), heard: Mutex::default() }
    }

    pub(super) fn set_partitions(&self, partitions: Vec<i32>) {
        *self.partitions.lock() = partitions;
    }

    /// Who we are to the broker.
    pub(super) fn principal(&self) -> &str {
        &self.who.principal
    }

    /// Why the broker does not let us in, if it does not.
    pub(super) fn refusal(&self) -> Option<String> {
        self.heard.lock().refusal.clone()
    }

    /// Passes on what was heard.
    fn tell(&self, counters: &Counters) {
        let heard = self.heard.lock();
        counters.conditions.update(AUTH_FAILED, "log-in", heard.refusal.clone());
        // Who is not let in has no broker either.
        let problem = heard.problem.clone().filter(|_| heard.refusal.is_none());
        counters.conditions.update(DEGRADED, "broker", problem);
        counters.retries.store(heard.retries, Ordering::Relaxed);
        for (partition, low) in &heard.lows {
            if let Some(place) = counters.partition(*partition) {
                place.low.store(*low, Ordering::Relaxed);
            }
        }
    }
}

impl ClientContext for Watch {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, config: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        let token = self.who.tokens.token(config.unwrap_or_default());
        if let Err(error) = &token {
            self.heard.lock().refusal =
                Some(self.who.secrets.hide(&format!("{} has no token: {error}", self.who.principal)));
        }
        token
    }

    fn stats(&self, statistics: Statistics) {
        let problem = health::problem(&statistics, &self.topic, &self.partitions.lock(), self.fetch_wait);
        let mut heard = self.heard.lock();
        if problem.is_none() {
            heard.refusal = None;
        }
        heard.problem = problem;
        heard.retries = health::retries(&statistics);
        let partitions = statistics.topics.get(&self.topic).map(|topic| &topic.partitions);
        let lows = partitions.into_iter().flatten().map(|(number, partition)| (*number, partition.lo_offset));
        heard.lows = lows.filter(|(_, low)| *low >= 0).collect();
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let reason = self.who.secrets.hide(reason);
        tracing::debug!(topic = self.topic, %error, reason, "kafka client");
        let refused = [RDKafkaErrorCode::Authentication, RDKafkaErrorCode::SSL];
        if error.rdkafka_error_code().is_some_and(|code| refused.contains(&code)) {
            let refusal = format!("{} is not let in: {reason}", self.who.principal);
            self.heard.lock().refusal = Some(refusal);
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
    pub(super) inspector: Inspector,
    pub(super) report: Report,
    pub(super) is_stopped: Arc<AtomicBool>,
}

impl Watcher {
    /// Watches until the source has stopped.
    pub(super) fn run(mut self) {
        let mut last: Option<Condition> = None;
        let mut told: HashMap<String, Instant> = HashMap::new();
        self.enter(RUNNING, String::new());
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
                let reason = self.counters.stop_reason.lock().clone();
                self.enter("STOPPED", reason.unwrap_or_default());
                self.report.show(&self.counters, &self.outlet, now());
                return;
            }
            let client = self.client.clone();
            let principal = rdkafka::consumer::Consumer::client(&*client).context().principal();
            self.inspector.inspect(&self.counters, &self.events, principal);
            self.judge(&mut last);
            // Serves statistics, errors and logs; records do not come this way.
            let _event = self.client.poll(TICK);
        }
    }

    /// Enters another state if there is reason to, and shows how it goes. `last`: the condition it was in.
    fn judge(&mut self, last: &mut Option<Condition>) {
        let counters = &self.counters;
        self.context().tell(counters);
        let outage = self.registry.as_ref().and_then(|registry| registry.outage());
        counters.conditions.update(
            DEGRADED,
            "registry",
            outage.map(|(_, reason)| format!("registry: {reason}")),
        );
        let paused = counters.is_paused.load(Ordering::Relaxed);
        let paused = paused.then(|| match budget::is_exceeded() {
            true => "the sources of this process hold more than its memory budget".to_owned(),
            false => "more is queued than the budget allows".to_owned(),
        });
        counters.conditions.update(ATTENTION, "records", self.outlet.quarantine().attention());
        counters.conditions.update(PAUSED, "paused", paused);
        self.report.measure(counters, self.inspector.keeping());
        let worst = counters.conditions.worst();
        if is_news(last.as_ref(), worst.as_ref()) {
            let (state, detail) = match &worst {
                Some(now) => (now.state, format!("{} since {}", now.detail, clock(now.since))),
                None => (
                    RUNNING,
                    last.as_ref().map_or_else(String::new, |last| format!("{} is over", last.detail)),
                ),
            };
            if worst.is_some() && state != PAUSED {
                counters.note_error(detail.clone());
            }
            self.enter(state, detail);
        } else if let Some(worst) = &worst {
            // Figures in the detail go on without a row of their own.
            self.counters.state.lock().1 = format!("{} since {}", worst.detail, clock(worst.since));
        }
        let since = worst.as_ref().map_or(self.report.running_since(), |worst| worst.since);
        self.report.show(&self.counters, &self.outlet, since);
        *last = worst;
    }

    fn enter(&mut self, state: &'static str, detail: String) {
        self.write(state, &detail);
        self.report.enter(now());
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

    fn context(&self) -> &Watch {
        rdkafka::consumer::Consumer::client(&*self.client).context()
    }
}

/// Whether another condition is another story. How much time a slow reader has left changes all the time.
fn is_news(last: Option<&Condition>, now: Option<&Condition>) -> bool {
    match (last, now) {
        (Some(last), Some(now)) if now.state == LAG_RISK => last.state != now.state,
        (last, now) => last != now,
    }
}

/// The time of day of an instant, UTC.
fn clock(ns: i64) -> String {
    let seconds = ns.div_euclid(1_000_000_000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}Z", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
