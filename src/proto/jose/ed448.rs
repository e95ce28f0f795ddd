//! The form of an Ed448 key and signature, checked before a host is asked (RFC 8032, 5.2.7).

/// p = 2^448 - 2^224 - 1, least significant byte first.
static P: [u8; 56] = *b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";

/// The order of the base point, least significant byte first.
static ORDER: [u8; 56] = *b"\xf3\x44\x58\xab\x92\xc2\x78\x23\x55\x8f\xc5\x8d\x72\xc2\
    \x6c\x21\x90\x36\xd6\xae\x49\xdb\x4e\xc4\xe9\x23\xca\x7c\
    \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x3f";

/// Whether this is the canonical encoding of a point that is not one of the four of small order:
/// their y is 1, -1 or 0.
pub(crate) fn is_key(bytes: &[u8]) -> bool {
    let [low, high @ .., _] = bytes else { return false };
    let is_small = *low < 2 && high.iter().all(|byte| *byte == 0);
    let [first, rest @ ..] = &P;
    let is_minus_one = *low == first ^ 1 && high == rest;
    is_point(bytes) && !is_small && !is_minus_one
}

/// Whether this is `R
///
/// S` with a canonical R and S below the order of the base point.
pub(crate) fn is_signature(bytes: &[u8]) -> bool {
    let Some((r, s)) = bytes.split_at_checked(57) else { return false };
    let Some((0, s)) = s.split_last() else { return false };
    is_point(r) && s.len() == ORDER.len() && is_below(s, &ORDER)
}

/// Whether this is a canonical encoding, as far as y and the byte with the sign of x show. The
/// points without a sign, at y = 1 and y = -1, have small order.
fn is_point(bytes: &[u8]) -> bool {
    let is_one =
        |(sign, y): (&u8, &[u8])| y.len() == P.len() && is_below(y, &P) && sign & 0x7f == 0;
    bytes.split_last().is_some_and(is_one)
}

fn is_below(number: &[u8], limit: &[u8]) -> bool {
    number.iter().rev().lt(limit.iter().rev())
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// A number as a key contains it, with the byte of the sign.
    fn point(number: &[u8], change: u8, sign: u8) -> Vec<u8> {
        let mut bytes = number.to_vec();
        bytes.resize(56, 0);
        bytes[0] = bytes[0].wrapping_add(change);
        bytes.push(sign);
        bytes
    }

    #[test]
    fn a_key_is_canonical_and_not_of_small_order() {
        for sign in [0, 0x80] {
            assert!(is_key(&point(&[2], 0, sign)) && is_key(&point(&P, 253, sign)));
            for small in [point(&[0], 0, sign), point(&[1], 0, sign), point(&P, 255, sign)] {
                assert!(!is_key(&small), "{small:?}");
            }
            for second in [point(&P, 0, sign), point(&[0xff; 56], 0, sign)] {
                assert!(!is_key(&second), "{second:?}");
            }
        }
        for bit in 0..7 {
            assert!(!is_key(&point(&[2], 0, 1 << bit)), "the last byte has the sign only");
        }
        assert!(!is_key(&[]) && !is_key(&[2; 56]) && !is_key(&[2; 58]));
        assert!(is_key(&[&[0][..], &[7; 55], &[0]].concat()), "a low byte of 0 is not y = 0");
    }

    #[test]
    fn a_signature_has_a_canonical_point_and_a_number_below_the_order() {
        let r = point(&[2], 0, 0);
        let signature = |s: Vec<u8>| is_signature(&[&*r, &*s].concat());
        assert!(signature(point(&[0], 0, 0)) && signature(point(&ORDER, 255, 0)));
        for bad in [point(&ORDER, 0, 0), point(&[0xff; 56], 0, 0), point(&[0], 0, 1)] {
            assert!(!signature(bad.clone()), "{bad:?}");
        }
        assert!(!is_signature(&[point(&P, 0, 0), point(&[1], 0, 0)].concat()));
        assert!(!is_signature(&r) && !is_signature(&[]) && !signature([0; 58].to_vec()));
    }
}
