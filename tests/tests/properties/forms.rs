//! What holds of every signed form alike: whatever byte of it is changed, it says what it said or it is not believed; what
//! was issued is what is verified; and what a holder does not choose is not shown.

use std::sync::OnceLock;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value, json};
use shared::{
    clock::Clock,
    credential::{ACTIVITY_VCT, ClaimPath},
    did::{
        Did,
        webvh::{Log, NewEntry, VersionQuery},
    },
    format::{
        data_integrity::{
            BaseKey, Cryptosuite, Disclosure, Expected, ProofOptions, Secured, attach, derive, sign, sign_base,
        },
        paper::{self, PaperAttestation},
        sd_jwt_vc::{self, ExpectedBinding, KeyBinding, SdJwt, check_binding},
        vc_jose::{self, Content, Envelope, SecuredDocument, SignWith},
    },
    keys::{KeyKind, ProofKey, PublicKey, SigningKey},
    status_list::{
        bitstring::{Bitstring, MIN_ENTRIES, Purpose, StatusListCredential, StatusListTerms},
        token::StatusList,
    },
    testing::{FixedClock, SeededEntropy},
};
use tests::fixtures;

pub(crate) const CONTEXT: &str = vc_jose::CONTEXT;
pub(crate) const URI: &str = "https://issuer.example/status/1";
pub(crate) const BINDING: ExpectedBinding<'_> = ExpectedBinding {
    audience: "x509_san_dns:verifier.example",
    nonce: "n-0S6_WzA2Mj",
};
pub(crate) const SUITES: [(Cryptosuite, KeyKind); 6] = [
    (Cryptosuite::EddsaRdfc2022, KeyKind::Ed25519),
    (Cryptosuite::EddsaJcs2022, KeyKind::Ed25519),
    (Cryptosuite::EcdsaRdfc2019, KeyKind::P256),
    (Cryptosuite::EcdsaRdfc2019, KeyKind::P384),
    (Cryptosuite::EcdsaJcs2019, KeyKind::P256),
    (Cryptosuite::EcdsaJcs2019, KeyKind::P384),
];

/// What a verifier believes of bytes: nothing, or facts.
type Believed = Box<dyn Fn(&[u8]) -> Option<Value> + Send + Sync>;

/// How a document is parsed in one of its securings.
type Parse = fn(&[u8]) -> Option<SecuredDocument>;

/// Something signed, and who must have signed it.
pub(crate) struct Signed {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// What it was made of.
    pub(crate) facts: Value,
    /// What a verifier who knows the key believes.
    pub(crate) believed: Believed,
    /// Every byte of it is signed. Otherwise others may say the same: spaces in JSON, the compression of paper.
    pub(crate) is_exact: bool,
}

pub(crate) fn now() -> DateTime<Utc> {
    FixedClock::at_rfc3339("2026-03-15T10:00:00Z").now()
}

pub(crate) fn members(value: &Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

pub(crate) fn method(multikey: &str) -> String {
    format!("did:key:{multikey}#{multikey}")
}

/// A credential of somebody with these texts to say.
pub(crate) fn document(issuer: &str, name: &str, description: &str, minutes: u32) -> Value {
    json!({
        "@context": [CONTEXT, {"minutes": "https://issuer.example/terms#minutes"}], "type": ["VerifiableCredential"],
        "issuer": format!("did:key:{issuer}"), "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:nadia", "name": name, "description": description, "minutes": minutes},
    })
}

pub(crate) fn sd_jwt(
    claims: Value,
    hidden: &[ClaimPath],
    chosen: &[ClaimPath],
    issuer: &SigningKey,
    holder: &SigningKey,
) -> String {
    let kid = issuer.public().thumbprint();
    let text = sd_jwt_vc::issue(claims, hidden, &kid, issuer, &SeededEntropy::new(1)).expect("a credential");
    let binding = KeyBinding {
        key: holder,
        audience: BINDING.audience,
        nonce: BINDING.nonce,
        issued_at: now(),
    };
    SdJwt::parse(&text)
        .expect("ours")
        .present(chosen, &binding)
        .expect("a presentation")
}

