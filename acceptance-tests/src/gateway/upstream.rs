//! The way to the emulator: requests passed on as they came, and the gateway's own questions.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::{Because as _, LabError};

/// The emulator, as the gateway sees it.
#[derive(Debug)]
pub struct Upstream {
    authority: String,
    client: Client<HttpConnector, Full<Bytes>>,
    /// The account of each access key that was asked for.
    accounts: Mutex<HashMap<String, String>>,
}

/// An answer of the emulator's.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Upstream {
    /// The emulator at this address.
    pub fn new(authority: String) -> Self {
        Self {
            authority,
            client: Client::builder(TokioExecutor::new()).build(HttpConnector::new()),
            accounts: Mutex::default(),
        }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, LabError> {
        let response = self
            .client
            .request(request)
            .await
            .because("the emulator did not answer")?;
        let (parts, body) = response.into_parts();
        let body = body
            .collect()
            .await
            .because("the emulator broke its answer off")?
            .to_bytes();
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }

    /// Passes a request on. Method, path and headers stay as the client signed them, the Host among them.
    pub async fn forward(&self, parts: &Parts, body: Bytes) -> Result<Answer, LabError> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let uri: Uri = format!("http://{}{path}", self.authority)
            .parse()
            .because("the path is no path")?;
        let mut request = Request::builder().method(parts.method.clone()).uri(uri);
        if let Some(headers) = request.headers_mut() {
            headers.clone_from(&parts.headers);
            // These belong to one connection, and each side has its own.
            for name in [
                "connection",
                "transfer-encoding",
                "keep-alive",
                "expect",
                "upgrade",
            ] {
                headers.remove(name);
            }
            // Over HTTP the lab stands for what is TLS at AWS: a policy that asks for it is met.
            headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        }
        let request = request
            .body(Full::new(body))
            .because("the request cannot be passed on")?;
        let mut answer = self.send(request).await?;
        answer.headers.remove("connection");
        answer.headers.remove("transfer-encoding");
        Ok(answer)
    }

    /// The account that an access key belongs to; empty where nobody has it.
    pub async fn account_of(&self, access_key: &str) -> Result<String, LabError> {
        if access_key.len() == 12 && access_key.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(access_key.to_owned());
        }
        let known = self
            .accounts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(access_key)
            .cloned();
        if let Some(account) = known {
            return Ok(account);
        }
        let form = [("Action", "GetAccessKeyInfo"), ("AccessKeyId", access_key)];
        let asked = self.ask("sts", "000000000000", &form).await?;
        let account = element(&asked.text(), "Account").unwrap_or_default();
        // A key never goes from one account to another.
        if !account.is_empty() {
            self.accounts
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(access_key.to_owned(), account.clone());
        }
        Ok(account)
    }

    /// Asks IAM or STS something as the root of an account, whose signature the emulator takes on trust.
    pub async fn ask(
        &self,
        service: &str,
        account: &str,
        form: &[(&str, &str)],
    ) -> Result<Answer, LabError> {
        let body = form
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        let version = if service == "iam" {
            "2010-05-08"
        } else {
            "2011-06-15"
        };
        let request = self
            .as_root(account, "us-east-1", service)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(format!("{body}&Version={version}"))))
            .because("the question cannot be asked")?;
        self.send(request).await
    }

    /// Asks a service that speaks JSON, as the root of an account, and fails where it refuses.
    pub async fn ask_json(
        &self,
        (account, region): (&str, &str),
        operation: &str,
        question: &Value,
    ) -> Result<Value, LabError> {
        let service = match operation.split_once('.') {
            Some(("AWSEvents", _)) => "events",
            _ => "sqs",
        };
        let request = self
            .as_root(account, region, service)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", operation)
            .body(Full::new(Bytes::from(question.to_string())))
            .because("the question cannot be asked")?;
        let answer = self.send(request).await?;
        if !answer.status.is_success() {
            return Err(LabError::new(format!(
                "{operation} of {question}: {} {}",
                answer.status,
                answer.text()
            )));
        }
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer.body).because("the emulator's answer is no JSON")
    }

    fn as_root(&self, account: &str, region: &str, service: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}/", self.authority))
            .header("host", &self.authority)
            .header("x-forwarded-proto", "https")
            .header("x-amz-date", "20260101T000000Z")
            .header(
                "authorization",
                format!(
                    "AWS4-HMAC-SHA256 Credential={account}/20260101/{region}/{service}/aws4_request, \
                     SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000"
                ),
            )
    }
}

/// Percent-encodes a form value.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for digit in [byte >> 4, byte & 15] {
                let digit = char::from_digit(u32::from(digit), 16).unwrap_or('0');
                encoded.push(digit.to_ascii_uppercase());
            }
        }
    }
    encoded
}

/// The text of the first element of this name, unescaped.
pub fn element(xml: &str, name: &str) -> Option<String> {
    elements(xml, name).into_iter().next()
}

/// The texts of all elements of this name.
pub fn elements(xml: &str, name: &str) -> Vec<String> {
    let Ok(document) = roxmltree::Document::parse(xml) else {
        return Vec::new();
    };
    let named = document
        .descendants()
        .filter(|node| node.tag_name().name() == name);
    named
        .map(|node| node.text().unwrap_or_default().to_owned())
        .collect()
}
