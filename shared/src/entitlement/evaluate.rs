//! The pipeline of `format.md`, step by step.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Claim, Code, Credential, CredentialStatus, Decision, IssuerFacts, Missing, Outcome, Prior, Rule,
    number::clamp,
    rule::{Cap, ClaimDate, Grant, Measure, Requirement},
    window::{self, Counted, day_of_year, length, years_after},
};

/// Evaluates a claim. Pure; never panics, never overflows.
pub fn evaluate(
    rule: &Rule,
    claim: &Claim,
    credentials: &[Credential],
    issuers: &BTreeMap<String, IssuerFacts>,
) -> Decision {
    let mut rejected: BTreeMap<String, Code> = BTreeMap::new();
    let (admitted, duplicates) = admit(rule, claim, credentials, &mut rejected);

    let mut selected = Vec::new();
    for credential in &admitted {
        match refusal_of_selection(rule, claim, credential, issuers.get(&credential.issuer)) {
            None => selected.push(*credential),
            Some(code) => {
                rejected.insert(credential.id.clone(), code);
            }
        }
    }

    let windows = window::windows(rule, claim.window.year, &selected);
    let used: BTreeMap<&str, &Credential> = windows
        .iter()
        .flat_map(|window| &window.used)
        .map(|(credential, _)| (credential.id.as_str(), *credential))
        .collect();
    reject_unused(&windows, &used, &mut rejected);
    let measured = windows.last().map_or(0, |window| window::measured(rule, window));

    let (mut reasons, missing) = requirements(rule, claim, &windows);
    let holds = reasons.is_empty();
    let granted = if holds {
        grant(rule, measured, &claim.prior)
    } else {
        Granted::nothing(rule, &claim.prior)
    };
    if holds && granted.amount == 0 {
        reasons.push(Code::BelowFirstStep);
    }
    let amount = cap(rule, &claim.prior, granted.amount, &mut reasons);
    let paid_by_same_issuer = || {
        rule.reviews_paid
            && used.values().any(|counted| {
                admitted.iter().any(|other| {
                    other.activity.paid
                        && other.issuer == counted.issuer
                        && other.id != counted.id
                        && window::overlap(other, counted)
                })
            })
    };
    let decision = if amount == 0 {
        Outcome::Denied
    } else if paid_by_same_issuer() {
        reasons.push(Code::PaidBySameIssuer);
        Outcome::Review
    } else {
        Outcome::Granted
    };

    Decision {
        rule: rule.id.clone(),
        version: rule.version.clone(),
        decision,
        amount: clamp(amount),
        unit: rule.unit.clone(),
        measured: clamp(measured),
        counted: counted(rule, &windows),
        used: used.keys().map(|id| (*id).to_owned()).collect(),
        rejected,
        reasons,
        duplicates,
        missing: if decision == Outcome::Denied {
            missing
        } else {
            Missing::default()
        },
        valid_until: rule
            .validity_years
            .filter(|_| decision != Outcome::Denied)
            .and_then(|years| years_after(claim.as_of, years).and_then(|day| day.pred_opt())),
        carry: granted.carry,
        levels: granted.levels,
    }
}

/// Step 1. The credentials admitted, and the ids seen more than once.
fn admit<'a>(
    rule: &Rule,
    claim: &Claim,
    credentials: &'a [Credential],
    rejected: &mut BTreeMap<String, Code>,
) -> (Vec<&'a Credential>, Vec<String>) {
    let mut seen = BTreeSet::new();
    let mut duplicates: Vec<String> = Vec::new();
    let mut admitted = Vec::new();
    for credential in credentials {
        if !seen.insert(credential.id.as_str()) {
            if !duplicates.contains(&credential.id) {
                duplicates.push(credential.id.clone());
            }
        } else if let Some(code) = refusal_of_admission(rule, claim, credential) {
            rejected.insert(credential.id.clone(), code);
        } else {
            admitted.push(credential);
        }
    }

    let superseded: BTreeSet<&str> = admitted
        .iter()
        .filter_map(|credential| credential.supersedes.as_deref())
        .collect();
    admitted.retain(|credential| {
        let stays = !superseded.contains(credential.id.as_str());
        if !stays {
            rejected.insert(credential.id.clone(), Code::Superseded);
        }
        stays
    });

    // The latest of each activity; the first of those signed on the same day.
    let mut latest: BTreeMap<(&str, &str), &Credential> = BTreeMap::new();
    for &credential in &admitted {
        let activity = (credential.issuer.as_str(), credential.activity.reference.as_str());
        let stays = latest.entry(activity).or_insert(credential);
        if credential.issued_on > stays.issued_on {
            *stays = credential;
        }
    }
    let latest: BTreeSet<&str> = latest.into_values().map(|credential| credential.id.as_str()).collect();
    admitted.retain(|credential| {
        let stays = latest.contains(credential.id.as_str());
        if !stays {
            rejected.insert(credential.id.clone(), Code::DuplicateRef);
        }
        stays
    });
    (admitted, duplicates)
}

