//! Claims path pointers (OpenID4VCI 1.0 App. C, OpenID4VP 1.0 §7).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PathElement {
    /// A member of an object.
    Key(String),
    /// An element of an array.
    Index(u64),
    /// Every element of an array (`null`).
    All,
}

/// A non-empty path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Vec<PathElement>", into = "Vec<PathElement>")]
pub struct ClaimPath(Vec<PathElement>);

/// Why a path was refused or selected nothing (DCQL-009).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// No step.
    #[error("a claim path has at least one step")]
    Empty,
    /// A key on something else than an object, an index on something else than an array.
    #[error("the path does not fit the shape of the claims")]
    Shape,
    /// Nothing is there.
    #[error("the path selects nothing")]
    Nothing,
}

impl ClaimPath {
    /// A path of object members.
    ///
    /// # Panics
    /// When `keys` is empty.
    pub fn of(keys: &[&str]) -> Self {
        assert!(!keys.is_empty(), "a claim path has at least one step");
        Self(keys.iter().map(|key| PathElement::Key((*key).to_owned())).collect())
    }
    /// The steps.
    pub fn elements(&self) -> &[PathElement] { &self.0 }
    /// What it selects in `claims` (OpenID4VP 1.0 §7.1.1).
    pub fn select<'a>(&self, claims: &'a Value) -> Result<Vec<&'a Value>, PathError> { todo!() }
    /// Whether `self`, which may hold [`PathElement::All`], covers the concrete `path`.
    pub fn covers(&self, path: &ClaimPath) -> bool { todo!() }
    /// Whether the concrete `self` lies strictly above `path`.
    pub fn is_parent_of(&self, path: &ClaimPath) -> bool { todo!() }
}
impl TryFrom<Vec<PathElement>> for ClaimPath { type Error = PathError; fn try_from(elements: Vec<PathElement>) -> Result<Self, PathError> { if elements.is_empty() { Err(PathError::Empty) } else { Ok(Self(elements)) } } }
impl From<ClaimPath> for Vec<PathElement> { fn from(path: ClaimPath) -> Self { path.0 } }
