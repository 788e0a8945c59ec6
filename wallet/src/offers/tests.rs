use chrono::Duration;
use serde_json::{Value, json};
use shared::{activity::Role, credential::ACTIVITY_CONFIGURATION};

use crate::testing::{Deed, Reply, TestIssuer, TestWallet, Visitor};

/// Brings the invitation and gives the page it leads to.
async fn bring(visitor: &mut Visitor, issuer: &TestIssuer) -> String {
    visitor.bring("/add", &issuer.link(), b"").await.location().to_owned()
}

async fn accept(visitor: &mut Visitor, offer: &str) -> Reply {
    visitor.submit(&format!("{offer}/accept"), &[]).await
}

/// One thing to alter in a description.
type Change = fn(&mut Value);
/// One way to misbehave.
type Wrong = fn(&TestIssuer);

async fn scene() -> (TestWallet, TestIssuer, Visitor) {
    let wallet = TestWallet::start().await;
    let nadia = wallet.holder("Nadia").await;
    (wallet, TestIssuer::start().await, nadia)
}

async fn kept_count(visitor: &mut Visitor) -> usize {
    visitor.get("/path").await.body.matches("href=\"/credentials/").count()
}

#[tokio::test]
async fn an_invitation_is_shown_then_collected_once() {
    let (_wallet, issuer, mut nadia) = scene().await;
    let offer = bring(&mut nadia, &issuer).await;
    let page = nadia.get(&offer).await;
    page.expect(200, "Les Paniers du Vallon vous propose une attestation");
    assert!(
        page.body
            .contains(&format!("localhost:{}", issuer.base.port().unwrap()))
    );
    assert!(
        !issuer.behaviour().asked.contains(&"token".to_owned()),
        "nothing is redeemed before the person accepts"
    );

    let kept = accept(&mut nadia, &offer).await.location().to_owned();
    assert!(kept.starts_with("/credentials/"), "{kept}");
    let page = nadia.get(&kept).await;
    page.expect(200, "Benali");
    page.expect(200, "Dirigeant ou dirigeante");
    page.expect(200, "130");
    nadia.get("/path").await.expect(200, "130");

    // Again by the same link: it is ours already, and the issuer is not asked.
    let asked = issuer.behaviour().asked.len();
    assert_eq!(bring(&mut nadia, &issuer).await, offer);
    nadia.get(&offer).await.expect(200, "déjà dans votre musette");
    assert_eq!(accept(&mut nadia, &offer).await.location(), kept);
    assert_eq!(issuer.behaviour().asked.len(), asked);
    assert_eq!(kept_count(&mut nadia).await, 1);
}

#[tokio::test]
async fn what_is_kept_rests_sealed() {
    let (wallet, issuer, mut nadia) = scene().await;
    let offer = bring(&mut nadia, &issuer).await;
    let pending = wallet.everything_stored().await;
    accept(&mut nadia, &offer).await.location();
    let kept = wallet.everything_stored().await;
    for stored in [pending, kept] {
        for secret in [
            "Benali",
            "Paniers",
            "the-code",
            "the-token",
            "eyJ",
            "dirigeant\"",
            "localhost:",
        ] {
            let found = stored.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
            assert!(!found, "«{secret}» rests in the clear");
        }
    }
}

#[tokio::test]
async fn vci_w_003_a_deep_link_fetches_nothing_before_the_person_continues() {
    let (wallet, issuer, mut nadia) = scene().await;
    let query = issuer.link().split_once('?').unwrap().1.to_owned();
    let page = nadia.get(&format!("/add?{query}")).await;
    page.expect(200, &format!("localhost:{}", issuer.base.port().unwrap()));
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
    let (_wallet, issuer, mut nadia) = scene().await;
    issuer.require_code("493536");
    let offer = bring(&mut nadia, &issuer).await;
    nadia.get(&offer).await.expect(200, "par SMS");
    let path = format!("{offer}/accept");
    let short = nadia.submit(&path, &[("tx_code", "49")]).await;
    short.expect(422, "n’a pas la forme attendue");
    assert!(
        !issuer.behaviour().asked.contains(&"token".to_owned()),
        "a code of the wrong shape is not sent"
    );
    nadia
        .submit(&path, &[("tx_code", "111111")])
        .await
        .expect(422, "(1 essai)");
    nadia
        .submit(&path, &[("tx_code", "222222")])
        .await
        .expect(422, "(2 essais)");
    let kept = nadia.submit(&path, &[("tx_code", "493 536")]).await;
    assert!(kept.location().starts_with("/credentials/"));
}

