"""Keys: made here and kept here."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from openvc.keys import Ed25519SigningKey, P256SigningKey, P384SigningKey
from openvc.multibase import encode_multibase

# Each with the multicodec of its public half (https://w3id.org/multikey).
KINDS = {
    "P-256": (P256SigningKey, lambda: ec.generate_private_key(ec.SECP256R1()), b"\x80\x24"),
    "P-384": (P384SigningKey, lambda: ec.generate_private_key(ec.SECP384R1()), b"\x81\x24"),
    "Ed25519": (Ed25519SigningKey, ed25519.Ed25519PrivateKey.generate, b"\xed\x01"),
}

kept = []


class Key:
    def __init__(self, kind):
        of_openvc, generate, codec = KINDS[kind]
        self.private = generate()
        self.multikey = encode_multibase(codec + of_openvc(self.private, "").public_key_raw())
        self.did = f"did:key:{self.multikey}"
        self.method = f"{self.did}#{self.multikey}"
        self.signing = of_openvc(self.private, self.method)
        self.jwk = self.signing.public_jwk()

    @property
    def private_jwk(self):
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            secret = self.private.private_bytes_raw()
        else:
            length = (self.private.curve.key_size + 7) // 8
            secret = self.private.private_numbers().private_value.to_bytes(length, "big")
        return {**self.jwk, "d": base64.urlsafe_b64encode(secret).rstrip(b"=").decode()}


def generate(kind):
    """The public half of a new key; its private half is named by `handle`."""
    kept.append(Key(kind))
    key = kept[-1]
    return {"handle": len(kept) - 1, "multikey": key.multikey, "jwk": key.jwk}
