//! The link or QR code that starts a presentation (§5, §13.1.2).

use url::Url;

/// Why a link was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not a request at all.
    #[error("this is not a request to present")]
    NotARequest,
    /// A parameter twice, or a request by value (only `request_uri` is accepted).
    #[error("the request is contradictory")]
    Ambiguous,
    /// Not https (or loopback in development).
    #[error("the request points to an address that is not accepted")]
    ForbiddenAddress,
    /// `client_id` of a kind we cannot check.
    #[error("the verifier presents itself in a way this wallet cannot check")]
    UnsupportedClientId,
}

/// `openid4vp://?…`, `haip-vp://?…`, or any https link that carries `client_id` and `request_uri`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLink {
    /// Full client identifier, to be found again in the request object (VP-W-002).
    pub client_id: String,
    /// Where the request object is.
    pub request_uri: Url,
    /// `request_uri_method=post`.
    pub post: bool,
}

impl RequestLink {
    /// Reads a link. `development` accepts `http` to loopback hosts.
    pub fn parse(text: &str, development: bool) -> Result<Self, LinkError> { todo!() }
    /// `openid4vp://?client_id=…&request_uri=…`.
    pub fn to_scheme_link(&self) -> String { todo!() }
    /// The same parameters on an https page.
    pub fn to_page_link(&self, page: &Url) -> Url { todo!() }
}
