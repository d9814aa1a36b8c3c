//! From what the model and the services say to the facets of a report.

use replication::{FacetHealth, FacetStanding, Health, Problem};
use terraform_provider_crr::stated::NotLooked;
use tfplugin::Diagnostics;

use super::report::{Facet, Item, Status};

/// The facet that stands for an item that could not be looked at.
pub const LOOK: &str = "look";

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
    Facet {
        should: health.should,
        is: health.is,
        remedy: health
            .remedy
            .map(|step| format!("`terraform apply` would {step}.")),
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
