//! The rules of a pair, with what each takes from the pair itself.

use replication::pair::PairRule;
use replication::{Direction, Filter, RuleName};
use tfplugin::{Attr, Diagnostics, Path};

use super::PairAttributes;
use crate::known::{Missing, texts};

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
            delete_markers: self.delete_markers.given()?.unwrap_or_default(),
            // The plan leaves it unknown where the configuration leaves it to us.
            replica_modifications: match &self.replica_modifications {
                Attr::Known(on) => *on,
                Attr::Null | Attr::Unknown => direction == Direction::TwoWay,
            },
            rtc: self.rtc.given()?.unwrap_or_default(),
            metrics: self.metrics.given()?.unwrap_or(true),
            storage_class: None,
        };
        let Some(given) = self.rules.given()? else {
            return Ok(vec![everything]);
        };
        let mut rules = Vec::with_capacity(given.len());
        for (name, rule) in given {
            let path = Path::root().attribute("rules").key(&name);
            let rule = rule.given()?.ok_or_else(|| {
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
                id: rule.id.given()?,
                filter: Filter {
                    prefix: rule.prefix.given()?.unwrap_or_default(),
                    tags: texts(&rule.tags)?,
                },
                enabled: rule.enabled.given()?.unwrap_or(true),
                priority: rule.priority.given()?,
                delete_markers: rule
                    .delete_markers
                    .given()?
                    .unwrap_or(everything.delete_markers),
                replica_modifications: rule
                    .replica_modifications
                    .given()?
                    .unwrap_or(everything.replica_modifications),
                rtc: rule.rtc.given()?.unwrap_or(everything.rtc),
                metrics: rule.metrics.given()?.unwrap_or(everything.metrics),
                storage_class: rule.storage_class.given()?,
            });
        }
        Ok(rules)
    }
}
