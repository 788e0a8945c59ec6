use serde_json::{Value, json};
use shared::{
    credential::issuance::{Mechanism, Signatory, SigningOptions, issue},
    format::baked,
    keys::{KeyKind, SigningKey, jws},
    testing::SeededEntropy,
};

use super::*;
use crate::testing::{NOW, Reply, TestWallet, Visitor};

const DRAWN: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
const BLANK: &[u8] = include_bytes!("../../../tests/tests/refusals/blank.png");

/// Somebody who gives badges.
pub(crate) struct Maker {
    key: SigningKey,
    did: String,
}

impl Maker {
    pub(crate) fn new() -> Self {
        let key = SigningKey::generate_of(KeyKind::Ed25519);
        let did = format!("did:key:{}", key.public().to_multikey());
        Self { key, did }
    }

    fn method(&self) -> String {
        format!("{}#{}", self.did, self.key.public().to_multikey())
    }

    fn unsigned(&self) -> Value {
        json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
            "id": "https://badges.example.org/1",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": "Brevet de soudure",
            "issuer": { "id": self.did, "type": ["Profile"], "name": "Les Ateliers" },
            "validFrom": "2026-02-01T00:00:00Z",
            "credentialSubject": {
                "id": "did:example:nadia",
                "type": ["AchievementSubject"],
                "achievement": {
                    "id": "https://badges.example.org/achievements/1",
                    "type": ["Achievement"],
                    "name": "Soudure",
                    "description": "Sait souder à l’arc.",
                    "criteria": { "narrative": "Une pièce réussie." },
                },
            },
        })
    }

    /// Signed, with this member.
    fn badge(&self, member: &str, value: Value) -> String {
        let mut badge = self.unsigned();
        badge[member] = value;
        let Value::Object(members) = badge else {
            unreachable!("an object")
        };
        let mechanism: Mechanism = "eddsa-rdfc-2022".parse().unwrap();
        let method = self.method();
        let signatory = Signatory {
            controller: &self.did,
            method: &method,
            key: (&self.key).into(),
        };
        let options = SigningOptions::default();
        let issued = issue(members, mechanism, &signatory, &options, &SeededEntropy::new(1));
        issued.unwrap().to_text()
    }

    pub(crate) fn good(&self) -> String {
        self.badge("description", "Remis à l’atelier.".into())
    }

    fn token(&self) -> String {
        let mut claims = self.unsigned();
        claims["iss"] = json!(self.did);
        claims["sub"] = json!("did:example:nadia");
        claims["jti"] = json!("https://badges.example.org/1");
        claims["nbf"] = json!(1_769_904_000);
        let Value::Object(header) = json!({"kid": self.method()}) else {
            unreachable!("an object")
        };
        jws::sign("JWT", header, &claims, &self.key)
    }
}

async fn bring(visitor: &mut Visitor, file: &[u8]) -> Reply {
    visitor.bring("/add", "", file).await
}

#[tokio::test]
async fn a_badge_is_brought_checked_shown_and_taken_away_as_it_came() {
    let wallet = TestWallet::start().await;
    let maker = Maker::new();
    let text = maker.good();
    let files = [
        (text.clone().into_bytes(), None),
        (maker.token().into_bytes(), None),
        (baked::bake(DRAWN.as_bytes(), &text).unwrap(), Some("image/svg+xml")),
        (baked::bake(BLANK, &text).unwrap(), Some("image/png")),
    ];
    for (at, (file, picture)) in files.into_iter().enumerate() {
        let mut nadia = wallet.holder(&format!("Nadia {at}")).await;
        let place = bring(&mut nadia, &file).await.location().to_owned();
        assert!(place.starts_with("/badges/"), "{place}");
        let page = nadia.get(&place).await;
        for words in [
            "<h1>Brevet de soudure</h1>",
            "Les Ateliers",
            "Sait souder à l’arc.",
            "Une pièce réussie.",
            "signature de l’organisme correcte",
            "<strong>Signature de l’organisme</strong>\u{202F}: contrôle réussi.",
            "il ne peut pas la révoquer",
            "sans ajouter d’heures",
        ] {
            page.expect(200, words);
        }
        let path = nadia.get("/path").await;
        path.expect(200, "1 badge");
        path.expect(200, "Brevet de soudure");
        path.expect(200, "décerné le");
        assert!(!path.body.contains("id=\"total\""), "no hours are counted");

        let alone = nadia.get(&format!("{place}/file")).await;
        let expected = if file == maker.token().into_bytes() {
            maker.token()
        } else {
            text.clone()
        };
        assert_eq!((alone.status, alone.body), (200, expected));
        let whole = nadia.get(&format!("{place}/picture")).await;
        match picture {
            Some("image/svg+xml") => assert_eq!(whole.body.as_bytes(), file),
            Some(_) => assert_eq!(whole.status, 200),
            None => assert_eq!(whole.status, 404),
        }
        assert_eq!(page.body.contains(&format!("{place}/picture")), picture.is_some());

        let checked = nadia.submit(&format!("{place}/check"), &[]).await;
        assert_eq!(checked.location(), place);
        assert_eq!(nadia.submit(&format!("{place}/delete"), &[]).await.location(), "/path");
        assert_eq!(nadia.get(&place).await.status, 404);
    }
}

