//! What the tests of the whole share: the world of the three services, the people who use them, a browser, and a wallet
//! made by hand that can misbehave.
#![expect(
    clippy::missing_panics_doc,
    reason = "what is here serves tests: it panics to fail them"
)]

pub mod browser;
pub mod fixtures;
pub mod foreign;
pub mod fuzzing;
pub mod html;
pub mod people;
pub mod visitor;
pub mod world;
