//! The vault: one random key a person, under which everything they keep is sealed (`design.md` §5).
//!
//! The key itself rests wrapped twice: under the passphrase, stretched by Argon2id and mixed with the service's own key
//! so that a copy of the database alone cannot even be guessed at; and under the printed recovery code, which has
//! more bits than anybody can guess. An unlocked session seals a third copy under its cookie's token.

pub(crate) mod recovery_code;
pub(crate) mod store;

use serde::{Serialize, de::DeserializeOwned};
use shared::{
    entropy::Entropy,
    keys::seal::{SealingKey, Unopenable},
    service::{db::Inconsistent, password},
};
use zeroize::Zeroizing;

use recovery_code::RecoveryCode;

/// An open vault. The key is erased from memory when this is dropped.
pub(crate) struct Vault(SealingKey);

/// Where sealed bytes rest. They open nowhere else, so that rows cannot be exchanged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) id: &'a str,
}

/// The vault key sealed under something the person knows or holds.
#[derive(Debug, Clone)]
pub(crate) struct Wrap {
    /// For the stretching of a passphrase; random for a recovery code too, and unused there.
    pub(crate) salt: [u8; 16],
    pub(crate) sealed: Vec<u8>,
}

/// What a wrap opens with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
pub(crate) enum WrapKind {
    Passphrase,
    Recovery,
}

impl Vault {
    /// A vault with a fresh key.
    pub(crate) fn create(entropy: &dyn Entropy) -> Self {
        Self(SealingKey::random(entropy))
    }

    /// The vault of an unlocked session.
    pub(crate) fn from_secret(secret: &[u8]) -> Option<Self> {
        secret.try_into().ok().map(|bytes| Self(SealingKey::from_bytes(bytes)))
    }

    /// Its key, for the session that keeps it open.
    pub(crate) fn secret(&self) -> Zeroizing<[u8; 32]> {
        self.0.to_bytes()
    }

    /// Seals bytes for a place.
    pub(crate) fn seal(&self, plaintext: &[u8], place: Place<'_>, entropy: &dyn Entropy) -> Vec<u8> {
        self.0.seal(plaintext, &place.to_string(), entropy)
    }

    /// Opens what was sealed for this place.
    pub(crate) fn open(&self, sealed: &[u8], place: Place<'_>) -> Result<Zeroizing<Vec<u8>>, Inconsistent> {
        self.0
            .open(sealed, &place.to_string())
            .map_err(|Unopenable| place.inconsistent())
    }

    /// Seals a value for a place.
    #[expect(
        clippy::expect_used,
        reason = "the types kept in a vault are plain structures with text keys"
    )]
    pub(crate) fn seal_value(&self, value: &impl Serialize, place: Place<'_>, entropy: &dyn Entropy) -> Vec<u8> {
        let plaintext = Zeroizing::new(serde_json::to_vec(value).expect("what a vault keeps can be written"));
        self.seal(&plaintext, place, entropy)
    }

    /// Opens a value that was sealed for this place.
    pub(crate) fn open_value<T: DeserializeOwned>(&self, sealed: &[u8], place: Place<'_>) -> Result<T, Inconsistent> {
        serde_json::from_slice(&self.open(sealed, place)?).map_err(|_| place.inconsistent())
    }

    /// A digest that only this vault can make: finds a row again without saying what it is about.
    pub(crate) fn fingerprint(&self, purpose: &str, parts: &[&str]) -> Vec<u8> {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        self.0.mac(purpose, &parts).to_vec()
    }

    /// Wraps the key under a passphrase.
    pub(crate) async fn wrap_with_passphrase(
        &self,
        keys: &SealingKey,
        account: &str,
        passphrase: Zeroizing<String>,
        entropy: &dyn Entropy,
    ) -> Wrap {
        let salt = entropy.bytes();
        let key = passphrase_key(keys, account, passphrase, salt).await;
        Wrap {
            salt,
            sealed: key.seal(&*self.secret(), &wrap_place(account, WrapKind::Passphrase), entropy),
        }
    }

    /// Wraps the key under a recovery code.
    pub(crate) fn wrap_with_code(&self, account: &str, code: &RecoveryCode, entropy: &dyn Entropy) -> Wrap {
        let sealed = code
            .key()
            .seal(&*self.secret(), &wrap_place(account, WrapKind::Recovery), entropy);
        Wrap {
            salt: entropy.bytes(),
            sealed,
        }
    }

    /// Opens the vault of `account` with a passphrase.
    pub(crate) async fn unwrap_with_passphrase(
        keys: &SealingKey,
        account: &str,
        wrap: &Wrap,
        passphrase: Zeroizing<String>,
    ) -> Result<Self, Unopenable> {
        let key = passphrase_key(keys, account, passphrase, wrap.salt).await;
        Self::unwrap(&key, account, WrapKind::Passphrase, wrap)
    }

    /// Opens the vault of `account` with its recovery code.
    pub(crate) fn unwrap_with_code(account: &str, wrap: &Wrap, code: &RecoveryCode) -> Result<Self, Unopenable> {
        Self::unwrap(&code.key(), account, WrapKind::Recovery, wrap)
    }

    fn unwrap(key: &SealingKey, account: &str, kind: WrapKind, wrap: &Wrap) -> Result<Self, Unopenable> {
        let secret = key.open(&wrap.sealed, &wrap_place(account, kind))?;
        Self::from_secret(&secret).ok_or(Unopenable)
    }
}

