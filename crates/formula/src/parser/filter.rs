//! Filters: `Col in …`, `Col includes …`, or any Boolean formula. In parentheses the first two stand inside formulas too.

use super::expression::Parser;
use crate::ast::{Expr, ExprKind, MemberTest, Membership};
use crate::error::Error;
use crate::lexer::TokenKind;

pub(crate) fn parse_filter(text: &str) -> Result<Expr, Error> {
    let mut parser = Parser::new(text, 0)?;
    if *parser.peek() == TokenKind::End {
        return Err(Error::syntax(parser.span(), "this filter is empty").with_hint("write e.g. Price > 10"));
    }
    if !is_membership(&parser) {
        return parser.whole();
    }
    let expr = membership(&mut parser)?;
    parser.end()?;
    Ok(expr)
}

/// Whether a name and then `in` or `includes` come next, perhaps with `icase` and `not` between.
pub(super) fn is_membership(parser: &Parser) -> bool {
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

/// `Col [icase] [not] in a, b` or `Col [icase] [not] includes [any|all] a, b`, up to what is no value.
pub(super) fn membership(parser: &mut Parser) -> Result<Expr, Error> {
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
    let test = test(parser)?;
    let mut values = vec![parser.expression()?];
    while parser.take(",") {
        values.push(parser.expression()?);
    }
    let span = values.iter().fold(column.span, |span, value| span.to(value.span));
    let member = Membership { column, icase, not, test, values };
    Ok(Expr::new(ExprKind::Member(Box::new(member)), span))
}

fn test(parser: &mut Parser) -> Result<MemberTest, Error> {
    if parser.take_word("in") {
        return Ok(MemberTest::In);
    }
    if !parser.take_word("includes") {
        return Err(Error::syntax(parser.span(), "\"in\" or \"includes\" is expected here"));
    }
    if parser.take_word("all") {
        return Ok(MemberTest::IncludesAll);
    }
    parser.take_word("any");
    Ok(MemberTest::IncludesAny)
}
