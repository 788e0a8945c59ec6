//! Strict JSON for everything that is signed, hashed or decides something.
//!
//! `serde_json` keeps the last of two members with the same name; another reader keeps the first. Whoever signs can then
//! show each of them a different text (NEG-28). Here a repeated name, at any depth and however it is escaped, is an
//! error, and so are nesting beyond [`MAX_DEPTH`] and numbers no double can hold (RFC 7493 §2.2).

mod canonical;
mod node;
mod read;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub(crate) use self::{
    canonical::canonical,
    node::{Members, Node},
};

/// The deepest nesting accepted; a scalar has depth 0.
pub const MAX_DEPTH: usize = 64;

/// Not JSON, or JSON that two readers may understand differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not unambiguous JSON")]
pub struct Ambiguous;

/// Reads one JSON text: UTF-8 without byte order mark, no repeated member name, nothing after the value.
pub fn parse(bytes: &[u8]) -> Result<Value, Ambiguous> {
    let text = std::str::from_utf8(bytes).map_err(|_| Ambiguous)?;
    Node::parse(text)?.into_value()
}

/// Reads one JSON text whose value is an object.
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, Ambiguous> {
    let text = std::str::from_utf8(bytes).map_err(|_| Ambiguous)?;
    Node::parse(text)?.into_object()
}

/// Reads one JSON text into a type. Types with a wrong shape give [`Ambiguous`] too.
pub fn parse_as<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Ambiguous> {
    serde_json::from_value(parse(bytes)?).map_err(|_| Ambiguous)
}

/// A NumericDate (RFC 7519 §2): whole seconds since 1970-01-01T00:00:00Z. Some wallets write a fraction; it is cut off.
pub fn numeric_date(value: &Value) -> Option<i64> {
    let number = value.as_number()?;
    number.as_i64().or_else(|| whole_seconds(&number.to_string()))
}

/// The same of a number as it is written.
pub(crate) fn whole_seconds(written: &str) -> Option<i64> {
    written.parse().ok().or_else(|| {
        let (seconds, fraction) = written.split_once('.')?;
        if fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            seconds.parse().ok()
        } else {
            None
        }
    })
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

    pub(super) fn any_json() -> impl Strategy<Value = Value> {
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
