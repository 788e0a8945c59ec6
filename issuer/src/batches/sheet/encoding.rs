//! From bytes to text: UTF-8 and UTF-16 by their mark, UTF-8 when it is valid, Windows-1252 otherwise.

use encoding_rs::{UTF_8, WINDOWS_1252};
use serde::{Deserialize, Serialize};

use super::SheetError;

/// How a file's letters were encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// With its mark or valid without.
    Utf8,
    /// « Texte Unicode » of Excel.
    Utf16,
    /// What Excel exports on a French Windows.
    Windows1252,
}

impl Encoding {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 => "UTF-16",
            Self::Windows1252 => "Windows-1252",
        }
    }
}

/// Signatures of ZIP (XLSX, ODS) and of OLE (XLS).
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xD0\xCF\x11\xE0"];

/// Decodes a file, with `\n` as its only line end.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, Encoding), SheetError> {
    if WORKBOOKS.iter().any(|signature| bytes.starts_with(signature)) {
        return Err(SheetError::Workbook);
    }
    let (text, encoding) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((kind, mark)) => {
            let text = kind.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
            (
                text.ok_or(SheetError::NotText)?,
                if kind == UTF_8 { Encoding::Utf8 } else { Encoding::Utf16 },
            )
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => (text.into(), Encoding::Utf8),
            Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0, Encoding::Windows1252),
        },
    };
    if text.contains('\0') {
        return Err(SheetError::NotText);
    }
    if text.trim().is_empty() {
        return Err(SheetError::Empty);
    }
    Ok((text.replace("\r\n", "\n").replace('\r', "\n"), encoding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_the_same_words_reads_the_same() {
        let words = "Prénom;Durée\nÉlodie;2 h\n";
        let mut utf16: Vec<u8> = vec![0xFF, 0xFE];
        utf16.extend(words.encode_utf16().flat_map(u16::to_le_bytes));
        for (bytes, encoding) in [
            (words.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xEF\xBB\xBF", words.as_bytes()].concat(), Encoding::Utf8),
            (WINDOWS_1252.encode(words).0.into_owned(), Encoding::Windows1252),
            (utf16, Encoding::Utf16),
            (words.replace('\n', "\r\n").into_bytes(), Encoding::Utf8),
            (words.replace('\n', "\r").into_bytes(), Encoding::Utf8),
        ] {
            assert_eq!(decode(&bytes), Ok((words.to_owned(), encoding)));
        }
    }

    #[test]
    fn what_is_not_text_is_refused_by_name() {
        assert_eq!(decode(b""), Err(SheetError::Empty));
        assert_eq!(decode(b" \r\n\t"), Err(SheetError::Empty));
        assert_eq!(decode(b"PK\x03\x04rest"), Err(SheetError::Workbook));
        assert_eq!(decode(b"\xD0\xCF\x11\xE0\xA1\xB1"), Err(SheetError::Workbook));
        assert_eq!(decode(b"Nom\0Prenom"), Err(SheetError::NotText));
        assert_eq!(decode(b"\xEF\xBB\xBFNom;Pr\xE9nom"), Err(SheetError::NotText));
    }
}
