//! Proofs of possession and their nonces (§7, §8.2.1, Appendix F).

use anyhow::Result;
use chrono::Duration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    keys::{SigningKey, jws},
    oid4vci::proof,
};
use tests::{foreign::Collecting, world::CYCLO};

use super::{Counter, base64url};

#[tokio::test(flavor = "multi_thread")]
async fn neg_01_a_proof_with_alg_none_is_invalid_proof() -> Result<()> {
    let counter = Counter::open().await?;
    let unsigned = counter.ask_with_proof(|key, nonce| {
        let signed = proof::sign(
            key,
            counter.collecting.issuer.as_str(),
            Some(nonce),
            counter.world.clock.now(),
        );
        let payload = signed.split('.').nth(1).expect("three parts").to_owned();
        let header = json!({ "alg": "none", "typ": proof::TYPE, "jwk": key.public().to_jwk().to_value() });
        format!("{}.{payload}.", base64url(header.to_string().as_bytes()))
    });
    unsigned.await?.assert_error("invalid_proof");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_02_a_proof_signed_by_another_key_than_its_own_is_invalid_proof() -> Result<()> {
    let counter = Counter::open().await?;
    let mixed = counter.ask_with_proof(|key, nonce| {
        let ours = proof::sign(
            key,
            counter.collecting.issuer.as_str(),
            Some(nonce),
            counter.world.clock.now(),
        );
        let theirs = counter.proof(nonce);
        let (head, _) = ours.rsplit_once('.').expect("three parts");
        let (_, signature) = theirs.rsplit_once('.').expect("three parts");
        format!("{head}.{signature}")
    });
    mixed.await?.assert_error("invalid_proof");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_06_a_proof_that_carries_its_private_key_is_invalid_proof() -> Result<()> {
    let counter = Counter::open().await?;
    let private = counter.ask_with_proof(|key, nonce| {
        let mut jwk = key.public().to_jwk().to_value();
        jwk["d"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE");
        let mut header = serde_json::Map::new();
        header.insert("jwk".to_owned(), jwk);
        let now = counter.world.clock.now().timestamp();
        jws::sign(
            proof::TYPE,
            header,
            &json!({ "aud": counter.collecting.issuer, "iat": now, "nonce": nonce }),
            key,
        )
    });
    private.await?.assert_error("invalid_proof");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_08_a_proof_for_another_issuer_is_invalid_proof() -> Result<()> {
    let counter = Counter::open().await?;
    let others = [
        counter.world.addresses.organisation(CYCLO),
        counter.world.addresses.issuer.clone(),
    ];
    for other in others {
        let counter = Counter::open().await?;
        let now = counter.world.clock.now();
        let foreign = counter.ask_with_proof(|key, nonce| proof::sign(key, other.as_str(), Some(nonce), now));
        foreign.await?.assert_error("invalid_proof");
    }
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_074_a_proof_of_another_type_or_another_time_is_invalid_proof() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let now = counter.world.clock.now().timestamp();
    let key = SigningKey::generate();
    let odd: [(&str, Value); 6] = [
        ("JWT", json!({})),
        ("oauth-authz-req+jwt", json!({})),
        (proof::TYPE, json!({ "iat": now - 301 })),
        (proof::TYPE, json!({ "iat": now + 61 })),
        (proof::TYPE, json!({ "iat": "now" })),
        (
            proof::TYPE,
            json!({ "aud": [counter.collecting.issuer, "https://elsewhere.example"] }),
        ),
    ];
    for (typ, mut claims) in odd {
        claims["nonce"] = json!(counter.collecting.nonce().await?);
        let proof = counter.odd_proof(&key, typ, &claims);
        counter
            .collecting
            .ask_credential(&token, &[proof])
            .await?
            .assert_error("invalid_proof");
    }
    // The edges of the window still pass.
    let claims = json!({ "nonce": counter.collecting.nonce().await?, "iat": now - 299 });
    let answer = counter
        .collecting
        .ask_credential(&token, &[counter.odd_proof(&key, proof::TYPE, &claims)])
        .await?;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_07_a_proof_without_a_nonce_is_invalid_proof_and_with_a_foreign_one_invalid_nonce() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let now = counter.world.clock.now();
    let issuer = counter.collecting.issuer.as_str();
    let without = proof::sign(&SigningKey::generate(), issuer, None, now);
    counter
        .collecting
        .ask_credential(&token, &[without])
        .await?
        .assert_error("invalid_proof");
    counter
        .collecting
        .ask_credential(&token, &[counter.proof("made-up")])
        .await?
        .assert_error("invalid_nonce");
    let elsewhere = Collecting {
        issuer: counter.world.addresses.organisation(CYCLO),
        ..counter.collecting.clone()
    };
    counter
        .collecting
        .ask_credential(&token, &[counter.proof(&elsewhere.nonce().await?)])
        .await?
        .assert_error("invalid_nonce");
    let nonce = counter.collecting.nonce().await?;
    let answer = counter
        .collecting
        .ask_credential(&token, &[counter.proof(&nonce)])
        .await?;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_061_a_nonce_is_good_once_and_for_five_minutes() -> Result<()> {
    let counter = Counter::open().await?;
    let other = counter
        .world
        .import(CYCLO, tests::fixtures::ONE_PERSON.as_bytes(), false)
        .await?;
    let other = Collecting::from_offer(&other[0]).await?;
    let nonce = counter.collecting.nonce().await?;
    let token = counter.collecting.token().await?;
    assert_eq!(
        counter
            .collecting
            .ask_credential(&token, &[counter.proof(&nonce)])
            .await?
            .status,
        StatusCode::OK
    );
    let stale = other.nonce().await?;
    counter.world.clock.advance(Duration::seconds(301));
    let token = other.token().await?;
    for nonce in [nonce, stale] {
        let proof = proof::sign(
            &SigningKey::generate(),
            other.issuer.as_str(),
            Some(&nonce),
            counter.world.clock.now(),
        );
        other
            .ask_credential(&token, &[proof])
            .await?
            .assert_error("invalid_nonce");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_010_two_proofs_at_once_are_refused_where_no_batch_is_offered() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let nonce = counter.collecting.nonce().await?;
    let answer = counter
        .collecting
        .ask_credential(&token, &[counter.proof(&nonce), counter.proof(&nonce)])
        .await?;
    answer.assert_error("invalid_credential_request");
    let one = counter.proof(&counter.collecting.nonce().await?);
    assert_eq!(
        counter.collecting.ask_credential(&token, &[one]).await?.status,
        StatusCode::OK
    );
    Ok(())
}
