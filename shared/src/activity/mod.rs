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
    /// The years of the breakdown are not those of the period.
    #[error("the yearly breakdown names a year outside the period")]
    BreakdownYear,
    /// The breakdown does not add up to the total.
    #[error("the minutes of the years do not add up to the total")]
    BreakdownSum,
    /// More minutes than the days of the period have.
    #[error("more hours than the period has")]
    MoreThanThePeriod,
    /// The period ends after the attestation is signed.
    #[error("the period ends after the day of signature")]
    InTheFuture,
    /// A paid activity of an unpaid kind, or the reverse.
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

impl ActivityAttestation {
    /// Checks that the parts fit together.
    pub fn new(
        organisation: Organisation,
        person: Person,
        activity: Activity,
        breakdown: Option<Breakdown>,
        assurance: Assurance,
        signed_on: NaiveDate,
    ) -> Result<Self, AttestationError> { todo!() }

    /// Who signs.
    pub fn organisation(&self) -> &Organisation { &self.organisation }
    /// About whom.
    pub fn person(&self) -> &Person { &self.person }
    /// What was done.
    pub fn activity(&self) -> &Activity { &self.activity }
    /// Minutes of each year; there exactly when the period crosses 31 December.
    pub fn breakdown(&self) -> Option<&Breakdown> { self.breakdown.as_ref() }
    /// How well it is known.
    pub fn assurance(&self) -> Assurance { self.assurance }
    /// The day of signature.
    pub fn signed_on(&self) -> NaiveDate { self.signed_on }
}