#[tokio::test]
async fn an_invitation_that_ended_or_was_collected_elsewhere_says_so() {
    let (_wallet, issuer, mut nadia) = scene().await;
    let offer = bring(&mut nadia, &issuer).await;
    issuer.tell(|behaviour| behaviour.redeemed = true);
    accept(&mut nadia, &offer).await.expect(410, "n’est plus valable");

    let gone = TestIssuer::start().await;
    gone.tell(|behaviour| behaviour.offer = None);
    nadia
        .bring("/add", &gone.link(), b"")
        .await
        .expect(410, "n’est plus valable");

    let closed = TestIssuer::start().await;
    closed.require_code("493536");
    let offer = bring(&mut nadia, &closed).await;
    closed.tell(|behaviour| behaviour.offer = None);
    let wrong = nadia.submit(&format!("{offer}/accept"), &[("tx_code", "111111")]).await;
    wrong.expect(410, "n’est plus valable");
}

#[tokio::test]
async fn vci_w_004_metadata_of_another_issuer_is_refused() {
    let (_wallet, issuer, mut nadia) = scene().await;
    issuer.tell(|behaviour| behaviour.metadata["credential_issuer"] = json!("https://other.example"));
    nadia
        .bring("/add", &issuer.link(), b"")
        .await
        .expect(422, "se fait passer pour un autre");
    assert!(!issuer.behaviour().asked.contains(&"token".to_owned()));
}

#[tokio::test]
async fn vci_w_006_a_foreign_authorization_server_gets_no_code() {
    let (_wallet, issuer, mut nadia) = scene().await;
    issuer.tell(|behaviour| {
        let grants = behaviour.offer.as_mut().unwrap()["grants"].as_object_mut().unwrap();
        let grant = grants.values_mut().next().unwrap();
        grant["authorization_server"] = json!("https://evil.example");
    });
    nadia
        .bring("/add", &issuer.link(), b"")
        .await
        .expect(422, "Invitation suspecte");
    assert!(!issuer.behaviour().asked.contains(&"token".to_owned()));
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
        let reply = nadia.bring("/add", &issuer.link(), b"").await;
        assert_eq!(reply.status, 422, "{case}");
        reply.expect(422, says);
    }
    issuer.tell(|behaviour| {
        behaviour.metadata = honest.clone();
        behaviour.metadata["credential_response_encryption"] = json!({ "encryption_required": true });
    });
    nadia
        .bring("/add", &issuer.link(), b"")
        .await
        .expect(422, "Chiffrement non pris en charge");
    issuer.tell(|behaviour| {
        behaviour.metadata = honest;
        behaviour.offer = Some(json!({ "credential_issuer": 7 }));
    });
    nadia
        .bring("/add", &issuer.link(), b"")
        .await
        .expect(422, "Invitation illisible");
    let nobody = "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Flocalhost%3A1%2Foffers%2F1";
    nadia.bring("/add", nobody, b"").await.expect(502, "ne répond pas");
    let plain = "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fissuer.example%2Foffers%2F1";
    nadia.bring("/add", plain, b"").await.expect(422, "Adresse non sûre");
    assert_eq!(kept_count(&mut nadia).await, 0);
}

