//! The commands that come as lines of JSON, and what each does.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use jiff::civil::Date;
use kinetable_broker::feed::{GarbageKind, Publisher, Record, ServiceFeed, Stamp, TradeFeed};
use kinetable_broker::model::{DAY_MS, LIVE_START};
use kinetable_broker::{Fault, Target, client};
use serde::Deserialize;
use serde_json::{Value, json};

use super::args::{FIRST_DAY, LAST_DAY};
use super::brokers::Served;
use super::feeds::{Jobs, model_of};
use super::history;

/// Longest wait for records that were asked for.
const READ_TIMEOUT: f64 = 60.0;

/// One command; every field that is not said has the default its comment gives.
#[derive(Debug, Deserialize)]
#[serde(tag = "cmd", rename_all = "snake_case", deny_unknown_fields)]
enum Command {
    CreateTopic(Partitions),
    AddPartitions(Partitions),
    DeleteTopic { topic: String },
    EndOffsets { topic: String },
    StartOffsets { topic: String },
    Produce(Produce),
    ProduceTrades(Trades),
    ProduceServices(Services),
    Anomalies(Services),
    Feeds {},
    Wait { feed: u64 },
    Stop { feed: u64 },
    Consume(Consume),
    Drain(Drain),
    RegisterSchema { subject: String, schema: String },
    Kill9 {},
    Restart {},
    StopRegistry {},
    RestartRegistry {},
    Fault(Spoil),
    History(Days),
    Quit {},
}

#[derive(Debug, Deserialize)]
struct Partitions {
    topic: String,
    partitions: Option<i32>,
}

#[derive(Debug, Deserialize)]
struct Produce {
    topic: String,
    records: Vec<Given>,
}

/// A record; text in `key` and `value`, or bytes in `key_hex` and `value_hex`; neither is null.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    key: Option<String>,
    key_hex: Option<String>,
    value: Option<String>,
    value_hex: Option<String>,
    partition: Option<i32>,
    timestamp: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Trades {
    topic: Option<String>,
    partitions: Option<i32>,
    count: Option<u64>,
    rate: f64,
    garbage: f64,
    kinds: Vec<String>,
    seed: Option<u64>,
    stamp_now: bool,
    background: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Services {
    topic: Option<String>,
    partitions: Option<i32>,
    services: Vec<String>,
    seed: Option<u64>,
    from: Option<Time>,
    to: Option<Time>,
    speed: f64,
    background: bool,
}

/// Milliseconds since the epoch, or text such as `2026-10-01T00:00:00Z`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Time {
    Milliseconds(i64),
    Text(String),
}

#[derive(Debug, Deserialize)]
struct Consume {
    topic: String,
    #[serde(default)]
    offsets: BTreeMap<i32, i64>,
    count: Option<usize>,
    timeout: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Drain {
    topic: String,
    #[serde(default)]
    settings: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Spoil {
    None,
    Cut,
    Hole,
    Delay { ms: u64 },
    Rate { bytes_per_second: u32 },
}

#[derive(Debug, Deserialize)]
struct Days {
    dir: PathBuf,
    #[serde(default)]
    services: Vec<String>,
    seed: Option<u64>,
    from: Option<String>,
    to: Option<String>,
}

/// Does what a line asks for, and returns what to answer besides `ok`.
pub(super) fn obey(asked: Value, served: &Served, jobs: &mut Jobs) -> Result<Value> {
    let target = &served.target;
    let nothing = |()| json!({});
    match serde_json::from_value(asked).context("this is no command")? {
        Command::CreateTopic(wanted) => {
            let created = client::create_topic(target, &wanted.topic, wanted.partitions.unwrap_or(1))?;
            Ok(json!({ "created": created }))
        }
        Command::AddPartitions(wanted) => {
            let partitions = wanted.partitions.context("how many \"partitions\" are wanted?")?;
            served.add_partitions(&wanted.topic, partitions).map(nothing)
        }
        Command::DeleteTopic { topic } => served.delete_topic(&topic).map(nothing),
        Command::EndOffsets { topic } => Ok(json!({ "offsets": client::end_offsets(target, &topic)? })),
        Command::StartOffsets { topic } => Ok(json!({ "offsets": client::start_offsets(target, &topic)? })),
        Command::Produce(wanted) => produce(&wanted, target),
        Command::ProduceTrades(wanted) => produce_trades(wanted, target, jobs),
        Command::ProduceServices(wanted) => produce_services(wanted, target, jobs),
        Command::Anomalies(wanted) => {
            let feed = service_feed(wanted)?;
            Ok(json!({ "anomalies": feed.model.anomalies(feed.from, feed.to) }))
        }
        Command::Feeds {} => Ok(json!({ "feeds": jobs.status() })),
        Command::Wait { feed } => jobs.end(feed, false),
        Command::Stop { feed } => jobs.end(feed, true),
        Command::Consume(wanted) => consume(wanted, target),
        Command::Drain(wanted) => {
            let settings: Vec<_> = wanted.settings.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            Ok(serde_json::to_value(client::drain(target, &wanted.topic, &settings)?)?)
        }
        Command::RegisterSchema { subject, schema } => {
            Ok(json!({ "schema_id": client::register_schema(target, &subject, &schema)? }))
        }
        Command::Kill9 {} => served.kill().map(nothing),
        Command::Restart {} => served.restart().map(nothing),
        Command::StopRegistry {} => served.stop_registry().map(nothing),
        Command::RestartRegistry {} => served.restart_registry().map(nothing),
        Command::Fault(spoil) => served.set_fault(spoil.fault()).map(nothing),
        Command::History(days) => {
            let from: Date = days.from.as_deref().unwrap_or(FIRST_DAY).parse()?;
            let to: Date = days.to.as_deref().unwrap_or(LAST_DAY).parse()?;
            history::write(&days.dir, &model_of(days.seed, &days.services), from, to)
        }
        Command::Quit {} => Ok(json!({})),
    }
}

fn produce(wanted: &Produce, target: &Target) -> Result<Value> {
    let publisher = Publisher::new(target, 0.0)?;
    for (mark, given) in wanted.records.iter().enumerate() {
        let key = bytes_of(given.key.as_deref(), given.key_hex.as_deref())?;
        let value = bytes_of(given.value.as_deref(), given.value_hex.as_deref())?;
        publisher.send(Record {
            topic: &wanted.topic,
            partition: given.partition,
            key: key.as_deref(),
            value: value.as_deref(),
            timestamp: given.timestamp,
            mark: Some(mark),
        })?;
    }
    let mut receipts = publisher.finish()?;
    receipts.sort_by_key(|receipt| receipt.mark);
    let place = |r: &kinetable_broker::feed::Receipt| json!({ "partition": r.partition, "offset": r.offset });
    Ok(json!({ "records": receipts.iter().map(place).collect::<Vec<_>>() }))
}

fn bytes_of(text: Option<&str>, hex: Option<&str>) -> Result<Option<Vec<u8>>> {
    match (text, hex) {
        (Some(_), Some(_)) => bail!("a key or value is given as text or as hexadecimal, not both"),
        (Some(text), None) => Ok(Some(text.as_bytes().to_vec())),
        (None, Some(hex)) => parse_hex(hex).map(Some),
        (None, None) => Ok(None),
    }
}

fn parse_hex(hex: &str) -> Result<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        bail!("\"{hex}\" is not hexadecimal: two digits a byte are");
    }
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16);
    let bytes: Result<Vec<u8>, _> = (0..hex.len()).step_by(2).map(byte).collect();
    bytes.with_context(|| format!("\"{hex}\" is not hexadecimal"))
}

