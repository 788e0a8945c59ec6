//! Token Status List (draft-ietf-oauth-status-list-20), JWT form.

mod editions;

use std::{
    io::{Read, Write},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use flate2::{Compression, bufread::ZlibDecoder, write::ZlibEncoder};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    json::numeric_date,
    keys::{
        PublicKey, SigningKey,
        certificate::CertificateChain,
        jws::{self, Jws, JwsError},
    },
};

pub use self::editions::Editions;

/// `typ` of a status list token.
pub const TYPE: &str = "statuslist+jwt";
/// Media type of a status list token.
pub const MEDIA_TYPE: &str = "application/statuslist+jwt";
/// The largest list after inflation, in bytes (TSL-011).
pub const MAX_INFLATED: usize = 1024 * 1024;
/// The largest token, in bytes: a list of [`MAX_INFLATED`] that cannot be compressed, in base64url twice.
pub const MAX_TOKEN: usize = 2 * 1024 * 1024;

/// The most a list may grow when inflated (TSL-011). DEFLATE itself cannot pass 1032.
const MAX_RATIO: usize = 2000;

/// What a status value says (TSL-004).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 0.
    Valid,
    /// 1.
    Invalid,
    /// 2.
    Suspended,
    /// 3 and above.
    Other(u8),
}

impl From<u8> for Status {
    fn from(value: u8) -> Self {
        match value {
            0 => Self::Valid,
            1 => Self::Invalid,
            2 => Self::Suspended,
            other => Self::Other(other),
        }
    }
}

/// Whose key signs a list, and how a reader finds it.
#[derive(Debug, Clone, Copy)]
pub struct ListSigner<'a> {
    /// Its name among the keys of the issuer.
    pub kid: &'a str,
    /// Those that go into `x5c` (HAIP 1.0 §6.1.1).
    pub certificates: Option<&'a CertificateChain>,
    /// The key.
    pub key: &'a SigningKey,
}

/// Where a credential's status is (`status.status_list`, TSL-003).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReference {
    /// Index in the list.
    pub idx: u64,
    /// The list.
    pub uri: String,
}

impl StatusReference {
    /// From `status` in the claims of a credential: `Ok(None)` when there is none. A `status` of another mechanism is
    /// malformed for us: the credential may be revoked there.
    pub fn from_claims(claims: &Value) -> Result<Option<Self>, StatusListError> {
        let Some(status) = claims.get("status") else {
            return Ok(None);
        };
        let list = status.get("status_list").ok_or(StatusListError::Malformed)?;
        let idx = list
            .get("idx")
            .and_then(Value::as_u64)
            .ok_or(StatusListError::Malformed)?;
        let uri = list
            .get("uri")
            .and_then(Value::as_str)
            .ok_or(StatusListError::Malformed)?;
        Ok(Some(Self {
            idx,
            uri: uri.to_owned(),
        }))
    }
}

/// Why a status list was refused: none of these is a statement about a status (TSL-006).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatusListError {
    /// The JWS layer refused it.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// Claims are missing or of the wrong type, `bits` is not 1, 2, 4 or 8, a value does not fit in them, or the list is
    /// not exactly one ZLIB stream.
    #[error("the status list is malformed")]
    Malformed,
    /// Inflates beyond [`MAX_INFLATED`].
    #[error("the status list is too large")]
    TooLarge,
    /// `sub` is not the URI it was fetched from (TSL-006).
    #[error("the status list is of another address")]
    OtherList,
    /// `exp` has passed.
    #[error("the status list has expired")]
    Expired,
    /// The index is not in the list.
    #[error("the index is outside the status list")]
    OutOfRange,
}

/// A list of statuses, `bits` each, packed from the least significant bit (§4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList {
    bits: u8,
    bytes: Vec<u8>,
}

