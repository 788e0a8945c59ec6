//! One way to be wrong after another, over HTTP, against the three real services. Each is named after its requirement, and
//! asserts the exact answer, that nothing changed, and (where it can) that the right request still works after it.

mod collecting;
mod offering;
mod presenting;
mod receiving;
mod rogue;
mod sharing;
