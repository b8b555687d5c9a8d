//! Positions in texts as Java counts them: in units of UTF-16.
//!
//! A text of ASCII only, the common case, has a unit a byte and is not walked.

/// The length in units.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The byte at which the unit `at` begins; `None` beyond the end. The middle of a pair counts as its beginning.
pub(super) fn byte_of(text: &str, at: usize) -> Option<usize> {
    if text.is_ascii() {
        return (at <= text.len()).then_some(at);
    }
    let mut units = 0;
    for (byte, c) in text.char_indices() {
        if at < units + c.len_utf16() {
            return Some(byte);
        }
        units += c.len_utf16();
    }
    (at == units).then_some(text.len())
}

/// The unit that begins at the byte.
pub(super) fn unit_of(text: &str, byte: usize) -> usize {
    length(&text[..byte])
}

/// The unit at a position.
pub(super) fn unit_at(text: &str, at: usize) -> Option<u16> {
    if text.is_ascii() { text.as_bytes().get(at).map(|b| u16::from(*b)) } else { text.encode_utf16().nth(at) }
}

/// The part from one position to another; `None` when they are not in order or beyond the end.
pub(super) fn slice(text: &str, from: i32, to: Option<i32>) -> Option<&str> {
    let start = byte_of(text, usize::try_from(from).ok()?)?;
    let end = match to {
        Some(to) => byte_of(text, usize::try_from(to).ok()?)?,
        None => text.len(),
    };
    text.get(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_counted_as_in_java() {
        assert_eq!(length("añ😀b"), 5);
        assert_eq!(slice("añ😀b", 1, Some(2)), Some("ñ"));
        assert_eq!(slice("añ😀b", 2, None), Some("😀b"));
        assert_eq!(slice("abc", 2, Some(1)), None);
        assert_eq!(slice("abc", 3, None), Some(""));
        assert_eq!(slice("abc", 4, None), None);
        assert_eq!(unit_at("a😀", 1), Some(0xd83d));
        assert_eq!(unit_of("añ😀b", 7), 4);
    }
}
