//! What the README says of the three ways to one set-up.

use acceptance_tests::{Engine, Lab, LabError, Workdir, root};

use super::copy_modules;

/// The blocks of a configuration of Terraform, and the lines that say something.
fn size(text: &str) -> (usize, usize) {
    let blocks = ["provider", "module", "resource", "data"];
    let begins = |line: &&str| {
        blocks
            .iter()
            .any(|block| line.starts_with(&format!("{block} \"")))
    };
    let says = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with('#');
    (
        text.lines().filter(begins).count(),
        text.lines().filter(says).count(),
    )
}

/// The module's row is measured: the file is applied as it stands, and its refresh counted.
#[tokio::test]
async fn the_readme_tells_what_the_set_up_takes() -> Result<(), LabError> {
    let read = |name: &str| {
        std::fs::read_to_string(root().join("docs/design/comparison").join(name))
            .expect("a file of the comparison")
    };
    let ours = read("crr.tf");
    let lab = Lab::start().await?;
    let mut workdir = Workdir::in_lab(&lab, "").await?;
    copy_modules(&workdir);
    // Everything but the provider's own block, which knows no lab.
    let (_, rest) = ours.split_once("module \"orders\"").expect("the module");
    let text = format!("module \"orders\"{rest}")
        .replace("../../../modules", "./modules")
        .replace("example-orders", &lab.bucket("orders"));
    workdir.write("main.tf", &text)?;
    for (site, variable) in [("east", "east_key"), ("west", "west_key")] {
        let made = lab.admin_kms(lab.site(site)).create_key().send().await;
        let key = made.expect("a key").key_metadata.expect("its data");
        workdir.set(
            &format!("TF_VAR_{variable}"),
            key.arn.as_deref().expect("its ARN"),
        );
    }
    workdir.init().await?.ok()?;
    workdir.apply().await?;
    lab.reset_calls();
    workdir.expect_empty_plan().await?;
    let calls = lab.calls();

    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let (blocks, lines) = size(&ours);
    let row = |what: &str, numbers: [String; 3]| format!("| {what} | {} |", numbers.join(" | "));
    let (their_blocks, their_lines) = size(&read("aws-provider.tf"));
    let template = read("cloudformation.yaml");
    let (_, template_lines) = size(&template);
    let resources = template.matches("Type: AWS::").count();
    for said in [
        row(
            "blocks",
            [
                blocks.to_string(),
                their_blocks.to_string(),
                format!("{resources} resources, deployed as 2 stacks"),
            ],
        ),
        row(
            "lines",
            [
                lines.to_string(),
                their_lines.to_string(),
                template_lines.to_string(),
            ],
        ),
    ] {
        assert!(readme.contains(&said), "the README does not say\n{said}");
    }
    let said = format!("| API calls of a refresh | {} ", calls.len());
    assert!(
        readme.contains(&said),
        "the README does not say\n{said}\n{}",
        calls.lines()
    );
    Ok(())
}

/// The other two are not applied here, but one of them is Terraform's own language.
#[tokio::test]
async fn the_other_configuration_is_well_formed() -> Result<(), LabError> {
    let folder = root().join("docs/design/comparison");
    let workdir = Workdir::without_provider(Engine::installed()?)?;
    let formatted = workdir
        .run(&["fmt", "-check", "-diff", &folder.display().to_string()])
        .await?;
    formatted.ok()?;
    Ok(())
}
