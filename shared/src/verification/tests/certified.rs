//! Issuers whose keys are in certificates.

use super::*;
use crate::{
    keys::certificate::{
        CertificateChain,
        authority::{Authority, Leaf},
    },
    status_list::token,
};

/// A scene whose issuer has a certificate for these names.
struct Certified {
    scene: Scene,
    root: Authority,
    authority: Authority,
    chain: CertificateChain,
}

impl Certified {
    fn new() -> Self {
        Self::named(&Leaf::default())
    }

    fn named(leaf: &Leaf<'_>) -> Self {
        let (scene, root) = (Scene::new(), Authority::root("Autorité"));
        let authority = root.sub("Intermédiaire", |_| {});
        let chain = authority.chain(&scene.issuer, leaf).unwrap();
        Self {
            scene,
            root,
            authority,
            chain,
        }
    }

    fn header(chain: &CertificateChain) -> Map<String, Value> {
        Map::from_iter([("x5c".to_owned(), chain.to_x5c())])
    }

    fn text(&self) -> String {
        self.text_by(&self.scene.issuer)
    }

    fn text_by(&self, key: &SigningKey) -> String {
        let header = Self::header(&self.chain);
        format!("{}~", jws::sign(sd_jwt_vc::TYPE, header, &self.scene.claims, key))
    }

    /// A status list token with this chain, signed by this key.
    fn token(&self, chain: &CertificateChain, key: &SigningKey) -> Fetched<Arc<Edition>> {
        let claims = json!({ "sub": STATUS_LIST, "iat": now().timestamp(), "status_list": self.scene.list.encode() });
        edition(&jws::sign(token::TYPE, Self::header(chain), &claims, key))
    }

    fn materials(&self) -> Materials {
        Materials {
            issuer_keys: Fetched::NotAsked,
            status_list: self.token(&self.chain, &self.scene.issuer),
            type_metadata: Fetched::NotAsked,
        }
    }

    fn verdict(&self, text: &str) -> Verdict {
        self.verdict_with(text, &self.materials())
    }

    fn verdict_with(&self, text: &str, materials: &Materials) -> Verdict {
        let anchors = self.root.anchors();
        let rules = Rules {
            anchors: Some(&anchors),
            ..Rules::default()
        };
        let holder = self.scene.holder.public().thumbprint();
        let issuer = self.scene.claims["iss"].as_str().unwrap_or("https://asso.example");
        let expectation = Expectation::Collected {
            issuer,
            vct: VCT,
            holder: &holder,
        };
        verify_under(&rules, text, expectation, materials, now()).unwrap()
    }
}

#[test]
fn haip_011_a_certified_issuer_is_accepted_and_nothing_of_it_is_fetched() {
    for leaf in [
        Leaf::default(),
        Leaf {
            hosts: &[],
            uris: &[ISSUER],
            ..Leaf::default()
        },
    ] {
        let certified = Certified::named(&leaf);
        let text = certified.text();
        let needed = needs(&text).unwrap();
        assert_eq!(
            (needed.issuer.as_str(), needed.key_source),
            (ISSUER, KeySource::Certificates)
        );
        let verdict = certified.verdict(&text);
        assert!(verdict.accepted(Policy::Strict), "{verdict:?}");
    }
}

#[test]
fn sdvc_005_a_credential_without_iss_is_of_whom_its_certificate_names() {
    let mut certified = Certified::new();
    certified.scene.claims.as_object_mut().unwrap().remove("iss");
    let text = certified.text();
    assert_eq!(needs(&text).unwrap().issuer, "https://asso.example");
    assert!(certified.verdict(&text).accepted(Policy::Strict));
    let mut nameless = Certified::named(&Leaf {
        hosts: &[],
        ..Leaf::default()
    });
    nameless.scene.claims.as_object_mut().unwrap().remove("iss");
    assert_eq!(needs(&nameless.text()), Err(SdJwtError::Malformed));
    let mut unreadable = Certified::new();
    unreadable.scene.claims["iss"] = json!(7);
    assert_eq!(needs(&unreadable.text()), Err(SdJwtError::Malformed));
}

