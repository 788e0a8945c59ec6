//! Published status of credentials.
pub mod token;
