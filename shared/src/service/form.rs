//! Forms of pages, read once and strictly: `Form<T>` refuses repeated fields with a page; `Upload` reads one file.

use axum::body::Bytes;

/// A form of a page (`application/x-www-form-urlencoded`, at most 256 KiB). Rejection: an error page.
pub struct Form<T>(pub T);
// impl<T: DeserializeOwned, S> FromRequest<S> for Form<T> { type Rejection = PageError }

/// A multipart form: text fields and at most one file (at most `MAX_UPLOAD`). Rejection: an error page.
pub struct Upload {
    /// Text fields by name.
    pub fields: std::collections::BTreeMap<String, String>,
    /// Name as sent (last path component) and bytes; `None` when no file was chosen.
    pub file: Option<(String, Bytes)>,
}
/// Largest uploaded file, in bytes.
pub const MAX_UPLOAD: usize = 8 * 1024 * 1024;
// impl<S> FromRequest<S> for Upload { type Rejection = PageError }
