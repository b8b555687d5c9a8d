//! Random well-typed expressions: as a tree, as the text of a formula, and smaller ones of the same type.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// The types that the expressions have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ty {
    Byte,
    Short,
    Int,
    Long,
    Float,
    Double,
    Bool,
    Text,
}

impl Ty {
    pub const NUMBERS: [Self; 6] =
        [Self::Byte, Self::Short, Self::Int, Self::Long, Self::Float, Self::Double];

    pub fn is_number(self) -> bool {
        self <= Self::Double
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Byte => "byte",
            Self::Short => "short",
            Self::Int => "int",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::Bool => "boolean",
            Self::Text => "String",
        }
    }
}

/// An expression and its type.
#[derive(Clone, Debug)]
pub struct Expr {
    pub ty: Ty,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Column(&'static str),
    /// As it is written.
    Literal(&'static str),
    Binary(&'static str, Box<[Expr; 2]>),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    Compare(&'static str, Box<[Expr; 2]>),
    Logic(&'static str, Box<[Expr; 2]>),
    Choose(Box<[Expr; 3]>),
    Cast(Box<Expr>),
    IsNull(Box<Expr>),
    /// `replaceIfNull(x, literal)`
    Replace(Box<[Expr; 2]>),
    /// `in(x, literal, literal)`
    In(Box<[Expr; 3]>),
    Abs(Box<Expr>),
    Join(Box<[Expr; 2]>),
    Length(Box<Expr>),
    Tail(Box<Expr>),
    StartsWith(Box<[Expr; 2]>),
}

/// The columns of the random table, by type.
pub fn columns(ty: Ty) -> [&'static str; 2] {
    match ty {
        Ty::Byte => ["By", "By2"],
        Ty::Short => ["Sh", "Sh2"],
        Ty::Int => ["I", "I2"],
        Ty::Long => ["L", "L2"],
        Ty::Float => ["F", "F2"],
        Ty::Double => ["D", "D2"],
        Ty::Bool => ["B", "B2"],
        Ty::Text => ["S", "S2"],
    }
}

fn literals(ty: Ty) -> &'static [&'static str] {
    match ty {
        Ty::Byte => &["(byte)1", "(byte)-128", "(byte)null"],
        Ty::Short => &["(short)7", "(short)-32768", "(short)null"],
        Ty::Int => &["0", "1", "-1", "2147483647", "-2147483648", "(int)null"],
        Ty::Long => &["0L", "1L", "-3L", "9223372036854775807", "-9223372036854775808", "(long)null"],
        Ty::Float => &["0.5f", "0.0f", "-2.5f", "(float)null", "NAN_FLOAT"],
        Ty::Double => &["0.5", "0.0", "-0.0", "1e300", "(double)null", "NaN", "Infinity"],
        Ty::Bool => &["true", "false", "(boolean)null"],
        Ty::Text => &["`a`", "``", "`abc`", "(String)null"],
    }
}

/// The result of an operator on two numbers.
pub fn arithmetic(op: &str, a: Ty, b: Ty) -> Ty {
    let wide = a.max(b).max(Ty::Int);
    if op != "/" {
        return wide;
    }
    match (a, b) {
        (Ty::Double, _) | (_, Ty::Double) | (Ty::Float, Ty::Long) => Ty::Double,
        (Ty::Float, _) | (_, Ty::Float) => Ty::Float,
        _ => Ty::Double,
    }
}

impl Expr {
    /// A random expression of this type, of at most this depth.
    pub fn random(seed: u64, ty: Ty, depth: usize) -> Self {
        Writer { random: StdRng::seed_from_u64(seed) }.expr(ty, depth)
    }

    fn new(ty: Ty, kind: Kind) -> Self {
        Self { ty, kind }
    }

    /// The expression as a formula.
    pub fn text(&self) -> String {
        match &self.kind {
            Kind::Column(name) => (*name).to_owned(),
            Kind::Literal(text) => (*text).to_owned(),
            Kind::Binary(op, sides) | Kind::Compare(op, sides) | Kind::Logic(op, sides) => {
                format!("({} {op} {})", sides[0].text(), sides[1].text())
            }
            Kind::Negate(x) => format!("-({})", x.text()),
            Kind::Not(x) => format!("!({})", x.text()),
            Kind::Choose(parts) => {
                format!("({} ? {} : {})", parts[0].text(), parts[1].text(), parts[2].text())
            }
            Kind::Cast(x) => format!("({})({})", self.ty.name(), x.text()),
            Kind::IsNull(x) => format!("isNull({})", x.text()),
            Kind::Replace(sides) => format!("replaceIfNull({}, {})", sides[0].text(), sides[1].text()),
            Kind::In(parts) => {
                format!("in({}, {}, {})", parts[0].text(), parts[1].text(), parts[2].text())
            }
            Kind::Abs(x) => format!("abs({})", x.text()),
            Kind::Join(sides) => format!("({} + {})", sides[0].text(), sides[1].text()),
            Kind::Length(x) => format!("({}).length()", x.text()),
            Kind::Tail(x) => format!("({}).substring(1)", x.text()),
            Kind::StartsWith(sides) => format!("({}).startsWith({})", sides[0].text(), sides[1].text()),
        }
    }

    fn parts(&self) -> &[Expr] {
        match &self.kind {
            Kind::Column(_) | Kind::Literal(_) => &[],
            Kind::Negate(x)
            | Kind::Not(x)
            | Kind::Cast(x)
            | Kind::IsNull(x)
            | Kind::Abs(x)
            | Kind::Length(x)
            | Kind::Tail(x) => std::slice::from_ref(x),
            Kind::Binary(_, sides)
            | Kind::Compare(_, sides)
            | Kind::Logic(_, sides)
            | Kind::Replace(sides)
            | Kind::Join(sides)
            | Kind::StartsWith(sides) => &sides[..],
            Kind::Choose(parts) | Kind::In(parts) => &parts[..],
        }
    }

    fn parts_mut(&mut self) -> &mut [Expr] {
        match &mut self.kind {
            Kind::Column(_) | Kind::Literal(_) => &mut [],
            Kind::Negate(x)
            | Kind::Not(x)
            | Kind::Cast(x)
            | Kind::IsNull(x)
            | Kind::Abs(x)
            | Kind::Length(x)
            | Kind::Tail(x) => std::slice::from_mut(x),
            Kind::Binary(_, sides)
            | Kind::Compare(_, sides)
            | Kind::Logic(_, sides)
            | Kind::Replace(sides)
            | Kind::Join(sides)
            | Kind::StartsWith(sides) => &mut sides[..],
            Kind::Choose(parts) | Kind::In(parts) => &mut parts[..],
        }
    }

    /// Expressions that are a step smaller: a part in the place of the whole, a column in the place of a part.
    pub fn smaller(&self) -> Vec<Self> {
        let mut found: Vec<Self> = self.parts().iter().filter(|part| part.ty == self.ty).cloned().collect();
        if !self.parts().is_empty() {
            found.push(Self::new(self.ty, Kind::Column(columns(self.ty)[0])));
        }
        let fixed = usize::from(matches!(self.kind, Kind::Replace(_) | Kind::In(_)));
        for (at, part) in self.parts().iter().enumerate() {
            if fixed == 1 && at > 0 {
                continue;
            }
            for smaller in part.smaller() {
                let mut whole = self.clone();
                whole.parts_mut()[at] = smaller;
                found.push(whole);
            }
        }
        found
    }
}

struct Writer {
    random: StdRng,
}

impl Writer {
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *from.choose(&mut self.random).expect("there is something to choose from")
    }

    fn literal(&mut self, ty: Ty) -> Expr {
        let text = self.pick(literals(ty));
        Expr::new(ty, Kind::Literal(text))
    }

    fn leaf(&mut self, ty: Ty) -> Expr {
        if self.random.random_bool(0.25) {
            return self.literal(ty);
        }
        let name = self.pick(&columns(ty));
        Expr::new(ty, Kind::Column(name))
    }

    fn boxed(&mut self, ty: Ty, depth: usize) -> Box<Expr> {
        Box::new(self.expr(ty, depth))
    }

    fn number(&mut self) -> Ty {
        self.pick(&Ty::NUMBERS)
    }

    fn expr(&mut self, ty: Ty, depth: usize) -> Expr {
        if depth == 0 || self.random.random_bool(0.15) {
            return self.leaf(ty);
        }
        let depth = depth - 1;
        match self.random.random_range(0..10) {
            0 => {
                let parts = [self.expr(Ty::Bool, depth), self.expr(ty, depth), self.expr(ty, depth)];
                Expr::new(ty, Kind::Choose(Box::new(parts)))
            }
            1 => {
                let parts = [self.expr(ty, depth), self.literal(ty)];
                Expr::new(ty, Kind::Replace(Box::new(parts)))
            }
            _ if ty.is_number() => self.numeric(ty, depth),
            _ if ty == Ty::Bool => self.condition(depth),
            _ => self.words(depth),
        }
    }

    fn numeric(&mut self, ty: Ty, depth: usize) -> Expr {
        match self.random.random_range(0..8) {
            0 if ty >= Ty::Int => Expr::new(ty, Kind::Negate(self.boxed(ty, depth))),
            1 => Expr::new(ty, Kind::Abs(self.boxed(ty, depth))),
            2 if ty == Ty::Int => Expr::new(ty, Kind::Length(self.boxed(Ty::Text, depth))),
            3..7 => {
                let op = self.pick(&["+", "-", "*", "/", "%"]);
                let (a, b) = (self.number(), self.number());
                let sides = [self.expr(a, depth), self.expr(b, depth)];
                let made = Expr::new(arithmetic(op, a, b), Kind::Binary(op, Box::new(sides)));
                if made.ty == ty { made } else { Expr::new(ty, Kind::Cast(Box::new(made))) }
            }
            _ => {
                let from = self.number();
                let x = self.boxed(from, depth);
                Expr::new(ty, Kind::Cast(x))
            }
        }
    }

    fn condition(&mut self, depth: usize) -> Expr {
        let kind = match self.random.random_range(0..10) {
            0..3 => {
                let op = self.pick(&["==", "!=", "<", "<=", ">", ">="]);
                let (a, b) = match self.random.random_range(0..6) {
                    0 => (Ty::Text, Ty::Text),
                    1 => (Ty::Bool, Ty::Bool),
                    _ => (self.number(), self.number()),
                };
                Kind::Compare(op, Box::new([self.expr(a, depth), self.expr(b, depth)]))
            }
            3..5 => {
                let op = self.pick(&["&&", "||"]);
                Kind::Logic(op, Box::new([self.expr(Ty::Bool, depth), self.expr(Ty::Bool, depth)]))
            }
            5 => {
                let op = self.pick(&["&", "|", "^"]);
                Kind::Binary(op, Box::new([self.expr(Ty::Bool, depth), self.expr(Ty::Bool, depth)]))
            }
            6 => Kind::Not(self.boxed(Ty::Bool, depth)),
            7 => {
                let ty = self.pick(&[Ty::Int, Ty::Double, Ty::Text, Ty::Bool]);
                Kind::IsNull(self.boxed(ty, depth))
            }
            8 => {
                let ty = self.pick(&[Ty::Int, Ty::Long, Ty::Float, Ty::Double, Ty::Text]);
                Kind::In(Box::new([self.expr(ty, depth), self.literal(ty), self.literal(ty)]))
            }
            _ => Kind::StartsWith(Box::new([self.expr(Ty::Text, depth), self.expr(Ty::Text, depth)])),
        };
        Expr::new(Ty::Bool, kind)
    }

    fn words(&mut self, depth: usize) -> Expr {
        let kind = match self.random.random_range(0..4) {
            0 => Kind::Tail(self.boxed(Ty::Text, depth)),
            _ => {
                let other = self.pick(&[Ty::Text, Ty::Int, Ty::Long, Ty::Bool]);
                let sides = [self.expr(Ty::Text, depth), self.expr(other, depth)];
                Kind::Join(Box::new(sides))
            }
        };
        Expr::new(Ty::Text, kind)
    }
}
