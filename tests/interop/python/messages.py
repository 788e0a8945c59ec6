"""What COSE signs: documents of the W3C (pycose), and the paper form (cwt, base45)."""

import base64
import json
import zlib

import base45
import cbor2
from cwt import COSE, CWT, COSEKey
from keys import kept
from pycose.algorithms import EdDSA, Es256, Es384
from pycose.headers import KID, Algorithm, ContentType
from pycose.keys import EC2Key, OKPKey
from pycose.messages import CoseMessage, Sign1Message

ALGORITHMS = {"P-256": Es256, "P-384": Es384, "Ed25519": EdDSA}
CURVES = {"P-256": "P_256", "P-384": "P_384", "Ed25519": "ED25519"}
TYPE = 16
PAPER = "MU1:"


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cose_key(jwk):
    members = {name: decoded(jwk[name]) for name in ("x", "y", "d") if name in jwk}
    return (OKPKey if jwk["kty"] == "OKP" else EC2Key)(crv=CURVES[jwk["crv"]], **members)


def sign_cose(handle, kid, typ, content_type, document):
    key = kept[handle]
    header = {
        Algorithm: ALGORITHMS[key.jwk["crv"]],
        ContentType: content_type,
        KID: kid.encode(),
        TYPE: typ,
    }
    message = Sign1Message(phdr=header, payload=json.dumps(document).encode())
    message.key = cose_key(key.private_jwk)
    return base64.b64encode(message.encode()).decode()


def verify_cose(message, jwk, typ):
    message = CoseMessage.decode(base64.b64decode(message))
    message.key = cose_key(jwk)
    if not message.verify_signature():
        raise ValueError("the signature does not fit")
    # The library leaves the type to its caller.
    if message.phdr.get(TYPE) != typ:
        raise ValueError("the message is of another type")
    return json.loads(message.payload)


def sign_paper(handle, kid, claims):
    """The text of a paper attestation; `claims` as pairs, because JSON has no integer names."""
    key = COSEKey.from_jwk({**kept[handle].private_jwk, "alg": "ES256"})
    header = {1: -7, 4: decoded(kid)}
    signed = COSE.new(deterministic_header=True).encode_and_sign(
        cbor2.dumps(from_pairs(claims), canonical=True), key, protected=header
    )
    return PAPER + base45.b45encode(zlib.compress(signed, 9)).decode()


def read_paper(text, kid, jwk):
    if not text.startswith(PAPER):
        raise ValueError("another text")
    signed = zlib.decompress(base45.b45decode(text.removeprefix(PAPER)))
    key = COSEKey.from_jwk({**jwk, "alg": "ES256", "kid": decoded(kid).decode("latin-1")})
    # A name in a JWK is text: those of paper are bytes.
    key._kid = decoded(kid)
    return to_pairs(CWT.new().decode(signed, key))


def from_pairs(value):
    if isinstance(value, dict):
        if "bytes" in value:
            return decoded(value["bytes"])
        return {name: from_pairs(inner) for name, inner in value["map"]}
    if isinstance(value, list):
        return [from_pairs(inner) for inner in value]
    return value


def to_pairs(value):
    if isinstance(value, dict):
        return {"map": [[name, to_pairs(inner)] for name, inner in value.items()]}
    if isinstance(value, list):
        return [to_pairs(inner) for inner in value]
    if isinstance(value, bytes):
        return {"bytes": base64.urlsafe_b64encode(value).rstrip(b"=").decode()}
    return value
