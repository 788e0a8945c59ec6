//! The data model of Open Badges 3.0 (Appendix B): which members each class has, and of what form.
//!
//! A table of classes and one walk over it. It is stricter than the W3C model where Open Badges is (OB-005: names are plain
//! text, lists are lists, one status); members that are not in the table are let through, but in the classes that the
//! specification closes. Badges of VCDM 1.1 (the first editions of 3.0) may write one value where a list is meant, as
//! those editions did.

mod classes;
#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate};
use serde_json::{Map, Value};

use self::classes::{ACHIEVEMENT_CREDENTIAL, ENDORSEMENT_CREDENTIAL};
use super::{is_badge, is_endorsement};
use crate::{
    credential::vcdm::{CONTEXT_V1, CONTEXT_V2, Version},
    format::json_ld::iri::is_absolute,
};

/// Which rule of the data model is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadgeRule {
    /// The document says neither that it is a badge nor an endorsement (OB-002).
    #[error("neither an open badge nor an endorsement")]
    Kind,
    /// OB-001: the context of the W3C, then that of Open Badges.
    #[error("the second context is not one of Open Badges 3.0")]
    Context,
    /// A member that must be there is not.
    #[error("a member is missing")]
    Missing,
    /// OB-004: a closed class has a member of another name.
    #[error("a member that this class does not have")]
    Unknown,
    /// An object is needed.
    #[error("an object is needed")]
    Object,
    /// OB-005: a list is needed, even of one.
    #[error("a list is needed")]
    List,
    /// The type of the class is not among the types.
    #[error("the type of the class is missing")]
    Type,
    /// Plain text is needed.
    #[error("plain text is needed")]
    Text,
    /// A URI is needed.
    #[error("a URI is needed")]
    Uri,
    /// A number is needed.
    #[error("a number is needed")]
    Number,
    /// True or false is needed.
    #[error("true or false is needed")]
    Boolean,
    /// An instant with its offset is needed (RFC 3339).
    #[error("an instant with its offset is needed")]
    Instant,
    /// A day is needed.
    #[error("a day is needed")]
    Day,
    /// A language tag is needed.
    #[error("a language tag is needed")]
    Language,
    /// OB-006: neither a term of the list nor `ext:` and a name.
    #[error("neither a known term nor an extended one")]
    Term,
    /// A compact JWS is needed.
    #[error("a compact JWS is needed")]
    Token,
    /// OB-003: the subject has an identifier, in one way or another.
    #[error("the subject has neither an id nor an identifier")]
    Subject,
}

/// A broken rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule} (at {pointer})")]
pub struct ShapeError {
    /// Which.
    pub rule: BadgeRule,
    /// A JSON Pointer (RFC 6901) into the document.
    pub pointer: String,
}

/// Checks the shape of a badge or an endorsement, secured or not (OB-001 to OB-006). What the W3C model wants beyond is for
/// [`crate::credential::vcdm`]; whether somebody stands for it, for the securing mechanisms. Endorsements within are checked
/// for their shape too, and nothing says that their signatures are right.
pub fn check(document: &Value) -> Result<(), ShapeError> {
    let class = if is_badge(document) {
        &ACHIEVEMENT_CREDENTIAL
    } else if is_endorsement(document) {
        &ENDORSEMENT_CREDENTIAL
    } else {
        return Err(broken(BadgeRule::Kind, "/type"));
    };
    class.check(document, Version::V2, "")
}

