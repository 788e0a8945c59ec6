//! Claims as people read them: a label and a value, in the language of the page.

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    activity::{ActivityKind, Assurance, Role},
    credential::activity_claims::known_paths,
    format::sd_jwt_vc::PROTECTED_CLAIMS,
    service::page::PageContext,
};

/// Registered claims of other attestations than ours that have words of their own (RFC 7519 §4.1).
const REGISTERED: [&str; 4] = ["iat", "sub", "aud", "jti"];

/// What every presentation carries whatever the person chooses, and [`SdJwt`](shared::format::sd_jwt_vc::SdJwt) never
/// discloses selectively. The page says so once; everything else is listed.
fn is_envelope(name: &str) -> bool {
    PROTECTED_CLAIMS.contains(&name) || name == "_sd_alg"
}

/// One fact of an attestation, by its dotted path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fact {
    pub(crate) key: String,
    pub(crate) value: Value,
}

/// A fact in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) value: String,
}

/// The facts in `claims`, in display order, without the envelope.
pub(crate) fn facts(claims: &Value) -> Vec<Fact> {
    let known: Vec<&str> = known_paths().into_iter().map(|(_, key)| key).collect();
    let mut facts = Vec::new();
    if let Value::Object(members) = claims {
        for (name, value) in members.iter().filter(|(name, _)| !is_envelope(name)) {
            collect(name.clone(), value, &known, &mut facts);
        }
    }
    let rank = |fact: &Fact| known.iter().position(|key| *key == fact.key).unwrap_or(known.len());
    facts.sort_by_key(rank);
    facts
}

fn collect(key: String, value: &Value, known: &[&str], facts: &mut Vec<Fact>) {
    match value {
        Value::Object(members) if !members.is_empty() && !known.contains(&key.as_str()) => {
            for (name, value) in members {
                collect(format!("{key}.{name}"), value, known, facts);
            }
        }
        value => facts.push(Fact {
            key,
            value: value.clone(),
        }),
    }
}

/// Facts in words.
pub(crate) fn lines(page: &PageContext, facts: &[Fact]) -> Vec<Line> {
    facts
        .iter()
        .map(|fact| Line {
            label: label(page, &fact.key),
            value: value(page, fact),
        })
        .collect()
}

/// The label of a claim; its dotted path when it is not one of ours.
pub(crate) fn label(page: &PageContext, key: &str) -> String {
    if known_paths().iter().any(|(_, known)| *known == key) || REGISTERED.contains(&key) {
        page.t(&format!("claim-{}", message_part(key)))
    } else {
        key.replace('.', " › ")
    }
}

fn value(page: &PageContext, fact: &Fact) -> String {
    let text = fact.value.as_str();
    let coded = |prefix: &str, known: bool| match text {
        Some(code) if known => page.t(&format!("{prefix}-{}", message_part(code))),
        _ => plain(page, &fact.value),
    };
    match fact.key.as_str() {
        "activity.minutes" => fact
            .value
            .as_u64()
            .map_or_else(|| plain(page, &fact.value), |minutes| page.hours(minutes)),
        "activity.role" => coded("role", text.is_some_and(|code| code.parse::<Role>().is_ok())),
        "activity.kind" => coded("kind", text.is_some_and(|code| code.parse::<ActivityKind>().is_ok())),
        "activity.assurance" => coded("assurance", text.is_some_and(|code| code.parse::<Assurance>().is_ok())),
        "activity.breakdown" => breakdown(page, &fact.value),
        "iat" => fact
            .value
            .as_i64()
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .map_or_else(|| plain(page, &fact.value), |instant| page.date(instant.date_naive())),
        "activity.start_date" | "activity.end_date" => text
            .and_then(|date| date.parse().ok())
            .map_or_else(|| plain(page, &fact.value), |date| page.date(date)),
        _ => plain(page, &fact.value),
    }
}

fn breakdown(page: &PageContext, value: &Value) -> String {
    let Value::Object(years) = value else {
        return plain(page, value);
    };
    let mut years: Vec<_> = years.iter().collect();
    years.sort_by_key(|(year, _)| year.as_str());
    let years: Vec<String> = years
        .into_iter()
        .map(|(year, minutes)| {
            let hours = minutes
                .as_u64()
                .map_or_else(|| plain(page, minutes), |minutes| page.hours(minutes));
            page.t2("claim-year", "year", year, "hours", hours)
        })
        .collect();
    years.join(" · ")
}

