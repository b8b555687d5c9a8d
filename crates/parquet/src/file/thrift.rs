//! A look at Thrift structures before the decoder reads them.
//!
//! The decoder passes over fields that it does not know, and trusts what they claim. Elements that take no bytes, as those of a
//! list of booleans that it passes over, and all of a page header behind the end of the file, cost it seconds for a few bytes
//! that claim two billions of them, and a text of a header is allocated before its bytes are seen. So a structure has to be whole
//! here, and to have no list of booleans where the format knows none: then every element takes a byte that is there.
//!
//! **Cost**: a pass over the bytes of the structure.

use std::io::{self, Read};

use parquet::errors::{ParquetError, Result as ParquetResult};

/// Fields of a column index that are known lists of booleans: the null pages.
pub(super) const COLUMN_INDEX: Option<i16> = Some(1);
/// As deep as the decoder goes.
const DEPTH_MAX: u8 = 64;

/// Looks at a structure; `flags` is the field of it that may be a list of booleans.
pub(super) fn check(from: impl Read, flags: Option<i16>) -> ParquetResult<()> {
    match (Walk { from }).fields(DEPTH_MAX, flags) {
        Ok(()) => Ok(()),
        Err(Fault::Flags(count)) => Err(ParquetError::General(format!(
            "its metadata has a list of {count} booleans where the format knows none"
        ))),
        Err(Fault::Broken) => Err(ParquetError::EOF("its metadata is not whole".to_owned())),
    }
}

enum Fault {
    /// A list of so many booleans.
    Flags(u64),
    /// No structure, or one that breaks off.
    Broken,
}

impl From<io::Error> for Fault {
    fn from(_: io::Error) -> Fault {
        Fault::Broken
    }
}

type Walked<T> = Result<T, Fault>;

struct Walk<R> {
    from: R,
}

impl<R: Read> Walk<R> {
    fn byte(&mut self) -> Walked<u8> {
        let mut byte = [0];
        self.from.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn number(&mut self) -> Walked<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Fault::Broken)
    }

    fn pass(&mut self, length: u64) -> Walked<()> {
        let passed = io::copy(&mut (&mut self.from).take(length), &mut io::sink())?;
        if passed < length { Err(Fault::Broken) } else { Ok(()) }
    }

    fn fields(&mut self, depth: u8, flags: Option<i16>) -> Walked<()> {
        let mut field = 0i16;
        loop {
            let header = self.byte()?;
            let kind = header & 0x0f;
            if kind == 0 {
                return Ok(());
            }
            field = match header >> 4 {
                0 => {
                    let number = self.number()?;
                    ((number >> 1) as i64 ^ -((number & 1) as i64)) as i16
                }
                delta => field.checked_add(i16::from(delta)).ok_or(Fault::Broken)?,
            };
            self.value(kind, depth, flags == Some(field))?;
        }
    }

    /// A value of a kind, as the compact protocol numbers them.
    fn value(&mut self, kind: u8, depth: u8, may_be_flags: bool) -> Walked<()> {
        let depth = depth.checked_sub(1).ok_or(Fault::Broken)?;
        match kind {
            1 | 2 => Ok(()),
            3 => self.byte().map(drop),
            4..=6 => self.number().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.number()?;
                self.pass(length)
            }
            9 | 10 => self.list(depth, may_be_flags),
            11 => self.map(depth),
            12 => self.fields(depth, None),
            13 => self.pass(16),
            _ => Err(Fault::Broken),
        }
    }

    fn list(&mut self, depth: u8, may_be_flags: bool) -> Walked<()> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.number()?,
            few => u64::from(few),
        };
        match header & 0x0f {
            1 | 2 if may_be_flags => self.pass(count),
            1 | 2 if count > 0 => Err(Fault::Flags(count)),
            kind => (0..count).try_for_each(|_| self.value(kind, depth, false)),
        }
    }

    fn map(&mut self, depth: u8) -> Walked<()> {
        let count = self.number()?;
        if count == 0 {
            return Ok(());
        }
        let kinds = self.byte()?;
        let (key, value) = (kinds >> 4, kinds & 0x0f);
        if matches!((key, value), (1 | 2, 1 | 2)) {
            return Err(Fault::Flags(count));
        }
        (0..count).try_for_each(|_| {
            self.value(key, depth, false)?;
            self.value(value, depth, false)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(bytes: &[u8], flags: Option<i16>) -> bool {
        check(bytes, flags).is_err()
    }

    #[test]
    fn a_list_of_booleans_is_refused_where_the_format_knows_none() {
        // Field 1 is a list of two billion booleans, told in seven bytes.
        let lie = [0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00];
        assert!(is_refused(&lie, None));
        assert!(is_refused(&lie, COLUMN_INDEX), "its bytes are missing");
        // The same in a structure in a list, and as keys and values of a map.
        assert!(is_refused(&[0x19, 0x1c, 0x19, 0x32, 0x00, 0x00], None));
        assert!(is_refused(&[0x1b, 0x05, 0x12, 0x00], None));
    }

    #[test]
    fn what_the_format_knows_passes() {
        // A number, a text, an empty list, a list of two texts, a boolean field, a structure.
        let sound = [
            0x15, 0x2a, 0x18, 0x01, b'x', 0x19, 0x01, 0x19, 0x28, 0x01, b'a', 0x01, b'b', 0x11, 0x1c, 0x15,
            0x01, 0x00, 0x00,
        ];
        assert!(!is_refused(&sound, None));
        assert!(!is_refused(&[0x19, 0x21, 0x01, 0x02, 0x00], COLUMN_INDEX));
    }

    #[test]
    fn what_breaks_off_or_nests_too_deep_is_refused() {
        // Two billion texts, and one of them there.
        assert!(is_refused(&[0x19, 0xf8, 0xff, 0xff, 0xff, 0xff, 0x07, 0x01, b'x'], None));
        assert!(is_refused(&[0x18, 0xff, 0xff, 0xff, 0xff, 0x07, b'x'], None));
        assert!(is_refused(&[0x15, 0x2a], None));
        assert!(is_refused(&[0x1c; 1 << 16], None));
    }
}
