//! What this person has that answers a request. What would be shared is read from the presentation itself, never guessed
//! from the query.

use serde_json::Value;
use shared::{
    credential::{ClaimPath, FORMAT_SD_JWT_VC, PathElement},
    format::sd_jwt_vc::{KeyBinding, SdJwt, SdJwtError},
    keys::KeyError,
    oid4vp::{RequestObject, response::MAX_PRESENTATIONS},
    presentation::dcql::{Candidate, CredentialQuery, DcqlQuery},
};

use super::Choice;
use crate::{
    app::App,
    credentials::{
        Credential,
        words::{self, Fact},
    },
};

/// One thing that is asked, with what fits.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The query's `id`.
    pub(crate) query: String,
    /// The kinds accepted (`vct`).
    pub(crate) kinds: Vec<String>,
    /// The claims asked, dotted.
    pub(crate) claims: Vec<String>,
    /// Whether an answer must hold it.
    pub(crate) required: bool,
    /// Whether several may be given.
    pub(crate) multiple: bool,
    pub(crate) fits: Vec<Fit>,
}

/// An attestation that fits, with what sharing it would tell.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    /// Its place among the person's attestations.
    pub(crate) credential: usize,
    pub(crate) choice: Choice,
    pub(crate) disclose: Vec<ClaimPath>,
    /// What the verifier would read.
    pub(crate) shared: Vec<Fact>,
    /// Dotted names of what stays here.
    pub(crate) kept_back: Vec<String>,
}

/// Why an attestation cannot be presented.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PresentError {
    #[error(transparent)]
    SdJwt(#[from] SdJwtError),
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Why what a person chose does not answer the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChoiceError {
    /// Something was chosen that does not fit.
    #[error("a choice does not fit what is asked")]
    Unfit,
    /// Several for a query that takes one.
    #[error("several were chosen where one is asked")]
    Several,
    /// More than a verifier of ours takes.
    #[error("more than {MAX_PRESENTATIONS} were chosen")]
    TooMany,
    /// What must be there is not.
    #[error("something required is not chosen")]
    Missing,
}

/// For each query, what fits, in the order of the person's attestations.
pub(crate) fn asked(
    app: &App,
    request: &RequestObject,
    credentials: &[Credential],
) -> Result<Vec<Asked>, PresentError> {
    let candidates: Vec<Candidate<'_>> = credentials
        .iter()
        .map(|credential| Candidate {
            id: credential.id.as_str(),
            format: FORMAT_SD_JWT_VC,
            vct: &credential.kept.vct,
            claims: &credential.claims,
        })
        .collect();
    let mut asked = Vec::new();
    for matches in request.query.matches(&candidates) {
        let Some(query) = request.query.credentials.iter().find(|query| query.id == matches.query) else {
            continue;
        };
        let mut fits = Vec::new();
        for found in matches.matches {
            let Some(position) = credentials
                .iter()
                .position(|credential| credential.id.as_str() == found.candidate)
            else {
                continue;
            };
            let credential = &credentials[position];
            let shared = words::facts(&shown(&present(app, credential, &found.disclose, request)?)?);
            let kept_back = words::facts(&credential.claims)
                .into_iter()
                .filter(|fact| !shared.iter().any(|told| told.key == fact.key))
                .map(|fact| fact.key)
                .collect();
            let choice = Choice {
                query: query.id.clone(),
                credential: found.candidate,
            };
            fits.push(Fit {
                credential: position,
                choice,
                disclose: found.disclose,
                shared,
                kept_back,
            });
        }
        asked.push(Asked {
            query: query.id.clone(),
            kinds: query.vct_values().into_iter().map(ToOwned::to_owned).collect(),
            claims: claims(query),
            required: matches.required,
            multiple: matches.multiple,
            fits,
        });
    }
    Ok(asked)
}

/// Whether the request can be answered at all with what the person has.
pub(crate) fn is_answerable(query: &DcqlQuery, asked: &[Asked]) -> bool {
    query.is_satisfied_by(&answered(asked, |_| true))
}

/// What to tick before the person chooses: what is required, and no more than the whole needs.
pub(crate) fn proposed(query: &DcqlQuery, asked: &[Asked], credentials: &[Credential]) -> Vec<Choice> {
    propose(query, asked, |fit| credentials[fit.credential].kept.standing.counts())
}

fn propose(query: &DcqlQuery, asked: &[Asked], counts: impl Fn(&Fit) -> bool) -> Vec<Choice> {
    let mut queries = answered(asked, |asked| asked.required);
    for optional in answered(asked, |asked| !asked.required) {
        if query.is_satisfied_by(&queries) {
            break;
        }
        queries.push(optional);
    }
    // One for each, and what is left of an answer to the first that takes several.
    let mut spare = MAX_PRESENTATIONS.saturating_sub(queries.len());
    asked
        .iter()
        .filter(|asked| queries.contains(&asked.query.as_str()))
        .flat_map(|asked| {
            // One that was revoked answers nothing: propose it only when there is no other.
            let good: Vec<&Fit> = asked.fits.iter().filter(|fit| counts(fit)).collect();
            let fits = if good.is_empty() {
                asked.fits.iter().collect()
            } else {
                good
            };
            let more = if asked.multiple {
                spare.min(fits.len().saturating_sub(1))
            } else {
                0
            };
            spare -= more;
            fits.into_iter().take(1 + more).map(|fit| fit.choice.clone())
        })
        .collect()
}

/// The fits that a person chose, when together they answer the request.
pub(crate) fn choose<'a>(
    query: &DcqlQuery,
    asked: &'a [Asked],
    choices: &[Choice],
) -> Result<Vec<&'a Fit>, ChoiceError> {
    let mut chosen: Vec<&Fit> = Vec::new();
    for choice in choices {
        let fit = asked
            .iter()
            .flat_map(|asked| &asked.fits)
            .find(|fit| fit.choice == *choice);
        let fit = fit.ok_or(ChoiceError::Unfit)?;
        if !chosen.iter().any(|other| other.choice == fit.choice) {
            chosen.push(fit);
        }
    }
    if chosen.len() > MAX_PRESENTATIONS {
        return Err(ChoiceError::TooMany);
    }
    for asked in asked.iter().filter(|asked| !asked.multiple) {
        if chosen.iter().filter(|fit| fit.choice.query == asked.query).count() > 1 {
            return Err(ChoiceError::Several);
        }
    }
    let queries: Vec<&str> = answered(asked, |asked| chosen.iter().any(|fit| fit.choice.query == asked.query));
    if queries.is_empty() || !query.is_satisfied_by(&queries) {
        return Err(ChoiceError::Missing);
    }
    Ok(chosen)
}

