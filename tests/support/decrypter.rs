//! A host with decryption keys, for native tests: `ring`, `rsa`, the NIST curves and X25519 of
//! their crates. AES key wrap and CBC are a few lines over the block cipher.
// Every file of tests uses its own part of this.
#![allow(dead_code)]

use aes::cipher::{BlockCipherDecrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::proto::effect::DecryptRequest;
use ring::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::{digest, hmac};
use rsa::{BoxedUint, Oaep, RsaPrivateKey};
use serde_json::Value;

/// The content of a token, by the first key that opens it.
pub(crate) fn host(question: &DecryptRequest, keys: &[Value]) -> Option<Vec<u8>> {
    question.keys.iter().find_map(|place| open(question, &keys[*place]))
}

/// The shared secret of a key and the sender's key.
pub(crate) fn agree(question: &DecryptRequest, key: &Value) -> Option<Vec<u8>> {
    let epk = |name: &str| {
        let (_, text) = question.epk.iter().find(|(known, _)| *known == name)?;
        URL_SAFE_NO_PAD.decode(text).ok()
    };
    let d = member(key, "d")?;
    if key["crv"] == "X25519" {
        let secret = x25519_dalek::StaticSecret::from(<[u8; 32]>::try_from(d).ok()?);
        let public = x25519_dalek::PublicKey::from(<[u8; 32]>::try_from(epk("x")?).ok()?);
        return Some(secret.diffie_hellman(&public).as_bytes().to_vec());
    }
    let point = [vec![4], epk("x")?, epk("y")?].concat();
    macro_rules! agree {
        ($curve:ident) => {{
            let secret = $curve::SecretKey::from_slice(&d).ok()?;
            let public = $curve::PublicKey::from_sec1_bytes(&point).ok()?;
            let shared =
                $curve::ecdh::diffie_hellman(secret.to_nonzero_scalar(), public.as_affine());
            Some(shared.raw_secret_bytes().to_vec())
        }};
    }
    match key["crv"].as_str()? {
        "P-256" => agree!(p256),
        "P-384" => agree!(p384),
        "P-521" => agree!(p521),
        _ => None,
    }
}

fn open(question: &DecryptRequest, key: &Value) -> Option<Vec<u8>> {
    let secret = match question.alg {
        "RSA-OAEP" => rsa(key)?.decrypt(Oaep::<sha1::Sha1>::new(), &question.encrypted_key).ok()?,
        "RSA-OAEP-256" => {
            rsa(key)?.decrypt(Oaep::<rsa::sha2::Sha256>::new(), &question.encrypted_key).ok()?
        }
        alg if alg.starts_with("ECDH-ES") => derived(question, &agree(question, key)?),
        _ => member(key, "k")?,
    };
    let content_key = match question.wrapping_key_bytes {
        0 => secret,
        length if length == secret.len() => unwrapped(&secret, &question.encrypted_key)?,
        _ => return None,
    };
    (content_key.len() == question.content_key_bytes).then_some(())?;
    match question.enc {
        "A128GCM" => gcm(&aead::AES_128_GCM, &content_key, question),
        "A256GCM" => gcm(&aead::AES_256_GCM, &content_key, question),
        "A128CBC-HS256" => cbc(hmac::HMAC_SHA256, &content_key, question),
        "A256CBC-HS512" => cbc(hmac::HMAC_SHA512, &content_key, question),
        _ => None,
    }
}

/// The key that the Concat KDF derives from a shared secret (RFC 7518, section 4.6.2).
pub(crate) fn derived(question: &DecryptRequest, agreed: &[u8]) -> Vec<u8> {
    let length = match question.wrapping_key_bytes {
        0 => question.content_key_bytes,
        length => length,
    };
    let rounds = (1..=length.div_ceil(32)).map(|round| u32::try_from(round).expect("few"));
    let mut key: Vec<u8> = rounds
        .flat_map(|round| {
            let input = [&round.to_be_bytes(), agreed, &question.other_info].concat();
            digest::digest(&digest::SHA256, &input).as_ref().to_vec()
        })
        .collect();
    key.truncate(length);
    key
}

fn rsa(key: &Value) -> Option<RsaPrivateKey> {
    let number = |name| {
        let bytes = member(key, name)?;
        BoxedUint::from_be_slice(&bytes, u32::try_from(bytes.len() * 8).ok()?).ok()
    };
    let primes = vec![number("p")?, number("q")?];
    RsaPrivateKey::from_components(number("n")?, number("e")?, number("d")?, primes).ok()
}

/// AES key unwrap (RFC 3394, section 2.2.2).
fn unwrapped(key: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    let (first, rest) = wrapped.split_at_checked(8)?;
    let mut a = u64::from_be_bytes(first.try_into().ok()?);
    let mut blocks: Vec<[u8; 8]> = rest.as_chunks().0.to_vec();
    let count = u64::try_from(blocks.len()).ok()?;
    for round in (0..6).rev() {
        for (place, block) in blocks.iter_mut().enumerate().rev() {
            let step = count * round + u64::try_from(place).ok()? + 1;
            let input = [(a ^ step).to_be_bytes(), *block].concat();
            let out = aes(key, input.try_into().ok()?)?;
            a = u64::from_be_bytes(out[..8].try_into().ok()?);
            block.copy_from_slice(&out[8..]);
        }
    }
    (a == 0xa6a6_a6a6_a6a6_a6a6).then(|| blocks.concat())
}

fn gcm(
    algorithm: &'static aead::Algorithm,
    key: &[u8],
    question: &DecryptRequest,
) -> Option<Vec<u8>> {
    let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
    let nonce = Nonce::try_assume_unique_for_key(&question.iv).ok()?;
    let mut text = [&*question.ciphertext, &question.tag].concat();
    Some(key.open_in_place(nonce, Aad::from(&question.aad), &mut text).ok()?.to_vec())
}

/// A_CBC_HS decryption (RFC 7518, section 5.2.2.2): the tag first, then the padding.
fn cbc(algorithm: hmac::Algorithm, key: &[u8], question: &DecryptRequest) -> Option<Vec<u8>> {
    let (mac_key, key) = key.split_at(key.len() / 2);
    let bits = u64::try_from(question.aad.len()).ok()? * 8;
    let parts =
        [question.aad.as_bytes(), &question.iv, &question.ciphertext, &bits.to_be_bytes()].concat();
    let tag = hmac::sign(&hmac::Key::new(algorithm, mac_key), &parts);
    (tag.as_ref()[..tag.as_ref().len() / 2] == question.tag).then_some(())?;
    let mut before: [u8; 16] = question.iv.as_slice().try_into().ok()?;
    let mut text = Vec::new();
    for block in question.ciphertext.as_chunks::<16>().0 {
        let out = aes(key, *block)?;
        text.extend(out.iter().zip(before).map(|(out, before)| out ^ before));
        before = *block;
    }
    let padding = usize::from(*text.last()?);
    let (message, end) = text.split_at_checked(text.len().checked_sub(padding)?)?;
    let is_padding =
        (1..=16).contains(&padding) && end.iter().all(|byte| usize::from(*byte) == padding);
    is_padding.then(|| message.to_vec())
}

fn aes(key: &[u8], block: [u8; 16]) -> Option<[u8; 16]> {
    let mut block = block.into();
    match key.len() {
        16 => aes::Aes128::new_from_slice(key).ok()?.decrypt_block(&mut block),
        32 => aes::Aes256::new_from_slice(key).ok()?.decrypt_block(&mut block),
        _ => return None,
    }
    Some(block.into())
}

fn member(key: &Value, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(key[name].as_str()?).ok()
}
