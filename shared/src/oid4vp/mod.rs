//! OpenID for Verifiable Presentations 1.0: messages, parsers and checks, for both sides.
//!
//! ```text
//! verifier's side                               wallet's side
//! RequestObject::sign ◄─ GET/POST request_uri ─ RequestLink::parse
//!                     ─ JWT ─►                  RequestObject::read (client_id, signature by its DID)
//! response::decrypt   ◄─ POST response_uri ──── response::encrypt
//! ```

pub mod client_id;
pub mod link;
pub mod request;
pub mod response;

pub use client_id::ClientId;
pub use link::{LinkError, RequestLink};
pub use request::{RequestError, RequestObject};