fn produce_trades(wanted: Trades, target: &Target, jobs: &mut Jobs) -> Result<Value> {
    let default = TradeFeed::default();
    let kinds: Result<Vec<GarbageKind>, _> =
        wanted.kinds.iter().map(|name| serde_json::from_value(json!(name))).collect();
    let seed = wanted.seed.unwrap_or_else(|| jobs.next_seed());
    let feed = TradeFeed {
        topic: wanted.topic.unwrap_or(default.topic),
        partitions: wanted.partitions.unwrap_or(default.partitions),
        count: wanted.count.unwrap_or(if wanted.background { u64::MAX } else { default.count }),
        rate: wanted.rate,
        garbage: wanted.garbage,
        kinds: kinds.context("no such kind of garbage")?,
        seed,
        stamp: if wanted.stamp_now { Stamp::Now } else { Stamp::Model },
        ..TradeFeed::default()
    };
    if wanted.background {
        return Ok(json!({ "feed": jobs.start_trades(feed, target), "seed": seed }));
    }
    let mut report = serde_json::to_value(feed.run(target)?)?;
    report["seed"] = json!(seed);
    Ok(report)
}

fn produce_services(wanted: Services, target: &Target, jobs: &mut Jobs) -> Result<Value> {
    let background = wanted.background;
    let feed = service_feed(wanted)?;
    if background {
        return Ok(json!({ "feed": jobs.start_services(feed, target) }));
    }
    Ok(serde_json::to_value(feed.run(target)?)?)
}

fn service_feed(wanted: Services) -> Result<ServiceFeed> {
    let default = ServiceFeed::default();
    let from = wanted.from.map_or(Ok(LIVE_START), Time::milliseconds)?;
    Ok(ServiceFeed {
        topic: wanted.topic.unwrap_or(default.topic),
        partitions: wanted.partitions.unwrap_or(default.partitions),
        model: model_of(wanted.seed, &wanted.services),
        from,
        to: wanted.to.map_or(Ok(from + DAY_MS), Time::milliseconds)?,
        speed: wanted.speed,
    })
}

fn consume(wanted: Consume, target: &Target) -> Result<Value> {
    let reading = client::Reading {
        topic: wanted.topic,
        offsets: wanted.offsets,
        count: wanted.count,
        timeout: Duration::from_secs_f64(wanted.timeout.unwrap_or(READ_TIMEOUT)),
    };
    let mut decode = client::Decode::new(target);
    let records = client::read(target, &reading)?;
    let records: Vec<_> = records.iter().map(|record| decode.json(record)).collect();
    Ok(json!({ "records": records }))
}

impl Time {
    fn milliseconds(self) -> Result<i64> {
        match self {
            Self::Milliseconds(milliseconds) => Ok(milliseconds),
            Self::Text(text) => Ok(text.parse::<jiff::Timestamp>()?.as_millisecond()),
        }
    }
}

impl Spoil {
    fn fault(self) -> Fault {
        match self {
            Self::None => Fault::None,
            Self::Cut => Fault::Cut,
            Self::Hole => Fault::Hole,
            Self::Delay { ms } => Fault::Delay(Duration::from_millis(ms)),
            Self::Rate { bytes_per_second } => Fault::Rate(bytes_per_second),
        }
    }
}
