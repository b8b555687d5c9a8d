//! What is said of mistakes: where, what, and what to do.

use expect_test::expect;
use kinetable_formula::{compile_filter, compile_select};

use crate::support::table;

fn select(text: &str) -> String {
    let table = table();
    let result = compile_select(text, &table).and_then(|formula| table.eval(&formula, 0, table.rows()));
    result.map_or_else(|error| error.to_string(), |_| "no error".to_owned())
}

fn filter(text: &str) -> String {
    let table = table();
    let result = compile_filter(text, &table).and_then(|filter| table.keeps(&filter, 0, table.rows()));
    result.map_or_else(|error| error.to_string(), |_| "no error".to_owned())
}

fn all(texts: &[&str], f: fn(&str) -> String) -> String {
    texts.iter().map(|text| format!("{}\n\n", f(text))).collect()
}

#[test]
fn names() {
    expect![[r#"
        no column or variable is called "Dyr"
          X = Dyr + 1
              ^^^
          hint: did you mean "Dur"?

        no column or variable is called "Unknown"
          X = I + Unknown
                  ^^^^^^^
          hint: texts stand in backticks: `text`

        no function is called "sqt"
          X = sqt(I)
              ^^^
          hint: did you mean "sqrt"?

        a value of type String has no method "startWith"
          X = S.startWith(`a`)
                ^^^^^^^^^
          hint: did you mean "startsWith"?

        class "Math" has no function "squirt"
          X = Math.squirt(2)
                   ^^^^^^
          hint: did you mean "sqrt"?

        no column or variable is called "sqrt"
          X = sqrt
              ^^^^
          hint: it is a function: sqrt(…)

        no column or variable is called "True"
          X = True
              ^^^^
          hint: write true

        a value of type LocalDate has no method "getYearr"
          X = Day.getYearr()
                  ^^^^^^^^
          hint: did you mean "getYear"?

        no column or variable is called "IVORRY"
          X = IVORRY
              ^^^^^^
          hint: did you mean "IVORY"?

    "#]]
    .assert_eq(&all(
        &[
            "X = Dyr + 1",
            "X = I + Unknown",
            "X = sqt(I)",
            "X = S.startWith(`a`)",
            "X = Math.squirt(2)",
            "X = sqrt",
            "X = True",
            "X = Day.getYearr()",
            "X = IVORRY",
        ],
        select,
    ));
}

#[test]
fn types() {
    expect![[r#"
        "+" does not take an int and a boolean
          X = I + B
              ^^^^^
          hint: choose numbers for true and false: x ? 1 : 0

        "*" does not take a String and an int
          X = S * 2
              ^^^^^
          hint: read the number out of the text first: parseDouble(x)

        "==" cannot compare a String with an int
          X = S == 1
              ^^^^^^
          hint: texts stand in backticks, numbers without; or read the number out of the text: parseDouble(x)

        "==" cannot compare an Instant with a String
          X = T == `2024-01-01`
              ^^^^^^^^^^^^^^^^^
          hint: times stand in single quotes: '2024-01-01T00:00:00Z'

        "==" cannot compare an Instant with a long
          X = T == L
              ^^^^^^
          hint: take the nanoseconds: epochNanos(x)

        "&&" needs a boolean, but this is an int
          X = I && K
              ^
          hint: compare it, e.g. x > 0

        "?" needs a boolean, but this is an int
          X = I ? 1 : 2
              ^
          hint: compare it, e.g. x > 0

        the branches are String and int, which have no type in common
          X = K ? `a` : 1
                  ^^^^^^^
          hint: make both the same, e.g. with a cast or String.valueOf(x)

        "!" needs a boolean, but this is an int
          X = !I
               ^
          hint: compare it first, e.g. !(x > 0)

        "-" needs a number, but this is a String
          X = -S
               ^

        "sqrt" does not take (String)
          X = sqrt(S)
              ^^^^^^^
          hint: it is sqrt(double) → double

        a value of type String cannot be cast to int
          X = (int)S
              ^^^^^^
          hint: read the number out of the text: parseInt(x)

        a value of type Instant cannot be cast to long
          X = (long)T
              ^^^^^^^
          hint: take the nanoseconds since the epoch: epochNanos(x)

        null has no type here
          X = null
              ^^^^
          hint: give it one, e.g. (double)null

        no error

        "substring" does not take (String, String)
          X = S.substring(`a`)
              ^^^^^^^^^^^^^^^^
          hint: it is s.substring(int from[, int to]) → String

        "+" does not take an Instant and an Instant
          X = T + T
              ^^^^^
          hint: two instants can only be subtracted

        no error

        "pow" does not take (int)
          X = pow(1)
              ^^^^^^
          hint: it is pow(double a, double b) → double

        "-" does not take a LocalDate and a LocalDate
          X = Day - Day
              ^^^^^^^^^
          hint: days between dates: epochDays(a) - epochDays(b)

        a value of type int has no items
          X = I[0]
              ^
          hint: the values of a whole column X are X_, e.g. X_[ii-1]; a character is x.charAt(0)

        "year" does not take (Instant)
          X = year(T)
              ^^^^^^^
          hint: it is year(Instant, ZoneId[, boolean wallClock]) → int; year(ZonedDateTime|LocalDate|LocalDateTime|LocalTime) → int, as far as it has this part

    "#]].assert_eq(&all(
        &[
            "X = I + B",
            "X = S * 2",
            "X = S == 1",
            "X = T == `2024-01-01`",
            "X = T == L",
            "X = I && K",
            "X = I ? 1 : 2",
            "X = K ? `a` : 1",
            "X = !I",
            "X = -S",
            "X = sqrt(S)",
            "X = (int)S",
            "X = (long)T",
            "X = null",
            "X = 'ET'",
            "X = S.substring(`a`)",
            "X = T + T",
            "X = G + S",
            "X = pow(1)",
            "X = Day - Day",
            "X = I[0]",
            "X = year(T)",
        ],
        select,
    ));
}

#[test]
fn syntax() {
    expect![[r#"
        a value is expected here, but here is the end of the formula
          X = 
              ^

        no column or variable is called "X"
          X
          ^
          hint: texts stand in backticks: `text`

        invalid column name "1X"
          1X = 2
          ^^
          hint: a name begins with a letter or _ and goes on with letters, digits and _

        invalid column name "int"
          int = 2
          ^^^
          hint: this word is reserved in formulas: add a letter, or begin it with a capital

        this formula has no name for its result
          I + 1
          ^^^^^
          hint: write Name = I + 1

        this formula has no name for its result
          I == 1
          ^^^^^^
          hint: write Name = I == 1

        a value is expected here, but here is the end of the formula
          X = 1 +
                 ^

        this parenthesis is closed by ")", but here is the end of the formula
          X = (1 + 2
                    ^

        a number is not expected here
          X = 1 2
                ^

        "<<" is not an operator of formulas
          X = I << 2
                ^^
          hint: multiply by a power of two, e.g. x * 8

        "~" is not an operator of formulas
          X = ~I
              ^
          hint: use -x - 1

        "+" needs a value on its left
          X = +I
              ^
          hint: leave the sign out

        "instanceof" is not expected here
          X = I instanceof Integer
                ^^^^^^^^^^
          hint: the type of a column is known; leave the test out

        "and" is not expected here
          X = I and K
                ^^^
          hint: write && for "and"

        this text is not closed
          X = `open
              ^^^^^
          hint: end it with `

        'abc def' is neither a character nor a time
          X = 'abc def'
              ^^^^^^^^^
          hint: texts stand in backticks: `abc def`; times look like '2024-01-01T00:00:00Z', '2024-01-01', '10:30', 'PT1h', 'P1D', 'ET'

        this number does not fit 64 bits
          X = 99999999999999999999
              ^^^^^^^^^^^^^^^^^^^^
          hint: write it as a double, e.g. 1e20

        objects of class "Date" cannot be made in a formula
          X = new Date()
                  ^^^^
          hint: arrays can, e.g. new int[]{1, 2}, and new String(x), new Integer(x), new java.math.BigDecimal(x); for times use '2024-01-01T00:00:00Z' or parseInstant(text)

        a value is expected here, but here is the end of the formula
          X = f(1,
                  ^

        the other branch of "?" begins with ":", but here is the end of the formula
          X = K ? 1
                   ^

        a number is not expected here
          X = a.1
               ^^

        "5x" is not a number
          X = 5x
              ^^
          hint: numbers look like 5, 5L, 0x1F, 0b11, 1_000, 2.5, 1e3 and 2.5f; names begin with a letter

        ";" is not an operator of formulas
          X = I = 1; 2
                   ^
          hint: a formula is one expression

        "->" is not an operator of formulas
          X = x -> 1
                ^^
          hint: write the expression out; functions cannot be defined in a formula

        this formula is empty
          hint: write Name = Price * 2

    "#]].assert_eq(&all(
        &[
            "X = ",
            "X",
            "1X = 2",
            "int = 2",
            "I + 1",
            "I == 1",
            "X = 1 +",
            "X = (1 + 2",
            "X = 1 2",
            "X = I << 2",
            "X = ~I",
            "X = +I",
            "X = I instanceof Integer",
            "X = I and K",
            "X = `open",
            "X = 'abc def'",
            "X = 99999999999999999999",
            "X = new Date()",
            "X = f(1,",
            "X = K ? 1",
            "X = a.1",
            "X = 5x",
            "X = I = 1; 2",
            "X = x -> 1",
            "",
        ],
        select,
    ));
}

#[test]
fn rows() {
    expect![[r#"
        an integer is divided by zero (row 1)
          X = 1 + I % (I - 2)
                  ^^^^^^^^^^
          hint: guard it, e.g. n == 0 ? null : x % n

        "abc" is not a number of type int (row 0)
          X = parseInt(S)
              ^^^^^^^^^^^

        no error

        no error

        column "B" is null, which is neither true nor false (row 3)
          X = B ? 1 : 2
              ^
          hint: say what null means: replaceIfNull(x, false), or test x != null && … first

        position 3 is not in the text "abc" of length 3 (row 0)
          X = S.charAt(3)
              ^^^^^^^^^^^
          hint: test the length first, e.g. s.length() > 3 ? s.substring(3) : s

        an integer is divided by zero (row 1)
          X = K ? 1 : 10 % L
                      ^^^^^^
          hint: guard it, e.g. n == 0 ? null : x % n

        an integer is divided by zero (row 0)
            I
            ^
          hint: guard it, e.g. n == 0 ? null : x % n

    "#]]
    .assert_eq(&all(
        &[
            "X = 1 + I % (I - 2)",
            "X = parseInt(S)",
            "X = K && B",
            "X = !K || B",
            "X = B ? 1 : 2",
            "X = S.charAt(3)",
            "X = K ? 1 : 10 % L",
            "X =\n  I\n  % 0",
        ],
        select,
    ));
}

#[test]
fn filters() {
    expect![[r#"
        this filter is empty
          hint: write e.g. Price > 10

        a filter needs a boolean, but this is an int
          I
          ^
          hint: compare it, e.g. x > 0

        a filter needs a boolean, but this is a String
          S
          ^
          hint: compare it, e.g. x == `a`

        column "B" is null, which is neither true nor false (row 3)
          B
          ^
          hint: say what null means: replaceIfNull(x, false), or test x != null && … first

        a value is expected here, but here is the end of the formula
          I in
              ^

        a constant is expected here, but this differs by row
          I in K
               ^
          hint: compare columns with ==, and join conditions with ||

        no column or variable is called "Q"
          Q in 1
          ^
          hint: texts stand in backticks: `text`

        a value of type int cannot be looked up among values of type String
          I in `a`
          ^^^^^^^^

        a value of type String cannot be looked up among values of type int
          S in 1
          ^^^^^^

        "icase" and "includes" are for texts, but this column is of type int
          I icase in 1
          ^

        "and" is not expected here
          I > 1 and K
                ^^^
          hint: write && for "and"

        "like" is not expected here
          I like 1
            ^^^^

        this parenthesis is closed by ")", but here is the end of the formula
          I in (1
                 ^

        a text is expected here, but this is of type int
          S includes 1
                     ^
          hint: texts stand in backticks: `text`

        "not" is not expected here
          I not 1
            ^^^
          hint: "in" and "includes" stand after a column at the beginning of a filter or of a parenthesis; elsewhere use in(x, 1, 2)

        a value of type double has no method "startsWith"
          D.startsWith(`a`)
            ^^^^^^^^^^

        ">" cannot compare an Instant with a String
          T > `2024-01-01T00:00:00Z`
          ^^^^^^^^^^^^^^^^^^^^^^^^^^
          hint: times stand in single quotes: '2024-01-01T00:00:00Z'

    "#]].assert_eq(&all(
        &[
            "",
            "I",
            "S",
            "B",
            "I in",
            "I in K",
            "Q in 1",
            "I in `a`",
            "S in 1",
            "I icase in 1",
            "I > 1 and K",
            "I like 1",
            "I in (1",
            "S includes 1",
            "I not 1",
            "D.startsWith(`a`)",
            "T > `2024-01-01T00:00:00Z`",
        ],
        filter,
    ));
}

#[test]
fn deep_and_long_formulas_are_refused_without_harm() {
    let nested = format!("X = {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(select(&nested).contains("nested too deeply"));
    let signs = format!("X = {}1", "- ".repeat(5_000));
    assert!(select(&signs).contains("nested too deeply"));
    let long = format!("X = 1{}", " + 1".repeat(5_000));
    assert!(select(&long).contains("too long"));
    let ors = format!("X = false{}", " || I == 1".repeat(5_000));
    assert_eq!(select(&ors), "no error");
    let joined = vec!["`a`"; 200].join(" + ");
    assert_eq!(select(&format!("X = {joined}")), "no error");
}
