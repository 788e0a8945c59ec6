//! Checking what a wallet presented (OpenID4VP 1.0 §8.6, VP-V-026): shape of the answer, then each presentation with every
//! check that can run, then the answer as a whole. Whatever is wrong with a presentation is told by its checks; only an
//! answer that answers another question, or none, is refused as a whole.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde_json::{Map, Value};
use shared::{
    credential::{FORMAT_SD_JWT_VC, PathElement},
    format::sd_jwt_vc::ExpectedBinding,
    keys::seal::digest,
    presentation::dcql::{CredentialQuery, DcqlQuery},
    service::{http_client::HttpClient, materials},
    trust::TrustList,
    verification::{CheckId, Expectation, Fetched, Materials, Needs, Outcome, Verdict, needs, verify},
};

/// The most presentations that one answer may hold.
pub(crate) use shared::oid4vp::response::MAX_PRESENTATIONS;
/// What is always disclosed around the claims that were asked.
const ENVELOPE: &[&str] = &["iss", "iat", "nbf", "exp", "vct", "cnf", "status"];

/// Why an answer is refused as a whole; the request stays as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rejection {
    /// VP-V-021: for a query that was not made.
    #[error("a presentation answers a query that was not made")]
    UnknownQuery,
    /// VP-V-021: several where one was asked.
    #[error("several presentations answer a query that asked for one")]
    NotMultiple,
    /// More than [`MAX_PRESENTATIONS`].
    #[error("more presentations than are accepted at once")]
    TooMany,
    /// Nothing of a presentation can be read.
    #[error("a presentation is malformed")]
    Malformed,
    /// VP-V-026, §14.2.2: made for another request.
    #[error("a presentation was made for another nonce")]
    WrongNonce,
    /// §6.4.2: something that was asked is not answered.
    #[error("the answer leaves out a presentation that was asked")]
    Unsatisfied,
}

/// A presentation, checked.
#[derive(Debug, Clone)]
pub(crate) struct Examined {
    /// Digest of what the issuer signed: the credential's identity here.
    pub(crate) evidence: String,
    /// `iss`, as claimed.
    pub(crate) issuer: String,
    /// Whether it discloses what was asked.
    pub(crate) answers: bool,
    /// The claims that were asked, and no other; empty when nothing could be read.
    pub(crate) claims: Value,
    /// Every check.
    pub(crate) verdict: Verdict,
}

/// An answer of the right shape, before anything is fetched or believed.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    presentations: Vec<Presentation<'a>>,
}

#[derive(Debug)]
struct Presentation<'a> {
    query: &'a CredentialQuery,
    text: &'a str,
    needs: Needs,
}

