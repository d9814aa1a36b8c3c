//! Two encrypted, versioned buckets from one apply: each object on both sides, once.

use acceptance_tests::{Lab, LabError};
use serde_json::json;

use super::{arrives, no_roles_are_left, scenario, set};
use crate::ground::{is_versioned, put, stands, status, versions};

#[tokio::test]
async fn objects_appear_on_the_other_side_once_and_never_come_back() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let (here, there) = ((east, "lab-east"), (west, "lab-west"));
    let workdir = scenario(&lab, "two-way-lab", json!({ "bucket": "lab" })).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    for (site, bucket) in [here, there] {
        assert!(is_versioned(&lab, site, bucket).await);
        let s3 = lab.admin_s3(site);
        let encryption = s3.get_bucket_encryption().bucket(bucket).send().await;
        assert!(encryption.is_ok(), "{bucket} is encrypted");
        let logging = s3.get_bucket_logging().bucket(bucket).send().await;
        let logging = logging.expect("logging is read").logging_enabled;
        assert_eq!(
            logging.map(|log| log.target_bucket().to_owned()),
            Some(format!("{bucket}-log"))
        );
    }
    arrives(&lab, here, there, "from-east").await;
    arrives(&lab, there, here, "from-west").await;
    // One key from both sides: two versions, on both.
    put(&lab, east, "lab-east", "from-west").await;
    for (site, bucket) in [here, there] {
        assert_eq!(versions(&lab, site, bucket).await, (3, 0), "{bucket}");
    }

    workdir.destroy().await?;
    no_roles_are_left(&lab).await;
    assert_eq!(
        status(&lab, west, "lab-west", "from-east").await,
        "REPLICA",
        "what is not said to be deleted stays"
    );
    Ok(())
}

#[tokio::test]
async fn teardown_empties_the_buckets_when_it_is_told_to() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let workdir = scenario(&lab, "two-way-lab", json!({ "bucket": "lab" })).await?;
    workdir.apply().await?;
    arrives(&lab, (east, "lab-east"), (west, "lab-west"), "k").await;
    let told = json!({ "bucket": "lab", "empty_on_destroy": true });
    set(&lab, &workdir, told)?;
    workdir.apply().await?;
    workdir.destroy().await?;
    for (site, bucket) in [(east, "lab-east"), (west, "lab-west")] {
        for bucket in [bucket.to_owned(), format!("{bucket}-log")] {
            assert!(!stands(&lab, site, &bucket).await, "{bucket}");
        }
    }
    no_roles_are_left(&lab).await;
    Ok(())
}
