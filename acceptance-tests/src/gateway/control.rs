//! The gateway's own endpoint under `/_lab/`, for the demo, the benches and a curious user.
//!
//! `GET calls`, `DELETE calls`, `PUT latency` (milliseconds), `PUT memory` (`true` or `false`), `POST faults` (a rule as JSON,
//! answered with its number), `DELETE faults`, `POST release` (a rule's number), `PUT delivery` (how events come, as JSON),
//! `GET events` (what became of them).

use std::time::Duration;

use hyper::body::Bytes;
use hyper::{Method, Response, StatusCode};

use super::State;
use super::answer::{Body, whole};
use super::fault::Fault;

fn answer(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(whole(body));
    *response.status_mut() = status;
    response.headers_mut().insert(
        "content-type",
        hyper::header::HeaderValue::from_static("application/json"),
    );
    response
}

/// Serves one control request.
pub fn serve(state: &State, method: &Method, path: &str, body: &Bytes) -> Response<Body> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    let done = || answer(StatusCode::OK, "{}".to_owned());
    let wrong = |words: &str| {
        answer(
            StatusCode::BAD_REQUEST,
            serde_json::json!({ "error": words }).to_string(),
        )
    };
    match (method.as_str(), path) {
        ("GET", "calls") => match serde_json::to_string(&state.record.calls()) {
            Ok(calls) => answer(StatusCode::OK, calls),
            Err(error) => wrong(&error.to_string()),
        },
        ("DELETE", "calls") => {
            state.record.reset();
            done()
        }
        ("PUT", "latency") => match text.parse() {
            Ok(milliseconds) => {
                state.set_latency(Duration::from_millis(milliseconds));
                done()
            }
            Err(_) => wrong("the latency is a number of milliseconds"),
        },
        ("PUT", "memory") => match text.parse() {
            Ok(on) => {
                state.memory.set(on);
                done()
            }
            Err(_) => wrong("memory is true or false"),
        },
        ("PUT", "delivery") => match serde_json::from_str(text) {
            Ok(delivery) => {
                state.events.set(delivery);
                done()
            }
            Err(error) => wrong(&error.to_string()),
        },
        ("GET", "events") => answer(
            StatusCode::OK,
            serde_json::json!(state.events.told()).to_string(),
        ),
        ("POST", "faults") => match serde_json::from_str::<Fault>(text) {
            Ok(fault) => answer(
                StatusCode::OK,
                serde_json::json!({ "id": state.faults.arm(fault).id() }).to_string(),
            ),
            Err(error) => wrong(&error.to_string()),
        },
        ("DELETE", "faults") => {
            state.faults.clear();
            done()
        }
        ("POST", "release") if text.parse().is_ok_and(|id| state.faults.release(id)) => done(),
        ("POST", "release") => wrong("there is no fault of this number"),
        _ => answer(StatusCode::NOT_FOUND, "{}".to_owned()),
    }
}
