//! How much each service is used: one formula that both the history and the live feed are drawn from.
//!
//! `value = base · growth(day) · day shape · week shape · (1 ± noise) · anomaly`, a count of requests in ten seconds.
//!
//! The planted anomalies are to be exactly what `abs(PredictedPct - 100) > 5` finds, where the prediction is the
//! average of the four weeks before at the same second of the same weekday. So all else stays well inside that band:
//!
//! | part | at most |
//! |---|---|
//! | noise of the value and of its four predecessors | (1.01 / 0.99 − 1) = 2.1 % |
//! | growth between the middle of those weeks and now, 17.5 days, or 31.5 in the third live week | 0.6 %, 1.0 % |
//! | rounding of a count of 1,800 or more | 0.1 % |
//! | an anomaly, at least | 20 % |
//!
//! **Invariants**
//! 1. A value depends on seed, service and time alone: not on what was asked before.
//! 2. Before [`LIVE_START`] nothing is an anomaly.

use std::f64::consts::TAU;

use serde::Serialize;

use crate::random::{hash, to_unit};

/// Milliseconds between two values of a service.
pub const STEP_MS: i64 = 10_000;
/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;
/// Values of a service in a day.
pub const STEPS_PER_DAY: i64 = DAY_MS / STEP_MS;
/// The first instant of the history: 2026-01-01T00:00:00Z.
pub const HISTORY_START: i64 = 1_767_225_600_000;
/// The first instant of the live feed, and the end of the history: 2026-10-01T00:00:00Z.
pub const LIVE_START: i64 = HISTORY_START + 273 * DAY_MS;
/// The services of [`Model::default`].
pub const SERVICES: [&str; 4] = ["checkout", "search", "login", "stream"];

/// The seed of [`Model::default`].
pub const SEED: u64 = 42;

const GROWTH_PER_DAY: f64 = 0.0003;
const NOISE: f64 = 0.01;
/// Share of a weekday's requests on each day of the week, from Thursday, the first day of the epoch.
const WEEK_SHAPE: [f64; 7] = [1.0, 0.97, 0.74, 0.7, 1.04, 1.06, 1.03];
/// Anomalies of a service in a live day, each in its own part of the day.
const ANOMALIES_PER_DAY: i64 = 3;
const ANOMALY_STEPS_MAX: u64 = 4;
const ANOMALY_MIN: f64 = 0.2;
const ANOMALY_SPREAD: f64 = 0.2;

/// The use of a set of services over time.
#[derive(Clone, Debug)]
pub struct Model {
    seed: u64,
    services: Vec<String>,
    day_shape: Vec<f64>,
}

/// One planted value that is not as the history predicts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Anomaly {
    /// The service's name.
    pub service: String,
    /// When, in milliseconds since the epoch.
    pub timestamp: i64,
    /// The value as it was sent.
    pub value: i64,
    /// What the value was multiplied with: at most 0.8 or at least 1.2.
    pub factor: f64,
}

impl Default for Model {
    fn default() -> Self {
        Self::new(SEED, SERVICES)
    }
}

impl Model {
    /// The model of `services`, all of its randomness drawn from `seed`.
    pub fn new<S: Into<String>>(seed: u64, services: impl IntoIterator<Item = S>) -> Self {
        let services: Vec<String> = services.into_iter().map(Into::into).collect();
        assert!(!services.is_empty(), "a model has at least one service");
        Self { seed, services, day_shape: (0..STEPS_PER_DAY).map(day_shape).collect() }
    }

    /// The services' names, in the order of their indexes.
    pub fn services(&self) -> &[String] {
        &self.services
    }

    /// Requests to a service in the ten seconds from `timestamp` (milliseconds since the epoch).
    pub fn value(&self, service: usize, timestamp: i64) -> i64 {
        let step = timestamp.div_euclid(STEP_MS);
        let day = step.div_euclid(STEPS_PER_DAY);
        let days = (timestamp - HISTORY_START) as f64 / DAY_MS as f64;
        let base = 6_000.0 * (1.0 + 0.7 * service as f64);
        let phase = step + service as i64 * STEPS_PER_DAY / 24;
        let of_day = self.day_shape[phase.rem_euclid(STEPS_PER_DAY) as usize];
        let of_week = WEEK_SHAPE[day.rem_euclid(7) as usize];
        let noise = 1.0 + NOISE * (2.0 * to_unit(self.hash(service, step, 0)) - 1.0);
        let growth = (GROWTH_PER_DAY * days).exp();
        let factor = self.anomaly_factor(service, timestamp).unwrap_or(1.0);
        (base * growth * of_day * of_week * noise * factor).round() as i64
    }

    /// What an anomaly multiplies the value with, where one is planted.
    pub fn anomaly_factor(&self, service: usize, timestamp: i64) -> Option<f64> {
        if timestamp < LIVE_START {
            return None;
        }
        let part_steps = STEPS_PER_DAY / ANOMALIES_PER_DAY;
        let step = timestamp.div_euclid(STEP_MS);
        let part = step.div_euclid(part_steps);
        let length = 1 + self.hash(service, part, 1) % ANOMALY_STEPS_MAX;
        let room = part_steps as u64 - ANOMALY_STEPS_MAX;
        let start = self.hash(service, part, 2) % room;
        let into = step.rem_euclid(part_steps) as u64;
        let size = ANOMALY_MIN + ANOMALY_SPREAD * to_unit(self.hash(service, part, 3));
        let is_drop = self.hash(service, part, 4).is_multiple_of(2);
        let is_within = (start..start + length).contains(&into);
        is_within.then_some(if is_drop { 1.0 - size } else { 1.0 + size })
    }

    /// Every anomaly of every service in `from..to` (milliseconds since the epoch), in order of time, then service.
    pub fn anomalies(&self, from: i64, to: i64) -> Vec<Anomaly> {
        let of_time = |timestamp| {
            (0..self.services.len()).filter_map(move |service| {
                let factor = self.anomaly_factor(service, timestamp)?;
                let value = self.value(service, timestamp);
                Some(Anomaly { service: self.services[service].clone(), timestamp, value, factor })
            })
        };
        steps(from, to).flat_map(of_time).collect()
    }

    fn hash(&self, service: usize, at: i64, what: u64) -> u64 {
        hash(&[self.seed, service as u64, at as u64, what])
    }
}

/// The times of values in `from..to`: multiples of [`STEP_MS`].
pub fn steps(from: i64, to: i64) -> impl Iterator<Item = i64> {
    let first = from.div_euclid(STEP_MS) + i64::from(from.rem_euclid(STEP_MS) != 0);
    (first..).map(|step| step * STEP_MS).take_while(move |timestamp| *timestamp < to)
}

/// Share of the mean at a step of the day: low at night, highest in the afternoon, with a dip at noon.
fn day_shape(step: i64) -> f64 {
    let turn = step as f64 / STEPS_PER_DAY as f64;
    1.0 - 0.45 * (TAU * (turn - 0.1)).cos() + 0.1 * (2.0 * TAU * (turn - 0.05)).sin()
}
