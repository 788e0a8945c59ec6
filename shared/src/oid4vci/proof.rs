//! Key proofs of type `jwt` (App. F.1, F.4).

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value, json};

use super::ErrorCode;
use crate::{
    json::numeric_date,
    keys::{Jwk, PublicKey, SigningKey, jws, jws::Jws},
};

/// `typ`.
pub const TYPE: &str = "openid4vci-proof+jwt";
/// How old a proof may be.
const MAX_AGE: Duration = Duration::seconds(300);
/// How far the clock of a wallet may be ahead of ours.
const MAX_SKEW: Duration = Duration::seconds(60);

/// Why a proof was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Structure, `typ`, `alg`, key in the header, signature (VCI-I-073, VCI-I-074).
    #[error("the key proof is malformed or not signed by its key")]
    Malformed,
    /// `aud` is not this issuer.
    #[error("the key proof was made for another issuer")]
    Audience,
    /// `iat` outside the window (300 s back, 60 s ahead).
    #[error("the key proof was not made just now")]
    Time,
    /// `nonce` is absent.
    #[error("the key proof has no nonce")]
    NonceMissing,
}

impl From<ProofError> for ErrorCode {
    fn from(_: ProofError) -> Self {
        Self::InvalidProof
    }
}

/// A checked proof, but for its nonce: the store says whether it was ours and unused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The holder's key.
    pub key: Jwk,
    /// The nonce it carries.
    pub nonce: String,
}

/// Checks a proof: everything but whether the nonce is ours. The key must be in the header itself (`jwk`): a `kid` or a
/// certificate would need to be resolved, and our metadata offers only `jwk`. `iss` is ignored: anonymous wallets omit it,
/// and it would prove nothing.
pub fn check(jwt: &str, issuer: &str, now: DateTime<Utc>) -> Result<Proof, ProofError> {
    let jws = Jws::parse(jwt).map_err(|_| ProofError::Malformed)?;
    jws.expect_type(TYPE).map_err(|_| ProofError::Malformed)?;
    if ["kid", "x5c", "trust_chain"]
        .iter()
        .any(|name| jws.header().contains_key(*name))
    {
        return Err(ProofError::Malformed);
    }
    let key = jws.jwk().and_then(Result::ok).ok_or(ProofError::Malformed)?;
    let verifying = PublicKey::from_jwk(&key).map_err(|_| ProofError::Malformed)?;
    let claims: Map<String, Value> = jws.claims(&verifying).map_err(|_| ProofError::Malformed)?;
    if claims.get("aud").and_then(Value::as_str) != Some(issuer) {
        return Err(ProofError::Audience);
    }
    let issued_at = claims
        .get("iat")
        .and_then(numeric_date)
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let age = now - issued_at.ok_or(ProofError::Malformed)?;
    if age > MAX_AGE || age < -MAX_SKEW {
        return Err(ProofError::Time);
    }
    let nonce = match claims.get("nonce") {
        None => return Err(ProofError::NonceMissing),
        Some(nonce) => nonce.as_str().ok_or(ProofError::Malformed)?,
    };
    Ok(Proof {
        key,
        nonce: nonce.to_owned(),
    })
}

