//! Every store on both databases.

use chrono::{DateTime, Utc};
use shared::{
    credential::ClaimPath,
    entropy::Entropy,
    format::sd_jwt_vc,
    keys::{SigningKey, seal::SealingKey},
    service::db::Tx,
    testing::SeededEntropy,
};
use url::Url;

use super::{POSTGRES, SQLITE};
use crate::{
    accounts::{self, AccountId},
    badges, credentials, offers, presentations, requests,
    testing::NOW,
    vault::{self, Vault, WrapKind, recovery_code::RecoveryCode},
};

/// An account, stored.
async fn account(tx: &mut Tx, keys: &SealingKey, name: &str, entropy: &dyn Entropy) -> (AccountId, Vault) {
    let vault = Vault::create(entropy);
    let account = accounts::NewAccount::for_tests(keys, name, &vault, entropy);
    accounts::create(tx, &account, now()).await.unwrap();
    (account.id, vault)
}

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

fn terms() -> offers::Terms {
    let address: Url = "https://issuer.example/o/paniers".parse().unwrap();
    offers::Terms {
        issuer: credentials::Issuer {
            identifier: address.to_string(),
            host: "issuer.example".to_owned(),
            name: "Les Paniers".to_owned(),
        },
        link: None,
        configuration: "activity".to_owned(),
        vct: "urn:example".to_owned(),
        title: None,
        code: None,
        token_endpoint: address.clone(),
        nonce_endpoint: None,
        credential_endpoint: address,
    }
}

fn new_offer(code: &str, entropy: &dyn Entropy) -> (offers::OfferId, offers::store::NewOffer) {
    let id = offers::OfferId::random(entropy);
    let new = offers::store::NewOffer {
        id: id.clone(),
        fingerprint: code.as_bytes().to_vec(),
        link_fingerprint: Some(b"link".to_vec()),
        terms: terms(),
        progress: waiting(0),
    };
    (id, new)
}

fn waiting(tries: u32) -> offers::Progress {
    offers::Progress::Waiting {
        code: credentials::Secret::new("the-code".to_owned()),
        tries,
    }
}

#[tokio::test]
async fn a_name_is_taken_once_without_case() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let entropy = SeededEntropy::new(1);
        let keys = SealingKey::random(&entropy);
        let mut tx = db.write().await.unwrap();
        let (id, vault) = account(&mut tx, &keys, "Nadia", &entropy).await;
        let second = accounts::NewAccount::for_tests(&keys, "NADIA", &Vault::create(&entropy), &entropy);
        let refused = accounts::create(&mut tx, &second, now()).await;
        assert!(matches!(refused, Err(accounts::CreateError::NameTaken)));
        let found = accounts::store::find(&mut tx, id.as_str()).await.unwrap().unwrap();
        assert_eq!(found.name(&vault).unwrap().as_str(), "Nadia");
        assert!(
            found.name(&Vault::create(&entropy)).is_err(),
            "another vault reads no name"
        );
        assert!(found.has_unconfirmed_code());
        accounts::store::set_code(&mut tx, id.as_str(), None).await.unwrap();
        assert!(
            !accounts::store::find(&mut tx, id.as_str())
                .await
                .unwrap()
                .unwrap()
                .has_unconfirmed_code()
        );
        tx.commit().await.unwrap();
    });
}

