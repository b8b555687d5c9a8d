//! The files of a directory in an object store: one request lists all of them.

use kinetable_engine::{Error, Result};

use super::listing::{
    DEPTH_MAX, Layout, ListedFile, Listing, enter, is_hidden, single, split_key, uneven, wrong,
};
use crate::error::quoted;
use crate::store::{Location, RemoteFile};

/// Lists what a URL names.
pub(super) fn remote(root: &RemoteFile, layout: Layout) -> Result<Listing> {
    let location = Location::Remote(root.clone());
    let may_be_file = matches!(layout, Layout::Inferred | Layout::SingleFile);
    if may_be_file && !root.path.as_ref().is_empty() {
        if let Some(look) = root.look()? {
            return Ok(single(&location, Some(look)));
        }
        if layout == Layout::SingleFile || !root.store.lists() {
            return Err(Error::source(format!("there is no file {}", quoted(&location)))
                .with_hint("check the URL; web servers are read one file at a time"));
        }
    }
    if !root.store.lists() {
        return Err(Error::invalid(format!(
            "{} is on a web server, which does not say what it holds",
            quoted(&location)
        ))
        .with_hint("give the URL of one file, or of a file _metadata"));
    }
    let mut listing = Listing::default();
    let mut found = root.list()?;
    found.sort_unstable_by(|(one, _), (other, _)| one.path.cmp(&other.path));
    for (file, look) in found {
        let Some(name) = file.below(root) else { continue };
        let parts: Vec<&str> = name.split('/').collect();
        let (name, directories) = parts.split_last().expect("a split has a last part");
        if !name.ends_with(".parquet") || parts.iter().any(|part| is_hidden(part)) {
            continue;
        }
        if layout == Layout::Flat && !directories.is_empty() {
            continue;
        }
        let location = Location::Remote(file.clone());
        let values = values(directories, &location, &mut listing)?;
        listing.files.push(ListedFile { location, values, look: Some(look) });
    }
    match listing.files.is_empty() {
        true if root.look()?.is_some() => Err(wrong(&location, "a file", "a directory")),
        _ => Ok(listing),
    }
}

/// The values of the directories of a file, whose keys must be those of the others.
pub(super) fn values(
    directories: &[&str],
    location: &Location,
    listing: &mut Listing,
) -> Result<Vec<Option<String>>> {
    let mut values = Vec::with_capacity(directories.len());
    for (level, directory) in directories.iter().enumerate() {
        let Some((key, value)) = split_key(directory) else {
            return Err(uneven(location, &format!("lies in \"{directory}\", which is not key=value")));
        };
        if level >= DEPTH_MAX {
            return Err(uneven(location, "lies too deep"));
        }
        enter(&key, level, location, listing)?;
        values.push(value);
    }
    if values.len() < listing.keys.len() {
        return Err(uneven(location, "lies in fewer key=value directories than others"));
    }
    Ok(values)
}
