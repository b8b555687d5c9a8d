//! Colours of cells.

use expect_test::expect;
use kinetable_formula::{colour_of_text, compile_colour, compile_colour_where};

use crate::support::{lines, table, values};

fn colours(table: &crate::support::Table, formula: &kinetable_formula::Formula) -> Vec<String> {
    let array = table.eval(formula, 0, table.rows()).unwrap();
    let longs = values(&array);
    longs
        .iter()
        .map(|text| text.parse::<i64>().map_or_else(|_| ".".to_owned(), |long| format!("{long:016x}")))
        .collect()
}

#[test]
fn plain_colours_get_a_foreground() {
    assert_eq!(colour_of_text("#ff0000"), Some(0x01ff_0000_01e0_e0e0));
    assert_eq!(colour_of_text("YELLOW"), Some(0x01ff_ff00_0100_0000));
    assert_eq!(colour_of_text("NO_FORMATTING"), Some(0));
    assert_eq!(colour_of_text("nonsense"), None);
}

#[test]
fn a_colour_argument_is_a_name_a_text_or_a_long() {
    let table = table();
    let shown = |text: &str| match compile_colour("X", text, &table) {
        Ok(formula) => colours(&table, &formula).join(" "),
        Err(error) => error.to_string(),
    };
    let all: String = [
        "IVORY",
        "`#ff8000`",
        "`red`",
        "K ? RED : NO_FORMATTING",
        "K ? `red` : `#0f0`",
        "bg(RED)",
        "bgfg(RED, `white`)",
        "heatmap(I, 0, 10, RED, GREEN)",
        "`nonsense`",
        "1.5",
        "VIVID_BLUE",
    ]
    .iter()
    .map(|text| format!("{text} -> {}\n", shown(text)))
    .collect();
    expect![[r#"
        IVORY -> 01fffff001000000 01fffff001000000 01fffff001000000 01fffff001000000 01fffff001000000
        `#ff8000` -> 01ff800001000000 01ff800001000000 01ff800001000000 01ff800001000000 01ff800001000000
        `red` -> 01ff000001e0e0e0 01ff000001e0e0e0 01ff000001e0e0e0 01ff000001e0e0e0 01ff000001e0e0e0
        K ? RED : NO_FORMATTING -> 01ff000001e0e0e0 0000000000000000 01ff000001e0e0e0 0000000000000000 0000000000000000
        K ? `red` : `#0f0` -> 01ff000001e0e0e0 0100ff0001000000 01ff000001e0e0e0 0100ff0001000000 0100ff0001000000
        bg(RED) -> 01ff000000000000 01ff000000000000 01ff000000000000 01ff000000000000 01ff000000000000
        bgfg(RED, `white`) -> 01ff000005ffffff 01ff000005ffffff 01ff000005ffffff 01ff000005ffffff 01ff000005ffffff
        heatmap(I, 0, 10, RED, GREEN) -> 01e60d0001e0e0e0 01cc1a0001e0e0e0 01ff000001e0e0e0 0000000000000000 0100800001e0e0e0
        `nonsense` -> this text is not a colour
          `nonsense`
          ^^^^^^^^^^
          hint: colours are names such as RED, or texts such as `#ff0000`
        1.5 -> a colour is expected here, but this is of type double
          1.5
          ^^^
          hint: colours are names such as RED, or texts such as `#ff0000`
        VIVID_BLUE -> 010077ff01e0e0e0 010077ff01e0e0e0 010077ff01e0e0e0 010077ff01e0e0e0 010077ff01e0e0e0
    "#]].assert_eq(&all);
}

#[test]
fn only_rows_that_fulfil_the_condition_are_coloured() {
    let table = table();
    let shown = |condition: &str, text: &str| match compile_colour_where("X", condition, text, &table) {
        Ok(formula) => {
            assert_eq!((formula.name(), formula.data_type()), ("X", &arrow_schema::DataType::Int64));
            colours(&table, &formula).join(" ")
        }
        Err(error) => error.to_string(),
    };
    expect!["01fffff001000000 0000000000000000 0000000000000000 0000000000000000 01fffff001000000"]
        .assert_eq(&shown("S != null && S.startsWith(`a`)", "IVORY"));
    expect!["01ff000001e0e0e0 01ff000001e0e0e0 0000000000000000 0000000000000000 0000000000000000"]
        .assert_eq(&shown("I in 1, 2", "`#ff0000`"));
    expect![[r#"
        no column or variable is called "REDD"
          I > 1 ? REDD : NO_FORMATTING
                  ^^^^
          hint: did you mean "RED"?"#]]
    .assert_eq(&shown("I > 1", "REDD"));
    expect![[r#"
        no column or variable is called "Q"
          Q > 1 ? RED : NO_FORMATTING
          ^
          hint: texts stand in backticks: `text`"#]]
    .assert_eq(&shown("Q > 1", "RED"));
}

#[test]
fn a_null_condition_is_told_with_its_place() {
    let table = table();
    let formula = compile_colour_where("X", "B", "RED", &table).unwrap();
    expect![[r#"
        column "B" is null, which is neither true nor false (row 3)
          B ? RED : NO_FORMATTING
          ^
          hint: say what null means: replaceIfNull(x, false), or test x != null && … first"#]]
    .assert_eq(&table.eval(&formula, 0, table.rows()).unwrap_err().to_string());
}

#[test]
fn functions() {
    expect![[r#"
        RED                             long: 143833713130660064 143833713130660064 143833713130660064 143833713130660064 143833713130660064
        color(`red`)                    long: 143833713130660064 143833713130660064 143833713130660064 143833713130660064 143833713130660064
        color(`#00ff00`)                long: 72337969519788032 72337969519788032 72337969519788032 72337969519788032 72337969519788032
        colorRGB(255, 0, 0)             long: 143833713130660064 143833713130660064 143833713130660064 143833713130660064 143833713130660064
        colorHSL(120, 100, 50)          long: 72337969519788032 72337969519788032 72337969519788032 72337969519788032 72337969519788032
        bg(RED)                         long: 143833713099145216 143833713099145216 143833713099145216 143833713099145216 143833713099145216
        fg(RED)                         long: 100597760 100597760 100597760 100597760 100597760
        bgfga(RED)                      long: 143833713130660064 143833713130660064 143833713130660064 143833713130660064 143833713130660064
        bgo(RED)                        long: 287948901175001088 287948901175001088 287948901175001088 287948901175001088 287948901175001088
        fgo(RED)                        long: 134152192 134152192 134152192 134152192 134152192
        background(RED)                 long: 143833713099145216 143833713099145216 143833713099145216 143833713099145216 143833713099145216
        toLong(`red`)                   long: 143833713130660064 143833713130660064 143833713130660064 143833713130660064 143833713130660064
        heatmapFg(I, 0, 10, RED, BLUE)  long: 98959386 97255475 100597760 0 83886335
        color(S)                        Value in row 0: "abc" is not a colour
    "#]].assert_eq(&lines(
        &table(),
        "
        RED
        color(`red`)
        color(`#00ff00`)
        colorRGB(255, 0, 0)
        colorHSL(120, 100, 50)
        bg(RED)
        fg(RED)
        bgfga(RED)
        bgo(RED)
        fgo(RED)
        background(RED)
        toLong(`red`)
        heatmapFg(I, 0, 10, RED, BLUE)
        color(S)
        ",
    ));
}