fn refusal_of_admission(rule: &Rule, claim: &Claim, credential: &Credential) -> Option<Code> {
    let expired = credential.valid_until.is_some_and(|last| last < claim.as_of);
    match credential.status {
        _ if credential.subject != claim.holder => Some(Code::SubjectMismatch),
        CredentialStatus::Revoked => Some(Code::Revoked),
        CredentialStatus::Suspended => Some(Code::Suspended),
        CredentialStatus::Valid if expired && !rule.accepts_expired => Some(Code::Expired),
        CredentialStatus::Valid => None,
    }
}

/// Step 2. An issuer that is not on the list has no regime, no age and no purpose.
fn refusal_of_selection(
    rule: &Rule,
    claim: &Claim,
    credential: &Credential,
    issuer: Option<&IssuerFacts>,
) -> Option<Code> {
    let (select, activity) = (&rule.select, &credential.activity);
    let accepts = |codes: &[String], code: &String| codes.is_empty() || codes.contains(code);
    let has_regime = select.regimes.is_empty() || issuer.is_some_and(|issuer| select.regimes.contains(&issuer.regime));
    let is_old_enough = select.min_age.is_none_or(|min_age| {
        let at = match min_age.at {
            ClaimDate::DeclaredOn => claim.declared_on,
            ClaimDate::AsOf => Some(claim.as_of),
            ClaimDate::BenefitEffective => claim.benefit_effective,
        };
        let birthday = issuer.and_then(|issuer| years_after(issuer.declared_on, min_age.years));
        birthday.zip(at).is_some_and(|(birthday, at)| birthday <= at)
    });
    let has_purpose = select.purposes_any.is_empty()
        || issuer.is_some_and(|issuer| {
            issuer
                .purposes
                .iter()
                .any(|purpose| select.purposes_any.contains(purpose))
        });
    let is_late = rule.attest_by.zip(claim.window.year).is_some_and(|(by, year)| {
        day_of_year(year, by.year_offset, (by.month, by.day)).is_some_and(|last| credential.issued_on > last)
    });
    let is_implausible = rule
        .max_minutes_per_day
        .zip(activity.minutes)
        .is_some_and(|(most, minutes)| {
            u128::from(minutes) > u128::from(most) * u128::from(length((activity.start, activity.end)))
        });
    [
        (!select.kinds.contains(&activity.kind), Code::WrongKind),
        (select.paid.is_some_and(|paid| paid != activity.paid), Code::Paid),
        (!accepts(&select.roles, &activity.role), Code::WrongRole),
        (credential.assurance < select.min_assurance, Code::LowAssurance),
        (!has_regime, Code::IssuerRegime),
        (!is_old_enough, Code::IssuerTooYoung),
        (!has_purpose, Code::IssuerPurpose),
        (is_late, Code::IssuedTooLate),
        (is_implausible, Code::Implausible),
    ]
    .into_iter()
    .find_map(|(applies, code)| applies.then_some(code))
}

