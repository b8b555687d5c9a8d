//! The records of a batch that were refused: counted, and kept as the policy wants.

use super::batch::TooLarge;
use super::policy::OnError;
use super::raw::Record;
use super::tables::BadRecord;
use super::worker::Recipe;
use crate::decode::Reason;

/// Why a record was refused.
pub(super) struct Refusal {
    /// `key`, `value`, or `record` if neither was looked at.
    pub(super) side: &'static str,
    pub(super) reason: Reason,
    /// Bytes of key and value, if the record does not have them with it.
    pub(super) size: Option<u64>,
}

/// A sample of why records were refused.
#[derive(Debug, Clone)]
pub(super) struct Cause {
    pub(super) side: &'static str,
    pub(super) reason: String,
    pub(super) schema_id: Option<u32>,
}

/// The records of a batch that were refused.
#[derive(Default)]
pub(super) struct Refused {
    /// How many records, kept or not.
    pub(super) count: u64,
    /// Those that are kept.
    pub(super) bad: Vec<BadRecord>,
    /// Why the first of them was refused.
    pub(super) cause: Option<Cause>,
    /// Whether the last one is to fail the table.
    pub(super) is_fatal: bool,
}

impl Refusal {
    pub(super) fn of_side(side: &'static str, reason: Reason) -> Refusal {
        Refusal { side, reason, size: None }
    }

    pub(super) fn too_large(record: TooLarge, limit: usize) -> Refusal {
        let size = record.size;
        let reason = format!("{size} bytes are more than \"kinetable.record.bytes.max\", {limit}");
        Refusal { side: "record", reason: reason.into(), size: Some(size) }
    }
}

impl Refused {
    /// A record that could not even be fetched.
    pub(super) fn unseen(on_error: OnError, bad: BadRecord) -> Refused {
        let cause = Cause { side: bad.side, reason: bad.reason.clone(), schema_id: None };
        Refused {
            count: 1,
            bad: if on_error == OnError::Skip { Vec::new() } else { vec![bad] },
            cause: Some(cause),
            is_fatal: on_error == OnError::Fail,
        }
    }

    pub(super) fn add(&mut self, recipe: &Recipe, index: usize, record: &Record<'_>, refusal: Refusal) {
        let Refusal { side, reason, size } = refusal;
        let schema_id = match side {
            "key" => recipe.key.decoder.schema_id(record.key),
            "value" => recipe.value.decoder.schema_id(record.value),
            _ => None,
        };
        // A record of which both sides are refused is one.
        self.count += u64::from(self.bad.last().is_none_or(|last| last.index != index));
        if self.cause.is_none() {
            self.cause = Some(Cause { side, reason: reason.clone().into_owned(), schema_id });
        }
        if recipe.on_error == OnError::Skip {
            return;
        }
        let length = |bytes: Option<&[u8]>| bytes.map_or(0, |bytes| bytes.len() as u64);
        self.bad.push(BadRecord {
            partition: record.partition,
            offset: record.offset,
            timestamp: record.timestamp,
            side,
            reason: reason.into_owned(),
            schema_id,
            size: size.unwrap_or_else(|| length(record.key) + length(record.value)),
            key: record.key.map(<[u8]>::to_vec),
            value: record.value.map(<[u8]>::to_vec),
            headers: record.headers.to_vec(),
            index,
        });
    }
}
