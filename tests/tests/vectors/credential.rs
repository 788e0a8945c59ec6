//! The worked example of our own attestation (`credential/`, beside the vectors): signed and presented by another
//! implementation.

use chrono::DateTime;
use serde_json::{Value, json};
use shared::{
    format::sd_jwt_vc::{self, ExpectedBinding, SdJwt, check_binding},
    status_list::token::StatusReference,
};

use crate::source::Vectors;

#[test]
fn the_worked_example_is_issued_and_presented() {
    let Some(vectors) = Vectors::open("../credential") else {
        return;
    };
    let issuer = vectors.key("sd-jwt-vc.test-public-keys.json", Some("issuer"));
    let whole = SdJwt::parse(&vectors.text("sd-jwt-vc.issued.sd-jwt.txt")).unwrap();
    assert_eq!(whole.jws().expect_type(sd_jwt_vc::TYPE), Ok(()));
    assert_eq!(
        whole.jws().claims::<Value>(&issuer).unwrap(),
        vectors.json("sd-jwt-vc.payload.json")
    );
    let revealed = whole.reveal().unwrap();
    assert_eq!(
        revealed.disclosed.len(),
        vectors.json("sd-jwt-vc.disclosures.json").as_array().unwrap().len()
    );
    assert_eq!(revealed.claims["given_name"], "Camille");
    assert_eq!(revealed.claims["activity"]["minutes"], json!(12870));
    assert_eq!(revealed.claims["activity"]["skills"].as_array().unwrap().len(), 2);
    let status = StatusReference::from_claims(&revealed.claims).unwrap().unwrap();
    assert_eq!(
        (status.idx, status.uri.as_str()),
        (94567, "https://status.example.org/tsl/3")
    );

    let presented = SdJwt::parse(&vectors.text("sd-jwt-vc.presented.sd-jwt.txt")).unwrap();
    presented.jws().verify(&issuer).unwrap();
    let shown = presented.reveal().unwrap();
    assert!(!shown.disclosed.is_empty() && shown.disclosed.len() < revealed.disclosed.len());
    assert!(shown.disclosed.iter().all(|path| revealed.disclosed.contains(path)));
    let holder = vectors.key("sd-jwt-vc.test-public-keys.json", Some("holder"));
    assert_eq!(sd_jwt_vc::holder_key(&shown.claims).unwrap(), holder);
    let said: Value = presented.key_binding().unwrap().unverified_claims().unwrap();
    let expected = ExpectedBinding {
        audience: said["aud"].as_str().unwrap(),
        nonce: said["nonce"].as_str().unwrap(),
    };
    let made = DateTime::from_timestamp(said["iat"].as_i64().unwrap(), 0).unwrap();
    let checks = check_binding(&presented, expected, made).unwrap();
    assert_eq!(
        checks.binding.and(checks.nonce).and(checks.audience).and(checks.time),
        Ok(())
    );
}
