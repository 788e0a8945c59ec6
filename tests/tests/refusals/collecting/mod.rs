//! What the issuer refuses at its token, nonce and credential endpoints (OpenID4VCI 1.0 §6–§8).

use anyhow::Result;
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    keys::{SigningKey, jws},
    oid4vci::proof,
};
use tests::{
    foreign::{Answer, Collecting},
    world::{Offer, PANIERS, World},
};

mod credential;
mod proofs;
mod token;

/// An offer about to be collected, and the world around it.
struct Counter {
    world: World,
    offer: Offer,
    collecting: Collecting,
}

impl Counter {
    async fn open() -> Result<Self> {
        Self::open_with(false).await
    }

    async fn open_with(code: bool) -> Result<Self> {
        let world = World::start().await?;
        let offer = world.one_offer_with(code).await?;
        let collecting = Collecting::from_offer(&offer).await?;
        Ok(Self {
            world,
            offer,
            collecting,
        })
    }

    /// Nothing that was refused left a trace: the offer is as it was, and can be collected.
    async fn is_untouched(&self) -> Result<()> {
        assert_eq!(self.world.offers(PANIERS).await?, std::slice::from_ref(&self.offer));
        let held = self.collecting.collect(self.world.clock.now()).await?;
        assert_eq!(held.claims()?["activity"]["minutes"], json!(7800));
        Ok(())
    }

    async fn ask_with_proof(&self, make: impl FnOnce(&SigningKey, &str) -> String) -> Result<Answer> {
        let token = self.collecting.token().await?;
        let nonce = self.collecting.nonce().await?;
        self.collecting
            .ask_credential(&token, &[make(&SigningKey::generate(), &nonce)])
            .await
    }

    fn proof(&self, nonce: &str) -> String {
        proof::sign(
            &SigningKey::generate(),
            self.collecting.issuer.as_str(),
            Some(nonce),
            self.world.clock.now(),
        )
    }

    /// A proof with a header and claims of our own.
    fn odd_proof(&self, key: &SigningKey, typ: &str, claims: &Value) -> String {
        let mut header = serde_json::Map::new();
        header.insert("jwk".to_owned(), key.public().to_jwk().to_value());
        let mut all = json!({ "aud": self.collecting.issuer, "iat": self.world.clock.now().timestamp() });
        for (name, value) in claims.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        jws::sign(typ, header, &all, key)
    }
}

fn wrong(code: &str) -> String {
    code.chars()
        .map(|digit| if digit == '9' { '0' } else { char::from(digit as u8 + 1) })
        .collect()
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
