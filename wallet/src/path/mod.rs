//! The path: every attestation a person keeps, and the hours they add up to.

pub(crate) mod pages;

use std::collections::{BTreeMap, HashSet};

use shared::credential::ACTIVITY_VCT;

use crate::credentials::Credential;

/// Hours by organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) organisation: String,
    pub(crate) minutes: u64,
}

/// Adds up the minutes attested, by organisation, the most first. An activity counts once, by its latest attestation
/// (a correction keeps the `ref`), and not at all when that is revoked or expired.
pub(crate) fn totals(credentials: &[Credential]) -> Vec<Total> {
    let mut latest: Vec<&Credential> = credentials
        .iter()
        .filter(|credential| credential.kept.vct == ACTIVITY_VCT)
        .collect();
    latest.sort_by_key(|credential| std::cmp::Reverse((credential.issued_at(), credential.collected_at)));
    let mut seen = HashSet::new();
    let mut by_organisation: BTreeMap<&str, u64> = BTreeMap::new();
    for credential in latest {
        let activity = &credential.claims["activity"];
        if let Some(reference) = activity["ref"].as_str()
            && !seen.insert((credential.kept.issuer.identifier.as_str(), reference))
        {
            continue;
        }
        if credential.kept.standing.counts() {
            *by_organisation.entry(credential.organisation()).or_default() += activity["minutes"].as_u64().unwrap_or(0);
        }
    }
    let mut totals: Vec<Total> = by_organisation
        .into_iter()
        .map(|(organisation, minutes)| Total {
            organisation: organisation.to_owned(),
            minutes,
        })
        .collect();
    totals.sort_by_key(|total| std::cmp::Reverse(total.minutes));
    totals
}
