//! Every rule of S3 that can be known before anything is touched.

use std::collections::{BTreeMap, BTreeSet};

use super::lane::{RULE_PREFIX, own_role};
use super::{Direction, Pair, PairRule, RoleChoice, Side};
use crate::name::RuleName;
use crate::problem::Problem;

/// The storage classes that a replica can have. Source: `Destination.StorageClass` in the S3 API reference.
pub const STORAGE_CLASSES: [&str; 8] = [
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
    "REDUCED_REDUNDANCY",
];

/// The highest priority that S3 takes.
const MAX_PRIORITY: u32 = 2_147_483_647;

impl Pair {
    /// What is wrong with the pair in itself.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.check_sides(&mut problems);
        self.check_keys(&mut problems);
        self.check_logs(&mut problems);
        self.check_accounts(&mut problems);
        self.check_rules(&mut problems);
        problems
    }

    /// Whether both sides are lost together when their place is: one region of one system.
    pub fn is_in_one_place(&self) -> bool {
        let (source, destination) = (&self.source.site, &self.destination.site);
        source.namespace == destination.namespace && source.region == destination.region
    }

    fn check_sides(&self, problems: &mut Vec<Problem>) {
        let (source, destination) = (&self.source, &self.destination);
        if source.bucket == destination.bucket
            && source.site.namespace == destination.site.namespace
        {
            problems.push(Problem::error(
                ["destination", "bucket"],
                format!("Bucket {} cannot be its own destination", source.bucket),
                "S3 refuses a rule whose destination is its source. Name another bucket.",
            ));
        }
        self.check_roles_of_two_systems(problems);
        if source.site.partition != destination.site.partition {
            problems.push(Problem::error(
                ["destination", "site"],
                format!(
                    "Sites {} and {} are in different partitions",
                    source.site.name, destination.site.name
                ),
                format!(
                    "{} is in {}, {} in {}. S3 replicates within one partition only.",
                    source.site.name,
                    source.site.partition,
                    destination.site.name,
                    destination.site.partition
                ),
            ));
        }
        for (side, label) in [(source, "source"), (destination, "destination")] {
            if let RoleChoice::Existing(role) = &side.role
                && role.account() != side.site.account.as_str()
                && self.replicates_from(label)
            {
                problems.push(Problem::error(
                    [label, "role"],
                    format!("Role {role} is in another account than bucket {}", side.at()),
                    format!(
                        "S3 passes the role in the source bucket's own account, {}. Name a role of that account.",
                        side.site.account
                    ),
                ));
            }
        }
    }

    /// Two systems may know one account by one number, and each has its own IAM: what goes by its ARN alone would be one role.
    fn check_roles_of_two_systems(&self, problems: &mut Vec<Problem>) {
        let (source, destination) = (&self.source, &self.destination);
        let own = |side: &Side| side.role == RoleChoice::Own;
        if source.site.namespace != destination.site.namespace
            && self.direction == Direction::TwoWay
            && own(source)
            && own(destination)
            && own_role(&source.site, &source.bucket)
                == own_role(&destination.site, &destination.bucket)
        {
            problems.push(Problem::error(
                ["destination", "role"],
                format!(
                    "Buckets {} and {} would have one role in two systems",
                    source.at(),
                    destination.at()
                ),
                format!(
                    "They have the same name and account, at {} and {}, so the roles of both would have the same ARN. Give each side a `role` that exists there, such as \"site\", or name the buckets otherwise.",
                    source.site.namespace, destination.site.namespace
                ),
            ));
        }
    }

    fn replicates_from(&self, label: &str) -> bool {
        label == "source" || self.direction == Direction::TwoWay
    }

    fn check_keys(&self, problems: &mut Vec<Problem>) {
        for (side, label) in [(&self.source, "source"), (&self.destination, "destination")] {
            let Some(key) = &side.key else { continue };
            if key.region() != side.site.region.as_str() {
                problems.push(Problem::error(
                    [label, "kms_key_arn"],
                    format!("KMS key {key} is not in the region of site {}", side.site.name),
                    format!(
                        "The key is in {}, the site in {}. S3 would take the rule and then fail every object.",
                        key.region(),
                        side.site.region
                    ),
                ));
            }
        }
        let lone = |with: &Side, label: &str, without: &Side| {
            Problem::error(
                [label, "kms_key_arn"],
                format!(
                    "Bucket {} has a KMS key, bucket {} has none",
                    with.at(),
                    without.at()
                ),
                format!(
                    "S3 replicates SSE-KMS objects only where it is told the key to encrypt the replicas with. Set `kms_key_arn` of bucket {} to a key in {}.",
                    without.at(),
                    without.site.region
                ),
            )
        };
        match (&self.source.key, &self.destination.key) {
            (Some(_), None) => problems.push(lone(&self.source, "destination", &self.destination)),
            (None, Some(_)) if self.direction == Direction::TwoWay => {
                problems.push(lone(&self.destination, "source", &self.source));
            }
            (None, Some(_)) => problems.push(Problem::warning(
                ["source", "kms_key_arn"],
                format!("The KMS key of bucket {} is not named", self.source.at()),
                "Objects that are encrypted there with SSE-KMS will fail to replicate, since the role may not decrypt them. Set `kms_key_arn` of the source where it has such objects.",
            )),
            _ => {}
        }
    }

    fn check_accounts(&self, problems: &mut Vec<Problem>) {
        let Some(trusted) = &self.trusted_accounts else {
            return;
        };
        for (side, label) in [(&self.source, "source"), (&self.destination, "destination")] {
            if !trusted.contains(&side.site.account) {
                problems.push(Problem::error(
                    [label, "site"],
                    format!("Account {} of site {} is not trusted", side.site.account, side.site.name),
                    "The provider's `trusted_account_ids` does not list it, and replication would carry data there. Add the account to the list if that is meant.",
                ));
            }
        }
    }

    fn check_rules(&self, problems: &mut Vec<Problem>) {
        if self.rules.len() > 1000 {
            problems.push(Problem::error(
                ["rules"],
                format!("{} rules are too many", self.rules.len()),
                "S3 takes at most 1,000 rules in one configuration.",
            ));
        }
        let mut priorities: BTreeMap<u32, &PairRule> = BTreeMap::new();
        let mut ids: BTreeSet<&str> = BTreeSet::new();
        for rule in &self.rules {
            let at = |attribute: &str| {
                [
                    "rules".to_owned(),
                    rule.name.to_string(),
                    attribute.to_owned(),
                ]
            };
            if let Some(priority) = rule.priority {
                if priority > MAX_PRIORITY {
                    problems.push(Problem::error(
                        at("priority"),
                        format!("Priority {priority} is too high"),
                        format!("S3 takes priorities from 0 to {MAX_PRIORITY}."),
                    ));
                }
                if let Some(other) = priorities.insert(priority, rule) {
                    problems.push(Problem::error(
                        at("priority"),
                        format!("Rules {} and {} have the same priority {priority}", other.name, rule.name),
                        "S3 wants each priority once in a bucket. Change one, or leave `priority` out to have a free one chosen.",
                    ));
                }
            }
            let own = format!("{RULE_PREFIX}{}/{}", self.destination.bucket, rule.name);
            let back = format!("{RULE_PREFIX}{}/{}", self.source.bucket, rule.name);
            if let Some(id) = &rule.id {
                if id.starts_with(RULE_PREFIX) && *id != own && *id != back {
                    problems.push(Problem::error(
                        at("id"),
                        format!("The ID of rule {} begins with \"{RULE_PREFIX}\"", rule.name),
                        "By this prefix a pair knows the rules of its own: another pair, or another rule of this one, would take it for theirs. Choose another ID.",
                    ));
                }
                if id.chars().any(|c| !is_xml(c)) {
                    problems.push(unwritable(at("id"), &rule.name));
                }
                if id.is_empty() || id.len() > 255 {
                    problems.push(Problem::error(
                        at("id"),
                        format!("The ID of rule {} has {} characters", rule.name, id.len()),
                        "S3 takes 1 to 255.",
                    ));
                }
                if !ids.insert(id) {
                    problems.push(Problem::error(
                        at("id"),
                        format!("Two rules have the ID {id}"),
                        "S3 wants each ID once in a bucket.",
                    ));
                }
            }
            check_rule(rule, at, problems);
        }
    }
}

