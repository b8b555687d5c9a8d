//! Files as memory.
#![expect(unsafe_code, reason = "a memory map is memory that others can write")]

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// Maps a file.
///
/// Who asks for it promises that nobody writes to the file while a table of it lives: what Arrow validated would no longer hold, and reading past
/// a new end would end the process.
pub(super) fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the map is read-only and lives as long as the buffer made of it. That the file is not changed beneath it is what
    // `Access::Mapped` demands of the caller, who asked for it.
    let map = unsafe { Mmap::map(file) }?;
    debug_assert_eq!(map.len() as u64, file.metadata()?.len(), "the whole file is mapped");
    Ok(map)
}
