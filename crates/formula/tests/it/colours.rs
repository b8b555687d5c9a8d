//! Colours of cells.

use expect_test::expect;
use kinetable_formula::{colour_of_text, compile_colour, compile_colour_where};

use crate::support::{lines, table, values};

fn colours(table: &crate::support::Table, formula: &kinetable_formula::Formula) -> Vec<String> {
    let array = table.eval(formula, 0, table.rows()).unwrap();
    let longs = values(&array);
    longs.iter().map(|text| text.parse::<i64>().map_or_else(|_| ".".to_owned(), |long| format!("{long:016x}"))).collect()
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
        "IVORY", "`#ff8000`", "`red`", "K ? RED : NO_FORMATTING", "K ? `red` : `#0f0`", "bg(RED)", "bgfg(RED, `white`)", "heatmap(I, 0, 10, RED, GREEN)",
        "`nonsense`", "1.5", "VIVID_BLUE",
    ]
    .iter()
    .map(|text| format!("{text} -> {}\n", shown(text)))
    .collect();
    expect![[""]].assert_eq(&all);
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
    expect![[""]].assert_eq(&shown("S != null && S.startsWith(`a`)", "IVORY"));
    expect![[""]].assert_eq(&shown("I in 1, 2", "`#ff0000`"));
    expect![[""]].assert_eq(&shown("I > 1", "REDD"));
    expect![[""]].assert_eq(&shown("Q > 1", "RED"));
    expect![[""]].assert_eq(&shown("B", "RED"));
}

#[test]
fn functions() {
    expect![[""]].assert_eq(&lines(
        &table(),
        "
        RED
        color(`red`)
        color(`#00ff00`)
        colorRGB(255, 0, 0)
        colorHSL(120, 1.0, 0.5)
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
