//! `/add` and `/present`: the two doors. Opened with a link, they show where it leads and wait; opened without, they
//! ask for one. Nothing is fetched before the person continues (VCI-W-003).

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use shared::{
    oid4vp::LinkError,
    service::{
        form::Upload,
        page::{PageContext, PageError, render},
        qr::{self, PictureError},
    },
};

use super::{Arrival, ArrivalError, page_link};
use crate::{
    app::App,
    badges::{self, BroughtError},
    holder::Holder,
    offers, requests, urls,
};

/// Which door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Add,
    Present,
}

#[derive(Template)]
#[template(path = "bring.html")]
pub(crate) struct BringPage {
    pub(crate) page: PageContext,
    pub(crate) door: Door,
    pub(crate) link: String,
    pub(crate) link_error: Option<&'static str>,
    pub(crate) picture_error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "continue.html")]
pub(crate) struct ContinuePage {
    pub(crate) page: PageContext,
    pub(crate) door: Door,
    pub(crate) link: String,
    pub(crate) host: String,
}

/// `GET /add`
pub(crate) async fn add_form(state: State<App>, holder: Holder, query: RawQuery) -> Result<Response, PageError> {
    form(&state, holder, &query, Door::Add)
}

/// `GET /present`
pub(crate) async fn present_form(state: State<App>, holder: Holder, query: RawQuery) -> Result<Response, PageError> {
    form(&state, holder, &query, Door::Present)
}

/// `POST /add`
pub(crate) async fn add(state: State<App>, holder: Holder, upload: Upload) -> Result<Response, Response> {
    bring(&state, holder, upload, Door::Add).await
}

/// `POST /present`
pub(crate) async fn present(state: State<App>, holder: Holder, upload: Upload) -> Result<Response, Response> {
    bring(&state, holder, upload, Door::Present).await
}

fn form(app: &App, holder: Holder, query: &RawQuery, door: Door) -> Result<Response, PageError> {
    let query = query.0.as_deref().unwrap_or_default();
    let link = page_link(&app.config.service.public_url, door.path(), query);
    match Arrival::read(&link, app.is_development()) {
        Ok(arrival) => {
            // What was brought decides which door it is, not the address it was brought to.
            let door = match arrival {
                Arrival::Offer(_) => Door::Add,
                Arrival::Request(_) => Door::Present,
            };
            Ok(render(&ContinuePage {
                host: arrival.host(),
                door,
                link,
                page: holder.page,
            }))
        }
        Err(ArrivalError::Unrecognised) => Ok(render(&BringPage::empty(holder.page, door))),
        Err(error) => Err(refusal(&holder, error, door)),
    }
}

async fn bring(app: &App, holder: Holder, upload: Upload, door: Door) -> Result<Response, Response> {
    holder
        .expect_token(upload.field("csrf"))
        .map_err(IntoResponse::into_response)?;
    let typed = upload.field("link").trim().to_owned();
    let text = if !typed.is_empty() {
        typed.clone()
    } else if let Some((_, file)) = upload.file {
        match tokio::task::spawn_blocking(move || read_file(&file, door)).await {
            Ok(Ok(Brought::Link(text))) => text,
            Ok(Ok(Brought::Badge(badge))) => return badges::pages::arrive(app, holder, &badge).await,
            Ok(Err(FileError::Badge(error))) => return Err(badges::pages::unreadable(&holder, error).into_response()),
            Ok(Err(FileError::Picture(error))) => {
                let page = BringPage {
                    picture_error: Some(picture_key(error)),
                    ..BringPage::empty(holder.page, door)
                };
                return Err(unprocessable(&page));
            }
            Err(stopped) => return Err(holder.internal(&stopped).into_response()),
        }
    } else {
        let page = BringPage {
            link_error: Some("bring-nothing"),
            ..BringPage::empty(holder.page, door)
        };
        return Err(unprocessable(&page));
    };
    match Arrival::read(&text, app.is_development()) {
        Ok(Arrival::Offer(link)) => offers::pages::arrive(app, &holder, &link).await,
        Ok(Arrival::Request(link)) => requests::pages::arrive(app, &holder, &link).await,
        Err(ArrivalError::Unrecognised) => {
            let empty = BringPage::empty(holder.page, door);
            let error = Some("bring-unrecognised");
            Err(unprocessable(&if typed.is_empty() {
                BringPage {
                    picture_error: error,
                    ..empty
                }
            } else {
                BringPage {
                    link_error: error,
                    link: typed,
                    ..empty
                }
            }))
        }
        Err(error) => Err(refusal(&holder, error, door).into_response()),
    }
}

/// What a file holds.
enum Brought {
    /// The text of a QR code.
    Link(String),
    Badge(badges::Brought),
}

enum FileError {
    Badge(BroughtError),
    Picture(PictureError),
}

/// A badge, which is only added; else a picture of a QR code.
fn read_file(file: &[u8], door: Door) -> Result<Brought, FileError> {
    if door == Door::Add
        && let Some(badge) = badges::read(file).map_err(FileError::Badge)?
    {
        return Ok(Brought::Badge(badge));
    }
    qr::read_picture(file).map(Brought::Link).map_err(FileError::Picture)
}

fn unprocessable(page: &BringPage) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, render(page)).into_response()
}

fn refusal(holder: &Holder, error: ArrivalError, door: Door) -> PageError {
    let key = match error {
        ArrivalError::Unrecognised => "bring-unrecognised",
        ArrivalError::Offer(error) => offers::pages::offer_key(error),
        ArrivalError::Request(LinkError::NotARequest | LinkError::Ambiguous) => "request-ambiguous",
        ArrivalError::Request(LinkError::ForbiddenAddress) => "request-address",
        ArrivalError::Request(LinkError::UnsupportedClientId) => "request-client",
    };
    holder.error(StatusCode::UNPROCESSABLE_ENTITY, key, door.path())
}

fn picture_key(error: PictureError) -> &'static str {
    match error {
        PictureError::NotAPicture => "bring-not-a-picture",
        PictureError::TooLarge => "bring-picture-too-large",
        PictureError::NoCode => "bring-no-code",
    }
}

impl Door {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Add => urls::ADD,
            Self::Present => urls::PRESENT,
        }
    }

    /// The files it takes.
    pub(crate) fn accept(self) -> &'static str {
        match self {
            Self::Add => "image/png,image/jpeg,image/webp,image/svg+xml,.json,.jwt,.jws",
            Self::Present => "image/png,image/jpeg,image/webp",
        }
    }

    /// The message of this door: `add-title`, `present-title`…
    pub(crate) fn key(self, part: &str) -> String {
        match self {
            Self::Add => format!("add-{part}"),
            Self::Present => format!("present-{part}"),
        }
    }
}

impl BringPage {
    pub(crate) fn empty(page: PageContext, door: Door) -> Self {
        Self {
            page,
            door,
            link: String::new(),
            link_error: None,
            picture_error: None,
        }
    }
}
