//! The model and the protocols of Musette.
//!
//! Two layers live here. The **core** (everything but [`service`]) is pure: it takes the time, randomness and bytes as
//! parameters and does no I/O. The **service layer**, behind the feature `service`, holds what the three binaries share
//! to listen, store and fetch. `cargo core` fails when the core reaches into the service layer.
#![warn(missing_docs)]

pub mod activity;
mod address;
mod base58;
mod base64url;
pub mod clock;
pub mod credential;
pub mod did;
pub mod entitlement;
pub mod entropy;
pub mod format;
pub mod id;
pub mod integrity;
pub mod json;
pub mod keys;
pub mod language;
pub mod many;
pub mod oid4vci;
pub mod oid4vp;
pub mod organisation;
pub mod parameters;
pub mod presentation;
#[cfg(feature = "service")]
pub mod service;
pub mod status_list;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
pub mod trust;
pub mod vc_api;
pub mod verification;
