//! Presenting (RFC 9901 §4.3 and §7.2).

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{KEY_BINDING_TYPE, SdJwt, SdJwtError};
use crate::{
    credential::{ClaimPath, PathElement},
    keys::{SigningKey, jws},
};

/// What the holder signs to present (§4.3).
pub struct KeyBinding<'a> {
    /// The key in `cnf`.
    pub key: &'a SigningKey,
    /// The verifier's full `client_id`.
    pub audience: &'a str,
    /// The verifier's nonce.
    pub nonce: &'a str,
    /// When.
    pub issued_at: chrono::DateTime<chrono::Utc>,
}

impl SdJwt {
    /// A presentation: only `chosen` claims (with their parents), bound by the holder's key.
    ///
    /// A chosen claim is shown whole: what is hidden inside it is disclosed too. Claims that were never hidden may be
    /// chosen; they need no disclosure. A choice that selects nothing is [`SdJwtError::NoSuchClaim`].
    pub fn present(&self, chosen: &[ClaimPath], binding: &KeyBinding<'_>) -> Result<String, SdJwtError> {
        let revealed = self.reveal()?;
        let places = revealed
            .disclosed
            .iter()
            .enumerate()
            .map(|(index, path)| (path.elements(), index))
            .collect();
        let mut choice = Choice {
            places,
            path: Vec::new(),
            kept: vec![false; revealed.disclosed.len()],
        };
        for path in chosen {
            if !choice.keep(&revealed.claims, path.elements()) {
                return Err(SdJwtError::NoSuchClaim);
            }
        }
        let mut text = format!("{}~", self.issuer_part());
        for (disclosure, kept) in self.disclosures().zip(choice.kept) {
            if kept {
                text.push_str(disclosure);
                text.push('~');
            }
        }
        let claims = json!({
            "iat": binding.issued_at.timestamp(),
            "aud": binding.audience,
            "nonce": binding.nonce,
            "sd_hash": self.algorithm.digest(&text),
        });
        text.push_str(&jws::sign(KEY_BINDING_TYPE, Map::new(), &claims, binding.key));
        Ok(text)
    }
}

/// Which disclosures are needed.
struct Choice<'a> {
    /// Where each disclosure sits.
    places: HashMap<&'a [PathElement], usize>,
    path: Vec<PathElement>,
    kept: Vec<bool>,
}

impl Choice<'_> {
    /// Keeps what `pattern` selects in `value`, which is at the present path, and all that is on the way. False when it
    /// selects nothing; nothing is kept then.
    fn keep(&mut self, value: &Value, pattern: &[PathElement]) -> bool {
        let Some((step, rest)) = pattern.split_first() else {
            self.keep_whole(value);
            return true;
        };
        let found = match (step, value) {
            (PathElement::Key(name), Value::Object(members)) => members
                .get(name)
                .is_some_and(|inner| self.descend(step.clone(), inner, rest)),
            (PathElement::Index(index), Value::Array(elements)) => usize::try_from(*index)
                .ok()
                .and_then(|index| elements.get(index))
                .is_some_and(|inner| self.descend(step.clone(), inner, rest)),
            (PathElement::All, Value::Array(elements)) => {
                (0u64..).zip(elements).fold(false, |found, (index, inner)| {
                    self.descend(PathElement::Index(index), inner, rest) | found
                })
            }
            _ => false,
        };
        if found {
            self.keep_here();
        }
        found
    }

    fn descend(&mut self, step: PathElement, value: &Value, rest: &[PathElement]) -> bool {
        self.path.push(step);
        let found = self.keep(value, rest);
        self.path.pop();
        found
    }

    fn keep_whole(&mut self, value: &Value) {
        self.keep_here();
        match value {
            Value::Object(members) => {
                for (name, inner) in members {
                    self.path.push(PathElement::Key(name.clone()));
                    self.keep_whole(inner);
                    self.path.pop();
                }
            }
            Value::Array(elements) => {
                for (index, inner) in (0u64..).zip(elements) {
                    self.path.push(PathElement::Index(index));
                    self.keep_whole(inner);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn keep_here(&mut self) {
        if let Some(index) = self.places.get(self.path.as_slice()) {
            self.kept[*index] = true;
        }
    }
}
