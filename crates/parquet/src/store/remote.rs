//! An object store, and a file in it.
//!
//! **State**: what was read ahead, within a budget for each store; the oldest goes first.
//!
//! **Invariants**: 1. bytes of one reading of a file are of one state of it: each request names the tag that the file
//! had when its footer was read, and the store refuses if it has another; 2. no request asks beyond the file's end.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;
use kinetable_engine::{Error, Result};
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, coalesce_ranges};
use parking_lot::Mutex;

use super::connect::{Connected, connect};
use super::runtime::wait;
use super::{StoreOptions, Upload};
use crate::error::{changed, refused};
use crate::file::{Look, Stamp};

/// Bytes read ahead that a store keeps.
const RECENT_BYTES_MAX: usize = 64 << 20;
/// Ranges closer than this are read together.
const GAP_BYTES_MAX: u64 = 256 << 10;

/// A connection to a bucket or host.
pub(crate) struct Store {
    pub(super) objects: Arc<dyn ObjectStore>,
    pub(super) options: StoreOptions,
    base: String,
    pub(super) lists: bool,
    recent: Mutex<Recent>,
    pool: OnceLock<rayon::ThreadPool>,
}

#[derive(Default)]
struct Recent {
    parts: VecDeque<(ObjectPath, Stamp, u64, Bytes)>,
    bytes: usize,
}

/// A file, or what would be a directory, in a store.
#[derive(Clone)]
pub(crate) struct RemoteFile {
    pub(crate) store: Arc<Store>,
    pub(crate) path: ObjectPath,
}

impl Store {
    /// The file that a URL names.
    pub(super) fn connect(url: &str, options: &StoreOptions) -> Result<RemoteFile> {
        let Connected { objects, base, path, lists } = connect(url, options)?;
        let store = Store {
            objects,
            options: options.clone(),
            base,
            lists,
            recent: Mutex::default(),
            pool: OnceLock::new(),
        };
        Ok(RemoteFile { store: Arc::new(store), path })
    }

    /// Runs something on as many threads as there may be requests: they wait, they do not compute.
    pub(crate) fn many<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let pool = self.pool.get_or_init(|| {
            let threads = self.options.requests_max.clamp(1, 64);
            let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
            builder
                .thread_name(|number| format!("kinetable-fetch-{number}"))
                .build()
                .expect("threads can be started")
        });
        pool.install(work)
    }

    /// Whether the store can say what it holds; plain web servers cannot.
    pub(crate) fn lists(&self) -> bool {
        self.lists
    }
}

impl RemoteFile {
    pub(super) fn join(&self, relative: &str) -> RemoteFile {
        let path = relative.split('/').filter(|part| !part.is_empty());
        let path = path.fold(self.path.to_string(), |path, part| match path.is_empty() {
            true => part.to_owned(),
            false => format!("{path}/{part}"),
        });
        let path = ObjectPath::parse(&path).unwrap_or_else(|_| ObjectPath::from(path));
        RemoteFile { store: self.store.clone(), path }
    }

    pub(super) fn parent(&self) -> RemoteFile {
        let path = self.path.to_string();
        let path = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        RemoteFile { store: self.store.clone(), path: ObjectPath::parse(path).unwrap_or_default() }
    }

