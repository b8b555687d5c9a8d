//! Tags of files that were read, so that who lists a directory does not read all of it each time.
//!
//! **State**: a tag a file, at most [`KEPT_MAX`].
//!
//! **Invariant**: a tag is kept only with what changes whenever the content does. The clock of a file system may stand still for some
//! milliseconds, so of a file that has changed just now none is kept.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;

/// Tags that are kept, at most.
const KEPT_MAX: usize = 20_000;
/// How long ago a file must have changed.
const SETTLED: Duration = Duration::from_secs(2);

/// What a file is known by without being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    node: u64,
    changed: Option<SystemTime>,
}

impl Stamp {
    /// Of a file that looks like this.
    pub(super) fn of(found: &Metadata) -> Stamp {
        let (node, changed) = node_and_change(found);
        Stamp { size: found.len(), node, changed }
    }

    fn is_settled(&self, now: SystemTime) -> bool {
        let age = self.changed.and_then(|changed| now.duration_since(changed).ok());
        age.is_some_and(|age| age >= SETTLED)
    }
}

/// Which file it is, and when anything of it changed: users set the time of modification as they like, but not this one.
#[cfg(unix)]
fn node_and_change(found: &Metadata) -> (u64, Option<SystemTime>) {
    use std::os::unix::fs::MetadataExt;

    let since = u64::try_from(found.ctime()).ok().zip(u32::try_from(found.ctime_nsec()).ok());
    let changed = since.and_then(|(seconds, nanos)| {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds) + Duration::from_nanos(nanos.into()))
    });
    (found.ino(), changed)
}

#[cfg(not(unix))]
fn node_and_change(found: &Metadata) -> (u64, Option<SystemTime>) {
    (0, found.modified().ok())
}

/// The tags that are known.
#[derive(Debug, Default)]
pub(super) struct Tags(Mutex<HashMap<PathBuf, (Stamp, String)>>);

impl Tags {
    /// The tag of a file that still is what it was.
    pub(super) fn known(&self, place: &Path, stamp: &Stamp) -> Option<String> {
        let kept = self.0.lock();
        let (known, tag) = kept.get(place)?;
        (known == stamp).then(|| tag.clone())
    }

    /// Keeps a tag of content that was read after the file looked like this.
    pub(super) fn keep(&self, place: &Path, stamp: Stamp, tag: &str, now: SystemTime) {
        if !stamp.is_settled(now) {
            return;
        }
        let mut kept = self.0.lock();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(place.to_owned(), (stamp, tag.to_owned()));
    }
}
