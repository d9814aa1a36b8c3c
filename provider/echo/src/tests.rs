//! The sweep over a stand-in for S3: what becomes of each bucket, and in how many calls.

use cloud::{Cloud, CloudConfig, Job, Secret, SiteConfig};
use futures::FutureExt;
use futures::future::BoxFuture;
use replication::echo::{COPY_OF, ECHO_OF, Selection, Standing};
use replication::observed::Reads;
use replication::pair::PairRule;
use replication::{
    BucketName, Direction, Echo, Filter, Mirror, Namespace, Pair, RoleChoice, RuleName, Side, Site,
};

use super::{Ground, protect, release, survey};

mod followed;
mod gone;
mod released;
mod roles;
mod stand_in;
mod strangers;

use stand_in::{ACCOUNT, Bucket, StandIn};

/// The stand-in, with nobody else who writes.
struct Stage {
    s3: StandIn,
    cloud: Cloud,
}

impl Ground for Stage {
    fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    fn hold(&self, _: Vec<Reads>) -> BoxFuture<'_, Box<dyn Send + '_>> {
        async { Box::new(()) as Box<dyn Send> }.boxed()
    }
}

const REGIONS: [(&str, &str); 2] = [("east", "us-east-1"), ("west", "us-west-2")];
const EAST: &str = "111122223333/us-east-1";
const WEST: &str = "111122223333/us-west-2";

/// A stage with these buckets at `east`.
async fn stage(buckets: &[&str]) -> Stage {
    let s3 = StandIn::start().await;
    let site = |region: &str| SiteConfig {
        region: Some(region.to_owned()),
        endpoints: ["s3", "sts", "iam"]
            .map(|service| (service.to_owned(), s3.endpoint.clone()))
            .into(),
        path_style: true,
        access_key: Some(Secret::new("AKIDEXAMPLE")),
        secret_key: Some(Secret::new("not-a-secret")),
        ..SiteConfig::default()
    };
    let config = CloudConfig {
        sites: REGIONS
            .map(|(name, region)| (name.parse().unwrap(), site(region)))
            .into(),
        ..CloudConfig::default()
    };
    let stage = Stage {
        cloud: Cloud::new(config).unwrap(),
        s3,
    };
    for name in buckets {
        stage.put(name, "us-east-1", &[]);
    }
    stage
}

impl Stage {
    fn put(&self, name: &str, region: &str, tags: &[(&str, &str)]) {
        let tags = tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let bucket = Bucket {
            region: region.to_owned(),
            tags: tags.collect(),
            ..Bucket::default()
        };
        self.s3
            .with(|s3| s3.buckets.insert(name.to_owned(), bucket));
    }

    fn bucket(&self, name: &str) -> Option<Bucket> {
        self.s3.with(|s3| s3.buckets.get(name).cloned())
    }

    fn is_replicated(&self, name: &str) -> bool {
        self.bucket(name)
            .is_some_and(|bucket| bucket.replication.is_some())
    }

    /// Protects buckets. How they stand then, in the order of their names.
    async fn protect(&self, echo: &Echo, buckets: &[&str]) -> Vec<Standing> {
        let buckets: Vec<BucketName> = buckets.iter().map(|name| name.parse().unwrap()).collect();
        let found = protect(self, echo, buckets.clone(), &Job::default()).await;
        let names: Vec<_> = found.iter().map(|found| found.bucket.clone()).collect();
        assert_eq!(names, buckets, "each has its answer");
        found.into_iter().map(|found| found.standing).collect()
    }
}

