//! Text to a syntax tree whose size and depth are bounded.
//!
//! **Invariants**: 1. a statement has at most [`TOKENS_MAX`] tokens that can nest, so that no walk over its tree runs out of stack:
//! chains of operators lean to the left, as deep as they are long; 2. parentheses nest as deep as the parser's own limit.

use kinetable::{Error, Result};
use sqlparser::ast::{Query, Statement};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use crate::place::{NOWHERE, at};

/// Bytes of a statement.
const BYTES_MAX: usize = 1 << 20;
/// Tokens of a statement that can make its tree deeper.
const TOKENS_MAX: usize = 2_500;
/// How deep the parser goes.
const DEPTH_MAX: usize = 48;

/// The one query of a text.
///
/// # Errors
/// If it is none, or too large.
pub(crate) fn parse(sql: &str) -> Result<Query> {
    if sql.len() > BYTES_MAX {
        return Err(Error::invalid(format!("SQL: the statement has {} bytes", sql.len()))
            .with_hint(format!("{BYTES_MAX} at most: put long lists into a table, and ask IN (SELECT …)")));
    }
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, sql)
        .tokenize_with_location()
        .map_err(|error| at(error.location, error.message).with_hint("close what is open before here"))?;
    measure(&tokens)?;
    let mut parser = Parser::new(&dialect).with_recursion_limit(DEPTH_MAX).with_tokens_with_locations(tokens);
    let statement = match parser.peek_token().token {
        Token::EOF => return Err(at(NOWHERE, "there is no statement").with_hint("SELECT …")),
        _ => parser.parse_statement().map_err(|error| syntax(&error))?,
    };
    while parser.consume_token(&Token::SemiColon) {}
    let next = parser.peek_token();
    if next.token != Token::EOF {
        return Err(at(next.span.start, format!("\"{}\" comes after the end of the query", next.token))
            .with_hint("one query at a time"));
    }
    match statement {
        Statement::Query(query) => Ok(*query),
        _ => Err(at(Location::new(1, 1), "this statement is no query")
            .with_hint("SELECT, WITH or VALUES: tables are written by other means")),
    }
}

/// Refuses what would become too deep a tree.
fn measure(tokens: &[TokenWithSpan]) -> Result<()> {
    let flat = |token: &Token| {
        matches!(
            token,
            Token::Whitespace(_)
                | Token::Comma
                | Token::Number(..)
                | Token::SingleQuotedString(_)
                | Token::EOF
        )
    };
    match tokens.iter().filter(|token| !flat(&token.token)).nth(TOKENS_MAX) {
        None => Ok(()),
        Some(token) => Err(at(token.span.start, format!("the statement has more than {TOKENS_MAX} words"))
            .with_hint("split it: tables made by one query can be named in the next")),
    }
}

fn syntax(error: &ParserError) -> Error {
    let (message, hint) = match error {
        ParserError::RecursionLimitExceeded => {
            ("it nests too deep".to_owned(), "split it with WITH, or into several queries")
        }
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => {
            (text.clone(), "docs/sql.md has the grammar")
        }
    };
    match message.rsplit_once(" at Line: ") {
        None => Error::invalid(format!("SQL: {message}")).with_hint(hint),
        Some((text, place)) => {
            let place = place.replace(", Column: ", ", column ");
            Error::invalid(format!("SQL, line {place}: {text}")).with_hint(hint)
        }
    }
}
