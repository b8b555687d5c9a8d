//! Parquet listings: filters on partitions are answered before a file is opened.

use std::path::Path;

use kinetable::parquet::{ReadOptions, WriteOptions};
use kinetable::{NoNames, Session, Table};

use crate::support::{longs, session, texts};

fn write_days(session: &Session, folder: &Path) {
    for day in 1..=5 {
        let path = folder.join(format!("Date=2026-07-0{day}"));
        std::fs::create_dir_all(&path).expect("a folder");
        let rows = session.empty_table(100).update(&[format!("Value = {day}L * 1000 + ii")], &NoNames);
        let rows = rows.expect("a formula");
        rows.write_parquet(path.join("part.parquet"), &WriteOptions::default()).expect("written");
    }
}

fn opened(table: &Table) -> u64 {
    table.files().expect("a listing").counts().files_opened
}

#[test]
fn a_filter_on_the_partition_opens_only_those_files() {
    let session = session();
    let folder = std::env::temp_dir().join(format!("kinetable-listed-{}", std::process::id()));
    write_days(&session, &folder);
    let table = session.read_parquet(&folder, &ReadOptions::default()).expect("a folder of Parquet");
    assert_eq!(opened(&table), 1, "one footer, for the schema");
    let some = table.where_(&texts(["Date > `2026-07-03`"]), &NoNames).expect("a filter");
    assert_eq!(opened(&some), 1, "names of folders are enough");
    assert_eq!(some.size().expect("readable"), 200);
    let of_value = some.where_(&texts(["Value >= 5050"]), &NoNames).expect("a filter");
    let values = longs(&of_value, "Value");
    assert_eq!(values, (5_050..5_100).map(Some).collect::<Vec<_>>());
    assert!(opened(&table) <= 3, "the first file, and those of two dates");
    std::fs::remove_dir_all(&folder).expect("removed");
}
