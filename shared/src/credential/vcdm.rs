//! The W3C data model: what a document must be to be a verifiable credential or presentation
//! ([VCDM 2.0](https://www.w3.org/TR/vc-data-model-2.0/), and 1.1 for what others issued before).
//!
//! This is its shape. That its terms mean something is for [`crate::format::json_ld`], that somebody stands for it is for
//! the securing mechanisms, and whether it still holds is for [`crate::verification`].

use std::collections::HashSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Map, Value};

use super::members::has_type;
use crate::format::json_ld::iri::is_absolute as is_url;

/// First of the contexts of VCDM 2.0 (VCDM-001).
pub const CONTEXT_V2: &str = "https://www.w3.org/ns/credentials/v2";

/// First of the contexts of VCDM 1.1.
pub const CONTEXT_V1: &str = "https://www.w3.org/2018/credentials/v1";

/// The most credentials in one presentation.
pub const MAX_CREDENTIALS: usize = 64;

/// A version of the data model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 1.1.
    V1,
    /// 2.0.
    V2,
}

/// Which rule of the data model is broken. Every one is a `MALFORMED_VALUE_ERROR` of VCDM 2.0 §7.2, but
/// [`VcdmRule::Period`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VcdmRule {
    /// The document, or a part of it, is no JSON object.
    #[error("an object is needed")]
    Object,
    /// §4.3: `@context` begins with the one of the data model; the others are URLs or objects.
    #[error("@context does not begin with the one of the data model, or holds something else than URLs and objects")]
    Context,
    /// §4.4: one identifier, a URL.
    #[error("an identifier is one URL")]
    Id,
    /// §4.5: types are there, and the one of the data model is among them.
    #[error("a type is missing")]
    Type,
    /// §4.7: the issuer is a URL, or an object that has one.
    #[error("the issuer is a URL or an object with one")]
    Issuer,
    /// §4.8: the subject is one or several objects that say something.
    #[error("a credential says something of one or several subjects")]
    Subject,
    /// §4.9: an instant of XML Schema.
    #[error("not an instant")]
    Instant,
    /// §4.9: it begins before it ends (`RANGE_ERROR`).
    #[error("it ends before it begins")]
    Period,
    /// §11.1: text, or texts in languages.
    #[error("not text, or text in a language")]
    Text,
    /// §5.3: a resource once, with a digest.
    #[error("a related resource is named once, with a digest")]
    RelatedResource,
    /// §4.13: credentials in a presentation are objects, enveloped ones data URLs.
    #[error("not a credential, enveloped or not")]
    Credential,
    /// §4.13.1: what nobody secured is asserted by the holder.
    #[error("a credential that nobody secured is by the holder of the presentation")]
    Holder,
}

/// A broken rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule} (at {pointer})")]
pub struct VcdmError {
    /// Which.
    pub rule: VcdmRule,
    /// A JSON Pointer (RFC 6901) into the document.
    pub pointer: String,
}

impl VcdmError {
    /// The same, of a part that stands at `pointer`.
    fn under(mut self, pointer: &str) -> Self {
        self.pointer.insert_str(0, pointer);
        self
    }
}

/// Checks a credential, secured or not (VCDM-001 to VCDM-010).
pub fn check_credential(document: &Value) -> Result<Version, VcdmError> {
    let members = object(document)?;
    let version = version(members)?;
    id(members)?;
    types(members, Some("VerifiableCredential"))?;
    issuer(members)?;
    subjects(members)?;
    match version {
        Version::V1 => {
            instant(members, "issuanceDate")?.ok_or(broken(VcdmRule::Instant, "/issuanceDate"))?;
            instant(members, "expirationDate")?;
        }
        Version::V2 => {
            let from = instant(members, "validFrom")?;
            let until = instant(members, "validUntil")?;
            if from.zip(until).is_some_and(|(from, until)| from > until) {
                return Err(broken(VcdmRule::Period, "/validUntil"));
            }
            texts(members)?;
        }
    }
    for name in ["credentialStatus", "credentialSchema"] {
        for (pointer, part) in parts(members, name) {
            let part = object(part).and_then(|part| types(part, None).and_then(|()| id(part)).map(|()| part));
            let part = part.map_err(|error| error.under(&pointer))?;
            if name == "credentialSchema" && !part.contains_key("id") {
                return Err(broken(VcdmRule::Id, &format!("{pointer}/id")));
            }
        }
    }
    for name in [
        "evidence",
        "termsOfUse",
        "refreshService",
        "confidenceMethod",
        "renderMethod",
        "proof",
    ] {
        for (pointer, part) in parts(members, name) {
            object(part)
                .and_then(|part| types(part, None).and_then(|()| id(part)))
                .map_err(|error| error.under(&pointer))?;
        }
    }
    related_resources(members)?;
    Ok(version)
}

