//! Planning a pair: every value that apply will reach is known here, if only the configuration is.

use replication::{Desired, Facets, Observed, Pair, Problem};
use tfplugin::{Deferred, Diagnostics, Path, PlanRequest, PlanResponse, Value};

use super::config::{PairAttributes, Resolution};
use super::contest::{contends, stands_badly};
use super::deletion::{plan_deletion, warn_of_replacement};
use super::look::{ABSENT_ROLE, absent_roles, covers, look};
use super::state::{Computed, identity};
use crate::diagnostics::add_problems;
use crate::runtime::{Look, Runtime};

/// What follows from a bucket that is not there yet.
const AWAITED: &str = "If another resource makes it in the same apply, make sure that this one refers to it. Otherwise the apply will fail, before it touches anything. What the pair will look like depends on the bucket, so it is known after apply.";

/// What follows from a bucket that is gone.
const GONE: &str = "The pair is in the state, and its bucket was deleted since. An apply fails, before it touches anything, unless another resource makes the bucket first. If it is to be made here, set `create = true`. If it is gone for good, take the pair out of the configuration, or destroy it: that takes away what is left at the other side.";

/// Plans the creation or change of a pair.
pub async fn plan(
    runtime: &Runtime,
    mut request: PlanRequest,
    diagnostics: &mut Diagnostics,
) -> PlanResponse {
    let configured = request
        .config
        .as_ref()
        .and_then(|config| PairAttributes::read(config, diagnostics));
    // Its default hangs on the direction, so it is ours to set; Terraform proposes what was there before.
    if configured
        .as_ref()
        .is_some_and(PairAttributes::leaves_replica_modifications)
        && let Some(planned) = &mut request.planned
    {
        planned.set("replica_modifications", Value::unknown());
    }
    let Some(planned) = &request.planned else {
        plan_deletion(runtime, request.prior.as_ref(), diagnostics).await;
        return request.as_proposed();
    };
    let Some(attributes) = PairAttributes::read(planned, diagnostics) else {
        return request.as_proposed();
    };
    let prior = request
        .prior
        .as_ref()
        .and_then(|prior| PairAttributes::read(prior, diagnostics));
    if configured.is_some_and(|config| config.awaits_replica_modifications()) {
        return unknown(request, false);
    }
    // A pair that is to be replaced starts anew: what the old one made is not the new one's.
    let replaced = !request.requires_replace.is_empty();
    let former = prior.as_ref().filter(|_| replaced).cloned();
    let prior = prior.filter(|_| !replaced);
    let pair = match attributes
        .resolve(prior.as_ref(), runtime, diagnostics)
        .await
    {
        Resolution::Known(pair) => pair,
        Resolution::Unknown { provider } => return unknown(request, provider),
        Resolution::Failed => return request.as_proposed(),
    };
    let problems = pair.check();
    add_problems(&problems, diagnostics);
    if problems.iter().any(Problem::is_error) {
        return request.as_proposed();
    }
    if let Some(former) = &former {
        warn_of_replacement(runtime, former, &pair, diagnostics).await;
    }
    if stands_badly(runtime, &pair, diagnostics) {
        return request.as_proposed();
    }
    let Some(seen) = last_look(runtime, &pair, diagnostics).await else {
        return request.as_proposed();
    };
    let desired = pair.desired(&seen.observed);
    if contends(runtime, &pair, &desired, diagnostics) {
        return request.as_proposed();
    }
    let steps = replication::plan(&desired, &seen.observed);
    let nothing_to_do = steps.is_empty();
    tracing::debug!(pair = %pair.id(), steps = %steps.describe(), "planned");
    // Another resource of the same apply may make a bucket that is not there. And Terraform plans before it destroys: an error
    // would keep a pair whose bucket is gone from ever going.
    let (awaited, problems): (Vec<_>, Vec<_>) = steps
        .problems
        .into_iter()
        .partition(|problem| problem.awaited);
    add_problems(&problems, diagnostics);
    let id = pair.id();
    if !awaited.is_empty() {
        tell_of_missing_buckets(&awaited, prior.is_some(), diagnostics);
        let mut response = unknown(request, false);
        if let Some(planned) = &mut response.planned {
            planned.set("id", Value::from(id.to_string()));
        }
        response.identity = Some(identity(&id));
        return response;
    }
    warn_of_absent_roles(runtime, &pair, &seen.observed, diagnostics);
    if request.prior.is_none() {
        warn_of_a_twin(&pair, &desired, &seen.observed, diagnostics);
        warn_of_one_place(
            &pair,
            Path::root().attribute("destination").attribute("site"),
            diagnostics,
        );
    }
    let mut response = request.as_proposed();
    if let Some(planned) = &mut response.planned {
        Computed::planned(&pair, &desired).write(planned);
    }
    response.identity = Some(identity(&id));
    // A fleet that is as it should be keeps nothing in memory.
    if !nothing_to_do {
        runtime.remember(&id.to_string(), seen);
    }
    response
}

