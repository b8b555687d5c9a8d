//! Tables as files: offered under an address that holds for a minute and one request, then written while they are fetched.
//!
//! ```text
//!  export ─▶ Job (the table as it is now) ─ address ─▶ GET ─▶ a thread that may block writes ─▶ at most 4 pieces of 256 kB ─▶ body
//!                        └── how far it is, by the connection of the page, twice a second
//! ```
//!
//! **State**: jobs that are offered or run; a piece of the file. Who does not take the next piece within a minute has given up.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, REFERRER_POLICY};
use http::{HeaderValue, Response};
use http_body_util::StreamBody;
use hyper::body::Frame;
use kinetable::{Table, files, parquet};
use parking_lot::Mutex;
use rand::Rng;
use rand::distr::Alphanumeric;
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tonic::body::Body;

use crate::web::let_go::LetGo;
use crate::web::messages::ask::{Export, Form};
use crate::web::messages::tell::{Fault, Tell};
use crate::web::page::Outbox;
use crate::web::tables::{Derived, guarded, shown_names};

/// How long an address holds, and how long the next piece may not be taken.
const MINUTE: Duration = Duration::from_secs(60);
/// Between two messages on how far it is.
const PAUSE: Duration = Duration::from_millis(500);
/// Files that are offered or fetched at a time.
const JOBS_MAX: usize = 256;
/// The same, of one page: one that fetches nothing takes nobody else's.
const JOBS_OF_PAGE_MAX: usize = 4;
/// Before the word of an address.
const ADDRESS: &str = "/rt/export/";
/// Bytes of a piece.
const PIECE: usize = 256 << 10;
/// Rows that are in memory at a time, of a file whose rows lie in groups.
const GROUP_ROWS: usize = 1 << 17;

/// A table that is fetched as a file.
pub(in crate::web) struct Job {
    table: LetGo<Table>,
    columns: Vec<String>,
    form: Form,
    name: String,
    rows: u64,
    until: Instant,
    written: files::Progress,
    cells: Arc<parquet::Progress>,
    phase: Mutex<Phase>,
    wake: Arc<Notify>,
}

#[derive(Debug, Clone)]
enum Phase {
    Offered,
    Running,
    Over(Result<(), Fault>),
}

/// The files that are offered or fetched: by their words.
#[derive(Default)]
pub(in crate::web) struct Exports(Mutex<HashMap<String, Arc<Job>>>);

impl Exports {
    /// Offers a file; its address.
    pub(super) fn offer(&self, id: u64, job: Job) -> Result<Tell, Fault> {
        let word: String = rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect();
        let (name, rows) = (job.name.clone(), job.rows);
        let mut jobs = self.0.lock();
        let of_page = jobs.values().filter(|other| Arc::ptr_eq(&other.wake, &job.wake) && !other.is_over());
        if of_page.count() >= JOBS_OF_PAGE_MAX {
            let message = format!("{JOBS_OF_PAGE_MAX} files of this page are offered or fetched already");
            let hint = Some("fetch them to their ends, or cancel one".to_owned());
            return Err(Fault { hint, ..Fault::limit(message) });
        }
        if jobs.len() >= JOBS_MAX {
            return Err(Fault::limit(format!("{JOBS_MAX} files are offered or fetched already")));
        }
        jobs.insert(word.clone(), Arc::new(job));
        Ok(Tell::Exported { id, url: format!("{ADDRESS}{word}"), name, rows })
    }

    /// What a page that is told this is told further.
    pub(super) fn told(&self, answer: &Tell) -> Option<Told> {
        let Tell::Exported { id, url, .. } = answer else { return None };
        let word = url.strip_prefix(ADDRESS)?;
        let job = self.0.lock().get(word)?.clone();
        Some(Told { id: *id, word: word.to_owned(), job, at: None })
    }

    /// Takes back what is offered to a page that gave it up before it was told.
    pub(super) fn take_back(&self, answer: &Tell) {
        if let Some(told) = self.told(answer) {
            self.cancel(&told);
        }
    }

    /// Ends a page's export, whether it is fetched already or not.
    pub(super) fn cancel(&self, told: &Told) {
        told.job.written.cancel();
        told.job.cells.cancel();
        let is_offered = matches!(*told.job.phase.lock(), Phase::Offered);
        if is_offered {
            self.0.lock().remove(&told.word);
        }
    }

    /// Begins to fetch the file of a word, which holds once.
    fn begin(&self, word: &str) -> Option<Arc<Job>> {
        let job = self.0.lock().get(word)?.clone();
        let mut phase = job.phase.lock();
        if !matches!(*phase, Phase::Offered) || job.until <= Instant::now() {
            return None;
        }
        *phase = Phase::Running;
        drop(phase);
        job.wake.notify_one();
        Some(job)
    }

    /// Lets go of what was not fetched in time, and of what is over.
    pub(in crate::web) fn sweep(&self, now: Instant) {
        let over: Vec<Arc<Job>> = {
            let mut jobs = self.0.lock();
            let is_over = |job: &Job| match *job.phase.lock() {
                Phase::Offered => job.until <= now,
                Phase::Running => false,
                Phase::Over(_) => true,
            };
            jobs.extract_if(|_, job| is_over(job)).map(|(_, job)| job).collect()
        };
        drop(over);
    }
}

