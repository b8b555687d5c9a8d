//! Records that no decoder of the topic's schema can read, and where they were put.

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// Bytes before the body of a framed Avro value.
const FRAME: usize = 5;

/// In which way a record is undecodable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GarbageKind {
    /// The first byte is not the zero of Confluent's framing.
    WrongMagic,
    /// The frame names a schema that the registry does not have.
    UnknownSchema,
    /// The body ends before its last field does.
    Truncated,
    /// A string of the body is not UTF-8.
    InvalidText,
    /// Up to 64 bytes of anything, the first of them not zero.
    RandomBytes,
    /// No bytes at all, which is not the same as a null value.
    Empty,
}

impl GarbageKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::WrongMagic,
        Self::UnknownSchema,
        Self::Truncated,
        Self::InvalidText,
        Self::RandomBytes,
        Self::Empty,
    ];

    /// Spoils `value`, a good framed record whose first field is a text of at least one byte.
    pub(super) fn spoil(self, value: &mut Vec<u8>, random: &mut Random) {
        match self {
            Self::WrongMagic => value[0] = 1 + random.below(255) as u8,
            Self::UnknownSchema => value[1..FRAME].copy_from_slice(&0x7fff_fff0u32.to_be_bytes()),
            Self::Truncated => {
                let body = (value.len() - FRAME) as u64;
                value.truncate(FRAME + random.below(body) as usize);
            }
            Self::InvalidText => value[FRAME + 1] = 0xff,
            Self::RandomBytes => {
                let length = 1 + random.below(64);
                value.clear();
                value.push(1 + random.below(255) as u8);
                value.extend((1..length).map(|_| random.bits() as u8));
            }
            Self::Empty => value.clear(),
        }
    }
}

/// A garbage record, and where the broker put it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PlantedGarbage {
    /// Partition of the topic.
    pub partition: i32,
    /// Offset in the partition.
    pub offset: i64,
    /// What is wrong with it.
    pub kind: GarbageKind,
}