impl StatusList {
    /// A list of `size` entries, all valid. `bits` is 1, 2, 4 or 8. The last byte is filled up with valid entries.
    pub fn new(bits: u8, size: usize) -> Result<Self, StatusListError> {
        check_bits(bits)?;
        let bytes = size.div_ceil(8 / usize::from(bits));
        if bytes > MAX_INFLATED {
            return Err(StatusListError::TooLarge);
        }
        Ok(Self {
            bits,
            bytes: vec![0; bytes],
        })
    }

    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64 * u64::from(8 / self.bits)
    }

    /// Sets an entry to a raw value. A value wider than `bits` is malformed.
    pub fn set(&mut self, index: u64, value: u8) -> Result<(), StatusListError> {
        let mask = self.mask();
        if value & !mask != 0 {
            return Err(StatusListError::Malformed);
        }
        let (byte, shift) = self.place(index)?;
        self.bytes[byte] = self.bytes[byte] & !(mask << shift) | value << shift;
        Ok(())
    }

    /// The raw value of an entry.
    pub fn value(&self, index: u64) -> Result<u8, StatusListError> {
        let (byte, shift) = self.place(index)?;
        Ok(self.bytes[byte] >> shift & self.mask())
    }

    /// The status of an entry.
    pub fn status(&self, index: u64) -> Result<Status, StatusListError> {
        self.value(index).map(Status::from)
    }

    /// `{"bits": …, "lst": …}` (§4.2).
    ///
    /// # Panics
    /// Never: it is written into memory.
    #[expect(clippy::expect_used, reason = "writing into memory does not fail")]
    pub fn encode(&self) -> Value {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.bytes).expect("memory takes bytes");
        let compressed = encoder.finish().expect("memory takes bytes");
        json!({"bits": self.bits, "lst": URL_SAFE_NO_PAD.encode(compressed)})
    }

    /// Reads `{"bits": …, "lst": …}` within the limits. Memory stays below them whatever the list claims to hold.
    pub fn decode(value: &Value) -> Result<Self, StatusListError> {
        let bits = value
            .get("bits")
            .and_then(Value::as_u64)
            .and_then(|bits| u8::try_from(bits).ok());
        let bits = bits.ok_or(StatusListError::Malformed)?;
        check_bits(bits)?;
        let text = value
            .get("lst")
            .and_then(Value::as_str)
            .ok_or(StatusListError::Malformed)?;
        let compressed = URL_SAFE_NO_PAD.decode(text).map_err(|_| StatusListError::Malformed)?;
        let limit = MAX_INFLATED.min(compressed.len().saturating_mul(MAX_RATIO));
        let mut decoder = ZlibDecoder::new(compressed.as_slice());
        let mut bytes = Vec::new();
        decoder
            .by_ref()
            .take(limit as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| StatusListError::Malformed)?;
        if bytes.len() > limit {
            return Err(StatusListError::TooLarge);
        }
        if !decoder.into_inner().is_empty() {
            return Err(StatusListError::Malformed);
        }
        Ok(Self { bits, bytes })
    }

    /// Signs it as a token for `uri` (§5.1).
    pub fn sign(
        &self,
        uri: &str,
        issued_at: DateTime<Utc>,
        lifetime: Duration,
        ttl: Duration,
        kid: &str,
        key: &SigningKey,
    ) -> String {
        let by = ListSigner {
            kid,
            certificates: None,
            key,
        };
        self.sign_by(&by, uri, issued_at, lifetime, ttl)
    }

    /// The same by a key that may have certificates (HAIP 1.0 §6.1.1).
    pub fn sign_by(
        &self,
        by: &ListSigner<'_>,
        uri: &str,
        issued_at: DateTime<Utc>,
        lifetime: Duration,
        ttl: Duration,
    ) -> String {
        let claims = json!({
            "sub": uri,
            "iat": issued_at.timestamp(),
            "exp": (issued_at + lifetime).timestamp(),
            "ttl": ttl.num_seconds(),
            "status_list": self.encode(),
        });
        let mut header = Map::from_iter([("kid".to_owned(), by.kid.into())]);
        header.extend(by.certificates.map(|chain| ("x5c".to_owned(), chain.to_x5c())));
        jws::sign(TYPE, header, &claims, by.key)
    }

    /// Checks and reads the token fetched from `uri` (§8.3), at `now`. Nothing is remembered: of two that have not expired, the
    /// older is believed as well as the newer. [`Editions`] remembers.
    pub fn verify(token: &str, uri: &str, key: &PublicKey, now: DateTime<Utc>) -> Result<Self, StatusListError> {
        let jws = parse(token)?;
        jws.verify(key)?;
        let claims = Claims::read(&jws)?;
        claims.check(uri, now)?;
        Ok(claims.list)
    }

    /// Memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    fn mask(&self) -> u8 {
        u8::MAX >> (8 - self.bits)
    }

    /// The byte of an entry and how far its bits are from the least significant.
    fn place(&self, index: u64) -> Result<(usize, u8), StatusListError> {
        let in_a_byte = u64::from(8 / self.bits);
        let byte = usize::try_from(index / in_a_byte).map_err(|_| StatusListError::OutOfRange)?;
        if byte >= self.bytes.len() {
            return Err(StatusListError::OutOfRange);
        }
        let entry = u8::try_from(index % in_a_byte).map_err(|_| StatusListError::OutOfRange)?;
        Ok((byte, entry * self.bits))
    }
}

