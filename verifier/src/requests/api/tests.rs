use axum::http::HeaderMap;
use serde_json::Value;
use shared::{keys::SigningKey, keys::jws::Jws};

use super::*;
use crate::{
    Policy,
    requests::State as RequestState,
    testing::{self, Stage, stage},
    urls,
};

async fn is_waiting(stage: &Stage, id: &RequestId) -> bool {
    stage.state(id).await == RequestState::Waiting
}

#[tokio::test]
async fn two_attestations_open_the_right_and_the_answer_is_a_page_to_go_to() {
    let stage = stage().await;
    let id = stage.ask().await;
    let request = stage.object(&id).await;
    let halves = [(7800, "2025-01-01", "2025-06-30"), (4500, "2025-07-01", "2025-12-31")];
    let presentations = halves.iter().zip(1..).map(|((minutes, start, end), index)| {
        let held = stage.issuer.attest_with(*minutes, index, |claims| {
            claims["activity"]["start_date"] = Value::from(*start);
            claims["activity"]["end_date"] = Value::from(*end);
        });
        held.present(&request, testing::now())
    });
    let (status, answer) = stage.answer(&id, &request, presentations.collect()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");

    let decision = stage.decision(&id).await;
    assert_eq!(decision["outcome"], "granted", "{decision:#}");
    assert_eq!(decision["amount"], 24000);
    assert_eq!(
        decision["headline"].as_str().map(|text| text.contains("240")),
        Some(true),
        "{decision:#}"
    );
    assert_eq!(decision["used"].as_array().map(Vec::len), Some(2));
    assert_eq!(decision["checks"].as_array().map(Vec::len), Some(2));
    let text = decision.to_string();
    assert!(
        !text.contains("Benali") && !text.contains("Nadia"),
        "nobody is named: {text}"
    );

    // VP-V-023: a page of ours with a fresh code, which shows nothing to those who lack it.
    let page: url::Url = answer["redirect_uri"].as_str().unwrap().parse().unwrap();
    let code = page
        .query_pairs()
        .find(|(name, _)| name == "response_code")
        .unwrap()
        .1
        .into_owned();
    assert!(code.len() >= 22, "{code}");
    let path = urls::path(urls::DONE, &id);
    let (status, _, thanks) = stage
        .get(&format!("{path}?response_code={code}"), HeaderMap::new())
        .await;
    assert_eq!(status, StatusCode::OK);
    assert!(!thanks.contains("240"), "the result is for the counter");
    assert_eq!(
        stage
            .get(&format!("{path}?response_code=guess"), HeaderMap::new())
            .await
            .0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn vp_v_004_the_object_is_signed_by_our_did_and_may_be_fetched_twice() {
    let stage = stage().await;
    let id = stage.ask().await;
    let first = stage.object(&id).await;
    let second = stage.object(&id).await;
    assert_eq!(first.nonce, second.nonce);
    assert!(first.nonce.len() >= 22 && first.state.as_ref().is_some_and(|state| state.len() >= 22));
    assert_eq!(first.response_uri, stage.app.urls.response(&id));
    assert_eq!(first.encryption_key.alg(), Some("ECDH-ES"));
    let other = stage.object(&stage.ask().await).await;
    assert_ne!(first.nonce, other.nonce, "VP-V-002");
    assert_ne!(first.encryption_key, other.encryption_key);
}

#[tokio::test]
async fn vp_v_007_the_wallet_nonce_is_copied_within_limits() {
    let stage = stage().await;
    let id = stage.ask().await;
    let path = urls::path(urls::OBJECT, &id);
    let form = [
        ("wallet_nonce", "n-0S6"),
        ("wallet_metadata", "{}"),
        ("other", "ignored"),
    ];
    let (status, _, jwt) = stage.post(&path, HeaderMap::new(), &form).await;
    assert_eq!(status, StatusCode::OK, "{jwt}");
    stage.read_object(&jwt, Some("n-0S6"));
    let claims: Value = Jws::parse(&jwt).unwrap().unverified_claims().unwrap();
    assert_eq!(claims["wallet_nonce"], "n-0S6");
    assert_eq!(claims["response_type"], "vp_token");

    let long = "n".repeat(super::super::MAX_WALLET_NONCE + 1);
    for wrong in [long.as_str(), "", "é", "a b"] {
        let (status, _, body) = stage.post(&path, HeaderMap::new(), &[("wallet_nonce", wrong)]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(body.contains("invalid_request"), "{body}");
    }
    let twice = stage
        .post(&path, HeaderMap::new(), &[("wallet_nonce", "a"), ("wallet_nonce", "b")])
        .await;
    assert_eq!(twice.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn vp_v_020_only_a_form_of_a_reasonable_size_is_read() {
    let stage = stage().await;
    let id = stage.ask().await;
    let url = stage.url(&urls::path(urls::RESPONSE, &id));
    let post = || testing::browser().post(url.clone());
    let (status, _, body) = testing::answer(post().json(&serde_json::json!({"response": "x"}))).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(body.contains("invalid_request"), "{body}");
    let large = "x".repeat(MAX_RESPONSE + 1);
    assert_eq!(
        testing::answer(post().form(&[("response", large)])).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    for form in [
        vec![],
        vec![("response", "not-a-jwe")],
        vec![("vp_token", "{}")],
        vec![("response", "a"), ("error", "b")],
    ] {
        assert_eq!(
            testing::answer(post().form(&form)).await.0,
            StatusCode::BAD_REQUEST,
            "{form:?}"
        );
    }
    assert!(is_waiting(&stage, &id).await);
}

#[tokio::test]
async fn vp_v_024_another_state_an_unknown_request_and_an_expired_one_are_refused() {
    let stage = stage().await;
    let id = stage.ask().await;
    let request = stage.object(&id).await;
    let refused = |state: Option<&str>| WalletResponse::Refused {
        error: "access_denied".to_owned(),
        state: state.map(str::to_owned),
    };
    for state in [None, Some("another")] {
        let (status, body) = stage.respond(&id, &request, &refused(state)).await;
        assert_eq!(
            (status, body["error"].as_str()),
            (StatusCode::BAD_REQUEST, Some("invalid_request"))
        );
    }
    assert!(is_waiting(&stage, &id).await);

    let unknown = RequestId::random(stage.app.entropy.as_ref());
    let right = refused(request.state.as_deref());
    assert_eq!(
        stage.respond(&unknown, &request, &right).await.0,
        StatusCode::BAD_REQUEST
    );
    let path = urls::path(urls::OBJECT, &unknown);
    assert_eq!(stage.get(&path, HeaderMap::new()).await.0, StatusCode::NOT_FOUND);

    stage.clock.advance(super::super::lifetime());
    assert_eq!(stage.respond(&id, &request, &right).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(stage.state(&id).await, RequestState::Expired);
    assert_eq!(
        stage.get(&urls::path(urls::OBJECT, &id), HeaderMap::new()).await.0,
        StatusCode::GONE
    );
}

#[tokio::test]
async fn vp_v_026_a_presentation_for_another_nonce_changes_nothing() {
    let stage = stage().await;
    let id = stage.ask().await;
    let request = stage.object(&id).await;
    let held = stage.issuer.attest(12000, 1);
    let audience = request.client_id.to_string();
    let replayed = held.present_to(&request, "another-nonce-of-another-request", &audience, testing::now());
    let right = held.present(&request, testing::now());
    let (status, body) = stage.answer(&id, &request, vec![right.clone(), replayed]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    assert!(is_waiting(&stage, &id).await);
    assert_eq!(
        stage.answer(&id, &request, vec!["not a credential".to_owned()]).await.0,
        StatusCode::BAD_REQUEST
    );
    assert!(is_waiting(&stage, &id).await);
    assert_eq!(stage.answer(&id, &request, vec![right]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn neg_08_a_presentation_for_another_verifier_is_decided_against() {
    let stage = stage().await;
    let id = stage.ask().await;
    let request = stage.object(&id).await;
    let bare =
        stage
            .issuer
            .attest(12000, 1)
            .present_to(&request, &request.nonce, "did:web:elsewhere.example", testing::now());
    assert_eq!(stage.answer(&id, &request, vec![bare]).await.0, StatusCode::OK);
    let decision = stage.decision(&id).await;
    assert_eq!(decision["outcome"], "denied");
    assert_eq!(decision["rejected"][0]["code"], "other_verifier", "{decision:#}");
}

#[tokio::test]
async fn neg_19_a_revoked_attestation_is_told_as_revoked() {
    let stage = stage().await;
    let id = stage.ask().await;
    let request = stage.object(&id).await;
    stage.issuer.publish(7, 1);
    let revoked = stage.issuer.attest(12000, 7).present(&request, testing::now());
    assert_eq!(stage.answer(&id, &request, vec![revoked]).await.0, StatusCode::OK);
    let decision = stage.decision(&id).await;
    assert_eq!(decision["outcome"], "denied");
    assert_eq!(decision["rejected"][0]["code"], "REVOKED", "{decision:#}");
}

#[tokio::test]
async fn neg_20_a_status_out_of_reach_is_neither_good_nor_bad() {
    let stage = stage().await;
    stage.issuer.fall_silent();
    let id = stage.ask().await;
    let request = stage.object(&id).await;
    let presentation = stage.issuer.attest(12000, 1).present(&request, testing::now());
    assert_eq!(stage.answer(&id, &request, vec![presentation]).await.0, StatusCode::OK);
    let decision = stage.decision(&id).await;
    assert_eq!(decision["outcome"], "incomplete", "{decision:#}");
    assert_eq!(decision["reasons"][0]["code"], "status_unreachable", "{decision:#}");
    assert_eq!(decision["amount"], 0);
}

#[tokio::test]
async fn neg_20_a_lenient_counter_accepts_with_a_warning() {
    let database = shared::testing::ThrowAwayDatabase::sqlite();
    let db = database.open(&crate::app::SQLITE, &crate::app::POSTGRES).await;
    let stage = testing::stage_on(db, Policy::AcceptUncheckedStatus).await;
    stage.issuer.fall_silent();
    let id = stage.ask().await;
    let request = stage.object(&id).await;
    let presentation = stage.issuer.attest(12000, 1).present(&request, testing::now());
    assert_eq!(stage.answer(&id, &request, vec![presentation]).await.0, StatusCode::OK);
    let decision = stage.decision(&id).await;
    assert_eq!(decision["outcome"], "granted", "{decision:#}");
    assert_eq!(decision["warnings"][0]["code"], "status_unchecked");
}

#[tokio::test]
async fn neg_30_an_issuer_off_the_list_opens_nothing_and_without_list_nothing_is_held_against_it() {
    let stage = stage().await;
    let id = stage.ask().await;
    let request = stage.object(&id).await;
    let presentation = stage.issuer.attest(12000, 1).present(&request, testing::now());
    std::fs::write(
        &stage.files.list,
        testing::trust_list(&[("https://elsewhere.example", "Ailleurs")]).sign(&stage.authority),
    )
    .unwrap();
    assert_eq!(stage.answer(&id, &request, vec![presentation]).await.0, StatusCode::OK);
    let decision = stage.decision(&id).await;
    assert_eq!(decision["outcome"], "denied");
    assert_eq!(decision["rejected"][0]["code"], "unknown_issuer", "{decision:#}");

    let id = stage.ask().await;
    let request = stage.object(&id).await;
    let presentation = stage.issuer.attest(12000, 1).present(&request, testing::now());
    std::fs::write(
        &stage.files.list,
        testing::trust_list(&[]).sign(&SigningKey::generate()),
    )
    .unwrap();
    assert_eq!(stage.answer(&id, &request, vec![presentation]).await.0, StatusCode::OK);
    let decision = stage.decision(&id).await;
    assert_eq!(decision["outcome"], "incomplete", "{decision:#}");
    assert_eq!(decision["reasons"][0]["code"], "no_trust_list");
}

#[tokio::test]
async fn a_presentation_that_leaves_out_what_was_asked_is_set_aside() {
    let stage = stage().await;
    let id = stage.ask().await;
    let request = stage.object(&id).await;
    let without_minutes = stage.issuer.attest_with(12000, 1, |claims| {
        claims["activity"].as_object_mut().unwrap().remove("minutes");
    });
    let presentation = without_minutes.present(&request, testing::now());
    assert_eq!(stage.answer(&id, &request, vec![presentation]).await.0, StatusCode::OK);
    let decision = stage.decision(&id).await;
    assert_eq!(decision["outcome"], "denied");
    assert_eq!(decision["rejected"][0]["code"], "not_answered", "{decision:#}");
}

#[tokio::test]
async fn a_refusal_of_the_wallet_ends_the_request() {
    let stage = stage().await;
    for (error, kept) in [("access_denied", "access_denied"), ("<script>", "unknown")] {
        let id = stage.ask().await;
        let request = stage.object(&id).await;
        let refusal = WalletResponse::Refused {
            error: error.to_owned(),
            state: request.state.clone(),
        };
        assert_eq!(
            stage.respond(&id, &request, &refusal).await,
            (StatusCode::OK, serde_json::json!({}))
        );
        assert!(matches!(stage.state(&id).await, RequestState::Refused { error, .. } if error == kept));
        assert_eq!(
            stage.respond(&id, &request, &refusal).await.0,
            StatusCode::BAD_REQUEST,
            "VP-V-030"
        );
    }
}

#[tokio::test]
async fn vp_v_030_simultaneous_answers_are_decided_once() {
    shared::on_every_database!(crate::app::SQLITE, crate::app::POSTGRES, |db| {
        let stage = testing::stage_on(db, Policy::Strict).await;
        let id = stage.ask().await;
        let request = stage.object(&id).await;
        let presentation = stage.issuer.attest(12000, 1).present(&request, testing::now());
        let answers = (0..8).map(|_| stage.answer(&id, &request, vec![presentation.clone()]));
        let answers = futures_util::future::join_all(answers).await;
        let accepted = answers.iter().filter(|(status, _)| *status == StatusCode::OK).count();
        assert_eq!(accepted, 1, "{answers:?}");
        assert!(
            answers
                .iter()
                .all(|(status, _)| [StatusCode::OK, StatusCode::BAD_REQUEST].contains(status)),
            "{answers:?}"
        );
        assert_eq!(stage.decision(&id).await["outcome"], "granted");
    });
}

#[tokio::test]
async fn vp_v_025_a_decision_is_shown_to_the_clerk_alone() {
    let stage = stage().await;
    let id = stage.ask().await;
    let path = urls::path(urls::DECISION, &id);
    assert_eq!(stage.get(&path, HeaderMap::new()).await.0, StatusCode::UNAUTHORIZED);
    let (clerk, _) = stage.clerk().await;
    assert_eq!(
        stage.get(&path, clerk).await.0,
        StatusCode::NOT_FOUND,
        "nothing is decided yet"
    );
}