#[tokio::test]
async fn vci_w_009_an_old_nonce_is_replaced_once() {
    let (_wallet, issuer, mut nadia) = scene().await;
    issuer.tell(|behaviour| behaviour.stale_nonces = 1);
    let offer = bring(&mut nadia, &issuer).await;
    assert!(accept(&mut nadia, &offer).await.location().starts_with("/credentials/"));

    let stubborn = TestIssuer::start().await;
    stubborn.tell(|behaviour| behaviour.stale_nonces = 2);
    let offer = bring(&mut nadia, &stubborn).await;
    accept(&mut nadia, &offer).await.expect(502, "Réponse inattendue");
    let asked = stubborn
        .behaviour()
        .asked
        .iter()
        .filter(|path| *path == "credential")
        .count();
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn an_interrupted_collection_goes_on_where_it_stopped() {
    let (_wallet, issuer, mut nadia) = scene().await;
    issuer.tell(|behaviour| behaviour.failures = 1);
    let offer = bring(&mut nadia, &issuer).await;
    accept(&mut nadia, &offer).await.expect(502, "L’ajout a été interrompu");
    nadia.get(&offer).await.expect(200, "Reprendre");
    assert!(accept(&mut nadia, &offer).await.location().starts_with("/credentials/"));
    let redeemed = issuer.behaviour().asked.iter().filter(|path| *path == "token").count();
    assert_eq!(redeemed, 1, "the code is redeemed once");
}

#[tokio::test]
async fn a_token_that_ended_says_to_ask_again() {
    let (_wallet, issuer, mut nadia) = scene().await;
    issuer.tell(|behaviour| behaviour.token_ended = true);
    let offer = bring(&mut nadia, &issuer).await;
    accept(&mut nadia, &offer)
        .await
        .expect(410, "interrompu trop longtemps");
}

#[tokio::test]
async fn vci_w_015_what_does_not_pass_its_checks_is_not_kept() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    let wrongs: [(&str, Wrong); 3] = [
        ("La signature ne correspond pas", |issuer| {
            issuer.tell(|behaviour| behaviour.forges = true);
        }),
        ("Rien ne prouve", |issuer| {
            issuer.tell(|behaviour| behaviour.binds_elsewhere = true);
        }),
        ("a révoqué", |issuer| {
            issuer.tell(|behaviour| behaviour.revoked = true);
        }),
    ];
    for (says, wrong) in wrongs {
        let issuer = TestIssuer::start().await;
        wrong(&issuer);
        let offer = bring(&mut nadia, &issuer).await;
        let reply = accept(&mut nadia, &offer).await;
        reply.expect(422, "Attestation non ajoutée");
        reply.expect(422, says);
    }
    assert_eq!(kept_count(&mut nadia).await, 0);
}

#[tokio::test]
async fn an_issuer_out_of_reach_leaves_the_checks_for_later() {
    let (_wallet, issuer, mut nadia) = scene().await;
    issuer.tell(|behaviour| behaviour.keys_published = false);
    let offer = bring(&mut nadia, &issuer).await;
    accept(&mut nadia, &offer).await.expect(422, "Refaire les contrôles");
    assert_eq!(kept_count(&mut nadia).await, 0);
    issuer.tell(|behaviour| behaviour.keys_published = true);
    assert!(accept(&mut nadia, &offer).await.location().starts_with("/credentials/"));
    let fetched = issuer
        .behaviour()
        .asked
        .iter()
        .filter(|path| *path == "credential")
        .count();
    assert_eq!(fetched, 1, "what came is kept for the second try");
}

#[tokio::test]
async fn a_status_out_of_reach_is_tolerated_with_a_warning() {
    let (_wallet, issuer, mut nadia) = scene().await;
    issuer.tell(|behaviour| behaviour.status_published = false);
    let offer = bring(&mut nadia, &issuer).await;
    let kept = accept(&mut nadia, &offer).await.location().to_owned();
    nadia
        .get(&kept)
        .await
        .expect(200, "n’a pas pu dire si elle est toujours en cours");

    issuer.tell(|behaviour| {
        behaviour.status_published = true;
        behaviour.revoked = true;
    });
    assert_eq!(nadia.submit(&format!("{kept}/check"), &[]).await.location(), kept);
    nadia.get(&kept).await.expect(200, "Révoquée par l’organisme");
    nadia.get("/path").await.expect(200, "révoquée");
}

