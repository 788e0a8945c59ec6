use serde_json::{Value, json};

use super::*;

fn badge() -> Value {
    json!({
        "@context": [CONTEXT_V2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "https://badges.example.org/1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {
            "id": "did:web:badges.example.org",
            "type": ["Profile"],
            "name": "Ateliers",
            "otherIdentifier": [
                { "type": "IdentifierEntry", "identifier": "W691999901", "identifierType": "ext:RNA" },
            ],
        },
        "validFrom": "2027-01-10T00:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [{
                "type": "IdentityObject", "hashed": true, "identityHash": "sha256$00", "identityType": "emailAddress",
            }],
            "achievement": {
                "id": "https://badges.example.org/achievements/1",
                "type": ["Achievement"],
                "name": "Soudure",
                "description": "Sait souder.",
                "criteria": { "narrative": "Une pièce réussie." },
                "alignment": [{ "type": ["Alignment"], "targetName": "Souder", "targetUrl": "https://example.org/souder" }],
                "resultDescription": [{
                    "id": "urn:uuid:1f8a54f0-9a0b-4f9d-8d0a-6f4f1f9b0a55",
                    "type": ["ResultDescription"], "name": "Note", "resultType": "RawScore",
                }],
            },
            "result": [{ "type": ["Result"], "value": "17", "status": "Completed" }],
        },
        "evidence": [{ "type": ["Evidence"], "narrative": "La pièce." }],
        "proof": [{ "type": "DataIntegrityProof" }],
    })
}

fn endorsement() -> Value {
    json!({
        "@context": [CONTEXT_V2, "https://purl.imsglobal.org/spec/ob/v3p0/context.json"],
        "id": "https://badges.example.org/2",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Recommandation",
        "issuer": "did:web:region.example.org",
        "validFrom": "2027-01-10T00:00:00+01:00",
        "credentialSubject": { "id": "did:web:badges.example.org", "type": ["EndorsementSubject"] },
    })
}

/// What is said of the badge with the member at `pointer` replaced, or removed when it is null.
fn refusal(pointer: &str, value: &Value) -> ShapeError {
    let mut badge = badge();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match badge.pointer_mut(parent).unwrap() {
        Value::Object(members) if value.is_null() => {
            members.remove(name).unwrap();
        }
        Value::Object(members) => {
            members.insert(name.to_owned(), value.clone());
        }
        Value::Array(values) => values[name.parse::<usize>().unwrap()] = value.clone(),
        _ => unreachable!("a member or an element"),
    }
    check(&badge).expect_err(pointer)
}

fn assert_refused(pointer: &str, value: &Value, rule: BadgeRule) {
    assert_eq!(refusal(pointer, value), broken(rule, pointer), "{value}");
}

#[test]
fn badges_and_endorsements_of_the_data_model_are_let_through() {
    assert_eq!(check(&badge()), Ok(()));
    assert_eq!(check(&endorsement()), Ok(()));
    let mut endorsed = badge();
    endorsed["endorsement"] = json!([endorsement()]);
    endorsed["credentialSubject"]["achievement"]["endorsementJwt"] = json!(["e30.e30.AA"]);
    endorsed["issuer"]["parentOrg"] = json!({ "id": "https://example.org/", "type": ["Profile", "Other"] });
    endorsed["more"] = json!(1);
    assert_eq!(check(&endorsed), Ok(()));
}

#[test]
fn ob_001_the_contexts_are_those_of_the_w3c_and_of_open_badges() {
    assert_refused(
        "/@context/0",
        &json!("https://www.w3.org/ns/did/v1"),
        BadgeRule::Context,
    );
    for context in [
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-4.0.0.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json?x",
        "https://example.org/context.json",
    ] {
        assert_refused("/@context/1", &json!(context), BadgeRule::Context);
    }
    assert_eq!(
        refusal("/@context", &json!(CONTEXT_V2)),
        broken(BadgeRule::Context, "/@context/0"),
        "a list"
    );
}