impl<'a> Answer<'a> {
    /// Reads the shape of an answer to `query` (VP-V-021).
    pub(crate) fn read(query: &'a DcqlQuery, vp_token: &'a BTreeMap<String, Vec<String>>) -> Result<Self, Rejection> {
        let sorted = sorted_by_query(query, vp_token)?;
        let answered = vp_token.keys().map(String::as_str).collect::<Vec<_>>();
        if !query.is_satisfied_by(&answered) {
            return Err(Rejection::Unsatisfied);
        }
        let presentations = sorted
            .into_iter()
            .map(|(query, text)| {
                Ok(Presentation {
                    query,
                    text,
                    needs: needs(text).map_err(|_| Rejection::Malformed)?,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { presentations })
    }

    /// Fetches what the presentations need, at the same time, and once where they need the same.
    pub(crate) async fn fetch(&self, http: &HttpClient) -> Gathered {
        let mut distinct: Vec<&Needs> = Vec::new();
        for presentation in &self.presentations {
            if !distinct.contains(&&presentation.needs) {
                distinct.push(&presentation.needs);
            }
        }
        let fetched = distinct
            .into_iter()
            .map(|needs| async move { (needs.clone(), materials::fetch(http, needs).await) });
        Gathered(join_all(fetched).await)
    }

    /// Runs every check on every presentation. Refuses the whole answer when one was made for another nonce.
    pub(crate) fn examine(
        &self,
        binding: ExpectedBinding<'_>,
        gathered: &Gathered,
        trust: Option<&TrustList>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Examined>, Rejection> {
        self.presentations
            .iter()
            .map(|presentation| {
                let vcts = presentation.query.vct_values();
                let expectation = Expectation::Presented {
                    binding,
                    vcts: &vcts,
                    trust,
                };
                let materials = gathered.of(&presentation.needs);
                let verdict =
                    verify(presentation.text, expectation, &materials, now).map_err(|_| Rejection::Malformed)?;
                if matches!(verdict.outcome(CheckId::Nonce), Some(Outcome::Failed(_))) {
                    return Err(Rejection::WrongNonce);
                }
                Ok(examined(presentation, verdict))
            })
            .collect()
    }
}

/// What was fetched, by what needed it.
#[derive(Debug, Default)]
pub(crate) struct Gathered(Vec<(Needs, Materials)>);

impl Gathered {
    fn of(&self, needs: &Needs) -> Materials {
        self.0.iter().find(|(needed, _)| needed == needs).map_or(
            Materials {
                issuer_keys: Fetched::Unreachable,
                status_list: Fetched::Unreachable,
            },
            |(_, materials)| materials.clone(),
        )
    }
}

fn examined(presentation: &Presentation<'_>, verdict: Verdict) -> Examined {
    let claims = verdict.claims.as_ref().unwrap_or(&Value::Null);
    let vct = claims.get("vct").and_then(Value::as_str).unwrap_or_default();
    Examined {
        evidence: evidence(presentation.text),
        issuer: presentation.needs.issuer.clone(),
        answers: presentation.query.is_answered_by(FORMAT_SD_JWT_VC, vct, claims),
        claims: only_asked(presentation.query, claims),
        verdict,
    }
}

/// Each presentation with the query that it answers.
fn sorted_by_query<'a>(
    query: &'a DcqlQuery,
    vp_token: &'a BTreeMap<String, Vec<String>>,
) -> Result<Vec<(&'a CredentialQuery, &'a str)>, Rejection> {
    let mut sorted = Vec::new();
    for (id, presentations) in vp_token {
        let query = query
            .credentials
            .iter()
            .find(|query| query.id == *id)
            .ok_or(Rejection::UnknownQuery)?;
        if presentations.len() > 1 && !query.multiple {
            return Err(Rejection::NotMultiple);
        }
        sorted.extend(presentations.iter().map(|presentation| (query, presentation.as_str())));
    }
    if sorted.len() > MAX_PRESENTATIONS {
        return Err(Rejection::TooMany);
    }
    Ok(sorted)
}

/// Base64url SHA-256 of what the issuer signed: the same whatever is disclosed, and nothing of a person. Without the signature:
/// whoever holds one of ECDSA can write another that fits.
fn evidence(presentation: &str) -> String {
    let jwt = presentation.split('~').next().unwrap_or_default();
    let signed = jwt.rsplit_once('.').map_or(jwt, |(signed, _)| signed);
    URL_SAFE_NO_PAD.encode(digest(signed.as_bytes()))
}

/// The claims of the query's paths with what surrounds them: whatever a wallet discloses besides is dropped before anything
/// reads it.
fn only_asked(query: &CredentialQuery, claims: &Value) -> Value {
    let mut kept = Map::new();
    for name in ENVELOPE {
        if let Some(value) = claims.get(name) {
            kept.insert((*name).to_owned(), value.clone());
        }
    }
    for claim in &query.claims {
        let keys = claim.path.elements().iter().map_while(|step| match step {
            PathElement::Key(key) => Some(key.as_str()),
            // What is below an array is kept with the array: our rules ask for none.
            PathElement::Index(_) | PathElement::All => None,
        });
        keep(&mut kept, claims, &keys.collect::<Vec<_>>());
    }
    Value::Object(kept)
}

fn keep(kept: &mut Map<String, Value>, claims: &Value, path: &[&str]) {
    let [first, rest @ ..] = path else { return };
    let Some(value) = claims.get(first) else { return };
    if rest.is_empty() {
        kept.insert((*first).to_owned(), value.clone());
        return;
    }
    let below = kept
        .entry((*first).to_owned())
        .or_insert_with(|| Value::Object(Map::new()));
    if let Some(below) = below.as_object_mut() {
        keep(below, value, rest);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(multiple: bool) -> DcqlQuery {
        DcqlQuery::from_value(&json!({"credentials": [{
            "id": "activities", "format": "dc+sd-jwt", "multiple": multiple,
            "meta": {"vct_values": ["urn:musette:activity-attestation:1"]},
            "claims": [{"path": ["activity", "minutes"]}, {"path": ["activity", "role"]}, {"path": ["age_over_16"]}]
        }]}))
        .unwrap()
    }

    fn answer(id: &str, count: usize) -> BTreeMap<String, Vec<String>> {
        BTreeMap::from([(id.to_owned(), vec!["a~".to_owned(); count])])
    }

    #[test]
    fn vp_v_021_an_answer_to_another_query_or_to_one_twice_is_refused() {
        assert_eq!(
            sorted_by_query(&query(true), &answer("names", 1)).unwrap_err(),
            Rejection::UnknownQuery
        );
        assert_eq!(
            sorted_by_query(&query(false), &answer("activities", 2)).unwrap_err(),
            Rejection::NotMultiple
        );
        assert_eq!(
            sorted_by_query(&query(true), &answer("activities", 2)).unwrap().len(),
            2
        );
    }

    #[test]
    fn neg_21_more_presentations_than_the_limit_are_refused() {
        let question = query(true);
        assert_eq!(
            sorted_by_query(&question, &answer("activities", MAX_PRESENTATIONS))
                .unwrap()
                .len(),
            MAX_PRESENTATIONS
        );
        assert_eq!(
            sorted_by_query(&question, &answer("activities", MAX_PRESENTATIONS + 1)).unwrap_err(),
            Rejection::TooMany
        );
    }

    #[test]
    fn dcql_012_what_was_not_asked_is_not_read() {
        let claims = json!({
            "iss": "https://paniers.example", "vct": "urn:musette:activity-attestation:1", "given_name": "Nadia",
            "age_over_16": true, "activity": {"minutes": 7800, "role": "dirigeant", "mission": "trésorerie"}
        });
        assert_eq!(
            only_asked(&query(true).credentials[0], &claims),
            json!({
                "iss": "https://paniers.example", "vct": "urn:musette:activity-attestation:1",
                "age_over_16": true, "activity": {"minutes": 7800, "role": "dirigeant"}
            })
        );
        assert_eq!(only_asked(&query(true).credentials[0], &Value::Null), json!({}));
    }

    #[test]
    fn the_same_credential_is_the_same_evidence_whatever_it_discloses_and_however_its_signature_is_written() {
        assert_eq!(evidence("a.b.c~one~two~kb"), evidence("a.b.c~two~other"));
        assert_eq!(evidence("a.b.c~one~"), evidence("a.b.d~one~"));
        assert_ne!(evidence("a.b.c~one~"), evidence("a.d.c~one~"));
    }
}
