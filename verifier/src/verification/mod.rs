//! Checking what a wallet presented (OpenID4VP 1.0 §8.6, VP-V-026): shape of the answer, then each presentation with every
//! check that can run, then the answer as a whole. Whatever is wrong with a presentation is told by its checks; only an
//! answer that answers another question, or none, is refused as a whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use serde_json::{Map, Value};
use shared::{
    credential::{FORMAT_SD_JWT_VC, PathElement},
    format::sd_jwt_vc::{
        ExpectedBinding, SdJwt, SdJwtError, check_binding,
        type_metadata::{TypeMetadata, TypeMetadataError, TypeReference, TypeRegistry},
    },
    keys::seal::digest,
    many::on_every_core,
    presentation::dcql::{CredentialQuery, DcqlQuery},
    service::{http_client::HttpClient, materials},
    status_list::token::{Edition, Editions},
    trust::TrustList,
    verification::{
        Expectation, Fetched, IssuerKeys, KeySource, Materials, Needs, Rules, Verdict, needs, verify_under,
    },
};

/// The most presentations that one answer may hold.
pub(crate) use shared::oid4vp::response::MAX_PRESENTATIONS;
/// The most fetches under way at once for one answer: whoever answers chooses what is fetched.
const MAX_FETCHES: usize = 8;
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

/// An answer of the right shape and to the right request, before anything is fetched or believed.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    binding: ExpectedBinding<'a>,
    presentations: Vec<Presentation<'a>>,
}

#[derive(Debug)]
struct Presentation<'a> {
    query: &'a CredentialQuery,
    text: &'a str,
    needs: Needs,
    /// Bound by its holder, to us: one that is not will be set aside, whatever its issuer says.
    is_for_us: bool,
}

impl<'a> Answer<'a> {
    /// Reads the shape of an answer to `query` (VP-V-021). Refuses the whole of it when a presentation was made for another
    /// nonce.
    pub(crate) fn read(
        query: &'a DcqlQuery,
        vp_token: &'a BTreeMap<String, Vec<String>>,
        binding: ExpectedBinding<'a>,
        now: DateTime<Utc>,
    ) -> Result<Self, Rejection> {
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
                    is_for_us: is_for_us(text, binding, now)?,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { binding, presentations })
    }

    /// Fetches what the presentations need, once where they need the same, a few at a time. Nothing is fetched for one that is
    /// not for us, nor from an issuer that a current trust list does not name: their checks say so. A status list that may
    /// still be kept is not fetched again.
    pub(crate) async fn fetch(
        &self,
        http: &HttpClient,
        editions: &Editions,
        trust: Option<&TrustList>,
        now: DateTime<Utc>,
    ) -> Gathered {
        let current = trust.filter(|list| !list.is_stale(now));
        let worth_fetching = |presentation: &&Presentation<'_>| {
            presentation.is_for_us && current.is_none_or(|list| list.issuers.contains_key(&presentation.needs.issuer))
        };
        let mut issuers = BTreeMap::new();
        let mut lists = BTreeSet::new();
        for presentation in self.presentations.iter().filter(worth_fetching) {
            let source = &presentation.needs.key_source;
            // What comes with certificates asks nobody, and takes nothing from others of the same issuer.
            if *source != KeySource::Certificates {
                issuers.insert(presentation.needs.issuer.as_str(), source);
            }
            lists.extend(presentation.needs.status_list.as_deref());
        }
        let keys = issuers.into_iter().map(|(issuer, source)| {
            let keys = materials::keys(http, issuer, source, now);
            keys.map(|keys| Material::Keys(issuer.to_owned(), keys)).boxed()
        });
        let lists = lists.into_iter().map(|list| {
            let edition = materials::status_list(http, editions, list, now);
            edition
                .map(|edition| Material::StatusList(list.to_owned(), edition))
                .boxed()
        });
        let all: Vec<BoxFuture<'_, Material>> = keys.chain(lists).collect();
        let mut gathered = Gathered::default();
        // Nobody is asked for the others: whoever defines a type would know of each use of it.
        let types = TypeRegistry::ours();
        for presentation in self.presentations.iter().filter(worth_fetching) {
            let reference = presentation.needs.type_metadata.as_ref();
            if let Some((reference, known)) =
                reference.and_then(|reference| Some((reference, types.resolve(reference)?)))
            {
                gathered.types.insert(reference.clone(), known);
            }
        }
        let mut fetched = stream::iter(all).buffer_unordered(MAX_FETCHES);
        while let Some(material) = fetched.next().await {
            match material {
                Material::Keys(issuer, keys) => drop(gathered.keys.insert(issuer, keys)),
                Material::StatusList(list, edition) => drop(gathered.lists.insert(list, edition)),
            }
        }
        gathered
    }

    /// Runs every check on every presentation.
    pub(crate) fn examine(
        &self,
        rules: &Rules<'_>,
        gathered: &Gathered,
        trust: Option<&TrustList>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Examined>, Rejection> {
        let examined = on_every_core(&self.presentations, |presentation| {
            let vcts = presentation.query.vct_values();
            let expectation = Expectation::Presented {
                binding: self.binding,
                vcts: &vcts,
                trust,
            };
            let materials = gathered.of(&presentation.needs);
            let verdict = verify_under(rules, presentation.text, expectation, &materials, now);
            let verdict = verdict.map_err(|_| Rejection::Malformed)?;
            Ok(examined(presentation, verdict))
        });
        examined.into_iter().collect()
    }
}

