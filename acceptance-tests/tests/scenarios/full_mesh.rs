//! Three sites that all write.

use acceptance_tests::{Lab, LabError, Site};
use serde_json::json;

use super::{arrives, no_roles_are_left, scenario};
use crate::ground::{rule_ids, versions};

#[tokio::test]
async fn what_any_site_writes_is_at_every_other_once() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let workdir = scenario(&lab, "full-mesh", json!({ "bucket": "mesh" })).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    let bucket = |site: &Site| format!("mesh-{}", site.name);
    for from in lab.sites() {
        for to in lab.sites().iter().filter(|to| to.name != from.name) {
            let key = format!("{}-to-{}", from.name, to.name);
            arrives(&lab, (from, &bucket(from)), (to, &bucket(to)), &key).await;
        }
    }
    for site in lab.sites() {
        let name = bucket(site);
        assert_eq!(rule_ids(&lab, site, &name).await.len(), 2, "{name}");
        assert_eq!(versions(&lab, site, &name).await, (6, 0), "{name}");
    }
    workdir.destroy().await?;
    no_roles_are_left(&lab).await;
    Ok(())
}
