//! Is the topic still there, still the same, and still ours to read? Asked once a second.
//!
//! **State**: the topic's id as first heard; the offsets at the last time the id was confirmed.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rdkafka::error::RDKafkaErrorCode;

use super::ask::{Answer, Keeping, Questions, TopicFacts};
use super::conditions::{AUTH_FAILED, TOPIC_MISSING, TOPIC_RECREATED};
use super::stats::{Counters, Order};
use super::watch::Events;

const TOPIC_EVERY: Duration = Duration::from_secs(1);
const KEEPING_EVERY: Duration = Duration::from_secs(60);
/// A topic is missing when so many answers in a row say so: one may come from a broker that has just started.
const MISSING_TIMES: u32 = 2;

/// Asks for the topic, and judges the answers.
pub(super) struct Inspector {
    topic: String,
    questions: Questions,
    asked_topic: Option<Instant>,
    asked_keeping: Option<Instant>,
    is_waiting: bool,
    id: Option<String>,
    missing: u32,
    keeping: Keeping,
    /// Next offsets when the question was asked, and when the id was last confirmed.
    asked_at: Vec<(i32, i64)>,
    confirmed_at: Vec<(i32, i64)>,
}

impl Inspector {
    pub(super) fn new(topic: &str, questions: Questions) -> Inspector {
        Inspector {
            topic: topic.to_owned(),
            questions,
            asked_topic: None,
            asked_keeping: None,
            is_waiting: false,
            id: None,
            missing: 0,
            keeping: Keeping::default(),
            asked_at: Vec::new(),
            confirmed_at: Vec::new(),
        }
    }

    /// How long the topic's records are kept, as far as is known.
    pub(super) fn keeping(&self) -> Keeping {
        self.keeping
    }

    /// Reads answers that came, and asks again if it is time. Never waits.
    pub(super) fn inspect(&mut self, counters: &Counters, events: &Events, principal: &str) {
        while let Some(answer) = self.questions.answer() {
            match answer {
                Answer::Keeping(keeping) => self.keeping = keeping.unwrap_or(self.keeping),
                Answer::Topic(topic) => {
                    self.is_waiting = false;
                    self.judge(topic, counters, events, principal);
                }
            }
        }
        let is_time =
            |asked: Option<Instant>, every: Duration| asked.is_none_or(|asked| asked.elapsed() >= every);
        if !self.is_waiting && is_time(self.asked_topic, TOPIC_EVERY) {
            self.asked_topic = Some(Instant::now());
            self.asked_at = counters.places();
            self.is_waiting = true;
            self.questions.ask_for_topic();
        }
        if is_time(self.asked_keeping, KEEPING_EVERY) {
            self.asked_keeping = Some(Instant::now());
            self.questions.ask_for_keeping();
        }
    }

    fn judge(
        &mut self,
        topic: Result<TopicFacts, RDKafkaErrorCode>,
        counters: &Counters,
        events: &Events,
        principal: &str,
    ) {
        let name = &self.topic;
        let conditions = &counters.conditions;
        match topic {
            Ok(facts) => {
                self.missing = 0;
                conditions.clear("missing");
                let may_not = facts.may_read == Some(false);
                let refusal = may_not.then(|| format!("{principal} may not read topic \"{name}\""));
                conditions.update(AUTH_FAILED, "topic", refusal);
                self.compare(facts.id, counters, events);
            }
            Err(
                RDKafkaErrorCode::UnknownTopic
                | RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownTopicId,
            ) => {
                self.missing += 1;
                if self.missing >= MISSING_TIMES {
                    let detail = format!("topic \"{name}\" is gone; its rows are kept");
                    conditions.set(TOPIC_MISSING, "missing", detail);
                }
            }
            Err(RDKafkaErrorCode::TopicAuthorizationFailed) => {
                let detail = format!("{principal} may not see topic \"{name}\"");
                conditions.set(AUTH_FAILED, "topic", detail);
            }
            // A broker that is away is told of by its statistics.
            Err(_) => {}
        }
    }

    fn compare(&mut self, id: Option<String>, counters: &Counters, events: &Events) {
        if id.is_none() && self.id.is_some() {
            // A broker that has just started may not know it: that says nothing against the one we know.
            return;
        }
        let known = std::mem::replace(&mut self.id, id);
        if known.is_none() || known == self.id {
            self.confirmed_at = std::mem::take(&mut self.asked_at);
            *counters.confirmed.lock() = self.asked_topic;
            *counters.topic_id.lock() = self.id.clone();
            return;
        }
        let topic = &self.topic;
        let mut detail = format!("topic \"{topic}\" was deleted and made anew");
        // librdkafka goes on at our offset if the new topic is that long already.
        for (partition, next) in counters.places() {
            let confirmed = self.confirmed_at.iter().find(|(other, _)| *other == partition);
            if let Some((_, confirmed)) = confirmed.filter(|(_, confirmed)| *confirmed < next) {
                let last = next - 1;
                detail += &format!(
                    "; rows of offsets {confirmed} to {last} of partition {partition} may be of either"
                );
            }
        }
        counters.incarnation.fetch_add(1, Ordering::Relaxed);
        *counters.topic_id.lock() = self.id.clone();
        events.tell(TOPIC_RECREATED, format!("anew {:?}", self.id), detail);
        counters.order(Order::Recreated);
    }
}
