//! The link or QR code that starts a presentation (§5, §13.1.2).

use url::Url;

use super::ClientId;
use crate::{
    address,
    parameters::{Parameters, scheme_link},
};

/// The largest link that is read, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// The scheme of OpenID4VP, and that of HAIP.
const SCHEMES: [&str; 2] = ["openid4vp", "haip-vp"];

/// Why a link was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not a request at all.
    #[error("this is not a request to present")]
    NotARequest,
    /// A parameter twice, an unknown `request_uri_method`, or a request by value (only `request_uri` is accepted).
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
    pub fn parse(text: &str, development: bool) -> Result<Self, LinkError> {
        let text = text.trim();
        // The URL parser drops line ends and tabs: what a person sees would not be what is read.
        if text.len() > MAX_BYTES || text.chars().any(char::is_control) {
            return Err(LinkError::NotARequest);
        }
        let link = Url::parse(text).map_err(|_| LinkError::NotARequest)?;
        if !SCHEMES.contains(&link.scheme()) && !address::is_accepted(&link, development) {
            return Err(LinkError::NotARequest);
        }
        let mut parameters = Parameters::from_query(&link).map_err(|_| LinkError::Ambiguous)?;
        let client_id = parameters.take("client_id").ok_or(LinkError::NotARequest)?;
        if ["request", "dcql_query", "scope"]
            .iter()
            .any(|name| parameters.has(name))
        {
            return Err(LinkError::Ambiguous);
        }
        let request_uri = parameters.take("request_uri").ok_or(LinkError::NotARequest)?;
        let post = match parameters.take("request_uri_method").as_deref() {
            None | Some("get") => false,
            Some("post") => true,
            Some(_) => return Err(LinkError::Ambiguous),
        };
        client_id
            .parse::<ClientId>()
            .map_err(|_| LinkError::UnsupportedClientId)?;
        let request_uri = address::parse(&request_uri, development).ok_or(LinkError::ForbiddenAddress)?;
        Ok(Self {
            client_id,
            request_uri,
            post,
        })
    }

    /// `openid4vp://?client_id=…&request_uri=…`.
    pub fn to_scheme_link(&self) -> String {
        scheme_link(SCHEMES[0], &self.parameters())
    }

    /// The same parameters on an https page.
    pub fn to_page_link(&self, page: &Url) -> Url {
        let mut link = page.clone();
        link.query_pairs_mut().extend_pairs(self.parameters());
        link
    }

    fn parameters(&self) -> Vec<(&str, &str)> {
        let mut parameters = vec![
            ("client_id", self.client_id.as_str()),
            ("request_uri", self.request_uri.as_str()),
        ];
        if self.post {
            parameters.push(("request_uri_method", "post"));
        }
        parameters
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLIENT: &str = "decentralized_identifier%3Adid%3Aweb%3Averif.example";

    fn link(post: bool) -> RequestLink {
        RequestLink {
            client_id: "decentralized_identifier:did:web:verif.example%3A8443".into(),
            request_uri: "https://verif.example:8443/requests/01/object?a=b&c".parse().unwrap(),
            post,
        }
    }

    #[test]
    fn vp_v_013_a_link_survives_both_forms() {
        let page: Url = "https://verif.example/q/01".parse().unwrap();
        for post in [false, true] {
            let haip = link(post).to_scheme_link().replace("openid4vp", "haip-vp");
            for text in [link(post).to_scheme_link(), link(post).to_page_link(&page).into(), haip] {
                assert_eq!(
                    RequestLink::parse(&format!("{text}\n"), false),
                    Ok(link(post)),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn vp_v_006_the_method_is_get_or_post_in_small_letters() {
        let with = |method: &str| {
            let text = format!(
                "openid4vp://?client_id={CLIENT}&request_uri=https%3A%2F%2Fa.example&request_uri_method={method}"
            );
            RequestLink::parse(&text, false).map(|link| link.post)
        };
        assert_eq!(with("get"), Ok(false));
        assert_eq!(with("post"), Ok(true));
        assert_eq!(with("POST"), Err(LinkError::Ambiguous));
        assert_eq!(with("put"), Err(LinkError::Ambiguous));
    }

    #[test]
    fn neg_25_neg_26_tampered_links_are_refused() {
        let good = "request_uri=https%3A%2F%2Fverif.example%2Fr";
        let cases = [
            (
                format!("openid4vp://?client_id={CLIENT}&request_uri=http%3A%2F%2Fverif.example"),
                LinkError::ForbiddenAddress,
            ),
            (
                format!("openid4vp://?client_id={CLIENT}&request_uri=file%3A%2F%2F%2Fetc"),
                LinkError::ForbiddenAddress,
            ),
            (
                format!("openid4vp://?client_id={CLIENT}&{good}&{good}"),
                LinkError::Ambiguous,
            ),
            (
                format!("openid4vp://?client_id={CLIENT}&client_id=x&{good}"),
                LinkError::Ambiguous,
            ),
            (
                format!("openid4vp://?client_id={CLIENT}&{good}&request=a.b.c"),
                LinkError::Ambiguous,
            ),
            (
                format!("openid4vp://?client_id={CLIENT}&dcql_query=%7B%7D"),
                LinkError::Ambiguous,
            ),
            (format!("openid4vp://?client_id={CLIENT}"), LinkError::NotARequest),
            (format!("openid4vp://?{good}"), LinkError::NotARequest),
            (
                format!("openid4vp://?client_id=x509_san_dns%3Averif.example&{good}"),
                LinkError::UnsupportedClientId,
            ),
            (
                format!("openid-credential-offer://?client_id={CLIENT}&{good}"),
                LinkError::NotARequest,
            ),
            (
                format!("http://verif.example/?client_id={CLIENT}&{good}"),
                LinkError::NotARequest,
            ),
            (
                format!("https://verif.exa\tmple/?client_id={CLIENT}&{good}"),
                LinkError::NotARequest,
            ),
            ("a".repeat(MAX_BYTES + 1), LinkError::NotARequest),
        ];
        for (text, error) in cases {
            assert_eq!(RequestLink::parse(&text, false), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            let _outcome = RequestLink::parse(&text, true);
            let _outcome = RequestLink::parse(&format!("openid4vp://?{text}"), false);
        }
    }
}
