//! What the issuer refuses before a token: offers, pages, spreadsheets.

use anyhow::{Context, Result};
use reqwest::{Method, StatusCode};
use shared::clock::Clock;
use tests::{
    fixtures,
    foreign::{Collecting, get, send},
    people::Treasurer,
    visitor::{Page, Visitor},
    world::{CYCLO, Offer, PANIERS, PASSPHRASE, World},
};

/// A sheet that was read, and not signed yet.
async fn draft(treasurer: &Treasurer) -> Result<Page> {
    let page = treasurer.upload("heures.csv", fixtures::ONE_PERSON.as_bytes()).await?;
    page.expect(StatusCode::OK)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_offer_is_a_404_problem() -> Result<()> {
    let world = World::start().await?;
    let offer = world.one_offer().await?;
    let known = offer.uri().as_str();
    let (base, id) = known.rsplit_once('/').expect("a path");
    let addresses = [
        format!("{base}/00000000000000000000000000"),
        format!("{base}/x"),
        format!("{base}/..%2f..%2fetc%2fpasswd"),
        format!("{}/offers/{id}", world.addresses.organisation(CYCLO)),
        format!("{}/offers/{id}", world.addresses.organisation("nobody")),
    ];
    for address in addresses {
        let answer = get(&address.parse()?).await?;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        assert!(
            answer.header("content-type").starts_with("application/problem+json"),
            "{address}: {answer:?}"
        );
    }
    assert_eq!(get(offer.uri()).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_025_reading_an_offer_or_its_page_never_consumes_it() -> Result<()> {
    let world = World::start().await?;
    let offer = world.one_offer().await?;
    let (visitor, page) = (Visitor::new("fr"), offer.invitation().link.parse()?);
    for _ in 0..3 {
        let answer = get(offer.uri()).await?;
        assert_eq!(
            (answer.status, answer.header("cache-control").contains("no-store")),
            (StatusCode::OK, true)
        );
        visitor.open(&page).await?.expect(StatusCode::OK)?;
        send(Method::HEAD, offer.uri(), &[], "").await?;
    }
    assert_eq!(world.offers(PANIERS).await?, std::slice::from_ref(&offer));
    Collecting::from_offer(&offer).await?.collect(world.clock.now()).await?;
    assert_eq!(get(offer.uri()).await?.status, StatusCode::GONE);
    let page = visitor.open(&page).await?;
    assert!(!page.html.contains("/add?credential_offer_uri="), "{}", page.text());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_001_metadata_is_at_its_address_and_only_for_known_organisations() -> Result<()> {
    let world = World::start().await?;
    let base = world.addresses.issuer.as_str();
    for name in [
        "openid-credential-issuer",
        "oauth-authorization-server",
        "jwt-vc-issuer",
    ] {
        let known = get(&format!("{base}.well-known/{name}/o/{PANIERS}").parse()?).await?;
        assert_eq!(
            (
                known.status,
                known.header("content-type").starts_with("application/json")
            ),
            (StatusCode::OK, true),
            "{name}"
        );
        for unknown in ["o/nobody", "o/", "x", "o/Les-Paniers", "o/les-paniers-du-vallon/x"] {
            let answer = get(&format!("{base}.well-known/{name}/{unknown}").parse()?).await?;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}/{unknown}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_an_organisation_are_not_for_the_treasurer_of_another() -> Result<()> {
    let world = World::start().await?;
    let paniers = world.treasurer(PANIERS).await?;
    let draft = draft(&paniers).await?;
    let signed = paniers.sign(&draft, false).await?;
    let attestation = paniers.invitation(&signed, "Benali").await?.page;
    let cyclo = world.treasurer(CYCLO).await?;
    for foreign in [&draft.url, &attestation] {
        assert_eq!(
            cyclo.visitor.open(foreign).await?.status,
            StatusCode::NOT_FOUND,
            "{}",
            foreign.path()
        );
    }
    let nobody = Visitor::new("fr").open(&attestation).await?;
    assert_eq!(nobody.url.path(), "/sign-in");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_from_another_site_or_without_its_token_changes_nothing() -> Result<()> {
    let world = World::start().await?;
    let paniers = world.treasurer(PANIERS).await?;
    let draft = draft(&paniers).await?;
    let sign = draft.url.join(&draft.form("/sign")?.action)?;
    let csrf = draft
        .form("/sign")?
        .defaults()
        .into_iter()
        .find(|(name, _)| name == "csrf")
        .expect("a token")
        .1;
    let cookies = paniers.visitor.cookies(&sign);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let right = format!("csrf={csrf}");
    let cross = [
        (
            vec![("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
            right.as_str(),
        ),
        (vec![("origin", "https://evil.example")], right.as_str()),
        (vec![("sec-fetch-site", "same-origin")], "csrf=x"),
        (vec![("sec-fetch-site", "same-origin")], ""),
    ];
    for (mut headers, body) in cross {
        headers.extend([("cookie", cookies.as_str()), form]);
        let answer = send(Method::POST, &sign, &headers, body).await?;
        assert!(answer.status.is_client_error(), "{headers:?}: {}", answer.status);
    }
    assert_eq!(world.offers(PANIERS).await?, []);
    paniers.sign(&draft, false).await?;
    assert_eq!(world.offers(PANIERS).await?.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_sheet_is_refused_with_a_page_and_nothing_is_kept() -> Result<()> {
    let world = World::start().await?;
    let paniers = world.treasurer(PANIERS).await?;
    let large = vec![b'a'; 9 * 1024 * 1024];
    let files: [(&str, &[u8]); 5] = [
        ("vide.csv", b""),
        ("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("sans-colonnes.csv", b"a;b\n1;2\n"),
        ("tableur.xlsx", b"PK\x03\x04\x14\0\x06\0"),
        ("grand.csv", &large),
    ];
    for (name, bytes) in files {
        if let Ok(page) = paniers.upload(name, bytes).await {
            assert!(page.status.is_client_error(), "{name}: {} {}", page.status, page.text());
            assert!(
                !page.links().is_empty() || page.form("/batches").is_ok(),
                "{name}: no way forward: {}",
                page.text()
            );
        }
    }
    assert_eq!(world.offers(PANIERS).await?, []);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_not_imported_twice() -> Result<()> {
    let world = World::start().await?;
    let sheet = fixtures::ONE_PERSON.as_bytes();
    let offers = world.import(PANIERS, sheet, false).await?;
    let longer = [sheet, b";;;\n"].concat();
    for again in [sheet, &longer] {
        world.import(PANIERS, again, false).await?;
        assert_eq!(world.offers(PANIERS).await?, offers);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_passphrase_opens_nothing_and_guessing_is_slowed_down() -> Result<()> {
    let world = World::start().await?;
    let visitor = Visitor::new("fr");
    let page = visitor.open(&world.addresses.issuer.join("/sign-in")?).await?;
    let form = page.form("/sign-in")?;
    let mut last = StatusCode::OK;
    for _ in 0..25 {
        let values = [("organisation", PANIERS), ("passphrase", "pas la bonne phrase")];
        last = visitor.submit(&page, &form, &values, None).await?.status;
        assert!(last.is_client_error(), "{last}");
        if last == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let values = [("organisation", CYCLO), ("passphrase", PASSPHRASE)];
    visitor.submit(&page, &form, &values, None).await?.at("/")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn vci_i_023_an_offer_by_value_is_collected_once() -> Result<()> {
    let world = World::start().await?;
    let by_value = world.one_offer().await?.by_value.context("the offer is open")?;
    assert!(
        by_value.starts_with("openid-credential-offer://?credential_offer=%7B"),
        "{by_value}"
    );
    let nadia = world.volunteer("nadia").await?;
    let offer = nadia.bring(&by_value).await?.expect(StatusCode::OK)?;
    assert!(offer.text().contains("Les Paniers du Vallon"), "{}", offer.text());
    let kept = nadia.accept(&offer, None).await?.expect(StatusCode::OK)?;
    assert!(kept.text().contains("130 h"), "{}", kept.text());

    let [collected] = <[Offer; 1]>::try_from(world.offers(PANIERS).await?).expect("one offer");
    assert_eq!((collected.state.as_str(), collected.by_value), ("issued", None));
    let stranger = world.volunteer("stranger").await?;
    let offer = stranger.bring(&by_value).await?.expect(StatusCode::OK)?;
    stranger.accept(&offer, None).await?;
    assert!(!stranger.path().await?.text().contains("130 h"));
    Ok(())
}
