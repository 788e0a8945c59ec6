//! The counter's sign-in: one passphrase, shared by the clerks, set from the command line.

pub(crate) mod pages;
pub(crate) mod store;

use axum::http::{HeaderMap, HeaderValue};
use chrono::Duration;
use shared::service::{password, session::Session, throttle};
use zeroize::Zeroizing;

use crate::App;

/// The one account of sessions.
pub(crate) const ACCOUNT: &str = "desk";
const THROTTLE: &str = "sign-in";
/// Tries in [`window`] before a pause.
const TRIES: u32 = 10;

fn window() -> Duration {
    Duration::minutes(5)
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    /// Another passphrase.
    #[error("the passphrase does not fit")]
    WrongPassphrase,
    /// Too many tries in a short time.
    #[error("too many tries")]
    TooManyTries,
    /// None was set yet.
    #[error("no passphrase was set")]
    NotSet,
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// Why a passphrase was not set.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetError {
    /// Too short or too long.
    #[error(transparent)]
    Weak(#[from] password::WeakPassphrase),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// Whether a passphrase was set.
pub(crate) async fn is_open(app: &App) -> Result<bool, sqlx::Error> {
    let mut tx = app.db.read().await?;
    Ok(store::find(&mut tx, ACCOUNT).await?.is_some())
}

/// Sets the passphrase of the counter, and ends its sessions.
pub(crate) async fn set_passphrase(app: &App, passphrase: Zeroizing<String>) -> Result<(), SetError> {
    password::check(&passphrase)?;
    let hash = password::hash(passphrase, app.entropy.as_ref()).await;
    let mut tx = app.db.write().await?;
    store::set(&mut tx, ACCOUNT, &hash, app.now()).await?;
    app.sessions.close_all(&mut tx, ACCOUNT).await?;
    tx.commit().await?;
    Ok(())
}

/// Signs in; gives the cookie. Counts the try before the slow comparison, which runs outside any transaction: a passphrase that
/// was replaced meanwhile opens nothing.
pub(crate) async fn sign_in(app: &App, passphrase: Zeroizing<String>) -> Result<HeaderValue, SignInError> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let allowed = throttle::allow(&mut tx, THROTTLE, TRIES, window(), now).await?;
    let stored = store::find(&mut tx, ACCOUNT).await?;
    tx.commit().await?;
    if !allowed {
        return Err(SignInError::TooManyTries);
    }
    let Some(stored) = stored else {
        return Err(SignInError::NotSet);
    };
    if !password::verify(passphrase, stored.clone()).await {
        return Err(SignInError::WrongPassphrase);
    }
    open(app, &stored).await
}

/// Opens a session for whoever knew the passphrase of this hash, if it still is the counter's.
async fn open(app: &App, verified: &str) -> Result<HeaderValue, SignInError> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    if !store::confirm(&mut tx, ACCOUNT, verified).await? {
        return Err(SignInError::WrongPassphrase);
    }
    throttle::clear(&mut tx, THROTTLE).await?;
    let cookie = app
        .sessions
        .open(&mut tx, ACCOUNT, None, app.entropy.as_ref(), now)
        .await?;
    tx.commit().await?;
    Ok(cookie)
}

/// The clerk's session, when there is one. Strangers without a cookie cost no transaction.
pub(crate) async fn session(app: &App, headers: &HeaderMap) -> Result<Option<Session>, sqlx::Error> {
    if !app.sessions.is_claimed(headers) {
        return Ok(None);
    }
    let mut tx = app.db.write().await?;
    let session = app.sessions.find(&mut tx, headers, app.now()).await?;
    tx.commit().await?;
    Ok(session.filter(|session| session.account == ACCOUNT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn passphrase(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn the_right_passphrase_opens_a_session_and_nothing_else_does() {
        let stage = testing::stage().await;
        let app = &stage.app;
        assert!(matches!(
            sign_in(app, passphrase(testing::PASSPHRASE)).await,
            Err(SignInError::NotSet)
        ));
        assert!(matches!(
            set_passphrase(app, passphrase("court")).await,
            Err(SetError::Weak(_))
        ));

        set_passphrase(app, passphrase(testing::PASSPHRASE)).await.unwrap();
        assert!(matches!(
            sign_in(app, passphrase("une autre phrase")).await,
            Err(SignInError::WrongPassphrase)
        ));
        let cookie = sign_in(app, passphrase(testing::PASSPHRASE)).await.unwrap();
        let headers = testing::cookie_headers(&cookie);
        assert!(session(app, &headers).await.unwrap().is_some());
        assert!(session(app, &HeaderMap::new()).await.unwrap().is_none());

        stage.clock.advance(Duration::hours(2));
        assert!(session(app, &headers).await.unwrap().is_none(), "an idle session ends");
    }

    #[tokio::test]
    async fn a_passphrase_replaced_while_it_was_compared_opens_nothing() {
        shared::on_every_database!(crate::app::SQLITE, crate::app::POSTGRES, |db| {
            let stage = testing::stage_on(db, crate::Policy::Strict).await;
            let app = &stage.app;
            set_passphrase(app, passphrase(testing::PASSPHRASE)).await.unwrap();
            let mut tx = app.db.read().await.unwrap();
            let verified = store::find(&mut tx, ACCOUNT).await.unwrap().unwrap();
            drop(tx);
            assert!(open(app, &verified).await.is_ok());
            set_passphrase(app, passphrase("une tout autre phrase")).await.unwrap();
            let late = open(app, &verified).await;
            assert!(matches!(late, Err(SignInError::WrongPassphrase)), "{late:?}");
        });
    }

    #[tokio::test]
    async fn without_a_cookie_of_its_shape_the_database_is_not_asked() {
        let stage = testing::stage().await;
        let (clerk, _) = stage.clerk().await;
        stage.app.db.close().await;
        assert!(session(&stage.app, &clerk).await.is_err(), "it is closed");
        let odd = testing::cookie_headers(&HeaderValue::from_static("verifier=short; Path=/"));
        for headers in [HeaderMap::new(), odd] {
            assert!(session(&stage.app, &headers).await.unwrap().is_none(), "{headers:?}");
        }
    }

    #[tokio::test]
    async fn guessing_is_slowed_down_even_with_the_right_passphrase_at_last() {
        let stage = testing::stage().await;
        let app = &stage.app;
        set_passphrase(app, passphrase(testing::PASSPHRASE)).await.unwrap();
        for _ in 0..TRIES {
            assert!(matches!(
                sign_in(app, passphrase("une autre phrase")).await,
                Err(SignInError::WrongPassphrase)
            ));
        }
        assert!(matches!(
            sign_in(app, passphrase(testing::PASSPHRASE)).await,
            Err(SignInError::TooManyTries)
        ));
        stage.clock.advance(window() + Duration::seconds(1));
        assert!(sign_in(app, passphrase(testing::PASSPHRASE)).await.is_ok());
    }
}
