//! What the verifier refuses (OpenID4VP 1.0 §8; RFC 9901 §7.3), and what its decision says of what it did not believe.

use anyhow::{Context, Result};
use chrono::Duration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    format::sd_jwt_vc::{KeyBinding, SdJwt},
    keys::{SigningKey, jwe, jws},
};
use tests::{
    foreign::{Answer, Collecting, Held, Presenting, get, post_form, send},
    people::{Asked, Clerk},
    world::{Engine, Offer, PANIERS, QUESTION, World, has_postgres},
};

/// The clerk has asked; somebody holds an attestation of 130 hours.
struct Desk {
    world: World,
    clerk: Clerk,
    asked: Asked,
    held: Held,
    offer: Offer,
    presenting: Presenting,
}

impl Desk {
    async fn open() -> Result<Self> {
        Self::open_on(Engine::Sqlite).await
    }

    async fn open_on(engine: Engine) -> Result<Self> {
        let world = World::start_on(engine).await?;
        let offer = world.one_offer().await?;
        let held = Collecting::from_offer(&offer).await?.collect(world.clock.now()).await?;
        let clerk = world.clerk().await?;
        let asked = clerk.ask(&QUESTION).await?;
        let presenting = Presenting::from_link(&asked.link).await?;
        Ok(Self {
            world,
            clerk,
            asked,
            held,
            offer,
            presenting,
        })
    }

    fn right(&self) -> Result<String> {
        self.presenting.right_presentation(&self.held, self.world.clock.now())
    }

    async fn present(&self, presentation: String) -> Result<Answer> {
        self.presenting.answer(&self.presenting.payload(&[presentation])).await
    }

    /// Nothing that was refused left a trace: nothing is decided, and the right answer still counts.
    async fn is_untouched(&self) -> Result<()> {
        assert!(self.clerk.decision(&self.asked).await.is_err(), "something was decided");
        let answer = self.present(self.right()?).await?;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let decision = self.clerk.decision(&self.asked).await?;
        assert_eq!(check(&decision, "signature")["outcome"], "passed", "{decision}");
        Ok(())
    }

    /// The presentation is answered, not believed, and the decision says why.
    async fn is_not_believed(&self, presentation: String, failed: &str, outcome: &str, reason: &str) -> Result<Value> {
        let answer = self.present(presentation).await?;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let decision = self.clerk.decision(&self.asked).await?;
        let found = check(&decision, failed);
        assert_eq!(
            (&found["outcome"], &found["reason"]),
            (&json!(outcome), &json!(reason)),
            "{decision}"
        );
        assert_not_granted(&decision);
        let page = self.clerk.look(&self.asked).await?;
        assert!(!page.text().contains("240"), "{}", page.text());
        Ok(decision)
    }
}

/// The first check of this name, wherever the decision keeps it.
fn check(decision: &Value, id: &str) -> Value {
    fn search<'a>(value: &'a Value, id: &str) -> Option<&'a Value> {
        match value {
            Value::Object(members)
                if members.get("id").and_then(Value::as_str) == Some(id) && members.contains_key("outcome") =>
            {
                Some(value)
            }
            Value::Object(members) => members.values().find_map(|value| search(value, id)),
            Value::Array(elements) => elements.iter().find_map(|value| search(value, id)),
            _ => None,
        }
    }
    search(decision, id).cloned().unwrap_or_default()
}

fn assert_not_granted(decision: &Value) {
    assert_ne!(decision["outcome"], "granted", "{decision}");
    assert_ne!(decision["amount"], 24_000, "{decision}");
}

