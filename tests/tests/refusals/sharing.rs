//! What the wallet refuses to present to (OpenID4VP 1.0 §5, §8).

use anyhow::Result;
use reqwest::StatusCode;
use shared::clock::Clock;
use tests::{
    people::Volunteer,
    visitor::Page,
    world::{QUESTION, World},
};

use crate::{
    assert_refused,
    rogue::{RogueVerifier, VerifierTrick},
};

/// A person with one attestation, and a verifier of somebody else.
struct Encounter {
    world: World,
    volunteer: Volunteer,
    rogue: RogueVerifier,
}

impl Encounter {
    async fn with(trick: VerifierTrick) -> Result<Self> {
        let world = World::start().await?;
        let volunteer = world.volunteer("nadia").await?;
        volunteer.collect(&world.one_offer().await?.invitation()).await?;
        let rogue = RogueVerifier::start(trick, world.clock.now()).await?;
        Ok(Self {
            world,
            volunteer,
            rogue,
        })
    }

    /// The page of its request.
    async fn request(&self) -> Result<Page> {
        self.volunteer.bring(&self.rogue.link()).await?.expect(StatusCode::OK)
    }

    fn assert_refused(&self, page: &Page) {
        assert_refused(page, "the request");
        assert!(!page.links().is_empty(), "no way forward: {}", page.text());
        for body in self.rogue.received() {
            assert!(
                body.starts_with("error=") || body.contains("&error="),
                "something was presented: {body}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_verifier_of_somebody_else_is_answered() -> Result<()> {
    let encounter = Encounter::with(VerifierTrick::Honest).await?;
    let request = encounter.request().await?;
    assert!(request.text().contains("Guichet d’ailleurs"), "{}", request.text());
    assert!(
        encounter.rogue.received().is_empty(),
        "nothing is sent before the person agrees"
    );
    encounter.volunteer.share(&request).await?.expect(StatusCode::OK)?;
    let received = encounter.rogue.received();
    assert!(
        received.len() == 1 && received[0].starts_with("response="),
        "{received:?}"
    );
    Ok(())
}

macro_rules! refuses {
    ($($name:ident: $trick:ident;)*) => { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() -> Result<()> {
            let encounter = Encounter::with(VerifierTrick::$trick).await?;
            let page = encounter.volunteer.bring(&encounter.rogue.link()).await?;
            encounter.assert_refused(&page);
            Ok(())
        }
    )* };
}

refuses! {
    vp_w_001_a_request_of_another_type_is_refused: OtherType;
    vp_w_002_a_request_of_another_client_than_the_link_is_refused: OtherClient;
    vp_w_004_a_request_behind_a_redirect_is_refused: Redirect;
    vp_w_004_a_request_of_another_media_type_is_refused: MediaType;
    vp_w_006_a_request_signed_by_another_key_is_refused: OtherKey;
    vp_w_006_a_document_of_another_did_is_refused: ForeignDocument;
    vp_w_007_a_request_with_a_redirect_uri_is_refused: RedirectUri;
    vp_w_008_an_answer_to_another_host_is_refused: ForeignResponse;
    vp_w_009_transaction_data_is_refused: TransactionData;
    vp_v_008_a_request_without_a_key_to_encrypt_to_is_refused: NoEncryptionKey;
    neg_01_an_unsigned_request_is_refused: AlgNone;
    neg_18_an_expired_request_is_refused: Expired;
    dcql_001_a_malformed_query_is_refused: MalformedQuery;
    vp_v_002_a_request_without_a_nonce_is_refused: NoNonce;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_that_fails_to_take_the_answer_is_said_to_have_failed() -> Result<()> {
    let encounter = Encounter::with(VerifierTrick::BrokenResponse).await?;
    let request = encounter.request().await?;
    let page = encounter.volunteer.share(&request).await?;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY, "{}", page.text());
    assert_eq!(encounter.rogue.received().len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_w_005_links_we_cannot_check_are_refused_with_a_page() -> Result<()> {
    let encounter = Encounter::with(VerifierTrick::Honest).await?;
    let object = format!("{}object", encounter.rogue.url);
    let object = url::form_urlencoded::byte_serialize(object.as_bytes()).collect::<String>();
    let links = [
        format!("openid4vp://?client_id=redirect_uri%3Ahttps%3A%2F%2Fx.example&request_uri={object}"),
        format!("openid4vp://?client_id=x509_san_dns%3Ax.example&request_uri={object}"),
        format!("openid4vp://?client_id=origin%3Ahttps%3A%2F%2Fx.example&request_uri={object}"),
        format!("openid4vp://?client_id=x.example&request_uri={object}"),
        "openid4vp://?client_id=decentralized_identifier%3Adid%3Aweb%3Ax.example".to_owned(),
        "openid4vp://?client_id=decentralized_identifier%3Adid%3Aweb%3Ax.example&request=e30.e30.e30".to_owned(),
        "openid4vp://?client_id=decentralized_identifier%3Adid%3Aweb%3Ax.example&request_uri=http%3A%2F%2Fx.example%2Fo".to_owned(),
        format!("openid4vp://?client_id=a&client_id=b&request_uri={object}"),
    ];
    for link in links {
        let page = encounter.volunteer.bring(&link).await?;
        assert_refused(&page, &link);
        assert!(page.status.is_client_error(), "{link}: {}", page.status);
    }
    assert!(encounter.rogue.received().is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vp_w_013_refusing_says_access_denied_and_nothing_else() -> Result<()> {
    let encounter = Encounter::with(VerifierTrick::Honest).await?;
    let request = encounter.request().await?;
    encounter.volunteer.refuse(&request).await?.expect(StatusCode::OK)?;
    let received = encounter.rogue.received();
    assert_eq!(received.len(), 1, "{received:?}");
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(received[0].as_bytes())
        .into_owned()
        .collect();
    assert!(
        fields.contains(&("error".to_owned(), "access_denied".to_owned())),
        "{fields:?}"
    );
    assert!(
        fields
            .iter()
            .all(|(name, _)| matches!(name.as_str(), "error" | "state" | "error_description")),
        "{fields:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_for_the_wallet_that_opened_it() -> Result<()> {
    let encounter = Encounter::with(VerifierTrick::Honest).await?;
    let request = encounter.request().await?;
    let yvonne = encounter.world.volunteer("yvonne").await?;
    assert_eq!(yvonne.visitor.open(&request.url).await?.status, StatusCode::NOT_FOUND);
    let clerk = encounter.world.clerk().await?;
    let asked = clerk.ask(&QUESTION).await?;
    let request = yvonne.bring(&asked.link).await?;
    assert!(
        request.form("/share").is_err(),
        "an empty wallet has nothing to share: {}",
        request.text()
    );
    Ok(())
}
