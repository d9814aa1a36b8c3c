//! Taking an echo away.

use tfplugin::{ApplyRequest, ApplyResponse, Context, Diagnostics, Path};

use super::apply::{release, tell};
use super::config::{Resolution, Resolved, resolve, resolve_anywhere};
use super::handover;
use super::staying;
use super::survey::{job, survey};
use super::trigger;
use crate::pair::Operation;
use crate::runtime::Runtime;

/// Takes away the trigger, and what the echo put on buckets where the user wants that. Never a bucket, never an object.
pub(super) async fn remove(
    runtime: &Runtime,
    context: &Context,
    request: ApplyRequest,
    diagnostics: &mut Diagnostics,
) -> ApplyResponse {
    let Some(prior) = &request.prior else {
        return request.unchanged();
    };
    let removes = !staying::stay(prior);
    let handed_over = removes
        .then(|| handover::handed_over(prior, &request.private))
        .flatten();
    // While rules are taken off, a function at work would put them back.
    let keeps_trigger =
        (!removes || handed_over.is_some()) && handover::keeps_trigger(prior, &request.private);
    let goes = handed_over.is_none();
    let removes = removes && goes;
    trigger::owner::know(runtime, prior, &request.private);
    if let Some(names) = handover::names(prior).filter(|_| goes) {
        runtime.echoes().goes(names);
    }
    if !removes {
        runtime.note_staying_roles(staying::roles(prior));
    }
    let triggered = trigger::may_have(prior, &request.private) && !keeps_trigger;
    if let Some(names) = handed_over {
        runtime.echoes().replace(names, prior.clone());
        diagnostics.warning_at(
            Path::root().attribute("on_destroy"),
            "The rules stay while the echo is replaced",
            "It is made again at once with the same sites and names, so its rules are handed over: taken off, they would leave behind for good what is written until they are back. To remove them, destroy the echo without making it again.",
        );
    }
    if keeps_trigger {
        trigger::owner::hand_over(runtime, prior);
        diagnostics.warning_at(
            Path::root().attribute("trigger"),
            "The trigger stays while the echo is replaced",
            "It has the names of the two sites, so the echo that is made at once takes it over. If that fails, apply again, or the trigger stays without an echo.",
        );
    }
    if !removes && !triggered {
        return ApplyResponse::default();
    }
    // The trigger is at the source, whatever account the target is by now.
    let resolution = if removes {
        resolve(prior, runtime, diagnostics).await
    } else {
        resolve_anywhere(prior, runtime, diagnostics).await
    };
    let Resolution::Known(resolved) = resolution else {
        if !diagnostics.has_errors() {
            diagnostics.error(
                "The provider block is not known yet",
                "What the echo made cannot be found without it. Apply what it comes from first, with -target.",
            );
        }
        return request.unchanged();
    };
    if removes && stays_by_pause(&resolved, &request.private, diagnostics) {
        // Whoever plans anew is not to go by what was planned this time.
        return ApplyResponse {
            private: handover::without_marks(&request.private),
            ..request.unchanged()
        };
    }
    let job = job(context, &resolved, Operation::Delete);
    let successors = if removes {
        handover::successors(runtime, &resolved.echo, &request.private, diagnostics).await
    } else {
        Vec::new()
    };
    let private = handover::awaiting(&request.private, &successors);
    context.keep_private(private.clone());
    let unchanged = || ApplyResponse {
        private: private.clone(),
        ..request.clone().unchanged()
    };
    if diagnostics.has_errors() {
        return unchanged();
    }
    let of = (prior, request.private.as_slice());
    // It is ours alone, and it goes in either case: first, so that nobody is woken to put back what is taken away.
    if triggered && !trigger::remove(runtime, &resolved, of, &job, diagnostics).await {
        return unchanged();
    }
    if !removes {
        return ApplyResponse::default();
    }
    for successor in successors.iter().filter(|successor| successor.works) {
        succeed(runtime, &successor.echo, &job, diagnostics).await;
    }
    if diagnostics.has_errors() {
        return unchanged();
    }
    let follows: Vec<_> = successors.into_iter().map(|found| found.echo).collect();
    release(runtime, &resolved.echo, &follows, true, &job, diagnostics).await;
    if diagnostics.has_errors() {
        return unchanged();
    }
    ApplyResponse::default()
}

/// Whether the rules stay since the echo, or the one that replaces it, is paused. A diagnostic says so.
fn stays_by_pause(resolved: &Resolved, private: &[u8], diagnostics: &mut Diagnostics) -> bool {
    let at = Path::root().attribute("paused");
    if resolved.paused {
        diagnostics.error_at(
            at,
            format!("Echo {} is paused", resolved.echo.id()),
            "While it is, no bucket is touched, so what it made cannot be removed. Set `paused = false` and apply, or `on_destroy = \"keep\"`.",
        );
        return true;
    }
    let replaced = handover::makes_way_for_paused(private);
    if replaced {
        diagnostics.error_at(
            at,
            format!("The rules of echo {} stay: what replaces it is paused", resolved.echo.id()),
            "It would put nothing in their place, and leave the buckets without any. Make the change first with `paused = false`, and pause the echo then; or set `on_destroy = \"keep\"` and apply before the change.",
        );
    }
    replaced
}

/// Puts the rules of the echo that comes after on the buckets, beside those that are about to go: taken off first, they would
/// leave the buckets without any.
async fn succeed(
    runtime: &Runtime,
    echo: &replication::Echo,
    job: &cloud::Job,
    diagnostics: &mut Diagnostics,
) {
    let Some(found) = survey(runtime, echo, job, diagnostics).await else {
        return;
    };
    let found = echo::protect(runtime, echo, found.work, job).await;
    tell(&found, diagnostics);
}
