//! Ours against independent implementations, in JavaScript and in Python (`tests/interop`): theirs verify ours, ours verify
//! theirs, and both refuse the same tampered form. Where they do not, `tests/interop/README.md` has the reason, and the test
//! asserts the disagreement.
//!
//! `cargo xtask test` installs the libraries. Without them one loud line a language says what did not run.

#[cfg(test)]
#[path = "interop/cose.rs"]
mod cose;
#[cfg(test)]
#[path = "interop/identifiers.rs"]
mod identifiers;
#[cfg(test)]
#[path = "interop/jose.rs"]
mod jose;
#[cfg(test)]
#[path = "interop/linked_data.rs"]
mod linked_data;
#[cfg(test)]
#[path = "interop/peer.rs"]
mod peer;
#[cfg(test)]
#[path = "interop/sd_jwt.rs"]
mod sd_jwt;
#[cfg(test)]
#[path = "interop/selective.rs"]
mod selective;
#[cfg(test)]
#[path = "interop/status_lists.rs"]
mod status_lists;
