//! Answers of the gateway's own, in the form that each API gives its errors.

use std::io;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::{Response, StatusCode};

use super::call::{Call, Service};

/// A body that may end in the middle.
pub type Body = BoxBody<Bytes, io::Error>;

/// A whole body.
pub fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed()
}

/// The first half of a body, then a broken connection.
pub fn half(bytes: &Bytes) -> Body {
    let first = Frame::data(bytes.slice(..bytes.len() / 2));
    let parts = futures::stream::iter([Ok(first), Err(io::Error::other("the connection broke"))]);
    StreamBody::new(parts).boxed()
}

/// An error that AWS would give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The code, `InvalidRequest`.
    pub code: String,
    /// The words.
    pub message: String,
}

impl Refusal {
    /// An error of S3's.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
        }
    }

    /// `InvalidRequest` with these words.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidRequest", message)
    }

    /// `InvalidArgument` with these words.
    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidArgument", message)
    }

    /// `MalformedXML`, whose words never say what is wrong.
    pub fn malformed_xml() -> Self {
        Self::new(
            400,
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    }

    /// The answer, in the form of the API that was asked.
    pub fn answer(&self, call: &Call, head: bool) -> Response<Body> {
        let (code, message) = (escape(&self.code), escape(&self.message));
        let request = "LABGATEWAY0000";
        let (kind, text) = match call.service {
            Service::S3 | Service::Other => (
                "application/xml",
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
                     <BucketName>{}</BucketName><Resource>/{}</Resource><RequestId>{request}</RequestId><HostId>lab</HostId></Error>",
                    escape(&call.resource),
                    escape(&call.resource),
                ),
            ),
            Service::Iam | Service::Sts => {
                let side = if self.status < 500 {
                    "Sender"
                } else {
                    "Receiver"
                };
                (
                    "text/xml",
                    format!(
                        "<ErrorResponse><Error><Type>{side}</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                         <RequestId>{request}</RequestId></ErrorResponse>"
                    ),
                )
            }
            // Lambda names the error in a header, below.
            Service::Lambda => (
                "application/json",
                serde_json::json!({ "Type": "Service", "Message": self.message }).to_string(),
            ),
            Service::Kms | Service::Events | Service::Sqs | Service::Organizations => (
                "application/x-amz-json-1.1",
                serde_json::json!({ "__type": self.code, "message": self.message }).to_string(),
            ),
        };
        // A HEAD has no body, so only the status tells.
        let body = if head {
            Bytes::new()
        } else {
            Bytes::from(text)
        };
        let mut response = Response::new(whole(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(
            "content-type",
            hyper::header::HeaderValue::from_static(kind),
        );
        if call.service == Service::Lambda
            && let Ok(code) = hyper::header::HeaderValue::from_str(&self.code)
        {
            headers.insert("x-amzn-errortype", code);
        }
        headers.insert(
            "x-amz-request-id",
            hyper::header::HeaderValue::from_static("LABGATEWAY0000"),
        );
        response
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
