//! Looking at a pair.

use std::time::Instant;

use replication::{Facets, Observed, Pair, RoleArn, RoleChoice};
use tfplugin::{Diagnostics, Path, ReadRequest, ReadResponse};

use super::attempts::Attempts;
use super::config::{Operation, PairAttributes, Resolution};
use super::state::{Computed, identity};
use crate::diagnostics::add_error;
use crate::runtime::{Look, Runtime};

/// Looks at everything that a pair is about.
pub async fn look(runtime: &Runtime, pair: &Pair, diagnostics: &mut Diagnostics) -> Option<Look> {
    let began = Instant::now();
    match runtime
        .observe(&pair.reads(), |seen| pair.reads_after(seen))
        .await
    {
        Ok(observed) => Some(Look { observed, began }),
        Err(error) => {
            add_error(Path::root(), &error, diagnostics);
            None
        }
    }
}

/// Whether a look saw all that this pair needs: its configuration may have changed since state was written.
pub fn covers(pair: &Pair, observed: &Observed) -> bool {
    pair.reads().is_within(observed) && pair.reads_after(observed).is_empty()
}

/// What is wrong with a role that is not there.
pub const ABSENT_ROLE: &str = "IAM answers NoSuchEntity. S3 takes the rules all the same and then fails every object. Make the role first; for `role = \"site\"` set `replication_role` on the site's `crr_site`, and refer to its `name`.";

/// The roles that the pair was given and that do not exist, with the side that each is on; one of both sides once.
pub fn absent_roles<'a>(pair: &'a Pair, observed: &Observed) -> Vec<(&'static str, &'a RoleArn)> {
    let mut absent = Vec::new();
    for (label, side) in [("source", &pair.source), ("destination", &pair.destination)] {
        if let RoleChoice::Existing(role) = &side.role
            && let Some(found) = observed.roles.get(role)
            && found.role.is_absent()
            && absent.iter().all(|(_, known)| *known != role)
        {
            absent.push((label, role));
        }
    }
    absent
}

/// Refreshes a pair: the facets as they are.
///
/// A bucket that is gone, or a part that is not as it should be, is left to the plan to speak of: read only tells.
pub async fn read(
    runtime: &Runtime,
    request: ReadRequest,
    diagnostics: &mut Diagnostics,
) -> ReadResponse {
    let Some(attributes) = PairAttributes::read(&request.state, diagnostics) else {
        return request.unchanged();
    };
    let pair = match attributes
        .resolve(Some(&attributes), runtime, diagnostics)
        .await
    {
        Resolution::Known(pair) => pair,
        Resolution::Unknown { .. } => {
            if let Some(unknown) = &runtime.unknown {
                diagnostics.warning(
                    "Not refreshed",
                    format!("The provider block's {unknown} is known after apply only, so the pair is shown as it was last seen."),
                );
            }
            return request.unchanged();
        }
        Resolution::Failed => return request.unchanged(),
    };
    let seen = tokio::time::timeout(
        attributes.timeout(Operation::Read),
        look(runtime, &pair, diagnostics),
    )
    .await;
    let seen = match seen {
        Ok(Some(seen)) => seen,
        Ok(None) => return request.unchanged(),
        Err(_) => {
            diagnostics.error(
                format!("Pair {} did not answer in time", pair.id()),
                "The look at its buckets took longer than `timeouts.read`.",
            );
            return request.unchanged();
        }
    };
    let desired = pair.desired(&seen.observed);
    let mut facets = Facets::observed(&desired, &seen.observed);
    Attempts::read(&request.private).show(&mut facets);
    let computed = Computed::with(&pair, &desired, facets);
    let mut response = request.unchanged();
    if let Some(state) = &mut response.state {
        computed.write(state);
    }
    response.identity = Some(identity(&pair.id()));
    runtime.remember(&pair.id().to_string(), seen);
    response
}