/// The key a passphrase gives for an account: neither the passphrase nor the service's key alone is enough.
async fn passphrase_key(keys: &SealingKey, account: &str, passphrase: Zeroizing<String>, salt: [u8; 16]) -> SealingKey {
    let pepper = Zeroizing::new(keys.mac("wallet passphrase", &[account.as_bytes()]));
    let stretched = password::stretch(passphrase, salt).await;
    let mut secret = Zeroizing::new(Vec::with_capacity(64));
    secret.extend_from_slice(&*stretched);
    secret.extend_from_slice(&*pepper);
    SealingKey::derived(&secret, "wallet passphrase wrap")
}

fn wrap_place(account: &str, kind: WrapKind) -> String {
    let column = match kind {
        WrapKind::Passphrase => "passphrase",
        WrapKind::Recovery => "recovery",
    };
    Place {
        table: "wraps",
        column,
        id: account,
    }
    .to_string()
}

impl Place<'_> {
    fn inconsistent(self) -> Inconsistent {
        Inconsistent {
            table: self.table,
            column: self.column,
        }
    }
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.table, self.column, self.id)
    }
}

#[cfg(test)]
mod tests {
    use shared::testing::SeededEntropy;

    use super::*;

    const PLACE: Place<'static> = Place {
        table: "credentials",
        column: "sealed",
        id: "one",
    };

    fn passphrase(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_vault_opens_with_its_passphrase_and_with_nothing_else() {
        let entropy = SeededEntropy::new(1);
        let keys = SealingKey::random(&entropy);
        let vault = Vault::create(&entropy);
        let wrap = vault
            .wrap_with_passphrase(&keys, "nadia", passphrase("des tomates en hiver"), &entropy)
            .await;

        let right = Vault::unwrap_with_passphrase(&keys, "nadia", &wrap, passphrase("des tomates en hiver")).await;
        assert_eq!(*right.unwrap().secret(), *vault.secret());
        let wrong = Vault::unwrap_with_passphrase(&keys, "nadia", &wrap, passphrase("des tomates en été")).await;
        assert!(wrong.is_err());
        let other_account =
            Vault::unwrap_with_passphrase(&keys, "karim", &wrap, passphrase("des tomates en hiver")).await;
        assert!(other_account.is_err());
        let other_service = SealingKey::random(&entropy);
        let stolen = Vault::unwrap_with_passphrase(&other_service, "nadia", &wrap, passphrase("des tomates en hiver"));
        assert!(
            stolen.await.is_err(),
            "the database alone, with the right passphrase, must not open"
        );
    }

    #[test]
    fn a_recovery_code_opens_the_same_vault_without_the_key_file() {
        let entropy = SeededEntropy::new(2);
        let vault = Vault::create(&entropy);
        let code = RecoveryCode::random(&entropy);
        let wrap = vault.wrap_with_code("nadia", &code, &entropy);
        assert_eq!(
            *Vault::unwrap_with_code("nadia", &wrap, &code).unwrap().secret(),
            *vault.secret()
        );
        assert!(Vault::unwrap_with_code("nadia", &wrap, &RecoveryCode::random(&entropy)).is_err());
    }

    #[test]
    fn sealed_bytes_do_not_open_in_another_place_or_vault() {
        let entropy = SeededEntropy::new(3);
        let vault = Vault::create(&entropy);
        let sealed = vault.seal(b"une attestation", PLACE, &entropy);
        assert_eq!(&**vault.open(&sealed, PLACE).unwrap(), b"une attestation");
        assert!(vault.open(&sealed, Place { id: "two", ..PLACE }).is_err());
        assert!(Vault::create(&entropy).open(&sealed, PLACE).is_err());
    }
}
