//! What the program ends with.

use clap::ValueEnum;

use super::report::Status;

/// What makes a check fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A part that differs or is missing: exit code 2.
    Drift,
    /// A bucket that should be replicated and is not: exit code 3.
    Unprotected,
    /// Something that could not be looked at: exit code 4.
    Unknown,
    /// A bucket that no echo protects since it is paused: exit code 3. Only where it is asked for.
    Paused,
    /// Nothing: exit code 0 whatever is found.
    Never,
}

/// Usage, or a failure before anything was looked at.
pub const FAILURE: u8 = 1;

/// The exit code for the statuses that facets have: the highest that counts. An item may have several, and hides none.
pub fn exit_code(statuses: impl IntoIterator<Item = Status>, fail_on: &[FailOn]) -> u8 {
    let counts = |what: FailOn| fail_on.is_empty() || fail_on.contains(&what);
    statuses
        .into_iter()
        .map(|status| match status {
            Status::Drifted | Status::Missing if counts(FailOn::Drift) => 2,
            Status::Unprotected if counts(FailOn::Unprotected) => 3,
            Status::Paused if fail_on.contains(&FailOn::Paused) => 3,
            Status::Unknown if counts(FailOn::Unknown) => 4,
            _ => 0,
        })
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_code_that_counts() {
        let all = [
            Status::InSync,
            Status::Missing,
            Status::Unprotected,
            Status::Unknown,
        ];
        for (found, fail_on, code) in [
            (&all[..1], &[][..], 0),
            (&all[..2], &[], 2),
            (&all[..3], &[], 3),
            (&all[..], &[], 4),
            (&all, &[FailOn::Drift], 2),
            (&all, &[FailOn::Drift, FailOn::Unprotected], 3),
            (&all, &[FailOn::Never], 0),
            (&[Status::Ignored, Status::Excluded, Status::Paused], &[], 0),
            (&[Status::Paused], &[FailOn::Paused], 3),
        ] {
            assert_eq!(
                exit_code(found.iter().copied(), fail_on),
                code,
                "{found:?} {fail_on:?}"
            );
        }
    }
}
