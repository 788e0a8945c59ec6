//! Badges that others made (Open Badges 3.0): brought as a file or a picture, checked, and kept as they came. They are bound
//! to no key of this wallet: they are not presented from here, and count no hours.

pub(crate) mod pages;
pub(crate) mod store;
#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    credential::open_badge::{self, Former, former},
    did::Did,
    format::{
        baked::{self, BakedError, Picture},
        vc_jose::Content,
    },
    service::materials,
    verification::{
        Outcome, Policy, Verdict,
        w3c::{Binding, W3cDocument, W3cError, W3cExpectation},
    },
};

use crate::{
    app::App,
    credentials::{Issuer, Standing},
    urls,
    vault::Place,
};

shared::id! {
    /// Names a kept badge.
    pub(crate) struct BadgeId;
}

/// The largest picture kept with its badge, in bytes.
pub(crate) const MAX_PICTURE: usize = 2 * 1024 * 1024;

/// The most badges of one person.
pub(crate) const MAX_BADGES: usize = 200;

/// A badge as it was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Brought {
    /// JSON with proofs, or a JWT.
    pub(crate) text: String,
    /// The picture it came in.
    pub(crate) picture: Option<Vec<u8>>,
}

/// Why a file that should have a badge in it gives none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BroughtError {
    /// Of before Open Badges 3.0.
    #[error(transparent)]
    Former(Former),
    /// More than [`MAX_PICTURE`].
    #[error("the picture is too large to be kept")]
    TooLarge,
    /// No badge, or not as it must be.
    #[error(transparent)]
    Baked(BakedError),
}

/// What rests sealed, beside the picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The badge as it came.
    pub(crate) text: String,
    /// What kind of picture it came in, when it did.
    pub(crate) picture: Option<Kind>,
    /// Its own identifier, given by its issuer.
    pub(crate) identifier: String,
    pub(crate) issuer: Issuer,
    /// What it is called.
    pub(crate) name: String,
    /// `validFrom`: tells editions apart.
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) standing: Standing,
    pub(crate) checks: Vec<Found>,
    pub(crate) checked_at: DateTime<Utc>,
}

/// A kind of picture, as it is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Png,
    Svg,
}

/// How a check ended, as it is written down: the codes of [`shared::verification`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) check: String,
    pub(crate) passed: bool,
    pub(crate) reason: Option<String>,
}

/// A kept badge, opened.
#[derive(Debug)]
pub(crate) struct Badge {
    pub(crate) id: BadgeId,
    pub(crate) collected_at: DateTime<Utc>,
    pub(crate) kept: Kept,
}

/// Why a badge is not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RefusedBadge {
    /// It does not read.
    #[error(transparent)]
    Unreadable(#[from] W3cError),
    /// It reads, and is no badge.
    #[error("this is no open badge")]
    NotABadge,
    /// A check failed, or could not be made.
    #[error("the badge did not pass its checks")]
    Unverified {
        /// Whether trying again may help: nothing failed.
        retry: bool,
        /// Who it says it is of.
        issuer: String,
        checks: Vec<Found>,
    },
}

impl Kept {
    pub(crate) fn place(id: &BadgeId) -> Place<'_> {
        Place {
            table: "badges",
            column: "sealed",
            id: id.as_str(),
        }
    }

    pub(crate) fn picture_place(id: &BadgeId) -> Place<'_> {
        Place {
            table: "badges",
            column: "sealed_picture",
            id: id.as_str(),
        }
    }

    /// The same badge of the same issuer, whichever edition (OB-010).
    pub(crate) fn is_edition_of(&self, other: &Self) -> bool {
        self.issuer.identifier == other.issuer.identifier && self.identifier == other.identifier
    }
}

impl Kind {
    pub(crate) fn picture(self) -> Picture {
        match self {
            Self::Png => Picture::Png,
            Self::Svg => Picture::Svg,
        }
    }
}

impl From<Picture> for Kind {
    fn from(picture: Picture) -> Self {
        match picture {
            Picture::Png => Self::Png,
            Picture::Svg => Self::Svg,
        }
    }
}

