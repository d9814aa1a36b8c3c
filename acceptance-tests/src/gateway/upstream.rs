//! The way to the emulator: requests passed on as they came, and the gateway's own questions.

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::{Because as _, LabError};

/// The emulator, as the gateway sees it.
#[derive(Debug)]
pub struct Upstream {
    authority: String,
    client: Client<HttpConnector, Full<Bytes>>,
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
        let form = [("Action", "GetAccessKeyInfo"), ("AccessKeyId", access_key)];
        let asked = self.ask("sts", "000000000000", &form).await?;
        Ok(element(&asked.text(), "Account").unwrap_or_default())
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
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}/", self.authority))
            .header("host", &self.authority)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-amz-date", "20260101T000000Z")
            .header(
                "authorization",
                format!(
                    "AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/{service}/aws4_request, \
                     SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000"
                ),
            )
            .body(Full::new(Bytes::from(format!("{body}&Version={version}"))))
            .because("the question cannot be asked")?;
        self.send(request).await
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
