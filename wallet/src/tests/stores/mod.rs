//! Every store on both databases.

mod invitations;
mod kept;

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
