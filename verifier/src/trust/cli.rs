//! `verifier trust keygen | sign | show`.

use std::{fmt::Write as _, fs, io::Write as _, path::Path};

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use shared::{keys::SigningKey, trust::TrustList};
use zeroize::Zeroizing;

use crate::App;

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";

/// Makes an authority's key pair: PKCS#8 PEM that only its owner reads, and a public JWK.
pub(crate) fn keygen(private: &Path, public: &Path) -> anyhow::Result<String> {
    let key = SigningKey::generate();
    write_private(private, &pem(&key)).with_context(|| format!("cannot write {}", private.display()))?;
    let jwk = serde_json::to_string_pretty(&key.public().to_jwk())?;
    fs::write(public, jwk + "\n").with_context(|| format!("cannot write {}", public.display()))?;
    Ok(format!(
        "clé privée : {}\nclé publique : {} ({})\n",
        private.display(),
        public.display(),
        key.public().thumbprint()
    ))
}

/// Signs an edition of the list.
pub(crate) fn sign(list: &Path, key: &Path, out: &Path, now: DateTime<Utc>) -> anyhow::Result<String> {
    let text = fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    let edition: TrustList =
        serde_json::from_str(&text).with_context(|| format!("{} is not a trust list", list.display()))?;
    let key = read_private(key)?;
    let signed = edition.sign(&key);
    // What a verifier would refuse is not published.
    TrustList::verify(&signed, key.public(), now).context("the list would be refused")?;
    fs::write(out, signed + "\n").with_context(|| format!("cannot write {}", out.display()))?;
    Ok(format!(
        "liste n° {} signée : {} — organismes : {}\n",
        edition.sequence,
        out.display(),
        edition.issuers.len()
    ))
}

/// Shows the list that counts now.
pub(crate) async fn show(app: &App) -> anyhow::Result<String> {
    let now = app.now();
    let list = super::read(app.config.trust.as_ref(), now).await?;
    let mut shown = format!(
        "{} — liste n° {}, signée le {}, à renouveler avant le {}{}\n",
        list.authority,
        list.sequence,
        list.issued_at.date_naive(),
        list.next_update.date_naive(),
        if list.is_stale(now) { " (PÉRIMÉE)" } else { "" }
    );
    for (identifier, issuer) in &list.issuers {
        writeln!(
            shown,
            "- {} — {identifier} — {}, déclaré le {}",
            issuer.name, issuer.regime, issuer.declared_on
        )?;
    }
    Ok(shown)
}

fn pem(key: &SigningKey) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(key.to_pkcs8().as_slice()));
    let mut pem = Zeroizing::new(String::with_capacity(body.len() + 80));
    pem.push_str(PEM_BEGIN);
    for (place, character) in body.chars().enumerate() {
        if place % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push('\n');
    pem.push_str(PEM_END);
    pem.push('\n');
    pem
}

fn read_private(path: &Path) -> anyhow::Result<SigningKey> {
    let text = Zeroizing::new(fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?);
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>();
    ensure!(
        lines.first() == Some(&PEM_BEGIN) && lines.last() == Some(&PEM_END),
        "{} is not a private key in PEM (PKCS#8)",
        path.display()
    );
    let body = Zeroizing::new(lines[1..lines.len() - 1].concat());
    let der = Zeroizing::new(
        STANDARD
            .decode(body.as_bytes())
            .with_context(|| format!("{} is not base64", path.display()))?,
    );
    SigningKey::from_pkcs8(&der).with_context(|| format!("{} is not a P-256 key", path.display()))
}

/// Never over an existing file: a lost key is a list nobody can renew.
fn write_private(path: &Path, contents: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(contents.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_list_signed_with_a_made_key_verifies_with_its_public_half() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        keygen(&path("private.pem"), &path("public.json")).unwrap();
        assert!(
            keygen(&path("private.pem"), &path("public.json")).is_err(),
            "a key is never overwritten"
        );

        let list = testing::trust_list(&[("https://paniers.example", "Les Paniers du Vallon")]);
        fs::write(path("list.json"), serde_json::to_vec(&list).unwrap()).unwrap();
        let told = sign(
            &path("list.json"),
            &path("private.pem"),
            &path("list.jwt"),
            testing::now(),
        )
        .unwrap();
        assert!(told.contains("organismes : 1"), "{told}");

        let authority = super::super::authority(&fs::read_to_string(path("public.json")).unwrap()).unwrap();
        let signed = fs::read_to_string(path("list.jwt")).unwrap();
        assert_eq!(
            TrustList::verify(signed.trim(), &authority, testing::now()).unwrap(),
            list
        );
        assert!(
            sign(
                &path("list.json"),
                &path("public.json"),
                &path("other.jwt"),
                testing::now()
            )
            .is_err()
        );
    }
}
