//! The issuer: an association's hours sheet goes in, attestations that people collect into their own wallets come out.
//!
//! ```text
//! batches ──sign──► attestations ──invite──► offers ──redeem──► authorization ──► issuance ──► register
//!                                                                                    └─► status ◄─ revoke
//! ```

pub mod app;
pub mod attestations;
mod authorization;
pub mod batches;
pub mod cli;
pub mod config;
mod did_log;
mod issuance;
pub mod offers;
pub mod organisations;
mod query;
mod register;
mod routes;
pub mod status;
pub mod urls;
mod vc_api;

pub use app::App;
pub use config::Config;
pub use routes::router;

#[cfg(test)]
mod testing;
