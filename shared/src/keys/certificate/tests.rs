use proptest::prelude::*;
use rcgen::{CertificateParams, GeneralSubtree, IsCa, KeyPair, NameConstraints, PKCS_ECDSA_P384_SHA384};
use serde_json::json;

use super::{
    authority::{Authority, Leaf, now, pair},
    pem::to_pem,
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
    let both = format!("Les nôtres :\n{}{}", other.root_pem(), root.root_pem());
    let chain = root.chain(&SigningKey::generate(), &Leaf::default()).unwrap();
    assert!(chain.verify(&TrustAnchors::from_pem(&both).unwrap(), now()).is_ok());
    let unread = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";
    let no_base64 = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    let large = to_pem("CERTIFICATE", &vec![0; MAX_CERTIFICATE_BYTES + 1]);
    for (text, expected) in [
        (String::new(), PemError::Empty),
        ("texte".to_owned(), PemError::Empty),
        (to_pem("PUBLIC KEY", b"texte"), PemError::Empty),
        (unread.to_owned(), PemError::Malformed(1)),
        (format!("{both}{unread}"), PemError::Malformed(3)),
        (format!("{both}{no_base64}{both}"), PemError::Malformed(3)),
        (format!("{both}{large}"), PemError::TooLarge(3)),
        (root.root_pem().repeat(MAX_ANCHORS + 1), PemError::TooMany(MAX_ANCHORS)),
    ] {
        assert_eq!(TrustAnchors::from_pem(&text).unwrap_err(), expected, "{text:.80}");
    }
}

/// A root with an RSA key, as most of those that browsers know.
const RSA_ROOT: &str = include_str!("rsa-root.pem");

#[test]
fn haip_012_an_authority_whose_signatures_cannot_be_checked_is_refused_when_it_is_read() {
    let root = Authority::root("Autorité").root_pem();
    let refusal = TrustAnchors::from_pem(&format!("{root}{RSA_ROOT}")).unwrap_err();
    assert_eq!(refusal, PemError::Key(2));
    assert!(refusal.to_string().starts_with("the key of certificate 2"), "{refusal}");
}

#[test]
fn haip_011_a_chain_is_read_from_pem_without_its_root() {
    let root = Authority::root("Autorité");
    let sub = root.sub("Intermédiaire", |_| {});
    let chain = sub.chain(&SigningKey::generate(), &Leaf::default()).unwrap();
    let text = chain.to_pem();
    assert_eq!(CertificateChain::from_pem(&text), Ok(chain.clone()));
    assert_eq!(
        CertificateChain::from_pem(&format!("{text}{}", root.root_pem())),
        Ok(chain)
    );
    let (leaf, above) = text.split_at(text.rfind("-----BEGIN").unwrap());
    let other = Authority::root("Autre").chain(&SigningKey::generate(), &Leaf::default());
    let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    for (text, expected) in [
        (String::new(), PemError::Empty),
        (format!("{above}{leaf}"), PemError::Order(1)),
        (format!("{text}{}", other.unwrap().to_pem()), PemError::Order(2)),
        (root.root_pem(), PemError::SelfSigned),
        (
            to_pem("CERTIFICATE", &root.certify(&p384, &Leaf::default())),
            PemError::Key(1),
        ),
        (
            format!("{leaf}-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n"),
            PemError::Malformed(2),
        ),
    ] {
        assert_eq!(CertificateChain::from_pem(&text), Err(expected), "{text}");
    }
    let mut deep = root;
    for _ in 0..MAX_CERTIFICATES {
        deep = deep.sub("Intermédiaire", |_| {});
    }
    let leaf = to_pem(
        "CERTIFICATE",
        &deep.certify(&pair(&SigningKey::generate()), &Leaf::default()),
    );
    let above: String = deep.certificates.iter().map(|der| to_pem("CERTIFICATE", der)).collect();
    let refusal = CertificateChain::from_pem(&format!("{leaf}{above}"));
    assert_eq!(refusal, Err(PemError::TooMany(MAX_CERTIFICATES + 1)));
}

