//! Invitations: shown before anything is asked, refused with a page of their own.

use serde_json::{Value, json};
use shared::credential::ACTIVITY_CONFIGURATION;

use super::{Invited, bring, kept_count, scene};
use crate::testing::TestIssuer;

/// One thing to alter in a description.
type Change = fn(&mut Value);

#[tokio::test]
async fn an_invitation_is_shown_then_collected_once() {
    let mut invited = Invited::by_an_honest_one().await;
    let page = invited.page().await;
    page.expect(200, "Les Paniers du Vallon vous propose une attestation");
    page.expect(200, &invited.issuer.host());
    assert_eq!(
        invited.issuer.asked("token"),
        0,
        "nothing is redeemed before the person accepts"
    );

    let kept = invited.keep().await;
    let page = invited.nadia.get(&kept).await;
    page.expect(200, "Benali");
    page.expect(200, "Dirigeant ou dirigeante");
    page.expect(200, "130");
    invited.nadia.get("/path").await.expect(200, "130");

    // Again by the same link: it is ours already, and the issuer is not asked.
    let asked = invited.issuer.behaviour().asked.len();
    let again = bring(&mut invited.nadia, &invited.issuer).await;
    assert_eq!(again.location(), invited.offer);
    invited.page().await.expect(200, "déjà dans votre musette");
    assert_eq!(invited.accept().await.location(), kept);
    assert_eq!(invited.issuer.behaviour().asked.len(), asked);
    assert_eq!(invited.kept_count().await, 1);
}

#[tokio::test]
async fn vci_w_003_a_deep_link_fetches_nothing_before_the_person_continues() {
    let (wallet, issuer, mut nadia) = scene().await;
    let query = issuer.link().split_once('?').unwrap().1.to_owned();
    let page = nadia.get(&format!("/add?{query}")).await;
    page.expect(200, &issuer.host());
    assert!(
        !page.body.contains("Paniers"),
        "the name an issuer gives itself is not shown before it is fetched"
    );
    assert!(issuer.behaviour().asked.is_empty(), "{:?}", issuer.behaviour().asked);

    let link = page.value_of("link");
    assert!(nadia.bring("/add", &link, b"").await.location().starts_with("/offers/"));

    let mut stranger = wallet.visitor();
    let open = stranger.get(&format!("/add?{query}")).await;
    assert!(
        open.location().starts_with("/open?next=%2Fadd%3F"),
        "{}",
        open.location()
    );
}

#[tokio::test]
async fn a_picture_of_a_code_is_read() {
    let (_wallet, issuer, mut nadia) = scene().await;
    nadia
        .bring("/add", "", b"not a picture")
        .await
        .expect(422, "pas une image");
    nadia
        .bring("/add", "", b"")
        .await
        .expect(422, "Collez un lien ou choisissez une image");
    nadia
        .bring("/add", "bonjour", b"")
        .await
        .expect(422, "ni une invitation ni une demande");
    assert!(issuer.behaviour().asked.is_empty());
}

#[tokio::test]
async fn a_code_sent_apart_is_asked_and_wrong_ones_are_counted() {
    let issuer = TestIssuer::start().await;
    issuer.require_code("493536");
    let mut invited = Invited::by(issuer).await;
    invited.page().await.expect(200, "par SMS");
    invited.accept_with("49").await.expect(422, "n’a pas la forme attendue");
    assert_eq!(
        invited.issuer.asked("token"),
        0,
        "a code of the wrong shape is not sent"
    );
    invited.accept_with("111111").await.expect(422, "(1 essai)");
    invited.accept_with("222222").await.expect(422, "(2 essais)");
    let kept = invited.accept_with("493 536").await;
    assert!(kept.location().starts_with("/credentials/"));
}

#[tokio::test]
async fn vci_w_003_where_a_code_would_go_is_shown_before_it_is_typed() {
    let issuer = TestIssuer::start().await;
    issuer.require_code("493536");
    let elsewhere = issuer.host().replace("localhost", "127.0.0.1");
    issuer.tell(|behaviour| {
        behaviour.server_metadata["token_endpoint"] = json!(format!("http://{elsewhere}/o/paniers/token"));
    });
    let mut invited = Invited::by(issuer).await;
    let page = invited.page().await;
    page.expect(200, &format!("envoyé qu’à {elsewhere}"));
    page.expect(200, &invited.issuer.host());
}

#[tokio::test]
async fn a_code_is_not_called_wrong_while_nothing_tells() {
    let issuer = TestIssuer::start().await;
    issuer.require_code("493536");
    let mut invited = Invited::by(issuer).await;
    invited.issuer.tell(|behaviour| behaviour.offer_fails = true);
    invited
        .accept_with("111111")
        .await
        .expect(422, "si le code est faux ou si l’invitation est finie");
    invited.issuer.tell(|behaviour| behaviour.offer_fails = false);
    invited.accept_with("111111").await.expect(422, "(1 essai)");
    assert!(
        invited
            .accept_with("493536")
            .await
            .location()
            .starts_with("/credentials/")
    );
}

