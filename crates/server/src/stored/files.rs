//! The directory, and what is done in it.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use md5::{Digest, Md5};
use parking_lot::Mutex;

use super::parts;
use super::tags::{Stamp, Tags};

/// Bytes of a file, at most.
pub const FILE_BYTES_MAX: u64 = 16 << 20;
/// Bytes that are read for the tags of a directory that is listed, at most.
const TAGGED_BYTES_MAX: u64 = 4 * FILE_BYTES_MAX;
/// Items of a directory that are listed, at most.
const ITEMS_MAX: usize = 10_000;
/// Bytes of a path, and its parts, at most.
const PATH_BYTES_MAX: usize = 1024;
const PARTS_MAX: usize = 32;

/// Why something cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The path is none.
    Invalid(String),
    /// There is nothing, or no directory.
    Missing(&'static str),
    /// There is something else than was thought.
    Conflict(&'static str),
    /// It is too large.
    Limit(String),
    /// The system says no.
    Failed(String),
}

/// What a directory holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The path.
    pub path: String,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// Bytes of a file.
    pub size: u64,
    /// Another text for another content; none of a directory, of what is too large, and of what comes after too much to be read at once.
    pub tag: Option<String>,
}

/// What a file may replace: a file or nothing, never what is neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replace {
    /// Whatever file is there.
    Any,
    /// Nothing: it is new.
    New,
    /// A file with this tag.
    Tag(String),
}

/// A directory of files.
#[derive(Debug)]
pub struct Stored {
    pub(super) root: PathBuf,
    pub(super) tags: Tags,
    /// One change at a time, so that what was looked at is what is replaced.
    changing: Mutex<()>,
}

impl Stored {
    /// The files of a directory; it is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made, or is no directory.
    pub fn open(root: &Path) -> std::io::Result<Stored> {
        fs::create_dir_all(root)?;
        Ok(Stored { root: root.canonicalize()?, tags: Tags::default(), changing: Mutex::default() })
    }

    /// What a directory holds, by name; hidden files are not told. What a crash left there is taken away.
    ///
    /// # Errors
    /// If there is no such directory.
    pub fn list(&self, path: &str) -> Result<Vec<Item>, Refusal> {
        let (folder, parts) = self.place(path)?;
        let entries = fs::read_dir(&folder).map_err(|_| Refusal::Missing("Directory does not exist"))?;
        let mut items = Vec::new();
        let mut unread = TAGGED_BYTES_MAX;
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let (Ok(name), Ok(kind)) = (entry.file_name().into_string(), entry.file_type()) else { continue };
            if kind.is_file() && parts::is_one(&name) {
                // What is being written is not taken away under the hands of who writes.
                let _alone = self.changing.lock();
                parts::take_away(&entry.path());
            }
            if name.starts_with('.') || !(kind.is_dir() || kind.is_file()) {
                continue;
            }
            if items.len() >= ITEMS_MAX {
                return Err(Refusal::Limit(format!("the directory holds more than {ITEMS_MAX} items")));
            }
            let path = spelled(parts.iter().copied().chain([name.as_str()]));
            // What has gone meanwhile is not there.
            let Ok(item) = self.item(path, &entry.path(), &mut unread) else { continue };
            items.push(item);
        }
        items.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(items)
    }

    /// The content of a file, and its tag.
    ///
    /// # Errors
    /// If there is no such file, or it is too large.
    pub fn load(&self, path: &str) -> Result<(Vec<u8>, String), Refusal> {
        let content = read(&self.place(path)?.0)?;
        let tag = tag(&content);
        Ok((content, tag))
    }

    /// Writes a file, and says its tag. Directories above it are made.
    ///
    /// # Errors
    /// If something else is there than what it may replace, or it is too large.
    pub fn save(&self, path: &str, content: &[u8], replace: &Replace) -> Result<String, Refusal> {
        if content.len() as u64 > FILE_BYTES_MAX {
            return Err(Refusal::Limit(format!("a file has at most {FILE_BYTES_MAX} bytes")));
        }
        let place = self.inside(path)?;
        let _alone = self.changing.lock();
        may_replace(&place, replace)?;
        self.make_above(&place)?;
        parts::write(&place, content).map_err(failed)?;
        Ok(tag(content))
    }

    /// Moves a file or a directory.
    ///
    /// # Errors
    /// If it is not there, or something is where it is to be and may not be replaced.
    pub fn rename(&self, from: &str, to: &str, replace: &Replace) -> Result<(), Refusal> {
        let (from, to) = (self.inside(from)?, self.inside(to)?);
        let _alone = self.changing.lock();
        if !from.exists() {
            return Err(Refusal::Missing("File does not exist"));
        }
        if to.starts_with(&from) && to != from {
            return Err(Refusal::Invalid("a directory cannot be moved into itself".to_owned()));
        }
        if fs::symlink_metadata(&to).is_ok_and(|there| !there.is_file() || *replace != Replace::Any) {
            return Err(Refusal::Conflict("File already exists"));
        }
        self.make_above(&to)?;
        fs::rename(&from, &to).map_err(failed)
    }

    /// Makes a directory, and those above it.
    ///
    /// # Errors
    /// If something is there.
    pub fn make(&self, path: &str) -> Result<(), Refusal> {
        let place = self.inside(path)?;
        let _alone = self.changing.lock();
        if place.exists() {
            return Err(Refusal::Conflict("Something already exists with this name"));
        }
        fs::create_dir_all(place).map_err(failed)
    }

    /// Deletes a file, or a directory that is empty.
    ///
    /// # Errors
    /// If it is not there, or holds something.
    pub fn delete(&self, path: &str) -> Result<(), Refusal> {
        let place = self.inside(path)?;
        let _alone = self.changing.lock();
        let kind = fs::symlink_metadata(&place)
            .map_err(|_| Refusal::Missing("Cannot delete, file does not exists"))?;
        if kind.is_dir() {
            // Nobody sees them, so nobody could delete them first.
            parts::take_all_away(&place);
            return fs::remove_dir(&place).map_err(|_| Refusal::Conflict("the directory is not empty"));
        }
        fs::remove_file(&place).map_err(failed)
    }

    /// The path as it is told.
    ///
    /// # Errors
    /// If it is none.
    pub fn canonical(&self, path: &str) -> Result<String, Refusal> {
        Ok(spelled(self.place(path)?.1.into_iter()))
    }

    /// A place below the directory, not itself.
    fn inside(&self, path: &str) -> Result<PathBuf, Refusal> {
        let (place, parts) = self.place(path)?;
        match parts.is_empty() {
            true => Err(Refusal::Invalid("the path names no file".to_owned())),
            false => Ok(place),
        }
    }

    /// Where a path is, and its parts.
    fn place<'a>(&self, path: &'a str) -> Result<(PathBuf, Vec<&'a str>), Refusal> {
        let invalid = |why: &str| {
            let shown: String = path.chars().take(100).collect();
            Err(Refusal::Invalid(format!("\"{}\" is no path: {why}", shown.escape_debug())))
        };
        if path.len() > PATH_BYTES_MAX {
            return invalid("it is too long");
        }
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if parts.len() > PARTS_MAX {
            return invalid("it is too deep");
        }
        let mut place = self.root.clone();
        for part in &parts {
            if part.starts_with('.') || part.contains(['\\', '\0', ':']) {
                return invalid("a part of it begins with a dot, or holds \\ or :");
            }
            place.push(part);
            let is_link = fs::symlink_metadata(&place).is_ok_and(|found| found.file_type().is_symlink());
            if is_link {
                return invalid("links are not followed");
            }
        }
        Ok((place, parts))
    }

    fn item(&self, path: String, place: &Path, unread: &mut u64) -> Result<Item, Refusal> {
        let found = fs::symlink_metadata(place).map_err(failed)?;
        let is_directory = found.is_dir();
        let tag = if is_directory { None } else { self.tag_of(place, &found, unread) };
        Ok(Item { path, is_directory, size: if is_directory { 0 } else { found.len() }, tag })
    }

    fn tag_of(&self, place: &Path, found: &Metadata, unread: &mut u64) -> Option<String> {
        if found.len() > FILE_BYTES_MAX {
            return None;
        }
        let stamp = Stamp::of(found);
        if let Some(tag) = self.tags.known(place, &stamp) {
            return Some(tag);
        }
        *unread = unread.checked_sub(found.len())?;
        let tag = tag(&read(place).ok()?);
        self.tags.keep(place, stamp, &tag, SystemTime::now());
        Some(tag)
    }

    fn make_above(&self, place: &Path) -> Result<(), Refusal> {
        fs::create_dir_all(place.parent().unwrap_or(&self.root)).map_err(failed)
    }
}

