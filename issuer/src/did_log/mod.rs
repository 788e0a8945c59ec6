//! The did:webvh of an organisation (DID-004): beside its did:web, a DID whose every version is in one log that nobody rewrites.
//!
//! Entry N is signed with key N, which entry N - 1 announced by its hash (pre-rotation): whoever gets hold of a key that has
//! signed can write nothing with it. The keys are made here and rest sealed; they sign the log and nothing else. What the
//! organisation signs is signed with its own keys, which the document of each version lists.

pub(crate) mod api;
pub(crate) mod store;

use chrono::{DateTime, Duration, SubsecRound, Utc};
use serde_json::{Map, Value, json};
use shared::{
    did::{
        Did, DidDocument, DidError,
        webvh::{Log, NewEntry, Resolution, VersionQuery, WebvhError, announcement},
    },
    keys::{KeyError, KeyKind, SigningKey, seal::Unopenable},
    organisation::Slug,
    service::db::Tx,
};

use crate::{App, organisations};

/// Why a log was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DidLogError {
    /// There is one: it is updated, and never begun again.
    #[error("the organisation has a did:webvh already: {0}")]
    Exists(Did),
    /// There is none.
    #[error("the organisation has no did:webvh")]
    None,
    /// “DID Method Parameters”, `deactivated`: nothing follows it.
    #[error("the did:webvh of the organisation is deactivated, for good")]
    Deactivated,
    /// The log does not hold.
    #[error(transparent)]
    Webvh(#[from] WebvhError),
    /// Our address makes no DID, or the log is of none.
    #[error(transparent)]
    Did(#[from] DidError),
    /// A key of the log was sealed by another key file, or moved.
    #[error(transparent)]
    Unopenable(#[from] Unopenable),
    /// A key of the log does not parse.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What an entry does to the DID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Update,
    Deactivate,
}

/// Begins the log of an organisation.
pub(crate) async fn create(app: &App, tx: &mut Tx, organisation: &Slug) -> Result<Did, DidLogError> {
    if let Some(first) = store::lines(tx, organisation).await?.first() {
        return Err(DidLogError::Exists(did_of(first)?));
    }
    let web = app.urls.did(organisation)?;
    // What stands for the hash of the entry until it is known.
    let unnamed = web.as_str().replacen("did:web:", "did:webvh:{SCID}:", 1);
    let key = make_key(app, tx, organisation, 1).await?;
    let entry = Entry {
        previous: None,
        did: &unnamed,
        time: app.now().trunc_subsecs(0),
        step: Step::Update,
    };
    let line = entry.write(app, tx, organisation, 1, &key).await?;
    let did = did_of(&line)?;
    append(app, tx, organisation, &did, &[], line).await?;
    Ok(did)
}

/// Adds an entry with the keys that the organisation has now, signed with the key that was announced, and announces another.
pub(crate) async fn update(app: &App, tx: &mut Tx, organisation: &Slug) -> Result<Did, DidLogError> {
    go_on(app, tx, organisation, Step::Update).await
}

/// Ends the log: nothing is believed of the DID any more, and nothing can follow.
pub(crate) async fn deactivate(app: &App, tx: &mut Tx, organisation: &Slug) -> Result<Did, DidLogError> {
    go_on(app, tx, organisation, Step::Deactivate).await
}

/// The DID of an organisation that has one, and has not deactivated it.
pub(crate) async fn active(app: &App, tx: &mut Tx, organisation: &Slug) -> Result<Did, DidLogError> {
    let lines = store::lines(tx, organisation).await?;
    let (did, _) = last(&lines, app.now())?;
    Ok(did)
}

/// The log as it is published, `did.jsonl`; `None` when the organisation has none.
pub(crate) async fn text(tx: &mut Tx, organisation: &Slug) -> sqlx::Result<Option<String>> {
    let lines = store::lines(tx, organisation).await?;
    Ok((!lines.is_empty()).then(|| joined(&lines)))
}

async fn go_on(app: &App, tx: &mut Tx, organisation: &Slug, step: Step) -> Result<Did, DidLogError> {
    let lines = store::lines(tx, organisation).await?;
    let (did, Resolution { metadata, .. }) = last(&lines, app.now())?;
    let number = metadata.version_number + 1;
    let sealed = store::key(tx, organisation, number).await?.ok_or(DidLogError::None)?;
    let key = SigningKey::from_pkcs8(&app.keys.open(&sealed, &key_place(organisation, number))?)?;
    let entry = Entry {
        previous: Some(&metadata.version_id),
        did: did.as_str(),
        // Times go forward, even when two entries are of one second.
        time: app
            .now()
            .trunc_subsecs(0)
            .max(metadata.version_time + Duration::seconds(1)),
        step,
    };
    let line = entry.write(app, tx, organisation, number, &key).await?;
    append(app, tx, organisation, &did, &lines, line).await?;
    Ok(did)
}

/// An entry to be written.
struct Entry<'a> {
    previous: Option<&'a str>,
    did: &'a str,
    time: DateTime<Utc>,
    step: Step,
}

impl Entry<'_> {
    async fn write(
        &self,
        app: &App,
        tx: &mut Tx,
        organisation: &Slug,
        number: usize,
        key: &SigningKey,
    ) -> Result<String, DidLogError> {
        let announced = match self.step {
            Step::Update => {
                let next = make_key(app, tx, organisation, number + 1).await?;
                json!([announcement(next.public())])
            }
            Step::Deactivate => json!([]),
        };
        let mut parameters = Map::from_iter([
            ("updateKeys".to_owned(), json!([key.public().to_multikey()])),
            ("nextKeyHashes".to_owned(), announced),
        ]);
        if self.step == Step::Deactivate {
            parameters.insert("deactivated".to_owned(), true.into());
        }
        let entry = NewEntry {
            previous: self.previous,
            time: self.time,
            parameters,
            document: document(app, tx, organisation, self.did).await?,
            key,
        };
        let (_, line) = entry.write()?;
        Ok(line)
    }
}

