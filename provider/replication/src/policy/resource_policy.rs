//! A bucket's or a key's policy: one document that many people write.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{PolicyError, Statement, canonical};
use crate::desired::OwnedStatements;
use crate::pair::short_hash;

/// A policy with others' statements kept as the very bytes they were.
#[derive(Debug, Clone)]
pub struct ResourcePolicy {
    /// `Version`, `Id` and whatever else stands beside the statements: name and raw JSON.
    beside: Vec<(String, String)>,
    statements: Vec<RawStatement>,
}

#[derive(Debug, Clone)]
struct RawStatement {
    sid: Option<String>,
    json: String,
}

#[derive(Deserialize)]
struct OnlySid {
    #[serde(rename = "Sid")]
    sid: Option<String>,
}

impl Default for ResourcePolicy {
    fn default() -> Self {
        Self {
            beside: vec![("Version".to_owned(), "\"2012-10-17\"".to_owned())],
            statements: Vec::new(),
        }
    }
}

impl ResourcePolicy {
    /// Reads a policy.
    ///
    /// # Errors
    ///
    /// Where the text is not a JSON object with statements that are objects.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let wrong = |e: serde_json::Error| PolicyError(e.to_string());
        let members: MembersInOrder = serde_json::from_str(text).map_err(wrong)?;
        let mut policy = Self {
            beside: Vec::new(),
            statements: Vec::new(),
        };
        for (key, raw) in members.0 {
            if key != "Statement" {
                policy.beside.push((key, raw.get().to_owned()));
                continue;
            }
            let list: Vec<Box<RawValue>> = if raw.get().trim_start().starts_with('[') {
                serde_json::from_str(raw.get()).map_err(wrong)?
            } else {
                vec![raw]
            };
            for statement in list {
                let OnlySid { sid } = serde_json::from_str(statement.get()).map_err(wrong)?;
                policy.statements.push(RawStatement {
                    sid,
                    json: statement.get().to_owned(),
                });
            }
        }
        Ok(policy)
    }

    /// The version of its language, where it names one.
    pub fn version(&self) -> Option<String> {
        let (_, raw) = self.beside.iter().find(|(key, _)| key == "Version")?;
        serde_json::from_str(raw).ok()
    }

    /// Our statements in it by `Sid`, each as canonical JSON. One without goes by a name made of what it says.
    pub fn owned(&self, owned: &OwnedStatements) -> BTreeMap<String, String> {
        self.statements
            .iter()
            .filter(|s| owned.owns(s.sid.as_deref()))
            .filter_map(|s| {
                let value: Value = serde_json::from_str(&s.json).ok()?;
                let text = canonical::print(&canonical::statement(&value));
                let named = s.sid.clone().filter(|sid| !sid.is_empty());
                let name = named.unwrap_or_else(|| format!("(without Sid, {})", short_hash(&text)));
                Some((name, text))
            })
            .collect()
    }

    /// The raw statements of everybody else.
    pub fn foreign<'a>(&'a self, owned: &'a [OwnedStatements]) -> impl Iterator<Item = &'a str> {
        self.foreign_by_sid(owned).map(|(_, json)| json)
    }

    /// The statements of everybody else: the `Sid`, and the raw JSON.
    pub fn foreign_by_sid<'a>(
        &'a self,
        owned: &'a [OwnedStatements],
    ) -> impl Iterator<Item = (Option<&'a str>, &'a str)> {
        self.statements
            .iter()
            .filter(|s| !owned.iter().any(|owned| owned.owns(s.sid.as_deref())))
            .map(|s| (s.sid.as_deref(), s.json.as_str()))
    }

    /// This policy with our statements as they should be, and all others as they are.
    ///
    /// None where nothing is left to say: the policy is then to be deleted, not written empty.
    pub fn merged(&self, owned: &[OwnedStatements]) -> Option<String> {
        let ours = owned
            .iter()
            .flat_map(|owned| &owned.statements)
            .map(|s: &Statement| s.to_value().to_string());
        let statements: Vec<String> = self.foreign(owned).map(str::to_owned).chain(ours).collect();
        if statements.is_empty() {
            return None;
        }
        let mut members: Vec<String> = self
            .beside
            .iter()
            .map(|(key, raw)| format!("{}:{raw}", Value::String(key.clone())))
            .collect();
        members.push(format!("\"Statement\":[{}]", statements.join(",")));
        Some(format!("{{{}}}", members.join(",")))
    }
}

/// A JSON object's members in their order, each value as raw text.
struct MembersInOrder(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for MembersInOrder {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> serde::de::Visitor<'de> for Members {
            type Value = MembersInOrder;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(MembersInOrder(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
