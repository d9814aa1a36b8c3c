//! What a plan tells besides its numbers.

use echo::{Named, Survey};
use replication::echo::{Coverage, RULE_NAME_PREFIX, TARGET_GONE};
use tfplugin::{Diagnostics, Path, Value};

use super::buckets;
use crate::echo_mode::survey::missing_roles;
use crate::pair::warn_of_one_place;
use crate::runtime::Runtime;

/// What is said of conflicts with the rules of another echo.
const OF_A_FORMER: &str = " Rules of an echo that this one replaces with `create_before_destroy` are no lasting conflict: with `on_destroy = \"remove\"` they go later in the same apply, as soon as this one's stand beside them.";

/// How many names a diagnostic repeats.
pub(super) const NAMED: usize = 20;

fn words(coverage: &Coverage) -> String {
    let counts = &coverage.counts;
    let mut text = format!(
        "Of {} {} protected, {} pending, {} drifted, {} cannot be looked at or protected, {} replicated by others, {} replicated elsewhere, {} excluded.",
        buckets(counts.buckets),
        counts.protected,
        counts.pending,
        counts.drifted,
        counts.failed,
        counts.by_others,
        counts.conflicts,
        counts.excluded
    );
    for (name, why) in coverage.exceptions.iter().take(NAMED) {
        text.push_str("\n- ");
        text.push_str(name);
        text.push_str(": ");
        text.push_str(why);
    }
    let more = coverage.exceptions.len().saturating_sub(NAMED) + coverage.unlisted;
    if more > 0 {
        text.push_str("\nand ");
        text.push_str(&more.to_string());
        text.push_str(" more");
    }
    text
}

/// Two echoes of one run would write over each other's rules.
pub(super) fn contends(
    echo: &replication::Echo,
    other: &replication::Echo,
    diagnostics: &mut Diagnostics,
) {
    diagnostics.error_at(
        Path::root().attribute("select"),
        format!("Two echoes {} may be for one bucket", echo.id()),
        format!(
            "One is for {}, the other ({}) for {}. Both give their rules the same IDs, so in every apply the one would write over the other's. Let their selections share no bucket: by patterns that have no name in common, by `exclude`, or by different values of one tag.",
            echo.selection, other.id(), other.selection
        ),
    );
}

/// A new echo whose source and target are lost together.
pub(super) fn warn_of_place(
    prior: Option<&Value>,
    echo: &replication::Echo,
    diagnostics: &mut Diagnostics,
) {
    if prior.is_none() {
        let at = Path::root().attribute("target");
        warn_of_one_place(&echo.template, at, diagnostics);
    }
}

