//! The written form of [`Code`].

use super::Code;

/// Not a code of `format.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a reason code")]
pub struct UnknownReason;

/// Each code without a name of its own, and how it is written.
const WRITTEN: &[(Code, &str)] = &[
    (Code::SubjectMismatch, "SUBJECT_MISMATCH"),
    (Code::Revoked, "REVOKED"),
    (Code::Suspended, "SUSPENDED"),
    (Code::Expired, "EXPIRED"),
    (Code::Superseded, "SUPERSEDED"),
    (Code::DuplicateRef, "DUPLICATE_REF"),
    (Code::WrongKind, "WRONG_KIND"),
    (Code::Paid, "PAID"),
    (Code::WrongRole, "WRONG_ROLE"),
    (Code::LowAssurance, "LOW_ASSURANCE"),
    (Code::IssuerRegime, "ISSUER_REGIME"),
    (Code::IssuerTooYoung, "ISSUER_TOO_YOUNG"),
    (Code::IssuerPurpose, "ISSUER_PURPOSE"),
    (Code::IssuedTooLate, "ISSUED_TOO_LATE"),
    (Code::Implausible, "IMPLAUSIBLE"),
    (Code::OutsideWindow, "OUTSIDE_WINDOW"),
    (Code::CrossesWindow, "CROSSES_WINDOW"),
    (Code::OverlapSameIssuer, "OVERLAP_SAME_ISSUER"),
    (Code::DeclaredTooEarly, "DECLARED_TOO_EARLY"),
    (Code::DeclaredTooLate, "DECLARED_TOO_LATE"),
    (Code::BenefitBeforeEntryIntoForce, "BENEFIT_BEFORE_ENTRY_INTO_FORCE"),
    (Code::TotalBelowMinimum, "TOTAL_BELOW_MINIMUM"),
    (Code::NoIssuerReachesMinimum, "NO_ISSUER_REACHES_MINIMUM"),
    (Code::NoEvidence, "NO_EVIDENCE"),
    (Code::CapWindow, "CAP_WINDOW"),
    (Code::CapLifetime, "CAP_LIFETIME"),
    (Code::BelowFirstStep, "BELOW_FIRST_STEP"),
    (Code::PaidBySameIssuer, "PAID_BY_SAME_ISSUER"),
];
const PREDICATE: &str = "PREDICATE_MISSING:";

impl Code {
    /// Every code, a missing predicate under the name `age_over_16`.
    pub fn all() -> impl Iterator<Item = Self> {
        let predicate = Self::PredicateMissing("age_over_16".to_owned());
        WRITTEN.iter().map(|(code, _)| code.clone()).chain([predicate])
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PredicateMissing(name) => write!(f, "{PREDICATE}{name}"),
            plain => WRITTEN
                .iter()
                .filter(|(code, _)| code == plain)
                .try_for_each(|(_, text)| f.write_str(text)),
        }
    }
}

impl std::str::FromStr for Code {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        if let Some(name) = text.strip_prefix(PREDICATE).filter(|name| !name.is_empty()) {
            return Ok(Self::PredicateMissing(name.to_owned()));
        }
        WRITTEN
            .iter()
            .find(|(_, written)| *written == text)
            .map(|(code, _)| code.clone())
            .ok_or(UnknownReason)
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_written_once_and_reads_back() {
        let written: BTreeSet<_> = Code::all().map(|code| code.to_string()).collect();
        assert_eq!(written.len(), 29);
        for code in Code::all() {
            assert_eq!(code.to_string().parse(), Ok(code.clone()));
            assert_eq!(
                serde_json::from_value::<Code>(serde_json::to_value(&code).unwrap()).unwrap(),
                code
            );
        }
        assert_eq!("PREDICATE_MISSING:".parse::<Code>(), Err(UnknownReason));
        assert_eq!("revoked".parse::<Code>(), Err(UnknownReason));
    }
}
