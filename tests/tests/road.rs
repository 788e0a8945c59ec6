//! The main job, end to end: a treasurer's spreadsheet goes in at one end, an explained decision comes out at the other.

use anyhow::{Context, Result};
use reqwest::StatusCode;
use shared::{
    clock::Clock,
    keys::{
        Jwk, PublicKey,
        certificate::authority::{Authority, Leaf},
    },
};
use tests::{
    fixtures::{self, CYCLO_SHEET, PANIERS_SHEET},
    foreign::{self, Collecting, Presenting},
    world::{CYCLO, Engine, PANIERS, QUESTION, World, has_postgres},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_road_on_sqlite() -> Result<()> {
    the_whole_road(Engine::Sqlite).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_road_on_postgresql() -> Result<()> {
    if has_postgres() {
        the_whole_road(Engine::Postgres).await
    } else {
        Ok(())
    }
}

async fn the_whole_road(engine: Engine) -> Result<()> {
    let world = World::start_on(engine).await?;

    // Marc reads what was understood of the big sheet, wrong rows included, and signs.
    let marc = world.treasurer(PANIERS).await?;
    let draft = marc
        .upload("heures-2025.csv", &fixtures::read(PANIERS_SHEET)?)
        .await?
        .expect(StatusCode::OK)?;
    assert!(draft.url.path().starts_with("/batches/"), "{}", draft.text());
    assert!(draft.text().contains("Benali"), "{}", draft.text());
    let refused = marc
        .visitor
        .open(&draft.link("refused.csv")?)
        .await?
        .expect(StatusCode::OK)?;
    assert!(
        refused.html.lines().count() > 3,
        "three rows are wrong, after the header: {}",
        refused.html
    );
    assert_eq!(
        world.offers(PANIERS).await?,
        [],
        "nothing is offered before it is signed"
    );
    let signed = marc.sign(&draft, false).await?;
    let first = marc.invitation(&signed, "Benali").await?;
    assert_eq!(first.tx_code, None);

    // Cyclo-Répar' does the same, with codes sent by another way.
    let cyclo = world.treasurer(CYCLO).await?;
    let draft = cyclo
        .upload("heures-2025-cyclo.csv", &fixtures::read(CYCLO_SHEET)?)
        .await?
        .expect(StatusCode::OK)?;
    let signed = cyclo.sign(&draft, true).await?;
    let second = cyclo.invitation(&signed, "Benali").await?;
    assert_eq!(second.tx_code.as_deref().map(str::len), Some(6));

    // Nadia sees who gives what before she accepts.
    let nadia = world.volunteer("nadia").await?;
    let offer = nadia.bring(&first.link).await?.expect(StatusCode::OK)?;
    assert!(offer.text().contains("Les Paniers du Vallon"), "{}", offer.text());
    let kept = nadia.accept(&offer, None).await?.expect(StatusCode::OK)?;
    assert!(kept.text().contains("130 h"), "{}", kept.text());
    let kept = nadia.collect(&second).await?;
    assert!(kept.text().contains("75 h"), "{}", kept.text());
    let path = nadia.path().await?;
    assert!(path.text().contains("205 h"), "{}", path.text());

    // The treasurer sees that it was collected.
    let followed = marc.visitor.open(&first.page).await?.expect(StatusCode::OK)?;
    assert!(!followed.html.contains("class=\"qr\""), "{}", followed.text());

    // Inès asks; Nadia sees who asks, for what, and the values; she shares.
    let clerk = world.clerk().await?;
    let asked = clerk.ask(&QUESTION).await?;
    let waiting = clerk.look(&asked).await?;
    assert!(waiting.html.contains("<svg"), "{}", waiting.text());
    let request = nadia.bring(&asked.link).await?.expect(StatusCode::OK)?;
    assert!(
        request.text().contains("7800") || request.text().contains("130 h"),
        "the values are shown: {}",
        request.text()
    );
    assert!(request.text().contains("localhost"), "who asks: {}", request.text());
    let receipt = nadia.share(&request).await?.expect(StatusCode::OK)?;
    assert!(receipt.url.path().starts_with("/presentations/"), "{}", receipt.text());

    // The decision, in words, with its reasons; and in JSON.
    let page = clerk.look(&asked).await?.expect(StatusCode::OK)?;
    let plain = page.text().replace(['\u{202f}', '\u{a0}'], " ");
    assert!(
        plain.contains("Droit ouvert : 240 € (compte d’engagement citoyen)"),
        "{plain}"
    );
    assert!(
        plain.contains("205 h") && plain.contains("130 h"),
        "the reasons: {plain}"
    );
    assert!(!plain.contains("Benali"), "the name was not asked for: {plain}");
    let decision = clerk.decision(&asked).await?;
    assert_eq!(decision["outcome"], "granted", "{decision}");
    assert_eq!(decision["amount"], 24_000, "{decision}");

    // In English too.
    let mut english = asked.page.clone();
    english.set_query(Some("lang=en"));
    let page = clerk.visitor.open(&english).await?.expect(StatusCode::OK)?;
    assert!(
        page.text().contains("€240") || page.text().contains("240"),
        "{}",
        page.text()
    );
    assert!(page.html.contains("lang=\"en\""), "{}", page.text());

    // Revoked since: the same wallet, the same question, another decision.
    marc.revoke(&first.page, "erreur de saisie").await?;
    world.clock.advance(chrono::Duration::seconds(301));
    let asked = clerk.ask(&QUESTION).await?;
    nadia.present(&asked.link).await?;
    let decision = clerk.decision(&asked).await?;
    assert_eq!(decision["outcome"], "denied", "{decision}");

    world.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_wallet_walks_the_road_too() -> Result<()> {
    let world = World::start().await?;
    let paniers = world.import(PANIERS, &fixtures::read(PANIERS_SHEET)?, false).await?;
    let cyclo = world.import(CYCLO, &fixtures::read(CYCLO_SHEET)?, true).await?;
    let mut held = Vec::new();
    for (offers, role) in [(&paniers, "dirigeant"), (&cyclo, "encadrant_benevoles")] {
        let offer = offers
            .iter()
            .find(|offer| offer.family_name == "Benali" && offer.role == role)
            .context("no offer")?;
        held.push(Collecting::from_offer(offer).await?.collect(world.clock.now()).await?);
    }
    let clerk = world.clerk().await?;
    let asked = clerk.ask(&QUESTION).await?;
    let presenting = Presenting::from_link(&asked.link).await?;
    let presentations: Vec<String> = held
        .iter()
        .map(|held| presenting.right_presentation(held, world.clock.now()))
        .collect::<Result<_>>()?;
    let answer = presenting.answer(&presenting.payload(&presentations)).await?;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(clerk.decision(&asked).await?["amount"], 24_000);
    Ok(())
}

/// Gives the first organisation a certificate of this authority.
async fn certify(world: &World, authority: &Authority) -> Result<()> {
    let issuer = world.addresses.organisation(PANIERS);
    let did = foreign::get(&issuer.join(&format!("{PANIERS}/did.json"))?)
        .await?
        .json();
    let key = PublicKey::from_jwk(&serde_json::from_value::<Jwk>(
        did["verificationMethod"][0]["publicKeyJwk"].clone(),
    )?)?;
    let leaf = Leaf {
        hosts: &[],
        uris: &[issuer.as_str()],
        ..Leaf::default()
    };
    let chain = world.path("chain.pem");
    std::fs::write(
        &chain,
        authority.chain_of(&key, &leaf)?.to_pem() + &authority.root_pem(),
    )?;
    let chain = chain.to_string_lossy();
    issuer::cli::execute(
        &world.issuer,
        &["organisation", "certificates", PANIERS, "--chain", &chain],
    )
    .await?;
    Ok(())
}

/// A wallet that knows no authority keeps nothing that comes with certificates, and says why.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_certified_organisation_gives_is_not_kept_where_nobody_knows_its_authority() -> Result<()> {
    let world = World::start().await?;
    certify(&world, &Authority::root("Autorité")).await?;
    let nadia = world.volunteer("nadia").await?;
    let offer = nadia
        .bring(&world.one_offer().await?.invitation().link)
        .await?
        .expect(StatusCode::OK)?;
    let page = nadia
        .accept(&offer, None)
        .await?
        .expect(StatusCode::UNPROCESSABLE_ENTITY)?;
    assert!(
        page.text().contains("aucune autorité n’est réglée ici"),
        "{}",
        page.text()
    );
    Ok(())
}

/// HAIP 1.0 §6.1.1: the organisation signs with a certificate; wallet and verifier know its authority, and ask nobody for keys.
#[tokio::test(flavor = "multi_thread")]
async fn a_certified_organisation_is_believed_though_nobody_publishes_its_keys() -> Result<()> {
    let authority = Authority::root("Autorité").sub("Intermédiaire", |_| {});
    let world = World::believing(&authority.root_pem()).await?;
    certify(&world, &authority).await?;

    // Nobody can read the keys it publishes.
    world.cut("/.well-known/jwt-vc-issuer");
    world.cut(&format!("/o/{PANIERS}/did.json"));
    let nadia = world.volunteer("nadia").await?;
    let kept = nadia.collect(&world.one_offer().await?.invitation()).await?;
    assert!(kept.text().contains("130 h"), "{}", kept.text());
    let clerk = world.clerk().await?;
    let asked = clerk.ask(&QUESTION).await?;
    nadia.present(&asked.link).await?;
    let decision = clerk.decision(&asked).await?;
    assert_eq!(
        decision["used"].as_array().map(Vec::len),
        Some(1),
        "the hours count: {decision}"
    );
    let told = decision["checks"].to_string();
    assert!(told.contains("\"signature\""), "{decision}");
    assert!(!told.contains("skipped") && !told.contains("failed"), "{decision}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recovery_code_opens_a_vault_whose_passphrase_was_forgotten() -> Result<()> {
    let world = World::start().await?;
    let nadia = world.volunteer("nadia").await?;
    nadia.collect(&world.one_offer().await?.invitation()).await?;
    nadia.visitor.forget();
    let page = nadia
        .visitor
        .open(&world.addresses.wallet.join("/recover")?)
        .await?
        .expect(StatusCode::OK)?;
    let form = page.form("/recover")?;
    let fresh = "une autre phrase bien longue";
    let values = [
        ("name", "nadia"),
        ("code", nadia.recovery_code.as_str()),
        ("passphrase", fresh),
        ("passphrase_again", fresh),
    ];
    nadia
        .visitor
        .submit(&page, &form, &values, None)
        .await?
        .expect(StatusCode::OK)?;
    let path = nadia.path().await?;
    assert!(path.text().contains("130 h"), "{}", path.text());
    Ok(())
}
