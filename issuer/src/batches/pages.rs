//! A batch from file to follow-up.

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::{
    activity::Role,
    language::Language,
    service::{
        form::{Form, Upload},
        page::{PageContext, PageError, render},
    },
    text::Text,
};

use super::{
    Batch, BatchError, BatchId, BatchState,
    sheet::{self, Draft, Refusal, Sheet, SheetError},
    store,
};
use crate::{
    App,
    attestations::{self, Followed, Progress},
    offers,
    organisations::pages::{Confirmation, Treasurer},
    query::parameter,
    urls,
};

/// People on one page of the follow-up.
const PAGE: usize = 100;
/// Rows shown of a draft; the totals count them all.
const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "batch_new.html")]
struct NewPage {
    page: PageContext,
    pasted: String,
    error: Option<String>,
}

/// `GET /batches/new`.
pub(crate) async fn new(treasurer: Treasurer) -> Response {
    render(&NewPage {
        page: treasurer.page,
        pasted: String::new(),
        error: None,
    })
}

/// `POST /batches`: reads the sheet and keeps it as a draft.
pub(crate) async fn create(
    State(app): State<App>,
    treasurer: Treasurer,
    mut upload: Upload,
) -> Result<Response, PageError> {
    treasurer.check(upload.fields.get("csrf").map_or("", String::as_str))?;
    let page = &treasurer.page;
    let pasted = upload.fields.remove("pasted").unwrap_or_default();
    let (name, bytes) = match upload.file {
        Some((name, bytes)) if !bytes.is_empty() => (name, bytes.to_vec()),
        _ => (page.t("batch-pasted"), pasted.clone().into_bytes()),
    };
    let today = app.today();
    let digest = super::digest(&bytes);
    let parsed = tokio::task::spawn_blocking(move || sheet::parse(&bytes, today))
        .await
        .map_err(|error| treasurer.internal(&error))?;
    let sheet = match parsed {
        Ok(sheet) => sheet,
        Err(error) => {
            let error = Some(sheet_error(page, &error));
            return Ok((
                StatusCode::UNPROCESSABLE_ENTITY,
                render(&NewPage {
                    page: treasurer.page,
                    pasted,
                    error,
                }),
            )
                .into_response());
        }
    };
    let name = file_name(page, &name);
    let mut tx = app.db.write().await.map_err(|error| treasurer.internal(&error))?;
    let id = super::draft(&app, &mut tx, &treasurer.organisation.slug, name, digest, &sheet)
        .await
        .map_err(|error| page_error(&treasurer, &error))?;
    tx.commit().await.map_err(|error| treasurer.internal(&error))?;
    Ok(Redirect::to(&urls::batch(&id)).into_response())
}

#[derive(Template)]
#[template(path = "batch_draft.html")]
struct DraftPage {
    page: PageContext,
    batch: Batch,
    /// « Colonne “Nb h” = Durée ».
    columns: Vec<(String, String)>,
    ignored: String,
    encoding: &'static str,
    drafts: Vec<DraftLine>,
    refusals: Vec<RefusalLine>,
    minutes: u64,
}

struct DraftLine {
    name: String,
    email: String,
    role: String,
    mission: String,
    period: String,
    hours: String,
    sessions: u32,
    over_16: bool,
}

struct RefusalLine {
    line: u64,
    column: String,
    value: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "batch_followed.html")]
struct FollowedPage {
    page: PageContext,
    batch: Batch,
    signed_on: String,
    collected: usize,
    lines: Vec<FollowedLine>,
    refusals: Vec<RefusalLine>,
    previous: Option<String>,
    next: Option<String>,
}

struct FollowedLine {
    name: String,
    url: String,
    role: String,
    hours: String,
    state: &'static str,
    link: Option<String>,
    tx_code: Option<String>,
}

