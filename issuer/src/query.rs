//! Queries of pages. Links come from outside, so that an unknown or malformed parameter is no error: it is not there.

/// The value of a parameter that is there once.
pub(crate) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut found = url::form_urlencoded::parse(query?.as_bytes()).filter(|(known, _)| known == name);
    let (_, value) = found.next()?;
    found.next().is_none().then(|| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neg_26_a_parameter_is_there_once_or_not_at_all() {
        assert_eq!(parameter(Some("a=1&b=%C3%A9"), "b").as_deref(), Some("é"));
        assert_eq!(parameter(Some("a=1&a=2"), "a"), None);
        assert_eq!(parameter(Some("%ff&&="), "a"), None);
        assert_eq!(parameter(None, "a"), None);
    }
}
