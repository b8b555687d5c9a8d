//! Making a publication, and the handle to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arrow_schema::{DataType, Schema};
use crossbeam_channel::{RecvTimeoutError, Sender, bounded, unbounded};
use kinetable_engine::{Change, Error, Listener, ListenerHandle, Result, Table};
use parking_lot::Mutex;
use rdkafka::error::KafkaError;
use rdkafka::producer::{Producer, ThreadedProducer};

use super::avro::Destination;
use super::config::ProducerConfig;
use super::deliveries::Deliveries;
use super::encode::SideEncoder;
use super::limit::batch_bytes_max;
use super::send::{Sending, Task};
use super::tally::Tally;
use super::transact;
use super::watch::Watcher;
use crate::client::{Secrets, configure, connect_timeout, creation_error, principal, request_error, servers};
use crate::consume::count_in;
use crate::settings::Settings;
use crate::token::Tokens;

/// Ours, unless the user says otherwise: each record once and in order, soon, and for ever retried.
const DEFAULTS: [(&str, &str); 8] = [
    ("enable.idempotence", "true"),
    ("linger.ms", "1"),
    ("message.timeout.ms", "0"),
    ("batch.num.messages", "50000"),
    // What waits beyond it are changes of the table, which hold no copies.
    ("queue.buffering.max.kbytes", "65536"),
    ("reconnect.backoff.ms", "50"),
    ("reconnect.backoff.max.ms", "1000"),
    ("socket.nagle.disable", "true"),
];
/// What the watch relies on.
const FIXED: [(&str, &str); 1] = [("statistics.interval.ms", "1000")];

/// The setting that says how large a batch may be, bytes, and what it is by librdkafka's default.
const BATCH_SIZE: &str = "batch.size";
const BATCH_BYTES: u32 = 1_000_000;
/// The setting that makes each cycle a transaction.
const TRANSACTIONAL_ID: &str = "transactional.id";

/// A table that is being published. Drop it to stop; what was handed over is still sent.
pub struct Publication {
    pub(super) tally: Arc<Tally>,
    tasks: Mutex<Option<Sender<Task>>>,
    listening: Mutex<Option<ListenerHandle>>,
    table_failed: Arc<AtomicBool>,
}

/// How far a publication is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicationStats {
    /// `RUNNING`, or what keeps it from that; see `docs/kafka.md`.
    pub state: String,
    /// Why, if there is something to say.
    pub detail: String,
    /// Changes of the table not yet made records.
    pub waiting: usize,
    /// Rows and records that are not with the broker yet.
    pub lag: u64,
    /// Their bytes; those of rows that are no records yet are estimated.
    pub queued_bytes: u64,
    /// Records handed to the client. With transactions, this and the next are of those that are committed.
    pub sent: u64,
    /// Records the broker has taken.
    pub delivered: u64,
    /// Bytes of their keys and values.
    pub bytes: u64,
    /// Records that could not be published.
    pub failed: u64,
    /// Why the first of them could not.
    pub first_failure: Option<String>,
    /// Whether the table has failed, which ends the publication.
    pub table_failed: bool,
}

impl Publication {
    /// How far it is.
    pub fn stats(&self) -> PublicationStats {
        let (state, detail) = self.tally.state();
        PublicationStats {
            state: state.to_owned(),
            detail,
            lag: self.tally.lag(),
            queued_bytes: self.tally.queued_bytes(),
            bytes: self.tally.bytes.load(Ordering::Relaxed),
            waiting: self.tasks.lock().as_ref().map_or(0, Sender::len),
            sent: self.tally.sent.load(Ordering::Relaxed),
            delivered: self.tally.delivered.load(Ordering::Relaxed),
            failed: self.tally.failed.load(Ordering::Relaxed),
            first_failure: self.tally.first_failure.lock().clone(),
            table_failed: self.table_failed.load(Ordering::Relaxed),
        }
    }

    /// Waits until the broker has all that the table was when this was called.
    ///
    /// # Errors
    /// If it did not take it in time, or has refused a record since the start.
    pub fn flush(&self, timeout: Duration) -> Result<()> {
        self.wait(Some(timeout))
    }

