//! The files of the server, for pages that may run code.

use crate::access::User;
use crate::services::Shared;
use crate::stored::{Refusal, Replace, Stored};
use crate::web::messages::ask::{Load, Move, Save};
use crate::web::messages::tell::{Fault, FileItem, Tell};

/// What a directory holds. One that is not there yet is empty: it is made with its first file.
pub(super) fn list(shared: &Shared, user: &User, id: u64, path: &str) -> Result<Tell, Fault> {
    let items = match stored(shared, user)?.list(path) {
        Err(Refusal::Missing(_)) => Vec::new(),
        other => other?,
    };
    let told = items.into_iter().map(|item| FileItem {
        path: item.path,
        dir: item.is_directory,
        size: item.size,
        tag: item.tag,
    });
    Ok(Tell::Files { id, items: told.collect() })
}

/// The text of a file.
pub(super) fn load(shared: &Shared, user: &User, asked: &Load) -> Result<Tell, Fault> {
    let (content, tag) = stored(shared, user)?.load(&asked.path)?;
    let text = String::from_utf8(content).map_err(|_| Fault::invalid("the file is no text in UTF-8"))?;
    Ok(Tell::Loaded { id: asked.id, text, tag })
}

/// Writes a file.
pub(super) fn save(shared: &Shared, user: &User, asked: &Save) -> Result<Tell, Fault> {
    let replace = asked.tag.clone().map_or(Replace::New, Replace::Tag);
    let tag = stored(shared, user)?.save(&asked.path, asked.text.as_bytes(), &replace)?;
    Ok(Tell::Done { id: asked.id, tag: Some(tag) })
}

/// Moves a file or a directory.
pub(super) fn rename(shared: &Shared, user: &User, asked: &Move) -> Result<Tell, Fault> {
    stored(shared, user)?.rename(&asked.from, &asked.to, &Replace::New)?;
    Ok(Tell::Done { id: asked.id, tag: None })
}

/// Deletes a file, or an empty directory.
pub(super) fn discard(shared: &Shared, user: &User, asked: &Load) -> Result<Tell, Fault> {
    stored(shared, user)?.delete(&asked.path)?;
    Ok(Tell::Done { id: asked.id, tag: None })
}

fn stored<'a>(shared: &'a Shared, user: &User) -> Result<&'a Stored, Fault> {
    if !user.console {
        return Err(Fault::new("forbidden", "files are for those who may run code"));
    }
    shared.stored.as_ref().ok_or_else(|| Fault {
        hint: Some("start the server with --files DIR".to_owned()),
        ..Fault::invalid("this server keeps no files")
    })
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        match refusal {
            Refusal::Invalid(message) => Fault::invalid(message),
            Refusal::Missing(message) => Fault::new("missing", message),
            Refusal::Conflict(message) => Fault::new("conflict", message),
            Refusal::Limit(message) => Fault::limit(message),
            Refusal::Failed(message) => Fault::new("internal", message),
        }
    }
}
