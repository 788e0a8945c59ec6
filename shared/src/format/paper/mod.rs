//! The paper form `MU1:`, for people without a phone and counters without a network (`screens.md` §2).
//!
//! ```text
//! MU1: ‖ base45 ( zlib ( COSE_Sign1 ( ES256, CWT with integer keys ) ) )
//! ```
//! It is bound to nobody's key: the counter compares the name with an identity card. The signed part is a CWT (RFC 8392)
//! of at most [`MAX_BYTES`] bytes, so that the code keeps modules of 0.43 mm in a box of 45 mm; an attestation that does
//! not fit is refused with its size, and its mission is what can be left out of it.
//!
//! What is signed has **one** form: it is written again from what was read and compared, so that two attestations that
//! differ in a byte differ in a fact. The layers around it (DEFLATE knows many ways to say the same) are not signed and
//! say nothing.

mod claims;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    io::{Read, Write},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use flate2::{Compression, bufread::ZlibDecoder, write::ZlibEncoder};

use crate::{
    activity::{ActivityAttestation, AttestationError},
    keys::{
        KeyKind, PublicKey, SigningKey,
        cose::{self, CoseError, Sign1},
        jws::ES256,
    },
    status_list::token::StatusReference,
};

/// What the text begins with. The digit is the version of everything below.
pub const PREFIX: &str = "MU1:";
/// The largest signed part, in bytes of CBOR.
pub const MAX_BYTES: usize = 420;
/// The longest text that is read, in characters: what a QR code of version 20 (97 modules) holds at
/// [`ERROR_CORRECTION`].
pub const MAX_CHARACTERS: usize = 702;
/// The error correction the printed code wants: a fold or a stain must not cost a person their right.
pub const ERROR_CORRECTION: ErrorCorrection = ErrorCorrection::Quartile;

/// How much of a QR code may be lost (ISO/IEC 18004 §6.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCorrection {
    /// M, 15 %: on screens.
    Medium,
    /// Q, 25 %: on paper.
    Quartile,
}

/// Everything around the attestation on paper. The person's name is in the attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Issuer identifier (`iss`).
    pub issuer: String,
    /// Where its status is.
    pub status: StatusReference,
    /// `iat`, a day.
    pub issued_on: NaiveDate,
    /// `exp`, in whole seconds: a fraction is cut off.
    pub expires_at: DateTime<Utc>,
}

