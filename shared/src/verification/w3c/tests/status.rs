//! What status lists say.

use super::*;

/// A credential with an entry, and the list in which it is set or not.
fn listed(purpose: Purpose, value: u16) -> (W3cDocument, Value) {
    let issuer = Person::new(KeyKind::Ed25519);
    let mut bits = Bitstring::new(1, MIN_ENTRIES).unwrap();
    bits.set(9, 1, value).unwrap();
    let terms = StatusListTerms {
        id: LIST,
        issuer: issuer.did.as_str(),
        purposes: std::slice::from_ref(&purpose),
        valid_from: now(),
        valid_until: None,
        ttl: None,
    };
    let list = terms.unsigned(&bits);
    let mut credential = issuer.credential();
    let entry = Entry::new(purpose, 9, LIST.to_owned()).to_value();
    credential.insert("credentialStatus".to_owned(), entry);
    let proven = text(&issuer.prove(credential, |_| ()));
    (W3cDocument::parse(proven.as_bytes()).unwrap(), list)
}

#[test]
fn bsl_005_what_the_list_says_counts() {
    for (purpose, value, outcome) in [
        (Purpose::Revocation, 0, Outcome::Passed),
        (Purpose::Revocation, 1, Outcome::Failed(Reason::Revoked)),
        (Purpose::Suspension, 1, Outcome::Failed(Reason::Suspended)),
        (Purpose::Refresh, 1, Outcome::Passed),
    ] {
        let (document, list) = listed(purpose, value);
        let around = surroundings(&document, Some(&list));
        let verdict = document.verify(&around, &W3cExpectation::FOUND, now());
        assert_eq!(verdict.verdict.outcome(CheckId::Status), Some(outcome));
    }
}

#[test]
fn bsl_004_a_list_that_says_nothing_is_told_apart() {
    let (document, mut list) = listed(Purpose::Revocation, 0);
    assert_eq!(document.needs(Binding::Controller).lists.len(), 1);
    assert!(document.needs(Binding::ProofOnly).lists.is_empty());
    let status = |around: &Surroundings| {
        let verdict = document.verify(around, &W3cExpectation::FOUND, now());
        let flaw = verdict.flaws.into_iter().next().unwrap();
        (flaw.outcome, flaw.standard)
    };
    assert_eq!(
        status(&surroundings(&document, None)),
        (
            Outcome::Skipped(Reason::StatusUnreachable),
            StandardError::StatusList(BitstringError::Unreachable)
        )
    );
    list["validUntil"] = json!("2027-01-10T09:00:00Z");
    assert_eq!(
        status(&surroundings(&document, Some(&list))),
        (
            Outcome::Skipped(Reason::StatusUnusable),
            StandardError::StatusList(BitstringError::Expired)
        )
    );
    list["issuer"] = json!("did:example:other");
    assert_eq!(
        status(&surroundings(&document, Some(&list))),
        (
            Outcome::Failed(Reason::StatusRefused),
            StandardError::StatusList(BitstringError::OtherIssuer)
        )
    );
}
