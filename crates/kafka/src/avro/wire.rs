//! Avro's binary encoding: a cursor that never reads past the end.

use crate::decode::Reason;

/// Bytes still to be read.
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    /// How many more items of arrays and maps may take no byte at all.
    empty_items: usize,
    /// How many more values may be looked at that nobody wants.
    skips: usize,
}

/// So many values that nobody wants are read past, besides some for each byte of the record: records may be without bytes, and
/// twice in each other to any depth.
const SKIPS: usize = 1 << 16;
const SKIPS_A_BYTE: usize = 64;

/// So many items without bytes are read, besides one for each byte of the record.
const EMPTY_ITEMS: usize = 1024;

const ENDED: Reason = Reason::Borrowed("the record ends in the middle of a value");

impl<'a> Cursor<'a> {
    /// A cursor at the start of a record.
    pub(crate) fn new(bytes: &'a [u8]) -> Cursor<'a> {
        let skips = SKIPS + SKIPS_A_BYTE * bytes.len();
        Cursor { bytes, empty_items: bytes.len() + EMPTY_ITEMS, skips }
    }

    /// Counts a value that is read past.
    pub(crate) fn count_skip(&mut self) -> Result<(), Reason> {
        let fewer = self.skips.checked_sub(1);
        self.skips = fewer.ok_or("more values without bytes than any record needs")?;
        Ok(())
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len()
    }

    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Reason> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(ENDED)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let (taken, rest) = self.bytes.split_first_chunk::<N>().ok_or(ENDED)?;
        self.bytes = rest;
        Ok(*taken)
    }

    /// A `long`: zigzag, seven bits a byte, least first.
    #[inline]
    pub(crate) fn long(&mut self) -> Result<i64, Reason> {
        let mut value = 0u64;
        for (index, byte) in self.bytes.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                if index == 9 && *byte > 1 {
                    break;
                }
                self.bytes = &self.bytes[index + 1..];
                return Ok((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        if self.bytes.len() < 10 { Err(ENDED) } else { Err("an integer has more than 64 bits".into()) }
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

    /// Reads the blocks of an array or map.
    pub(crate) fn items(
        &mut self,
        mut item: impl FnMut(&mut Cursor<'a>) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        loop {
            let count = self.block()?;
            if count == 0 {
                return Ok(());
            }
            // A count from garbage would keep us for ever.
            if count > self.left().saturating_add(self.empty_items) {
                return Err(format!("{count} items cannot be in {} bytes", self.left()).into());
            }
            for _ in 0..count {
                let before = self.left();
                item(self)?;
                if self.left() == before {
                    let fewer = self.empty_items.checked_sub(1);
                    self.empty_items = fewer.ok_or("more items without bytes than any record needs")?;
                }
            }
        }
    }

    /// The number of items in the next block of an array or map.
    fn block(&mut self) -> Result<usize, Reason> {
        let count = self.long()?;
        if count >= 0 {
            return Ok(count as usize);
        }
        // A negative count is followed by the bytes of the block, for those who skip it.
        self.size()?;
        let count = usize::try_from(count.unsigned_abs());
        count.map_err(|_| Reason::from("a block has too many items"))
    }
}

/// Appends a `long`, or an `int`.
#[inline]
pub(crate) fn put_long(out: &mut Vec<u8>, value: i64) {
    let mut bits = ((value << 1) ^ (value >> 63)) as u64;
    while bits >= 0x80 {
        out.push(bits as u8 | 0x80);
        bits >>= 7;
    }
    out.push(bits as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(value: i64) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_long(&mut bytes, value);
        bytes
    }

    #[test]
    fn longs_read_back() {
        for value in [0, 1, -1, 63, 64, -65, i32::MAX as i64, i64::MAX, i64::MIN] {
            let bytes = encode(value);
            let mut cursor = Cursor::new(&bytes);
            assert_eq!(cursor.long().unwrap(), value);
            assert_eq!(cursor.left(), 0);
            assert!(Cursor::new(&bytes[..bytes.len() - 1]).long().is_err());
        }
    }

    #[test]
    fn overlong_integers_are_refused() {
        assert!(Cursor::new(&[0xff; 11]).long().is_err());
        assert!(Cursor::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).long().is_err());
        assert!(Cursor::new(&encode(1 << 40)).int().is_err());
        assert!(Cursor::new(&encode(-1)).size().is_err());
    }

    #[test]
    fn items_without_bytes_are_few() {
        let mut blocks = encode(1_000);
        blocks.extend(encode(1_000));
        blocks.push(0);
        let count = |bytes: &[u8]| {
            let mut count = 0;
            Cursor::new(bytes).items(|_| {
                count += 1;
                Ok(())
            })?;
            Ok::<_, Reason>(count)
        };
        assert_eq!(count(&blocks[2..]).unwrap(), 1_000);
        assert!(count(&blocks).is_err());
    }
}