/// What was fetched: keys by issuer, status lists by address; and the types known here.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    keys: BTreeMap<String, Fetched<IssuerKeys>>,
    lists: BTreeMap<String, Fetched<Arc<Edition>>>,
    types: BTreeMap<TypeReference, Result<TypeMetadata, TypeMetadataError>>,
}

/// One thing that was fetched, and for whom.
enum Material {
    Keys(String, Fetched<IssuerKeys>),
    StatusList(String, Fetched<Arc<Edition>>),
}

impl Gathered {
    fn of(&self, needs: &Needs) -> Materials {
        let list = needs.status_list.as_ref().and_then(|list| self.lists.get(list));
        let known = needs
            .type_metadata
            .as_ref()
            .and_then(|reference| self.types.get(reference));
        Materials {
            issuer_keys: self.keys.get(&needs.issuer).cloned().unwrap_or(Fetched::NotAsked),
            status_list: list.cloned().unwrap_or(Fetched::NotAsked),
            type_metadata: known.cloned().map_or(Fetched::NotAsked, Fetched::Found),
        }
    }
}

/// Whether a presentation is bound by its holder, to us (RFC 9901 §7.3). One made for another nonce is no answer at all.
fn is_for_us(presentation: &str, binding: ExpectedBinding<'_>, now: DateTime<Utc>) -> Result<bool, Rejection> {
    match SdJwt::parse(presentation).and_then(|sd_jwt| check_binding(&sd_jwt, binding, now)) {
        Ok(checks) if checks.nonce.is_err() => Err(Rejection::WrongNonce),
        Ok(checks) => Ok(checks.audience.is_ok() && checks.binding.is_ok()),
        Err(SdJwtError::KeyBindingMissing) => Ok(false),
        Err(_) => Err(Rejection::Malformed),
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
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use axum::{Router, http::StatusCode};
    use serde_json::json;
    use shared::service::serve::serve;

    use super::*;
    use crate::testing;

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

    #[tokio::test]
    async fn neg_21_few_fetches_are_under_way_at_once() {
        let (under_way, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (listener, url) = testing::listen().await;
        let counted = Arc::clone(&most);
        let router = Router::new().fallback(async move || {
            counted.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            under_way.fetch_sub(1, Ordering::SeqCst);
            StatusCode::NOT_FOUND
        });
        tokio::spawn(serve(listener, router, std::future::pending()));
        let question = query(true);
        let presentations = (0..MAX_PRESENTATIONS).map(|number| Presentation {
            query: &question.credentials[0],
            text: "",
            needs: Needs {
                issuer: format!("{url}{number}"),
                key_source: KeySource::Metadata,
                status_list: Some(format!("{url}{number}/status")),
                type_metadata: None,
            },
            is_for_us: true,
        });
        let answer = Answer {
            binding: ExpectedBinding {
                audience: "",
                nonce: "",
            },
            presentations: presentations.collect(),
        };
        let (http, editions) = (HttpClient::new(true), Editions::default());
        let gathered = answer.fetch(&http, &editions, None, testing::now()).await;
        assert_eq!(
            (gathered.keys.len(), gathered.lists.len()),
            (MAX_PRESENTATIONS, MAX_PRESENTATIONS)
        );
        let most = most.load(Ordering::SeqCst);
        assert!((1..=MAX_FETCHES).contains(&most), "{most}");
        let unknown = answer
            .fetch(&http, &editions, Some(&testing::trust_list(&[])), testing::now())
            .await;
        assert!(unknown.keys.is_empty() && unknown.lists.is_empty());
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
