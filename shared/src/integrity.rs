//! Digests of documents that are fetched: what refers to them says which bytes it means.
//!
//! "Integrity metadata" is that of [Subresource Integrity](https://www.w3.org/TR/SRI/) §3: one or several digests, of which
//! the strongest count. A `digestMultibase` (VCDM 2.0 §5.3, Data Integrity §2.6) is a Multihash in Multibase.

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use subtle::ConstantTimeEq;

use crate::base58;

/// The longest text of digests that is read, in bytes.
pub const MAX_BYTES: usize = 4096;

/// Why a document is not the one that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IntegrityError {
    /// SRI §3.1: no digest that can be read.
    #[error("the digest is malformed")]
    Malformed,
    /// SRI §3.3.4 lets a browser load what has no digest it knows; SDVC-007 does not let us.
    #[error("no digest is of a hash known here")]
    UnknownHash,
    /// SRI §3.3.5.
    #[error("the document is not the one that was meant")]
    Mismatch,
}

/// The hashes of SRI, the strongest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    /// As SRI names it.
    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// As Multihash names it, in its table `multicodec`.
    fn code(self) -> u8 {
        match self {
            Self::Sha256 => 0x12,
            Self::Sha384 => 0x20,
            Self::Sha512 => 0x13,
        }
    }

    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        }
    }

    fn of(self, document: &[u8]) -> digest::Digest {
        digest::digest(self.algorithm(), document)
    }
}

/// Integrity metadata, read: the digests of the strongest hash in it. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrity {
    hash: Hash,
    digests: Vec<Vec<u8>>,
}

impl Integrity {
    /// Reads integrity metadata (SRI §3.3.3): digests between spaces, each with options that say nothing to us. Hashes we do
    /// not know are left aside, unless there is no other.
    pub fn parse(text: &str) -> Result<Self, IntegrityError> {
        if text.len() > MAX_BYTES {
            return Err(IntegrityError::Malformed);
        }
        let mut found: Option<Self> = None;
        let mut is_empty = true;
        for item in text.split_ascii_whitespace() {
            is_empty = false;
            let expression = item.split('?').next().unwrap_or_default();
            let (name, value) = expression.split_once('-').ok_or(IntegrityError::Malformed)?;
            let Some(hash) = Hash::ALL.into_iter().find(|hash| hash.name() == name) else {
                continue;
            };
            let digest = STANDARD
                .decode(value)
                .ok()
                .filter(|digest| digest.len() == hash.algorithm().output_len())
                .ok_or(IntegrityError::Malformed)?;
            match &mut found {
                Some(known) if known.hash > hash => {}
                Some(known) if known.hash == hash => known.digests.push(digest),
                _ => {
                    let digests = vec![digest];
                    found = Some(Self { hash, digests });
                }
            }
        }
        match found {
            Some(integrity) => Ok(integrity),
            None if is_empty => Err(IntegrityError::Malformed),
            None => Err(IntegrityError::UnknownHash),
        }
    }

    /// Reads a `digestMultibase`: a Multihash in base58btc (`z`), base64url (`u`), base64 (`m`) or lower-case base16 (`f`).
    pub fn parse_multibase(text: &str) -> Result<Self, IntegrityError> {
        if text.len() > MAX_BYTES {
            return Err(IntegrityError::Malformed);
        }
        let (base, encoded) = text.split_at_checked(1).ok_or(IntegrityError::Malformed)?;
        let decoded = match base {
            "z" => base58::decode(encoded),
            "u" => URL_SAFE_NO_PAD.decode(encoded).ok(),
            "m" => STANDARD_NO_PAD.decode(encoded).ok(),
            "f" => base16(encoded),
            _ => None,
        };
        let multihash = decoded.ok_or(IntegrityError::Malformed)?;
        let [code, length, digest @ ..] = multihash.as_slice() else {
            return Err(IntegrityError::Malformed);
        };
        if usize::from(*length) != digest.len() {
            return Err(IntegrityError::Malformed);
        }
        let hash = Hash::ALL.into_iter().find(|hash| hash.code() == *code);
        let hash = hash.ok_or(IntegrityError::UnknownHash)?;
        if digest.len() != hash.algorithm().output_len() {
            return Err(IntegrityError::Malformed);
        }
        Ok(Self {
            hash,
            digests: vec![digest.to_vec()],
        })
    }

    /// Integrity metadata of a document, under SHA-384: the least that VCDM 2.0 §5.3 recommends.
    pub fn of(document: &[u8]) -> String {
        format!("sha384-{}", STANDARD.encode(Hash::Sha384.of(document)))
    }

    /// Refuses another document (SRI §3.3.5).
    pub fn check(&self, document: &[u8]) -> Result<(), IntegrityError> {
        let found = self.hash.of(document);
        let fits = self.digests.iter().any(|digest| digest.ct_eq(found.as_ref()).into());
        if fits { Ok(()) } else { Err(IntegrityError::Mismatch) }
    }
}

