//! Confluent's framing of Protobuf: a zero, the schema's id, the place of the message in its schema, the message.

use super::wire::{Cursor, put_varint, zigzag};
use crate::decode::Reason;

/// A message may be so deep within others.
const PLACE_MAX: usize = 64;

/// A record taken apart.
pub(super) struct Framed<'a> {
    pub(super) schema: u32,
    /// The bytes that say the place.
    pub(super) place: &'a [u8],
    pub(super) body: &'a [u8],
}

/// Takes a framed record apart.
pub(super) fn split(bytes: &[u8]) -> Result<Framed<'_>, Reason> {
    let (schema, rest) = match bytes {
        [0, a, b, c, d, rest @ ..] => (u32::from_be_bytes([*a, *b, *c, *d]), rest),
        [] => return Err("no bytes, where a zero and a schema id begin a record".into()),
        [0, ..] => return Err("the record ends in the middle of its schema id".into()),
        [first, ..] => {
            return Err(
                format!("it begins with {first:#04x}, where a zero and a schema id begin a record").into()
            );
        }
    };
    let mut cursor = Cursor(rest);
    let count = cursor.zigzag()?;
    if !(0..=PLACE_MAX as i64).contains(&count) {
        return Err(format!("a message cannot be at a place of {count} steps").into());
    }
    for _ in 0..count {
        cursor.zigzag()?;
    }
    let place = &rest[..rest.len() - cursor.0.len()];
    Ok(Framed { schema, place, body: cursor.0 })
}

/// The steps to a place: which message of the file, which within it, and so on.
pub(super) fn steps(place: &[u8]) -> Vec<usize> {
    let mut cursor = Cursor(place);
    let count = cursor.zigzag().unwrap_or(0);
    let steps = (0..count).map(|_| cursor.zigzag().ok().and_then(|step| usize::try_from(step).ok()));
    // A step before the first is a place where nothing is.
    let steps: Vec<usize> = steps.map(|step| step.unwrap_or(usize::MAX)).collect();
    if steps.is_empty() { vec![0] } else { steps }
}

/// Appends what comes before a message.
pub(crate) fn put(out: &mut Vec<u8>, schema: u32, steps: &[usize]) {
    out.push(0);
    out.extend_from_slice(&schema.to_be_bytes());
    if steps == [0] {
        out.push(0);
        return;
    }
    put_varint(out, zigzag(steps.len() as i64));
    steps.iter().for_each(|step| put_varint(out, zigzag(*step as i64)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_read_back() {
        for place in [vec![0], vec![1], vec![2, 0], vec![0, 0], vec![3, 1, 200]] {
            let mut bytes = Vec::new();
            put(&mut bytes, 300, &place);
            bytes.extend_from_slice(b"body");
            let framed = split(&bytes).unwrap();
            assert_eq!((framed.schema, framed.body), (300, &b"body"[..]));
            assert_eq!(steps(framed.place), place);
        }
    }

    #[test]
    fn bad_frames_are_refused() {
        for bytes in [
            &b""[..],
            &[0, 0, 0, 1],
            &[1, 0, 0, 0, 1, 0],
            &[0, 0, 0, 0, 1],
            &[0, 0, 0, 0, 1, 1],
            &[0, 0, 0, 0, 1, 4, 0],
        ] {
            assert!(split(bytes).is_err(), "{bytes:?}");
        }
        assert!(split(&[0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xf]).is_err());
        assert_eq!(steps(&[2, 1]), [usize::MAX]);
    }
}
