//! Decimals: big-endian two's complement of any length ↔ integers of 128 and 256 bits.

use arrow_buffer::i256;

use crate::decode::Reason;

/// The first number that has more digits.
pub(super) fn digits_max(digits: u8) -> u128 {
    10u128.pow(u32::from(digits).min(38))
}

/// The same, of more than 38 digits.
pub(crate) fn wide_digits_max(digits: u8) -> i256 {
    i256::from_i128(10).wrapping_pow(u32::from(digits).min(76))
}

/// An integer of as many bytes as it needs, 16 at most.
pub(super) fn unscaled(bytes: &[u8]) -> Result<i128, Reason> {
    Ok(i128::from_be_bytes(whole(bytes)?))
}

/// The same, 32 bytes at most.
pub(super) fn unscaled_wide(bytes: &[u8]) -> Result<i256, Reason> {
    Ok(i256::from_be_bytes(whole(bytes)?))
}

/// Bytes filled up on the left with the sign; longer ones are taken if what is cut off is nothing but sign.
fn whole<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Reason> {
    let is_negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let fill = if is_negative { 0xff } else { 0 };
    let mut whole = [fill; N];
    let (above, kept) = bytes.split_at(bytes.len().saturating_sub(N));
    whole[N - kept.len()..].copy_from_slice(kept);
    if above.iter().any(|byte| *byte != fill) || (whole[0] & 0x80 != 0) != is_negative {
        return Err("a decimal has too many digits".into());
    }
    Ok(whole)
}

/// The fewest bytes that hold the number, which is given big-endian: as Avro wants decimals.
pub(crate) fn shortest(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [first, second, ..] = rest {
        let is_only_sign = (*first == 0 && second & 0x80 == 0) || (*first == 0xff && second & 0x80 != 0);
        if !is_only_sign {
            break;
        }
        rest = &rest[1..];
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_bytes_read_back() {
        for value in [0i128, 1, -1, 127, 128, -128, -129, 65_535, i128::MAX, i128::MIN, -12_345] {
            let bytes = value.to_be_bytes();
            let short = shortest(&bytes);
            assert_eq!(unscaled(short).unwrap(), value);
            assert_eq!(unscaled_wide(short).unwrap(), i256::from_i128(value));
        }
        assert_eq!(shortest(&0i128.to_be_bytes()), [0]);
        assert_eq!(shortest(&(-128i128).to_be_bytes()), [0x80]);
    }

    #[test]
    fn only_sign_may_be_cut_off() {
        let mut long = vec![0xff; 40];
        long.push(0x85);
        assert_eq!(unscaled(&long).unwrap(), -123);
        assert_eq!(unscaled(&[]).unwrap(), 0);
        long[3] = 0xfe;
        assert!(unscaled(&long).is_err() && unscaled_wide(&long).is_err());
        let mut positive = [0u8; 17];
        positive[1] = 0x80;
        assert!(unscaled(&positive).is_err());
    }
}
