//! JSON Schemas of credentials ([VC JSON Schema](https://www.w3.org/TR/vc-json-schema/), VCDM 2.0 §4.11).
//!
//! A schema is somebody else's program: it is bounded before it runs ([`cost`]), its patterns are matched in linear time
//! or within a limit, and it fetches nothing. `jsonschema` runs it.

mod cost;
#[cfg(test)]
mod tests;

use jsonschema::{Draft, PatternOptions, error::ValidationErrorKind};
use serde_json::Value;

use super::open_badge;
use crate::{
    integrity::{Integrity, IntegrityError},
    json,
};

/// The largest schema, in bytes.
pub const MAX_BYTES: usize = 512 * 1024;
/// The most schemas of one credential.
pub const MAX_SCHEMAS: usize = 8;
/// The largest pattern once compiled, in bytes.
const MAX_PATTERN_BYTES: usize = 256 * 1024;
/// How often a pattern with look-around or back references may try again.
const MAX_BACKTRACKS: usize = 10_000;

/// Why a document was not found to fit a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// Larger than [`MAX_BYTES`].
    #[error("the schema is too large")]
    TooLarge,
    /// §3: not JSON, without `$schema` or `$id`, or against its own version of JSON Schema.
    #[error("the schema is malformed")]
    Malformed,
    /// §4.2: a version of JSON Schema that is not evaluated here.
    #[error("the schema is of a version not known here")]
    UnknownVersion,
    /// It refers to other schemas: nothing is fetched in its name.
    #[error("the schema refers to another")]
    Remote,
    /// Checking the document against it would take too long.
    #[error("the schema takes too much work")]
    Costly,
    /// The document does not fit; where, as a JSON Pointer.
    #[error("the document does not fit the schema (at {0:?})")]
    Unfit(String),
    /// The schema is not the one that was meant.
    #[error(transparent)]
    Integrity(#[from] IntegrityError),
    /// VCDM 2.0 §4.11: `credentialSchema` is no object with a type and a URL, or there are more than [`MAX_SCHEMAS`].
    #[error("the reference to a schema is malformed")]
    Reference,
    /// §2.2: the credential that holds the schema is of another shape.
    #[error("not a credential that holds a schema")]
    NotSchemaCredential,
}

/// A schema of this project, which nobody is asked for; `None` for those of others.
pub fn known(address: &str) -> Option<&'static [u8]> {
    (address == open_badge::ACTIVITY_SCHEMA)
        .then_some(include_bytes!("../../../../fixtures/schemas/activity-hours-v1.json"))
}

impl SchemaError {
    /// Whether nothing is known of the document (§4.2: *indeterminate*), rather than something against it.
    pub fn is_indeterminate(&self) -> bool {
        matches!(
            self,
            Self::UnknownVersion | Self::Remote | Self::Costly | Self::TooLarge
        )
    }
}

/// How a schema is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// As it is: `JsonSchema`, and what Open Badges 3.0 calls `1EdTechJsonSchemaValidator2019`.
    Plain,
    /// In a credential of its own: `JsonSchemaCredential`.
    Credential,
}

/// One `credentialSchema`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaReference {
    /// Its address.
    pub id: String,
    /// How it is published; `None` for types not known here.
    pub kind: Option<SchemaKind>,
    /// Which bytes are meant.
    pub digests: Digests,
}

impl SchemaReference {
    /// Those of a credential, in its order.
    pub fn of_credential(credential: &Value) -> Result<Vec<Self>, SchemaError> {
        let entries = match credential.get("credentialSchema") {
            None => return Ok(Vec::new()),
            Some(Value::Array(entries)) => entries.as_slice(),
            Some(only) => std::slice::from_ref(only),
        };
        if entries.len() > MAX_SCHEMAS {
            return Err(SchemaError::Reference);
        }
        entries.iter().map(Self::read).collect()
    }