#[tokio::test]
async fn a_wrap_is_replaced_only_while_it_is_the_one_that_was_opened() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let entropy = SeededEntropy::new(2);
        let keys = SealingKey::random(&entropy);
        let mut tx = db.write().await.unwrap();
        let (id, vault) = account(&mut tx, &keys, "Nadia", &entropy).await;
        let old = vault::store::find(&mut tx, id.as_str(), WrapKind::Recovery)
            .await
            .unwrap()
            .unwrap();
        let code = RecoveryCode::random(&entropy);
        let new = vault.wrap_with_code(id.as_str(), &code, &entropy);
        let replace = async |tx: &mut Tx| {
            vault::store::replace(tx, id.as_str(), WrapKind::Recovery, &old, &new, now())
                .await
                .unwrap()
        };
        assert!(replace(&mut tx).await);
        assert!(!replace(&mut tx).await, "a code serves once");
        let stored = vault::store::find(&mut tx, id.as_str(), WrapKind::Recovery)
            .await
            .unwrap()
            .unwrap();
        let opened = Vault::unwrap_with_code(id.as_str(), &stored, &code).unwrap();
        assert_eq!(*opened.secret(), *vault.secret());
        tx.commit().await.unwrap();
    });
}

#[tokio::test]
async fn an_offer_moves_on_once_from_each_state() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let entropy = SeededEntropy::new(3);
        let keys = SealingKey::random(&entropy);
        let mut tx = db.write().await.unwrap();
        let (id, vault) = account(&mut tx, &keys, "Nadia", &entropy).await;
        let (offer_id, new) = new_offer("one", &entropy);
        assert!(
            offers::store::insert(&mut tx, &id, &vault, new, &entropy, now())
                .await
                .unwrap()
        );
        let (_, same) = new_offer("one", &entropy);
        assert!(
            !offers::store::insert(&mut tx, &id, &vault, same, &entropy, now())
                .await
                .unwrap()
        );
        assert_eq!(
            offers::store::find_by_fingerprint(&mut tx, &id, b"one")
                .await
                .unwrap()
                .as_ref(),
            Some(&offer_id)
        );
        assert_eq!(
            offers::store::find_by_link(&mut tx, &id, b"link")
                .await
                .unwrap()
                .as_ref(),
            Some(&offer_id)
        );

        let offer = offers::store::find(&mut tx, &id, &vault, &offer_id)
            .await
            .unwrap()
            .unwrap();
        assert!(
            offers::store::count(&mut tx, &id, &vault, &offer, &waiting(1), &entropy)
                .await
                .unwrap()
        );
        let stale = offers::store::count(&mut tx, &id, &vault, &offer, &waiting(9), &entropy)
            .await
            .unwrap();
        assert!(
            !stale,
            "what was read before somebody else's change is not written over it"
        );
        let offer = offers::store::find(&mut tx, &id, &vault, &offer_id)
            .await
            .unwrap()
            .unwrap();
        assert!(matches!(
            offer.state,
            offers::State::Pending(offers::Progress::Waiting { tries: 1, .. })
        ));

        let refuse = async |tx: &mut Tx| offers::store::refuse(tx, &id, &vault, &offer, &entropy).await.unwrap();
        assert!(refuse(&mut tx).await);
        assert!(!refuse(&mut tx).await);
        let ended = offers::store::end(&mut tx, &id, &vault, &offer, offers::Ending::Token, &entropy).await;
        assert!(!ended.unwrap(), "what is refused does not end");
        offers::store::reopen(&mut tx, &id, &vault, &offer_id, terms(), waiting(0), &entropy)
            .await
            .unwrap();
        let kept = credentials::CredentialId::random(&entropy);
        let sealed = kept_attestation(&entropy);
        credentials::store::insert(&mut tx, &id, &vault, &kept, &sealed, &entropy, now())
            .await
            .unwrap();
        assert!(
            offers::store::collect(&mut tx, &id, &vault, &offer, &kept, &entropy)
                .await
                .unwrap()
        );
        assert!(
            !offers::store::collect(&mut tx, &id, &vault, &offer, &kept, &entropy)
                .await
                .unwrap()
        );
        let offer = offers::store::find(&mut tx, &id, &vault, &offer_id)
            .await
            .unwrap()
            .unwrap();
        assert!(matches!(&offer.state, offers::State::Collected(Some(credential)) if *credential == kept));
        assert!(credentials::store::delete(&mut tx, &id, &kept).await.unwrap());
        let offer = offers::store::find(&mut tx, &id, &vault, &offer_id)
            .await
            .unwrap()
            .unwrap();
        assert!(matches!(offer.state, offers::State::Collected(None)));
        tx.commit().await.unwrap();
    });
}

