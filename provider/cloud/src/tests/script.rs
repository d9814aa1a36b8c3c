//! What the services answer, call by call.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    after: Duration,
    lost: bool,
}

/// An answer with this status and nothing else.
pub(super) fn answer(status: u16) -> Answer {
    Answer {
        status,
        headers: vec![("x-amz-request-id".to_owned(), "REQ1".to_owned())],
        body: String::new(),
        after: Duration::ZERO,
        lost: false,
    }
}

/// How S3 refuses.
pub(super) fn s3_error(status: u16, code: &str, message: &str) -> Answer {
    answer(status).xml(&format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    ))
}

/// How IAM and STS refuse.
pub(super) fn query_error(status: u16, code: &str, message: &str) -> Answer {
    answer(status).xml(&format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>REQ1</RequestId></ErrorResponse>"
    ))
}

/// How KMS refuses.
pub(super) fn json_error(status: u16, code: &str, message: &str) -> Answer {
    answer(status).json(&format!(
        "{{\"__type\":\"{code}\",\"message\":\"{message}\"}}"
    ))
}

impl Answer {
    pub(super) fn xml(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self.header("content-type", "application/xml")
    }

    pub(super) fn json(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self.header("content-type", "application/x-amz-json-1.1")
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// It takes a while.
    pub(super) fn after(mut self, seconds: u64) -> Self {
        self.after = Duration::from_secs(seconds);
        self
    }

    /// The call is done, and the connection breaks before the answer.
    pub(super) fn lost(mut self) -> Self {
        self.lost = true;
        self
    }
}

/// A request as it was on the wire.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub call: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

#[derive(Debug, Default)]
struct State {
    answers: BTreeMap<String, VecDeque<Answer>>,
    sent: Vec<Sent>,
}

/// The script. Answers to different calls may be asked for in any order, those to one call come in theirs.
#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    state: Arc<Mutex<State>>,
}

impl Script {
    /// Expects a call once: `east s3 GET /orders?policy`, `east iam CreateRole`, `east kms DescribeKey`.
    pub(super) fn expect(&self, call: &str, answer: Answer) {
        let mut state = self.state.lock().unwrap();
        state
            .answers
            .entry(call.to_owned())
            .or_default()
            .push_back(answer);
    }

    /// Everything that was sent, in its order; fails if something expected was not.
    pub(super) fn finish(&self) -> Vec<Sent> {
        let state = self.state.lock().unwrap();
        let missing: Vec<&String> = state
            .answers
            .iter()
            .filter(|(_, answers)| !answers.is_empty())
            .map(|(call, _)| call)
            .collect();
        assert!(missing.is_empty(), "never called: {missing:?}");
        state.sent.clone()
    }

    /// The bodies that were sent with a call.
    pub(super) fn bodies(&self, call: &str) -> Vec<String> {
        self.finish()
            .into_iter()
            .filter(|sent| sent.call == call)
            .map(|sent| sent.body)
            .collect()
    }

    /// The calls in their order, without who we are.
    pub(super) fn calls(&self) -> Vec<String> {
        self.finish()
            .into_iter()
            .map(|sent| sent.call)
            .filter(|call| !call.ends_with("GetCallerIdentity"))
            .collect()
    }

    pub(super) fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let sent = read(&request);
        let answer = {
            let mut state = self.state.lock().unwrap();
            let answer = state
                .answers
                .get_mut(&sent.call)
                .and_then(VecDeque::pop_front);
            state.sent.push(sent.clone());
            answer
        };
        HttpConnectorFuture::new(async move {
            let Some(answer) = answer else {
                panic!("not expected: {}\n{}", sent.call, sent.body);
            };
            tokio::time::sleep(answer.after).await;
            if answer.lost {
                return Err(ConnectorError::io("connection reset by peer".into()));
            }
            let mut response = HttpResponse::new(
                answer.status.try_into().unwrap(),
                SdkBody::from(answer.body),
            );
            for (name, value) in answer.headers {
                response.headers_mut().append(name, value);
            }
            Ok(response)
        })
    }
}

fn read(request: &HttpRequest) -> Sent {
    let body = String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap();
    let headers: BTreeMap<String, String> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let (host, path) = request
        .uri()
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .unwrap();
    let (service, site) = host.strip_suffix(".test").unwrap().split_once('.').unwrap();
    let call = match service {
        "s3" => {
            let (path, query) = path.split_once('?').unwrap_or((path, ""));
            let query: Vec<&str> = query
                .split('&')
                .filter(|part| !part.is_empty() && !part.starts_with("x-id="))
                .map(|part| part.strip_suffix('=').unwrap_or(part))
                .collect();
            let mark = if query.is_empty() { "" } else { "?" };
            let path = path.trim_end_matches('/');
            format!("{} /{path}{mark}{}", request.method(), query.join("&"))
        }
        "lambda" => format!("{} /{path}", request.method()),
        "kms" | "events" | "sqs" => headers["x-amz-target"]
            .rsplit('.')
            .next()
            .unwrap()
            .to_owned(),
        _ => body
            .split('&')
            .find_map(|part| part.strip_prefix("Action="))
            .unwrap()
            .to_owned(),
    };
    Sent {
        call: format!("{site} {service} {call}"),
        headers,
        body,
    }
}
