//! Open Badges, and those in a JWT of their own.

use super::*;

impl Person {
    /// A badge, unsigned.
    fn badge(&self) -> Value {
        json!({
            "@context": [vcdm::CONTEXT_V2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
            "id": "https://badges.example.org/1",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": { "id": self.did, "type": ["Profile"], "name": "Ateliers" },
            "validFrom": "2027-01-10T00:00:00Z",
            "credentialSubject": {
                "id": "did:example:subject",
                "type": ["AchievementSubject"],
                "achievement": {
                    "id": "https://badges.example.org/achievements/1",
                    "type": ["Achievement"],
                    "name": "Soudure",
                    "description": "Sait souder.",
                    "criteria": { "narrative": "Une pièce réussie." },
                },
            },
        })
    }

    /// The badge in a JWT of Open Badges.
    fn token(&self, header: Value) -> String {
        let mut claims = self.badge();
        claims["iss"] = json!(self.did);
        claims["sub"] = json!("did:example:subject");
        claims["jti"] = json!("https://badges.example.org/1");
        claims["nbf"] = json!(1_799_539_200);
        let Value::Object(header) = header else {
            unreachable!("headers are an object")
        };
        crate::keys::jws::sign("JWT", header, &claims, &self.key)
    }
}

#[test]
fn ob_007_a_badge_in_a_jwt_is_checked_as_every_credential() {
    for kind in KeyKind::ALL {
        let person = Person::new(kind);
        for header in [
            json!({"kid": person.method()}),
            json!({"jwk": person.key.public().to_jwk()}),
        ] {
            let token = person.token(header);
            let read = W3cDocument::parse(token.as_bytes()).unwrap();
            assert_eq!(read.format(), "jwt_vc_json-ld");
            assert!(read.needs(Binding::Controller).dids.contains(&person.did));
            let verdict = verified(&token, &W3cExpectation::FOUND);
            assert!(verdict.accepted(Policy::Strict), "{:?}", verdict.flaws);
        }
    }
}

#[test]
fn ob_009_a_key_in_the_header_is_nobodys_until_the_issuer_lists_it() {
    let (person, stranger) = (Person::new(KeyKind::P256), Person::new(KeyKind::P256));
    let forged = Person {
        key: stranger.key,
        did: person.did.clone(),
    };
    for (header, reason) in [
        (json!({"jwk": forged.key.public().to_jwk()}), Reason::UnknownKey),
        (json!({"kid": stranger.did.as_str()}), Reason::UnknownKey),
        (json!({"kid": person.method()}), Reason::WrongSignature),
    ] {
        let verdict = verified(forged.token(header), &W3cExpectation::FOUND).verdict;
        assert_eq!(verdict.outcome(CheckId::Signature), Some(Outcome::Failed(reason)));
    }
}

#[test]
fn ob_002_what_says_it_is_a_badge_has_the_shape_of_one() {
    let person = Person::new(KeyKind::Ed25519);
    let structure = |badge: &Value| {
        let proven = person.prove(badge.as_object().unwrap().clone(), |_| ());
        verified(text(&proven), &W3cExpectation::FOUND)
            .verdict
            .outcome(CheckId::Structure)
    };
    let mut badge = person.badge();
    assert_eq!(structure(&badge), Some(Outcome::Passed));
    badge["credentialSubject"]["achievement"]
        .as_object_mut()
        .unwrap()
        .remove("criteria");
    assert_eq!(structure(&badge), Some(Outcome::Failed(Reason::Malformed)));
}
