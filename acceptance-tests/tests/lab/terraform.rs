//! The driver runs both Terraforms, each alone in its folder.

use acceptance_tests::Engine;
use acceptance_tests::terraform::Running;

use acceptance_tests::{Lab, LabError, Workdir};

const BUILT_IN: &str = "resource \"terraform_data\" \"one\" {\n  input = \"a\"\n}\n\noutput \"one\" {\n  value = terraform_data.one.output\n}\n";

async fn drives(engine: Engine, version: &str) -> Result<(), LabError> {
    let workdir = Workdir::without_provider(engine)?;
    workdir.write("main.tf", BUILT_IN)?;
    let said = workdir.run(&["version"]).await?.ok()?;
    assert!(said.stdout.contains(version), "{said}");
    workdir.init().await?;
    assert_eq!(workdir.plan_exit_code().await?, 2);
    assert_eq!(
        workdir.plan_json().await?["resource_changes"][0]["change"]["actions"][0],
        "create"
    );
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    assert_eq!(workdir.output().await?["one"]["value"], "a");
    assert_eq!(workdir.resource("terraform_data.one").await?["output"], "a");
    workdir.write("main.tf", "resource \"terraform_data\" {}\n")?;
    assert_eq!(workdir.plan_exit_code().await?, 1);
    let words = workdir.plan().await?.words();
    assert!(
        words.contains("Error: Missing name for resource"),
        "{words}"
    );
    workdir.write("main.tf", BUILT_IN)?;
    workdir.destroy().await?;
    assert_eq!(
        workdir.resource("terraform_data.one").await?,
        serde_json::Value::Null
    );
    Ok(())
}

#[tokio::test]
async fn the_installed_terraform() -> Result<(), LabError> {
    drives(Engine::installed()?, "Terraform v1.").await
}

#[tokio::test]
async fn terraform_out_of_the_library() -> Result<(), LabError> {
    drives(Engine::library()?, "Terraform v1.15").await
}

#[tokio::test]
async fn a_command_that_is_killed_says_so() -> Result<(), LabError> {
    let workdir = Workdir::without_provider(Engine::installed()?)?;
    workdir.write("main.tf", "resource \"terraform_data\" \"one\" {\n  provisioner \"local-exec\" {\n    command = \"sleep 60\"\n  }\n}\n")?;
    workdir.init().await?;
    let running: Running = workdir.spawn(&["apply", "-auto-approve", "-no-color"])?;
    running.kill();
    assert_eq!(running.wait().await?.code, -1);
    Ok(())
}

#[tokio::test]
async fn the_lab_has_its_own_names() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    assert_ne!(lab.bucket("orders"), lab.bucket("orders"));
    assert_eq!(lab.terraform_sites()["vault"]["region"], "eu-central-1");
    Ok(())
}
