//! What a credential refers to by address: its schemas (VCDM 2.0 §4.11) and related resources (§5.3).
//!
//! Nobody has to make these checks: what could not be fetched is not held against the credential. What came is the document
//! that was meant, and the credential fits its schemas, or it is refused.

use serde_json::Value;

use super::{MAX_ATTACHED, Surroundings, Trouble, W3cDocument, W3cNeeds};
use crate::{
    credential::{
        StandardError,
        schema::{self, Digests, SchemaError, SchemaKind, SchemaReference},
    },
    format::vc_jose::Securing,
    verification::{Fetched, Reason},
};

const SCHEMA_UNREACHABLE: StandardError = StandardError::Ours("schema-unreachable");
const SCHEMA_UNUSABLE: StandardError = StandardError::Ours("schema-unusable");
const SCHEMA_REFUSED: StandardError = StandardError::Ours("schema-refused");
const AGAINST_SCHEMA: StandardError = StandardError::Ours("against-schema");
const RESOURCE_UNREACHABLE: StandardError = StandardError::Ours("resource-unreachable");
const RESOURCE_CHANGED: StandardError = StandardError::Ours("resource-changed");

impl W3cDocument {
    /// Adds what this credential refers to: at most [`MAX_ATTACHED`] in all.
    pub(super) fn need_attached(&self, needs: &mut W3cNeeds) {
        for reference in SchemaReference::of_credential(&self.document).unwrap_or_default() {
            if reference.kind == Some(SchemaKind::Credential) {
                needs.schema_credentials.insert(reference.id.clone());
            }
            if reference.kind.is_some() && schema::known(&reference.id).is_none() {
                needs.files.insert(reference.id);
            }
        }
        let resources = self
            .resources()
            .iter()
            .filter_map(|resource| resource.get("id")?.as_str());
        needs.files.extend(resources.map(str::to_owned));
        while needs.files.len() > MAX_ATTACHED {
            needs.files.pop_last();
        }
        let files = &needs.files;
        needs.schema_credentials.retain(|address| files.contains(address));
    }

    /// Every schema; the first that says something against the credential, or else the first that could not be evaluated.
    /// `None` when it has none.
    pub(super) fn check_schemas(&self, surroundings: &Surroundings) -> Option<Result<Option<Reason>, Trouble>> {
        let references = match SchemaReference::of_credential(&self.document) {
            Ok(references) if references.is_empty() => return None,
            Ok(references) => references,
            Err(error) => return Some(Err(Trouble::failed(Reason::SchemaRefused, SCHEMA_REFUSED, error))),
        };
        let checked = references
            .iter()
            .map(|reference| self.check_schema(reference, surroundings));
        Some(worst(checked))
    }

    fn check_schema(&self, reference: &SchemaReference, surroundings: &Surroundings) -> Result<(), Trouble> {
        let unusable = |detail| Trouble::skipped(Reason::SchemaUnusable, SCHEMA_UNUSABLE, detail);
        let kind = reference
            .kind
            .ok_or_else(|| unusable("the schema is of a kind not known here"))?;
        let fetched = || match surroundings.files.get(&reference.id) {
            Some(Fetched::Found(bytes)) => Some(bytes.as_slice()),
            _ => None,
        };
        let Some(bytes) = schema::known(&reference.id).or_else(fetched) else {
            let detail = "the schema was not fetched";
            return Err(Trouble::skipped(Reason::SchemaUnreachable, SCHEMA_UNREACHABLE, detail));
        };
        let digests = reference.digests.check(bytes);
        digests.map_err(|error| Trouble::failed(Reason::SchemaRefused, SCHEMA_REFUSED, error))?;
        let checked = match kind {
            SchemaKind::Plain => schema::check_text(bytes, &self.document),
            SchemaKind::Credential => {
                let believed = surroundings.schema_credentials.get(&reference.id);
                let believed = believed.ok_or_else(|| unusable("the credential with the schema is not believed"))?;
                schema::of_schema_credential(believed).and_then(|schema| schema::check(schema, &self.document))
            }
        };
        checked.map_err(|error| match error {
            // Something that the schema asks for may be there, and not shown.
            SchemaError::Unfit(_) if self.securing() == Some(Securing::SdJwt) => unusable("not all of it is shown"),
            SchemaError::Unfit(_) => Trouble::failed(Reason::AgainstSchema, AGAINST_SCHEMA, error),
            error if error.is_indeterminate() => Trouble::skipped(Reason::SchemaUnusable, SCHEMA_UNUSABLE, error),
            error => Trouble::failed(Reason::SchemaRefused, SCHEMA_REFUSED, error),
        })
    }

    /// Every related resource, by its digests; the shape of the data model has them there. `None` when there is none.
    pub(super) fn check_resources(&self, surroundings: &Surroundings) -> Option<Result<Option<Reason>, Trouble>> {
        let resources = self.resources();
        if resources.is_empty() {
            return None;
        }
        let checked = resources.iter().map(|resource| {
            let changed = |error| Trouble::failed(Reason::ResourceChanged, RESOURCE_CHANGED, error);
            let digests = Digests::read(resource).map_err(changed)?;
            let id = resource.get("id").and_then(Value::as_str).unwrap_or_default();
            match surroundings.files.get(id) {
                Some(Fetched::Found(bytes)) if !digests.is_empty() => digests.check(bytes).map_err(changed),
                _ => {
                    let detail = "a related resource was not fetched";
                    Err(Trouble::skipped(
                        Reason::ResourceUnreachable,
                        RESOURCE_UNREACHABLE,
                        detail,
                    ))
                }
            }
        });
        Some(worst(checked))
    }

    fn resources(&self) -> &[Value] {
        match self.document.get("relatedResource") {
            None => &[],
            Some(Value::Array(resources)) => resources,
            Some(only) => std::slice::from_ref(only),
        }
    }
}

/// The first that failed, or else the first that could not be checked.
fn worst(checked: impl Iterator<Item = Result<(), Trouble>>) -> Result<Option<Reason>, Trouble> {
    let mut skipped = None;
    for trouble in checked.filter_map(Result::err) {
        if trouble.is_failure() {
            return Err(trouble);
        }
        skipped.get_or_insert(trouble);
    }
    skipped.map_or(Ok(None), Err)
}