fn echo() -> Echo {
    let side = |(name, region): (&str, &str)| Side {
        site: Site {
            name: name.parse().unwrap(),
            account: ACCOUNT.parse().unwrap(),
            partition: "aws".parse().unwrap(),
            region: region.parse().unwrap(),
            namespace: Namespace::Partition("aws".parse().unwrap()),
        },
        bucket: "stand-in".parse().unwrap(),
        create: false,
        created: false,
        storage_class: None,
        access_log: None,
        object_lock: None,
        key: None,
        role: RoleChoice::Existing(
            format!("arn:aws:iam::{ACCOUNT}:role/crr/crr-site-{name}")
                .parse()
                .unwrap(),
        ),
    };
    let [east, west] = REGIONS.map(side);
    Echo {
        template: Pair {
            source: east,
            destination: west,
            direction: Direction::OneWay,
            rules: vec![PairRule {
                name: RuleName::everything(),
                id: None,
                filter: Filter::default(),
                enabled: true,
                priority: None,
                delete_markers: false,
                replica_modifications: false,
                rtc: false,
                metrics: true,
                storage_class: None,
            }],
            owner_override: None,
            mirror: Mirror::default(),
            boundary: None,
            tags: [].into(),
            adopt: false,
            remembered_ids: [].into(),
            trusted_accounts: None,
        },
        target_bucket: "{bucket}-dr".parse().unwrap(),
        selection: Selection::default(),
        merge: false,
        adopt_targets: false,
        succeeds: None,
    }
}

fn tagged_echo(value: &str) -> Echo {
    let mut echo = echo();
    echo.selection.tags = [("tier".to_owned(), value.to_owned())].into();
    echo
}

#[tokio::test]
async fn one_fails_among_many_and_the_others_are_done() {
    let names = ["alpha", "beta", "delta", "gamma"];
    let stage = stage(&names).await;
    stage
        .s3
        .with(|s3| s3.refused.push("PUT /beta?replication".to_owned()));
    let stand = stage.protect(&echo(), &names).await;
    for (name, standing) in names.iter().zip(&stand) {
        match standing {
            Standing::Failed { summary, detail } if *name == "beta" => {
                assert!(
                    format!("{summary} {detail}").contains("on purpose"),
                    "{detail}"
                );
                assert!(detail.contains("are left"), "{detail}");
            }
            other => assert_eq!(*other, Standing::Protected, "{name}"),
        }
        assert_eq!(stage.is_replicated(name), *name != "beta", "{name}");
    }
    // The next sweep goes on from there, and has one bucket to do.
    stage.s3.with(|s3| s3.refused.clear());
    let found = survey(&stage.cloud, &echo(), &Job::default())
        .await
        .unwrap();
    let work: Vec<&str> = found.work.iter().map(BucketName::as_str).collect();
    assert_eq!(work, ["beta"]);
    assert_eq!(
        stage.protect(&echo(), &["beta"]).await,
        [Standing::Protected]
    );
}

/// Somebody may delete the bucket between any two calls: then there is nothing to do for it, and nothing has failed.
#[tokio::test]
async fn a_bucket_that_is_deleted_while_it_is_worked_on_is_gone() {
    let first = stage(&["orders"]).await;
    first.protect(&echo(), &["orders"]).await;
    // S3 may not know yet of a bucket that was written to a moment ago, so the rules are tried for minutes.
    let of_source = |call: &String| call.contains("/orders?") && !call.contains("PUT /orders?repl");
    let calls: Vec<String> = first.s3.calls().into_iter().filter(of_source).collect();
    assert!(
        calls.contains(&"PUT /orders?versioning".to_owned()),
        "{calls:?}"
    );
    for call in calls {
        let stage = stage(&["orders"]).await;
        let deleted_at = Some((call.clone(), "orders".to_owned()));
        stage.s3.with(|s3| s3.deleted_at = deleted_at);
        assert_eq!(
            stage.protect(&echo(), &["orders"]).await,
            [Standing::Gone],
            "{call}"
        );
    }
}

#[tokio::test]
async fn once_cancelled_nothing_is_begun() {
    let stage = stage(&["orders"]).await;
    let job = Job::default();
    job.cancel.cancel();
    let found = protect(&stage, &echo(), ["orders".parse().unwrap()], &job).await;
    assert!(
        matches!(&found[0].standing, Standing::Failed { summary, .. } if summary == "Cancelled")
    );
    let surveyed = survey(&stage.cloud, &echo(), &job).await.unwrap();
    assert_eq!(
        (surveyed.coverage.counts.failed, surveyed.work.len()),
        (1, 1)
    );
    let released = release(&stage, &echo(), &[], &[], true, &job)
        .await
        .unwrap();
    assert_eq!(released.failures.len(), 1);
    assert_eq!(stage.s3.writes(), Vec::<String>::new());
}

