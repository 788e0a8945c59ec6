//! Accounts: a name, a vault, two ways to open it.
//!
//! The name is kept as a digest under the service's key, to find the account, and sealed in the vault, to show it.

pub(crate) mod pages;
pub(crate) mod store;

use chrono::{DateTime, Duration, Utc};
use shared::{
    entropy::Entropy,
    keys::seal::{SealingKey, Unopenable},
    service::{
        db::{Inconsistent, Tx},
        throttle,
    },
    text::Text,
};
use zeroize::Zeroizing;

use crate::{
    app::App,
    vault::{self, Place, Vault, Wrap, WrapKind, recovery_code::RecoveryCode},
};

shared::id! {
    /// Names an account.
    pub(crate) struct AccountId;
}

/// Tries to open or recover one account within [`WINDOW`].
const TRIES: u32 = 10;
/// The time those tries are counted in.
const WINDOW: Duration = Duration::minutes(15);

/// The name a person opens their musette with. Compared without case.
pub(crate) type Name = Text<60>;

/// A stored account: nothing of it reads without its vault.
pub(crate) struct Account {
    pub(crate) id: AccountId,
    sealed_name: Vec<u8>,
    sealed_code: Option<Vec<u8>>,
}

/// A new account with its wraps, made before any transaction because stretching a passphrase is slow.
pub(crate) struct NewAccount {
    pub(crate) id: AccountId,
    pub(crate) vault: Vault,
    name_digest: Vec<u8>,
    sealed_name: Vec<u8>,
    sealed_code: Vec<u8>,
    passphrase: Wrap,
    recovery: Wrap,
}

/// Why a vault did not open. A wrong name and a wrong passphrase are one case, so that nobody learns who has an account.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The name, the passphrase or the code.
    #[error("the name and the secret do not open a vault together")]
    Wrong,
    /// Too many tries in a short time.
    #[error("too many tries")]
    TooMany,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Somebody else opens their musette with this name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateError {
    #[error("the name is taken")]
    NameTaken,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// An account and one of its wraps, found by name; a decoy when there is none, so that the answer takes as long.
pub(crate) struct Candidate {
    account: AccountId,
    wrap: Wrap,
    key: String,
}

impl Account {
    /// The person's name.
    pub(crate) fn name(&self, vault: &Vault) -> Result<Zeroizing<String>, Inconsistent> {
        let place = name_place(&self.id);
        let name = vault.open(&self.sealed_name, place)?;
        String::from_utf8(name.to_vec())
            .map(Zeroizing::new)
            .map_err(|_| Inconsistent {
                table: place.table,
                column: place.column,
            })
    }

    /// Whether the printed code waits to be confirmed.
    pub(crate) fn has_unconfirmed_code(&self) -> bool {
        self.sealed_code.is_some()
    }

    /// The recovery code, until the person has confirmed that it is written down.
    pub(crate) fn unconfirmed_code(&self, vault: &Vault) -> Result<Option<RecoveryCode>, Inconsistent> {
        let place = code_place(&self.id);
        let Some(sealed) = &self.sealed_code else {
            return Ok(None);
        };
        let text = vault.open(sealed, place)?;
        let code = std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok());
        code.map(Some).ok_or(Inconsistent {
            table: place.table,
            column: place.column,
        })
    }
}

/// Makes an account. Nothing is stored yet.
pub(crate) async fn prepare(app: &App, name: &Name, passphrase: Zeroizing<String>) -> NewAccount {
    let entropy = &*app.entropy;
    let id = AccountId::random(entropy);
    let vault = Vault::create(entropy);
    let code = RecoveryCode::random(entropy);
    NewAccount {
        name_digest: name_digest(&app.keys, name.as_str()),
        sealed_name: vault.seal(name.as_str().as_bytes(), name_place(&id), entropy),
        sealed_code: seal_code(&vault, &id, &code, entropy),
        passphrase: vault
            .wrap_with_passphrase(&app.keys, id.as_str(), passphrase, entropy)
            .await,
        recovery: vault.wrap_with_code(id.as_str(), &code, entropy),
        id,
        vault,
    }
}

#[cfg(test)]
impl NewAccount {
    /// An account whose passphrase wrap is not stretched: for tests of stores, which never open it.
    pub(crate) fn for_tests(keys: &SealingKey, name: &str, vault: &Vault, entropy: &dyn Entropy) -> Self {
        let id = AccountId::random(entropy);
        let code = RecoveryCode::random(entropy);
        Self {
            name_digest: name_digest(keys, name),
            sealed_name: vault.seal(name.as_bytes(), name_place(&id), entropy),
            sealed_code: seal_code(vault, &id, &code, entropy),
            passphrase: vault.wrap_with_code(id.as_str(), &code, entropy),
            recovery: vault.wrap_with_code(id.as_str(), &code, entropy),
            vault: Vault::from_secret(&*vault.secret()).expect("32 bytes"),
            id,
        }
    }
}

/// Stores a new account, unless its name is taken.
pub(crate) async fn create(tx: &mut Tx, account: &NewAccount, now: DateTime<Utc>) -> Result<(), CreateError> {
    if !store::insert(tx, account, now).await? {
        return Err(CreateError::NameTaken);
    }
    vault::store::insert(tx, account.id.as_str(), WrapKind::Passphrase, &account.passphrase, now).await?;
    vault::store::insert(tx, account.id.as_str(), WrapKind::Recovery, &account.recovery, now).await?;
    Ok(())
}

