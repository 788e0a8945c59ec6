//! What is signed reads back, and fits.

use super::*;

#[test]
fn an_attestation_survives_paper() {
    let key = SigningKey::generate();
    for attestation in [within_a_year(), across_two_years()] {
        let text = sign(&attestation, &envelope(), &key).unwrap();
        let read = PaperAttestation::parse(&text).unwrap();
        assert_eq!(read.attestation(), &attestation);
        assert_eq!(read.envelope(), &envelope());
        assert_eq!(read.key(), KeyHint::of(key.public()));
        assert_eq!(read.verify(key.public()), Ok(()));
        assert!(key.public().thumbprint().starts_with(&read.key().to_string()[..10]));
    }
}

#[test]
fn a_day_of_signature_before_that_of_issue_and_a_status_elsewhere_are_kept() {
    let key = SigningKey::generate();
    for (issuer, uri) in [
        (ISSUER, "https://status.example/lists/1"),
        (ISSUER, ISSUER),
        (
            ISSUER,
            "https://attestations.example/o/les-paniers-du-vallon/status/0123456789abcdefghjkmnpqrs",
        ),
        (
            ISSUER,
            "https://attestations.example/o/les-paniers-du-vallon/status/z123456789abcdefghjkmnpqrs",
        ),
        (ISSUER, "https://attestations.example/status/3"),
        (
            ISSUER,
            "https://attestations.example/o/les-paniers-du-vallon-2/status/3",
        ),
        ("https://attestations.example/", "https://attestations.example/1"),
        ("did:web:attestations.example", "https://attestations.example/1"),
    ] {
        let mut around = envelope();
        around.issuer = issuer.to_owned();
        around.status.uri = uri.to_owned();
        around.issued_on = "2026-02-01".parse().unwrap();
        let read = PaperAttestation::parse(&sign(&within_a_year(), &around, &key).unwrap()).unwrap();
        assert_eq!((read.attestation(), read.envelope()), (&within_a_year(), &around));
    }
}

#[test]
fn what_would_not_read_as_itself_is_not_signed() {
    let mut around = envelope();
    around.status.uri = "/status/3".to_owned();
    let refused = sign(&within_a_year(), &around, &SigningKey::generate());
    assert_eq!(
        refused,
        Err(PaperError::Malformed),
        "it would read as an address of the issuer"
    );
    let around = Envelope {
        expires_at: envelope().expires_at + Duration::milliseconds(250),
        ..envelope()
    };
    let text = sign(&within_a_year(), &around, &SigningKey::generate()).unwrap();
    assert_eq!(PaperAttestation::parse(&text).unwrap().envelope(), &envelope());
}

#[test]
fn only_es256_signs_paper() {
    for kind in [KeyKind::P384, KeyKind::Ed25519] {
        let key = SigningKey::generate_of(kind);
        assert_eq!(sign(&within_a_year(), &envelope(), &key), Err(PaperError::KeyKind));
        let payload = claims::write(&within_a_year(), &envelope());
        let refused = PaperAttestation::from_bytes(&crafted(payload, &key)).unwrap_err();
        assert_eq!(refused, PaperError::Cose(CoseError::Algorithm));
    }
}

#[test]
fn neg_03_a_key_of_another_name_is_not_tried() {
    let (key, other) = (SigningKey::generate(), SigningKey::generate());
    let read = PaperAttestation::parse(&sign(&within_a_year(), &envelope(), &key).unwrap()).unwrap();
    assert_eq!(read.verify(other.public()), Err(PaperError::OtherKey));
    // Signed by another under the first one's name.
    let header = cose::Header {
        kid: &KeyHint::of(key.public()).0,
        ..cose::Header::default()
    };
    let forged = cose::sign(&header, claims::write(&within_a_year(), &envelope()), &other);
    let read = PaperAttestation::from_bytes(&forged).unwrap();
    assert_eq!(
        read.verify(key.public()),
        Err(PaperError::Cose(CoseError::BadSignature))
    );
}

