//! The people of the story. Each follows pages as a person does, without script and without a shortcut into the services:
//! reads what is shown, fills the fields that are there, presses the button.

use anyhow::{Context, Result, ensure};
use reqwest::StatusCode;
use url::Url;

use crate::visitor::{Page, Upload, Visitor};

/// What every volunteer of the tests has as passphrase.
pub const PASSPHRASE: &str = "un panier de pommes rouges";

/// Runs the accounts of an organisation and signs for it.
#[derive(Debug)]
pub struct Treasurer {
    /// Her browser.
    pub visitor: Visitor,
    issuer: Url,
}

/// How to collect one attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The page the QR code leads to.
    pub link: String,
    /// The code sent by another way.
    pub tx_code: Option<String>,
    /// The page of the attestation, for its organisation.
    pub page: Url,
}

impl Treasurer {
    /// Signs in for an organisation.
    pub async fn sign_in(issuer: &Url, organisation: &str, passphrase: &str) -> Result<Self> {
        let visitor = Visitor::new("fr");
        let values = [("organisation", organisation), ("passphrase", passphrase)];
        let page = visitor
            .fill(&issuer.join("/sign-in")?, "/sign-in", &values, None)
            .await?;
        page.at("/").context("signing in")?;
        Ok(Self {
            visitor,
            issuer: issuer.clone(),
        })
    }

    /// Uploads a spreadsheet; gives the page that shows what was read, before anything is signed.
    pub async fn upload(&self, name: &str, bytes: &[u8]) -> Result<Page> {
        let file = Upload {
            control: "file",
            name,
            bytes,
        };
        let page = self.issuer.join("/batches/new")?;
        self.visitor.fill(&page, "/batches", &[], Some(file)).await
    }

    /// Signs what was read: offers are made.
    pub async fn sign(&self, draft: &Page, with_codes: bool) -> Result<Page> {
        let form = draft.form("/sign")?;
        let asked = form.defaults().iter().any(|(name, _)| name == "tx_code");
        ensure!(!asked, "codes are asked for by default: nobody unticks them here");
        let values: &[(&str, &str)] = if with_codes { &[("tx_code", "on")] } else { &[] };
        self.visitor
            .submit(draft, &form, values, None)
            .await?
            .expect(StatusCode::OK)
    }

    /// Opens the attestation of a person, from the page of a signed batch.
    pub async fn invitation(&self, batch: &Page, family_name: &str) -> Result<Invitation> {
        let mut batch = batch.clone();
        let row = loop {
            if let Some(row) = batch.html.split("<tr").find(|row| row.contains(family_name)) {
                break Page {
                    html: format!("<tr{row}"),
                    ..batch.clone()
                };
            }
            let next = batch.html.split("<a ").find(|link| link.contains("rel=\"next\""));
            let next = next.with_context(|| format!("nobody named {family_name} in the batch: {}", batch.text()))?;
            let next = Page {
                html: format!("<a {next}"),
                ..batch.clone()
            }
            .link("?page=")?;
            batch = self.visitor.open(&next).await?.expect(StatusCode::OK)?;
        };
        let page = self
            .visitor
            .open(&row.link("/attestations/")?)
            .await?
            .expect(StatusCode::OK)?;
        let link = page.link("/invitation?")?.to_string();
        let shown = crate::html::of_class(&page.html, "mono").into_iter();
        let mut codes = shown.map(|code| code.replace(char::is_whitespace, ""));
        let tx_code = codes.find(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
        Ok(Invitation {
            link,
            tx_code,
            page: page.url,
        })
    }

    /// Revokes an attestation.
    pub async fn revoke(&self, attestation: &Url, reason: &str) -> Result<Page> {
        self.visitor
            .fill(attestation, "/revoke", &[("reason", reason)], None)
            .await?
            .expect(StatusCode::OK)
    }
}

/// Keeps attestations in a wallet.
#[derive(Debug)]
pub struct Volunteer {
    /// Their browser.
    pub visitor: Visitor,
    wallet: Url,
    name: String,
    passphrase: String,
    /// Printed once, on the day the wallet is made.
    pub recovery_code: String,
}

impl Volunteer {
    /// Makes a wallet.
    pub async fn new(wallet: &Url, name: &str, passphrase: &str) -> Result<Self> {
        let visitor = Visitor::new("fr");
        let values = [
            ("name", name),
            ("passphrase", passphrase),
            ("passphrase_again", passphrase),
        ];
        let page = visitor
            .fill(&wallet.join("/create")?, "/create", &values, None)
            .await?
            .at("/recovery")
            .context("making a wallet")?;
        let code = crate::html::of_class(&page.html, "mono")
            .into_iter()
            .next()
            .context("no recovery code is shown")?;
        let (wallet, name, passphrase) = (wallet.clone(), name.to_owned(), passphrase.to_owned());
        Ok(Self {
            visitor,
            wallet,
            name,
            passphrase,
            recovery_code: code,
        })
    }

