"""What Data Integrity signs, and status lists as credentials. No document is fetched: openvc has the contexts."""

import json

import rfc8785
from keys import kept
from openvc.proof._jcs import canonicalize as openvc_jcs
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.di_ecdsa_rdfc import EcdsaRdfcProofSuite
from openvc.proof.di_jcs import EcdsaJcsProofSuite, EddsaJcsProofSuite
from openvc.proof.ecdsa_sd import EcdsaSdProofSuite
from openvc.status.bitstring import new_bitstring, set_status_bit
from openvc.status.issue import build_status_list_credential
from openvc.status.status_list import check_credential_status

SUITES = {
    "eddsa-rdfc-2022": DataIntegrityProofSuite(),
    "ecdsa-rdfc-2019": EcdsaRdfcProofSuite(),
    "eddsa-jcs-2022": EddsaJcsProofSuite(),
    "ecdsa-jcs-2019": EcdsaJcsProofSuite(),
    "ecdsa-sd-2023": EcdsaSdProofSuite(),
}


def sign_document(handle, suite, document, mandatory=None):
    key = kept[handle]
    options = {"signing_key": key.signing, "verification_method": key.method}
    if suite == "ecdsa-sd-2023":
        return SUITES[suite].add_base_proof(document, mandatory_pointers=mandatory, **options)
    return SUITES[suite].add_proof(document, **options)


def derive_document(suite, document, pointers, method, key):
    return SUITES[suite].derive_proof(document, selective_pointers=pointers)


def verify_document(suite, document, method, key):
    SUITES[suite].verify(document, public_key_jwk=key["jwk"])
    if document["proof"]["verificationMethod"] != method:
        raise ValueError("the proof names another key")


def sign_bitstring(handle, uri, issuer, length, revoked):
    bits = new_bitstring(length)
    for index in revoked:
        set_status_bit(bits, index, 1)
    credential = build_status_list_credential(id=uri, issuer=issuer, bitstring=bits)
    return sign_document(handle, "eddsa-rdfc-2022", credential)


def check_status(credential, published, method, key):
    """What a list says of each entry of a credential."""

    def resolve(url):
        if url != published["id"]:
            raise ValueError("the list is of another address")
        verify_document("eddsa-rdfc-2022", published, method, key)
        return published

    result = check_credential_status(credential, resolve_status_list=resolve)
    return [entry.is_set for entry in result.entries]


def canonicalize(text):
    return rfc8785.dumps(json.loads(text)).decode()


def canonicalize_openvc(text):
    return openvc_jcs(json.loads(text)).decode()
