//! Methods of texts, and static functions of classes.

use expect_test::expect;

use crate::support::{lines, table};

fn shown(formulas: &str) -> String {
    lines(&table(), formulas)
}

#[test]
fn texts() {
    expect![[r#"
        S.length()                int: 3 0 6 . 32
        S.isEmpty()               boolean: false true false . false
        `  `.isBlank()            boolean: true true true true true
        `abc`.charAt(1)           char: 'b' 'b' 'b' 'b' 'b'
        S.charAt(0)               Value in row 1: position 0 is not in the text "" of length 0
        `abcdef`.substring(2)     String: "cdef" "cdef" "cdef" "cdef" "cdef"
        `abcdef`.substring(2, 4)  String: "cd" "cd" "cd" "cd" "cd"
        S.substring(1)            Value in row 1: position 1 is not in the text "" of length 0
        `Été 😀`.substring(4)      String: "😀" "😀" "😀" "😀" "😀"
        S.toUpperCase()           String: "ABC" "" "ÉTÉ 😀" . "A LONGER TEXT, OF 32 CHARACTERS!"
        S.toLowerCase()           String: "abc" "" "été 😀" . "a longer text, of 32 characters!"
        ` a b `.trim()            String: "a b" "a b" "a b" "a b" "a b"
        ` a b `.strip()           String: "a b" "a b" "a b" "a b" "a b"
        ` a b `.stripLeading()    String: "a b " "a b " "a b " "a b " "a b "
        ` a b `.stripTrailing()   String: " a b" " a b" " a b" " a b" " a b"
        `ab`.repeat(3)            String: "ababab" "ababab" "ababab" "ababab" "ababab"
        `ab`.repeat(-1)           Value in row 0: a text cannot be repeated -1 times
        `a`.concat(S)             String: "aabc" "a" "aÉté 😀" . "aa longer text, of 32 characters!"
        `hello`.hashCode()        int: 99162322 99162322 99162322 99162322 99162322
        S.toString()              String: "abc" "" "Été 😀" . "a longer text, of 32 characters!"
        I.toString()              String: "1" "2" "-7" . "2147483647"
    "#]]
    .assert_eq(&shown(
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
    expect![[r#"
        S.contains(`b`)                                    boolean: true false false . false
        S.startsWith(`a`)                                  boolean: true false false . true
        S.endsWith(`!`)                                    boolean: false false false . true
        `abc`.startsWith(`c`, 2)                           boolean: true true true true true
        S.startsWith(S)                                    boolean: true true true . true
        `abcabc`.indexOf(`c`)                              int: 2 2 2 2 2
        `abcabc`.indexOf('b')                              int: 1 1 1 1 1
        `abcabc`.indexOf(`c`, 3)                           int: 5 5 5 5 5
        `abcabc`.indexOf(`x`)                              int: -1 -1 -1 -1 -1
        `abcabc`.lastIndexOf(`b`)                          int: 4 4 4 4 4
        `abcabc`.lastIndexOf(`b`, 3)                       int: 1 1 1 1 1
        `Été 😀x`.indexOf(`x`)                              int: 6 6 6 6 6
        `ABC`.equalsIgnoreCase(`abc`)                      boolean: true true true true true
        S.equals(`abc`)                                    boolean: true false false false false
        `a`.compareTo(`c`)                                 int: -2 -2 -2 -2 -2
        `abc`.compareTo(`ab`)                              int: 1 1 1 1 1
        `A`.compareToIgnoreCase(`a`)                       int: 0 0 0 0 0
        `abc123`.matches(`[a-z]+\\d+`)                     boolean: true true true true true
        `abc123`.matches(`[a-z]+`)                         boolean: false false false false false
        S.matches(`(`)                                     Value: "(" is not a regular expression: unclosed group
        `a.b.c`.replace(`.`, `-`)                          String: "a-b-c" "a-b-c" "a-b-c" "a-b-c" "a-b-c"
        `aaa`.replace('a', 'b')                            String: "bbb" "bbb" "bbb" "bbb" "bbb"
        `a1b22`.replaceAll(`[0-9]+`, `#`)                  String: "a#b#" "a#b#" "a#b#" "a#b#" "a#b#"
        `a1b22`.replaceFirst(`[0-9]+`, `#`)                String: "a#b22" "a#b22" "a#b22" "a#b22" "a#b22"
        `John Smith`.replaceAll(`(\\w+) (\\w+)`, `$2 $1`)  String: "Smith John" "Smith John" "Smith John" "Smith John" "Smith John"
        `a,b,,c,,`.split(`,`)                              String[]: ["a" "b" "" "c"] ["a" "b" "" "c"] ["a" "b" "" "c"] ["a" "b" "" "c"] ["a" "b" "" "c"]
        `a,b,c`.split(`,`, 2)                              String[]: ["a" "b,c"] ["a" "b,c"] ["a" "b,c"] ["a" "b,c"] ["a" "b,c"]
        `a,b,c`.split(`,`)[1]                              String: "b" "b" "b" "b" "b"
    "#]].assert_eq(&shown(
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
    expect![[r#"
        String.valueOf(I)                                    String: "1" "2" "-7" "null" "2147483647"
        String.valueOf(D)                                    String: "1.5" "-0.0" "NaN" "null" "Infinity"
        String.valueOf(C)                                    String: "a" "b" "A" "null" "é"
        String.format(`%d items`, I)                         String: "1 items" "2 items" "-7 items" "null items" "2147483647 items"
        String.format(`%5.2f|%-6s|%06d`, D, S, I)            String: " 1.50|abc   |000001" "-0.00|      |000002" "  NaN|Été 😀 |-00007" " null|null  |  null" "Infinity|a longer text, of 32 characters!|2147483647"
        String.format(`%,d %x %e`, 1234567, 255, 12345.678)  String: "1,234,567 ff 1.234568e+04" "1,234,567 ff 1.234568e+04" "1,234,567 ff 1.234568e+04" "1,234,567 ff 1.234568e+04" "1,234,567 ff 1.234568e+04"
        String.format(`%s %b %c %%`, T, B, C)                String: "1970-01-01T00:00:00Z true a %" "2024-01-01T00:00:00Z false b %" "1969-12-31T23:59:59.999999999Z true A %" "null false null %" "2024-03-01T12:34:56.789Z false é %"
        `%.1f`.formatted(2.25)                               String: "2.3" "2.3" "2.3" "2.3" "2.3"
        String.format(`%d`, D)                               Type: the mark %d does not take a value of type double
        String.format(`%d`)                                  Type: the mark %d has no argument
        String.join(`-`, `a`, S)                             String: "a-abc" "a-" "a-Été 😀" "a-null" "a-a longer text, of 32 characters!"
        String.join(`-`, N)                                  String: "a-b" "" "c" "a-a" "z-y-x"
        Character.isDigit('5')                               boolean: true true true true true
        Character.isLetter(C)                                boolean: true true true . true
        Integer.compare(1, 2)                                int: -1 -1 -1 -1 -1
        Long.MAX_VALUE                                       long: 9223372036854775807 9223372036854775807 9223372036854775807 9223372036854775807 9223372036854775807
        Math.nothing(1)                                      Name: class "Math" has no function "nothing"
        S.nothing()                                          Name: a value of type String has no method "nothing"
        I.length()                                           Name: a value of type int has no method "length"
    "#]].assert_eq(&shown(
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
