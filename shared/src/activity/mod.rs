//! [`ActivityAttestation`]: the one domain type every format is a projection of. It is built and checked once.

mod codes;
mod period;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use codes::{ActivityKind, Assurance, Role, UnknownCode};
pub use period::{Breakdown, Minutes, MinutesError, Period, PeriodError};

use crate::{organisation::Organisation, text::Text};

crate::id! {
    /// Names an activity; stays the same across corrections.
    pub struct ActivityRef;
}

/// The person an attestation is about. No birth date, no NIR: see `design.md` §3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Given name.
    pub given_name: Text<100>,
    /// Family name.
    pub family_name: Text<100>,
    /// Whether the organisation attests that the person is 16 or older. `false`: it says nothing of it.
    #[serde(default)]
    pub age_over_16: bool,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Stable name of the activity.
    pub reference: ActivityRef,
    /// Kind: volunteering, employment…
    pub kind: ActivityKind,
    /// Coded role.
    pub role: Role,
    /// Whether it was paid.
    pub paid: bool,
    /// First and last day.
    pub period: Period,
    /// How long, in all.
    pub minutes: Minutes,
    /// What it was, in the organisation's words.
    pub mission: Option<Text<200>>,
}

/// Why an attestation cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttestationError {
    /// The period crosses 31 December and there is no yearly breakdown.
    #[error("the period crosses 31 December: the minutes of each year are needed")]
    BreakdownMissing,
    /// A breakdown is given for a period within one year.
    #[error("a yearly breakdown is only for a period that crosses 31 December")]
    BreakdownUnneeded,
    /// The years of the breakdown are not those of the period. A year without minutes may be left out.
    #[error("the yearly breakdown names a year outside the period")]
    BreakdownYear,
    /// The breakdown does not add up to the total.
    #[error("the minutes of the years do not add up to the total")]
    BreakdownSum,
    /// More minutes than the days of the period have, in all or in one year.
    #[error("more hours than the period has")]
    MoreThanThePeriod,
    /// The period ends after the attestation is signed.
    #[error("the period ends after the day of signature")]
    InTheFuture,
    /// A paid activity of an unpaid kind, or the reverse; an employee's role in an unpaid kind, or the reverse.
    #[error("this kind of activity cannot be paid, or must be")]
    PaidMismatch,
}

/// An attested activity of a person, as an organisation signs it. Only [`Self::new`] builds one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityAttestation {
    organisation: Organisation,
    person: Person,
    activity: Activity,
    breakdown: Option<Breakdown>,
    assurance: Assurance,
    signed_on: NaiveDate,
}

/// Minutes of a day, daylight saving aside.
const MINUTES_OF_A_DAY: u64 = 24 * 60;

impl ActivityAttestation {
    /// Checks that the parts fit together. Does not check that the organisation's numbers agree
    /// ([`Organisation::numbers_agree`]): that is for whoever records the organisation.
    pub fn new(
        organisation: Organisation,
        person: Person,
        activity: Activity,
        breakdown: Option<Breakdown>,
        assurance: Assurance,
        signed_on: NaiveDate,
    ) -> Result<Self, AttestationError> {
        let paid_as_its_kind = activity.paid == activity.kind.is_paid();
        let role_of_its_kind = (activity.role == Role::Salarie) == activity.kind.is_paid();
        if !paid_as_its_kind || !role_of_its_kind {
            return Err(AttestationError::PaidMismatch);
        }
        if activity.period.end() > signed_on {
            return Err(AttestationError::InTheFuture);
        }
        let minutes = u64::from(activity.minutes);
        if minutes > u64::from(activity.period.days()) * MINUTES_OF_A_DAY {
            return Err(AttestationError::MoreThanThePeriod);
        }
        match (&breakdown, activity.period.calendar_year()) {
            (None, None) => return Err(AttestationError::BreakdownMissing),
            (Some(_), Some(_)) => return Err(AttestationError::BreakdownUnneeded),
            (Some(breakdown), None) => check_breakdown(breakdown, activity.period, minutes)?,
            (None, Some(_)) => {}
        }
        Ok(Self {
            organisation,
            person,
            activity,
            breakdown,
            assurance,
            signed_on,
        })
    }