fn payload_of(jwt: &str) -> Value {
    jws::Jws::parse(jwt)
        .expect("a JWS")
        .unverified_claims()
        .expect("claims")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_answer_is_checked_by_name() -> Result<()> {
    let desk = Desk::open().await?;
    let answer = desk.present(desk.right()?).await?;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert!(
        answer.header("content-type").starts_with("application/json"),
        "{answer:?}"
    );
    let decision = desk.clerk.decision(&desk.asked).await?;
    for id in [
        "structure",
        "signature",
        "type",
        "key_binding",
        "nonce",
        "audience",
        "time",
        "status",
        "trust",
    ] {
        assert_eq!(check(&decision, id)["outcome"], "passed", "{id}: {decision}");
    }
    // 130 hours at one association, and 70 missing.
    assert_not_granted(&decision);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_030_an_answer_counts_once() -> Result<()> {
    let desk = Desk::open().await?;
    let jwe = desk.presenting.encrypt(&desk.presenting.payload(&[desk.right()?]))?;
    assert_eq!(
        desk.presenting.post(&[("response", &jwe)]).await?.status,
        StatusCode::OK
    );
    let decided = desk.clerk.decision(&desk.asked).await?;
    for _ in 0..2 {
        let replayed = desk.presenting.post(&[("response", &jwe)]).await?;
        assert!(replayed.status.is_client_error(), "{replayed:?}");
    }
    assert_eq!(desk.clerk.decision(&desk.asked).await?, decided);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_030_eight_answers_at_the_same_instant_give_one_decision() -> Result<()> {
    let mut engines = vec![Engine::Sqlite];
    engines.extend(has_postgres().then_some(Engine::Postgres));
    for engine in engines {
        let desk = Desk::open_on(engine).await?;
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let jwe = desk.presenting.encrypt(&desk.presenting.payload(&[desk.right()?]))?;
            let presenting = desk.presenting.clone();
            tries.spawn(async move { presenting.post(&[("response", &jwe)]).await.map(|answer| answer.status) });
        }
        let answers: Vec<StatusCode> = tries.join_all().await.into_iter().collect::<Result<_>>()?;
        assert_eq!(
            answers.iter().filter(|status| **status == StatusCode::OK).count(),
            1,
            "on {engine:?}: {answers:?}"
        );
        assert!(
            answers
                .iter()
                .all(|status| *status == StatusCode::OK || status.is_client_error()),
            "{answers:?}"
        );
        desk.world.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_022_a_presentation_in_the_clear_is_invalid_request() -> Result<()> {
    let desk = Desk::open().await?;
    let payload = desk.presenting.payload(&[desk.right()?]);
    let (token, state) = (payload["vp_token"].to_string(), desk.presenting.member("state"));
    desk.presenting
        .post(&[("vp_token", &token), ("state", &state)])
        .await?
        .assert_error("invalid_request");
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_022_what_does_not_decrypt_is_invalid_request() -> Result<()> {
    let desk = Desk::open().await?;
    let payload = desk.presenting.payload(&[desk.right()?]);
    let stranger = jwe::DecryptionKey::generate().public();
    let foreign = jwe::encrypt(
        payload.to_string().as_bytes(),
        &stranger,
        jwe::ContentEncryption::A128GCM,
    )?;
    let mut altered = desk.presenting.encrypt(&payload)?;
    let last = altered.pop().expect("a character");
    altered.push(if last == 'A' { 'B' } else { 'A' });
    for response in [foreign.as_str(), "", "x", "a.b.c.d.e", "eyJhbGciOiJub25lIn0..a.b.c"] {
        desk.presenting
            .post(&[("response", response)])
            .await?
            .assert_error("invalid_request");
    }
    let jwe = desk.presenting.encrypt(&payload)?;
    desk.presenting
        .post(&[("response", &jwe), ("response", &jwe)])
        .await?
        .assert_error("invalid_request");
    desk.presenting
        .post(&[("response", &jwe), ("error", "access_denied")])
        .await?
        .assert_error("invalid_request");
    desk.presenting.post(&[]).await?.assert_error("invalid_request");
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_020_wrong_media_types_and_large_bodies_are_refused() -> Result<()> {
    let desk = Desk::open().await?;
    let jwe = desk.presenting.encrypt(&desk.presenting.payload(&[desk.right()?]))?;
    let uri = desk.presenting.member("response_uri").parse()?;
    let json = json!({ "response": jwe }).to_string();
    for headers in [&[("content-type", "application/json")] as &[(&str, &str)], &[]] {
        let answer = send(Method::POST, &uri, headers, json.clone()).await?;
        assert!(answer.status.is_client_error(), "{answer:?}");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    if let Ok(answer) = send(
        Method::POST,
        &uri,
        &form,
        format!("response={}", "a".repeat(10 * 1024 * 1024)),
    )
    .await
    {
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
    assert!(get(&uri).await?.status.is_client_error());
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_021_a_malformed_vp_token_is_invalid_request() -> Result<()> {
    let desk = Desk::open().await?;
    let (right, state) = (desk.right()?, desk.presenting.member("state"));
    let id = desk.presenting.query_ids().remove(0);
    let tokens = [
        json!(right),
        json!([right]),
        json!({ &id: right }),
        json!({ &id: [] }),
        json!({ &id: [7] }),
        json!({}),
        Value::Null,
    ];
    for token in tokens {
        let payload = json!({ "vp_token": token, "state": state });
        desk.presenting.answer(&payload).await?.assert_error("invalid_request");
    }
    desk.presenting
        .answer(&json!({ "vp_token": { "unasked": [right] }, "state": state }))
        .await?
        .assert_error("invalid_request");
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_024_an_answer_with_another_state_is_invalid_request() -> Result<()> {
    let desk = Desk::open().await?;
    let mut payload = desk.presenting.payload(&[desk.right()?]);
    payload["state"] = json!("another");
    desk.presenting.answer(&payload).await?.assert_error("invalid_request");
    payload.as_object_mut().expect("an object").remove("state");
    desk.presenting.answer(&payload).await?.assert_error("invalid_request");
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_026_any_wrong_nonce_rejects_the_answer() -> Result<()> {
    let desk = Desk::open().await?;
    let other = Presenting::from_link(&desk.clerk.ask(&QUESTION).await?.link).await?;
    for nonce in [other.member("nonce"), "made-up".to_owned(), String::new()] {
        let foreign = desk.presenting.presentation(
            &desk.held,
            &desk.presenting.link.client_id,
            &nonce,
            desk.world.clock.now(),
        )?;
        desk.present(foreign).await?.assert_error("invalid_request");
    }
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_07_an_answer_to_another_request_is_refused_there() -> Result<()> {
    let desk = Desk::open().await?;
    let other = Presenting::from_link(&desk.clerk.ask(&QUESTION).await?.link).await?;
    let jwe = desk.presenting.encrypt(&desk.presenting.payload(&[desk.right()?]))?;
    other.post(&[("response", &jwe)]).await?.assert_error("invalid_request");
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_08_a_presentation_for_another_verifier_is_not_believed() -> Result<()> {
    let client_id = Desk::open().await?.presenting.link.client_id;
    let without_prefix = client_id.replacen("decentralized_identifier:", "", 1);
    for audience in ["decentralized_identifier:did:web:another.example", &without_prefix] {
        let desk = Desk::open().await?;
        let nonce = desk.presenting.member("nonce");
        let foreign = desk
            .presenting
            .presentation(&desk.held, audience, &nonce, desk.world.clock.now())?;
        desk.is_not_believed(foreign, "audience", "failed", "other_verifier")
            .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_11_a_credential_without_key_binding_is_not_believed() -> Result<()> {
    let desk = Desk::open().await?;
    let right = desk.right()?;
    let stripped = right[..=right.rfind('~').context("no binding")?].to_owned();
    desk.is_not_believed(stripped, "key_binding", "failed", "not_bound")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_12_a_disclosure_added_or_removed_after_signing_is_not_believed() -> Result<()> {
    let desk = Desk::open().await?;
    let right = desk.right()?;
    let mut parts: Vec<&str> = right.split('~').collect();
    let extra = desk
        .held
        .credential
        .split('~')
        .skip(1)
        .find(|part| !part.is_empty() && !parts.contains(part))
        .context("all is shown")?;
    parts.insert(parts.len() - 1, extra);
    desk.is_not_believed(parts.join("~"), "key_binding", "failed", "not_bound")
        .await?;

    let desk = Desk::open().await?;
    let right = desk.right()?;
    let mut parts: Vec<&str> = right.split('~').collect();
    parts.swap(1, 2);
    desk.is_not_believed(parts.join("~"), "key_binding", "failed", "not_bound")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_11_a_presentation_bound_by_a_stranger_is_not_believed() -> Result<()> {
    let desk = Desk::open().await?;
    let stranger = Held {
        credential: desk.held.credential.clone(),
        key: SigningKey::generate(),
    };
    let stolen = desk.presenting.right_presentation(&stranger, desk.world.clock.now())?;
    desk.is_not_believed(stolen, "key_binding", "failed", "not_bound")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_18_a_key_binding_that_was_not_made_just_now_is_not_believed() -> Result<()> {
    for offset in [-301, 61] {
        let desk = Desk::open().await?;
        let then = desk.world.clock.now() + Duration::seconds(offset);
        let stale = desk.presenting.right_presentation(&desk.held, then)?;
        desk.is_not_believed(stale, "time", "failed", "stale_binding").await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_02_an_altered_or_forged_credential_is_not_believed() -> Result<()> {
    // Altered: the signature of the issuer's JWT loses its sense.
    let desk = Desk::open().await?;
    let (jwt, rest) = desk.held.credential.split_once('~').context("no disclosures")?;
    let (head, signature) = jwt.rsplit_once('.').context("three parts")?;
    let flipped = if signature.starts_with('A') {
        signature.replacen('A', "B", 1)
    } else {
        format!("A{}", &signature[1..])
    };
    let altered = Held {
        credential: format!("{head}.{flipped}~{rest}"),
        key: desk.held.key,
    };
    let desk = Desk {
        held: altered,
        ..Desk::open().await?
    };
    let presented = desk.right()?;
    desk.is_not_believed(presented, "signature", "failed", "wrong_signature")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_03_a_credential_signed_by_an_unpublished_key_is_not_believed() -> Result<()> {
    let kids = [
        (None, "wrong_signature"),
        (Some("another"), "unknown_key"),
        (Some("../../keys/other"), "unknown_key"),
        (Some("' OR 1=1 --"), "unknown_key"),
    ];
    for (kid, reason) in kids {
        let desk = Desk::open().await?;
        let parsed = SdJwt::parse(&desk.held.credential)?;
        let mut claims: Value = parsed.jws().unverified_claims()?;
        let mut header = parsed.jws().header().clone();
        header.retain(|name, _| name == "kid");
        if let Some(kid) = kid {
            header.insert("kid".to_owned(), json!(kid));
        }
        let key = SigningKey::generate();
        claims["cnf"] = json!({ "jwk": key.public().to_jwk().to_value() });
        let forged = jws::sign("dc+sd-jwt", header, &claims, &SigningKey::generate());
        let disclosures = desk.held.credential.split_once('~').context("no disclosures")?.1;
        let held = Held {
            credential: format!("{forged}~{disclosures}"),
            key,
        };
        let presented = desk.presenting.right_presentation(&held, desk.world.clock.now())?;
        desk.is_not_believed(presented, "signature", "failed", reason).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_17_a_token_of_another_type_is_no_credential() -> Result<()> {
    let desk = Desk::open().await?;
    let list = desk.held.claims()?["status"]["status_list"]["uri"]
        .as_str()
        .context("no status")?
        .to_owned();
    let token = get(&list.parse()?).await?;
    assert_eq!(token.header("content-type"), "application/statuslist+jwt");
    for odd in [
        token.body.clone(),
        format!("{}~", token.body),
        desk.presenting.jwt.clone(),
        String::new(),
        "~".to_owned(),
    ] {
        let answer = desk.present(odd).await?;
        answer.assert_error("invalid_request");
    }
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn tsl_004_a_revoked_attestation_is_said_to_be_revoked() -> Result<()> {
    let desk = Desk::open().await?;
    let revoke = [
        "attestation",
        "revoke",
        &desk.offer.attestation,
        "--organisation",
        PANIERS,
        "--reason",
        "erreur de saisie",
    ];
    issuer::cli::execute(&desk.world.issuer, &revoke).await?;
    // Lists may be kept for their `ttl`.
    desk.world.clock.advance(Duration::seconds(301));
    let asked = desk.clerk.ask(&QUESTION).await?;
    let presenting = Presenting::from_link(&asked.link).await?;
    let desk = Desk {
        asked,
        presenting,
        ..desk
    };
    let presented = desk.right()?;
    desk.is_not_believed(presented, "status", "failed", "revoked").await?;
    let page = desk.clerk.look(&desk.asked).await?;
    assert!(page.text().to_lowercase().contains("révoqué"), "{}", page.text());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tr_001_an_issuer_off_the_list_is_not_believed() -> Result<()> {
    let desk = Desk::open().await?;
    desk.world.publish_trust(|list, addresses| {
        list.issuers.remove(addresses.organisation(PANIERS).as_str());
    })?;
    let presented = desk.right()?;
    desk.is_not_believed(presented, "trust", "failed", "unknown_issuer")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tr_001_an_issuer_recognised_only_since_is_not_believed() -> Result<()> {
    let desk = Desk::open().await?;
    let tomorrow = desk.world.clock.now().date_naive().succ_opt().context("a day")?;
    desk.world.publish_trust(|list, addresses| {
        if let Some(issuer) = list.issuers.get_mut(addresses.organisation(PANIERS).as_str()) {
            issuer.trusted_from = Some(tomorrow);
        }
    })?;
    let presented = desk.right()?;
    desk.is_not_believed(presented, "trust", "failed", "issuer_not_then")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tr_001_a_list_that_does_not_hold_recognises_nobody() -> Result<()> {
    let desk = Desk::open().await?;
    std::fs::write(desk.world.path("trust.jwt"), "e30.e30.e30")?;
    let presented = desk.right()?;
    let answer = desk.present(presented).await?;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let decision = desk.clerk.decision(&desk.asked).await?;
    let trust = check(&decision, "trust");
    assert!(
        trust["outcome"] != "passed" && trust["reason"] == "no_trust_list",
        "{decision}"
    );
    assert_not_granted(&decision);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_20_a_status_list_out_of_reach_could_not_be_checked() -> Result<()> {
    let desk = Desk::open().await?;
    desk.world.cut("/status/");
    let presented = desk.right()?;
    let decision = desk
        .is_not_believed(presented, "status", "skipped", "status_unreachable")
        .await?;
    assert_eq!(check(&decision, "signature")["outcome"], "passed", "{decision}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_20_issuer_keys_out_of_reach_could_not_be_checked() -> Result<()> {
    let desk = Desk::open().await?;
    desk.world.cut("jwt-vc-issuer");
    let presented = desk.right()?;
    desk.is_not_believed(presented, "signature", "skipped", "issuer_unreachable")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_032_a_request_ends_after_five_minutes() -> Result<()> {
    let desk = Desk::open().await?;
    let payload = desk.presenting.payload(&[desk.right()?]);
    desk.world.clock.advance(Duration::minutes(5) + Duration::seconds(1));
    let object = get(&desk.presenting.link.request_uri).await?;
    assert!(object.status.is_client_error(), "{object:?}");
    let late = desk.presenting.answer(&payload).await?;
    assert!(late.status.is_client_error(), "{late:?}");
    assert!(desk.clerk.decision(&desk.asked).await.is_err(), "something was decided");
    let page = desk.clerk.look(&desk.asked).await?;
    assert!(page.form("/again").is_ok(), "no way forward: {}", page.text());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_024_unknown_requests_are_not_found() -> Result<()> {
    let desk = Desk::open().await?;
    let base = desk.world.addresses.verifier.as_str();
    for id in ["00000000000000000000000000", "x", "..%2f..%2f"] {
        for (place, status) in [("object", StatusCode::NOT_FOUND), ("response", StatusCode::BAD_REQUEST)] {
            let url = format!("{base}requests/{id}/{place}").parse()?;
            let answer = post_form(&url, &[("response", "x")]).await?;
            assert_eq!(answer.status, status, "{place}: {answer:?}");
            assert_eq!(answer.json()["error"], "invalid_request", "{place}: {answer:?}");
        }
        let landing = tests::visitor::Visitor::new("fr")
            .open(&format!("{base}q/{id}").parse()?)
            .await?;
        assert_eq!(landing.status, StatusCode::NOT_FOUND, "{}", landing.text());
        let page = desk
            .clerk
            .visitor
            .open(&format!("{base}requests/{id}").parse()?)
            .await?;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.text());
    }
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_025_the_decision_is_for_the_counter_only() -> Result<()> {
    let desk = Desk::open().await?;
    let answer = desk.present(desk.right()?).await?;
    let stranger = tests::visitor::Visitor::new("fr");
    for place in ["", "/decision", "/events"] {
        let page = stranger.open(&format!("{}{place}", desk.asked.page).parse()?).await?;
        assert!(
            page.url.path() == "/sign-in" || page.status.is_client_error(),
            "{place}: {}",
            page.text()
        );
        assert!(
            !page.html.contains("7800") && !page.html.contains("130 h"),
            "{place}: {}",
            page.text()
        );
    }
    // VP-V-023: the page the person is sent to says thanks, to the holder of the code only, and releases nothing.
    let done = answer.json()["redirect_uri"]
        .as_str()
        .context("no redirect_uri")?
        .to_owned();
    let thanks = stranger.open(&done.parse()?).await?.expect(StatusCode::OK)?;
    assert!(
        !thanks.html.contains("130 h") && !thanks.html.contains("240"),
        "{}",
        thanks.text()
    );
    let wrong = done.replace("response_code=", "response_code=x");
    assert!(stranger.open(&wrong.parse()?).await?.status.is_client_error());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_020_a_refusal_of_the_person_ends_the_request() -> Result<()> {
    let desk = Desk::open().await?;
    let state = desk.presenting.member("state");
    let answer = desk
        .presenting
        .post(&[("error", "access_denied"), ("state", &state)])
        .await?;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let late = desk.present(desk.right()?).await?;
    assert!(late.status.is_client_error(), "{late:?}");
    let page = desk.clerk.look(&desk.asked).await?;
    assert!(page.form("/again").is_ok(), "no way forward: {}", page.text());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_020_an_error_that_is_no_code_ends_the_request_and_is_shown_to_nobody() -> Result<()> {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if engine == Engine::Postgres && !has_postgres() {
            continue;
        }
        for error in ["\0", "Appelez le 01 02 03 04 05", &"a".repeat(100_000)] {
            let desk = Desk::open_on(engine).await?;
            let state = desk.presenting.member("state");
            let answer = desk.presenting.post(&[("error", error), ("state", &state)]).await?;
            assert_eq!(answer.status, StatusCode::OK, "{error:.20}: {answer:?}");
            let page = desk.clerk.look(&desk.asked).await?.expect(StatusCode::OK)?;
            assert!(!page.html.contains(error), "{error:.20}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_v_007_the_wallet_nonce_comes_back_in_the_signed_object() -> Result<()> {
    let desk = Desk::open().await?;
    let object = post_form(&desk.presenting.link.request_uri, &[("wallet_nonce", "n-0123456789")]).await?;
    assert_eq!(object.status, StatusCode::OK, "{object:?}");
    assert_eq!(payload_of(&object.body)["wallet_nonce"], "n-0123456789");
    for bad in ["", "a b", &"n".repeat(100_000)] {
        let answer = post_form(&desk.presenting.link.request_uri, &[("wallet_nonce", bad)]).await?;
        assert!(answer.status.is_client_error(), "{bad:.20}: {}", answer.status);
    }
    desk.is_untouched().await
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_30_the_same_attestation_twice_counts_once() -> Result<()> {
    let desk = Desk::open().await?;
    // The same credential twice: one set of hours.
    let right = desk.right()?;
    let payload = desk.presenting.payload(&[right.clone(), right]);
    assert_eq!(desk.presenting.answer(&payload).await?.status, StatusCode::OK);
    let decision = desk.clerk.decision(&desk.asked).await?;
    assert_not_granted(&decision);
    let counted = |part: &str| decision[part].as_array().map_or(0, Vec::len);
    assert_eq!((counted("used"), counted("rejected")), (1, 1), "{decision}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn dcql_012_nothing_that_was_not_asked_is_needed() -> Result<()> {
    let desk = Desk::open().await?;
    let asked = desk.presenting.request["dcql_query"].to_string();
    for private in ["given_name", "family_name", "birth"] {
        assert!(!asked.contains(private), "{private} is asked: {asked}");
    }
    // A presentation that shows less than is asked does not answer.
    let sd_jwt = SdJwt::parse(&desk.held.credential)?;
    let nonce = desk.presenting.member("nonce");
    let binding = KeyBinding {
        key: &desk.held.key,
        audience: &desk.presenting.link.client_id,
        nonce: &nonce,
        issued_at: desk.world.clock.now(),
    };
    let less = sd_jwt.present(&[], &binding)?;
    desk.is_not_believed(less, "query", "failed", "not_answered").await?;
    Ok(())
}
