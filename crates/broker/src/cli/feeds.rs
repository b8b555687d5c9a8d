//! Feeds that run in the background, by number.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use kinetable_broker::Target;
use kinetable_broker::feed::{Running, ServiceFeed, ServiceReport, TradeFeed, TradeReport};
use kinetable_broker::model::{DAY_MS, LIVE_START, Model};
use serde_json::{Value, json};

use super::args::Feeds;

/// Live values are sent for at most this long: longer than anyone watches.
const LIVE_DAYS: i64 = 3_650;

enum Job {
    Trades(Running<TradeReport>),
    Services(Running<ServiceReport>),
}

/// The feeds of this run.
#[derive(Default)]
pub(super) struct Jobs {
    jobs: BTreeMap<u64, Job>,
    next: u64,
    trade_feeds: u64,
}

impl Jobs {
    /// A seed that no feed of trades of this run has had.
    pub(super) fn next_seed(&mut self) -> u64 {
        self.trade_feeds += 1;
        self.trade_feeds
    }

    pub(super) fn start_trades(&mut self, feed: TradeFeed, target: &Target) -> u64 {
        self.add(Job::Trades(feed.spawn(target)))
    }

    pub(super) fn start_services(&mut self, feed: ServiceFeed, target: &Target) -> u64 {
        self.add(Job::Services(feed.spawn(target)))
    }

    /// How far each is.
    pub(super) fn status(&self) -> Value {
        let one = |(number, job): (&u64, &Job)| {
            let (topic, sent, is_finished) = match job {
                Job::Trades(running) => ("trades", running.sent(), running.is_finished()),
                Job::Services(running) => ("services", running.sent(), running.is_finished()),
            };
            json!({ "feed": number, "of": topic, "sent": sent, "finished": is_finished })
        };
        self.jobs.iter().map(one).collect()
    }

    /// The report of a feed: when it has sent all, or at once if it is to `stop`.
    pub(super) fn end(&mut self, number: u64, stop: bool) -> Result<Value> {
        let job = self.jobs.remove(&number).with_context(|| format!("there is no feed {number}"))?;
        let report = match job {
            Job::Trades(running) => serde_json::to_value(if stop { running.stop() } else { running.wait() }?),
            Job::Services(running) => {
                serde_json::to_value(if stop { running.stop() } else { running.wait() }?)
            }
        };
        Ok(report?)
    }

    fn add(&mut self, job: Job) -> u64 {
        self.next += 1;
        self.jobs.insert(self.next, job);
        self.next
    }

    /// Puts in what the arguments want before the ready line, and starts what is to go on after it.
    pub(super) fn begin(&mut self, feeds: &Feeds, target: &Target) -> Result<Value> {
        let mut begun = json!({});
        let trades =
            TradeFeed { partitions: feeds.partitions, garbage: feeds.garbage, ..TradeFeed::default() };
        if feeds.trades > 0 {
            let feed = TradeFeed { count: feeds.trades, seed: self.next_seed(), ..trades.clone() };
            begun["trades"] = serde_json::to_value(feed.run(target)?)?;
        }
        if feeds.rate > 0.0 {
            let feed = TradeFeed { count: u64::MAX, rate: feeds.rate, seed: self.next_seed(), ..trades };
            begun["trades_feed"] = json!(self.start_trades(feed, target));
        }
        let model = model_of(None, &feeds.services);
        let live = LIVE_START + feeds.service_days * DAY_MS;
        if feeds.service_days > 0 {
            let feed = ServiceFeed { model: model.clone(), to: live, ..ServiceFeed::default() };
            begun["services"] = serde_json::to_value(feed.run(target)?)?;
        }
        if feeds.service_speed > 0.0 {
            let to = live + LIVE_DAYS * DAY_MS;
            let feed =
                ServiceFeed { model, from: live, to, speed: feeds.service_speed, ..ServiceFeed::default() };
            begun["services_feed"] = json!(self.start_services(feed, target));
        }
        Ok(begun)
    }
}

/// The model of these services, or the default ones if there are none.
pub(super) fn model_of(seed: Option<u64>, services: &[String]) -> Model {
    if services.is_empty() && seed.is_none() {
        return Model::default();
    }
    let default = Model::default();
    let services = if services.is_empty() { default.services() } else { services };
    Model::new(seed.unwrap_or(kinetable_broker::model::SEED), services.iter().cloned())
}
