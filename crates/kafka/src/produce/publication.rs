//! Making a publication, and the handle to it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use arrow_schema::{DataType, Schema};
use crossbeam_channel::{Sender, bounded, unbounded};
use kinetable_engine::{Change, Error, Listener, ListenerHandle, Result, Table};
use parking_lot::Mutex;
use rdkafka::producer::{Producer, ThreadedProducer};

use super::avro::Destination;
use super::config::ProducerConfig;
use super::encode::SideEncoder;
use super::send::{Deliveries, Sending, Tally, Task};
use crate::client::{configure, connect_timeout, creation_error, request_error, servers};
use crate::settings::Settings;

/// Ours, unless the user says otherwise: each record once and in order, soon, and for ever retried.
const DEFAULTS: [(&str, &str); 7] = [
    ("enable.idempotence", "true"),
    ("linger.ms", "1"),
    ("message.timeout.ms", "0"),
    ("batch.num.messages", "50000"),
    ("reconnect.backoff.ms", "50"),
    ("reconnect.backoff.max.ms", "1000"),
    ("socket.nagle.disable", "true"),
];
const STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// A table that is being published. Drop it to stop; what was handed over is still sent.
pub struct Publication {
    tally: Arc<Tally>,
    tasks: Mutex<Option<Sender<Task>>>,
    listening: Mutex<Option<ListenerHandle>>,
    failure: Arc<Mutex<Option<Error>>>,
}

/// How far a publication is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicationStats {
    /// Changes of the table not yet made records.
    pub waiting: usize,
    /// Records handed to the client.
    pub sent: u64,
    /// Records the broker has taken.
    pub delivered: u64,
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
        PublicationStats {
            waiting: self.tasks.lock().as_ref().map_or(0, Sender::len),
            sent: self.tally.sent.load(Ordering::Relaxed),
            delivered: self.tally.delivered.load(Ordering::Relaxed),
            failed: self.tally.failed.load(Ordering::Relaxed),
            first_failure: self.tally.first_failure.lock().clone(),
            table_failed: self.failure.lock().is_some(),
        }
    }

    /// Waits until the broker has all that the table was when this was called.
    ///
    /// # Errors
    /// If it did not take it in time, or has refused a record since the start.
    pub fn flush(&self, timeout: Duration) -> Result<()> {
        let (answer, answered) = bounded(1);
        match &*self.tasks.lock() {
            Some(tasks) => tasks.send(Task::Flush(timeout, answer)).map_err(|_| ended())?,
            None => return Err(ended()),
        }
        let late = || Error::source(format!("the broker did not take all records within {timeout:?}"));
        match answered.recv_timeout(timeout + Duration::from_secs(1)) {
            Ok(Ok(())) => {}
            Ok(Err(reason)) => return Err(late().in_context(reason)),
            Err(_) => return Err(late()),
        }
        let stats = self.stats();
        match stats.first_failure {
            None => Ok(()),
            Some(first) => {
                Err(Error::source(format!("{} records could not be published: {first}", stats.failed)))
            }
        }
    }

    /// Stops publishing and waits until what was published is with the broker.
    ///
    /// # Errors
    /// As [`Publication::flush`]; it is stopped all the same. Stopping twice is no error.
    pub fn stop(&self) -> Result<()> {
        if self.listening.lock().take().is_none() {
            return Ok(());
        }
        let flushed = self.flush(STOP_TIMEOUT);
        self.tasks.lock().take();
        flushed
    }
}

fn ended() -> Error {
    Error::new(kinetable_engine::ErrorKind::Closed, "the publication has ended")
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
        producer: open_producer(&config, &tally)?,
        tally: tally.clone(),
        is_blink: table.definition().properties.blink,
        topic: config.topic,
        partition: config.partition,
    };
    let (tasks, todo) = unbounded();
    let thread = std::thread::Builder::new().name("kafka-produce".into());
    let started = thread.spawn(move || sending.run(&todo));
    started.map_err(|error| Error::source(format!("no thread can be started: {error}")))?;
    let failure = Arc::default();
    let listener =
        Arc::new(Handing { first: Mutex::default(), tasks: tasks.clone(), failure: Arc::clone(&failure) });
    // Changes that come while the first version is on its way wait behind it.
    let first = listener.first.lock();
    let (version, handle) = table.listen(listener.clone());
    if config.publish_initial {
        tasks.send(Task::Initial(version)).map_err(|_| ended())?;
    }
    drop(first);
    Ok(Publication { tally, tasks: Mutex::new(Some(tasks)), listening: Mutex::new(Some(handle)), failure })
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

fn open_producer(config: &ProducerConfig, tally: &Arc<Tally>) -> Result<ThreadedProducer<Deliveries>> {
    let settings = Settings::new(&config.client);
    let servers = servers(&settings.client)?;
    let timeout = connect_timeout(&settings)?;
    let producer: ThreadedProducer<Deliveries> = configure(&settings.client, &DEFAULTS, &[])
        .create_with_context(Deliveries(tally.clone()))
        .map_err(creation_error)?;
    let asked = producer.client().fetch_metadata(config.topic.as_deref(), timeout);
    asked.map_err(|error| request_error("asking for the topic", &servers, &error))?;
    Ok(producer)
}

/// The listener: hands changes to the producing thread.
struct Handing {
    /// Held while the first version is being handed over.
    first: Mutex<()>,
    tasks: Sender<Task>,
    failure: Arc<Mutex<Option<Error>>>,
}

impl Listener for Handing {
    fn on_update(&self, change: &Arc<Change>) {
        let _behind_the_first = self.first.lock();
        // If the thread has ended there is nobody to tell.
        let _told = self.tasks.send(Task::Change(change.clone()));
    }

    fn on_failure(&self, error: &Error) {
        *self.failure.lock() = Some(error.clone());
    }
}
