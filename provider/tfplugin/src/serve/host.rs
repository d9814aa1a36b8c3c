//! What Terraform asks of any plugin as a process: whether it is well, its stray output, and to end.

use std::io;
use std::pin::Pin;

use futures::Stream;
use futures::stream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use crate::proto::health::health_check_response::ServingStatus;
use crate::proto::health::health_server::Health;
use crate::proto::health::{HealthCheckRequest, HealthCheckResponse};
use crate::proto::plugin::grpc_broker_server::GrpcBroker;
use crate::proto::plugin::grpc_controller_server::GrpcController;
use crate::proto::plugin::grpc_stdio_server::GrpcStdio;
use crate::proto::plugin::{ConnInfo, Empty, StdioData};

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The name under which the host asks for our health.
const HEALTH_SERVICE: &str = "plugin";

/// The process, as seen by what started it.
#[derive(Clone)]
pub(super) struct Host {
    end: CancellationToken,
    debug: bool,
}

impl Host {
    pub(super) fn new(end: CancellationToken, debug: bool) -> Self {
        Self { end, debug }
    }

    /// A stream that stays open, and empty, until the process ends: the host takes its end for a loss.
    fn silence<T: Send + 'static>(&self) -> Answers<T> {
        let end = self.end.clone();
        Box::pin(stream::once(async move { end.cancelled_owned().await }).filter_map_to_nothing())
    }
}

/// Turns what a stream gives into nothing, keeping when it ends.
trait Silent: Stream + Sized {
    fn filter_map_to_nothing<T>(self) -> impl Stream<Item = Result<T, Status>> + Send
    where
        Self: Send,
    {
        futures::StreamExt::filter_map(self, |_| async { None })
    }
}

impl<S: Stream> Silent for S {}

#[tonic::async_trait]
impl GrpcController for Host {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        if self.debug {
            // The developer ends it, and several runs of Terraform may attach to it before.
            tracing::debug!("asked to end by an attached Terraform; staying");
        } else {
            self.end.cancel();
        }
        Ok(Response::new(Empty {}))
    }
}

#[tonic::async_trait]
impl GrpcStdio for Host {
    type StreamStdioStream = Answers<StdioData>;

    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(self.silence()))
    }
}

#[tonic::async_trait]
impl GrpcBroker for Host {
    type StartStreamStream = Answers<ConnInfo>;

    async fn start_stream(
        &self,
        _request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        Ok(Response::new(self.silence()))
    }
}

#[tonic::async_trait]
impl Health for Host {
    type WatchStream = Answers<HealthCheckResponse>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match request.into_inner().service.as_str() {
            "" | HEALTH_SERVICE => Ok(Response::new(HealthCheckResponse {
                status: ServingStatus::Serving.into(),
            })),
            other => Err(Status::not_found(format!("there is no service {other}"))),
        }
    }

    async fn watch(
        &self,
        _request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let serving = HealthCheckResponse {
            status: ServingStatus::Serving.into(),
        };
        let then = self.silence();
        Ok(Response::new(Box::pin(futures::StreamExt::chain(
            stream::iter([Ok(serving)]),
            then,
        ))))
    }
}

/// Keeps a Ctrl-C from ending the process: the terminal sends it to Terraform and to us alike, and Terraform
/// then asks for the end in an orderly way. While debugging nobody else would end us.
pub(super) fn hold_interrupts(debug: bool) -> io::Result<()> {
    if debug {
        return Ok(());
    }
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupts = signal(SignalKind::interrupt())?;
        tokio::spawn(async move { while interrupts.recv().await.is_some() {} });
    }
    #[cfg(not(unix))]
    tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
    Ok(())
}