/// Counts a try, and finds what it is tried on.
pub(crate) async fn find(app: &App, tx: &mut Tx, name: &str, kind: WrapKind) -> Result<Candidate, OpenError> {
    let digest = name_digest(&app.keys, name);
    let key = throttle_key(&digest, kind);
    if !throttle::allow(tx, &key, TRIES, WINDOW, app.now()).await? {
        return Err(OpenError::TooMany);
    }
    let entropy = &*app.entropy;
    let Some(account) = store::find_by_name(tx, &digest).await? else {
        let decoy = Wrap {
            salt: entropy.bytes(),
            sealed: entropy.bytes::<60>().to_vec(),
        };
        return Ok(Candidate {
            account: AccountId::random(entropy),
            wrap: decoy,
            key,
        });
    };
    let wrap = vault::store::find(tx, account.as_str(), kind).await?.ok_or_else(|| {
        sqlx::Error::from(Inconsistent {
            table: "wraps",
            column: "kind",
        })
    })?;
    Ok(Candidate { account, wrap, key })
}

/// Opens a vault with a passphrase. Slow on purpose.
pub(crate) async fn open(app: &App, candidate: &Candidate, passphrase: Zeroizing<String>) -> Result<Vault, OpenError> {
    Vault::unwrap_with_passphrase(&app.keys, candidate.account.as_str(), &candidate.wrap, passphrase)
        .await
        .map_err(|Unopenable| OpenError::Wrong)
}

/// A vault opened with its recovery code, with its new passphrase and its next recovery code.
pub(crate) struct Recovered {
    pub(crate) vault: Vault,
    passphrase: Wrap,
    recovery: Wrap,
    sealed_code: Vec<u8>,
}

/// Opens a vault with its recovery code and prepares its new wraps: the code was typed, so it is replaced too.
pub(crate) async fn recover(
    app: &App,
    candidate: &Candidate,
    code: &RecoveryCode,
    passphrase: Zeroizing<String>,
) -> Result<Recovered, OpenError> {
    let entropy = &*app.entropy;
    let account = candidate.account.as_str();
    let vault = Vault::unwrap_with_code(account, &candidate.wrap, code).map_err(|Unopenable| OpenError::Wrong)?;
    let next = RecoveryCode::random(entropy);
    Ok(Recovered {
        passphrase: vault
            .wrap_with_passphrase(&app.keys, account, passphrase, entropy)
            .await,
        recovery: vault.wrap_with_code(account, &next, entropy),
        sealed_code: seal_code(&vault, &candidate.account, &next, entropy),
        vault,
    })
}

/// Stores what [`recover`] prepared. A code serves once; every open session ends.
pub(crate) async fn replace_wraps(
    app: &App,
    tx: &mut Tx,
    candidate: &Candidate,
    recovered: &Recovered,
) -> Result<(), OpenError> {
    let account = candidate.account.as_str();
    let now = app.now();
    if !vault::store::replace(
        tx,
        account,
        WrapKind::Recovery,
        &candidate.wrap,
        &recovered.recovery,
        now,
    )
    .await?
    {
        return Err(OpenError::Wrong);
    }
    let old = vault::store::find(tx, account, WrapKind::Passphrase)
        .await?
        .ok_or_else(|| {
            sqlx::Error::from(Inconsistent {
                table: "wraps",
                column: "kind",
            })
        })?;
    vault::store::replace(tx, account, WrapKind::Passphrase, &old, &recovered.passphrase, now).await?;
    store::set_code(tx, account, Some(&recovered.sealed_code)).await?;
    app.sessions.close_all(tx, account).await?;
    Ok(())
}

/// Forgets the tries: one succeeded.
pub(crate) async fn forget_tries(tx: &mut Tx, candidate: &Candidate) -> Result<(), sqlx::Error> {
    throttle::clear(tx, &candidate.key).await
}

impl Candidate {
    /// Whose vault, once it has opened.
    pub(crate) fn account(&self) -> &AccountId {
        &self.account
    }
}

fn seal_code(vault: &Vault, account: &AccountId, code: &RecoveryCode, entropy: &dyn Entropy) -> Vec<u8> {
    vault.seal(code.to_text().as_bytes(), code_place(account), entropy)
}

fn name_digest(keys: &SealingKey, name: &str) -> Vec<u8> {
    let name = Zeroizing::new(name.trim().to_lowercase());
    keys.mac("wallet account name", &[name.as_bytes()]).to_vec()
}

fn throttle_key(name_digest: &[u8], kind: WrapKind) -> String {
    let prefix = match kind {
        WrapKind::Passphrase => "open",
        WrapKind::Recovery => "recover",
    };
    name_digest
        .iter()
        .take(16)
        .fold(format!("{prefix}/"), |key, byte| format!("{key}{byte:02x}"))
}

fn name_place(account: &AccountId) -> Place<'_> {
    Place {
        table: "accounts",
        column: "sealed_name",
        id: account.as_str(),
    }
}

fn code_place(account: &AccountId) -> Place<'_> {
    Place {
        table: "accounts",
        column: "sealed_code",
        id: account.as_str(),
    }
}

#[cfg(test)]
mod tests;
