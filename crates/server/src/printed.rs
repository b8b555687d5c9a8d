//! What code printed and nobody took yet: the beginning and the end of it, if it is much.
//!
//! **State**: at most twice [`HALF`] bytes.

use std::collections::VecDeque;

/// Bytes that are kept of the beginning, and of the end.
const HALF: usize = 512 << 10;

/// Where it was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// What was asked for.
    Out,
    /// What is to be noticed.
    Err,
}

/// A text that was printed at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where.
    pub stream: Stream,
    /// What.
    pub text: String,
}

/// What was printed.
#[derive(Debug, Default)]
pub(crate) struct Printed {
    head: Vec<Piece>,
    head_bytes: usize,
    /// What came when the head was full.
    tail: VecDeque<Piece>,
    tail_bytes: usize,
    left_out: usize,
}

impl Printed {
    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_empty()
    }

    /// Adds a text; whether it is the first.
    pub(crate) fn add(&mut self, stream: Stream, text: &str) -> bool {
        if text.is_empty() {
            return false;
        }
        let is_first = self.is_empty();
        let room = if self.tail.is_empty() { floor(text, HALF - self.head_bytes) } else { 0 };
        let (first, rest) = text.split_at(room);
        if !first.is_empty() {
            let piece = join(self.head.last_mut(), stream, first);
            self.head.extend(piece);
            self.head_bytes += first.len();
        }
        if !rest.is_empty() {
            self.add_last(stream, rest);
        }
        is_first
    }

    fn add_last(&mut self, stream: Stream, text: &str) {
        // Of a text that is longer than all there is room for, the end.
        let start = ceiling(text, text.len().saturating_sub(HALF));
        self.left_out += start;
        let text = &text[start..];
        self.tail_bytes += text.len();
        // Pieces stay small enough that leaving one out is cheap.
        let last = self.tail.back_mut().filter(|piece| piece.text.len() < HALF / 16);
        let piece = join(last, stream, text);
        self.tail.extend(piece);
        while self.tail_bytes > HALF {
            let Some(oldest) = self.tail.front_mut() else { break };
            let cut = ceiling(&oldest.text, (self.tail_bytes - HALF).min(oldest.text.len()));
            oldest.text.drain(..cut);
            self.tail_bytes -= cut;
            self.left_out += cut;
            if oldest.text.is_empty() {
                self.tail.pop_front();
            }
        }
    }

    /// Takes it all; a note says where something is left out.
    pub(crate) fn take(&mut self) -> Vec<Piece> {
        let Printed { head: mut pieces, tail, left_out, .. } = std::mem::take(self);
        if left_out > 0 {
            let text = format!("\n… {left_out} bytes are left out here …\n");
            pieces.push(Piece { stream: Stream::Err, text });
        }
        for Piece { stream, text } in tail {
            let piece = join(pieces.last_mut(), stream, &text);
            pieces.extend(piece);
        }
        pieces
    }
}

/// Joins a text to a piece of the same stream; else it is a piece of its own.
fn join(last: Option<&mut Piece>, stream: Stream, text: &str) -> Option<Piece> {
    match last.filter(|last| last.stream == stream) {
        Some(last) => {
            last.text.push_str(text);
            None
        }
        None => Some(Piece { stream, text: text.to_owned() }),
    }
}

/// The last place between characters at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The first place between characters at or after a byte.
fn ceiling(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{HALF, Printed, Stream};

    #[test]
    fn texts_of_one_stream_are_joined() {
        let mut printed = Printed::default();
        assert!(printed.add(Stream::Out, "a"));
        assert!(!printed.add(Stream::Out, "b"));
        assert!(!printed.add(Stream::Err, "c"));
        let texts: Vec<String> = printed.take().into_iter().map(|piece| piece.text).collect();
        assert_eq!(texts, ["ab", "c"]);
        assert!(printed.is_empty() && printed.take().is_empty());
    }

    #[test]
    fn of_much_the_middle_is_left_out() {
        for text in ["é".repeat(3), "x".repeat(HALF / 3), "é".repeat(4 * HALF), "x\n".repeat(HALF + 1)] {
            let mut printed = Printed::default();
            let count = 6 * HALF / text.len() + 2;
            for _ in 0..count {
                printed.add(Stream::Out, &text);
            }
            let pieces = printed.take();
            let said: usize =
                pieces.iter().filter(|piece| piece.stream == Stream::Out).map(|piece| piece.text.len()).sum();
            assert!((2 * HALF - 4..=2 * HALF).contains(&said), "{said}");
            let left_out = count * text.len() - said;
            assert_eq!(pieces[1].text, format!("\n… {left_out} bytes are left out here …\n"));
        }
    }
}
