use chrono::Duration;
use coset::{CborSerializable, CoseSign1Builder, HeaderBuilder, TaggedCborSerializable, cbor::Value, iana};
use proptest::prelude::*;

use super::*;
use crate::{
    activity::{
        Activity, ActivityKind, ActivityRef, Assurance, Breakdown, Period, Person, Role,
        tests::{across_two_years, within_a_year},
    },
    organisation::Organisation,
    testing::SeededEntropy,
    text::Text,
};

const ISSUER: &str = "https://attestations.example/o/les-paniers-du-vallon";

fn envelope() -> Envelope {
    Envelope {
        issuer: ISSUER.to_owned(),
        status: StatusReference {
            idx: 94_567,
            uri: format!("{ISSUER}/status/3"),
        },
        issued_on: "2026-01-12".parse().unwrap(),
        expires_at: "2031-01-12T00:00:00Z".parse().unwrap(),
    }
}

/// An attestation of someone with these names, by an organisation with all its numbers.
fn attestation_of(
    given_name: &str,
    family_name: &str,
    organisation: &str,
    mission: Option<&str>,
) -> ActivityAttestation {
    let Activity {
        reference,
        period,
        minutes,
        ..
    } = across_two_years().activity().clone();
    ActivityAttestation::new(
        Organisation {
            name: organisation.parse().unwrap(),
            rna: Some("W691999901".parse().unwrap()),
            siren: Some("990000010".parse().unwrap()),
            siret: None,
        },
        Person {
            given_name: given_name.parse().unwrap(),
            family_name: family_name.parse().unwrap(),
            age_over_16: true,
        },
        Activity {
            reference,
            kind: ActivityKind::BenevolatAssociatif,
            role: Role::EncadrantBenevoles,
            paid: false,
            period,
            minutes,
            mission: mission.map(|mission| mission.parse().unwrap()),
        },
        across_two_years().breakdown().cloned(),
        Assurance::Attested,
        "2026-01-12".parse().unwrap(),
    )
    .unwrap()
}

/// Read, and signed by this key.
fn verifies(bytes: &[u8], key: &SigningKey) -> bool {
    PaperAttestation::from_bytes(bytes).is_ok_and(|paper| paper.verify(key.public()).is_ok())
}

/// Any claims under our header, rightly signed.
fn crafted(payload: Vec<u8>, key: &SigningKey) -> Vec<u8> {
    let header = cose::Header {
        kid: &KeyHint::of(key.public()).0,
        ..cose::Header::default()
    };
    cose::sign(&header, payload, key)
}

fn claims(bytes: &[u8]) -> Value {
    coset::cbor::from_reader(Sign1::parse(bytes, ES256).unwrap().unverified_payload()).unwrap()
}

fn written(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    coset::cbor::into_writer(value, &mut bytes).unwrap();
    bytes
}

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

/// Names as people have them.
fn name<const MAX: usize>() -> impl Strategy<Value = Text<MAX>> {
    "[A-ZÉŁ][a-zàéèçœß'’ -]{0,12}[a-zé]".prop_filter_map("a name", |text| text.parse().ok())
}

fn siren(number: u32) -> String {
    let doubled = |position: usize, digit: u32| {
        if position.is_multiple_of(2) {
            digit
        } else {
            (digit * 2) % 10 + digit / 5
        }
    };
    let eight = format!("{number:08}");
    let sum: u32 = (1..)
        .zip(eight.bytes().rev())
        .map(|(position, digit)| doubled(position, u32::from(digit - b'0')))
        .sum();
    format!("{eight}{}", (10 - sum % 10) % 10)
}

