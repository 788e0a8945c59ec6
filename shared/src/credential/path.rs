//! Claims path pointers (OpenID4VCI 1.0 App. C, OpenID4VP 1.0 §7).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum PathElement {
    /// A member of an object.
    Key(String),
    /// An element of an array.
    Index(u64),
    /// Every element of an array (`null`).
    All,
}

// By hand: an untagged enum cannot read integers while `serde_json/arbitrary_precision` is on.
impl<'de> Deserialize<'de> for PathElement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(key) => Ok(Self::Key(key)),
            Value::Null => Ok(Self::All),
            Value::Number(index) => index
                .as_u64()
                .map(Self::Index)
                .ok_or_else(|| D::Error::custom("an index is a whole number from 0")),
            _ => Err(D::Error::custom("a path is made of names, indices and null")),
        }
    }
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
    pub fn elements(&self) -> &[PathElement] {
        &self.0
    }

    /// What it selects in `claims` (OpenID4VP 1.0 §7.1.1).
    pub fn select<'a>(&self, claims: &'a Value) -> Result<Vec<&'a Value>, PathError> {
        Ok(self.resolve(claims)?.into_iter().map(|(_, value)| value).collect())
    }

    /// What it selects in `claims`, each with its concrete path: [`PathElement::All`] replaced by indices.
    pub fn resolve<'a>(&self, claims: &'a Value) -> Result<Vec<(Self, &'a Value)>, PathError> {
        let mut selected = vec![(Vec::new(), claims)];
        for step in &self.0 {
            let mut next = Vec::with_capacity(selected.len());
            for (path, value) in selected {
                match (step, value) {
                    (PathElement::Key(key), Value::Object(members)) => {
                        next.extend(members.get(key).map(|member| (extended(&path, step.clone()), member)));
                    }
                    (PathElement::Index(index), Value::Array(elements)) => {
                        let element = usize::try_from(*index).ok().and_then(|index| elements.get(index));
                        next.extend(element.map(|element| (extended(&path, step.clone()), element)));
                    }
                    (PathElement::All, Value::Array(elements)) => {
                        next.extend(
                            (0..)
                                .zip(elements)
                                .map(|(index, element)| (extended(&path, PathElement::Index(index)), element)),
                        );
                    }
                    _ => return Err(PathError::Shape),
                }
            }
            selected = next;
        }
        if selected.is_empty() {
            return Err(PathError::Nothing);
        }
        Ok(selected.into_iter().map(|(path, value)| (Self(path), value)).collect())
    }

    /// Whether `self`, which may hold [`PathElement::All`], covers the concrete `path`: the same steps, one by one. What
    /// lies below `self` is covered by a parent, not by this function ([`Self::is_parent_of`]).
    pub fn covers(&self, path: &ClaimPath) -> bool {
        self.0.len() == path.0.len()
            && self.0.iter().zip(&path.0).all(|(asked, step)| {
                asked == step || (*asked == PathElement::All && matches!(step, PathElement::Index(_)))
            })
    }

    /// Whether the concrete `self` lies strictly above `path`.
    pub fn is_parent_of(&self, path: &ClaimPath) -> bool {
        self.0.len() < path.0.len() && path.0.starts_with(&self.0)
    }
}

impl TryFrom<Vec<PathElement>> for ClaimPath {
    type Error = PathError;
    fn try_from(elements: Vec<PathElement>) -> Result<Self, PathError> {
        if elements.is_empty() {
            Err(PathError::Empty)
        } else {
            Ok(Self(elements))
        }
    }
}

impl From<ClaimPath> for Vec<PathElement> {
    fn from(path: ClaimPath) -> Self {
        path.0
    }
}

/// `activity.minutes`, `skills.0`, `skills.*`: for people and messages, not to be parsed.
impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, element) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(".")?;
            }
            match element {
                PathElement::Key(key) => f.write_str(key)?,
                PathElement::Index(index) => write!(f, "{index}")?,
                PathElement::All => f.write_str("*")?,
            }
        }
        Ok(())
    }
}

