//! The rules of the query language, one by one, and what holds of every query.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const VCT: &str = "urn:test:membership";

/// A query for one membership credential, with these members beside the usual ones.
fn asking(extra: Value) -> Value {
    let mut query = json!({ "id": "q", "format": "dc+sd-jwt", "meta": { "vct_values": [VCT] } });
    let (Value::Object(query_members), Value::Object(extra)) = (&mut query, extra) else {
        unreachable!("objects")
    };
    query_members.extend(extra);
    json!({ "credentials": [query] })
}

fn parsed(value: &Value) -> DcqlQuery {
    DcqlQuery::from_value(value).expect("a query")
}

fn candidate<'a>(id: &'a str, claims: &'a Value) -> Candidate<'a> {
    Candidate {
        id,
        format: FORMAT_SD_JWT_VC,
        vct: VCT,
        claims,
    }
}

fn disclosed_by(query: &Value, claims: &Value) -> Option<Value> {
    let [matches] = parsed(query)
        .matches(&[candidate("c", claims)])
        .try_into()
        .expect("one query");
    matches
        .matches
        .first()
        .map(|found| serde_json::to_value(&found.disclose).unwrap())
}

#[test]
fn dcql_001_a_query_needs_credentials_with_unique_ids_format_and_meta() {
    use DcqlError::{DuplicateId, Malformed};
    let one = json!({ "id": "a", "format": "dc+sd-jwt", "meta": { "vct_values": ["x"] } });
    let with = |name: &str, value: Value| {
        let mut query = one.clone();
        query[name] = value;
        json!({ "credentials": [query] })
    };
    let without = |name: &str| {
        let mut query = one.clone();
        query.as_object_mut().unwrap().remove(name);
        json!({ "credentials": [query] })
    };
    let cases = [
        (json!([]), Malformed),
        (json!({}), Malformed),
        (json!({ "credentials": [] }), Malformed),
        (json!({ "credentials": {} }), Malformed),
        (json!({ "credentials": [one, one] }), DuplicateId),
        (with("id", json!("with space")), Malformed),
        (with("id", json!("")), Malformed),
        (with("id", json!(1)), Malformed),
        (with("meta", json!({})), Malformed),
        (with("meta", json!({ "vct_values": [] })), Malformed),
        (with("meta", json!({ "vct_values": [1] })), Malformed),
        (with("multiple", json!("yes")), Malformed),
        (with("trusted_authorities", json!([])), Malformed),
        (without("id"), Malformed),
        (without("format"), Malformed),
        (without("meta"), Malformed),
    ];
    for (query, error) in cases {
        assert_eq!(DcqlQuery::from_value(&query), Err(error), "{query}");
    }
}

#[test]
fn dcql_002_claims_are_not_empty_not_repeated_and_have_comparable_values() {
    use DcqlError::{DuplicateClaim, DuplicateId, Malformed};
    let cases = [
        (json!({ "claims": [] }), Malformed),
        (json!({ "claims": [{}] }), Malformed),
        (json!({ "claims": [{ "path": [] }] }), Malformed),
        (json!({ "claims": [{ "path": [-1] }] }), Malformed),
        (json!({ "claims": [{ "path": ["a"], "values": [] }] }), Malformed),
        (json!({ "claims": [{ "path": ["a"], "values": [null] }] }), Malformed),
        (json!({ "claims": [{ "path": ["a"], "values": [1.5] }] }), Malformed),
        (
            json!({ "claims": [{ "path": ["a"] }, { "path": ["a"], "values": ["x"] }] }),
            DuplicateClaim,
        ),
        (
            json!({ "claims": [{ "id": "i", "path": ["a"] }, { "id": "i", "path": ["b"] }] }),
            DuplicateId,
        ),
    ];
    for (extra, error) in cases {
        assert_eq!(DcqlQuery::from_value(&asking(extra.clone())), Err(error), "{extra}");
    }
}

