//! Systems that have each their own names of buckets, and two endpoints that only look like two systems.

use acceptance_tests::LabError;

use super::Scene;
use crate::ground::{put, replication, versions};

/// The authority of its endpoint is all that tells a system. Two of one system: nothing is lost, and it is said.
#[tokio::test]
async fn two_endpoints_of_one_system_fail_safely() -> Result<(), LabError> {
    for (region, full, words) in [
        ("us-west-2", true, "is in us-east-1"),
        ("us-east-1", true, "was there before"),
        ("us-east-1", false, "PutBucketReplication"),
    ] {
        let scene = Scene::new("target_bucket = \"{bucket}\"").await?;
        let (lab, east) = (&scene.lab, scene.lab.site("east"));
        let mut sites = lab.terraform_sites();
        let endpoint = east.endpoint.replace("127.0.0.1", "s3.localhost");
        sites["west"]["endpoints"]["s3"] = endpoint.into();
        sites["west"]["region"] = region.into();
        let variables = serde_json::json!({ "sites": sites });
        scene
            .workdir
            .write("terraform.tfvars.json", &variables.to_string())?;
        scene.buckets(&["orders"]).await;
        if full {
            put(lab, east, "orders", "k").await;
        }
        let objects = versions(lab, east, "orders").await;
        let applied = scene.workdir.try_apply().await?;
        assert!(
            applied.words().contains(words),
            "{region} {full}: {applied}"
        );
        assert_eq!(replication(lab, east, "orders").await, None, "{region}");
        assert_eq!(versions(lab, east, "orders").await, objects, "{region}");
        let coverage = scene.coverage().await?;
        assert_eq!(coverage["protected"], 0, "{region} {full}");
    }
    Ok(())
}
