//! A look at Thrift structures before the decoder reads them.
//!
//! The decoder passes over fields that it does not know, and trusts what they claim. Elements that take no bytes, as those of a
//! list of booleans that it passes over, and all of a page header behind the end of the file, cost it seconds for a few bytes
//! that claim two billions of them, and a text of a header is allocated before its bytes are seen. So a structure has to be whole
//! here, and to have no list of booleans where the format knows none: then every element takes a byte that is there. The decoder
//! takes a field that it knows for what it should be and not for what it says, so those of a page header have to be that, and
//! `Onward` makes the end of a file an error besides.
//!
//! **Cost**: a pass over the bytes of the structure.

use std::io::{self, Read};

use parquet::errors::{ParquetError, Result as ParquetResult};

/// Fields that a structure is known to have, as far as they are looked at.
pub(crate) type Shape = [(i16, Known)];

/// What a field is.
#[derive(Clone, Copy)]
pub(crate) enum Known {
    Number,
    Bytes,
    Flag,
    /// A list of booleans.
    Flags,
    Structure(&'static Shape),
}

use Known::{Bytes, Flag, Flags, Number, Structure};

/// A footer, an index of places, a header of a filter: their fields are the decoder's business.
pub(crate) const ANY: &Shape = &[];
/// An index of values: its null pages.
pub(super) const COLUMN_INDEX: &Shape = &[(1, Flags)];
/// The header of a page.
pub(super) const PAGE_HEADER: &Shape = &[
    (1, Number),
    (PAGE_BYTES, Number),
    (3, Number),
    (4, Number),
    (5, Structure(&[(1, Number), (2, Number), (3, Number), (4, Number), (5, Structure(STATISTICS))])),
    (6, Structure(ANY)),
    (DICTIONARY, Structure(&[(DICTIONARY_VALUES, Number), (2, Number), (3, Flag)])),
    (
        8,
        Structure(&[
            (1, Number),
            (2, Number),
            (3, Number),
            (4, Number),
            (5, Number),
            (6, Number),
            (7, Flag),
            (8, Structure(STATISTICS)),
        ]),
    ),
];
const STATISTICS: &Shape =
    &[(1, Bytes), (2, Bytes), (3, Number), (4, Number), (5, Bytes), (6, Bytes), (7, Flag), (8, Flag)];
const PAGE_BYTES: i16 = 2;
const DICTIONARY: i16 = 7;
const DICTIONARY_VALUES: i16 = 1;
/// As deep as the decoder goes.
const DEPTH_MAX: u8 = 64;

/// Looks at a structure.
pub(super) fn check(from: impl Read, shape: &Shape) -> ParquetResult<()> {
    let mut walk = Walk { from, path: Vec::new(), page_bytes: 0, dictionary_values: 0 };
    match walk.fields(DEPTH_MAX, shape) {
        // A value has a bit at least, and the decoder makes room for all that are claimed.
        Ok(()) if walk.dictionary_values > walk.page_bytes.saturating_mul(8) => {
            let (values, bytes) = (walk.dictionary_values, walk.page_bytes);
            Err(ParquetError::General(format!("its dictionary claims {values} values in {bytes} bytes")))
        }
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
    /// The fields that the walk is in.
    path: Vec<i16>,
    page_bytes: u64,
    dictionary_values: u64,
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

    fn fields(&mut self, depth: u8, shape: &Shape) -> Walked<()> {
        let mut field = 0i16;
        loop {
            let header = self.byte()?;
            let kind = header & 0x0f;
            if kind == 0 {
                return Ok(());
            }
            field = match header >> 4 {
                0 => zigzag(self.number()?) as i16,
                delta => field.checked_add(i16::from(delta)).ok_or(Fault::Broken)?,
            };
            let known = shape.iter().find(|(number, _)| *number == field).map(|(_, known)| *known);
            // The decoder takes a known field for what it should be.
            let is_it = match known {
                None => true,
                Some(Number) => matches!(kind, 4..=6),
                Some(Bytes) => kind == 8,
                Some(Flag) => matches!(kind, 1 | 2),
                Some(Flags) => kind == 9,
                Some(Structure(_)) => kind == 12,
            };
            if !is_it {
                return Err(Fault::Broken);
            }
            self.path.push(field);
            self.value(kind, depth, known)?;
            self.path.pop();
        }
    }

    /// A value of a kind, as the compact protocol numbers them.
    fn value(&mut self, kind: u8, depth: u8, known: Option<Known>) -> Walked<()> {
        let depth = depth.checked_sub(1).ok_or(Fault::Broken)?;
        match kind {
            1 | 2 => Ok(()),
            3 => self.byte().map(drop),
            4..=6 => {
                let number = zigzag(self.number()?);
                if matches!(known, Some(Number)) {
                    self.note(number);
                }
                Ok(())
            }
            7 => self.pass(8),
            8 => {
                let length = self.number()?;
                self.pass(length)
            }
            9 | 10 => self.list(depth, matches!(known, Some(Flags))),
            11 => self.map(depth),
            12 => match known {
                Some(Structure(shape)) => self.fields(depth, shape),
                _ => self.fields(depth, ANY),
            },
            13 => self.pass(16),
            _ => Err(Fault::Broken),
        }
    }

    /// Keeps what is compared in the end.
    fn note(&mut self, number: i64) {
        // As the decoder takes them, which refuses what is below nothing.
        let number = u64::from((number as i32).max(0).unsigned_abs());
        match self.path[..] {
            [PAGE_BYTES] => self.page_bytes = number,
            [DICTIONARY, DICTIONARY_VALUES] => self.dictionary_values = number,
            _ => {}
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
            kind => (0..count).try_for_each(|_| self.value(kind, depth, None)),
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
            self.value(key, depth, None)?;
            self.value(value, depth, None)
        })
    }
}

fn zigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(bytes: &[u8], shape: &Shape) -> bool {
        check(bytes, shape).is_err()
    }

