//! The form of an X25519 key, checked before a host is asked (RFC 7748, section 6.1).
//!
//! With a point of small order the shared secret is zero for every key, and not every host reports
//! that.

/// The u coordinates of the points of small order, below p, least significant byte first.
static SMALL: [[u8; 32]; 5] = [
    [0; 32],
    *b"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    *b"\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
       \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    *b"\xe0\xeb\x7a\x7c\x3b\x41\xb8\xae\x16\x56\xe3\xfa\xf1\x9f\xc4\x6a\
       \xda\x09\x8d\xeb\x9c\x32\xb1\xfd\x86\x62\x05\x16\x5f\x49\xb8\x00",
    *b"\x5f\x9c\x95\xbc\xa3\x50\x8c\x24\xb1\xd0\xb1\x55\x9c\x83\xef\x5b\
       \x04\x44\x5c\xc4\x58\x1c\x8e\x86\xd8\x22\x4e\xdd\xd0\x9f\x11\x57",
];

/// Whether this is the canonical encoding of a u coordinate that is not of small order.
pub(super) fn is_key(bytes: &[u8]) -> bool {
    let [low, middle @ .., high] = bytes else { return false };
    // p is 2^255 - 19. Hosts ignore the highest bit, so it would allow a second encoding.
    let is_below_p = *low < 0xed || *high != 0x7f || middle.iter().any(|byte| *byte != 0xff);
    bytes.len() == 32 && *high < 0x80 && is_below_p && !SMALL.iter().any(|small| small == bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jose_26_a_point_of_small_order_or_in_a_second_spelling_is_no_key() {
        for mut small in SMALL {
            assert!(!is_key(&small));
            let [.., high] = &mut small;
            *high |= 0x80;
            assert!(!is_key(&small));
        }
        for low in 0xed..=0xff {
            let mut beyond_p = [0xff; 32];
            let [first, .., high] = &mut beyond_p;
            (*first, *high) = (low, 0x7f);
            assert!(!is_key(&beyond_p), "{low:x}");
        }
        assert!(!is_key(&[9; 31]) && !is_key(&[9; 33]) && !is_key(&[]) && !is_key(&[9; 1]));
        let mut base = [0; 32];
        let [low, ..] = &mut base;
        *low = 9;
        assert!(is_key(&base) && is_key(&[0x7f; 32]));
        let mut low_and_middle_full = [0xff; 32];
        let [.., high] = &mut low_and_middle_full;
        *high = 0x7e;
        assert!(is_key(&low_and_middle_full));
    }
}
