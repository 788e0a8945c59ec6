//! Passphrases: Argon2id (RFC 9106 second recommendation: 64 MiB, 3 passes, 4 lanes).

use std::{fs, io, path::Path};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use tokio::{sync::Semaphore, task};
use zeroize::Zeroizing;

use crate::{entropy::Entropy, keys::seal};

/// A passphrase is 12 to 256 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a passphrase has 12 to 256 characters")]
pub struct WeakPassphrase;

const SHORTEST: usize = 12;
const LONGEST: usize = 256;

const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;
const OUTPUT: usize = 32;
const SALT: usize = 16;

/// How many run at once: each takes 64 MiB, so that a crowd at the sign-in page must queue.
static TURNS: Semaphore = Semaphore::const_new(4);

/// Refuses what is too short or too long.
pub fn check(passphrase: &str) -> Result<(), WeakPassphrase> {
    let length = passphrase.chars().take(LONGEST + 1).count();
    if (SHORTEST..=LONGEST).contains(&length) {
        Ok(())
    } else {
        Err(WeakPassphrase)
    }
}

/// The passphrase in a file: its first line.
pub fn read(file: &Path) -> io::Result<Zeroizing<String>> {
    let content = Zeroizing::new(fs::read_to_string(file)?);
    Ok(Zeroizing::new(content.lines().next().unwrap_or_default().to_owned()))
}

/// PHC string to store. Runs on a blocking thread.
pub async fn hash(passphrase: Zeroizing<String>, entropy: &dyn Entropy) -> String {
    let salt: [u8; SALT] = entropy.bytes();
    let output = derive(passphrase, salt, Cost::CURRENT).await;
    format!(
        "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${}${}",
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(*output)
    )
}

/// Whether it fits. Runs on a blocking thread; takes as long when `phc` is malformed.
pub async fn verify(passphrase: Zeroizing<String>, phc: String) -> bool {
    let Some(stored) = Stored::parse(&phc) else {
        derive(passphrase, [0; SALT], Cost::CURRENT).await;
        return false;
    };
    let output = derive(passphrase, stored.salt, stored.cost).await;
    seal::equal(&*output, &stored.output)
}

/// 32 bytes from a passphrase and a 16-byte salt, to wrap a key. Runs on a blocking thread.
pub async fn stretch(passphrase: Zeroizing<String>, salt: [u8; 16]) -> Zeroizing<[u8; 32]> {
    derive(passphrase, salt, Cost::CURRENT).await
}

/// What a hash costs. Stored with each, so that a later version may ask for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    const CURRENT: Self = Self {
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        lanes: LANES,
    };

    /// At most four times the memory and passes of today: a damaged row must not take the machine down.
    fn params(self) -> Option<Params> {
        let bearable = self.memory_kib <= 4 * MEMORY_KIB && self.passes <= 4 * PASSES && self.lanes <= 4 * LANES;
        bearable.then(|| Params::new(self.memory_kib, self.passes, self.lanes, Some(OUTPUT)).ok())?
    }
}

struct Stored {
    cost: Cost,
    salt: [u8; SALT],
    output: [u8; OUTPUT],
}

impl Stored {
    fn parse(phc: &str) -> Option<Self> {
        let mut parts = phc.strip_prefix("$argon2id$v=19$")?.split('$');
        let mut costs = parts.next()?.split(',');
        let mut cost = |name: &str| costs.next()?.strip_prefix(name)?.parse::<u32>().ok();
        let cost = Cost {
            memory_kib: cost("m=")?,
            passes: cost("t=")?,
            lanes: cost("p=")?,
        };
        cost.params()?;
        let salt = STANDARD_NO_PAD.decode(parts.next()?).ok()?.try_into().ok()?;
        let output = STANDARD_NO_PAD.decode(parts.next()?).ok()?.try_into().ok()?;
        parts.next().is_none().then_some(Self { cost, salt, output })
    }
}

#[expect(
    clippy::expect_used,
    reason = "costs were checked when parsed, lengths are constants, and nothing closes TURNS"
)]
async fn derive(passphrase: Zeroizing<String>, salt: [u8; SALT], cost: Cost) -> Zeroizing<[u8; OUTPUT]> {
    let turn = TURNS.acquire().await.expect("turns go on");
    let output = task::spawn_blocking(move || {
        let argon2 = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            cost.params().expect("bearable costs"),
        );
        let mut output = Zeroizing::new([0; OUTPUT]);
        argon2
            .hash_password_into(passphrase.as_bytes(), &salt, &mut *output)
            .expect("lengths within bounds");
        output
    });
    let output = output.await.expect("the hash does not panic");
    drop(turn);
    output
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededEntropy;

    fn secret(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(check("onze lettre"), Err(WeakPassphrase));
        assert_eq!(check("éééééééééééé"), Ok(()));
        assert_eq!(check(&"é".repeat(256)), Ok(()));
        assert_eq!(check(&"é".repeat(257)), Err(WeakPassphrase));
    }

    #[tokio::test]
    async fn the_right_passphrase_fits_and_another_does_not() {
        let phc = hash(secret("correct horse battery"), &SeededEntropy::new(1)).await;
        assert!(phc.starts_with("$argon2id$v=19$m=65536,t=3,p=4$"), "{phc}");
        assert!(verify(secret("correct horse battery"), phc.clone()).await);
        assert!(!verify(secret("correct horse batterz"), phc.clone()).await);
        let salted_otherwise = hash(secret("correct horse battery"), &SeededEntropy::new(2)).await;
        assert_ne!(phc, salted_otherwise);
    }

    #[tokio::test]
    async fn the_hash_is_that_of_other_implementations() {
        // argon2-cffi 25.1: hash_secret_raw(b"correct horse battery", bytes(range(16)), 3, 65536, 4, 32, Type.ID)
        let stretched = stretch(
            secret("correct horse battery"),
            std::array::from_fn(|at| u8::try_from(at).unwrap()),
        )
        .await;
        assert_eq!(
            STANDARD_NO_PAD.encode(*stretched),
            "WZX8Xdq9t/EPrirXlicMJpgh1wsO+4+2AmKoHxtvDrg"
        );
    }

    #[tokio::test]
    async fn malformed_and_unbearable_hashes_fit_nothing() {
        for phc in [
            "",
            "$argon2id$v=19$m=65536,t=3,p=4$AAAA$AAAA",
            "$argon2i$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=4294967295,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(Stored::parse(phc).is_none(), "{phc}");
        }
        assert!(!verify(secret("correct horse battery"), String::new()).await);
    }
}
