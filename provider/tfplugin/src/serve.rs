//! The whole `main` of a provider: from the process start to its end.

mod host;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tonic::codegen::tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;

use crate::handshake::{Offer, Start, reattach_line};
use crate::proto::health::health_server::HealthServer;
use crate::proto::plugin::grpc_broker_server::GrpcBrokerServer;
use crate::proto::plugin::grpc_controller_server::GrpcControllerServer;
use crate::proto::plugin::grpc_stdio_server::GrpcStdioServer;
use crate::proto::tfplugin6::provider_server::ProviderServer;
use crate::service::Service;
use crate::tls::ServerTls;
use crate::transport::Listener;
use crate::{Provider, logging};

/// The largest message taken and given, as Terraform itself has it for plugins of this version.
const MESSAGE_LIMIT: usize = 256 << 20;
/// How much of a message may be on its way before the other side has read it. Large states and schemas would
/// otherwise crawl through in 64 KiB pieces.
const WINDOW: u32 = 4 << 20;
/// How many calls may be under way at once: more than any `-parallelism`.
const CALLS: u32 = 4096;
/// How long the process waits for its connections to close once it has been told to end. Terraform kills it after
/// two seconds.
const END_PATIENCE: Duration = Duration::from_millis(1500);
/// How long a provider may take to give back what it holds. Terraform kills the process two seconds after it has asked it to end.
const CLOSE_PATIENCE: Duration = Duration::from_millis(1500);
/// How long the process lives without anybody connected. Terraform keeps its connection all the time; if it was
/// killed, nobody will ever send Shutdown.
const LONELY_PATIENCE: Duration = Duration::from_secs(10);
/// How long the process waits for the first connection: Terraform gives up after a minute.
const FIRST_PATIENCE: Duration = Duration::from_mins(2);

/// Who this provider is, and how it behaves as a process.
#[derive(Clone, Copy, Debug)]
pub struct ServeOptions {
    /// The short name, such as `crr`: the local name in configurations.
    pub name: &'static str,
    /// The full address in a registry, such as `registry.terraform.io/example/crr`.
    pub address: &'static str,
    /// The provider's version, for what it says about itself.
    pub version: &'static str,
    /// The crates whose log events obey `TF_LOG`. Those of all others are shown from warnings up: what libraries
    /// trace may hold credentials and the bodies of requests.
    pub log_targets: &'static [&'static str],
    /// How long a call may go on after Terraform asked to stop, before it is cut off and answered with what it
    /// kept.
    pub stop_grace: Duration,
}

impl ServeOptions {
    /// The usual behaviour under this name and address.
    pub const fn new(name: &'static str, address: &'static str, version: &'static str) -> Self {
        Self {
            name,
            address,
            version,
            log_targets: &[],
            stop_grace: Duration::from_secs(30),
        }
    }
}

/// Serves the provider until Terraform ends the session, and answers how the process should exit.
///
/// # Flow
///
/// Started by Terraform, it prints the handshake line and serves over mutual TLS. Started with `--debug`, it prints
/// the `TF_REATTACH_PROVIDERS` setting to stderr and serves without TLS until interrupted. Started by hand, it says
/// what it is, and exits with 1.
pub fn serve(provider: impl Provider, options: ServeOptions) -> ExitCode {
    let (offer, debug) = match Start::detect() {
        Start::ByHand => {
            say(&introduction(&options));
            return ExitCode::FAILURE;
        }
        Start::Plugin(offer) => (offer, false),
        Start::Debug(offer) => (offer, true),
    };
    logging::start(&options, debug);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!(
                "{}: the asynchronous runtime could not be started: {error}",
                options.name
            ));
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(session(provider, options, &offer, debug));
    // Whatever still runs has had its grace.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{}: {error}", options.name));
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn session(
    provider: impl Provider,
    options: ServeOptions,
    offer: &Offer,
    debug: bool,
) -> Result<(), Failure> {
    let provider = Arc::new(provider);
    let service = Service::new(provider.clone(), options);
    let calls = service.calls();
    if !debug {
        host::hold_signals(calls.clone())?;
    }
    if !offer.speaks_our_version() {
        tracing::error!(
            "this Terraform does not speak version 6 of the plugin protocol; 1.0 and later do"
        );
    }
    let listener = Listener::bind(offer).await?;
    let tls = offer
        .client_certificate
        .as_deref()
        .map(ServerTls::pinned_to)
        .transpose()?;
    let (network, address) = (listener.network(), listener.address());
    if debug {
        say(&format!(
            "{} is waiting for Terraform. In another shell, set this and run terraform there:\n\n{}\n",
            options.name,
            reattach_line(options.address, network, &address, std::process::id())
        ));
    } else {
        let line = offer.line(
            network,
            &address,
            tls.as_ref().map(|tls| tls.certificate.as_slice()),
        );
        let mut stdout = io::stdout().lock();
        stdout.write_all(line.as_bytes())?;
        stdout.flush()?;
    }

    let (connections, incoming) = mpsc::channel(16);
    let (open, watched) = watch::channel(0);
    let accepting =
        tokio::spawn(listener.accept_into(tls.map(|tls| tls.acceptor), connections, open));

    let end = CancellationToken::new();
    let host = host::Host::new(end.clone(), debug);
    let server = Server::builder()
        .max_concurrent_streams(CALLS)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW * 4)
        .add_service(
            ProviderServer::new(service)
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
        )
        .add_service(GrpcControllerServer::new(host.clone()))
        .add_service(GrpcStdioServer::new(host.clone()))
        .add_service(GrpcBrokerServer::new(host.clone()))
        .add_service(HealthServer::new(host))
        .serve_with_incoming_shutdown(ReceiverStream::new(incoming), end.clone().cancelled_owned());

    let orderly_end = async {
        tokio::select! {
            () = end.cancelled() => {}
            _ = tokio::signal::ctrl_c(), if debug => {}
            () = abandoned(watched, || calls.stop()), if !debug => tracing::warn!("Terraform is gone; ending"),
        }
        calls.stop();
        end.cancel();
        tokio::time::sleep(END_PATIENCE).await;
    };
    let result = tokio::select! {
        ended = server => ended.map_err(Failure::from),
        () = orderly_end => Ok(()),
    };
    let _ = tokio::time::timeout(CLOSE_PATIENCE, provider.close()).await;
    // The socket is taken away with its listener, and the process must not end before.
    accepting.abort();
    let _ = accepting.await;
    result
}

/// Returns when nobody is connected any more and nobody comes back. `on_loss` is called each time that the last
/// connection is lost.
async fn abandoned(mut open: watch::Receiver<usize>, on_loss: impl Fn()) {
    let mut patience = FIRST_PATIENCE;
    loop {
        let Ok(Ok(_)) = tokio::time::timeout(patience, open.wait_for(|count| *count > 0)).await
        else {
            return;
        };
        if open.wait_for(|count| *count == 0).await.is_err() {
            return;
        }
        on_loss();
        patience = LONELY_PATIENCE;
    }
}

fn introduction(options: &ServeOptions) -> String {
    let ServeOptions {
        name,
        address,
        version,
        ..
    } = options;
    format!(
        "This is the Terraform provider {name} {version}. Terraform starts it by itself: to install it, name \
         source = \"{address}\" under required_providers in a configuration, and run: terraform init"
    )
}

/// Tells a person something. stdout belongs to the handshake.
fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
