//! Each file is of the schema that its CI publishes.

use std::process::Command;

use acceptance_tests::lab::python;
use acceptance_tests::root;

#[test]
fn each_file_is_of_its_schema() {
    let checker = python()
        .expect("the lab's environment")
        .with_file_name("check-jsonschema");
    assert!(
        checker.is_file(),
        "there is no {}: run `make tools`",
        checker.display()
    );
    for (file, arguments) in [
        ("github/drift.yml", &["vendor.github-workflows"][..]),
        ("github/plan.yml", &["vendor.github-workflows"]),
        ("github/check/action.yml", &["vendor.github-actions"]),
        (
            "gitlab/.gitlab-ci.yml",
            &["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
        ),
    ] {
        let checked = Command::new(&checker)
            .arg("--builtin-schema")
            .args(arguments)
            .arg(root().join("examples/ci").join(file))
            .output()
            .expect("it runs");
        assert!(
            checked.status.success(),
            "{file}:\n{}{}",
            String::from_utf8_lossy(&checked.stdout),
            String::from_utf8_lossy(&checked.stderr)
        );
    }
}
