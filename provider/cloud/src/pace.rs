//! How fast a site is called: so many calls a second and no more, each try counted.
//!
//! It stands below the SDK's retries, where every request passes, and above the slots: who waits for a turn has none.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::time::Instant;

/// A client that sends a request when it is its turn.
pub(crate) fn paced(inner: SharedHttpClient, turns: Arc<Turns>) -> SharedHttpClient {
    SharedHttpClient::new(Paced { inner, turns })
}

/// When the next request may go.
#[derive(Debug)]
pub(crate) struct Turns {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Turns {
    /// So many a second, evenly.
    pub(crate) fn new(calls_per_second: u32) -> Arc<Self> {
        Arc::new(Self {
            interval: Duration::from_secs(1) / calls_per_second.max(1),
            next: Mutex::new(None),
        })
    }

    /// Waits for a turn of one's own.
    async fn wait(&self) {
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + self.interval);
            turn
        };
        tokio::time::sleep_until(turn).await;
    }
}

#[derive(Debug, Clone)]
struct Paced {
    inner: SharedHttpClient,
    turns: Arc<Turns>,
}

impl HttpClient for Paced {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(PacedConnector {
            inner: self.inner.http_connector(settings, components),
            turns: self.turns.clone(),
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}

#[derive(Debug, Clone)]
struct PacedConnector {
    inner: SharedHttpConnector,
    turns: Arc<Turns>,
}

impl HttpConnector for PacedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            this.turns.wait().await;
            this.inner.call(request).await
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn everyone_gets_a_turn_of_their_own() {
        let turns = Turns::new(5);
        let start = Instant::now();
        join_all((0..11).map(|_| turns.wait())).await;
        assert_eq!(start.elapsed(), Duration::from_secs(2), "ten intervals");
        tokio::time::sleep(Duration::from_secs(5)).await;
        let later = Instant::now();
        turns.wait().await;
        assert_eq!(later.elapsed(), Duration::ZERO, "nobody waits for nothing");
    }
}