    /// Opens the wallet again.
    pub async fn open(&self) -> Result<Page> {
        let values: [(&str, &str); 2] = [("name", &self.name), ("passphrase", &self.passphrase)];
        self.visitor
            .fill(&self.wallet.join("/open")?, "/open", &values, None)
            .await
    }

    /// The list of attestations.
    pub async fn path(&self) -> Result<Page> {
        self.visitor
            .open(&self.wallet.join("/path")?)
            .await?
            .expect(StatusCode::OK)
    }

    /// Brings a link, pasted; gives whatever page follows.
    pub async fn bring(&self, link: &str) -> Result<Page> {
        let add = self.wallet.join("/add")?;
        self.visitor.fill(&add, "/add", &[("link", link)], None).await
    }

    /// Brings a picture of a QR code; gives whatever page follows.
    pub async fn scan(&self, name: &str, picture: &[u8]) -> Result<Page> {
        let picture = Upload {
            control: "picture",
            name,
            bytes: picture,
        };
        let add = self.wallet.join("/add")?;
        self.visitor.fill(&add, "/add", &[], Some(picture)).await
    }

    /// Accepts what an offer page shows; gives whatever page follows.
    pub async fn accept(&self, offer: &Page, tx_code: Option<&str>) -> Result<Page> {
        let form = offer.form("/accept")?;
        let values: Vec<(&str, &str)> = tx_code.iter().map(|code| ("tx_code", *code)).collect();
        self.visitor.submit(offer, &form, &values, None).await
    }

    /// Collects an attestation; gives its page.
    pub async fn collect(&self, invitation: &Invitation) -> Result<Page> {
        let offer = self.bring(&invitation.link).await?;
        let offer = offer.at("/offers/").context("the invitation")?;
        let kept = self.accept(&offer, invitation.tx_code.as_deref()).await?;
        kept.at("/credentials/").context("accepting")
    }

    /// Shares everything that a request page proposes; gives whatever page follows.
    pub async fn share(&self, request: &Page) -> Result<Page> {
        let form = request.form("/share")?;
        let chosen: Vec<(&str, &str)> = form
            .choices("choose")
            .into_iter()
            .map(|choice| ("choose", choice))
            .collect();
        self.visitor.submit(request, &form, &chosen, None).await
    }

    /// Refuses a request; gives whatever page follows.
    pub async fn refuse(&self, request: &Page) -> Result<Page> {
        let form = request.form("/refuse")?;
        self.visitor.submit(request, &form, &[], None).await
    }

    /// Presents whatever fits a request; gives the receipt.
    pub async fn present(&self, link: &str) -> Result<Page> {
        let request = self.bring(link).await?.at("/requests/").context("the request")?;
        let receipt = self.share(&request).await?;
        receipt.at("/presentations/").context("sharing")
    }
}

/// Asks at the counter of a training body.
#[derive(Debug)]
pub struct Clerk {
    /// His browser.
    pub visitor: Visitor,
    verifier: Url,
}

/// A question put to a person.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The clerk's page.
    pub page: Url,
    /// What the QR code says.
    pub link: String,
}

/// What the counter wants to know.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Id of the rule.
    pub rule: &'a str,
    /// Calendar year.
    pub year: &'a str,
    /// Day of the declaration, `2026-03-15`.
    pub declared_on: &'a str,
}

impl Clerk {
    /// Signs in at the counter.
    pub async fn sign_in(verifier: &Url, passphrase: &str) -> Result<Self> {
        let visitor = Visitor::new("fr");
        let values = [("passphrase", passphrase)];
        let page = visitor
            .fill(&verifier.join("/sign-in")?, "/sign-in", &values, None)
            .await?;
        page.at("/").context("signing in")?;
        Ok(Self {
            visitor,
            verifier: verifier.clone(),
        })
    }

    /// Makes a request.
    pub async fn ask(&self, question: &Question<'_>) -> Result<Asked> {
        let values = [
            ("rule", question.rule),
            ("year", question.year),
            ("declared_on", question.declared_on),
        ];
        let page = self
            .visitor
            .fill(&self.verifier, "/requests", &values, None)
            .await?
            .at("/requests/")
            .context("asking")?;
        Ok(Asked {
            link: page.link("/q/")?.to_string(),
            page: page.url,
        })
    }

    /// The page of a request, as it is now.
    pub async fn look(&self, asked: &Asked) -> Result<Page> {
        self.visitor.open(&asked.page).await
    }

    /// The decision, once there is one, as our API gives it.
    pub async fn decision(&self, asked: &Asked) -> Result<serde_json::Value> {
        self.decision_in(asked, "fr").await
    }

    /// The decision in a language.
    pub async fn decision_in(&self, asked: &Asked, language: &str) -> Result<serde_json::Value> {
        let address = format!("{}/decision?lang={language}", asked.page);
        let address = Url::parse(&address).context("the page's address is malformed")?;
        let page = self.visitor.open(&address).await?.expect(StatusCode::OK)?;
        serde_json::from_str(&page.html).context("the decision is not JSON")
    }
}
