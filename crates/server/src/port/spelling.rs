//! How messages of errors are spelled in the header `grpc-message`.
//!
//! The protocol wants bytes outside of ASCII, and `%`, as `%XX`. What writes our headers also escapes blanks and quotes, which readers take but people
//! who look at headers do not. Deephaven's client for browsers ends with an exception of its own at the first escape, so what
//! comes to it by grpc-web or a WebSocket has none: lines are joined, and characters beyond ASCII become `?`.

use http::{HeaderMap, HeaderValue, Response};
use http_body_util::BodyExt;
use tonic::body::Body;

const MESSAGE: &str = "grpc-message";

/// Who reads an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A client that knows escapes.
    Client,
    /// A page.
    Page,
}

/// An answer whose message has as few escapes as its reader needs.
pub fn spelled(response: Response<Body>, reader: Reader) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    respell(&mut parts.headers, reader);
    let body = body.map_frame(move |mut frame| {
        if let Some(trailers) = frame.trailers_mut() {
            respell(trailers, reader);
        }
        frame
    });
    Response::from_parts(parts, Body::new(body))
}

/// The same of headers.
pub fn respell(headers: &mut HeaderMap, reader: Reader) {
    let Some(value) = headers.get(MESSAGE) else { return };
    let bytes = unescaped(value.as_bytes());
    let text = match reader {
        Reader::Client => escaped(&bytes),
        Reader::Page => flat(&String::from_utf8_lossy(&bytes)),
    };
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(MESSAGE, value);
    }
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                bytes.push(*byte);
                at += 1;
            }
        }
    }
    bytes
}

fn escaped(bytes: &[u8]) -> String {
    let last = bytes.len().saturating_sub(1);
    let mut text = String::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            // Blanks at the ends of a header are no part of it.
            b' ' if at == 0 || at == last => text.push_str("%20"),
            b'%' => text.push_str("%25"),
            b' '..=b'~' => text.push(char::from(*byte)),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

fn flat(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let spell = |character: char| match character {
        '%' => " percent".to_owned(),
        '\u{2018}' | '\u{2019}' => "'".to_owned(),
        '\u{201c}' | '\u{201d}' => "\"".to_owned(),
        '\u{2013}' | '\u{2014}' => "-".to_owned(),
        '\u{2026}' => "...".to_owned(),
        ' '..='~' => character.to_string(),
        _ => "?".to_owned(),
    };
    lines.join(" ").chars().map(spell).collect()
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::*;

    fn message(text: &str, reader: Reader) -> String {
        let mut headers = Status::internal(text).into_http::<()>().into_parts().0.headers;
        respell(&mut headers, reader);
        headers[MESSAGE].to_str().unwrap().to_owned()
    }

    #[test]
    fn clients_read_what_was_said() {
        for text in ["no column \"Pirce\"", " 5 % of\n  it: größer ", "{a}?#`<>", "%41", ""] {
            let mut headers = Status::internal(text).into_http::<()>().into_parts().0.headers;
            respell(&mut headers, Reader::Client);
            assert_eq!(Status::from_header_map(&headers).unwrap().message(), text);
        }
        assert_eq!(message("no column \"Pirce\"", Reader::Client), "no column \"Pirce\"");
    }

    #[test]
    fn pages_read_no_escapes() {
        assert_eq!(
            message("no \"x\"\n  hint: 5 % größer …", Reader::Page),
            "no \"x\" hint: 5  percent gr??er ..."
        );
    }
}
