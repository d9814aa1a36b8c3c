//! The data sources `crr_coverage` and `crr_protection`.

use acceptance_tests::LabError;

use super::{Scene, text};

#[tokio::test]
async fn coverage_by_configuration_and_by_sites() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders", "logs-a"]).await;
    let arguments = "select = { exclude = [\"logs-*\"] }\ndelete_markers = true";
    let data = "\ndata \"crr_coverage\" \"of_echo\" {\n  agent_config = crr_echo_mode.dr.agent_config\n}\n\
        data \"crr_coverage\" \"of_sites\" {\n  source     = \"east\"\n  target     = \"west\"\n  depends_on = [crr_echo_mode.dr]\n}\n";
    scene.workdir.write("main.tf", &text("west", arguments))?;
    scene.apply().await?;
    scene
        .workdir
        .write("main.tf", &(text("west", arguments) + data))?;
    scene.apply().await?;
    let of_echo = scene.workdir.resource("data.crr_coverage.of_echo").await?;
    assert_eq!(
        (&of_echo["complete"], &of_echo["coverage"]["protected"]),
        (&true.into(), &1.into()),
        "{of_echo}"
    );
    assert_eq!(of_echo["coverage"]["excluded"], 1);
    let of_sites = scene.workdir.resource("data.crr_coverage.of_sites").await?;
    assert_eq!(
        of_sites["complete"], false,
        "delete markers are not asked for: {of_sites}"
    );
    assert_eq!(of_sites["coverage"]["pending"], 1, "{of_sites}");
    Ok(())
}

#[tokio::test]
async fn protection_of_one_bucket() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    let data = |more: &str| {
        format!(
            "\ndata \"crr_protection\" \"orders\" {{\n  site   = \"east\"\n  bucket = \"orders\"\n  {more}\n}}\n"
        )
    };
    scene.workdir.write("main.tf", &data(""))?;
    scene.workdir.apply().await?;
    let before = scene.workdir.resource("data.crr_protection.orders").await?;
    assert_eq!(before["protected"], false, "{before}");
    assert!(
        before["why"]
            .as_str()
            .is_some_and(|why| why.contains("not versioned")),
        "{before}"
    );

    scene.workdir.write("main.tf", &data("wait = \"1s\""))?;
    let waited = scene.workdir.try_apply().await?;
    assert_eq!(waited.code, 1, "{waited}");
    assert!(waited.words().contains("orders"), "{waited}");

    let more = "wait          = \"2m\"\n  target_bucket = \"orders-dr\"\n  depends_on    = [crr_echo_mode.dr]";
    scene
        .workdir
        .write("main.tf", &(text("west", "") + &data(more)))?;
    scene.workdir.apply().await?;
    let after = scene.workdir.resource("data.crr_protection.orders").await?;
    assert_eq!(
        (&after["protected"], &after["target_buckets"][0]),
        (&true.into(), &"orders-dr".into()),
        "{after}"
    );
    Ok(())
}

/// S3 takes rules under a role that may not serve them, and then fails every object.
#[tokio::test]
async fn a_role_without_its_policy_protects_nothing() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    let policy = lab.admin_iam(east).delete_role_policy();
    let policy = policy
        .role_name("crr-site-east")
        .policy_name("crr-replication");
    policy.send().await.expect("the policy goes");
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 2, "{plan}");
    assert!(
        plan.words()
            .contains("Role crr-site-east may not read orders"),
        "{plan}"
    );
    scene.apply().await?;
    assert_eq!(scene.coverage().await?["protected"], 1);
    Ok(())
}