/// What a value must be.
enum Form {
    Text,
    Uri,
    Number,
    Boolean,
    Instant,
    Day,
    Language,
    Token,
    /// One of these, and nothing else.
    OneOf(&'static [&'static str]),
    /// One of these, or an extended term.
    Term(&'static [&'static str]),
    /// Types, one of these among them.
    Types(&'static [&'static str]),
    /// An object of the class.
    A(&'static Class),
    /// An object of the class, or its URI.
    Reference(&'static Class),
    List(&'static Form),
}

struct Member {
    name: &'static str,
    form: Form,
    required: Required,
}

#[derive(PartialEq, Eq)]
enum Required {
    Always,
    /// Since the edition for VCDM 2.0.
    SinceV2,
    Never,
}

const fn must(name: &'static str, form: Form) -> Member {
    Member {
        name,
        form,
        required: Required::Always,
    }
}

const fn must_since_v2(name: &'static str, form: Form) -> Member {
    Member {
        name,
        form,
        required: Required::SinceV2,
    }
}

const fn may(name: &'static str, form: Form) -> Member {
    Member {
        name,
        form,
        required: Required::Never,
    }
}

struct Class {
    members: &'static [Member],
    kind: Kind,
}

#[derive(PartialEq, Eq)]
enum Kind {
    /// Others may add members.
    Open,
    /// The members of the table are all there are.
    Closed,
    /// A credential: it begins with its contexts, and has the dates of its version.
    Credential,
    /// The subject of a badge: it has an identifier.
    Subject,
}

impl Class {
    fn check(&self, value: &Value, version: Version, pointer: &str) -> Result<(), ShapeError> {
        let members = value.as_object().ok_or_else(|| broken(BadgeRule::Object, pointer))?;
        let version = match self.kind {
            Kind::Credential => credential(members, pointer)?,
            _ => version,
        };
        for member in self.members {
            let here = format!("{pointer}/{}", member.name);
            match members.get(member.name) {
                Some(value) => member.form.check(value, version, &here)?,
                None => match member.required {
                    Required::Always => return Err(broken(BadgeRule::Missing, &here)),
                    Required::SinceV2 if version == Version::V2 => return Err(broken(BadgeRule::Missing, &here)),
                    _ => {}
                },
            }
        }
        if self.kind == Kind::Closed {
            let stranger = members
                .keys()
                .find(|name| self.members.iter().all(|member| member.name != name.as_str()));
            if let Some(name) = stranger {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                return Err(broken(BadgeRule::Unknown, &format!("{pointer}/{escaped}")));
            }
        }
        let is_named = members.contains_key("id")
            || members
                .get("identifier")
                .is_some_and(|identifiers| identifiers.as_array().is_none_or(|list| !list.is_empty()));
        if self.kind == Kind::Subject && !is_named {
            return Err(broken(BadgeRule::Subject, pointer));
        }
        Ok(())
    }
}

/// The contexts and the dates of a credential, which say of what version it is.
fn credential(members: &Map<String, Value>, pointer: &str) -> Result<Version, ShapeError> {
    let contexts = members.get("@context").and_then(Value::as_array);
    let context = |index: usize| contexts.and_then(|contexts| contexts.get(index)?.as_str());
    let version = match context(0) {
        Some(CONTEXT_V2) => Version::V2,
        Some(CONTEXT_V1) => Version::V1,
        _ => return Err(broken(BadgeRule::Context, &format!("{pointer}/@context/0"))),
    };
    if !context(1).is_some_and(is_context) {
        return Err(broken(BadgeRule::Context, &format!("{pointer}/@context/1")));
    }
    let (from, until) = match version {
        Version::V1 => ("issuanceDate", "expirationDate"),
        Version::V2 => ("validFrom", "validUntil"),
    };
    for (name, required) in [(from, true), (until, false)] {
        let here = format!("{pointer}/{name}");
        match members.get(name) {
            Some(value) => Form::Instant.check(value, version, &here)?,
            None if required => return Err(broken(BadgeRule::Missing, &here)),
            None => {}
        }
    }
    Ok(version)
}

/// `^https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json$`, at most once.
fn is_context(iri: &str) -> bool {
    let edition = iri
        .strip_prefix("https://purl.imsglobal.org/spec/ob/v3p0/context")
        .and_then(|rest| rest.strip_suffix(".json"));
    match edition {
        Some("") => true,
        Some(edition) => matches!(
            edition.as_bytes(),
            [b'-', b'3', b'.', minor, b'.', patch] if minor.is_ascii_digit() && patch.is_ascii_digit()
        ),
        None => false,
    }
}

impl Form {
    fn check(&self, value: &Value, version: Version, pointer: &str) -> Result<(), ShapeError> {
        let text = value.as_str();
        let (holds, rule) = match self {
            Self::Text => (text.is_some(), BadgeRule::Text),
            Self::Uri => (text.is_some_and(is_absolute), BadgeRule::Uri),
            Self::Number => (value.is_number(), BadgeRule::Number),
            Self::Boolean => (value.is_boolean(), BadgeRule::Boolean),
            Self::Instant => (text.is_some_and(is_instant), BadgeRule::Instant),
            Self::Day => (text.is_some_and(is_day), BadgeRule::Day),
            Self::Language => (text.is_some_and(is_language), BadgeRule::Language),
            Self::Token => (text.is_some_and(super::token::is_compact), BadgeRule::Token),
            Self::OneOf(terms) => (text.is_some_and(|term| terms.contains(&term)), BadgeRule::Term),
            Self::Term(terms) => (
                text.is_some_and(|term| terms.contains(&term) || is_extended(term)),
                BadgeRule::Term,
            ),
            Self::Types(wanted) => return types(value, wanted, version, pointer),
            Self::Reference(_) if value.is_string() => (text.is_some_and(is_absolute), BadgeRule::Uri),
            Self::A(class) | Self::Reference(class) => return class.check(value, version, pointer),
            Self::List(form) => {
                return match value {
                    Value::Array(values) => values
                        .iter()
                        .enumerate()
                        .try_for_each(|(index, value)| form.check(value, version, &format!("{pointer}/{index}"))),
                    only if version == Version::V1 => form.check(only, version, pointer),
                    _ => Err(broken(BadgeRule::List, pointer)),
                };
            }
        };
        if holds { Ok(()) } else { Err(broken(rule, pointer)) }
    }
}

fn types(value: &Value, wanted: &[&str], version: Version, pointer: &str) -> Result<(), ShapeError> {
    let types = match value {
        Value::Array(types) => types.as_slice(),
        only if version == Version::V1 => std::slice::from_ref(only),
        _ => return Err(broken(BadgeRule::List, pointer)),
    };
    if types.iter().any(|name| !name.is_string()) {
        return Err(broken(BadgeRule::Text, pointer));
    }
    if types.iter().any(|name| wanted.iter().any(|wanted| name == wanted)) {
        Ok(())
    } else {
        Err(broken(BadgeRule::Type, pointer))
    }
}

fn broken(rule: BadgeRule, pointer: &str) -> ShapeError {
    ShapeError {
        rule,
        pointer: pointer.to_owned(),
    }
}

fn is_instant(text: &str) -> bool {
    matches!(text.as_bytes().get(10), Some(b'T' | b't')) && DateTime::parse_from_rfc3339(text).is_ok()
}

fn is_day(text: &str) -> bool {
    text.parse::<NaiveDate>().is_ok_and(|day| day.to_string() == text)
}

/// `^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$`
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-').peekable();
    let all = |part: &str, test: fn(&u8) -> bool| part.as_bytes().iter().all(test);
    let language = parts
        .next()
        .is_some_and(|part| (2..=4).contains(&part.len()) && all(part, u8::is_ascii_lowercase));
    let is_script = |part: &&str| {
        part.len() == 4 && part.as_bytes()[0].is_ascii_uppercase() && all(&part[1..], u8::is_ascii_lowercase)
    };
    parts.next_if(is_script);
    let is_region = |part: &&str| {
        part.len() == 2 && all(part, u8::is_ascii_uppercase) || part.len() == 3 && all(part, u8::is_ascii_digit)
    };
    parts.next_if(is_region);
    language && parts.next().is_none()
}

fn is_extended(term: &str) -> bool {
    term.strip_prefix("ext:").is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'|' | b'.' | b'-' | b'_'))
    })
}
