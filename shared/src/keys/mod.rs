//! Keys: signatures, JWK, Multikey, certificates, compact JWS, COSE_Sign1, JWE, BBS, and sealing at rest.
//!
//! The only users of `josekit` (JWE), of `zkryptium` (BBS) and of AWS-LC's signature and AEAD interfaces. Keys are parsed once, into
//! [`PublicKey`] and [`SigningKey`]; everything hot works on those.

pub mod bbs;
pub mod certificate;
pub mod cose;
pub mod jwe;
pub mod jwk;
pub mod jws;
mod kind;
mod multikey;
pub mod seal;
pub mod signing;

pub use bbs::{BbsPublicKey, BbsSecretKey, ProofKey};
pub use jwk::{Jwk, JwkSet};
pub use kind::KeyKind;
pub use signing::{KeyError, PublicKey, SigningKey};
