//! What is asked and what is shown.

pub mod dcql;
