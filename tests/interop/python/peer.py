"""Independent implementations in Python, behind lines of JSON: {"call", "with"} is answered by {"answer"}, or by
{"refused"} with what the library said. One process serves a whole test run."""

import json
import sys

import identifiers
import keys
import linked_data
import messages
import tokens

CALLS = {
    "bitstring/check": linked_data.check_status,
    "bitstring/sign": linked_data.sign_bitstring,
    "canonicalize": linked_data.canonicalize,
    "canonicalize/openvc": linked_data.canonicalize_openvc,
    "cose/sign": messages.sign_cose,
    "cose/verify": messages.verify_cose,
    "did/resolve": identifiers.resolve_did,
    "document/derive": linked_data.derive_document,
    "document/sign": linked_data.sign_document,
    "document/verify": linked_data.verify_document,
    "generate": keys.generate,
    "jwt/sign": tokens.sign_jwt,
    "jwt/verify": tokens.verify_jwt,
    "openvc/jwt/sign": tokens.openvc_sign_jwt,
    "openvc/jwt/verify": tokens.openvc_verify_jwt,
    "openvc/sd-jwt/issue": tokens.openvc_issue_sd_jwt,
    "openvc/sd-jwt/present": tokens.openvc_present_sd_jwt,
    "openvc/sd-jwt/verify": tokens.openvc_verify_sd_jwt,
    "paper/read": messages.read_paper,
    "paper/sign": messages.sign_paper,
    "sd-jwt/issue": tokens.issue_sd_jwt,
    "sd-jwt/present": tokens.present_sd_jwt,
    "sd-jwt/verify": tokens.verify_sd_jwt,
    "status-list/check": tokens.check_status_list,
    "status-list/sign": tokens.sign_status_list,
}


def main():
    for line in sys.stdin:
        request = json.loads(line)
        call = CALLS[request["call"]]
        try:
            answer = {"answer": call(**request["with"])}
        except Exception as error:  # whatever the library throws is its refusal
            answer = {"refused": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
