//! How close a reader is to losing records to retention.

use std::time::Duration;

use super::ask::Keeping;

/// Told from so much of the time or size on that the topic keeps.
const RISKY: f64 = 0.8;

/// How far a partition is read, and what comes in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    /// Records still to be read.
    pub(super) lag: i64,
    /// How old the record read last is by its timestamp, ms.
    pub(super) age_ms: Option<i64>,
    pub(super) bytes_per_record: f64,
    /// Records that come in.
    pub(super) produced_per_second: f64,
}

/// A reader about to lose records.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Risk {
    /// Until the first record is lost, if that can be told.
    pub(super) left: Option<Duration>,
    pub(super) detail: String,
}

/// Whether the next record of a partition may soon be deleted before it is read.
///
/// Kafka deletes whole segments, by the newest record of each and not at once: what is told here is the earliest moment.
pub(super) fn risk(keeping: Keeping, partition: i32, at: &Progress) -> Option<Risk> {
    if at.lag <= 0 {
        return None;
    }
    let by_age = keeping.ms.zip(at.age_ms).and_then(|(kept, age)| {
        let is_risky = age as f64 >= RISKY * kept as f64;
        let left = Duration::from_millis(u64::try_from(kept - age).unwrap_or(0));
        let detail = || {
            let (behind, kept) = (seconds(age), seconds(kept));
            format!(
                "partition {partition} is {behind} behind, and records are kept for {kept}: {} left",
                in_words(left)
            )
        };
        is_risky.then(|| Risk { left: Some(left), detail: detail() })
    });
    let by_size = keeping.bytes.and_then(|kept| {
        let behind = at.lag as f64 * at.bytes_per_record;
        let is_risky = behind >= RISKY * kept as f64;
        let growth = at.produced_per_second * at.bytes_per_record;
        let left = (growth > 0.0)
            .then(|| Duration::from_secs_f64(((kept as f64 - behind) / growth).clamp(0.0, 1e9)));
        let detail = || {
            let until = left
                .map_or_else(|| "nothing comes in now".to_owned(), |left| format!("{} left", in_words(left)));
            format!("partition {partition} is {behind:.0} bytes behind, and {kept} are kept: {until}")
        };
        is_risky.then(|| Risk { left, detail: detail() })
    });
    let first = |risk: &Risk| risk.left.unwrap_or(Duration::MAX);
    by_age.into_iter().chain(by_size).min_by_key(first)
}

fn seconds(ms: i64) -> String {
    format!("{} s", ms / 1_000)
}

fn in_words(time: Duration) -> String {
    format!("{} s", time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lag: i64, age_s: i64) -> Progress {
        Progress { lag, age_ms: Some(age_s * 1_000), bytes_per_record: 100.0, produced_per_second: 10.0 }
    }

    #[test]
    fn from_four_fifths_of_the_time_on_it_is_told_how_much_is_left() {
        let keeping = Keeping { ms: Some(60_000), bytes: None };
        assert_eq!(risk(keeping, 0, &at(5, 47)), None);
        assert_eq!(risk(keeping, 0, &at(0, 59)), None, "nothing is left to be read");
        let told = risk(keeping, 3, &at(5, 48)).unwrap();
        assert_eq!(told.left, Some(Duration::from_secs(12)));
        assert_eq!(told.detail, "partition 3 is 48 s behind, and records are kept for 60 s: 12 s left");
        assert_eq!(risk(keeping, 0, &at(5, 99)).unwrap().left, Some(Duration::ZERO));
        assert_eq!(risk(Keeping::default(), 0, &at(5, 1_000_000)), None);
    }

    #[test]
    fn size_counts_as_age_does() {
        let keeping = Keeping { ms: None, bytes: Some(100_000) };
        assert_eq!(risk(keeping, 0, &at(799, 0)), None);
        assert_eq!(risk(keeping, 0, &at(900, 0)).unwrap().left, Some(Duration::from_secs(10)));
        let still = Progress { produced_per_second: 0.0, ..at(900, 0) };
        assert_eq!(risk(keeping, 0, &still).unwrap().left, None);
        let both = Keeping { ms: Some(10_000), bytes: Some(100_000) };
        assert!(
            risk(both, 0, &at(900, 9)).unwrap().detail.contains("9 s behind"),
            "the one that comes first"
        );
    }
}
