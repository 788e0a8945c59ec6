//! Texts of contexts: IRIs, keywords, language tags.

use std::{
    collections::HashSet,
    ops::Deref,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use bumpalo::Bump;

/// The texts of pinned contexts, each once. They are as many as those contexts can name: nothing a document brings with it
/// is kept here.
static PINNED: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);

/// A text of a context.
#[derive(Debug, Clone)]
pub(in crate::format::json_ld) enum Word {
    /// Of a pinned context: kept for good, so that statements borrow it.
    Pinned(&'static str),
    /// Of a context that a document brings.
    Own(Arc<str>),
}

impl Word {
    /// A text made of pinned contexts alone.
    pub(super) fn pinned(text: &str) -> Self {
        // What panicked elsewhere left whole texts here.
        let mut pinned = PINNED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = pinned.get(text) {
            return Self::Pinned(known);
        }
        let kept: &'static str = Box::leak(text.into());
        pinned.insert(kept);
        Self::Pinned(kept)
    }

    /// The text, for as long as `made`.
    pub(in crate::format::json_ld) fn within<'a>(&self, made: &'a Bump) -> &'a str {
        match self {
            Self::Pinned(text) => text,
            Self::Own(text) => made.alloc_str(text),
        }
    }
}

impl Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Pinned(text) => text,
            Self::Own(text) => text,
        }
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Word {}
