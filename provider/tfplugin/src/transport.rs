//! From a listening socket to a stream of connections that the gRPC server can take.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tonic::transport::server::Connected;

use crate::handshake::Offer;

/// How long a client may take for its side of the TLS handshake.
const TLS_PATIENCE: Duration = Duration::from_secs(10);

/// A bound socket, not yet accepting.
pub(crate) enum Listener {
    #[cfg(unix)]
    Unix {
        listener: UnixListener,
        path: PathBuf,
        directory: Option<PathBuf>,
    },
    Tcp {
        listener: TcpListener,
        address: SocketAddr,
    },
}

impl Listener {
    /// Binds a unix socket, or where there can be none, a TCP port of the loopback interface.
    pub(crate) async fn bind(offer: &Offer) -> io::Result<Self> {
        #[cfg(unix)]
        if let Ok(listener) = Self::bind_unix(offer.socket_directory.as_deref()) {
            return Ok(listener);
        }
        Self::bind_tcp(offer.ports).await
    }

    #[cfg(unix)]
    fn bind_unix(directory: Option<&Path>) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;

        let name = format!("plugin-{}-{}", std::process::id(), nanoseconds());
        if let Some(directory) = directory {
            let path = directory.join(name);
            return Ok(Self::Unix {
                listener: UnixListener::bind(&path)?,
                path,
                directory: None,
            });
        }
        // A directory of its own that nobody else may enter: without TLS (debugging) it is the only guard.
        let directory = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&directory)?;
        let path = directory.join("socket");
        match UnixListener::bind(&path) {
            Ok(listener) => Ok(Self::Unix {
                listener,
                path,
                directory: Some(directory),
            }),
            Err(error) => {
                let _ = std::fs::remove_dir(&directory);
                Err(error)
            }
        }
    }

    async fn bind_tcp((first, last): (u16, u16)) -> io::Result<Self> {
        let mut failure = io::Error::new(
            io::ErrorKind::AddrInUse,
            "no port is free in the range offered",
        );
        for port in first..=last.max(first) {
            match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
                Ok(listener) => {
                    let address = listener.local_addr()?;
                    return Ok(Self::Tcp { listener, address });
                }
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// The kind of network, in the words of the handshake.
    pub(crate) fn network(&self) -> &'static str {
        match self {
            #[cfg(unix)]
            Self::Unix { .. } => "unix",
            Self::Tcp { .. } => "tcp",
        }
    }

    /// The address, in the form of the handshake.
    pub(crate) fn address(&self) -> String {
        match self {
            #[cfg(unix)]
            Self::Unix { path, .. } => path.display().to_string(),
            Self::Tcp { address, .. } => address.to_string(),
        }
    }

    async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            #[cfg(unix)]
            Self::Unix { listener, .. } => Ok(Box::new(listener.accept().await?.0)),
            Self::Tcp { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }

    /// Accepts until the receiver is dropped. Each client's TLS handshake runs by itself, so that a slow or
    /// unknown one keeps nobody waiting. `open` counts the connections in use.
    pub(crate) async fn accept_into(
        self,
        tls: Option<TlsAcceptor>,
        connections: mpsc::Sender<io::Result<Connection>>,
        open: watch::Sender<usize>,
    ) {
        let open = Arc::new(open);
        loop {
            let accepted = tokio::select! {
                accepted = self.accept() => accepted,
                () = connections.closed() => break,
            };
            let stream = match accepted {
                Ok(stream) => stream,
                Err(error) => {
                    // Out of file handles, or a client that left at once: neither ends the service.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let (tls, connections, open) = (tls.clone(), connections.clone(), Arc::clone(&open));
            tokio::spawn(async move {
                if let Some(stream) = secure(stream, tls).await {
                    let _ = connections
                        .send(Ok(Connection {
                            stream,
                            _counted: Counted::new(open),
                        }))
                        .await;
                }
            });
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Self::Unix {
            path, directory, ..
        } = self
        {
            let _ = std::fs::remove_file(path);
            if let Some(directory) = directory {
                let _ = std::fs::remove_dir(directory);
            }
        }
    }
}

async fn secure(stream: Box<dyn Stream>, tls: Option<TlsAcceptor>) -> Option<Box<dyn Stream>> {
    let Some(tls) = tls else { return Some(stream) };
    match tokio::time::timeout(TLS_PATIENCE, tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(Box::new(stream)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a client was refused");
            None
        }
        Err(_) => {
            tracing::warn!("a client was refused: its TLS handshake took too long");
            None
        }
    }
}

/// A name part that no earlier process of the same number left behind.
#[cfg(unix)]
fn nanoseconds() -> u128 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos())
}

/// Anything that bytes flow through both ways.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// An accepted, secured and counted connection.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    _counted: Counted,
}

/// Counts a connection for as long as it lives.
struct Counted(Arc<watch::Sender<usize>>);

impl Counted {
    fn new(open: Arc<watch::Sender<usize>>) -> Self {
        open.send_modify(|count| *count += 1);
        Self(open)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