#[test]
fn dcql_003_claim_sets_need_named_claims() {
    use DcqlError::{ClaimSets, Malformed};
    let cases = [
        (json!({ "claim_sets": [["a"]] }), ClaimSets),
        (
            json!({ "claim_sets": [["b"]], "claims": [{ "id": "a", "path": ["a"] }] }),
            ClaimSets,
        ),
        (
            json!({ "claim_sets": [["a"]], "claims": [{ "id": "a", "path": ["a"] }, { "path": ["b"] }] }),
            Malformed,
        ),
        (
            json!({ "claim_sets": [[]], "claims": [{ "id": "a", "path": ["a"] }] }),
            Malformed,
        ),
        (
            json!({ "claim_sets": [], "claims": [{ "id": "a", "path": ["a"] }] }),
            Malformed,
        ),
    ];
    for (extra, error) in cases {
        assert_eq!(DcqlQuery::from_value(&asking(extra.clone())), Err(error), "{extra}");
    }
}

#[test]
fn dcql_003_the_first_claim_set_that_can_be_answered_is_chosen() {
    let query = asking(json!({
        "claims": [{ "id": "a", "path": ["a"] }, { "id": "b", "path": ["b"] }, { "id": "c", "path": ["c"] }],
        "claim_sets": [["a", "c"], ["b", "a"], ["b"]],
    }));
    assert_eq!(
        disclosed_by(&query, &json!({ "a": 1, "b": 2, "c": 3 })),
        Some(json!([["a"], ["c"]]))
    );
    assert_eq!(
        disclosed_by(&query, &json!({ "a": 1, "b": 2 })),
        Some(json!([["a"], ["b"]]))
    );
    assert_eq!(disclosed_by(&query, &json!({ "b": 2, "c": 3 })), Some(json!([["b"]])));
    assert_eq!(disclosed_by(&query, &json!({ "a": 1 })), None);
}

#[test]
fn dcql_004_without_claims_nothing_selective_is_disclosed() {
    assert_eq!(disclosed_by(&asking(json!({})), &json!({ "a": 1 })), Some(json!([])));
}

#[test]
fn dcql_005_values_match_by_type_and_value() {
    let query = asking(json!({ "claims": [{ "path": ["a"], "values": [1, "x", true] }] }));
    for claims in [json!({ "a": 1 }), json!({ "a": "x" }), json!({ "a": true })] {
        assert_eq!(disclosed_by(&query, &claims), Some(json!([["a"]])), "{claims}");
    }
    for claims in [
        json!({ "a": "1" }),
        json!({ "a": 2 }),
        json!({ "a": false }),
        json!({ "a": null }),
        json!({}),
    ] {
        assert_eq!(disclosed_by(&query, &claims), None, "{claims}");
    }
}

#[test]
fn dcql_005_of_many_elements_only_those_of_an_accepted_value_are_disclosed() {
    let query = asking(json!({ "claims": [{ "path": ["n", null], "values": ["FR", "BE"] }] }));
    assert_eq!(
        disclosed_by(&query, &json!({ "n": ["DE", "FR", "BE"] })),
        Some(json!([["n", 1], ["n", 2]]))
    );
    assert_eq!(disclosed_by(&query, &json!({ "n": ["DE"] })), None);
}

/// Two alternatives and an optional extra.
fn alternatives() -> Value {
    let query = |id: &str| json!({ "id": id, "format": "dc+sd-jwt", "meta": { "vct_values": [VCT] } });
    json!({
        "credentials": [query("a"), query("b"), query("c"), query("d")],
        "credential_sets": [
            { "options": [["a", "c"], ["b", "c"]] },
            { "options": [["d"]], "required": false },
        ],
    })
}

