//! Every way to secure a document gives it back.

use super::*;

#[test]
fn every_securing_with_every_kind_of_key_gives_the_document_back() {
    for kind in KeyKind::ALL {
        let key = SigningKey::generate_of(kind);
        let names = [ClaimPath::of(&["credentialSubject", "names"]), ClaimPath::of(&["id"])];
        let jwt = sign_jwt(Content::Credential, credential(), &with(&key)).unwrap();
        let sd_jwt = sign_sd_jwt(credential(), &names, &with(&key), &SeededEntropy::new(1)).unwrap();
        let cose = sign_cose(Content::Credential, credential(), &with(&key)).unwrap();
        let secured = [
            SecuredDocument::parse_jwt(Content::Credential, &jwt).unwrap(),
            SecuredDocument::parse_sd_jwt(Content::Credential, &sd_jwt).unwrap(),
            SecuredDocument::parse_cose(Content::Credential, &cose).unwrap(),
        ];
        for (secured, securing) in secured.iter().zip([Securing::Jwt, Securing::SdJwt, Securing::Cose]) {
            assert_eq!(secured.securing(), securing);
            assert_eq!(secured.document(), &credential());
            let signer = Signer {
                controller: ISSUER,
                kid: Some(METHOD),
            };
            assert_eq!(secured.signer(), Ok(signer));
            assert_eq!(secured.verify(key.public(), now()), Ok(()));
            for other in KeyKind::ALL {
                let stranger = SigningKey::generate_of(other);
                assert!(
                    secured.verify(stranger.public(), now()).is_err(),
                    "{kind:?} {other:?} {securing:?}"
                );
            }
        }
        assert_eq!(secured[1].disclosed().len(), 2);
        assert!(secured[1].sd_jwt().is_some() && secured[0].sd_jwt().is_none());
    }
}

#[test]
fn a_presentation_carries_every_securing_in_envelopes() {
    let (issuer, holder) = (
        SigningKey::generate_of(KeyKind::Ed25519),
        SigningKey::generate_of(KeyKind::P384),
    );
    let envelopes = [
        Envelope::of_jwt(
            Content::Credential,
            &sign_jwt(Content::Credential, credential(), &with(&issuer)).unwrap(),
        ),
        Envelope::of_sd_jwt(
            Content::Credential,
            &sign_sd_jwt(credential(), &[], &with(&issuer), &SeededEntropy::new(1)).unwrap(),
        ),
        Envelope::of_cose(
            Content::Credential,
            &sign_cose(Content::Credential, credential(), &with(&issuer)).unwrap(),
        ),
    ];
    let by_holder = SignWith {
        key: &holder,
        kid: "did:example:holder#1",
        expires_at: Some(now() + Duration::minutes(5)),
    };
    let text = sign_jwt(Content::Presentation, presentation(&envelopes), &by_holder).unwrap();
    let bytes = sign_cose(Content::Presentation, presentation(&envelopes), &by_holder).unwrap();
    for presented in [
        Envelope::of_jwt(Content::Presentation, &text),
        Envelope::of_cose(Content::Presentation, &bytes),
    ] {
        let presented = Envelope::read(Content::Presentation, &presented.to_value())
            .unwrap()
            .open()
            .unwrap();
        assert_eq!(presented.verify(holder.public(), now()), Ok(()));
        assert_eq!(presented.signer().unwrap().controller, "did:example:holder");
        let credentials = presented.credentials().unwrap();
        assert_eq!(credentials, envelopes);
        for credential in credentials {
            assert_eq!(credential.open().unwrap().verify(issuer.public(), now()), Ok(()));
        }
    }
}
