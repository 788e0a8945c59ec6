//! The verifier: a counter asks for attestations, checks what comes, and decides by rules.
//!
//! ```text
//! counter ──► requests ──QR──► a wallet ──► requests::api ──► verification ──► decisions ──► page, JSON
//!                                                                 ▲                ▲
//!                                                               trust            rules
//! ```
//!
//! `verifier verify FILE` looks at an attestation that lies in a file (`inspection`).

mod app;
pub mod cli;
mod config;
mod counter;
mod decisions;
mod desk;
mod identity;
mod inspection;
mod requests;
mod routes;
mod rules;
mod trust;
mod urls;
mod vc_api;
mod verification;

#[cfg(test)]
mod testing;

pub use app::App;
pub use config::{Config, InstanceConfig, Policy, TrustFiles, VcApiConfig};
pub use routes::router;