/// `GET /batches/{id}`: the check of a draft, the follow-up of a signed batch.
pub(crate) async fn show(
    State(app): State<App>,
    treasurer: Treasurer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let internal = |error: sqlx::Error| treasurer.internal(&error);
    let id = known(&treasurer, &id)?;
    let slug = &treasurer.organisation.slug;
    let mut tx = app.db.read().await.map_err(internal)?;
    let batch = store::find(&mut tx, slug, &id)
        .await
        .map_err(internal)?
        .ok_or_else(|| treasurer.unknown())?;
    let refused = super::refusals(&app, &batch).map_err(|error| page_error(&treasurer, &error))?;
    let refusals = refused
        .iter()
        .take(SHOWN)
        .map(|refusal| refusal_line(&treasurer.page, refusal))
        .collect();
    match &batch.state {
        BatchState::Draft { .. } => {
            let sheet = super::opened(&app, &batch)
                .map_err(|error| page_error(&treasurer, &error))?
                .ok_or_else(|| treasurer.unknown())?;
            Ok(render(&draft_page(treasurer.page, batch, &sheet, refusals)))
        }
        BatchState::Signed { at, .. } => {
            let number = parameter(query.as_deref(), "page").and_then(|number| number.parse().ok());
            let number = number.unwrap_or(1usize).clamp(1, 1_000);
            let mut followed = attestations::of_batch(&app, &mut tx, slug, &id, PAGE + 1, (number - 1) * PAGE)
                .await
                .map_err(|error| treasurer.internal(&error))?;
            let next = (followed.len() > PAGE).then(|| urls::batch_page(&id, number + 1));
            followed.truncate(PAGE);
            let collected = store::collected(&mut tx, &id).await.map_err(internal)?;
            Ok(render(&FollowedPage {
                signed_on: treasurer.page.date(at.date_naive()),
                collected,
                lines: followed
                    .iter()
                    .map(|followed| followed_line(&app, &treasurer, followed))
                    .collect(),
                refusals,
                previous: (number > 1).then(|| urls::batch_page(&id, number - 1)),
                next,
                batch,
                page: treasurer.page,
            }))
        }
        BatchState::Discarded => Err(PageError::new(
            &treasurer.page,
            StatusCode::GONE,
            "error-discarded",
            urls::HOME,
        )),
    }
}

/// Fields of the form that signs.
#[derive(Deserialize)]
pub(crate) struct SignForm {
    csrf: String,
    tx_code: Option<String>,
}

/// `POST /batches/{id}/sign`.
pub(crate) async fn sign(
    State(app): State<App>,
    treasurer: Treasurer,
    Path(id): Path<String>,
    Form(form): Form<SignForm>,
) -> Result<Response, PageError> {
    treasurer.check(&form.csrf)?;
    let id = known(&treasurer, &id)?;
    let mut tx = app.db.write().await.map_err(|error| treasurer.internal(&error))?;
    super::sign(&app, &mut tx, &treasurer.organisation, &id, form.tx_code.is_some())
        .await
        .map_err(|error| page_error(&treasurer, &error))?;
    tx.commit().await.map_err(|error| treasurer.internal(&error))?;
    Ok(Redirect::to(&urls::batch(&id)).into_response())
}

/// `POST /batches/{id}/discard`.
pub(crate) async fn discard(
    State(app): State<App>,
    treasurer: Treasurer,
    Path(id): Path<String>,
    Form(form): Form<Confirmation>,
) -> Result<Response, PageError> {
    treasurer.check(&form.csrf)?;
    let id = known(&treasurer, &id)?;
    let mut tx = app.db.write().await.map_err(|error| treasurer.internal(&error))?;
    super::discard(&mut tx, &treasurer.organisation.slug, &id)
        .await
        .map_err(|error| page_error(&treasurer, &error))?;
    tx.commit().await.map_err(|error| treasurer.internal(&error))?;
    Ok(Redirect::to(urls::HOME).into_response())
}

/// `GET /batches/{id}/refused.csv`: the refused rows as a sheet that French spreadsheets open.
pub(crate) async fn refused(
    State(app): State<App>,
    treasurer: Treasurer,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = known(&treasurer, &id)?;
    let mut tx = app.db.read().await.map_err(|error| treasurer.internal(&error))?;
    let batch = store::find(&mut tx, &treasurer.organisation.slug, &id)
        .await
        .map_err(|error| treasurer.internal(&error))?
        .ok_or_else(|| treasurer.unknown())?;
    let refusals = super::refusals(&app, &batch).map_err(|error| page_error(&treasurer, &error))?;
    let sheet = refused_sheet(&treasurer.page, &refusals).map_err(|error| treasurer.internal(&error))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"lignes-refusees.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, sheet).into_response())
}

