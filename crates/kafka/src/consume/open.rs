//! Making a source: checks everything a user can get wrong, then starts the threads.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arrow_schema::SchemaRef;
use kinetable_engine::source::{self, Publisher, Retention};
use kinetable_engine::{Error, Graph, Result, Table};
use rdkafka::consumer::BaseConsumer;

use super::ask::Questions;
use super::breaker::Breaker;
use super::budget;
use super::choices::Policies;
use super::config::{ConsumerConfig, Partitions};
use super::control::{Command, Reins};
use super::dead_letters::DeadLetters;
use super::discover::Discoverer;
use super::flow::{Flow, Outlet};
use super::inspect::Inspector;
use super::member::Joining;
use super::policy::ErrorLimits;
use super::poll::Poller;
use super::quarantine::Quarantine;
use super::raw::Drain;
use super::replay::Replay;
use super::report::Report;
use super::rows::{Constituents, Each, Keeping, Rows};
use super::start::{Start, Survey};
use super::stats::{Counters, Order, SourceStats};
use super::tables::{error_schema, row_schema, status_schema};
use super::watch::{Events, Identity, Watch, Watcher};
use super::worker::Recipe;
use crate::board::Place;
use crate::client::{Secrets, attended, configure, connect_timeout, creation_error, principal, servers};
use crate::registry::Registry;
use crate::settings::Settings;
use crate::token::Tokens;

/// Ours, unless the user says otherwise: fetch at once, and fetch again as soon as there is room.
const DEFAULTS: [(&str, &str); 11] = [
    ("isolation.level", "read_committed"),
    ("fetch.wait.max.ms", "500"),
    ("fetch.min.bytes", "1"),
    ("fetch.queue.backoff.ms", "2"),
    ("fetch.error.backoff.ms", "100"),
    ("fetch.message.max.bytes", "2097152"),
    // A reply that is larger would be asked for again and again: a record above our own limit has to come through to be
    // set aside.
    ("receive.message.max.bytes", "1073741824"),
    ("queued.min.messages", "100000"),
    ("socket.nagle.disable", "true"),
    ("reconnect.backoff.ms", "50"),
    ("reconnect.backoff.max.ms", "1000"),
];
/// What the source relies on.
const FIXED: [(&str, &str); 5] = [
    ("enable.partition.eof", "false"),
    ("enable.auto.commit", "false"),
    ("allow.auto.create.topics", "false"),
    ("auto.offset.reset", "error"),
    ("statistics.interval.ms", "1000"),
];
/// Fetched records that librdkafka may hold, all partitions together.
const PREFETCH_KB: usize = 64 << 10;
/// Settings of members of a group; who only reads takes no part in it.
const OF_MEMBERS: [&str; 9] = [
    "auto.offset.reset",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "group.remote.assignor",
    "heartbeat.interval.ms",
    "max.poll.interval.ms",
    "partition.assignment.strategy",
    "session.timeout.ms",
];
const DISCOVER_MS: u64 = 5_000;
const COMMIT_MS: u64 = 1_000;
const QUEUED_BYTES_MAX: u64 = 64 << 20;

/// A topic as a table, with what tells how it fares.
pub struct Consumed {
    /// The rows. The source ends when nobody holds this table or one made from it.
    pub table: Table,
    /// Records that could not be decoded, the newest million: Time, Topic, Partition, Offset, Timestamp, Side, Reason,
    /// SchemaId, Size, Raw (the side's bytes), Other (those of the other side), Headers (if they are read).
    pub errors: Table,
    /// What happened: Time, Topic, State, Detail, Rows, Errors, Lag, QueuedBytes.
    pub status: Table,
    /// The running source.
    pub source: SourceHandle,
}

