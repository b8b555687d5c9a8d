//! Methods of texts, and static functions of classes.

use expect_test::expect;

use crate::support::{lines, table};

fn shown(formulas: &str) -> String {
    lines(&table(), formulas)
}

#[test]
fn texts() {
    expect![[""]].assert_eq(&shown(
        r#"
        S.length()
        S.isEmpty()
        `  `.isBlank()
        `abc`.charAt(1)
        S.charAt(0)
        `abcdef`.substring(2)
        `abcdef`.substring(2, 4)
        S.substring(1)
        `Été 😀`.substring(4)
        S.toUpperCase()
        S.toLowerCase()
        ` a b `.trim()
        ` a b `.strip()
        ` a b `.stripLeading()
        ` a b `.stripTrailing()
        `ab`.repeat(3)
        `ab`.repeat(-1)
        `a`.concat(S)
        `hello`.hashCode()
        S.toString()
        I.toString()
        "#,
    ));
}

#[test]
fn looking_for_texts() {
    expect![[""]].assert_eq(&shown(
        r#"
        S.contains(`b`)
        S.startsWith(`a`)
        S.endsWith(`!`)
        `abc`.startsWith(`c`, 2)
        S.startsWith(S)
        `abcabc`.indexOf(`c`)
        `abcabc`.indexOf('b')
        `abcabc`.indexOf(`c`, 3)
        `abcabc`.indexOf(`x`)
        `abcabc`.lastIndexOf(`b`)
        `abcabc`.lastIndexOf(`b`, 3)
        `Été 😀x`.indexOf(`x`)
        `ABC`.equalsIgnoreCase(`abc`)
        S.equals(`abc`)
        `a`.compareTo(`c`)
        `abc`.compareTo(`ab`)
        `A`.compareToIgnoreCase(`a`)
        `abc123`.matches(`[a-z]+\\d+`)
        `abc123`.matches(`[a-z]+`)
        S.matches(`(`)
        `a.b.c`.replace(`.`, `-`)
        `aaa`.replace('a', 'b')
        `a1b22`.replaceAll(`[0-9]+`, `#`)
        `a1b22`.replaceFirst(`[0-9]+`, `#`)
        `John Smith`.replaceAll(`(\\w+) (\\w+)`, `$2 $1`)
        `a,b,,c,,`.split(`,`)
        `a,b,c`.split(`,`, 2)
        `a,b,c`.split(`,`)[1]
        "#,
    ));
}

#[test]
fn static_functions() {
    expect![[""]].assert_eq(&shown(
        r#"
        String.valueOf(I)
        String.valueOf(D)
        String.valueOf(C)
        String.format(`%d items`, I)
        String.format(`%5.2f|%-6s|%06d`, D, S, I)
        String.format(`%,d %x %e`, 1234567, 255, 12345.678)
        String.format(`%s %b %c %%`, T, B, C)
        `%.1f`.formatted(2.25)
        String.format(`%d`, D)
        String.format(`%d`)
        String.join(`-`, `a`, S)
        String.join(`-`, N)
        Character.isDigit('5')
        Character.isLetter(C)
        Integer.compare(1, 2)
        Long.MAX_VALUE
        Math.nothing(1)
        S.nothing()
        I.length()
        "#,
    ));
}
