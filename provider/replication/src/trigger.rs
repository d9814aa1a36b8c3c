//! The trigger of an echo: what wakes a program that keeps a site protected.
//!
//! A rule of EventBridge sends the calls that make or change buckets ([`events`]) to a queue, and a second rule sends a
//! message now and then that asks for a look at the whole site. An agent takes them from there, or a function does. What
//! cannot be handled ends in the dead-letter queue.
//!
//! All of it stands at the source: EventBridge has a bucket's events in the bucket's own region and account. Its names
//! follow from those of the two sites, and it carries our tag: what has such a name and no tag of ours is somebody else's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::arn::RoleArn;
use crate::desired::{Desired, DesiredPolicy, DesiredRole, MADE_BY, OwnRole, RoleStanding};
use crate::name::SiteName;
use crate::observed::{Reads, RoleReads};
use crate::pair::{Site, short_hash};
use crate::policy::{PolicyDocument, Principal, Statement};
use crate::role;

mod change;
mod check;
pub mod events;
mod function;
mod name;
mod observed;
pub mod permissions;
pub(crate) mod queue;
mod rule;

pub use change::Change;
pub use function::{
    Architecture, ENVIRONMENT, Function, FunctionRole, FunctionSettings, Mapping, Package,
};
pub use observed::{
    FunctionFacts, MappingFacts, ObservedTrigger, QueueFacts, RuleFacts, TriggerReads,
};
pub use queue::visibility;
pub use rule::{EventRule, TARGET_ID, When};

/// The name of the role's one inline policy.
const ROLE_POLICY: &str = "crr-function";
/// The tag that says whose trigger it is.
pub const TRIGGER_OF: &str = "crr:trigger-of";
/// The tag of the queue that says whose state the trigger is in: two configurations may have sites of the same names.
pub const TRIGGER_ID: &str = "crr:trigger-id";
/// The tag of the queue that says which edition of the echo was applied last.
pub const EDITION: &str = "crr:edition";

/// What one configuration of an echo is told from another by.
pub fn edition(configuration: &str) -> String {
    short_hash(configuration)
}

/// A queue, rule or function, by its ARN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ResourceRef {
    /// Whose credentials reach it.
    pub site: SiteName,
    /// Its ARN.
    pub arn: String,
}

impl ResourceRef {
    /// Its name: the end of its ARN.
    pub fn name(&self) -> &str {
        self.arn.rsplit([':', '/']).next().unwrap_or_default()
    }

    /// What it is, in a word.
    pub fn kind(&self) -> &'static str {
        match self.arn.split(':').nth(2) {
            Some("sqs") => "queue",
            Some("events") => "rule",
            _ => "function",
        }
    }
}

impl fmt::Display for ResourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.site, self.name())
    }
}

/// What wakes a program that keeps a site protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Where the buckets are, and so the trigger.
    pub source: Site,
    /// Where they are replicated to.
    pub target: SiteName,
    /// Whether events go to the queue, and from there to the function. They do not while the echo is paused.
    pub active: bool,
    /// A look at the whole site is asked for once in so many minutes; none: never.
    pub look_every: Option<u32>,
    /// The function that takes the messages; none: an agent does.
    pub function: Option<Function>,
    /// The tags of all of it, without our own.
    pub tags: BTreeMap<String, String>,
    /// What the state that it is in calls it; none: it is in none yet.
    pub id: Option<String>,
    /// Which edition of the echo it is for: what an agent compares its own with. None as long as it is not known.
    pub edition: Option<String>,
}

impl Trigger {
    /// The name that all of it goes by.
    pub fn name(&self) -> String {
        name::of(&self.source.name, &self.target)
    }

    fn resource(&self, service: &str, resource: &str) -> ResourceRef {
        let Site {
            name,
            account,
            partition,
            region,
            namespace: _,
        } = &self.source;
        ResourceRef {
            site: name.clone(),
            arn: format!("arn:{partition}:{service}:{region}:{account}:{resource}"),
        }
    }

    /// The queue.
    pub fn queue(&self) -> ResourceRef {
        self.resource("sqs", &self.name())
    }

    /// Where messages go that were taken and not done five times.
    pub fn dead_letter_queue(&self) -> ResourceRef {
        self.resource("sqs", &format!("{}-dead", self.name()))
    }

