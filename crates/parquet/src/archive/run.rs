//! The archive's thread, and the handle to it.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use kinetable_engine::{Error, ErrorKind, ListenerHandle, Result, RowSet, Table, Version};
use parking_lot::Mutex;

use super::intake::{Intake, Task};
use super::manifest::Manifest;
use super::offsets::{Offsets, Sorted};
use super::open::{Opened, open};
use super::roll::Place;
use super::{ArchiveOptions, Roll};

/// Rows that are copied from a table at once.
const PIECE: u64 = 1 << 18;
/// How long the thread waits after files could not be written: so long at first, then twice as long, up to the most.
const RETRY: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(60);

/// How far an archive is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchiveStats {
    /// Rows in files that count, those of earlier runs among them.
    pub archived: u64,
    /// Rows that have come and are in no such file yet.
    pub waiting: u64,
    /// Files that count.
    pub files: usize,
    /// Rolls, those of earlier runs among them.
    pub rolls: u64,
    /// Rows left out because their offsets were archived before.
    pub known: u64,
    /// Rows that could not be read from the table, or not written before the end.
    pub lost: u64,
    /// Why, of the first of them.
    pub lost_because: Option<String>,
    /// Since when files cannot be written (ns since the epoch), and why.
    pub failing: Option<(i64, String)>,
    /// Whether the table has failed, after which nothing more comes.
    pub table_failed: bool,
}

/// A table that is being archived. Drop it to stop; what has come is written first.
pub struct Archive {
    shared: Arc<Shared>,
    tasks: Mutex<Option<Sender<Task>>>,
    listening: Mutex<Option<ListenerHandle>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    waiting: Arc<AtomicU64>,
    failure: Arc<Mutex<Option<Error>>>,
}

#[derive(Default)]
struct Shared {
    stats: Mutex<ArchiveStats>,
    manifest: Mutex<Manifest>,
}

/// Archives a table below a directory, from its rows now on. A directory that is an archive is gone on with.
///
/// # Errors
/// If rows of the table may change or go, a column is not there, the directory cannot be written, or another process archives there.
pub fn archive(table: &Table, root: impl AsRef<Path>, options: &ArchiveOptions) -> Result<Archive> {
    let root = root.as_ref();
    let properties = table.definition().properties;
    if table.is_live() && !properties.add_only && !properties.blink {
        return Err(Error::invalid("the rows of this table may change or go, and files cannot")
            .with_hint("archive the append or blink table that it is made from"));
    }
    if root.to_string_lossy().contains("://") {
        return Err(Error::invalid(format!("the archive \"{}\" is a URL", root.display()))
            .with_hint("archive into a directory: a manifest is replaced in one step there"));
    }
    table.ensure_alive()?;
    let schema = table.schema().clone();
    let by = options
        .partition_by
        .iter()
        .map(|name| table.definition().column_index(name))
        .collect::<Result<Vec<usize>>>()?;
    check(&by, &schema, options)?;
    let Opened { lock, manifest: last, offsets } = open(root, &schema, options)?;
    let shared = Arc::<Shared>::default();
    let waiting = Arc::<AtomicU64>::default();
    let place = Place { root: root.to_owned(), schema, by, write: options.write.clone() };
    let (tasks, todo) = unbounded();
    let writing = Writing {
        place,
        roll: options.roll,
        offsets,
        rows: Vec::new(),
        count: 0,
        bytes: 0,
        since: None,
        retry_at: None,
        waited: Duration::ZERO,
        shared: shared.clone(),
        waiting: waiting.clone(),
        _lock: lock,
    };
    writing.tell(&last);
    *shared.manifest.lock() = last;
    let thread = std::thread::Builder::new().name("archive".into()).spawn(move || writing.run(&todo));
    let thread = thread.map_err(|error| Error::source(format!("no thread can be started: {error}")))?;
    let failure = Arc::default();
    let intake = Arc::new(Intake {
        first: Mutex::default(),
        tasks: tasks.clone(),
        waiting: waiting.clone(),
        failure: Arc::clone(&failure),
    });
    // Changes that come while the first version is on its way wait behind it.
    let first = intake.first.lock();
    let (version, handle) = table.listen(intake.clone());
    intake.hand(&version, version.rows());
    drop(first);
    Ok(Archive {
        shared,
        tasks: Mutex::new(Some(tasks)),
        listening: Mutex::new(Some(handle)),
        thread: Mutex::new(Some(thread)),
        waiting,
        failure,
    })
}

/// What would be refused at every roll is refused at once.
fn check(by: &[usize], schema: &SchemaRef, options: &ArchiveOptions) -> Result<()> {
    if by.len() == schema.fields().len() {
        return Err(Error::invalid("all columns name directories, and none is left for the files")
            .with_hint("partition by fewer columns"));
    }
    options.write.check(schema)
}

impl Archive {
    /// How far it is.
    pub fn stats(&self) -> ArchiveStats {
        let mut stats = self.shared.stats.lock().clone();
        stats.waiting = self.waiting.load(Ordering::Relaxed);
        stats.table_failed = self.failure.lock().is_some();
        stats
    }

    /// What counts in the directory.
    pub fn manifest(&self) -> Manifest {
        self.shared.manifest.lock().clone()
    }

    /// Writes what has come, and waits until it is on disk.
    ///
    /// # Errors
    /// If it cannot be written, or not in time. It is kept and tried again.
    pub fn flush(&self, timeout: Duration) -> Result<()> {
        let (answer, answered) = bounded(1);
        match &*self.tasks.lock() {
            Some(tasks) => tasks.send(Task::Roll(answer)).map_err(|_| ended())?,
            None => return Err(ended()),
        }
        let late = |_| Error::source(format!("the rows were not written within {timeout:?}"));
        answered.recv_timeout(timeout).map_err(late)?
    }

