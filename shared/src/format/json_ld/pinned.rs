//! The contexts we know, compiled in. Nothing is fetched: a context that is not here makes a document unreadable.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;

use super::context::{Active, ContextError};
use crate::json::Node;

/// A pinned context: its address, its text, the SHA-256 of the text. Origin and licence: `fixtures/README.md`.
pub(super) struct Pinned {
    pub(super) iri: &'static str,
    pub(super) text: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "compared by a test: the text is compiled in"))]
    sha256: &'static str,
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../fixtures/contexts/", $name))
    };
}

/// Every context we know.
pub(super) const PINNED: &[Pinned] = &[
    Pinned {
        iri: "https://www.w3.org/ns/credentials/v2",
        text: ssi_contexts::CREDENTIALS_V2,
        sha256: "8a9f494a89ecc51db093e90e84713e07e84d6d9204364a9b3c7868b21751236f",
    },
    Pinned {
        iri: "https://www.w3.org/2018/credentials/v1",
        text: ssi_contexts::CREDENTIALS_V1,
        sha256: "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
    },
    Pinned {
        iri: "https://www.w3.org/ns/credentials/examples/v2",
        text: ssi_contexts::CREDENTIALS_EXAMPLES_V2,
        sha256: "e6600df812cdc1872f20b42ab0c1cecac39755b7ed381e7f6a88dac7baab54d6",
    },
    Pinned {
        iri: "https://www.w3.org/2018/credentials/examples/v1",
        text: ssi_contexts::CREDENTIALS_EXAMPLES_V1,
        sha256: "2070ae4e75bc3b4c2cfe2b8b6e86ec45119672bbb5da283f0399ea96c60a0104",
    },
    Pinned {
        iri: "https://www.w3.org/ns/odrl.jsonld",
        text: ssi_contexts::ODRL,
        sha256: "88e7f9f9048f7c4997ecdd09dd82f864f92eb267ef3d4297dd7db971132583c1",
    },
    Pinned {
        iri: "https://www.w3.org/ns/credentials/undefined-terms/v2",
        text: fixture!("undefined-terms-v2.jsonld"),
        sha256: "82dab514ba44eb18f5d1b0f638c5e140c6a556fbfb5089601bdc0fa5eb8b2581",
    },
    Pinned {
        iri: "https://w3id.org/security/data-integrity/v2",
        text: ssi_contexts::W3ID_DATA_INTEGRITY_V2,
        sha256: "0f77743daf5b4e8fc067fc5ba5b21044283053aa717fc6b0219843bed3b00363",
    },
    Pinned {
        iri: "https://w3id.org/security/data-integrity/v1",
        text: ssi_contexts::W3ID_DATA_INTEGRITY_V1,
        sha256: "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554",
    },
    Pinned {
        iri: "https://w3id.org/security/multikey/v1",
        text: ssi_contexts::W3ID_MULTIKEY_V1,
        sha256: "00e1592fd321ed9b843aee80f4f25e23a3fa53e514e73dc9d109fc4e0aaadf1c",
    },
    Pinned {
        iri: "https://w3id.org/security/suites/ed25519-2020/v1",
        text: ssi_contexts::W3ID_ED2020_V1,
        sha256: "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588",
    },
    Pinned {
        iri: "https://w3id.org/security/suites/jws-2020/v1",
        text: ssi_contexts::W3ID_JWS2020_V1,
        sha256: "d648e05ddc6577827ca2bfd5e931f53e9ebc6e52a57a8da81df4ec8c46ffcd1e",
    },
    Pinned {
        iri: "https://www.w3.org/ns/did/v1",
        text: ssi_contexts::DID_V1,
        sha256: "4f3eae5568c9c5f036a082088f9e192019ee06faa78973c87ff91d5421b88dad",
    },
    Pinned {
        iri: "https://www.w3.org/ns/credentials/status/v1",
        text: fixture!("vc-bitstring-status-list-v1.jsonld"),
        sha256: "fd08cbf28ddd829ab2f1978c48f43ab07a112c1c90245a0cfac7ba721c65170c",
    },
    Pinned {
        iri: "https://w3id.org/vc/status-list/2021/v1",
        text: ssi_contexts::STATUS_LIST_2021_V1,
        sha256: "6dd06a52bedb771e059c1083ba8ba7848dce22f6b4a8cfa0b98ba3fc188870e4",
    },
    Pinned {
        iri: "https://identity.foundation/.well-known/did-configuration/v1",
        text: ssi_contexts::DID_CONFIGURATION_V1,
        sha256: "a72455e2a489b997ec3a3e1fdcd8950591be86b1500c80ccf2c99b374a7acaf1",
    },
    Pinned {
        iri: "https://w3id.org/citizenship/v4rc1",
        text: fixture!("citizenship-v4rc1.jsonld"),
        sha256: "a89b0bc00b1848ac3dfdf956c7dd5de8567e755351c07ec6a1c2b4a08b67953b",
    },
    Pinned {
        iri: "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        text: fixture!("open-badges-3.0.json"),
        sha256: "9f1c8f9f361ba2994b9b50701f41149919542c50c7b7455b2846d87959295d72",
    },
    Pinned {
        iri: "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
        text: fixture!("open-badges-3.0.1.json"),
        sha256: "af095468326d3449160509b26ca71576e6321d13c85b0369cfe3b654c9a48fba",
    },
    Pinned {
        iri: "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
        text: fixture!("open-badges-3.0.2.json"),
        sha256: "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53",
    },
    Pinned {
        iri: "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        text: fixture!("open-badges-3.0.3.json"),
        sha256: "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761",
    },
    Pinned {
        iri: "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        text: fixture!("open-badges-extensions.json"),
        sha256: "2d013f981d1f4516081a6a04e55468ba2b071d4153b794f19a79715c45a89a5e",
    },
    Pinned {
        iri: "https://credentials.example.org/contexts/activity-hours/v1",
        text: fixture!("activity-hours-v1.jsonld"),
        sha256: "cae83a3bffc9f8834c1628129439c7bd0317f2ffd52330634b456f9b8badfab0",
    },
];

