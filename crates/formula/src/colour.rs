//! Formulas of colours: what formats cells.

use std::sync::Arc;

use crate::check::Checker;
use crate::check::operator::choice;
use crate::error::Error;
use crate::filter::condition_of;
use crate::formula::Formula;
use crate::functions::{colour, kernels};
use crate::node::{Kernel, Node};
use crate::parser::Parser;
use crate::scope::Scope;
use crate::types::Type;
use crate::value::Text;

/// The encoded colour that a text spells: `#ff0000`, `#f00`, or a name such as `red` or `IVORY`.
///
/// The high 32 bits are the background and the low 32 bits the foreground, each `flags << 24 | red << 16 |
/// green << 8 | blue`; a colour alone is a background with a foreground that reads well on it.
///
/// ```
/// assert_eq!(kinetable_formula::colour_of_text("IVORY"), Some(0x01fffff0_01000000));
/// ```
pub fn colour_of_text(text: &str) -> Option<i64> {
    colour::spelled(text)
}

/// Compiles a colour: a name, a text such as `` `#ff0000` ``, or any formula of type long or String. The result is
/// a formula of type long, for a column called `name`.
pub fn compile_colour(name: &str, text: &str, scope: &dyn Scope) -> Result<Formula, Error> {
    let mut checker = Checker::new(scope);
    let node = colour_node(text, 0, &mut checker).map_err(|error| error.in_text(text))?;
    Ok(Formula::new(name.to_owned(), text, node, checker.inputs, scope))
}

/// Compiles a colour for the rows that fulfil a condition (any text that a filter may be); other rows have no format.
pub fn compile_colour_where(
    name: &str,
    condition: &str,
    text: &str,
    scope: &dyn Scope,
) -> Result<Formula, Error> {
    let mut checker = Checker::new(scope);
    let whole = format!("{condition} ? {text} : NO_FORMATTING");
    let (test, _) = condition_of(condition, &mut checker).map_err(|error| error.in_text(&whole))?;
    let start = condition.len() + " ? ".len();
    let before = &whole[..start + text.len()];
    let node = colour_node(before, start, &mut checker)
        .and_then(|colour| {
            let (span, plain) = (colour.span, colour::constant("NO_FORMATTING").unwrap_or(0));
            let none =
                Node::constant(Type::Int64, Arc::new(arrow_array::Int64Array::from(vec![plain])), span);
            choice(test, colour, none, span)
        })
        .map_err(|error| error.in_text(&whole))?;
    Ok(Formula::new(name.to_owned(), &whole, node, checker.inputs, scope))
}

/// The colour that the text from `start` on spells, as a long.
fn colour_node(text: &str, start: usize, checker: &mut Checker<'_>) -> Result<Node, Error> {
    let expr = Parser::new(text, start)?.whole()?;
    let node = checker.check(&expr)?;
    encoded(node)
}

/// A node of a colour as a long.
pub(crate) fn encoded(node: Node) -> Result<Node, Error> {
    let span = node.span;
    match &node.ty {
        Type::Int64 => Ok(node),
        Type::Text => {
            let literal = node.as_constant().is_some();
            let found = Node::kernel(spelled(), vec![node], Type::Int64, span).can_fail().folded();
            if literal && found.as_constant().is_none() {
                return Err(Error::value("this text is not a colour").at(span).with_hint(HINT));
            }
            Ok(found)
        }
        ty => Err(Error::ty(format!("a colour is expected here, but this is of type {ty}"))
            .at(span)
            .with_hint(HINT)),
    }
}

const HINT: &str = "colours are names such as RED, or texts such as `#ff0000`";

fn spelled() -> Kernel {
    kernels::rows::<Text, arrow_array::types::Int64Type, i64>(|text| match colour::spelled(text) {
        Some(colour) => Ok(Some(colour)),
        None => Err(Error::value(format!("\"{text}\" is not a colour")).with_hint(HINT)),
    })
}
