//! Reads a file or directory and writes it as one file: `… --example copy FROM TO`.

use kinetable_engine::Result;
use kinetable_parquet::{ReadOptions, WriteOptions, read, write};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: copy FROM TO");
        std::process::exit(2);
    };
    let listed = read(&from, &ReadOptions::default())?;
    println!("{listed:?}\n{:?}", listed.schema());
    let table = listed.coalesce()?;
    let written = write(&table.version(), table.schema(), &to, &WriteOptions::default())?;
    println!("{written:?}\n{:?}", listed.counts());
    Ok(())
}