#[test]
fn dcql_006_every_required_credential_set_must_be_answered() {
    let query = parsed(&alternatives());
    for enough in [&["a", "c"][..], &["b", "c"], &["a", "b", "c", "d"]] {
        assert!(query.is_satisfied_by(enough), "{enough:?}");
    }
    for short in [&[][..], &["a"], &["c", "d"], &["a", "b"], &["a", "c", "not-asked"]] {
        assert!(!query.is_satisfied_by(short), "{short:?}");
    }
    let required: Vec<_> = query.matches(&[]).into_iter().map(|matches| matches.required).collect();
    assert_eq!(required, [false, false, true, false]);
}

#[test]
fn dcql_006_without_credential_sets_every_query_must_be_answered() {
    let mut query = alternatives();
    query.as_object_mut().unwrap().remove("credential_sets");
    let query = parsed(&query);
    assert!(query.is_satisfied_by(&["a", "b", "c", "d"]));
    assert!(!query.is_satisfied_by(&["a", "b", "c"]));
    assert!(query.matches(&[]).iter().all(|matches| matches.required));
}

#[test]
fn dcql_006_a_credential_set_names_only_what_is_asked() {
    for (sets, error) in [
        (json!([{ "options": [["z"]] }]), DcqlError::CredentialSets),
        (json!([{ "options": [[]] }]), DcqlError::Malformed),
        (json!([{ "options": [] }]), DcqlError::Malformed),
        (json!([{}]), DcqlError::Malformed),
        (json!([]), DcqlError::Malformed),
    ] {
        let mut query = alternatives();
        query["credential_sets"] = sets.clone();
        assert_eq!(DcqlQuery::from_value(&query), Err(error), "{sets}");
    }
}

#[test]
fn dcql_007_defaults_are_one_presentation_and_holder_binding() {
    let [query] = parsed(&asking(json!({}))).credentials.try_into().expect("one query");
    assert!(!query.multiple);
    assert!(query.require_cryptographic_holder_binding);
    let written = serde_json::to_value(&query).unwrap();
    assert_eq!(
        written,
        json!({ "id": "q", "format": "dc+sd-jwt", "meta": { "vct_values": [VCT] } })
    );
}

#[test]
fn dcql_008_trusted_authorities_are_read_and_do_not_filter() {
    let query =
        asking(json!({ "trusted_authorities": [{ "type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"] }] }));
    assert_eq!(disclosed_by(&query, &json!({})), Some(json!([])));
}

#[test]
fn dcql_011_unknown_members_are_ignored_everywhere() {
    let mut query = asking(json!({ "extra": 1, "claims": [{ "path": ["a"], "extra": {} }] }));
    query["extra"] = json!("x");
    assert_eq!(disclosed_by(&query, &json!({ "a": 1 })), Some(json!([["a"]])));
}

#[test]
fn another_type_or_format_does_not_fit() {
    let query = parsed(&asking(json!({})));
    let claims = json!({});
    let other_type = Candidate {
        vct: "urn:test:other",
        ..candidate("c", &claims)
    };
    let other_format = Candidate {
        format: "jwt_vc_json",
        ..candidate("c", &claims)
    };
    assert_eq!(query.matches(&[other_type, other_format])[0].matches, []);
    assert!(!query.credentials[0].is_answered_by(FORMAT_SD_JWT_VC, "urn:test:other", &claims));
    assert!(!query.credentials[0].is_answered_by("jwt_vc_json", VCT, &claims));
}

#[test]
fn too_many_credentials_or_claims_are_refused() {
    let query = |id: usize| json!({ "id": id.to_string(), "format": "dc+sd-jwt", "meta": { "vct_values": [VCT] } });
    let queries: Vec<_> = (0..=MAX_CREDENTIALS).map(query).collect();
    assert_eq!(
        DcqlQuery::from_value(&json!({ "credentials": queries })),
        Err(DcqlError::TooLarge)
    );
    let claims: Vec<_> = (0..=MAX_CLAIMS)
        .map(|index| json!({ "path": [index.to_string()] }))
        .collect();
    assert_eq!(
        DcqlQuery::from_value(&asking(json!({ "claims": claims }))),
        Err(DcqlError::TooLarge)
    );
}

