//! A person's browser without script: cookies, redirects, links and forms, nothing else.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, bail, ensure};
use reqwest::{
    Client, Response, StatusCode,
    header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, LOCATION, ORIGIN, SET_COOKIE},
    redirect::Policy,
};
use url::Url;

use crate::html::{self, Form, Link};

/// A client that follows nothing by itself, and takes a new connection each time: one that was closed because of a body
/// too large is not met again.
#[expect(
    clippy::disallowed_methods,
    reason = "the other end of the wire: it must be able to send what no client of ours sends"
)]
pub fn client() -> Client {
    Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()
        .unwrap_or_default()
}

/// A file chosen in a form.
#[derive(Debug, Clone)]
pub struct Upload<'a> {
    /// Of which control.
    pub control: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// A page as it came.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it is.
    pub url: Url,
    /// How it answered.
    pub status: StatusCode,
    /// With which headers.
    pub headers: HeaderMap,
    /// What came.
    pub html: String,
}

impl Page {
    /// What a person reads.
    pub fn text(&self) -> String {
        html::text(&self.html)
    }

    /// Its main title.
    pub fn title(&self) -> String {
        html::elements(&self.html, "h1").into_iter().next().unwrap_or_default()
    }

    /// Every link.
    pub fn links(&self) -> Vec<Link> {
        html::links(&self.html)
    }

    /// The first link whose target holds `part`, absolute.
    pub fn link(&self, part: &str) -> Result<Url> {
        let link = self.links().into_iter().find(|link| link.href.contains(part));
        let link = link.with_context(|| format!("no link to {part} on {}: {}", self.url.path(), self.text()))?;
        self.url.join(&link.href).context("the link is malformed")
    }

    /// The form that goes to `action` (the end of its path).
    pub fn form(&self, action: &str) -> Result<Form> {
        let forms = html::forms(&self.html);
        let found = forms
            .into_iter()
            .find(|form| form.action.split('?').next().unwrap_or_default().ends_with(action));
        found.with_context(|| format!("no form to {action} on {}: {}", self.url.path(), self.text()))
    }

    /// The same page, when it is what was hoped for.
    pub fn expect(self, status: StatusCode) -> Result<Self> {
        ensure!(
            self.status == status,
            "{} answered {}: {}",
            self.url.path(),
            self.status,
            self.text()
        );
        Ok(self)
    }

    /// The same page, when it is where a person was to be led: below a folder (`/offers/`), or just there.
    pub fn at(self, place: &str) -> Result<Self> {
        let page = self.expect(StatusCode::OK)?;
        let path = page.url.path();
        let is_there = path == place || (place.len() > 1 && place.ends_with('/') && path.starts_with(place));
        ensure!(is_there, "led to {path} and not to {place}: {}", page.text());
        Ok(page)
    }
}

/// A browser. Cookies are kept by host, as browsers do: two services on one host see each other's.
#[derive(Debug)]
pub struct Visitor {
    http: Client,
    language: &'static str,
    cookies: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
}

impl Visitor {
    /// A fresh browser that prefers this language.
    pub fn new(language: &'static str) -> Self {
        Self {
            http: client(),
            language,
            cookies: Mutex::default(),
        }
    }

    /// Opens an address and follows redirects.
    pub async fn open(&self, url: &Url) -> Result<Page> {
        let response = self
            .http
            .get(url.clone())
            .headers(self.headers(url))
            .send()
            .await
            .context("no answer")?;
        self.follow(url.clone(), response).await
    }

    /// Opens an address, fills the form to `action` that is there, and sends it: see [`Visitor::submit`].
    pub async fn fill(
        &self,
        url: &Url,
        action: &str,
        values: &[(&str, &str)],
        file: Option<Upload<'_>>,
    ) -> Result<Page> {
        let page = self.open(url).await?.expect(StatusCode::OK)?;
        let form = page.form(action)?;
        self.submit(&page, &form, values, file).await
    }

