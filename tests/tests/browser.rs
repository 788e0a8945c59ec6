//! The road once more in a real Chromium. QR codes are read from pictures of them, as phones do; every page is looked at on
//! a phone's screen, in both languages.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use tests::{
    browser::{Browser, Screen},
    fixtures, people,
    world::{PANIERS, PASSPHRASE, World},
};
use url::Url;

#[tokio::test(flavor = "multi_thread")]
async fn the_road_in_a_browser_with_codes_read_from_pictures() -> Result<()> {
    let world = World::start().await?;
    let desk = Browser::start(Screen::Desk, "fr").await?;
    let phone = Browser::start(Screen::Phone, "fr").await?;

    // The treasurer uploads the sheet and signs.
    let at = |path: &str| world.addresses.issuer.join(path);
    desk.open(&at("/sign-in")?).await?;
    desk.fill("[name=organisation]", PANIERS).await?;
    desk.fill("[name=passphrase]", PASSPHRASE).await?;
    press_main(&desk).await?;
    desk.find("a[href='/batches/new']").await?;
    desk.open(&at("/batches/new")?).await?;
    desk.choose_file("[name=file]", &sheet(&world)?).await?;
    desk.press("form[action='/batches'] button", "/batches/").await?;
    desk.press("form[action$='/sign'] button", "/batches/").await?;
    desk.click("a[href^='/attestations/']").await?;
    desk.arrive("/attestations/").await?;
    let invitation = desk.photograph(".qr svg", "invitation.png").await?;

    // Nadia makes her wallet, and reads the code from the picture.
    let at = |path: &str| world.addresses.wallet.join(path);
    phone.open(&at("/create")?).await?;
    phone.fill("[name=name]", "nadia").await?;
    phone.fill("[name=passphrase]", people::PASSPHRASE).await?;
    phone.fill("[name=passphrase_again]", people::PASSPHRASE).await?;
    press_main(&phone).await?;
    phone.arrive("/recovery").await?;
    phone.open(&at("/add")?).await?;
    phone.choose_file("[name=picture]", &invitation).await?;
    press_main(&phone).await?;
    phone.arrive("/offers/").await?;
    phone.expect_fits("fr").await?;
    phone.press("form[action$='/accept'] button", "/credentials/").await?;
    phone.read("130 h").await?;

    // The clerk asks; nothing is touched on that page from here on.
    desk.open(&world.addresses.verifier.join("/sign-in")?).await?;
    desk.fill("[name=passphrase]", PASSPHRASE).await?;
    press_main(&desk).await?;
    desk.fill("[name=year]", "2025").await?;
    desk.set("[name=declared_on]", "2026-03-15").await?;
    desk.press("form[action='/requests'] button", "/requests/").await?;
    let request = desk.photograph(".qr svg", "demande.png").await?;

    // Nadia presents by a picture of the clerk's code.
    phone.open(&at("/present")?).await?;
    phone.choose_file("[name=picture]", &request).await?;
    press_main(&phone).await?;
    phone.arrive("/requests/").await?;
    phone.expect_fits("fr").await?;
    phone.press("form[action$='/share'] button", "/presentations/").await?;

    // The live result appears by itself: 130 hours of 200.
    desk.read("Droit non ouvert").await?;
    desk.close().await?;
    phone.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_a_phone_in_both_languages() -> Result<()> {
    let world = World::start().await?;
    let offer = world.one_offer_with(true).await?;
    let marc = world.treasurer(PANIERS).await?;
    let draft = marc
        .upload("heures.csv", &fixtures::read(fixtures::PANIERS_SHEET)?)
        .await?;
    let nadia = world.volunteer("nadia").await?;
    let kept = nadia.collect(&offer.invitation()).await?;
    let clerk = world.clerk().await?;
    let asked = clerk.ask(&tests::world::QUESTION).await?;
    let request = nadia.bring(&asked.link).await?;
    let answered = clerk.ask(&tests::world::QUESTION).await?;
    let receipt = nadia.present(&answered.link).await?;

    let issuer = |path: &str| world.addresses.issuer.join(path);
    let wallet = |path: &str| world.addresses.wallet.join(path);
    let verifier = |path: &str| world.addresses.verifier.join(path);
    let attestation = format!("/attestations/{}", offer.attestation);

    let phone = Browser::start(Screen::Phone, "fr").await?;
    let strangers = [
        issuer("/sign-in")?,
        issuer("/nowhere")?,
        offer.invitation().link.parse()?,
        wallet("/")?,
        wallet("/create")?,
        wallet("/open")?,
        wallet("/recover")?,
        wallet("/nowhere")?,
        verifier("/sign-in")?,
        verifier("/nowhere")?,
        asked.link.parse()?,
    ];
    look_at(&phone, &strangers).await?;
    sign_in(
        &phone,
        &issuer("/sign-in")?,
        &[("organisation", PANIERS), ("passphrase", PASSPHRASE)],
    )
    .await?;
    look_at(
        &phone,
        &[
            issuer("/")?,
            issuer("/batches/new")?,
            draft.url.clone(),
            issuer(&attestation)?,
        ],
    )
    .await?;
    sign_in(
        &phone,
        &wallet("/open")?,
        &[("name", "nadia"), ("passphrase", people::PASSPHRASE)],
    )
    .await?;
    let mine = [
        wallet("/path")?,
        wallet("/add")?,
        wallet("/present")?,
        kept.url,
        request.url,
        receipt.url,
    ];
    look_at(&phone, &mine).await?;
    sign_in(&phone, &verifier("/sign-in")?, &[("passphrase", PASSPHRASE)]).await?;
    look_at(&phone, &[verifier("/")?, asked.page, answered.page]).await?;
    phone.close().await
}

/// Opens each page in both languages; it must fit, have one main title, its language, and labelled fields.
async fn look_at(phone: &Browser, pages: &[Url]) -> Result<()> {
    for page in pages {
        for language in ["en", "fr"] {
            let mut page = page.clone();
            page.query_pairs_mut().append_pair("lang", language);
            phone.open(&page).await?;
            phone.expect_fits(language).await.with_context(|| format!("{page}"))?;
        }
    }
    Ok(())
}

/// Signs in on a page of fields, as the person would.
async fn sign_in(phone: &Browser, page: &Url, fields: &[(&str, &str)]) -> Result<()> {
    phone.open(page).await?;
    for (name, value) in fields {
        phone.fill(&format!("[name={name}]"), value).await?;
    }
    press_main(phone).await?;
    phone
        .find("form[action='/sign-out'], form[action='/close']")
        .await
        .map(drop)
}

async fn press_main(browser: &Browser) -> Result<()> {
    browser.click("main form button").await
}

fn sheet(world: &World) -> Result<PathBuf> {
    let file = world.path("heures.csv");
    fs::write(&file, fixtures::ONE_PERSON)?;
    Ok(file)
}
