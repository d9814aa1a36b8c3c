//! A small HTTP proxy in front of the emulator: what S3 has and the emulator lacks, and what a test wants to see and to break.
//!
//! # Flow
//!
//! name the call → enter it in the record → wait the set latency → a fault's effect, if a rule takes it → memory, for repeated
//! reads → what S3 would refuse → the emulator → take note of what changed → the event of a call that changes a bucket → answer.
//!
//! Requests are passed on with the Host and path that the client signed, so the emulator checks the client's own signature.

pub mod answer;
pub mod call;
mod canned;
mod control;
pub mod events;
pub mod fault;
mod guard;
mod memory;
mod principal;
pub mod record;
pub mod replication_document;
pub(crate) mod upstream;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::answer::{Body, Refusal, half, whole};
use self::call::Call;
use self::canned::Canned;
use self::events::Events;
pub use self::events::{Delivery, Told};
use self::fault::Faults;
pub use self::fault::{Effect, Fault, Injected, When};
use self::guard::Guard;
use self::memory::{Kept, Memory};
pub use self::principal::readable;
pub use self::record::{Calls, Origin, Recorded};
use self::record::{Entry, Record};
use self::upstream::Upstream;
use crate::{Because as _, LabError};

/// S3's words for a source whose versioning is not on, or not yet.
pub const SOURCE_NOT_VERSIONED: &str =
    "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
/// S3's words for a destination whose versioning is not on, or not yet.
pub const DESTINATION_NOT_VERSIONED: &str = "Destination bucket must have versioning enabled.";

/// Everything that the requests share.
#[derive(Debug)]
struct State {
    upstream: Arc<Upstream>,
    record: Record,
    faults: Faults,
    memory: Memory,
    canned: Canned,
    guard: Guard,
    events: Arc<Events>,
    latency: AtomicU64,
}

impl State {
    fn set_latency(&self, latency: Duration) {
        self.latency.store(
            u64::try_from(latency.as_micros()).unwrap_or(u64::MAX),
            Ordering::SeqCst,
        );
    }
}

/// A running gateway; it ends when this goes.
#[derive(Debug)]
pub struct Gateway {
    address: SocketAddr,
    state: Arc<State>,
    accepts: JoinHandle<()>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.state.faults.clear();
        self.accepts.abort();
    }
}

/// The connection breaks without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was dropped on purpose")]
struct Dropped;

