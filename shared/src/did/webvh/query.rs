//! Which version of a DID is asked for (“Reading did:webvh DID URLs”).

use chrono::{DateTime, Utc};

use super::entry::instant;
use crate::did::DidError;

/// A version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum VersionQuery {
    /// The last.
    #[default]
    Latest,
    /// `versionId`, in full.
    Id(String),
    /// `versionNumber`, from 1.
    Number(usize),
    /// `versionTime`: the one in force then.
    Time(DateTime<Utc>),
}

impl VersionQuery {
    /// Reads the query of a DID URL, without `?`. Parameters about something else than the version are left alone;
    /// two about the version are refused.
    pub fn parse(query: &str) -> Result<Self, DidError> {
        let mut wanted = Self::Latest;
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let found = match name.as_ref() {
                "versionId" => Self::Id(value.into_owned()),
                "versionNumber" => Self::Number(value.parse().map_err(|_| DidError::Invalid)?),
                "versionTime" => Self::Time(instant(&value).ok_or(DidError::Invalid)?),
                _ => continue,
            };
            if std::mem::replace(&mut wanted, found) != Self::Latest {
                return Err(DidError::Invalid);
            }
        }
        Ok(wanted)
    }
}
