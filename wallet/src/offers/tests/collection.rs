//! Collections: what is accepted, asked for, checked and kept.

use chrono::Duration;
use serde_json::json;

use super::{Invited, bring};
use crate::testing::{Deed, TestIssuer};

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
async fn a_token_whose_lifetime_is_not_said_or_said_as_nothing_is_used() {
    for expires_in in [None, Some(0)] {
        let issuer = TestIssuer::that(|behaviour| behaviour.expires_in = expires_in).await;
        Invited::by(issuer).await.keep().await;
    }
}

#[tokio::test]
async fn a_token_that_ended_says_to_ask_again() {
    let mut invited = Invited::by(TestIssuer::that(|behaviour| behaviour.token_ended = true).await).await;
    invited.accept().await.expect(410, "interrompu trop longtemps");
    invited.assert_over("interrompu trop longtemps").await;
}

#[tokio::test]
async fn a_collection_that_was_interrupted_too_long_is_not_said_to_go_on() {
    let mut invited = Invited::by(TestIssuer::that(|behaviour| behaviour.failures = 1).await).await;
    invited.accept().await.expect(502, "L’ajout a été interrompu");
    invited.wallet.clock.advance(Duration::seconds(301));
    invited.assert_over("interrompu trop longtemps").await;
    assert_eq!(invited.issuer.asked("credential"), 1);

    invited
        .again_by(TestIssuer::that(|behaviour| behaviour.failures = 1).await)
        .await;
    invited.accept().await.expect(502, "L’ajout a été interrompu");
    invited.wallet.clock.advance(Duration::seconds(301));
    invited.accept().await.expect(410, "interrompu trop longtemps");
    invited.assert_over("interrompu trop longtemps").await;
    assert_eq!(invited.issuer.asked("credential"), 1, "an ended token is not sent");
}

#[tokio::test]
async fn a_refusal_once_the_code_is_spent_is_said_to_be_final() {
    let mut invited = Invited::by(TestIssuer::that(|behaviour| behaviour.failures = 1).await).await;
    invited.accept().await.expect(502, "L’ajout a été interrompu");
    invited.page().await.expect(200, "Si vous refusez maintenant");
    invited.answer("refuse", &[]).await.location();
    invited.assert_over("alors que l’invitation avait déjà servi").await;
    let again = bring(&mut invited.nadia, &invited.issuer).await;
    assert_eq!(again.location(), invited.offer);
    invited.assert_over("alors que l’invitation avait déjà servi").await;
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
        invited.assert_over("n’a pas passé tous les contrôles").await;
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

    // Out of reach again, once the list may no longer be kept: what is known stays known.
    invited.wallet.clock.advance(Duration::seconds(301));
    for reach in [0, 1] {
        invited.issuer.tell(|behaviour| {
            behaviour.status_published = false;
            behaviour.keys_published = reach == 0;
        });
        let checked = invited.nadia.submit(&format!("{kept}/check"), &[]).await;
        checked.expect(502, "Ce qui avait été constaté auparavant");
        invited.nadia.get(&kept).await.expect(200, "Révoquée par l’organisme");
    }
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
        invited
            .again_by(TestIssuer::that(|behaviour| behaviour.sends = Some(sent)).await)
            .await;
        invited.accept().await.expect(status, says);
    }
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
async fn a_token_outlives_what_other_tabs_write_meanwhile() {
    for other in ["accept", "refuse"] {
        let issuer = TestIssuer::start().await;
        issuer.require_code("493536");
        let mut invited = Invited::by(issuer).await;
        let token = invited.nadia.token().await;
        let path = |verb: &str| format!("{}/{verb}", invited.offer);
        let (accept, other) = (path("accept"), path(other));
        let held = invited.issuer.hold_tokens().await;
        let mut tab = invited.nadia.twin();
        let right = [("csrf", token.as_str()), ("tx_code", "493536")];
        let wrong = [("csrf", token.as_str()), ("tx_code", "111111")];
        let (collected, ()) = tokio::join!(tab.post(&accept, &right), async {
            invited.issuer.redemption().await;
            let form = if other == accept { &wrong[..] } else { &wrong[..1] };
            invited.nadia.post(&other, form).await;
            drop(held);
        });
        assert!(collected.location().starts_with("/credentials/"), "{other}");
        assert_eq!(invited.kept_count().await, 1, "{other}");
    }
}

#[tokio::test]
async fn a_browser_that_leaves_loses_nothing() {
    let mut invited = Invited::by_an_honest_one().await;
    let token = invited.nadia.token().await;
    let path = format!("{}/accept", invited.offer);
    let held = invited.issuer.hold_tokens().await;
    let mut tab = invited.nadia.twin();
    let form = [("csrf", token.as_str())];
    tokio::select! {
        _ = tab.post(&path, &form) => panic!("the token is held back"),
        () = invited.issuer.redemption() => {}
    }
    // The wallet sees that the browser is gone.
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    drop(held);
    for _ in 0..100 {
        if invited.kept_count().await == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
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
    let warning = "demander à l’association d’en signer une nouvelle";
    invited.nadia.get(&kept).await.expect(200, warning);
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
