#![no_main]

mod whatwg;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    countersign_fuzz::return_to(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for place in countersign_fuzz::return_addresses(text) {
        whatwg::check(&place);
        let theirs = url::Url::parse(&place).expect("an address");
        assert_eq!(theirs.origin().ascii_serialization(), "https://app.example", "{place}");
    }
});
