//! JSON Canonicalization Scheme ([RFC 8785](https://www.rfc-editor.org/rfc/rfc8785)): one text for one value.

use std::fmt::Write as _;

use super::{Ambiguous, Node};

/// The canonical text. An integer that no double holds exactly is [`Ambiguous`]: the scheme would round it, and two values
/// would have one text.
pub(crate) fn canonical(node: &Node<'_>) -> Result<String, Ambiguous> {
    let mut out = String::new();
    write(node, &mut out)?;
    Ok(out)
}

fn write(node: &Node<'_>, out: &mut String) -> Result<(), Ambiguous> {
    match node {
        Node::Null => out.push_str("null"),
        Node::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Node::Number(written) => write_number(written, out)?,
        Node::Text(text) => write_string(text, out),
        Node::Array(nodes) => {
            out.push('[');
            for (index, node) in nodes.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(node, out)?;
            }
            out.push(']');
        }
        Node::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            // §3.2.3: by UTF-16 code units, which is not the order of UTF-8 bytes beyond the basic plane.
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (index, (name, node)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(node, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// §3.2.2.3: as ECMAScript writes a double.
fn write_number(written: &str, out: &mut String) -> Result<(), Ambiguous> {
    let value: f64 = written.parse().map_err(|_| Ambiguous)?;
    if !value.is_finite() {
        return Err(Ambiguous);
    }
    let mut buffer = ryu_js::Buffer::new();
    let text = buffer.format_finite(value);
    let is_integer = written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_integer && value != 0.0 && text != written {
        return Err(Ambiguous);
    }
    out.push_str(text);
    Ok(())
}

/// §3.2.2.2.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => {
                // Writing to a String does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json;

    fn of(text: &str) -> Result<String, Ambiguous> {
        canonical(&Node::parse(text).unwrap())
    }

    #[test]
    fn the_example_of_rfc_8785_section_3_2_2() {
        let text = r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
            "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
        assert_eq!(
            of(text).unwrap(),
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
    }

    #[test]
    fn names_are_in_the_order_of_utf_16() {
        assert_eq!(
            of("{\"\u{fb33}\":1,\"\u{1f600}\":2,\"\u{20ac}\":3,\"\\r\":4}").unwrap(),
            "{\"\\r\":4,\"\u{20ac}\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
    }

    #[test]
    fn integers_beyond_a_double_are_refused() {
        assert_eq!(of("9007199254740992").unwrap(), "9007199254740992");
        assert_eq!(of("-0").unwrap(), "0");
        assert_eq!(of("9007199254740993"), Err(Ambiguous));
        assert_eq!(of("100000000000000000000000"), Err(Ambiguous));
    }

    proptest! {
        #[test]
        fn a_canonical_text_is_its_own(value in json::tests::any_json()) {
            if let Ok(text) = canonical(&Node::from(&value)) {
                prop_assert_eq!(of(&text), Ok(text.clone()));
            }
        }
    }
}
