//! What the wallet's own tests stand on.

use std::sync::Arc;

use shared::{language::Language, service::page::PageContext};

/// A page outside any request.
pub(crate) fn page(language: Language) -> PageContext {
    PageContext::new(language, Arc::new(crate::app::locale()))
}