    #[test]
    fn a_list_of_booleans_is_refused_where_the_format_knows_none() {
        // Field 1 is a list of two billion booleans, told in seven bytes.
        let lie = [0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00];
        assert!(is_refused(&lie, ANY));
        assert!(is_refused(&lie, COLUMN_INDEX), "its bytes are missing");
        // The same in a structure in a list, and as keys and values of a map.
        assert!(is_refused(&[0x19, 0x1c, 0x19, 0x32, 0x00, 0x00], ANY));
        assert!(is_refused(&[0x1b, 0x05, 0x12, 0x00], ANY));
    }

    #[test]
    fn what_the_format_knows_passes() {
        // A number, a text, an empty list, a list of two texts, a boolean field, a structure.
        let sound = [
            0x15, 0x2a, 0x18, 0x01, b'x', 0x19, 0x01, 0x19, 0x28, 0x01, b'a', 0x01, b'b', 0x11, 0x1c, 0x15,
            0x01, 0x00, 0x00,
        ];
        assert!(!is_refused(&sound, ANY));
        assert!(!is_refused(&[0x19, 0x21, 0x01, 0x02, 0x00], COLUMN_INDEX));
    }

    #[test]
    fn what_breaks_off_or_nests_too_deep_is_refused() {
        // Two billion texts, and one of them there.
        assert!(is_refused(&[0x19, 0xf8, 0xff, 0xff, 0xff, 0xff, 0x07, 0x01, b'x'], ANY));
        assert!(is_refused(&[0x18, 0xff, 0xff, 0xff, 0xff, 0x07, b'x'], ANY));
        assert!(is_refused(&[0x15, 0x2a], ANY));
        assert!(is_refused(&[0x1c; 1 << 16], ANY));
    }
    #[test]
    fn a_page_header_is_what_the_decoder_takes_it_for() {
        // A dictionary page of 20 bytes with 5 values.
        let sound = [0x15, 0x04, 0x15, 0x28, 0x15, 0x28, 0x4c, 0x15, 0x0a, 0x15, 0x00, 0x11, 0x00, 0x00];
        assert!(!is_refused(&sound, PAGE_HEADER));
        // With 161 values, and with a size that is a text.
        let much = [0x15, 0x04, 0x15, 0x28, 0x15, 0x28, 0x4c, 0x15, 0xc2, 0x02, 0x15, 0x00, 0x00, 0x00];
        assert!(is_refused(&much, PAGE_HEADER));
        assert!(is_refused(&[0x15, 0x04, 0x18, 0x01, b'x', 0x00], PAGE_HEADER));
    }
}
