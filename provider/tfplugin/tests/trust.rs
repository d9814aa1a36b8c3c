//! Who is let in: exactly the client whose certificate the provider was started with.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine;
use hyper_util::rt::TokioIo;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P521_SHA512,
};
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tfplugin::proto::tfplugin6::{get_metadata, provider_client::ProviderClient};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tonic::codegen::http::Uri;
use tonic::transport::{Channel, Endpoint};

use crate::session::{COOKIE, Process};

/// A certificate as Terraform makes it: self-signed on P-521, and marked as an authority.
pub struct ClientIdentity {
    pub pem: String,
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl ClientIdentity {
    pub fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyCertSign,
        ];
        parameters.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ClientAuth,
            ExtendedKeyUsagePurpose::ServerAuth,
        ];
        let certificate = parameters.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            certificate: certificate.der().clone(),
            key: key.serialize_der(),
        }
    }

    fn certified(&self, key_of: &Self) -> CertifiedKey {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key_of.key.clone()));
        let key = aws_lc_rs::default_provider()
            .key_provider
            .load_private_key(key)
            .unwrap();
        CertifiedKey::new(vec![self.certificate.clone()], key)
    }
}

/// Connects as the handshake line says; without an identity, without TLS.
pub async fn connect(
    line: &[String],
    identity: Option<&ClientIdentity>,
) -> Result<Channel, tonic::transport::Error> {
    let resolver = identity.map(|identity| Shows(Some(Arc::new(identity.certified(identity)))));
    connect_showing(line, resolver).await
}

async fn connect_showing(
    line: &[String],
    shows: Option<Shows>,
) -> Result<Channel, tonic::transport::Error> {
    let tls = shows.map(|shows| {
        let pinned = base64::engine::general_purpose::STANDARD_NO_PAD
            .decode(&line[5])
            .unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(PinnedServer { pinned, provider }))
            .with_client_cert_resolver(Arc::new(shows));
        config.alpn_protocols = vec![b"h2".to_vec()];
        TlsConnector::from(Arc::new(config))
    });
    let connector = Connector {
        network: line[2].clone(),
        address: line[3].clone(),
        tls,
    };
    Endpoint::from_static("http://localhost")
        .initial_stream_window_size(4 << 20)
        .initial_connection_window_size(16 << 20)
        .connect_with_connector(connector)
        .await
}

#[derive(Clone)]
struct Connector {
    network: String,
    address: String,
    tls: Option<TlsConnector>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Connector {
    async fn open(self) -> io::Result<TokioIo<Box<dyn Stream>>> {
        let stream: Box<dyn Stream> = if self.network == "unix" {
            Box::new(tokio::net::UnixStream::connect(&self.address).await?)
        } else {
            Box::new(tokio::net::TcpStream::connect(&self.address).await?)
        };
        let Some(tls) = self.tls else {
            return Ok(TokioIo::new(stream));
        };
        let secured = tls
            .connect(ServerName::try_from("localhost").unwrap(), stream)
            .await?;
        Ok(TokioIo::new(Box::new(secured)))
    }
}

impl tonic::codegen::Service<Uri> for Connector {
    type Response = TokioIo<Box<dyn Stream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _uri: Uri) -> Self::Future {
        Box::pin(self.clone().open())
    }
}

/// What the client shows: a certificate, with whatever key, or none.
#[derive(Debug)]
struct Shows(Option<Arc<CertifiedKey>>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

#[derive(Debug)]
struct PinnedServer {
    pinned: Vec<u8>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        assert_eq!(
            end_entity.as_ref(),
            self.pinned.as_slice(),
            "not the certificate of the handshake line"
        );
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Whether a call gets through.
async fn is_let_in(channel: Result<Channel, tonic::transport::Error>) -> bool {
    let Ok(channel) = channel else { return false };
    ProviderClient::new(channel)
        .get_metadata(get_metadata::Request {})
        .await
        .is_ok()
}

async fn process_for(identity: &ClientIdentity) -> Process {
    Process::start(&[
        COOKIE,
        ("PLUGIN_CLIENT_CERT", &identity.pem),
        ("PLUGIN_PROTOCOL_VERSIONS", "6"),
    ])
    .await
}

#[tokio::test]
async fn the_client_whose_certificate_it_is_is_let_in() {
    let identity = ClientIdentity::new();
    let process = process_for(&identity).await;
    assert!(is_let_in(connect(&process.line, Some(&identity)).await).await);
}

#[tokio::test]
async fn a_client_with_another_certificate_of_the_same_name_is_refused_and_the_right_one_still_let_in()
 {
    let identity = ClientIdentity::new();
    let process = process_for(&identity).await;
    let stranger = ClientIdentity::new();
    assert!(!is_let_in(connect(&process.line, Some(&stranger)).await).await);
    assert!(is_let_in(connect(&process.line, Some(&identity)).await).await);
}

#[tokio::test]
async fn a_client_that_shows_the_certificate_but_lacks_its_key_is_refused() {
    let identity = ClientIdentity::new();
    let process = process_for(&identity).await;
    let thief = identity.certified(&ClientIdentity::new());
    let channel = connect_showing(&process.line, Some(Shows(Some(Arc::new(thief))))).await;
    assert!(!is_let_in(channel).await);
}

#[tokio::test]
async fn a_client_without_a_certificate_is_refused() {
    let process = process_for(&ClientIdentity::new()).await;
    assert!(!is_let_in(connect_showing(&process.line, Some(Shows(None))).await).await);
}

#[tokio::test]
async fn a_client_without_tls_is_refused() {
    let process = process_for(&ClientIdentity::new()).await;
    assert!(!is_let_in(connect(&process.line, None).await).await);
}
