//! PNG: the credential is the text of an `iTXt` chunk with the keyword `openbadgecredential`, not compressed.
//!
//! ```text
//! signature  IHDR  [iTXt "openbadgecredential"]  …every other chunk as it was…  IEND
//! chunk: length (4)  type (4)  bytes (length)  CRC-32 of type and bytes (4)
//! iTXt:  keyword 0  compressed? (1)  method (1)  language 0  translated keyword 0  text
//! ```
//! Only the chunks are looked at, never the pixels: nothing is inflated.

use super::BakedError;
use crate::credential::open_badge::Former;

/// PNG §5.2.
pub(super) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

const KEYWORD: &[u8] = b"openbadgecredential";
/// Of Open Badges 1 and 2, in `iTXt`, and in `tEXt` at first.
const FORMER_KEYWORD: &[u8] = b"openbadges";

const HEADER: [u8; 4] = *b"IHDR";
const HEADER_BYTES: usize = 13;
const END: [u8; 4] = *b"IEND";
const TEXT: [u8; 4] = *b"iTXt";
const OLD_TEXT: [u8; 4] = *b"tEXt";

pub(super) fn unbake(picture: &[u8]) -> Result<String, BakedError> {
    let (mut badge, mut has_former) = (None, false);
    for chunk in Chunks::of(picture)? {
        let chunk = chunk?;
        if chunk.is_keyed(TEXT, KEYWORD) && badge.replace(chunk).is_some() {
            return Err(BakedError::Repeated);
        }
        has_former |= chunk.is_keyed(TEXT, FORMER_KEYWORD) || chunk.is_keyed(OLD_TEXT, FORMER_KEYWORD);
    }
    match badge {
        Some(chunk) => text(chunk.bytes),
        None if has_former => Err(Former::V2.into()),
        None => Err(BakedError::NoBadge),
    }
}

pub(super) fn bake(picture: &[u8], credential: &str) -> Result<Vec<u8>, BakedError> {
    for chunk in Chunks::of(picture)? {
        if chunk?.is_keyed(TEXT, KEYWORD) {
            return Err(BakedError::AlreadyBaked);
        }
    }
    // Two empty texts: no language, no translated keyword.
    let bytes = [KEYWORD, b"\0\0\0\0\0", credential.as_bytes()].concat();
    let length = u32::try_from(bytes.len()).map_err(|_| BakedError::CredentialTooLarge)?;
    let after_header = SIGNATURE.len() + 12 + HEADER_BYTES;
    let mut baked = Vec::with_capacity(picture.len() + 12 + bytes.len());
    baked.extend_from_slice(&picture[..after_header]);
    baked.extend_from_slice(&length.to_be_bytes());
    baked.extend_from_slice(&TEXT);
    baked.extend_from_slice(&bytes);
    baked.extend_from_slice(&checksum(TEXT, &bytes).to_be_bytes());
    baked.extend_from_slice(&picture[after_header..]);
    Ok(baked)
}

/// The text of an `iTXt` chunk (PNG §11.3.3.4).
fn text(bytes: &[u8]) -> Result<String, BakedError> {
    let malformed = BakedError::MalformedBadge;
    let ([compressed, method], mut rest) = bytes
        .get(KEYWORD.len() + 1..)
        .and_then(<[u8]>::split_first_chunk::<2>)
        .ok_or(malformed)?;
    match (compressed, method) {
        (0, 0) => {}
        (1, _) => return Err(BakedError::Compressed),
        _ => return Err(malformed),
    }
    // The language, and the keyword in it.
    for _ in 0..2 {
        let end = rest.iter().position(|byte| *byte == 0).ok_or(malformed)?;
        rest = &rest[end + 1..];
    }
    String::from_utf8(rest.to_vec()).map_err(|_| malformed)
}

/// CRC-32 over the type and the bytes of a chunk (PNG §5.5).
fn checksum(kind: [u8; 4], bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&kind);
    hasher.update(bytes);
    hasher.finalize()
}

#[derive(Debug, Clone, Copy)]
struct Chunk<'a> {
    kind: [u8; 4],
    bytes: &'a [u8],
}

impl Chunk<'_> {
    fn is_keyed(&self, kind: [u8; 4], keyword: &[u8]) -> bool {
        self.kind == kind
            && self
                .bytes
                .strip_prefix(keyword)
                .is_some_and(|rest| rest.first() == Some(&0))
    }
}

/// The chunks, from the header, which is the first, to the end, which must come. What lies behind it is no part of the
/// picture.
struct Chunks<'a> {
    rest: &'a [u8],
    ended: bool,
}

impl<'a> Chunks<'a> {
    fn of(picture: &'a [u8]) -> Result<Self, BakedError> {
        let rest = picture.strip_prefix(&SIGNATURE).ok_or(BakedError::NotAPicture)?;
        let header = read(rest)?.0;
        if header.kind != HEADER || header.bytes.len() != HEADER_BYTES {
            return Err(BakedError::MalformedPng);
        }
        Ok(Self { rest, ended: false })
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<Chunk<'a>, BakedError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = read(self.rest);
        match next {
            Ok((chunk, rest)) => {
                self.rest = rest;
                self.ended = chunk.kind == END;
            }
            Err(_) => self.ended = true,
        }
        Some(next.map(|(chunk, _)| chunk))
    }
}

/// The first chunk, and what follows it.
fn read(bytes: &[u8]) -> Result<(Chunk<'_>, &[u8]), BakedError> {
    let malformed = BakedError::MalformedPng;
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(malformed)?;
    let (kind, rest) = rest.split_first_chunk::<4>().ok_or(malformed)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| malformed)?;
    let (bytes, rest) = rest.split_at_checked(length).ok_or(malformed)?;
    let (written, rest) = rest.split_first_chunk::<4>().ok_or(malformed)?;
    if !kind.iter().all(u8::is_ascii_alphabetic) || checksum(*kind, bytes) != u32::from_be_bytes(*written) {
        return Err(malformed);
    }
    Ok((Chunk { kind: *kind, bytes }, rest))
}
