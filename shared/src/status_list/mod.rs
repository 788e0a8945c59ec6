//! Published status of credentials.
pub mod bitstring;
pub mod token;
