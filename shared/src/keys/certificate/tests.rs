use proptest::prelude::*;
use rcgen::{CertificateParams, GeneralSubtree, IsCa, KeyPair, NameConstraints, PKCS_ECDSA_P384_SHA384};
use serde_json::json;

use super::{
    authority::{Authority, Leaf, now, pair},
    *,
};
use crate::keys::SigningKey;

fn year(year: i32) -> DateTime<Utc> {
    format!("{year}-06-01T00:00:00Z").parse().unwrap()
}

#[test]
fn haip_011_a_chain_that_leads_to_a_trusted_authority_gives_its_key() {
    let root = Authority::root("Autorité");
    let key = SigningKey::generate();
    for authority in [root.sub("Intermédiaire", |_| {}), root] {
        let chain = authority.chain(&key, &Leaf::default()).unwrap();
        assert_eq!(chain.verify(&authority.anchors(), now()), Ok(key.public()));
        assert_eq!(CertificateChain::from_x5c(&chain.to_x5c()), Ok(chain));
    }
}

#[test]
fn haip_011_another_authority_vouches_for_nobody() {
    let (root, other) = (Authority::root("Autorité"), Authority::root("Autre"));
    let homonym = Authority::root("Autorité");
    let chain = root.chain(&SigningKey::generate(), &Leaf::default()).unwrap();
    for stranger in [other, homonym] {
        assert_eq!(
            chain.verify(&stranger.anchors(), now()),
            Err(CertificateError::UnknownAuthority)
        );
    }
    let sub = root.sub("Intermédiaire", |_| {});
    let without = vec![sub.certify(&pair(&SigningKey::generate()), &Leaf::default())];
    let without = CertificateChain::from_der(without).unwrap();
    assert_eq!(
        without.verify(&sub.anchors(), now()),
        Err(CertificateError::UnknownAuthority)
    );
}

#[test]
fn haip_011_who_signs_does_not_vouch_for_itself() {
    let key = pair(&SigningKey::generate());
    for params in [CertificateParams::default(), {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params
    }] {
        let certificate = params.self_signed(&key).unwrap().der().to_vec();
        assert_eq!(
            CertificateChain::from_der(vec![certificate]),
            Err(CertificateError::SelfSigned)
        );
    }
}

#[test]
fn haip_011_an_authority_that_is_sent_is_refused_where_the_profile_forbids_it() {
    let root = Authority::root("Autorité");
    let mut certificates = vec![root.certify(&pair(&SigningKey::generate()), &Leaf::default())];
    certificates.extend(root.certificates.clone());
    let chain = CertificateChain::from_der(certificates).unwrap();
    assert!(chain.verify(&root.anchors(), now()).is_ok());
    assert_eq!(
        chain.verify(&root.anchors().with(AnchorInChain::Refused), now()),
        Err(CertificateError::AnchorSent)
    );
}

#[test]
fn a_certificate_is_valid_between_its_dates() {
    let root = Authority::root("Autorité");
    let sub = root.sub("Intermédiaire", |params| {
        params.not_after = rcgen::date_time_ymd(2027, 1, 1);
    });
    let chain = sub.chain(&SigningKey::generate(), &Leaf::default()).unwrap();
    assert!(chain.verify(&root.anchors(), year(2026)).is_ok());
    for wrong in [2025, 2027, 2028, 2050] {
        assert_eq!(
            chain.verify(&root.anchors(), year(wrong)),
            Err(CertificateError::Period),
            "{wrong}"
        );
    }
    let before = DateTime::from_timestamp(-1, 0).unwrap();
    assert_eq!(chain.verify(&root.anchors(), before), Err(CertificateError::Period));
}

#[test]
fn who_is_no_authority_certifies_nothing() {
    let root = Authority::root("Autorité");
    let sub = root.sub("Association", |params| params.is_ca = IsCa::ExplicitNoCa);
    let chain = sub.chain(&SigningKey::generate(), &Leaf::default()).unwrap();
    assert_eq!(
        chain.verify(&root.anchors(), now()),
        Err(CertificateError::UnknownAuthority)
    );
    let authority = Leaf {
        change: |params| params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained),
        ..Leaf::default()
    };
    let chain = root.chain(&SigningKey::generate(), &authority).unwrap();
    assert_eq!(
        chain.verify(&root.anchors(), now()),
        Err(CertificateError::UnknownAuthority),
        "an authority signs no credential"
    );
}

#[test]
fn an_authority_of_some_names_vouches_for_no_other() {
    let root = Authority::root("Autorité");
    let sub = root.sub("Intermédiaire", |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("asso.example".to_owned())],
            excluded_subtrees: vec![],
        });
    });
    let chain = |host: &str| {
        let leaf = Leaf {
            hosts: &[host],
            ..Leaf::default()
        };
        sub.chain(&SigningKey::generate(), &leaf)
            .unwrap()
            .verify(&root.anchors(), now())
            .map(drop)
    };
    assert_eq!(chain("asso.example"), Ok(()));
    assert_eq!(chain("evil.example"), Err(CertificateError::UnknownAuthority));
}