/// UTF-8 with its mark, `;`: what a French spreadsheet opens with a double click.
fn refused_sheet(page: &PageContext, refusals: &[Refusal]) -> csv::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer
        .write_record(["refused-line", "refused-column", "refused-value", "refused-reason"].map(|key| page.t(key)))?;
    for refusal in refusals {
        let line = refusal_line(page, refusal);
        writer.write_record([
            line.line.to_string(),
            inert(line.column),
            inert(line.value),
            line.reason,
        ])?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// A cell that a spreadsheet does not take for a formula.
fn inert(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t']) {
        format!("'{cell}")
    } else {
        cell
    }
}

/// A refusal in words.
pub(crate) fn reason(page: &PageContext, refusal: &Refusal) -> String {
    match refusal.reason.message() {
        (key, None) => page.t(key),
        (key, Some((name, value))) => page.t1(key, name, value),
    }
}

/// A refused file in words.
pub(crate) fn sheet_error(page: &PageContext, error: &SheetError) -> String {
    let quoted = |found: &[String]| match page.language {
        Language::French => found
            .iter()
            .map(|name| format!("«\u{a0}{name}\u{a0}»"))
            .collect::<Vec<_>>()
            .join(", "),
        Language::English => found
            .iter()
            .map(|name| format!("“{name}”"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    match error {
        SheetError::Empty => page.t("sheet-empty"),
        SheetError::TooLarge => page.t("sheet-too-large"),
        SheetError::Workbook => page.t("sheet-workbook"),
        SheetError::NotText => page.t("sheet-not-text"),
        SheetError::NoHeader { found } => page.t1("sheet-no-header", "found", quoted(found)),
        SheetError::MissingColumns { missing, found } => {
            let missing: Vec<String> = missing.iter().map(|column| page.t(column.key())).collect();
            page.t2(
                "sheet-missing-columns",
                "missing",
                quoted(&missing),
                "found",
                quoted(found),
            )
        }
        SheetError::RepeatedColumn { column, found } => page.t2(
            "sheet-repeated-column",
            "column",
            page.t(column.key()),
            "found",
            quoted(found),
        ),
        SheetError::TooManyColumns { line } => page.t1("sheet-too-many-columns", "line", line.to_string()),
        SheetError::TooManyRows => page.t("sheet-too-many-rows"),
        SheetError::UnclosedQuote { line } => page.t1("sheet-unclosed-quote", "line", line.to_string()),
        SheetError::NoRows => page.t("sheet-no-rows"),
    }
}

/// Name of a role for people.
pub(crate) fn role(page: &PageContext, role: Role) -> String {
    page.t(match role {
        Role::Dirigeant => "role-dirigeant",
        Role::EncadrantBenevoles => "role-encadrant",
        Role::Benevole => "role-benevole",
        Role::Salarie => "role-salarie",
    })
}

/// First and last day, or the one day.
pub(crate) fn period(page: &PageContext, draft: &Draft) -> String {
    if draft.first_day == draft.last_day {
        page.date(draft.first_day)
    } else {
        page.t2(
            "period",
            "first",
            page.date(draft.first_day),
            "last",
            page.date(draft.last_day),
        )
    }
}

/// The name under which a file is remembered: only what can be shown.
pub(crate) fn file_name(page: &PageContext, name: &str) -> Text<200> {
    let fallback = || page.t("batch-unnamed");
    let parsed = name.parse().or_else(|_| fallback().parse());
    #[expect(
        clippy::expect_used,
        reason = "a message that names a file without name is a short plain text: a test sees to it"
    )]
    parsed.expect("a plain message")
}

/// Message that names where an attestation stands.
pub(crate) fn progress_key(progress: Progress) -> &'static str {
    match progress {
        Progress::Waiting => "progress-pending",
        Progress::Collecting => "progress-redeemed",
        Progress::Collected => "progress-issued",
        Progress::Revoked => "progress-revoked",
        Progress::Expired => "progress-expired",
        Progress::WrongCodes => "progress-wrong-codes",
        Progress::Withdrawn => "progress-withdrawn",
    }
}

fn draft_page(page: PageContext, batch: Batch, sheet: &Sheet, refusals: Vec<RefusalLine>) -> DraftPage {
    DraftPage {
        columns: sheet
            .columns
            .iter()
            .map(|(column, header)| (header.clone(), page.t(column.key())))
            .collect(),
        ignored: sheet.ignored.join(", "),
        encoding: sheet.encoding.name(),
        drafts: sheet
            .drafts
            .iter()
            .take(SHOWN)
            .map(|draft| draft_line(&page, draft))
            .collect(),
        refusals,
        minutes: sheet.drafts.iter().map(Draft::minutes).sum(),
        batch,
        page,
    }
}