#[tokio::test]
async fn ob_010_a_newer_edition_takes_the_place_of_an_older_one() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    let maker = Maker::new();
    let newer = maker.badge("validFrom", "2026-03-01T00:00:00Z".into());
    let first = bring(&mut nadia, maker.good().as_bytes()).await.location().to_owned();
    let second = bring(&mut nadia, newer.as_bytes()).await.location().to_owned();
    assert_eq!(first, second);
    assert_eq!(nadia.get(&format!("{first}/file")).await.body, newer);
    bring(&mut nadia, maker.good().as_bytes())
        .await
        .expect(422, "Badge déjà remplacé");
    // The same identifier by somebody else is another badge.
    let other = bring(&mut nadia, Maker::new().good().as_bytes()).await;
    assert_ne!(other.location(), first);
    nadia.get("/path").await.expect(200, "2 badges");
}

#[tokio::test]
async fn what_fails_a_check_is_not_kept_and_says_why() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    let maker = Maker::new();
    let forged = maker.good().replace("Soudure", "Plomberie");
    bring(&mut nadia, forged.as_bytes())
        .await
        .expect(422, "La signature ne correspond pas à l’organisme annoncé.");
    let late = maker.badge("validUntil", "2026-03-01T00:00:00Z".into());
    bring(&mut nadia, late.as_bytes())
        .await
        .expect(422, "L’attestation a expiré.");
    let misshapen = maker.good().replace("AchievementSubject", "Person");
    bring(&mut nadia, misshapen.as_bytes())
        .await
        .expect(422, "n’a pas la forme attendue");
    let mut elsewhere: Value = serde_json::from_str(&maker.good()).unwrap();
    let port = 1;
    let did = format!("did:web:localhost%3A{port}");
    elsewhere["issuer"]["id"] = json!(did);
    elsewhere["proof"][0]["verificationMethod"] = json!(format!("{did}#k"));
    let unanswered = bring(&mut nadia, elsewhere.to_string().as_bytes()).await;
    unanswered.expect(422, "n’a pas répondu");
    unanswered.expect(422, "apportez-le à nouveau un peu plus tard");
    nadia
        .get("/path")
        .await
        .expect(200, "Ajoutez votre première attestation");
}

#[tokio::test]
async fn what_is_no_badge_we_read_is_told_by_name() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    let itself = json!({"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}).to_string();
    for file in [itself.as_str(), "https://badges.example.org/assertions/1"] {
        bring(&mut nadia, file.as_bytes())
            .await
            .expect(422, "Badge d’une ancienne génération");
    }
    let hosted = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:openbadges=\"http://openbadges.org\">{}</svg>",
        "<openbadges:assertion verify=\"https://badges.example.org/1\"/>"
    );
    bring(&mut nadia, hosted.as_bytes())
        .await
        .expect(422, "Badge d’une ancienne génération");
    bring(&mut nadia, DRAWN.as_bytes())
        .await
        .expect(422, "Aucun badge dans cette image");
    for file in [
        "{}",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><!DOCTYPE",
        "e30.e30.AA",
    ] {
        bring(&mut nadia, file.as_bytes()).await.expect(422, "Badge illisible");
    }
    // A picture without a badge may show a code.
    bring(&mut nadia, BLANK).await.expect(422, "Aucun QR code");
    bring(&mut nadia, b"bonjour").await.expect(422, "pas une image");
    let large = [DRAWN, &" ".repeat(MAX_PICTURE)].concat();
    let large = baked::bake(large.as_bytes(), &Maker::new().good()).unwrap();
    bring(&mut nadia, &large).await.expect(422, "Image trop grande");
}

#[tokio::test]
async fn a_badge_is_its_persons_alone() {
    let wallet = TestWallet::start().await;
    let (mut nadia, mut karim) = (wallet.holder("Nadia").await, wallet.holder("Karim").await);
    let file = baked::bake(DRAWN.as_bytes(), &Maker::new().good()).unwrap();
    let place = bring(&mut nadia, &file).await.location().to_owned();
    for path in [place.clone(), format!("{place}/file"), format!("{place}/picture")] {
        assert_eq!(karim.get(&path).await.status, 404, "{path}");
        assert!(
            wallet.visitor().get(&path).await.location().starts_with("/open"),
            "{path}"
        );
    }
    for verb in ["check", "delete"] {
        assert_eq!(karim.submit(&format!("{place}/{verb}"), &[]).await.status, 404);
        let without_token = nadia.post(&format!("{place}/{verb}"), &[]).await;
        assert_eq!(without_token.status, 403, "{verb}");
    }
    nadia.get(&place).await.expect(200, "Brevet de soudure");
}

#[tokio::test]
async fn at_the_door_of_presentations_a_file_is_a_picture_of_a_code() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    let text = Maker::new().good();
    nadia
        .bring("/present", "", text.as_bytes())
        .await
        .expect(422, "pas une image");
}

#[tokio::test]
async fn a_badge_that_expires_says_so_when_it_is_checked_again() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    let maker = Maker::new();
    let badge = maker.badge("validUntil", "2026-03-15T10:05:00Z".into());
    let place = bring(&mut nadia, badge.as_bytes()).await.location().to_owned();
    assert!(NOW < "2026-03-15T10:05:00Z");
    wallet.clock.advance(chrono::Duration::minutes(10));
    nadia.submit(&format!("{place}/check"), &[]).await;
    nadia.get(&place).await.expect(200, "Expiré (constaté le");
    nadia.get("/path").await.expect(200, "expirée");
}
