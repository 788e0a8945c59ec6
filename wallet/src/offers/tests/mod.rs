use crate::testing::{Reply, TestIssuer, TestWallet, Visitor};

mod collection;
mod invitation;

async fn scene() -> (TestWallet, TestIssuer, Visitor) {
    let wallet = TestWallet::start().await;
    let nadia = wallet.holder("Nadia").await;
    (wallet, TestIssuer::start().await, nadia)
}

/// Brings the invitation.
async fn bring(visitor: &mut Visitor, issuer: &TestIssuer) -> Reply {
    visitor.bring("/add", &issuer.link(), b"").await
}

async fn kept_count(visitor: &mut Visitor) -> usize {
    visitor.get("/path").await.body.matches("href=\"/credentials/").count()
}

/// A person who has opened an invitation, and has not answered yet.
struct Invited {
    wallet: TestWallet,
    issuer: TestIssuer,
    nadia: Visitor,
    /// Path of the offer.
    offer: String,
}

impl Invited {
    async fn by(issuer: TestIssuer) -> Self {
        let wallet = TestWallet::start().await;
        let mut nadia = wallet.holder("Nadia").await;
        let offer = bring(&mut nadia, &issuer).await.location().to_owned();
        Self {
            wallet,
            issuer,
            nadia,
            offer,
        }
    }

    async fn by_an_honest_one() -> Self {
        Self::by(TestIssuer::start().await).await
    }

    /// The same person, by another issuer.
    async fn again_by(&mut self, issuer: TestIssuer) {
        self.offer = bring(&mut self.nadia, &issuer).await.location().to_owned();
        self.issuer = issuer;
    }

    /// The page of the offer, as it is now.
    async fn page(&mut self) -> Reply {
        self.nadia.get(&self.offer).await
    }

    async fn answer(&mut self, verb: &str, form: &[(&str, &str)]) -> Reply {
        self.nadia.submit(&format!("{}/{verb}", self.offer), form).await
    }

    async fn accept(&mut self) -> Reply {
        self.answer("accept", &[]).await
    }

    async fn accept_with(&mut self, code: &str) -> Reply {
        self.answer("accept", &[("tx_code", code)]).await
    }

    /// Accepts, and gives the path of what is kept.
    async fn keep(&mut self) -> String {
        let kept = self.accept().await.location().to_owned();
        assert!(kept.starts_with("/credentials/"), "{kept}");
        kept
    }

    /// The page says why it is over and asks for a new invitation, and nothing can be resumed.
    async fn assert_over(&mut self, says: &str) {
        let page = self.page().await;
        page.expect(200, says);
        page.expect(200, "ouvelle invitation");
        assert!(!page.body.contains("/accept"), "{}", page.body);
        assert_eq!(self.accept().await.location(), self.offer);
    }

    async fn kept_count(&mut self) -> usize {
        kept_count(&mut self.nadia).await
    }
}
