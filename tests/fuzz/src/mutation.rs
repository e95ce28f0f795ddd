//! Changes inputs at random. The same seed makes the same changes on every machine.

#[path = "../../support/random.rs"]
mod random;

pub use random::Random;

/// Words that the parsers know, and characters that parsers often get wrong.
const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\udc00",
    "\\u0061",
    "null",
    "true",
    "-",
    "0",
    "1e999",
    "1700000000",
    "9007199254740992",
    ".",
    "..",
    "=",
    "&",
    "%",
    "%2f",
    "%00",
    "+",
    "?",
    "#",
    "/",
    "//",
    "@",
    "\\\\",
    " ",
    "\t",
    "\n",
    "\u{0}",
    "\u{feff}",
    "é",
    "\u{3002}",
    "\"iss\":",
    "\"aud\":",
    "\"sub\":\"ada\"",
    "\"exp\":1",
    "\"alg\":\"none\"",
    "\"crit\":[]",
    "\"b64\":false",
    "\"kid\":1",
    "\"keys\":[",
    "\"use\":\"enc\"",
    "\"e\":\"AQ\"",
    "state=",
    "code=",
    "error=x",
    "iss=",
    "https://op.example",
    "http://",
    "https://evil.example",
    "javascript:",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "AAAA",
    "____",
];

/// The words as a dictionary of libFuzzer.
pub fn dictionary() -> String {
    let escaped = WORDS.iter().map(|word| {
        let bytes = word.bytes().map(|byte| format!("\\x{byte:02x}"));
        format!("\"{}\"\n", bytes.collect::<String>())
    });
    escaped.collect()
}

/// The input with one to four changes; some insert a piece of `other`.
pub fn mutate(input: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=random.index(4) {
        change(&mut bytes, other, random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let place = random.index(bytes.len() + 1);
    let length = random.index(9).min(bytes.len() - place);
    let word = WORDS[random.index(WORDS.len())].as_bytes();
    let start = random.index(other.len() + 1);
    let piece = &other[start..(start + random.index(40)).min(other.len())];
    match (random.index(8), bytes.get_mut(place)) {
        (0, Some(byte)) => *byte ^= 1 << random.index(8),
        (1, Some(byte)) => *byte = random.next() as u8,
        (2, Some(byte)) => *byte = b'0' + random.index(10) as u8,
        (3, _) => drop(bytes.drain(place..place + length)),
        (4, _) => {
            let again = bytes[place..place + length].to_vec();
            drop(bytes.splice(place..place, again));
        }
        (5, _) => drop(bytes.splice(place..place + length, word.iter().copied())),
        (6, _) => drop(bytes.splice(place..place + length, piece.iter().copied())),
        _ => drop(bytes.splice(place..place, word.iter().copied())),
    }
}
