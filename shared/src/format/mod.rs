//! Credential formats. Each knows how to sign, parse, disclose and check one securing mechanism, and nothing of what the
//! claims mean.

pub mod sd_jwt_vc;