    /// What the file looks like now; `None` if there is none of that name.
    pub(crate) fn look(&self) -> Result<Option<Look>> {
        let (objects, path) = (self.store.objects.clone(), self.path.clone());
        match wait(async move { objects.head(&path).await })? {
            Ok(found) => Ok(Some(look(&found))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(refused(&self.clone().into(), error)),
        }
    }

    /// All files below, with what each looks like.
    pub(crate) fn list(&self) -> Result<Vec<(RemoteFile, Look)>> {
        let (objects, prefix) = (self.store.objects.clone(), self.path.clone());
        let found = wait(async move {
            let mut pages = objects.list(Some(&prefix));
            let mut found = Vec::new();
            while let Some(one) = next(&mut pages).await {
                found.push(one?);
            }
            Ok(found)
        })?;
        let found: Vec<ObjectMeta> = found.map_err(|error| refused(&self.clone().into(), error))?;
        let file = |meta: ObjectMeta| {
            let look = look(&meta);
            (RemoteFile { store: self.store.clone(), path: meta.location }, look)
        };
        Ok(found.into_iter().map(file).collect())
    }

    /// The name below a directory of the same store.
    pub(crate) fn below(&self, directory: &RemoteFile) -> Option<String> {
        let (path, above) = (self.path.as_ref(), directory.path.as_ref());
        let rest = path.strip_prefix(above)?;
        let rest = if above.is_empty() { rest } else { rest.strip_prefix('/')? };
        Some(rest.to_owned())
    }

    /// Bytes of ranges, in the order asked for, which is ascending; `until` is where it makes sense to read ahead to.
    pub(crate) fn fetch(&self, look: &Look, ranges: &[Range<u64>], until: u64) -> Result<(Vec<Bytes>, u64)> {
        let kept: Vec<Option<Bytes>> = ranges.iter().map(|range| self.recent(look, range)).collect();
        let missing: Vec<Range<u64>> = ranges
            .iter()
            .zip(&kept)
            .filter(|(_, kept)| kept.is_none())
            .map(|(range, _)| range.clone())
            .collect();
        let Some(last) = missing.last() else {
            return Ok((kept.into_iter().flatten().collect(), 0));
        };
        let mut asked = missing.clone();
        let reach = last.end.saturating_add(self.store.options.ahead_bytes()).min(until).max(last.end);
        let last = asked.len() - 1;
        asked[last].end = reach;
        let fetched = self.request(look, asked)?;
        let read = fetched.iter().map(|bytes| bytes.len() as u64).sum();
        if reach > missing[last].end {
            self.keep(look, missing[last].start, fetched[last].clone());
        }
        let cut = |(bytes, range): (Bytes, &Range<u64>)| {
            let length = (range.end - range.start) as usize;
            let short = || Error::source(format!("\"{self}\" ends before byte {}", range.end));
            (bytes.len() >= length).then(|| bytes.slice(..length)).ok_or_else(short)
        };
        let mut fetched = fetched.into_iter().zip(&missing).map(cut).collect::<Result<Vec<_>>>()?.into_iter();
        let all =
            kept.into_iter().map(|kept| kept.or_else(|| fetched.next()).expect("it was kept or fetched"));
        Ok((all.collect(), read))
    }

    fn request(&self, look: &Look, ranges: Vec<Range<u64>>) -> Result<Vec<Bytes>> {
        let (objects, path) = (self.store.objects.clone(), self.path.clone());
        let tag = match &look.stamp {
            Stamp::Tag(tag) => Some(tag.clone()),
            _ => None,
        };
        let answer = wait(async move {
            let one = |range: Range<u64>| {
                let (objects, path, tag) = (objects.clone(), path.clone(), tag.clone());
                async move {
                    let range = Some(GetRange::Bounded(range));
                    let options = GetOptions { range, if_match: tag, ..GetOptions::default() };
                    objects.get_opts(&path, options).await?.bytes().await
                }
            };
            coalesce_ranges(&ranges, one, GAP_BYTES_MAX).await
        })?;
        answer.map_err(|error| match error {
            object_store::Error::Precondition { .. } => changed(&self.clone().into()),
            error => refused(&self.clone().into(), error),
        })
    }

    fn recent(&self, look: &Look, range: &Range<u64>) -> Option<Bytes> {
        let recent = self.store.recent.lock();
        recent.parts.iter().rev().find_map(|(path, stamp, start, bytes)| {
            let is_same = *path == self.path && *stamp == look.stamp;
            let from = range.start.checked_sub(*start).filter(|_| is_same)? as usize;
            let to = from + (range.end - range.start) as usize;
            (to <= bytes.len()).then(|| bytes.slice(from..to))
        })
    }

    fn keep(&self, look: &Look, start: u64, bytes: Bytes) {
        let mut recent = self.store.recent.lock();
        recent.bytes += bytes.len();
        recent.parts.push_back((self.path.clone(), look.stamp.clone(), start, bytes));
        while recent.bytes > RECENT_BYTES_MAX {
            let Some((_, _, _, gone)) = recent.parts.pop_front() else { break };
            recent.bytes -= gone.len();
        }
    }

    /// Begins to write the file; it is seen when it is whole.
    pub(crate) fn upload(&self) -> Upload {
        Upload::new(self.clone())
    }

    /// Removes the file.
    pub(crate) fn delete(&self) -> Result<()> {
        let (objects, path) = (self.store.objects.clone(), self.path.clone());
        let answer = wait(async move { objects.delete(&path).await })?;
        answer.map_err(|error| refused(&self.clone().into(), error))
    }
}

impl From<RemoteFile> for super::Location {
    fn from(file: RemoteFile) -> super::Location {
        super::Location::Remote(file)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "store \"{}\"", self.base)
    }
}

impl fmt::Display for RemoteFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.store.base, self.path)
    }
}

fn look(meta: &ObjectMeta) -> Look {
    let stamp = match &meta.e_tag {
        Some(tag) => Stamp::Tag(tag.clone()),
        None => Stamp::Time(SystemTime::from(meta.last_modified)),
    };
    Look { length: meta.size, stamp }
}

/// The next item of a stream.
async fn next<S: futures_core::Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|ctx| std::pin::Pin::new(&mut *stream).poll_next(ctx)).await
}