/// What a verifier sees once only `paths` are disclosed: undisclosed elements leave no gap.
fn presented(claims: &Value, here: &mut Vec<PathElement>, paths: &[ClaimPath]) -> Option<Value> {
    let at = |here: &[PathElement]| ClaimPath::try_from(here.to_vec()).ok();
    if at(here).is_some_and(|here| paths.contains(&here)) {
        return Some(claims.clone());
    }
    if let Some(place) = at(here)
        && !paths.iter().any(|path| place.is_parent_of(path))
    {
        return None;
    }
    let mut below = |step: PathElement, value: &Value| {
        here.push(step);
        let seen = presented(value, here, paths);
        here.pop();
        seen
    };
    Some(match claims {
        Value::Object(members) => {
            let kept = members
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), below(PathElement::Key(key.clone()), value)?)));
            Value::Object(kept.collect())
        }
        Value::Array(elements) => Value::Array(
            (0..)
                .zip(elements)
                .filter_map(|(index, value)| below(PathElement::Index(index), value))
                .collect(),
        ),
        leaf => leaf.clone(),
    })
}

fn a_key() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned)
}

fn some_claims() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0..3u64).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        a_key().prop_map(Value::from)
    ];
    let tree = leaf.prop_recursive(3, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(a_key(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::btree_map(a_key(), tree, 0..4).prop_map(|members| Value::Object(members.into_iter().collect()))
}

fn some_claim_query() -> impl Strategy<Value = Value> {
    let step =
        prop_oneof![3 => a_key().prop_map(Value::from), 1 => (0..3u64).prop_map(Value::from), 1 => Just(Value::Null)];
    let values = prop_oneof![3 => Just(None), 1 => Just(Some(json!([0, 1, "a", true])))];
    (a_key(), prop::collection::vec(step, 0..3), values).prop_map(|(first, mut path, values)| {
        path.insert(0, Value::from(first));
        values.map_or_else(
            || json!({ "path": path }),
            |values| json!({ "path": path, "values": values }),
        )
    })
}

proptest! {
    #[test]
    fn dcql_012_a_match_discloses_only_what_is_asked_and_is_an_answer(
        claims in some_claims(),
        asked in prop::collection::vec(some_claim_query(), 1..4),
        with_sets in any::<bool>(),
    ) {
        let mut asked = asked;
        asked.sort_by_key(|claim| claim["path"].to_string());
        asked.dedup_by_key(|claim| claim["path"].to_string());
        let ids: Vec<_> = (0..asked.len()).map(|index| format!("i{index}")).collect();
        for (claim, id) in asked.iter_mut().zip(&ids) {
            claim["id"] = json!(id);
        }
        let mut extra = json!({ "claims": asked });
        if with_sets {
            extra["claim_sets"] = json!(ids.iter().map(|id| vec![id]).chain([ids.iter().collect()]).collect::<Vec<Vec<_>>>());
        }
        let query = parsed(&asking(extra));
        for found in &query.matches(&[candidate("c", &claims)])[0].matches {
            for path in &found.disclose {
                prop_assert!(query.credentials[0].claims.iter().any(|claim| claim.path.covers(path)), "{path} was not asked");
                prop_assert!(path.select(&claims).is_ok(), "{path} is not there");
            }
            let shown = presented(&claims, &mut Vec::new(), &found.disclose).expect("the root");
            prop_assert!(query.credentials[0].is_answered_by(FORMAT_SD_JWT_VC, VCT, &shown), "{shown} is no answer");
        }
    }

    #[test]
    fn a_query_survives_json(asked in prop::collection::vec(some_claim_query(), 0..4)) {
        let extra = if asked.is_empty() { json!({}) } else { json!({ "claims": asked }) };
        if let Ok(query) = DcqlQuery::from_value(&asking(extra)) {
            prop_assert_eq!(DcqlQuery::from_value(&serde_json::to_value(&query).unwrap()), Ok(query));
        }
    }
}
