//! Files in a directory of a test.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::tags::Stamp;
use super::{FILE_BYTES_MAX, Item, Refusal, Replace, Stored};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> (Folder, Stored) {
        let path = std::env::temp_dir().join(format!("kinetable-stored-{name}-{}", std::process::id()));
        let stored = Stored::open(&path).unwrap();
        (Folder(path), stored)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files_are_kept_moved_and_deleted() {
    let (_folder, stored) = Folder::new("kept");
    let tag = stored.save("/notebooks/a.py", b"x = 1", &Replace::New).unwrap();
    assert_eq!(tag, "d37ffc54b67ce8de1f01efb1f2e33689");
    assert_eq!(stored.load("/notebooks/a.py").unwrap(), (b"x = 1".to_vec(), tag.clone()));
    let item = Item { path: "/notebooks/a.py".into(), is_directory: false, size: 5, tag: Some(tag.clone()) };
    assert_eq!(stored.list("notebooks/").unwrap(), [item]);
    let folder = Item { path: "/notebooks".into(), is_directory: true, size: 0, tag: None };
    assert_eq!(stored.list("").unwrap(), [folder]);
    let again = stored.save("/notebooks/a.py", b"y", &Replace::New);
    assert_eq!(again, Err(Refusal::Conflict("File already exists")));
    let newer = stored.save("/notebooks/a.py", b"y", &Replace::Tag(tag.clone())).unwrap();
    let stale = stored.save("/notebooks/a.py", b"z", &Replace::Tag(tag));
    assert!(matches!(stale, Err(Refusal::Conflict(_))), "{stale:?}");
    stored.rename("/notebooks/a.py", "/b/c.py", &Replace::New).unwrap();
    assert_eq!(stored.load("/b/c.py").unwrap().1, newer);
    assert!(matches!(stored.delete("/b"), Err(Refusal::Conflict(_))));
    stored.delete("/b/c.py").unwrap();
    stored.delete("/b").unwrap();
    assert_eq!(stored.delete("/b"), Err(Refusal::Missing("Cannot delete, file does not exists")));
    assert_eq!(stored.load("/b/c.py"), Err(Refusal::Missing("File does not exist")));
}

#[test]
fn nothing_outside_is_reached() {
    let (folder, stored) = Folder::new("outside");
    for path in ["/../x", "/a/../../x", "..", "/.hidden", "/a\0b", "/a\\b", "/c:/x", &"a/".repeat(40)] {
        for result in [stored.load(path).map(drop), stored.list(path).map(drop), stored.delete(path)] {
            assert!(matches!(result, Err(Refusal::Invalid(_))), "{path}: {result:?}");
        }
        assert!(matches!(stored.save(path, b"", &Replace::Any), Err(Refusal::Invalid(_))), "{path}");
        assert!(matches!(stored.rename("/a", path, &Replace::Any), Err(Refusal::Invalid(_))), "{path}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc", folder.0.join("etc")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.0.join("passwd")).unwrap();
        for path in ["/etc/passwd", "/passwd", "/etc/new"] {
            assert!(matches!(stored.load(path), Err(Refusal::Invalid(_))), "{path}");
            assert!(matches!(stored.save(path, b"", &Replace::Any), Err(Refusal::Invalid(_))), "{path}");
        }
        assert_eq!(stored.list("/").unwrap(), []);
    }
}

#[test]
fn what_was_not_meant_is_not_replaced() {
    let (folder, stored) = Folder::new("meant");
    let large = folder.0.join("large.bin");
    File::create(&large).unwrap().set_len(FILE_BYTES_MAX + 1).unwrap();
    for replace in [Replace::Tag("another".to_owned()), Replace::New] {
        let saved = stored.save("/large.bin", b"", &replace);
        assert!(matches!(saved, Err(Refusal::Conflict(_))), "{replace:?}: {saved:?}");
    }
    assert_eq!(fs::metadata(&large).unwrap().len(), FILE_BYTES_MAX + 1);
    stored.save("/large.bin", b"small", &Replace::Any).unwrap();
    assert_eq!(stored.load("/large.bin").unwrap().0, b"small");
    #[cfg(unix)]
    {
        let socket = folder.0.join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for replace in [Replace::Tag("none".to_owned()), Replace::New, Replace::Any] {
            let saved = stored.save("/socket", b"", &replace);
            assert!(matches!(saved, Err(Refusal::Conflict(_))), "{replace:?}: {saved:?}");
        }
        let moved = stored.rename("/large.bin", "/socket", &Replace::Any);
        assert!(matches!(moved, Err(Refusal::Conflict(_))), "{moved:?}");
        assert!(!fs::symlink_metadata(&socket).unwrap().is_file());
    }
}

#[test]
fn a_directory_does_not_go_into_itself() {
    let (_folder, stored) = Folder::new("itself");
    stored.make("/a/b").unwrap();
    assert!(matches!(stored.rename("/a", "/a/b/c", &Replace::Any), Err(Refusal::Invalid(_))));
    assert!(matches!(stored.rename("/a/b", "/a", &Replace::Any), Err(Refusal::Conflict(_))));
    assert_eq!(stored.make("/a/b"), Err(Refusal::Conflict("Something already exists with this name")));
}

#[test]
fn what_was_listed_is_not_read_again_as_long_as_it_is_as_it_was() {
    let (_folder, stored) = Folder::new("listed");
    let tag = stored.save("/a.py", b"x = 1", &Replace::New).unwrap();
    let tag_told = || stored.list("/").unwrap()[0].tag.clone();
    assert_eq!(tag_told(), Some(tag));
    let place = stored.root.join("a.py");
    let stamp = Stamp::of(&fs::symlink_metadata(&place).unwrap());
    let (now, later) = (SystemTime::now(), SystemTime::now() + Duration::from_secs(60));
    // What has changed just now may change again at the same time by the clock of the files.
    stored.tags.keep(&place, stamp.clone(), "too early", now);
    assert_ne!(tag_told().as_deref(), Some("too early"));
    stored.tags.keep(&place, stamp, "as it was", later);
    assert_eq!(tag_told().as_deref(), Some("as it was"));
    let newer = stored.save("/a.py", b"x = 2", &Replace::Any).unwrap();
    assert_eq!(tag_told(), Some(newer));
}

#[test]
fn a_directory_of_much_is_not_read_whole() {
    let (folder, stored) = Folder::new("much");
    for number in 0..6 {
        let file = File::create(folder.0.join(format!("{number}.bin"))).unwrap();
        file.set_len(if number == 0 { FILE_BYTES_MAX + 1 } else { FILE_BYTES_MAX }).unwrap();
    }
    let items = stored.list("/").unwrap();
    assert_eq!((items.len(), items.iter().filter(|item| item.tag.is_some()).count()), (6, 4));
}

#[test]
fn what_a_crash_left_is_in_nobodys_way() {
    let (folder, stored) = Folder::new("crash");
    stored.make("/notebooks").unwrap();
    let part = |name: &str| folder.0.join("notebooks").join(name);
    fs::write(part(".123-0.part"), "half").unwrap();
    assert_eq!(stored.list("/notebooks").unwrap(), []);
    assert!(!part(".123-0.part").exists());
    // Another server writes this one, and that one is somebody's own.
    let written = File::create(part(".123-1.part")).unwrap();
    written.try_lock().unwrap();
    fs::write(part(".own.part"), "whole").unwrap();
    assert_eq!(stored.list("/notebooks").unwrap(), []);
    assert_eq!(stored.delete("/notebooks"), Err(Refusal::Conflict("the directory is not empty")));
    assert!(part(".123-1.part").exists() && part(".own.part").exists());
    drop(written);
    fs::remove_file(part(".own.part")).unwrap();
    stored.delete("/notebooks").unwrap();
    assert!(!folder.0.join("notebooks").exists());
    stored.save("/a.py", b"x", &Replace::New).unwrap();
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}
