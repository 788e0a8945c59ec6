//! Our addresses: routes and links share one definition.

use url::Url;

use crate::requests::RequestId;

/// The counter.
pub(crate) const COUNTER: &str = "/";
/// Signing in.
pub(crate) const SIGN_IN: &str = "/sign-in";
/// Signing out.
pub(crate) const SIGN_OUT: &str = "/sign-out";
/// Making a request.
pub(crate) const REQUESTS: &str = "/requests";
/// A request: its code, then its decision.
pub(crate) const REQUEST: &str = "/requests/{id}";
/// The same question anew.
pub(crate) const AGAIN: &str = "/requests/{id}/again";
/// Live result.
pub(crate) const EVENTS: &str = "/requests/{id}/events";
/// The decision in JSON.
pub(crate) const DECISION: &str = "/requests/{id}/decision";
/// The signed request object (`request_uri`).
pub(crate) const OBJECT: &str = "/requests/{id}/object";
/// Where wallets answer (`response_uri`).
pub(crate) const RESPONSE: &str = "/requests/{id}/response";
/// What the QR code opens.
pub(crate) const LANDING: &str = "/q/{id}";
/// Where people go once they have answered.
pub(crate) const DONE: &str = "/q/{id}/done";
/// Our DID document.
pub(crate) const DID_DOCUMENT: &str = "/.well-known/did.json";
/// The script of the live result.
pub(crate) const LIVE_SCRIPT: &str = "/static/live.js";

/// Absolute addresses.
#[derive(Debug, Clone)]
pub struct Urls {
    base: Url,
}

impl Urls {
    /// Under this base.
    pub(crate) fn new(base: &Url) -> Self {
        Self { base: base.clone() }
    }

    /// The base itself.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    pub(crate) fn object(&self, id: &RequestId) -> Url {
        self.at(&path(OBJECT, id))
    }

    pub(crate) fn response(&self, id: &RequestId) -> Url {
        self.at(&path(RESPONSE, id))
    }

    pub(crate) fn landing(&self, id: &RequestId) -> Url {
        self.at(&path(LANDING, id))
    }

    pub(crate) fn done(&self, id: &RequestId, response_code: &str) -> Url {
        let mut url = self.at(&path(DONE, id));
        url.query_pairs_mut().append_pair("response_code", response_code);
        url
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }
}

/// The path of a route for one request.
pub(crate) fn path(route: &str, id: &RequestId) -> String {
    route.replace("{id}", id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_absolute_and_carry_the_response_code() {
        let urls = Urls::new(&"https://guichet.example".parse().unwrap());
        let id: RequestId = "0123456789abcdefghjkmnpqrs".parse().unwrap();
        assert_eq!(
            urls.object(&id).as_str(),
            "https://guichet.example/requests/0123456789abcdefghjkmnpqrs/object"
        );
        assert_eq!(
            urls.done(&id, "a-b").as_str(),
            "https://guichet.example/q/0123456789abcdefghjkmnpqrs/done?response_code=a-b"
        );
    }
}
