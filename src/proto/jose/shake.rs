//! SHAKE256 (FIPS 202): the hash of Ed448, also for its `at_hash` and `c_hash`.

use alloc::vec::Vec;

/// The rate in bytes: the state without twice the security strength.
const RATE: usize = 136;

/// The output length that Ed448 needs (RFC 8032, section 5.2).
const LENGTH: usize = 114;

/// The first 114 bytes of SHAKE256 of these bytes.
pub(super) fn shake256(bytes: &[u8]) -> Vec<u8> {
    let mut state = [0; 25];
    for block in padded(bytes).chunks(RATE) {
        for (lane, word) in state.iter_mut().zip(block.as_chunks().0) {
            *lane ^= u64::from_le_bytes(*word);
        }
        permute(&mut state);
    }
    state.into_iter().flat_map(u64::to_le_bytes).take(LENGTH).collect()
}

/// The message in whole blocks: four bits that name the function, a bit, zeros, a bit.
fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut all = bytes.to_vec();
    all.push(0x1f);
    all.resize(all.len().next_multiple_of(RATE), 0);
    all.last_mut().into_iter().for_each(|last| *last |= 0x80);
    all
}

/// Keccak-f\[1600\], with its five steps in the order of section 3.2.
fn permute(state: &mut [u64; 25]) {
    for constant in CONSTANTS {
        let mut columns = [0; 5];
        for row in state.as_chunks::<5>().0 {
            for (column, lane) in columns.iter_mut().zip(row) {
                *column ^= lane;
            }
        }
        let [a, b, c, d, e] = columns;
        let turned = |left: u64, right: u64| left ^ right.rotate_left(1);
        let mixed = [turned(e, b), turned(a, c), turned(b, d), turned(c, e), turned(d, a)];
        for (lane, column) in state.iter_mut().zip(mixed.iter().cycle()) {
            *lane ^= column;
        }
        let mut moved = state[1];
        for (place, turn) in MOVES {
            for lane in state.iter_mut().skip(place).take(1) {
                moved = core::mem::replace(lane, moved.rotate_left(turn));
            }
        }
        for row in state.as_chunks_mut::<5>().0 {
            let [a, b, c, d, e] = *row;
            *row = [a ^ !b & c, b ^ !c & d, c ^ !d & e, d ^ !e & a, e ^ !a & b];
        }
        state[0] ^= constant;
    }
}

/// Where the current lane moves and how far it rotates; the lane that was there is the next one.
#[rustfmt::skip]
const MOVES: [(usize, u32); 24] = [
    (10, 1), (7, 3), (11, 6), (17, 10), (18, 15), (3, 21), (5, 28), (16, 36),
    (8, 45), (21, 55), (24, 2), (4, 14), (15, 27), (23, 41), (19, 56), (13, 8),
    (12, 25), (2, 43), (20, 62), (14, 18), (22, 39), (9, 61), (6, 20), (1, 44),
];

#[rustfmt::skip]
const CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a, 0x8000_0000_8000_8000,
    0x0000_0000_0000_808b, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
    0x0000_0000_0000_008a, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
    0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
    0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800a, 0x8000_0000_8000_000a,
    0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::base64url;

    #[test]
    fn the_hash_is_the_one_that_python_computes() {
        for (length, last) in LAST {
            let whole = shake256(&[0x5a].repeat(length));
            assert_eq!(whole.len(), 114);
            assert_eq!(base64url::write(whole.get(106..).unwrap()), last, "{length}");
        }
    }

    /// The last eight bytes of the hash of so many bytes 0x5a: `hashlib.shake_256(…).digest(114)`.
    const LAST: [(usize, &str); 6] = [
        (0, "XDhGLFAQ2EY"),
        (1, "v2Hs9zC4WfU"),
        (135, "BQH7tYQr92s"),
        (136, "3QEUWveqF6o"),
        (137, "TLdaL-KkdFs"),
        (1000, "3JqwgxpaLFo"),
    ];
}
