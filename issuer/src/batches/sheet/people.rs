//! Adds sessions up: one attestation per person and role.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use shared::{
    activity::{
        Activity, ActivityAttestation, ActivityKind, ActivityRef, Assurance, AttestationError, Breakdown, Minutes,
        Period, Person, Role,
    },
    organisation::Organisation,
    text::Text,
};

use super::{
    cells::DAY,
    header::{Column, Header},
    refusal::{Reason, Refusal, shown},
    row::Row,
    text::fold,
};

/// What one person did in one role, ready to be attested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Who.
    pub person: Person,
    /// To reach them, and to tell them from a namesake.
    pub email: Option<Text<200>>,
    /// In which role.
    pub role: Role,
    /// What, in the association's words: the missions of the sessions, one after the other.
    pub mission: Option<Text<200>>,
    /// Day of the first session.
    pub first_day: NaiveDate,
    /// Day of the last one.
    pub last_day: NaiveDate,
    /// Minutes of each calendar year between the two.
    pub minutes_by_year: BTreeMap<i32, u32>,
    /// Number of rows added up.
    pub sessions: u32,
}

impl Draft {
    /// Minutes in all.
    pub fn minutes(&self) -> u64 {
        self.minutes_by_year.values().copied().map(u64::from).sum()
    }

    /// The attestation `organisation` signs.
    pub fn attestation(
        &self,
        organisation: Organisation,
        reference: ActivityRef,
        signed_on: NaiveDate,
    ) -> Result<ActivityAttestation, AttestationError> {
        // Rows are checked so that neither fails: at least a minute each, at most 24 hours a day since 2000, in order.
        let minutes = Minutes::try_from(self.minutes()).map_err(|_| AttestationError::MoreThanThePeriod)?;
        let period = Period::new(self.first_day, self.last_day).map_err(|_| AttestationError::MoreThanThePeriod)?;
        let breakdown = match period.calendar_year() {
            Some(_) => None,
            None => Some(Breakdown::new(self.minutes_by_year.clone())),
        };
        let activity = Activity {
            reference,
            kind: ActivityKind::BenevolatAssociatif,
            role: self.role,
            paid: false,
            period,
            minutes,
            mission: self.mission.clone(),
        };
        ActivityAttestation::new(
            organisation,
            self.person.clone(),
            activity,
            breakdown,
            Assurance::Attested,
            signed_on,
        )
    }

    /// Of its first row; [`Draft::completed`] once all are read.
    fn of(row: Row) -> Self {
        Self {
            person: Person {
                given_name: row.given_name,
                family_name: row.family_name,
                age_over_16: false,
            },
            email: row.email,
            role: row.role,
            mission: row.mission,
            first_day: row.date,
            last_day: row.date,
            minutes_by_year: BTreeMap::from([(row.date.year(), row.minutes)]),
            sessions: 1,
        }
    }

    fn add(&mut self, row: Row) {
        if self.email.is_none() {
            self.email = row.email;
        }
        self.mission = joined(self.mission.take(), row.mission);
        self.first_day = self.first_day.min(row.date);
        self.last_day = self.last_day.max(row.date);
        *self.minutes_by_year.entry(row.date.year()).or_default() += row.minutes;
        self.sessions += 1;
    }

    /// What is known once every row was read: the age of the person, in whatever role it was said. A breakdown names
    /// every year of the period, those without a session too.
    fn completed(mut self, age_over_16: bool) -> Self {
        self.person.age_over_16 = age_over_16;
        for year in self.first_day.year()..=self.last_day.year() {
            self.minutes_by_year.entry(year).or_default();
        }
        self
    }
}

/// Who a row is about: folded names, and the address when namesakes have different ones.
type Identity = (String, String, Option<String>);

/// What two rows of the same session have in common: neither mission nor role, so that no hour counts twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Session {
    /// Family and given names, folded.
    pub names: (String, String),
    /// The address, in lower case, when namesakes have different ones.
    pub address: Option<String>,
    /// The day.
    pub date: NaiveDate,
    /// Start and end, in minutes from midnight.
    pub times: Option<(u32, u32)>,
    /// Its length.
    pub minutes: u32,
}

impl Session {
    fn who(&self) -> Identity {
        (self.names.0.clone(), self.names.1.clone(), self.address.clone())
    }
}

/// What rows add up to.
pub(super) struct Gathered {
    pub(super) drafts: Vec<Draft>,
    /// The sessions that were counted, each with the place of its draft.
    pub(super) sessions: Vec<(usize, Session)>,
    pub(super) refusals: Vec<Refusal>,
}