#[test]
fn haip_011_only_certificates_that_would_be_believed_go_with_a_signature() {
    const ISSUER: &str = "https://asso.example/o/paniers";
    let (root, key) = (Authority::root("Autorité"), SigningKey::generate());
    let sub = root.sub("Intermédiaire", |_| {});
    let fit = |chain: &CertificateChain| chain.fit(key.public(), ISSUER, now());
    for authority in [&root, &sub] {
        let chain = authority.chain(&key, &Leaf::default()).unwrap();
        assert_eq!(fit(&chain), Ok(()));
        assert!(chain.lasts(year(2027)) && !chain.lasts(year(2029)));
        assert_eq!(chain.fit(key.public(), ISSUER, year(2029)), Err(Unfit::Period));
        let other = authority.chain(&SigningKey::generate(), &Leaf::default()).unwrap();
        assert_eq!(fit(&other), Err(Unfit::OtherKey));
        let hosts = Leaf {
            hosts: &["autre.example"],
            ..Leaf::default()
        };
        assert_eq!(fit(&authority.chain(&key, &hosts).unwrap()), Err(Unfit::OtherName));
    }
    let short = root.sub("Intermédiaire", |params| {
        params.not_after = rcgen::date_time_ymd(2026, 1, 1);
    });
    assert_eq!(fit(&short.chain(&key, &Leaf::default()).unwrap()), Err(Unfit::Period));
    // The names are those of the chain, the signature is another's.
    let homonym = root.sub("Intermédiaire", |_| {});
    let leaf = homonym.certify(&pair(&key), &Leaf::default());
    let forged = CertificateChain::from_der(vec![leaf, sub.certificates[0].clone()]).unwrap();
    assert_eq!(fit(&forged), Err(Unfit::Unlinked));
}

#[test]
fn a_request_names_the_issuer_and_is_signed_with_its_key() {
    let key = SigningKey::generate();
    for (issuer, names, has_host) in [
        ("https://asso.example/o/paniers", CertifiedNames::Address, false),
        ("https://asso.example/o/paniers", CertifiedNames::AddressAndHost, true),
        ("http://localhost:8081/o/paniers", CertifiedNames::Address, false),
    ] {
        let text = request(&key, &issuer.parse().unwrap(), names, "Les Paniers du Vallon").unwrap();
        let read = openssl::x509::X509Req::from_pem(text.as_bytes()).unwrap();
        let public = read.public_key().unwrap();
        assert!(read.verify(&public).unwrap());
        let spki = public.public_key_to_der().unwrap();
        assert_eq!(PublicKey::from_p256_spki(&spki).as_ref(), Ok(key.public()));
        let der = read.to_der().unwrap();
        let holds = |part: &[u8]| der.windows(part.len()).any(|bytes| bytes == part);
        assert!(holds("Les Paniers du Vallon".as_bytes()));
        // GeneralName (RFC 5280 §4.2.1.6): a URI is [6], a DNS name is [2].
        let named = |tag: u8, name: &str| {
            let name = name.as_bytes();
            holds(&[&[0x80 | tag, u8::try_from(name.len()).unwrap()], name].concat())
        };
        assert!(named(6, issuer), "{issuer}");
        assert_eq!(named(2, "asso.example"), has_host, "{issuer}");
    }
    for issuer in ["http://localhost:8081/o/paniers", "https://192.0.2.1/o/paniers"] {
        let refusal = request(&key, &issuer.parse().unwrap(), CertifiedNames::AddressAndHost, "A");
        assert_eq!(refusal, Err(RequestError::Name), "{issuer}");
    }
    let ed25519 = SigningKey::generate_of(crate::keys::KeyKind::Ed25519);
    let refusal = request(
        &ed25519,
        &"https://asso.example".parse().unwrap(),
        CertifiedNames::Address,
        "A",
    );
    assert_eq!(refusal, Err(RequestError::Key));
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