#[tokio::test]
async fn a_code_whose_answer_was_lost_is_not_said_to_be_unused() {
    let mut invited = Invited::by(TestIssuer::that(|behaviour| behaviour.loses_tokens = true).await).await;
    let page = invited.accept().await;
    page.expect(502, "Elle a peut-être été utilisée");
    assert!(!page.body.contains("n’a pas été utilisée"), "{}", page.body);
    invited.accept().await.expect(410, "n’est plus valable");
}

#[tokio::test]
async fn an_invitation_that_ended_or_was_collected_elsewhere_says_so() {
    let mut invited = Invited::by_an_honest_one().await;
    invited.issuer.tell(|behaviour| behaviour.redeemed = true);
    invited.accept().await.expect(410, "n’est plus valable");
    invited.assert_over("n’est plus valable").await;
    let again = bring(&mut invited.nadia, &invited.issuer).await;
    assert_eq!(again.location(), invited.offer, "the same code is as dead as before");
    invited.assert_over("n’est plus valable").await;

    let gone = TestIssuer::that(|behaviour| behaviour.offer = None).await;
    bring(&mut invited.nadia, &gone).await.expect(410, "n’est plus valable");

    let closed = TestIssuer::start().await;
    closed.require_code("493536");
    invited.again_by(closed).await;
    invited.issuer.tell(|behaviour| behaviour.offer = None);
    invited.accept_with("111111").await.expect(410, "n’est plus valable");
}

#[tokio::test]
async fn vci_w_004_metadata_of_another_issuer_is_refused() {
    let (_wallet, issuer, mut nadia) = scene().await;
    issuer.tell(|behaviour| behaviour.metadata["credential_issuer"] = json!("https://other.example"));
    bring(&mut nadia, &issuer)
        .await
        .expect(422, "se fait passer pour un autre");
    assert_eq!(issuer.asked("token"), 0);
}

#[tokio::test]
async fn vci_w_006_a_foreign_authorization_server_gets_no_code() {
    let (_wallet, issuer, mut nadia) = scene().await;
    issuer.tell(|behaviour| {
        let grants = behaviour.offer.as_mut().unwrap()["grants"].as_object_mut().unwrap();
        let grant = grants.values_mut().next().unwrap();
        grant["authorization_server"] = json!("https://evil.example");
    });
    bring(&mut nadia, &issuer).await.expect(422, "Invitation suspecte");
    assert_eq!(issuer.asked("token"), 0);
}

#[tokio::test]
async fn each_way_an_invitation_can_be_wrong_has_its_page() {
    let (_wallet, issuer, mut nadia) = scene().await;
    let honest = issuer.behaviour().metadata.clone();
    let cases: [(&str, &str, Change); 3] = [
        ("Format non reconnu", "format", |configuration| {
            configuration["format"] = json!("mso_mdoc");
        }),
        ("Format non reconnu", "proof", |configuration| {
            configuration["proof_types_supported"] =
                json!({ "attestation": { "proof_signing_alg_values_supported": ["ES256"] } });
        }),
        ("Attestation introuvable", "absent", |configuration| {
            *configuration = Value::Null;
        }),
    ];
    for (says, case, change) in cases {
        issuer.tell(|behaviour| {
            behaviour.metadata = honest.clone();
            let configurations = &mut behaviour.metadata["credential_configurations_supported"];
            change(&mut configurations[ACTIVITY_CONFIGURATION]);
            if configurations[ACTIVITY_CONFIGURATION].is_null() {
                configurations.as_object_mut().unwrap().remove(ACTIVITY_CONFIGURATION);
                configurations["another"] = json!({ "format": "dc+sd-jwt", "vct": "x" });
            }
        });
        let reply = bring(&mut nadia, &issuer).await;
        assert_eq!(reply.status, 422, "{case}");
        reply.expect(422, says);
    }
    issuer.tell(|behaviour| {
        behaviour.metadata = honest.clone();
        behaviour.metadata["credential_response_encryption"] = json!({ "encryption_required": true });
    });
    bring(&mut nadia, &issuer)
        .await
        .expect(422, "Chiffrement non pris en charge");
    issuer.tell(|behaviour| {
        behaviour.metadata = honest;
        behaviour.offer = Some(json!({ "credential_issuer": 7 }));
    });
    bring(&mut nadia, &issuer).await.expect(422, "Invitation illisible");
    let nobody = "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Flocalhost%3A1%2Foffers%2F1";
    nadia.bring("/add", nobody, b"").await.expect(502, "ne répond pas");
    let plain = "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fissuer.example%2Foffers%2F1";
    nadia.bring("/add", plain, b"").await.expect(422, "Adresse non sûre");
    assert_eq!(kept_count(&mut nadia).await, 0);
}

#[tokio::test]
async fn a_refused_invitation_can_be_opened_again() {
    let mut invited = Invited::by_an_honest_one().await;
    invited.answer("refuse", &[("tx_code", "")]).await.location();
    invited.page().await.expect(200, "Vous avez refusé");
    assert_eq!(
        invited.accept().await.location(),
        invited.offer,
        "a refused invitation is not collected"
    );
    let again = bring(&mut invited.nadia, &invited.issuer).await;
    assert_eq!(again.location(), invited.offer);
    invited.keep().await;
}
