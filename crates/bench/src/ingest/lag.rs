//! From a record produced to a listener told, at a steady rate.
//!
//! Each trade carries the wall clock of its sending in ms; the listener's clock is read when it is called. What is
//! measured therefore includes the producer's batching (0.5 ms), the broker, and half a millisecond of rounding. The
//! rows of the first second are left out: they wait for the producer to connect.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use kinetable::engine::{Change, Listener};
use kinetable::kafka::{Retention, StartAt};
use kinetable::{Error, Session, SessionConfig};
use kinetable_broker::Target;
use kinetable_broker::feed::{Stamp, TradeFeed};

use super::contenders;
use crate::report::{count, percentile, verdict};

/// Told of each cycle's rows; sends the time it was told and the rows on, to be looked at later.
struct Told {
    timestamp: usize,
    lags: crossbeam_channel::Sender<Vec<f64>>,
}

impl Listener for Told {
    fn on_update(&self, change: &Arc<Change>) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1e3;
        let Ok(times) = change.after.read(self.timestamp, &change.update.added) else { return };
        let times = times.as_primitive::<TimestampNanosecondType>();
        let lags = times.iter().flatten().map(|time| now - time as f64 / 1e6).collect();
        // The receiver outlives the listener; if it is gone, nobody wants the numbers.
        drop(self.lags.send(lags));
    }

    fn on_failure(&self, error: &Error) {
        eprintln!("the table failed: {error}");
    }
}

/// Produces at a rate for a time, and prints what the lags were.
pub fn measure(target: &Target, topic: &str, partitions: i32, rate: f64, time: Duration) -> Result<()> {
    let feed = |rows: f64, seed| TradeFeed {
        topic: topic.to_owned(),
        partitions,
        count: rows as u64,
        rate,
        stamp: Stamp::Now,
        seed,
        ..TradeFeed::default()
    };
    feed(rate, 1).run(target)?;
    let session = Session::start(SessionConfig::default())?;
    let source = session.consume(&contenders::config(target, topic, StartAt::End, Retention::BLINK))?;
    let timestamp = source.table.definition().column_index("Timestamp")?;
    let (lags, told) = crossbeam_channel::unbounded();
    let (_, handle) = source.table.listen(Arc::new(Told { timestamp, lags }))?;
    let report = feed(rate * (time.as_secs_f64() + 1.0), 2).run(target)?;
    let mut all: Vec<f64> = Vec::new();
    while (all.len() as u64) < report.records {
        all.extend(told.recv_timeout(Duration::from_secs(10))?);
    }
    drop(handle);
    // The first second's rows waited for the producer to connect: that is not the table's lag.
    all.drain(..all.len().min(rate as usize));
    all.sort_by(f64::total_cmp);
    let (half, most) = (percentile(&all, 0.5), percentile(&all, 0.99));
    println!(
        "\nlag from produce to listener at {} rows/s over {} rows: p50 {half:.1} ms (target 15: {}), \
         p99 {most:.1} ms (target 50: {}), most {:.1} ms",
        count(rate as u64),
        count(all.len() as u64),
        verdict(half <= 15.0),
        verdict(most <= 50.0),
        percentile(&all, 1.0),
    );
    Ok(())
}