/// The `kid` of a status list token, to find its key; nothing is checked.
pub fn unverified_kid(token: &str) -> Result<Option<String>, StatusListError> {
    Ok(Jws::parse_within(token, MAX_TOKEN)?.kid().map(str::to_owned))
}

/// A status list token as it came: read once, and its signature checked once, however often it is asked.
#[derive(Debug)]
pub struct Edition {
    token: Result<Jws, JwsError>,
    /// Bytes it came in.
    length: usize,
    claims: OnceLock<Result<Claims, StatusListError>>,
    /// The key its signature was found to be of.
    signer: OnceLock<PublicKey>,
    doubted: AtomicBool,
}

impl Edition {
    /// Keeps a token to be checked. One that cannot even be parsed is told by [`Edition::verify`].
    pub fn new(token: &str) -> Self {
        Self {
            token: parse(token),
            length: token.len(),
            claims: OnceLock::new(),
            signer: OnceLock::new(),
            doubted: AtomicBool::new(false),
        }
    }

    /// The header, to find its key; nothing is checked.
    pub fn unverified_header(&self) -> Result<&Map<String, Value>, StatusListError> {
        Ok(self.jws()?.header())
    }

    /// The list in the token that was fetched from `uri` (§8.3), at `now`. The same checks as [`StatusList::verify`]; the
    /// signature is not checked again with a key it was found to be of, and the list is inflated once.
    pub fn verify(&self, uri: &str, key: &PublicKey, now: DateTime<Utc>) -> Result<&StatusList, StatusListError> {
        if self.signer.get() != Some(key) {
            self.jws()?.verify(key)?;
            // Of two keys that fit, the first is remembered.
            let _ = self.signer.set(key.clone());
        }
        let claims = self.claims()?;
        claims.check(uri, now)?;
        Ok(&claims.list)
    }

    /// Its issuer no longer publishes the key that signed it: [`Editions`] has it fetched again.
    pub fn doubt(&self) {
        self.doubted.store(true, Ordering::Relaxed);
    }

    fn is_doubted(&self) -> bool {
        self.doubted.load(Ordering::Relaxed)
    }

    fn jws(&self) -> Result<&Jws, StatusListError> {
        self.token.as_ref().map_err(|error| StatusListError::Jws(*error))
    }

    /// The claims, **whether or not** the signature was checked.
    fn claims(&self) -> Result<&Claims, StatusListError> {
        let read = self.claims.get_or_init(|| Claims::read(self.jws()?));
        read.as_ref().map_err(Clone::clone)
    }

    /// Its claims, once its signature was found to be of some key and it is for `uri`.
    fn believed(&self, uri: &str) -> Option<&Claims> {
        self.signer.get()?;
        self.claims().ok().filter(|claims| claims.subject == uri)
    }
}

/// What a token says (§5.1).
#[derive(Debug)]
struct Claims {
    subject: String,
    issued_at: i64,
    expiry: Option<i64>,
    /// In seconds; positive.
    ttl: Option<i64>,
    list: StatusList,
}

impl Claims {
    fn read(jws: &Jws) -> Result<Self, StatusListError> {
        let claims = jws.unverified_object()?;
        let seconds = |name: &str| {
            claims
                .get(name)
                .map(|value| numeric_date(value).ok_or(StatusListError::Malformed))
                .transpose()
        };
        let ttl = seconds("ttl")?;
        if ttl.is_some_and(|ttl| ttl <= 0) {
            return Err(StatusListError::Malformed);
        }
        let subject = claims.get("sub").and_then(Value::as_str);
        Ok(Self {
            subject: subject.ok_or(StatusListError::Malformed)?.to_owned(),
            issued_at: seconds("iat")?.ok_or(StatusListError::Malformed)?,
            expiry: seconds("exp")?,
            ttl,
            list: StatusList::decode(claims.get("status_list").ok_or(StatusListError::Malformed)?)?,
        })
    }

    /// TSL-006: of the address it was fetched from, and not past its time.
    fn check(&self, uri: &str, now: DateTime<Utc>) -> Result<(), StatusListError> {
        if self.subject != uri {
            return Err(StatusListError::OtherList);
        }
        if self.expiry.is_some_and(|expiry| expiry <= now.timestamp()) {
            return Err(StatusListError::Expired);
        }
        Ok(())
    }
}

fn parse(token: &str) -> Result<Jws, JwsError> {
    let jws = Jws::parse_within(token, MAX_TOKEN)?;
    jws.expect_type(TYPE)?;
    Ok(jws)
}

fn check_bits(bits: u8) -> Result<(), StatusListError> {
    if [1, 2, 4, 8].contains(&bits) {
        Ok(())
    } else {
        Err(StatusListError::Malformed)
    }
}

#[cfg(test)]
mod tests;
