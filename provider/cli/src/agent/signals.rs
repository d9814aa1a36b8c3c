//! When the system asks the process to end.

use tokio_util::sync::CancellationToken;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, CtrlShutdown, ctrl_c, ctrl_shutdown};

/// What the process hears.
struct Asked {
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(windows)]
    terminate: CtrlShutdown,
    #[cfg(windows)]
    interrupt: CtrlC,
}

#[cfg(unix)]
fn hear() -> std::io::Result<Asked> {
    Ok(Asked {
        terminate: signal(SignalKind::terminate())?,
        interrupt: signal(SignalKind::interrupt())?,
    })
}

#[cfg(windows)]
fn hear() -> std::io::Result<Asked> {
    Ok(Asked {
        terminate: ctrl_shutdown()?,
        interrupt: ctrl_c()?,
    })
}

/// The first SIGTERM or SIGINT ends the process in good order; a second SIGINT ends it at once. On Windows these are the system's
/// shutting down and Ctrl-C.
pub fn stop_when_asked(stop: CancellationToken) -> std::io::Result<()> {
    let mut asked = hear()?;
    tokio::spawn(async move {
        tokio::select! {
            _ = asked.terminate.recv() => {}
            _ = asked.interrupt.recv() => {}
        }
        stop.cancel();
        asked.interrupt.recv().await;
        std::process::exit(130);
    });
    Ok(())
}
