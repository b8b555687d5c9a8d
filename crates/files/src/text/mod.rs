//! Values and the texts they are spelled with in files: numbers, instants, characters.

mod instants;
mod numbers;
mod small;
mod spell;
mod typed;

pub use instants::{instant, push_date, push_instant, push_time};
pub use numbers::{double, float, long};
pub use small::{boolean, character, shown, trimmed};
pub use spell::{Speller, Write, speller};
pub use typed::parse_texts;
