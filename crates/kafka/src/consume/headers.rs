//! The headers of a record: taken from librdkafka into a flat form, shown in a column as JSON text.
//!
//! The text is an object in the order of the headers: `{"trace":"a1","hop":["x","y"]}`. A header that comes more than
//! once is an array; a null value is null; a value that is not UTF-8 is `{"base64":"…"}`. A record without headers is null.
//!
//! Flat form: for each header the length of its name, the name, the length of its value plus one (0: null), the value;
//! lengths as four bytes, least first.

use arrow_array::StringViewArray;
use arrow_array::builder::StringViewBuilder;

use crate::base64;

/// Appends a header in the flat form.
pub(super) fn push(flat: &mut Vec<u8>, name: &[u8], value: Option<&[u8]>) {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a record is smaller than 4 GiB");
    flat.extend_from_slice(&length(name).to_le_bytes());
    flat.extend_from_slice(name);
    flat.extend_from_slice(&value.map_or(0, |value| length(value) + 1).to_le_bytes());
    flat.extend_from_slice(value.unwrap_or_default());
}

/// The headers of a flat form, in their order.
pub(super) fn iter(mut flat: &[u8]) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
    fn bytes<'a>(flat: &mut &'a [u8], null: u32) -> Option<&'a [u8]> {
        let (length, rest) = flat.split_first_chunk::<4>().expect("we wrote a length");
        let length = u32::from_le_bytes(*length).checked_sub(null);
        let (taken, rest) = rest.split_at(length.unwrap_or(0) as usize);
        *flat = rest;
        length.map(|_| taken)
    }
    std::iter::from_fn(move || {
        (!flat.is_empty()).then(|| {
            let name = bytes(&mut flat, 0).expect("a name is not null");
            (name, bytes(&mut flat, 1))
        })
    })
}

/// A column of headers under construction.
#[derive(Default)]
pub(super) struct HeaderColumn {
    texts: StringViewBuilder,
    text: String,
}

impl HeaderColumn {
    pub(super) fn push(&mut self, flat: &[u8]) {
        if flat.is_empty() {
            self.texts.append_null();
            return;
        }
        self.text.clear();
        write_json(flat, &mut self.text);
        self.texts.append_value(&self.text);
    }

    pub(super) fn finish(mut self) -> StringViewArray {
        self.texts.finish()
    }
}

fn write_json(flat: &[u8], out: &mut String) {
    let mut names: Vec<&[u8]> = Vec::new();
    out.push('{');
    for (name, value) in iter(flat) {
        if names.contains(&name) {
            continue;
        }
        if !names.is_empty() {
            out.push(',');
        }
        names.push(name);
        quote(out, &String::from_utf8_lossy(name));
        out.push(':');
        let mut more = iter(flat).filter(|(other, _)| *other == name).skip(1).peekable();
        if more.peek().is_none() {
            write_value(value, out);
            continue;
        }
        out.push('[');
        write_value(value, out);
        for (_, value) in more {
            out.push(',');
            write_value(value, out);
        }
        out.push(']');
    }
    out.push('}');
}

fn write_value(value: Option<&[u8]>, out: &mut String) {
    match value.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
        None => out.push_str("null"),
        Some((_, Ok(text))) => quote(out, text),
        Some((bytes, Err(_))) => {
            out.push_str("{\"base64\":");
            quote(out, &base64::encode(bytes));
            out.push('}');
        }
    }
}

fn quote(out: &mut String, text: &str) {
    out.push_str(&serde_json::to_string(text).expect("text is JSON"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(headers: &[(&str, Option<&[u8]>)]) -> String {
        let mut flat = Vec::new();
        headers.iter().for_each(|(name, value)| push(&mut flat, name.as_bytes(), *value));
        assert_eq!(iter(&flat).count(), headers.len());
        let mut text = String::new();
        write_json(&flat, &mut text);
        text
    }

    #[test]
    fn headers_are_an_object() {
        assert_eq!(json(&[("a", Some(b"1")), ("b", None)]), r#"{"a":"1","b":null}"#);
        assert_eq!(json(&[("a", Some(b"")), ("", Some(b"q\""))]), r#"{"a":"","":"q\""}"#);
        assert_eq!(json(&[("a", Some(b"\xff"))]), r#"{"a":{"base64":"/w=="}}"#);
        let repeated = [("a", Some(&b"1"[..])), ("b", Some(b"2")), ("a", None)];
        assert_eq!(json(&repeated), r#"{"a":["1",null],"b":"2"}"#);
    }
}
