//! What governs the entries of a log (“did:webvh DID Method Parameters”), and how it passes from one to the next.

use std::{collections::HashMap, sync::Arc};

use super::{METHOD, WebvhError, entry::multihash};
use crate::{
    json::Node,
    keys::{KeyError, KeyKind, PublicKey},
};

/// The most keys, hashes or witnesses in one list.
const MAX_LISTED: usize = 128;
/// `ttl` when nothing is said, in seconds.
const DEFAULT_TTL: u32 = 3600;
/// The longest `ttl`, in seconds.
const MAX_TTL: u32 = 1 << 31;

/// The parameters in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameters {
    /// Multikeys.
    pub(super) update_keys: Arc<[String]>,
    pub(super) next_key_hashes: Arc<[String]>,
    pub(super) witness: Arc<Witnesses>,
    pub(super) watchers: Arc<[String]>,
    pub(super) portable: bool,
    pub(super) deactivated: bool,
    /// Seconds.
    pub(super) ttl: u32,
}

/// Who approves entries (“The `witness` Parameter”): nobody when the list is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Witnesses {
    pub(super) threshold: usize,
    /// Multikeys, each once.
    pub(super) keys: Vec<String>,
}

impl Parameters {
    /// Of the first entry of the log of `scid`.
    pub(super) fn first(written: &Node<'_>, scid: &str) -> Result<Self, WebvhError> {
        let written = Written::read(written)?;
        if !written.has_method {
            return Err(WebvhError::Parameter("method"));
        }
        match written.scid {
            None => return Err(WebvhError::Parameter("scid")),
            Some(found) if found != scid => return Err(WebvhError::Scid),
            Some(_) => {}
        }
        Ok(Self {
            update_keys: written.update_keys.ok_or(WebvhError::Parameter("updateKeys"))?,
            next_key_hashes: written.next_key_hashes.unwrap_or_default(),
            witness: written.witness.unwrap_or_else(|| Arc::new(Witnesses::NOBODY)),
            watchers: written.watchers.unwrap_or_default(),
            portable: written.portable.unwrap_or(false),
            deactivated: written.deactivated.unwrap_or(false),
            ttl: written.ttl.unwrap_or(DEFAULT_TTL),
        })
    }

    /// Of the entry after: what it does not say stays.
    pub(super) fn next(&self, written: &Node<'_>) -> Result<Self, WebvhError> {
        let written = Written::read(written)?;
        if written.scid.is_some() {
            return Err(WebvhError::Parameter("scid"));
        }
        if written.portable == Some(true) && !self.portable {
            return Err(WebvhError::Parameter("portable"));
        }
        if self.is_pre_rotated() {
            let (Some(keys), Some(_)) = (&written.update_keys, &written.next_key_hashes) else {
                return Err(WebvhError::PreRotation);
            };
            let is_announced = |key: &String| self.next_key_hashes.contains(&multihash(key.as_bytes()));
            if !keys.iter().all(is_announced) {
                return Err(WebvhError::PreRotation);
            }
        }
        let kept = self.clone();
        Ok(Self {
            update_keys: written.update_keys.unwrap_or(kept.update_keys),
            next_key_hashes: written.next_key_hashes.unwrap_or(kept.next_key_hashes),
            witness: written.witness.unwrap_or(kept.witness),
            watchers: written.watchers.unwrap_or(kept.watchers),
            portable: written.portable.unwrap_or(kept.portable),
            deactivated: written.deactivated.unwrap_or(kept.deactivated),
            ttl: written.ttl.unwrap_or(kept.ttl),
        })
    }

    /// Whether the keys of the next entry are announced.
    pub(super) fn is_pre_rotated(&self) -> bool {
        !self.next_key_hashes.is_empty()
    }
}

impl Witnesses {
    const NOBODY: Self = Self {
        threshold: 0,
        keys: Vec::new(),
    };

