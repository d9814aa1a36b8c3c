//! The first thing that anybody runs.

use acceptance_tests::{Lab, LabError};
use serde_json::json;

use super::{arrives, no_roles_are_left, scenario};
use crate::ground::stands;

#[tokio::test]
async fn objects_go_both_ways_and_destroy_leaves_nothing() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let workdir = scenario(&lab, "quickstart", json!({ "bucket": "quick" })).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    arrives(&lab, (east, "quick-east"), (west, "quick-west"), "out").await;
    arrives(&lab, (west, "quick-west"), (east, "quick-east"), "home").await;
    workdir.destroy().await?;
    assert!(!stands(&lab, east, "quick-east").await && !stands(&lab, west, "quick-west").await);
    no_roles_are_left(&lab).await;
    Ok(())
}
