//! The list itself: bits from the left, in GZIP, in base64url (§2.2, §3.3, §3.4).

use std::io::{Read, Write};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, GzBuilder, bufread::GzDecoder};

use super::{BitstringError, MAX_SIZE};

/// The fewest entries of a list: 16 KiB at one bit each (BSL-003), so that an index tells little.
pub const MIN_ENTRIES: u64 = 131_072;
/// The largest list after inflation, in bytes (BSL-007).
pub const MAX_INFLATED: usize = 16 * 1024 * 1024;

/// Multibase of base64url without padding.
const MULTIBASE: char = 'u';

/// A list of statuses. How many bits an entry has is for the entry to say (`statusSize`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitstring(Vec<u8>);

impl Bitstring {
    /// A list of at least `entries` entries of `size` bits, all 0: never fewer than [`MIN_ENTRIES`], and the last byte is
    /// filled up. `size` is 1 to [`MAX_SIZE`].
    pub fn new(size: u8, entries: u64) -> Result<Self, BitstringError> {
        check_size(size)?;
        let bits = entries.max(MIN_ENTRIES).checked_mul(size.into());
        let bytes = bits.and_then(|bits| usize::try_from(bits.div_ceil(8)).ok());
        match bytes {
            Some(bytes) if bytes <= MAX_INFLATED => Ok(Self(vec![0; bytes])),
            _ => Err(BitstringError::TooLarge),
        }
    }

    /// How many entries of `size` bits it has.
    pub fn entries(&self, size: u8) -> u64 {
        (self.0.len() as u64 * 8).checked_div(size.into()).unwrap_or_default()
    }

    /// Sets an entry of `size` bits. A wider value is malformed.
    pub fn set(&mut self, index: u64, size: u8, value: u16) -> Result<(), BitstringError> {
        let first = self.place(index, size)?;
        if u32::from(value) >= 1 << size {
            return Err(BitstringError::MalformedEntry);
        }
        for bit in 0..usize::from(size) {
            let mask = 0x80 >> ((first + bit) % 8);
            let byte = &mut self.0[(first + bit) / 8];
            if value >> (usize::from(size) - 1 - bit) & 1 == 1 {
                *byte |= mask;
            } else {
                *byte &= !mask;
            }
        }
        Ok(())
    }

    /// The value of an entry of `size` bits, its first bit the most significant. Takes the same time wherever the entry is.
    pub fn value(&self, index: u64, size: u8) -> Result<u16, BitstringError> {
        let first = self.place(index, size)?;
        Ok((first..first + usize::from(size)).fold(0, |value, bit| {
            value << 1 | u16::from(self.0[bit / 8] >> (7 - bit % 8) & 1)
        }))
    }

    /// `encodedList` (§3.3): `u`, then base64url of the GZIP. The same list always gives the same text.
    ///
    /// # Panics
    /// Never: it is written into memory.
    #[expect(clippy::expect_used, reason = "writing into memory does not fail")]
    pub fn encode(&self) -> String {
        let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
        encoder.write_all(&self.0).expect("memory takes bytes");
        let compressed = encoder.finish().expect("memory takes bytes");
        let mut text = String::from(MULTIBASE);
        URL_SAFE_NO_PAD.encode_string(compressed, &mut text);
        text
    }

    /// Reads `encodedList` (§3.4) within [`MAX_INFLATED`]. How many entries it must have depends on their size: see
    /// [`Bitstring::check_length`].
    pub fn decode(text: &str) -> Result<Self, BitstringError> {
        let text = text.strip_prefix(MULTIBASE).ok_or(BitstringError::MalformedList)?;
        let compressed = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| BitstringError::MalformedList)?;
        let mut decoder = GzDecoder::new(compressed.as_slice());
        let mut bytes = Vec::new();
        decoder
            .by_ref()
            .take(MAX_INFLATED as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| BitstringError::MalformedList)?;
        if bytes.len() > MAX_INFLATED {
            return Err(BitstringError::TooLarge);
        }
        // A second member would be another list to a reader that goes on.
        if !decoder.into_inner().is_empty() {
            return Err(BitstringError::MalformedList);
        }
        bytes.shrink_to_fit();
        Ok(Self(bytes))
    }

    /// Refuses fewer than [`MIN_ENTRIES`] entries of `size` bits (§3.2).
    pub fn check_length(&self, size: u8) -> Result<(), BitstringError> {
        if self.entries(size) < MIN_ENTRIES {
            Err(BitstringError::TooShort)
        } else {
            Ok(())
        }
    }

    /// Memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.0.len()
    }

    /// The first bit of an entry that is wholly in the list.
    fn place(&self, index: u64, size: u8) -> Result<usize, BitstringError> {
        check_size(size)?;
        if index >= self.entries(size) {
            return Err(BitstringError::OutOfRange);
        }
        usize::try_from(index * u64::from(size)).map_err(|_| BitstringError::OutOfRange)
    }
}

fn check_size(size: u8) -> Result<(), BitstringError> {
    if (1..=MAX_SIZE).contains(&size) {
        Ok(())
    } else {
        Err(BitstringError::MalformedEntry)
    }
}
