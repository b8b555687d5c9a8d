//! Files that are being written, beside their places: `.PID-NUMBER.part`.
//!
//! Who writes one holds its lock, so that one without is what a crash left, also where two servers share a directory. Where a file
//! system has no locks, nothing is taken away.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a file beside its place, then puts it there.
pub(super) fn write(place: &Path, content: &[u8]) -> io::Result<()> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let beside = place.with_file_name(format!(".{}-{number}.part", std::process::id()));
    let written = File::create(&beside).and_then(|mut file| {
        // There may be no locks.
        drop(file.try_lock());
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, place)
    });
    if written.is_err() {
        // Nobody is left to tell.
        drop(fs::remove_file(&beside));
    }
    written
}

/// Whether this is the name of one.
pub(super) fn is_one(name: &str) -> bool {
    let middle = name.strip_prefix('.').and_then(|name| name.strip_suffix(".part"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    middle
        .and_then(|middle| middle.split_once('-'))
        .is_some_and(|(id, number)| is_number(id) && is_number(number))
}

/// Takes one away that nobody writes any more.
pub(super) fn take_away(part: &Path) {
    let is_left = File::options().write(true).open(part).is_ok_and(|file| file.try_lock().is_ok());
    if is_left {
        // Somebody else may have been first.
        drop(fs::remove_file(part));
    }
}

/// Takes all away that a directory holds and nobody writes any more.
pub(super) fn take_all_away(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_str().is_some_and(is_one) {
            take_away(&entry.path());
        }
    }
}
