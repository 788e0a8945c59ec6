use chrono::Duration;

use crate::testing::{PASSPHRASE, TestWallet, Visitor};

/// The printed code of the page `/recovery`.
async fn printed_code(visitor: &mut Visitor) -> String {
    let page = visitor.get("/recovery").await;
    let (_, rest) = page.body.split_once("id=\"recovery-code\">").expect("a printed code");
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_musette_is_created_closed_and_opened_again() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    nadia.get("/path").await.expect(200, "Mon parcours");

    let closed = nadia.submit("/close", &[]).await;
    assert_eq!(closed.location(), "/");
    assert_eq!(nadia.get("/path").await.location(), "/open?next=%2Fpath");

    let form = [
        ("name", "  nadia "),
        ("passphrase", PASSPHRASE),
        ("next", "/presentations"),
    ];
    assert_eq!(nadia.post("/open", &form).await.location(), "/presentations");
    nadia.get("/presentations").await.expect(200, "Ce que j’ai partagé");
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_passphrase_look_the_same() {
    let wallet = TestWallet::start().await;
    wallet.holder("Nadia").await;
    let mut stranger = wallet.visitor();
    let wrong_passphrase = stranger
        .post("/open", &[("name", "Nadia"), ("passphrase", "pas la bonne du tout")])
        .await;
    let wrong_name = stranger
        .post("/open", &[("name", "Karim"), ("passphrase", PASSPHRASE)])
        .await;
    wrong_passphrase.expect(422, "ne vont pas ensemble");
    assert_eq!(wrong_name.status, 422);
    assert_eq!(wrong_name.body.replace("Karim", "Nadia"), wrong_passphrase.body);
}

#[tokio::test]
async fn guessing_is_slowed_down_for_unknown_names_too() {
    let wallet = TestWallet::start().await;
    let mut stranger = wallet.visitor();
    let form = [("name", "Karim"), ("passphrase", "une phrase au hasard")];
    for _ in 0..10 {
        assert_eq!(stranger.post("/open", &form).await.status, 422);
    }
    stranger.post("/open", &form).await.expect(429, "Trop d’essais");
    wallet.clock.advance(Duration::minutes(16));
    assert_eq!(stranger.post("/open", &form).await.status, 422);
}

#[tokio::test]
async fn the_vault_closes_after_fifteen_idle_minutes() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    wallet.clock.advance(Duration::minutes(14));
    nadia.get("/path").await.expect(200, "Mon parcours");
    wallet.clock.advance(Duration::minutes(16));
    assert_eq!(nadia.get("/path").await.location(), "/open?next=%2Fpath");
}

#[tokio::test]
async fn the_recovery_code_opens_the_vault_once_and_ends_other_sessions() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    let code = printed_code(&mut nadia).await;
    let mut phone = wallet.visitor();
    let form = [
        ("name", "NADIA"),
        ("code", code.as_str()),
        ("passphrase", "une autre phrase"),
        ("passphrase_again", "une autre phrase"),
    ];
    assert_eq!(phone.post("/recover", &form).await.location(), "/recovery");
    assert_eq!(nadia.get("/path").await.status, 303, "the other session has ended");
    assert_ne!(
        printed_code(&mut phone).await,
        code,
        "a code that was typed is replaced"
    );

    let again = wallet.visitor().post("/recover", &form).await;
    again.expect(422, "ne vont pas ensemble");
    let old = wallet
        .visitor()
        .post("/open", &[("name", "Nadia"), ("passphrase", PASSPHRASE)])
        .await;
    assert_eq!(old.status, 422);
    let new = wallet
        .visitor()
        .post("/open", &[("name", "Nadia"), ("passphrase", "une autre phrase")])
        .await;
    assert_eq!(new.location(), "/path");
}

