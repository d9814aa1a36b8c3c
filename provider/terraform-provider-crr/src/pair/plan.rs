//! Planning a pair: every value that apply will reach is known here, if only the configuration is.

use replication::{Desired, Facets, Observed, Pair};
use tfplugin::{Deferred, Diagnostics, Path, PlanRequest, PlanResponse, Value};

use super::config::{PairAttributes, Resolution};
use super::look::{ABSENT_ROLE, absent_roles, covers, look};
use super::state::{Computed, identity};
use crate::diagnostics::add_problems;
use crate::runtime::{Look, Runtime};

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
    if problems.iter().any(replication::Problem::is_error) {
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
    // A pair that is yet to be made may stand on a bucket that another resource makes in the same apply.
    let (awaited, mut problems): (Vec<_>, Vec<_>) = steps
        .problems
        .into_iter()
        .partition(|problem| prior.is_none() && problem.awaited);
    for problem in problems.iter_mut().filter(|problem| problem.awaited) {
        // Terraform plans before it destroys, and would stop here.
        problem.detail.push_str("\n\nIf it is gone for good, and the pair is to go, too: `terraform destroy -refresh=false`, which takes away what is left at the other side.");
    }
    add_problems(&problems, diagnostics);
    let id = pair.id();
    if !awaited.is_empty() {
        for problem in awaited {
            diagnostics.warning_at(
                crate::diagnostics::path(&problem.at),
                format!("{} yet", problem.summary),
                "If another resource makes it in the same apply, make sure that this one refers to it. Otherwise the apply will fail, before it touches anything. What the pair will look like depends on the bucket, so it is known after apply.",
            );
        }
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

/// Whether another pair of the run would undo what this one writes: on the role that they share, or on the bucket that both
/// mirror onto.
fn contends(
    runtime: &Runtime,
    pair: &Pair,
    desired: &Desired,
    diagnostics: &mut Diagnostics,
) -> bool {
    let disagreement = runtime.claims().want(&pair.id(), desired);
    if let Some(found) = disagreement {
        diagnostics.error_at(
            Path::root().attribute(found.attribute),
            format!("Pairs {} and {} share a role and want it otherwise", found.other, pair.id()),
            format!(
                "Rules of one bucket run under one role, {}, which has one set of tags and one permissions boundary: in every apply the one pair would undo what the other wrote. Give both the same `{}`.",
                found.role, found.attribute
            ),
        );
        return true;
    }
    let contending = runtime.claims().mirror(pair);
    if let Some((other, settings)) = contending {
        let settings: Vec<&str> = settings.iter().map(|setting| setting.as_str()).collect();
        diagnostics.error_at(
            Path::root().attribute("mirror_settings"),
            format!("Pairs {other} and {} mirror onto one bucket", pair.id()),
            format!(
                "Bucket {} can follow one source only in: {}. In every apply the one pair would undo what the other wrote. Take these out of `mirror_settings` of one of the two.",
                pair.destination.at(),
                settings.join(", ")
            ),
        );
        return true;
    }
    false
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