    /// Sends a form of a page. `values` replace what the page proposes; several values of one name are all sent; an empty
    /// list of values of a checkbox cannot be said and is not needed. A control that is not on the page cannot be filled.
    pub async fn submit(
        &self,
        page: &Page,
        form: &Form,
        values: &[(&str, &str)],
        file: Option<Upload<'_>>,
    ) -> Result<Page> {
        for (name, _) in values {
            ensure!(form.has(name), "the form to {} has no field {name}", form.action);
        }
        let mut fields = form.defaults();
        fields.retain(|(name, _)| !values.iter().any(|(replaced, _)| replaced == name));
        fields.extend(
            values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let url = page.url.join(&form.action).context("the form's action is malformed")?;
        if !form.post {
            let mut target = url;
            target.query_pairs_mut().clear().extend_pairs(&fields);
            return self.open(&target).await;
        }
        // A browser sends an empty part for a file that was not chosen.
        let empty = form
            .controls
            .iter()
            .find(|control| control.kind == "file" && form.multipart);
        let empty = empty.map(|control| Upload {
            control: &control.name,
            name: "",
            bytes: b"",
        });
        self.post(&url, &fields, form.multipart, file.or(empty)).await
    }

    /// Posts fields, from a page of the same origin.
    pub async fn post(
        &self,
        url: &Url,
        fields: &[(String, String)],
        multipart: bool,
        file: Option<Upload<'_>>,
    ) -> Result<Page> {
        let mut request = self.http.post(url.clone()).headers(self.headers(url));
        request = request
            .header(ORIGIN, url.origin().ascii_serialization())
            .header("sec-fetch-site", "same-origin");
        let request = if multipart {
            let boundary = "musette-visitor-7d1f0c";
            let body = multipart_body(boundary, fields, file.as_ref());
            request
                .header(CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
                .body(body)
        } else {
            ensure!(file.is_none(), "this form takes no file");
            request.form(fields)
        };
        let response = request.send().await.context("no answer")?;
        self.follow(url.clone(), response).await
    }

    /// Forgets every cookie.
    pub fn forget(&self) {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The cookies this host would be sent.
    pub fn cookies(&self, url: &Url) -> String {
        let jar = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let cookies = url.host_str().and_then(|host| jar.get(host)).into_iter().flatten();
        cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn headers(&self, url: &Url) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let pairs = [(ACCEPT_LANGUAGE, self.language.to_owned()), (COOKIE, self.cookies(url))];
        for (name, value) in pairs {
            if let Ok(value) = value.parse::<HeaderValue>()
                && !value.is_empty()
            {
                headers.insert(name, value);
            }
        }
        headers
    }

    async fn follow(&self, mut url: Url, mut response: Response) -> Result<Page> {
        for _ in 0..10 {
            self.keep_cookies(&url, &response);
            let target = response
                .headers()
                .get(LOCATION)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned);
            match target {
                Some(target) if response.status().is_redirection() => {
                    url = url.join(&target).context("the redirect is malformed")?;
                    ensure!(matches!(url.scheme(), "http" | "https"), "redirected to {url}");
                    response = self
                        .http
                        .get(url.clone())
                        .headers(self.headers(&url))
                        .send()
                        .await
                        .context("no answer")?;
                }
                _ => {
                    let (status, headers) = (response.status(), response.headers().clone());
                    return Ok(Page {
                        url,
                        status,
                        headers,
                        html: response.text().await.context("no body")?,
                    });
                }
            }
        }
        bail!("redirected ten times, last to {}", url.path())
    }

    fn keep_cookies(&self, url: &Url, response: &Response) {
        let mut jar = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let cookies = jar.entry(url.host_str().unwrap_or_default().to_owned()).or_default();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let Ok(cookie) = cookie.to_str() else { continue };
            let mut parts = cookie.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            if value.is_empty() || parts.any(|attribute| attribute.eq_ignore_ascii_case("max-age=0")) {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn multipart_body(boundary: &str, fields: &[(String, String)], file: Option<&Upload<'_>>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some(Upload { control, name, bytes }) = file {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{control}\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}
