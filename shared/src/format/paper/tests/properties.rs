//! Any attestation, and any changed character.

use super::*;

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
