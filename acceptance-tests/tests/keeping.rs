//! A site that the agent keeps protected: what it promises, shown on the lab from outside.

mod by_queue;
mod by_tag;
mod changed;
mod commands;
mod credentials;
mod faults;
mod function;
mod killed;
mod many;
mod resting;
mod two_agents;
mod workflow;

use acceptance_tests::agent::Desk;
use acceptance_tests::{LabError, Site};

use crate::echo_mode::{ECHO, Scene};
use crate::ground::{make_bucket, put, status};

/// An echo from `east` to `west` with these further arguments, applied.
pub async fn applied(arguments: &str) -> Result<Scene, LabError> {
    let scene = Scene::new(arguments).await?;
    scene.lab.grant_queues().await?;
    scene.workdir.apply().await?;
    Ok(scene)
}

/// What the echo exports for the agent.
pub async fn exported(scene: &Scene) -> Result<String, LabError> {
    let echo = scene.workdir.resource(ECHO).await?;
    Ok(echo["agent_config"].as_str().expect("JSON").to_owned())
}

/// Where the agent of that echo works.
pub async fn desk(scene: &Scene) -> Result<Desk<'_>, LabError> {
    Desk::of(&scene.lab, &exported(scene).await?)
}

/// The same, with a change to the configuration.
pub async fn desk_with(
    scene: &Scene,
    change: impl FnOnce(&mut serde_json::Value),
) -> Result<Desk<'_>, LabError> {
    let mut config = serde_json::from_str(&exported(scene).await?).expect("JSON");
    change(&mut config);
    Desk::of(&scene.lab, &config.to_string())
}

/// An object put at `east` arrives at `west`.
pub async fn replicates(scene: &Scene, bucket: &str, key: &str) {
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    put(lab, east, bucket, key).await;
    let target = format!("{bucket}-dr");
    assert_eq!(status(lab, west, &target, key).await, "REPLICA", "{bucket}");
    assert_eq!(
        status(lab, east, bucket, key).await,
        "COMPLETED",
        "{bucket}"
    );
}

/// All that is configured on a bucket, with its name and its target's as they are for a bucket named `NAME`.
pub async fn settings(scene: &Scene, site: &Site, bucket: &str) -> Vec<String> {
    let s3 = scene.lab.admin_s3(site);
    let mut found = Vec::new();
    macro_rules! read {
        ($what:ident) => {
            let read = s3.$what().bucket(bucket).send().await;
            found.push(match read {
                Ok(read) => format!("{} {read:?}", stringify!($what)),
                Err(error) => format!("{} {}", stringify!($what), crate::ground::said(&error)),
            });
        };
    }
    read!(get_bucket_versioning);
    read!(get_bucket_replication);
    read!(get_bucket_policy);
    read!(get_bucket_tagging);
    read!(get_bucket_encryption);
    read!(get_bucket_ownership_controls);
    read!(get_public_access_block);
    let name = bucket.strip_suffix("-dr").unwrap_or(bucket);
    let plain = |text: &String| {
        // A request's own number is not a setting.
        let text = text.split(", _request_id").next().unwrap_or_default();
        let text = text.split(", _extended_request_id").next();
        // A rule's priority comes of the bucket's name.
        let text = text.unwrap_or_default().replace(name, "NAME");
        match text.split_once("priority: Some(") {
            Some((before, after)) => {
                let after = after.trim_start_matches(|letter: char| letter.is_ascii_digit());
                format!("{before}priority: Some({after}")
            }
            None => text,
        }
    };
    found.iter().map(plain).collect()
}

/// Makes buckets at `east`, several at once.
pub async fn make_buckets(scene: &Scene, names: &[String]) {
    use futures::StreamExt as _;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    futures::stream::iter(names)
        .for_each_concurrent(16, |name| make_bucket(lab, east, name))
        .await;
}

/// So many names.
pub fn names(stem: &str, many: usize) -> Vec<String> {
    (0..many)
        .map(|number| format!("{stem}-{number:04}"))
        .collect()
}
