//! libFuzzer's door to [`kinetable_fuzz::barrage`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kinetable_fuzz::barrage(bytes));
