//! Text to tokens: numbers in every spelling, quoted texts with escapes, names and operators.
//!
//! Spellings that users bring from other languages and that mean nothing here are refused with a hint.

use crate::error::{Error, Span};

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// A whole number without its sign. `wide` has an `L`; `binary` was written in hexadecimal, octal or binary.
    Int {
        magnitude: u64,
        wide: bool,
        binary: bool,
    },
    Float(f32),
    Double(f64),
    Ident(String),
    /// In backticks or double quotes.
    Text(String),
    /// In single quotes.
    Quoted(String),
    Op(&'static str),
    End,
}

impl TokenKind {
    /// How the token is called in a message.
    pub fn describe(&self) -> String {
        match self {
            Self::Int { .. } | Self::Float(_) | Self::Double(_) => "a number".to_owned(),
            Self::Ident(name) => format!("\"{name}\""),
            Self::Text(_) | Self::Quoted(_) => "a text".to_owned(),
            Self::Op(op) => format!("\"{op}\""),
            Self::End => "the end of the formula".to_owned(),
        }
    }
}

/// Longest first, so that the first that fits is the right one.
const OPERATORS: &[&str] = &[
    "&&", "||", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "!", "<", ">", "=", "&", "|", "^", "?", ":",
    "(", ")", "[", "]", "{", "}", ",", ".",
];

/// What is refused, and what to write instead. Longest first.
const REFUSED: &[(&str, &str)] = &[
    (">>>", "divide by a power of two, e.g. floorDiv(x, 8)"),
    (">>", "divide by a power of two, e.g. floorDiv(x, 8)"),
    ("<<", "multiply by a power of two, e.g. x * 8"),
    ("++", "add one, or put a space between the signs"),
    ("--", "subtract one, or put a space between the signs"),
    ("->", "write the expression out; functions cannot be defined in a formula"),
    ("+=", "a formula computes one value and assigns nothing"),
    ("-=", "a formula computes one value and assigns nothing"),
    ("*=", "a formula computes one value and assigns nothing"),
    ("/=", "a formula computes one value and assigns nothing"),
    ("===", "compare with =="),
    ("!==", "compare with !="),
    ("<>", "compare with !="),
    ("~", "use -x - 1"),
    (";", "a formula is one expression"),
    ("@", "names have letters, digits and _"),
    ("#", "put colours in backticks, e.g. `#ff0000`"),
];

/// The tokens of `text` from the byte `offset` on, closed by [`TokenKind::End`].
pub(crate) fn tokens_from(text: &str, offset: usize) -> Result<Vec<Token>, Error> {
    let mut lexer = Lexer { text, at: offset };
    let mut found = Vec::new();
    loop {
        let token = lexer.next()?;
        let ended = token.kind == TokenKind::End;
        found.push(token);
        if ended {
            return Ok(found);
        }
    }
}

pub(crate) fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