fn spelled<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let path: String = parts.map(|part| format!("/{part}")).collect();
    if path.is_empty() { "/".to_owned() } else { path }
}

fn read(place: &Path) -> Result<Vec<u8>, Refusal> {
    let missing = || Refusal::Missing("File does not exist");
    let kind = fs::symlink_metadata(place).map_err(|_| missing())?;
    if !kind.is_file() {
        return Err(missing());
    }
    let mut content = Vec::new();
    let file = File::open(place).map_err(failed)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut content).map_err(failed)?;
    match content.len() as u64 > FILE_BYTES_MAX {
        true => Err(Refusal::Limit(format!("a file has at most {FILE_BYTES_MAX} bytes"))),
        false => Ok(content),
    }
}

/// Whether what is at a place may be replaced. What cannot be looked at is not.
fn may_replace(place: &Path, replace: &Replace) -> Result<(), Refusal> {
    let there = match fs::symlink_metadata(place) {
        Ok(there) => there,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return match replace {
                Replace::Tag(_) => Err(Refusal::Conflict("File does not exist")),
                Replace::Any | Replace::New => Ok(()),
            };
        }
        Err(error) => return Err(failed(error)),
    };
    if there.is_dir() {
        return Err(Refusal::Conflict("there is a directory"));
    }
    if !there.is_file() {
        return Err(Refusal::Conflict("there is something that is no file"));
    }
    match replace {
        Replace::Any => Ok(()),
        Replace::New => Err(Refusal::Conflict("File already exists")),
        Replace::Tag(known) => match read(place) {
            Ok(content) if tag(&content) == *known => Ok(()),
            // What is too large to be read was never told with a tag.
            Ok(_) | Err(Refusal::Limit(_)) => Err(Refusal::Conflict("the file was changed by somebody else")),
            Err(Refusal::Missing(_)) => Err(Refusal::Conflict("File does not exist")),
            Err(refusal) => Err(refusal),
        },
    }
}

fn tag(content: &[u8]) -> String {
    Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn failed(error: std::io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::NotFound => Refusal::Missing("File does not exist"),
        ErrorKind::StorageFull => Refusal::Limit("there is no room left".to_owned()),
        // Paths of the system are not for clients.
        kind => Refusal::Failed(format!("the server cannot do this with its files: {kind}")),
    }
}
