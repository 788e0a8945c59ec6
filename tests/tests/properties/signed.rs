//! What holds of everything that is signed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::{prelude::*, sample::subsequence};
use serde_json::json;
use shared::{
    credential::{ACTIVITY_VCT, ClaimPath},
    format::data_integrity::{BaseKey, Cryptosuite},
    keys::{BbsSecretKey, ProofKey, SigningKey},
    testing::SeededEntropy,
};

use crate::forms::*;

#[test]
fn every_form_is_believed_as_it_was_made() {
    for form in every_form() {
        assert_eq!(
            (form.believed)(&form.bytes).as_ref(),
            Some(&form.facts),
            "{}",
            form.name
        );
    }
}

/// The names of what may be hidden, and what they hide: none is part of anything else in a presentation.
const SECRETS: [(&str, &str); 5] = [
    ("given_name", "Nadia-4c1f"),
    ("family_name", "Benali-77e0"),
    ("birth_city", "Lyon-9b3d"),
    ("mission", "comptes-51aa"),
    ("team", "sud-0d42"),
];

/// Everything a text says, what is encoded in it included.
fn all_it_says(text: &str) -> String {
    let mut said = text.to_owned();
    for part in text.split(['~', '.']) {
        if let Ok(bytes) = URL_SAFE_NO_PAD.decode(part) {
            said.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_byte_says_the_same_or_nothing(at in any::<prop::sample::Index>(), mask in 1..=u8::MAX) {
        for form in every_form() {
            let mut changed = form.bytes.clone();
            changed[at.index(form.bytes.len())] ^= mask;
            let believed = (form.believed)(&changed);
            let holds = believed.as_ref().is_none_or(|facts| !form.is_exact && *facts == form.facts);
            prop_assert!(holds, "{}: {}", form.name, String::from_utf8_lossy(&changed));
        }
    }

    #[test]
    fn a_missing_or_repeated_part_says_the_same_or_nothing(
        from in any::<prop::sample::Index>(), length in 1..40_usize, repeat in any::<bool>(),
    ) {
        for form in every_form() {
            let from = from.index(form.bytes.len());
            let to = (from + length).min(form.bytes.len());
            let (before, part, after) = (&form.bytes[..from], &form.bytes[from..to], &form.bytes[to..]);
            let changed = if repeat { [before, part, part, after].concat() } else { [before, after].concat() };
            let believed = (form.believed)(&changed);
            let holds = believed.as_ref().is_none_or(|facts| !form.is_exact && *facts == form.facts);
            prop_assert!(holds, "{}: {}", form.name, String::from_utf8_lossy(&changed));
        }
    }

    #[test]
    fn what_was_issued_is_what_is_verified(name in "\\PC{1,40}", description in any::<String>(), minutes in any::<u32>()) {
        for (suite, kind) in SUITES {
            let key = SigningKey::generate_of(kind);
            let document = document(&key.public().to_multikey(), &name, &description, minutes);
            let signed = signed_document(suite, key, &document);
            prop_assert_eq!((signed.believed)(&signed.bytes), Some(signed.facts), "{}", signed.name);
        }
        let key = SigningKey::generate();
        let document = document(&key.public().to_multikey(), &name, &description, minutes);
        for signed in signed_jose(&document, &key) {
            prop_assert_eq!((signed.believed)(&signed.bytes), Some(signed.facts), "{}", signed.name);
        }
    }

    #[test]
    fn what_is_not_chosen_of_an_sd_jwt_is_not_shown(chosen in subsequence(SECRETS.to_vec(), 0..=SECRETS.len())) {
        let (issuer, holder) = (SigningKey::generate(), SigningKey::generate());
        let mut claims = json!({
            "iss": "https://issuer.example", "vct": ACTIVITY_VCT, "cnf": {"jwk": holder.public().to_jwk().to_value()},
        });
        for (name, value) in SECRETS {
            claims[name] = value.into();
        }
        let paths = |of: &[(&str, &str)]| of.iter().map(|(name, _)| ClaimPath::of(&[name])).collect::<Vec<_>>();
        let text = sd_jwt(claims.clone(), &paths(&SECRETS), &paths(&chosen), &issuer, &holder);
        let said = all_it_says(&text);
        for secret in SECRETS {
            let is_chosen = chosen.contains(&secret);
            prop_assert_eq!(said.contains(secret.1), is_chosen, "{}", secret.1);
            prop_assert_eq!(said.contains(secret.0), is_chosen, "{}", secret.0);
            if !is_chosen {
                claims.as_object_mut().expect("claims").remove(secret.0);
            }
        }
        prop_assert_eq!(believed_sd_jwt(text.as_bytes(), issuer.public()), Some(claims));
    }

    #[test]
    fn what_is_not_chosen_of_a_document_is_not_shown(chosen in subsequence(vec!["name", "description", "minutes"], 0..=3)) {
        let key = SigningKey::generate();
        shows_only(Cryptosuite::EcdsaSd2023, (&key).into(), &key.public().into(), &key.public().to_multikey(), &chosen)?;
    }
}

proptest! {
    // Pairings are slow without optimisation.
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_chosen_of_a_document_is_not_shown_by_bbs(
        chosen in subsequence(vec!["name", "description", "minutes"], 0..=3),
    ) {
        let key = BbsSecretKey::generate(&SeededEntropy::new(5));
        shows_only(Cryptosuite::Bbs2023, (&key).into(), &key.public().into(), &key.public().to_multikey(), &chosen)?;
    }
}

fn shows_only(
    suite: Cryptosuite,
    key: BaseKey<'_>,
    public: &ProofKey,
    multikey: &str,
    chosen: &[&str],
) -> Result<(), TestCaseError> {
    let document = document(multikey, "Nadia-4c1f", "trésorière-77e0", 918_273_645);
    let pointers: Vec<String> = chosen.iter().map(|name| format!("/credentialSubject/{name}")).collect();
    let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
    let derived = derived(suite, key, multikey, &document, &pointers);
    let text = derived.to_string();
    for (name, value) in [
        ("name", "Nadia-4c1f"),
        ("description", "trésorière-77e0"),
        ("minutes", "918273645"),
    ] {
        prop_assert_eq!(text.contains(value), chosen.contains(&name), "{}", &text);
    }
    prop_assert_eq!(believed_document(text.as_bytes(), public), Some(derived));
    Ok(())
}