/// Makes a job of what a page looks at, as it is now; what cannot be written is refused now.
pub(super) fn offered(
    derived: &Derived,
    name: String,
    asked: &Export,
    wake: Arc<Notify>,
) -> Result<Job, Fault> {
    let now = derived.table.snapshot()?;
    let columns = match &asked.cols {
        None => shown_names(now.schema()),
        Some(columns) if columns.is_empty() => return Err(Fault::invalid("a file without columns")),
        Some(columns) => columns.clone(),
    };
    for name in &columns {
        now.definition().column_index(name)?;
    }
    let rows = now.size()?;
    let plain = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
    let name: String = name.chars().map(|one| if plain(one) { one } else { '_' }).take(100).collect();
    let job = Job {
        table: LetGo::new(now),
        columns,
        form: asked.format,
        name: format!("{name}.{}", asked.format.extension()),
        rows,
        until: Instant::now() + MINUTE,
        written: files::Progress::default(),
        cells: Arc::default(),
        phase: Mutex::new(Phase::Offered),
        wake,
    };
    job.write(&job.table.head(1)?, &files::Progress::default(), &Arc::default(), &mut Vec::new())?;
    Ok(job)
}

impl Job {
    fn write(
        &self,
        table: &Table,
        written: &files::Progress,
        cells: &Arc<parquet::Progress>,
        output: &mut (impl Write + Send),
    ) -> Result<(), Fault> {
        let columns = Some(self.columns.as_slice());
        match self.form {
            Form::Csv => table.write_csv_to(output, columns, &files::CsvWriteOptions::default(), written)?,
            Form::Arrow => {
                table.write_ipc_to(output, columns, &files::IpcWriteOptions::default(), written)?
            }
            Form::Parquet => {
                let options = parquet::WriteOptions {
                    row_groups: parquet::RowGroups::Rows(GROUP_ROWS),
                    progress: cells.clone(),
                    ..parquet::WriteOptions::default()
                };
                table.write_parquet_to(output, columns, &options)?;
            }
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        matches!(*self.phase.lock(), Phase::Over(_))
    }

    /// Rows that are written.
    fn done(&self) -> u64 {
        match self.form {
            Form::Parquet => self.cells.get().0 / self.columns.len().max(1) as u64,
            _ => self.written.get().0,
        }
    }

    fn end(&self, result: Result<(), Fault>) {
        *self.phase.lock() = Phase::Over(result);
        self.wake.notify_one();
    }
}

/// What a page was told of an export.
pub(super) struct Told {
    pub(super) id: u64,
    word: String,
    job: Arc<Job>,
    at: Option<Instant>,
}

impl Told {
    /// Tells how far it is; when that is to be looked at again, or nothing if all is told.
    pub(super) fn pump(&mut self, now: Instant, out: &mut Outbox) -> Option<Instant> {
        let phase = self.job.phase.lock().clone();
        let (id, total) = (self.id, self.job.rows);
        match phase {
            Phase::Offered => (self.job.until > now).then_some(self.job.until),
            Phase::Running => {
                let due = self.at.map_or(now, |at| at + PAUSE);
                if due > now {
                    return Some(due);
                }
                self.at = Some(now);
                // The last word is that of the end.
                let done = self.job.done().min(total.saturating_sub(1));
                out.tell(Tell::Progress { id, done, total });
                Some(now + PAUSE)
            }
            Phase::Over(Ok(())) => {
                out.tell(Tell::Progress { id, done: total, total });
                None
            }
            Phase::Over(Err(fault)) => {
                out.refuse(Fault { id: Some(id), ..fault });
                None
            }
        }
    }
}

/// The file of a word, if it is still offered.
pub(in crate::web) fn exported(exports: &Exports, word: &str) -> Option<Response<Body>> {
    let job = exports.begin(word)?;
    let (sender, receiver) = mpsc::channel(4);
    let name = job.name.clone();
    let kind = match job.form {
        Form::Csv => "text/csv; charset=utf-8",
        Form::Parquet => "application/vnd.apache.parquet",
        Form::Arrow => "application/vnd.apache.arrow.file",
    };
    tokio::task::spawn_blocking(move || {
        let mut pieces = Pieces { sender, piece: Vec::new() };
        let written = guarded(|| {
            job.write(&job.table, &job.written, &job.cells, &mut pieces)?;
            pieces.flush().map_err(|error| Fault::new("gone", error.to_string()))
        });
        if let Err(fault) = &written {
            // The browser is to see that the file is not whole.
            let _ = pieces.send(Err(Status::aborted(fault.message.clone())));
        }
        job.end(written);
    });
    let mut response = Response::new(Body::new(StreamBody::new(ReceiverStream::new(receiver))));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    let ascii: String = name.chars().map(|one| if one.is_ascii() { one } else { '_' }).collect();
    let whole: String = name
        .bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect();
    let disposition = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}");
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Some(response)
}

/// Bytes on their way, in pieces.
struct Pieces {
    sender: mpsc::Sender<Result<Frame<Bytes>, Status>>,
    piece: Vec<u8>,
}

impl Pieces {
    fn send(&mut self, piece: Result<Frame<Bytes>, Status>) -> io::Result<()> {
        let sent = Handle::current().block_on(timeout(MINUTE, self.sender.send(piece)));
        match sent {
            Ok(Ok(())) => Ok(()),
            _ => Err(io::Error::new(io::ErrorKind::BrokenPipe, "the file was not fetched to its end")),
        }
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == PIECE {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::take(&mut self.piece);
        self.send(Ok(Frame::data(piece.into())))
    }
}
