//! The rules of a pair, with what each takes from the pair itself.

use replication::pair::PairRule;
use replication::{Direction, Filter, RuleName};
use tfplugin::{Attr, Diagnostics, Path};

use super::PairAttributes;
use super::known::{Missing, set, texts};

impl PairAttributes {
    /// The rules that the attributes give, or the one for everything.
    pub(super) fn pair_rules(
        &self,
        direction: Direction,
        diagnostics: &mut Diagnostics,
    ) -> Result<Vec<PairRule>, Missing> {
        let everything = PairRule {
            name: RuleName::everything(),
            id: None,
            filter: Filter::default(),
            enabled: true,
            priority: None,
            delete_markers: set(&self.delete_markers)?.unwrap_or_default(),
            // The plan leaves it unknown where the configuration leaves it to us.
            replica_modifications: match &self.replica_modifications {
                Attr::Known(on) => *on,
                Attr::Null | Attr::Unknown => direction == Direction::TwoWay,
            },
            rtc: set(&self.rtc)?.unwrap_or_default(),
            metrics: set(&self.metrics)?.unwrap_or(true),
            storage_class: None,
        };
        let Some(given) = set(&self.rules)? else {
            return Ok(vec![everything]);
        };
        let mut rules = Vec::with_capacity(given.len());
        for (name, rule) in given {
            let path = Path::root().attribute("rules").key(&name);
            let rule = set(&rule)?.ok_or_else(|| {
                diagnostics.error_at(
                    path.clone(),
                    "A rule is null",
                    "Write `{}` for a rule with every default.",
                );
                Missing::Failed
            })?;
            let name: RuleName = name.parse().map_err(|error: replication::NameError| {
                diagnostics.error_at(path, "Not a rule name", error.to_string());
                Missing::Failed
            })?;
            rules.push(PairRule {
                name,
                id: set(&rule.id)?,
                filter: Filter {
                    prefix: set(&rule.prefix)?.unwrap_or_default(),
                    tags: texts(&rule.tags)?,
                },
                enabled: set(&rule.enabled)?.unwrap_or(true),
                priority: set(&rule.priority)?,
                delete_markers: set(&rule.delete_markers)?.unwrap_or(everything.delete_markers),
                replica_modifications: set(&rule.replica_modifications)?
                    .unwrap_or(everything.replica_modifications),
                rtc: set(&rule.rtc)?.unwrap_or(everything.rtc),
                metrics: set(&rule.metrics)?.unwrap_or(everything.metrics),
                storage_class: set(&rule.storage_class)?,
            });
        }
        Ok(rules)
    }
}
