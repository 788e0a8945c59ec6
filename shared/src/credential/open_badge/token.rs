//! A badge in a JWT (Open Badges 3.0 §8.2, *JSON Web Token Proof Format*): `iss`, `sub`, `jti`, `nbf` and `exp` repeat what
//! the badge says. Not `vc+jwt` of the W3C, which has come later and wants another `typ` (OB-007).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{
    former::{Former, of_document},
    is_badge, is_endorsement, issuer,
};
use crate::{
    credential::vcdm,
    json,
    keys::{
        Jwk, KeyError, KeyKind, PublicKey,
        jws::{Jws, JwsError},
    },
};

/// The claims of the JWT that are not the badge's (RFC 7519 §4.1).
const REGISTERED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// The only headers there may be.
const HEADERS: [&str; 4] = ["alg", "kid", "jwk", "typ"];

/// Why a token was not believed to be a badge's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The JWS layer refused it: among others for `RS256`, which is of no kind of key we use.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// A header that this proof format does not have.
    #[error("the token has a header that badges do not have")]
    Header,
    /// `typ`, when it is there, is `JWT`.
    #[error("the token is of another type")]
    WrongType,
    /// Neither `kid` nor `jwk`.
    #[error("the token does not say which key signed it")]
    NoKey,
    /// `jwk` is no public key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A badge in `vc` and another beside it.
    #[error("the token has two badges in it")]
    TwoBadges,
    /// What is signed says neither that it is a badge nor an endorsement.
    #[error("what is signed is no open badge")]
    NotABadge,
    /// A badge of before 3.0.
    #[error(transparent)]
    Former(#[from] Former),
    /// `iss`, `sub`, `jti`, `nbf` or `exp` is missing, or is not what the badge says.
    #[error("the token's {0} is not the badge's")]
    OtherClaim(&'static str),
}

/// A badge in a JWT, parsed and **unverified**.
#[derive(Debug, Clone)]
pub struct BadgeToken {
    jws: Jws,
    key: Option<Jwk>,
    badge: Value,
}

impl BadgeToken {
    /// Parses a token whose claims agree with its badge. Checks no signature.
    pub fn parse(compact: &str) -> Result<Self, TokenError> {
        let jws = Jws::parse_for(compact.trim(), &KeyKind::ALL)?;
        let header = jws.header();
        if header.keys().any(|name| !HEADERS.contains(&name.as_str())) {
            return Err(TokenError::Header);
        }
        let is_jwt = |typ: &Value| typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT"));
        if !header.get("typ").is_none_or(is_jwt) {
            return Err(TokenError::WrongType);
        }
        let key = jws.jwk().transpose()?;
        if key.is_none() && jws.kid().is_none() {
            return Err(TokenError::NoKey);
        }
        let mut claims = jws.unverified_object()?;
        let badge = match claims.remove("vc") {
            Some(_) if claims.contains_key("@context") => return Err(TokenError::TwoBadges),
            Some(badge) => badge,
            None => {
                let is_of_badge = |name: &str| !REGISTERED.contains(&name);
                let members = claims.iter().filter(|(name, _)| is_of_badge(name));
                Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
            }
        };
        if let Some(edition) = of_document(&badge) {
            return Err(edition.into());
        }
        if !is_badge(&badge) && !is_endorsement(&badge) {
            return Err(TokenError::NotABadge);
        }
        let badge = agreed(badge, &claims)?;
        Ok(Self { jws, key, badge })
    }

    /// The badge, with `validUntil` from `exp` when it has none itself.
    pub fn badge(&self) -> &Value {
        &self.badge
    }

    /// `kid`: a URL of one of the issuer's keys.
    pub fn kid(&self) -> Option<&str> {
        self.jws.kid()
    }

    /// The key in the header. It proves nothing by itself (OB-009): it only tells one of the issuer's keys from the others.
    pub fn key(&self) -> Option<&Jwk> {
        self.key.as_ref()
    }

    /// Checks the signature, with a key that the caller found **listed by the issuer**, and which is the one of the header
    /// when there is one.
    pub fn verify(&self, key: &PublicKey) -> Result<(), TokenError> {
        let is_named = |jwk: &Jwk| jwk.thumbprint() == key.thumbprint();
        if !self.key.as_ref().is_none_or(is_named) {
            return Err(JwsError::BadSignature.into());
        }
        Ok(self.jws.verify(key)?)
    }
}

/// The badge, once the claims are found to repeat it.
fn agreed(mut badge: Value, claims: &Map<String, Value>) -> Result<Value, TokenError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let subject = badge.pointer("/credentialSubject/id").and_then(Value::as_str);
    for (name, said) in [
        ("iss", issuer(&badge)),
        ("sub", subject),
        ("jti", badge.get("id").and_then(Value::as_str)),
    ] {
        if said.is_none() || text(name) != said {
            return Err(TokenError::OtherClaim(name));
        }
    }
    let seconds = |name: &'static str| match claims.get(name) {
        None => Ok(None),
        Some(date) => json::numeric_date(date).map(Some).ok_or(TokenError::OtherClaim(name)),
    };
    let (start, expiry) = (seconds("nbf")?, seconds("exp")?);
    let members = badge.as_object_mut().ok_or(TokenError::OtherClaim("iss"))?;
    let (from, until) = if members.contains_key("issuanceDate") && !members.contains_key("validFrom") {
        ("issuanceDate", "expirationDate")
    } else {
        ("validFrom", "validUntil")
    };
    let said = |members: &Map<String, Value>, name: &'static str, claim: &'static str| {
        vcdm::instant(members, name)
            .map(|moment| moment.map(|moment| moment.timestamp()))
            .map_err(|_| TokenError::OtherClaim(claim))
    };
    if start.is_none() || said(members, from, "nbf")? != start {
        return Err(TokenError::OtherClaim("nbf"));
    }
    match (said(members, until, "exp")?, expiry) {
        (until, expiry) if until == expiry => {}
        (None, Some(expiry)) => {
            let moment = DateTime::<Utc>::from_timestamp(expiry, 0).ok_or(TokenError::OtherClaim("exp"))?;
            let written = moment.format("%Y-%m-%dT%H:%M:%SZ").to_string();
            members.insert(until.to_owned(), written.into());
        }
        _ => return Err(TokenError::OtherClaim("exp")),
    }
    Ok(badge)
}

