use axum::http::HeaderMap;
use serde_json::Value;
use shared::{keys::SigningKey, keys::jws::Jws, oid4vp::RequestObject};

use super::*;
use crate::{
    Policy,
    requests::{Claimed, State as RequestState},
    testing::{self, Held, Stage, stage},
    urls,
};

/// A request that a wallet has fetched.
struct Asked {
    stage: Stage,
    id: RequestId,
    request: RequestObject,
}

impl Asked {
    async fn on(stage: Stage) -> Self {
        Self::of(stage, Stage::claimed()).await
    }

    /// The same for another claim.
    async fn of(stage: Stage, claimed: Claimed) -> Self {
        let id = stage.ask_for(claimed).await;
        let request = stage.object(&id).await;
        Self { stage, id, request }
    }

    async fn is_waiting(&self) -> bool {
        self.stage.state(&self.id).await == RequestState::Waiting
    }

    /// An edition of the trust list.
    fn publish(&self, list: &str) {
        std::fs::write(&self.stage.files.list, list).unwrap();
    }

    /// The presentation of an attestation of 200 hours.
    fn right(&self) -> String {
        self.present(&self.stage.issuer.attest(12000, 1))
    }

    fn present(&self, held: &Held) -> String {
        held.present(&self.request, testing::now())
    }

    async fn answer(&self, presentations: Vec<String>) -> (StatusCode, Value) {
        self.stage.answer(&self.id, &self.request, presentations).await
    }

    async fn respond(&self, response: &WalletResponse) -> (StatusCode, Value) {
        self.stage.respond(&self.id, &self.request, response).await
    }

    /// The decision about a presentation, which is taken.
    async fn decide(&self, presentation: String) -> Value {
        assert_eq!(self.answer(vec![presentation]).await.0, StatusCode::OK);
        self.stage.decision(&self.id).await
    }
}

/// The outcome, and a code that the decision gives in this place.
#[track_caller]
fn assert_decided(decision: &Value, outcome: &str, place: &str, code: &str) {
    assert_eq!(decision["outcome"], outcome, "{decision:#}");
    let lines = decision[place].as_array().unwrap();
    assert!(
        lines.iter().any(|line| line["code"] == code),
        "no {code} in {place}: {decision:#}"
    );
}

fn refusal(error: &str, state: Option<&str>) -> WalletResponse {
    WalletResponse::Refused {
        error: error.to_owned(),
        state: state.map(str::to_owned),
    }
}

