//! Scripted tables and the driver: what they are told is what happens.

use expect_test::expect;
use kinetable_engine::Properties;
use kinetable_engine::source::{Retention, open};
use kinetable_testkit::text::parse_schema;
use kinetable_testkit::{Driver, Profile, ScriptedTable, change_text, fixed, record, table_text};

#[test]
fn a_step_is_told_as_it_was_asked() {
    let driver = Driver::new();
    let source = ScriptedTable::new(
        driver.graph(),
        Properties::ANY,
        "key Sym:str Qty:i64\n1 a 10\n2 b 20\n3 c .\n8 d 40",
    );
    let (told, _handle) = record(source.table());
    source.update("- 2\n> 3-8 +2\n+ 4 e 50\n~ 5 = 31\n~ 10 d 41");
    driver.cycle();
    let change = told.take().remove(0);
    expect![[r#"
           key  Sym:str  Qty:i64
        -  2    b        20
        >  3-8  +2
        +  4    e        50
        ~  5    =        31
        ~  10   =        41
    "#]]
    .assert_eq(&change_text(source.table().schema(), &change));
    expect![[r#"
        key  Sym:str  Qty:i64
        1    a        10
        4    e        50
        5    c        31
        10   d        41
    "#]]
    .assert_eq(&table_text(source.table()));
}

#[test]
fn what_cannot_be_done_is_left_out() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, "key A:i32\n1 1\n2 2\n9 9");
    let (told, _handle) = record(source.table());
    // A stranger removed, a shift onto a row, a row added twice, a value modified to what it was.
    source.update("- 7\n> 1-2 +8\n+ 2 5\n~ 1 1\n~ 6 6");
    driver.cycle();
    assert!(told.take().is_empty());
    source.update("> 1 -1\n> 2 +3\n~ 5 6");
    driver.cycle();
    expect![[r#"
        key  A:i32
        0    1
        5    6
        9    9
    "#]]
    .assert_eq(&table_text(source.table()));
}

#[test]
fn properties_are_kept() {
    let driver = Driver::new();
    let append = ScriptedTable::new(driver.graph(), Properties::APPEND, "key A:i32\n5 1");
    let blink = ScriptedTable::new(driver.graph(), Properties::BLINK, "A:i32");
    append.update("- 5\n~ 5 7\n+ 3 3\n+ 6 6");
    blink.update("+ 0 1\n+ 1 2");
    driver.cycle();
    assert_eq!(table_text(append.table()), table_text(&fixed("key A:i32\n5 1\n6 6")));
    assert_eq!(blink.table().size(), 2);
    blink.update("+ 1 3\n+ 2 3");
    driver.cycle();
    assert_eq!(table_text(blink.table()), table_text(&fixed("key A:i32\n2 3")));
    driver.cycle();
    assert_eq!(blink.table().size(), 0);
}

#[test]
fn rows_read_are_the_most_of_any_column() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, "A:i32 B:i32\n1 1\n2 2\n3 3");
    let version = source.table().version();
    for (column, rows) in
        [(0, version.rows().slice(0..2)), (0, version.rows().slice(2..3)), (1, version.rows().clone())]
    {
        version.read(column, &rows).expect("the rows are there");
    }
    assert_eq!(source.take_rows_read(), 3);
    assert_eq!(source.take_rows_read(), 0);
}

#[test]
fn random_scripts_are_valid_varied_and_repeatable() {
    let profiles =
        [Profile::full(), Profile::append(), Profile::add_only(), Profile::blink(), Profile::fixed()];
    for profile in profiles {
        for seed in 0..20 {
            assert_eq!(profile.script(seed, 10).to_string(), profile.script(seed, 10).to_string());
        }
    }
    let (mut added, mut removed, mut modified, mut shifted, mut idle) = (0, 0, 0, 0, 0);
    for seed in 0..20 {
        let script = Profile::full().script(seed, 30);
        let driver = Driver::new();
        let source = ScriptedTable::of_script(driver.graph(), &script);
        let (told, _handle) = record(source.table());
        for step in &script.steps {
            source.step(step.clone());
            driver.cycle();
            assert!(source.table().failure().is_none(), "seed {seed}: {:?}", source.table().failure());
            match told.take().first() {
                None => idle += 1,
                Some(change) => {
                    added += change.update.added.len();
                    removed += change.update.removed.len();
                    modified += change.update.modified.len();
                    shifted += change.update.shifted.len();
                }
            }
        }
    }
    assert!(added > 1000 && removed > 500 && modified > 500, "{added} {removed} {modified}");
    assert!(shifted > 100 && (60..300).contains(&idle), "{shifted} {idle}");
}

#[test]
fn the_driver_runs_the_cycles_that_sources_want() {
    let driver = Driver::new();
    let schema = parse_schema("A:i32").expect("a header");
    let (table, publisher) = open(driver.graph(), schema.clone(), Retention::BLINK);
    let rows = fixed("A:i32\n1\n2");
    let version = rows.version();
    publisher.publish(version.batch(&schema, version.rows()).expect("rows")).expect("the same columns");
    driver.cycle();
    assert_eq!(table.size(), 2);
    let start = driver.clock().now();
    driver.run_until(start + 500_000_000);
    assert_eq!((table.size(), driver.clock().now()), (2, start + 500_000_000));
    driver.run_until(start + 2_000_000_000);
    assert_eq!((table.size(), driver.clock().now()), (0, start + 2_000_000_000));
}