impl Gateway {
    /// Starts one on a free port, in front of the emulator at this address.
    pub async fn start(upstream: String) -> Result<Self, LabError> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .because("no port is free for the gateway")?;
        let address = listener
            .local_addr()
            .because("the gateway has no address")?;
        let state = Arc::new(State {
            upstream: Arc::new(Upstream::new(upstream)),
            record: Record::new(),
            faults: Faults::default(),
            memory: Memory::default(),
            canned: Canned::default(),
            guard: Guard::default(),
            events: Arc::default(),
            latency: AtomicU64::new(0),
        });
        let accepts = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self {
            address,
            state,
            accepts,
        })
    }

    /// Where clients reach it.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All calls since the last reset.
    pub fn calls(&self) -> Calls {
        self.state.record.calls()
    }

    /// Forgets all calls.
    pub fn reset_calls(&self) {
        self.state.record.reset();
    }

    /// Puts a fault in force.
    pub fn inject(&self, fault: Fault) -> Injected {
        self.state.faults.arm(fault)
    }

    /// Lifts all faults.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }

    /// Adds this time to each call.
    pub fn set_latency(&self, latency: Duration) {
        self.state.set_latency(latency);
    }

    /// Sets how the events of calls about buckets come.
    pub fn set_delivery(&self, delivery: Delivery) {
        self.state.events.set(delivery);
    }

    /// What became of the events so far.
    pub fn told(&self) -> Told {
        self.state.events.told()
    }

    /// The role session that an access key is of, where it was handed out here.
    pub fn session(&self, access_key: &str) -> Option<String> {
        self.state.guard.principals.session(access_key)
    }

    /// Answers repeated reads of configuration from memory.
    pub fn set_memory(&self, on: bool) {
        self.state.memory.set(on);
    }

    /// Holds the buckets by itself from now on, for benches of thousands; the emulator has none of them.
    pub fn set_canned(&self, on: bool) {
        self.state.canned.set(on);
    }

    /// Makes a bucket of those.
    pub fn make_canned(&self, account: &str, region: &str, name: &str) {
        self.state.canned.make(account, region, name);
    }

    /// How many of those have this setting, `BucketReplication`.
    pub fn canned_with(&self, setting: &str) -> usize {
        self.state.canned.with(setting)
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    // The connections end with this task: a JoinSet aborts what it holds.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        let service = service_fn(move |request| {
            let state = Arc::clone(&state);
            async move { serve(&state, request).await }
        });
        connections.spawn(async move {
            // A broken connection is the client's affair, or was asked for.
            let mut server = hyper::server::conn::http1::Builder::new();
            let _ = server
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(state: &Arc<State>, request: Request<Incoming>) -> Result<Response<Body>, Dropped> {
    let (parts, body) = request.into_parts();
    let Ok(body) = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
    else {
        return Err(Dropped);
    };
    if let Some(path) = parts.uri.path().strip_prefix("/_lab/") {
        return Ok(control::serve(state, &parts.method, path, &body));
    }
    let call = Call::of(&parts, &body);
    let entry = state.record.begin(&call);
    let latency = state.latency.load(Ordering::SeqCst);
    if latency > 0 {
        tokio::time::sleep(Duration::from_micros(latency)).await;
    }
    let head = parts.method == Method::HEAD;
    let Some(armed) = state.faults.take(&call) else {
        let (response, origin) = answer(state, &call, &parts, &body).await;
        state
            .record
            .end(entry, Some(response.status().as_u16()), origin);
        return Ok(response);
    };
    let effect = &armed.fault.effect;
    if let Some(refusal) = effect.refusal() {
        return Ok(refuse(state, entry, &refusal, &call, head, Origin::Fault));
    }
    match effect {
        Effect::DropBefore => {
            state.record.end(entry, None, Origin::Fault);
            return Err(Dropped);
        }
        Effect::PauseBefore => armed.hold().await,
        _ => {}
    }
    let (response, origin) = answer(state, &call, &parts, &body).await;
    match effect {
        Effect::DropAfter => {
            state.record.end(entry, None, Origin::Fault);
            return Err(Dropped);
        }
        Effect::PauseAfter => armed.hold().await,
        _ => {}
    }
    let status = response.status().as_u16();
    state.record.end(
        entry,
        Some(status),
        if effect == &Effect::HalfBody {
            Origin::Fault
        } else {
            origin
        },
    );
    if effect == &Effect::HalfBody {
        cut(response).await
    } else {
        Ok(response)
    }
}

fn refuse(
    state: &State,
    entry: Entry,
    refusal: &Refusal,
    call: &Call,
    head: bool,
    origin: Origin,
) -> Response<Body> {
    state.record.end(entry, Some(refusal.status), origin);
    refusal.answer(call, head)
}

/// The same answer, ended in the middle; one without a body ends in the middle of its head.
async fn cut(response: Response<Body>) -> Result<Response<Body>, Dropped> {
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    if body.len() < 2 {
        return Err(Dropped);
    }
    parts.headers.insert(
        "content-length",
        hyper::header::HeaderValue::from(body.len()),
    );
    Ok(Response::from_parts(parts, half(&body)))
}

/// The answer as the emulator gives it, as memory has it, or as S3 would refuse.
async fn answer(
    state: &Arc<State>,
    call: &Call,
    parts: &Parts,
    body: &Bytes,
) -> (Response<Body>, Origin) {
    let uri = parts.uri.to_string();
    if let Some(kept) = state.memory.recall(call, &uri, body) {
        return (kept.answer(), Origin::Memory);
    }
    let head = parts.method == Method::HEAD;
    let query = parts.uri.query().unwrap_or_default();
    let canned = &state.canned;
    if let Some(response) = canned
        .answer(&state.upstream, call, query, body, head)
        .await
    {
        return (response, Origin::Memory);
    }
    let trouble =
        |error: &LabError| Refusal::new(500, "InternalError", error.to_string()).answer(call, head);
    match state.guard.refusal(&state.upstream, call, body).await {
        Ok(None) => {}
        Ok(Some(refusal)) => return (refusal.answer(call, head), Origin::Refusal),
        Err(error) => return (trouble(&error), Origin::Refusal),
    }
    // In a task of its own: where the client is killed meanwhile, the emulator has done it all the same, and what changed must
    // be taken note of.
    let done = tokio::spawn({
        let (state, call, parts, body) =
            (Arc::clone(state), call.clone(), parts.clone(), body.clone());
        async move {
            state.memory.forget(&call);
            let mut answer = state.upstream.forward(&parts, body.clone()).await?;
            state.guard.learn(&call, &body, &mut answer);
            state.memory.forget(&call);
            let failure = (!answer.status.is_success()).then(|| {
                let word = |name| upstream::element(&answer.text(), name).unwrap_or_default();
                (word("Code"), word("Message"))
            });
            let asked = (&call, &parts, &body);
            let principals = &state.guard.principals;
            state
                .events
                .notice(&state.upstream, principals, asked, failure)
                .await;
            Ok(answer)
        }
    });
    let answer = match done.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return (trouble(&error), Origin::Refusal),
        Err(error) => return (trouble(&LabError::new(error.to_string())), Origin::Refusal),
    };
    let kept = Kept::new(answer.status, answer.headers.clone(), answer.body.clone());
    state.memory.keep(call, &uri, body, &kept);
    let mut response = Response::new(whole(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    (response, Origin::Emulator)
}