#[tokio::test]
async fn two_attestations_open_the_right_and_the_answer_is_a_page_to_go_to() {
    let asked = Asked::on(stage().await).await;
    let halves = [(7800, "2025-01-01", "2025-06-30"), (4500, "2025-07-01", "2025-12-31")];
    let presentations = halves.iter().zip(1..).map(|((minutes, start, end), index)| {
        asked.present(&asked.stage.issuer.attest_with(*minutes, index, |claims| {
            claims["activity"]["start_date"] = Value::from(*start);
            claims["activity"]["end_date"] = Value::from(*end);
        }))
    });
    let (status, answer) = asked.answer(presentations.collect()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");

    let decision = asked.stage.decision(&asked.id).await;
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
    let with_code = async |code: &str| {
        let path = format!("{}?response_code={code}", urls::path(urls::DONE, &asked.id));
        asked.stage.get(&path, HeaderMap::new()).await
    };
    let (status, _, thanks) = with_code(&code).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!thanks.contains("240"), "the result is for the counter");
    assert_eq!(with_code("guess").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn wages_from_the_same_association_over_the_same_days_are_for_a_person_to_look_at() {
    let asked = Asked::on(stage().await).await;
    let wages = asked.stage.issuer.attest_with(60_000, 2, |claims| {
        claims["activity"]["kind"] = Value::from("salariat");
        claims["activity"]["paid"] = Value::from(true);
    });
    let presentations = vec![asked.right(), asked.present(&wages)];
    assert_eq!(asked.answer(presentations).await.0, StatusCode::OK);
    let decision = asked.stage.decision(&asked.id).await;
    assert_decided(&decision, "review", "reasons", "PAID_BY_SAME_ISSUER");
    assert_decided(&decision, "review", "rejected", "WRONG_KIND");
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
    for wrong in [long.as_str(), "é", "a b"] {
        let (status, _, body) = stage.post(&path, HeaderMap::new(), &[("wallet_nonce", wrong)]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(body.contains("invalid_request"), "{body}");
    }
    for name in ["wallet_nonce", "other"] {
        let twice = [(name, "a"), (name, "b")];
        let (status, _, body) = stage.post(&path, HeaderMap::new(), &twice).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{name}: {body}");
    }
    // RFC 6749 §3.1: without a value, it is not there.
    let (status, _, jwt) = stage.post(&path, HeaderMap::new(), &[("wallet_nonce", "")]).await;
    assert_eq!(status, StatusCode::OK, "{jwt}");
    let claims: Value = Jws::parse(&jwt).unwrap().unverified_claims().unwrap();
    assert_eq!(claims.get("wallet_nonce"), None);
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
    assert_eq!(stage.state(&id).await, RequestState::Waiting);
}

#[tokio::test]
async fn vp_v_024_another_state_an_unknown_request_and_an_expired_one_are_refused() {
    let asked = Asked::on(stage().await).await;
    let stage = &asked.stage;
    for state in [None, Some("another")] {
        let (status, body) = asked.respond(&refusal("access_denied", state)).await;
        assert_eq!(
            (status, body["error"].as_str()),
            (StatusCode::BAD_REQUEST, Some("invalid_request"))
        );
    }
    assert!(asked.is_waiting().await);

    let unknown = RequestId::random(stage.app.entropy.as_ref());
    let right = refusal("access_denied", asked.request.state.as_deref());
    assert_eq!(
        stage.respond(&unknown, &asked.request, &right).await.0,
        StatusCode::BAD_REQUEST
    );
    let path = urls::path(urls::OBJECT, &unknown);
    assert_eq!(stage.get(&path, HeaderMap::new()).await.0, StatusCode::NOT_FOUND);

    stage.clock.advance(super::super::lifetime());
    assert_eq!(asked.respond(&right).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(stage.state(&asked.id).await, RequestState::Expired);
    let path = urls::path(urls::OBJECT, &asked.id);
    assert_eq!(stage.get(&path, HeaderMap::new()).await.0, StatusCode::GONE);
}

#[tokio::test]
async fn vp_v_026_a_presentation_for_another_nonce_changes_nothing() {
    let asked = Asked::on(stage().await).await;
    let held = asked.stage.issuer.attest(12000, 1);
    let audience = asked.request.client_id.to_string();
    let other_nonce = "another-nonce-of-another-request";
    let replayed = held.present_to(&asked.request, other_nonce, &audience, testing::now());
    let right = asked.present(&held);
    let (status, body) = asked.answer(vec![right.clone(), replayed]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    assert!(asked.is_waiting().await);
    let nonsense = asked.answer(vec!["not a credential".to_owned()]).await;
    assert_eq!(nonsense.0, StatusCode::BAD_REQUEST);
    assert!(asked.is_waiting().await);
    assert_eq!(asked.stage.issuer.asked(), 0, "nothing is fetched for it");
    assert_eq!(asked.answer(vec![right.clone(), right]).await.0, StatusCode::OK);
    assert_eq!(asked.stage.issuer.asked(), 2, "keys and statuses, once each");
}

#[tokio::test]
async fn neg_08_a_presentation_for_another_verifier_is_decided_against() {
    let asked = Asked::on(stage().await).await;
    let (held, nonce) = (asked.stage.issuer.attest(12000, 1), &asked.request.nonce);
    let bare = held.present_to(&asked.request, nonce, "did:web:elsewhere.example", testing::now());
    let decision = asked.decide(bare).await;
    assert_decided(&decision, "denied", "rejected", "other_verifier");
    assert_eq!(asked.stage.issuer.asked(), 0, "nothing is fetched for it");
}

#[tokio::test]
async fn neg_19_a_revoked_attestation_is_told_as_revoked() {
    let asked = Asked::on(stage().await).await;
    asked.stage.issuer.publish(7, 1);
    let revoked = asked.present(&asked.stage.issuer.attest(12000, 7));
    assert_decided(&asked.decide(revoked).await, "denied", "rejected", "REVOKED");
}

#[tokio::test]
async fn neg_20_a_status_out_of_reach_is_neither_good_nor_bad() {
    let asked = Asked::on(stage().await).await;
    asked.stage.issuer.fall_silent();
    let decision = asked.decide(asked.right()).await;
    assert_decided(&decision, "incomplete", "reasons", "status_unreachable");
    assert_eq!(decision["amount"], 0);
}

#[tokio::test]
async fn neg_20_what_could_not_be_checked_hides_no_reason_that_remains() {
    // Declared in July: no attestation makes up for it.
    let asked = Asked::of(
        stage().await,
        Claimed {
            declared_on: "2026-07-01".parse().ok(),
            ..Stage::claimed()
        },
    )
    .await;
    asked.stage.issuer.fall_silent();
    let decision = asked.decide(asked.right()).await;
    assert_decided(&decision, "denied", "reasons", "DECLARED_TOO_LATE");
    assert_eq!(decision["reasons"].as_array().map(Vec::len), Some(1), "{decision:#}");
    assert_decided(&decision, "denied", "rejected", "status_unreachable");
    assert_eq!(decision["used"], serde_json::json!([]), "{decision:#}");

    // A hundred hours short, checked or not.
    let asked = Asked::on(asked.stage).await;
    let decision = asked.decide(asked.present(&asked.stage.issuer.attest(6000, 1))).await;
    assert_decided(&decision, "denied", "reasons", "TOTAL_BELOW_MINIMUM");
    let headline = decision["headline"].as_str().unwrap();
    assert!(headline.contains("100"), "{headline}");

    // Without a list nobody knows which issuer it is.
    let asked = Asked::of(
        asked.stage,
        Claimed {
            declared_on: "2026-07-01".parse().ok(),
            ..Stage::claimed()
        },
    )
    .await;
    std::fs::remove_file(&asked.stage.files.list).unwrap();
    let decision = asked.decide(asked.right()).await;
    assert_decided(&decision, "denied", "reasons", "DECLARED_TOO_LATE");
    assert_eq!(decision["reasons"].as_array().map(Vec::len), Some(1), "{decision:#}");
}

#[tokio::test]
async fn neg_20_nothing_wrong_is_said_only_when_nothing_is() {
    let asked = Asked::on(stage().await).await;
    asked.stage.issuer.fall_silent();
    let (clerk, _) = asked.stage.clerk().await;
    let page = async |asked: &Asked| {
        let path = urls::path(urls::REQUEST, &asked.id);
        asked.stage.get(&path, clerk.clone()).await.2
    };
    asked.decide(asked.right()).await;
    let html = page(&asked).await;
    assert!(html.contains("Rien de faux") && html.contains("Réessayez"), "{html}");

    let asked = Asked::on(asked.stage).await;
    let mut forged = asked.stage.issuer.attest(12000, 2);
    forged.key = SigningKey::generate();
    let presentations = vec![asked.right(), asked.present(&forged)];
    assert_eq!(asked.answer(presentations).await.0, StatusCode::OK);
    assert_decided(
        &asked.stage.decision(&asked.id).await,
        "incomplete",
        "reasons",
        "status_unreachable",
    );
    let html = page(&asked).await;
    assert!(!html.contains("Rien de faux") && html.contains("Réessayez"), "{html}");
}

#[tokio::test]
async fn an_attestation_that_cannot_be_revoked_counts_and_the_decision_tells() {
    let asked = Asked::on(stage().await).await;
    let lasting = asked.stage.issuer.attest_with(12000, 1, |claims| {
        claims.as_object_mut().unwrap().remove("status");
    });
    let decision = asked.decide(asked.present(&lasting)).await;
    assert_eq!(decision["outcome"], "granted", "{decision:#}");
    assert_eq!(decision["warnings"], serde_json::json!([]), "{decision:#}");
    let checks = decision["checks"][0]["checks"].as_array().unwrap();
    let status = checks.iter().find(|check| check["id"] == "status").unwrap();
    assert_eq!(
        (&status["outcome"], &status["reason"]),
        (&"passed".into(), &"no_status".into())
    );
    assert!(status["text"].as_str().unwrap().contains("révoquer"), "{status}");
}

#[tokio::test]
async fn neg_20_a_lenient_counter_accepts_with_a_warning() {
    let database = shared::testing::ThrowAwayDatabase::sqlite();
    let db = database.open(&crate::app::SQLITE, &crate::app::POSTGRES).await;
    let asked = Asked::on(testing::stage_on(db, Policy::AcceptUncheckedStatus).await).await;
    asked.stage.issuer.fall_silent();
    let decision = asked.decide(asked.right()).await;
    assert_decided(&decision, "granted", "warnings", "status_unchecked");
}

#[tokio::test]
async fn neg_30_an_issuer_off_the_list_opens_nothing_and_without_list_nothing_is_held_against_it() {
    let asked = Asked::on(stage().await).await;
    let elsewhere = testing::trust_list(&[("https://elsewhere.example", "Ailleurs")]);
    asked.publish(&elsewhere.sign(&asked.stage.authority));
    let decision = asked.decide(asked.right()).await;
    assert_decided(&decision, "denied", "rejected", "unknown_issuer");
    assert_eq!(asked.stage.issuer.asked(), 0, "nobody answers for it");
    let signature = &decision["checks"][0]["checks"][1];
    assert_eq!(
        (&signature["id"], &signature["outcome"], &signature["reason"]),
        (&"signature".into(), &"skipped".into(), &"not_needed".into())
    );

    let asked = Asked::on(asked.stage).await;
    asked.publish(&testing::trust_list(&[]).sign(&SigningKey::generate()));
    let decision = asked.decide(asked.right()).await;
    assert_decided(&decision, "incomplete", "reasons", "no_trust_list");
}

#[tokio::test]
async fn a_presentation_that_leaves_out_what_was_asked_is_set_aside() {
    let asked = Asked::on(stage().await).await;
    let without_minutes = asked.stage.issuer.attest_with(12000, 1, |claims| {
        claims["activity"].as_object_mut().unwrap().remove("minutes");
    });
    let decision = asked.decide(asked.present(&without_minutes)).await;
    assert_decided(&decision, "denied", "rejected", "not_answered");
}

#[tokio::test]
async fn a_refusal_of_the_wallet_ends_the_request() {
    let mut stage = stage().await;
    for (error, kept) in [("access_denied", "access_denied"), ("<script>", "unknown")] {
        let asked = Asked::on(stage).await;
        let refusal = refusal(error, asked.request.state.as_deref());
        assert_eq!(asked.respond(&refusal).await, (StatusCode::OK, serde_json::json!({})));
        assert!(matches!(asked.stage.state(&asked.id).await, RequestState::Refused { error, .. } if error == kept));
        assert_eq!(asked.respond(&refusal).await.0, StatusCode::BAD_REQUEST, "VP-V-030");
        stage = asked.stage;
    }
}

#[tokio::test]
async fn vp_v_030_simultaneous_answers_are_decided_once() {
    shared::on_every_database!(crate::app::SQLITE, crate::app::POSTGRES, |db| {
        let asked = Asked::on(testing::stage_on(db, Policy::Strict).await).await;
        let presentation = asked.right();
        let answers = (0..8).map(|_| asked.answer(vec![presentation.clone()]));
        let answers = futures_util::future::join_all(answers).await;
        let accepted = answers.iter().filter(|(status, _)| *status == StatusCode::OK).count();
        assert_eq!(accepted, 1, "{answers:?}");
        assert!(
            answers
                .iter()
                .all(|(status, _)| [StatusCode::OK, StatusCode::BAD_REQUEST].contains(status)),
            "{answers:?}"
        );
        assert_eq!(asked.stage.decision(&asked.id).await["outcome"], "granted");
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
