//! The files of a path: one file, a flat directory, or a tree of `key=value` directories.
//!
//! Only directories are read. Names that begin with `.` or `_` are passed over, as writers of Parquet use them for
//! their own ends; so is, in a flat directory, what does not end in `.parquet`.

use std::fs;
use std::path::Path;

use kinetable_engine::{Error, Result};

use super::remote::remote;
use crate::error::{quoted, unreadable};
use crate::file::{Look, local_look};
use crate::store::Location;

/// Levels of `key=value` directories that are followed.
pub(super) const DEPTH_MAX: usize = 32;

/// How files lie below a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// As the path shows.
    #[default]
    Inferred,
    /// The path is one file.
    SingleFile,
    /// The path is a directory of files.
    Flat,
    /// The path is a directory of `key=value` directories, to any depth, with files in the last ones.
    KeyValue,
    /// The path is a directory with a file `_metadata` that says what files there are and what is in them.
    Metadata,
}

/// The files found, and the keys of the directories they lie in.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Keys of the levels, outermost first.
    pub keys: Vec<String>,
    pub files: Vec<ListedFile>,
}

/// A file with the values of its directories, one a key; `None` is null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedFile {
    pub location: Location,
    pub values: Vec<Option<String>>,
    /// What it looks like, if that was seen.
    pub look: Option<Look>,
}

/// What lies in one directory, sorted by name.
#[derive(Default)]
struct Entries {
    files: Vec<Location>,
    partitions: Vec<(String, Option<String>, Location)>,
    other: Vec<Location>,
}

/// Lists a path. There may be no file.
pub(crate) fn list(root: &Location, layout: Layout) -> Result<Listing> {
    let path = match root {
        Location::Local(path) => path,
        Location::Remote(file) => return remote(file, layout),
    };
    let kind = fs::metadata(path).map_err(|error| unreadable(root, &error))?;
    Ok(match (layout, kind.is_dir()) {
        (Layout::SingleFile | Layout::Inferred, false) => single(root, None),
        (Layout::SingleFile, true) => return Err(wrong(root, "a directory", "one file")),
        (_, false) => return Err(wrong(root, "a file", "a directory")),
        (Layout::Flat, true) => flat(entries(root)?),
        (Layout::KeyValue, true) => tree(root)?,
        (Layout::Inferred | Layout::Metadata, true) => inferred(root)?,
    })
}

/// There is nothing to read.
pub(crate) fn no_file(root: &Location) -> Error {
    Error::invalid(format!("no .parquet file in {}", quoted(root)))
        .with_hint("give a file, a directory of files, or a tree of key=value directories")
}

pub(super) fn wrong(root: &Location, is: &str, should: &str) -> Error {
    Error::invalid(format!("{} is {is}, but the layout given is of {should}", quoted(root)))
        .with_hint("leave the layout to be inferred")
}

pub(super) fn single(root: &Location, look: Option<Look>) -> Listing {
    let file = ListedFile { location: root.clone(), values: Vec::new(), look };
    Listing { keys: Vec::new(), files: vec![file] }
}

fn flat(entries: Entries) -> Listing {
    let plain = |location| ListedFile { location, values: Vec::new(), look: None };
    Listing { keys: Vec::new(), files: entries.files.into_iter().map(plain).collect() }
}

fn inferred(root: &Location) -> Result<Listing> {
    let entries = entries(root)?;
    if entries.partitions.is_empty() {
        if let (true, Some(other)) = (entries.files.is_empty(), entries.other.first()) {
            return Err(Error::invalid(format!("no .parquet file in {}", quoted(root)))
                .with_hint(format!("{} is not a key=value directory", quoted(other))));
        }
        return Ok(flat(entries));
    }
    tree(root)
}

fn tree(root: &Location) -> Result<Listing> {
    let mut listing = Listing::default();
    descend(root, &mut Vec::new(), &mut listing)?;
    Ok(listing)
}

fn descend(path: &Location, values: &mut Vec<Option<String>>, listing: &mut Listing) -> Result<()> {
    let entries = entries(path)?;
    if let (false, Some(file)) = (entries.partitions.is_empty(), entries.files.first()) {
        return Err(uneven(file, "lies beside key=value directories"));
    }
    if let (true, Some(other)) = (entries.files.is_empty(), entries.other.first()) {
        return Err(uneven(other, "is not a key=value directory"));
    }
    if values.len() < listing.keys.len() && !entries.files.is_empty() {
        return Err(uneven(&entries.files[0], "lies in fewer key=value directories than others"));
    }
    for location in entries.files {
        let values = values.clone();
        listing.files.push(ListedFile { location, values, look: None });
    }
    for (key, value, path) in entries.partitions {
        enter(&key, values.len(), &path, listing)?;
        values.push(value);
        descend(&path, values, listing)?;
        values.pop();
    }
    Ok(())
}

