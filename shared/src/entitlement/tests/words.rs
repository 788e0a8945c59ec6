//! What is said to people.

use super::*;

#[test]
fn the_story_of_nadia_is_told_in_both_languages() {
    let rule = law();
    let mut supervising = credential("y", "b", 4_500);
    supervising.activity.role = "encadrant_benevoles".to_owned();
    let credentials = [credential("x", "a", 7_800), supervising];
    let decision = decide(&rule, &credentials);
    let texts = |lines: &[Line]| lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();

    let french = explain(&rule, &decision, &credentials, &issuers(), Language::French);
    assert_eq!(french.headline, "Droit ouvert : 240 € (compte d’engagement citoyen)");
    assert_eq!(
        texts(&french.reasons),
        [
            "Total retenu : 205 h ; il faut au moins 200 h.",
            "130 h chez Les Paniers du Vallon ; il faut au moins 100 h dans une même association.",
        ]
    );
    assert_eq!(
        texts(&french.used),
        [
            "130 h 00 — dirigeant — Les Paniers du Vallon",
            "75 h 00 — encadrement de bénévoles — Cyclo-Répar’"
        ]
    );
    assert_eq!(french.legal_basis[0], "Code du travail L5151-9 6°");

    let english = explain(&rule, &decision, &credentials, &issuers(), Language::English);
    assert_eq!(english.headline, "Right granted: €240 (citizen engagement account)");
    assert_eq!(
        english.used[0].text,
        "130 h — on the governing body — Les Paniers du Vallon"
    );
}

#[test]
fn what_is_missing_is_told_with_its_gap() {
    let rule = law();
    let headline_and_reason = |credentials: &[Credential]| {
        let decision = decide(&rule, credentials);
        let told = explain(&rule, &decision, credentials, &issuers(), Language::French);
        let reason = told.reasons.into_iter().find(|line| line.code.is_some()).unwrap();
        (told.headline, reason.text)
    };
    assert_eq!(
        headline_and_reason(&[credential("x", "a", 11_970)]),
        (
            "Droit non ouvert : il manque 30 minutes (compte d’engagement citoyen)".to_owned(),
            "Il manque 30 minutes : le total retenu est de 199 h 30, il faut 200 h.".to_owned()
        )
    );
    let thrice = [
        credential("x", "a", 4_800),
        credential("y", "b", 4_800),
        credential("z", "c", 4_800),
    ];
    assert_eq!(
        headline_and_reason(&thrice),
        (
            "Droit non ouvert : aucune association n’atteint 100 h à elle seule (compte d’engagement citoyen)"
                .to_owned(),
            "Aucune association n’atteint 100 h à elle seule : 80 h au plus, chez Les Paniers du Vallon.".to_owned()
        )
    );
}

#[test]
fn a_rule_of_an_unknown_scheme_is_called_by_its_title() {
    let rule = cec_with(&[("/benefit/code", json!("NEW")), ("/title", json!("Droit nouveau"))]).unwrap();
    let credentials = [credential("x", "a", 12_000)];
    let told = explain(
        &rule,
        &decide(&rule, &credentials),
        &credentials,
        &issuers(),
        Language::French,
    );
    assert_eq!(told.headline, "Droit ouvert : 240 € (Droit nouveau)");
}

/// Each code, given to a decision, comes out as a sentence of its own in each language.
#[test]
fn every_code_has_a_sentence_in_both_languages() {
    let rule = law();
    let credentials = [credential("x", "a", 12_000)];
    for code in Code::all() {
        let mut decision = decide(&rule, &credentials);
        decision.decision = Outcome::Denied;
        decision.reasons = vec![code.clone()];
        decision.rejected = BTreeMap::from([("x".to_owned(), code.clone())]);
        decision.missing = Missing {
            total: Some(30),
            single_issuer: Some(60),
        };
        let told = Language::ALL.map(|language| explain(&rule, &decision, &credentials, &issuers(), language));
        for (one, other) in told[0]
            .reasons
            .iter()
            .zip(&told[1].reasons)
            .chain(told[0].rejected.iter().zip(&told[1].rejected))
        {
            assert_ne!(one.text, other.text, "{code}");
            for text in [&one.text, &other.text] {
                assert!(
                    text.ends_with('.') && !text.contains(&code.to_string()),
                    "{code}: {text}"
                );
            }
        }
        // A code is a reason or a refusal of one attestation: one of the two sentences is its own.
        let general = ["Une condition n’est pas remplie.", "elle ne compte pas pour ce droit."];
        let is_general = |line: &Line| general.iter().any(|general| line.text.ends_with(general));
        let of_code = told[0]
            .reasons
            .iter()
            .filter(|line| line.code.is_some())
            .chain(&told[0].rejected);
        assert!(
            of_code.into_iter().any(|line| !is_general(line)),
            "{code} has no sentence of its own"
        );
    }
}
