//! A router that listens on loopback, and plain HTTP/1.1 to talk to it: what a test sends is what arrives, wrong headers
//! included.

use std::fmt::Write;

use axum::Router;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::service::serve;

/// A router that listens. It stops when dropped.
#[derive(Debug)]
pub struct Exchange {
    port: u16,
    serving: JoinHandle<()>,
}

/// What it answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
}

impl Exchange {
    /// Listens on a free port.
    ///
    /// # Panics
    /// When there is none.
    #[expect(clippy::expect_used, reason = "a test without a port must stop")]
    pub async fn with(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("a local address").port();
        let serving = tokio::spawn(async move {
            serve::serve(listener, router, std::future::pending())
                .await
                .expect("serving");
        });
        Self { port, serving }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    /// Any request; `host`, `content-length` and `connection` are added.
    ///
    /// # Panics
    /// When the answer is not HTTP.
    #[expect(clippy::expect_used, reason = "a test without an answer must stop")]
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))
            .await
            .expect("a connection");
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
        for (name, value) in headers {
            let _ = write!(request, "{name}: {value}\r\n");
        }
        let _ = write!(request, "content-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).await.expect("the request sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("the answer read");
        Answer::parse(&String::from_utf8_lossy(&answer)).expect("an HTTP answer")
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Answer {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find_map(|(found, value)| (found == name).then_some(value.as_str()))
    }

    /// Bodies have a `content-length`: axum gives one to all that do not stream.
    fn parse(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self {
            status,
            headers,
            body: body.to_owned(),
        })
    }
}
