//! One way to be wrong after another, over HTTP, against the three real services. Each is named after its requirement, and
//! asserts the exact answer, that nothing changed, and (where it can) that the right request still works after it.
#![expect(
    clippy::expect_used,
    reason = "a test that does not find what it made itself must stop"
)]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use tests::{
    visitor::Page,
    world::{Engine, has_postgres},
};

mod collecting;
mod offering;
mod presenting;
mod receiving;
mod rogue;
mod sharing;

/// The databases there are here.
fn engines() -> Vec<Engine> {
    let mut engines = vec![Engine::Sqlite];
    engines.extend(has_postgres().then_some(Engine::Postgres));
    engines
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A signature or code of the same shape that is another.
fn altered(base64url: &str) -> String {
    let first = if base64url.starts_with('A') { 'B' } else { 'A' };
    format!("{first}{}", &base64url[1..])
}

/// A refusal for a person: not a 200, not a 5xx of ours, and with a title.
#[track_caller]
fn assert_refused(page: &Page, case: &str) {
    assert!(
        page.status.is_client_error() || page.status == StatusCode::BAD_GATEWAY,
        "{case}: {}: {}",
        page.status,
        page.text()
    );
    assert!(!page.title().is_empty(), "{case}: no title: {}", page.text());
}