/// Whether a text has the form of a compact JWS: three parts of base64url.
pub fn is_compact(text: &str) -> bool {
    let is_part = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let mut parts = text.split('.');
    matches!(
        (parts.next(), parts.next(), parts.next(), parts.next()),
        (Some(header), Some(payload), Some(signature), None)
            if !header.is_empty() && !signature.is_empty() && is_part(header) && is_part(payload) && is_part(signature)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::keys::{SigningKey, jws};

    fn badge() -> Value {
        json!({
            "@context": [vcdm::CONTEXT_V2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
            "id": "https://badges.example.org/1",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": { "id": "did:web:badges.example.org", "type": ["Profile"] },
            "validFrom": "2027-01-10T00:00:00.5Z",
            "credentialSubject": { "id": "did:example:nadia", "type": ["AchievementSubject"] },
        })
    }

    fn claims() -> Value {
        let mut claims = badge();
        claims["iss"] = json!("did:web:badges.example.org");
        claims["sub"] = json!("did:example:nadia");
        claims["jti"] = json!("https://badges.example.org/1");
        claims["nbf"] = json!(1_799_539_200);
        claims
    }

    fn parse(header: Value, claims: &Value, key: &SigningKey) -> Result<BadgeToken, TokenError> {
        let Value::Object(header) = header else {
            unreachable!("headers are an object")
        };
        BadgeToken::parse(&jws::sign("JWT", header, claims, key))
    }

    fn refusal(claims: &Value) -> TokenError {
        parse(
            json!({"kid": "did:web:badges.example.org#k"}),
            claims,
            &SigningKey::generate(),
        )
        .unwrap_err()
    }

    #[test]
    fn a_badge_is_read_from_its_claims_and_verified() {
        for kind in KeyKind::ALL {
            let key = SigningKey::generate_of(kind);
            let token = parse(json!({"kid": "did:web:badges.example.org#k"}), &claims(), &key).unwrap();
            assert_eq!(token.badge(), &badge());
            assert_eq!(token.kid(), Some("did:web:badges.example.org#k"));
            assert_eq!(token.verify(key.public()), Ok(()));
            let stranger = SigningKey::generate_of(kind);
            assert_eq!(
                token.verify(stranger.public()),
                Err(TokenError::Jws(JwsError::BadSignature))
            );
        }
    }

    #[test]
    fn a_badge_of_vcdm_1_1_lies_in_a_claim_of_its_own() {
        let mut old = badge();
        old["@context"][0] = json!(vcdm::CONTEXT_V1);
        old["issuanceDate"] = old["validFrom"].take();
        old.as_object_mut().unwrap().remove("validFrom");
        let mut outer = claims();
        let names = ["iss", "sub", "jti", "nbf"];
        outer
            .as_object_mut()
            .unwrap()
            .retain(|name, _| names.contains(&name.as_str()));
        outer["vc"] = old.clone();
        let key = SigningKey::generate();
        let token = parse(json!({"kid": "k"}), &outer, &key).unwrap();
        assert_eq!(token.badge(), &old);
        outer["@context"] = json!([]);
        assert_eq!(refusal(&outer), TokenError::TwoBadges);
    }

    #[test]
    fn ob_007_the_claims_repeat_the_badge() {
        for name in ["iss", "sub", "jti", "nbf"] {
            let mut other = claims();
            other[name] = if name == "nbf" {
                json!(1_799_539_201)
            } else {
                json!("did:web:other.example.org")
            };
            assert_eq!(refusal(&other), TokenError::OtherClaim(name));
            other.as_object_mut().unwrap().remove(name);
            assert_eq!(refusal(&other), TokenError::OtherClaim(name), "missing");
        }
        let mut expiring = claims();
        expiring["exp"] = json!(1_831_075_200);
        let token = parse(json!({"kid": "k"}), &expiring, &SigningKey::generate()).unwrap();
        assert_eq!(token.badge()["validUntil"], "2028-01-10T00:00:00Z");
        expiring["validUntil"] = json!("2028-01-10T00:00:00Z");
        assert!(parse(json!({"kid": "k"}), &expiring, &SigningKey::generate()).is_ok());
        expiring["validUntil"] = json!("2029-01-10T00:00:00Z");
        assert_eq!(refusal(&expiring), TokenError::OtherClaim("exp"));
        expiring.as_object_mut().unwrap().remove("exp");
        assert_eq!(
            refusal(&expiring),
            TokenError::OtherClaim("exp"),
            "required beside validUntil"
        );
    }

    #[test]
    fn ob_009_a_key_in_the_header_only_selects() {
        let (key, other) = (SigningKey::generate(), SigningKey::generate());
        let token = parse(json!({"jwk": key.public().to_jwk()}), &claims(), &key).unwrap();
        assert_eq!(token.verify(key.public()), Ok(()));
        assert!(token.verify(other.public()).is_err());
        let token = parse(json!({"jwk": other.public().to_jwk(), "kid": "k"}), &claims(), &key).unwrap();
        assert!(token.verify(key.public()).is_err(), "it is said to be another");
        let private = json!({"kty": "EC", "crv": "P-256", "x": "RxxAZ9u9guEuz0CY64ZGfuVOuK694Wkmvd239FV5oIM", "y": "88IM2WrduZ4yC43NfUV3YH5gyzatmH_vWHIRdgb9-bo", "d": "AA"});
        let refused = parse(json!({"jwk": private}), &claims(), &key);
        assert!(matches!(refused, Err(TokenError::Key(_))), "{refused:?}");
        assert_eq!(parse(json!({}), &claims(), &key).unwrap_err(), TokenError::NoKey);
    }

    #[test]
    fn other_headers_types_and_editions_are_refused() {
        let key = SigningKey::generate();
        let refused = parse(json!({"kid": "k", "cty": "vc"}), &claims(), &key);
        assert_eq!(refused.unwrap_err(), TokenError::Header);
        let Value::Object(header) = json!({"kid": "k"}) else {
            unreachable!("an object")
        };
        let typed = jws::sign("vc+jwt", header, &claims(), &key);
        assert_eq!(BadgeToken::parse(&typed).unwrap_err(), TokenError::WrongType);
        let former = json!({"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"});
        assert_eq!(refusal(&former), TokenError::Former(Former::V2));
        let mut other = claims();
        other["type"] = json!(["VerifiableCredential"]);
        assert_eq!(refusal(&other), TokenError::NotABadge);
        assert!(matches!(
            BadgeToken::parse("bonjour"),
            Err(TokenError::Jws(JwsError::Malformed))
        ));
    }

    #[test]
    fn the_form_of_a_compact_jws() {
        assert!(is_compact("e30.e30.AA") && is_compact("e30..AA"));
        for text in [
            "",
            "e30",
            "e30.e30",
            ".e30.AA",
            "e30.e30.",
            "e30.e30.AA.",
            "e3 0.e30.AA",
            "e30.e30.A=",
        ] {
            assert!(!is_compact(text), "{text}");
        }
    }
}
