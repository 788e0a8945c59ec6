use chrono::Duration;
use serde_json::{Value, json};
use shared::credential::ACTIVITY_CONFIGURATION;

use crate::testing::{Deed, Reply, TestIssuer, TestWallet, Visitor};

/// One thing to alter in a description.
type Change = fn(&mut Value);

async fn scene() -> (TestWallet, TestIssuer, Visitor) {
    let wallet = TestWallet::start().await;
    let nadia = wallet.holder("Nadia").await;
    (wallet, TestIssuer::start().await, nadia)
}

/// Brings the invitation.
async fn bring(visitor: &mut Visitor, issuer: &TestIssuer) -> Reply {
    visitor.bring("/add", &issuer.link(), b"").await
}

async fn kept_count(visitor: &mut Visitor) -> usize {
    visitor.get("/path").await.body.matches("href=\"/credentials/").count()
}

/// A person who has opened an invitation, and has not answered yet.
struct Invited {
    wallet: TestWallet,
    issuer: TestIssuer,
    nadia: Visitor,
    /// Path of the offer.
    offer: String,
}

impl Invited {
    async fn by(issuer: TestIssuer) -> Self {
        let wallet = TestWallet::start().await;
        let mut nadia = wallet.holder("Nadia").await;
        let offer = bring(&mut nadia, &issuer).await.location().to_owned();
        Self {
            wallet,
            issuer,
            nadia,
            offer,
        }
    }

    async fn by_an_honest_one() -> Self {
        Self::by(TestIssuer::start().await).await
    }

    /// The same person, by another issuer.
    async fn again_by(&mut self, issuer: TestIssuer) {
        self.offer = bring(&mut self.nadia, &issuer).await.location().to_owned();
        self.issuer = issuer;
    }

    /// The page of the offer, as it is now.
    async fn page(&mut self) -> Reply {
        self.nadia.get(&self.offer).await
    }

    async fn answer(&mut self, verb: &str, form: &[(&str, &str)]) -> Reply {
        self.nadia.submit(&format!("{}/{verb}", self.offer), form).await
    }

    async fn accept(&mut self) -> Reply {
        self.answer("accept", &[]).await
    }

    async fn accept_with(&mut self, code: &str) -> Reply {
        self.answer("accept", &[("tx_code", code)]).await
    }

    /// Accepts, and gives the path of what is kept.
    async fn keep(&mut self) -> String {
        let kept = self.accept().await.location().to_owned();
        assert!(kept.starts_with("/credentials/"), "{kept}");
        kept
    }

