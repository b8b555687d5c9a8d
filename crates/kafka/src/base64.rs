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

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn groups_are_padded() {
        assert_eq!(encode(b""), "");
        assert_eq!(encode(b"a:b"), "YTpi");
        assert_eq!(encode(b"ab:cd"), "YWI6Y2Q=");
        assert_eq!(encode(b"user:password"), "dXNlcjpwYXNzd29yZA==");
        assert_eq!(encode(&[0xff]), "/w==");
    }
}
