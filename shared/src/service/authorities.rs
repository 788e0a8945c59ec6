//! The authorities whose certificates (`x5c`) a service believes: in a file, read when it starts.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::keys::certificate::{MAX_ANCHORS, MAX_CERTIFICATE_BYTES, PemError, TrustAnchors};

/// The largest file, in bytes: as many authorities as are taken, of the largest size, in base64, and words around them.
const MAX_BYTES: usize = MAX_ANCHORS * MAX_CERTIFICATE_BYTES * 2;

/// Why there is nobody to believe.
#[derive(Debug, thiserror::Error)]
pub enum AuthoritiesError {
    /// The file does not read.
    #[error("cannot read the certificate authorities in {path}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// One of them will not do: the message tells which by its number.
    #[error("the certificate authorities in {path}: {reason}")]
    Refused {
        /// Which file.
        path: PathBuf,
        /// Which certificate, and why.
        reason: PemError,
    },
}

/// Reads the certificates of authorities, in PEM.
pub fn read(path: &Path) -> Result<TrustAnchors, AuthoritiesError> {
    let text = text(path).map_err(|source| AuthoritiesError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    TrustAnchors::from_pem(&text).map_err(|reason| AuthoritiesError::Refused {
        path: path.to_owned(),
        reason,
    })
}

fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_string(&mut text)?;
    if text.len() > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 8 MiB"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{keys::certificate::authority::Authority, testing::TemporaryDirectory};

    #[test]
    fn what_is_wrong_with_a_file_of_authorities_is_told_with_its_name() {
        let folder = TemporaryDirectory::new();
        let path = folder.path().join("roots.pem");
        let missing = read(&path).unwrap_err().to_string();
        assert!(
            missing.starts_with("cannot read") && missing.contains("roots.pem"),
            "{missing}"
        );
        let root = Authority::root("Autorité").root_pem();
        fs::write(&path, &root).unwrap();
        assert!(read(&path).is_ok());
        fs::write(&path, format!("{root}{}", root.replace("MII", "III"))).unwrap();
        let refused = read(&path).unwrap_err().to_string();
        assert!(refused.contains("roots.pem: certificate 2 does not read"), "{refused}");
        fs::write(&path, " ".repeat(MAX_BYTES + 1)).unwrap();
        assert!(matches!(read(&path), Err(AuthoritiesError::Unreadable { .. })));
    }
}