/// A topic as a table for each partition, with what tells how it fares.
pub struct ConsumedParts {
    /// A row for each partition that is or was read: Partition (i32). The source ends when nobody holds this table, one made from
    /// it, or a constituent.
    pub partitions: Table,
    /// The rows of each partition.
    pub constituents: Constituents,
    /// The columns of constituents.
    pub schema: SchemaRef,
    /// As of [`Consumed`].
    pub errors: Table,
    /// As of [`Consumed`].
    pub status: Table,
    /// The running source.
    pub source: SourceHandle,
}

/// A running source. Cheap to clone; dropping it stops nothing.
#[derive(Clone)]
pub struct SourceHandle {
    pub(super) outlet: Arc<Outlet>,
    pub(super) counters: Arc<Counters>,
    pub(super) replay: Arc<Replay>,
    name: Option<Arc<str>>,
    is_stopping: Arc<AtomicBool>,
    is_stopped: Arc<AtomicBool>,
}

impl SourceHandle {
    /// What the source is called in the tables of sources, if it is in one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Goes on after `TOPIC RECREATED`, with the new topic from its beginning or with a partition that was cut from its oldest
    /// record, and after too many records were bad; takes what was told of bad records for read. Does nothing in another state.
    pub fn resume(&self) {
        self.counters.order(Order::Resume);
        self.outlet.quarantine().resume();
    }

    /// What the source has done so far.
    pub fn stats(&self) -> SourceStats {
        let queued_rows = self.outlet.rows().queued_rows() as u64;
        let dead_letters = self.outlet.quarantine().letter_stats();
        SourceStats { dead_letters, ..self.counters.read(queued_rows, self.outlet.queued_bytes() as u64) }
    }

    /// Stops reading; the table keeps its rows. Returns when all that was read is published.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        let deadline = Instant::now() + Duration::from_secs(10);
        while !self.is_stopped() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Whether the source has ended: stopped, or its table is no longer held.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }
}

/// Opens a topic as a live table of a graph.
///
/// Columns: KafkaPartition (i32), KafkaOffset (i64), KafkaTimestamp (instant), then those of the key and of the value.
/// The setting `kinetable.headers.column.name` adds one for the headers, as JSON text, before those of the key.
///
/// # Errors
/// If a setting or spec is wrong, both key and value are ignored, the topic or a partition does not exist, or no broker or
/// registry answers. Once the table is there the outside world no longer fails it: see `status`.
pub fn consume(graph: &Graph, config: ConsumerConfig) -> Result<Consumed> {
    let plan = Plan::new(config)?;
    let (rows, table) = Rows::open(graph, plan.recipe.schema.clone(), plan.keeping());
    let (errors, status, source) = plan.start(graph, rows)?;
    Ok(Consumed { table, errors, status, source })
}

/// Opens a topic as a table for each of its partitions, also of those that come later, each of the kind that the configuration says.
///
/// # Errors
/// As [`consume`].
pub fn consume_parts(graph: &Graph, config: ConsumerConfig) -> Result<ConsumedParts> {
    let plan = Plan::new(config)?;
    let schema = plan.recipe.schema.clone();
    let (each, partitions, constituents) = Each::open(graph, schema.clone(), plan.keeping());
    let (errors, status, source) = plan.start(graph, Rows::Each(each))?;
    Ok(ConsumedParts { partitions, constituents, schema, errors, status, source })
}

/// A source that is checked and not yet started.
struct Plan {
    settings: Settings,
    limits: ErrorLimits,
    letters: Option<DeadLetters>,
    registry: Option<Arc<Registry>>,
    recipe: Arc<Recipe>,
    survey: Survey,
    starts: Vec<Start>,
    policies: Policies,
}

impl Plan {
    fn keeping(&self) -> Keeping {
        let config = &self.survey.config;
        Keeping { retention: config.retention, patience: config.patience }
    }