#[tokio::test]
async fn what_the_issuer_gave_is_written_over_whatever_came_meanwhile() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let entropy = SeededEntropy::new(13);
        let keys = SealingKey::random(&entropy);
        let mut tx = db.write().await.unwrap();
        let (id, vault) = account(&mut tx, &keys, "Nadia", &entropy).await;
        let (offer_id, new) = new_offer("one", &entropy);
        offers::store::insert(&mut tx, &id, &vault, new, &entropy, now())
            .await
            .unwrap();
        let find = async |tx: &mut Tx| offers::store::find(tx, &id, &vault, &offer_id).await.unwrap().unwrap();
        let seen = find(&mut tx).await;
        let key = credentials::HolderKey::generate();
        let redeemed = |token: &str| offers::Progress::Redeemed {
            token: credentials::Secret::new(token.to_owned()),
            key: key.clone(),
            identifier: None,
            ends_at: None,
        };
        let received = offers::Progress::Received {
            key: key.clone(),
            text: "text".to_owned(),
        };
        let advance = async |tx: &mut Tx, progress: &offers::Progress| {
            offers::store::advance(tx, &id, &vault, &seen, progress, &entropy)
                .await
                .unwrap()
        };
        // A wrong code was counted, and the person refused, since the offer was read.
        assert!(
            offers::store::count(&mut tx, &id, &vault, &seen, &waiting(1), &entropy)
                .await
                .unwrap()
        );
        let counted = find(&mut tx).await;
        assert!(
            offers::store::refuse(&mut tx, &id, &vault, &counted, &entropy)
                .await
                .unwrap()
        );
        assert!(advance(&mut tx, &redeemed("first")).await);
        assert!(!advance(&mut tx, &redeemed("second")).await, "the first token stays");
        let held = find(&mut tx).await;
        let offers::State::Pending(offers::Progress::Redeemed { token, .. }) = &held.state else {
            panic!("a token is held")
        };
        assert_eq!(token.expose(), "first");
        let counted = offers::store::count(&mut tx, &id, &vault, &held, &waiting(2), &entropy).await;
        assert!(!counted.unwrap(), "no count replaces a token");
        assert!(
            offers::store::end(&mut tx, &id, &vault, &held, offers::Ending::Token, &entropy)
                .await
                .unwrap()
        );
        let ended = find(&mut tx).await.state;
        assert!(matches!(ended, offers::State::Ended(offers::Ending::Token)));
        assert!(advance(&mut tx, &received).await);
        assert!(
            !advance(&mut tx, &redeemed("third")).await,
            "no token replaces an attestation"
        );
        tx.commit().await.unwrap();
    });
}

/// The smallest attestation that reads.
fn kept_attestation(entropy: &dyn Entropy) -> credentials::Kept {
    let claims = serde_json::json!({ "iss": "https://issuer.example", "vct": "urn:example", "given_name": "Nadia" });
    let disclosable = [ClaimPath::of(&["given_name"])];
    let text = sd_jwt_vc::issue(claims, &disclosable, "kid", &SigningKey::generate(), entropy).unwrap();
    credentials::Kept {
        text,
        key: credentials::HolderKey::generate(),
        issuer: terms().issuer,
        title: None,
        vct: "urn:example".to_owned(),
        standing: credentials::Standing::Good,
        checked_at: now(),
    }
}