    async fn kept_count(&mut self) -> usize {
        kept_count(&mut self.nadia).await
    }
}

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
async fn what_is_kept_rests_sealed() {
    let mut invited = Invited::by_an_honest_one().await;
    let pending = invited.wallet.everything_stored().await;
    invited.accept().await.location();
    let kept = invited.wallet.everything_stored().await;
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
async fn an_invitation_that_ended_or_was_collected_elsewhere_says_so() {
    let mut invited = Invited::by_an_honest_one().await;
    invited.issuer.tell(|behaviour| behaviour.redeemed = true);
    invited.accept().await.expect(410, "n’est plus valable");

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
async fn vci_w_009_an_old_nonce_is_replaced_once() {
    let mut invited = Invited::by(TestIssuer::that(|behaviour| behaviour.stale_nonces = 1).await).await;
    invited.keep().await;

    invited
        .again_by(TestIssuer::that(|behaviour| behaviour.stale_nonces = 2).await)
        .await;
    invited.accept().await.expect(502, "Réponse inattendue");
    assert_eq!(invited.issuer.asked("credential"), 2);
}

#[tokio::test]
async fn an_interrupted_collection_goes_on_where_it_stopped() {
    let mut invited = Invited::by(TestIssuer::that(|behaviour| behaviour.failures = 1).await).await;
    invited.accept().await.expect(502, "L’ajout a été interrompu");
    invited.page().await.expect(200, "Reprendre");
    invited.keep().await;
    assert_eq!(invited.issuer.asked("token"), 1, "the code is redeemed once");
}

#[tokio::test]
async fn a_token_that_ended_says_to_ask_again() {
    let mut invited = Invited::by(TestIssuer::that(|behaviour| behaviour.token_ended = true).await).await;
    invited.accept().await.expect(410, "interrompu trop longtemps");
}

#[tokio::test]
async fn vci_w_015_what_does_not_pass_its_checks_is_not_kept() {
    let wrongs = [
        (
            "La signature ne correspond pas",
            TestIssuer::that(|behaviour| behaviour.forges = true).await,
        ),
        (
            "Rien ne prouve",
            TestIssuer::that(|behaviour| behaviour.binds_elsewhere = true).await,
        ),
        (
            "a révoqué",
            TestIssuer::that(|behaviour| behaviour.revoked = true).await,
        ),
    ];
    let mut invited = Invited::by_an_honest_one().await;
    for (says, issuer) in wrongs {
        invited.again_by(issuer).await;
        let reply = invited.accept().await;
        reply.expect(422, "Attestation non ajoutée");
        reply.expect(422, says);
    }
    assert_eq!(invited.kept_count().await, 0);
}

#[tokio::test]
async fn an_issuer_out_of_reach_leaves_the_checks_for_later() {
    let mut invited = Invited::by(TestIssuer::that(|behaviour| behaviour.keys_published = false).await).await;
    invited.accept().await.expect(422, "Refaire les contrôles");
    assert_eq!(invited.kept_count().await, 0);
    invited.issuer.tell(|behaviour| behaviour.keys_published = true);
    invited.keep().await;
    assert_eq!(
        invited.issuer.asked("credential"),
        1,
        "what came is kept for the second try"
    );
}

#[tokio::test]
async fn a_status_out_of_reach_is_tolerated_with_a_warning() {
    let mut invited = Invited::by(TestIssuer::that(|behaviour| behaviour.status_published = false).await).await;
    let kept = invited.keep().await;
    invited
        .nadia
        .get(&kept)
        .await
        .expect(200, "n’a pas pu dire si elle est toujours en cours");

    invited.issuer.tell(|behaviour| {
        behaviour.status_published = true;
        behaviour.revoked = true;
    });
    let checked = invited.nadia.submit(&format!("{kept}/check"), &[]).await;
    assert_eq!(checked.location(), kept);
    invited.nadia.get(&kept).await.expect(200, "Révoquée par l’organisme");
    invited.nadia.get("/path").await.expect(200, "révoquée");
}

#[tokio::test]
async fn vci_w_012_a_credential_that_comes_later_or_never_is_said() {
    let mut invited = Invited::by_an_honest_one().await;
    let cases = [
        (json!({ "transaction_id": "t", "interval": 5 }), 422, "pas encore prête"),
        (json!({ "credentials": [] }), 502, "Réponse inattendue"),
        (
            json!({ "credentials": [{ "credential": "nonsense" }] }),
            422,
            "illisible ou d’un autre organisme",
        ),
    ];
    for (sent, status, says) in cases {
        invited.issuer.tell(|behaviour| behaviour.sends = Some(sent));
        invited.accept().await.expect(status, says);
    }
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

#[tokio::test]
async fn two_acceptances_at_once_keep_one_attestation() {
    let mut invited = Invited::by_an_honest_one().await;
    let token = invited.nadia.token().await;
    let path = format!("{}/accept", invited.offer);
    let form = [("csrf", token.as_str())];
    let mut other = invited.nadia.twin();
    let (first, second) = tokio::join!(invited.nadia.post(&path, &form), other.post(&path, &form));
    let kept = [&first, &second]
        .into_iter()
        .filter(|reply| reply.status == 303)
        .count();
    assert!(kept >= 1, "{first:?} {second:?}");
    assert_eq!(invited.kept_count().await, 1);
}

#[tokio::test]
async fn another_persons_pages_are_not_found() {
    let mut invited = Invited::by_an_honest_one().await;
    let kept = invited.keep().await;
    let mut karim = invited.wallet.holder("Karim").await;
    for page in [&invited.offer, &kept] {
        assert_eq!(karim.get(page).await.status, 404);
    }
    assert_eq!(karim.submit(&format!("{kept}/delete"), &[]).await.status, 404);
    invited.nadia.get(&kept).await.expect(200, "Benali");
}

#[tokio::test]
async fn a_deleted_attestation_is_gone_and_its_invitation_says_so() {
    let mut invited = Invited::by_an_honest_one().await;
    let kept = invited.keep().await;
    let deleted = invited.nadia.submit(&format!("{kept}/delete"), &[]).await;
    assert_eq!(deleted.location(), "/path");
    assert_eq!(invited.nadia.get(&kept).await.status, 404);
    invited.page().await.expect(200, "puis vous l’avez supprimée");
}

#[tokio::test]
async fn hours_add_up_by_organisation_and_an_activity_counts_once() {
    let mut invited = Invited::by_an_honest_one().await;
    invited.accept().await.location();
    invited.again_by(TestIssuer::attesting(Deed::SUPERVISING).await).await;
    invited.accept().await.location();
    let page = invited.nadia.get("/path").await;
    page.expect(200, "205");
    page.expect(200, "2 attestations");
}

#[tokio::test]
async fn an_idle_vault_keeps_the_invitation_for_later() {
    let Invited {
        wallet,
        mut nadia,
        offer,
        issuer: _issuer,
    } = Invited::by_an_honest_one().await;
    wallet.clock.advance(Duration::minutes(20));
    let closed = nadia.post(&format!("{offer}/accept"), &[("csrf", "old")]).await;
    assert_eq!(closed.location(), format!("/open?next={}", offer.replace('/', "%2F")));
}
