//! Base64url as JOSE writes it (RFC 7515 §2): no padding, no white space, no stray trailing bits (NEG-29).
//!
//! The engine of the same library that uses the vector instructions it finds at start, where it has one for the machine.

use std::sync::LazyLock;

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
use base64::engine::GeneralPurpose as Widest;
#[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
use base64::engine::Simd as Widest;
use base64::engine::general_purpose::NO_PAD;

/// The alphabet of RFC 4648 §5, without padding.
pub(crate) static BASE64URL: LazyLock<Widest> = LazyLock::new(widest);

#[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
fn widest() -> Widest {
    Widest::url_safe(NO_PAD)
}

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
fn widest() -> Widest {
    Widest::new(&base64::alphabet::URL_SAFE, NO_PAD)
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Long and short, as the two take different ways.
        #[test]
        fn it_reads_and_writes_as_the_plain_engine(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let text = BASE64URL.encode(&bytes);
            prop_assert_eq!(&text, &URL_SAFE_NO_PAD.encode(&bytes));
            prop_assert_eq!(BASE64URL.decode(&text), Ok(bytes));
        }

        #[test]
        fn neg_29_it_refuses_what_the_plain_engine_refuses(
            bytes in prop::collection::vec(any::<u8>(), 1..300), place: prop::sample::Index, byte: u8,
        ) {
            let mut text = URL_SAFE_NO_PAD.encode(&bytes).into_bytes();
            let place = place.index(text.len());
            text[place] = byte;
            prop_assert_eq!(BASE64URL.decode(&text), URL_SAFE_NO_PAD.decode(&text));
            text.push(b'=');
            prop_assert!(BASE64URL.decode(&text).is_err());
        }
    }
}
