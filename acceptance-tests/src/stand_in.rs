//! Stand-ins for services that the emulator does not have: each answers on a port of its own, and checks signatures.
//!
//! What they say follows the services' documentation and clients; what that does not prove is in docs/design/testing.md.

pub mod organizations;
mod signature;
pub mod vault;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use self::signature::Refused;
use crate::lab::Keys;
use crate::{Because as _, LabError};

/// A call that was signed by somebody who is known.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The operation's name.
    pub operation: String,
    /// The account of who signed it.
    pub account: String,
    /// The headers, names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

/// What a stand-in says: the status, the type and the text. None: the connection breaks.
pub type Said = Option<(u16, &'static str, String)>;

/// What a stand-in is behind its port.
pub trait Service: Send + Sync + 'static {
    /// The service's name in the scope of a signature.
    const SCOPE: &'static str;

    /// The operation that a request asks for.
    fn operation(headers: &BTreeMap<String, String>, body: &str) -> String;

    /// How a signature is refused.
    fn refuse(&self, why: &Refused) -> Said;

    /// Answers.
    fn answer(&self, asked: Asked) -> BoxFuture<'_, Said>;
}

/// Whose key it is, and the secret to check signatures with.
#[derive(Debug, Clone)]
struct Signer {
    secret: String,
    account: String,
}

/// A running stand-in; it ends when this goes.
pub struct StandIn<S> {
    /// What it is.
    pub service: Arc<S>,
    address: SocketAddr,
    signers: Arc<Mutex<BTreeMap<String, Signer>>>,
    calls: Arc<Mutex<Vec<String>>>,
    accepts: JoinHandle<()>,
}

impl<S> Drop for StandIn<S> {
    fn drop(&mut self) {
        self.accepts.abort();
    }
}

impl<S: Service> StandIn<S> {
    /// Starts one on a free port.
    pub async fn start(service: S) -> Result<Self, LabError> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .because("no port is free for the stand-in")?;
        let address = listener.local_addr().because("it has no address")?;
        let service = Arc::new(service);
        let signers = Arc::<Mutex<BTreeMap<String, Signer>>>::default();
        let calls = Arc::<Mutex<Vec<String>>>::default();
        let accepts = tokio::spawn(accept(
            listener,
            Arc::clone(&service),
            Arc::clone(&signers),
            Arc::clone(&calls),
        ));
        Ok(Self {
            service,
            address,
            signers,
            calls,
            accepts,
        })
    }

    /// Where it answers.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Knows a key from now on.
    pub fn know(&self, keys: &Keys, account: &str) {
        let signer = Signer {
            secret: keys.secret_key.clone(),
            account: account.to_owned(),
        };
        lock(&self.signers).insert(keys.access_key.clone(), signer);
    }

    /// The operations that were asked for, refused ones too, in their order.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.calls).clone()
    }

    /// How often an operation was asked for.
    pub fn count(&self, operation: &str) -> usize {
        lock(&self.calls)
            .iter()
            .filter(|it| *it == operation)
            .count()
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept<S: Service>(
    listener: TcpListener,
    service: Arc<S>,
    signers: Arc<Mutex<BTreeMap<String, Signer>>>,
    calls: Arc<Mutex<Vec<String>>>,
) {
    // The connections end with this task: a JoinSet aborts what it holds.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let (service, signers, calls) = (
            Arc::clone(&service),
            Arc::clone(&signers),
            Arc::clone(&calls),
        );
        let serve = service_fn(move |request| {
            let (service, signers, calls) = (
                Arc::clone(&service),
                Arc::clone(&signers),
                Arc::clone(&calls),
            );
            async move { serve(&*service, &signers, &calls, request).await }
        });
        connections.spawn(async move {
            let server = hyper::server::conn::http1::Builder::new();
            // A broken connection is the client's affair, or was asked for.
            let _ = server.serve_connection(TokioIo::new(stream), serve).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn serve<S: Service>(
    service: &S,
    signers: &Mutex<BTreeMap<String, Signer>>,
    calls: &Mutex<Vec<String>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, LabError> {
    let (parts, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .because("the request broke")?
        .to_bytes();
    let headers: BTreeMap<String, String> = parts
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect();
    let text = String::from_utf8_lossy(&body).into_owned();
    let operation = S::operation(&headers, &text);
    lock(calls).push(operation.clone());
    let known = |key: &str| lock(signers).get(key).map(|signer| signer.secret.clone());
    let request = signature::Signed {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
    };
    let said = match signature::check(&request, S::SCOPE, known) {
        Err(refused) => service.refuse(&refused),
        Ok(key) => {
            let account = lock(signers)
                .get(&key)
                .map(|signer| signer.account.clone())
                .unwrap_or_default();
            service
                .answer(Asked {
                    operation,
                    account,
                    headers,
                    body: text,
                })
                .await
        }
    };
    let Some((status, kind, text)) = said else {
        return Err(LabError::new("the connection was dropped on purpose"));
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = StatusCode::from_u16(status).because("no status")?;
    response.headers_mut().insert(
        hyper::header::CONTENT_TYPE,
        hyper::header::HeaderValue::from_static(kind),
    );
    Ok(response)
}
