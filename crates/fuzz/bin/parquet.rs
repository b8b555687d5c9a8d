//! libFuzzer's door to [`kinetable_fuzz::parquet`].
#![no_main]

use std::sync::Once;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    static QUIET: Once = Once::new();
    // The reader takes a panic of the library below it for an error of the file. libFuzzer's hook would end the process before;
    // a panic that nobody catches still does.
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| ())));
    kinetable_fuzz::parquet(bytes);
});