    fn new(config: ConsumerConfig) -> Result<Plan> {
        if config.key.is_ignored() && config.value.is_ignored() {
            return Err(
                Error::invalid("can't ignore both key and value").with_hint("give a spec for one of them")
            );
        }
        let settings = Settings::new(&config.client);
        config.errors.check(&config.topic)?;
        let limits = ErrorLimits::from_settings(&settings)?;
        let registry = Registry::from_settings(settings.registry())?.map(Arc::new);
        let policies = Policies::from_settings(&settings)?;
        let recipe = Arc::new(recipe(&config, &settings, registry.as_ref())?);
        let survey = Survey {
            client: open_client(&config, &settings)?,
            user: settings.client.clone(),
            servers: servers(&settings.client)?,
            timeout: connect_timeout(&settings)?,
            is_member: is_member(&config, &settings)?,
            config,
        };
        let starts = let_in(&survey.client, || survey.starts())?;
        let letters = dead_letters(&survey.config, &settings)?;
        Ok(Plan { settings, limits, letters, registry, recipe, survey, starts, policies })
    }

    /// Starts the threads; gives errors, status and the source.
    fn start(self, graph: &Graph, rows: Rows) -> Result<(Table, Table, SourceHandle)> {
        let (errors, bad) = source::open(graph, error_schema(), self.limits.retention());
        let (status, told) = source::open(graph, status_schema(), Retention::Append);
        // A member reads what its group will give it.
        let read = if self.survey.is_member { &[] } else { &self.starts[..] };
        let counters = Arc::new(Counters::new(read));
        read.iter().for_each(|start| rows.begin(start.partition));
        let board = self.survey.config.board.as_ref();
        let place = board.map(|board| board.join("consumer", &self.survey.config.topic));
        let name = place.as_ref().map(|place| Arc::from(place.name()));
        let topic = self.survey.config.topic.clone();
        let quarantine = Quarantine {
            topic: topic.clone(),
            errors: bad,
            letters: self.letters,
            breaker: Breaker::new(self.limits.rate, self.recipe.clone()),
            counters: counters.clone(),
        };
        let outlet = Arc::new(Outlet::new(&topic, rows, quarantine, counters.clone()));
        budget::count_in(Arc::<Outlet>::downgrade(&outlet));
        let replay = Replay::new(graph, &errors, &self.recipe, &self.settings, self.registry.as_ref());
        let source = SourceHandle {
            outlet,
            counters,
            replay: Arc::new(replay),
            name,
            is_stopping: Arc::default(),
            is_stopped: Arc::default(),
        };
        let parts = Parts {
            survey: self.survey,
            settings: &self.settings,
            record_bytes_max: self.limits.record_bytes_max,
            starts: self.starts,
            recipe: self.recipe,
            registry: self.registry,
            told,
            place,
            policies: self.policies,
        };
        parts.start(&source)?;
        Ok((errors, status, source))
    }
}

/// Asks the broker; a log-in that is refused meanwhile is told as the reason.
fn let_in<T>(client: &BaseConsumer<Watch>, ask: impl FnOnce() -> Result<T>) -> Result<T> {
    let answer = attended(client, ask);
    let refusal = rdkafka::consumer::Consumer::client(client).context().refusal();
    answer.map_err(|error| match refusal {
        Some(refusal) => Error::source(refusal).with_hint("check the security, sasl and ssl settings"),
        None => error,
    })
}

fn recipe(config: &ConsumerConfig, settings: &Settings, registry: Option<&Arc<Registry>>) -> Result<Recipe> {
    let side = |spec: &crate::Spec, own: crate::settings::SideSettings| {
        spec.resolve(&own, settings, registry).map_err(|error| error.in_context(format!("{} spec", own.name)))
    };
    let key = side(&config.key, settings.key()?)?;
    let value = side(&config.value, settings.value()?)?;
    let extra = settings.extra_columns();
    let on_error = config.errors.on_error;
    Ok(Recipe { schema: row_schema(&extra, &key, &value)?, extra, key, value, on_error })
}

fn dead_letters(config: &ConsumerConfig, settings: &Settings) -> Result<Option<DeadLetters>> {
    let open = |topic: &String| {
        let client = &settings.client;
        let tokens = Tokens::new(client, config.tokens.clone())?;
        DeadLetters::open(topic, client, tokens, &servers(client)?, connect_timeout(settings)?)
    };
    config.errors.dead_letter_topic.as_ref().map(open).transpose()
}

