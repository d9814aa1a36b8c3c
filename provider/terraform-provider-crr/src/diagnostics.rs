//! From the model's problems and the services' errors to diagnostics at the right attribute.

use cloud::{CloudError, ErrorKind, ExecuteError};
use replication::{Problem, Severity};
use tfplugin::{Diagnostics, Path};

/// Where a problem points: `rules` is a map, so what follows it is a key; everything else is an attribute.
pub fn path(at: &[String]) -> Path {
    let mut path = Path::root();
    let mut in_map = false;
    // What belongs to a side has a label of two words, `source.access_log`.
    let (side, rest) = match at.split_first() {
        Some((first, rest)) => (first.split('.').collect(), rest),
        None => (Vec::new(), at),
    };
    let segments = side.into_iter().chain(rest.iter().map(String::as_str));
    for segment in segments {
        path = if in_map {
            path.key(segment)
        } else {
            path.attribute(segment)
        };
        in_map = !in_map && segment == "rules";
    }
    path
}

/// Adds the model's problems.
pub fn add_problems(problems: &[Problem], diagnostics: &mut Diagnostics) {
    for problem in problems {
        let path = path(&problem.at);
        match problem.severity {
            Severity::Error => diagnostics.error_at(path, &problem.summary, &problem.detail),
            Severity::Warning => diagnostics.warning_at(path, &problem.summary, &problem.detail),
        }
    }
}

/// Adds an error of a service at an attribute.
pub fn add_error(path: Path, error: &CloudError, diagnostics: &mut Diagnostics) {
    diagnostics.error_at(path, error.summary(), error.detail());
}

/// Adds what kept a plan from being taken to its end.
pub fn add_failure(error: &ExecuteError, diagnostics: &mut Diagnostics) {
    let progress = format!(
        "{} step(s) were taken and stay; {} are left. The next apply goes on from there.",
        error.taken, error.left
    );
    for failure in &error.failures {
        let summary = if failure.kind == ErrorKind::Cancelled {
            "Cancelled".to_owned()
        } else {
            failure.summary()
        };
        diagnostics.error(summary, format!("{}\n\n{progress}", failure.detail()));
    }
}
