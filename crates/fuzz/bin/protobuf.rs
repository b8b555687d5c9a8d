//! libFuzzer's door to [`kinetable_fuzz::protobuf`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kinetable_fuzz::protobuf(bytes));
