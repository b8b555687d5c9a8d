//! The board itself, and the places on it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use kinetable_engine::source::{self, Publisher, Retention};
use kinetable_engine::{Graph, Table};
use parking_lot::Mutex;

use super::rows::{self, MemberRow, PartitionRow};

/// Members that have ended and are still shown.
const ENDED_MAX: usize = 100;
/// Figures are published so often; a change of state at once.
const INTERVAL: Duration = Duration::from_millis(500);

/// The tables `sources` and `source_partitions` of a graph. Cheap to clone; clones are the same board.
#[derive(Clone)]
pub struct Board(Arc<Inner>);

struct Inner {
    sources: Table,
    partitions: Table,
    to_sources: Publisher,
    to_partitions: Publisher,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    joined: u64,
    members: BTreeMap<u64, Member>,
    published: Option<Instant>,
    last: Option<(RecordBatch, RecordBatch)>,
}

pub(super) struct Member {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) topic: String,
    pub(super) row: MemberRow,
    pub(super) partitions: Vec<PartitionRow>,
    has_ended: bool,
}

/// A member's place on a board. Dropping it says that the member has ended; its last row stays.
pub(crate) struct Place {
    board: Board,
    number: u64,
    name: String,
}

impl std::fmt::Debug for Board {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "board of {} members", self.0.state.lock().members.len())
    }
}

impl Board {
    /// An empty board of a graph.
    pub fn new(graph: &Graph) -> Board {
        let (sources, to_sources) = source::open(graph, rows::member_schema(), Retention::Latest);
        let (partitions, to_partitions) = source::open(graph, rows::partition_schema(), Retention::Latest);
        Board(Arc::new(Inner { sources, partitions, to_sources, to_partitions, state: Mutex::default() }))
    }

    /// A row a source or sink. Source (its name here), Kind (`consumer` or `producer`), Topic, State, Detail, Since
    /// (instant), Partitions, Offset (records read so far: the sum of next offsets), Lag (records), Rows,
    /// RowsPerSecond, Bytes, BytesPerSecond, QueuedBytes, Errors, LastError, LastErrorAt (instant), Retries, TopicId,
    /// Incarnation.
    pub fn sources(&self) -> &Table {
        &self.0.sources
    }

    /// A row a partition of a source: Source, Topic, Partition, Offset (read next), LowWaterMark, HighWaterMark, Lag, Rows,
    /// RowsPerSecond, Skew (how long before its receipt the newest record is stamped; negative: after it).
    pub fn partitions(&self) -> &Table {
        &self.0.partitions
    }

    /// Gives a new member a place. Its name is the topic's, with a number from the second of that topic on.
    pub(crate) fn join(&self, kind: &'static str, topic: &str) -> Place {
        let mut state = self.0.state.lock();
        let number = state.joined;
        state.joined += 1;
        let is_taken = |name: &str| state.members.values().any(|member| member.name == name);
        let names = std::iter::once(topic.to_owned()).chain((2u64..).map(|n| format!("{topic}#{n}")));
        let name = names.into_iter().find(|name| !is_taken(name)).expect("numbers do not end");
        let member = Member {
            name: name.clone(),
            kind,
            topic: topic.to_owned(),
            row: MemberRow::default(),
            partitions: Vec::new(),
            has_ended: false,
        };
        state.members.insert(number, member);
        Place { board: self.clone(), number, name }
    }

    fn publish(&self, state: &mut State) {
        state.published = Some(Instant::now());
        let rows = (rows::member_batch(&state.members), rows::partition_batch(&state.members));
        if state.last.as_ref() == Some(&rows) {
            return;
        }
        // If a cycle comes between, the partitions are ahead of the sources and not behind.
        let partitions = self.0.to_partitions.publish(rows.1.clone());
        partitions.expect("the rows have the columns of the table of partitions");
        let sources = self.0.to_sources.publish(rows.0.clone());
        sources.expect("the rows have the columns of the table of sources");
        state.last = Some(rows);
    }
}

impl Place {
    /// What the member is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Shows how the member fares now. To be called every second at least, and when its state changes.
    pub(crate) fn show(&self, row: MemberRow, partitions: Vec<PartitionRow>) {
        let board = &self.board;
        let mut state = board.0.state.lock();
        let member = state.members.get_mut(&self.number).expect("a place has a member");
        let is_news = member.row.state != row.state || member.row.detail != row.detail;
        (member.row, member.partitions) = (row, partitions);
        self.publish_if_due(&mut state, is_news);
    }

    fn publish_if_due(&self, state: &mut State, is_news: bool) {
        let is_time = state.published.is_none_or(|when| when.elapsed() >= INTERVAL);
        // While cycles do not run, figures are not piled up for them.
        let is_taken = self.board.0.to_sources.queued_rows() == 0;
        if is_news || (is_time && is_taken) {
            self.board.publish(state);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.board.0.state.lock();
        if let Some(member) = state.members.get_mut(&self.number) {
            member.has_ended = true;
        }
        let ended: Vec<u64> =
            state.members.iter().filter(|(_, member)| member.has_ended).map(|(number, _)| *number).collect();
        for number in ended.iter().take(ended.len().saturating_sub(ENDED_MAX)) {
            state.members.remove(number);
        }
        self.board.publish(&mut state);
    }
}
