use proptest::prelude::*;
use serde_json::Value;

use super::{super::tests::any_json, *};

/// What `serde_json` reads, which keeps the last of two members with the same name.
fn by_serde(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn read_value(text: &str) -> Result<Value, Ambiguous> {
    read(text)?.into_value()
}

#[test]
fn strings_without_escapes_stay_where_they_are() {
    let Ok(Node::Object(members)) = read(r#"{"a":"é","\u0062":"c\td"}"#) else {
        panic!("an object")
    };
    assert!(matches!(
        members.as_slice(),
        [
            (Cow::Borrowed("a"), Node::Text(Cow::Borrowed("é"))),
            (Cow::Owned(name), Node::Text(Cow::Owned(text))),
        ] if name == "b" && text == "c\td"
    ));
}

#[test]
fn escapes_are_those_of_the_standard() {
    assert_eq!(
        read(r#""\"\\\/\b\f\n\r\t\u00e9\u0000\uD83E\uDDFA.""#),
        Ok(Node::Text("\"\\/\u{8}\u{c}\n\r\té\0\u{1F9FA}.".into()))
    );
    for wrong in [
        r#""\x""#,
        r#""\u12""#,
        r#""\u+123""#,
        r#""\u12g4""#,
        r#""\ud83e""#,
        r#""\ud83e\n""#,
        r#""\ud83e\u0041""#,
        r#""\ud83e\ud83e""#,
        r#""\udc00""#,
        r#""\udc00\ud83e""#,
        "\"\\",
        "\"\\u",
        "\"\\é\"",
        "\"\\u00é\"",
        "\"a\nb\"",
        "\"\\na\0\"",
        "\"a",
        "\"\\na",
    ] {
        assert_eq!(read(wrong), Err(Ambiguous), "{wrong}");
    }
}

#[test]
fn numbers_stay_as_they_are_written() {
    for text in [
        "0",
        "-0",
        "-0.0",
        "10",
        "1.50",
        "1E5",
        "1e+5",
        "-1e-05",
        "123456789012345678901234567890",
        "1e308",
        "1e-999",
    ] {
        assert_eq!(read(text), Ok(Node::Number(text.into())), "{text}");
        assert_eq!(read_value(text).ok(), by_serde(text), "{text}");
    }
    for wrong in [
        "-",
        "+1",
        "01",
        "-01",
        ".5",
        "1.",
        "1.e5",
        "1e",
        "1e+",
        "0x1",
        "1_0",
        "Infinity",
        "-Infinity",
        "NaN",
        "1e309",
    ] {
        assert_eq!(read(wrong), Err(Ambiguous), "{wrong}");
    }
}

#[test]
fn a_repeated_name_is_found_among_many() {
    for count in [2, FEW, FEW + 1, 500] {
        let text = |last: usize| {
            let names = (0..count - 1).chain([last]).map(|name| format!("\"{name}\":0"));
            format!("{{{}}}", names.collect::<Vec<_>>().join(","))
        };
        assert!(read(&text(count)).is_ok(), "{count}");
        assert_eq!(read(&text(0)), Err(Ambiguous), "{count}");
        assert_eq!(read(&text(count - 2)), Err(Ambiguous), "{count}");
    }
}

#[test]
fn a_short_array_is_read_into_its_places() {
    let number = |text: &'static str| Node::Number(text.into());
    let few = |text| {
        let mut places = [Node::Null, Node::Null];
        read_few(text, &mut places).map(|count| (count, places))
    };
    assert_eq!(few(" [ 1 , 2 ] "), Ok((2, [number("1"), number("2")])));
    assert_eq!(few("[1]"), Ok((1, [number("1"), Node::Null])));
    for wrong in [
        "",
        "1",
        "[]",
        "[1",
        "[1,]",
        "[1,2",
        "[1,2,3]",
        "[1] 2",
        "{}",
        r#"[{"a":1,"a":2}]"#,
    ] {
        assert_eq!(few(wrong), Err(Ambiguous), "{wrong}");
    }
    for depth in [MAX_DEPTH, MAX_DEPTH + 1] {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        // Nothing is in the innermost, which is right for all but the outermost.
        assert_eq!(
            read_few(&nested, &mut [Node::Null]).is_ok(),
            read(&nested).is_ok(),
            "{depth}"
        );
    }
}

proptest! {
    #[test]
    fn special_bytes_are_found_where_they_are(bytes in prop::collection::vec(0x18..0x80_u8, 0..40), high: u8) {
        let bytes: Vec<u8> = bytes.into_iter().map(|byte| if byte % 5 == 0 { byte } else { byte | high | b' ' }).collect();
        let first = bytes.iter().position(|byte| is_special(*byte));
        prop_assert_eq!(plain_length(&bytes), first.unwrap_or(bytes.len()));
    }

    #[test]
    fn what_serde_json_writes_is_read_as_it_reads_it(value in any_json(), pretty: bool) {
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        prop_assert_eq!(read_value(&text), Ok(value));
    }

    /// Texts one or two bytes away from JSON, and texts of pieces of JSON: refused or read as `serde_json` does.
    #[test]
    fn what_is_nearly_json_is_refused_as_serde_json_refuses_it(
        value in any_json(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(PIECES)), 0..3),
    ) {
        let mut text = value.to_string();
        for (place, piece) in changes {
            let mut place = place.index(text.len());
            while !text.is_char_boundary(place) {
                place -= 1;
            }
            let end = place + text[place..].chars().next().map_or(0, char::len_utf8);
            text.replace_range(place..end, piece);
        }
        compare(&text)?;
    }

    #[test]
    fn pieces_of_json_are_read_as_serde_json_reads_them(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12),
    ) {
        compare(&pieces.concat())?;
    }
}

/// The same value, unless a name is there twice or a number is out of range.
fn compare(text: &str) -> Result<(), TestCaseError> {
    if let Ok(value) = read_value(text) {
        prop_assert_eq!(Some(value), by_serde(text), "{}", text);
    } else {
        // Nothing was dropped: there are as many names as were written.
        let names = |text: &str| text.replace([' ', '\n', '\t'], "").matches("\":").count();
        let read = by_serde(text).filter(|value| is_in_range(value) && names(&value.to_string()) == names(text));
        prop_assert_eq!(read, None, "{}", text);
    }
    Ok(())
}

fn is_in_range(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(f64::is_finite),
        Value::Array(values) => values.iter().all(is_in_range),
        Value::Object(members) => members.values().all(is_in_range),
        _ => true,
    }
}

const PIECES: &[&str] = &[
    "",
    " ",
    "\n",
    "\t",
    "\u{a0}",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"a\"",
    "\"a\":",
    "\"\\u0061\":",
    "\\",
    "\\u",
    "\\ud83e",
    "\\udc00",
    "d83e",
    "null",
    "true",
    "false",
    "nul",
    "0",
    "-",
    "1",
    "12.5",
    ".",
    "e",
    "E+3",
    "1e400",
    "é",
    "\0",
    "\u{7f}",
    "\u{feff}",
];
