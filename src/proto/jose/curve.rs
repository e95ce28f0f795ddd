//! The three NIST curves, and secp256k1 where a module has it: valid points and signature ranges.
//!
//! Hosts differ in what they refuse (some import a point off the curve), so these checks are here.

/// `y² = x³ - 3x + b`, or without the `3x`, over the integers modulo `p`, with `n` points. Numbers
/// are big-endian and as long as a coordinate.
#[derive(Debug)]
pub(super) struct Curve {
    /// The JOSE name (RFC 7518, section 6.2.1.1).
    pub(super) name: &'static str,
    p: &'static [u8],
    n: &'static [u8],
    b: &'static [u8],
    /// Whether the equation has the `3x`.
    has_3x: bool,
}

pub(super) fn find(name: &str) -> Option<&'static Curve> {
    ALL.iter().find(|curve| curve.name == name)
}

impl Curve {
    /// Whether these coordinates are a point of the curve. The identity has no coordinates and
    /// never passes.
    pub(super) fn has_point(&self, x: &[u8], y: &[u8]) -> bool {
        let is_number = |number: &[u8]| number.len() == self.p.len() && number < self.p;
        if !is_number(x) || !is_number(y) {
            return false;
        }
        let field = Field { p: limbs(self.p) };
        let (x, y) = (limbs(x), limbs(y));
        let three_x =
            if self.has_3x { field.add(&field.add(&x, &x), &x) } else { Limbs::default() };
        let cube = field.multiply(&field.multiply(&x, &x), &x);
        field.add(&field.multiply(&y, &y), &three_x) == field.add(&cube, &limbs(self.b))
    }

    /// Whether this is `r
    ///
    /// s` with both in 1 to n-1 (RFC 7518, section 3.4; FIPS 186-5, 6.4.2).
    pub(super) fn has_signature(&self, signature: &[u8]) -> bool {
        let is_number = |number: &[u8]| {
            number.len() == self.n.len() && number < self.n && number.iter().any(|byte| *byte != 0)
        };
        signature.split_at_checked(self.n.len()).is_some_and(|(r, s)| is_number(r) && is_number(s))
    }
}

/// A number below 2^544, the least significant limb first.
type Limbs = [u32; 17];

fn limbs(bytes: &[u8]) -> Limbs {
    let mut limbs = [0; 17];
    for (limb, bytes) in limbs.iter_mut().zip(bytes.rchunks(4)) {
        *limb = bytes.iter().fold(0, |limb, byte| limb << 8 | u32::from(*byte));
    }
    limbs
}

/// The integers modulo `p`: slow and small, for public numbers only.
struct Field {
    p: Limbs,
}

impl Field {
    fn add(&self, left: &Limbs, right: &Limbs) -> Limbs {
        let sum = combine(left, right, u64::wrapping_add).0;
        let (less, borrowed) = combine(&sum, &self.p, u64::wrapping_sub);
        if borrowed { sum } else { less }
    }

    /// Doubles for each bit of `right`, and adds `left` where the bit is set.
    fn multiply(&self, left: &Limbs, right: &Limbs) -> Limbs {
        let mut product = [0; 17];
        for limb in right.iter().rev() {
            for place in (0..32_u32).rev() {
                product = self.add(&product, &product);
                if limb >> place & 1 == 1 {
                    product = self.add(&product, left);
                }
            }
        }
        product
    }
}

/// Adds limb by limb with a carry, and returns the last carry. A borrow is a carry of -1.
fn combine(left: &Limbs, right: &Limbs, step: fn(u64, u64) -> u64) -> (Limbs, bool) {
    let mut out = [0; 17];
    let mut carry = 0_u64;
    for ((out, left), right) in out.iter_mut().zip(left).zip(right) {
        let sum = step(u64::from(*left), u64::from(*right)).wrapping_add(carry);
        *out = sum as u32;
        carry = (sum.cast_signed() >> 32).cast_unsigned();
    }
    (out, carry != 0)
}

