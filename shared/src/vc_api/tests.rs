use super::*;

fn body(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

#[test]
fn a_request_to_issue_is_read() {
    let request = json!({
        "credential": {"type": "VerifiableCredential"},
        "options": {"credentialId": "urn:uuid:1", "mandatoryPointers": ["/issuer"], "unknown": 1},
    });
    let read = IssueRequest::parse(&body(&request)).unwrap();
    assert_eq!(read.credential["type"], "VerifiableCredential");
    assert_eq!(read.credential_id.as_deref(), Some("urn:uuid:1"));
    assert_eq!(read.mandatory_pointers, ["/issuer"]);
    for (request, error) in [
        (json!([]), MessageError::Json(Ambiguous)),
        (json!({}), MessageError::Member("credential")),
        (json!({"credential": "a"}), MessageError::Member("credential")),
        (
            json!({"credential": {}, "options": []}),
            MessageError::Member("options"),
        ),
        (
            json!({"credential": {}, "options": {"mandatoryPointers": [1]}}),
            MessageError::Member("mandatoryPointers"),
        ),
        (
            json!({"credential": {}, "options": {"mandatoryPointers": vec!["/a"; MAX_POINTERS + 1]}}),
            MessageError::Member("mandatoryPointers"),
        ),
    ] {
        assert_eq!(IssueRequest::parse(&body(&request)), Err(error), "{request}");
    }
    let large = vec![b' '; MAX_BYTES + 1];
    assert_eq!(IssueRequest::parse(&large), Err(MessageError::TooLarge));
}

#[test]
fn a_request_to_derive_or_to_prove_is_read() {
    let request = json!({"verifiableCredential": {"a": 1}, "options": {"selectivePointers": ["/a"]}});
    assert_eq!(
        DeriveRequest::parse(&body(&request)).unwrap().selective_pointers,
        ["/a"]
    );
    let request = json!({"presentation": {"a": 1}, "options": {"challenge": "c", "domain": "d"}});
    let read = ProveRequest::parse(&body(&request)).unwrap();
    assert_eq!(
        (read.challenge.as_deref(), read.domain.as_deref()),
        (Some("c"), Some("d"))
    );
    let request = json!({"presentation": {"a": 1}, "options": {"challenge": 1}});
    assert_eq!(
        ProveRequest::parse(&body(&request)),
        Err(MessageError::Member("challenge"))
    );
}

#[test]
fn a_change_of_status_is_read() {
    let read = |request: Value| StatusRequest::parse(&body(&request));
    let told = read(json!({
        "credentialId": "urn:uuid:1",
        "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "suspension"},
        "status": false,
    }));
    assert_eq!(
        told,
        Ok(StatusRequest {
            credential_id: "urn:uuid:1".to_owned(),
            purpose: Purpose::Suspension,
            status: false
        })
    );
    let told = read(json!({"credentialId": "urn:uuid:1", "credentialStatus": [{"status": "1"}]})).unwrap();
    assert_eq!((told.purpose, told.status), (Purpose::Revocation, true));
    assert_eq!(read(json!({})), Err(MessageError::Member("credentialId")));
    assert_eq!(
        read(json!({"credentialId": "a", "status": 7})),
        Err(MessageError::Member("status"))
    );
    assert_eq!(
        read(json!({"credentialId": "a", "credentialStatus": {"statusPurpose": 7}})),
        Err(MessageError::Member("statusPurpose"))
    );
}

#[test]
fn what_is_to_be_verified_is_an_object_or_a_token() {
    let read = |request: Value| VerifyRequest::parse_credential(&body(&request)).map(drop);
    assert_eq!(read(json!({})), Err(MessageError::Member("verifiableCredential")));
    assert_eq!(
        read(json!({"verifiableCredential": 1})),
        Err(MessageError::Member("verifiableCredential"))
    );
    for unsecured in [json!({"type": "VerifiableCredential"}), json!("bonjour")] {
        let error = read(json!({"verifiableCredential": unsecured})).unwrap_err();
        assert!(matches!(error, MessageError::Document(_)));
        assert_eq!(error.standard(), StandardError::Parsing);
    }
}
