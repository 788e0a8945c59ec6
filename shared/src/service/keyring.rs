//! The key-encryption key: from a file, made on first start.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::{entropy::Entropy, id, keys::seal::SealingKey};

/// Reads the key, or makes the file (mode 600) when there is none. Refuses a file others may read.
pub fn open(path: &Path, entropy: &dyn Entropy) -> io::Result<SealingKey> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(path, entropy)?;
            read(path)
        }
        read => read,
    }
}

fn read(path: &Path) -> io::Result<SealingKey> {
    refuse_shared(path)?;
    let text = Zeroizing::new(fs::read_to_string(path)?);
    SealingKey::from_base64url(text.trim()).ok_or_else(|| {
        let message = format!(
            "{} must hold 43 characters of base64url and nothing else",
            path.display()
        );
        io::Error::new(io::ErrorKind::InvalidData, message)
    })
}

/// Makes the file whole or not at all, and never over another: of two processes starting at once, both read the same key.
fn make(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let key = SealingKey::random(entropy).to_bytes();
    let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(*key));
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", id::random(entropy)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    let _ = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

#[cfg(unix)]
fn refuse_shared(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let for_others = fs::metadata(path)?.permissions().mode() & 0o077;
    if for_others == 0 {
        return Ok(());
    }
    let message = format!("others may read {}: run chmod 600 on it", path.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}

#[cfg(not(unix))]
fn refuse_shared(path: &Path) -> io::Result<()> {
    fs::metadata(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SeededEntropy, TemporaryDirectory};

    #[test]
    fn the_key_is_made_once_and_read_ever_after() {
        let directory = TemporaryDirectory::new();
        let path = directory.path().join("service.key");
        let made = open(&path, &SeededEntropy::new(1)).unwrap();
        let read = open(&path, &SeededEntropy::new(2)).unwrap();
        assert_eq!(made.to_bytes(), read.to_bytes());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    #[cfg(unix)]
    fn a_file_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let directory = TemporaryDirectory::new();
        let path = directory.path().join("service.key");
        open(&path, &SeededEntropy::new(1)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(
            open(&path, &SeededEntropy::new(1)).err().unwrap().kind(),
            io::ErrorKind::PermissionDenied
        );
    }

    #[test]
    fn a_damaged_key_is_refused_and_not_replaced() {
        let directory = TemporaryDirectory::new();
        let path = directory.path().join("service.key");
        open(&path, &SeededEntropy::new(1)).unwrap();
        fs::write(&path, "too short").unwrap();
        assert_eq!(
            open(&path, &SeededEntropy::new(1)).err().unwrap().kind(),
            io::ErrorKind::InvalidData
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "too short");
    }
}