prop_compose! {
    fn any_attestation()(
        given_name in name(), family_name in name(), age_over_16: bool, organisation in name(),
        rna in proptest::option::of(0..1_000_000_000u32), number in proptest::option::of(0..100_000_000u32),
        seed: u64, wide: bool, kind in prop::sample::select(ActivityKind::ALL), role in prop::sample::select(Role::ALL),
        first in -20_000..20_000i64, length in 0..900u64, share in 1..1_440u64, empty_year: bool,
        mission in proptest::option::of(name()), assurance in prop::sample::select(Assurance::ALL), later in 0..40u64,
    ) -> ActivityAttestation {
        let start = NaiveDate::default() + Duration::days(first);
        let period = Period::new(start, start + chrono::Days::new(length)).unwrap();
        let years = || (1900..=2200).filter(|year| period.days_in(*year) > 0);
        let mut breakdown: std::collections::BTreeMap<i32, u32> =
            years().map(|year| (year, period.days_in(year) * u32::try_from(share).unwrap())).collect();
        if empty_year {
            let year = years().next().unwrap();
            if seed % 2 == 0 { breakdown.insert(year, 0) } else { breakdown.remove(&year) };
        }
        let crosses = period.calendar_year().is_none();
        let minutes = if crosses { Breakdown::new(breakdown.clone()).total() } else { share * u64::from(period.days()) };
        let paid = kind.is_paid();
        let random = ActivityRef::random(&SeededEntropy::new(seed));
        // A first character that 128 bits do not reach.
        let reference = if wide { format!("z{}", &random.as_str()[1..]).parse().unwrap() } else { random };
        ActivityAttestation::new(
            Organisation {
                name: organisation,
                rna: rna.map(|rna| format!("W{rna:09}").parse().unwrap()),
                siren: number.map(|number| siren(number).parse().unwrap()),
                siret: None,
            },
            Person { given_name, family_name, age_over_16 },
            Activity {
                reference,
                kind,
                role: if paid { Role::Salarie } else if role == Role::Salarie { Role::Benevole } else { role },
                paid,
                period,
                minutes: minutes.try_into().unwrap(),
                mission,
            },
            crosses.then(|| Breakdown::new(breakdown)),
            assurance,
            period.end() + chrono::Days::new(later),
        )
        .unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn signing_then_reading_is_the_identity(
        attestation in any_attestation(), idx: u64, lifetime in 0..2_000_000_000i64, elsewhere: bool,
    ) {
        let key = SigningKey::generate();
        let around = Envelope {
            issuer: ISSUER.to_owned(),
            status: StatusReference {
                idx,
                uri: format!("{}/status/{}", if elsewhere { "https://status.example" } else { ISSUER }, idx % 97),
            },
            issued_on: attestation.signed_on() + chrono::Days::new(u64::from(elsewhere)),
            expires_at: DateTime::from_timestamp(lifetime, 0).unwrap(),
        };
        let text = sign(&attestation, &around, &key).unwrap();
        let read = PaperAttestation::parse(&text).unwrap();
        prop_assert_eq!(read.attestation(), &attestation);
        prop_assert_eq!(read.envelope(), &around);
        prop_assert_eq!(read.verify(key.public()), Ok(()));
    }

    /// The layers around the signed part may know two ways to say the same; they never say something else.
    #[test]
    fn a_changed_character_never_changes_a_fact(place in any::<prop::sample::Index>(), character in "[0-9A-Z $%*+./:-]") {
        let key = SigningKey::generate();
        let attestation = across_two_years();
        let text = sign(&attestation, &envelope(), &key).unwrap();
        let place = PREFIX.len() + place.index(text.len() - PREFIX.len());
        let changed = format!("{}{character}{}", &text[..place], &text[place + 1..]);
        if let Ok(bytes) = from_text(&changed) && verifies(&bytes, &key) {
            prop_assert_eq!(bytes, from_text(&text).unwrap());
        }
    }

    #[test]
    fn any_text_is_answered(text in "(MU1:)?[0-9A-Z $%*+./:-]{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = PaperAttestation::parse(&text);
        prop_assert!(PaperAttestation::from_bytes(&bytes).is_err());
        prop_assert!(PaperAttestation::parse(&to_text(&bytes)).is_err());
    }
}
