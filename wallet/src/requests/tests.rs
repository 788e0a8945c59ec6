use chrono::Duration;
use serde_json::{Value, json};
use shared::{
    activity::Role,
    credential::ACTIVITY_VCT,
    format::sd_jwt_vc::{ExpectedBinding, SdJwt, check_binding},
    oid4vp::response::Response,
};

use crate::testing::{Deed, NOW, Reply, TestIssuer, TestVerifier, TestWallet, Visitor};

async fn collect(visitor: &mut Visitor, issuer: &TestIssuer) -> String {
    let offer = visitor.bring("/add", &issuer.link(), b"").await.location().to_owned();
    visitor
        .submit(&format!("{offer}/accept"), &[])
        .await
        .location()
        .to_owned()
}

/// A wallet whose person keeps two attestations.
async fn scene() -> (TestWallet, Visitor) {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    collect(&mut nadia, &TestIssuer::start().await).await;
    let deed = Deed {
        role: Role::EncadrantBenevoles,
        minutes: 4500,
        reference: "000000000000000000000000zz",
    };
    collect(&mut nadia, &TestIssuer::attesting(deed).await).await;
    (wallet, nadia)
}

async fn bring(visitor: &mut Visitor, verifier: &TestVerifier) -> String {
    visitor
        .bring("/present", &verifier.link(), b"")
        .await
        .location()
        .to_owned()
}

async fn share(visitor: &mut Visitor, request: &str, choices: &[String]) -> Reply {
    let form: Vec<(&str, &str)> = choices.iter().map(|choice| ("choose", choice.as_str())).collect();
    visitor.submit(&format!("{request}/share"), &form).await
}

fn presented(verifier: &TestVerifier) -> Vec<String> {
    match verifier.behaviour().answers.last().expect("an answer") {
        Response::Presented { vp_token, state } => {
            assert_eq!(state.as_deref(), Some("the-state-of-this-request"));
            vp_token.values().flatten().cloned().collect()
        }
        refused @ Response::Refused { .. } => panic!("{refused:?}"),
    }
}

fn claims(presentation: &str) -> Value {
    SdJwt::parse(presentation).unwrap().reveal().unwrap().claims
}

#[tokio::test]
async fn a_request_shows_who_why_and_exactly_what_is_shared() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    let request = bring(&mut nadia, &verifier).await;
    let page = nadia.get(&request).await;
    let host = format!("localhost:{}", verifier.base.port().unwrap());
    for text in [
        host.as_str(),
        "Cap Compétences",
        "nom non vérifié",
        "Savoir si 240",
        "Dirigeant ou dirigeante",
    ] {
        page.expect(200, text);
    }
    let (_, kept_back) = page
        .body
        .split_once("Restera dans votre musette")
        .expect("what is kept back");
    assert!(
        kept_back.contains("Prénom") && kept_back.contains("Mission"),
        "names and mission stay"
    );
    assert!(!page.body.contains("Benali"), "what stays is not shown by value");
    assert!(!verifier.behaviour().asked.contains(&"response"));

    let choices = page.values_of("choose");
    assert_eq!(choices.len(), 2);
    let receipt = share(&mut nadia, &request, &choices).await.location().to_owned();
    let page = nadia.get(&receipt).await;
    page.expect(200, "Partagé");
    page.expect(200, "response_code=abc");

    let presentations = presented(&verifier);
    assert_eq!(presentations.len(), 2);
    let mut minutes = Vec::new();
    for presentation in &presentations {
        let claims = claims(presentation);
        let mut activity: Vec<&String> = claims["activity"].as_object().unwrap().keys().collect();
        activity.sort();
        assert_eq!(activity, ["minutes", "role"]);
        assert!(claims.get("given_name").is_none() && claims.get("age_over_16").is_none());
        minutes.push(claims["activity"]["minutes"].as_u64().unwrap());
        // VP-W-011: bound to the full client identifier and the nonce.
        let nonce = verifier.behaviour().request.nonce.clone();
        let expected = ExpectedBinding {
            audience: &verifier.client_id,
            nonce: &nonce,
        };
        let sd_jwt = SdJwt::parse(presentation).unwrap();
        let checks = check_binding(&sd_jwt, &claims, expected, NOW.parse().unwrap()).unwrap();
        assert!(checks.binding.is_ok() && checks.nonce.is_ok() && checks.audience.is_ok() && checks.time.is_ok());
    }
    minutes.sort_unstable();
    assert_eq!(minutes, [4500, 7800]);
    let keys: Vec<Value> = presentations
        .iter()
        .map(|presentation| claims(presentation)["cnf"].clone())
        .collect();
    assert_ne!(keys[0], keys[1], "each attestation has a key of its own");

    // The same request again leads to the receipt.
    assert_eq!(nadia.get(&request).await.location(), receipt);
    nadia.get("/presentations").await.expect(200, "Cap Compétences");
}