    /// As [`Publication::flush`]; without a timeout the producing thread says when there is no more time.
    fn wait(&self, timeout: Option<Duration>) -> Result<()> {
        let (answer, answered) = bounded(1);
        match &*self.tasks.lock() {
            Some(tasks) => tasks.send(Task::Flush(timeout, answer)).map_err(|_| self.ended())?,
            None => return Err(self.ended()),
        }
        let late = || {
            let within = timeout.unwrap_or_else(|| self.tally.last_while.lock().patience);
            Error::source(format!("the broker did not take all records within {within:?}"))
        };
        let answered = match timeout {
            Some(timeout) => answered.recv_timeout(timeout + Duration::from_secs(1)),
            None => answered.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match answered {
            Ok(Ok(())) => {}
            Ok(Err(reason)) => return Err(late().in_context(reason)),
            Err(RecvTimeoutError::Timeout) => return Err(late()),
            Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
        }
        let stats = self.stats();
        match stats.first_failure {
            None => Ok(()),
            Some(first) => {
                Err(Error::source(format!("{} records could not be published: {first}", stats.failed)))
            }
        }
    }

    /// Stops publishing and waits until what was published is with the broker, as long as it takes some of it every 30 s.
    ///
    /// # Errors
    /// As [`Publication::flush`]; it is stopped all the same. Stopping twice is no error.
    pub fn stop(&self) -> Result<()> {
        if self.listening.lock().take().is_none() {
            return Ok(());
        }
        self.tally.end();
        let flushed = self.wait(None);
        self.end();
        flushed
    }

    /// What is on its way has a last while; nothing more comes.
    fn end(&self) {
        self.tally.end();
        self.tasks.lock().take();
    }

    fn ended(&self) -> Error {
        let failure = self.tally.failure.lock().clone();
        let ended = || Error::new(kinetable_engine::ErrorKind::Closed, "the publication has ended");
        failure.map_or_else(ended, |failure| failure.in_context("the publication has ended"))
    }
}

impl Drop for Publication {
    fn drop(&mut self) {
        self.listening.lock().take();
        self.end();
    }
}

/// Publishes a table to a topic, from now on.
///
/// # Errors
/// If a setting, column or spec is wrong, both sides are ignored, there is neither topic nor topic column, or no broker answers.
pub fn produce(table: &Table, config: ProducerConfig) -> Result<Publication> {
    check(table, &config)?;
    let schema = table.schema();
    let column = |name: &Option<String>, what: &str, fits: fn(&DataType) -> bool| match name {
        None => Ok(None),
        Some(name) => typed_column(table, schema, name, what, fits).map(Some),
    };
    let settings = Settings::new(&config.client);
    let side = |spec: &super::ProduceSpec, name: &'static str| {
        let encoder = Destination::new(&settings, config.topic.as_deref(), name)
            .and_then(|to| SideEncoder::new(spec, schema, &to));
        encoder.map_err(|error| error.in_context(format!("{name} spec")))
    };
    let is_integer = |kind: &DataType| {
        matches!(kind, DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64)
    };
    let tally = Arc::new(Tally::default());
    let sending = Sending {
        key: side(&config.key, "key")?,
        value: side(&config.value, "value")?,
        topic_column: column(&config.topic_column, "text", |kind| matches!(kind, DataType::Utf8View))?,
        partition_column: column(&config.partition_column, "an integer", is_integer)?,
        timestamp_column: column(&config.timestamp_column, "an instant", |kind| {
            matches!(kind, DataType::Timestamp(..))
        })?,
        headers: headers(table, &config.headers)?,
        producer: open_producer(&config, &settings, &tally)?,
        transactional_id: settings.client.get(TRANSACTIONAL_ID).cloned(),
        tally: tally.clone(),
        is_blink: table.definition().properties.blink,
        topic: config.topic.clone(),
        partition: config.partition,
    };
    let (tasks, todo) = unbounded();
    spawn("kafka-produce", move || sending.run(&todo))?;
    let weak = Arc::<Tally>::downgrade(&tally);
    count_in(weak);
    if let Some(board) = &config.board {
        let topic = config.topic.as_deref().or(config.topic_column.as_deref()).unwrap_or_default();
        let watcher = Watcher::new(tally.clone(), board.join("producer", topic));
        spawn("kafka-produce-watch", move || watcher.run())?;
    }
    let listener = Arc::new(Handing {
        first: Mutex::default(),
        tasks: tasks.clone(),
        tally: tally.clone(),
        table_failed: Arc::default(),
    });
    // Changes that come while the first version is on its way wait behind it.
    let first = listener.first.lock();
    let (version, handle) = table.listen(listener.clone());
    if config.publish_initial {
        listener.hand(Task::Initial(version));
    }
    drop(first);
    let table_failed = listener.table_failed.clone();
    Ok(Publication {
        tally,
        tasks: Mutex::new(Some(tasks)),
        listening: Mutex::new(Some(handle)),
        table_failed,
    })
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    started.map(drop).map_err(|error| Error::source(format!("no thread can be started: {error}")))
}

