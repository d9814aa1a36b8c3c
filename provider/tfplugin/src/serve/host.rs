//! What Terraform asks of any plugin as a process: whether it is well, its stray output, and to end.

use std::io;
use std::pin::Pin;

use futures::stream;
use futures::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use crate::proto::health::health_check_response::ServingStatus;
use crate::proto::health::health_server::Health;
use crate::proto::health::{HealthCheckRequest, HealthCheckResponse};
use crate::proto::plugin::grpc_broker_server::GrpcBroker;
use crate::proto::plugin::grpc_controller_server::GrpcController;
use crate::proto::plugin::grpc_stdio_server::GrpcStdio;
use crate::proto::plugin::{ConnInfo, Empty, StdioData};
use crate::service::Calls;

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
        let end = stream::once(self.end.clone().cancelled_owned());
        Box::pin(end.filter_map(|()| async { None }))
    }
}

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

/// Keeps the signals that are meant for Terraform from ending the process in the middle of its work.
///
/// A terminal sends Ctrl-C to Terraform and to us alike, and so does with its own signal whatever cancels a job in
/// continuous integration. Terraform then asks for the end in an orderly way; on the harder signal the work under
/// way is cancelled already, and what was made gets into state.
pub(super) fn hold_signals(calls: Calls) -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupts = signal(SignalKind::interrupt())?;
        let mut terminations = signal(SignalKind::terminate())?;
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    Some(()) = interrupts.recv() => {}
                    Some(()) = terminations.recv() => calls.stop(),
                    else => break,
                }
            }
        });
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        let _held_for = calls;
        while tokio::signal::ctrl_c().await.is_ok() {}
    });
    Ok(())
}
