//! Files of a plain web server, read by ranges; and what is said when it does not answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use kinetable_parquet::{Comparison, ReadOptions, StoreOptions, read};

use crate::support::*;

/// A server of the files of a directory, on a port of its own; answers ranges.
struct Web {
    port: u16,
    requests: Arc<AtomicUsize>,
}

impl Web {
    fn serve(directory: PathBuf) -> Web {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::<AtomicUsize>::default();
        let counted = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (directory, counted) = (directory.clone(), counted.clone());
                std::thread::spawn(move || while answer(&stream, &directory, &counted).is_some() {});
            }
        });
        Web { port, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }
}

/// Answers one request; `None` at the end of a connection.
fn answer(mut stream: &TcpStream, directory: &std::path::Path, counted: &AtomicUsize) -> Option<()> {
    let mut lines = BufReader::new(stream);
    let (mut first, mut range) = (String::new(), None);
    lines.read_line(&mut first).ok().filter(|read| *read > 0)?;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(given) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            let (start, end) = given.trim().split_once('-')?;
            range = Some((start.parse::<usize>().ok()?, end.parse::<usize>().ok()?));
        }
    }
    counted.fetch_add(1, Relaxed);
    let mut words = first.split_whitespace();
    let (method, path) = (words.next()?, words.next()?);
    let Ok(mut file) = std::fs::File::open(directory.join(path.trim_start_matches('/'))) else {
        stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").ok()?;
        return Some(());
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    let (status, part) = match range {
        Some((start, end)) => ("206 Partial Content", start..(end + 1).min(bytes.len())),
        None => ("200 OK", 0..bytes.len()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\ncontent-range: bytes {}-{}/{}\r\nlast-modified: Thu, 01 Jan 2026 \
         00:00:00 GMT\r\n\r\n",
        part.len(),
        part.start,
        part.end.saturating_sub(1),
        bytes.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    if method == "GET" {
        stream.write_all(&bytes[part]).ok()?;
    }
    Some(())
}

#[test]
fn a_file_of_a_web_server_is_read_by_ranges() {
    let scratch = Scratch::new();
    let path = scratch.join("part.parquet");
    history(scratch.path(), 1, &["a", "b"]);
    std::fs::rename(scratch.join("Date=2026-01-01/part-0.parquet"), &path).unwrap();
    let web = Web::serve(scratch.path().to_path_buf());
    let table = read(web.url("part.parquet"), &ReadOptions::default()).unwrap();
    assert_eq!(web.requests.load(Relaxed), 2, "its size, and the end of it");
    assert_eq!(table.files(), [web.url("part.parquet")]);
    let local = open(&path).coalesce().unwrap();
    let remote = table.coalesce().unwrap();
    for name in ["Timestamp", "ServiceName", "Value"] {
        assert_eq!(&read_all(&remote, name), &read_all(&local, name));
    }
    let none = table.prune(&[compare("Value", Comparison::Less, long(-1))]).unwrap().0.coalesce().unwrap();
    assert_eq!(none.size(), 0);
}

#[test]
fn what_a_web_server_lacks_is_told() {
    let scratch = Scratch::new();
    let web = Web::serve(scratch.path().to_path_buf());
    let error = read(web.url("none.parquet"), &ReadOptions::default()).unwrap_err();
    assert!(error.message().contains("none.parquet") && error.hint().is_some(), "{error}");
    std::fs::write(scratch.join("text.parquet"), "no Parquet at all").unwrap();
    let error = read(web.url("text.parquet"), &ReadOptions::default()).unwrap_err();
    assert!(error.message().contains("not a sound Parquet file"), "{error}");
}

#[test]
fn a_file_that_changes_at_the_server_is_told() {
    let scratch = Scratch::new();
    let path = scratch.join("part.parquet");
    let web = Web::serve(scratch.path().to_path_buf());
    let values: arrow_array::ArrayRef = Arc::new(arrow_array::Int64Array::from_iter_values(0..100_000));
    write_file(&path, &batch(vec![("V", values)]), row_groups_of(1_000_000));
    let store = StoreOptions { read_ahead: 0, ..StoreOptions::default() };
    let options = ReadOptions { store, ..ReadOptions::default() };
    let table = read(web.url("part.parquet"), &options).unwrap().coalesce().unwrap();
    std::fs::write(&path, "cut").unwrap();
    let error = table.version().read(0, table.version().rows()).unwrap_err();
    assert!(error.to_string().contains("part.parquet"), "{error}");
}
