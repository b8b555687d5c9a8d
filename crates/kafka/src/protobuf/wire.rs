//! Protobuf's wire format: a cursor that never reads past the end.

use crate::decode::Reason;

/// Structures nested deeper than this are refused.
pub(crate) const DEPTH_MAX: usize = 100;

pub(crate) const VARINT: u8 = 0;
pub(crate) const FIXED64: u8 = 1;
pub(crate) const BYTES: u8 = 2;
pub(crate) const START_GROUP: u8 = 3;
pub(crate) const END_GROUP: u8 = 4;
pub(crate) const FIXED32: u8 = 5;

const ENDED: Reason = Reason::Borrowed("the record ends in the middle of a value");

/// Bytes still to be read.
pub(crate) struct Cursor<'a>(pub(crate) &'a [u8]);

impl<'a> Cursor<'a> {
    /// Seven bits a byte, least first.
    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, Reason> {
        if let [first, rest @ ..] = self.0
            && *first < 0x80
        {
            self.0 = rest;
            return Ok(u64::from(*first));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, Reason> {
        let mut value = 0u64;
        for (index, byte) in self.0.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                if index == 9 && *byte > 1 {
                    break;
                }
                self.0 = &self.0[index + 1..];
                return Ok(value);
            }
        }
        if self.0.len() < 10 { Err(ENDED) } else { Err("an integer has more than 64 bits".into()) }
    }

    /// Zigzag: what framing counts with.
    pub(crate) fn zigzag(&mut self) -> Result<i64, Reason> {
        self.varint().map(unzigzag)
    }

    /// The number of the next field, and how it is written.
    #[inline]
    pub(crate) fn key(&mut self) -> Result<(u32, u8), Reason> {
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).unwrap_or(0);
        if number == 0 || number > NUMBER_MAX {
            return Err("a field has no valid number: this is no Protobuf message".into());
        }
        Ok((number, (key & 7) as u8))
    }

    /// The next `count` bytes.
    #[inline]
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Reason> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ENDED)?;
        self.0 = rest;
        Ok(taken)
    }

    #[inline]
    pub(crate) fn fixed32(&mut self) -> Result<[u8; 4], Reason> {
        let (taken, rest) = self.0.split_first_chunk::<4>().ok_or(ENDED)?;
        self.0 = rest;
        Ok(*taken)
    }

    #[inline]
    pub(crate) fn fixed64(&mut self) -> Result<[u8; 8], Reason> {
        let (taken, rest) = self.0.split_first_chunk::<8>().ok_or(ENDED)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// Length-prefixed bytes.
    #[inline]
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Reason> {
        let length = self.varint()?;
        self.take(usize::try_from(length).map_err(|_| ENDED)?)
    }

    /// Reads past the value of a field of which the key was read.
    pub(crate) fn skip(&mut self, number: u32, wire: u8, depth: usize) -> Result<(), Reason> {
        match wire {
            VARINT => self.varint().map(drop),
            FIXED64 => self.fixed64().map(drop),
            BYTES => self.bytes().map(drop),
            FIXED32 => self.fixed32().map(drop),
            START_GROUP if depth >= DEPTH_MAX => Err("the record is nested too deep".into()),
            START_GROUP => loop {
                match self.key()? {
                    (end, END_GROUP) if end == number => return Ok(()),
                    (_, END_GROUP) => return Err("a group ends that was not begun".into()),
                    (inner, wire) => self.skip(inner, wire, depth + 1)?,
                }
            },
            END_GROUP => Err("a group ends that was not begun".into()),
            _ => Err(format!("field {number} is written in the unknown way {wire}").into()),
        }
    }
}

/// Field numbers have 29 bits.
const NUMBER_MAX: u32 = (1 << 29) - 1;

/// Small numbers of either sign, as `sint` writes them.
pub(crate) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// The other way round.
pub(crate) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Appends a varint.
#[inline]
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a field's key.
#[inline]
pub(crate) fn put_key(out: &mut Vec<u8>, number: u32, wire: u8) {
    put_varint(out, u64::from(number) << 3 | u64::from(wire));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_read_back() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), i64::MAX as u64, u64::MAX] {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            let mut cursor = Cursor(&bytes);
            assert_eq!(cursor.varint().unwrap(), value);
            assert!(cursor.0.is_empty());
            assert!(Cursor(&bytes[..bytes.len() - 1]).varint().is_err());
            assert_eq!(zigzag(unzigzag(value)), value);
        }
        assert!(Cursor(&[0xff; 11]).varint().is_err());
        assert!(Cursor(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).varint().is_err());
    }

    #[test]
    fn deep_groups_and_wrong_ends_are_refused() {
        let deep = vec![0x0b; 100_000];
        let reason = Cursor(&deep).skip(1, START_GROUP, 0).unwrap_err();
        assert!(reason.contains("too deep"), "{reason}");
        assert!(Cursor(&[0x14]).skip(1, START_GROUP, 0).is_err());
        assert!(Cursor(&[0x0c]).skip(1, START_GROUP, 0).is_ok());
        assert!(Cursor(&[0]).key().is_err());
        assert!(Cursor(&[0xff, 0xff, 0xff, 0xff, 0x7f]).key().is_err());
    }
}
