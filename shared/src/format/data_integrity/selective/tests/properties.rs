//! Any part of a document, and any changed byte.

use super::*;

fn chosen() -> impl Strategy<Value = BTreeSet<usize>> {
    prop::collection::btree_set(0..LEAVES.len(), 0..LEAVES.len())
}

/// What is shown verifies, and what is not is nowhere: neither itself, nor its hash.
fn check_part(issuer: &Issuer, chosen: &BTreeSet<usize>) -> Result<Map<String, Value>, TestCaseError> {
    let base = issuer.based();
    let pointers: Vec<&str> = chosen.iter().map(|index| LEAVES[*index].0).collect();
    let shown = issuer.shown(&base, &pointers).unwrap();
    prop_assert_eq!(issuer.verify(&shown), Ok(()));
    let disclosed: BTreeSet<String> = chosen
        .iter()
        .flat_map(|index| LEAVES[*index].1)
        .map(|leaf| (*leaf).to_owned())
        .collect();
    let written = text(&shown);
    prop_assert_eq!(&leaves(&written), &disclosed);
    let value = bytes(&shown["proof"]);
    for hidden in leaves(&text(&base)).difference(&disclosed) {
        prop_assert!(!written.contains(hidden.as_str()));
        prop_assert!(!value.windows(hidden.len()).any(|window| window == hidden.as_bytes()));
        let hash = sha256(hidden.as_bytes());
        prop_assert!(!value.windows(hash.len()).any(|window| window == hash));
    }
    Ok(shown)
}

/// How many statements a document makes without its proof.
fn count(document: &Map<String, Value>) -> usize {
    let mut document = document.clone();
    document.remove("proof");
    let document = Value::Object(document);
    let node = Node::from(&document);
    Context::of(&node).unwrap().statements(&node).unwrap().quads.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_part_verifies_and_tells_nothing_more(chosen in chosen()) {
        let shown = check_part(&Issuer::of(Cryptosuite::EcdsaSd2023), &chosen)?;
        // No signature of a statement that is not shown goes along.
        let parts = parts(&shown["proof"]);
        let lengths = [2, 4].map(|index: usize| parts[index].as_array().unwrap().len());
        prop_assert_eq!(lengths[0] + lengths[1], count(&shown));
    }

    #[test]
    fn one_changed_byte_never_verifies(place in any::<prop::sample::Index>(), bit in 0u8..7) {
        let issuer = Issuer::of(Cryptosuite::EcdsaSd2023);
        let pointers = ["/credentialSubject/boats/1", "/credentialSubject/mission"];
        let derived = issuer.shown(&issuer.based(), &pointers).unwrap();
        check_changed(&issuer, &derived, place, bit)?;
    }
}

proptest! {
    // Debug builds of the pairing take a while.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_part_verifies_and_tells_nothing_more_under_bbs(chosen in chosen()) {
        let shown = check_part(&Issuer::of(Cryptosuite::Bbs2023), &chosen)?;
        let parts = parts(&shown["proof"]);
        let lengths = [2, 3].map(|index: usize| parts[index].as_array().unwrap().len());
        prop_assert_eq!(lengths[0] + lengths[1], count(&shown));
    }

    #[test]
    fn one_changed_byte_never_verifies_under_bbs(place in any::<prop::sample::Index>(), bit in 0u8..7) {
        let issuer = Issuer::of(Cryptosuite::Bbs2023);
        let derived = issuer.shown(&issuer.based(), &["/credentialSubject/boats/1"]).unwrap();
        check_changed(&issuer, &derived, place, bit)?;
    }
}

fn check_changed(
    issuer: &Issuer,
    derived: &Map<String, Value>,
    place: prop::sample::Index,
    bit: u8,
) -> Result<(), TestCaseError> {
    let mut bytes = text(derived).into_bytes();
    let place = place.index(bytes.len());
    bytes[place] ^= 1 << bit;
    let changed = String::from_utf8(bytes).unwrap();
    prop_assert!(verify_text(&changed, &issuer.public()).is_err(), "{}", changed);
    Ok(())
}