#[tokio::test]
async fn attestations_are_listed_for_their_person_alone() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let entropy = SeededEntropy::new(4);
        let keys = SealingKey::random(&entropy);
        let mut tx = db.write().await.unwrap();
        let (nadia, vault) = account(&mut tx, &keys, "Nadia", &entropy).await;
        let (karim, other) = account(&mut tx, &keys, "Karim", &entropy).await;
        let kept = kept_attestation(&entropy);
        let id = credentials::CredentialId::random(&entropy);
        credentials::store::insert(&mut tx, &nadia, &vault, &id, &kept, &entropy, now())
            .await
            .unwrap();
        let listed = credentials::store::list(&mut tx, &nadia, &vault).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].claims["given_name"], "Nadia");
        assert_eq!(listed[0].collected_at, now());
        assert!(
            credentials::store::list(&mut tx, &karim, &other)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            credentials::store::find(&mut tx, &karim, &other, &id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(!credentials::store::delete(&mut tx, &karim, &id).await.unwrap());
        assert!(
            credentials::store::find(&mut tx, &nadia, &other, &id).await.is_err(),
            "another vault opens nothing"
        );
        let revoked = credentials::Kept {
            standing: credentials::Standing::Revoked,
            ..kept
        };
        credentials::store::update(&mut tx, &nadia, &vault, &id, &revoked, &entropy)
            .await
            .unwrap();
        let found = credentials::store::find(&mut tx, &nadia, &vault, &id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.kept.standing, credentials::Standing::Revoked);
        tx.commit().await.unwrap();
    });
}

fn kept_badge(picture: Option<badges::Kind>) -> badges::Kept {
    badges::Kept {
        text: "{}".to_owned(),
        picture,
        identifier: "https://badges.example.org/1".to_owned(),
        issuer: terms().issuer,
        name: "Soudure".to_owned(),
        issued_at: now(),
        standing: credentials::Standing::Good,
        checks: vec![badges::Found {
            check: "status".to_owned(),
            passed: true,
            reason: Some("no_status".to_owned()),
        }],
        checked_at: now(),
    }
}