/// A credential used in one of the windows is used; the others are rejected for what kept them out of the window they
/// came closest to.
fn reject_unused(windows: &[Counted<'_>], used: &BTreeMap<&str, &Credential>, rejected: &mut BTreeMap<String, Code>) {
    for (credential, code) in windows.iter().flat_map(|window| &window.rejected) {
        if used.contains_key(credential.id.as_str()) {
            continue;
        }
        let told = rejected.entry(credential.id.clone()).or_insert(Code::OutsideWindow);
        if *code != Code::OutsideWindow {
            *told = code.clone();
        }
    }
}

/// What each used credential adds, when the measure is a sum.
fn counted(rule: &Rule, windows: &[Counted<'_>]) -> BTreeMap<String, u64> {
    if !matches!(rule.measure, Measure::Minutes | Measure::AmountCents) {
        return BTreeMap::new();
    }
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    for (credential, value) in windows.iter().flat_map(|window| &window.used) {
        let sum = counted.entry(credential.id.clone()).or_default();
        *sum = sum.saturating_add(clamp(*value));
    }
    counted
}

/// Step 5. All are checked, none stops the others.
fn requirements(rule: &Rule, claim: &Claim, windows: &[Counted<'_>]) -> (Vec<Code>, Missing) {
    let mut reasons: Vec<Code> = rule
        .predicates
        .iter()
        .filter(|name| claim.predicates.get(*name) != Some(&true))
        .map(|name| Code::PredicateMissing(name.clone()))
        .collect();
    reasons.extend(refusal_of_declaration(rule, claim));
    if let Some(from) = rule.benefit_effective_from
        && claim.benefit_effective.is_none_or(|effective| effective < from)
    {
        reasons.push(Code::BenefitBeforeEntryIntoForce);
    }

    let shortfall = |least: u64, of_window: &dyn Fn(&Counted<'_>) -> u128| {
        windows
            .iter()
            .map(|window| u128::from(least).saturating_sub(of_window(window)))
            .max()
            .filter(|short| *short > 0)
            .map(clamp)
    };
    let mut missing = Missing::default();
    for requirement in &rule.require {
        match requirement {
            Requirement::TotalGte(least) => {
                missing.total = shortfall(*least, &|window| window::measured(rule, window));
                reasons.extend(missing.total.map(|_| Code::TotalBelowMinimum));
            }
            Requirement::MaxSingleIssuerGte(least) => {
                missing.single_issuer = shortfall(*least, &window::best_single_issuer);
                reasons.extend(missing.single_issuer.map(|_| Code::NoIssuerReachesMinimum));
            }
            Requirement::AnyUsed => {
                reasons.extend(
                    windows
                        .iter()
                        .any(|window| window.used.is_empty())
                        .then_some(Code::NoEvidence),
                );
            }
        }
    }
    (reasons, missing)
}

/// Whoever has not declared is early while the time to declare has not ended, and late after it.
fn refusal_of_declaration(rule: &Rule, claim: &Claim) -> Option<Code> {
    let between = rule.declare_between?;
    let day = |day| {
        claim
            .window
            .year
            .and_then(|year| day_of_year(year, between.year_offset, day))
    };
    let Some((from, to)) = day(between.from).zip(day(between.to)) else {
        return Some(Code::DeclaredTooEarly);
    };
    match claim.declared_on {
        Some(declared) if declared < from => Some(Code::DeclaredTooEarly),
        Some(declared) if declared > to => Some(Code::DeclaredTooLate),
        Some(_) => None,
        None if claim.as_of > to => Some(Code::DeclaredTooLate),
        None => Some(Code::DeclaredTooEarly),
    }
}

/// What a grant comes to, before caps.
#[derive(Default)]
struct Granted {
    amount: u128,
    carry: Option<u64>,
    levels: Vec<String>,
}

impl Granted {
    /// Nothing now; what was carried waits for the next window.
    fn nothing(rule: &Rule, prior: &Prior) -> Self {
        let carries = matches!(
            rule.grant,
            Grant::PerUnit {
                carry_remainder: true,
                ..
            }
        );
        Self {
            carry: carries.then_some(prior.carry),
            ..Self::default()
        }
    }
}

/// Step 6.
fn grant(rule: &Rule, measured: u128, prior: &Prior) -> Granted {
    // What does not fit in 64 bits is more than any rule asks for.
    let measured = u128::from(clamp(measured));
    let amount = |amount: u128| Granted {
        amount,
        ..Granted::default()
    };
    match &rule.grant {
        Grant::Fixed(fixed) => amount(u128::from(*fixed)),
        Grant::TiersHighest(tiers) => {
            let reached = tiers
                .iter()
                .filter(|(from, _)| measured >= u128::from(*from))
                .map(|(_, amount)| *amount);
            amount(u128::from(reached.max().unwrap_or(0)))
        }
        Grant::TiersAll(tiers) => {
            let levels: Vec<String> = tiers
                .iter()
                .filter(|(from, _)| measured >= u128::from(*from))
                .map(|(_, level)| level.clone())
                .collect();
            Granted {
                amount: levels.len() as u128,
                levels,
                carry: None,
            }
        }
        Grant::PerUnit {
            unit,
            amount: each,
            carry_remainder,
        } => {
            let unit = u128::from(*unit);
            let carried = if *carry_remainder {
                measured + u128::from(prior.carry)
            } else {
                measured
            };
            Granted {
                amount: carried / unit * u128::from(*each),
                carry: carry_remainder.then(|| clamp(carried % unit)),
                levels: Vec::new(),
            }
        }
        Grant::RatioThreshold {
            reference,
            amount: full,
            full_from,
            rounding,
        } => {
            let (reference, full) = (u128::from(*reference), u128::from(*full));
            let is_full = measured * u128::from(full_from.denominator) >= reference * u128::from(full_from.numerator);
            amount(if is_full {
                full
            } else {
                rounding.divide(full * measured, reference)
            })
        }
        Grant::Linear { num, den, rounding } => {
            let parts = |one: u32, other: u32| u128::from(one) * u128::from(other);
            amount(rounding.divide(
                measured * parts(num.numerator, den.denominator),
                parts(num.denominator, den.numerator),
            ))
        }
    }
}

/// Step 7.
fn cap(rule: &Rule, prior: &Prior, amount: u128, reasons: &mut Vec<Code>) -> u128 {
    rule.caps.iter().fold(amount, |amount, cap| {
        let (most, granted, code) = match cap {
            Cap::Window(most) => (*most, prior.granted_window, Code::CapWindow),
            Cap::Lifetime(most) => (*most, prior.granted_lifetime, Code::CapLifetime),
        };
        let left = u128::from(most.saturating_sub(granted));
        if amount > left {
            reasons.push(code);
        }
        amount.min(left)
    })
}