#[tokio::test]
async fn a_code_with_a_typing_mistake_is_not_even_tried() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    let code = printed_code(&mut nadia).await;
    let wrong = if code.starts_with('0') {
        code.replacen('0', "1", 1)
    } else {
        format!("0{}", &code[1..])
    };
    for _ in 0..12 {
        let form = [
            ("name", "Nadia"),
            ("code", &*wrong),
            ("passphrase", PASSPHRASE),
            ("passphrase_again", PASSPHRASE),
        ];
        wallet
            .visitor()
            .post("/recover", &form)
            .await
            .expect(422, "Un caractère est faux");
    }
}

#[tokio::test]
async fn the_code_is_shown_until_its_end_is_typed_again() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    nadia.get("/path").await.expect(200, "n’est pas encore noté");
    let code = printed_code(&mut nadia).await;
    nadia
        .submit("/recovery", &[("last_block", "0000")])
        .await
        .expect(422, "pas les quatre derniers");
    let confirmed = nadia
        .submit("/recovery", &[("last_block", &code[code.len() - 4..])])
        .await;
    assert_eq!(confirmed.location(), "/path");
    let page = nadia.get("/recovery").await;
    assert!(!page.body.contains(&code));
    assert!(!nadia.get("/path").await.body.contains("n’est pas encore noté"));
}

#[tokio::test]
async fn what_cannot_be_created_says_why() {
    let wallet = TestWallet::start().await;
    wallet.holder("Nadia").await;
    let mut other = wallet.visitor();
    let taken = [
        ("name", "nadia"),
        ("passphrase", PASSPHRASE),
        ("passphrase_again", PASSPHRASE),
    ];
    other.post("/create", &taken).await.expect(422, "déjà pris");
    let short = [
        ("name", "Karim"),
        ("passphrase", "court"),
        ("passphrase_again", "court"),
    ];
    other.post("/create", &short).await.expect(422, "de 12 à 256");
    let different = [
        ("name", "Karim"),
        ("passphrase", PASSPHRASE),
        ("passphrase_again", "des tomates en été !"),
    ];
    other
        .post("/create", &different)
        .await
        .expect(422, "ne sont pas les mêmes");
    let nir = [
        ("name", "2 55 08 14 168 025 38"),
        ("passphrase", PASSPHRASE),
        ("passphrase_again", PASSPHRASE),
    ];
    other
        .post("/create", &nir)
        .await
        .expect(422, "sans numéro de sécurité sociale");
}

#[tokio::test]
async fn next_leads_nowhere_else() {
    let wallet = TestWallet::start().await;
    wallet.holder("Nadia").await;
    let mut visitor = wallet.visitor();
    let form = [
        ("name", "Nadia"),
        ("passphrase", PASSPHRASE),
        ("next", "//evil.example/path"),
    ];
    assert_eq!(visitor.post("/open", &form).await.location(), "/path");
}

#[tokio::test]
async fn a_form_without_the_token_of_the_session_changes_nothing() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia").await;
    nadia.post("/close", &[("csrf", "guessed")]).await.expect(403, "");
    nadia.get("/path").await.expect(200, "Mon parcours");
}

#[tokio::test]
async fn a_stolen_database_does_not_even_name_people() {
    let wallet = TestWallet::start().await;
    let mut nadia = wallet.holder("Nadia-Benali-du-Vallon").await;
    let code = printed_code(&mut nadia).await;
    let stored = wallet.everything_stored().await;
    let has = |text: &str| {
        stored
            .windows(text.len())
            .any(|bytes| bytes.eq_ignore_ascii_case(text.as_bytes()))
    };
    assert!(has("accounts"), "the file is the database");
    for secret in ["Nadia-Benali-du-Vallon", PASSPHRASE, &code, &code.replace('-', "")] {
        assert!(!has(secret), "«{secret}» rests in the clear");
    }
}

#[tokio::test]
async fn the_first_page_says_when_the_service_can_read_what_is_kept() {
    let wallet = TestWallet::start().await;
    let page = wallet.visitor().get("/").await;
    page.expect(200, "Fermée, votre musette n’est lisible par personne");
    page.expect(200, "Tant qu’elle est ouverte, notre service lit");
}
