//! What the issuer refuses at its token, nonce and credential endpoints (OpenID4VCI 1.0 §6–§8).

use anyhow::{Context, Result};
use chrono::Duration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    keys::{SigningKey, jws},
    oid4vci::{PRE_AUTHORIZED_CODE, proof},
};
use tests::{
    foreign::{Answer, Collecting, post_form, send},
    world::{CYCLO, Engine, Offer, PANIERS, World, has_postgres},
};

/// An offer about to be collected, and the world around it.
struct Counter {
    world: World,
    offer: Offer,
    collecting: Collecting,
}

impl Counter {
    async fn open() -> Result<Self> {
        Self::open_with(false).await
    }

    async fn open_with(code: bool) -> Result<Self> {
        let world = World::start().await?;
        let offer = world.one_offer_with(code).await?;
        let collecting = Collecting::from_offer(&offer).await?;
        Ok(Self {
            world,
            offer,
            collecting,
        })
    }

    /// Nothing that was refused left a trace: the offer is as it was, and can be collected.
    async fn is_untouched(&self) -> Result<()> {
        assert_eq!(self.world.offers(PANIERS).await?, std::slice::from_ref(&self.offer));
        let held = self.collecting.collect(self.world.clock.now()).await?;
        assert_eq!(held.claims()?["activity"]["minutes"], json!(7800));
        Ok(())
    }

    async fn ask_with_proof(&self, make: impl FnOnce(&SigningKey, &str) -> String) -> Result<Answer> {
        let token = self.collecting.token().await?;
        let nonce = self.collecting.nonce().await?;
        self.collecting
            .ask_credential(&token, &[make(&SigningKey::generate(), &nonce)])
            .await
    }

    fn proof(&self, nonce: &str) -> String {
        proof::sign(
            &SigningKey::generate(),
            self.collecting.issuer.as_str(),
            Some(nonce),
            self.world.clock.now(),
        )
    }

    /// A proof with a header and claims of our own.
    fn odd_proof(&self, key: &SigningKey, typ: &str, claims: &Value) -> String {
        let mut header = serde_json::Map::new();
        header.insert("jwk".to_owned(), key.public().to_jwk().to_value());
        let mut all = json!({ "aud": self.collecting.issuer, "iat": self.world.clock.now().timestamp() });
        for (name, value) in claims.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        jws::sign(typ, header, &all, key)
    }
}

