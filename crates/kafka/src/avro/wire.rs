//! Avro's binary encoding: a cursor that never reads past the end.

use crate::decode::Reason;

/// Bytes still to be read.
pub(crate) struct Cursor<'a>(pub(crate) &'a [u8]);

const ENDED: Reason = Reason::Borrowed("the record ends in the middle of a value");

impl<'a> Cursor<'a> {
    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Reason> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ENDED)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(ENDED)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// A `long`: zigzag, seven bits a byte, least first.
    #[inline]
    pub(crate) fn long(&mut self) -> Result<i64, Reason> {
        let mut value = 0u64;
        for (index, byte) in self.0.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                if index == 9 && *byte > 1 {
                    break;
                }
                self.0 = &self.0[index + 1..];
                return Ok((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        if self.0.len() < 10 { Err(ENDED) } else { Err("an integer has more than 64 bits".into()) }
    }

    /// An `int`.
    #[inline]
    pub(crate) fn int(&mut self) -> Result<i32, Reason> {
        let value = self.long()?;
        i32::try_from(value).map_err(|_| format!("{value} does not fit into an int").into())
    }

    /// A length or an index.
    #[inline]
    pub(crate) fn size(&mut self) -> Result<usize, Reason> {
        let value = self.long()?;
        usize::try_from(value).map_err(|_| format!("{value} is no length").into())
    }

    /// Length-prefixed bytes.
    #[inline]
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Reason> {
        let length = self.size()?;
        self.take(length)
    }

    pub(crate) fn bool(&mut self) -> Result<bool, Reason> {
        match self.array::<1>()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(format!("a boolean is 0 or 1, not {other}").into()),
        }
    }

    pub(crate) fn float(&mut self) -> Result<f32, Reason> {
        Ok(f32::from_le_bytes(self.array()?))
    }

    pub(crate) fn double(&mut self) -> Result<f64, Reason> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    /// The number of items in the next block of an array or map, and the block's bytes where they are given.
    pub(crate) fn block(&mut self) -> Result<(usize, Option<usize>), Reason> {
        let count = self.long()?;
        if count >= 0 {
            return Ok((count as usize, None));
        }
        let bytes = self.size()?;
        let count = usize::try_from(count.unsigned_abs());
        let count = count.map_err(|_| Reason::from("a block has too many items"))?;
        Ok((count, Some(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(value: i64) -> Vec<u8> {
        let mut bits = ((value << 1) ^ (value >> 63)) as u64;
        let mut bytes = Vec::new();
        while bits >= 0x80 {
            bytes.push(bits as u8 | 0x80);
            bits >>= 7;
        }
        bytes.push(bits as u8);
        bytes
    }

    #[test]
    fn longs_read_back() {
        for value in [0, 1, -1, 63, 64, -65, i32::MAX as i64, i64::MAX, i64::MIN] {
            let bytes = encode(value);
            let mut cursor = Cursor(&bytes);
            assert_eq!(cursor.long().unwrap(), value);
            assert!(cursor.0.is_empty());
            assert!(Cursor(&bytes[..bytes.len() - 1]).long().is_err());
        }
    }

    #[test]
    fn overlong_integers_are_refused() {
        assert!(Cursor(&[0xff; 11]).long().is_err());
        assert!(Cursor(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).long().is_err());
        assert!(Cursor(&encode(1 << 40)).int().is_err());
        assert!(Cursor(&encode(-1)).size().is_err());
    }
}