/// What no apply will mend by itself.
pub(super) fn warn(echo: &replication::Echo, coverage: &Coverage, diagnostics: &mut Diagnostics) {
    let of = |kind: &str| -> String {
        coverage
            .exceptions
            .iter()
            .filter(|(_, why)| why.starts_with(kind))
            .take(NAMED)
            .map(|(name, why)| format!("- {name}: {why}"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let conflicts = of("conflict: ");
    // Terraform plans a creation again when it applies, and then nothing tells of the echo that it replaces.
    let of_echoes = conflicts.contains(&format!("/{RULE_NAME_PREFIX}"));
    if coverage.counts.conflicts > 0 {
        diagnostics.warning(
            format!(
                "Site {} has {} in conflict with what others made, or without a possible target",
                echo.template.source.site.name,
                buckets(coverage.counts.conflicts)
            ),
            format!("The echo leaves them alone, and does not protect them. To stand beside rules that replicate elsewhere or in part only, set `merge = true`; to take a bucket that was there before as the target, `adopt_targets = true`; or exclude them.{}\n{conflicts}", if of_echoes { OF_A_FORMER } else { "" }),
        );
    }
    if coverage.counts.failed > 0 {
        diagnostics.warning(
            format!(
                "Site {} has {} that could not be protected so far",
                echo.template.source.site.name,
                buckets(coverage.counts.failed)
            ),
            format!("The apply tries again and says more.\n{}", of("failed: ")),
        );
    }
    let gone = of(TARGET_GONE);
    if !gone.is_empty() {
        diagnostics.warning(
            format!(
                "Targets of site {} are gone, and what was in them",
                echo.template.source.site.name
            ),
            format!("The apply makes them again. Rules bring only what is written from then on: objects that were there before come by S3 Batch Replication.\n{gone}"),
        );
    }
}

/// How many there are, and the first of them a line each; none where there are none.
fn listed(named: &Named) -> Option<(usize, String)> {
    let count = named.buckets.len() + named.unlisted;
    let mut lines: Vec<String> = named
        .buckets
        .iter()
        .take(NAMED)
        .map(|bucket| format!("- {bucket}"))
        .collect();
    if count > lines.len() {
        lines.push(format!("and {} more", count - lines.len()));
    }
    (count > 0).then(|| (count, lines.join("\n")))
}

/// Buckets that are open to everybody: a plan of numbers would not show that their targets become so, or do not.
pub(super) fn warn_of_public(
    echo: &replication::Echo,
    public: &Named,
    diagnostics: &mut Diagnostics,
) {
    let Some((count, names)) = listed(public) else {
        return;
    };
    let mirror = &echo.template.mirror;
    let at = |name: &str| Path::root().attribute(name);
    if mirror.public {
        diagnostics.warning_at(
            at("mirror_public"),
            format!(
                "The targets of {} will be open to everybody",
                buckets(count)
            ),
            format!(
                "Their public-access blocks or policies are, and `mirror_public` is set.\n{names}"
            ),
        );
    } else {
        diagnostics.warning_at(
            at("mirror_settings"),
            format!("The targets of {} are not opened to everybody", buckets(count)),
            format!("Their public-access blocks or policies are open, and that is not mirrored. To have it mirrored, set `mirror_public = true`; to hear no more of it, take \"public_access_block\" and \"policy\" out of `mirror_settings`.\n{names}"),
        );
    }
}

/// That an apply takes protection away, which numbers would not show.
pub(super) fn warn_of_release(
    echo: &replication::Echo,
    losing: &Named,
    diagnostics: &mut Diagnostics,
) {
    let Some((count, names)) = listed(losing) else {
        return;
    };
    diagnostics.warning_at(
        Path::root().attribute("on_destroy"),
        format!("Echo {} takes the rules off {}", echo.id(), buckets(count)),
        format!(
            "They are not protected from then on: `on_destroy` is \"remove\", and the echo is not for them any more. Their targets and all objects stay. Is every pattern and tag in `select` as it is meant? With `on_destroy = \"keep\"` the rules stay, too.\n{names}"
        ),
    );
}

/// What an apply will do, where the plan cannot show it as a difference.
pub(super) fn warn_of_work(
    echo: &replication::Echo,
    survey: &Survey,
    paused: bool,
    diagnostics: &mut Diagnostics,
) {
    if paused {
        diagnostics.warning(
            format!("Echo {} is paused", echo.id()),
            format!("Nothing will be touched. {}", words(&survey.coverage)),
        );
    } else if survey.coverage.needs_work() {
        diagnostics.warning(
            format!(
                "Echo {} will protect {}",
                echo.id(),
                buckets(survey.work.len())
            ),
            words(&survey.coverage),
        );
    }
}

/// Roles that are not there, unless this run makes them.
pub(super) async fn warn_of_missing_roles(
    runtime: &Runtime,
    echo: &replication::Echo,
    diagnostics: &mut Diagnostics,
) {
    for role in missing_roles(runtime, echo, diagnostics).await {
        if !runtime.is_noted_site_role(&role) {
            diagnostics.warning_at(
                Path::root().attribute("role"),
                format!("Role {role} does not exist yet"),
                "If `replication_role` of the site's `crr_site` makes it in the same apply, name that site by `crr_site.NAME.name`. Otherwise the apply will fail, before it touches anything.",
            );
        }
    }
}