/// Why a paper attestation was not made, not read or not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// Another text than ours.
    #[error("this is not the code of a paper attestation")]
    OtherText,
    /// More than [`MAX_BYTES`] once written.
    #[error("the attestation takes {bytes} bytes, paper holds 420")]
    TooLarge {
        /// How many.
        bytes: usize,
    },
    /// More than [`MAX_CHARACTERS`], or inflates beyond [`MAX_BYTES`].
    #[error("the code is longer than a paper attestation can be")]
    TooLong,
    /// Not base 45, not one zlib stream, or claims that are not exactly as we write them.
    #[error("the code is damaged or malformed")]
    Malformed,
    /// The COSE layer refused it.
    #[error(transparent)]
    Cose(#[from] CoseError),
    /// Facts that contradict one another.
    #[error(transparent)]
    Attestation(#[from] AttestationError),
    /// The paper form is signed with ES256.
    #[error("paper attestations are signed with a P-256 key")]
    KeyKind,
    /// The key is not the one the attestation names.
    #[error("the attestation names another key")]
    OtherKey,
}

/// The first 8 bytes of a key's thumbprint (RFC 7638): enough to choose among the keys of one issuer, which alone may be
/// tried. It proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHint([u8; 8]);

impl KeyHint {
    /// The hint to this key.
    ///
    /// # Panics
    /// Never: a thumbprint is 32 bytes in base64url.
    #[expect(clippy::expect_used, reason = "a thumbprint is 32 bytes in base64url")]
    pub fn of(key: &PublicKey) -> Self {
        let thumbprint = URL_SAFE_NO_PAD.decode(key.thumbprint()).expect("base64url");
        Self(*thumbprint.first_chunk().expect("32 bytes"))
    }

    /// Whether it may mean this key.
    pub fn is_of(self, key: &PublicKey) -> bool {
        self == Self::of(key)
    }
}

/// As the thumbprint begins.
impl fmt::Display for KeyHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// Signs an attestation: the text of the QR code, to be drawn at [`ERROR_CORRECTION`]. It holds nothing but characters of
/// the alphanumeric mode.
pub fn sign(attestation: &ActivityAttestation, envelope: &Envelope, key: &SigningKey) -> Result<String, PaperError> {
    Ok(to_text(&sign_bytes(attestation, envelope, key)?))
}

/// The signed part alone, in CBOR.
pub fn sign_bytes(
    attestation: &ActivityAttestation,
    envelope: &Envelope,
    key: &SigningKey,
) -> Result<Vec<u8>, PaperError> {
    if key.public().kind() != KeyKind::P256 {
        return Err(PaperError::KeyKind);
    }
    let payload = claims::write(attestation, envelope);
    // A status address that begins with `/`, an issuer that is no address: it must not read as something else.
    let (read, around) = claims::read(&payload)?;
    if (&read, &around.issuer, &around.status) != (attestation, &envelope.issuer, &envelope.status) {
        return Err(PaperError::Malformed);
    }
    let header = cose::Header {
        kid: &KeyHint::of(key.public()).0,
        ..cose::Header::default()
    };
    let signed = cose::sign(&header, payload, key);
    if signed.len() > MAX_BYTES {
        return Err(PaperError::TooLarge { bytes: signed.len() });
    }
    Ok(signed)
}

/// A paper attestation, read and **unverified**: everything it says is hearsay until [`Self::verify`].
#[derive(Debug, Clone)]
pub struct PaperAttestation {
    attestation: ActivityAttestation,
    envelope: Envelope,
    key: KeyHint,
    signed: Sign1,
}

impl PaperAttestation {
    /// Reads the text of a QR code. Checks no signature.
    pub fn parse(text: &str) -> Result<Self, PaperError> {
        Self::from_bytes(&from_text(text)?)
    }

    /// Reads the signed part, in CBOR. Checks no signature.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PaperError> {
        if bytes.len() > MAX_BYTES {
            return Err(PaperError::TooLong);
        }
        let signed = Sign1::parse(bytes, ES256)?;
        let key = KeyHint(signed.kid().try_into().map_err(|_| PaperError::Malformed)?);
        if !signed.is_tagged() || signed.content_type().is_some() || signed.typ().is_some() {
            return Err(PaperError::Malformed);
        }
        let (attestation, envelope) = claims::read(signed.unverified_payload())?;
        if claims::write(&attestation, &envelope) != signed.unverified_payload() {
            return Err(PaperError::Malformed);
        }
        Ok(Self {
            attestation,
            envelope,
            key,
            signed,
        })
    }

    /// What is attested.
    pub fn attestation(&self) -> &ActivityAttestation {
        &self.attestation
    }

    /// By whom, from when to when, and where its status is.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Which of the issuer's keys signed.
    pub fn key(&self) -> KeyHint {
        self.key
    }

    /// Checks the signature with a key that the caller found **among those of the issuer** in [`Self::envelope`]. Looks at
    /// neither dates, status nor trust.
    pub fn verify(&self, key: &PublicKey) -> Result<(), PaperError> {
        if !self.key.is_of(key) {
            return Err(PaperError::OtherKey);
        }
        Ok(self.signed.verify(key)?)
    }
}

/// The text of these bytes.
#[expect(clippy::expect_used, reason = "writing to memory does not fail")]
fn to_text(bytes: &[u8]) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    let deflated = encoder.finish().expect("memory");
    format!("{PREFIX}{}", base45::encode(deflated))
}

/// The bytes of a text, in constant memory.
fn from_text(text: &str) -> Result<Vec<u8>, PaperError> {
    let encoded = text.strip_prefix(PREFIX).ok_or(PaperError::OtherText)?;
    if text.len() > MAX_CHARACTERS {
        return Err(PaperError::TooLong);
    }
    let deflated = base45::decode(encoded).map_err(|_| PaperError::Malformed)?;
    // The decoder cuts a last pair that is no byte, and takes small letters.
    if base45::encode(&deflated) != encoded {
        return Err(PaperError::Malformed);
    }
    let mut decoder = ZlibDecoder::new(&deflated[..]);
    let mut bytes = Vec::with_capacity(MAX_BYTES + 1);
    (&mut decoder)
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| PaperError::Malformed)?;
    if bytes.len() > MAX_BYTES {
        return Err(PaperError::TooLong);
    }
    // The end was reached, and with it the checksum: nothing may follow.
    if decoder.total_in() != deflated.len() as u64 {
        return Err(PaperError::Malformed);
    }
    Ok(bytes)
}
