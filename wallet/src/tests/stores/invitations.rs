//! Offers, from state to state.

use super::*;

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