fn plain(page: &PageContext, value: &Value) -> String {
    match value {
        Value::Bool(true) => page.t("value-yes"),
        Value::Bool(false) => page.t("value-no"),
        Value::Null => page.t("value-none"),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(elements) => elements
            .iter()
            .map(|element| plain(page, element))
            .collect::<Vec<_>>()
            .join(" · "),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| format!("{name} {}", plain(page, value)))
            .collect::<Vec<_>>()
            .join(" · "),
    }
}

/// A code or dotted path as part of a message key: `activity.start_date` becomes `activity-start-date`.
fn message_part(code: &str) -> String {
    code.replace(['.', '_'], "-")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::language::Language;

    use super::*;
    use crate::testing::page;

    fn claims() -> Value {
        json!({
            "iss": "https://issuer.example/o/paniers", "vct": "urn:musette:activity-attestation:1", "iat": 1,
            "given_name": "Nadia", "age_over_16": true, "motto": "hors liste",
            "issuing_organization": { "legal_name": "Les Paniers du Vallon" },
            "activity": { "role": "dirigeant", "kind": "benevolat_associatif", "assurance": "attested", "paid": false,
                "start_date": "2025-12-01", "end_date": "2026-01-31", "minutes": 7800,
                "breakdown": { "2026": 1800, "2025": 6000 } }
        })
    }

    #[test]
    fn every_known_claim_and_code_has_words_in_both_languages() {
        for language in Language::ALL {
            let page = page(language);
            for (_, key) in known_paths() {
                let label = label(&page, key);
                assert!(!label.starts_with("claim-"), "no label for {key} in {}", language.tag());
            }
            let codes = Role::ALL
                .iter()
                .map(|role| ("activity.role", role.code()))
                .chain(ActivityKind::ALL.iter().map(|kind| ("activity.kind", kind.code())))
                .chain(
                    Assurance::ALL
                        .iter()
                        .map(|assurance| ("activity.assurance", assurance.code())),
                );
            for (key, code) in codes {
                let fact = Fact {
                    key: key.to_owned(),
                    value: json!(code),
                };
                let words = value(&page, &fact);
                assert!(
                    !words.contains(&message_part(code)) || words.contains(' '),
                    "no words for {code}: {words}"
                );
            }
        }
    }

    #[test]
    fn facts_are_in_display_order_and_leave_the_envelope_out() {
        let facts = facts(&claims());
        let keys: Vec<&str> = facts.iter().map(|fact| fact.key.as_str()).collect();
        for name in PROTECTED_CLAIMS.iter().chain(&["_sd_alg"]) {
            assert!(!keys.contains(name), "{keys:?}");
        }
        assert!(keys.contains(&"activity.breakdown"), "{keys:?}");
        assert!(keys[keys.len() - 2..].contains(&"motto"), "{keys:?}");
    }

    #[test]
    fn what_may_be_disclosed_or_is_always_told_is_listed() {
        let claims = json!({ "iss": "https://issuer.example", "iat": 1_768_176_000, "sub": "nadia", "jti": "7",
            "aud": "everybody", "nickname": {}, "_sd_alg": "sha-256" });
        let facts = facts(&claims);
        let mut keys: Vec<&str> = facts.iter().map(|fact| fact.key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["aud", "iat", "jti", "nickname", "sub"]);
        for language in Language::ALL {
            let page = page(language);
            for key in REGISTERED {
                assert!(
                    !label(&page, key).contains(key),
                    "no label for {key} in {}",
                    language.tag()
                );
            }
            let issued = facts.iter().find(|fact| fact.key == "iat").unwrap();
            assert_eq!(value(&page, issued), page.date("2026-01-12".parse().unwrap()));
        }
    }

    #[test]
    fn values_read_in_words() {
        let page = page(Language::French);
        let claims = claims();
        let lines = lines(&page, &facts(&claims));
        let value = |label: &str| {
            let label = super::label(&page, label);
            lines
                .iter()
                .find(|line| line.label == label)
                .map(|line| line.value.as_str())
                .unwrap()
        };
        assert_eq!(value("activity.minutes"), page.hours(7800));
        assert_eq!(value("age_over_16"), "oui");
        assert_eq!(value("activity.paid"), "non");
        assert_eq!(
            value("activity.breakdown"),
            format!(
                "2025\u{202f}: {} · 2026\u{202f}: {}",
                page.hours(6000),
                page.hours(1800)
            )
        );
        assert_eq!(value("activity.end_date"), page.date("2026-01-31".parse().unwrap()));
    }
}
