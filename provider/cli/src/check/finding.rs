//! From what the model and the services say to the facets of a report.

use replication::rehearsal::{Need, Outcome, Subject};
use replication::{FacetHealth, FacetStanding, Health, Problem};
use terraform_provider_crr::stated::NotLooked;
use tfplugin::Diagnostics;

use super::report::{Facet, Item, Status};

/// The facet that stands for an item that could not be looked at.
pub const LOOK: &str = "look";

/// What a remedy begins with that is a step of an apply.
pub const BY_A_STEP: &str = "`terraform apply` would";

/// Puts what is known of an item's parts into it.
pub fn add_health(item: &mut Item, health: Health) {
    let first = item.facets.len();
    item.facets.extend(health.facets.into_iter().map(facet));
    let shown: Vec<Option<String>> = item.facets.iter().map(|f| f.lacks.clone()).collect();
    for denial in health.denials {
        if !shown.contains(&Some(denial.action.clone())) {
            item.facets
                .push(denied(&denial.action, &denial.action, &denial.message));
        }
    }
    for problem in health.problems {
        if problem.is_error() {
            add_problem(item, first, &problem);
        } else {
            item.notes
                .push(format!("{}. {}", problem.summary, problem.detail));
        }
    }
    item.settle();
}

/// A problem that no step mends explains the facet that it speaks of, or is one of its own.
pub fn add_problem(item: &mut Item, first: usize, problem: &Problem) {
    let name = if problem.at.is_empty() {
        item.kind.name().to_owned()
    } else {
        problem.at.join(".")
    };
    let explained = item
        .facets
        .iter_mut()
        .skip(first)
        .find(|facet| facet.name == name && facet.status.is_amiss() && facet.remedy.is_none());
    if let Some(facet) = explained {
        facet.remedy = Some(problem.detail.clone());
        return;
    }
    let status = if problem.awaited {
        Status::Missing
    } else {
        Status::Drifted
    };
    let mut facet = Facet::of(name, status);
    facet.is = Some(problem.summary.clone());
    facet.remedy = Some(problem.detail.clone());
    item.facets.push(facet);
}

/// What to do about a rule of others that outranks ours.
const OUTRANKED: &str = "Give the pair's rule a higher `priority`, or take the other rule away; an apply leaves it alone.";

fn facet(health: FacetHealth) -> Facet {
    let status = match health.standing {
        FacetStanding::InSync => return Facet::in_sync(health.facet),
        FacetStanding::Unknown(denial) => {
            let mut facet = denied(&health.facet, &denial.action, &denial.message);
            facet.should = health.should;
            return facet;
        }
        FacetStanding::Drifted => Status::Drifted,
        FacetStanding::Missing => Status::Missing,
    };
    let step = health.remedy;
    let remedy = step.map(|step| format!("{BY_A_STEP} {step}."));
    Facet {
        should: health.should,
        is: health.is,
        remedy: remedy.or_else(|| {
            let of_others = health.facet.ends_with(".rules_of_others");
            of_others.then(|| OUTRANKED.to_owned())
        }),
        ..Facet::of(health.facet, status)
    }
}

/// A part that may not be looked at, and the action that lacks.
pub fn denied(name: &str, action: &str, message: &str) -> Facet {
    Facet {
        remedy: Some(format!(
            "The service answers: {message}. Allow {action} for the credentials of this check."
        )),
        lacks: Some(action.to_owned()),
        ..Facet::of(name, Status::Unknown)
    }
}

/// Marks an item as not looked at.
pub fn not_looked(item: &mut Item, summary: impl Into<String>, remedy: impl Into<String>) {
    let mut facet = Facet::of(LOOK, Status::Unknown);
    facet.is = Some(summary.into());
    facet.remedy = Some(remedy.into());
    item.facets.push(facet);
    item.settle();
}

/// Marks an item as not looked at, for this reason.
pub fn add_failure(item: &mut Item, failure: &NotLooked) {
    match failure {
        NotLooked::Unknown => not_looked(
            item,
            "known after apply",
            "The plan does not know yet what this will be. Apply, then check the state.",
        ),
        NotLooked::Failed(diagnostics) => {
            let (summary, detail) = first(diagnostics);
            not_looked(item, summary, detail);
        }
    }
}

/// The first error in words.
pub fn first(diagnostics: &Diagnostics) -> (String, String) {
    diagnostics
        .iter()
        .find(|diagnostic| diagnostic.severity == tfplugin::Severity::Error)
        .map_or_else(
            || {
                (
                    "it could not be looked at, and nothing says why".to_owned(),
                    "Look at its attributes in the state or plan. Was it written by another version of the provider?"
                        .to_owned(),
                )
            },
            |diagnostic| (diagnostic.summary.clone(), diagnostic.detail.clone()),
        )
}

/// The first error in one sentence, with the attribute that it is about.
pub fn first_with_path(diagnostics: &Diagnostics) -> String {
    let (summary, detail) = first(diagnostics);
    let path = diagnostics
        .iter()
        .find(|diagnostic| diagnostic.severity == tfplugin::Severity::Error)
        .and_then(|diagnostic| diagnostic.path.as_ref())
        .map(ToString::to_string)
        .filter(|path| !path.is_empty());
    match path {
        Some(path) => format!("{path}: {summary}. {detail}"),
        None => format!("{summary}. {detail}"),
    }
}

/// What came of something that S3 needs.
pub fn of_need(need: &Need, outcome: Outcome) -> Facet {
    let mut facet = match &outcome {
        Outcome::Allowed => return Facet::in_sync(&need.facet),
        Outcome::Refused(_) | Outcome::RefusedInPart(_) => Facet::of(&need.facet, Status::Missing),
        Outcome::Unknown { .. } => Facet::of(&need.facet, Status::Unknown),
    };
    facet.should = Some(match need.subject {
        Subject::Trust => format!("S3 may assume {}", need.role),
        _ => format!("{} may {}", need.role, need.request.action),
    });
    let by_reason = |fails: &str| match need.reason {
        Some(reason) => format!("{fails} S3 reports them with the reason {reason}."),
        None => fails.to_owned(),
    };
    let (is, remedy) = match outcome {
        Outcome::Allowed => return facet,
        Outcome::Refused(why) => {
            let remedy = by_reason(need.fails);
            (why, format!("{remedy}{}", way_out(&need.subject)))
        }
        Outcome::RefusedInPart(why) => (why, by_reason("The objects that it speaks of fail.")),
        Outcome::Unknown { why, lacks } => {
            let mut remedy = format!("If it may not: {}", need.fails);
            if let Some(action) = &lacks {
                remedy = format!("Allow {action} for the credentials of this check. {remedy}");
            }
            facet.lacks = lacks;
            (why, remedy)
        }
    };
    facet.is = Some(is);
    facet.remedy = Some(remedy);
    facet
}

/// What to do where a policy that is not ours stands in the way.
fn way_out(subject: &Subject) -> &'static str {
    match subject {
        // No policy of a role opens a key whose own policy leaves nothing to those.
        Subject::Key { must_be_known, .. } if !must_be_known => {
            " Let the key's policy name the role, or the root of the account, which leaves it to the role's policies; and take denials off."
        }
        Subject::Trust => {
            " Let the role's trust policy allow sts:AssumeRole to s3.amazonaws.com for this bucket."
        }
        _ => "",
    }
}
