//! A pair as a state or a plan states it, looked at and not written.

use replication::health::outranked;
use replication::rehearsal::needs;
use replication::{Pair, Problem, RoleArn, examine};
use tfplugin::{Diagnostics, Value};

use super::config::{PairAttributes, Resolution};
use super::look::{ABSENT_ROLE, absent_roles, look};
use crate::runtime::Runtime;
use crate::stated::{NotLooked, PairLook, Stakes, trust_of_others};

/// Makes the model's pair of its attributes.
///
/// # Errors
///
/// Where something is not known, a site cannot be reached, or the attributes contradict each other.
pub async fn resolve_pair(runtime: &Runtime, values: &Value) -> Result<Pair, NotLooked> {
    let mut diagnostics = Diagnostics::new();
    let Some(attributes) = PairAttributes::read(values, &mut diagnostics) else {
        return Err(NotLooked::Failed(diagnostics));
    };
    let resolution = attributes
        .resolve(Some(&attributes), runtime, &mut diagnostics)
        .await;
    match resolution {
        Resolution::Known(pair) => Ok(*pair),
        Resolution::Unknown { .. } => Err(NotLooked::Unknown),
        Resolution::Failed => Err(NotLooked::Failed(diagnostics)),
    }
}

/// Looks at a pair as a refresh does, and says how each part stands.
///
/// # Errors
///
/// As [`resolve_pair`], and where a service could not be asked.
pub async fn look_at_pair(runtime: &Runtime, values: &Value) -> Result<PairLook, NotLooked> {
    let pair = resolve_pair(runtime, values).await?;
    let mut diagnostics = Diagnostics::new();
    let Some(seen) = look(runtime, &pair, &mut diagnostics).await else {
        return Err(NotLooked::Failed(diagnostics));
    };
    let desired = pair.desired(&seen.observed);
    let mut health = examine(&desired, &seen.observed);
    health.problems.extend(
        absent_roles(&pair, &seen.observed)
            .into_iter()
            .map(|(label, role)| absent_role(label, role)),
    );
    health.facets.extend(outranked(&desired, &seen.observed));
    let needs = needs(&pair, &desired, &seen.observed);
    Ok(PairLook {
        health,
        trust: trust_of_others(&needs, &desired, &seen.observed),
        stakes: Stakes::of(&pair, &desired, needs),
        pair,
    })
}

/// A role that rules run under and that is not there.
pub fn absent_role(label: &str, role: &RoleArn) -> Problem {
    Problem::error(
        [label, "role"],
        format!("Role {role} does not exist"),
        ABSENT_ROLE,
    )
}
