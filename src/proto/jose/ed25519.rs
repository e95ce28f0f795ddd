//! The form of an Ed25519 key and signature, checked before a host is asked (RFC 8032, 5.1.7).
//!
//! OpenSSL and the browsers accept any message under the identity point, and some accept a second
//! encoding of a point. A token could then have more than one text, or more than one signer.

/// The order of the base point, least significant byte first.
static ORDER: [u8; 32] = *b"\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10";

/// The y coordinates of the points with order 1, 4, 2 and twice 8.
static SMALL: [[u8; 32]; 5] = [
    *b"\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    [0; 32],
    *b"\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
       \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\
       \xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
    *b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\
       \x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a",
];

/// Whether this is the canonical encoding of a point that is not one of the eight of small order.
pub(crate) fn is_key(bytes: &[u8]) -> bool {
    is_point(bytes) && !SMALL.iter().any(|small| has_y(bytes, small))
}

/// Whether this is `R
///
/// S` with a canonical R and S below the order of the base point.
pub(super) fn is_signature(bytes: &[u8]) -> bool {
    let Some((r, s)) = bytes.split_at_checked(32) else { return false };
    is_point(r) && s.len() == 32 && s.iter().rev().lt(ORDER.iter().rev())
}

/// Whether this is a canonical encoding, as far as y and the sign of x show.
fn is_point(bytes: &[u8]) -> bool {
    let [low, middle @ .., high] = bytes else { return false };
    // p is 2^255 - 19: the lowest byte decides if all others are at their maximum.
    let is_below_p = *low < 0xed || high & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff);
    // At y = 1 and y = -1, x is zero and has no sign.
    let [one, _, minus_one, ..] = &SMALL;
    let has_sign = !has_y(bytes, one) && !has_y(bytes, minus_one);
    bytes.len() == 32 && is_below_p && (has_sign || high & 0x80 == 0)
}

/// Whether this encodes a point with this y coordinate. The highest bit is the sign of x.
fn has_y(bytes: &[u8], y: &[u8; 32]) -> bool {
    let [y_low @ .., y_high] = y;
    bytes.split_last().is_some_and(|(high, low)| low == y_low && high & 0x7f == *y_high)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::base64url;
    use alloc::vec::Vec;

    fn with_sign(y: &[u8; 32]) -> [u8; 32] {
        let mut bytes = *y;
        *bytes.last_mut().unwrap() |= 0x80;
        bytes
    }

    /// p plus a small number, which is not canonical.
    fn beyond_p(low: u8) -> [u8; 32] {
        let mut bytes = [0xff; 32];
        *bytes.first_mut().unwrap() = low;
        *bytes.last_mut().unwrap() = 0x7f;
        bytes
    }

    fn signature(r: &[u8], s: &[u8]) -> Vec<u8> {
        [r, s].concat()
    }

    #[test]
    fn jose_19_a_key_of_small_order_is_refused_with_either_sign() {
        for y in &SMALL {
            assert!(!is_key(y), "{y:x?}");
            assert!(!is_key(&with_sign(y)), "{y:x?}");
        }
        assert!(is_key(&base64url::read("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap()));
    }

    #[test]
    fn jose_19_a_second_spelling_of_a_key_is_refused() {
        for low in 0xed..=0xff {
            assert!(!is_key(&beyond_p(low)), "{low:x}");
            assert!(!is_key(&with_sign(&beyond_p(low))), "{low:x}");
        }
        assert!(is_key(&beyond_p(0xeb)) && is_key(&with_sign(&beyond_p(0xeb))));
        // One bit less in any byte makes the number smaller than p again.
        for place in 1..32 {
            let mut bytes = beyond_p(0xff);
            *bytes.get_mut(place).unwrap() -= 1;
            assert!(is_key(&bytes), "{place}");
        }
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        assert!(!is_key(&[]) && !is_key(&[2; 31]) && !is_key(&[2; 33]) && is_key(&[2; 32]));
    }

    #[test]
    fn jose_19_an_s_of_the_order_or_more_is_refused() {
        let mut below = ORDER;
        *below.first_mut().unwrap() -= 1;
        let mut above = ORDER;
        *above.first_mut().unwrap() += 1;
        let r = [2; 32];
        assert!(is_signature(&signature(&r, &below)) && is_signature(&signature(&r, &[0; 32])));
        for s in [ORDER, above, [0xff; 32], with_sign(&below)] {
            assert!(!is_signature(&signature(&r, &s)), "{s:x?}");
        }
    }

    #[test]
    fn jose_19_an_r_that_is_not_canonical_is_refused() {
        let [one, zero, minus_one, ..] = SMALL;
        for r in [with_sign(&one), with_sign(&minus_one), beyond_p(0xed), beyond_p(0xff)] {
            assert!(!is_signature(&signature(&r, &[1; 32])), "{r:x?}");
        }
        // A canonical R of small order is a rare but valid nonce point.
        for r in [one, zero, with_sign(&zero), minus_one] {
            assert!(is_signature(&signature(&r, &[1; 32])), "{r:x?}");
        }
    }

    #[test]
    fn a_signature_of_another_length_is_refused() {
        for length in [0, 31, 32, 63, 65, 128] {
            assert!(!is_signature(&[1].repeat(length)), "{length}");
        }
        assert!(is_signature(&[1; 64]));
    }
}