    /// Writes what has come, and ends. Stopping twice is no error.
    ///
    /// # Errors
    /// As [`Archive::flush`]; it has ended all the same.
    pub fn stop(&self, timeout: Duration) -> Result<()> {
        if self.listening.lock().take().is_none() {
            return Ok(());
        }
        let flushed = self.flush(timeout);
        self.end();
        flushed
    }

    fn end(&self) {
        self.listening.lock().take();
        self.tasks.lock().take();
        if let Some(thread) = self.thread.lock().take() {
            // A thread that panicked has said so.
            let _ended = thread.join();
        }
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        self.end();
    }
}

fn ended() -> Error {
    Error::new(ErrorKind::Closed, "the archive has been stopped")
}

/// What the thread has.
struct Writing {
    place: Place,
    roll: Roll,
    offsets: Offsets,
    rows: Vec<RecordBatch>,
    count: u64,
    bytes: usize,
    /// When the first of the rows came.
    since: Option<Instant>,
    /// Not to be tried before, after it failed.
    retry_at: Option<Instant>,
    /// How long was waited last.
    waited: Duration,
    shared: Arc<Shared>,
    waiting: Arc<AtomicU64>,
    _lock: File,
}

impl Writing {
    fn run(mut self, todo: &Receiver<Task>) {
        loop {
            let wait = self.due().map_or(Duration::MAX, |due| due.saturating_duration_since(Instant::now()));
            match todo.recv_timeout(wait.min(Duration::from_secs(3600))) {
                Ok(Task::Rows(version, rows)) => self.take(&version, &rows),
                Ok(Task::Roll(answer)) => {
                    // Who asked may have gone.
                    let _told = answer.send(self.write());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.due().is_some_and(|due| due <= Instant::now()) {
                let _told_by_stats = self.write();
            }
        }
        if let Err(error) = self.write() {
            self.lose(self.count, &error);
        }
    }

    /// When to write next.
    fn due(&self) -> Option<Instant> {
        let since = self.since?;
        let is_full = self.count >= self.roll.rows || self.bytes >= self.roll.bytes;
        let due = if is_full { since } else { since + self.roll.age };
        Some(self.retry_at.map_or(due, |retry| retry.max(due)))
    }

    /// Takes rows, a piece at a time, so that a long table becomes several rolls.
    fn take(&mut self, version: &Version, rows: &RowSet) {
        for start in (0..rows.len()).step_by(PIECE as usize) {
            let piece = rows.slice(start..start + PIECE);
            if let Err(error) = self.take_piece(version, &piece) {
                // A computed column that cannot be read will not be read the next time either.
                self.lose(piece.len(), &error);
                self.waiting.fetch_sub(piece.len(), Ordering::Relaxed);
            }
            if self.due().is_some_and(|due| due <= Instant::now()) {
                let _told_by_stats = self.write();
            }
        }
    }

    fn take_piece(&mut self, version: &Version, rows: &RowSet) -> Result<()> {
        let Sorted { new, unplaced } = self.offsets.sort(version, rows)?;
        let known = rows.len() - new.len() - unplaced;
        self.shared.stats.lock().known += known;
        self.waiting.fetch_sub(known + unplaced, Ordering::Relaxed);
        if unplaced > 0 {
            self.lose(unplaced, &Error::invalid("the rows have no partition or offset to be known again by"));
        }
        if new.is_empty() {
            return Ok(());
        }
        let batch = version.batch(&self.place.schema, &new).inspect_err(|_| {
            // The caller counts the rows of the piece as lost; these are no longer among them.
            self.waiting.fetch_add(known + unplaced, Ordering::Relaxed);
        })?;
        self.count += new.len();
        self.bytes += batch.get_array_memory_size();
        self.since.get_or_insert_with(Instant::now);
        self.rows.push(batch);
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let last = self.shared.manifest.lock().clone();
        match self.place.roll(&last, &self.rows, self.offsets.taken()) {
            Ok(next) => {
                self.waiting.fetch_sub(self.count, Ordering::Relaxed);
                self.rows.clear();
                (self.count, self.bytes, self.since, self.retry_at) = (0, 0, None, None);
                self.waited = Duration::ZERO;
                self.tell(&next);
                *self.shared.manifest.lock() = next;
                Ok(())
            }
            Err(error) => {
                self.waited = (self.waited * 2).clamp(RETRY, RETRY_MAX);
                self.retry_at = Some(Instant::now() + self.waited);
                self.fail(&error);
                Err(error)
            }
        }
    }

    fn tell(&self, manifest: &Manifest) {
        let mut stats = self.shared.stats.lock();
        stats.archived = manifest.rows;
        stats.files = manifest.files.len();
        stats.rolls = manifest.rolls;
        stats.failing = None;
    }

    fn lose(&self, rows: u64, error: &Error) {
        tracing::error!(archive = %self.place.root.display(), rows, %error, "rows are not archived");
        let mut stats = self.shared.stats.lock();
        stats.lost += rows;
        stats.lost_because.get_or_insert_with(|| error.to_string());
    }

    fn fail(&self, error: &Error) {
        tracing::warn!(archive = %self.place.root.display(), %error, "rows could not be archived");
        let mut stats = self.shared.stats.lock();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as i64);
        let since = stats.failing.as_ref().map_or(now, |(since, _)| *since);
        stats.failing = Some((since, error.to_string()));
    }
}