/// Whether the source is to be a member of its group.
fn is_member(config: &ConsumerConfig, settings: &Settings) -> Result<bool> {
    match settings.text("kinetable.group.mode") {
        None | Some("assign") => return Ok(false),
        Some("subscribe") => {}
        Some(other) => {
            return Err(Error::invalid(format!("setting \"kinetable.group.mode\" is \"{other}\""))
                .with_hint("use \"subscribe\" to join the group, or \"assign\""));
        }
    }
    if !settings.client.contains_key("group.id") {
        return Err(Error::invalid("a group is to be joined, but the Kafka settings lack \"group.id\"")
            .with_hint("name the group"));
    }
    if !matches!(config.partitions, Partitions::All) {
        return Err(Error::invalid("partitions are given, but the group says which are read")
            .with_hint("leave them out, or set \"kinetable.group.mode\" to \"assign\""));
    }
    Ok(true)
}

fn open_client(config: &ConsumerConfig, settings: &Settings) -> Result<Arc<BaseConsumer<Watch>>> {
    servers(&settings.client)?;
    let mut user = settings.client.clone();
    OF_MEMBERS.iter().for_each(|key| drop(user.remove(*key)));
    let partitions = match &config.partitions {
        Partitions::Listed(list) => list.len().max(1),
        Partitions::All | Partitions::Chosen(_) => 1,
    };
    let prefetch = (PREFETCH_KB / partitions).max(1024).to_string();
    let mut defaults = DEFAULTS.to_vec();
    defaults.push(("queued.max.messages.kbytes", &prefetch));
    if user.keys().any(|key| key.starts_with("sasl.")) {
        // Log-ins that are refused are not to be tried too often: accounts get locked.
        defaults.retain(|(key, _)| *key != "reconnect.backoff.max.ms");
        defaults.push(("reconnect.backoff.max.ms", "5000"));
    }
    let wait = user.get("fetch.wait.max.ms").and_then(|wait| wait.parse().ok()).unwrap_or(500);
    let tokens = Tokens::new(&user, config.tokens.clone())?;
    let who = Identity { principal: principal(&user), secrets: Secrets::of(&config.client), tokens };
    let watch = Watch::new(&config.topic, who, Duration::from_millis(wait));
    let client: BaseConsumer<Watch> =
        configure(&user, &defaults, &FIXED).create_with_context(watch).map_err(creation_error)?;
    Ok(Arc::new(client))
}

/// All that the threads are made of.
struct Parts<'a> {
    survey: Survey,
    settings: &'a Settings,
    record_bytes_max: usize,
    starts: Vec<Start>,
    recipe: Arc<Recipe>,
    registry: Option<Arc<Registry>>,
    told: Publisher,
    place: Option<Place>,
    policies: Policies,
}

