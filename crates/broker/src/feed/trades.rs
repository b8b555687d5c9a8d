//! The generator of trades: prices walk at random, sizes are decimals that no binary fraction can hold.
//!
//! Sums of such sizes round differently in every order: only an engine whose sums do not depend on how events
//! fell into cycles gets the same bits twice.

use super::format::TradeFormat;
use super::markets::{exchanges, instruments};
use crate::model::LIVE_START;
use crate::random::Random;

/// Trades in a millisecond of the model's time.
const TRADES_PER_MS: u64 = 10;

/// One trade.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trade {
    /// Index into [`super::exchanges`].
    pub exchange: usize,
    /// Index into [`super::instruments`].
    pub instrument: usize,
    /// Price, a multiple of 0.01.
    pub price: f64,
    /// Size, a multiple of 0.001 from 0.001 to 100.
    pub size: f64,
    /// Milliseconds since the epoch, never falling.
    pub timestamp: i64,
}

/// An endless stream of trades drawn from a seed.
#[derive(Clone, Debug)]
pub struct Trades {
    random: Random,
    instruments: Vec<String>,
    prices: Vec<f64>,
    count: u64,
}

impl Trades {
    /// The trades of `seed`; equal seeds give equal trades.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let instruments = instruments();
        let prices = instruments.iter().map(|_| 0.5 * 100_000f64.powf(random.unit())).collect();
        Self { random, instruments, prices, count: 0 }
    }

    /// Appends the framed Avro value of `trade` to `out`, which is emptied first.
    pub fn encode(&self, trade: &Trade, schema_id: i32, out: &mut Vec<u8>) {
        self.encode_as(TradeFormat::Avro, trade, schema_id, out);
    }

    /// Appends the value of `trade` in a format to `out`, which is emptied first; Avro's names `schema_id`.
    pub fn encode_as(&self, format: TradeFormat, trade: &Trade, schema_id: i32, out: &mut Vec<u8>) {
        format.encode(trade, &self.instruments[trade.instrument], schema_id, out);
    }

    /// Half of the trades are spread evenly over the instruments, half lean to the first ones.
    fn pick_instrument(&mut self) -> usize {
        let count = self.instruments.len() as u64;
        let one = self.random.below(count);
        let other = self.random.below(count);
        let leans = self.random.below(2) == 0;
        (if leans { one.min(other) } else { one }) as usize
    }
}

impl Iterator for Trades {
    type Item = Trade;

    fn next(&mut self) -> Option<Trade> {
        let instrument = self.pick_instrument();
        let exchange = self.random.below(exchanges().len() as u64) as usize;
        let walked = self.prices[instrument] * (1.0 + 0.002 * (self.random.unit() - 0.5));
        let price = (walked * 100.0).round().max(1.0) / 100.0;
        self.prices[instrument] = walked.max(0.01);
        let size = (1 + self.random.below(100_000)) as f64 / 1000.0;
        let timestamp = LIVE_START + (self.count / TRADES_PER_MS) as i64;
        self.count += 1;
        Some(Trade { exchange, instrument, price, size, timestamp })
    }
}
