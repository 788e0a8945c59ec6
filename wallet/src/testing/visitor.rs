//! A browser without script: follows nothing by itself, keeps its cookie, finds the token of a form.

use reqwest::{Client, Method, redirect::Policy};

/// One browser.
pub(crate) struct Visitor {
    client: Client,
    base: String,
    cookie: Option<String>,
    pub(crate) language: &'static str,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    location: Option<String>,
    pub(crate) body: String,
}

impl Visitor {
    #[expect(
        clippy::disallowed_methods,
        reason = "a browser in a test is not the service's client"
    )]
    pub(crate) fn of(base: &str) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self {
            client,
            base: base.to_owned(),
            cookie: None,
            language: "fr",
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    /// Posts a form as written, without adding a token.
    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        self.send(
            Method::POST,
            path,
            Some(("application/x-www-form-urlencoded".to_owned(), body.into_bytes())),
        )
        .await
    }

    /// Posts a form with the token of this session.
    pub(crate) async fn submit(&mut self, path: &str, form: &[(&str, &str)]) -> Reply {
        let token = self.token().await;
        let mut form = form.to_vec();
        form.push(("csrf", &token));
        self.post(path, &form).await
    }

    /// Brings a link, or a picture, to `/add` or `/present`.
    pub(crate) async fn bring(&mut self, path: &str, link: &str, picture: &[u8]) -> Reply {
        let token = self.token().await;
        let boundary = "musette-boundary";
        let mut body = Vec::new();
        for (name, value) in [("csrf", token.as_str()), ("link", link)] {
            body.extend_from_slice(
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .as_bytes(),
            );
        }
        // As browsers send a file field that was left empty.
        let file = if picture.is_empty() { "" } else { "code.png" };
        let head = format!("Content-Disposition: form-data; name=\"picture\"; filename=\"{file}\"");
        body.extend_from_slice(format!("--{boundary}\r\n{head}\r\nContent-Type: image/png\r\n\r\n").as_bytes());
        body.extend_from_slice(picture);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        self.send(
            Method::POST,
            path,
            Some((format!("multipart/form-data; boundary={boundary}"), body)),
        )
        .await
    }

    /// The token of this session's forms.
    pub(crate) async fn token(&mut self) -> String {
        let page = self.get("/add").await;
        page.value_of("csrf")
    }

    /// The same session in another tab.
    pub(crate) fn twin(&self) -> Self {
        Self {
            client: self.client.clone(),
            base: self.base.clone(),
            cookie: self.cookie.clone(),
            language: self.language,
        }
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<(String, Vec<u8>)>) -> Reply {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        request = request.header("accept-language", self.language);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some((kind, body)) = body {
            request = request.header("content-type", kind).body(body);
        }
        let response = request.send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            if cookie.starts_with("wallet=") {
                self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
            }
        }
        let location = response
            .headers()
            .get("location")
            .map(|location| location.to_str().unwrap().to_owned());
        Reply {
            status: response.status().as_u16(),
            location,
            body: response.text().await.unwrap(),
        }
    }
}

impl Reply {
    /// Where it leads; the body, when it leads nowhere, is shown.
    pub(crate) fn location(&self) -> &str {
        self.location
            .as_deref()
            .unwrap_or_else(|| panic!("no redirection but {}: {}", self.status, self.body))
    }

    /// The value of the first input of this name.
    pub(crate) fn value_of(&self, name: &str) -> String {
        self.values_of(name)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no input {name} in {}", self.body))
    }

    /// The values of every input of this name.
    pub(crate) fn values_of(&self, name: &str) -> Vec<String> {
        let start = format!("name=\"{name}\" value=\"");
        self.body
            .split(&start)
            .skip(1)
            .map(|rest| {
                rest.split('"')
                    .next()
                    .unwrap()
                    .replace("&#38;", "&")
                    .replace("&amp;", "&")
            })
            .collect()
    }

    /// Asserts the status, and that the page says this.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16, says: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert!(self.body.contains(says), "«{says}» is not in {}", self.body);
    }
}
