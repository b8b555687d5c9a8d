//! The dead-letter topic: bad records as they came, with headers that tell where from and why.
//!
//! ```text
//!  Quarantine ─▶ channel ─▶ thread: idempotent producer ─▶ topic
//!                              ▲      └ delivery reports ─▶ counts; what is too large goes again, without its value
//!                              └ counted as queued: over budget the source pauses, nothing is dropped
//! ```
//!
//! **Invariants**: 1. a letter is counted delivered when the brokers have said so; 2. letters go in the order in which they
//! came; 3. one that cannot be delivered is counted and told, and its record is still in `errors`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use kinetable_engine::{Error, Result};
use parking_lot::Mutex;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};

use super::headers;
use super::tables::BadRecord;
use crate::client::{configure, creation_error, request_error};
use crate::token::Tokens;

const TICK: Duration = Duration::from_millis(20);
/// How long a source that stops waits for its last letters.
const LAST_WAIT: Duration = Duration::from_secs(8);

/// What became of letters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LetterStats {
    /// Handed to the producer.
    pub sent: u64,
    /// Taken by the brokers.
    pub delivered: u64,
    /// Refused by them for good.
    pub failed: u64,
}

/// Sends bad records to a topic.
pub(super) struct DeadLetters {
    topic: String,
    post: Mutex<Option<Sender<Letter>>>,
    tally: Arc<Tally>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A bad record on its way.
#[derive(Clone)]
struct Letter {
    number: u64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    timestamp: Option<i64>,
    /// The record's own, in the flat form.
    own_headers: Vec<u8>,
    headers: Vec<(&'static str, String)>,
}

#[derive(Default)]
struct Tally {
    sent: AtomicU64,
    delivered: AtomicU64,
    failed: AtomicU64,
    queued_bytes: AtomicUsize,
    /// The numbers of letters on their way.
    pending: Mutex<BTreeSet<u64>>,
    trouble: Mutex<Option<String>>,
    /// Until when the last letters are waited for, once the source has stopped.
    ends_by: Mutex<Option<Instant>>,
    /// To be sent again.
    again: Mutex<Vec<Letter>>,
}

impl DeadLetters {
    /// A producer of letters with a consumer's settings.
    ///
    /// # Errors
    /// If a setting is wrong, or the topic is not there.
    pub(super) fn open(
        topic: &str,
        settings: &BTreeMap<String, String>,
        tokens: Tokens,
        servers: &str,
        timeout: Duration,
    ) -> Result<DeadLetters> {
        let tally = Arc::new(Tally::default());
        let settings = settings.iter().filter(|(key, _)| !is_of_consumers(key));
        let settings: BTreeMap<_, _> = settings.map(|(key, value)| (key.clone(), value.clone())).collect();
        let make = {
            let (tally, tokens) = (tally.clone(), Arc::new(tokens));
            let reports = move || Reports { tally: tally.clone(), tokens: tokens.clone() };
            move || configure(&settings, &DEFAULTS, &FIXED).create_with_context(reports())
        };
        let producer: BaseProducer<Reports> = make().map_err(creation_error)?;
        expect_topic(&producer, topic, servers, timeout)?;
        let (post, letters) = unbounded();
        let sending =
            Sending { topic: topic.to_owned(), producer, make: Box::new(make), tally: tally.clone() };
        let thread = std::thread::Builder::new().name("kafka-dead-letters".into());
        let thread = thread
            .spawn(move || sending.run(&letters))
            .map_err(|error| Error::source(format!("no thread can be started: {error}")))?;
        Ok(DeadLetters {
            topic: topic.to_owned(),
            post: Mutex::new(Some(post)),
            tally,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Puts a bad record of a topic on its way.
    pub(super) fn send(&self, source: &str, bad: &BadRecord) {
        let number = self.tally.sent.fetch_add(1, Ordering::Relaxed);
        self.tally.pending.lock().insert(number);
        let letter = Letter {
            number,
            key: bad.key.clone(),
            value: bad.value.clone(),
            timestamp: bad.timestamp,
            own_headers: bad.headers.clone(),
            headers: provenance(source, bad),
        };
        self.tally.queued_bytes.fetch_add(letter.bytes(), Ordering::Relaxed);
        if let Some(post) = &*self.post.lock() {
            post.send(letter).expect("the thread runs until the channel is closed");
        }
    }

    /// Sends what is on its way and ends; what the brokers do not take in time is told in the log.
    pub(super) fn close(&self) {
        *self.tally.ends_by.lock() = Some(Instant::now() + LAST_WAIT);
        drop(self.post.lock().take());
        if let Some(thread) = self.thread.lock().take() {
            // A thread that panicked has said so; there is nothing to add.
            let _ended = thread.join();
        }
    }

    /// The place after all letters so far.
    pub(super) fn mark(&self) -> u64 {
        self.tally.sent.load(Ordering::Relaxed)
    }

    /// Whether all letters before a mark are with the brokers, or refused by them for good.
    pub(super) fn is_settled(&self, mark: u64) -> bool {
        self.tally.pending.lock().first().is_none_or(|oldest| *oldest >= mark)
    }

    pub(super) fn queued_bytes(&self) -> usize {
        self.tally.queued_bytes.load(Ordering::Relaxed)
    }

    /// Why letters were lost, if some were.
    pub(super) fn trouble(&self) -> Option<String> {
        let trouble = self.tally.trouble.lock();
        trouble
            .as_ref()
            .map(|reason| format!("dead-letter topic \"{}\" refuses records: {reason}", self.topic))
    }

    pub(super) fn forget_trouble(&self) {
        *self.tally.trouble.lock() = None;
    }

    pub(super) fn stats(&self) -> LetterStats {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let tally = &self.tally;
        LetterStats {
            sent: read(&tally.sent),
            delivered: read(&tally.delivered),
            failed: read(&tally.failed),
        }
    }
}

const DEFAULTS: [(&str, &str); 4] = [
    ("linger.ms", "5"),
    ("message.timeout.ms", "0"),
    ("message.max.bytes", "1000000000"),
    ("queue.buffering.max.kbytes", "65536"),
];
const FIXED: [(&str, &str); 1] = [("enable.idempotence", "true")];

/// Settings that librdkafka knows of consumers alone.
fn is_of_consumers(key: &str) -> bool {
    let prefixes = ["fetch.", "queued.", "group.", "auto.", "max.poll.", "consume."];
    prefixes.iter().any(|prefix| key.starts_with(prefix))
        || matches!(
            key,
            "isolation.level"
                | "enable.auto.commit"
                | "enable.auto.offset.store"
                | "enable.partition.eof"
                | "partition.assignment.strategy"
                | "session.timeout.ms"
                | "heartbeat.interval.ms"
                | "check.crcs"
                | "offset.store.method"
                | "max.partition.fetch.bytes"
                | "client.rack"
        )
}

/// Waits a moment for a topic that was just made, or is made by being asked for.
fn expect_topic(
    producer: &BaseProducer<Reports>,
    topic: &str,
    servers: &str,
    timeout: Duration,
) -> Result<()> {
    let deadline = Instant::now() + timeout.min(Duration::from_secs(3));
    loop {
        // A token that is wanted for the log-in is asked for.
        producer.poll(TICK);
        let metadata = producer
            .client()
            .fetch_metadata(Some(topic), timeout)
            .map_err(|error| request_error(&format!("asking for topic \"{topic}\""), servers, &error))?;
        let is_there = |found: &rdkafka::metadata::MetadataTopic| {
            found.name() == topic && found.error().is_none() && !found.partitions().is_empty()
        };
        if metadata.topics().iter().any(is_there) {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(Error::invalid(format!(
                "there is no dead-letter topic \"{topic}\" at \"{servers}\""
            ))
            .with_hint("make it first, and check that you may write it"));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Where a bad record came from, and why it is bad.
fn provenance(source: &str, bad: &BadRecord) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("kinetable.error.topic", source.to_owned()),
        ("kinetable.error.partition", bad.partition.to_string()),
        ("kinetable.error.offset", bad.offset.to_string()),
        ("kinetable.error.side", bad.side.to_owned()),
        ("kinetable.error.reason", bad.reason.clone()),
        ("kinetable.error.size", bad.size.to_string()),
    ];
    headers.extend(bad.timestamp.map(|ms| ("kinetable.error.timestamp", ms.to_string())));
    headers.extend(bad.schema_id.map(|id| ("kinetable.error.schema.id", id.to_string())));
    headers
}

impl Letter {
    fn bytes(&self) -> usize {
        let length = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(0, Vec::len);
        256 + self.own_headers.len() + length(&self.key) + length(&self.value)
    }

    /// The same without its bytes, which a broker would not take.
    fn stripped(mut self) -> Letter {
        (self.key, self.value, self.own_headers) = (None, None, Vec::new());
        self.headers.push(("kinetable.error.stripped", "true".to_owned()));
        self
    }
}

/// Hears of deliveries.
struct Reports {
    tally: Arc<Tally>,
    tokens: Arc<Tokens>,
}

impl ClientContext for Reports {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(
        &self,
        config: Option<&str>,
    ) -> std::result::Result<OAuthToken, Box<dyn std::error::Error>> {
        self.tokens.token(config.unwrap_or_default())
    }
}

impl ProducerContext for Reports {
    type DeliveryOpaque = Box<Letter>;

    fn delivery(&self, result: &DeliveryResult<'_>, letter: Box<Letter>) {
        let tally = &self.tally;
        tally.queued_bytes.fetch_sub(letter.bytes(), Ordering::Relaxed);
        match result {
            Ok(_) => {
                tally.delivered.fetch_add(1, Ordering::Relaxed);
                tally.pending.lock().remove(&letter.number);
            }
            Err((error, _)) => tally.not_delivered(error, *letter),
        }
    }
}

impl Tally {
    fn is_out_of_time(&self) -> bool {
        self.ends_by.lock().is_some_and(|end| Instant::now() >= end)
    }

    fn not_delivered(&self, error: &KafkaError, letter: Letter) {
        let number = letter.number;
        let again = match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::MessageSizeTooLarge | RDKafkaErrorCode::InvalidMessageSize)
                if letter.key.is_some() || letter.value.is_some() =>
            {
                Some(letter.stripped())
            }
            // An idempotent producer that has given up takes all that was on its way down with it.
            Some(
                RDKafkaErrorCode::Fatal | RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight,
            ) => Some(letter),
            _ => None,
        };
        match again {
            Some(letter) => {
                self.queued_bytes.fetch_add(letter.bytes(), Ordering::Relaxed);
                self.again.lock().push(letter);
            }
            None => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                // What was not even handed over before the time was up is still to be read again by whoever comes next.
                if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                    self.pending.lock().remove(&number);
                }
                let reason = error.to_string();
                tracing::warn!(reason, "a bad record was not put into the dead-letter topic");
                self.trouble.lock().get_or_insert(reason);
            }
        }
    }
}

type Make = Box<dyn Fn() -> Result<BaseProducer<Reports>, KafkaError> + Send>;

/// What the thread works with.
struct Sending {
    topic: String,
    producer: BaseProducer<Reports>,
    make: Make,
    tally: Arc<Tally>,
}

impl Sending {
    /// Sends until nobody can send any more, then waits a while for the brokers to have it all.
    fn run(mut self, letters: &Receiver<Letter>) {
        loop {
            match letters.recv_timeout(TICK) {
                Ok(letter) => self.hand_over(letter),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.look_after();
        }
        while self.tally.queued_bytes.load(Ordering::Relaxed) > 0 && !self.tally.is_out_of_time() {
            self.look_after();
            self.producer.poll(TICK);
        }
        if self.tally.queued_bytes.load(Ordering::Relaxed) > 0 {
            tracing::warn!(topic = self.topic, "dead letters were still waiting when the source stopped");
        }
    }

    /// Hears reports, sends again what has to be, and replaces a producer that has given up.
    fn look_after(&mut self) {
        self.producer.poll(Duration::ZERO);
        if self.producer.client().fatal_error().is_some()
            && let Ok(producer) = (self.make)()
        {
            self.producer.purge(rdkafka::producer::PurgeConfig::default().queue().inflight());
            self.producer.poll(TICK);
            self.producer = producer;
        }
        for letter in std::mem::take(&mut *self.tally.again.lock()) {
            self.hand_over(letter);
        }
    }

    /// Hands a letter to librdkafka; waits while its queue is full.
    fn hand_over(&self, letter: Letter) {
        let mut headers = OwnedHeaders::new_with_capacity(letter.headers.len());
        for (key, value) in headers::iter(&letter.own_headers) {
            let key = String::from_utf8_lossy(key);
            headers = headers.insert(Header { key: key.as_ref(), value });
        }
        for (key, value) in &letter.headers {
            headers = headers.insert(Header { key, value: Some(value) });
        }
        let (key, value) = (letter.key.clone(), letter.value.clone());
        let mut record: BaseRecord<'_, [u8], [u8], Box<Letter>> =
            BaseRecord::with_opaque_to(&self.topic, Box::new(letter)).headers(headers);
        record.key = key.as_deref();
        record.payload = value.as_deref();
        record.timestamp = record.delivery_opaque.timestamp;
        loop {
            match self.producer.send(record) {
                Ok(()) => return,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back))
                    if !self.tally.is_out_of_time() =>
                {
                    record = back;
                    self.producer.poll(TICK);
                }
                Err((error, back)) => {
                    let letter = *back.delivery_opaque;
                    self.tally.queued_bytes.fetch_sub(letter.bytes(), Ordering::Relaxed);
                    return self.tally.not_delivered(&error, letter);
                }
            }
        }
    }
}
