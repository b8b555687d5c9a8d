//! Whether a subject's next schema gets on with those before it.

use apache_avro::Schema;
use apache_avro::schema_compatibility::SchemaCompatibility;

use super::failure::Failure;

/// Which of the old and the new must be able to read the other's data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Level {
    name: &'static str,
    new_reads_old: bool,
    old_reads_new: bool,
    is_transitive: bool,
}

const fn level(name: &'static str, new_reads_old: bool, old_reads_new: bool, is_transitive: bool) -> Level {
    Level { name, new_reads_old, old_reads_new, is_transitive }
}

const LEVELS: [Level; 7] = [
    level("BACKWARD", true, false, false),
    level("BACKWARD_TRANSITIVE", true, false, true),
    level("FORWARD", false, true, false),
    level("FORWARD_TRANSITIVE", false, true, true),
    level("FULL", true, true, false),
    level("FULL_TRANSITIVE", true, true, true),
    level("NONE", false, false, false),
];

impl Level {
    /// The level of a registry nobody has configured.
    pub(super) const DEFAULT: Level = LEVELS[0];

    pub(super) fn parse(name: &str) -> Result<Self, Failure> {
        LEVELS.iter().copied().find(|level| level.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let names: Vec<_> = LEVELS.iter().map(|level| level.name).collect();
            Failure::new(42203, format!("Invalid compatibility level. Valid values are {}", names.join(", ")))
        })
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Why `new` may not follow `earlier` (oldest first); empty when it may.
    pub(super) fn objections(&self, new: &Schema, earlier: &[&Schema]) -> Vec<String> {
        let checked = if self.is_transitive { earlier } else { &earlier[earlier.len().saturating_sub(1)..] };
        let mut reasons = Vec::new();
        for old in checked {
            if self.new_reads_old {
                reasons.extend(objection(old, new, "the new schema cannot read data of the old one"));
            }
            if self.old_reads_new {
                reasons.extend(objection(new, old, "the old schema cannot read data of the new one"));
            }
        }
        reasons
    }
}

fn objection(writer: &Schema, reader: &Schema, what: &str) -> Option<String> {
    SchemaCompatibility::can_read(writer, reader).err().map(|error| format!("{what}: {error}"))
}
