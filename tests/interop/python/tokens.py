"""What JOSE signs: JWT, SD-JWT, status list tokens."""

import jwt as pyjwt
from jwcrypto.jwk import JWK
from keys import kept
from openvc.proof.sd_jwt import SdJwtVcProofSuite
from openvc.proof.vc_jwt import VcJwtProofSuite
from openvc.status.issue import build_status_list_token, verify_status_list_token
from openvc.status.token_status_list import check_token_status, new_status_list, set_status
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier


def sign_jwt(handle, header, payload):
    key = kept[handle]
    return pyjwt.encode(payload, key.private, algorithm=key.signing.alg, headers=header)


def verify_jwt(jwt, jwk, typ):
    if pyjwt.get_unverified_header(jwt).get("typ") != typ:
        raise ValueError("the token is of another type")
    algorithm = {"P-256": "ES256", "P-384": "ES384", "Ed25519": "EdDSA"}[jwk["crv"]]
    key = pyjwt.PyJWK(jwk, algorithm).key
    return pyjwt.decode(jwt, key, algorithms=[algorithm])


# The reference library of the SD-JWT working group.


def issue_sd_jwt(handle, typ, header, claims, hidden):
    key = JWK(**kept[handle].private_jwk)
    alg = kept[handle].signing.alg
    claims = concealed(claims, [tuple(path) for path in hidden])
    issuer = SDJWTIssuer(claims, key, sign_alg=alg, extra_header_parameters={"typ": typ, **header})
    return issuer.sd_jwt_issuance


def present_sd_jwt(handle, typ, text, chosen, audience, nonce):
    holder = SDJWTHolder(text)
    key = JWK(**kept[handle].private_jwk)
    holder.create_presentation(shown(chosen), nonce, audience, key, kept[handle].signing.alg)
    return holder.sd_jwt_presentation


def verify_sd_jwt(text, typ, jwk, audience=None, nonce=None):
    """The library leaves the type to its caller."""

    def key(_, header):
        if header["typ"] != typ:
            raise ValueError(f"the type is {header['typ']}")
        return JWK(**jwk)

    return SDJWTVerifier(text, key, audience, nonce).get_verified_payload()


def concealed(value, paths, place=()):
    if isinstance(value, dict):
        return {
            SDObj(name) if (*place, name) in paths else name: concealed(inner, paths, (*place, name))
            for name, inner in value.items()
        }
    if isinstance(value, list):
        elements = [concealed(inner, paths, (*place, index)) for index, inner in enumerate(value)]
        return [SDObj(inner) if (*place, index) in paths else inner for index, inner in enumerate(elements)]
    return value


def shown(paths):
    """[["a", "b"], ["c", 1]] as what the library wants of holders: {"a": {"b": True}, "c": [None, True]}."""
    choice = {}
    for path in paths:
        place = choice
        for step, after in zip(path, [*path[1:], None]):
            inner = True if after is None else [] if isinstance(after, int) else {}
            if isinstance(step, int):
                place.extend([None] * (step + 1 - len(place)))
                place[step] = place[step] or inner
            else:
                place.setdefault(step, inner)
            place = place[step]
    return choice


# openvc: dc+sd-jwt, with claims of the top level hidden, and all of them shown.


def openvc_issue_sd_jwt(handle, typ, header, claims, hidden):
    names = [name for (name,) in hidden]
    return SdJwtVcProofSuite().issue(claims, signing_key=kept[handle].signing, disclosable=names)


def openvc_present_sd_jwt(handle, typ, text, chosen, audience, nonce):
    return SdJwtVcProofSuite().create_presentation(
        text, holder_key=kept[handle].signing, audience=audience, nonce=nonce
    )


def openvc_verify_sd_jwt(text, typ, jwk, audience=None, nonce=None):
    verified = SdJwtVcProofSuite().verify(
        text, public_key_jwk=jwk, audience=audience, nonce=nonce, require_key_binding=nonce is not None
    )
    if verified.typ != typ:
        raise ValueError(f"the type is {verified.typ}")
    return verified.claims


def openvc_sign_jwt(handle, credential):
    return VcJwtProofSuite().sign(credential, signing_key=kept[handle].signing)


def openvc_verify_jwt(jwt, jwk):
    return VcJwtProofSuite().verify(jwt, public_key_jwk=jwk).credential


def sign_status_list(handle, values, bits, uri):
    packed = new_status_list(len(values), bits=bits)
    for index, value in enumerate(values):
        set_status(packed, index, value, bits=bits)
    return build_status_list_token(signing_key=kept[handle].signing, uri=uri, status_list=packed, bits=bits)


def check_status_list(token, jwk, credential):
    """What a list says of a credential."""
    claims = pyjwt.decode(credential, options={"verify_signature": False})

    def resolve(uri):
        return verify_status_list_token(token, public_key_jwk=jwk, expected_uri=uri)

    return check_token_status(claims, resolve_status_list_token=resolve).status
