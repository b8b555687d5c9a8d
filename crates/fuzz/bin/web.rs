//! libFuzzer's door to [`kinetable_fuzz::web`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kinetable_fuzz::web(bytes));
