//! Who may use it: whoever has a token, or, on a developer's own machine, anybody there.

use std::{fs, io, path::Path, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Refusal;
use crate::{
    credential::StandardError,
    keys::seal::digest,
    service::{body::bearer, config::ServiceConfig},
};

/// The shortest token accepted, in characters.
const MIN_CHARACTERS: usize = 32;

/// Who may ask. Tokens are kept as digests.
#[derive(Debug, Clone)]
pub struct Access(Arc<[[u8; 32]]>);

/// Why the door was not opened.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Nobody would be asked for anything, and others can reach us.
    #[error("the VC-API needs vc_api.token_file, unless it listens on loopback with an http://localhost public_url")]
    Exposed,
    /// The file of tokens does not read.
    #[error("cannot read {0}")]
    Unreadable(String, #[source] io::Error),
    /// A token that can be guessed, or none at all.
    #[error("{0} must hold one token a line, each of at least 32 characters")]
    WeakToken(String),
}

impl Access {
    /// Reads the tokens, one a line. Without a file, anybody may ask; then only this machine can reach us.
    pub fn open(service: &ServiceConfig, token_file: Option<&Path>) -> Result<Self, AccessError> {
        let Some(path) = token_file else {
            return if service.development && service.listen.ip().is_loopback() {
                Ok(Self(Arc::new([])))
            } else {
                Err(AccessError::Exposed)
            };
        };
        let name = || path.display().to_string();
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| AccessError::Unreadable(name(), error))?);
        let tokens: Vec<&str> = text.lines().map(str::trim).filter(|token| !token.is_empty()).collect();
        if tokens.is_empty() || tokens.iter().any(|token| token.len() < MIN_CHARACTERS) {
            return Err(AccessError::WeakToken(name()));
        }
        Ok(Self(tokens.iter().map(|token| digest(token.as_bytes())).collect()))
    }

    /// Asks for a token (RFC 6750) before anything of `router`.
    pub fn guard<S: Clone + Send + Sync + 'static>(&self, router: Router<S>) -> Router<S> {
        router.layer(middleware::from_fn_with_state(self.clone(), ask))
    }

    fn allows(&self, headers: &HeaderMap) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let Some(shown) = bearer(headers).map(|token| digest(token.as_bytes())) else {
            return false;
        };
        // Every token is compared, whichever fits.
        self.0
            .iter()
            .fold(0, |found, token| found | token.ct_eq(&shown).unwrap_u8())
            == 1
    }
}

async fn ask(State(access): State<Access>, request: Request, next: Next) -> Response {
    if access.allows(request.headers()) {
        return next.run(request).await;
    }
    let standard = StandardError::Ours("unauthenticated");
    let mut response = Refusal::with_status(
        StatusCode::UNAUTHORIZED,
        standard,
        "a token is needed, in Authorization",
    )
    .into_response();
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        service::config::load,
        testing::{Exchange, TemporaryDirectory},
    };

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    #[derive(serde::Deserialize)]
    struct Config {
        service: ServiceConfig,
    }

    fn service(listen: &str, public_url: &str) -> ServiceConfig {
        let text = format!(
            "[service]\nlisten = \"{listen}\"\npublic_url = \"{public_url}\"\ndatabase = \"sqlite:a\"\nkey_file = \"k\""
        );
        load::<Config>(&text, None, "TEST", []).unwrap().service
    }

    #[test]
    fn without_tokens_it_is_open_on_loopback_and_nowhere_else() {
        let open = |listen, url| Access::open(&service(listen, url), None);
        assert!(open("127.0.0.1:1", "http://localhost:1").is_ok());
        for (listen, url) in [
            ("0.0.0.0:1", "http://localhost:1"),
            ("127.0.0.1:1", "https://issuer.example"),
        ] {
            assert!(matches!(open(listen, url), Err(AccessError::Exposed)), "{listen} {url}");
        }
    }

    #[tokio::test]
    async fn a_token_of_the_file_opens_and_no_other() {
        let directory = TemporaryDirectory::new();
        let path = directory.path().join("tokens");
        let service = service("0.0.0.0:1", "https://issuer.example");
        let missing = Access::open(&service, Some(&path)).unwrap_err().to_string();
        assert!(missing.contains("tokens"), "{missing}");
        for weak in ["", "short\n", &format!("{TOKEN}\nshort")] {
            fs::write(&path, weak).unwrap();
            assert!(matches!(
                Access::open(&service, Some(&path)),
                Err(AccessError::WeakToken(_))
            ));
        }
        fs::write(&path, format!("{}\n\n{TOKEN}\n", TOKEN.replace('0', "z"))).unwrap();
        let access = Access::open(&service, Some(&path)).unwrap();
        let router = Router::new().route("/a", axum::routing::get(async || "b"));
        let exchange = Exchange::with(access.guard(router)).await;
        let answer = exchange.get("/a").await;
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (401, Some("Bearer"))
        );
        let headers = |value: &str| HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
        assert!(access.allows(&headers(&format!("Bearer {TOKEN}"))));
        assert!(access.allows(&headers(&format!("bearer {}", TOKEN.replace('0', "z")))));
        for wrong in [TOKEN, "Bearer ", "Basic abc", &format!("Bearer {TOKEN}0")] {
            assert!(!access.allows(&headers(wrong)), "{wrong}");
        }
    }
}