fn base16(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// SRI §3.1 gives this digest of this script.
    const SCRIPT: &[u8] = b"alert('Hello, world.');";
    const OF_SCRIPT: &str = "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO";

    fn check(text: &str, document: &[u8]) -> Result<(), IntegrityError> {
        Integrity::parse(text)?.check(document)
    }

    #[test]
    fn sdvc_007_the_example_of_the_specification_fits() {
        assert_eq!(check(OF_SCRIPT, SCRIPT), Ok(()));
        assert_eq!(Integrity::of(SCRIPT), OF_SCRIPT);
        assert_eq!(
            check(OF_SCRIPT, b"alert('Hello, world!');"),
            Err(IntegrityError::Mismatch)
        );
        assert_eq!(check(&format!("{OF_SCRIPT}?ct=application/javascript"), SCRIPT), Ok(()));
    }

    #[test]
    fn sdvc_007_the_strongest_hash_decides() {
        let weak = format!("sha256-{}", STANDARD.encode(Hash::Sha256.of(SCRIPT)));
        let wrong = format!("sha512-{}", STANDARD.encode(Hash::Sha512.of(b"other")));
        assert_eq!(check(&weak, SCRIPT), Ok(()));
        assert_eq!(check(&format!("{weak} {wrong}"), SCRIPT), Err(IntegrityError::Mismatch));
        assert_eq!(check(&format!("{wrong} {weak}"), SCRIPT), Err(IntegrityError::Mismatch));
        // One of several of the same strength will do.
        let other = format!("sha256-{}", STANDARD.encode(Hash::Sha256.of(b"other")));
        assert_eq!(check(&format!(" {other}\t{weak}\n"), SCRIPT), Ok(()));
        assert_eq!(
            check(&format!("md5-AAAA {weak}"), SCRIPT),
            Ok(()),
            "others are left aside"
        );
    }

    #[test]
    fn sdvc_007_digests_that_cannot_be_read_are_refused() {
        for (text, error) in [
            ("", IntegrityError::Malformed),
            ("  ", IntegrityError::Malformed),
            ("sha256", IntegrityError::Malformed),
            ("sha256-", IntegrityError::Malformed),
            ("sha256-AAAA", IntegrityError::Malformed),
            ("sha256-!", IntegrityError::Malformed),
            ("sha1-AAAA", IntegrityError::UnknownHash),
            (
                "SHA256-ilOUJsTultOwLfz7QUcFALaRa3BP/jelX1ds04kB9yU=",
                IntegrityError::UnknownHash,
            ),
            // base64url, and no padding.
            (
                "sha256-ilOUJsTultOwLfz7QUcFALaRa3BP_jelX1ds04kB9yU=",
                IntegrityError::Malformed,
            ),
            (
                "sha256-ilOUJsTultOwLfz7QUcFALaRa3BP/jelX1ds04kB9yU",
                IntegrityError::Malformed,
            ),
        ] {
            assert_eq!(Integrity::parse(text), Err(error), "{text}");
        }
        assert_eq!(
            Integrity::parse(&" ".repeat(MAX_BYTES + 1)),
            Err(IntegrityError::Malformed)
        );
    }

    #[test]
    fn vcdm_009_multibase_digests_are_read_in_their_bases() {
        for hash in Hash::ALL {
            let digest = hash.of(SCRIPT);
            let length = u8::try_from(digest.as_ref().len()).unwrap();
            let multihash = [&[hash.code(), length], digest.as_ref()].concat();
            let hex = multihash
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<Vec<_>>()
                .concat();
            for text in [
                format!("z{}", base58::encode(&multihash)),
                format!("u{}", URL_SAFE_NO_PAD.encode(&multihash)),
                format!("m{}", STANDARD_NO_PAD.encode(&multihash)),
                format!("f{hex}"),
            ] {
                let read = Integrity::parse_multibase(&text).unwrap();
                assert_eq!(read.check(SCRIPT), Ok(()), "{text}");
                assert_eq!(read.check(b"other"), Err(IntegrityError::Mismatch));
            }
            let cut = format!("u{}", URL_SAFE_NO_PAD.encode(&multihash[..multihash.len() - 1]));
            assert_eq!(Integrity::parse_multibase(&cut), Err(IntegrityError::Malformed));
        }
        let unknown = format!("u{}", URL_SAFE_NO_PAD.encode([0x16, 1, 0]));
        assert_eq!(Integrity::parse_multibase(&unknown), Err(IntegrityError::UnknownHash));
        for text in ["", "z", "u", "uEg", "é", "k12", "f1", "fGG", "u\u{e9}", "u=="] {
            assert_eq!(
                Integrity::parse_multibase(text),
                Err(IntegrityError::Malformed),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_fits_its_document_alone(
            document in prop::collection::vec(any::<u8>(), 0..64), other in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let integrity = Integrity::parse(&Integrity::of(&document)).unwrap();
            prop_assert_eq!(integrity.check(&document), Ok(()));
            prop_assert_eq!(integrity.check(&other).is_ok(), document == other);
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,40}") {
            let _ = Integrity::parse(&text);
            let _ = Integrity::parse_multibase(&text);
        }
    }
}
