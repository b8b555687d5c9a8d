//! Values of the last key, in a form that compares as they sort.
//!
//! For `raj` everything is turned round, values and row keys: the first right row at or after a value is then the last one at
//! or before it, so that one search serves both.

use arrow_array::{Array, ArrayRef};
use arrow_row::{RowConverter, SortField};
use arrow_schema::{DataType, SortOptions};
use kinetable_engine::{Error, Result};

use crate::aggregate::type_name::type_name;
use crate::join::keys::plain;
use crate::sort::{WordEncoder, word_encoder};

/// The class of a value that is not null. Nulls are before it, or after it when turned.
pub(crate) const VALUE: u8 = 1;

/// What makes points of values.
pub(crate) struct Ruler {
    form: Form,
    is_turned: bool,
}

enum Form {
    Words(WordEncoder),
    Bytes(RowConverter),
}

impl Ruler {
    /// A ruler for values of a type.
    pub(crate) fn new(data_type: &DataType, is_turned: bool) -> Result<Ruler> {
        let form = match word_encoder(data_type) {
            Some(encode) => Form::Words(encode),
            None => {
                let options = SortOptions { descending: is_turned, nulls_first: !is_turned };
                let field = SortField::new_with_options(data_type.clone(), options);
                Form::Bytes(RowConverter::new(vec![field]).map_err(|_| {
                    let kind = type_name(data_type);
                    Error::invalid(format!("the last key is {kind}, which has no order"))
                        .with_hint("put a number, a text or a time last")
                })?)
            }
        };
        Ok(Ruler { form, is_turned })
    }

    /// Whether points are of 64 bits.
    pub(crate) fn gives_words(&self) -> bool {
        matches!(self.form, Form::Words(_))
    }

    /// A row key as it is compared among equal points.
    pub(crate) fn turn(&self, row: u64) -> u64 {
        if self.is_turned { !row } else { row }
    }
}

/// Values of a last key, each with its class; no classes: there is no null.
pub(crate) struct Points<P> {
    pub(crate) classes: Option<Vec<u8>>,
    pub(crate) values: Vec<P>,
}

impl<P: Point> Points<P> {
    /// The class and the value at a place.
    pub(crate) fn at(&self, place: usize) -> (u8, &P) {
        let class = self.classes.as_ref().map_or(VALUE, |classes| classes[place]);
        (class, &self.values[place])
    }
}

/// One value of a last key.
pub(crate) trait Point: Ord + Clone + Default + Send + Sync + 'static {
    /// The points of values; the ruler gives this kind.
    fn read(ruler: &Ruler, values: ArrayRef) -> Result<Points<Self>>;

    /// Bytes that a point has apart from its own place.
    fn bytes(&self) -> usize;
}

impl Point for u64 {
    fn read(ruler: &Ruler, values: ArrayRef) -> Result<Points<u64>> {
        let Form::Words(encode) = &ruler.form else {
            unreachable!("a ruler of bytes is asked for words");
        };
        let values = plain(values);
        let mut words = encode(&values)?;
        if ruler.is_turned {
            words.iter_mut().for_each(|word| *word = !*word);
        }
        let null = if ruler.is_turned { VALUE + 1 } else { VALUE - 1 };
        let classes = values.nulls().filter(|nulls| nulls.null_count() > 0).map(|nulls| {
            // Nulls are equal, whatever lies under them.
            let mut classes = vec![VALUE; words.len()];
            for (place, class) in classes.iter_mut().enumerate().filter(|(place, _)| nulls.is_null(*place)) {
                (*class, words[place]) = (null, 0);
            }
            classes
        });
        Ok(Points { classes, values: words })
    }

    fn bytes(&self) -> usize {
        0
    }
}

impl Point for Box<[u8]> {
    /// The row encoding orders nulls itself.
    fn read(ruler: &Ruler, values: ArrayRef) -> Result<Points<Box<[u8]>>> {
        let Form::Bytes(converter) = &ruler.form else {
            unreachable!("a ruler of words is asked for bytes");
        };
        let rows = converter.convert_columns(&[plain(values)])?;
        Ok(Points { classes: None, values: rows.iter().map(|row| row.data().into()).collect() })
    }

    fn bytes(&self) -> usize {
        self.len()
    }
}
