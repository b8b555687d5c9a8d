//! Base64, the standard alphabet with padding.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as base64 text.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        for digit in 0..4 {
            let is_padding = digit > group.len();
            let shown = DIGITS[(bits >> (18 - 6 * digit)) as usize & 63];
            text.push(if is_padding { '=' } else { char::from(shown) });
        }
    }
    text
}

/// The bytes of base64 text, padded or not; `None` if it is none.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for digit in text.trim_end_matches('=').bytes() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn groups_are_padded() {
        assert_eq!(encode(b""), "");
        assert_eq!(encode(b"a:b"), "YTpi");
        assert_eq!(encode(b"ab:cd"), "YWI6Y2Q=");
        assert_eq!(encode(b"user:password"), "dXNlcjpwYXNzd29yZA==");
        assert_eq!(encode(&[0xff]), "/w==");
        for bytes in [&b""[..], b"a", b"ab", b"abc", b"abcd", &[0xff; 7]] {
            assert_eq!(decode(&encode(bytes)).as_deref(), Some(bytes));
        }
        assert_eq!(decode("a b"), None);
    }
}
