use chrono::Duration;
use serde_json::{Value, json};
use shared::{
    credential::ACTIVITY_VCT,
    format::sd_jwt_vc::{ExpectedBinding, SdJwt, check_binding},
    oid4vp::response::Response,
};

use crate::testing::{Deed, NOW, Reply, TestIssuer, TestVerifier, TestWallet, Visitor};

async fn collect(visitor: &mut Visitor, issuer: &TestIssuer) {
    let offer = visitor.bring("/add", &issuer.link(), b"").await.location().to_owned();
    visitor.submit(&format!("{offer}/accept"), &[]).await.location();
}

/// A wallet whose person keeps two attestations.
async fn scene() -> (TestWallet, Visitor) {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    collect(&mut nadia, &TestIssuer::start().await).await;
    collect(&mut nadia, &TestIssuer::attesting(Deed::SUPERVISING).await).await;
    (wallet, nadia)
}

/// That person brings a link.
async fn bring(link: &str) -> Reply {
    let (_wallet, mut nadia) = scene().await;
    nadia.bring("/present", link, b"").await
}

/// That person has opened a request, and has answered nothing yet.
struct Asked {
    wallet: TestWallet,
    nadia: Visitor,
    verifier: TestVerifier,
    /// Path of the request.
    request: String,
    /// Its page, when it was opened.
    page: Reply,
    /// The attestations it proposes.
    choices: Vec<String>,
}

impl Asked {
    async fn by(verifier: TestVerifier) -> Self {
        let (wallet, mut nadia) = scene().await;
        let request = nadia
            .bring("/present", &verifier.link(), b"")
            .await
            .location()
            .to_owned();
        let page = nadia.get(&request).await;
        let choices = page.values_of("choose");
        Self {
            wallet,
            nadia,
            verifier,
            request,
            page,
            choices,
        }
    }

    async fn by_an_honest_one() -> Self {
        Self::by(TestVerifier::start().await).await
    }

    async fn share(&mut self, choices: &[String]) -> Reply {
        let form: Vec<(&str, &str)> = choices.iter().map(|choice| ("choose", choice.as_str())).collect();
        self.nadia.submit(&format!("{}/share", self.request), &form).await
    }

    async fn share_all(&mut self) -> Reply {
        self.share(&self.choices.clone()).await
    }

    /// Refuses, and gives the path of the receipt.
    async fn refuse(&mut self) -> String {
        let reply = self.nadia.submit(&format!("{}/refuse", self.request), &[]).await;
        reply.location().to_owned()
    }

    /// How many answers came.
    fn answers(&self) -> usize {
        self.verifier.behaviour().answers.len()
    }

    /// The presentations of the last answer.
    fn presented(&self) -> Vec<String> {
        match self.verifier.behaviour().answers.last().expect("an answer") {
            Response::Presented { vp_token, state } => {
                assert_eq!(state.as_deref(), Some("the-state-of-this-request"));
                vp_token.values().flatten().cloned().collect()
            }
            refused @ Response::Refused { .. } => panic!("{refused:?}"),
        }
    }
}

fn claims(presentation: &str) -> Value {
    SdJwt::parse(presentation).unwrap().reveal().unwrap().claims
}

/// VP-W-011: bound to the full client identifier and the nonce.
fn assert_bound_to(verifier: &TestVerifier, presentation: &str) {
    let nonce = verifier.behaviour().request.nonce.clone();
    let expected = ExpectedBinding {
        audience: &verifier.client_id,
        nonce: &nonce,
    };
    let sd_jwt = SdJwt::parse(presentation).unwrap();
    let checks = check_binding(&sd_jwt, expected, NOW.parse().unwrap()).unwrap();
    assert!(checks.binding.is_ok() && checks.nonce.is_ok() && checks.audience.is_ok() && checks.time.is_ok());
}

