//! The formula as written: a tree of expressions, each with its place in the text.

use crate::error::Span;

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub kind: ExprKind,
    pub span: Span,
    /// Height of the tree, so that no later walk can run out of stack.
    pub depth: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    Literal(Literal),
    Name(String),
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// A chain of `&&` or of `||`, two or more, in order.
    Logic(LogicOp, Vec<Expr>),
    Choose(Box<Expr>, Box<Expr>, Box<Expr>),
    Cast(TypeName, Box<Expr>),
    Index(Box<Expr>, Box<Expr>),
    Field(Box<Expr>, Ident),
    Call(Option<Box<Expr>>, Ident, Vec<Expr>),
    /// `new int[]{a, b}`
    Array(TypeName, Vec<Expr>),
    /// `Col in a, b` and `Col includes a, b`, as a whole filter or in parentheses.
    Member(Box<Membership>),
}

/// A column and the constants it is looked up among.
#[derive(Clone, Debug)]
pub(crate) struct Membership {
    pub column: Ident,
    pub icase: bool,
    pub not: bool,
    pub test: MemberTest,
    pub values: Vec<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemberTest {
    /// `in`: equals one of them.
    In,
    /// `includes [any]`: has one of them as a part.
    IncludesAny,
    /// `includes all`: has each of them as a part.
    IncludesAll,
}

/// A word and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Ident {
    pub name: String,
    pub span: Span,
}

/// The name of a type as it stands in a cast: `int`, `String`, `int[]`.
#[derive(Clone, Debug)]
pub(crate) struct TypeName {
    pub name: String,
    pub array: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Text(String),
    /// In single quotes: a char, or a time; its meaning depends on its length and on what it is compared with.
    Quoted(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnaryOp {
    Minus,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogicOp {
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    BitAnd,
    BitOr,
    BitXor,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl BinaryOp {
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
            Self::BitAnd => "&",
            Self::BitOr => "|",
            Self::BitXor => "^",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }

    pub fn is_comparison(self) -> bool {
        matches!(self, Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge)
    }

    /// The comparison that holds when the sides change places.
    pub fn mirrored(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            same => same,
        }
    }
}

impl LogicOp {
    pub fn symbol(self) -> &'static str {
        match self {
            Self::And => "&&",
            Self::Or => "||",
        }
    }
}

impl Expr {
    pub fn new(kind: ExprKind, span: Span) -> Self {
        let depth = 1 + match &kind {
            ExprKind::Literal(_) | ExprKind::Name(_) => 0,
            ExprKind::Unary(_, a) | ExprKind::Cast(_, a) | ExprKind::Field(a, _) => a.depth,
            ExprKind::Binary(_, a, b) | ExprKind::Index(a, b) => a.depth.max(b.depth),
            ExprKind::Choose(a, b, c) => a.depth.max(b.depth).max(c.depth),
            ExprKind::Logic(_, parts) | ExprKind::Array(_, parts) => deepest(parts),
            ExprKind::Member(member) => deepest(&member.values),
            ExprKind::Call(target, _, args) => {
                target.as_ref().map_or(0, |target| target.depth).max(deepest(args))
            }
        };
        Self { kind, span, depth }
    }

    /// The dotted path this expression spells, such as `java.lang.Math`.
    pub fn path(&self) -> Option<String> {
        match &self.kind {
            ExprKind::Name(name) => Some(name.clone()),
            ExprKind::Field(target, field) => target.path().map(|path| format!("{path}.{}", field.name)),
            _ => None,
        }
    }
}

fn deepest(parts: &[Expr]) -> usize {
    parts.iter().map(|part| part.depth).max().unwrap_or(0)
}
