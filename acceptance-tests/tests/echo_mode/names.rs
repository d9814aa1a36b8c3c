//! One resource, two names.

use acceptance_tests::LabError;

use super::{Scene, text};

#[tokio::test]
async fn moved_from_one_name_to_the_other_and_back() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    scene.lab.reset_calls();
    let long = text("west", "");
    let short = long.replace(
        "\"crr_echo_mode\" \"dr\" {",
        "\"echo_mode\" \"dr\" {\n  provider = crr",
    );
    for (configuration, from, to) in [
        (&short, "crr_echo_mode.dr", "echo_mode.dr"),
        (&long, "echo_mode.dr", "crr_echo_mode.dr"),
    ] {
        let moved = format!("\nmoved {{\n  from = {from}\n  to   = {to}\n}}\n");
        scene
            .workdir
            .write("main.tf", &(configuration.clone() + &moved))?;
        scene.apply().await?;
        let coverage = scene.workdir.resource(to).await?["coverage"]["protected"].clone();
        assert_eq!(coverage, 1, "{to}");
    }
    assert!(
        scene.lab.calls().writes().is_empty(),
        "{}",
        scene.lab.calls().lines()
    );
    Ok(())
}
