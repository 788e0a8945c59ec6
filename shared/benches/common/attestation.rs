//! The worked SD-JWT VC of the specification of this project, handed over beside it.

use serde_json::Value;
use shared::{credential::ClaimPath, format::sd_jwt_vc::SdJwt, keys::SigningKey};

/// Its claims, whole, and the paths of twelve of them.
pub(crate) fn attestation(holder: &SigningKey) -> (Value, Vec<ClaimPath>) {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/credential/sd-jwt-vc.issued.sd-jwt.txt"
    );
    let text = std::fs::read_to_string(path).expect("the worked credential is beside the project");
    let revealed = SdJwt::parse(text.trim()).expect("an SD-JWT").reveal().expect("claims");
    let mut claims = revealed.claims;
    claims["cnf"]["jwk"] = holder.public().to_jwk().to_value();
    let disclosable: Vec<ClaimPath> = revealed.disclosed.into_iter().take(12).collect();
    assert_eq!(disclosable.len(), 12);
    (claims, disclosable)
}
