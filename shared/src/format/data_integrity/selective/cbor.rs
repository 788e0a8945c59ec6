//! The CBOR of proof values: an array of untagged parts, in preferred serialization (RFC 8949 §4.1), so that one proof has
//! one text.

use coset::cbor::{self, Value};

use crate::format::data_integrity::DataIntegrityError;

/// What all of them begin with: the CBOR tag of Data Integrity proofs, whose last byte says which.
const TAG: [u8; 2] = [0xd9, 0x5d];

/// The parts of a proof value after its header.
pub(super) struct Parts(std::vec::IntoIter<Value>);

/// The kind a proof value says it is, in the last byte of its header, and what follows.
pub(super) fn header(bytes: &[u8]) -> Result<(u8, &[u8]), DataIntegrityError> {
    match bytes.strip_prefix(&TAG) {
        Some([kind, rest @ ..]) => Ok((*kind, rest)),
        _ => Err(malformed()),
    }
}

/// A proof value of these parts.
#[expect(clippy::expect_used, reason = "writing to memory does not fail")]
pub(super) fn write(kind: u8, parts: Vec<Value>) -> Vec<u8> {
    let mut bytes = vec![TAG[0], TAG[1], kind];
    cbor::into_writer(&Value::Array(parts), &mut bytes).expect("memory");
    bytes
}

/// A list of numbers.
pub(super) fn numbers(numbers: &[usize]) -> Value {
    Value::Array(numbers.iter().map(|number| (*number as u64).into()).collect())
}

impl Parts {
    /// Exactly `count` parts, and nothing after.
    pub(super) fn read(bytes: &[u8], count: usize) -> Result<Self, DataIntegrityError> {
        let value: Value = cbor::from_reader(bytes).map_err(|_| malformed())?;
        let mut again = Vec::with_capacity(bytes.len());
        cbor::into_writer(&value, &mut again).map_err(|_| malformed())?;
        match value {
            Value::Array(parts) if parts.len() == count && again == bytes => Ok(Self(parts.into_iter())),
            _ => Err(malformed()),
        }
    }

    fn next(&mut self) -> Result<Value, DataIntegrityError> {
        self.0.next().ok_or_else(malformed)
    }

    /// Bytes, of any number.
    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, DataIntegrityError> {
        self.next()?.into_bytes().map_err(|_| malformed())
    }

    /// Exactly `N` bytes.
    pub(super) fn exactly<const N: usize>(&mut self) -> Result<[u8; N], DataIntegrityError> {
        self.bytes()?.try_into().map_err(|_| malformed())
    }

    /// At most `most` values.
    pub(super) fn list<T>(
        &mut self,
        most: usize,
        read: impl Fn(Value) -> Option<T>,
    ) -> Result<Vec<T>, DataIntegrityError> {
        let values = self.next()?.into_array().map_err(|_| malformed())?;
        if values.len() > most {
            return Err(malformed());
        }
        values
            .into_iter()
            .map(|value| read(value).ok_or_else(malformed))
            .collect()
    }

    /// Numbers, each greater than the one before.
    pub(super) fn rising(&mut self, most: usize) -> Result<Vec<usize>, DataIntegrityError> {
        let numbers = self.list(most, number)?;
        if !numbers.is_sorted_by(|a, b| a < b) {
            return Err(malformed());
        }
        Ok(numbers)
    }

    /// A map from 0, 1, 2… to values of which no two are alike: two nodes of one name would be one.
    pub(super) fn labels<T: Ord>(
        &mut self,
        most: usize,
        read: impl Fn(Value) -> Option<T>,
    ) -> Result<Vec<T>, DataIntegrityError> {
        let entries = self.next()?.into_map().map_err(|_| malformed())?;
        if entries.len() > most {
            return Err(malformed());
        }
        let mut labels = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            labels.push((number(key).ok_or_else(malformed)?, read(value).ok_or_else(malformed)?));
        }
        labels.sort_by_key(|(key, _)| *key);
        if !labels.iter().map(|(key, _)| *key).eq(0..labels.len()) {
            return Err(malformed());
        }
        let labels: Vec<T> = labels.into_iter().map(|(_, label)| label).collect();
        let mut sorted: Vec<&T> = labels.iter().collect();
        sorted.sort_unstable();
        if !sorted.is_sorted_by(|a, b| a < b) {
            return Err(malformed());
        }
        Ok(labels)
    }
}

/// A number that can be a position.
pub(super) fn number(value: Value) -> Option<usize> {
    value.into_integer().ok()?.try_into().ok()
}

pub(super) fn malformed() -> DataIntegrityError {
    DataIntegrityError::MalformedProof("proofValue")
}