#[tokio::test]
async fn receipts_and_requests_rest_sealed() {
    let (wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    let request = bring(&mut nadia, &verifier).await;
    let choices = nadia.get(&request).await.values_of("choose");
    share(&mut nadia, &request, &choices).await.location();
    let stored = wallet.everything_stored().await;
    for secret in [
        "Cap Comp",
        "240 ",
        "did:web",
        "localhost:",
        "response_code",
        "activity:",
    ] {
        let found = stored.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
        assert!(!found, "«{secret}» rests in the clear");
    }
}

#[tokio::test]
async fn only_what_is_ticked_is_shared() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    let request = bring(&mut nadia, &verifier).await;
    let choices = nadia.get(&request).await.values_of("choose");
    share(&mut nadia, &request, &[])
        .await
        .expect(422, "Il manque une attestation nécessaire");
    let foreign = ["activity:00000000000000000000000000".to_owned()];
    share(&mut nadia, &request, &foreign)
        .await
        .expect(422, "ne répond pas à la demande");
    assert!(verifier.behaviour().answers.is_empty());
    share(&mut nadia, &request, &choices[..1]).await.location();
    assert_eq!(presented(&verifier).len(), 1);
}

#[tokio::test]
async fn dcql_007_one_attestation_answers_a_query_that_takes_one() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::asking(json!({ "credentials": [{
        "id": "one", "format": "dc+sd-jwt", "meta": { "vct_values": [ACTIVITY_VCT] },
        "claims": [{ "path": ["activity", "minutes"] }],
    }] }))
    .await;
    let request = bring(&mut nadia, &verifier).await;
    let page = nadia.get(&request).await;
    let choices = page.values_of("choose.one");
    assert_eq!(choices.len(), 2);
    assert_eq!(page.body.matches(" checked").count(), 1, "one is proposed");
    share(&mut nadia, &request, &choices)
        .await
        .expect(422, "une seule attestation");
    share(&mut nadia, &request, &choices[1..]).await.location();
    assert_eq!(presented(&verifier).len(), 1);
}

#[tokio::test]
async fn vp_w_010_what_is_lacking_is_named_and_nothing_is_shared() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::asking(json!({ "credentials": [{
        "id": "diploma", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:example:diploma"] },
        "claims": [{ "path": ["degree"] }],
    }] }))
    .await;
    let request = bring(&mut nadia, &verifier).await;
    let page = nadia.get(&request).await;
    page.expect(200, "Il vous manque une attestation");
    page.expect(200, "urn:example:diploma");
    share(&mut nadia, &request, &[]).await.expect(422, "");
    assert!(verifier.behaviour().answers.is_empty());
    let receipt = nadia
        .submit(&format!("{request}/refuse"), &[])
        .await
        .location()
        .to_owned();
    nadia.get(&receipt).await.expect(200, "Rien n’a été partagé");
    // VP-W-013: the same answer as a person who declines.
    assert_eq!(verifier.behaviour().answers.len(), 1);
    let Response::Refused { error, .. } = &verifier.behaviour().answers[0] else {
        panic!("a refusal")
    };
    assert_eq!(error, "access_denied");
}

#[tokio::test]
async fn a_refusal_is_told_and_recorded() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    let request = bring(&mut nadia, &verifier).await;
    let choices = nadia.get(&request).await.values_of("choose");
    let receipt = nadia
        .submit(&format!("{request}/refuse"), &[])
        .await
        .location()
        .to_owned();
    let page = nadia.get(&receipt).await;
    page.expect(200, "Rien n’a été partagé");
    page.expect(200, "response_code=abc");
    assert!(matches!(verifier.behaviour().answers[..], [Response::Refused { .. }]));
    assert_eq!(
        share(&mut nadia, &request, &choices).await.location(),
        receipt,
        "a refused request stays refused"
    );
}

