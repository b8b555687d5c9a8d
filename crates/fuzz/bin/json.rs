//! libFuzzer's door to [`kinetable_fuzz::json`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kinetable_fuzz::json(bytes));
