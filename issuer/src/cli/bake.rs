//! `issuer bake`: a badge into its picture (Open Badges 3.0 §5.3).

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;
use shared::{
    credential::open_badge,
    format::baked::{self, Picture},
    service::page::PageContext,
    verification::w3c::W3cDocument,
};

#[derive(Debug, clap::Args)]
pub(super) struct BakeArguments {
    /// The picture (PNG or SVG); it stays as it is.
    picture: PathBuf,
    /// The signed badge: JSON with proofs, or a JWT.
    credential: PathBuf,
    /// Where to write: a file that is not there yet. Beside the picture, `NAME-badge.png`, when it is not said.
    #[arg(long)]
    out: Option<PathBuf>,
}

pub(super) fn run(page: &PageContext, arguments: &BakeArguments) -> anyhow::Result<String> {
    let BakeArguments {
        picture,
        credential,
        out,
    } = arguments;
    let named = |path: &Path| format!("{}", path.display());
    let bytes = fs::read(picture).with_context(|| named(picture))?;
    let text = fs::read_to_string(credential).with_context(|| named(credential))?;
    // Nothing but badges: other readers would find what they cannot read.
    let document = W3cDocument::parse(text.as_bytes()).with_context(|| named(credential))?;
    open_badge::check(document.document()).with_context(|| named(credential))?;
    let baked = baked::bake(&bytes, &text).with_context(|| named(picture))?;
    let out = out.clone().unwrap_or_else(|| beside(picture, &bytes));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&out)
        .with_context(|| named(&out))?;
    file.write_all(&baked).with_context(|| named(&out))?;
    Ok(format!("{}\n", page.t1("cli-baked", "file", named(&out))))
}

/// `NAME-badge.png` beside `NAME.png`.
fn beside(picture: &Path, bytes: &[u8]) -> PathBuf {
    let name = picture.file_stem().unwrap_or_default().to_string_lossy();
    let extension = Picture::recognise(bytes).map_or("png", Picture::extension);
    picture.with_file_name(format!("{name}-badge.{extension}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use shared::{
        format::data_integrity::{Cryptosuite, ProofOptions, attach, sign},
        keys::{KeyKind, SigningKey},
        language::Language,
        testing::TemporaryDirectory,
    };

    use super::*;

    const PICTURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

    fn endorsement() -> Value {
        let key = SigningKey::generate_of(KeyKind::Ed25519);
        let multikey = key.public().to_multikey();
        let mut badge = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
            "id": "https://badges.example.org/2",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "name": "Recommandation",
            "issuer": format!("did:key:{multikey}"),
            "validFrom": "2027-01-10T00:00:00Z",
            "credentialSubject": { "id": "did:web:badges.example.org", "type": ["EndorsementSubject"] },
        });
        let options = ProofOptions::assertion(
            Cryptosuite::EddsaRdfc2022,
            format!("did:key:{multikey}#{multikey}"),
            "2027-01-10T00:00:00Z".parse().unwrap(),
        );
        let proof = sign(&badge.to_string(), &options, &key).unwrap();
        attach(badge.as_object_mut().unwrap(), proof);
        badge
    }

    #[test]
    fn ob_012_a_badge_is_put_beside_its_picture_which_stays() {
        let directory = TemporaryDirectory::new();
        let path = |name: &str| directory.path().join(name);
        let page = PageContext::new(Language::French, std::sync::Arc::new(crate::app::locale()));
        let bake = |credential: &str, out: Option<&str>| {
            fs::write(path("badge.json"), credential).unwrap();
            let arguments = BakeArguments {
                picture: path("atelier.svg"),
                credential: path("badge.json"),
                out: out.map(path),
            };
            run(&page, &arguments)
        };
        fs::write(path("atelier.svg"), PICTURE).unwrap();
        let badge = {
            let mut badge = endorsement();
            badge["proof"] = Value::Array(vec![badge["proof"].take()]);
            badge.to_string()
        };
        let told = bake(&badge, None).unwrap();
        assert!(told.contains("atelier-badge.svg"), "{told}");
        assert_eq!(
            baked::unbake(&fs::read(path("atelier-badge.svg")).unwrap()),
            Ok(badge.clone())
        );
        assert_eq!(fs::read_to_string(path("atelier.svg")).unwrap(), PICTURE);
        assert!(bake(&badge, None).is_err(), "nothing is overwritten");
        bake(&badge, Some("other.svg")).unwrap();
        fs::copy(path("other.svg"), path("atelier.svg")).unwrap();
        let twice = format!("{:#}", bake(&badge, Some("twice.svg")).unwrap_err());
        assert!(twice.ends_with("a badge is baked into the picture already"), "{twice}");
        for credential in ["{}", "bonjour", &badge.replace("EndorsementSubject", "Person")] {
            assert!(bake(credential, Some("none.svg")).is_err(), "{credential}");
        }
        assert!(!path("none.svg").exists() && !path("twice.svg").exists());
    }
}
