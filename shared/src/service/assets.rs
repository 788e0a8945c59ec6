//! Files every page uses, compiled in: `/static/musette.css`, `/static/favicon.svg`. Services add their own.
/// Routes of the shared assets.
pub fn routes<S: Clone + Send + Sync + 'static>() -> axum::Router<S> { todo!() }
/// An answer with a compiled-in file, cacheable for an hour, with an ETag.
pub fn file(media_type: &'static str, body: &'static [u8]) -> axum::response::Response { todo!() }
