//! The model's anomalies, and nothing else, stand out from the prediction that the example script makes.

use std::collections::HashSet;

use kinetable_broker::model::{DAY_MS, LIVE_START, Model, STEP_MS, steps};

const WEEK_MS: i64 = 7 * DAY_MS;

/// The average of the four weeks before the live feed at the same second of the same weekday.
fn baseline(model: &Model, service: usize, timestamp: i64) -> f64 {
    let weeks_ahead = (timestamp - LIVE_START).div_euclid(WEEK_MS);
    let in_last_week = timestamp - (weeks_ahead + 1) * WEEK_MS;
    let values = (0..4).map(|week| model.value(service, in_last_week - week * WEEK_MS));
    values.sum::<i64>() as f64 / 4.0
}

#[test]
fn exactly_the_planted_anomalies_pass_the_filter() {
    let model = Model::default();
    let end = LIVE_START + 21 * DAY_MS;
    let planted: HashSet<_> =
        model.anomalies(LIVE_START, end).into_iter().map(|a| (a.service, a.timestamp)).collect();
    assert!(planted.len() >= 4 * 21 * 3, "{} planted", planted.len());
    let (mut normal_most, mut planted_least) = (0.0f64, f64::MAX);
    for timestamp in steps(LIVE_START, end) {
        for (service, name) in model.services().iter().enumerate() {
            let percent =
                100.0 * model.value(service, timestamp) as f64 / baseline(&model, service, timestamp);
            let off = (percent - 100.0).abs();
            if planted.contains(&(name.clone(), timestamp)) {
                planted_least = planted_least.min(off);
            } else {
                normal_most = normal_most.max(off);
            }
        }
    }
    assert!(normal_most < 3.5, "a normal value is off by {normal_most} %");
    assert!(planted_least > 15.0, "an anomaly is off by only {planted_least} %");
}

#[test]
fn a_baseline_of_whole_calendar_weeks_holds_too() {
    // Scripts may average the last four Monday-to-Sunday weeks instead of the last 28 days.
    let model = Model::default();
    for timestamp in steps(LIVE_START, LIVE_START + 7 * DAY_MS).step_by(7) {
        for service in 0..model.services().len() {
            let weeks = (1..=5).map(|week| model.value(service, timestamp - week * WEEK_MS));
            let average = weeks.sum::<i64>() as f64 / 5.0;
            let off = (100.0 * model.value(service, timestamp) as f64 / average - 100.0).abs();
            let is_planted = model.anomaly_factor(service, timestamp).is_some();
            assert!(
                if is_planted { off > 15.0 } else { off < 3.5 },
                "service {service} at {timestamp}: {off}"
            );
        }
    }
}

#[test]
fn a_value_depends_on_seed_service_and_time_alone() {
    let (one, same, other) = (Model::default(), Model::default(), Model::new(7, ["checkout"]));
    let times: Vec<i64> = steps(LIVE_START - DAY_MS, LIVE_START + DAY_MS).collect();
    let values = |model: &Model, times: &[i64]| times.iter().map(|t| model.value(0, *t)).collect::<Vec<_>>();
    let mut backwards = times.clone();
    backwards.reverse();
    let mut of_backwards = values(&same, &backwards);
    of_backwards.reverse();
    assert_eq!(values(&one, &times), of_backwards);
    assert_ne!(values(&one, &times), values(&other, &times));
    assert!(values(&one, &times).iter().all(|value| *value > 1_500));
}

#[test]
fn there_is_growth_and_a_week_and_a_day() {
    let model = Model::default();
    let sum = |from: i64, to: i64| steps(from, to).map(|t| model.value(1, t)).sum::<i64>() as f64;
    let first = LIVE_START - 38 * WEEK_MS;
    let last = LIVE_START - WEEK_MS;
    let growth = sum(last, last + WEEK_MS) / sum(first, first + WEEK_MS);
    assert!((1.05..1.12).contains(&growth), "{growth}");
    // 2026-10-01 is a Thursday.
    let saturday = sum(LIVE_START - 5 * DAY_MS, LIVE_START - 4 * DAY_MS);
    assert!(saturday < 0.8 * sum(LIVE_START - DAY_MS, LIVE_START));
    let hours: Vec<f64> = (0..24)
        .map(|h| sum(LIVE_START - DAY_MS + h * 3_600_000, LIVE_START - DAY_MS + (h + 1) * 3_600_000))
        .collect();
    let least = hours.iter().copied().fold(f64::MAX, f64::min);
    let most = hours.iter().copied().fold(0.0, f64::max);
    assert!(most > 2.0 * least);
}

#[test]
fn times_are_multiples_of_the_step() {
    let times: Vec<i64> = steps(LIVE_START + 1, LIVE_START + 3 * STEP_MS).collect();
    assert_eq!(times, [LIVE_START + STEP_MS, LIVE_START + 2 * STEP_MS]);
}