/// Whether XML 1.0 can carry a character at all; a reference to it would not help.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

fn unwritable(at: [String; 3], name: &RuleName) -> Problem {
    Problem::error(
        at,
        format!("Rule {name} has a control character that XML cannot carry"),
        "S3 takes replication rules as XML 1.0, which knows no control characters but tab, line feed and carriage return. Use a shorter prefix that ends before it.",
    )
}

fn check_rule(rule: &PairRule, at: impl Fn(&str) -> [String; 3], problems: &mut Vec<Problem>) {
    if rule.filter.prefix.len() > 1024 {
        problems.push(Problem::error(
            at("prefix"),
            format!(
                "The prefix of rule {} has {} bytes",
                rule.name,
                rule.filter.prefix.len()
            ),
            "S3 takes at most 1,024.",
        ));
    }
    if rule.filter.prefix.chars().any(|c| !is_xml(c)) {
        problems.push(unwritable(at("prefix"), &rule.name));
    }
    let tags = &rule.filter.tags;
    if tags
        .iter()
        .any(|(key, value)| key.chars().chain(value.chars()).any(|c| !is_xml(c)))
    {
        problems.push(unwritable(at("tags"), &rule.name));
    }
    if rule.rtc && !rule.metrics {
        problems.push(Problem::error(
            at("metrics"),
            format!("Rule {} has RTC and no metrics", rule.name),
            "S3 measures Replication Time Control by its metrics and refuses the one without the other. Set `metrics = true`, or `rtc = false`.",
        ));
    }
    if !rule.filter.tags.is_empty() && rule.delete_markers {
        problems.push(Problem::error(
            at("delete_markers"),
            format!("Rule {} filters by tag and replicates delete markers", rule.name),
            "A delete marker carries no tags, so S3 refuses the two together. Set `delete_markers = false` in this rule, or filter by prefix.",
        ));
    }
    for (key, value) in &rule.filter.tags {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            problems.push(Problem::error(
                at("tags"),
                format!(
                    "Tag \"{key}\" of rule {} is too long, or has no key",
                    rule.name
                ),
                "A tag has a key of 1 to 128 characters and a value of at most 256.",
            ));
        }
    }
    if rule.filter.tags.len() > 10 {
        problems.push(Problem::error(
            at("tags"),
            format!(
                "Rule {} filters by {} tags",
                rule.name,
                rule.filter.tags.len()
            ),
            "An object has at most 10 tags, so no object could match.",
        ));
    }
}
