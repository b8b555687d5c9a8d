//! Filters: `Col in …`, `Col includes …`, or any Boolean formula.

use super::expression::Parser;
use crate::ast::{Expr, Ident};
use crate::error::Error;
use crate::lexer::TokenKind;

/// A filter as written.
pub(crate) enum FilterText {
    /// `Col [icase] [not] in a, b`
    In { column: Ident, icase: bool, not: bool, values: Vec<Expr> },
    /// `Col [icase] [not] includes [any|all] a, b`
    Includes { column: Ident, icase: bool, not: bool, all: bool, values: Vec<Expr> },
    /// Anything else.
    Condition(Expr),
}

pub(crate) fn parse_filter(text: &str) -> Result<FilterText, Error> {
    let parser = Parser::new(text, 0)?;
    if *parser.peek() == TokenKind::End {
        return Err(Error::syntax(parser.span(), "this filter is empty").with_hint("write e.g. Price > 10"));
    }
    if is_membership(&parser) {
        return membership(parser);
    }
    Ok(FilterText::Condition(parser.whole()?))
}

/// Whether a name and then `in` or `includes` begin the filter, perhaps with `icase` and `not` between.
fn is_membership(parser: &Parser) -> bool {
    if !matches!(parser.peek(), TokenKind::Ident(_)) {
        return false;
    }
    for ahead in 1..=3 {
        let TokenKind::Ident(word) = parser.peek_at(ahead) else { return false };
        match word.to_ascii_lowercase().as_str() {
            "in" | "includes" => return true,
            "icase" | "not" => {}
            _ => return false,
        }
    }
    false
}

fn membership(mut parser: Parser) -> Result<FilterText, Error> {
    let column = parser.ident("a column is expected")?;
    let (mut icase, mut not) = (false, false);
    loop {
        if parser.take_word("icase") {
            icase = true;
        } else if parser.take_word("not") {
            not = true;
        } else {
            break;
        }
    }
    if parser.take_word("in") {
        let values = values(&mut parser)?;
        return Ok(FilterText::In { column, icase, not, values });
    }
    if !parser.take_word("includes") {
        return Err(Error::syntax(parser.span(), "\"in\" or \"includes\" is expected here"));
    }
    let all = parser.take_word("all");
    if !all {
        parser.take_word("any");
    }
    let values = values(&mut parser)?;
    Ok(FilterText::Includes { column, icase, not, all, values })
}

/// Values between commas up to the end.
fn values(parser: &mut Parser) -> Result<Vec<Expr>, Error> {
    let mut values = vec![parser.expression()?];
    while parser.take(",") {
        values.push(parser.expression()?);
    }
    parser.end()?;
    Ok(values)
}
