//! Codes that are none of ours, or not as we write them.

use super::*;

#[test]
fn another_text_is_named_and_a_damaged_one_refused() {
    let text = sign(&within_a_year(), &envelope(), &SigningKey::generate()).unwrap();
    let refusal = |text: &str| PaperAttestation::parse(text).unwrap_err();
    for other in [
        "",
        "HC1:NCF",
        "MU2:NCF",
        "mu1:NCF",
        "https://example.org",
        " MU1:",
        "MU1",
    ] {
        assert_eq!(refusal(other), PaperError::OtherText, "{other}");
    }
    assert_eq!(refusal("MU1:"), PaperError::Malformed);
    assert_eq!(refusal(&text[..text.len() - 1]), PaperError::Malformed);
    assert_eq!(refusal(&format!("{text}0")), PaperError::Malformed);
    assert_eq!(
        refusal(&format!("{text}00")),
        PaperError::Malformed,
        "something follows"
    );
    assert_eq!(
        refusal(&text.to_lowercase().replace("mu1:", "MU1:")),
        PaperError::Malformed
    );
    assert_eq!(refusal(&text.replacen("MU1:", "MU1:é", 1)), PaperError::Malformed);
    assert_eq!(
        refusal(&format!("MU1:{}", "0".repeat(MAX_CHARACTERS))),
        PaperError::TooLong
    );
}

#[test]
fn neg_21_a_bomb_is_not_inflated() {
    for size in [MAX_BYTES + 1, 10_000_000] {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![0; size.min(200_000)]).unwrap();
        let text = format!("{PREFIX}{}", base45::encode(encoder.finish().unwrap()));
        assert_eq!(PaperAttestation::parse(&text).unwrap_err(), PaperError::TooLong);
    }
    assert_eq!(
        PaperAttestation::from_bytes(&[0; MAX_BYTES + 1]).unwrap_err(),
        PaperError::TooLong
    );
}

#[test]
fn what_is_signed_has_one_form() {
    let key = SigningKey::generate();
    let good = sign_bytes(&across_two_years(), &envelope(), &key).unwrap();
    assert!(verifies(&crafted(written(&claims(&good)), &key), &key));
    let Value::Map(members) = claims(&good) else {
        panic!("a map")
    };

    let mut another_order = members.clone();
    another_order.swap(0, 1);
    let mut unknown = members.clone();
    unknown.push((2.into(), "someone".into()));
    let mut twice = members.clone();
    twice.push(members[0].clone());
    let mut missing = members.clone();
    missing.pop();
    for changed in [another_order, unknown, twice, missing] {
        let bytes = crafted(written(&Value::Map(changed)), &key);
        assert_eq!(PaperAttestation::from_bytes(&bytes).unwrap_err(), PaperError::Malformed);
    }
    let followed = crafted([written(&claims(&good)), vec![0]].concat(), &key);
    assert_eq!(
        PaperAttestation::from_bytes(&followed).unwrap_err(),
        PaperError::Malformed
    );
    assert_eq!(
        PaperAttestation::from_bytes(&good[1..]).unwrap_err(),
        PaperError::Malformed,
        "no tag"
    );

    let header = HeaderBuilder::new()
        .algorithm(iana::Algorithm::ES256)
        .key_id(vec![1; 9])
        .build();
    let other_key_id = CoseSign1Builder::new()
        .protected(header)
        .payload(written(&claims(&good)))
        .create_signature(&[], |message| key.sign(message))
        .build();
    let bytes = other_key_id.clone().to_tagged_vec().unwrap();
    assert_eq!(PaperAttestation::from_bytes(&bytes).unwrap_err(), PaperError::Malformed);
    assert!(other_key_id.to_vec().is_ok());
}

#[test]
fn facts_that_contradict_themselves_are_refused_whoever_signs() {
    let key = SigningKey::generate();
    let good = claims(&sign_bytes(&across_two_years(), &envelope(), &key).unwrap());
    let with = |label: i64, value: Option<Value>| {
        let mut changed = good.clone();
        let said = &mut changed.as_map_mut().unwrap().last_mut().unwrap().1;
        let said = said.as_map_mut().unwrap();
        let place = said.iter().position(|(key, _)| *key == Value::from(label)).unwrap();
        match value {
            Some(value) => said[place].1 = value,
            None => {
                said.remove(place);
            }
        }
        PaperAttestation::from_bytes(&crafted(written(&changed), &key)).unwrap_err()
    };
    let nir = "1 85 05 78 006 084 91";
    for (label, value) in [
        (1, Value::from(" Nadia")),
        (1, "Na\u{202e}dia".into()),
        (1, nir.into()),
        (1, 7.into()),
        (3, false.into()),
        (5, 1_000_000_000.into()),
        (6, 990_000_011.into()),
        (8, Value::Bytes(vec![0; 15])),
        (8, "0123456789abcdefghjkmnpqrs".into()),
        (9, 5.into()),
        (10, 0.into()),
        (11, i64::MAX.into()),
        (12, (-1).into()),
        (12, u64::MAX.into()),
        (13, 0.into()),
        (13, 1.5.into()),
        (14, Value::Array(Vec::new())),
        (18, Value::Array(vec![1.into()])),
        (18, Value::Array(vec![1.into(), Value::Bytes(vec![0; 17])])),
        (
            18,
            Value::Array(vec![1.into(), "/status/0123456789abcdefghjkmnpqrs".into()]),
        ),
        (18, Value::Array(vec![(-1).into(), "/status/3".into()])),
        (18, Value::Array(vec![1.into(), format!("{ISSUER}/status/3").into()])),
    ] {
        assert_eq!(
            with(label, Some(value.clone())),
            PaperError::Malformed,
            "{label} {value:?}"
        );
    }
    assert_eq!(
        with(14, None),
        PaperError::Attestation(AttestationError::BreakdownMissing)
    );
    assert_eq!(
        with(13, Some(1.into())),
        PaperError::Attestation(AttestationError::BreakdownSum)
    );
    assert_eq!(
        with(10, Some(4.into())),
        PaperError::Attestation(AttestationError::PaidMismatch)
    );
}

#[test]
fn a_changed_bit_anywhere_never_verifies() {
    let key = SigningKey::generate();
    let good = sign_bytes(&across_two_years(), &envelope(), &key).unwrap();
    assert!(verifies(&good, &key));
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut changed = good.clone();
            changed[place] ^= 1 << bit;
            assert!(!verifies(&changed, &key), "bit {bit} of byte {place}");
        }
    }
}
