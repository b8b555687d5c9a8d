//! What scripts print, for those who watch: the newest lines, and new ones as they come.
//!
//! **State**: at most [`LINES_KEPT`] lines of at most [`LINE_BYTES_MAX`] bytes each, together at most [`BYTES_KEPT`]. All who watch share
//! them: whoever begins to waits for no copy of theirs, and nor does who prints.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::broadcast;

/// Lines that are kept for those who come later.
const LINES_KEPT: usize = 1000;

/// Bytes of those lines, at most.
const BYTES_KEPT: usize = 4 << 20;

/// Bytes of a line; what is longer is cut.
const LINE_BYTES_MAX: usize = 64 << 10;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When, µs since the epoch: above that of the line before.
    pub micros: i64,
    /// `STDOUT`, `STDERR`, `INFO`, `ERROR`.
    pub level: &'static str,
    /// The text.
    pub message: String,
}

/// The log.
#[derive(Debug)]
pub struct Log {
    kept: Mutex<Kept>,
    new: broadcast::Sender<Arc<Line>>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<Arc<Line>>,
    bytes: usize,
}

impl Default for Log {
    fn default() -> Log {
        Log { kept: Mutex::default(), new: broadcast::channel(LINES_KEPT).0 }
    }
}

impl Log {
    /// Adds a line.
    pub fn write(&self, level: &'static str, message: &str) {
        let mut end = message.len().min(LINE_BYTES_MAX);
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
        let mut kept = self.kept.lock();
        let after = kept.lines.back().map_or(0, |line| line.micros + 1);
        let micros = i64::try_from(now).unwrap_or(i64::MAX).max(after);
        let line = Arc::new(Line { micros, level, message: message[..end].to_owned() });
        kept.bytes += line.message.len();
        kept.lines.push_back(line.clone());
        while kept.lines.len() > LINES_KEPT || kept.bytes > BYTES_KEPT {
            let Some(oldest) = kept.lines.pop_front() else { break };
            kept.bytes -= oldest.message.len();
        }
        // Nobody may be watching.
        let _ = self.new.send(line);
    }

    /// The lines after a time, and all that come.
    pub fn watch(&self, after_micros: i64) -> (Vec<Arc<Line>>, broadcast::Receiver<Arc<Line>>) {
        let kept = self.kept.lock();
        let newer = kept.lines.iter().filter(|line| line.micros > after_micros).cloned().collect();
        (newer, self.new.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{BYTES_KEPT, LINE_BYTES_MAX, LINES_KEPT, Log};

    #[test]
    fn keeps_the_newest_lines_in_order() {
        let log = Log::default();
        for number in 0..LINES_KEPT + 3 {
            log.write("STDOUT", &number.to_string());
        }
        let (lines, _) = log.watch(0);
        assert_eq!(lines.len(), LINES_KEPT);
        assert_eq!(lines[0].message, "3");
        assert!(lines.windows(2).all(|pair| pair[0].micros < pair[1].micros));
        let (newer, _) = log.watch(lines[LINES_KEPT - 2].micros);
        assert_eq!(newer.len(), 1);
    }

    #[test]
    fn long_lines_are_fewer() {
        let log = Log::default();
        for number in 0..LINES_KEPT {
            log.write("STDOUT", &format!("{number:04}{}", "x".repeat(LINE_BYTES_MAX - 4)));
        }
        let (lines, _) = log.watch(0);
        assert_eq!(lines.len(), BYTES_KEPT / LINE_BYTES_MAX);
        assert!(lines[lines.len() - 1].message.starts_with("0999"));
        let (again, _) = log.watch(0);
        assert!(Arc::ptr_eq(&lines[0], &again[0]), "nothing is copied");
        for _ in 0..LINES_KEPT {
            log.write("STDOUT", "short");
        }
        assert_eq!(log.watch(0).0.len(), LINES_KEPT);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_between_characters() {
        let log = Log::default();
        log.write("STDOUT", &"é".repeat(LINE_BYTES_MAX));
        assert_eq!(log.watch(0).0[0].message.len(), LINE_BYTES_MAX);
        log.write("STDOUT", &format!("x{}", "é".repeat(LINE_BYTES_MAX)));
        assert_eq!(log.watch(0).0[1].message.len(), LINE_BYTES_MAX - 1);
    }
}
