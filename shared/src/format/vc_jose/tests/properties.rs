//! Any changed bit, and any envelope.

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_changed_bit_never_verifies(place in any::<prop::sample::Index>(), bit in 0u8..7, kind in prop::sample::select(&KeyKind::ALL[..])) {
        let key = SigningKey::generate_of(kind);
        let text = sign_jwt(Content::Credential, credential(), &with(&key)).unwrap();
        let hidden = [ClaimPath::of(&["credentialSubject", "minutes"])];
        let sd_jwt = sign_sd_jwt(credential(), &hidden, &with(&key), &SeededEntropy::new(1)).unwrap();
        let bytes = sign_cose(Content::Credential, credential(), &with(&key)).unwrap();
        let verified = |secured: Result<SecuredDocument, VcJoseError>| secured.is_ok_and(|secured| secured.verify(key.public(), now()).is_ok());
        let flip = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            bytes
        };
        let changed = String::from_utf8(flip(text.as_bytes())).unwrap();
        prop_assert!(!verified(SecuredDocument::parse_jwt(Content::Credential, &changed)), "{}", changed);
        // Without its disclosure, or with its end as a key binding, an SD-JWT is another one, rightly signed.
        let changed = String::from_utf8(flip(sd_jwt.as_bytes())).unwrap();
        if changed.matches('~').count() == 2 && changed.ends_with('~') {
            prop_assert!(!verified(SecuredDocument::parse_sd_jwt(Content::Credential, &changed)), "{}", changed);
        }
        prop_assert!(!verified(SecuredDocument::parse_cose(Content::Credential, &flip(&bytes))));
    }

    #[test]
    fn any_envelope_reads_back(text in "[A-Za-z0-9._~-]{1,40}", bytes in prop::collection::vec(any::<u8>(), 1..40), presented: bool) {
        let content = if presented { Content::Presentation } else { Content::Credential };
        for envelope in [
            Envelope::of_jwt(content, &text),
            Envelope::of_sd_jwt(content, &text),
            Envelope::of_cose(content, &bytes),
        ] {
            prop_assert_eq!(Envelope::read(content, &envelope.to_value()), Ok(envelope));
        }
    }
}