pub(crate) fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn peek_second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &str {
        let start = self.at;
        while self.peek().is_some_and(&keep) {
            self.bump();
        }
        &self.text[start..self.at]
    }

    fn next(&mut self) -> Result<Token, Error> {
        self.take_while(char::is_whitespace);
        let start = self.at;
        let kind = match self.peek() {
            None => TokenKind::End,
            Some(c) if starts_name(c) => TokenKind::Ident(self.take_while(continues_name).to_owned()),
            Some(c) if c.is_ascii_digit() => self.number()?,
            Some('.') if self.peek_second().is_some_and(|c| c.is_ascii_digit()) => self.number()?,
            Some('`') => TokenKind::Text(self.quoted('`')?),
            Some('"') => TokenKind::Text(self.quoted('"')?),
            Some('\'') => TokenKind::Quoted(self.quoted('\'')?),
            Some(_) => self.operator()?,
        };
        Ok(Token { kind, span: Span::new(start, self.at) })
    }

    fn operator(&mut self) -> Result<TokenKind, Error> {
        let start = self.at;
        for (spelling, hint) in REFUSED {
            if self.rest().starts_with(spelling) {
                let span = Span::new(start, start + spelling.len());
                let message = format!("\"{spelling}\" is not an operator of formulas");
                return Err(Error::syntax(span, message).with_hint(*hint));
            }
        }
        for op in OPERATORS {
            if self.rest().starts_with(op) {
                self.at += op.len();
                return Ok(TokenKind::Op(op));
            }
        }
        let c = self.bump().unwrap_or_default();
        Err(Error::syntax(Span::new(start, self.at), format!("the character {c:?} is not expected here")))
    }

    fn quoted(&mut self, quote: char) -> Result<String, Error> {
        let start = self.at;
        self.bump();
        let mut value = String::new();
        loop {
            match self.bump() {
                None => {
                    let span = Span::new(start, self.at);
                    return Err(Error::syntax(span, "this text is not closed")
                        .with_hint(format!("end it with {quote}")));
                }
                Some(c) if c == quote => return Ok(value),
                Some('\\') => value.push(self.escape()?),
                Some(c) => value.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        let start = self.at - 1;
        let c = self.bump();
        let simple = match c {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('s') => ' ',
            Some(c @ ('\\' | '\'' | '"' | '`')) => c,
            Some('u') => return self.unicode(start),
            Some(c) if c.is_digit(8) => return Ok(self.octal_escape(c)),
            _ => {
                return Err(Error::syntax(Span::new(start, self.at), "this escape is not known")
                    .with_hint("a backslash itself is written \\\\"));
            }
        };
        Ok(simple)
    }

    /// Up to three octal digits, at most 255.
    fn octal_escape(&mut self, first: char) -> char {
        let mut value = first.to_digit(8).unwrap_or(0);
        let more = if value <= 3 { 2 } else { 1 };
        for _ in 0..more {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
            value = value * 8 + digit;
            self.bump();
        }
        char::from_u32(value).unwrap_or_default()
    }

    /// `\uXXXX`, and a pair of them for characters beyond the basic plane.
    fn unicode(&mut self, start: usize) -> Result<char, Error> {
        let high = self.four_digits(start)?;
        let code = if (0xd800..0xdc00).contains(&high) && self.rest().starts_with("\\u") {
            self.at += 2;
            let low = self.four_digits(start)?;
            0x10000 + ((high - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff)
        } else {
            high
        };
        char::from_u32(code)
            .ok_or_else(|| Error::syntax(Span::new(start, self.at), "this escape is not a character"))
    }

    fn four_digits(&mut self, start: usize) -> Result<u32, Error> {
        while self.peek() == Some('u') {
            self.bump();
        }
        let digits = self.rest().get(..4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let Some(value) = digits else {
            return Err(Error::syntax(Span::new(start, self.at), "\\u needs four hexadecimal digits"));
        };
        self.at += 4;
        Ok(value)
    }

    fn number(&mut self) -> Result<TokenKind, Error> {
        let start = self.at;
        let lower = self.rest().get(..2).map(str::to_ascii_lowercase);
        let kind = match lower.as_deref() {
            Some("0x") => self.hexadecimal(start),
            Some("0b") => self.radix(start, 2),
            _ => self.decimal(start),
        }?;
        if self.peek().is_some_and(continues_name) {
            self.take_while(continues_name);
            return Err(self.bad_number(start));
        }
        Ok(kind)
    }

    fn bad_number(&self, start: usize) -> Error {
        let spelled = &self.text[start..self.at];
        Error::syntax(Span::new(start, self.at), format!("\"{spelled}\" is not a number")).with_hint(
            "numbers look like 5, 5L, 0x1F, 0b11, 1_000, 2.5, 1e3 and 2.5f; names begin with a letter",
        )
    }

    fn too_big(&self, start: usize) -> Error {
        Error::syntax(Span::new(start, self.at), "this number does not fit 64 bits")
            .with_hint("write it as a double, e.g. 1e20")
    }

    fn radix(&mut self, start: usize, radix: u32) -> Result<TokenKind, Error> {
        self.at += 2;
        let digits: String = self.take_while(|c| c.is_digit(radix) || c == '_').replace('_', "");
        if digits.is_empty() {
            return Err(self.bad_number(start));
        }
        let magnitude = u64::from_str_radix(&digits, radix).map_err(|_| self.too_big(start))?;
        Ok(TokenKind::Int { magnitude, wide: self.wide_suffix(), binary: true })
    }

    fn wide_suffix(&mut self) -> bool {
        let wide = matches!(self.peek(), Some('l' | 'L'));
        if wide {
            self.bump();
        }
        wide
    }

    fn hexadecimal(&mut self, start: usize) -> Result<TokenKind, Error> {
        let is_float = {
            let digits = self.rest()[2..]
                .find(|c: char| !(c.is_ascii_hexdigit() || c == '_'))
                .map_or("", |end| &self.rest()[2 + end..]);
            digits.starts_with(['.', 'p', 'P'])
        };
        if !is_float {
            return self.radix(start, 16);
        }
        self.at += 2;
        let whole = self.take_while(|c| c.is_ascii_hexdigit() || c == '_').replace('_', "");
        let mut fraction = String::new();
        if self.peek() == Some('.') {
            self.bump();
            fraction = self.take_while(|c| c.is_ascii_hexdigit() || c == '_').replace('_', "");
        }
        if !matches!(self.peek(), Some('p' | 'P')) || (whole.is_empty() && fraction.is_empty()) {
            return Err(self.bad_number(start));
        }
        self.bump();
        let exponent = self.exponent().ok_or_else(|| self.bad_number(start))?;
        let mut value = 0.0f64;
        for digit in whole.chars().chain(fraction.chars()) {
            value = value * 16.0 + f64::from(digit.to_digit(16).unwrap_or(0));
        }
        let value = value * 2f64.powi(exponent.saturating_sub(4 * fraction.len() as i32));
        Ok(self.with_suffix(value, value as f32))
    }

    /// The digits of an exponent with their sign.
    fn exponent(&mut self) -> Option<i32> {
        let negative = self.peek() == Some('-');
        if matches!(self.peek(), Some('+' | '-')) {
            self.bump();
        }
        let digits = self.take_while(|c| c.is_ascii_digit());
        let value: i32 = digits.parse().ok()?;
        Some(if negative { -value } else { value })
    }

    fn with_suffix(&mut self, double: f64, float: f32) -> TokenKind {
        match self.peek() {
            Some('f' | 'F') => {
                self.bump();
                TokenKind::Float(float)
            }
            Some('d' | 'D') => {
                self.bump();
                TokenKind::Double(double)
            }
            _ => TokenKind::Double(double),
        }
    }

    fn decimal(&mut self, start: usize) -> Result<TokenKind, Error> {
        let mut spelled = self.take_while(|c| c.is_ascii_digit() || c == '_').replace('_', "");
        let mut floating = false;
        if self.peek() == Some('.') && !self.peek_second().is_some_and(starts_name_not_suffix) {
            self.bump();
            let fraction = self.take_while(|c| c.is_ascii_digit() || c == '_').replace('_', "");
            spelled = format!("{spelled}.{fraction}");
            floating = true;
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            self.bump();
            let exponent = self.exponent().ok_or_else(|| self.bad_number(start))?;
            spelled = format!("{spelled}e{exponent}");
            floating = true;
        }
        if floating || matches!(self.peek(), Some('f' | 'F' | 'd' | 'D')) {
            let double: f64 = spelled.parse().map_err(|_| self.bad_number(start))?;
            let float: f32 = spelled.parse().map_err(|_| self.bad_number(start))?;
            return Ok(self.with_suffix(double, float));
        }
        self.whole(start, &spelled)
    }

    /// A whole number; a leading zero makes it octal.
    fn whole(&mut self, start: usize, digits: &str) -> Result<TokenKind, Error> {
        let octal = digits.len() > 1 && digits.starts_with('0');
        if octal && digits.contains(['8', '9']) {
            return Err(Error::syntax(
                Span::new(start, self.at),
                format!("\"{digits}\" is not an octal number"),
            )
            .with_hint("a number that begins with 0 is octal: leave the 0 out"));
        }
        let radix = if octal { 8 } else { 10 };
        let magnitude = u64::from_str_radix(digits, radix).map_err(|_| self.too_big(start))?;
        Ok(TokenKind::Int { magnitude, wide: self.wide_suffix(), binary: octal })
    }
}

/// After `1.` a letter begins a method name unless it is a suffix or an exponent: `1.f`, `1.e3`.
fn starts_name_not_suffix(c: char) -> bool {
    starts_name(c) && !matches!(c, 'f' | 'F' | 'd' | 'D' | 'e' | 'E')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<Vec<Token>, Error> {
        tokens_from(text, 0)
    }

    fn kinds(text: &str) -> Vec<TokenKind> {
        let mut kinds: Vec<_> = tokens(text).unwrap().into_iter().map(|token| token.kind).collect();
        assert_eq!(kinds.pop(), Some(TokenKind::End));
        kinds
    }

    fn int(magnitude: u64) -> TokenKind {
        TokenKind::Int { magnitude, wide: false, binary: false }
    }

    #[test]
    fn numbers_in_every_spelling() {
        assert_eq!(kinds("5 1_000"), [int(5), int(1000)]);
        assert_eq!(kinds("5L"), [TokenKind::Int { magnitude: 5, wide: true, binary: false }]);
        for (text, magnitude) in [("0x1F", 31), ("0b11", 3), ("010", 8)] {
            assert_eq!(kinds(text), [TokenKind::Int { magnitude, wide: false, binary: true }]);
        }
        for (text, value) in
            [("3.0", 3.0), ("1e3", 1e3), ("0x1.2p3", 9.0), (".5", 0.5), ("5d", 5.0), ("1.", 1.0)]
        {
            assert_eq!(kinds(text), [TokenKind::Double(value)], "{text}");
        }
        assert_eq!(kinds("3.0f"), [TokenKind::Float(3.0)]);
    }

    #[test]
    fn texts_with_escapes() {
        assert_eq!(kinds("`it's`"), [TokenKind::Text("it's".into())]);
        assert_eq!(kinds(r#""a\tbA\101""#), [TokenKind::Text("a\tbAA".into())]);
        assert_eq!(kinds(r"`\ud83d\ude00`"), [TokenKind::Text("😀".into())]);
    }

    #[test]
    fn what_is_refused_says_what_to_write() {
        for text in ["a << 2", "~a", "5x", "09", "99999999999999999999", "`open", "a;", r"`\q`"] {
            assert!(tokens(text).is_err(), "{text}");
        }
        assert_eq!(
            tokens("a >> 1").unwrap_err().hint(),
            Some("divide by a power of two, e.g. floorDiv(x, 8)")
        );
    }
}