#[test]
fn haip_011_without_authorities_certificates_are_not_checked() {
    let certified = Certified::new();
    // Not even when the issuer is said to publish the very key.
    let materials = certified.scene.materials();
    let verdict = verify(&certified.text(), Expectation::Found, &materials, now()).unwrap();
    assert_eq!(
        verdict.outcome(CheckId::Signature),
        Some(Outcome::Skipped(Reason::NoAuthority))
    );
    assert_eq!(
        verdict.outcome(CheckId::Status),
        Some(Outcome::Skipped(Reason::Unavailable))
    );
    assert!(!verdict.has_failed());
    assert_never_accepted(&verdict);
}

#[test]
fn haip_011_certificates_of_strangers_are_refused() {
    let signature = |certified: &Certified| certified.verdict(&certified.text()).outcome(CheckId::Signature);
    let stranger = Certified {
        root: Authority::root("Autorité"),
        ..Certified::new()
    };
    assert_eq!(signature(&stranger), Some(Outcome::Failed(Reason::UnknownAuthority)));
    for leaf in [
        Leaf {
            hosts: &["evil.example"],
            ..Leaf::default()
        },
        Leaf {
            years: (2020, 2021),
            ..Leaf::default()
        },
        Leaf {
            years: (2027, 2028),
            ..Leaf::default()
        },
    ] {
        let verdict = signature(&Certified::named(&leaf));
        assert_eq!(verdict, Some(Outcome::Failed(Reason::WrongCertificate)));
    }
    let certified = Certified::new();
    let forged = certified.verdict(&certified.text_by(&SigningKey::generate()));
    assert_eq!(
        forged.outcome(CheckId::Signature),
        Some(Outcome::Failed(Reason::WrongSignature))
    );
    for x5c in [json!([]), json!("MII"), json!(["MII="]), json!(null)] {
        let header = Map::from_iter([("x5c".to_owned(), x5c)]);
        let jwt = jws::sign(
            sd_jwt_vc::TYPE,
            header,
            &certified.scene.claims,
            &certified.scene.issuer,
        );
        let verdict = certified.verdict(&format!("{jwt}~"));
        assert_eq!(
            verdict.outcome(CheckId::Signature),
            Some(Outcome::Failed(Reason::WrongCertificate))
        );
        assert_never_accepted(&verdict);
    }
}

#[test]
fn haip_011_the_status_list_is_of_a_certificate_of_the_same_name() {
    let certified = Certified::new();
    let other_key = SigningKey::generate();
    let same_name = certified.authority.chain(&other_key, &Leaf::default()).unwrap();
    let other_name = Leaf {
        hosts: &["evil.example"],
        ..Leaf::default()
    };
    let other_name = certified.authority.chain(&other_key, &other_name).unwrap();
    let stranger = Authority::root("Autre").chain(&other_key, &Leaf::default()).unwrap();
    let of_leaf = edition(&certified.scene.status_token());
    for (case, status_list, expected) in [
        ("another key", certified.token(&same_name, &other_key), Outcome::Passed),
        ("the key of the credential", of_leaf, Outcome::Passed),
        (
            "another name",
            certified.token(&other_name, &other_key),
            Outcome::Failed(Reason::StatusRefused),
        ),
        (
            "another authority",
            certified.token(&stranger, &other_key),
            Outcome::Failed(Reason::StatusRefused),
        ),
        (
            "a stolen chain",
            certified.token(&certified.chain, &other_key),
            Outcome::Failed(Reason::StatusRefused),
        ),
    ] {
        let materials = Materials {
            status_list,
            ..certified.materials()
        };
        let verdict = certified.verdict_with(&certified.text(), &materials);
        assert_eq!(verdict.outcome(CheckId::Status), Some(expected), "{case}");
    }
}
