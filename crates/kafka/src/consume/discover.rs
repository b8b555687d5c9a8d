//! Looks for partitions that are added to the topic, and has them read from their first record.
//!
//! **State**: the partitions known. **Cost**: a request for the topic's metadata every `kinetable.partitions.discover.ms`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::config::Partitions;
use super::control::Reins;
use super::start::{Start, Survey};
use super::watch::Events;
use crate::spec::{Offsets, StartAt};

/// How often it looks whether the source has ended.
const LOOK_AROUND: Duration = Duration::from_millis(100);

/// What the discovering thread works with.
pub(super) struct Discoverer {
    pub(super) survey: Survey,
    pub(super) reins: Reins,
    pub(super) events: Arc<Events>,
    pub(super) every: Duration,
    pub(super) known: BTreeSet<i32>,
    pub(super) is_stopped: Arc<AtomicBool>,
}

impl Discoverer {
    /// Looks until the source has stopped.
    pub(super) fn run(mut self) {
        let mut asked = Instant::now();
        while !self.is_stopped.load(Ordering::Acquire) {
            std::thread::sleep(LOOK_AROUND.min(self.every));
            if asked.elapsed() >= self.every {
                self.look();
                asked = Instant::now();
            }
        }
    }

    fn look(&mut self) {
        // A broker that does not answer is told of by the watch; a topic that is gone has no new partitions.
        let Ok(found) = self.survey.partitions_now() else {
            return;
        };
        for partition in found {
            if self.known.contains(&partition) {
                continue;
            }
            match self.added(partition) {
                Ok(start) => {
                    self.known.insert(partition);
                    let Some(start) = start else { continue };
                    self.reins.start(start);
                    self.events.tell("PARTITION ADDED", format!("added {partition}"), told(&start));
                }
                Err(error) => {
                    let detail = format!("partition {partition} was added and is not read yet: {error}");
                    self.events.tell("ATTENTION", format!("unread {partition}"), detail);
                }
            }
        }
    }

    /// Where a new partition starts; `None` if it is not wanted.
    fn added(&self, partition: i32) -> kinetable_engine::Result<Option<Start>> {
        let is_wanted = match &self.survey.config.partitions {
            Partitions::All => true,
            Partitions::Listed(list) => list.contains(&partition),
            Partitions::Chosen(filter) => filter(partition)?,
        };
        if !is_wanted {
            return Ok(None);
        }
        self.survey.resolve(partition, start_of_added(&self.survey.config.offsets, partition)).map(Some)
    }
}

/// A partition that came later is read whole, "from the end" too: all it has came after the table was made. Only an
/// offset given for it skips records.
pub(super) fn start_of_added(offsets: &Offsets, partition: i32) -> StartAt {
    match offsets {
        Offsets::PerPartition(starts) => match starts.get(&partition) {
            Some(StartAt::Offset(offset)) => StartAt::Offset(*offset),
            _ => StartAt::Beginning,
        },
        Offsets::All(_) => StartAt::Beginning,
    }
}

pub(super) fn told(start: &Start) -> String {
    format!("partition {} added, read from offset {}", start.partition, start.next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_offset_of_its_own_skips_records_of_a_new_partition() {
        assert_eq!(start_of_added(&Offsets::All(StartAt::End), 4), StartAt::Beginning);
        assert_eq!(start_of_added(&Offsets::All(StartAt::Offset(100)), 4), StartAt::Beginning);
        let starts = [(4, StartAt::Offset(7)), (5, StartAt::End)].into();
        let each = Offsets::PerPartition(starts);
        assert_eq!(start_of_added(&each, 4), StartAt::Offset(7));
        assert_eq!(start_of_added(&each, 5), StartAt::Beginning);
        assert_eq!(start_of_added(&each, 6), StartAt::Beginning);
    }
}
