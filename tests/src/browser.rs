//! A real Chromium, driven through chromedriver.

use std::{
    fs,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use url::Url;

/// How long a page may take to show something.
const PATIENCE: Duration = Duration::from_secs(30);

/// The screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 1280 × 900.
    Desk,
    /// 390 × 844, as phones are.
    Phone,
}

/// A browser with an empty profile. Ended when dropped.
pub struct Browser {
    /// The session, for what is not wrapped here.
    pub client: Client,
    driver: Driver,
    pictures: PathBuf,
    profile: TempDir,
}

impl Browser {
    /// Starts one that prefers `language`.
    pub async fn start(screen: Screen, language: &str) -> Result<Self> {
        let profile = tempfile::tempdir().context("no temporary folder")?;
        let driver = Driver::start()?;
        let client = driver.connect(&options(screen, language, profile.path())).await?;
        let pictures = profile.path().join("pictures");
        fs::create_dir(&pictures).context("cannot make the folder of pictures")?;
        Ok(Self {
            client,
            driver,
            pictures,
            profile,
        })
    }

    /// Ends it in good order.
    pub async fn close(self) -> Result<()> {
        self.client
            .clone()
            .close()
            .await
            .context("the session does not close")?;
        drop(self.driver);
        self.profile.close().context("the profile stays")
    }

    /// Opens a page.
    pub async fn open(&self, url: &Url) -> Result<()> {
        self.client
            .goto(url.as_str())
            .await
            .with_context(|| format!("cannot open {url}"))
    }

    /// Path of the page.
    pub async fn path(&self) -> Result<String> {
        Ok(self.client.current_url().await?.path().to_owned())
    }

    /// What a person reads on it.
    pub async fn text(&self) -> Result<String> {
        Ok(self.find("body").await?.text().await?)
    }

    /// An element, once it is there.
    pub async fn find(&self, css: &str) -> Result<Element> {
        match self
            .client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await
        {
            Ok(element) => Ok(element),
            Err(error) => {
                let page = self.client.source().await.unwrap_or_default();
                let path = self.path().await.unwrap_or_default();
                Err(error).with_context(|| format!("no {css} on {path}: {}", crate::html::text(&page)))
            }
        }
    }

    /// Whether an element is there now.
    pub async fn has(&self, css: &str) -> Result<bool> {
        Ok(!self.client.find_all(Locator::Css(css)).await?.is_empty())
    }

    /// Fills a field.
    pub async fn fill(&self, css: &str, value: &str) -> Result<()> {
        let field = self.find(css).await?;
        field.clear().await?;
        Ok(field.send_keys(value).await?)
    }

    /// Sets a field whose typing depends on the browser's locale (dates).
    pub async fn set(&self, css: &str, value: &str) -> Result<()> {
        self.find(css).await?;
        let script = "document.querySelector(arguments[0]).value = arguments[1]";
        self.client.execute(script, vec![json!(css), json!(value)]).await?;
        Ok(())
    }

    /// Chooses a file.
    pub async fn choose_file(&self, css: &str, file: &Path) -> Result<()> {
        Ok(self.find(css).await?.send_keys(&file.to_string_lossy()).await?)
    }

    /// Presses what is there, and waits until the page it leads to has a path that begins so.
    pub async fn press(&self, css: &str, leads_to: &str) -> Result<()> {
        self.click(css).await?;
        self.arrive(leads_to).await.with_context(|| format!("pressing {css}"))
    }

    /// Presses what is there. It is brought into view first: on an emulated phone, chromedriver does not always.
    pub async fn click(&self, css: &str) -> Result<()> {
        let element = self.find(css).await?;
        let script = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.client.execute(script, vec![json!(css)]).await?;
        element.click().await.with_context(|| format!("cannot press {css}"))
    }

    /// Waits until the page has a path that begins so.
    pub async fn arrive(&self, path: &str) -> Result<()> {
        for _ in 0..150 {
            if self.path().await?.starts_with(path) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        bail!(
            "the page is {} and not {path}: {}",
            self.path().await?,
            self.text().await?
        )
    }

    /// Waits until a person can read `text`, without touching the page.
    pub async fn read(&self, text: &str) -> Result<()> {
        let same_spaces = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let wanted = same_spaces(text);
        for _ in 0..150 {
            // The page may be replaced while it is read.
            if let Ok(page) = self.text().await
                && same_spaces(&page).contains(&wanted)
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        bail!(
            "« {text} » never came on {}: {}",
            self.path().await?,
            self.text().await?
        )
    }

    /// A PNG of an element, as a person would photograph it.
    pub async fn photograph(&self, css: &str, name: &str) -> Result<PathBuf> {
        let picture = self
            .find(css)
            .await?
            .screenshot()
            .await
            .with_context(|| format!("no picture of {css}"))?;
        let file = self.pictures.join(name);
        fs::write(&file, picture).context("cannot write the picture")?;
        Ok(file)
    }

    /// Fails when the page must be scrolled sideways, has no language, or more or less than one main title.
    pub async fn expect_fits(&self, language: &str) -> Result<()> {
        let script = "const root = document.scrollingElement, wide = [...document.querySelectorAll('body *')]
            .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.table-wrap, svg'))
            .map(one => one.tagName + '.' + one.className);
            return { wide: root.scrollWidth, screen: innerWidth, titles: document.querySelectorAll('h1').length,
                language: document.documentElement.lang, beyond: wide.slice(0, 5),
                unnamed: [...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter(one => !one.labels.length
                    && !one.getAttribute('aria-label')).map(one => one.name) }";
        let seen = self.client.execute(script, Vec::new()).await?;
        let path = self.path().await?;
        let number = |name: &str| seen[name].as_f64().unwrap_or(f64::MAX);
        ensure!(
            number("wide") <= number("screen"),
            "{path} is wider than the screen: {seen}"
        );
        ensure!(seen["titles"] == json!(1), "{path} has not one main title: {seen}");
        ensure!(
            seen["language"] == json!(language),
            "{path} is not in {language}: {seen}"
        );
        ensure!(
            seen["unnamed"] == json!([]),
            "{path} has fields without a label: {seen}"
        );
        Ok(())
    }
}

/// chromedriver, and through its process group the Chromium it starts.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    fn start() -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .context("no free port")?
            .port();
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("cannot start chromedriver (`cargo xtask test` installs it)")?;
        Ok(Self { child, port })
    }

    async fn connect(&self, options: &Value) -> Result<Client> {
        let Value::Object(capabilities) = json!({ "goog:chromeOptions": options }) else {
            unreachable!("an object")
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        for _ in 0..150 {
            if TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                let address = format!("http://127.0.0.1:{}", self.port);
                return builder.connect(&address).await.context("Chromium does not start");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        bail!("chromedriver does not listen after 30 seconds")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The group is ours alone: chromedriver leads it.
        let _ = Command::new("sh")
            .args(["-c", &format!("kill -KILL -{}", self.child.id())])
            .status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn options(screen: Screen, language: &str, profile: &Path) -> Value {
    let arguments = [
        "--headless=new".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-background-networking".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--window-size=1280,900".to_owned(),
        format!("--lang={language}"),
        format!("--accept-lang={language}"),
        format!("--user-data-dir={}", profile.display()),
    ];
    let mut options = json!({ "args": arguments });
    if screen == Screen::Phone {
        options["mobileEmulation"] = json!({ "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 2.0 } });
    }
    options
}
