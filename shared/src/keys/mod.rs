//! Keys: ES256 signatures, JWK, compact JWS, JWE, and sealing at rest.
//!
//! The only users of `josekit` (JWE) and of AWS-LC's signature and AEAD interfaces. Keys are parsed once, into
//! [`PublicKey`] and [`SigningKey`]; everything hot works on those.

pub mod jwe;
pub mod jwk;
pub mod jws;
pub mod seal;
pub mod signing;

pub use jwk::{Jwk, JwkSet};
pub use signing::{KeyError, PublicKey, SigningKey};