/// Tells of buckets that are not there: yet, or any more where the pair stands.
fn tell_of_missing_buckets(missing: &[Problem], stands: bool, diagnostics: &mut Diagnostics) {
    let (when, detail) = if stands {
        ("any more", GONE)
    } else {
        ("yet", AWAITED)
    };
    for problem in missing {
        diagnostics.warning_at(
            crate::diagnostics::path(&problem.at),
            format!("{} {when}", problem.summary),
            detail,
        );
    }
}

/// A role that is another's to make may come later in the same apply; one that a site's resource makes does.
fn warn_of_absent_roles(
    runtime: &Runtime,
    pair: &Pair,
    observed: &Observed,
    diagnostics: &mut Diagnostics,
) {
    for (label, role) in absent_roles(pair, observed) {
        if !runtime.is_noted_site_role(role) {
            diagnostics.warning_at(
                Path::root().attribute(label).attribute("role"),
                format!("Role {role} does not exist"),
                ABSENT_ROLE,
            );
        }
    }
}

/// Rules of this very pair that stand before it is made: a run whose state was lost made them, or another configuration
/// keeps the same pair, and the two would undo each other.
fn warn_of_a_twin(
    pair: &Pair,
    desired: &Desired,
    observed: &Observed,
    diagnostics: &mut Diagnostics,
) {
    let found = Facets::observed(desired, observed);
    if found
        .0
        .keys()
        .any(|facet| facet.starts_with("source.rule."))
    {
        diagnostics.warning_at(
            Path::root().attribute("source").attribute("bucket"),
            format!("Pair {} stands already", pair.id()),
            "The bucket has rules that this provider made for the same destination. If a run that lost its state made them, go on: they are taken over. If another configuration keeps this pair, keep it in one of the two only.",
        );
    }
}

/// A copy beside the original is of use, and is no disaster recovery.
pub fn warn_of_one_place(pair: &Pair, at: Path, diagnostics: &mut Diagnostics) {
    if !pair.is_in_one_place() {
        return;
    }
    let (source, destination) = (&pair.source.site, &pair.destination.site);
    let who = if source.name == destination.name {
        format!("Source and target are both at site {}", source.name)
    } else {
        format!(
            "Sites {} and {} are one place",
            source.name, destination.name
        )
    };
    diagnostics.warning_at(
        at,
        format!("{who}, region {}", source.region),
        "Whoever loses the one loses the other: this is no protection against the loss of a region or site. For that, replicate to a site in another region.",
    );
}

async fn last_look(runtime: &Runtime, pair: &Pair, diagnostics: &mut Diagnostics) -> Option<Look> {
    if let Some(seen) = runtime.recall(&pair.id().to_string())
        && covers(pair, &seen.observed)
    {
        return Some(seen);
    }
    look(runtime, pair, diagnostics).await
}

fn unknown(request: PlanRequest, provider: bool) -> PlanResponse {
    let deferral_allowed = request.deferral_allowed;
    // The name hangs on what cannot change in place: whatever refers to it need not wait.
    let name_stays = request.prior.is_some() && request.requires_replace.is_empty();
    let mut response = request.as_proposed();
    if let Some(planned) = &mut response.planned {
        for name in ["created", "facets"] {
            planned.set(name, Value::unknown());
        }
        if !name_stays {
            planned.set("id", Value::unknown());
        }
    }
    if provider && deferral_allowed {
        response.deferred = Some(Deferred::ProviderConfigUnknown);
    }
    response
}