/// The badge in a file: in a picture, or the file itself. `None` when it is something else, the picture of a QR code among
/// others. Nothing is checked.
pub(crate) fn read(file: &[u8]) -> Result<Option<Brought>, BroughtError> {
    if let Some(kind) = Picture::recognise(file) {
        let text = match baked::unbake(file) {
            Ok(text) => text,
            Err(BakedError::Former(edition)) => return Err(BroughtError::Former(edition)),
            // It may show a QR code; a damaged one is told by who looks for that.
            Err(BakedError::NoBadge | BakedError::MalformedPng) if kind == Picture::Png => return Ok(None),
            Err(BakedError::NotAPicture) => return Ok(None),
            Err(error) => return Err(BroughtError::Baked(error)),
        };
        if file.len() > MAX_PICTURE {
            return Err(BroughtError::TooLarge);
        }
        return Ok(Some(Brought {
            text,
            picture: Some(file.to_vec()),
        }));
    }
    let Some(text) = std::str::from_utf8(file).ok().map(str::trim) else {
        return Ok(None);
    };
    if let Some(edition) = former(text) {
        return Err(BroughtError::Former(edition));
    }
    let is_badge = text.starts_with('{') || open_badge::is_compact(text);
    Ok(is_badge.then(|| Brought {
        text: text.to_owned(),
        picture: None,
    }))
}

/// Checks a badge against what its issuer publishes, over the network, and gives what is to be kept of it.
pub(crate) async fn check(app: &App, brought: &Brought) -> Result<Kept, RefusedBadge> {
    let document = W3cDocument::parse(brought.text.as_bytes())?;
    let badge = document.document();
    if document.content() != Content::Credential || !open_badge::is_badge(badge) {
        return Err(RefusedBadge::NotABadge);
    }
    let verdict = verdict(app, &document).await;
    let checks = found(&verdict);
    let issuer = issuer_of(badge, app.is_development());
    if !verdict.accepted(Policy::AcceptUncheckedStatus) {
        return Err(RefusedBadge::Unverified {
            retry: !verdict.has_failed(),
            issuer: issuer.name,
            checks,
        });
    }
    let text = |name: &str| badge.get(name).and_then(Value::as_str);
    // What the shape asks, and the checks passed.
    let (identifier, issued_at) = text("id")
        .zip(
            text("validFrom")
                .or_else(|| text("issuanceDate"))
                .and_then(|date| date.parse().ok()),
        )
        .ok_or(RefusedBadge::NotABadge)?;
    Ok(Kept {
        picture: brought.picture.as_deref().and_then(Picture::recognise).map(Kind::from),
        identifier: identifier.to_owned(),
        name: open_badge::name(badge).unwrap_or(&issuer.name).to_owned(),
        text: brought.text.clone(),
        issued_at,
        standing: Standing::of(&verdict),
        checks,
        checked_at: app.now(),
        issuer,
    })
}

/// Who it says it is of: where its keys are published, when they are.
fn issuer_of(badge: &Value, development: bool) -> Issuer {
    let identifier = open_badge::issuer(badge).unwrap_or_default().to_owned();
    let published = identifier.parse::<Did>().ok();
    let address = published.and_then(|did| did.publication_url(development).ok());
    let host = address.as_ref().map_or_else(String::new, urls::host);
    let named = open_badge::issuer_name(badge).map(str::to_owned);
    Issuer {
        name: named.unwrap_or_else(|| {
            if host.is_empty() {
                identifier.clone()
            } else {
                host.clone()
            }
        }),
        host,
        identifier,
    }
}

fn found(verdict: &Verdict) -> Vec<Found> {
    verdict
        .checks
        .iter()
        .map(|check| {
            let (passed, reason) = match check.outcome {
                Outcome::Passed => (true, check.note),
                Outcome::Failed(reason) | Outcome::Skipped(reason) => (false, Some(reason)),
            };
            Found {
                check: check.id.code().to_owned(),
                passed,
                reason: reason.map(|reason| reason.code().to_owned()),
            }
        })
        .collect()
}

/// What is to be kept of a badge once it was checked again. `None` when nobody answered: what was known against it is not
/// forgotten for that.
pub(crate) async fn look_again(app: &App, kept: &Kept) -> Result<Option<Kept>, W3cError> {
    let document = W3cDocument::parse(kept.text.as_bytes())?;
    let verdict = verdict(app, &document).await;
    let found = Standing::of(&verdict);
    let standing = kept.standing.then(found);
    if standing != found {
        return Ok(None);
    }
    Ok(Some(Kept {
        standing,
        checks: self::found(&verdict),
        checked_at: app.now(),
        ..kept.clone()
    }))
}

async fn verdict(app: &App, document: &W3cDocument) -> Verdict {
    let now = app.now();
    let needs = document.needs(Binding::Controller);
    let around = materials::surroundings(&app.http, &app.lists, needs, now).await;
    document.verify(&around, &W3cExpectation::FOUND, now).verdict
}