/// Makes a proof (anonymous pre-authorized flow: no `iss`).
pub fn sign(key: &SigningKey, issuer: &str, nonce: Option<&str>, now: DateTime<Utc>) -> String {
    let mut claims = json!({ "aud": issuer, "iat": now.timestamp() });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    let header = Map::from_iter([("jwk".to_owned(), key.public().to_jwk().to_value())]);
    jws::sign(TYPE, header, &claims, key)
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    const ISSUER: &str = "https://asso.example/o/les-paniers";

    fn now() -> DateTime<Utc> {
        "2026-03-15T10:00:00Z".parse().unwrap()
    }

    fn claims() -> Value {
        json!({ "aud": ISSUER, "iat": now().timestamp(), "nonce": "n" })
    }

    /// A proof with its header and claims changed.
    fn signed(typ: &str, change: impl FnOnce(&mut Map<String, Value>, &mut Value, &SigningKey)) -> String {
        let key = SigningKey::generate();
        let mut header = Map::from_iter([("jwk".to_owned(), key.public().to_jwk().to_value())]);
        let mut claims = claims();
        change(&mut header, &mut claims, &key);
        jws::sign(typ, header, &claims, &key)
    }

    fn refusal(change: impl FnOnce(&mut Map<String, Value>, &mut Value, &SigningKey)) -> ProofError {
        check(&signed(TYPE, change), ISSUER, now()).expect_err("a refusal")
    }

    #[test]
    fn a_proof_names_its_key_and_nonce() {
        let key = SigningKey::generate();
        let proof = check(&sign(&key, ISSUER, Some("n"), now()), ISSUER, now()).unwrap();
        assert_eq!(proof.key.thumbprint(), key.public().thumbprint());
        assert_eq!(proof.nonce, "n");
    }

    #[test]
    fn vci_i_073_a_proof_without_nonce_is_refused() {
        let key = SigningKey::generate();
        assert_eq!(
            check(&sign(&key, ISSUER, None, now()), ISSUER, now()),
            Err(ProofError::NonceMissing)
        );
    }

    #[test]
    fn vci_i_073_a_proof_signed_by_another_key_is_refused() {
        let other = SigningKey::generate();
        let swap = |header: &mut Map<String, Value>, _: &mut Value, _: &SigningKey| {
            header.insert("jwk".into(), other.public().to_jwk().to_value());
        };
        assert_eq!(refusal(swap), ProofError::Malformed);
    }

    #[test]
    fn vci_i_074_typ_and_exactly_one_key_in_the_header() {
        assert_eq!(
            check(&signed("JWT", |_, _, _| ()), ISSUER, now()),
            Err(ProofError::Malformed)
        );
        let with_kid = |header: &mut Map<String, Value>, _: &mut Value, _: &SigningKey| {
            header.insert("kid".into(), json!("did:jwk:x#0"));
        };
        assert_eq!(refusal(with_kid), ProofError::Malformed);
        let without_key = |header: &mut Map<String, Value>, _: &mut Value, _: &SigningKey| {
            header.remove("jwk");
        };
        assert_eq!(refusal(without_key), ProofError::Malformed);
    }

    #[test]
    fn neg_06_a_proof_that_shows_its_private_key_is_refused() {
        let show = |header: &mut Map<String, Value>, _: &mut Value, _: &SigningKey| {
            header["jwk"]["d"] = json!("AAAA");
        };
        assert_eq!(refusal(show), ProofError::Malformed);
    }

    #[test]
    fn neg_08_a_proof_for_another_audience_is_refused() {
        for audience in [json!("https://asso.example"), json!([ISSUER]), json!(null)] {
            assert_eq!(
                refusal(|_, claims, _| claims["aud"] = audience.clone()),
                ProofError::Audience,
                "{audience}"
            );
        }
    }

    #[test]
    fn neg_01_neg_02_a_proof_under_none_or_hmac_is_refused() {
        let key = SigningKey::generate().public().to_jwk().to_value();
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        for alg in ["none", "HS256"] {
            let header = encode(&json!({ "alg": alg, "typ": TYPE, "jwk": key }));
            for signature in ["", "AAAA"] {
                let proof = format!("{header}.{}.{signature}", encode(&claims()));
                assert_eq!(check(&proof, ISSUER, now()), Err(ProofError::Malformed));
            }
        }
    }

    #[test]
    fn neg_18_the_window_of_a_proof_is_exact() {
        let made_at = |offset: i64| {
            let iat = now().timestamp() + offset;
            check(&signed(TYPE, |_, claims, _| claims["iat"] = json!(iat)), ISSUER, now()).map(|_| ())
        };
        assert_eq!(made_at(-300), Ok(()));
        assert_eq!(made_at(60), Ok(()));
        assert_eq!(made_at(-301), Err(ProofError::Time));
        assert_eq!(made_at(61), Err(ProofError::Time));
        assert_eq!(made_at(i64::MAX - now().timestamp()), Err(ProofError::Malformed));
        assert_eq!(
            refusal(|_, claims, _| claims["iat"] = json!("now")),
            ProofError::Malformed
        );
    }

    #[test]
    fn a_proof_that_names_an_issuer_is_still_a_proof() {
        assert!(
            check(
                &signed(TYPE, |_, claims, _| claims["iss"] = json!("wallet")),
                ISSUER,
                now()
            )
            .is_ok()
        );
    }
}
