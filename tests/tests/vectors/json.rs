//! JSONTestSuite: what every parser must accept and refuse. Where the suite leaves the choice (`i_`), ours is fixed.

use shared::json;

use crate::source::Vectors;

#[test]
fn texts_are_read_or_refused_as_the_suite_says() {
    let Some(vectors) = Vectors::open("json-parsing/test_parsing") else {
        return;
    };
    // RFC 8259 says names SHOULD be unique: for signed texts we say MUST (NEG-28).
    let repeated = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];
    let mut read = 0;
    for name in vectors.names() {
        let result = json::parse(&vectors.bytes(&name));
        match name.as_bytes()[0] {
            b'y' if repeated.contains(&name.as_str()) => assert!(result.is_err(), "{name}"),
            b'y' => assert!(result.is_ok(), "{name}"),
            b'n' => assert!(result.is_err(), "{name}"),
            // Left open by the suite: read the same twice, and only when it is valid UTF-8.
            _ => {
                assert_eq!(result, json::parse(&vectors.bytes(&name)), "{name}");
                assert!(
                    result.is_err() || std::str::from_utf8(&vectors.bytes(&name)).is_ok(),
                    "{name}"
                );
            }
        }
        read += 1;
    }
    assert!(read > 300);
}
