//! One call that did not succeed, before it is known what it was for.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use replication::step::Target;

use crate::error::{CloudError, ErrorFacts, ErrorKind};
use crate::operation::Operation;
use crate::remedy::remedy;
use crate::site::Site;

/// What came back instead of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub kind: ErrorKind,
    pub operation: Operation,
    pub code: Option<String>,
    pub message: String,
    pub status: Option<u16>,
    pub request_id: Option<String>,
    /// Where the bucket is, if the service says that it is elsewhere.
    pub region: Option<String>,
}

/// The codes by which services say that they do not know these credentials, or not any more.
const CREDENTIAL_CODES: [&str; 14] = [
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "IncompleteSignature",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestTimeTooSkewed",
    "RequestExpired",
    "NotSignedUp",
];

impl Failure {
    /// Reads what the SDK says.
    pub(crate) fn of<E>(operation: Operation, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let mut failure = Self {
            kind: ErrorKind::Unexpected,
            operation,
            code: None,
            message: String::new(),
            status: None,
            request_id: None,
            region: None,
        };
        if let Some(response) = error.raw_response() {
            failure.read_response(response);
        }
        match error {
            SdkError::ServiceError(context) => {
                failure.kind = ErrorKind::Service;
                failure.code = context.err().code().map(str::to_owned);
                failure.message = context
                    .err()
                    .message()
                    .filter(|text| !text.is_empty())
                    .map_or_else(|| failure.no_words(), str::to_owned);
                if failure
                    .code
                    .as_deref()
                    .is_some_and(|code| CREDENTIAL_CODES.contains(&code))
                {
                    failure.kind = ErrorKind::Credentials;
                }
            }
            SdkError::TimeoutError(_) => {
                failure.kind = ErrorKind::Connection;
                failure.message = String::from("no answer in time");
            }
            SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
                let (credentials, words) = chain(error);
                failure.kind = if credentials {
                    ErrorKind::Credentials
                } else {
                    ErrorKind::Connection
                };
                failure.message = words;
            }
            _ => failure.message = chain(error).1,
        }
        failure
    }

    /// An answer that lacks what it must have.
    pub(crate) fn incomplete(operation: Operation, lacks: &str) -> Self {
        Self::unusable(operation, format!("the answer has no {lacks}"))
    }

    /// A request that could not be made, or an answer that cannot be understood.
    pub(crate) fn unusable(operation: Operation, message: String) -> Self {
        Self {
            kind: ErrorKind::Unexpected,
            operation,
            code: None,
            message,
            status: None,
            request_id: None,
            region: None,
        }
    }

    /// One entry of a call on many that was refused.
    pub(crate) fn of_entry(
        operation: Operation,
        code: Option<&str>,
        message: Option<&str>,
    ) -> Self {
        let said = message.unwrap_or("the service did not say why").to_owned();
        Self {
            kind: ErrorKind::Service,
            code: code.map(str::to_owned),
            ..Self::unusable(operation, said)
        }
    }

    fn read_response(&mut self, response: &HttpResponse) {
        self.status = Some(response.status().as_u16());
        let header = |name: &str| response.headers().get(name).map(str::to_owned);
        self.request_id = header("x-amz-request-id").or_else(|| header("x-amzn-requestid"));
        self.region = header("x-amz-bucket-region").or_else(|| {
            let body = std::str::from_utf8(response.body().bytes()?).ok()?;
            let (_, rest) = body.split_once("<Region>")?;
            rest.split_once("</Region>")
                .map(|(region, _)| region.to_owned())
        });
    }

    fn no_words(&self) -> String {
        match self.status {
            Some(status) => format!("the service answered HTTP {status} without a word"),
            None => "the service did not say why".to_owned(),
        }
    }

    /// Whether the service's code is one of these.
    pub(crate) fn is(&self, codes: &[&str]) -> bool {
        self.code
            .as_deref()
            .is_some_and(|code| codes.contains(&code))
    }

    /// Whether the service refuses to say, for lack of a permission.
    pub(crate) fn is_denied(&self) -> bool {
        self.kind == ErrorKind::Service
            && (self.status == Some(403)
                || self.is(&["AccessDenied", "AccessDeniedException", "AllAccessDisabled"]))
    }

    /// Whether the endpoint does not have this call: a system that speaks only a part of S3.
    pub(crate) fn is_not_implemented(&self) -> bool {
        self.is(&["NotImplemented", "MethodNotAllowed"]) || matches!(self.status, Some(405 | 501))
    }

    /// Whether the bucket is not there.
    pub(crate) fn is_no_bucket(&self) -> bool {
        // Systems that speak S3 may answer 404 and say no more. Whatever else can be missing has a code of its own.
        self.is(&["NoSuchBucket"])
            || (self.status == Some(404) && (self.code.is_none() || self.is(&["NotFound"])))
    }

    /// Whether the bucket is in another region than was asked.
    pub(crate) fn is_elsewhere(&self) -> bool {
        matches!(self.status, Some(301 | 307))
            || self.is(&["PermanentRedirect", "TemporaryRedirect"])
            || (self.is(&["AuthorizationHeaderMalformed"]) && self.region.is_some())
    }

    /// The service's words with the code before them.
    pub(crate) fn words(&self) -> String {
        match &self.code {
            Some(code) => format!("{code}: {}", self.message),
            None => self.message.clone(),
        }
    }

    /// The error that a person reads. Credentials that are not known there are not used again before they are read anew.
    pub(crate) fn at(self, site: &Site, what: String, target: Option<Target>) -> CloudError {
        if self.kind == ErrorKind::Credentials {
            site.credentials.forget();
        }
        let remedy = remedy(&self, site);
        let message = match self.kind {
            ErrorKind::Connection => format!(
                "{} did not answer: {}",
                site.endpoint(self.operation.service),
                self.message
            ),
            _ => self.message,
        };
        ErrorFacts {
            kind: self.kind,
            what,
            site: Some(site.name.clone()),
            operation: self.operation.to_string(),
            code: self.code,
            message,
            request_id: self.request_id,
            status: self.status,
            remedy,
            target,
        }
        .into()
    }
}

/// Whether credentials are what is lacking, and the words of an error and of what caused it, each said once.
fn chain(error: &(dyn Error + 'static)) -> (bool, String) {
    let mut credentials = false;
    let mut words: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        credentials |= cause.is::<CredentialsError>();
        let said = cause.to_string();
        // A word of the SDK that says nothing.
        if said != "other" && words.last() != Some(&said) {
            words.push(said);
        }
        next = cause.source();
    }
    if words.is_empty() {
        words.push(error.to_string());
    }
    (credentials, words.join(": "))
}
