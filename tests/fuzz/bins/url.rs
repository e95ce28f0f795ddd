#![no_main]

mod whatwg;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if countersign_fuzz::url(bytes) {
        whatwg::check(std::str::from_utf8(bytes).expect("it was read"));
    }
});
