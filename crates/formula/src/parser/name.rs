//! What may be the name of a column.

use crate::error::{Error, ErrorKind};
use crate::lexer::{continues_name, starts_name};

/// Words that mean something else in formulas.
const RESERVED: &[&str] = &[
    "i",
    "ii",
    "k",
    "in",
    "not",
    "icase",
    "includes",
    "true",
    "false",
    "null",
    "new",
    "instanceof",
    "abstract",
    "assert",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extends",
    "final",
    "finally",
    "float",
    "for",
    "goto",
    "if",
    "implements",
    "import",
    "int",
    "interface",
    "long",
    "native",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "short",
    "static",
    "strictfp",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "transient",
    "try",
    "void",
    "volatile",
    "while",
];

/// Whether `name` may be the name of a column: a letter or `_`, then letters, digits and `_`, and no reserved word.
pub fn is_column_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name) && !RESERVED.contains(&name)
}

/// Refuses what may not be the name of a column, and says why.
pub fn check_column_name(name: &str) -> Result<(), Error> {
    if is_column_name(name) {
        return Ok(());
    }
    let hint = if RESERVED.contains(&name) {
        "this word is reserved in formulas: add a letter, or begin it with a capital"
    } else {
        "a name begins with a letter or _ and goes on with letters, digits and _"
    };
    Err(Error::new(ErrorKind::Name, format!("invalid column name \"{name}\"")).with_hint(hint))
}
