//! What holds of every format alike.

#[cfg(test)]
#[path = "properties/forms.rs"]
mod forms;
#[cfg(test)]
#[path = "properties/signed.rs"]
mod signed;