    /// The rule that sends the calls that wake.
    pub fn rule(&self) -> ResourceRef {
        self.resource("events", &format!("rule/{}", self.name()))
    }

    /// The rule that asks for a look at the whole site.
    pub fn look(&self) -> ResourceRef {
        self.resource("events", &format!("rule/{}-look", self.name()))
    }

    /// The function.
    pub fn function(&self) -> ResourceRef {
        self.resource("lambda", &format!("function:{}", self.name()))
    }

    /// The role that we make for the function.
    pub fn own_role(&self) -> RoleArn {
        let Site {
            account, partition, ..
        } = &self.source;
        RoleArn::of(partition, account, role::PATH, &self.name())
    }

    /// The tags of all of it.
    pub fn all_tags(&self) -> BTreeMap<String, String> {
        let mut tags = self.tags.clone();
        tags.insert(MADE_BY.0.to_owned(), MADE_BY.1.to_owned());
        let of = format!("{}/{}", self.source.name, self.target);
        tags.insert(TRIGGER_OF.to_owned(), of);
        tags
    }

    /// The tags of the queue: whose state it is in, since its messages must not be lost to another configuration, and what an agent
    /// compares its configuration with.
    pub fn queue_tags(&self) -> BTreeMap<String, String> {
        let mut tags = self.all_tags();
        let further = [(TRIGGER_ID, &self.id), (EDITION, &self.edition)];
        for (key, value) in further {
            tags.extend(value.clone().map(|value| (key.to_owned(), value)));
        }
        tags
    }

    /// What another state calls the trigger that is there, if it is in another.
    pub fn id_in_another_state<'a>(&self, found: &'a ObservedTrigger) -> Option<&'a str> {
        let id = found.queue(&self.queue())?.tags.get(TRIGGER_ID)?;
        (self.id.as_ref() != Some(id)).then_some(id)
    }

    /// What to look at. Also what is not wanted: an apply that came half-way may have made it, and its name tells.
    pub fn reads(&self) -> Reads {
        let role = RoleReads {
            site: self.source.name.clone(),
            policies: BTreeSet::from([ROLE_POLICY.to_owned()]),
            policy_names: true,
        };
        Reads {
            roles: [(self.own_role(), role)].into(),
            trigger: Some(TriggerReads {
                queues: vec![self.queue(), self.dead_letter_queue()],
                rules: vec![self.rule(), self.look()],
                function: self.function(),
                queue: self.queue(),
            }),
            ..Reads::default()
        }
    }

    /// What should be.
    pub fn desired(&self) -> Desired {
        let mut desired = Desired {
            trigger: Some(Box::new(self.clone())),
            ..Desired::default()
        };
        let role = |document: PolicyDocument| DesiredRole {
            label: "trigger".to_owned(),
            site: self.source.name.clone(),
            standing: RoleStanding::Ours(self.role_of_function()),
            policies: [(
                ROLE_POLICY.to_owned(),
                DesiredPolicy {
                    label: "trigger".to_owned(),
                    document,
                },
            )]
            .into(),
        };
        let arn = self.own_role();
        if let Some(Function {
            role: FunctionRole::Own { policy },
            ..
        }) = &self.function
        {
            desired.roles.insert(arn, role(policy.clone()));
        } else {
            // One that we made before is needed no more.
            desired.strays.insert(arn, role(PolicyDocument::default()));
        }
        desired
    }

    fn role_of_function(&self) -> OwnRole {
        let assume = Statement::allow("LambdaRuns", ["sts:AssumeRole"], Vec::<String>::new())
            .for_principal(Principal::Service("lambda.amazonaws.com".to_owned()));
        OwnRole {
            path: role::PATH.to_owned(),
            description: format!(
                "The function that keeps buckets of site {} replicated to {} runs under this role",
                self.source.name, self.target
            ),
            trust: PolicyDocument {
                statements: vec![assume],
            },
            boundary: None,
            tags: self.all_tags(),
        }
    }

    /// The role that the function runs under.
    pub fn function_role(&self) -> Option<RoleArn> {
        Some(match &self.function.as_ref()?.role {
            FunctionRole::Own { .. } => self.own_role(),
            FunctionRole::Existing(role) => role.clone(),
        })
    }
}

/// Whether something carries our tag.
pub fn is_ours(tags: &BTreeMap<String, String>) -> bool {
    tags.contains_key(MADE_BY.0)
}