pub(crate) fn believed_sd_jwt(bytes: &[u8], issuer: &PublicKey) -> Option<Value> {
    let sd_jwt = SdJwt::parse(std::str::from_utf8(bytes).ok()?).ok()?;
    sd_jwt.jws().expect_type(sd_jwt_vc::TYPE).ok()?;
    sd_jwt.jws().verify(issuer).ok()?;
    let revealed = sd_jwt.reveal().ok()?;
    let checks = check_binding(&sd_jwt, BINDING, now()).ok()?;
    let all = [checks.binding, checks.nonce, checks.audience, checks.time];
    all.iter().all(Result::is_ok).then_some(revealed.claims)
}

pub(crate) fn believed_document(bytes: &[u8], key: &ProofKey) -> Option<Value> {
    let text = std::str::from_utf8(bytes).ok()?;
    let secured = Secured::parse(text).ok()?;
    let expected = Expected {
        purpose: "assertionMethod",
        domain: None,
        challenge: None,
        now: now(),
    };
    for proof in secured.proofs().ok()? {
        Secured::check(&proof, &expected).ok()?;
        secured.verify(&proof, key).ok()?;
    }
    shared::json::parse(bytes).ok()
}

pub(crate) fn secured(document: &Value, proof: Map<String, Value>) -> Value {
    let mut document = members(document);
    attach(&mut document, proof);
    Value::Object(document)
}

pub(crate) fn signed_document(suite: Cryptosuite, key: SigningKey, document: &Value) -> Signed {
    let options = ProofOptions::assertion(suite, method(&key.public().to_multikey()), now());
    let facts = secured(document, sign(&document.to_string(), &options, &key).expect("a proof"));
    Signed {
        name: format!("{} on {:?}", suite.name(), key.public().kind()),
        bytes: facts.to_string().into_bytes(),
        facts,
        believed: Box::new(move |bytes| believed_document(bytes, &key.public().into())),
        is_exact: false,
    }
}

pub(crate) fn derived(
    suite: Cryptosuite,
    key: BaseKey<'_>,
    multikey: &str,
    document: &Value,
    chosen: &[&str],
) -> Value {
    let options = ProofOptions::assertion(suite, method(multikey), now());
    let mandatory = ["/issuer", "/validFrom"];
    let entropy = SeededEntropy::new(3);
    let proof = sign_base(&document.to_string(), &options, &mandatory, key, &entropy).expect("a base proof");
    let disclosure = Disclosure {
        suite,
        pointers: chosen,
        presentation_header: &[],
    };
    let base = secured(document, proof).to_string();
    derive(&base, &disclosure).expect("a derived proof").into()
}

