//! Which echoes this process plans, makes and replaces: what one does must not undo another.

use std::collections::{BTreeMap, BTreeSet};

use replication::{BucketName, Echo};
use tfplugin::Value;

use super::place::Place;

/// The echoes of one run.
#[derive(Default)]
pub struct Echoes {
    planned: Vec<Planned>,
    /// Those that go to make way for another, and take what they made with them.
    making_way: Vec<Echo>,
    /// The names that echoes made which this run has taken away.
    gone: BTreeSet<String>,
    /// Those that have a trigger, each with the ARN of its rule.
    triggers: Vec<(String, Echo)>,
    /// The ids of triggers that this run has seen in state.
    known_triggers: BTreeSet<String>,
    /// The ids of triggers that stay while their echo is replaced, by their sites.
    kept_triggers: BTreeMap<String, String>,
    /// What is to be made again right away, by the names that it makes.
    replaced: Vec<(String, Value)>,
}

/// The bucket that an echo is for whose target a bucket would be, by its name.
pub fn copied_to(echo: &Echo, place: &Place) -> Option<BucketName> {
    let at = Place::at(&echo.template.destination.site, &place.bucket);
    (at == *place).then(|| echo.selected_source_of(&place.bucket))?
}

/// An echo that is planned.
struct Planned {
    echo: Echo,
    /// Whether it is paused.
    paused: bool,
    /// Its configuration.
    configuration: Value,
}

/// An echo that replicates elsewhere what one replicates that goes.
#[derive(Debug, Clone)]
pub struct Successor {
    /// The echo, to which the rules of the one that goes are no conflict.
    pub echo: Echo,
    /// Whether this run makes or changes it, and it is not paused. Otherwise it may be there no more, and must not be made anew.
    pub works: bool,
    /// Its configuration.
    pub configuration: Value,
}

impl Successor {
    /// The echo as the successor of `former`, if some bucket may be for both.
    pub fn of(former: &Echo, echo: &Echo, works: bool, configuration: Value) -> Option<Self> {
        echo.may_succeed(former).then(|| Self {
            echo: Echo {
                succeeds: Some(former.target_bucket.clone()),
                ..echo.clone()
            },
            works,
            configuration,
        })
    }
}

impl Echoes {
    /// Notes an echo that is planned. Answers another one of this run that would write over its rules.
    ///
    /// Terraform plans a resource more than once, so the same echo again is no other.
    pub fn plan(&mut self, echo: &Echo, paused: bool, configuration: &Value) -> Option<Echo> {
        let mut others = self.planned.iter().map(|planned| &planned.echo);
        let other = others.find(|other| *other != echo && other.contends_with(echo));
        let other = other.cloned();
        if other.is_none() {
            self.planned.retain(|planned| planned.echo != *echo);
            self.planned.push(Planned {
                echo: echo.clone(),
                paused,
                configuration: configuration.clone(),
            });
        }
        other
    }

    /// The echoes of this run that replicate elsewhere what `former` replicates, which goes: with `create_before_destroy` they
    /// were made while its rules stood, and left its buckets alone as a conflict.
    pub fn successors(&self, former: &Echo) -> Vec<Successor> {
        let planned = self.planned.iter();
        planned
            .filter_map(|planned| {
                let configuration = planned.configuration.clone();
                Successor::of(former, &planned.echo, !planned.paused, configuration)
            })
            .collect()
    }

    /// Notes an echo whose rules go once another stands in its place.
    pub fn makes_way(&mut self, former: Echo) {
        if !self.making_way.contains(&former) {
            self.making_way.push(former);
        }
    }

    /// The echo, to which the rules of one that makes way for it are no conflict.
    pub fn in_place(&self, echo: &Echo) -> Echo {
        let mut making_way = self.making_way.iter();
        let former = making_way.find(|former| echo.may_succeed(former));
        Echo {
            succeeds: former.map(|former| former.target_bucket.clone()),
            ..echo.clone()
        }
    }

    /// Notes that an echo that made these names is taken away.
    pub fn goes(&mut self, names: String) {
        self.gone.insert(names);
    }

    /// Whether this run has taken away an echo that made these names.
    pub fn is_gone(&self, names: &str) -> bool {
        self.gone.contains(names)
    }

    /// A planned echo whose target the bucket may be, by its name, and the bucket that it would be the target of.
    pub fn copies_to(&self, place: &Place) -> Option<(Echo, BucketName)> {
        self.planned.iter().find_map(|Planned { echo, .. }| {
            let source = copied_to(echo, place)?;
            Some((echo.clone(), source))
        })
    }

    /// The echoes of this run whose rules have the same names as those of `former`, which goes: the one that takes its place
    /// with `create_before_destroy` or under a new address, and those that select other buckets. Terraform plans in an apply
    /// what changes, and nothing that is to go.
    pub fn of_the_same_way(&self, former: &Echo) -> Vec<Echo> {
        let planned = self.planned.iter().map(|planned| &planned.echo);
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

#[cfg(test)]
pub(crate) mod tests {
    use replication::echo::Selection;

    use super::*;
    use crate::runtime::pairs::pair;

    /// An echo within a site whose targets have these names.
    pub(crate) fn echo(target_bucket: &str) -> Echo {
        Echo {
            template: pair("stands-for-each", "stands-for-its-target"),
            target_bucket: target_bucket.parse().unwrap(),
            selection: Selection::default(),
            merge: false,
            adopt_targets: false,
            succeeds: None,
        }
    }

    #[test]
    fn one_that_is_paused_follows_and_does_not_work() {
        let mut echoes = Echoes::default();
        let former = echo("{bucket}-dr");
        let plan = |echoes: &mut Echoes, name: &str, paused| {
            assert_eq!(echoes.plan(&echo(name), paused, &Value::Null), None);
        };
        plan(&mut echoes, "{bucket}-dr", false);
        assert!(echoes.successors(&former).is_empty());
        for paused in [true, false] {
            plan(&mut echoes, "{bucket}-v3", paused);
            let found = echoes.successors(&former);
            let [found] = found.as_slice() else {
                panic!("one: {found:?}");
            };
            assert_eq!(found.works, !paused);
            assert_eq!(found.echo.succeeds, Some(former.target_bucket.clone()));
        }
    }

    #[test]
    fn what_makes_way_is_no_conflict_to_what_comes_in_its_place() {
        let mut echoes = Echoes::default();
        let (former, next) = (echo("{bucket}-dr"), echo("{bucket}-v3"));
        assert_eq!(echoes.in_place(&next), next);
        echoes.makes_way(former.clone());
        let succeeds = echoes.in_place(&next).succeeds;
        assert_eq!(succeeds, Some(former.target_bucket.clone()));
        assert_eq!(echoes.in_place(&former), former);
    }

    #[test]
    fn a_target_is_known_by_its_place_and_name() {
        let mut echoes = Echoes::default();
        let mut of = echo("{bucket}-dr");
        of.selection.include = vec!["beta".parse().unwrap()];
        echoes.plan(&of, false, &Value::Null);
        let copies = |bucket: &str, region: &str| {
            let mut side = pair(bucket, "any").source;
            side.site.region = region.parse().unwrap();
            let found = echoes.copies_to(&Place::of(&side));
            found.map(|(_, source)| source.to_string())
        };
        assert_eq!(copies("beta-dr", "us-east-1").as_deref(), Some("beta"));
        assert_eq!(copies("beta-dr", "us-west-2"), None);
        assert_eq!(copies("alpha-dr", "us-east-1"), None);
        assert_eq!(copies("beta", "us-east-1"), None);
    }
}