/// Checks a presentation and the credentials that lie open in it (VCDM-011). What is enveloped is not opened.
pub fn check_presentation(document: &Value) -> Result<Version, VcdmError> {
    let members = object(document)?;
    let version = version(members)?;
    id(members)?;
    types(members, Some("VerifiablePresentation"))?;
    let holder = members
        .get("holder")
        .map(|holder| identifier(holder, "/holder"))
        .transpose()?;
    let credentials = parts(members, "verifiableCredential");
    if credentials.len() > MAX_CREDENTIALS {
        return Err(broken(VcdmRule::Credential, "/verifiableCredential"));
    }
    for (pointer, credential) in credentials {
        let members = object(credential).map_err(|_| broken(VcdmRule::Credential, &pointer))?;
        if has_type(members, "EnvelopedVerifiableCredential") {
            let is_enveloped = members.contains_key("@context")
                && members
                    .get("id")
                    .and_then(Value::as_str)
                    .is_some_and(|id| id.starts_with("data:") && id.contains(','));
            if !is_enveloped {
                return Err(broken(VcdmRule::Credential, &pointer));
            }
            continue;
        }
        check_credential(credential).map_err(|error| error.under(&pointer))?;
        let issuer = identifier(&members["issuer"], "/issuer").map_err(|error| error.under(&pointer))?;
        if !members.contains_key("proof") && holder != Some(issuer) {
            return Err(broken(VcdmRule::Holder, &pointer));
        }
    }
    for (pointer, proof) in parts(members, "proof") {
        object(proof)
            .and_then(|proof| types(proof, None))
            .map_err(|error| error.under(&pointer))?;
    }
    Ok(version)
}

fn version(members: &Map<String, Value>) -> Result<Version, VcdmError> {
    let contexts = parts(members, "@context");
    let version = match contexts.first().and_then(|(_, first)| first.as_str()) {
        Some(CONTEXT_V2) => Version::V2,
        Some(CONTEXT_V1) => Version::V1,
        _ => return Err(broken(VcdmRule::Context, "/@context")),
    };
    for (pointer, context) in contexts {
        if !(context.is_object() || context.as_str().is_some_and(is_url)) {
            return Err(broken(VcdmRule::Context, &pointer));
        }
    }
    Ok(version)
}

fn id(members: &Map<String, Value>) -> Result<(), VcdmError> {
    match members.get("id") {
        None => Ok(()),
        Some(Value::String(id)) if is_url(id) => Ok(()),
        Some(_) => Err(broken(VcdmRule::Id, "/id")),
    }
}

fn types(members: &Map<String, Value>, required: Option<&str>) -> Result<(), VcdmError> {
    let types = parts(members, "type");
    let are_texts = types
        .iter()
        .all(|(_, term)| term.as_str().is_some_and(|term| !term.is_empty()));
    if types.is_empty() || !are_texts || required.is_some_and(|required| !has_type(members, required)) {
        return Err(broken(VcdmRule::Type, "/type"));
    }
    Ok(())
}

fn issuer(members: &Map<String, Value>) -> Result<(), VcdmError> {
    let missing = || broken(VcdmRule::Issuer, "/issuer");
    let issuer = members.get("issuer").ok_or_else(missing)?;
    identifier(issuer, "/issuer").map_err(|_| missing())?;
    if let Value::Object(issuer) = issuer {
        texts(issuer).map_err(|error| error.under("/issuer"))?;
    }
    Ok(())
}

/// A URL, or an object that has one.
fn identifier<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, VcdmError> {
    let id = match value {
        Value::Object(members) => members.get("id").and_then(Value::as_str),
        value => value.as_str(),
    };
    id.filter(|id| is_url(id)).ok_or_else(|| broken(VcdmRule::Id, pointer))
}

fn subjects(members: &Map<String, Value>) -> Result<(), VcdmError> {
    let subjects = parts(members, "credentialSubject");
    if subjects.is_empty() {
        return Err(broken(VcdmRule::Subject, "/credentialSubject"));
    }
    for (pointer, subject) in subjects {
        match subject {
            Value::Object(subject) if !subject.is_empty() => id(subject).map_err(|error| error.under(&pointer))?,
            _ => return Err(broken(VcdmRule::Subject, &pointer)),
        }
    }
    Ok(())
}