#[tokio::test]
async fn badges_and_their_pictures_are_sealed_for_their_person_alone() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let entropy = SeededEntropy::new(6);
        let keys = SealingKey::random(&entropy);
        let mut tx = db.write().await.unwrap();
        let (nadia, vault) = account(&mut tx, &keys, "Nadia", &entropy).await;
        let (karim, other) = account(&mut tx, &keys, "Karim", &entropy).await;
        let id = badges::BadgeId::random(&entropy);
        let kept = kept_badge(Some(badges::Kind::Png));
        let entry = |kept, picture| badges::store::Entry {
            id: &id,
            kept,
            picture,
            now: now(),
        };
        let with_picture = entry(&kept, Some(&b"picture"[..]));
        badges::store::insert(&mut tx, &nadia, &vault, &with_picture, &entropy)
            .await
            .unwrap();
        let listed = badges::store::list(&mut tx, &nadia, &vault).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!((&listed[0].id, &listed[0].kept), (&id, &kept));
        assert_eq!(listed[0].collected_at, now());
        let picture = badges::store::picture(&mut tx, &nadia, &vault, &id).await.unwrap();
        assert_eq!(picture.unwrap().as_slice(), b"picture");

        assert!(badges::store::list(&mut tx, &karim, &other).await.unwrap().is_empty());
        assert!(
            badges::store::find(&mut tx, &karim, &other, &id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            badges::store::picture(&mut tx, &karim, &other, &id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(!badges::store::delete(&mut tx, &karim, &id).await.unwrap());
        assert!(
            badges::store::find(&mut tx, &nadia, &other, &id).await.is_err(),
            "another vault opens nothing"
        );
        assert!(badges::store::picture(&mut tx, &nadia, &other, &id).await.is_err());

        let expired = badges::Kept {
            standing: credentials::Standing::Expired,
            ..kept.clone()
        };
        badges::store::update(&mut tx, &nadia, &vault, &id, &expired, &entropy)
            .await
            .unwrap();
        let found = badges::store::find(&mut tx, &nadia, &vault, &id).await.unwrap();
        assert_eq!(found.unwrap().kept, expired);
        assert!(
            badges::store::picture(&mut tx, &nadia, &vault, &id)
                .await
                .unwrap()
                .is_some()
        );

        let alone = kept_badge(None);
        badges::store::replace(&mut tx, &nadia, &vault, &entry(&alone, None), &entropy)
            .await
            .unwrap();
        let found = badges::store::find(&mut tx, &nadia, &vault, &id).await.unwrap();
        assert_eq!(found.unwrap().kept, alone);
        assert!(
            badges::store::picture(&mut tx, &nadia, &vault, &id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(badges::store::delete(&mut tx, &nadia, &id).await.unwrap());
        assert!(
            badges::store::find(&mut tx, &nadia, &vault, &id)
                .await
                .unwrap()
                .is_none()
        );
        tx.commit().await.unwrap();
    });
}

#[tokio::test]
async fn a_request_is_answered_once_and_its_receipt_follows() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let entropy = SeededEntropy::new(5);
        let keys = SealingKey::random(&entropy);
        let mut tx = db.write().await.unwrap();
        let (nadia, vault) = account(&mut tx, &keys, "Nadia", &entropy).await;
        let received = requests::Received {
            client_id: "decentralized_identifier:did:web:verifier.example".to_owned(),
            request_uri: "https://verifier.example/object".parse().unwrap(),
            object: "a.b.c".to_owned(),
            document: serde_json::json!({ "id": "did:web:verifier.example" }),
            wallet_nonce: None,
        };
        let id = requests::store::insert(&mut tx, &nadia, &vault, received.clone(), &entropy, now())
            .await
            .unwrap();
        let again = requests::store::insert(&mut tx, &nadia, &vault, received, &entropy, now())
            .await
            .unwrap();
        assert_eq!(again, id, "the same request is one request");

        let request = requests::store::find(&mut tx, &nadia, &vault, &id)
            .await
            .unwrap()
            .unwrap();
        let receipt_id = presentations::PresentationId::random(&entropy);
        let choice = requests::Choice::read("activity:00000000000000000000000000").unwrap();
        let agreed = vec![choice.clone()];
        let consent =
            requests::store::consent(&mut tx, &nadia, &vault, &request, agreed.clone(), &receipt_id, &entropy);
        assert!(consent.await.unwrap());
        let twice = requests::store::consent(&mut tx, &nadia, &vault, &request, agreed, &receipt_id, &entropy);
        assert!(!twice.await.unwrap(), "a person agrees once");
        assert!(
            !requests::store::refuse(&mut tx, &nadia, &id, &receipt_id)
                .await
                .unwrap()
        );
        let request = requests::store::find(&mut tx, &nadia, &vault, &id)
            .await
            .unwrap()
            .unwrap();
        assert!(matches!(&request.state, requests::State::Sending(choices, _) if *choices == [choice]));

        let receipt = presentations::Receipt {
            verifier: presentations::Verifier {
                host: "verifier.example".to_owned(),
                name: None,
            },
            purpose: None,
            outcome: presentations::Outcome::Unconfirmed,
            shared: Vec::new(),
        };
        let names = (&receipt_id, &id);
        presentations::store::insert(&mut tx, &nadia, &vault, names, &receipt, &entropy, now())
            .await
            .unwrap();
        assert!(requests::store::shared(&mut tx, &nadia, &id).await.unwrap());
        assert!(!requests::store::shared(&mut tx, &nadia, &id).await.unwrap());
        let told = presentations::Receipt {
            outcome: presentations::Outcome::Shared { next: None },
            ..receipt
        };
        presentations::store::update(&mut tx, &nadia, &vault, &receipt_id, &told, &entropy)
            .await
            .unwrap();
        let listed = presentations::store::list(&mut tx, &nadia, &vault).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].receipt, told);
        let found = presentations::store::find(&mut tx, &nadia, &vault, &receipt_id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.created_at, now());
        tx.commit().await.unwrap();
    });
}
