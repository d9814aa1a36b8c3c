//! From the resource's attributes, which may be unknown, to the model's pair, in which nothing is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use replication::{
    BucketName, Direction, KeyArn, Mirror, Pair, RoleChoice, Setting, Side, SiteName,
};
use serde::Deserialize;
use tfplugin::{Attr, Diagnostics, Path, Value, from_value};

use crate::known::{Missing, parsed, texts};
use crate::runtime::{Runtime, SiteLookup};

mod record;
mod role;
mod rules;

use record::{lock, log};
use role::role_choice;

/// The attributes of a pair, from a configuration, a plan or a state.
#[derive(Debug, Clone, Deserialize)]
pub struct PairAttributes {
    pub source: Attr<SideAttributes>,
    pub destination: Attr<SideAttributes>,
    pub direction: Attr<String>,
    pub rules: Attr<BTreeMap<String, Attr<RuleAttributes>>>,
    pub delete_markers: Attr<bool>,
    pub replica_modifications: Attr<bool>,
    pub rtc: Attr<bool>,
    pub metrics: Attr<bool>,
    owner_override: Attr<bool>,
    role: Attr<String>,
    permissions_boundary: Attr<String>,
    tags: Attr<BTreeMap<String, Attr<String>>>,
    pub mirror_settings: Attr<Vec<Attr<String>>>,
    pub mirror_exact: Attr<bool>,
    pub mirror_public: Attr<bool>,
    adopt: Attr<bool>,
    timeouts: Attr<Timeouts>,
    created: Attr<Created>,
    /// The sites to work at in place of those named: the same ones, entered in another account.
    #[serde(skip)]
    entered: Option<Box<(SiteName, SiteName)>>,
}

/// The attributes of one side.
#[derive(Debug, Clone, Deserialize)]
pub struct SideAttributes {
    pub site: Attr<String>,
    pub bucket: Attr<String>,
    pub create: Attr<bool>,
    pub force_destroy: Attr<bool>,
    storage_class: Attr<String>,
    kms_key_arn: Attr<String>,
    role: Attr<String>,
    #[serde(default)]
    pub object_lock: Attr<LockAttributes>,
    #[serde(default)]
    pub access_log: Attr<LogAttributes>,
}

/// Object Lock of a bucket that is made.
#[derive(Debug, Clone, Deserialize)]
pub struct LockAttributes {
    pub mode: Attr<String>,
    pub days: Attr<u32>,
}