/// `xsd:dateTimeStamp`; an instant without offset is read as UTC (VCDM-005).
pub(crate) fn instant(members: &Map<String, Value>, name: &str) -> Result<Option<DateTime<Utc>>, VcdmError> {
    let Some(value) = members.get(name) else {
        return Ok(None);
    };
    let text = value.as_str().filter(|text| text.get(10..11) == Some("T"));
    text.and_then(|text| {
        DateTime::parse_from_rfc3339(text)
            .map(|instant| instant.to_utc())
            .or_else(|_| text.parse::<NaiveDateTime>().map(|instant| instant.and_utc()))
            .ok()
    })
    .map(Some)
    .ok_or_else(|| broken(VcdmRule::Instant, &format!("/{name}")))
}

/// `name` and `description`.
fn texts(members: &Map<String, Value>) -> Result<(), VcdmError> {
    for name in ["name", "description"] {
        for (pointer, text) in parts(members, name) {
            let is_text = match text {
                Value::String(_) => true,
                Value::Object(text) => {
                    text.get("@value").is_some_and(Value::is_string)
                        && text.iter().all(|(key, value)| match key.as_str() {
                            "@value" => value.is_string(),
                            "@language" => value.as_str().is_some_and(is_language),
                            "@direction" => value == "ltr" || value == "rtl",
                            _ => false,
                        })
                }
                _ => false,
            };
            if !is_text {
                return Err(broken(VcdmRule::Text, &pointer));
            }
        }
    }
    Ok(())
}

/// The shape of a language tag (RFC 5646 §2.1).
fn is_language(tag: &str) -> bool {
    tag.split('-')
        .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn related_resources(members: &Map<String, Value>) -> Result<(), VcdmError> {
    let mut seen = HashSet::new();
    for (pointer, resource) in parts(members, "relatedResource") {
        let digest = |name: &str| resource.get(name).is_some_and(Value::is_string);
        let id = identifier(resource, &pointer).ok().filter(|_| resource.is_object());
        let named_once = id.is_some_and(|id| seen.insert(id));
        if !named_once || !(digest("digestSRI") || digest("digestMultibase")) {
            return Err(broken(VcdmRule::RelatedResource, &pointer));
        }
    }
    Ok(())
}

/// The values of a member that holds one or several, with their pointers. Null is a value, and a wrong one.
fn parts<'a>(members: &'a Map<String, Value>, name: &str) -> Vec<(String, &'a Value)> {
    match members.get(name) {
        None => Vec::new(),
        Some(Value::Array(values)) => (0..)
            .zip(values)
            .map(|(index, value): (usize, _)| (format!("/{name}/{index}"), value))
            .collect(),
        Some(value) => vec![(format!("/{name}"), value)],
    }
}

fn object(value: &Value) -> Result<&Map<String, Value>, VcdmError> {
    value.as_object().ok_or_else(|| broken(VcdmRule::Object, ""))
}