#[tokio::test]
async fn a_request_shows_who_why_and_exactly_what_is_shared() {
    let mut asked = Asked::by_an_honest_one().await;
    for text in [
        asked.verifier.host().as_str(),
        "Cap Compétences",
        "nom non vérifié",
        "Savoir si 240",
        "Dirigeant ou dirigeante",
        "Date de signature",
    ] {
        asked.page.expect(200, text);
    }
    let body = &asked.page.body;
    let (_, kept_back) = body
        .split_once("Restera dans votre musette")
        .expect("what is kept back");
    assert!(
        kept_back.contains("Prénom") && kept_back.contains("Mission"),
        "names and mission stay"
    );
    assert!(!body.contains("Benali"), "what stays is not shown by value");
    assert!(!asked.verifier.behaviour().asked.contains(&"response"));

    assert_eq!(asked.choices.len(), 2);
    let receipt = asked.share_all().await.location().to_owned();
    let page = asked.nadia.get(&receipt).await;
    page.expect(200, "Partagé");
    page.expect(200, "response_code=abc");
    page.expect(200, "Date de signature");

    let presentations = asked.presented();
    assert_eq!(presentations.len(), 2);
    let mut minutes = Vec::new();
    for presentation in &presentations {
        let claims = claims(presentation);
        let mut activity: Vec<&String> = claims["activity"].as_object().unwrap().keys().collect();
        activity.sort();
        assert_eq!(activity, ["minutes", "role"]);
        assert!(claims.get("given_name").is_none() && claims.get("age_over_16").is_none());
        minutes.push(claims["activity"]["minutes"].as_u64().unwrap());
        assert_bound_to(&asked.verifier, presentation);
    }
    minutes.sort_unstable();
    assert_eq!(minutes, [4500, 7800]);
    let keys: Vec<Value> = presentations
        .iter()
        .map(|presentation| claims(presentation)["cnf"].clone())
        .collect();
    assert_ne!(keys[0], keys[1], "each attestation has a key of its own");

    // The same request again leads to the receipt.
    assert_eq!(asked.nadia.get(&asked.request).await.location(), receipt);
    asked.nadia.get("/presentations").await.expect(200, "Cap Compétences");
}

#[tokio::test]
async fn an_answer_that_is_taken_without_a_word_is_shared() {
    for says in [
        ("application/json", ""),
        ("application/json", "[]"),
        ("text/plain", ""),
        ("text/html", "<p>ok"),
    ] {
        let mut asked = Asked::by(TestVerifier::that(|behaviour| behaviour.says = Some(says)).await).await;
        let receipt = asked.share_all().await.location().to_owned();
        let page = asked.nadia.get(&receipt).await;
        assert!(!page.body.contains("sans confirmation"), "{says:?}: {}", page.body);
        assert_eq!(asked.answers(), 1, "{says:?}");
    }
}

#[tokio::test]
async fn receipts_and_requests_rest_sealed() {
    let mut asked = Asked::by_an_honest_one().await;
    asked.share_all().await.location();
    let stored = asked.wallet.everything_stored().await;
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
    let mut asked = Asked::by_an_honest_one().await;
    asked
        .share(&[])
        .await
        .expect(422, "Il manque une attestation nécessaire");
    asked
        .share(&["activity:00000000000000000000000000".to_owned()])
        .await
        .expect(422, "ne répond pas à la demande");
    assert_eq!(asked.answers(), 0);
    let first = asked.choices[0].clone();
    asked.share(&[first]).await.location();
    assert_eq!(asked.presented().len(), 1);
}

#[tokio::test]
async fn dcql_007_one_attestation_answers_a_query_that_takes_one() {
    let verifier = TestVerifier::asking(json!({ "credentials": [{
        "id": "one", "format": "dc+sd-jwt", "meta": { "vct_values": [ACTIVITY_VCT] },
        "claims": [{ "path": ["activity", "minutes"] }],
    }] }));
    let mut asked = Asked::by(verifier.await).await;
    let choices = asked.page.values_of("choose.one");
    assert_eq!(choices.len(), 2);
    assert_eq!(asked.page.body.matches(" checked").count(), 1, "one is proposed");
    asked.share(&choices).await.expect(422, "une seule attestation");
    asked.share(&choices[1..]).await.location();
    assert_eq!(asked.presented().len(), 1);
}

#[tokio::test]
async fn vp_w_010_what_is_lacking_is_named_and_nothing_is_shared() {
    let verifier = TestVerifier::asking(json!({ "credentials": [{
        "id": "diploma", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:example:diploma"] },
        "claims": [{ "path": ["degree"] }],
    }] }));
    let mut asked = Asked::by(verifier.await).await;
    asked.page.expect(200, "Il vous manque une attestation");
    asked.page.expect(200, "urn:example:diploma");
    asked.share(&[]).await.expect(422, "");
    assert_eq!(asked.answers(), 0);
    let receipt = asked.refuse().await;
    asked.nadia.get(&receipt).await.expect(200, "Rien n’a été partagé");
    // VP-W-013: the same answer as a person who declines.
    assert_eq!(asked.answers(), 1);
    let Response::Refused { error, .. } = &asked.verifier.behaviour().answers[0] else {
        panic!("a refusal")
    };
    assert_eq!(error, "access_denied");
}