fn draft_line(page: &PageContext, draft: &Draft) -> DraftLine {
    DraftLine {
        name: format!("{} {}", draft.person.given_name, draft.person.family_name),
        email: draft.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        role: role(page, draft.role),
        mission: draft.mission.as_ref().map(ToString::to_string).unwrap_or_default(),
        period: period(page, draft),
        hours: page.hours(draft.minutes()),
        sessions: draft.sessions,
        over_16: draft.person.age_over_16,
    }
}

fn followed_line(app: &App, treasurer: &Treasurer, followed: &Followed) -> FollowedLine {
    let (signed, offer) = (&followed.signed, &followed.offer);
    let progress = followed.progress(app.now());
    let waiting = progress == Progress::Waiting;
    FollowedLine {
        name: format!("{} {}", signed.draft.person.given_name, signed.draft.person.family_name),
        url: urls::attestation(&signed.id),
        role: role(&treasurer.page, signed.draft.role),
        hours: treasurer.page.hours(signed.draft.minutes()),
        state: progress_key(progress),
        link: waiting.then(|| app.urls.invitation(&offer.organisation, &offer.id).into()),
        tx_code: (waiting && offer.asks_tx_code).then(|| offers::tx_code(&app.keys, &offer.id)),
    }
}

fn refusal_line(page: &PageContext, refusal: &Refusal) -> RefusalLine {
    RefusalLine {
        line: refusal.line,
        column: refusal.column.clone(),
        value: refusal.value.clone(),
        reason: reason(page, refusal),
    }
}

fn known(treasurer: &Treasurer, id: &str) -> Result<BatchId, PageError> {
    id.parse().map_err(|_| treasurer.unknown())
}