/// In every securing of VC-JOSE-COSE.
pub(crate) fn signed_jose(document: &Value, key: &SigningKey) -> Vec<Signed> {
    let kid = method(&key.public().to_multikey());
    let with = SignWith {
        key,
        kid: &kid,
        expires_at: None,
    };
    let presentation = |credential: &str| {
        json!({
            "@context": [CONTEXT], "type": ["VerifiablePresentation"], "holder": kid.split('#').next(),
            "verifiableCredential": [Envelope::of_jwt(Content::Credential, credential).to_value()],
        })
    };
    let hidden = [ClaimPath::of(&["credentialSubject", "name"])];
    let jwt = vc_jose::sign_jwt(Content::Credential, members(document), &with).expect("a credential");
    let presented = presentation(&jwt);
    let vp = vc_jose::sign_jwt(Content::Presentation, members(&presented), &with).expect("a presentation");
    let text = vc_jose::sign_sd_jwt(members(document), &hidden, &with, &SeededEntropy::new(2)).expect("a credential");
    let cose = vc_jose::sign_cose(Content::Credential, members(document), &with).expect("a credential");
    let forms: [(&str, Vec<u8>, &Value, Parse); 4] = [
        ("vc+jwt", jwt.into_bytes(), document, |bytes| {
            SecuredDocument::parse_jwt(Content::Credential, std::str::from_utf8(bytes).ok()?).ok()
        }),
        ("vp+jwt", vp.into_bytes(), &presented, |bytes| {
            SecuredDocument::parse_jwt(Content::Presentation, std::str::from_utf8(bytes).ok()?).ok()
        }),
        ("vc+sd-jwt", text.into_bytes(), document, |bytes| {
            SecuredDocument::parse_sd_jwt(Content::Credential, std::str::from_utf8(bytes).ok()?).ok()
        }),
        ("vc+cose", cose, document, |bytes| {
            SecuredDocument::parse_cose(Content::Credential, bytes).ok()
        }),
    ];
    let signed = |(name, bytes, facts, parse): (&str, Vec<u8>, &Value, Parse)| {
        let public = key.public().clone();
        Signed {
            name: format!("{name} on {:?}", public.kind()),
            bytes,
            facts: facts.clone(),
            believed: Box::new(move |bytes| {
                let secured = parse(bytes)?;
                secured.verify(&public, now()).ok()?;
                Some(Value::Object(secured.document().clone()))
            }),
            is_exact: true,
        }
    };
    forms.into_iter().map(signed).collect()
}

pub(crate) fn signed_paper(key: SigningKey) -> Signed {
    let (attestation, envelope) = (fixtures::attestation(), fixtures::paper_envelope(now()));
    let text = paper::sign(&attestation, &envelope, &key).expect("a text");
    Signed {
        name: "paper".to_owned(),
        bytes: text.into_bytes(),
        facts: json!(format!("{attestation:?} {envelope:?}")),
        believed: Box::new(move |bytes| {
            let read = PaperAttestation::parse(std::str::from_utf8(bytes).ok()?).ok()?;
            read.verify(key.public()).ok()?;
            Some(json!(format!("{:?} {:?}", read.attestation(), read.envelope())))
        }),
        is_exact: false,
    }
}

pub(crate) fn signed_status_list(key: SigningKey) -> Signed {
    let mut list = StatusList::new(2, 100).expect("a list");
    list.set(7, 2).expect("a place");
    let token = list.sign(URI, now(), Duration::days(1), Duration::minutes(5), "k", &key);
    Signed {
        name: "token status list".to_owned(),
        bytes: token.into_bytes(),
        facts: list.encode(),
        believed: Box::new(move |bytes| {
            let list = StatusList::verify(std::str::from_utf8(bytes).ok()?, URI, key.public(), now());
            list.ok().map(|list| list.encode())
        }),
        is_exact: true,
    }
}

pub(crate) fn signed_bitstring(key: SigningKey) -> Signed {
    let mut list = Bitstring::new(1, MIN_ENTRIES).expect("a list");
    list.set(4242, 1, 1).expect("a place");
    let issuer = format!("did:key:{}", key.public().to_multikey());
    let terms = StatusListTerms {
        id: URI,
        issuer: &issuer,
        purposes: &[Purpose::Revocation],
        valid_from: now(),
        valid_until: Some(now() + Duration::days(1)),
        ttl: None,
    };
    let signed = signed_document(Cryptosuite::EddsaRdfc2022, key, &terms.unsigned(&list));
    let read = signed.believed;
    Signed {
        name: "bitstring status list".to_owned(),
        believed: Box::new(move |bytes| {
            let document = read(bytes)?;
            let mut unsecured = document.clone();
            unsecured.as_object_mut()?.remove("proof");
            StatusListCredential::from_unsecured(&unsecured).ok().map(|_| document)
        }),
        ..signed
    }
}

