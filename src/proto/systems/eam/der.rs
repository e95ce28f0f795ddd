//! Reads the RSA key of an X.509 certificate (RFC 5280, section 4.1; RFC 8017, appendix A.1.1).

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
/// `[0] EXPLICIT Version`.
const VERSION: u8 = 0xa0;
/// The object identifier of `rsaEncryption`, with its tag and length.
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// The modulus and the exponent of the certificate's key, without leading zeros. `None` if it is no
/// certificate, or has a key of another kind.
pub(super) fn rsa_key(certificate: &[u8]) -> Option<(&[u8], &[u8])> {
    let (whole, end) = element(certificate, SEQUENCE)?;
    let (mut fields, _) = element(whole, SEQUENCE)?;
    if !end.is_empty() {
        return None;
    }
    if let Some((_, rest)) = element(fields, VERSION) {
        fields = rest;
    }
    // Serial number; algorithm of the signature, issuer, validity, subject.
    fields = element(fields, INTEGER)?.1;
    for _ in 0..4 {
        fields = element(fields, SEQUENCE)?.1;
    }
    let (info, _) = element(fields, SEQUENCE)?;
    let (algorithm, rest) = element(info, SEQUENCE)?;
    if !algorithm.starts_with(RSA) {
        return None;
    }
    // The first byte of a bit string has the number of unused bits.
    let (bits, _) = element(rest, BIT_STRING)?;
    let (key, _) = element(bits.strip_prefix(&[0])?, SEQUENCE)?;
    let (modulus, rest) = element(key, INTEGER)?;
    let (exponent, _) = element(rest, INTEGER)?;
    Some((number(modulus), number(exponent)))
}

/// The content of the first element, if it has this tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(2)?;
    let [found, short] = head else { return None };
    if *found != tag {
        return None;
    }
    let (length, rest) = match *short {
        0..=0x7f => (usize::from(*short), rest),
        // A certificate has fewer than 64 KB.
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => {
            let (length, rest) = rest.split_at_checked(2)?;
            (usize::from(u16::from_be_bytes(length.try_into().ok()?)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// A positive integer without the zero byte that DER puts before a high bit.
fn number(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(&[0]).unwrap_or(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
pub(super) mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let mut out = vec![tag, 0x82];
        out.extend_from_slice(&u16::try_from(content.len()).unwrap().to_be_bytes());
        out.extend_from_slice(&content);
        out
    }

    /// A certificate, in base64, whose modulus consists of one byte. No one can sign with its key.
    pub(in super::super) fn certificate(byte: u8) -> String {
        let text = crate::proto::text::base64url::write(&der(byte, RSA));
        let padding = (4 - text.len() % 4) % 4;
        text.replace('-', "+").replace('_', "/") + &"=".repeat(padding)
    }

    fn der(byte: u8, algorithm: &[u8]) -> Vec<u8> {
        let key =
            wrap(SEQUENCE, &[&wrap(INTEGER, &[&[0], &[0x80 | byte; 256]]), &[INTEGER, 3, 1, 0, 1]]);
        let info = wrap(
            SEQUENCE,
            &[&wrap(SEQUENCE, &[algorithm, &[5, 0]]), &wrap(BIT_STRING, &[&[0], &key])],
        );
        let empty = [SEQUENCE, 0];
        let fields = wrap(
            SEQUENCE,
            &[
                &[VERSION, 3, INTEGER, 1, 2],
                &[INTEGER, 1, 7],
                &empty,
                &empty,
                &empty,
                &empty,
                &info,
            ],
        );
        wrap(SEQUENCE, &[&fields, &empty, &[BIT_STRING, 1, 0]])
    }

    #[test]
    fn the_key_of_a_certificate_is_read() {
        let (bytes, exponent) = (der(1, RSA), [1, 0, 1]);
        let (modulus, found) = rsa_key(&bytes).unwrap();
        assert_eq!((modulus, found), (&[0x81; 256][..], &exponent[..]));
    }

    #[test]
    fn anything_else_is_no_certificate_of_an_rsa_key() {
        let good = der(1, RSA);
        let mut other = RSA.to_vec();
        other[10] = 2;
        assert!(rsa_key(&der(1, &other)).is_none());
        for end in 0..good.len() {
            assert!(rsa_key(&good[..end]).is_none(), "{end}");
        }
        assert!(rsa_key(&[&good[..], &[0]].concat()).is_none());
        assert!(rsa_key(&[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff]).is_none());
    }
}
