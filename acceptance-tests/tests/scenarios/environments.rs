//! One module for three environments, apart from each other by workspace and by directory.

use std::path::Path;

use acceptance_tests::{Engine, Lab, LabError, Workdir};
use serde_json::json;

use super::{arrives, with_sites};
use crate::ground::{replication, stands};

/// The scenario's folders, with variables in one of them, initialised there.
async fn environment(lab: &Lab, folder: &str, bucket: &str) -> Result<Workdir, LabError> {
    let workdir = Workdir::new(Engine::installed()?)?;
    workdir.copy_example(Path::new("scenarios/environments"), "")?;
    let variables = with_sites(lab, json!({ "bucket": bucket })).to_string();
    workdir.write(&format!("{folder}/terraform.tfvars.json"), &variables)?;
    in_folder(&workdir, folder, &["init"]).await?;
    Ok(workdir)
}

async fn in_folder(workdir: &Workdir, folder: &str, command: &[&str]) -> Result<(), LabError> {
    let folder = format!("-chdir={folder}");
    let mut arguments = vec![folder.as_str()];
    arguments.extend(command);
    workdir.run(&arguments).await?.ok().map(drop)
}

const APPLY: [&str; 4] = ["apply", "-auto-approve", "-input=false", "-no-color"];
const DESTROY: [&str; 4] = ["destroy", "-auto-approve", "-input=false", "-no-color"];

#[tokio::test]
async fn by_workspace() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let folder = "by-workspace";
    let workdir = environment(&lab, folder, "env").await?;
    let refused = workdir
        .run(&[
            &format!("-chdir={folder}"),
            "plan",
            "-input=false",
            "-no-color",
        ])
        .await?;
    assert!(
        refused.code == 1 && refused.words().contains("terraform workspace select"),
        "{refused}"
    );
    for name in ["dev", "stage"] {
        in_folder(&workdir, folder, &["workspace", "new", name]).await?;
        in_folder(&workdir, folder, &APPLY).await?;
    }
    arrives(&lab, (east, "env-dev-east"), (west, "env-dev-west"), "out").await;
    arrives(
        &lab,
        (west, "env-stage-west"),
        (east, "env-stage-east"),
        "home",
    )
    .await;
    assert_eq!(
        replication(&lab, west, "env-dev-west").await,
        None,
        "one way in dev"
    );

    in_folder(&workdir, folder, &DESTROY).await?;
    assert!(!stands(&lab, east, "env-stage-east").await);
    arrives(
        &lab,
        (east, "env-dev-east"),
        (west, "env-dev-west"),
        "untouched",
    )
    .await;
    in_folder(&workdir, folder, &["workspace", "select", "dev"]).await?;
    in_folder(
        &workdir,
        folder,
        &["plan", "-input=false", "-detailed-exitcode"],
    )
    .await
}

#[tokio::test]
async fn by_directory() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    for name in ["dev", "stage", "prod"] {
        let folder = format!("by-directory/{name}");
        let workdir = environment(&lab, &folder, "env").await?;
        in_folder(&workdir, &folder, &APPLY).await?;
        let plan = ["plan", "-input=false", "-detailed-exitcode"];
        in_folder(&workdir, &folder, &plan).await?;
        let buckets = (format!("env-{name}-east"), format!("env-{name}-west"));
        arrives(&lab, (east, &buckets.0), (west, &buckets.1), "k").await;
        in_folder(&workdir, &folder, &DESTROY).await?;
        assert_eq!(
            stands(&lab, east, &buckets.0).await,
            name == "prod",
            "{name}: only what is disposable goes"
        );
    }
    Ok(())
}