    fn read(entry: &Value) -> Result<Self, SchemaError> {
        let id = entry.get("id").and_then(Value::as_str).ok_or(SchemaError::Reference)?;
        let is = |wanted: &str| match entry.get("type") {
            Some(Value::Array(types)) => types.iter().any(|found| found == wanted),
            found => found.is_some_and(|found| found == wanted),
        };
        let kind = if is("JsonSchemaCredential") {
            Some(SchemaKind::Credential)
        } else if is("JsonSchema") || is("1EdTechJsonSchemaValidator2019") {
            Some(SchemaKind::Plain)
        } else {
            None
        };
        Ok(Self {
            id: id.to_owned(),
            kind,
            digests: Digests::read(entry)?,
        })
    }
}

/// `digestSRI` and `digestMultibase` beside a reference (VCDM 2.0 §5.3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Digests(Vec<Integrity>);

impl Digests {
    /// Those of an object that refers to something. Both have to fit; neither has to be there.
    pub fn read(entry: &Value) -> Result<Self, IntegrityError> {
        let text = |name| match entry.get(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or(IntegrityError::Malformed),
        };
        let sri = text("digestSRI")?.map(Integrity::parse).transpose()?;
        let multibase = text("digestMultibase")?.map(Integrity::parse_multibase).transpose()?;
        let digests = sri.into_iter().chain(multibase).collect();
        Ok(Self(digests))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses another document.
    pub fn check(&self, document: &[u8]) -> Result<(), IntegrityError> {
        self.0.iter().try_for_each(|digest| digest.check(document))
    }
}

/// The schema in a credential of type `JsonSchemaCredential` (§2.2). Whether it is to be believed is not checked here.
pub fn of_schema_credential(credential: &Value) -> Result<&Value, SchemaError> {
    let types = credential.get("type").and_then(Value::as_array);
    let is_one = types.is_some_and(|types| types.iter().any(|found| found == "JsonSchemaCredential"));
    let subject = credential
        .get("credentialSubject")
        .filter(|subject| is_one && subject.get("type").is_some_and(|found| found == "JsonSchema"));
    subject
        .and_then(|subject| subject.get("jsonSchema"))
        .filter(|schema| schema.is_object())
        .ok_or(SchemaError::NotSchemaCredential)
}

/// Checks a document against the text of a schema.
pub fn check_text(schema: &[u8], document: &Value) -> Result<(), SchemaError> {
    if schema.len() > MAX_BYTES {
        return Err(SchemaError::TooLarge);
    }
    let schema = json::parse(schema).map_err(|_| SchemaError::Malformed)?;
    check(&schema, document)
}

/// Checks a document against a schema, that was read strictly.
pub fn check(schema: &Value, document: &Value) -> Result<(), SchemaError> {
    let text = |name| schema.get(name).and_then(Value::as_str).ok_or(SchemaError::Malformed);
    let draft = draft(text("$schema")?).ok_or(SchemaError::UnknownVersion)?;
    text("$id")?;
    cost::bound(schema, document)?;
    // Those without look-around and back references are matched in linear time whatever the limit.
    let patterns = PatternOptions::fancy_regex()
        .backtrack_limit(MAX_BACKTRACKS)
        .size_limit(MAX_PATTERN_BYTES)
        .dfa_size_limit(MAX_PATTERN_BYTES);
    let validator = jsonschema::options()
        .with_draft(draft)
        .with_pattern_options(patterns)
        .build(schema)
        .map_err(|_| SchemaError::Malformed)?;
    match validator.validate(document) {
        Ok(()) => Ok(()),
        Err(error) => Err(match error.kind() {
            ValidationErrorKind::BacktrackLimitExceeded { .. } => SchemaError::Costly,
            _ => SchemaError::Unfit(error.instance_path().to_string()),
        }),
    }
}

/// The versions that are evaluated here, by the address of their own schema.
fn draft(schema: &str) -> Option<Draft> {
    match schema.strip_suffix('#').unwrap_or(schema) {
        "https://json-schema.org/draft/2020-12/schema" => Some(Draft::Draft202012),
        "https://json-schema.org/draft/2019-09/schema" => Some(Draft::Draft201909),
        "http://json-schema.org/draft-07/schema" => Some(Draft::Draft7),
        _ => None,
    }
}
