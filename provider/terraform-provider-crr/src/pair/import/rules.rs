//! The rules of a bucket as a configuration has them.

use std::collections::{BTreeMap, BTreeSet};

use replication::{Filter, PairId, Rule, RuleName};
use tfplugin::Value;

use super::{Found, text};

/// The rules as the configuration has them; null where the pair's options alone would make them.
pub fn rules(id: &PairId, forward: &Found) -> Value {
    let prefix = format!("crr/{}/", id.destination_bucket);
    let everything = format!("{prefix}{}", RuleName::everything());
    if let [only] = forward.rules.as_slice()
        && only.id == everything
        && only.enabled
        && only.filter == Filter::default()
    {
        return Value::Null;
    }
    let first = forward.rules.first();
    let own = |rule: &Rule| -> Option<String> {
        let name = rule.id.strip_prefix(&prefix)?;
        name.parse::<RuleName>().is_ok().then(|| name.to_owned())
    };
    // Names that are given come first: another rule must not take one.
    let mut names: BTreeSet<String> = forward.rules.iter().filter_map(own).collect();
    let mut result = BTreeMap::new();
    for rule in &forward.rules {
        let own = own(rule);
        let name = own
            .clone()
            .unwrap_or_else(|| readable(&rule.id, &mut names));
        let same = |option: fn(&Rule) -> bool| -> Value {
            let on = option(rule);
            if first.is_some_and(|first| option(first) == on) {
                Value::Null
            } else {
                Value::from(on)
            }
        };
        let class = match forward.storage_class() {
            Some(_) => None,
            None => rule.storage_class.clone(),
        };
        let tags = &rule.filter.tags;
        let value = Value::object([
            ("id", text(own.is_none().then(|| rule.id.clone()))),
            ("enabled", Value::from(rule.enabled)),
            (
                "prefix",
                text(Some(rule.filter.prefix.clone()).filter(|prefix| !prefix.is_empty())),
            ),
            (
                "tags",
                if tags.is_empty() {
                    Value::Null
                } else {
                    Value::map(
                        tags.iter()
                            .map(|(key, value)| (key.clone(), Value::from(value.clone()))),
                    )
                },
            ),
            (
                "priority",
                rule.priority
                    .filter(|_| own.is_none())
                    .map_or(Value::Null, |p| Value::from(i64::from(p))),
            ),
            ("delete_markers", same(|rule| rule.delete_markers)),
            (
                "replica_modifications",
                same(|rule| rule.replica_modifications),
            ),
            ("rtc", same(|rule| rule.rtc)),
            ("metrics", same(|rule| rule.metrics)),
            ("storage_class", text(class)),
        ]);
        result.insert(name, value);
    }
    Value::map(result)
}

/// A rule name from an ID that may hold anything.
fn readable(id: &str, taken: &mut BTreeSet<String>) -> String {
    let name: String = id
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') {
                c
            } else {
                '-'
            }
        })
        .take(100)
        .collect();
    let name = if name.is_empty() {
        "rule".to_owned()
    } else {
        name
    };
    if taken.insert(name.clone()) {
        return name;
    }
    // Among one more than are taken, one is free.
    (2..taken.len() + 3)
        .map(|number| format!("{name}-{number}"))
        .find(|candidate| taken.insert(candidate.clone()))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rules: Vec<Rule>) -> Value {
        let id: PairId = "east:orders->west:orders-dr".parse().unwrap();
        let role = String::new();
        super::rules(&id, &Found { role, rules })
    }

    fn rule(id: &str) -> Rule {
        Rule::to(id, "arn:aws:s3:::orders-dr")
    }

    #[test]
    fn the_rule_for_everything_goes_without_saying_unless_it_is_for_less() {
        let everything = rule("crr/orders-dr/everything");
        assert!(found(vec![everything.clone()]).is_null());
        let mut less = everything;
        less.filter.prefix = "invoices/".to_owned();
        let rules = found(vec![less]);
        let less = rules.get("everything").unwrap();
        assert_eq!(
            less.get("prefix").and_then(Value::as_str),
            Some("invoices/")
        );
    }

    #[test]
    fn no_rule_takes_another_s_name() {
        for ids in [["a", "crr/orders-dr/a"], ["crr/orders-dr/a", "a"]] {
            let rules = found(ids.map(rule).to_vec());
            let id = |name: &str| rules.get(name)?.get("id").cloned();
            assert_eq!(id("a"), Some(Value::Null), "{ids:?}");
            assert_eq!(id("a-2"), Some(Value::from("a".to_owned())), "{ids:?}");
        }
    }
}
