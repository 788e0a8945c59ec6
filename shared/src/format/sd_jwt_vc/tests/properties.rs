//! Properties over claims of any shape.

use super::*;

/// Claims without reserved or protected names, at most four levels deep.
fn any_claims() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from)
    ];
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zé\"\\\\ ]{1,4}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::btree_map("[a-z]{1,2}", value, 1..5)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// Every concrete path below the top.
fn all_paths(value: &Value, above: &[PathElement], found: &mut Vec<Vec<PathElement>>) {
    let inner: Vec<(PathElement, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (PathElement::Key(name.clone()), value))
            .collect(),
        Value::Array(elements) => (0..).map(PathElement::Index).zip(elements).collect(),
        _ => Vec::new(),
    };
    for (step, value) in inner {
        let path = [above, &[step]].concat();
        found.push(path.clone());
        all_paths(value, &path, found);
    }
}

fn some_of(paths: &[Vec<PathElement>], mask: &[bool]) -> BTreeSet<Vec<PathElement>> {
    paths
        .iter()
        .zip(mask.iter().cycle())
        .filter(|(_, chosen)| **chosen)
        .map(|(path, _)| path.clone())
        .collect()
}

fn as_paths(paths: &BTreeSet<Vec<PathElement>>) -> Vec<ClaimPath> {
    paths
        .iter()
        .map(|path| ClaimPath::try_from(path.clone()).unwrap())
        .collect()
}

fn as_set(paths: Vec<ClaimPath>) -> BTreeSet<Vec<PathElement>> {
    paths.into_iter().map(Vec::from).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_issued_is_revealed(claims in any_claims(), mask in prop::collection::vec(any::<bool>(), 1..12)) {
        let mut all = Vec::new();
        all_paths(&claims, &[], &mut all);
        let hidden = some_of(&all, &mask);
        let key = SigningKey::generate();
        let text = issue(claims.clone(), &as_paths(&hidden), "k1", &key, &SeededEntropy::new(7)).unwrap();
        let sd_jwt = SdJwt::parse(&text).unwrap();
        prop_assert!(sd_jwt.jws().verify(key.public()).is_ok());
        let revealed = sd_jwt.reveal().unwrap();
        prop_assert_eq!(sd_jwt.revealed_claims().unwrap().into_value(), revealed.claims.clone());
        prop_assert_eq!(revealed.claims, claims);
        prop_assert_eq!(as_set(revealed.disclosed), hidden);
    }

    #[test]
    fn sdj_007_decoys_change_nothing_that_is_read(
        claims in any_claims(), mask in prop::collection::vec(any::<bool>(), 1..12), count in 0usize..4,
    ) {
        let mut all = Vec::new();
        all_paths(&claims, &[], &mut all);
        let hidden = some_of(&all, &mask);
        let places: Vec<ClaimPath> = as_paths(&all.into_iter().collect())
            .into_iter()
            .filter(|path| path.select(&claims).unwrap()[0].is_object() || path.select(&claims).unwrap()[0].is_array())
            .collect();
        let mut decoys = vec![Decoys { within: None, count }];
        decoys.extend(places.iter().map(|within| Decoys { within: Some(within), count }));
        let disclosable = as_paths(&hidden);
        let concealment = Concealment { disclosable: &disclosable, decoys: &decoys, ..Concealment::default() };
        let key = SigningKey::generate();
        let text = issue_concealed(claims.clone(), &concealment, "k1", &key, &SeededEntropy::new(7)).unwrap();
        let revealed = SdJwt::parse(&text).unwrap().reveal().unwrap();
        prop_assert_eq!(revealed.claims, claims);
        prop_assert_eq!(as_set(revealed.disclosed), hidden);
    }

    #[test]
    fn a_presentation_discloses_the_chosen_exactly(
        claims in any_claims(),
        hide in prop::collection::vec(any::<bool>(), 1..12),
        choose in prop::collection::vec(any::<bool>(), 1..12),
    ) {
        let (issuer, holder) = (SigningKey::generate(), SigningKey::generate());
        let mut all = Vec::new();
        all_paths(&claims, &[], &mut all);
        let hidden = some_of(&all, &hide);
        let chosen = some_of(&all, &choose);
        let text = issue(claims, &as_paths(&hidden), "k1", &issuer, &SeededEntropy::new(7)).unwrap();
        let sd_jwt = SdJwt::parse(&text).unwrap();
        let whole = sd_jwt.reveal().unwrap().disclosed;
        let binding = KeyBinding { key: &holder, audience: AUDIENCE, nonce: NONCE, issued_at: now() };
        let presented = sd_jwt.present(&as_paths(&chosen), &binding).unwrap();
        let shown: BTreeSet<&str> = presented.split('~').collect();
        for (path, disclosure) in whole.iter().zip(sd_jwt.disclosures()) {
            let path = path.elements();
            let needed = chosen.iter().any(|chosen| chosen.starts_with(path) || path.starts_with(chosen));
            prop_assert_eq!(shown.contains(disclosure), needed, "{:?}", path);
        }
        prop_assert!(SdJwt::parse(&presented).unwrap().reveal().is_ok());
    }

    #[test]
    fn one_changed_bit_never_verifies(place in any::<prop::sample::Index>(), bit in 0u8..7) {
        let issued = Issued::new();
        let presented = issued.present(&paths(&[json!(["given_name"]), json!(["activity", "minutes"])]));
        prop_assert!(verify(&presented, &issued.issuer).is_some());
        let mut changed = presented.into_bytes();
        let place = place.index(changed.len());
        changed[place] ^= 1 << bit;
        prop_assert_eq!(verify(&String::from_utf8(changed).unwrap(), &issued.issuer), None);
    }
}
