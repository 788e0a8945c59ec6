//! One way to be wrong after another, over HTTP, against the three real services. Each is named after its requirement, and
//! asserts the exact answer, that nothing changed, and (where it can) that the right request still works after it.
#![expect(
    clippy::expect_used,
    reason = "a test that does not find what it made itself must stop"
)]

mod collecting;
mod offering;
mod presenting;
mod receiving;
mod rogue;
mod sharing;
