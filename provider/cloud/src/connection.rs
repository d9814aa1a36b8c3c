//! How a service is reached: one pool of connections for each set of trusted certificates, shared by all sites.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::error::{CloudError, ErrorFacts, ErrorKind};

/// A connection that is not there after this will not come.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A service that says nothing for so long is not going to.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_mins(1);

/// The pools by CA bundle.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    by_bundle: tokio::sync::Mutex<BTreeMap<Option<String>, SharedHttpClient>>,
}

impl Connections {
    /// The pool for a CA bundle, made if there is none yet.
    pub(crate) async fn trusting(
        &self,
        bundle: Option<&str>,
    ) -> Result<SharedHttpClient, CloudError> {
        let mut pools = self.by_bundle.lock().await;
        let key = bundle.map(str::to_owned);
        if let Some(pool) = pools.get(&key) {
            return Ok(pool.clone());
        }
        let wanted = key.clone();
        // Reading the system's certificates takes tens of milliseconds, and a certificate that cannot be read is a panic
        // in the SDK: both are kept away from the runtime.
        let made = tokio::task::spawn_blocking(move || pool(wanted.as_deref())).await;
        let made = match made {
            Ok(made) => made?,
            Err(_) => {
                return Err(unusable_bundle(
                    "the certificates to trust cannot be read: the bundle is no PEM certificate, or the system has none".to_owned(),
                ));
            }
        };
        pools.insert(key, made.clone());
        Ok(made)
    }
}

fn unusable_bundle(message: String) -> CloudError {
    let what = "prepare secure connections".to_owned();
    let mut facts = ErrorFacts::of(ErrorKind::Configuration, what, message);
    facts.remedy = Some(
        "Give ca_bundle the path of a PEM file, or PEM itself, beginning with -----BEGIN CERTIFICATE-----."
            .to_owned(),
    );
    facts.into()
}

fn pool(bundle: Option<&str>) -> Result<SharedHttpClient, CloudError> {
    let mut trust = TrustStore::default();
    if let Some(bundle) = bundle {
        let pem = if bundle.contains("-----BEGIN") {
            bundle.to_owned()
        } else {
            std::fs::read_to_string(bundle)
                .map_err(|error| unusable_bundle(format!("cannot read {bundle}: {error}")))?
        };
        if !pem.contains("-----BEGIN CERTIFICATE-----") {
            return Err(unusable_bundle(
                "the CA bundle has no certificate in it".to_owned(),
            ));
        }
        trust = trust.with_pem_certificate(pem);
    }
    let tls = TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(|error| unusable_bundle(error.to_string()))?;
    let pool = Pool {
        tls,
        connectors: Arc::default(),
    };
    // Made now, so that the certificates are parsed here and not in the runtime.
    let usual = HttpConnectorSettings::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .build();
    pool.connector(&usual);
    Ok(SharedHttpClient::new(pool))
}

/// Connectors by their timeouts: the SDK asks for short ones where it looks for instance metadata.
#[derive(Debug, Clone)]
struct Pool {
    tls: TlsContext,
    connectors: Arc<Mutex<BTreeMap<Timeouts, SharedHttpConnector>>>,
}

type Timeouts = (Option<Duration>, Option<Duration>);

impl Pool {
    fn connector(&self, settings: &HttpConnectorSettings) -> SharedHttpConnector {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        self.connectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(timeouts)
            .or_insert_with(|| {
                let builder = Connector::builder()
                    .connector_settings(settings.clone())
                    .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
                    .proxy_config(ProxyConfig::from_env())
                    .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                    .tls_context(self.tls.clone());
                SharedHttpConnector::new(builder.build_with_resolver(Resolver))
            })
            .clone()
    }
}

impl HttpClient for Pool {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.connector(settings)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        None
    }
}

/// The system's resolver, but every name under `localhost` is this machine (RFC 6761): S3's control plane puts the
/// account before the host, and few systems resolve such a name.
#[derive(Debug, Clone, Copy)]
struct Resolver;

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            if is_loopback(name) {
                return Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
            }
            tokio::net::lookup_host((name, 0))
                .await
                .map(|addresses| addresses.map(|address| address.ip()).collect())
                .map_err(ResolveDnsError::new)
        })
    }
}

fn is_loopback(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() > ".localhost".len()
        && name
            .get(name.len() - ".localhost".len()..)
            .is_some_and(|end| end.eq_ignore_ascii_case(".localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_under_localhost_are_this_machine() {
        assert!(is_loopback("111122223333.localhost"));
        assert!(is_loopback("orders.S3.LocalHost."));
        for other in [
            "localhost",
            "notlocalhost",
            "localhost.example.com",
            "x.localhosts",
            "é.localhos",
        ] {
            assert!(!is_loopback(other), "{other}");
        }
    }

    #[tokio::test]
    async fn a_bundle_that_is_none_says_so() {
        let connections = Connections::default();
        let error = connections
            .trusting(Some("/nowhere/ca.pem"))
            .await
            .unwrap_err();
        assert!(error.message.contains("/nowhere/ca.pem"), "{error}");
        let error = connections
            .trusting(Some(
                "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----",
            ))
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Configuration);
    }
}