fn extended(path: &[PathElement], step: PathElement) -> Vec<PathElement> {
    let mut longer = Vec::with_capacity(path.len() + 1);
    longer.extend_from_slice(path);
    longer.push(step);
    longer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(json: Value) -> ClaimPath {
        serde_json::from_value(json).expect("a path")
    }

    /// The example of OpenID4VP 1.0 §7.2.
    fn arthur() -> Value {
        json!({
            "name": "Arthur Dent",
            "address": { "street_address": "42 Market Street", "locality": "Milliways", "postal_code": "12345" },
            "degrees": [
                { "type": "Bachelor of Science", "university": "University of Betelgeuse" },
                { "type": "Master of Science", "university": "University of Betelgeuse" },
            ],
            "nationalities": ["British", "Betelgeusian"],
        })
    }

    #[test]
    fn dcql_009_the_examples_of_the_specification_select_what_it_says() {
        let claims = arthur();
        let cases = [
            (json!(["name"]), json!(["Arthur Dent"])),
            (json!(["address"]), json!([claims["address"]])),
            (json!(["address", "street_address"]), json!(["42 Market Street"])),
            (json!(["nationalities", 1]), json!(["Betelgeusian"])),
            (
                json!(["degrees", null, "type"]),
                json!(["Bachelor of Science", "Master of Science"]),
            ),
        ];
        for (pointer, expected) in cases {
            let selected: Vec<_> = path(pointer.clone())
                .select(&claims)
                .unwrap()
                .into_iter()
                .cloned()
                .collect();
            assert_eq!(Value::Array(selected), expected, "{pointer}");
        }
    }

    #[test]
    fn dcql_009_a_step_that_does_not_fit_the_shape_aborts() {
        let claims = arthur();
        for pointer in [
            json!(["name", "first"]),
            json!(["address", 0]),
            json!(["address", null]),
            json!([0]),
        ] {
            assert_eq!(
                path(pointer.clone()).select(&claims),
                Err(PathError::Shape),
                "{pointer}"
            );
        }
    }

    #[test]
    fn dcql_009_a_missing_member_is_removed_and_an_empty_selection_is_an_error() {
        let claims = json!({ "a": [{ "k": 1 }, { "other": 2 }], "none": [] });
        assert_eq!(path(json!(["a", null, "k"])).select(&claims).unwrap(), [&json!(1)]);
        for pointer in [
            json!(["b"]),
            json!(["a", 2]),
            json!(["a", null, "z"]),
            json!(["none", null]),
        ] {
            assert_eq!(
                path(pointer.clone()).select(&claims),
                Err(PathError::Nothing),
                "{pointer}"
            );
        }
    }

    #[test]
    fn dcql_009_a_negative_index_a_fraction_or_an_object_is_no_step() {
        for pointer in [
            json!([-1]),
            json!([1.5]),
            json!([true]),
            json!([{}]),
            json!([[]]),
            json!([]),
            json!("a"),
        ] {
            assert!(
                serde_json::from_value::<ClaimPath>(pointer.clone()).is_err(),
                "{pointer}"
            );
        }
    }

    #[test]
    fn a_path_survives_json() {
        let pointer = json!(["a", 0, null, "b"]);
        assert_eq!(serde_json::to_value(path(pointer.clone())).unwrap(), pointer);
        assert_eq!(
            serde_json::from_str::<ClaimPath>(r#"["a",0,null,"b"]"#).unwrap(),
            path(pointer)
        );
    }

    #[test]
    fn covering_is_step_by_step_and_parents_are_strict() {
        assert!(path(json!(["a", null])).covers(&path(json!(["a", 3]))));
        assert!(!path(json!(["a", null])).covers(&path(json!(["a", "b"]))));
        assert!(!path(json!(["a"])).covers(&path(json!(["a", "b"]))));
        assert!(path(json!(["a"])).is_parent_of(&path(json!(["a", "b"]))));
        assert!(!path(json!(["a"])).is_parent_of(&path(json!(["a"]))));
    }
}
