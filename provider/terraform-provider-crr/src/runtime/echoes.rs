//! Which echoes this process plans, makes and replaces: what one does must not undo another.

use std::collections::{BTreeMap, BTreeSet};

use replication::Echo;
use tfplugin::Value;

/// The echoes of one run.
#[derive(Default)]
pub struct Echoes {
    planned: Vec<Echo>,
    /// Those that have a trigger, each with the ARN of its rule.
    triggers: Vec<(String, Echo)>,
    /// The ids of triggers that this run has seen in state.
    known_triggers: BTreeSet<String>,
    /// The ids of triggers that stay while their echo is replaced, by their sites.
    kept_triggers: BTreeMap<String, String>,
    /// What is to be made again right away, by the names that it makes.
    replaced: Vec<(String, Value)>,
}

impl Echoes {
    /// Notes an echo that is planned. Answers another one of this run that would write over its rules.
    ///
    /// Terraform plans a resource more than once, so the same echo again is no other.
    pub fn plan(&mut self, echo: &Echo) -> Option<Echo> {
        let mut others = self.planned.iter();
        let other = others.find(|other| *other != echo && other.contends_with(echo));
        let other = other.cloned();
        if other.is_none() && !self.planned.contains(echo) {
            self.planned.push(echo.clone());
        }
        other
    }

    /// The echoes of this run whose rules have the same names as those of `former`, which goes: the one that takes its place
    /// with `create_before_destroy` or under a new address, and those that select other buckets. Terraform plans in an apply
    /// what changes, and nothing that is to go.
    pub fn of_the_same_way(&self, former: &Echo) -> Vec<Echo> {
        let planned = self.planned.iter();
        planned
            .filter(|echo| echo.goes_the_same_way(former))
            .cloned()
            .collect()
    }

    /// Notes whether an echo that is planned is to have the trigger of this ARN. Answers another one that is to have it.
    pub fn trigger(&mut self, arn: &str, echo: &Echo, wanted: bool) -> Option<Echo> {
        self.triggers.retain(|(at, of)| at != arn || of != echo);
        if !wanted {
            return None;
        }
        let other = self.triggers.iter().find(|(at, _)| at == arn);
        let other = other.map(|(_, of)| of.clone());
        if other.is_none() {
            self.triggers.push((arn.to_owned(), echo.clone()));
        }
        other
    }

    /// Whether an echo that is planned is to have the trigger of this ARN.
    pub fn has_trigger(&self, arn: &str) -> bool {
        self.triggers.iter().any(|(at, _)| at == arn)
    }

    /// Notes the id of a trigger that is in state.
    pub fn know_trigger(&mut self, id: &str) {
        self.known_triggers.insert(id.to_owned());
    }

    /// Whether this run has seen a trigger of this id in state.
    pub fn knows_trigger(&self, id: &str) -> bool {
        self.known_triggers.contains(id)
    }

    /// Notes the id of a trigger that stays while its echo is replaced.
    pub fn keep_trigger(&mut self, sites: String, id: String) {
        self.kept_triggers.insert(sites, id);
    }

    /// The id of the trigger that stayed for the echo that is made again now.
    pub fn take_kept_trigger(&mut self, sites: &str) -> Option<String> {
        self.kept_triggers.remove(sites)
    }

    /// Notes the state of an echo that is taken away only to be made again.
    pub fn replace(&mut self, names: String, former: Value) {
        self.replaced.push((names, former));
    }

    /// The state of the echo that is made again now.
    pub fn take_replaced(&mut self, names: &str) -> Option<Value> {
        let at = self.replaced.iter().position(|(of, _)| of == names)?;
        Some(self.replaced.swap_remove(at).1)
    }
}
