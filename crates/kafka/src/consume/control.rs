//! How the poll thread is told which partitions to read, and asked how far it is.
//!
//! Whoever decides on partitions holds the reins: a thread that looks for new ones, or that is a member of a group. The
//! poll thread obeys between two batches, in the order of the commands.

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::start::Start;

/// What the poll thread is to do.
pub(super) enum Command {
    /// Read a partition. One that was read before goes on after its last record.
    Start(Start),
    /// Read a partition no more; what was fetched of it and not taken is dropped.
    Stop(i32),
    /// Say how far reading is.
    Mark(Sender<Mark>),
}

/// How far reading was between two batches.
#[derive(Debug)]
pub(super) struct Mark {
    /// All batches before this one have been handed on.
    pub(super) sequence: u64,
    /// The next offset of every partition that is or was read, but for those that were cut; none while nothing is read.
    pub(super) places: Vec<(i32, i64)>,
    /// Of which reading these places are; see [`super::stats::Counters`].
    pub(super) reading: u64,
}

/// The end of whoever decides on partitions. Cheap to clone.
#[derive(Clone)]
pub(super) struct Reins(Sender<Command>);

impl Reins {
    /// Reins, and what the poll thread takes from.
    pub(super) fn new() -> (Reins, Receiver<Command>) {
        let (sender, receiver) = unbounded();
        (Reins(sender), receiver)
    }

    pub(super) fn start(&self, start: Start) {
        self.tell(Command::Start(start));
    }

    pub(super) fn stop(&self, partition: i32) {
        self.tell(Command::Stop(partition));
    }

    /// Asks how far reading is; the answer never comes if the poll thread has ended.
    pub(super) fn mark(&self) -> Receiver<Mark> {
        let (sender, receiver) = bounded(1);
        self.tell(Command::Mark(sender));
        receiver
    }

    fn tell(&self, command: Command) {
        // A poll thread that has ended reads no partition, which is what is left to be said.
        let _unheard = self.0.send(command);
    }
}
