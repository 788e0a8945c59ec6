//! Forms of pages, read once and strictly. Every refusal is a page. Protocol endpoints do not use them: see
//! [`body`].

use std::collections::{BTreeMap, btree_map::Entry};

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request, multipart::MultipartError},
    http::StatusCode,
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    body::{self, BodyError},
    page::{PageContext, PageError},
};

/// Largest form without file, in bytes.
pub const MAX_FORM: usize = 256 * 1024;
/// Largest uploaded file, in bytes.
pub const MAX_UPLOAD: usize = 8 * 1024 * 1024;
/// What a form with a file may add to it: other fields, names, boundaries.
const MAX_OVERHEAD: usize = 64 * 1024;
/// Most parts of a form with a file.
const MAX_PARTS: usize = 32;
/// Longest name of a file that is kept, in characters.
const MAX_FILE_NAME: usize = 200;

/// A form of a page (`application/x-www-form-urlencoded`, at most 256 KiB). Rejection: an error page.
///
/// A struct refuses a repeated field. A form that repeats one on purpose (several boxes of one name) is read as
/// `Form<Vec<(String, String)>>`: its fields in order.
#[derive(Debug, Clone)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let (page, request) = page_of(request, state).await;
        if !body::has_type(&request, "application/x-www-form-urlencoded") {
            return Err(wrong_type(&page));
        }
        let bytes = body::limited(request, MAX_FORM).await.map_err(|error| match error {
            BodyError::TooLarge => too_large(&page),
            BodyError::Broken => unreadable(&page),
        })?;
        serde_urlencoded::from_bytes(&bytes)
            .map(Self)
            .map_err(|_| unreadable(&page))
    }
}

/// A form that says nothing but its token. One that does not even say that is read too: it is refused as the form of another
/// session is (403).
#[derive(Debug, Deserialize)]
pub struct TokenForm {
    /// The hidden field `csrf`: see [`Session::check_form`](super::session::Session::check_form).
    #[serde(default)]
    pub csrf: String,
}

/// A multipart form: text fields and at most one file (at most [`MAX_UPLOAD`]; text fields share that limit). Repeated
/// fields and a second file are refused. Rejection: an error page. It sets its own limit on the body, whatever
/// `DefaultBodyLimit` the router has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Text fields by name.
    pub fields: BTreeMap<String, String>,
    /// Name as sent (last path component) and bytes; `None` when no file was chosen.
    pub file: Option<(String, Bytes)>,
}

impl Upload {
    /// A text field; empty when it is absent.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map(String::as_str).unwrap_or_default()
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let (page, mut request) = page_of(request, state).await;
        DefaultBodyLimit::max(MAX_UPLOAD + MAX_OVERHEAD).apply(&mut request);
        let multipart = Multipart::from_request(request, state)
            .await
            .map_err(|_| wrong_type(&page))?;
        read(multipart).await.map_err(|error| match error {
            UploadError::TooLarge => too_large(&page),
            UploadError::Unreadable => unreadable(&page),
        })
    }
}

enum UploadError {
    TooLarge,
    Unreadable,
}

impl From<MultipartError> for UploadError {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Self::TooLarge
        } else {
            Self::Unreadable
        }
    }
}

async fn read(mut multipart: Multipart) -> Result<Upload, UploadError> {
    let mut upload = Upload {
        fields: BTreeMap::new(),
        file: None,
    };
    let mut parts = 0;
    while let Some(part) = multipart.next_field().await? {
        parts += 1;
        let name = part
            .name()
            .filter(|_| parts <= MAX_PARTS)
            .ok_or(UploadError::Unreadable)?
            .to_owned();
        if let Some(file_name) = part.file_name().map(last_component) {
            let bytes = part.bytes().await?;
            if bytes.len() > MAX_UPLOAD {
                return Err(UploadError::TooLarge);
            }
            // What browsers send when no file was chosen.
            if file_name.is_empty() && bytes.is_empty() {
                continue;
            }
            if upload.file.replace((file_name, bytes)).is_some() {
                return Err(UploadError::Unreadable);
            }
        } else {
            let bytes = part.bytes().await?;
            let text = String::from_utf8(bytes.into()).map_err(|_| UploadError::Unreadable)?;
            match upload.fields.entry(name) {
                Entry::Vacant(place) => place.insert(text),
                Entry::Occupied(_) => return Err(UploadError::Unreadable),
            };
        }
    }
    Ok(upload)
}