/// The document of the organisation's did:web, under its other name.
async fn document(app: &App, tx: &mut Tx, organisation: &Slug, did: &str) -> Result<Value, DidLogError> {
    let web = app.urls.did(organisation)?;
    let keys = organisations::store::public_keys(tx, organisation).await?;
    let keys: Vec<_> = keys.into_iter().map(|published| published.key).collect();
    let mut document = json!(DidDocument::publish(&web, &keys));
    rename(&mut document, web.as_str(), did);
    document["alsoKnownAs"] = json!([web]);
    Ok(document)
}

/// Puts a DID in the place of another: where it stands by itself, and where it begins the name of a key.
fn rename(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) => {
            let rest = text
                .strip_prefix(from)
                .filter(|rest| rest.is_empty() || rest.starts_with('#'));
            if let Some(rest) = rest {
                *text = format!("{to}{rest}");
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| rename(element, from, to)),
        Value::Object(members) => members.values_mut().for_each(|member| rename(member, from, to)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Stores a line, once the log holds with it as anybody will read it.
async fn append(
    app: &App,
    tx: &mut Tx,
    organisation: &Slug,
    did: &Did,
    lines: &[String],
    line: String,
) -> Result<(), DidLogError> {
    let log = [lines, std::slice::from_ref(&line)].concat();
    latest(did, &log, app.now())?;
    store::insert(tx, organisation, log.len(), &line, app.now()).await?;
    Ok(())
}

/// The last version of a log that can go on.
fn last(lines: &[String], now: DateTime<Utc>) -> Result<(Did, Resolution), DidLogError> {
    let did = did_of(lines.first().ok_or(DidLogError::None)?)?;
    let last = latest(&did, lines, now)?;
    if last.metadata.deactivated {
        return Err(DidLogError::Deactivated);
    }
    Ok((did, last))
}

fn latest(did: &Did, lines: &[String], now: DateTime<Utc>) -> Result<Resolution, DidLogError> {
    let history = Log::verify(did, &joined(lines), now)?.witnessed(None, now)?;
    Ok(history.resolve(&VersionQuery::Latest)?)
}

fn joined(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// The DID whose log a line is of.
fn did_of(line: &str) -> Result<Did, DidLogError> {
    let entry: Value = serde_json::from_str(line).map_err(|_| WebvhError::Malformed)?;
    let id = entry
        .pointer("/state/id")
        .and_then(Value::as_str)
        .ok_or(WebvhError::Malformed)?;
    Ok(id.parse()?)
}

/// Makes the key of an entry. No kind but Ed25519 signs a log.
async fn make_key(app: &App, tx: &mut Tx, organisation: &Slug, number: usize) -> sqlx::Result<SigningKey> {
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let place = key_place(organisation, number);
    let sealed = app.keys.seal(&key.to_pkcs8(), &place, app.entropy.as_ref());
    store::insert_key(tx, organisation, number, &sealed, app.now()).await?;
    Ok(key)
}

fn key_place(organisation: &Slug, number: usize) -> String {
    format!("did_log_keys.sealed/{organisation}/{number}")
}

#[cfg(test)]
mod tests {
    use shared::keys::seal::digest;

    use super::*;
    use crate::testing::{Bench, POSTGRES, SQLITE};

    #[tokio::test]
    async fn did_004_a_log_goes_on_with_announced_keys_until_it_ends() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (app, slug) = (&bench.app, bench.slug());
            let mut tx = db.write().await.unwrap();
            let did = create(app, &mut tx, slug).await.unwrap();
            // The clock of the bench stands still: times go forward all the same.
            for _ in 0..3 {
                assert_eq!(update(app, &mut tx, slug).await.unwrap(), did);
            }
            let lines = store::lines(&mut tx, slug).await.unwrap();
            let (_, latest) = last(&lines, app.now()).unwrap();
            assert_eq!(
                (latest.metadata.version_number, latest.metadata.deactivated),
                (4, false)
            );
            // The keys of the document are those that the did:web lists.
            let web = app.urls.did(slug).unwrap();
            let web = DidDocument::read(&web, bench.get(&bench.path("did.json")).await.json()).unwrap();
            let purpose = shared::did::Purpose::AssertionMethod;
            let keys: Vec<_> = latest.document.keys(purpose).collect();
            assert_eq!(keys, web.keys(purpose).collect::<Vec<_>>());
            assert!(
                latest
                    .document
                    .key(&format!("{did}#{}", keys[0].thumbprint()), purpose)
                    .is_ok()
            );

            assert_eq!(deactivate(app, &mut tx, slug).await.unwrap(), did);
            for late in [
                create(app, &mut tx, slug).await,
                update(app, &mut tx, slug).await,
                deactivate(app, &mut tx, slug).await,
                active(app, &mut tx, slug).await,
            ] {
                assert!(
                    matches!(late, Err(DidLogError::Exists(_) | DidLogError::Deactivated)),
                    "{late:?}"
                );
            }
            tx.commit().await.unwrap();
        });
    }

    #[tokio::test]
    async fn did_004_a_log_that_was_tampered_with_does_not_go_on() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (app, slug) = (&bench.app, bench.slug());
            let mut tx = db.write().await.unwrap();
            create(app, &mut tx, slug).await.unwrap();
            // A line that follows in nothing but its number, and a key in the place of another.
            let line = store::lines(&mut tx, slug).await.unwrap().remove(0);
            store::insert(&mut tx, slug, 2, &line.replace("1-Qm", "2-Qm"), app.now())
                .await
                .unwrap();
            let refused = update(app, &mut tx, slug).await;
            assert!(matches!(refused, Err(DidLogError::Webvh(_))), "{refused:?}");
            drop(tx);

            let mut tx = db.write().await.unwrap();
            create(app, &mut tx, slug).await.unwrap();
            let foreign = app
                .keys
                .seal(&digest(b"key"), &key_place(slug, 9), app.entropy.as_ref());
            store::insert_key(&mut tx, slug, 9, &foreign, app.now()).await.unwrap();
            let moved = store::key(&mut tx, slug, 9).await.unwrap().unwrap();
            assert!(
                app.keys.open(&moved, &key_place(slug, 2)).is_err(),
                "sealed for its place"
            );
            drop(tx);
        });
    }
}