/// Where a side's access log goes.
#[derive(Debug, Clone, Deserialize)]
pub struct LogAttributes {
    bucket: Attr<String>,
    prefix: Attr<String>,
    pub create: Attr<bool>,
    pub force_destroy: Attr<bool>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct RuleAttributes {
    pub id: Attr<String>,
    enabled: Attr<bool>,
    pub prefix: Attr<String>,
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    priority: Attr<u32>,
    pub delete_markers: Attr<bool>,
    pub replica_modifications: Attr<bool>,
    pub rtc: Attr<bool>,
    pub metrics: Attr<bool>,
    storage_class: Attr<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Timeouts {
    create: Attr<String>,
    read: Attr<String>,
    update: Attr<String>,
    delete: Attr<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct Created {
    source: Attr<bool>,
    destination: Attr<bool>,
}

/// What may take a time of its own.
#[derive(Debug, Clone, Copy)]
pub enum Operation {
    Create,
    Read,
    Update,
    Delete,
}

/// What the attributes came to.
pub enum Resolution {
    /// Everything is known.
    Known(Box<Pair>),
    /// Something is known after apply only.
    Unknown {
        /// Whether it is in the provider block.
        provider: bool,
    },
    /// A diagnostic says what is wrong.
    Failed,
}

impl PairAttributes {
    /// Reads the attributes of a value of the resource's type.
    pub fn read(value: &Value, diagnostics: &mut Diagnostics) -> Option<Self> {
        match from_value(value) {
            Ok(attributes) => Some(attributes),
            Err(error) => {
                diagnostics.error_at(error.path, "The pair cannot be read", error.message);
                None
            }
        }
    }

    /// Works at these sites in place of those that the attributes name.
    pub fn work_at(&mut self, source: SiteName, destination: SiteName) {
        self.entered = Some(Box::new((source, destination)));
    }

    /// Whether the configuration gives replica modification sync a value that is known after apply only.
    pub fn awaits_replica_modifications(&self) -> bool {
        self.replica_modifications.is_unknown()
    }

    /// Whether the configuration leaves replica modification sync to its default.
    pub fn leaves_replica_modifications(&self) -> bool {
        self.replica_modifications.is_null()
    }

    /// How long an operation may take.
    pub fn timeout(&self, operation: Operation) -> Duration {
        const MINUTE: u64 = 60;
        let timeouts = self.timeouts.as_known().cloned().unwrap_or_default();
        let (given, usual) = match operation {
            Operation::Create => (timeouts.create, 20 * MINUTE),
            Operation::Read => (timeouts.read, 5 * MINUTE),
            Operation::Update => (timeouts.update, 20 * MINUTE),
            Operation::Delete => (timeouts.delete, 60 * MINUTE),
        };
        given
            .known()
            .and_then(|text| crate::duration::parse(&text).ok())
            .unwrap_or(Duration::from_secs(usual))
    }

    /// Whether a side's bucket is to be emptied and deleted with the pair.
    pub fn force_destroy(&self, label: &str) -> bool {
        let side = if label == "source" {
            &self.source
        } else {
            &self.destination
        };
        side.as_known()
            .and_then(|side| side.force_destroy.as_known().copied())
            .unwrap_or_default()
    }

    /// Whether the bucket that takes a side's access log is to go with the pair.
    pub fn force_destroy_log(&self, label: &str) -> bool {
        let side = if label == "source" {
            &self.source
        } else {
            &self.destination
        };
        side.as_known()
            .and_then(|side| {
                side.access_log
                    .as_known()?
                    .force_destroy
                    .as_known()
                    .copied()
            })
            .unwrap_or_default()
    }

    /// The IDs that rules were given.
    pub fn rule_ids(&self) -> BTreeSet<String> {
        self.rules
            .as_known()
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter_map(|rule| rule.as_known()?.id.as_known().cloned())
            .collect()
    }

    /// Turns the attributes into a pair.
    ///
    /// `prior` is what state says: which buckets are ours, and which rules were given to us.
    pub async fn resolve(
        &self,
        prior: Option<&Self>,
        runtime: &Runtime,
        diagnostics: &mut Diagnostics,
    ) -> Resolution {
        if runtime.unknown.is_some() {
            return Resolution::Unknown { provider: true };
        }
        let before = diagnostics.has_errors();
        match self.pair(prior, runtime, diagnostics).await {
            Ok(pair) if before || !diagnostics.has_errors() => Resolution::Known(Box::new(pair)),
            Ok(_) | Err(Missing::Failed) => Resolution::Failed,
            Err(Missing::Unknown) => Resolution::Unknown { provider: false },
        }
    }

    async fn pair(
        &self,
        prior: Option<&Self>,
        runtime: &Runtime,
        diagnostics: &mut Diagnostics,
    ) -> Result<Pair, Missing> {
        let created = prior
            .and_then(|p| p.created.as_known().copied())
            .unwrap_or_default();
        let is = |flag: Attr<bool>| flag.known().unwrap_or_default();
        // Both sites are asked at once who we are there.
        let mut of_destination = Diagnostics::new();
        let (source, destination) = futures::future::join(
            self.side("source", is(created.source), runtime, diagnostics),
            self.side(
                "destination",
                is(created.destination),
                runtime,
                &mut of_destination,
            ),
        )
        .await;
        diagnostics.extend(of_destination);
        let (source, destination) = (source?, destination?);
        let direction = match self.direction.given()?.as_deref() {
            Some("two_way") => Direction::TwoWay,
            _ => Direction::OneWay,
        };
        let mut tags = runtime.default_tags.clone();
        tags.extend(texts(&self.tags)?);
        Ok(Pair {
            source,
            destination,
            direction,
            rules: self.pair_rules(direction, diagnostics)?,
            owner_override: self.owner_override.given()?,
            mirror: self.mirror()?,
            boundary: self.permissions_boundary.given()?,
            tags,
            adopt: self.adopt.given()?.unwrap_or_default(),
            remembered_ids: prior.map(Self::rule_ids).unwrap_or_default(),
            trusted_accounts: runtime.trusted_accounts.clone(),
        })
    }

    fn mirror(&self) -> Result<Mirror, Missing> {
        let mut settings = BTreeSet::new();
        for setting in self.mirror_settings.given()?.unwrap_or_default() {
            // The schema takes no other words.
            let word = setting.given()?.unwrap_or_default();
            settings.extend(word.parse::<Setting>().ok());
        }
        Ok(Mirror {
            settings,
            exact: self.mirror_exact.given()?.unwrap_or_default(),
            public: self.mirror_public.given()?.unwrap_or_default(),
        })
    }

    /// Whether objects may leave a side.
    fn has_rules(&self, label: &str) -> bool {
        match &self.direction {
            _ if label == "source" => true,
            Attr::Known(direction) => direction == "two_way",
            Attr::Null => false,
            Attr::Unknown => true,
        }
    }

    async fn side(
        &self,
        label: &str,
        created: bool,
        runtime: &Runtime,
        diagnostics: &mut Diagnostics,
    ) -> Result<Side, Missing> {
        let attributes = if label == "source" {
            &self.source
        } else {
            &self.destination
        };
        let path = Path::root().attribute(label);
        let attributes = attributes.given()?.ok_or(Missing::Failed)?;
        let named: SiteName = parsed(&attributes.site, &path.attribute("site"), diagnostics)?
            .ok_or(Missing::Failed)?;
        let name = match self.entered.as_deref() {
            Some((source, _)) if label == "source" => source.clone(),
            Some((_, destination)) => destination.clone(),
            None => named,
        };
        let bucket: BucketName =
            parsed(&attributes.bucket, &path.attribute("bucket"), diagnostics)?
                .ok_or(Missing::Failed)?;
        let key: Option<KeyArn> = parsed(
            &attributes.kms_key_arn,
            &path.attribute("kms_key_arn"),
            diagnostics,
        )?;
        let site = match runtime
            .site(&name, path.attribute("site"), diagnostics)
            .await
        {
            SiteLookup::Known(site) => site,
            SiteLookup::Unknown => return Err(Missing::Unknown),
            SiteLookup::Failed => return Err(Missing::Failed),
        };
        let role = if self.has_rules(label) {
            let role = match attributes.role.given()? {
                Some(role) => Some(role),
                None => self.role.given()?,
            };
            role_choice(role.as_deref(), &site, runtime).map_err(|detail| {
                let summary = format!("The role at site {name} cannot be told");
                diagnostics.error_at(path.attribute("role"), summary, detail);
                Missing::Failed
            })?
        } else {
            // No rule runs under it, whatever it is called.
            RoleChoice::Own
        };
        let access_log = log(
            &attributes.access_log,
            &bucket,
            &path.attribute("access_log"),
            diagnostics,
        )?;
        let create = attributes.create.given()?.unwrap_or_default();
        if !create && attributes.force_destroy.given()?.unwrap_or_default() && !created {
            diagnostics.error_at(
                path.attribute("force_destroy"),
                "Only a bucket that the provider made can be destroyed",
                "`force_destroy` deletes every version of every object. It needs `create = true`.",
            );
        }
        Ok(Side {
            site,
            bucket,
            create: create || created,
            created,
            storage_class: attributes.storage_class.given()?,
            key,
            role,
            object_lock: lock(&attributes.object_lock)?,
            access_log,
        })
    }
}
