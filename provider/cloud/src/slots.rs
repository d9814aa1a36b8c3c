//! How many requests are under way at once in the whole process.
//!
//! It stands right above the connections, below the SDK's retries and the pace of a site: who waits for a turn at a slow site,
//! or to try again, keeps nobody else from calling.

use std::sync::Arc;

use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::sync::Semaphore;

/// A client that sends a request as soon as there is a slot for it.
pub(crate) fn bounded(inner: SharedHttpClient, slots: Arc<Semaphore>) -> SharedHttpClient {
    SharedHttpClient::new(Bounded { inner, slots })
}

#[derive(Debug, Clone)]
struct Bounded {
    inner: SharedHttpClient,
    slots: Arc<Semaphore>,
}

impl HttpClient for Bounded {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(BoundedConnector {
            inner: self.inner.http_connector(settings, components),
            slots: self.slots.clone(),
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}

#[derive(Debug, Clone)]
struct BoundedConnector {
    inner: SharedHttpConnector,
    slots: Arc<Semaphore>,
}

impl HttpConnector for BoundedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            // The semaphore is never closed.
            let _slot = this.slots.acquire().await;
            this.inner.call(request).await
        })
    }
}