/// The longest slug there is, of a long name; long names of people; a mission. Not all of them at once.
#[test]
fn long_names_fit() {
    let key = SigningKey::generate();
    let around = |issuer: &str| Envelope {
        issuer: issuer.to_owned(),
        status: StatusReference {
            idx: 999_999,
            uri: format!("{issuer}/status/0123456789abcdefghjkmnpqrs"),
        },
        ..envelope()
    };
    let cases = [
        (
            attestation_of(
                "Nadia",
                "Benali",
                "Les Paniers du Vallon",
                Some("Tenue des comptes et accueil du samedi"),
            ),
            envelope(),
        ),
        (
            attestation_of(
                "Marie-Antoinette Joséphine",
                "de La Rochefoucauld-Montbéliard",
                "Les Amis du Musée de la Mine",
                Some("Tenue des comptes"),
            ),
            around("https://attestations.lyon.fr/o/les-amis-du-musee-de-la-mine"),
        ),
        (
            attestation_of(
                "Bérengère",
                "Vandenbroucke",
                "Association pour la sauvegarde du patrimoine et des jardins partagés du vallon",
                None,
            ),
            around("https://attestations.lyon.fr/o/association-pour-la-sauvegarde-du-patrimoine-et-des-jardins"),
        ),
        (
            attestation_of(
                "Andrianampoinimerina",
                "Rakotomalala Ratsimandresy",
                "Fédération départementale des foyers ruraux de Meurthe-et-Moselle",
                None,
            ),
            around("https://musette.foyers-ruraux.example/o/federation-departementale-54"),
        ),
    ];
    let sizes = cases
        .each_ref()
        .map(|(attestation, around)| match sign_bytes(attestation, around, &key) {
            Ok(bytes) => bytes.len(),
            Err(PaperError::TooLarge { bytes }) => bytes,
            Err(error) => panic!("{error}"),
        });
    assert!(sizes.iter().all(|bytes| *bytes <= MAX_BYTES), "{sizes:?}");
    for (attestation, around) in cases {
        let text = sign(&attestation, &around, &key).unwrap();
        assert!(text.len() <= MAX_CHARACTERS, "{} characters", text.len());
        assert_eq!(PaperAttestation::parse(&text).unwrap().attestation(), &attestation);
    }
    let usual = sign_bytes(&within_a_year(), &envelope(), &key).unwrap();
    assert!(
        usual.len() <= 355,
        "what was measured with text for the status: {}",
        usual.len()
    );
}

#[test]
fn what_does_not_fit_is_refused_with_its_size() {
    let organisation = "Association pour la sauvegarde du patrimoine et des jardins partagés du vallon";
    let attestation = |mission| attestation_of("Marie-Antoinette", "Vandenbroucke-Delattre", organisation, mission);
    let key = SigningKey::generate();
    let mission = "Accueil du public. ".repeat(8);
    let refused = sign(&attestation(Some(&mission)), &envelope(), &key).unwrap_err();
    let PaperError::TooLarge { bytes } = refused else {
        panic!("{refused}")
    };
    assert!((421..600).contains(&bytes), "{bytes}");
    assert!(
        sign(&attestation(None), &envelope(), &key).is_ok(),
        "its mission is what can be left out"
    );
}

#[test]
fn the_text_is_for_the_alphanumeric_mode() {
    assert_eq!(ERROR_CORRECTION, ErrorCorrection::Quartile);
    let text = sign(&across_two_years(), &envelope(), &SigningKey::generate()).unwrap();
    let alphanumeric = |character: char| {
        character.is_ascii_digit() || character.is_ascii_uppercase() || " $%*+-./:".contains(character)
    };
    assert!(text.chars().all(alphanumeric), "{text}");
}

/// ISO/IEC 18004 table 7: what bounds the text is the printed code.
#[cfg(feature = "service")]
#[test]
fn the_longest_text_fills_a_code_of_97_modules() {
    use qrcode::{EcLevel, QrCode, Version};

    let code = |length| QrCode::with_version("M".repeat(length), Version::Normal(20), EcLevel::Q);
    assert_eq!(code(MAX_CHARACTERS).map(|code| code.width()), Ok(97));
    assert!(code(MAX_CHARACTERS + 1).is_err());
    // 420 bytes that no compression helps, and the 11 that DEFLATE and zlib add.
    assert!(PREFIX.len() + (MAX_BYTES + 11).div_ceil(2) * 3 <= MAX_CHARACTERS);
    let text = sign(&within_a_year(), &envelope(), &SigningKey::generate()).unwrap();
    let usual = QrCode::with_error_correction_level(text, EcLevel::Q).unwrap();
    assert!(
        usual.width() <= 85,
        "version 17 was measured for 45 mm, not {:?}",
        usual.version()
    );
}
