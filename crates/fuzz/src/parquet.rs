//! A Parquet file that lies: its footer, its page headers, its values.

use std::cell::OnceCell;
use std::io::Write;
use std::path::PathBuf;

use kinetable_parquet::{Cache, ReadOptions, read};

/// Takes bytes for a Parquet file and reads every cell of it.
pub fn parquet(bytes: &[u8]) {
    thread_local! {
        static PATH: OnceCell<PathBuf> = const { OnceCell::new() };
    }
    PATH.with(|path| {
        let path = path.get_or_init(|| {
            std::env::temp_dir().join(format!(
                "kinetable-fuzz-{}-{:?}.parquet",
                std::process::id(),
                std::thread::current().id()
            ))
        });
        let mut file = std::fs::File::create(path).expect("the temporary folder takes a file");
        file.write_all(bytes).expect("the temporary folder takes a file");
        drop(file);
        let options = ReadOptions { cache: Some(Cache::new(0)), ..ReadOptions::default() };
        let Ok(table) = read(path, &options).and_then(|table| table.coalesce()) else {
            return;
        };
        let version = table.version();
        for column in 0..table.schema().fields().len() {
            // What cannot be read is an error of that column; the next may be sound.
            let _read = version.read(column, version.rows());
        }
    });
}
