//! What becomes of records that cannot be decoded, as a user says it.

use kinetable_engine::source::{Keep, Retention};
use kinetable_engine::{Error, Result};

use crate::settings::Settings;

const ERROR_ROWS_MAX: u64 = 1_000_000;
const ERROR_BYTES_MAX: u64 = 256 << 20;
const RECORD_BYTES_MAX: u64 = 64 << 20;
const RATE_WINDOW: u64 = 1_000;
const RATE_MAX_PERCENT: f64 = 50.0;

/// What becomes of a record of which key or value cannot be decoded, or which is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// It goes to the `errors` table (and to the dead-letter topic, if there is one); the others go on.
    #[default]
    DeadLetter,
    /// It is counted and forgotten.
    Skip,
    /// The table fails with it, after the rows before it.
    Fail,
    /// It is a row all the same, with nulls in the columns of the side that could not be decoded; `errors` tells why.
    Null,
}

impl OnError {
    /// As scripts write it.
    ///
    /// # Errors
    /// If there is no such policy.
    pub fn from_name(name: &str) -> Result<OnError> {
        Ok(match name {
            "dead_letter" => OnError::DeadLetter,
            "skip" => OnError::Skip,
            "fail" => OnError::Fail,
            "null" => OnError::Null,
            _ => {
                return Err(Error::invalid(format!("on_error is \"{name}\""))
                    .with_hint("use \"dead_letter\", \"skip\", \"fail\" or \"null\""));
            }
        })
    }
}

/// What becomes of records that cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErrorPolicy {
    /// What becomes of each.
    pub on_error: OnError,
    /// A topic on the same brokers where they are put too, with headers that tell where they came from.
    pub dead_letter_topic: Option<String>,
}

impl ErrorPolicy {
    /// Whether the parts fit each other.
    pub(super) fn check(&self, topic: &str) -> Result<()> {
        let Some(letters) = &self.dead_letter_topic else {
            return Ok(());
        };
        if matches!(self.on_error, OnError::Skip | OnError::Fail) {
            return Err(Error::invalid(format!(
                "a dead-letter topic \"{letters}\" is given, but bad records are not put anywhere"
            ))
            .with_hint("leave it out, or use on_error=\"dead_letter\" or \"null\""));
        }
        if letters.is_empty() || letters == topic {
            return Err(Error::invalid(format!(
                "bad records of topic \"{topic}\" cannot go to \"{letters}\""
            ))
            .with_hint("name another topic"));
        }
        Ok(())
    }
}

/// The numbers behind the policy; see the table of settings in `docs/kafka.md`.
#[derive(Debug, Clone, Copy)]
pub(super) struct ErrorLimits {
    pub(super) error_rows_max: u64,
    pub(super) error_bytes_max: u64,
    /// Key and value of a record together.
    pub(super) record_bytes_max: usize,
    pub(super) rate: RateLimit,
}

/// When too many records fail, and what then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RateLimit {
    /// The newest records, so many, are looked at.
    pub(super) window: u64,
    /// More of them bad than this share is too much; 1 or more: never.
    pub(super) share_max: f64,
    /// Whether reading pauses then.
    pub(super) pauses: bool,
}

impl ErrorLimits {
    pub(super) fn from_settings(settings: &Settings) -> Result<ErrorLimits> {
        let window = settings.number("kinetable.errors.rate.window", RATE_WINDOW)?.max(1);
        let key = "kinetable.errors.rate.max";
        let percent = match settings.text(key) {
            None => RATE_MAX_PERCENT,
            Some(text) => {
                let number = text.trim().trim_end_matches('%').trim_end().parse::<f64>();
                number.ok().filter(|percent| (0.0..=100.0).contains(percent)).ok_or_else(|| {
                    Error::invalid(format!(
                        "setting \"{key}\" is \"{text}\", not a share from 0 to 100 percent"
                    ))
                })?
            }
        };
        let key = "kinetable.errors.rate.action";
        let pauses = match settings.text(key) {
            None | Some("continue") => false,
            Some("pause") => true,
            Some(other) => {
                return Err(Error::invalid(format!("setting \"{key}\" is \"{other}\""))
                    .with_hint("use \"continue\" or \"pause\""));
            }
        };
        let bytes = settings.number("kinetable.record.bytes.max", RECORD_BYTES_MAX)?;
        Ok(ErrorLimits {
            error_rows_max: settings.number("kinetable.errors.rows.max", ERROR_ROWS_MAX)?.max(1),
            error_bytes_max: settings.number("kinetable.errors.bytes.max", ERROR_BYTES_MAX)?,
            record_bytes_max: usize::try_from(bytes).unwrap_or(usize::MAX),
            rate: RateLimit { window, share_max: percent / 100.0, pauses },
        })
    }

    /// Which rows the errors table keeps.
    pub(super) fn retention(&self) -> Retention {
        Retention::Keep(Keep {
            rows: Some(self.error_rows_max),
            bytes: Some(self.error_bytes_max),
            age_ns: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_say_when_too_many_fail() {
        let limits = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(key, value)| (format!("kinetable.{key}"), (*value).to_owned()));
            ErrorLimits::from_settings(&Settings::new(&pairs.collect()))
        };
        let usual = limits(&[]).unwrap().rate;
        assert_eq!(usual, RateLimit { window: 1_000, share_max: 0.5, pauses: false });
        let own =
            [("errors.rate.max", "2.5 %"), ("errors.rate.window", "40"), ("errors.rate.action", "pause")];
        assert_eq!(limits(&own).unwrap().rate, RateLimit { window: 40, share_max: 0.025, pauses: true });
        assert!(limits(&[("errors.rate.max", "many")]).is_err());
        assert!(limits(&[("errors.rate.max", "101")]).is_err());
        assert!(limits(&[("errors.rate.action", "stop")]).is_err());
    }

    #[test]
    fn a_dead_letter_topic_needs_letters() {
        let policy = |on_error, topic: &str| ErrorPolicy { on_error, dead_letter_topic: Some(topic.into()) };
        assert!(policy(OnError::DeadLetter, "bad").check("good").is_ok());
        assert!(policy(OnError::Null, "bad").check("good").is_ok());
        assert!(policy(OnError::Skip, "bad").check("good").is_err());
        assert!(policy(OnError::DeadLetter, "good").check("good").is_err());
        assert!(OnError::from_name("ignore").is_err());
    }
}