/// A log of two versions.
pub(crate) fn signed_log() -> Signed {
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let mut entry = NewEntry {
        previous: None,
        time: now() - Duration::days(2),
        parameters: members(&json!({"updateKeys": [key.public().to_multikey()]})),
        document: json!({"id": "did:webvh:{SCID}:issuer.example:o:a", "service": []}),
        key: &key,
    };
    let (id, first) = entry.write().expect("an entry");
    let written: Value = serde_json::from_str(&first).expect("JSON");
    entry.previous = Some(&id);
    entry.time = now() - Duration::days(1);
    entry.parameters = Map::new();
    entry.document = written["state"].clone();
    let (_, second) = entry.write().expect("an entry");
    let did: Did = written["state"]["id"].as_str().expect("an id").parse().expect("a DID");
    let lines = |text: &str| {
        text.lines()
            .map(|line| shared::json::parse(line.as_bytes()).ok())
            .collect::<Option<Value>>()
    };
    let text = format!("{first}\n{second}\n");
    Signed {
        name: "did:webvh log".to_owned(),
        facts: lines(&text).expect("JSON"),
        bytes: text.into_bytes(),
        believed: Box::new(move |bytes| {
            let text = std::str::from_utf8(bytes).ok()?;
            let history = Log::verify(&did, text, now())
                .and_then(|log| log.witnessed(None, now()))
                .ok()?;
            history.resolve(&VersionQuery::Latest).ok()?;
            lines(text)
        }),
        is_exact: false,
    }
}

pub(crate) fn signed_sd_jwt() -> Signed {
    let (issuer, holder) = (SigningKey::generate(), SigningKey::generate());
    let claims = json!({
        "iss": "https://issuer.example", "vct": ACTIVITY_VCT, "cnf": {"jwk": holder.public().to_jwk().to_value()},
        "given_name": "Nadia", "activity": {"minutes": 7800, "skills": ["a", "b"]},
    });
    let hidden = [ClaimPath::of(&["given_name"]), ClaimPath::of(&["activity", "minutes"])];
    Signed {
        name: "SD-JWT VC with key binding".to_owned(),
        bytes: sd_jwt(claims.clone(), &hidden, &hidden, &issuer, &holder).into_bytes(),
        facts: claims,
        believed: Box::new(move |bytes| believed_sd_jwt(bytes, issuer.public())),
        is_exact: true,
    }
}

pub(crate) fn signed_selectively() -> Signed {
    let key = SigningKey::generate();
    let multikey = key.public().to_multikey();
    let document = document(&multikey, "Nadia", "trésorière", 7800);
    let facts = derived(
        Cryptosuite::EcdsaSd2023,
        (&key).into(),
        &multikey,
        &document,
        &["/credentialSubject/minutes"],
    );
    Signed {
        name: "ecdsa-sd-2023, derived".to_owned(),
        bytes: facts.to_string().into_bytes(),
        facts,
        believed: Box::new(move |bytes| believed_document(bytes, &key.public().into())),
        is_exact: false,
    }
}

/// One of every form.
pub(crate) fn every_form() -> &'static [Signed] {
    static FORMS: OnceLock<Vec<Signed>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let mut forms = vec![
            signed_sd_jwt(),
            signed_selectively(),
            signed_paper(SigningKey::generate()),
            signed_status_list(SigningKey::generate()),
            signed_bitstring(SigningKey::generate_of(KeyKind::Ed25519)),
            signed_log(),
        ];
        for (suite, kind) in SUITES {
            let key = SigningKey::generate_of(kind);
            let document = document(&key.public().to_multikey(), "Nadia", "trésorière", 7800);
            forms.push(signed_document(suite, key, &document));
        }
        for kind in KeyKind::ALL {
            let key = SigningKey::generate_of(kind);
            forms.extend(signed_jose(
                &document(&key.public().to_multikey(), "Nadia", "trésorière", 7800),
                &key,
            ));
        }
        forms
    })
}
