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
use crate::configuration::Refusal;

/// A loop that has not gone round for so long hangs.
const HANGS: Duration = Duration::from_secs(30);
/// A client that says nothing for so long is let go.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked about.
#[derive(Clone)]
pub struct Shown {
    /// The engine that is in force.
    pub engine: watch::Receiver<Arc<Engine>>,
    /// Why its configuration is not what the files say, if so.
    pub refusal: watch::Receiver<Refusal>,
}

/// Takes the address. Where it cannot be had, that is told before anything is begun.
pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Answers for ever.
pub async fn serve(listener: TcpListener, shown: Shown) {
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
        let shown = shown.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request: Request<Incoming>| {
                let engine = shown.engine.borrow().clone();
                let refusal = shown.refusal.borrow().clone();
                let response = respond(&engine, &refusal, request.method(), request.uri().path());
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

fn respond(
    engine: &Engine,
    refusal: &[String],
    method: &Method,
    path: &str,
) -> Response<Full<Bytes>> {
    if *method != Method::GET && *method != Method::HEAD {
        return text(StatusCode::METHOD_NOT_ALLOWED, "GET only\n".to_owned());
    }
    match path {
        "/metrics" => {
            let mut response = text(StatusCode::OK, exposition::text(engine, refusal.is_empty()));
            response.headers_mut().insert(
                CONTENT_TYPE,
                HeaderValue::from_static(
                    "application/openmetrics-text; version=1.0.0; charset=utf-8",
                ),
            );
            response
        }
        "/healthz" => match trouble(engine, refusal) {
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
fn trouble(engine: &Engine, refusal: &[String]) -> Option<String> {
    if engine.stop.is_cancelled() {
        return Some("it is stopping".to_owned());
    }
    if let Some(hangs) = hangs(engine.since_beat()) {
        return Some(hangs);
    }
    // It may have said that nothing is to be touched any more.
    let refused = refusal.iter().map(|why| {
        format!("the new configuration is not taken, and the old one is in force: {why}")
    });
    let of_echoes = engine
        .served
        .iter()
        .filter_map(|served| Some(format!("{}: {}", served.name, served.trouble()?)));
    let troubles: Vec<String> = refused.chain(of_echoes).collect();
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
        let status = |path: &str| respond(&engine, &[], &Method::GET, path).status().as_u16();
        assert_eq!((status("/livez"), status("/healthz")), (200, 200));
        stop.cancel();
        assert_eq!((status("/livez"), status("/healthz")), (200, 503));
        tokio::time::sleep(HANGS + Duration::from_secs(1)).await;
        assert_eq!((status("/livez"), status("/healthz")), (503, 503));
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_configuration_that_is_not_taken_is_seen_until_one_is() {
        let (engine, _letters) =
            Engine::new(Vec::new(), 1, Remembers::Always, CancellationToken::new());
        let ask = async |refusal: &[String], path: &str| {
            use http_body_util::BodyExt as _;
            let answer = respond(&engine, refusal, &Method::GET, path);
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            (status, String::from_utf8(body.to_vec()).unwrap())
        };
        let refusal = ["echo.json: EOF while parsing".to_owned()];
        let (status, said) = ask(&refusal, "/healthz").await;
        assert!(
            status == 503 && said.contains("EOF while parsing"),
            "{said}"
        );
        let (_, metrics) = ask(&refusal, "/metrics").await;
        assert!(metrics.contains("\ncrr_config_taken 0\n"), "{metrics}");
        assert_eq!(
            ask(&refusal, "/livez").await.0,
            200,
            "a new start would not mend it"
        );
        assert_eq!(ask(&[], "/healthz").await.0, 200);
        let (_, metrics) = ask(&[], "/metrics").await;
        assert!(metrics.contains("\ncrr_config_taken 1\n"), "{metrics}");
    }
}
