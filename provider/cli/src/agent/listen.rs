//! Where the process is asked how it is: `/metrics`, `/healthz` and `/livez`.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::engine::Engine;
use super::exposition;

/// A loop that has not gone round for so long hangs.
const HANGS: Duration = Duration::from_secs(30);
/// A client that says nothing for so long is let go.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes the address. Where it cannot be had, that is told before anything is begun.
pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Answers for ever, of the engine that is in force.
pub async fn serve(listener: TcpListener, engine: watch::Receiver<Arc<Engine>>) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Too many files are open, say: that passes.
                tracing::warn!(error = %error, "a connection was not taken");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let engine = engine.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request: Request<Incoming>| {
                let engine = engine.borrow().clone();
                let response = respond(&engine, request.method(), request.uri().path());
                async move { Ok::<_, Infallible>(response) }
            });
            // What goes wrong with a client is the client's to see.
            let _ = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE)
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

fn respond(engine: &Engine, method: &Method, path: &str) -> Response<Full<Bytes>> {
    if *method != Method::GET && *method != Method::HEAD {
        return text(StatusCode::METHOD_NOT_ALLOWED, "GET only\n".to_owned());
    }
    match path {
        "/metrics" => {
            let mut response = text(StatusCode::OK, exposition::text(engine));
            response.headers_mut().insert(
                CONTENT_TYPE,
                HeaderValue::from_static(
                    "application/openmetrics-text; version=1.0.0; charset=utf-8",
                ),
            );
            response
        }
        "/healthz" => match trouble(engine) {
            None => text(StatusCode::OK, "ok\n".to_owned()),
            Some(why) => text(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
        },
        "/livez" => match hangs(engine.since_beat()) {
            None => text(StatusCode::OK, "ok\n".to_owned()),
            Some(why) => text(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
        },
        _ => text(
            StatusCode::NOT_FOUND,
            "There is /metrics, /healthz and /livez\n".to_owned(),
        ),
    }
}

fn text(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

/// What a new start would mend: the loop does not go round. Whatever is wrong with a site or a queue, it would not.
fn hangs(since: Duration) -> Option<String> {
    (since > HANGS).then(|| format!("the loop hangs since {} s", since.as_secs()))
}

/// Why the process does not do what it is there for.
fn trouble(engine: &Engine) -> Option<String> {
    if engine.stop.is_cancelled() {
        return Some("it is stopping".to_owned());
    }
    if let Some(hangs) = hangs(engine.since_beat()) {
        return Some(hangs);
    }
    let troubles: Vec<String> = engine
        .served
        .iter()
        .filter_map(|served| Some(format!("{}: {}", served.name, served.trouble()?)))
        .collect();
    (!troubles.is_empty()).then(|| troubles.join("\n"))
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::agent::engine::Remembers;

    #[tokio::test(start_paused = true)]
    async fn only_a_loop_that_hangs_is_not_alive() {
        let stop = CancellationToken::new();
        let (engine, _letters) = Engine::new(Vec::new(), 1, Remembers::Always, stop.clone());
        let status = |path: &str| respond(&engine, &Method::GET, path).status().as_u16();
        assert_eq!((status("/livez"), status("/healthz")), (200, 200));
        stop.cancel();
        assert_eq!((status("/livez"), status("/healthz")), (200, 503));
        tokio::time::sleep(HANGS + Duration::from_secs(1)).await;
        assert_eq!((status("/livez"), status("/healthz")), (503, 503));
    }
}
