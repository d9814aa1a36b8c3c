//! Taking an echo away.

use tfplugin::{ApplyRequest, ApplyResponse, Context, Diagnostics, Path};

use super::apply::release;
use super::config::{Resolution, resolve};
use super::handover;
use super::survey::job;
use crate::pair::Operation;
use crate::runtime::Runtime;

/// Takes away what the echo put on buckets, where the user wants that. Never a bucket, never an object.
pub(super) async fn remove(
    runtime: &Runtime,
    context: &Context,
    request: ApplyRequest,
    diagnostics: &mut Diagnostics,
) -> ApplyResponse {
    let Some(prior) = &request.prior else {
        return request.unchanged();
    };
    if prior.get("on_destroy").and_then(tfplugin::Value::as_str) != Some("remove") {
        return ApplyResponse::default();
    }
    if handover::is_replaced(prior, &request.private) {
        runtime
            .echoes()
            .replace(request.private.clone(), prior.clone());
        diagnostics.warning_at(
            Path::root().attribute("on_destroy"),
            "The rules stay while the echo is replaced",
            "It is made again at once with the same sites and names, so its rules are handed over: taken off, they would leave behind for good what is written until they are back. To remove them, destroy the echo without making it again.",
        );
        return ApplyResponse::default();
    }
    let Resolution::Known(resolved) = resolve(prior, runtime, diagnostics).await else {
        if !diagnostics.has_errors() {
            diagnostics.error(
                "The provider block is not known yet",
                "What the echo made cannot be found without it. Apply what it comes from first, with -target.",
            );
        }
        return request.unchanged();
    };
    if resolved.paused {
        diagnostics.error_at(
            Path::root().attribute("paused"),
            format!("Echo {} is paused", resolved.echo.id()),
            "While it is, no bucket is touched, so what it made cannot be removed. Set `paused = false` and apply, or `on_destroy = \"keep\"`.",
        );
        return request.unchanged();
    }
    let job = job(context, &resolved, Operation::Delete);
    release(runtime, &resolved.echo, true, &job, diagnostics).await;
    if diagnostics.has_errors() {
        return request.unchanged();
    }
    ApplyResponse::default()
}
