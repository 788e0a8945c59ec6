//! The wallet: where a person keeps attestations and shows them.
//!
//! Everything a person keeps rests sealed under a vault key of their own (`design.md` §5). The service opens it only
//! inside an unlocked session, so the pages below are the only way in.

mod accounts;
mod app;
mod arrivals;
mod badges;
pub mod cli;
mod config;
mod credentials;
mod holder;
mod offers;
mod path;
mod presentations;
mod requests;
mod routes;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod urls;
mod vault;

pub use app::App;
pub use config::Config;
pub use routes::router;
