//! Proof values that are not as they must be, and what they bind.

use super::*;

#[test]
fn cs_004_malformed_proof_values_are_refused() {
    let issuer = Issuer::of(Cryptosuite::EcdsaSd2023);
    let pointers = ["/credentialSubject/boats/0", "/credentialSubject/address"];
    let derived = issuer.shown(&issuer.based(), &pointers).unwrap();
    let right = parts(&derived["proof"]);
    let part = |index: usize, part: Cbor| {
        let mut parts = right.clone();
        parts[index] = part;
        cbor::write(1, parts)
    };
    let labels = right[3].as_map().unwrap().clone();
    let mandatory = right[4].as_array().unwrap().clone();
    let signatures = right[2].as_array().unwrap().clone();
    assert!(labels.len() > 2 && mandatory.len() > 2 && signatures.len() > 2);
    let mut renumbered = labels.clone();
    renumbered[0].0 = 77.into();
    let mut alike = labels.clone();
    alike[0].1 = alike[1].1.clone();
    let mut twice = labels.clone();
    twice[0].0 = 1.into();
    let mut falling = mandatory.clone();
    falling.swap(0, 1);
    let mut repeated = mandatory.clone();
    repeated[1] = repeated[0].clone();
    let tagged = Cbor::Tag(64, Box::new(right[0].clone()));
    let whole = bytes(&derived["proof"]);
    // The same array, its length in a byte more than it needs.
    let longer = [&whole[..3], &[0x98, 5], &whole[4..]].concat();
    assert_eq!(whole[3], 0x85);
    let four = cbor::write(1, right[..4].to_vec());
    let six = cbor::write(1, [&right[..], &[Cbor::Null]].concat());
    for (wrong, what) in [
        (part(0, vec![0; 63].into()), "a short signature"),
        (part(0, Cbor::Text("a".repeat(64))), "a text"),
        (part(0, tagged), "a tag"),
        (part(1, vec![0x80; 34].into()), "a short key"),
        (part(2, Cbor::Array(vec![Cbor::Bytes(vec![0; 65])])), "a long signature"),
        (part(2, Cbor::Null), "no signatures"),
        (part(3, Cbor::Map(renumbered)), "a gap"),
        (part(3, Cbor::Map(alike)), "two nodes of one name"),
        (part(3, Cbor::Map(twice)), "one node twice"),
        (part(3, Cbor::Array(Vec::new())), "no map"),
        (part(4, Cbor::Array(falling)), "positions that fall"),
        (part(4, Cbor::Array(repeated)), "a position twice"),
        (part(4, Cbor::Array(vec![(-1).into()])), "a position below zero"),
        (longer, "a length that is longer than it needs"),
        ([&whole[..], &[0]].concat(), "something after"),
        (four, "four parts"),
        (six, "six parts"),
        (cbor::write(2, right.clone()), "another kind"),
        (whole[..3].to_vec(), "nothing after the header"),
        (vec![0xd9, 0x5d], "half a header"),
        (Vec::new(), "nothing"),
    ] {
        let mut changed = derived.clone();
        set_bytes(&mut changed, &wrong);
        assert_eq!(
            issuer.verify(&changed),
            Err(DataIntegrityError::MalformedProof("proofValue")),
            "{what}"
        );
    }
    for wrong in [
        json!(derived["proof"]["proofValue"].as_str().unwrap().replacen('u', "z", 1)),
        json!(format!("{}=", derived["proof"]["proofValue"].as_str().unwrap())),
        json!(format!("u{}", "A".repeat(128 * 1024 + 1))),
    ] {
        let mut changed = derived.clone();
        changed["proof"]["proofValue"] = wrong;
        assert_eq!(
            issuer.verify(&changed),
            Err(DataIntegrityError::MalformedProof("proofValue"))
        );
    }
    for (index, wrong, what) in [
        (2, Cbor::Array(signatures[1..].to_vec()), "a signature less"),
        (3, Cbor::Map(labels[..labels.len() - 1].to_vec()), "a name less"),
        (4, Cbor::Array(mandatory[1..].to_vec()), "a mandatory statement less"),
        (
            4,
            Cbor::Array([&mandatory[..], &[1023.into()]].concat()),
            "one beyond the last",
        ),
    ] {
        let mut changed = derived.clone();
        set_bytes(&mut changed, &part(index, wrong));
        assert_eq!(issuer.verify(&changed), Err(DataIntegrityError::BadSignature), "{what}");
    }
}

#[test]
fn the_key_of_the_statements_is_the_one_the_issuer_signed() {
    let issuer = Issuer::of(Cryptosuite::EcdsaSd2023);
    let derived = issuer
        .shown(&issuer.based(), &["/credentialSubject/givenName"])
        .unwrap();
    let foreign = SigningKey::generate();
    let mut parts = parts(&derived["proof"]);
    parts[1] = foreign.public().to_multikey_bytes().into();
    let mut changed = derived.clone();
    set_parts(&mut changed, 1, parts);
    assert_eq!(issuer.verify(&changed), Err(DataIntegrityError::BadSignature));
}