/// A presentation of an attestation for this request (VP-W-011).
pub(crate) fn present(
    app: &App,
    credential: &Credential,
    disclose: &[ClaimPath],
    request: &RequestObject,
) -> Result<String, PresentError> {
    let key = credential.kept.key.open()?;
    let audience = request.client_id.to_string();
    let binding = KeyBinding {
        key: &key,
        audience: &audience,
        nonce: &request.nonce,
        issued_at: app.now(),
    };
    Ok(credential.sd_jwt().present(disclose, &binding)?)
}

/// What a presentation tells.
fn shown(presentation: &str) -> Result<Value, SdJwtError> {
    Ok(SdJwt::parse(presentation)?.revealed_claims()?.into_value())
}

/// Queries with a fit, among those that `wanted` keeps.
fn answered(asked: &[Asked], wanted: impl Fn(&Asked) -> bool) -> Vec<&str> {
    asked
        .iter()
        .filter(|asked| !asked.fits.is_empty() && wanted(asked))
        .map(|asked| asked.query.as_str())
        .collect()
}

fn claims(query: &CredentialQuery) -> Vec<String> {
    query
        .claims
        .iter()
        .map(|claim| {
            let keys: Vec<&str> = claim
                .path
                .elements()
                .iter()
                .filter_map(|element| match element {
                    PathElement::Key(key) => Some(key.as_str()),
                    PathElement::Index(_) | PathElement::All => None,
                })
                .collect();
            keys.join(".")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Two queries that take several, and as many fits for each.
    fn asked(fits: usize) -> (DcqlQuery, Vec<Asked>) {
        let one =
            |id: &str| json!({ "id": id, "format": "dc+sd-jwt", "multiple": true, "meta": { "vct_values": ["x"] } });
        let query = DcqlQuery::from_value(&json!({ "credentials": [one("a"), one("b")] })).unwrap();
        let asked = ["a", "b"].map(|query| Asked {
            query: query.to_owned(),
            kinds: Vec::new(),
            claims: Vec::new(),
            required: true,
            multiple: true,
            fits: (0..fits)
                .map(|credential| Fit {
                    credential,
                    choice: Choice {
                        query: query.to_owned(),
                        credential: credential.to_string(),
                    },
                    disclose: Vec::new(),
                    shared: Vec::new(),
                    kept_back: Vec::new(),
                })
                .collect(),
        });
        (query, asked.into())
    }

    #[test]
    fn no_more_is_chosen_than_a_verifier_takes() {
        let (query, asked) = asked(40);
        let mut choices: Vec<Choice> = asked
            .iter()
            .flat_map(|asked| &asked.fits)
            .map(|fit| fit.choice.clone())
            .collect();
        let refused = choose(&query, &asked, &choices).map(|chosen| chosen.len());
        assert_eq!(refused, Err(ChoiceError::TooMany));
        choices.drain(..choices.len() - MAX_PRESENTATIONS);
        assert_eq!(choose(&query, &asked, &choices).unwrap().len(), MAX_PRESENTATIONS);
    }

    #[test]
    fn what_is_proposed_answers_everything_and_can_be_chosen() {
        for fits in [1, 40, 100] {
            let (query, asked) = asked(fits);
            let choices = propose(&query, &asked, |_| true);
            assert_eq!(choices.len(), (2 * fits).min(MAX_PRESENTATIONS));
            assert!(choose(&query, &asked, &choices).is_ok(), "{fits}");
        }
    }
}
