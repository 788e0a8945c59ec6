//! Strict JSON for everything that is signed, hashed or decides something.
//!
//! `serde_json` keeps the last of two members with the same name; another reader keeps the first. Whoever signs can then
//! show each of them a different text (NEG-28). Here a repeated name, at any depth and however it is escaped, is an
//! error, and so are nesting beyond [`MAX_DEPTH`] and numbers no double can hold (RFC 7493 §2.2).

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

/// The deepest nesting accepted; a scalar has depth 0.
pub const MAX_DEPTH: usize = 64;

/// The member under which `serde_json` with `arbitrary_precision` hands numbers to a visitor.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// Not JSON, or JSON that two readers may understand differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not unambiguous JSON")]
pub struct Ambiguous;

/// Reads one JSON text: UTF-8 without byte order mark, no repeated member name, nothing after the value.
pub fn parse(bytes: &[u8]) -> Result<Value, Ambiguous> {
    let text = std::str::from_utf8(bytes).map_err(|_| Ambiguous)?;
    // In our texts this token must only ever come from serde_json itself, for a number.
    if text.contains(NUMBER_TOKEN) {
        return Err(Ambiguous);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: 0 }
        .deserialize(&mut deserializer)
        .map_err(|_| Ambiguous)?;
    deserializer.end().map_err(|_| Ambiguous)?;
    Ok(value)
}

/// Reads one JSON text whose value is an object.
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, Ambiguous> {
    match parse(bytes)? {
        Value::Object(members) => Ok(members),
        _ => Err(Ambiguous),
    }
}

/// Reads one JSON text into a type. Types with a wrong shape give [`Ambiguous`] too.
pub fn parse_as<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Ambiguous> {
    serde_json::from_value(parse(bytes)?).map_err(|_| Ambiguous)
}

/// A NumericDate (RFC 7519 §2): whole seconds since 1970-01-01T00:00:00Z. Some wallets write a fraction; it is cut off.
pub fn numeric_date(value: &Value) -> Option<i64> {
    let number = value.as_number()?;
    number.as_i64().or_else(|| {
        let written = number.to_string();
        let (seconds, fraction) = written.split_once('.')?;
        if fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            seconds.parse().ok()
        } else {
            None
        }
    })
}

/// Builds a [`Value`] at `depth` enclosing arrays and objects.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            Err(E::custom("nested too deeply"))
        } else {
            Ok(Self { depth: self.depth + 1 })
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element_seed(inner)? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        let Some(mut name) = map.next_key_seed(Name)? else {
            self.deeper::<A::Error>()?;
            return Ok(Value::Object(members));
        };
        if name == NUMBER_TOKEN {
            return match name {
                Cow::Borrowed(_) => number(&map.next_value::<String>()?),
                // Written with an escape: an object that would pass for a number later.
                Cow::Owned(_) => Err(de::Error::custom("reserved name")),
            };
        }
        let inner = self.deeper()?;
        loop {
            let value = map.next_value_seed(inner)?;
            if name == NUMBER_TOKEN || members.insert(name.into_owned(), value).is_some() {
                return Err(de::Error::custom("repeated name"));
            }
            name = match map.next_key_seed(Name)? {
                Some(name) => name,
                None => return Ok(Value::Object(members)),
            };
        }
    }
}

/// A number as it is written, if a double can hold its magnitude.
fn number<E: de::Error>(text: &str) -> Result<Value, E> {
    let number: Number = text.parse().map_err(E::custom)?;
    if number.is_i64() || number.is_u64() || number.as_f64().is_some_and(f64::is_finite) {
        Ok(Value::Number(number))
    } else {
        Err(E::custom("a number out of range"))
    }
}

/// A member name; borrowed when the text holds it without escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn neg_28_repeated_names_are_refused_at_every_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"b":[{"c":{"a":1,"a":2}}]}"#,
            r#"[{"a":null,"b":{},"a":null}]"#,
        ] {
            assert_eq!(parse(text.as_bytes()), Err(Ambiguous), "{text}");
        }
        assert_eq!(
            parse(br#"{"a":{"a":1},"b":{"a":2}}"#),
            Ok(json!({"a": {"a": 1}, "b": {"a": 2}}))
        );
    }

    #[test]
    fn neg_28_depth_is_limited() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(parse(nested(MAX_DEPTH + 1).as_bytes()), Err(Ambiguous));
        assert_eq!(parse(nested(10_000).as_bytes()), Err(Ambiguous));
        let objects = |depth: usize| format!("{}{}", r#"{"a":"#.repeat(depth - 1) + "{}", "}".repeat(depth - 1));
        assert!(parse(objects(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(parse(objects(MAX_DEPTH + 1).as_bytes()), Err(Ambiguous));
    }

    #[test]
    fn neg_28_texts_that_are_no_json_are_refused() {
        for text in [
            &b""[..],
            b"NaN",
            b"1e400",
            b"-1e400",
            b"\xEF\xBB\xBF{}",
            b"{\"a\":\"\xFF\"}",
            br#"{"a":"\ud800"}"#,
            br"{} {}",
            br#"{"a":01}"#,
            br#"{"a":1,}"#,
        ] {
            assert_eq!(parse(text), Err(Ambiguous), "{text:?}");
        }
    }

    #[test]
    fn an_object_cannot_pass_for_a_number() {
        assert_eq!(parse(br#"{"$serde_json::private::Number":"1"}"#), Err(Ambiguous));
        assert_eq!(parse(br#"{"\u0024serde_json::private::Number":"1"}"#), Err(Ambiguous));
        assert_eq!(
            parse(br#"{"a":1,"\u0024serde_json::private::Number":"1"}"#),
            Err(Ambiguous)
        );
    }

    #[test]
    fn numbers_keep_their_value() {
        let value = parse(br"[0, -7, 18446744073709551615, 1.5, 1e3]").unwrap();
        assert_eq!(value[1].as_i64(), Some(-7));
        assert_eq!(value[2].as_u64(), Some(u64::MAX));
        assert_eq!(value[3].as_f64(), Some(1.5));
    }

    #[test]
    fn numeric_dates_are_whole_seconds() {
        let read = |text: &str| numeric_date(&parse(text.as_bytes()).unwrap());
        assert_eq!(read("1748536865"), Some(1_748_536_865));
        assert_eq!(read("1748536865.75"), Some(1_748_536_865));
        for wrong in ["\"1748536865\"", "1e9", "1.7e9", "null", "18446744073709551615"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_read_back(value in any_json()) {
            prop_assert_eq!(parse(value.to_string().as_bytes()), Ok(value));
        }
    }
}