fn page_error(treasurer: &Treasurer, error: &BatchError) -> PageError {
    let refused = |status, key, back: String| PageError::new(&treasurer.page, status, key, back);
    match error {
        BatchError::AlreadySigned(batch) => refused(StatusCode::CONFLICT, "error-already-signed", urls::batch(batch)),
        BatchError::BeingSigned => refused(StatusCode::CONFLICT, "error-being-signed", urls::HOME.to_owned()),
        BatchError::Unknown => treasurer.unknown(),
        BatchError::NotADraft => refused(StatusCode::CONFLICT, "error-not-a-draft", urls::HOME.to_owned()),
        BatchError::NothingToSign => refused(
            StatusCode::CONFLICT,
            "error-nothing-to-sign",
            urls::NEW_BATCH.to_owned(),
        ),
        BatchError::Sign(_) | BatchError::Unopenable(_) | BatchError::Malformed(_) | BatchError::Database(_) => {
            treasurer.internal(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, header};
    use encoding_rs::WINDOWS_1252;

    use super::*;
    use crate::testing::{Bench, POSTGRES, SHEET, SQLITE};

    #[tokio::test]
    async fn a_file_is_checked_then_signed_then_followed() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let uploaded = bench.upload("heures 2025.csv", &WINDOWS_1252.encode(SHEET).0).await;
            assert_eq!(uploaded.status, StatusCode::SEE_OTHER, "{uploaded:?}");
            let path = uploaded.header(header::LOCATION).to_owned();
            for (language, words) in [
                (
                    "fr",
                    ["Signer les 2 attestations", "Ce jour n’existe pas", "Windows-1252"],
                ),
                (
                    "en",
                    ["Sign the 2 attestations", "There is no such day", "Windows-1252"],
                ),
            ] {
                let draft = bench.page(&path, language).await;
                assert_eq!(draft.status, StatusCode::OK);
                for word in words.iter().chain(&["heures 2025.csv", "Nadia Benali", "31/02/2025"]) {
                    assert!(draft.body.contains(word), "{word}: {}", draft.body);
                }
                assert!(!draft.body.contains("Yvonne"));
            }
            let refused = bench.page(&format!("{path}/refused.csv"), "fr").await;
            assert_eq!(refused.header(header::CONTENT_TYPE), "text/csv; charset=utf-8");
            assert!(
                refused
                    .body
                    .starts_with("\u{feff}Ligne;Colonne;Valeur;Raison\n5;Date;31/02/2025;"),
                "{}",
                refused.body
            );

            assert_eq!(
                bench.submit(&format!("{path}/sign"), &[("tx_code", "on")]).await.status,
                StatusCode::SEE_OTHER
            );
            for (language, words) in [("fr", "À récupérer"), ("en", "To be collected")] {
                let followed = bench.page(&path, language).await;
                assert!(
                    followed.body.contains(words) && followed.body.contains("/invitation?credential_offer_uri="),
                    "{}",
                    followed.body
                );
            }
            assert_eq!(
                bench.submit(&format!("{path}/sign"), &[]).await.status,
                StatusCode::CONFLICT
            );
            assert_eq!(
                bench.submit(&format!("{path}/discard"), &[]).await.status,
                StatusCode::CONFLICT
            );
            let again = bench.upload("copie.csv", &WINDOWS_1252.encode(SHEET).0).await;
            assert_eq!((again.status, again.body.contains(&path)), (StatusCode::CONFLICT, true));
        });
    }

    #[tokio::test]
    async fn of_many_drafts_of_the_same_file_one_is_signed() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = std::sync::Arc::new(Bench::new(&db).await);
            let mut drafts = Vec::new();
            for name in ["a.csv", "b.csv", "c.csv", "d.csv"] {
                let uploaded = bench.upload(name, SHEET.as_bytes()).await;
                drafts.push(uploaded.header(header::LOCATION).to_owned());
            }
            let tasks: Vec<_> = drafts
                .into_iter()
                .map(|path| {
                    let bench = bench.clone();
                    tokio::spawn(async move { bench.submit(&format!("{path}/sign"), &[]).await.status })
                })
                .collect();
            let mut signed = 0;
            for task in tasks {
                match task.await.unwrap() {
                    StatusCode::SEE_OTHER => signed += 1,
                    status => assert_eq!(status, StatusCode::CONFLICT),
                }
            }
            assert_eq!(signed, 1);
            let mut tx = db.read().await.unwrap();
            assert_eq!(
                attestations::of_organisation(&bench.app, &mut tx, bench.slug())
                    .await
                    .unwrap()
                    .len(),
                2
            );
            drop(tx);
        });
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_explained_beside_the_field() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            for (content, words) in [
                ("", "rien à lire"),
                ("PK\u{3}\u{4}", "classeur"),
                ("a;b\nc;d", "ligne d’en-tête"),
                ("Nom;Date;Durée\n", "Prénom"),
                ("Nom;Prénom;Date;Durée\n", "aucune ligne ne suit"),
            ] {
                let answer = bench.upload("x.csv", content.as_bytes()).await;
                assert_eq!(
                    (answer.status, answer.body.contains(words)),
                    (StatusCode::UNPROCESSABLE_ENTITY, true),
                    "{words}: {}",
                    answer.body
                );
            }
            let none = bench.upload("x.csv", "Nom;Prénom;Date;Durée\n;;;2h\n".as_bytes()).await;
            let path = none.header(header::LOCATION).to_owned();
            let draft = bench.page(&path, "fr").await;
            assert!(draft.body.contains("Aucune ligne n’a pu être comptée") && !draft.body.contains("/sign\""));
            assert_eq!(
                bench.submit(&format!("{path}/sign"), &[]).await.status,
                StatusCode::CONFLICT
            );
        });
    }

    #[tokio::test]
    async fn a_discarded_draft_leaves_nothing() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let path = bench
                .upload("x.csv", SHEET.as_bytes())
                .await
                .header(header::LOCATION)
                .to_owned();
            assert_eq!(
                bench.submit(&format!("{path}/discard"), &[]).await.status,
                StatusCode::SEE_OTHER
            );
            assert_eq!(bench.page(&path, "fr").await.status, StatusCode::GONE);
            assert!(bench.page("/", "fr").await.body.contains("Aucune attestation encore"));
            let id: BatchId = path.trim_start_matches("/batches/").parse().unwrap();
            let mut tx = db.read().await.unwrap();
            assert_eq!(
                store::find(&mut tx, bench.slug(), &id).await.unwrap().unwrap().state,
                BatchState::Discarded
            );
            drop(tx);
        });
    }

    #[test]
    fn a_refused_cell_is_no_formula() {
        assert_eq!(inert("=1+1".to_owned()), "'=1+1");
        assert_eq!(inert("Benali".to_owned()), "Benali");
    }
}
