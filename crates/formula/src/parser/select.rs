//! `Name = expression`, or a bare `Name`.

use super::expression::Parser;
use super::name::{check_column_name, is_column_name};
use crate::ast::{Expr, ExprKind};
use crate::error::{Error, Span};

/// The name of the result and its expression.
pub(crate) fn parse_select(text: &str) -> Result<(String, Expr), Error> {
    let Some(equals) = assignment(text) else {
        return bare(text);
    };
    let name = text[..equals].trim();
    let start = text.find(name).unwrap_or(0);
    let span = Span::new(start, start + name.len());
    check_column_name(name).map_err(|error| error.at(span))?;
    let expr = Parser::new(text, equals + 1)?.whole()?;
    Ok((name.to_owned(), expr))
}

/// Where the first `=` stands, if it is not part of a comparison.
fn assignment(text: &str) -> Option<usize> {
    let at = text.find('=')?;
    let compares = text[at + 1..].starts_with('=') || text[..at].ends_with(['<', '>', '!']);
    (!compares).then_some(at)
}

fn bare(text: &str) -> Result<(String, Expr), Error> {
    let name = text.trim();
    let start = text.find(name).unwrap_or(0);
    let span = Span::new(start, start + name.len());
    if is_column_name(name) {
        return Ok((name.to_owned(), Expr::new(ExprKind::Name(name.to_owned()), span)));
    }
    let message =
        if name.is_empty() { "this formula is empty" } else { "this formula has no name for its result" };
    let example = if name.is_empty() { "Price * 2" } else { name };
    Err(Error::syntax(span, message).with_hint(format!("write Name = {example}")))
}
