//! What holds of every format alike.

#[cfg(test)]
#[path = "properties/signed.rs"]
mod signed;
