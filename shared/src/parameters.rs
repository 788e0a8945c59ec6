//! Parameters of forms and links: each at most once (RFC 6749 §3.1, §3.2), so that two readers see the same.

use std::collections::BTreeMap;

use url::{Url, form_urlencoded};

/// A parameter came twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a parameter is there twice")]
pub struct Repeated;

/// Parameters by name. One without a value counts as omitted (RFC 6749 §3.1).
#[derive(Debug, Clone, Default)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Of an `application/x-www-form-urlencoded` body.
    pub fn from_form(body: &[u8]) -> Result<Self, Repeated> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            if parameters.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Repeated);
            }
        }
        parameters.retain(|_, value| !value.is_empty());
        Ok(Self(parameters))
    }

    /// Of the query of a link.
    pub fn from_query(url: &Url) -> Result<Self, Repeated> {
        Self::from_form(url.query().unwrap_or_default().as_bytes())
    }

    /// The value of a parameter, taken out.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Whether it is there.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// `SCHEME://?name=value&…`.
pub(crate) fn scheme_link(scheme: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    format!("{scheme}://?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_parameter_is_refused_and_an_empty_one_is_omitted() {
        assert_eq!(Parameters::from_form(b"a=1&b=2&a=1").unwrap_err(), Repeated);
        assert_eq!(Parameters::from_form(b"a=1&%61=2").unwrap_err(), Repeated);
        let mut parameters = Parameters::from_form(b"a=&b=x%20y+z").unwrap();
        assert!(!parameters.has("a"));
        assert_eq!(parameters.take("b").as_deref(), Some("x y z"));
    }
}