fn check(table: &Table, config: &ProducerConfig) -> Result<()> {
    table.ensure_alive()?;
    if config.key.is_ignored() && config.value.is_ignored() {
        return Err(
            Error::invalid("can't ignore both key and value").with_hint("give a spec for one of them")
        );
    }
    if config.topic.is_none() && config.topic_column.is_none() {
        return Err(Error::invalid("there is neither a topic nor a topic column"));
    }
    if !config.publish_initial && !table.is_live() {
        return Err(Error::invalid("a static table without its initial rows has nothing to publish")
            .with_hint("leave publish_initial on"));
    }
    Ok(())
}

fn headers(table: &Table, headers: &[(String, String)]) -> Result<Vec<(String, usize)>> {
    let header = |(name, column): &(String, String)| {
        if name.contains('\0') {
            return Err(Error::invalid(format!("header {name:?} has a zero byte in its name")));
        }
        Ok((name.clone(), table.definition().column_index(column)?))
    };
    headers.iter().map(header).collect()
}

fn typed_column(
    table: &Table,
    schema: &Schema,
    name: &str,
    what: &str,
    fits: fn(&DataType) -> bool,
) -> Result<usize> {
    let index = table.definition().column_index(name)?;
    let found = schema.field(index).data_type();
    if fits(found) {
        return Ok(index);
    }
    Err(Error::invalid(format!("column \"{name}\" is {found}, but has to be {what}")))
}

fn open_producer(
    config: &ProducerConfig,
    settings: &Settings,
    tally: &Arc<Tally>,
) -> Result<ThreadedProducer<Deliveries>> {
    let servers = servers(&settings.client)?;
    let timeout = connect_timeout(settings)?;
    let id = settings.client.get(TRANSACTIONAL_ID);
    let make = |defaults: &[(&str, &str)]| -> Result<ThreadedProducer<Deliveries>> {
        let deliveries = Deliveries {
            tally: tally.clone(),
            tokens: Tokens::new(&settings.client, config.tokens.clone())?,
            secrets: Secrets::of(&config.client),
            principal: principal(&settings.client),
            is_transactional: id.is_some(),
        };
        let made = configure(&settings.client, defaults, &FIXED).create_with_context(deliveries);
        made.map_err(creation_error)
    };
    let mut producer = make(&DEFAULTS)?;
    let refusal = |error: Error| match tally.heard.lock().refusal.clone() {
        Some(refusal) => Error::source(refusal).with_hint("check the security, sasl and ssl settings"),
        None => error,
    };
    let asked = producer.client().fetch_metadata(config.topic.as_deref(), timeout);
    asked.map_err(|error| refusal(request_error("asking for the topic", &servers, &error)))?;
    if !settings.client.contains_key(BATCH_SIZE)
        && let Some(topic) = &config.topic
        && let Some(limit) = batch_bytes_max(&settings.client, topic).filter(|limit| *limit < BATCH_BYTES)
    {
        let limit = limit.max(1).to_string();
        let mut defaults = DEFAULTS.to_vec();
        defaults.push((BATCH_SIZE, &limit));
        producer = make(&defaults)?;
    }
    if let Some(id) = id {
        producer.init_transactions(timeout).map_err(|error| match &error {
            KafkaError::Transaction(failed) if failed.is_fatal() => {
                transact::fatal(id, failed.code(), &failed.string())
            }
            _ => refusal(request_error(&format!("asking for transactional.id \"{id}\""), &servers, &error)),
        })?;
    }
    Ok(producer)
}

/// The listener: hands changes to the producing thread.
struct Handing {
    /// Held while the first version is being handed over.
    first: Mutex<()>,
    tasks: Sender<Task>,
    tally: Arc<Tally>,
    table_failed: Arc<AtomicBool>,
}

impl Handing {
    fn hand(&self, task: Task) {
        let rows = task.rows();
        self.tally.waiting.fetch_add(rows, Ordering::Relaxed);
        if self.tasks.send(task).is_err() {
            // The thread has ended, and has said why.
            self.tally.waiting.fetch_sub(rows, Ordering::Relaxed);
        }
    }
}

impl Listener for Handing {
    fn on_update(&self, change: &Arc<Change>) {
        let _behind_the_first = self.first.lock();
        self.hand(Task::Change(change.clone()));
    }

    fn on_failure(&self, error: &Error) {
        self.table_failed.store(true, Ordering::Relaxed);
        let failure = error.clone().in_context("the table has failed");
        self.tally.failure.lock().get_or_insert(failure);
    }
}
