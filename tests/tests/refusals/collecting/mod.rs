//! What the issuer refuses at its token, nonce and credential endpoints (OpenID4VCI 1.0 §6–§8).

use anyhow::Result;
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use shared::{
    clock::Clock,
    keys::{SigningKey, jws},
    oid4vci::proof,
};
use tests::{
    foreign::{Answer, Collecting, send},
    world::{CYCLO, Offer, PANIERS, World},
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

    /// The same at another organisation.
    fn elsewhere(&self) -> Collecting {
        Collecting {
            issuer: self.world.addresses.organisation(CYCLO),
            ..self.collecting.clone()
        }
    }

    async fn refuses_token(&self, tx_code: Option<&str>, error: &str) -> Result<()> {
        self.collecting.ask_token(tx_code).await?.assert_error(error);
        Ok(())
    }

    /// Nothing that was refused left a trace: the offer is as it was, and can be collected.
    async fn is_untouched(&self) -> Result<()> {
        assert_eq!(self.world.offers(PANIERS).await?, std::slice::from_ref(&self.offer));
        let held = self.collecting.collect(self.world.clock.now()).await?;
        assert_eq!(held.claims()?["activity"]["minutes"], json!(7800));
        Ok(())
    }
}

/// A counter whose code was redeemed: the credential is about to be asked for.
struct Redeemed {
    counter: Counter,
    token: String,
}

impl Redeemed {
    async fn open() -> Result<Self> {
        let counter = Counter::open().await?;
        let token = counter.collecting.token().await?;
        Ok(Self { counter, token })
    }

    fn collecting(&self) -> &Collecting {
        &self.counter.collecting
    }

    fn now(&self) -> i64 {
        self.counter.world.clock.now().timestamp()
    }

    /// The right proof, with a fresh nonce.
    async fn proof(&self) -> Result<String> {
        Ok(self.proof_with(&self.collecting().nonce().await?))
    }

    fn proof_with(&self, nonce: &str) -> String {
        self.proof_of(&SigningKey::generate(), Some(nonce))
    }

    fn proof_of(&self, key: &SigningKey, nonce: Option<&str>) -> String {
        let issuer = self.collecting().issuer.as_str();
        proof::sign(key, issuer, nonce, self.counter.world.clock.now())
    }

    /// A proof with a type, a key and claims of our own.
    fn odd_proof(&self, key: &SigningKey, typ: &str, jwk: Value, claims: &Value) -> String {
        let header = Map::from_iter([("jwk".to_owned(), jwk)]);
        let mut all = json!({ "aud": self.collecting().issuer, "iat": self.now() });
        for (name, value) in claims.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        jws::sign(typ, header, &all, key)
    }

    /// The right body, but for what `changes` replace.
    fn body(&self, proof: &str, changes: Value) -> Value {
        let mut body = json!({
            "credential_configuration_id": self.collecting().configuration, "proofs": { "jwt": [proof] }
        });
        if let (Value::Object(body), Value::Object(changes)) = (&mut body, changes) {
            body.extend(changes);
            body.retain(|_, value| !value.is_null());
        }
        body
    }

    /// Posts whatever it is told, with the token.
    async fn post(&self, content_type: &str, body: impl Into<Vec<u8>>) -> Result<Answer> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("content-type", content_type), ("authorization", bearer.as_str())];
        send(Method::POST, &self.collecting().endpoint("credential"), &headers, body).await
    }

    async fn refuses(&self, body: &Value, error: &str) -> Result<()> {
        let answer = self.collecting().ask_credential_with(&self.token, body).await?;
        answer.assert_error(error);
        Ok(())
    }

    async fn refuses_proof(&self, proof: String, error: &str) -> Result<()> {
        let answer = self.collecting().ask_credential(&self.token, &[proof]).await?;
        answer.assert_error(error);
        Ok(())
    }

    /// Refuses what `make` makes of a fresh key and nonce.
    async fn refuses_made(&self, make: impl FnOnce(&SigningKey, &str) -> String) -> Result<()> {
        let nonce = self.collecting().nonce().await?;
        let proof = make(&SigningKey::generate(), &nonce);
        self.refuses_proof(proof, "invalid_proof").await
    }

    async fn gives(&self, body: &Value) -> Result<()> {
        let answer = self.collecting().ask_credential_with(&self.token, body).await?;
        answer.expect(StatusCode::OK)?;
        Ok(())
    }

    /// After all that was refused, the right request still works.
    async fn gives_for(&self, proof: &str) -> Result<()> {
        self.gives(&self.body(proof, json!({}))).await
    }
}
