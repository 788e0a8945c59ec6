//! What the verifier refuses (OpenID4VP 1.0 §8; RFC 9901 §7.3), and what its decision says of what it did not believe.

use anyhow::{Context, Result};
use reqwest::StatusCode;
use serde_json::{Value, json};
use shared::clock::Clock;
use tests::{
    fixtures,
    foreign::{Answer, Collecting, Held, Presenting},
    people::{Asked, Clerk},
    world::{Engine, Offer, PANIERS, QUESTION, World},
};

mod attestation;
mod binding;
mod request;
mod response;

/// The clerk has asked; somebody holds an attestation of 210 hours, which opens the right.
struct Desk {
    world: World,
    clerk: Clerk,
    asked: Asked,
    held: Held,
    offer: Offer,
    presenting: Presenting,
}

impl Desk {
    async fn open() -> Result<Self> {
        Self::open_on(Engine::Sqlite).await
    }

    async fn open_on(engine: Engine) -> Result<Self> {
        Self::open_with(engine, &fixtures::enough_hours()).await
    }

    /// The same with the hours of another sheet.
    async fn open_with(engine: Engine, sheet: &str) -> Result<Self> {
        let world = World::start_on(engine).await?;
        let offers = world.import(PANIERS, sheet.as_bytes(), false).await?;
        let offer = offers.into_iter().next().context("no offer was made")?;
        let held = Collecting::from_offer(&offer).await?.collect(world.clock.now()).await?;
        let clerk = world.clerk().await?;
        let asked = clerk.ask(&QUESTION).await?;
        let presenting = Presenting::from_link(&asked.link).await?;
        Ok(Self {
            world,
            clerk,
            asked,
            held,
            offer,
            presenting,
        })
    }

    fn right(&self) -> Result<String> {
        self.presenting.right_presentation(&self.held, self.world.clock.now())
    }

    async fn present(&self, presentation: String) -> Result<Answer> {
        self.presenting.answer(&self.presenting.payload(&[presentation])).await
    }

    /// The right answer, as it travels.
    fn encrypted(&self) -> Result<String> {
        self.presenting.encrypt(&self.presenting.payload(&[self.right()?]))
    }

    async fn decision(&self) -> Result<Value> {
        self.clerk.decision(&self.asked).await
    }

    /// The decision about the right answer, which is taken.
    async fn decide(&self) -> Result<Value> {
        self.present(self.right()?).await?.expect(StatusCode::OK)?;
        self.decision().await
    }

    /// Another request of the same counter.
    async fn another(&self) -> Result<(Asked, Presenting)> {
        let asked = self.clerk.ask(&QUESTION).await?;
        let presenting = Presenting::from_link(&asked.link).await?;
        Ok((asked, presenting))
    }

    async fn refuses(&self, payload: &Value) -> Result<()> {
        self.presenting.answer(payload).await?.assert_error("invalid_request");
        Ok(())
    }

    async fn refuses_fields(&self, fields: &[(&str, &str)]) -> Result<()> {
        self.presenting.post(fields).await?.assert_error("invalid_request");
        Ok(())
    }

    /// The request has ended without a decision: the clerk may make another.
    async fn can_ask_again(&self) -> Result<()> {
        let page = self.clerk.look(&self.asked).await?;
        assert!(page.form("/again").is_ok(), "no way forward: {}", page.text());
        Ok(())
    }

    /// Nothing that was refused left a trace: nothing is decided, and the right answer still opens the right.
    async fn is_untouched(&self) -> Result<()> {
        assert!(self.decision().await.is_err(), "something was decided");
        assert_granted(&self.decide().await?);
        Ok(())
    }

    /// The presentation is answered, not believed, and the decision says why.
    async fn does_not_believe(&self, presentation: String, id: &str, reason: &str) -> Result<()> {
        self.decides(presentation, id, "failed", reason).await?;
        Ok(())
    }

    /// What was not presented wrongly, is not believed all the same.
    async fn does_not_believe_the_right(&self, id: &str, reason: &str) -> Result<()> {
        self.does_not_believe(self.right()?, id, reason).await
    }

    /// Nothing was wrong, but a check could not be made.
    async fn cannot_check_the_right(&self, id: &str, reason: &str) -> Result<Value> {
        self.decides(self.right()?, id, "skipped", reason).await
    }

    async fn decides(&self, presentation: String, id: &str, outcome: &str, reason: &str) -> Result<Value> {
        self.present(presentation).await?.expect(StatusCode::OK)?;
        let decision = self.decision().await?;
        let found = check(&decision, id);
        assert_eq!(
            (&found["outcome"], &found["reason"]),
            (&json!(outcome), &json!(reason)),
            "{decision}"
        );
        assert_refused(&decision);
        let page = self.clerk.look(&self.asked).await?;
        assert!(!page.text().contains("240"), "{}", page.text());
        Ok(decision)
    }
}

/// The first check of this name, wherever the decision keeps it.
fn check(decision: &Value, id: &str) -> Value {
    fn search<'a>(value: &'a Value, id: &str) -> Option<&'a Value> {
        match value {
            Value::Object(members)
                if members.get("id").and_then(Value::as_str) == Some(id) && members.contains_key("outcome") =>
            {
                Some(value)
            }
            Value::Object(members) => members.values().find_map(|value| search(value, id)),
            Value::Array(elements) => elements.iter().find_map(|value| search(value, id)),
            _ => None,
        }
    }
    search(decision, id).cloned().unwrap_or_default()
}

#[track_caller]
fn assert_granted(decision: &Value) {
    assert_eq!(decision["outcome"], "granted", "{decision}");
    assert_eq!(decision["amount"], 24_000, "{decision}");
    assert_eq!(decision["used"].as_array().map(Vec::len), Some(1), "{decision}");
}

/// Nothing is granted and nothing counted, although the hours would be enough.
#[track_caller]
fn assert_refused(decision: &Value) {
    assert!(
        decision["outcome"] == "denied" || decision["outcome"] == "incomplete",
        "{decision}"
    );
    assert_eq!(decision["amount"], 0, "{decision}");
    assert_eq!(decision["used"], json!([]), "{decision}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_answer_is_checked_by_name_and_opens_the_right() -> Result<()> {
    let desk = Desk::open().await?;
    let answer = desk.present(desk.right()?).await?.expect(StatusCode::OK)?;
    assert!(
        answer.header("content-type").starts_with("application/json"),
        "{answer:?}"
    );
    let decision = desk.decision().await?;
    for id in [
        "structure",
        "signature",
        "type",
        "key_binding",
        "nonce",
        "audience",
        "time",
        "status",
        "trust",
    ] {
        assert_eq!(check(&decision, id)["outcome"], "passed", "{id}: {decision}");
    }
    assert_granted(&decision);
    Ok(())
}
