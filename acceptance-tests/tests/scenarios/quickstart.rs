//! The first thing that anybody runs.

use acceptance_tests::{Engine, Lab, LabError, Workdir};
use serde_json::json;

use super::{arrives, no_roles_are_left, with_sites};
use crate::ground::stands;

#[tokio::test]
async fn objects_go_both_ways_and_destroy_leaves_nothing() -> Result<(), LabError> {
    both_ways(Engine::installed()?).await
}

#[tokio::test]
async fn the_same_under_the_oldest_terraform() -> Result<(), LabError> {
    both_ways(Engine::oldest()?).await
}

async fn both_ways(engine: Engine) -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let variables = with_sites(&lab, json!({ "bucket": "quick" }));
    let workdir = Workdir::of_scenario(engine, "quickstart", &variables).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    arrives(&lab, (east, "quick-east"), (west, "quick-west"), "out").await;
    arrives(&lab, (west, "quick-west"), (east, "quick-east"), "home").await;
    workdir.destroy().await?;
    assert!(!stands(&lab, east, "quick-east").await && !stands(&lab, west, "quick-west").await);
    no_roles_are_left(&lab).await;
    Ok(())
}