fn wrong(code: &str) -> String {
    code.chars()
        .map(|digit| if digit == '9' { '0' } else { char::from(digit as u8 + 1) })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_four_wrong_tx_codes_are_invalid_grant_and_the_right_one_still_works() -> Result<()> {
    let counter = Counter::open_with(true).await?;
    let right = counter.collecting.tx_code.clone().expect("a code was asked for");
    for _ in 0..4 {
        counter
            .collecting
            .ask_token(Some(&wrong(&right)))
            .await?
            .assert_error("invalid_grant");
    }
    assert_eq!(counter.collecting.ask_token(Some(&right)).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_042_the_fifth_wrong_tx_code_ends_the_offer() -> Result<()> {
    let counter = Counter::open_with(true).await?;
    let right = counter.collecting.tx_code.clone().expect("a code was asked for");
    for _ in 0..5 {
        counter
            .collecting
            .ask_token(Some(&wrong(&right)))
            .await?
            .assert_error("invalid_grant");
    }
    counter
        .collecting
        .ask_token(Some(&right))
        .await?
        .assert_error("invalid_grant");
    assert_ne!(counter.world.offers(PANIERS).await?[0].state, counter.offer.state);
    assert_eq!(tests::foreign::get(counter.offer.uri()).await?.status, StatusCode::GONE);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_a_missing_tx_code_is_invalid_request_and_is_no_try() -> Result<()> {
    let counter = Counter::open_with(true).await?;
    for _ in 0..6 {
        counter
            .collecting
            .ask_token(None)
            .await?
            .assert_error("invalid_request");
    }
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_an_unexpected_tx_code_is_invalid_request() -> Result<()> {
    let counter = Counter::open().await?;
    counter
        .collecting
        .ask_token(Some("123456"))
        .await?
        .assert_error("invalid_request");
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_an_unknown_code_is_invalid_grant() -> Result<()> {
    let counter = Counter::open().await?;
    let (id, mac) = counter.collecting.code.split_once('.').expect("two parts");
    let flipped = if mac.starts_with('A') {
        mac.replacen('A', "B", 1)
    } else {
        format!("A{}", &mac[1..])
    };
    let forged = [
        "x".to_owned(),
        id.to_owned(),
        format!("{id}."),
        format!("{id}.{flipped}"),
        format!("00000000000000000000000000.{mac}"),
        format!("{id}.{mac}=="),
        format!("{id}' OR '1'='1.{mac}"),
    ];
    for code in forged {
        Collecting {
            code,
            ..counter.collecting.clone()
        }
        .ask_token(None)
        .await?
        .assert_error("invalid_grant");
    }
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_041_a_code_of_another_organisation_is_invalid_grant() -> Result<()> {
    let counter = Counter::open().await?;
    let elsewhere = Collecting {
        issuer: counter.world.addresses.organisation(CYCLO),
        ..counter.collecting.clone()
    };
    elsewhere.ask_token(None).await?.assert_error("invalid_grant");
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_an_expired_code_is_invalid_grant() -> Result<()> {
    let counter = Counter::open().await?;
    counter.world.clock.advance(Duration::days(400));
    counter.collecting.ask_token(None).await?.assert_error("invalid_grant");
    assert_eq!(tests::foreign::get(counter.offer.uri()).await?.status, StatusCode::GONE);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_a_used_code_is_invalid_grant() -> Result<()> {
    let counter = Counter::open().await?;
    counter.collecting.collect(counter.world.clock.now()).await?;
    let after = counter.world.offers(PANIERS).await?;
    counter.collecting.ask_token(None).await?.assert_error("invalid_grant");
    assert_eq!(counter.world.offers(PANIERS).await?, after);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_eight_redemptions_at_the_same_instant_give_one_credential() -> Result<()> {
    let mut engines = vec![Engine::Sqlite];
    engines.extend(has_postgres().then_some(Engine::Postgres));
    for engine in engines {
        let world = World::start_on(engine).await?;
        let collecting = Collecting::from_offer(&world.one_offer().await?).await?;
        let now = world.clock.now();
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let collecting = collecting.clone();
            tries.spawn(async move { collecting.collect(now).await.is_ok() });
        }
        let collected = tries
            .join_all()
            .await
            .into_iter()
            .filter(|collected| *collected)
            .count();
        assert_eq!(collected, 1, "on {engine:?}");
        world.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_one_token_gives_one_credential() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let first = counter.proof(&counter.collecting.nonce().await?);
    let second = counter.proof(&counter.collecting.nonce().await?);
    let (one, two) = tokio::join!(
        counter.collecting.ask_credential(&token, std::slice::from_ref(&first)),
        counter.collecting.ask_credential(&token, std::slice::from_ref(&second))
    );
    let answers = [one?, two?];
    let given = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(given, 1, "{answers:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_040_another_grant_is_unsupported_grant_type() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.endpoint("token");
    let code = counter.collecting.code.as_str();
    post_form(&token, &[("grant_type", "authorization_code"), ("code", code)])
        .await?
        .assert_error("unsupported_grant_type");
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_040_missing_and_repeated_parameters_are_invalid_request() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.endpoint("token");
    let code = counter.collecting.code.as_str();
    let wrong: [&[(&str, &str)]; 4] = [
        &[],
        &[("pre-authorized_code", code)],
        &[("grant_type", PRE_AUTHORIZED_CODE)],
        &[
            ("grant_type", PRE_AUTHORIZED_CODE),
            ("pre-authorized_code", code),
            ("pre-authorized_code", code),
        ],
    ];
    for fields in wrong {
        post_form(&token, fields).await?.assert_error("invalid_request");
    }
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_046_a_token_request_in_json_is_invalid_request() -> Result<()> {
    let counter = Counter::open().await?;
    let body = json!({ "grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": counter.collecting.code }).to_string();
    let token = counter.collecting.endpoint("token");
    send(Method::POST, &token, &[("content-type", "application/json")], body)
        .await?
        .assert_error("invalid_request");
    counter.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_21_bodies_of_ten_megabytes_are_refused_before_they_are_read() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let bearer = format!("Bearer {token}");
    let large = "a".repeat(10 * 1024 * 1024);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let json = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let endpoints = [
        ("token", form.as_slice(), "invalid_request"),
        ("credential", json.as_slice(), "invalid_credential_request"),
    ];
    for (endpoint, headers, code) in endpoints {
        // The server may close the connection while we still send: that, too, is a refusal.
        if let Ok(answer) = send(
            Method::POST,
            &counter.collecting.endpoint(endpoint),
            headers,
            large.clone(),
        )
        .await
        {
            answer.assert_error(code);
        }
    }
    let nonce = counter.collecting.nonce().await?;
    assert_eq!(
        counter
            .collecting
            .ask_credential(&token, &[counter.proof(&nonce)])
            .await?
            .status,
        StatusCode::OK
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_083_no_token_is_401_without_an_error_code() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let proof = counter.proof(&counter.collecting.nonce().await?);
    let body = json!({ "credential_configuration_id": counter.collecting.configuration, "proofs": { "jwt": [proof] } })
        .to_string();
    let mut in_query = counter.collecting.endpoint("credential");
    in_query.query_pairs_mut().append_pair("access_token", &token);
    for url in [counter.collecting.endpoint("credential"), in_query] {
        let answer = send(
            Method::POST,
            &url,
            &[("content-type", "application/json")],
            body.clone(),
        )
        .await?;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer:?}");
        assert!(!answer.header("www-authenticate").contains("error"), "{answer:?}");
    }
    assert_eq!(
        counter
            .collecting
            .ask_credential_with(&token, &serde_json::from_str(&body)?)
            .await?
            .status,
        StatusCode::OK
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_083_unknown_and_foreign_tokens_are_invalid_token() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let proof = counter.proof(&counter.collecting.nonce().await?);
    counter
        .collecting
        .ask_credential(&"A".repeat(43), std::slice::from_ref(&proof))
        .await?
        .assert_error("invalid_token");
    let elsewhere = Collecting {
        issuer: counter.world.addresses.organisation(CYCLO),
        ..counter.collecting.clone()
    };
    elsewhere
        .ask_credential(&token, std::slice::from_ref(&proof))
        .await?
        .assert_error("invalid_token");
    assert_eq!(
        counter.collecting.ask_credential(&token, &[proof]).await?.status,
        StatusCode::OK
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_045_a_token_ends_after_five_minutes() -> Result<()> {
    for (seconds, code) in [(299, None), (301, Some("invalid_token"))] {
        let counter = Counter::open().await?;
        let token = counter.collecting.token().await?;
        counter.world.clock.advance(Duration::seconds(seconds));
        let proof = counter.proof(&counter.collecting.nonce().await?);
        let answer = counter.collecting.ask_credential(&token, &[proof]).await?;
        match code {
            Some(code) => answer.assert_error(code),
            None => assert_eq!(answer.status, StatusCode::OK, "{answer:?}"),
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_28_malformed_json_is_invalid_credential_request() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let bearer = format!("Bearer {token}");
    let endpoint = counter.collecting.endpoint("credential");
    let bad = [
        "",
        "{",
        "[]",
        "null",
        "{\"proofs\": {\"jwt\": [}",
        "\u{feff}{}",
        &"[".repeat(50_000),
    ];
    for body in bad {
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        send(Method::POST, &endpoint, &headers, body)
            .await?
            .assert_error("invalid_credential_request");
    }
    let nonce = counter.collecting.nonce().await?;
    let body = json!({ "credential_configuration_id": counter.collecting.configuration, "proofs": { "jwt": [counter.proof(&nonce)] } });
    let headers = [("content-type", "text/plain"), ("authorization", bearer.as_str())];
    send(Method::POST, &endpoint, &headers, body.to_string())
        .await?
        .assert_error("invalid_credential_request");
    assert_eq!(
        counter.collecting.ask_credential_with(&token, &body).await?.status,
        StatusCode::OK
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_071_the_credential_must_be_named_once_and_be_offered() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let proof = counter.proof(&counter.collecting.nonce().await?);
    let proofs = json!({ "jwt": [proof] });
    let configuration = &counter.collecting.configuration;
    let wrong = [
        (json!({ "proofs": proofs }), "invalid_credential_request"),
        (
            json!({ "proofs": proofs, "credential_configuration_id": configuration, "credential_identifier": "x" }),
            "invalid_credential_request",
        ),
        (
            json!({ "proofs": proofs, "credential_configuration_id": 7 }),
            "invalid_credential_request",
        ),
        (
            json!({ "proofs": proofs, "credential_configuration_id": "diploma" }),
            "unknown_credential_configuration",
        ),
        (
            json!({ "proofs": proofs, "credential_identifier": "x" }),
            "unknown_credential_identifier",
        ),
    ];
    for (body, code) in wrong {
        counter
            .collecting
            .ask_credential_with(&token, &body)
            .await?
            .assert_error(code);
    }
    let right = json!({ "proofs": proofs, "credential_configuration_id": configuration, "unknown": [1, 2] });
    assert_eq!(
        counter.collecting.ask_credential_with(&token, &right).await?.status,
        StatusCode::OK
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_072_proofs_must_be_there_of_one_type_that_we_take() -> Result<()> {
    let counter = Counter::open().await?;
    let token = counter.collecting.token().await?;
    let proof = counter.proof(&counter.collecting.nonce().await?);
    let id = &counter.collecting.configuration;
    let wrong = [
        (json!({ "credential_configuration_id": id }), "invalid_proof"),
        (
            json!({ "credential_configuration_id": id, "proofs": {} }),
            "invalid_proof",
        ),
        (
            json!({ "credential_configuration_id": id, "proofs": { "jwt": [] } }),
            "invalid_proof",
        ),
        (
            json!({ "credential_configuration_id": id, "proofs": { "di_vp": [{}] } }),
            "invalid_proof",
        ),
        (
            json!({ "credential_configuration_id": id, "proof": { "proof_type": "jwt", "jwt": proof } }),
            "invalid_proof",
        ),
        (
            json!({ "credential_configuration_id": id, "proofs": { "jwt": ["not a jwt"] } }),
            "invalid_proof",
        ),
    ];
    for (body, code) in wrong {
        counter
            .collecting
            .ask_credential_with(&token, &body)
            .await?
            .assert_error(code);
    }
    assert_eq!(
        counter.collecting.ask_credential(&token, &[proof]).await?.status,
        StatusCode::OK
    );
    Ok(())
}

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

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_020_an_offer_by_value_is_collected_once() -> Result<()> {
    let world = World::start().await?;
    let by_value = world.one_offer().await?.by_value.context("the offer is open")?;
    assert!(
        by_value.starts_with("openid-credential-offer://?credential_offer=%7B"),
        "{by_value}"
    );
    let nadia = world.volunteer("nadia").await?;
    let offer = nadia.bring(&by_value).await?.expect(StatusCode::OK)?;
    assert!(offer.text().contains("Les Paniers du Vallon"), "{}", offer.text());
    let kept = nadia.accept(&offer, None).await?.expect(StatusCode::OK)?;
    assert!(kept.text().contains("130 h"), "{}", kept.text());

    let [collected] = <[Offer; 1]>::try_from(world.offers(PANIERS).await?).expect("one offer");
    assert_eq!((collected.state.as_str(), collected.by_value), ("issued", None));
    let stranger = world.volunteer("stranger").await?;
    let offer = stranger.bring(&by_value).await?.expect(StatusCode::OK)?;
    stranger.accept(&offer, None).await?;
    assert!(!stranger.path().await?.text().contains("130 h"));
    Ok(())
}