/// Adds rows up. Refuses those that repeat another, were signed before, overfill a day, contradict another or cannot be
/// told from a namesake's.
pub(super) fn gather(rows: Vec<Row>, header: &Header, signed_on: impl Fn(&Session) -> Option<NaiveDate>) -> Gathered {
    let namesakes = namesakes(&rows);
    let mut drafts: Vec<(Identity, Draft)> = Vec::new();
    let mut places: HashMap<(Identity, Role), usize> = HashMap::new();
    let mut seen: HashMap<Session, u64> = HashMap::new();
    let mut days: HashMap<(Identity, NaiveDate), u32> = HashMap::new();
    let mut ages: HashMap<Identity, (bool, u64)> = HashMap::new();
    let mut sessions = Vec::new();
    let mut refusals = Vec::new();
    for row in rows {
        let refusal = |column, value: &str, reason| Refusal {
            line: row.line,
            column: header.name_of(column),
            value: shown(value),
            reason,
        };
        let (family, given) = names(&row);
        let told_apart = namesakes.contains(&(family.clone(), given.clone()));
        let email = row
            .email
            .as_ref()
            .filter(|_| told_apart)
            .map(|email| email.as_str().to_lowercase());
        if told_apart && email.is_none() {
            refusals.push(refusal(Column::Email, "", Reason::Homonym));
            continue;
        }
        let session = Session {
            names: (family, given),
            address: email,
            date: row.date,
            times: row.times,
            minutes: row.minutes,
        };
        let full_name = format!("{} {}", row.given_name, row.family_name);
        if let Some(of) = seen.get(&session) {
            refusals.push(refusal(Column::FamilyName, &full_name, Reason::Duplicate { of: *of }));
            continue;
        }
        let identity = session.who();
        let day = days.entry((identity.clone(), row.date)).or_default();
        if let Some(on) = signed_on(&session) {
            // It counts for the day and for the age all the same: the sheet says what was signed and what is new.
            *day += row.minutes;
            if let Some(over_16) = row.over_16 {
                ages.entry(identity).or_insert((over_16, row.line));
            }
            seen.insert(session, row.line);
            refusals.push(refusal(Column::FamilyName, &full_name, Reason::AlreadySigned { on }));
            continue;
        }
        if let (Some(over_16), Some((said, by))) = (row.over_16, ages.get(&identity))
            && over_16 != *said
        {
            let answer = if over_16 { "oui" } else { "non" };
            refusals.push(refusal(Column::Over16, answer, Reason::AgeContradicted { by: *by }));
            continue;
        }
        if *day + row.minutes > DAY {
            refusals.push(refusal(
                Column::Date,
                &row.date.format("%d/%m/%Y").to_string(),
                Reason::DayOverfull,
            ));
            continue;
        }
        *day += row.minutes;
        if let Some(over_16) = row.over_16 {
            ages.entry(identity.clone()).or_insert((over_16, row.line));
        }
        seen.insert(session.clone(), row.line);
        let place = *places.entry((identity.clone(), row.role)).or_insert(drafts.len());
        sessions.push((place, session));
        match drafts.get_mut(place) {
            Some((_, draft)) => draft.add(row),
            None => drafts.push((identity, Draft::of(row))),
        }
    }
    let over_16 = |identity: &Identity| ages.get(identity).is_some_and(|(over_16, _)| *over_16);
    let drafts = drafts
        .into_iter()
        .map(|(identity, draft)| draft.completed(over_16(&identity)))
        .collect();
    Gathered {
        drafts,
        sessions,
        refusals,
    }
}

fn names(row: &Row) -> (String, String) {
    (fold(row.family_name.as_str()), fold(row.given_name.as_str()))
}

/// Names that stand with two addresses or more.
fn namesakes(rows: &[Row]) -> BTreeSet<(String, String)> {
    let mut addresses: HashMap<(String, String), BTreeSet<String>> = HashMap::new();
    for row in rows {
        if let Some(email) = &row.email {
            addresses
                .entry(names(row))
                .or_default()
                .insert(email.as_str().to_lowercase());
        }
    }
    addresses
        .into_iter()
        .filter(|(_, addresses)| addresses.len() > 1)
        .map(|(names, _)| names)
        .collect()
}

/// Missions one after the other, each once, as long as they fit.
fn joined(missions: Option<Text<200>>, more: Option<Text<200>>) -> Option<Text<200>> {
    let Some(more) = more else { return missions };
    let Some(missions) = missions else { return Some(more) };
    if missions
        .as_str()
        .split(" ; ")
        .any(|mission| fold(mission) == fold(more.as_str()))
    {
        return Some(missions);
    }
    format!("{missions} ; {more}").parse().ok().or(Some(missions))
}
