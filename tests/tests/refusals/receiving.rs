//! What the wallet refuses to collect (OpenID4VCI 1.0 §4, §13; RFC 9901 §7.2).

use anyhow::Result;
use chrono::Duration;
use reqwest::StatusCode;
use shared::{clock::Clock, oid4vci::offer::OfferLink};
use tests::{
    people::Volunteer,
    visitor::Page,
    world::{PANIERS, World},
};

use crate::{
    assert_refused,
    rogue::{IssuerTrick, RogueIssuer},
};

/// Refused with a way forward, and nothing kept.
async fn assert_not_collected(volunteer: &Volunteer, page: &Page) -> Result<()> {
    assert_refused(page, "the invitation");
    assert!(!page.links().is_empty(), "no way forward: {}", page.text());
    assert_nothing_kept(volunteer).await
}

async fn assert_nothing_kept(volunteer: &Volunteer) -> Result<()> {
    let path = volunteer.path().await?;
    assert!(!keeps_something(&path), "{}", path.text());
    Ok(())
}

fn keeps_something(path: &Page) -> bool {
    path.links().iter().any(|link| link.href.starts_with("/credentials/"))
}

async fn collect_from(trick: IssuerTrick) -> Result<(World, Volunteer, Page)> {
    let world = World::start().await?;
    let rogue = RogueIssuer::start(trick, world.clock.now()).await?;
    let volunteer = world.volunteer("nadia").await?;
    let page = volunteer.bring(&rogue.link()).await?;
    if page.status != StatusCode::OK {
        return Ok((world, volunteer, page));
    }
    let page = volunteer.accept(&page, None).await?;
    Ok((world, volunteer, page))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_issuer_of_somebody_else_is_served() -> Result<()> {
    let (_world, volunteer, page) = collect_from(IssuerTrick::Honest).await?;
    page.at("/credentials/")?;
    assert!(keeps_something(&volunteer.path().await?));
    Ok(())
}

macro_rules! refuses {
    ($($(#[$doc:meta])* $name:ident: $trick:ident;)*) => { $(
        $(#[$doc])*
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() -> Result<()> {
            let (_world, volunteer, page) = collect_from(IssuerTrick::$trick).await?;
            assert_not_collected(&volunteer, &page).await
        }
    )* };
}

refuses! {
    vci_w_004_metadata_of_another_issuer_is_refused: MetadataOfAnother;
    vci_w_006_an_authorization_server_that_the_metadata_does_not_name_is_refused: ForeignAuthorizationServer;
    neg_25_metadata_behind_a_redirect_is_refused: Redirect;
    vci_w_002_an_offer_in_html_is_refused: OfferInHtml;
    neg_21_an_offer_without_end_is_refused: EndlessOffer;
    vci_w_015_a_signature_by_an_unpublished_key_is_refused: OtherKey;
    vci_w_015_another_issuer_in_the_credential_is_refused: OtherIssuer;
    vci_w_015_another_type_than_asked_is_refused: OtherType;
    vci_w_015_a_credential_bound_to_another_key_is_refused: OtherHolder;
    vci_w_015_an_expired_credential_is_refused: Expired;
    vci_w_016_a_credential_with_a_key_binding_is_refused: WithKeyBinding;
    neg_16_a_type_hidden_in_a_disclosure_is_refused: HiddenType;
    vci_w_015_no_credential_at_all_is_refused: Nothing;
    an_issuer_whose_token_endpoint_fails_is_named: BrokenToken;
}

#[tokio::test(flavor = "multi_thread")]
async fn neg_26_links_that_are_no_invitation_are_refused_with_a_page() -> Result<()> {
    let world = World::start().await?;
    let offer = world.one_offer().await?;
    let volunteer = world.volunteer("nadia").await?;
    let reference = offer.uri().as_str();
    let twice = format!("openid-credential-offer://?credential_offer_uri={reference}&credential_offer_uri={reference}");
    let both = format!("openid-credential-offer://?credential_offer_uri={reference}&credential_offer=%7B%7D");
    let links = [
        "bonjour",
        "https://example.org/",
        "javascript:alert(1)",
        "openid-credential-offer://",
        "openid-credential-offer://?credential_offer=%7B",
        "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fexample.org%2Fo",
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2F192.168.1.1%2Fo",
        "openid-credential-offer://?credential_offer_uri=file%3A%2F%2F%2Fetc%2Fpasswd",
        &twice,
        &both,
        "mdoc://x",
    ];
    for link in links {
        let page = volunteer.bring(link).await?;
        assert_refused(&page, link);
    }
    assert_nothing_kept(&volunteer).await?;
    assert_eq!(world.offers(PANIERS).await?, [offer]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_without_a_code_and_a_file_that_is_no_picture_are_refused_with_a_page() -> Result<()> {
    let world = World::start().await?;
    let volunteer = world.volunteer("nadia").await?;
    let blank = blank();
    let large = vec![0; 9 * 1024 * 1024];
    for (name, bytes) in [
        ("blanc.png", blank.as_slice()),
        ("texte.png", b"not a picture"),
        ("vide.png", b""),
        ("grand.png", &large),
    ] {
        if let Ok(page) = volunteer.scan(name, bytes).await {
            assert_refused(&page, name);
            assert!(page.status.is_client_error(), "{name}: {}", page.status);
        }
    }
    assert_nothing_kept(&volunteer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_w_007_a_wrong_tx_code_is_said_and_the_right_one_still_works() -> Result<()> {
    let world = World::start().await?;
    let offer = world.one_offer_with(true).await?;
    let right = offer.tx_code.clone().expect("a code was asked for");
    let volunteer = world.volunteer("nadia").await?;
    let page = volunteer
        .bring(&offer.invitation().link)
        .await?
        .expect(StatusCode::OK)?;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for code in [Some(wrong), Some(""), Some("abc")] {
        let refused = volunteer.accept(&page, code).await?;
        assert!(
            refused.status.is_client_error(),
            "{code:?}: {}: {}",
            refused.status,
            refused.text()
        );
        assert_nothing_kept(&volunteer).await?;
    }
    volunteer.accept(&page, Some(&right)).await?.at("/credentials/")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_a_used_or_ended_invitation_is_said_to_be_so() -> Result<()> {
    let world = World::start().await?;
    let offer = world.one_offer().await?;
    let nadia = world.volunteer("nadia").await?;
    let before = nadia.bring(&offer.invitation().link).await?.expect(StatusCode::OK)?;
    world.volunteer("yvonne").await?.collect(&offer.invitation()).await?;
    // Seen before it was used, or only after.
    let late = nadia.accept(&before, None).await?;
    assert_not_collected(&nadia, &late).await?;
    let lucas = world.volunteer("lucas").await?;
    let late = lucas.bring(&offer.invitation().link).await?;
    assert_not_collected(&lucas, &late).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_vault_asks_for_the_passphrase_first() -> Result<()> {
    let world = World::start().await?;
    let offer = world.one_offer().await?;
    let volunteer = world.volunteer("nadia").await?;
    volunteer.collect(&offer.invitation()).await?;
    world.clock.advance(Duration::minutes(16));
    let page = volunteer.visitor.open(&world.addresses.wallet.join("/path")?).await?;
    assert_eq!(page.url.path(), "/open", "{}", page.text());
    let home = volunteer.open().await?.at("/path")?;
    assert!(home.text().contains("130"), "{}", home.text());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_w_003_nothing_is_fetched_before_the_person_continues() -> Result<()> {
    let world = World::start().await?;
    let volunteer = world.volunteer("nadia").await?;
    let rogue = RogueIssuer::start(IssuerTrick::Honest, world.clock.now()).await?;
    let mut add = world.addresses.wallet.join("/add")?;
    let reference: url::Url = format!("{}offer", rogue.url).parse()?;
    add.query_pairs_mut()
        .append_pair("credential_offer_uri", reference.as_str());
    // The issuer is gone: a page that fetched could not be shown.
    let host = format!("localhost:{}", rogue.url.port().expect("a port"));
    drop(rogue);
    let page = volunteer.visitor.open(&add).await?.expect(StatusCode::OK)?;
    assert!(page.text().contains(&host), "{}", page.text());
    let kept = page.form("/add")?.defaults();
    let link = kept
        .iter()
        .find(|(name, _)| name == "link")
        .map(|(_, value)| value.as_str());
    let carried = OfferLink::parse(link.expect("the link is kept in the form"), true)?;
    assert_eq!(carried, OfferLink::Reference(reference));
    Ok(())
}

/// A white picture of 64 × 64.
fn blank() -> Vec<u8> {
    include_bytes!("blank.png").to_vec()
}
