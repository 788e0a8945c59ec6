"""DIDs; what would be fetched is handed over."""

from openvc.did.did_jwk import DidJwkResolver
from openvc.did.did_key import DidKeyResolver
from openvc.did.did_web import DidWebResolver
from openvc.did.did_webvh import DidWebvhResolver


def resolve_did(did, published=None):
    """The keys that are listed for assertions, by the name of their method; `published` is what lies at an address."""

    def fetch(url):
        return published[url]

    for resolver in (DidKeyResolver(), DidJwkResolver(), DidWebResolver(fetch), DidWebvhResolver(fetch)):
        if resolver.supports(did):
            document = resolver.resolve(did)
            names = document.relationships["assertionMethod"]
            keys = {name: {"jwk": document.key_for_purpose(name, "assertionMethod").public_key_jwk} for name in names}
            return {"id": document.id, "keys": keys}
    raise ValueError("no such method")