    pub(super) fn are_active(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Whether enough of them approve the version at this index, given the last one that each approved.
    pub(super) fn approve(&self, index: usize, approvals: &HashMap<&str, usize>) -> bool {
        let counts = |key: &&String| approvals.get(key.as_str()).is_some_and(|last| *last >= index);
        self.keys.iter().filter(counts).count() >= self.threshold
    }

    fn read(node: &Node<'_>) -> Result<Self, WebvhError> {
        const WRONG: WebvhError = WebvhError::Parameter("witness");
        match node {
            Node::Null => return Ok(Self::NOBODY),
            Node::Object(members) if members.is_empty() => return Ok(Self::NOBODY),
            _ => {}
        }
        let (Some(Node::Number(threshold)), Some(Node::Array(witnesses))) =
            (node.member("threshold"), node.member("witnesses"))
        else {
            return Err(WRONG);
        };
        if witnesses.len() > MAX_LISTED {
            return Err(WebvhError::TooLarge);
        }
        let mut keys: Vec<String> = Vec::with_capacity(witnesses.len());
        for witness in witnesses {
            let id = witness.member("id").and_then(Node::text).ok_or(WRONG)?;
            // Some write the key without `did:key:`. It is the same witness either way, and counts once.
            let key = id.strip_prefix("did:key:").unwrap_or(id);
            let kind = PublicKey::from_multikey(key).map(|key| key.kind());
            // No other kind of key makes an eddsa-jcs-2022 proof.
            if kind != Ok(KeyKind::Ed25519) || keys.iter().any(|found| found == key) {
                return Err(WRONG);
            }
            keys.push(key.to_owned());
        }
        let threshold = threshold.parse().map_err(|_| WRONG)?;
        if threshold == 0 || threshold > keys.len() {
            return Err(WRONG);
        }
        Ok(Self { threshold, keys })
    }
}

/// What one entry says. `null` stands for the default, as the specification asks of resolvers.
#[derive(Default)]
struct Written {
    has_method: bool,
    scid: Option<String>,
    update_keys: Option<Arc<[String]>>,
    next_key_hashes: Option<Arc<[String]>>,
    witness: Option<Arc<Witnesses>>,
    watchers: Option<Arc<[String]>>,
    portable: Option<bool>,
    deactivated: Option<bool>,
    ttl: Option<u32>,
}

impl Written {
    fn read(node: &Node<'_>) -> Result<Self, WebvhError> {
        let Node::Object(members) = node else {
            return Err(WebvhError::Malformed);
        };
        let mut written = Self::default();
        for (name, node) in members {
            match name.as_ref() {
                "method" => match node.text() {
                    Some(METHOD) => written.has_method = true,
                    Some(_) => return Err(WebvhError::UnknownMethod),
                    None => return Err(WebvhError::Parameter("method")),
                },
                "scid" => {
                    let scid = node.text().ok_or(WebvhError::Parameter("scid"))?;
                    written.scid = Some(scid.to_owned());
                }
                "updateKeys" => written.update_keys = Some(update_keys(node)?),
                "nextKeyHashes" => written.next_key_hashes = Some(texts(node, "nextKeyHashes", MAX_LISTED)?),
                "witness" => written.witness = Some(Arc::new(Witnesses::read(node)?)),
                "watchers" => written.watchers = Some(texts(node, "watchers", usize::MAX)?),
                "portable" => written.portable = Some(boolean(node, "portable")?),
                "deactivated" => written.deactivated = Some(boolean(node, "deactivated")?),
                "ttl" => written.ttl = Some(ttl(node)?),
                _ => return Err(WebvhError::Parameter("name")),
            }
        }
        Ok(written)
    }
}

/// Multikeys. Kinds we do not use may be listed: they sign nothing here.
fn update_keys(node: &Node<'_>) -> Result<Arc<[String]>, WebvhError> {
    let keys = texts(node, "updateKeys", MAX_LISTED)?;
    let is_key = |key: &String| matches!(PublicKey::from_multikey(key), Ok(_) | Err(KeyError::Unsupported));
    if keys.iter().all(is_key) {
        Ok(keys)
    } else {
        Err(WebvhError::Parameter("updateKeys"))
    }
}

fn texts(node: &Node<'_>, name: &'static str, most: usize) -> Result<Arc<[String]>, WebvhError> {
    let nodes = match node {
        Node::Null => return Ok(Arc::default()),
        Node::Array(nodes) => nodes,
        _ => return Err(WebvhError::Parameter(name)),
    };
    if nodes.len() > most {
        return Err(WebvhError::TooLarge);
    }
    nodes
        .iter()
        .map(|node| node.text().map(str::to_owned).ok_or(WebvhError::Parameter(name)))
        .collect()
}

fn boolean(node: &Node<'_>, name: &'static str) -> Result<bool, WebvhError> {
    match node {
        Node::Null => Ok(false),
        Node::Boolean(value) => Ok(*value),
        _ => Err(WebvhError::Parameter(name)),
    }
}

fn ttl(node: &Node<'_>) -> Result<u32, WebvhError> {
    match node {
        Node::Null => Some(DEFAULT_TTL),
        Node::Number(written) => written.parse().ok().filter(|ttl| *ttl <= MAX_TTL),
        _ => None,
    }
    .ok_or(WebvhError::Parameter("ttl"))
}