static VALUES: LazyLock<HashMap<&'static str, Value>> = LazyLock::new(|| {
    PINNED
        .iter()
        .filter_map(|pinned| {
            let mut document: Value = serde_json::from_str(pinned.text).ok()?;
            Some((pinned.iri, document.get_mut("@context")?.take()))
        })
        .collect()
});

/// The context of documents that name only pinned contexts, by their names.
static DOCUMENTS: LazyLock<RwLock<HashMap<String, Arc<Active>>>> = LazyLock::new(RwLock::default);

static KEPT: AtomicUsize = AtomicUsize::new(0);

/// What stands at `iri`.
pub(super) fn find(iri: &str) -> Option<&'static Value> {
    VALUES.get(iri)
}

/// The active context of a document, compiled the first time these contexts come together.
pub(super) fn document(
    context: &Node<'_>,
    compile: impl FnOnce() -> Result<Arc<Active>, ContextError>,
) -> Result<Arc<Active>, ContextError> {
    let Some(key) = names(context) else {
        return compile();
    };
    if let Ok(known) = DOCUMENTS.read()
        && let Some(found) = known.get(&key)
    {
        return Ok(Arc::clone(found));
    }
    let made = compile()?;
    if !may_keep() {
        return Ok(made);
    }
    let made = Active::lasting(made);
    if let Ok(mut known) = DOCUMENTS.write() {
        known.insert(key, Arc::clone(&made));
    }
    Ok(made)
}

/// Whether one more compiled state may be kept, which is counted. What honest documents lead to is a few hundred; one made
/// to lead to more is read all the same, slower.
pub(super) fn may_keep() -> bool {
    const MOST: usize = 4096;
    KEPT.fetch_add(1, Ordering::Relaxed) < MOST
}

/// The names of the contexts, one a line, when there is nothing but names, and not more than anybody needs.
fn names(context: &Node<'_>) -> Option<String> {
    const MOST: usize = 16;
    if context.each().len() > MOST {
        return None;
    }
    let mut key = String::new();
    for name in context.each() {
        key.push_str(name.text()?);
        key.push('\n');
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::rdf::Digest;

    #[test]
    fn every_context_is_the_one_that_was_pinned() {
        for pinned in PINNED {
            let digest = Digest::Sha256.hex(pinned.text);
            assert_eq!(digest, pinned.sha256, "{}", pinned.iri);
        }
    }

    #[test]
    fn every_context_compiles() {
        for pinned in PINNED {
            let context = Active::of_document(&Node::Text(pinned.iri.into()));
            assert!(context.is_ok(), "{}: {:?}", pinned.iri, context.err());
        }
    }
}
