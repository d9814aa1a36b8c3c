//! Every module is whole, in Terraform's own form, and tested here.

use acceptance_tests::{Engine, LabError, Workdir, root};

/// What each module's folder holds.
const FILES: [&str; 7] = [
    "main.tf",
    "variables.tf",
    "outputs.tf",
    "versions.tf",
    "README.md",
    "tests/unit.tftest.hcl",
    "tests/lab.tftest.hcl",
];

fn modules() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(root().join("modules"))
        .expect("the modules are read")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn every_module_is_whole_and_tested() {
    let tests = include_str!("../modules.rs");
    for name in modules() {
        let folder = root().join("modules").join(&name);
        for file in FILES {
            assert!(folder.join(file).is_file(), "modules/{name} has no {file}");
        }
        assert!(
            tests.contains(&format!("\"{name}\");")),
            "modules/{name} is not among the tests in modules.rs"
        );
    }
}

#[tokio::test]
async fn all_configuration_is_formatted() -> Result<(), LabError> {
    let workdir = Workdir::without_provider(Engine::installed()?)?;
    for folder in ["modules", "examples"] {
        let path = root().join(folder).display().to_string();
        let formatted = workdir
            .run(&["fmt", "-check", "-diff", "-recursive", &path])
            .await?;
        assert_eq!(
            formatted.code, 0,
            "run `terraform fmt -recursive {folder}`:\n{formatted}"
        );
    }
    Ok(())
}

/// A module by itself, its tests and the example of its page.
#[tokio::test]
async fn every_module_and_its_example_are_valid() -> Result<(), LabError> {
    for name in modules() {
        let workdir = super::with_modules(Engine::installed()?, &name).await?;
        let folder = format!("-chdir=modules/{name}");
        workdir
            .run(&[&folder, "validate", "-no-color"])
            .await?
            .ok()?;
        let page = std::fs::read_to_string(root().join("modules").join(&name).join("README.md"))
            .expect("the page is read");
        let example = page
            .split("```terraform\n")
            .skip(1)
            .filter_map(|rest| rest.split_once("\n```"))
            .map(|(block, _)| format!("{block}\n"))
            .collect::<Vec<_>>()
            .join("\n");
        assert!(
            !example.is_empty(),
            "modules/{name}/README.md has no example"
        );
        let provider = std::fs::read_to_string(root().join("examples/provider/provider.tf"))
            .expect("the provider's example is read");
        workdir.write("main.tf", &example)?;
        workdir.write("provider.tf", &provider)?;
        let formatted = workdir.run(&["fmt", "-check", "-diff", "."]).await?;
        assert_eq!(
            formatted.code, 0,
            "the example of modules/{name} is not formatted:\n{formatted}"
        );
        workdir.init().await?;
        let valid = workdir.validate().await?;
        assert_eq!(valid.code, 0, "the example of modules/{name}:\n{valid}");
    }
    Ok(())
}
