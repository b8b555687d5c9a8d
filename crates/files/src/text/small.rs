//! Booleans, characters, blanks, and texts in messages.

/// `true` or `false`, in letters of any case.
pub fn boolean(text: &[u8]) -> Option<bool> {
    match text.len() {
        4 if text.eq_ignore_ascii_case(b"true") => Some(true),
        5 if text.eq_ignore_ascii_case(b"false") => Some(false),
        _ => None,
    }
}

/// The one character that a text is, if it is one of the sixteen-bit ones that columns hold.
pub fn character(text: &[u8]) -> Option<u16> {
    if let [byte @ 0..0x80] = text {
        return Some(u16::from(*byte));
    }
    let mut characters = std::str::from_utf8(text).ok()?.chars();
    let first = characters.next()?;
    if characters.next().is_some() { None } else { u16::try_from(u32::from(first)).ok() }
}

/// A text without the blanks around it.
pub fn trimmed(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// The first characters of a text, in double quotes, for messages.
pub fn shown(text: &[u8]) -> String {
    const LONGEST: usize = 60;
    let text = String::from_utf8_lossy(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