impl Parts<'_> {
    fn start(mut self, source: &SourceHandle) -> Result<()> {
        let (client, topic) = (self.survey.client.clone(), self.survey.config.topic.clone());
        let events = Arc::new(Events::default());
        let (reins, commands) = Reins::new();
        // A member goes on reading until all is handed over.
        let is_ending = if self.survey.is_member { Arc::default() } else { source.is_stopping.clone() };
        let poller = self.poller(source, events.clone(), commands, is_ending.clone())?;
        let watcher = Watcher {
            inspector: Inspector::new(&topic, Questions::new(client.clone(), &topic)?),
            report: Report::new(self.place.take(), &source.counters),
            topic,
            client,
            outlet: source.outlet.clone(),
            counters: source.counters.clone(),
            status: self.told,
            events: events.clone(),
            recipe: self.recipe,
            registry: self.registry,
            is_stopped: source.is_stopped.clone(),
        };
        let helm = Helm { survey: self.survey, starts: self.starts, reins, events, is_ending };
        let is_stopped = source.is_stopped.clone();
        let started = spawn("kafka-watch", move || watcher.run())
            .and_then(|()| helm.start(self.settings, source))
            .and_then(|()| spawn("kafka-poll", move || poller.run()));
        if started.is_err() {
            // No poll thread will say it.
            is_stopped.store(true, Ordering::Release);
        }
        started
    }

    /// The poll thread, with the partitions started that are known now.
    fn poller(
        &self,
        source: &SourceHandle,
        events: Arc<Events>,
        commands: crossbeam_channel::Receiver<Command>,
        is_stopping: Arc<AtomicBool>,
    ) -> Result<Poller> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
        let threads = self.settings.number("kinetable.decode.threads", cores.div_ceil(2).min(4))?;
        let queued_max = self.settings.number("kinetable.queue.bytes.max", QUEUED_BYTES_MAX)?;
        let client = self.survey.client.clone();
        let places = source.counters.partitions();
        let context = rdkafka::consumer::Consumer::client(&*client).context();
        context.set_partitions(places.iter().map(|place| place.partition).collect());
        let has_letters = self.survey.config.errors.dead_letter_topic.is_some();
        let headers = (has_letters || self.recipe.extra.headers.is_some()).then(Vec::new);
        let mut drain = Drain::new(client.clone(), &self.survey.config.topic, headers)?;
        for start in self.starts.iter().filter(|_| !self.survey.is_member) {
            drain.start(start.partition, start.fetch)?;
            if start.fetch < start.next {
                let (partition, next, end) = (start.partition, start.next, start.fetch);
                let detail = format!("partition {partition} ends at {end}: waiting for offset {next}");
                events.tell("ATTENTION", format!("early {partition}"), detail);
            }
        }
        Ok(Poller {
            topic: self.survey.config.topic.clone(),
            client,
            drain,
            flow: Flow::start(
                source.outlet.clone(),
                self.recipe.clone(),
                threads.max(1) as usize,
                self.record_bytes_max,
            )?,
            counters: source.counters.clone(),
            events,
            policies: self.policies,
            queued_max: queued_max.max(1) as usize,
            commands,
            places,
            lost: Vec::new(),
            cut: BTreeMap::new(),
            is_stopping,
            is_stopped: source.is_stopped.clone(),
        })
    }
}

/// Who decides on the partitions.
struct Helm {
    survey: Survey,
    starts: Vec<Start>,
    reins: Reins,
    events: Arc<Events>,
    is_ending: Arc<AtomicBool>,
}

impl Helm {
    /// Starts the thread that looks for new partitions, or that is a member of the group.
    fn start(self, settings: &Settings, source: &SourceHandle) -> Result<()> {
        let every = Duration::from_millis(settings.number("kinetable.partitions.discover.ms", DISCOVER_MS)?);
        let commit_every = Duration::from_millis(settings.number("kinetable.group.commit.ms", COMMIT_MS)?);
        let is_stopped = source.is_stopped.clone();
        if self.survey.is_member {
            let joining = Joining {
                survey: self.survey,
                starts: self.starts,
                reins: self.reins,
                outlet: source.outlet.clone(),
                events: self.events,
                counters: source.counters.clone(),
                commit_every,
                discover_every: every,
                is_stopping: source.is_stopping.clone(),
                is_ending: self.is_ending,
                is_stopped,
            };
            let membership = joining.join()?;
            return spawn("kafka-group", move || membership.run());
        }
        if matches!(self.survey.config.partitions, Partitions::Listed(_)) || every.is_zero() {
            return Ok(());
        }
        let known = self.starts.iter().map(|start| start.partition).collect();
        let (survey, reins, events) = (self.survey, self.reins, self.events);
        let discoverer = Discoverer { survey, reins, events, every, known, is_stopped };
        spawn("kafka-partitions", move || discoverer.run())
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    started.map(drop).map_err(|error| Error::source(format!("no thread can be started: {error}")))
}