static ALL: &[Curve] = &[
    Curve {
        name: "P-256",
        p: b"\
            \xff\xff\xff\xff\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\
            \x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        n: b"\
            \xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\
            \xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51",
        b: b"\
            \x5a\xc6\x35\xd8\xaa\x3a\x93\xe7\xb3\xeb\xbd\x55\x76\x98\x86\xbc\
            \x65\x1d\x06\xb0\xcc\x53\xb0\xf6\x3b\xce\x3c\x3e\x27\xd2\x60\x4b",
        has_3x: true,
    },
    Curve {
        name: "P-384",
        p: b"\
            \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
            \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\
            \xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff",
        n: b"\
            \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
            \xff\xff\xff\xff\xff\xff\xff\xff\xc7\x63\x4d\x81\xf4\x37\x2d\xdf\
            \x58\x1a\x0d\xb2\x48\xb0\xa7\x7a\xec\xec\x19\x6a\xcc\xc5\x29\x73",
        b: b"\
            \xb3\x31\x2f\xa7\xe2\x3e\xe7\xe4\x98\x8e\x05\x6b\xe3\xf8\x2d\x19\
            \x18\x1d\x9c\x6e\xfe\x81\x41\x12\x03\x14\x08\x8f\x50\x13\x87\x5a\
            \xc6\x56\x39\x8d\x8a\x2e\xd1\x9d\x2a\x85\xc8\xed\xd3\xec\x2a\xef",
        has_3x: true,
    },
    Curve {
        name: "P-521",
        p: b"\
            \x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
            \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
            \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
            \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
            \xff\xff",
        n: b"\
            \x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
            \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
            \xff\xfa\x51\x86\x87\x83\xbf\x2f\x96\x6b\x7f\xcc\x01\x48\xf7\x09\
            \xa5\xd0\x3b\xb5\xc9\xb8\x89\x9c\x47\xae\xbb\x6f\xb7\x1e\x91\x38\
            \x64\x09",
        b: b"\
            \x00\x51\x95\x3e\xb9\x61\x8e\x1c\x9a\x1f\x92\x9a\x21\xa0\xb6\x85\
            \x40\xee\xa2\xda\x72\x5b\x99\xb3\x15\xf3\xb8\xb4\x89\x91\x8e\xf1\
            \x09\xe1\x56\x19\x39\x51\xec\x7e\x93\x7b\x16\x52\xc0\xbd\x3b\xb1\
            \xbf\x07\x35\x73\xdf\x88\x3d\x2c\x34\xf1\xef\x45\x1f\xd4\x6b\x50\
            \x3f\x00",
        has_3x: true,
    },
    #[cfg(any(feature = "edge", feature = "soft", not(feature = "page")))]
    Curve {
        name: "secp256k1",
        p: b"\
            \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
            \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xfc\x2f",
        n: b"\
            \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\
            \xba\xae\xdc\xe6\xaf\x48\xa0\x3b\xbf\xd2\x5e\x8c\xd0\x36\x41\x41",
        b: b"\
            \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\
            \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07",
        has_3x: false,
    },
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::base64url;
    use alloc::vec::Vec;

    /// The P-256 key of RFC 7515, A.3, the P-521 keys of RFC 7515, A.4, and RFC 7520, 3.1, and the
    /// base point of SEC 2, 2.4.1.
    const POINTS: [(&str, &str, &str); 4] = [
        (
            "P-256",
            "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        ),
        (
            "P-521",
            "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
            "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
        ),
        (
            "P-521",
            "AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",
            "AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1",
        ),
        (
            "secp256k1",
            "eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g",
            "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg",
        ),
    ];

    /// A square root of P-384's `b`, which makes (0, this) a point.
    const ROOT_OF_B_384: &[u8] = b"\
        \xc3\x06\x61\x0f\xb0\xae\x5a\x15\x9c\xf4\x5c\x06\x06\x9f\x22\xa6\
        \xc5\xeb\x36\x41\xc6\x02\xd4\x2d\xea\x2c\x4b\x4f\x75\x55\x07\x93\
        \x40\x6d\x80\xd2\xb9\x1a\xd5\x4f\x90\x48\xbd\x48\x7a\xf1\xad\xe1";

    fn point(place: usize) -> (&'static Curve, Vec<u8>, Vec<u8>) {
        let (crv, x, y) = POINTS.get(place).copied().unwrap();
        (find(crv).unwrap(), base64url::read(x).unwrap(), base64url::read(y).unwrap())
    }

    /// The number plus or minus one, with the same length.
    fn next(number: &[u8], change: u8) -> Vec<u8> {
        let mut next = number.to_vec();
        let last = next.last_mut().unwrap();
        *last = last.wrapping_add(change);
        next
    }

    #[test]
    fn jose_15_a_point_of_the_curve_is_one_and_its_neighbors_are_not() {
        for place in 0..POINTS.len() {
            let (curve, x, y) = point(place);
            assert!(curve.has_point(&x, &y));
            assert!(!curve.has_point(&next(&x, 1), &y));
            assert!(!curve.has_point(&x, &next(&y, 1)));
            assert!(!curve.has_point(&y, &x));
        }
    }

    #[test]
    fn jose_15_the_point_at_x_0_is_on_p_384() {
        // y² = b has a root modulo p on this curve; its negation is the other point at x = 0.
        let curve = find("P-384").unwrap();
        let zero = [0; 48];
        assert!(!curve.has_point(&zero, &zero));
        assert!(!curve.has_point(&zero, curve.p));
        let y = ROOT_OF_B_384;
        assert!(curve.has_point(&zero, y));
        assert!(!curve.has_point(&zero, &next(y, 1)));
        assert!(!curve.has_point(curve.p, y), "p is another spelling of 0");
    }

    #[test]
    fn jose_15_coordinates_of_another_length_or_beyond_p_are_refused() {
        let (curve, x, y) = point(0);
        let longer = |number: &[u8]| [&[0], number].concat();
        assert!(!curve.has_point(&longer(&x), &y));
        assert!(!curve.has_point(&x, &longer(&y)));
        assert!(!curve.has_point(x.get(1..).unwrap(), &y));
        assert!(!curve.has_point(&[], &[]));
        assert!(!curve.has_point(curve.p, &y));
        assert!(!curve.has_point(&x, &[0xff; 32]));
        let (other, ..) = point(1);
        assert!(!other.has_point(&x, &y));
    }

    #[test]
    fn jose_16_r_and_s_are_in_1_to_n_minus_1() {
        for curve in ALL {
            let one = next(&[0, 0].repeat(curve.n.len() / 2), 1);
            let zero = next(&one, 255);
            let last = next(curve.n, 255);
            let signature = |r: &[u8], s: &[u8]| curve.has_signature(&[r, s].concat());
            assert!(signature(&one, &last) && signature(&last, &one));
            for bad in [&zero, curve.n, &next(curve.n, 1), &[0xff].repeat(curve.n.len())] {
                assert!(!signature(bad, &one) && !signature(&one, bad), "{}", curve.name);
            }
            assert!(!signature(&one, &[&[0], &*one].concat()));
            assert!(!signature(&one, one.get(1..).unwrap()));
            assert!(!signature(&one, &[]));
        }
    }

    #[test]
    fn arithmetic_wraps_around_p() {
        for curve in ALL {
            let field = Field { p: limbs(curve.p) };
            let minus_one = limbs(&next(curve.p, 255));
            let (one, zero) = (limbs(&[1]), limbs(&[]));
            assert_eq!(field.add(&minus_one, &one), zero);
            assert_eq!(field.add(&minus_one, &limbs(&[2])), one);
            assert_eq!(field.multiply(&minus_one, &minus_one), one);
            assert_eq!(field.multiply(&minus_one, &zero), zero);
        }
    }
}