#[test]
fn any_extended_key_usage_is_taken() {
    let root = Authority::root("Autorité");
    let leaf = Leaf {
        change: |params| params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::EmailProtection],
        ..Leaf::default()
    };
    let chain = root.chain(&SigningKey::generate(), &leaf).unwrap();
    assert!(chain.verify(&root.anchors(), now()).is_ok());
}

#[test]
fn haip_012_a_key_of_another_kind_is_refused() {
    let root = Authority::root("Autorité");
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let certificate = root.certify(&key, &Leaf::default());
    assert_eq!(
        CertificateChain::from_der(vec![certificate]),
        Err(CertificateError::Key)
    );
}

#[test]
fn sdvc_005_a_certificate_names_hosts_and_uris_exactly() {
    let root = Authority::root("Autorité");
    let leaf = Leaf {
        hosts: &["asso.example", "*.mairie.example"],
        uris: &["did:web:asso.example", "https://other.example/o/paniers"],
        ..Leaf::default()
    };
    let chain = root.chain(&SigningKey::generate(), &leaf).unwrap();
    for issuer in [
        "https://asso.example",
        "https://ASSO.example/o/paniers",
        "https://asso.example:8443/o/paniers",
        "https://lyon.mairie.example",
        "did:web:asso.example",
        "https://other.example/o/paniers",
    ] {
        assert!(chain.names(issuer), "{issuer}");
    }
    for issuer in [
        "",
        "asso.example",
        "http://asso.example",
        "https://asso.example.evil.example",
        "https://www.asso.example",
        "https://mairie.example",
        "https://a.b.mairie.example",
        "https://other.example",
        "https://other.example/o/paniers/",
        "https://asso.example@evil.example",
        "did:web:asso.example:o",
        "https://127.0.0.1",
    ] {
        assert!(!chain.names(issuer), "{issuer}");
    }
    assert_eq!(chain.unverified_issuer().as_deref(), Some("did:web:asso.example"));
    let hosts = root.chain(&SigningKey::generate(), &Leaf::default()).unwrap();
    assert_eq!(hosts.unverified_issuer().as_deref(), Some("https://asso.example"));
    let nobody = Leaf {
        hosts: &[],
        ..Leaf::default()
    };
    let nobody = root.chain(&SigningKey::generate(), &nobody).unwrap();
    assert_eq!(nobody.unverified_issuer(), None, "a common name is no name");
    assert!(!nobody.names("Les Paniers du vallon"));
}

#[test]
fn chains_of_another_shape_are_refused() {
    let root = Authority::root("Autorité");
    let sub = root.sub("Intermédiaire", |_| {});
    let chain = sub.chain(&SigningKey::generate(), &Leaf::default()).unwrap().to_x5c();
    let refusal = |x5c: Value| CertificateChain::from_x5c(&x5c).unwrap_err();
    for malformed in [
        json!([]),
        json!("text"),
        json!({}),
        json!([1]),
        json!([""]),
        json!(["MII="]),
        json!([chain[0], "MII="]),
        json!([chain[1], chain[0]]),
        json!([chain[0], chain[0]]),
        json!([format!("{} ", chain[0].as_str().unwrap())]),
        json!([chain[0]
            .as_str()
            .unwrap()
            .replace('+', "-")
            .replace('/', "_")
            .trim_end_matches('=')]),
    ] {
        assert_eq!(refusal(malformed), CertificateError::Malformed);
    }
    let long = vec![chain[0].clone(); MAX_CERTIFICATES + 1];
    assert_eq!(refusal(json!(long)), CertificateError::TooLarge);
    let large = STANDARD.encode(vec![0; MAX_CERTIFICATE_BYTES + 1]);
    assert_eq!(refusal(json!([large])), CertificateError::TooLarge);
    assert_eq!(
        refusal(json!(["A".repeat(MAX_CERTIFICATE_BYTES * 2)])),
        CertificateError::TooLarge
    );
}

#[test]
fn authorities_are_read_from_pem() {
    let (root, other) = (Authority::root("Autorité"), Authority::root("Autre"));
    let pem = |authority: &Authority| {
        let text = STANDARD.encode(&authority.certificates[0]);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        )
    };
    let both = format!("{}{}", pem(&other), pem(&root));
    let chain = root.chain(&SigningKey::generate(), &Leaf::default()).unwrap();
    assert!(chain.verify(&TrustAnchors::from_pem(&both).unwrap(), now()).is_ok());
    for wrong in [
        "",
        "texte",
        "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n",
    ] {
        assert_eq!(
            TrustAnchors::from_pem(wrong).unwrap_err(),
            CertificateError::Malformed,
            "{wrong}"
        );
    }
    let many = pem(&root).repeat(MAX_ANCHORS + 1);
    assert_eq!(TrustAnchors::from_pem(&many).unwrap_err(), CertificateError::TooLarge);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_changed_bit_never_verifies(place in any::<prop::sample::Index>(), bit in 0u8..8) {
        let root = Authority::root("Autorité");
        let mut certificate = root.certify(&pair(&SigningKey::generate()), &Leaf::default());
        let place = place.index(certificate.len());
        certificate[place] ^= 1 << bit;
        let verified = CertificateChain::from_der(vec![certificate])
            .and_then(|chain| chain.verify(&root.anchors(), now()).map(drop));
        prop_assert!(verified.is_err());
    }
}
