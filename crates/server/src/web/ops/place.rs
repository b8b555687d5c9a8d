//! Where in a formula a mistake is.

use std::error::Error as _;

use kinetable::formula;

use crate::web::messages::tell::{Fault, Place};

/// The fault of formulas: which of them is wrong, if there are several, and the characters at fault, in units of UTF-16.
pub(in crate::web) fn placed(error: kinetable::Error, formulas: &[String]) -> Fault {
    let found = cause(&error).and_then(|wrong| place(wrong, formulas));
    let Some((which, from, to)) = found else { return Fault::from(error) };
    let wrong = cause(&error);
    let message = wrong.map_or_else(|| error.message().to_owned(), |wrong| wrong.message().to_owned());
    let hint = wrong.and_then(|wrong| wrong.hint()).map(str::to_owned);
    let formula = (formulas.len() > 1).then_some(which);
    Fault { message, hint, place: Some(Box::new(Place { formula, from, to })), ..Fault::from(error) }
}

/// The formula's own error, below what is told of it.
fn cause(error: &kinetable::Error) -> Option<&formula::Error> {
    let mut below = error.source();
    while let Some(error) = below {
        if let Some(found) = error.downcast_ref::<formula::Error>() {
            return Some(found);
        }
        below = error.source();
    }
    None
}

fn place(wrong: &formula::Error, formulas: &[String]) -> Option<(usize, usize, usize)> {
    let (text, span) = (wrong.text()?, wrong.span()?);
    // What is compiled may be a part of what was written: what is on the right of "=".
    let (which, start) =
        formulas.iter().enumerate().find_map(|(which, whole)| Some((which, whole.rfind(text)?)))?;
    let whole = &formulas[which];
    let units = |at: usize| whole.get(..start + at).map(|before| before.encode_utf16().count());
    Some((which, units(span.start)?, units(span.end)?))
}