#[test]
fn ob_002_what_every_badge_has() {
    for member in ["/id", "/issuer", "/credentialSubject", "/validFrom"] {
        assert_refused(member, &Value::Null, BadgeRule::Missing);
    }
    for types in [json!(["VerifiableCredential"]), json!([]), json!("Other"), Value::Null] {
        assert_refused("/type", &types, BadgeRule::Kind);
    }
    assert_refused("/type", &json!(["OpenBadgeCredential"]), BadgeRule::Type);
    assert_refused("/type", &json!("OpenBadgeCredential"), BadgeRule::List);
    assert_refused("/type", &json!(["OpenBadgeCredential", 1]), BadgeRule::Text);
    assert_refused("/id", &json!("1"), BadgeRule::Uri);
    assert_refused("/issuer", &json!("Ateliers"), BadgeRule::Uri);
    assert_refused("/issuer", &json!([]), BadgeRule::Object);
    assert_refused("/credentialSubject", &json!([]), BadgeRule::Object);
    for instant in ["2027-01-10", "2027-01-10T00:00:00", "2027-01-10 00:00:00Z", "hier"] {
        assert_refused("/validFrom", &json!(instant), BadgeRule::Instant);
        assert_refused("/validUntil", &json!(instant), BadgeRule::Instant);
        assert_refused("/awardedDate", &json!(instant), BadgeRule::Instant);
    }
}

#[test]
fn ob_003_a_subject_is_named_and_has_an_achievement() {
    let (subject, achievement) = ("/credentialSubject", "/credentialSubject/achievement");
    assert_refused(&format!("{subject}/achievement"), &Value::Null, BadgeRule::Missing);
    assert_refused(&format!("{subject}/type"), &json!(["Person"]), BadgeRule::Type);
    for member in ["id", "type", "name", "description", "criteria"] {
        assert_refused(&format!("{achievement}/{member}"), &Value::Null, BadgeRule::Missing);
    }
    for identifiers in [Value::Null, json!([])] {
        assert_eq!(
            refusal(&format!("{subject}/identifier"), &identifiers),
            broken(BadgeRule::Subject, subject)
        );
    }
    let mut named = badge();
    named["credentialSubject"]["id"] = json!("did:key:z6Mk");
    named["credentialSubject"].as_object_mut().unwrap().remove("identifier");
    assert_eq!(check(&named), Ok(()));
}

#[test]
fn ob_004_every_class_has_its_members() {
    let subject = "/credentialSubject";
    for (pointer, value, rule) in [
        ("/issuer/type", json!(["Organisation"]), BadgeRule::Type),
        ("/issuer/id", Value::Null, BadgeRule::Missing),
        ("/issuer/url", json!("badges.example.org"), BadgeRule::Uri),
        ("/issuer/dateOfBirth", json!("10/01/2000"), BadgeRule::Day),
        ("/issuer/otherIdentifier/0/type", json!("Other"), BadgeRule::Term),
        (
            "/issuer/otherIdentifier/0/identifierType",
            json!("RNA"),
            BadgeRule::Term,
        ),
        ("/issuer/otherIdentifier/0/more~", json!(1), BadgeRule::Unknown),
        ("/evidence/0/type", Value::Null, BadgeRule::Missing),
        ("/proof/0/type", Value::Null, BadgeRule::Missing),
        ("/proof/0/created", json!("2027-01-10"), BadgeRule::Instant),
        ("/credentialStatus", json!({ "type": "Other" }), BadgeRule::Missing),
        (
            "/image",
            json!({ "id": "https://example.org/a.png" }),
            BadgeRule::Missing,
        ),
    ] {
        let expected = match (rule, pointer) {
            (BadgeRule::Missing, "/credentialStatus") => "/credentialStatus/id",
            (BadgeRule::Missing, "/image") => "/image/type",
            (BadgeRule::Unknown, _) => "/issuer/otherIdentifier/0/more~0",
            _ => pointer,
        };
        assert_eq!(refusal(pointer, &value), broken(rule, expected));
    }
    for (pointer, value, rule) in [
        ("achievement/alignment/0/targetUrl", Value::Null, BadgeRule::Missing),
        ("achievement/alignment/0/targetName", Value::Null, BadgeRule::Missing),
        ("achievement/alignment/0/targetType", json!("Skill"), BadgeRule::Term),
        ("achievement/resultDescription/0/id", Value::Null, BadgeRule::Missing),
        ("achievement/resultDescription/0/name", Value::Null, BadgeRule::Missing),
        (
            "achievement/resultDescription/0/resultType",
            json!("Hours"),
            BadgeRule::Term,
        ),
        ("achievement/inLanguage", json!("français"), BadgeRule::Language),
        ("achievement/creditsAvailable", json!("3"), BadgeRule::Number),
        ("achievement/tag", json!([1]), BadgeRule::Text),
        ("achievement/endorsementJwt", json!(["e30"]), BadgeRule::Token),
        ("identifier/0/hashed", json!("true"), BadgeRule::Boolean),
        ("identifier/0/hashed", Value::Null, BadgeRule::Missing),
        ("result/0/status", json!("Done"), BadgeRule::Term),
        ("result/0/type", json!(["ResultDescription"]), BadgeRule::Type),
    ] {
        let found = refusal(&format!("{subject}/{pointer}"), &value);
        assert_eq!(found.rule, rule, "{pointer}");
        assert!(found.pointer.starts_with(&format!("{subject}/{pointer}")), "{found}");
    }
}