/// Checks the key of a directory against that of its level.
pub(super) fn enter(key: &str, level: usize, path: &Location, listing: &mut Listing) -> Result<()> {
    if level == DEPTH_MAX {
        return Err(uneven(path, "lies too deep"));
    }
    match listing.keys.get(level) {
        Some(known) if known == key => Ok(()),
        Some(known) => Err(uneven(path, &format!("has another key than \"{known}\" beside it"))),
        None if !listing.files.is_empty() => {
            Err(uneven(path, "lies in more key=value directories than files found before"))
        }
        None if listing.keys.iter().any(|known| known == key) => {
            Err(uneven(path, "repeats the key of a directory above it"))
        }
        None => {
            listing.keys.push(key.to_owned());
            Ok(())
        }
    }
}

pub(super) fn uneven(path: &Location, what: &str) -> Error {
    Error::invalid(format!("{} {what}", quoted(path)))
        .with_hint("all files of a partitioned directory lie below the same keys, in the same order")
}

fn entries(directory: &Location) -> Result<Entries> {
    let Location::Local(path) = directory else {
        unreachable!("directories of stores are listed otherwise");
    };
    let failed = |error| unreadable(directory, &error);
    let mut found = Entries::default();
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let partition = split_key(&name);
        if is_hidden(&name) {
            continue;
        }
        let location = Location::Local(entry.path());
        let is_directory = is_directory(&entry).map_err(|error| unreadable(&location, &error))?;
        match partition {
            _ if !is_directory && name.ends_with(".parquet") => found.files.push(location),
            _ if !is_directory => {}
            Some((key, value)) => found.partitions.push((key, value, location)),
            None => found.other.push(location),
        }
    }
    found.files.sort_unstable();
    found.other.sort_unstable();
    found.partitions.sort_unstable_by(|a, b| a.2.cmp(&b.2));
    Ok(found)
}

/// Whether a name is one that writers of Parquet use for their own ends.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || (name.starts_with('_') && split_key(name).is_none())
}

/// Whether an entry is a directory, or a link to one.
fn is_directory(entry: &fs::DirEntry) -> std::io::Result<bool> {
    let kind = entry.file_type()?;
    if kind.is_symlink() {
        return Ok(fs::metadata(entry.path())?.is_dir());
    }
    Ok(kind.is_dir())
}

/// What a file of the file system looks like; `None` if it is gone.
pub(crate) fn seen(path: &Path) -> Option<Look> {
    fs::metadata(path).ok().map(|metadata| local_look(&metadata))
}

/// The name that Hive and those after it give to null.
pub(crate) const NULL_NAME: &str = "__HIVE_DEFAULT_PARTITION__";

/// Splits the name of a directory at its first `=`. Nothing, and the name for null, stand for null.
pub(super) fn split_key(name: &str) -> Option<(String, Option<String>)> {
    let (key, value) = name.split_once('=')?;
    let value = (!value.is_empty() && value != NULL_NAME).then(|| decoded(value));
    (!key.is_empty()).then(|| (decoded(key), value))
}

/// A text with `%XX` replaced by the bytes they stand for; left as it is where that gives no text.
pub(crate) fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let pair = (*first == b'%').then(|| after.get(..2)).flatten();
        let pair = pair.filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        let code = pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_directories_are_decoded() {
        let value = |name| split_key(name).unwrap().1;
        assert_eq!(value("Date=2026-07-01").as_deref(), Some("2026-07-01"));
        assert_eq!(value("Path=a%2Fb%3Dc").as_deref(), Some("a/b=c"));
        assert_eq!(value("Text=50%").as_deref(), Some("50%"));
        assert_eq!(value("Text=%zz%+1").as_deref(), Some("%zz%+1"));
        assert_eq!(value("Text=%ff").as_deref(), Some("%ff"));
        assert_eq!(value("City=Z%C3%BCrich").as_deref(), Some("Zürich"));
        assert_eq!(value("Date="), None);
        assert_eq!(value("Date=__HIVE_DEFAULT_PARTITION__"), None);
        assert_eq!(split_key("Date"), None);
        assert_eq!(split_key("=x"), None);
    }
}
