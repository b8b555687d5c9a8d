//! The place of a file or directory.

use std::cmp::Ordering;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kinetable_engine::{Error, Result};

use super::{RemoteFile, Store, StoreOptions};

/// A file or directory: in the file system, or in an object store. Cheap to clone as far as paths are.
#[derive(Clone)]
pub(crate) enum Location {
    Local(PathBuf),
    Remote(RemoteFile),
}

impl Location {
    /// The location that a path or URL names. No request is made.
    ///
    /// # Errors
    /// If it is a URL that cannot be understood.
    pub(crate) fn parse(path: &Path, options: &StoreOptions) -> Result<Location> {
        let Some(url) = path.to_str().filter(|text| is_url(text)) else {
            return Ok(Location::Local(path.to_path_buf()));
        };
        match url.strip_prefix("file://") {
            Some(local) => local_path(url, local).map(Location::Local),
            None => Ok(Location::Remote(Store::connect(url, options)?)),
        }
    }

    /// What lies below a directory under a relative name, whose levels are parted by slashes.
    pub(crate) fn join(&self, relative: &str) -> Location {
        match self {
            Location::Local(path) => Location::Local(path.join(relative)),
            Location::Remote(file) => Location::Remote(file.join(relative)),
        }
    }

    /// The last part of the name.
    pub(crate) fn name(&self) -> String {
        match self {
            Location::Local(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            Location::Remote(file) => file.path.filename().unwrap_or_default().to_owned(),
        }
    }

    /// The directory that it lies in.
    pub(crate) fn parent(&self) -> Location {
        match self {
            Location::Local(path) => Location::Local(path.parent().unwrap_or(Path::new("")).to_path_buf()),
            Location::Remote(file) => Location::Remote(file.parent()),
        }
    }

    /// The store, if it is in one.
    pub(crate) fn store(&self) -> Option<&Arc<Store>> {
        match self {
            Location::Local(_) => None,
            Location::Remote(file) => Some(&file.store),
        }
    }
}

impl PartialEq for Location {
    fn eq(&self, other: &Location) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Location {}

impl PartialOrd for Location {
    fn partial_cmp(&self, other: &Location) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Location {
    /// By name.
    fn cmp(&self, other: &Location) -> Ordering {
        match (self, other) {
            (Location::Local(one), Location::Local(other)) => one.cmp(other),
            (Location::Remote(one), Location::Remote(other)) => one.path.cmp(&other.path),
            (Location::Local(_), Location::Remote(_)) => Ordering::Less,
            (Location::Remote(_), Location::Local(_)) => Ordering::Greater,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Local(path) => path.display().fmt(f),
            Location::Remote(file) => file.fmt(f),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// The path of a `file://` URL.
fn local_path(url: &str, local: &str) -> Result<PathBuf> {
    let local = local.strip_prefix("localhost").unwrap_or(local);
    if !local.starts_with('/') {
        return Err(Error::invalid(format!("\"{url}\" names another host"))
            .with_hint("files of this machine are file:///path"));
    }
    Ok(PathBuf::from(crate::layout::decoded(local)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Location> {
        Location::parse(Path::new(text), &StoreOptions::default())
    }

    #[test]
    fn urls_are_told_from_paths() {
        let shown = |text| parse(text).unwrap().to_string();
        assert_eq!(shown("/data/x.parquet"), "/data/x.parquet");
        assert_eq!(shown("file:///data/a%20b.parquet"), "/data/a b.parquet");
        assert_eq!(shown("a b://c"), "a b://c");
        assert_eq!(shown("s3://bucket/Path=a%2Fb/x.parquet"), "s3://bucket/Path=a%2Fb/x.parquet");
        assert_eq!(shown("https://example.org/a%20b.parquet"), "https://example.org/a b.parquet");
        assert_eq!(parse("s3://bucket/a/b").unwrap().parent().to_string(), "s3://bucket/a");
        assert_eq!(parse("s3://bucket/a").unwrap().join("b/c").to_string(), "s3://bucket/a/b/c");
    }

    #[test]
    fn what_is_wrong_with_a_url_is_said() {
        let message = |text| parse(text).unwrap_err().to_string();
        assert!(message("ftp://host/x").contains("\"ftp\""));
        assert!(message("s3:///x").contains("no bucket"));
        assert!(message("file://other/x").contains("another host"));
        assert!(message("http://host/x?y=1").contains("query"));
    }
}