#[tokio::test]
async fn a_refusal_is_told_and_recorded() {
    let mut asked = Asked::by_an_honest_one().await;
    let receipt = asked.refuse().await;
    let page = asked.nadia.get(&receipt).await;
    page.expect(200, "Rien n’a été partagé");
    page.expect(200, "response_code=abc");
    assert!(matches!(
        asked.verifier.behaviour().answers[..],
        [Response::Refused { .. }]
    ));
    assert_eq!(
        asked.share_all().await.location(),
        receipt,
        "a refused request stays refused"
    );
}

#[tokio::test]
async fn a_lost_answer_is_sent_again_without_asking_again() {
    let mut asked = Asked::by(TestVerifier::that(|behaviour| behaviour.failures = 1).await).await;
    let first = asked.choices[0].clone();
    asked.share(&[first]).await.expect(502, "n’a pas confirmé");
    asked.nadia.get("/presentations").await.expect(200, "sans confirmation");
    asked.nadia.get(&asked.request).await.expect(200, "Envoyer de nouveau");
    // What is ticked now does not widen what was agreed to.
    let receipt = asked.share_all().await.location().to_owned();
    asked.nadia.get(&receipt).await.expect(200, "Partagé");
    assert_eq!(asked.presented().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_taken_is_said() {
    let mut asked = Asked::by(TestVerifier::that(|behaviour| behaviour.refuses = true).await).await;
    asked.share_all().await.expect(502, "n’a pas pris la réponse");
}

#[tokio::test]
async fn a_deep_link_to_present_fetches_nothing() {
    let (_wallet, mut nadia) = scene().await;
    let verifier = TestVerifier::start().await;
    let query = verifier.link().split_once('?').unwrap().1.to_owned();
    let page = nadia.get(&format!("/present?{query}")).await;
    page.expect(200, &verifier.host());
    assert!(verifier.behaviour().asked.is_empty());
    // Either door takes what belongs to the other.
    let taken = nadia.bring("/add", &page.value_of("link"), b"").await;
    assert!(taken.location().starts_with("/requests/"));
}

#[tokio::test]
async fn vp_w_006_a_request_not_signed_by_its_verifier_is_refused() {
    let verifier = TestVerifier::that(|behaviour| behaviour.forges = true).await;
    bring(&verifier.link()).await.expect(422, "non signée par celui");
}

#[tokio::test]
async fn vp_w_002_a_request_of_another_verifier_than_the_link_is_refused() {
    let mut link = TestVerifier::start().await.request_link();
    link.client_id.clone_from(&TestVerifier::start().await.client_id);
    bring(&link.to_scheme_link())
        .await
        .expect(422, "vient de quelqu’un d’autre");
}

#[tokio::test]
async fn vp_w_003_a_request_without_our_nonce_is_refused() {
    let verifier = TestVerifier::that(|behaviour| behaviour.forgets_nonce = true).await;
    let (_wallet, mut nadia) = scene().await;
    nadia
        .bring("/present", &verifier.link(), b"")
        .await
        .expect(422, "déjà servie");
    let mut link = verifier.request_link();
    link.post = false;
    let taken = nadia.bring("/present", &link.to_scheme_link(), b"").await;
    assert!(taken.location().starts_with("/requests/"));
}

#[tokio::test]
async fn vp_w_008_an_answer_that_would_go_elsewhere_is_refused() {
    let elsewhere = "https://evil.example/response".parse().unwrap();
    let verifier = TestVerifier::that(|behaviour| behaviour.request.response_uri = elsewhere).await;
    bring(&verifier.link()).await.expect(422, "La réponse irait ailleurs");
}

#[tokio::test]
async fn vp_w_005_an_unknown_kind_of_verifier_is_refused_by_name() {
    let link =
        "openid4vp://?client_id=x509_san_dns%3Averifier.example&request_uri=https%3A%2F%2Fverifier.example%2Fobject";
    bring(link).await.expect(422, "Demandeur non reconnaissable");
}

#[tokio::test]
async fn a_request_that_is_gone_or_out_of_reach_has_its_page() {
    let verifier = TestVerifier::that(|behaviour| behaviour.gone = true).await;
    let (_wallet, mut nadia) = scene().await;
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
    let mut asked = Asked::by_an_honest_one().await;
    asked.wallet.clock.advance(Duration::minutes(10));
    asked
        .nadia
        .get(&asked.request)
        .await
        .expect(410, "Cette demande a expiré");
    asked.share_all().await.expect(410, "Cette demande a expiré");
    assert_eq!(asked.answers(), 0);
    let receipt = asked.refuse().await;
    asked.nadia.get(&receipt).await.expect(200, "Rien n’a été partagé");
    assert_eq!(asked.answers(), 0, "nobody is told of a request that is over");
}