/// Between the survey and its turn a bucket may be tagged otherwise, be deleted, or be made again as a copy.
#[tokio::test]
async fn what_has_changed_since_the_survey_is_seen() {
    let stage = stage(&[]).await;
    let gold = [("tier", "gold")];
    for name in ["copied", "deleted", "retagged"] {
        stage.put(name, "us-east-1", &gold);
    }
    let echo = tagged_echo("gold");
    let surveyed = survey(&stage.cloud, &echo, &Job::default()).await.unwrap();
    assert_eq!(surveyed.work.len(), 3);
    stage.put("retagged", "us-east-1", &[("tier", "silver")]);
    stage.s3.with(|s3| s3.buckets.remove("deleted"));
    let copy = [("tier", "gold"), (ECHO_OF, WEST)];
    stage.put("copied", "us-east-1", &copy);
    stage.s3.calls();
    let stand = stage
        .protect(&echo, &["copied", "deleted", "retagged"])
        .await;
    assert!(
        matches!(&stand[0], Standing::Excluded { why } if why.contains("west")),
        "{stand:?}"
    );
    assert_eq!(stand[1], Standing::Gone);
    assert!(matches!(&stand[2], Standing::Excluded { why } if why.contains("tier = gold")));
    assert_eq!(stage.s3.writes(), Vec::<String>::new());
    let again = survey(&stage.cloud, &echo, &Job::default()).await.unwrap();
    assert_eq!((again.coverage.counts.excluded, again.work.len()), (2, 0));
}

#[tokio::test]
async fn a_target_says_whose_copy_it_is_and_a_stranger_s_is_left_alone() {
    let stage = stage(&["empty", "fresh", "taken"]).await;
    stage.put("fresh", "us-east-1", &[(ECHO_OF, "444455556666/eu-west-1")]);
    stage.put("empty-dr", "us-west-2", &[("theirs", "1")]);
    stage.put("taken-dr", "us-west-2", &[]);
    stage
        .s3
        .with(|s3| s3.buckets.get_mut("taken-dr").unwrap().full = true);
    let surveyed = survey(&stage.cloud, &echo(), &Job::default())
        .await
        .unwrap();
    assert_eq!(
        (surveyed.coverage.counts.conflicts, surveyed.work.len()),
        (1, 2)
    );
    let stand = stage.protect(&echo(), &["empty", "fresh", "taken"]).await;
    assert_eq!(stand[..2], [Standing::Protected, Standing::Protected]);
    assert!(matches!(&stand[2], Standing::Conflict { why } if why.contains("taken-dr")));
    assert!(!stage.bucket("taken-dr").unwrap().versioned);

    let tags = stage.bucket("empty-dr").unwrap().tags;
    assert_eq!(
        (&*tags["theirs"], &*tags[ECHO_OF], &*tags[COPY_OF]),
        ("1", EAST, "empty")
    );
    let tags = stage.bucket("fresh-dr").unwrap().tags;
    assert_eq!(tags[ECHO_OF], format!("444455556666/eu-west-1 {EAST}"));

    let mut adopting = echo();
    adopting.adopt_targets = true;
    assert_eq!(
        stage.protect(&adopting, &["taken"]).await,
        [Standing::Protected]
    );
}

#[tokio::test]
async fn a_protected_bucket_costs_four_calls_and_a_new_one_two_more() {
    let stage = stage(&["orders"]).await;
    let listings = 1;
    survey(&stage.cloud, &echo(), &Job::default())
        .await
        .unwrap();
    assert_eq!(stage.s3.calls().len(), listings + 6);
    stage.protect(&echo(), &["orders"]).await;
    let calls = stage.s3.calls();
    // The rules aside, which are looked at once more where others have had time to write.
    let of_reads = |call: &&String| call.starts_with("GET ") && !call.contains("replication");
    let reads: Vec<_> = calls.iter().filter(of_reads).collect();
    assert_eq!(
        reads.len(),
        5 + 3,
        "before the work and after it: {reads:#?}"
    );
    survey(&stage.cloud, &echo(), &Job::default())
        .await
        .unwrap();
    assert_eq!(stage.s3.calls().len(), listings + 4);
}
