//! What a proof signs: the hash of its own options, then the hash of the document (EdDSA cryptosuites §3.2.4, ECDSA
//! cryptosuites §3.2.4).

use std::borrow::Cow;

use super::{Cryptosuite, DataIntegrityError};
use crate::{
    format::{
        json_ld::Context,
        rdf::{Digest, canonicalize},
    },
    json::{Node, canonical},
    keys::KeyKind,
};

/// The bytes to sign: 64, or 96 on P-384.
pub(super) fn message(
    suite: Cryptosuite,
    kind: KeyKind,
    unsecured: &Node<'_>,
    previous: &[&Node<'_>],
    proof: &Node<'_>,
) -> Result<Vec<u8>, DataIntegrityError> {
    let digest = match kind {
        KeyKind::P384 => Digest::Sha384,
        KeyKind::P256 | KeyKind::Ed25519 => Digest::Sha256,
    };
    let chained;
    let document = if previous.is_empty() {
        unsecured
    } else {
        chained = with_proofs(unsecured, previous);
        &chained
    };
    let (options, document) = if suite.is_jcs() {
        jcs(document, proof)?
    } else {
        rdfc(document, proof, digest)?
    };
    let mut message = digest.of(options.as_bytes()).as_ref().to_vec();
    message.extend(digest.of(document.as_bytes()).as_ref());
    Ok(message)
}

/// The hash of the options of a selective proof, in the context of the document (ECDSA cryptosuites §3.6.4, §3.6.3).
pub(super) fn options_hash(context: &Context, proof: &Node<'_>) -> Result<[u8; 32], DataIntegrityError> {
    let options = options(proof, &["proofValue", "@context"]);
    let canonical = canonicalize(&context.statements(&options)?, Digest::Sha256)?;
    let mut hash = [0; 32];
    hash.copy_from_slice(Digest::Sha256.of(canonical.text.as_bytes()).as_ref());
    Ok(hash)
}

/// EdDSA cryptosuites §3.2.3 and §3.2.5: both as canonical N-Quads, the options in the context of the document.
fn rdfc(document: &Node<'_>, proof: &Node<'_>, digest: Digest) -> Result<(String, String), DataIntegrityError> {
    let context = Context::of(document)?;
    let options = options(proof, &["proofValue", "@context"]);
    let options = canonicalize(&context.statements(&options)?, digest)?;
    let document = canonicalize(&context.statements(document)?, digest)?;
    Ok((options.text, document.text))
}

/// EdDSA cryptosuites §3.3: both as canonical JSON. The document may have gained contexts since; what was signed is the
/// part the proof names.
fn jcs(document: &Node<'_>, proof: &Node<'_>) -> Result<(String, String), DataIntegrityError> {
    let options = canonical(&options(proof, &["proofValue"]))?;
    let Some(signed) = proof.member("@context") else {
        return Ok((options, canonical(document)?));
    };
    let found = document.member("@context").map(Node::each).unwrap_or_default();
    if !found.starts_with(signed.each()) {
        return Err(DataIntegrityError::OtherContext);
    }
    let Node::Object(members) = document else {
        return Err(DataIntegrityError::OtherContext);
    };
    let members = members
        .iter()
        .map(|(name, node)| {
            let node = if name == "@context" { signed } else { node };
            (name.clone(), node.clone())
        })
        .collect();
    Ok((options, canonical(&Node::Object(members))?))
}

/// A proof without some of its members.
fn options<'a>(proof: &Node<'a>, without: &[&str]) -> Node<'a> {
    let Node::Object(members) = proof else {
        return Node::Null;
    };
    Node::Object(
        members
            .iter()
            .filter(|(name, _)| !without.contains(&name.as_ref()))
            .cloned()
            .collect(),
    )
}

fn with_proofs<'a>(unsecured: &Node<'a>, proofs: &[&Node<'a>]) -> Node<'a> {
    let Node::Object(members) = unsecured else {
        return Node::Null;
    };
    let mut members = members.clone();
    let proofs = proofs.iter().map(|proof| (*proof).clone()).collect();
    members.push((Cow::Borrowed("proof"), Node::Array(proofs)));
    Node::Object(members)
}
