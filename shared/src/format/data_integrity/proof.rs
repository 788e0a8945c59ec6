//! One proof and its options (Data Integrity §2.1).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, SecondsFormat, Utc};

use super::DataIntegrityError;
use crate::{
    base58,
    json::{Members, Node},
    keys::KeyKind,
};

/// The longest signature in base 58: 96 bytes take 132 characters, and decoding is quadratic.
const MAX_CHARACTERS: usize = 140;

/// The longest proof value of a selective suite: a thousand signatures take 90 000 characters.
const MAX_SELECTIVE_CHARACTERS: usize = 128 * 1024;

/// A way to secure a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cryptosuite {
    /// Ed25519 over canonical N-Quads (EdDSA cryptosuites §3.2).
    EddsaRdfc2022,
    /// Ed25519 over canonical JSON (EdDSA cryptosuites §3.3).
    EddsaJcs2022,
    /// P-256 or P-384 over canonical N-Quads (ECDSA cryptosuites §3.2).
    EcdsaRdfc2019,
    /// P-256 or P-384 over canonical JSON (ECDSA cryptosuites §3.3).
    EcdsaJcs2019,
    /// P-256 over each statement, for the holder to show some (ECDSA cryptosuites §3.6).
    EcdsaSd2023,
    /// BBS on BLS12-381 over each statement, for the holder to show some without being recognised (BBS cryptosuites §3.4).
    Bbs2023,
}

impl Cryptosuite {
    /// Every suite.
    pub const ALL: [Self; 6] = [
        Self::EddsaRdfc2022,
        Self::EddsaJcs2022,
        Self::EcdsaRdfc2019,
        Self::EcdsaJcs2019,
        Self::EcdsaSd2023,
        Self::Bbs2023,
    ];

    /// The value of `cryptosuite`.
    pub fn name(self) -> &'static str {
        match self {
            Self::EddsaRdfc2022 => "eddsa-rdfc-2022",
            Self::EddsaJcs2022 => "eddsa-jcs-2022",
            Self::EcdsaRdfc2019 => "ecdsa-rdfc-2019",
            Self::EcdsaJcs2019 => "ecdsa-jcs-2019",
            Self::EcdsaSd2023 => "ecdsa-sd-2023",
            Self::Bbs2023 => "bbs-2023",
        }
    }

    /// Whether it signs with keys of this kind. Keys of `bbs-2023` are of none: they make no signatures that stand alone.
    pub fn fits(self, kind: KeyKind) -> bool {
        match self {
            Self::EddsaRdfc2022 | Self::EddsaJcs2022 => kind == KeyKind::Ed25519,
            Self::EcdsaRdfc2019 | Self::EcdsaJcs2019 => kind != KeyKind::Ed25519,
            Self::EcdsaSd2023 => kind == KeyKind::P256,
            Self::Bbs2023 => false,
        }
    }

    /// Whether the holder may show a part of what it secures: then proofs are made with
    /// [`sign_base`](super::sign_base) and shown with [`derive`](super::derive()).
    pub fn is_selective(self) -> bool {
        matches!(self, Self::EcdsaSd2023 | Self::Bbs2023)
    }

    /// Whether it signs canonical JSON rather than statements.
    pub fn is_jcs(self) -> bool {
        matches!(self, Self::EddsaJcs2022 | Self::EcdsaJcs2019)
    }
}

/// A proof to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofOptions {
    /// The suite.
    pub suite: Cryptosuite,
    /// Where the public key is: a DID URL.
    pub verification_method: String,
    /// `assertionMethod` for credentials, `authentication` for presentations.
    pub purpose: String,
    /// When it is made; seconds are kept.
    pub created: Option<DateTime<Utc>>,
    /// Until when it holds.
    pub expires: Option<DateTime<Utc>>,
    /// Whom it is for.
    pub domain: Option<String>,
    /// What it answers.
    pub challenge: Option<String>,
    /// Its own name, for proofs that build on it.
    pub id: Option<String>,
    /// The names of the proofs it builds on.
    pub previous: Vec<String>,
}

impl ProofOptions {
    /// A proof for a credential.
    pub fn assertion(suite: Cryptosuite, verification_method: String, created: DateTime<Utc>) -> Self {
        Self {
            suite,
            verification_method,
            purpose: "assertionMethod".to_owned(),
            created: Some(created),
            expires: None,
            domain: None,
            challenge: None,
            id: None,
            previous: Vec::new(),
        }
    }