#[tokio::test]
async fn a_lost_answer_is_sent_again_without_asking_again() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    verifier.tell(|behaviour| behaviour.failures = 1);
    let request = bring(&mut nadia, &verifier).await;
    let choices = nadia.get(&request).await.values_of("choose");
    share(&mut nadia, &request, &choices[..1])
        .await
        .expect(502, "n’a pas confirmé");
    nadia.get("/presentations").await.expect(200, "sans confirmation");
    nadia.get(&request).await.expect(200, "Envoyer de nouveau");
    // What is ticked now does not widen what was agreed to.
    let receipt = share(&mut nadia, &request, &choices).await.location().to_owned();
    nadia.get(&receipt).await.expect(200, "Partagé");
    assert_eq!(presented(&verifier).len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_taken_is_said() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    verifier.tell(|behaviour| behaviour.refuses = true);
    let request = bring(&mut nadia, &verifier).await;
    let choices = nadia.get(&request).await.values_of("choose");
    share(&mut nadia, &request, &choices)
        .await
        .expect(502, "n’a pas pris la réponse");
}

#[tokio::test]
async fn a_deep_link_to_present_fetches_nothing() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    let query = verifier.link().split_once('?').unwrap().1.to_owned();
    let page = nadia.get(&format!("/present?{query}")).await;
    page.expect(200, &format!("localhost:{}", verifier.base.port().unwrap()));
    assert!(verifier.behaviour().asked.is_empty());
    // Either door takes what belongs to the other.
    let link = page.value_of("link");
    assert!(
        nadia
            .bring("/add", &link, b"")
            .await
            .location()
            .starts_with("/requests/")
    );
}

#[tokio::test]
async fn vp_w_006_a_request_not_signed_by_its_verifier_is_refused() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    verifier.tell(|behaviour| behaviour.forges = true);
    nadia
        .bring("/present", &verifier.link(), b"")
        .await
        .expect(422, "non signée par celui");
}

#[tokio::test]
async fn vp_w_002_a_request_of_another_verifier_than_the_link_is_refused() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    let other = TestVerifier::start().await;
    let mut link = verifier.request_link();
    link.client_id.clone_from(&other.client_id);
    nadia
        .bring("/present", &link.to_scheme_link(), b"")
        .await
        .expect(422, "vient de quelqu’un d’autre");
}

#[tokio::test]
async fn vp_w_003_a_request_without_our_nonce_is_refused() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    verifier.tell(|behaviour| behaviour.forgets_nonce = true);
    nadia
        .bring("/present", &verifier.link(), b"")
        .await
        .expect(422, "déjà servie");
    let mut link = verifier.request_link();
    link.post = false;
    assert!(
        nadia
            .bring("/present", &link.to_scheme_link(), b"")
            .await
            .location()
            .starts_with("/requests/")
    );
}

#[tokio::test]
async fn vp_w_008_an_answer_that_would_go_elsewhere_is_refused() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    verifier.tell(|behaviour| behaviour.request.response_uri = "https://evil.example/response".parse().unwrap());
    nadia
        .bring("/present", &verifier.link(), b"")
        .await
        .expect(422, "La réponse irait ailleurs");
}

#[tokio::test]
async fn vp_w_005_an_unknown_kind_of_verifier_is_refused_by_name() {
    let (_wallet, mut nadia) = scene().await;
    let link =
        "openid4vp://?client_id=x509_san_dns%3Averifier.example&request_uri=https%3A%2F%2Fverifier.example%2Fobject";
    nadia
        .bring("/present", link, b"")
        .await
        .expect(422, "Demandeur non reconnaissable");
}

#[tokio::test]
async fn a_request_that_is_gone_or_out_of_reach_has_its_page() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    verifier.tell(|behaviour| behaviour.gone = true);
    nadia
        .bring("/present", &verifier.link(), b"")
        .await
        .expect(410, "n’existe plus");
    let mut link = verifier.request_link();
    link.request_uri = "http://localhost:1/object".parse().unwrap();
    nadia
        .bring("/present", &link.to_scheme_link(), b"")
        .await
        .expect(502, "Le guichet ne répond pas");
}

#[tokio::test]
async fn an_expired_request_shares_nothing() {
    let (wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    let request = bring(&mut nadia, &verifier).await;
    let choices = nadia.get(&request).await.values_of("choose");
    wallet.clock.advance(Duration::minutes(10));
    nadia.get(&request).await.expect(410, "Cette demande a expiré");
    share(&mut nadia, &request, &choices)
        .await
        .expect(410, "Cette demande a expiré");
    assert!(verifier.behaviour().answers.is_empty());
    let receipt = nadia
        .submit(&format!("{request}/refuse"), &[])
        .await
        .location()
        .to_owned();
    nadia.get(&receipt).await.expect(200, "Rien n’a été partagé");
    assert!(
        verifier.behaviour().answers.is_empty(),
        "nobody is told of a request that is over"
    );
}
