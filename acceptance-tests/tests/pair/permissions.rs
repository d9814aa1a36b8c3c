//! In every option the role may do its work, and nothing on it is there without need.

use acceptance_tests::permissions::{Options, Simulation};
use acceptance_tests::{LabError, Site};

use super::Scene;
use crate::ground::{make_bucket, replication};

async fn check(
    scene: &Scene,
    from: (&Site, &str),
    to: (&Site, &str),
    keys: Option<(&str, &str)>,
    options: Options,
) -> Result<(), LabError> {
    let lab = &scene.lab;
    let role = replication(lab, from.0, from.1).await.expect("rules").role;
    let simulation = Simulation {
        role,
        source: from.0,
        source_bucket: from.1.to_owned(),
        destination: to.0,
        destination_bucket: to.1.to_owned(),
        source_key: keys.map(|(key, _)| key.to_owned()),
        destination_key: keys.map(|(_, key)| key.to_owned()),
        options,
    };
    let standing = simulation.standing(lab).await?;
    assert_eq!(
        simulation.missing(lab, &standing).await?,
        [],
        "{options:?}\n{standing:#?}"
    );
    assert_eq!(
        simulation.needless_statements(lab, &standing).await?,
        Vec::<String>::new(),
        "{options:?}\n{standing:#?}"
    );
    Ok(())
}

async fn key(scene: &Scene, site: &Site) -> String {
    let made = scene
        .lab
        .admin_kms(site)
        .create_key()
        .send()
        .await
        .expect("a key");
    made.key_metadata()
        .and_then(|key| key.arn())
        .expect("an ARN")
        .to_owned()
}

#[tokio::test]
async fn plain_both_ways() -> Result<(), LabError> {
    let scene = Scene::existing("west", "direction = \"two_way\"").await?;
    scene.apply().await?;
    let (east, west) = (
        (scene.lab.site("east"), scene.source.as_str()),
        (scene.lab.site("west"), scene.destination.as_str()),
    );
    check(&scene, east, west, None, Options::default()).await?;
    check(&scene, west, east, None, Options::default()).await
}

#[tokio::test]
async fn another_account_both_ways() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "direction = \"two_way\"").await?;
    scene.apply().await?;
    let (east, vault) = (
        (scene.lab.site("east"), scene.source.as_str()),
        (scene.lab.site("vault"), scene.destination.as_str()),
    );
    let options = Options {
        other_account: true,
        ..Options::default()
    };
    check(&scene, east, vault, None, options).await?;
    check(&scene, vault, east, None, options).await
}

#[tokio::test]
async fn owner_override() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "owner_override = true").await?;
    scene.apply().await?;
    let (east, vault) = (
        (scene.lab.site("east"), scene.source.as_str()),
        (scene.lab.site("vault"), scene.destination.as_str()),
    );
    check(
        &scene,
        east,
        vault,
        None,
        Options {
            other_account: true,
            owner_override: true,
            ..Options::default()
        },
    )
    .await
}

#[tokio::test]
async fn keys_in_one_account_and_in_two() -> Result<(), LabError> {
    for there in ["west", "vault"] {
        let scene = Scene::existing(there, "").await?;
        let (east, other) = (scene.lab.site("east"), scene.lab.site(there));
        let (source_key, destination_key) = (key(&scene, east).await, key(&scene, other).await);
        scene.configure_sides(
            &format!("kms_key_arn = \"{source_key}\""),
            &format!("kms_key_arn = \"{destination_key}\""),
            "",
        )?;
        scene.apply().await?;
        let rules = replication(&scene.lab, east, &scene.source)
            .await
            .expect("rules")
            .rules;
        let replica_key = rules[0]
            .destination()
            .and_then(|to| to.encryption_configuration())
            .and_then(|it| it.replica_kms_key_id());
        assert_eq!(replica_key, Some(destination_key.as_str()));
        let options = Options {
            kms: true,
            other_account: there == "vault",
            ..Options::default()
        };
        let keys = Some((source_key.as_str(), destination_key.as_str()));
        check(
            &scene,
            (east, &scene.source),
            (other, &scene.destination),
            keys,
            options,
        )
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn object_lock() -> Result<(), LabError> {
    let scene = Scene::empty("west").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    lab.admin_s3(east)
        .create_bucket()
        .bucket(&scene.source)
        .object_lock_enabled_for_bucket(true)
        .send()
        .await
        .expect("made");
    scene.configure_sides("", "create = true", "")?;
    scene.apply().await?;
    let lock = lab
        .admin_s3(west)
        .get_object_lock_configuration()
        .bucket(&scene.destination)
        .send()
        .await;
    assert!(
        lock.is_ok(),
        "the destination that we make is locked because the source is"
    );
    check(
        &scene,
        (east, &scene.source),
        (west, &scene.destination),
        None,
        Options {
            object_lock: true,
            ..Options::default()
        },
    )
    .await
}

#[tokio::test]
async fn an_unlocked_destination_is_warned_of() -> Result<(), LabError> {
    let scene = Scene::empty("west").await?;
    let lab = &scene.lab;
    lab.admin_s3(lab.site("east"))
        .create_bucket()
        .bucket(&scene.source)
        .object_lock_enabled_for_bucket(true)
        .send()
        .await
        .expect("made");
    make_bucket(lab, lab.site("west"), &scene.destination).await;
    scene.configure("")?;
    let plan = scene.workdir.plan().await?;
    assert!(
        plan.words().contains("Warning") && plan.words().contains("Object Lock"),
        "{plan}"
    );
    Ok(())
}