#[test]
fn cs_005_malformed_bbs_proof_values_are_refused() {
    let issuer = Issuer::of(Cryptosuite::Bbs2023);
    let pointers = ["/credentialSubject/boats/0", "/credentialSubject/address"];
    let derived = issuer.shown(&issuer.based(), &pointers).unwrap();
    let right = parts(&derived["proof"]);
    let with = |value: &[u8]| {
        let mut changed = derived.clone();
        set_bytes(&mut changed, value);
        issuer.verify(&changed)
    };
    let part = |index: usize, part: Cbor| {
        let mut parts = right.clone();
        parts[index] = part;
        cbor::write(3, parts)
    };
    let labels = right[1].as_map().unwrap().clone();
    let disclosed = right[3].as_array().unwrap().clone();
    let mut alike = labels.clone();
    alike[0].1 = alike[1].1.clone();
    let mut falling = disclosed.clone();
    falling.swap(0, 1);
    for (wrong, what) in [
        (part(0, Cbor::Null), "no proof"),
        (part(1, Cbor::Map(alike)), "two nodes of one name"),
        (part(1, Cbor::Map(vec![(1.into(), 1.into())])), "a gap"),
        (part(2, Cbor::Null), "no positions"),
        (part(3, Cbor::Array(falling)), "positions that fall"),
        (part(4, Cbor::Text(String::new())), "a text"),
        (part(4, vec![0; 1025].into()), "a long presentation header"),
        (cbor::write(3, right[..4].to_vec()), "four parts"),
        (cbor::write(1, right.clone()), "another suite"),
        ([&bytes(&derived["proof"])[..], &[0]].concat(), "something after"),
    ] {
        assert_eq!(
            with(&wrong),
            Err(DataIntegrityError::MalformedProof("proofValue")),
            "{what}"
        );
    }
    let long = [&right[0].as_bytes().unwrap()[..], &vec![1; 32 * MAX_MESSAGES]].concat();
    for (index, wrong, what) in [
        (0, Cbor::Bytes(Vec::new()), "an empty proof"),
        (0, long.into(), "more messages than are allowed"),
        (1, Cbor::Map(labels[..labels.len() - 1].to_vec()), "a name less"),
        (3, Cbor::Array(disclosed[1..].to_vec()), "a position less"),
        (
            3,
            Cbor::Array([&disclosed[..], &[1023.into()]].concat()),
            "a position more",
        ),
        (4, Cbor::Bytes(vec![1]), "another presentation header"),
    ] {
        assert_eq!(
            with(&part(index, wrong)),
            Err(DataIntegrityError::BadSignature),
            "{what}"
        );
    }
    assert_eq!(with(&cbor::write(2, right.clone())), Err(DataIntegrityError::BaseProof));
}

#[test]
fn cs_005_features_beyond_the_baseline_are_refused_by_name() {
    let issuer = Issuer::of(Cryptosuite::Bbs2023);
    let mut base = issuer.based();
    let mut derived = issuer.shown(&base, &["/issuer"]).unwrap();
    for (kind, feature) in [
        (4, "anonymous_holder_binding"),
        (6, "pseudonym"),
        (8, "holder_binding_pseudonym"),
    ] {
        let refusal = DataIntegrityError::UnsupportedFeature(feature);
        let mut value = bytes(&base["proof"]);
        value[2] = kind;
        set_bytes(&mut base, &value);
        assert_eq!(issuer.shown(&base, &["/issuer"]), Err(refusal.clone()));
        let mut value = bytes(&derived["proof"]);
        value[2] = kind + 1;
        set_bytes(&mut derived, &value);
        assert_eq!(issuer.verify(&derived), Err(refusal));
    }
}

#[test]
fn cs_005_a_presentation_header_is_bound_to_the_proof() {
    let [ecdsa, issuer] = Issuer::each();
    let disclosure = |suite, header| Disclosure {
        suite,
        pointers: &["/credentialSubject/givenName"],
        presentation_header: header,
    };
    let base = text(&issuer.based());
    let derived = derive(&base, &disclosure(issuer.suite, b"nonce-1")).unwrap();
    assert_eq!(issuer.verify(&derived), Ok(()));
    let written = text(&derived);
    let secured = Secured::parse(&written).unwrap();
    let header = secured.proofs().unwrap()[0].presentation_header();
    assert_eq!(header.as_deref(), Some(&b"nonce-1"[..]));
    assert_eq!(
        derive(&base, &disclosure(issuer.suite, &[0; 1025])),
        Err(DataIntegrityError::TooLarge)
    );
    assert_eq!(
        derive(&text(&ecdsa.based()), &disclosure(ecdsa.suite, b"nonce-1")),
        Err(DataIntegrityError::UnsupportedFeature("presentationHeader"))
    );
}

#[test]
fn bbs_derivations_share_nothing_that_is_not_shown() {
    let issuer = Issuer::of(Cryptosuite::Bbs2023);
    let base = issuer.based();
    let derived = || issuer.shown(&base, &["/credentialSubject/givenName"]).unwrap();
    let (one, two) = (bytes(&derived()["proof"]), bytes(&derived()["proof"]));
    assert_eq!(one.len(), two.len());
    // 16 bytes in the same place would be a mark.
    let shared = one.iter().zip(&two).map(|(a, b)| a == b).collect::<Vec<_>>();
    let proof = 6..6 + parts(&derived()["proof"])[0].as_bytes().unwrap().len();
    assert!(!shared[proof].windows(16).any(|window| window.iter().all(|same| *same)));
    let signature = parts(&base["proof"])[0].as_bytes().unwrap().clone();
    assert!(
        !one.windows(32)
            .any(|window| signature.windows(32).any(|part| part == window))
    );
}

#[test]
fn the_order_of_names_says_nothing_of_what_they_hide() {
    let issuer = Issuer::of(Cryptosuite::EcdsaSd2023);
    // In every proof the same two boats are shown, and canonicalization meets them in the same order.
    let pointers = ["/credentialSubject/boats/0/boat", "/credentialSubject/boats/2/boat"];
    let orders: BTreeSet<bool> = (0..40)
        .map(|_| {
            let shown = issuer.shown(&issuer.based(), &pointers).unwrap();
            let parts = parts(&shown["proof"]);
            let labels = parts[3].as_map().unwrap();
            labels[0].1.as_bytes() < labels[1].1.as_bytes()
        })
        .collect();
    assert_eq!(orders.len(), 2);
}