#[tokio::test]
async fn vci_w_012_a_credential_that_comes_later_or_never_is_said() {
    let (_wallet, issuer, mut nadia) = scene().await;
    let offer = bring(&mut nadia, &issuer).await;
    issuer.tell(|behaviour| behaviour.sends = Some(json!({ "transaction_id": "t", "interval": 5 })));
    accept(&mut nadia, &offer).await.expect(422, "pas encore prête");
    issuer.tell(|behaviour| behaviour.sends = Some(json!({ "credentials": [] })));
    accept(&mut nadia, &offer).await.expect(502, "Réponse inattendue");
    issuer.tell(|behaviour| behaviour.sends = Some(json!({ "credentials": [{ "credential": "nonsense" }] })));
    accept(&mut nadia, &offer)
        .await
        .expect(422, "illisible ou d’un autre organisme");
}

#[tokio::test]
async fn a_refused_invitation_can_be_opened_again() {
    let (_wallet, issuer, mut nadia) = scene().await;
    let offer = bring(&mut nadia, &issuer).await;
    nadia
        .submit(&format!("{offer}/refuse"), &[("tx_code", "")])
        .await
        .location();
    nadia.get(&offer).await.expect(200, "Vous avez refusé");
    assert_eq!(
        accept(&mut nadia, &offer).await.location(),
        offer,
        "a refused invitation is not collected"
    );
    assert_eq!(bring(&mut nadia, &issuer).await, offer);
    assert!(accept(&mut nadia, &offer).await.location().starts_with("/credentials/"));
}

#[tokio::test]
async fn two_acceptances_at_once_keep_one_attestation() {
    let (_wallet, issuer, mut nadia) = scene().await;
    let offer = bring(&mut nadia, &issuer).await;
    let token = nadia.token().await;
    let path = format!("{offer}/accept");
    let form = [("csrf", token.as_str())];
    let mut other = nadia.twin();
    let (first, second) = tokio::join!(nadia.post(&path, &form), other.post(&path, &form));
    let kept = [&first, &second]
        .into_iter()
        .filter(|reply| reply.status == 303)
        .count();
    assert!(kept >= 1, "{first:?} {second:?}");
    assert_eq!(kept_count(&mut nadia).await, 1);
}

#[tokio::test]
async fn another_persons_pages_are_not_found() {
    let (wallet, issuer, mut nadia) = scene().await;
    let offer = bring(&mut nadia, &issuer).await;
    let kept = accept(&mut nadia, &offer).await.location().to_owned();
    let mut karim = wallet.holder("Karim").await;
    for page in [&offer, &kept] {
        assert_eq!(karim.get(page).await.status, 404);
    }
    assert_eq!(karim.submit(&format!("{kept}/delete"), &[]).await.status, 404);
    nadia.get(&kept).await.expect(200, "Benali");
}

#[tokio::test]
async fn a_deleted_attestation_is_gone_and_its_invitation_says_so() {
    let (_wallet, issuer, mut nadia) = scene().await;
    let offer = bring(&mut nadia, &issuer).await;
    let kept = accept(&mut nadia, &offer).await.location().to_owned();
    assert_eq!(nadia.submit(&format!("{kept}/delete"), &[]).await.location(), "/path");
    assert_eq!(nadia.get(&kept).await.status, 404);
    nadia.get(&offer).await.expect(200, "puis vous l’avez supprimée");
}

#[tokio::test]
async fn hours_add_up_by_organisation_and_an_activity_counts_once() {
    let (_wallet, issuer, mut nadia) = scene().await;
    let correction = TestIssuer::attesting(Deed {
        role: Role::EncadrantBenevoles,
        minutes: 4500,
        reference: "000000000000000000000000zz",
    });
    for issuer in [&issuer, &correction.await] {
        let offer = bring(&mut nadia, issuer).await;
        accept(&mut nadia, &offer).await.location();
    }
    let page = nadia.get("/path").await;
    page.expect(200, "205");
    page.expect(200, "2 attestations");
}

#[tokio::test]
async fn an_idle_vault_keeps_the_invitation_for_later() {
    let (wallet, issuer, mut nadia) = scene().await;
    let offer = bring(&mut nadia, &issuer).await;
    wallet.clock.advance(Duration::minutes(20));
    let closed = nadia.post(&format!("{offer}/accept"), &[("csrf", "old")]).await;
    assert_eq!(closed.location(), format!("/open?next={}", offer.replace('/', "%2F")));
}
