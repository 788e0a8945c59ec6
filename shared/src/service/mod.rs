//! What the three services share to listen, store and fetch. Everything here knows HTTP, SQL or the network; nothing in the
//! core does.

pub mod assets;
pub mod authorities;
pub mod body;
pub mod config;
pub mod csrf;
pub mod db;
pub mod form;
pub mod http_client;
pub mod keyring;
pub mod locale;
pub mod materials;
pub mod oauth_error;
pub mod page;
pub mod password;
pub mod problem;
pub mod qr;
pub mod rows;
pub mod security_headers;
pub mod serve;
pub mod session;
pub mod telemetry;
pub mod throttle;
pub mod vc_api;