    /// As the proof writes them.
    pub(super) fn members(&self) -> Members<'_> {
        fn text(text: &str) -> Node<'_> {
            Node::Text(text.into())
        }
        let instant = |instant: DateTime<Utc>| Node::Text(instant.to_rfc3339_opts(SecondsFormat::Secs, true).into());
        let previous = match self.previous.as_slice() {
            [] => None,
            [only] => Some(text(only)),
            names => Some(Node::Array(names.iter().map(|name| text(name)).collect())),
        };
        [
            ("id", self.id.as_deref().map(text)),
            ("type", Some(text("DataIntegrityProof"))),
            ("cryptosuite", Some(text(self.suite.name()))),
            ("created", self.created.map(instant)),
            ("expires", self.expires.map(instant)),
            ("verificationMethod", Some(text(&self.verification_method))),
            ("proofPurpose", Some(text(&self.purpose))),
            ("domain", self.domain.as_deref().map(text)),
            ("challenge", self.challenge.as_deref().map(text)),
            ("previousProof", previous),
        ]
        .into_iter()
        .filter_map(|(name, node)| Some((name.into(), node?)))
        .collect()
    }
}

/// A proof as it was read, **unverified**.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof<'a> {
    pub(super) node: &'a Node<'a>,
    pub(super) suite: Cryptosuite,
    pub(super) verification_method: &'a str,
    pub(super) purpose: &'a str,
    pub(super) created: Option<DateTime<Utc>>,
    pub(super) expires: Option<DateTime<Utc>>,
    pub(super) domains: Vec<&'a str>,
    pub(super) challenge: Option<&'a str>,
    pub(super) previous: Vec<&'a str>,
    pub(super) value: Vec<u8>,
}

impl<'a> Proof<'a> {
    pub(super) fn read(node: &'a Node<'a>) -> Result<Self, DataIntegrityError> {
        let malformed = DataIntegrityError::MalformedProof;
        let text = |name: &'static str| match node.member(name) {
            None => Ok(None),
            Some(Node::Text(text)) => Ok(Some(&**text)),
            Some(_) => Err(malformed(name)),
        };
        let texts = |name: &'static str| -> Result<Vec<&'a str>, _> {
            let nodes = node.member(name).map(Node::each).unwrap_or_default();
            nodes.iter().map(|node| node.text().ok_or(malformed(name))).collect()
        };
        let instant = |name: &'static str| {
            text(name)?
                .map(|text| DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc()))
                .transpose()
                .map_err(|_| malformed(name))
        };
        if text("type")? != Some("DataIntegrityProof") {
            return Err(malformed("type"));
        }
        let suite = text("cryptosuite")?.ok_or(malformed("cryptosuite"))?;
        let suite = Cryptosuite::ALL
            .into_iter()
            .find(|known| known.name() == suite)
            .ok_or(DataIntegrityError::UnknownSuite)?;
        Ok(Self {
            node,
            suite,
            verification_method: text("verificationMethod")?.ok_or(malformed("verificationMethod"))?,
            purpose: text("proofPurpose")?.ok_or(malformed("proofPurpose"))?,
            created: instant("created")?,
            expires: instant("expires")?,
            domains: texts("domain")?,
            challenge: text("challenge")?,
            previous: texts("previousProof")?,
            value: text("proofValue")?
                .and_then(|value| decode(suite, value))
                .ok_or(malformed("proofValue"))?,
        })
    }

    /// The suite.
    pub fn suite(&self) -> Cryptosuite {
        self.suite
    }

    /// Where its key is said to be: a DID URL. The caller resolves it, and sees to it that the document's issuer (or holder)
    /// controls it and lists it for the purpose.
    pub fn verification_method(&self) -> &'a str {
        self.verification_method
    }

    /// `proofPurpose`.
    pub fn purpose(&self) -> &'a str {
        self.purpose
    }

    /// What a derived proof of `bbs-2023` was made for (BBS cryptosuites §3.3.7), bound to it: a verifier who asked for a header
    /// compares.
    pub fn presentation_header(&self) -> Option<Vec<u8>> {
        super::selective::presentation_header(self)
    }

    /// When it says it was made.
    pub fn created(&self) -> Option<DateTime<Utc>> {
        self.created
    }
}

/// `proofValue` of most suites: `z` and base 58.
pub(super) fn encode(signature: &[u8]) -> String {
    format!("z{}", base58::encode(signature))
}

/// `proofValue` of selective suites: `u` and base64url.
pub(super) fn encode_selective(bytes: &[u8]) -> String {
    format!("u{}", URL_SAFE_NO_PAD.encode(bytes))
}

fn decode(suite: Cryptosuite, text: &str) -> Option<Vec<u8>> {
    if suite.is_selective() {
        let digits = text
            .strip_prefix('u')
            .filter(|digits| digits.len() <= MAX_SELECTIVE_CHARACTERS)?;
        return URL_SAFE_NO_PAD.decode(digits).ok();
    }
    let digits = text.strip_prefix('z').filter(|digits| digits.len() <= MAX_CHARACTERS)?;
    base58::decode(digits)
}
