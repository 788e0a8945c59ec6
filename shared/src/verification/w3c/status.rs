//! What its status lists say of a credential (Bitstring Status List §3.2).

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Surroundings, Trouble, W3cDocument};
use crate::{
    credential::StandardError,
    status_list::bitstring::{BitstringError, ENTRY_TYPE, Entry, Purpose},
    verification::{Fetched, Reason},
};

impl W3cDocument {
    /// Every entry. The note says that there is none.
    pub(super) fn check_status(
        &self,
        surroundings: &Surroundings,
        now: DateTime<Utc>,
    ) -> Result<Option<Reason>, Trouble> {
        let Some(entries) = self.document.get("credentialStatus") else {
            return Ok(Some(Reason::NoStatus));
        };
        let entries = match entries {
            Value::Array(entries) => entries.as_slice(),
            only => std::slice::from_ref(only),
        };
        for entry in entries {
            if entry.get("type").is_none_or(|found| found != ENTRY_TYPE) {
                return Err(Trouble::skipped(
                    Reason::StatusUnusable,
                    StandardError::StatusList(BitstringError::MalformedEntry),
                    "the status is of a mechanism not known here",
                ));
            }
            let entry = Entry::from_value(entry).map_err(of_list)?;
            self.check_entry(&entry, surroundings, now)?;
        }
        Ok(None)
    }

    fn check_entry(&self, entry: &Entry, surroundings: &Surroundings, now: DateTime<Utc>) -> Result<(), Trouble> {
        let list = match surroundings.lists.get(&entry.list) {
            Some(Fetched::Found(list)) => list,
            Some(Fetched::Unusable) => {
                return Err(Trouble::skipped(
                    Reason::StatusUnusable,
                    StandardError::StatusList(BitstringError::Proof),
                    "what was fetched is no status list that its issuer signed",
                ));
            }
            Some(Fetched::Forbidden) => {
                return Err(Trouble::failed(
                    Reason::StatusRefused,
                    StandardError::StatusList(BitstringError::Unreachable),
                    "the address of the status list is not one we fetch",
                ));
            }
            Some(Fetched::Unreachable | Fetched::NotAsked) | None => {
                return Err(Trouble::skipped(
                    Reason::StatusUnreachable,
                    StandardError::StatusList(BitstringError::Unreachable),
                    BitstringError::Unreachable,
                ));
            }
        };
        if let Some(issuer) = self.controller() {
            list.expect_issuer(issuer).map_err(of_list)?;
        }
        let found = list.status(entry, now).map_err(of_list)?;
        let told = |reason, code| {
            let detail = format!("the status list says {} {:#x}", entry.purpose.name(), found.status);
            Err(Trouble::failed(reason, StandardError::Ours(code), detail))
        };
        match &entry.purpose {
            _ if found.is_valid => Ok(()),
            Purpose::Revocation => told(Reason::Revoked, "revoked"),
            Purpose::Suspension => told(Reason::Suspended, "suspended"),
            // There is a newer one; this one holds.
            Purpose::Refresh => Ok(()),
            Purpose::Message | Purpose::Other(_) => told(Reason::UnknownStatus, "unknown-status"),
        }
    }
}

fn of_list(error: BitstringError) -> Trouble {
    let standard = StandardError::StatusList(error);
    match error {
        BitstringError::Expired | BitstringError::NotYetValid | BitstringError::Unreachable | BitstringError::Proof => {
            Trouble::skipped(Reason::StatusUnusable, standard, error)
        }
        BitstringError::MalformedEntry => Trouble::failed(Reason::Malformed, standard, error),
        _ => Trouble::failed(Reason::StatusRefused, standard, error),
    }
}
