//! What holds of the whole wallet: statements on both databases, messages in both languages.

use std::{collections::BTreeSet, path::Path};

use shared::{
    language::Language,
    service::{session, throttle},
    testing::check_messages,
};
use sqlx::migrate::Migrator;

use crate::{
    accounts, app, badges, credentials, offers, presentations, requests,
    testing::{TestIssuer, TestVerifier, TestWallet},
    vault,
};

mod stores;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

#[tokio::test]
async fn every_statement_is_valid_on_both_databases() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let statements = [
            accounts::store::STATEMENTS,
            vault::store::STATEMENTS,
            badges::store::STATEMENTS,
            credentials::store::STATEMENTS,
            offers::store::STATEMENTS,
            requests::store::STATEMENTS,
            presentations::store::STATEMENTS,
            session::STATEMENTS,
            throttle::STATEMENTS,
        ];
        for statement in statements.into_iter().flatten() {
            db.prepare(statement)
                .await
                .unwrap_or_else(|error| panic!("{error}: {statement}"));
        }
    });
}

#[test]
fn both_languages_say_the_same_things() {
    check_messages(&app::locale(), &Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"));
}

#[test]
fn every_message_named_in_the_code_exists() {
    let known = app::locale().keys(Language::French);
    let mut named = BTreeSet::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &known, &mut named);
    assert!(named.len() > 100, "the scan found {} names", named.len());
    let missing: Vec<&String> = named.iter().filter(|key| !known.contains(*key)).collect();
    assert!(missing.is_empty(), "no message for {missing:?}");
}

/// Literals of our own code that look like keys: a known first word, then more words. A page of an error needs three.
fn collect(directory: &Path, known: &BTreeSet<String>, named: &mut BTreeSet<String>) {
    const PREFIXES: [&str; 11] = [
        "badge-",
        "offer-",
        "request-",
        "answer-",
        "bring-",
        "create-",
        "recover-",
        "recovery-",
        "open-",
        "standing-",
        "receipt-",
    ];
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, known, named);
            continue;
        }
        if path.file_name().is_some_and(|name| name == "tests.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for literal in source.split('"').skip(1).step_by(2) {
            let is_key = PREFIXES.iter().any(|prefix| literal.starts_with(prefix))
                && literal
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && !literal.ends_with('-');
            if !is_key {
                continue;
            }
            if known.contains(literal) {
                named.insert(literal.to_owned());
            } else {
                named.extend(["title", "text", "action"].map(|part| format!("{literal}-{part}")));
            }
        }
    }
}

#[tokio::test]
async fn every_page_speaks_both_languages() {
    let wallet = TestWallet::start().await;
    for (language, tag) in [("fr", "<html lang=\"fr\">"), ("en", "<html lang=\"en\">")] {
        let issuer = TestIssuer::start().await;
        issuer.require_code("493536");
        let verifier = TestVerifier::start().await;
        let mut visitor = wallet.visitor();
        visitor.language = language;
        let mut pages = Vec::new();
        for path in ["/", "/create", "/open?next=/path", "/recover", "/nowhere"] {
            pages.push(visitor.get(path).await);
        }
        let name = format!("Nadia {language}");
        let form = [
            ("name", name.as_str()),
            ("passphrase", "des tomates"),
            ("passphrase_again", "en hiver"),
        ];
        pages.push(visitor.post("/create", &form).await);
        let form = [
            ("name", name.as_str()),
            ("passphrase", "des tomates en hiver"),
            ("passphrase_again", "des tomates en hiver"),
        ];
        assert_eq!(visitor.post("/create", &form).await.location(), "/recovery");
        for path in [
            "/recovery",
            "/path",
            "/presentations",
            "/add",
            "/present",
            "/offers/unknown",
        ] {
            pages.push(visitor.get(path).await);
        }
        let offer = visitor.bring("/add", &issuer.link(), b"").await.location().to_owned();
        pages.push(visitor.get(&offer).await);
        pages.push(
            visitor
                .submit(&format!("{offer}/accept"), &[("tx_code", "000000")])
                .await,
        );
        let request = visitor
            .bring("/present", &verifier.link(), b"")
            .await
            .location()
            .to_owned();
        pages.push(visitor.get(&request).await);
        let kept = visitor
            .submit(&format!("{offer}/accept"), &[("tx_code", "493536")])
            .await
            .location()
            .to_owned();
        let badge = crate::badges::tests::Maker::new().good();
        let badge = visitor.bring("/add", "", badge.as_bytes()).await.location().to_owned();
        pages.push(visitor.bring("/add", "", b"{}").await);
        let forged = crate::badges::tests::Maker::new()
            .good()
            .replace("Soudure", "Plomberie");
        pages.push(visitor.bring("/add", "", forged.as_bytes()).await);
        for path in [&offer, &kept, &request, &badge, "/path"] {
            pages.push(visitor.get(path).await);
        }
        verifier.tell(|behaviour| behaviour.failures = 1);
        let choices = visitor.get(&request).await.values_of("choose");
        pages.push(visitor.submit(&format!("{request}/share"), &[]).await);
        let form = [("choose", choices[0].as_str())];
        pages.push(visitor.submit(&format!("{request}/share"), &form).await);
        pages.push(visitor.get(&request).await);
        let receipt = visitor
            .submit(&format!("{request}/share"), &[])
            .await
            .location()
            .to_owned();
        for path in [&receipt, "/presentations", &kept] {
            pages.push(visitor.get(path).await);
        }
        let known = app::locale().keys(Language::French);
        for page in pages {
            assert!(page.body.contains(tag), "{}", page.body);
            assert_eq!(page.body.matches("<h1").count(), 1, "{}", page.body);
            assert!(
                !page.body.contains("style=") && !page.body.contains("<script"),
                "{}",
                page.body
            );
            for text in page.body.split(['<', '>']).skip(2).step_by(2) {
                assert!(!known.contains(text.trim()), "«{text}» is shown instead of its message");
            }
        }
    }
}
