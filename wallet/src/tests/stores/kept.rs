//! Attestations and badges, each for their person alone.

use super::*;

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