    /// Who signs.
    pub fn organisation(&self) -> &Organisation {
        &self.organisation
    }

    /// About whom.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// What was done.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// Minutes of each year; there exactly when the period crosses 31 December.
    pub fn breakdown(&self) -> Option<&Breakdown> {
        self.breakdown.as_ref()
    }

    /// How well it is known.
    pub fn assurance(&self) -> Assurance {
        self.assurance
    }

    /// The day of signature.
    pub fn signed_on(&self) -> NaiveDate {
        self.signed_on
    }
}

fn check_breakdown(breakdown: &Breakdown, period: Period, minutes: u64) -> Result<(), AttestationError> {
    for (year, minutes) in breakdown.iter() {
        match period.days_in(year) {
            0 => return Err(AttestationError::BreakdownYear),
            days if u64::from(minutes) > u64::from(days) * MINUTES_OF_A_DAY => {
                return Err(AttestationError::MoreThanThePeriod);
            }
            _ => {}
        }
    }
    if breakdown.total() == minutes {
        Ok(())
    } else {
        Err(AttestationError::BreakdownSum)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Parts of an attestation that fit together.
    struct Parts {
        activity: Activity,
        breakdown: Option<Breakdown>,
        signed_on: NaiveDate,
    }

    impl Parts {
        fn of(start: &str, end: &str, minutes: u64) -> Self {
            Self {
                activity: Activity {
                    reference: "0123456789abcdefghjkmnpqrs".parse().unwrap(),
                    kind: ActivityKind::BenevolatAssociatif,
                    role: Role::Dirigeant,
                    paid: false,
                    period: Period::new(day(start), day(end)).unwrap(),
                    minutes: minutes.try_into().unwrap(),
                    mission: Some("Tenue des comptes".parse().unwrap()),
                },
                breakdown: None,
                signed_on: day("2026-01-12"),
            }
        }

        fn by_year(mut self, years: &[(i32, u32)]) -> Self {
            self.breakdown = Some(Breakdown::new(years.iter().copied().collect()));
            self
        }

        fn build(self) -> Result<ActivityAttestation, AttestationError> {
            let organisation = Organisation {
                name: "Les Paniers du Vallon".parse().unwrap(),
                rna: Some("W691999901".parse().unwrap()),
                siren: Some("990000010".parse().unwrap()),
                siret: None,
            };
            let person = Person {
                given_name: "Nadia".parse().unwrap(),
                family_name: "Benali".parse().unwrap(),
                age_over_16: true,
            };
            ActivityAttestation::new(
                organisation,
                person,
                self.activity,
                self.breakdown,
                Assurance::Attested,
                self.signed_on,
            )
        }
    }

    /// An attestation within 2025.
    pub(crate) fn within_a_year() -> ActivityAttestation {
        Parts::of("2025-01-01", "2025-12-31", 7800).build().unwrap()
    }

    /// An attestation across two years.
    pub(crate) fn across_two_years() -> ActivityAttestation {
        Parts::of("2024-09-01", "2025-06-30", 18_000)
            .by_year(&[(2024, 5_400), (2025, 12_600)])
            .build()
            .unwrap()
    }

    #[test]
    fn a_breakdown_is_there_exactly_when_the_period_crosses_a_year() {
        assert_eq!(within_a_year().breakdown(), None);
        assert_eq!(across_two_years().breakdown().unwrap().total(), 18_000);
        let crossing = || Parts::of("2024-09-01", "2025-06-30", 18_000);
        assert_eq!(crossing().build(), Err(AttestationError::BreakdownMissing));
        let within = Parts::of("2025-01-01", "2025-12-31", 7800).by_year(&[(2025, 7800)]);
        assert_eq!(within.build(), Err(AttestationError::BreakdownUnneeded));
        assert_eq!(
            crossing().by_year(&[(2023, 5_400), (2025, 12_600)]).build(),
            Err(AttestationError::BreakdownYear)
        );
        assert_eq!(
            crossing().by_year(&[(2024, 5_400), (2025, 12_601)]).build(),
            Err(AttestationError::BreakdownSum)
        );
        assert_eq!(crossing().by_year(&[]).build(), Err(AttestationError::BreakdownSum));
        assert!(
            crossing().by_year(&[(2025, 18_000)]).build().is_ok(),
            "a year without minutes may be left out"
        );
    }

    #[test]
    fn a_day_has_24_hours() {
        assert!(Parts::of("2025-03-01", "2025-03-02", 2 * 24 * 60).build().is_ok());
        let longer = Parts::of("2025-03-01", "2025-03-02", 2 * 24 * 60 + 1).build();
        assert_eq!(longer, Err(AttestationError::MoreThanThePeriod));
        let too_much_in_a_year = Parts::of("2024-12-31", "2025-06-30", 3_000)
            .by_year(&[(2024, 1_441), (2025, 1_559)])
            .build();
        assert_eq!(too_much_in_a_year, Err(AttestationError::MoreThanThePeriod));
    }

    #[test]
    fn the_day_of_signature_is_the_last_that_can_be_attested() {
        assert!(Parts::of("2026-01-01", "2026-01-12", 60).build().is_ok());
        assert_eq!(
            Parts::of("2026-01-01", "2026-01-13", 60).build(),
            Err(AttestationError::InTheFuture)
        );
    }

    #[test]
    fn volunteers_are_unpaid_and_employees_paid() {
        let attempt = |kind, role, paid| {
            let mut parts = Parts::of("2025-01-01", "2025-12-31", 60);
            (parts.activity.kind, parts.activity.role, parts.activity.paid) = (kind, role, paid);
            parts.build().map(|_| ())
        };
        let refused = Err(AttestationError::PaidMismatch);
        assert_eq!(attempt(ActivityKind::Salariat, Role::Salarie, true), Ok(()));
        assert_eq!(
            attempt(ActivityKind::SapeurPompierVolontaire, Role::Benevole, false),
            Ok(())
        );
        assert_eq!(
            attempt(ActivityKind::BenevolatAssociatif, Role::Dirigeant, true),
            refused
        );
        assert_eq!(
            attempt(ActivityKind::BenevolatAssociatif, Role::Salarie, false),
            refused
        );
        assert_eq!(attempt(ActivityKind::Salariat, Role::Benevole, true), refused);
        assert_eq!(attempt(ActivityKind::Salariat, Role::Salarie, false), refused);
    }

    proptest! {
        #[test]
        fn whatever_is_built_holds_together(
            start in 0..2_000u64, length in 0..800u64, minutes in 1..2_000_000u64,
            years in proptest::option::of(proptest::collection::btree_map(2018..2030i32, 0..800_000u32, 0..4)),
            signed in 0..4_000u64,
        ) {
            let first = day("2018-01-01");
            let start = first + chrono::Days::new(start);
            let mut parts = Parts::of("2025-01-01", "2025-12-31", minutes);
            parts.activity.period = Period::new(start, start + chrono::Days::new(length)).unwrap();
            parts.breakdown = years.clone().map(Breakdown::new);
            parts.signed_on = first + chrono::Days::new(signed);
            if let Ok(built) = parts.build() {
                let period = built.activity().period;
                prop_assert!(period.end() <= built.signed_on());
                prop_assert!(minutes <= u64::from(period.days()) * 1440);
                prop_assert_eq!(built.breakdown().is_none(), period.calendar_year().is_some());
                if let Some(breakdown) = built.breakdown() {
                    prop_assert_eq!(breakdown.total(), minutes);
                    prop_assert!(breakdown.iter().all(|(year, minutes)| minutes <= period.days_in(year) * 1440));
                }
            }
        }

        #[test]
        fn a_fair_share_by_year_is_always_accepted(start in 0..2_000u64, length in 0..800u64, daily in 1..=1440u32) {
            let start = day("2018-01-01") + chrono::Days::new(start);
            let period = Period::new(start, start + chrono::Days::new(length)).unwrap();
            let mut parts = Parts::of("2025-01-01", "2025-12-31", u64::from(period.days() * daily));
            parts.activity.period = period;
            parts.signed_on = period.end();
            if period.calendar_year().is_none() {
                let years: BTreeMap<i32, u32> = (2018..2030)
                    .map(|year| (year, period.days_in(year) * daily))
                    .filter(|(_, minutes)| *minutes > 0)
                    .collect();
                parts.breakdown = Some(Breakdown::new(years));
            }
            prop_assert!(parts.build().is_ok());
        }
    }
}
