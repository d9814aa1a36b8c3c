//! Answers kept from the emulator, so that a bench of a thousand pairs does not measure the emulator.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use hyper::body::Bytes;
use hyper::{HeaderMap, Response, StatusCode};

use super::answer::{Body, whole};
use super::call::Call;

/// A kept answer.
#[derive(Debug, Clone)]
pub struct Kept {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Kept {
    /// What the emulator said.
    pub fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            status,
            headers,
            body,
        }
    }

    /// As an answer.
    pub fn answer(self) -> Response<Body> {
        let mut response = Response::new(whole(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// What a read is told apart by: who asks, what, and about what.
type Question = (String, String, String, String, Bytes);

/// Answers to reads of configuration, by resource.
#[derive(Debug, Default)]
pub struct Memory {
    on: AtomicBool,
    kept: Mutex<HashMap<String, HashMap<Question, Kept>>>,
}

impl Memory {
    /// Turns it on or off; off forgets all.
    pub fn set(&self, on: bool) {
        self.on.store(on, Ordering::SeqCst);
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn asks(&self, call: &Call) -> bool {
        self.on.load(Ordering::SeqCst) && call.reads_configuration()
    }

    fn question(call: &Call, uri: &str, body: &Bytes) -> Question {
        (
            call.access_key.clone(),
            call.region.clone(),
            call.operation.clone(),
            uri.to_owned(),
            body.clone(),
        )
    }

    /// The answer to the same question, if nothing was written since.
    pub fn recall(&self, call: &Call, uri: &str, body: &Bytes) -> Option<Kept> {
        if !self.asks(call) {
            return None;
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&call.resource)?
            .get(&Self::question(call, uri, body))
            .cloned()
    }

    /// Keeps the answer to a read; any other call makes the memory of its resource void.
    pub fn keep(&self, call: &Call, uri: &str, body: &Bytes, answer: &Kept) {
        if self.asks(call) {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.entry(call.resource.clone())
                .or_default()
                .insert(Self::question(call, uri, body), answer.clone());
        }
    }

    /// Forgets a resource, before and after it is written: a read beside the write may have seen either.
    pub fn forget(&self, call: &Call) {
        if !call.reads_configuration() && call.key.is_empty() {
            self.kept
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&call.resource);
        }
    }
}
