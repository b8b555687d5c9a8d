//! Expressions, by recursive descent with precedence climbing.
//!
//! From loose to tight: `?:`, `||`, `&&`, `|`, `^`, `&`, equality, order, `+ -`, `* / %`, sign, `!` and casts, and
//! last what follows a value: `.name`, `.name(…)`, `[…]`. A single `=` is equality.

use super::filter::{is_membership, membership};
use crate::ast::{BinaryOp, Expr, ExprKind, Ident, Literal, LogicOp, TypeName, UnaryOp};
use crate::error::{Error, Span};
use crate::lexer::{Token, TokenKind, tokens_from};

/// Deepest nesting, and longest chain of one operator: a bound on the stack of every later walk.
const DEPTH_MAX: usize = 256;
const NESTING_MAX: usize = 64;

/// Names that begin a cast when they stand alone in parentheses.
const TYPE_NAMES: &[&str] = &[
    "boolean",
    "byte",
    "short",
    "char",
    "int",
    "long",
    "float",
    "double",
    "Boolean",
    "Byte",
    "Short",
    "Character",
    "Integer",
    "Long",
    "Float",
    "Double",
    "String",
    "Object",
    "Instant",
    "LocalDate",
    "LocalTime",
    "LocalDateTime",
    "ZonedDateTime",
    "Duration",
    "Period",
    "Number",
    "CharSequence",
    "Comparable",
    "PyObject",
    "BigDecimal",
    "BigInteger",
];

/// The first eight cannot be anything but types, so that `(int)-x` is a cast.
const PRIMITIVES: usize = 8;

pub(crate) struct Parser {
    tokens: Vec<Token>,
    at: usize,
    nesting: usize,
}

impl Parser {
    /// A parser of `text` from the byte `offset` on; places are those of the whole text.
    pub fn new(text: &str, offset: usize) -> Result<Self, Error> {
        Ok(Self { tokens: tokens_from(text, offset)?, at: 0, nesting: 0 })
    }

    /// The one expression that the whole text is.
    pub fn whole(mut self) -> Result<Expr, Error> {
        let expr = self.expression()?;
        self.end()?;
        Ok(expr)
    }

