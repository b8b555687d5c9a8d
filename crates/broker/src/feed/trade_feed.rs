//! Fills a topic with trades.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use serde::Serialize;

use super::avro::TRADE_SCHEMA;
use super::format::TradeFormat;
use super::garbage::{GarbageKind, PlantedGarbage};
use super::pace::Pace;
use super::publisher::{Publisher, Receipt, Record};
use super::running::{Control, Running};
use super::trades::Trades;
use crate::client;
use crate::random::Random;
use crate::target::Target;

/// The topic of trades, unless another is given.
pub const TRADE_TOPIC: &str = "crypto.trades";
/// How long a record waits for company: in a flood, and at a steady rate.
const LINGER_FLOOD_MS: f64 = 20.0;
const LINGER_STEADY_MS: f64 = 0.5;
/// Most records sent before looking whether to stop.
const BURST_MAX: u64 = 4096;

/// Which time a trade carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stamp {
    /// The model's, ten trades a millisecond from 2026-10-01: the same in every run.
    #[default]
    Model,
    /// The wall clock's when it is sent, to measure lags with.
    Now,
}

/// What trades to put where.
#[derive(Clone, Debug)]
pub struct TradeFeed {
    /// The topic; created if it does not exist. Its schema is registered as `TOPIC-value`.
    pub topic: String,
    /// Partitions of the topic if it is created; a trade's partition follows from its instrument.
    pub partitions: i32,
    /// Records to send, garbage among them.
    pub count: u64,
    /// Records a second; 0 is as fast as possible.
    pub rate: f64,
    /// Share of the records that are garbage, from 0 to 1.
    pub garbage: f64,
    /// Which garbage; empty is every kind.
    pub kinds: Vec<GarbageKind>,
    /// Where all randomness comes from. Feeds that follow each other on a topic take different seeds.
    pub seed: u64,
    /// Which time the trades carry.
    pub stamp: Stamp,
    /// What the bytes are. Garbage can be planted among Avro only.
    pub format: TradeFormat,
}

impl Default for TradeFeed {
    fn default() -> Self {
        Self {
            topic: TRADE_TOPIC.to_owned(),
            partitions: 1,
            count: 100_000,
            rate: 0.0,
            garbage: 0.0,
            kinds: Vec::new(),
            seed: 1,
            stamp: Stamp::Model,
            format: TradeFormat::Avro,
        }
    }
}

/// What a feed of trades has put into its topic.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TradeReport {
    /// Records sent and taken by the broker.
    pub records: u64,
    /// The garbage among them, in order of partition and offset.
    pub garbage: Vec<PlantedGarbage>,
    /// How long it took.
    pub seconds: f64,
    /// The offset after the newest record of each partition.
    pub end_offsets: BTreeMap<i32, i64>,
}

impl TradeFeed {
    /// Sends all records, and returns when the broker has them.
    pub fn run(&self, target: &Target) -> Result<TradeReport> {
        self.run_until(target, &Control::default())
    }

    /// As [`run`](Self::run), but tells `control` how far it is, and ends early when that says so.
    pub fn run_until(&self, target: &Target, control: &Control) -> Result<TradeReport> {
        if !(0.0..=1.0).contains(&self.garbage) {
            bail!("the share of garbage is {}, but must be from 0 to 1", self.garbage);
        }
        if self.garbage > 0.0 && self.format != TradeFormat::Avro {
            bail!("garbage can be planted among Avro records only");
        }
        client::create_topic(target, &self.topic, self.partitions)?;
        let partitions = client::partition_count(target, &self.topic)?;
        let schema_id = match self.format {
            TradeFormat::Avro => {
                client::register_schema(target, &format!("{}-value", self.topic), TRADE_SCHEMA)?
            }
            TradeFormat::Json | TradeFormat::Protobuf => 0,
        };
        let linger = if self.rate > 0.0 { LINGER_STEADY_MS } else { LINGER_FLOOD_MS };
        let publisher = Publisher::new(target, linger)?;
        let pace = Pace::new(self.rate);
        let mut sender = Sender::new(self, schema_id, partitions, &publisher);
        while sender.sent < self.count && !control.is_stopped() {
            let due = pace.due(sender.sent, self.count).min(sender.sent + BURST_MAX);
            for _ in sender.sent..due {
                sender.send_next()?;
            }
            control.set_sent(sender.sent);
        }
        let records = sender.sent;
        let garbage = sender.planted(publisher.finish()?);
        let seconds = pace.seconds();
        let end_offsets = client::end_offsets(target, &self.topic)?;
        Ok(TradeReport { records, garbage, seconds, end_offsets })
    }

    /// Runs the feed on a thread of its own.
    pub fn spawn(self, target: &Target) -> Running<TradeReport> {
        let target = target.clone();
        Running::start(move |control| self.run_until(&target, control))
    }
}

/// Makes one record after the other.
struct Sender<'a> {
    feed: &'a TradeFeed,
    publisher: &'a Publisher,
    trades: Trades,
    random: Random,
    kinds: &'a [GarbageKind],
    schema_id: i32,
    partitions: usize,
    value: Vec<u8>,
    sent: u64,
}

impl<'a> Sender<'a> {
    fn new(feed: &'a TradeFeed, schema_id: i32, partitions: i32, publisher: &'a Publisher) -> Self {
        let kinds = if feed.kinds.is_empty() { &GarbageKind::ALL[..] } else { &feed.kinds[..] };
        Self {
            feed,
            publisher,
            trades: Trades::new(feed.seed),
            random: Random::new(!feed.seed),
            kinds,
            schema_id,
            partitions: usize::try_from(partitions).unwrap_or(1).max(1),
            value: Vec::with_capacity(128),
            sent: 0,
        }
    }

    fn send_next(&mut self) -> Result<()> {
        let mut trade = self.trades.next().expect("the stream of trades has no end");
        if self.feed.stamp == Stamp::Now {
            trade.timestamp = now_ms();
        }
        self.trades.encode_as(self.feed.format, &trade, self.schema_id, &mut self.value);
        let is_garbage = self.feed.garbage > 0.0 && self.random.unit() < self.feed.garbage;
        let mark = is_garbage.then(|| self.random.below(self.kinds.len() as u64) as usize);
        if let Some(kind) = mark {
            self.kinds[kind].spoil(&mut self.value, &mut self.random);
        }
        self.sent += 1;
        self.publisher.send(Record {
            topic: &self.feed.topic,
            partition: Some((trade.instrument % self.partitions) as i32),
            value: Some(&self.value),
            mark,
            ..Record::default()
        })
    }

    fn planted(&self, receipts: Vec<Receipt>) -> Vec<PlantedGarbage> {
        let mut planted: Vec<_> = receipts
            .into_iter()
            .map(|receipt| {
                let (partition, offset) = (receipt.partition, receipt.offset);
                PlantedGarbage { partition, offset, kind: self.kinds[receipt.mark] }
            })
            .collect();
        planted.sort_by_key(|garbage| (garbage.partition, garbage.offset));
        planted
    }
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