/// A file name without the folders some systems send before it, and without control characters.
fn last_component(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(MAX_FILE_NAME).collect()
}

async fn page_of<S: Send + Sync>(request: Request, state: &S) -> (PageContext, Request) {
    let (mut parts, body) = request.into_parts();
    let Ok(page) = PageContext::from_request_parts(&mut parts, state).await;
    (page, Request::from_parts(parts, body))
}

fn wrong_type(page: &PageContext) -> PageError {
    PageError::new(page, StatusCode::UNSUPPORTED_MEDIA_TYPE, "error-form-type", "/")
}

fn too_large(page: &PageContext) -> PageError {
    PageError::new(page, StatusCode::PAYLOAD_TOO_LARGE, "error-form-too-large", "/")
}

fn unreadable(page: &PageContext) -> PageError {
    PageError::new(page, StatusCode::BAD_REQUEST, "error-form-unreadable", "/")
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, response::IntoResponse};
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Name {
        name: String,
    }

    fn request(content_type: &str, body: impl Into<Body>) -> Request {
        Request::builder()
            .method("POST")
            .header("content-type", content_type)
            .body(body.into())
            .unwrap()
    }

    async fn form<T: DeserializeOwned>(body: &str) -> Result<T, StatusCode> {
        let request = request("application/x-www-form-urlencoded", body.to_owned());
        Form::from_request(request, &())
            .await
            .map(|Form(form)| form)
            .map_err(|error| error.into_response().status())
    }

    async fn upload(body: &str) -> Result<Upload, StatusCode> {
        let request = request("multipart/form-data; boundary=b", body.replace('\n', "\r\n"));
        Upload::from_request(request, &())
            .await
            .map_err(|error| error.into_response().status())
    }

    #[tokio::test]
    async fn a_form_is_read_and_a_repeated_field_refused() {
        assert_eq!(form::<Name>("name=Ana%20B").await.unwrap().name, "Ana B");
        assert_eq!(
            form::<Name>("name=a&name=b").await.unwrap_err(),
            StatusCode::BAD_REQUEST
        );
        assert_eq!(form::<Name>("other=a").await.unwrap_err(), StatusCode::BAD_REQUEST);
        let pairs: Vec<(String, String)> = form("choose=a&choose=b").await.unwrap();
        assert_eq!(pairs.len(), 2);
    }

    #[tokio::test]
    async fn a_form_of_another_type_or_too_large_is_refused_with_a_page() {
        let wrong = Form::<Name>::from_request(request("text/plain", "name=a"), &())
            .await
            .unwrap_err()
            .into_response();
        assert_eq!(wrong.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(wrong.headers()["content-type"], "text/html; charset=utf-8");
        let large = format!("name={}", "a".repeat(MAX_FORM));
        assert_eq!(form::<Name>(&large).await.unwrap_err(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn an_upload_has_fields_and_a_file_by_its_last_component() {
        let upload = upload(
            "--b\nContent-Disposition: form-data; name=\"csrf\"\n\ntoken\n\
             --b\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\heures.csv\"\n\na;b\n--b--\n",
        )
        .await
        .unwrap();
        assert_eq!(upload.field("csrf"), "token");
        assert_eq!(upload.file.unwrap(), ("heures.csv".to_owned(), Bytes::from("a;b")));
    }

    #[tokio::test]
    async fn no_chosen_file_is_no_file() {
        let empty = "--b\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\n\n\n--b--\n";
        assert_eq!(upload(empty).await.unwrap().file, None);
    }

    #[tokio::test]
    async fn repeated_fields_second_files_and_broken_bodies_are_refused() {
        let field = "--b\nContent-Disposition: form-data; name=\"a\"\n\n1\n";
        let file = "--b\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\n\n1\n";
        for body in [
            format!("{field}{field}--b--\n"),
            format!("{file}{file}--b--\n"),
            field.to_owned(),
        ] {
            assert_eq!(upload(&body).await.unwrap_err(), StatusCode::BAD_REQUEST, "{body}");
        }
    }

    #[tokio::test]
    async fn a_file_over_the_limit_is_refused() {
        for excess in [1, MAX_OVERHEAD * 2] {
            let content = "x".repeat(MAX_UPLOAD + excess);
            let body = format!("--b\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\n\n{content}\n--b--\n");
            assert_eq!(
                upload(&body).await.unwrap_err(),
                StatusCode::PAYLOAD_TOO_LARGE,
                "{excess}"
            );
        }
    }
}