#[test]
fn ob_005_names_are_text_and_lists_are_lists() {
    for (pointer, value, rule) in [
        (
            "/name",
            json!({ "@value": "Soudure", "@language": "fr" }),
            BadgeRule::Text,
        ),
        ("/description", json!(["a", "b"]), BadgeRule::Text),
        ("/credentialStatus", json!([]), BadgeRule::Object),
        (
            "/credentialSchema",
            json!({ "id": "https://example.org", "type": "JsonSchema" }),
            BadgeRule::List,
        ),
        ("/evidence", json!({ "type": ["Evidence"] }), BadgeRule::List),
        ("/termsOfUse", json!({ "type": "Terms" }), BadgeRule::List),
        ("/proof", json!({ "type": "DataIntegrityProof" }), BadgeRule::List),
    ] {
        assert_refused(pointer, &value, rule);
    }
}

#[test]
fn ob_006_terms_may_be_extended() {
    let place = "/issuer/otherIdentifier/0/identifierType";
    for term in ["ext:", "ext:a b", "ext:é", "Ext:RNA"] {
        assert_refused(place, &json!(term), BadgeRule::Term);
    }
    let mut extended = badge();
    for term in ["isbn", "ext:RNA", "ext:a.b-c_d|e"] {
        extended["issuer"]["otherIdentifier"][0]["identifierType"] = json!(term);
        assert_eq!(check(&extended), Ok(()), "{term}");
    }
}

#[test]
fn badges_of_the_first_editions_may_write_one_value_for_a_list() {
    let mut old = badge();
    old["@context"] = json!([CONTEXT_V1, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"]);
    assert_eq!(check(&old), Err(broken(BadgeRule::Missing, "/issuanceDate")));
    old["issuanceDate"] = old["validFrom"].take();
    old.as_object_mut().unwrap().remove("validFrom");
    old["issuer"]["type"] = json!("Profile");
    old["evidence"] = old["evidence"][0].take();
    assert_eq!(check(&old), Ok(()));
    let mut endorsed = endorsement();
    endorsed["@context"][0] = json!(CONTEXT_V1);
    endorsed["issuanceDate"] = json!("2010-01-01T00:00:00Z");
    endorsed
        .as_object_mut()
        .unwrap()
        .retain(|name, _| name != "id" && name != "name");
    old["endorsement"] = endorsed;
    assert_eq!(check(&old), Ok(()), "endorsements had neither id nor name");
    old["evidence"]["type"] = json!("Other");
    assert_eq!(check(&old), Err(broken(BadgeRule::Type, "/evidence/type")));
}

#[test]
fn what_lies_within_an_endorsement_is_told_where_it_lies() {
    let mut endorsed = badge();
    endorsed["issuer"]["endorsement"] = json!([endorsement()]);
    endorsed["issuer"]["endorsement"][0]["credentialSubject"]["type"] = json!([]);
    let place = "/issuer/endorsement/0/credentialSubject/type";
    assert_eq!(check(&endorsed), Err(broken(BadgeRule::Type, place)));
}

#[test]
fn language_tags_are_those_of_the_schema() {
    for tag in ["fr", "fra", "fr-FR", "sr-Latn", "sr-Latn-RS", "es-419"] {
        assert!(is_language(tag), "{tag}");
    }
    for tag in [
        "",
        "f",
        "français",
        "FR",
        "fr-fr",
        "fr-FR-x",
        "fr-",
        "fr-FRA",
        "fr-RS-Latn",
    ] {
        assert!(!is_language(tag), "{tag}");
    }
}
