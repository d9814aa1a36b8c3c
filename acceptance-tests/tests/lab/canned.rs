//! The buckets that the gateway holds for benches behave as the emulator's do, as far as an echo can tell.

use acceptance_tests::LabError;

use crate::echo_mode::Scene;

#[tokio::test]
async fn an_echo_protects_them_and_finds_them_protected() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    lab.gateway().set_canned(true);
    for number in 0..30 {
        lab.gateway()
            .make_canned(&east.account, &east.region, &format!("b-{number}"));
    }
    scene.apply().await?;
    assert_eq!(scene.coverage().await?["protected"], 30);
    assert_eq!(lab.gateway().canned_with("BucketReplication"), 30);
    assert_eq!(lab.gateway().canned_with("BucketVersioning"), 60);
    let s3 = lab.admin_s3(east);
    s3.delete_bucket_replication()
        .bucket("b-7")
        .send()
        .await
        .expect("deleted");
    assert_eq!(scene.workdir.plan_exit_code().await?, 2);
    scene.apply().await?;
    lab.gateway().set_canned(false);
    assert!(s3.head_bucket().bucket("b-7").send().await.is_err());
    Ok(())
}