    pub fn expression(&mut self) -> Result<Expr, Error> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return Err(Error::syntax(self.span(), "this formula is nested too deeply")
                .with_hint("compute parts of it as columns of their own"));
        }
        let condition = self.logic(LogicOp::Or)?;
        let expr = if self.take("?") {
            let then = self.expression()?;
            self.expect(":", "the other branch of \"?\" begins with \":\"")?;
            let other = self.expression()?;
            let span = condition.span.to(other.span);
            let kind = ExprKind::Choose(Box::new(condition), Box::new(then), Box::new(other));
            self.expr(kind, span)?
        } else {
            condition
        };
        self.nesting -= 1;
        Ok(expr)
    }

    /// All tokens are used up.
    pub fn end(&self) -> Result<(), Error> {
        match self.peek() {
            TokenKind::End => Ok(()),
            kind => Err(Error::syntax(self.span(), format!("{} is not expected here", kind.describe()))
                .with_hint_opt(foreign_word(kind))),
        }
    }

    pub fn peek(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    pub fn peek_at(&self, ahead: usize) -> &TokenKind {
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)].kind
    }

    pub fn span(&self) -> Span {
        self.tokens[self.at].span
    }

    pub fn advance(&mut self) -> Token {
        let token = self.tokens[self.at].clone();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    pub fn take(&mut self, op: &str) -> bool {
        let found = matches!(self.peek(), TokenKind::Op(found) if *found == op);
        if found {
            self.at += 1;
        }
        found
    }

    /// Takes the word in any letter case.
    pub fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), TokenKind::Ident(name) if name.eq_ignore_ascii_case(word));
        if found {
            self.at += 1;
        }
        found
    }

    pub fn expect(&mut self, op: &str, why: &str) -> Result<Span, Error> {
        let span = self.span();
        if self.take(op) {
            return Ok(span);
        }
        let message = format!("{why}, but here is {}", self.peek().describe());
        Err(Error::syntax(span, message))
    }

    pub fn ident(&mut self, why: &str) -> Result<Ident, Error> {
        let token = self.advance();
        match token.kind {
            TokenKind::Ident(name) => Ok(Ident { name, span: token.span }),
            kind => Err(Error::syntax(token.span, format!("{why}, but here is {}", kind.describe()))),
        }
    }

    fn expr(&self, kind: ExprKind, span: Span) -> Result<Expr, Error> {
        let expr = Expr::new(kind, span);
        if expr.depth > DEPTH_MAX {
            return Err(Error::syntax(span, "this formula is too long")
                .with_hint("compute parts of it as columns of their own"));
        }
        Ok(expr)
    }

    /// A chain of `||` whose parts are chains of `&&`.
    fn logic(&mut self, op: LogicOp) -> Result<Expr, Error> {
        let mut parts = vec![self.logic_part(op)?];
        while self.take(op.symbol()) {
            parts.push(self.logic_part(op)?);
        }
        if parts.len() == 1 {
            return Ok(parts.remove(0));
        }
        let span = parts[0].span.to(parts[parts.len() - 1].span);
        self.expr(ExprKind::Logic(op, parts), span)
    }

    fn logic_part(&mut self, op: LogicOp) -> Result<Expr, Error> {
        match op {
            LogicOp::Or => self.logic(LogicOp::And),
            LogicOp::And => self.binary(0),
        }
    }

    fn binary(&mut self, tightness: usize) -> Result<Expr, Error> {
        let mut left = self.unary()?;
        while let TokenKind::Op(symbol) = self.peek() {
            let Some((op, level)) = binary_op(symbol) else { break };
            if level < tightness {
                break;
            }
            self.advance();
            let right = self.binary(level + 1)?;
            let span = left.span.to(right.span);
            left = self.expr(ExprKind::Binary(op, Box::new(left), Box::new(right)), span)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, Error> {
        let start = self.span();
        let op = match self.peek() {
            TokenKind::Op("-") => UnaryOp::Minus,
            TokenKind::Op("!") => UnaryOp::Not,
            TokenKind::Op("+") => {
                return Err(
                    Error::syntax(start, "\"+\" needs a value on its left").with_hint("leave the sign out")
                );
            }
            _ => return self.cast_or_postfix(),
        };
        self.advance();
        if op == UnaryOp::Minus
            && let TokenKind::Int { magnitude, wide, binary } = *self.peek()
        {
            let span = start.to(self.span());
            self.advance();
            let literal = whole_number(magnitude, true, wide, binary, span)?;
            let literal = self.expr(ExprKind::Literal(literal), span)?;
            return self.postfix(literal);
        }
        let operand = self.nested_unary()?;
        let span = start.to(operand.span);
        self.expr(ExprKind::Unary(op, Box::new(operand)), span)
    }

    fn nested_unary(&mut self) -> Result<Expr, Error> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return Err(Error::syntax(self.span(), "this formula is nested too deeply"));
        }
        let operand = self.unary()?;
        self.nesting -= 1;
        Ok(operand)
    }

    fn cast_or_postfix(&mut self) -> Result<Expr, Error> {
        if let Some((type_name, tokens)) = self.cast_ahead() {
            let start = self.span();
            self.at += tokens;
            let operand = self.nested_unary()?;
            let span = start.to(operand.span);
            return self.expr(ExprKind::Cast(type_name, Box::new(operand)), span);
        }
        let value = self.primary()?;
        self.postfix(value)
    }

    /// The type of the cast that begins here, and its tokens: `(int)`, `(String)`, `(java.lang.Long)`, `(int[])`.
    fn cast_ahead(&self) -> Option<(TypeName, usize)> {
        if *self.peek() != TokenKind::Op("(") {
            return None;
        }
        let TokenKind::Ident(mut name) = self.peek_at(1).clone() else { return None };
        let mut ahead = 2;
        while *self.peek_at(ahead) == TokenKind::Op(".")
            && let TokenKind::Ident(last) = self.peek_at(ahead + 1)
        {
            name.clone_from(last);
            ahead += 2;
        }
        let array =
            *self.peek_at(ahead) == TokenKind::Op("[") && *self.peek_at(ahead + 1) == TokenKind::Op("]");
        ahead += if array { 2 } else { 0 };
        let known = TYPE_NAMES.iter().position(|known| *known == name)?;
        if *self.peek_at(ahead) != TokenKind::Op(")") {
            return None;
        }
        let begins_operand = match self.peek_at(ahead + 1) {
            TokenKind::Op("(" | "!") => true,
            TokenKind::Op("-") => known < PRIMITIVES,
            TokenKind::Op(_) | TokenKind::End => false,
            _ => true,
        };
        let span = self.tokens[self.at + 1].span.to(self.tokens[self.at + ahead - 1].span);
        begins_operand.then_some((TypeName { name, array, span }, ahead + 1))
    }

    fn postfix(&mut self, mut value: Expr) -> Result<Expr, Error> {
        loop {
            if self.take(".") {
                let name = self.ident("a name follows \".\"")?;
                if *self.peek() == TokenKind::Op("(") {
                    value = self.call(Some(Box::new(value)), name)?;
                } else {
                    let span = value.span.to(name.span);
                    value = self.expr(ExprKind::Field(Box::new(value), name), span)?;
                }
            } else if self.take("[") {
                let index = self.expression()?;
                let close = self.expect("]", "an index ends with \"]\"")?;
                let span = value.span.to(close);
                value = self.expr(ExprKind::Index(Box::new(value), Box::new(index)), span)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn call(&mut self, target: Option<Box<Expr>>, name: Ident) -> Result<Expr, Error> {
        self.expect("(", "arguments begin with \"(\"")?;
        let (args, close) = self.list(")", "arguments end with \")\"")?;
        let start = target.as_ref().map_or(name.span, |target| target.span);
        self.expr(ExprKind::Call(target, name, args), start.to(close))
    }

    /// Expressions between commas up to the closing operator, whose place is told.
    fn list(&mut self, close: &str, why: &str) -> Result<(Vec<Expr>, Span), Error> {
        let mut items = Vec::new();
        let span = self.span();
        if self.take(close) {
            return Ok((items, span));
        }
        loop {
            items.push(self.expression()?);
            if !self.take(",") {
                let span = self.expect(close, why)?;
                return Ok((items, span));
            }
        }
    }

    fn primary(&mut self) -> Result<Expr, Error> {
        let token = self.advance();
        let span = token.span;
        let kind = match token.kind {
            TokenKind::Int { magnitude, wide, binary } => {
                ExprKind::Literal(whole_number(magnitude, false, wide, binary, span)?)
            }
            TokenKind::Float(value) => ExprKind::Literal(Literal::Float(value)),
            TokenKind::Double(value) => ExprKind::Literal(Literal::Double(value)),
            TokenKind::Text(value) => ExprKind::Literal(Literal::Text(value)),
            TokenKind::Quoted(value) => ExprKind::Literal(Literal::Quoted(value)),
            TokenKind::Op("(") => {
                let inner = if is_membership(self) { membership(self)? } else { self.expression()? };
                self.expect(")", "this parenthesis is closed by \")\"")?;
                return Ok(inner);
            }
            TokenKind::Ident(name) if name == "new" => return self.new_value(span),
            TokenKind::Ident(name) => return self.word(name, span),
            kind => {
                return Err(Error::syntax(
                    span,
                    format!("a value is expected here, but here is {}", kind.describe()),
                ));
            }
        };
        self.expr(kind, span)
    }

    fn word(&mut self, name: String, span: Span) -> Result<Expr, Error> {
        if *self.peek() == TokenKind::Op("(") {
            return self.call(None, Ident { name, span });
        }
        let kind = match name.as_str() {
            "true" => ExprKind::Literal(Literal::Bool(true)),
            "false" => ExprKind::Literal(Literal::Bool(false)),
            "null" => ExprKind::Literal(Literal::Null),
            _ => ExprKind::Name(name),
        };
        self.expr(kind, span)
    }

    /// `new int[]{1, 2}`, `new int[3]`, `new String(x)`: the last calls the static function `new` of the class.
    fn new_value(&mut self, start: Span) -> Result<Expr, Error> {
        let first = self.ident("a type follows \"new\"")?;
        let (mut name, mut span) = (first.name.clone(), first.span);
        let mut class = self.expr(ExprKind::Name(first.name), first.span)?;
        while self.take(".") {
            let part = self.ident("a name follows \".\"")?;
            name.clone_from(&part.name);
            span = span.to(part.span);
            class = self.expr(ExprKind::Field(Box::new(class), part), span)?;
        }
        if *self.peek() == TokenKind::Op("(") {
            return self.call(Some(Box::new(class)), Ident { name: "new".to_owned(), span: start });
        }
        self.expect("[", "\"(\" or \"[\" follows the type after \"new\"")?;
        if !self.take("]") {
            let length = self.expression()?;
            let close = self.expect("]", "the length of an array ends with \"]\"")?;
            return self.empty_array(TypeName { name, array: false, span }, length, start.to(close));
        }
        self.expect("{", "the values of an array begin with \"{\"")?;
        let (items, close) = self.list("}", "the values of an array end with \"}\"")?;
        let type_name = TypeName { name, array: true, span };
        self.expr(ExprKind::Array(type_name, items), start.to(close))
    }

    /// `new int[n]`: so many zeros, false values or nulls.
    fn empty_array(&self, type_name: TypeName, length: Expr, span: Span) -> Result<Expr, Error> {
        let value = match TYPE_NAMES[..PRIMITIVES].iter().position(|name| *name == type_name.name) {
            Some(0) => Literal::Bool(false),
            Some(_) => Literal::Int(0),
            None => Literal::Null,
        };
        let value = self.expr(ExprKind::Literal(value), span)?;
        let item = self.expr(ExprKind::Cast(type_name, Box::new(value)), span)?;
        let repeat = Ident { name: "repeat".to_owned(), span };
        self.expr(ExprKind::Call(None, repeat, vec![item, length]), span)
    }
}

/// The operator a symbol spells between two values, and how tightly it binds.
fn binary_op(symbol: &str) -> Option<(BinaryOp, usize)> {
    Some(match symbol {
        "|" => (BinaryOp::BitOr, 1),
        "^" => (BinaryOp::BitXor, 2),
        "&" => (BinaryOp::BitAnd, 3),
        "=" | "==" => (BinaryOp::Eq, 4),
        "!=" => (BinaryOp::Ne, 4),
        "<" => (BinaryOp::Lt, 5),
        "<=" => (BinaryOp::Le, 5),
        ">" => (BinaryOp::Gt, 5),
        ">=" => (BinaryOp::Ge, 5),
        "+" => (BinaryOp::Add, 6),
        "-" => (BinaryOp::Sub, 6),
        "*" => (BinaryOp::Mul, 7),
        "/" => (BinaryOp::Div, 7),
        "%" => (BinaryOp::Rem, 7),
        _ => return None,
    })
}

/// An int where the number fits, else a long; hexadecimal, octal and binary spellings of more than 63 bits wrap.
fn whole_number(
    magnitude: u64,
    negative: bool,
    wide: bool,
    binary: bool,
    span: Span,
) -> Result<Literal, Error> {
    let signed = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    if !wide && let Ok(value) = i32::try_from(signed) {
        return Ok(Literal::Int(value));
    }
    match i64::try_from(signed) {
        Ok(value) => Ok(Literal::Long(value)),
        Err(_) if binary => Ok(Literal::Long(signed as i64)),
        Err(_) => Err(Error::syntax(span, "this number does not fit 64 bits")
            .with_hint("write it as a double, e.g. 1e20")),
    }
}

/// What a word of another language is called here.
fn foreign_word(kind: &TokenKind) -> Option<String> {
    let TokenKind::Ident(word) = kind else { return None };
    let hint = match word.to_ascii_lowercase().as_str() {
        "and" => "write && for \"and\"",
        "or" => "write || for \"or\"",
        "is" => "write == null, or isNull(x)",
        "in" | "not" | "icase" | "includes" => {
            "\"in\" and \"includes\" stand after a column at the beginning of a filter or of a parenthesis; elsewhere use in(x, 1, 2)"
        }
        "instanceof" => "the type of a column is known; leave the test out",
        "if" | "else" => "write condition ? a : b",
        _ => return None,
    };
    Some(hint.to_owned())
}
