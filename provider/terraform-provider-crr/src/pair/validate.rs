//! What `terraform validate` can know: nothing is configured yet, and any value may be unknown.

use tfplugin::{Attr, Diagnostics, Path};

use super::config::{PairAttributes, SideAttributes};

impl PairAttributes {
    /// Checks attributes against each other, where they are known.
    pub fn validate(&self, diagnostics: &mut Diagnostics) {
        let root = Path::root();
        if let (Some(source), Some(destination)) =
            (self.source.as_known(), self.destination.as_known())
            && let (Attr::Known(from), Attr::Known(to)) = (&source.bucket, &destination.bucket)
            && from == to
            && source.site.is_known()
            && source.site == destination.site
        {
            diagnostics.error_at(
                root.attribute("destination").attribute("bucket"),
                format!("Bucket {from} cannot be its own destination"),
                "S3 refuses a rule whose destination is its source. Name another bucket.",
            );
        }
        for (label, side) in [("source", &self.source), ("destination", &self.destination)] {
            let Some(side) = side.as_known() else {
                continue;
            };
            if side.force_destroy == Attr::Known(true)
                && matches!(side.create, Attr::Null | Attr::Known(false))
            {
                diagnostics.error_at(
                    root.attribute(label).attribute("force_destroy"),
                    "Only a bucket that the provider made can be destroyed",
                    "`force_destroy` deletes every version of every object. It needs `create = true`.",
                );
            }
        }
        for (label, side) in [("source", &self.source), ("destination", &self.destination)] {
            if let Some(side) = side.as_known() {
                validate_record(side, &root.attribute(label), diagnostics);
            }
        }
        if self.rtc == Attr::Known(true) && self.metrics == Attr::Known(false) {
            diagnostics.error_at(
                root.attribute("metrics"),
                "RTC needs metrics",
                "S3 takes Replication Time Control only together with replication metrics. Leave `metrics` out, or set `rtc = false`.",
            );
        }
        for (name, set) in [
            ("mirror_exact", &self.mirror_exact),
            ("mirror_public", &self.mirror_public),
        ] {
            if *set == Attr::Known(true) && self.mirror_settings.is_null() {
                diagnostics.error_at(
                    root.attribute(name),
                    "Nothing is mirrored",
                    format!("`{name}` says how the settings in `mirror_settings` are mirrored. Name them, or leave it out."),
                );
            }
        }
        for (name, rule) in self.rules.as_known().into_iter().flatten() {
            if let Some(rule) = rule.as_known() {
                self.validate_rule(rule, &root.attribute("rules").key(name), diagnostics);
            }
        }
    }

    fn validate_rule(
        &self,
        rule: &super::config::RuleAttributes,
        path: &Path,
        diagnostics: &mut Diagnostics,
    ) {
        let of_the_rule = |own: &Attr<bool>, pair: &Attr<bool>, usual: bool| match (own, pair) {
            (Attr::Known(on), _) | (Attr::Null, Attr::Known(on)) => Some(*on),
            (Attr::Null, Attr::Null) => Some(usual),
            _ => None,
        };
        let markers = of_the_rule(&rule.delete_markers, &self.delete_markers, false);
        if markers == Some(true) && rule.tags.as_known().is_some_and(|tags| !tags.is_empty()) {
            diagnostics.error_at(
                path.attribute("delete_markers"),
                "A rule that filters by tag cannot replicate delete markers",
                "A delete marker carries no tags, so S3 refuses the two together. Set `delete_markers = false` in this rule, or filter by prefix.",
            );
        }
        let rtc = of_the_rule(&rule.rtc, &self.rtc, false);
        let metrics = of_the_rule(&rule.metrics, &self.metrics, true);
        let of_the_pair = rule.rtc.is_null() && rule.metrics.is_null();
        if rtc == Some(true) && metrics == Some(false) && !of_the_pair {
            diagnostics.error_at(
                path.attribute("metrics"),
                "RTC needs metrics",
                "S3 takes Replication Time Control only together with replication metrics. Leave `metrics` out, or set `rtc = false`.",
            );
        }
        if let Some(prefix) = rule.prefix.as_known()
            && prefix.len() > 1024
        {
            diagnostics.error_at(
                path.attribute("prefix"),
                format!("The prefix has {} bytes", prefix.len()),
                "S3 takes at most 1,024.",
            );
        }
        if let Some(id) = rule.id.as_known()
            && !(1..=255).contains(&id.chars().count())
        {
            diagnostics.error_at(
                path.attribute("id"),
                format!("The ID has {} characters", id.chars().count()),
                "S3 takes 1 to 255.",
            );
        }
    }
}

/// Object Lock and the access log of a side.
fn validate_record(side: &SideAttributes, path: &Path, diagnostics: &mut Diagnostics) {
    let off = |flag: &Attr<bool>| matches!(flag, Attr::Null | Attr::Known(false));
    if let Some(lock) = side.object_lock.as_known() {
        if off(&side.create) {
            diagnostics.error_at(
                path.attribute("object_lock"),
                "Only a bucket that the provider makes gets Object Lock",
                "Set `create = true`, or leave `object_lock` out and set it where the bucket is made.",
            );
        }
        if lock.mode.is_null() != lock.days.is_null() {
            let (given, lacking) = if lock.days.is_null() {
                ("mode", "days")
            } else {
                ("days", "mode")
            };
            diagnostics.error_at(
                path.attribute("object_lock").attribute(given),
                format!("`{given}` without `{lacking}`"),
                "A default retention has a mode and a number of days. Give both, or `{}` for Object Lock without one.",
            );
        }
    }
    if let Some(log) = side.access_log.as_known()
        && log.force_destroy == Attr::Known(true)
        && off(&log.create)
    {
        diagnostics.error_at(
            path.attribute("access_log").attribute("force_destroy"),
            "Only a bucket that the provider made can be destroyed",
            "`force_destroy` deletes the whole log. It needs `create = true`.",
        );
    }
}