fn broken(rule: VcdmRule, pointer: &str) -> VcdmError {
    VcdmError {
        rule,
        pointer: pointer.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn credential() -> Value {
        json!({
            "@context": [CONTEXT_V2],
            "id": "urn:uuid:5f4a3f0e-2f0b-4b7e-9d5b-6a1c0f6f7c11",
            "type": ["VerifiableCredential"],
            "issuer": {"id": "did:web:asso.example.org", "name": "Asso"},
            "validFrom": "2027-01-10T00:00:00Z",
            "credentialSubject": {"id": "did:example:subject"},
        })
    }

    fn refusal(member: &str, value: Value) -> (VcdmRule, String) {
        let mut document = credential();
        document[member] = value;
        let error = check_credential(&document).unwrap_err();
        (error.rule, error.pointer)
    }

    #[test]
    fn a_credential_of_either_version_is_told() {
        assert_eq!(check_credential(&credential()), Ok(Version::V2));
        let mut old = credential();
        old["@context"] = json!([CONTEXT_V1]);
        assert_eq!(
            check_credential(&old).unwrap_err(),
            broken(VcdmRule::Instant, "/issuanceDate")
        );
        old["issuanceDate"] = json!("2020-01-10T00:00:00Z");
        assert_eq!(check_credential(&old), Ok(Version::V1));
    }

    #[test]
    fn vcdm_005_instants_are_those_of_xml_schema() {
        for text in [
            "2027-01-10T00:00:00Z",
            "2027-01-10T00:00:00.123+02:00",
            "2027-01-10T00:00:00",
        ] {
            let mut document = credential();
            document["validFrom"] = json!(text);
            assert!(check_credential(&document).is_ok(), "{text}");
        }
        for text in [
            json!("2027-01-10"),
            json!("2027-01-10 00:00:00Z"),
            json!(1),
            json!("é".repeat(8)),
            Value::Null,
        ] {
            assert_eq!(refusal("validFrom", text), (VcdmRule::Instant, "/validFrom".to_owned()));
        }
        assert_eq!(
            refusal("validUntil", json!("2026-01-10T00:00:00Z")),
            (VcdmRule::Period, "/validUntil".to_owned())
        );
    }

    #[test]
    fn vcdm_006_texts_are_in_languages() {
        for text in [
            json!("Heures"),
            json!({"@value": "Heures", "@language": "fr-FR", "@direction": "ltr"}),
            json!([{"@value": "Heures", "@language": "fr"}, {"@value": "Hours", "@language": "en"}]),
            json!({"@value": ""}),
        ] {
            for name in ["name", "description"] {
                let mut document = credential();
                document[name] = text.clone();
                document["issuer"][name] = text.clone();
                assert_eq!(check_credential(&document), Ok(Version::V2), "{text}");
            }
        }
        for text in [
            json!(null),
            json!(1),
            json!({}),
            json!({"@language": "fr"}),
            json!({"@value": 1}),
            json!({"@value": "Heures", "@language": ""}),
            json!({"@value": "Heures", "@language": "fr_FR"}),
            json!({"@value": "Heures", "@language": "français"}),
            json!({"@value": "Heures", "@language": ["fr"]}),
            json!({"@value": "Heures", "@direction": "up"}),
            json!({"@value": "Heures", "@type": "a"}),
            json!({"fr": "Heures"}),
        ] {
            assert_eq!(
                refusal("name", text.clone()),
                (VcdmRule::Text, "/name".to_owned()),
                "{text}"
            );
            let issuer = json!({"id": "did:web:asso.example.org", "description": text});
            let broken = (VcdmRule::Text, "/issuer/description".to_owned());
            assert_eq!(refusal("issuer", issuer), broken);
        }
    }

    #[test]
    fn vcdm_010_what_is_around_a_credential_has_types_and_urls() {
        for name in [
            "evidence",
            "termsOfUse",
            "refreshService",
            "confidenceMethod",
            "renderMethod",
        ] {
            let mut document = credential();
            document[name] = json!([{"type": "A"}, {"id": "urn:a", "type": ["A", "B"], "more": {}}]);
            assert_eq!(check_credential(&document), Ok(Version::V2), "{name}");
            for (part, rule, pointer) in [
                (json!("text"), VcdmRule::Object, format!("/{name}")),
                (json!({"id": "urn:a"}), VcdmRule::Type, format!("/{name}/type")),
                (json!({"type": ""}), VcdmRule::Type, format!("/{name}/type")),
                (json!({"type": "A", "id": "a"}), VcdmRule::Id, format!("/{name}/id")),
                (
                    json!({"type": "A", "id": ["urn:a"]}),
                    VcdmRule::Id,
                    format!("/{name}/id"),
                ),
                (json!([{"type": "A"}, {}]), VcdmRule::Type, format!("/{name}/1/type")),
            ] {
                assert_eq!(refusal(name, part.clone()), (rule, pointer), "{part}");
            }
        }
    }

    #[test]
    fn vcdm_009_a_related_resource_is_named_once_with_its_digest() {
        let resource = json!({"id": "https://example.org/a", "digestSRI": "sha384-A"});
        let mut document = credential();
        document["relatedResource"] = resource.clone();
        assert!(check_credential(&document).is_ok());
        let twice = json!([resource, resource]);
        assert_eq!(
            refusal("relatedResource", twice),
            (VcdmRule::RelatedResource, "/relatedResource/1".to_owned())
        );
        assert_eq!(
            refusal("relatedResource", json!({"id": "https://example.org/a"})).0,
            VcdmRule::RelatedResource
        );
    }

    #[test]
    fn vcdm_011_what_nobody_secured_is_by_the_holder() {
        let mut presentation = json!({
            "@context": [CONTEXT_V2],
            "type": "VerifiablePresentation",
            "holder": "did:web:asso.example.org",
            "verifiableCredential": [credential()],
        });
        assert_eq!(check_presentation(&presentation), Ok(Version::V2));
        presentation["holder"] = json!("did:web:other.example.org");
        assert_eq!(
            check_presentation(&presentation).unwrap_err(),
            broken(VcdmRule::Holder, "/verifiableCredential/0")
        );
        presentation["verifiableCredential"] = json!(vec!["data:,a"; 1]);
        assert_eq!(
            check_presentation(&presentation).unwrap_err().rule,
            VcdmRule::Credential
        );
    }
}
